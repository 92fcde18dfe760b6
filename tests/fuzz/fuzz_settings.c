/* Any bytes as an agency's settings; what is known all through is written back alike. */
#include <assert.h>

#include "fv/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fv_span bytes = {data, size};
	static struct fv_settings settings;
	struct fv_buf again = {0};
	struct fv_fault fault;

	if (fv_settings_parse(bytes, &settings, &fault) != FV_OK) {
		assert(fault.rule[0] != '\0' && settings.version == 0);
		return 0;
	}
	assert(settings.version > 0 && settings.signer[0] == '\0');
	assert((fault.line > 0) == (settings.unfit_count > 0));
	fv_settings_put(&again, &settings);
	assert(fv_buf_status(&again) == FV_OK);
	if (settings.unknown_count + settings.unfit_count == 0)
		assert(fv_span_equal(fv_buf_span(&again), bytes));
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		if (fv_setting_is_number(i))
			assert(fv_settings_uint(&settings, i) <= 16777216);
	fv_buf_clear(&again);
	return 0;
}
