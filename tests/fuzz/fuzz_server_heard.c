/* Any JSON as what a directory says of a handheld's trail: numbers that agree, or a rule. */
#include <assert.h>
#include <stdlib.h>

#include "sync-server/device_heard.h"
#include "sync-server/order_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
say(const struct device_heard *heard)
{
	const struct order_fate fate = {.heard = heard,
	    .is_revoke = heard->seal_count % 2 == 0,
	    .is_wipe = true,
	    .trusted_size = heard->sealed};
	struct fv_buf out = {0};

	order_put_fate(&out, &fate);
	assert(out.len > 0);
	fv_buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_heard *heard = calloc(1, sizeof *heard);
	json_t *json = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);

	assert(heard != NULL);
	if (json != NULL && device_heard_read(json, heard) == NULL) {
		assert(heard->seal_count <= DEVICE_SEALS_MAX);
		assert(heard->sealed <= heard->received && heard->received <= heard->had);
		for (size_t i = 0; i < heard->seal_count; i++) {
			const struct fv_store_seal *seal = &heard->seals[i];

			assert(seal->size > 0 && seal->size <= heard->sealed);
			assert(i == 0 || seal->size < heard->seals[i - 1].size);
			assert(device_heard_by(heard, seal->received_ms) != NULL);
		}
		say(heard);
	}
	json_decref(json);
	free(heard);
	return 0;
}
