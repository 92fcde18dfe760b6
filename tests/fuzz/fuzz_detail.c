/* Any bytes as a sealed detail; what parses is written back and read alike. */
#include <assert.h>

#include "fv/detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_detail detail, again;
	struct fv_detail_fault fault;
	struct fv_buf text = {0}, second = {0};

	if (fv_detail_parse(fv_span_of(data, size), &detail, &fault) == FV_OK) {
		fv_detail_put(&text, &detail);
		/* The written form may be longer than what was typed, by its spaces only. */
		if (text.len <= FV_DETAIL_TEXT_MAX) {
			assert(fv_detail_parse(fv_buf_span(&text), &again, &fault) == FV_OK);
			fv_detail_put(&second, &again);
			assert(fv_span_equal(fv_buf_span(&text), fv_buf_span(&second)));
		}
	} else {
		assert(size > FV_DETAIL_TEXT_MAX || fault.rule != 0);
	}
	fv_buf_clear(&text);
	fv_buf_clear(&second);
	return 0;
}
