/* Any bytes as a TZif file: what parses must agree with itself at many instants. */
#include <assert.h>
#include <stddef.h>

#include "fv/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_at(const struct fv_zone *zone, int64_t ms)
{
	struct fv_zone_span span = fv_zone_span_at(zone, ms);
	struct fv_civil local;
	int64_t found[2];
	size_t count;
	int64_t days = fv_zone_local_days(zone, ms);
	int64_t start = fv_zone_day_start(zone, days);

	assert(span.from_utc_ms <= ms && ms < span.until_utc_ms);
	assert(span.offset_s == fv_zone_offset_s(zone, ms));
	assert(span.offset_s == fv_zone_offset_s(zone, span.until_utc_ms - 1));
	fv_zone_civil(zone, ms, &local);
	assert(fv_days_from_civil(local.year, local.month, local.day) == days);
	assert(fv_zone_instants(zone, &local, found, &count) == FV_OK);
	assert(count == 2 || (count == 1 && found[0] == ms));
	assert(count < 2 || found[0] < found[1]);
	assert(start <= ms && fv_zone_local_days(zone, start) == days);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_zone *zone;
	int64_t ms = INT64_C(-5000000000000);

	if (fv_zone_parse((struct fv_span){data, size}, &zone) != FV_OK)
		return 0;
	for (int i = 0; i < 60; i++) {
		check_at(zone, ms);
		ms += INT64_C(200000000123);
	}
	for (int i = 0; i < 40; i++) {
		struct fv_zone_span span = fv_zone_span_at(zone, ms);

		if (span.until_utc_ms > INT64_C(200000000000000))
			break;
		check_at(zone, span.until_utc_ms - 1);
		check_at(zone, span.until_utc_ms);
		ms = span.until_utc_ms;
	}
	fv_zone_free(zone);
	return 0;
}
