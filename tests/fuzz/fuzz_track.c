/* Any bytes as a TRACK payload, and as coded bytes: what decodes encodes to the same. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "fv/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct fv_span coded, const struct fv_track_info *info)
{
	static struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
	struct fv_buf again = {0};

	if (fv_track_decode(coded, info, fixes) != FV_OK)
		return;
	assert(fixes[0].t_ms == info->first_ms);
	for (size_t i = 0; i < info->count; i++) {
		assert(fv_geo_is_place(fixes[i].place));
		assert(i == 0 || fixes[i].t_ms > fixes[i - 1].t_ms);
	}
	assert(fv_track_encode(fixes, info->count, info->quantum_e7, &again) == FV_OK);
	assert(fv_span_equal(coded, fv_buf_span(&again)));
	fv_buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_track_info info;
	struct fv_span coded;

	if (fv_track_payload_parse(fv_span_of(data, size), &info, &coded) == FV_OK)
		check(coded, &info);
	if (size < 2)
		return 0;
	memset(&info, 0, sizeof info);
	info.first_ms = INT64_C(1772459400000);
	info.count = 1U + data[0] % 40U;
	info.quantum_e7 = data[1] % 2 != 0 ? 10 : 1000000;
	/* Most strings are one bit away from the form that the encoder makes. */
	check(fv_span_of(data + 2, size - 2), &info);
	return 0;
}
