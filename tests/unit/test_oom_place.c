#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/plausibility.h"
#include "fv/track.h"
#include "fv/zonefile.h"
#include "tests/support/oom.h"

#define T0 INT64_C(1772459400000)
#define FIXES 300

static struct fv_track_fix fixes[FIXES];
static const struct fv_track_info info = {.has_shift = true,
    .shift_seq = 3,
    .first_ms = T0,
    .quantum_e7 = 10,
    .count = FIXES,
    .has_worst_eph = true,
    .worst_eph_mm = 9000};

static int
make_fixes(void **state)
{
	(void)state;
	for (int32_t i = 0; i < FIXES; i++)
		fixes[i] = (struct fv_track_fix){
		    T0 + i * 1000, {231291000 + i * i * 31, 1132644000 - i * 77}};
	return 0;
}

static enum fv_err
put_track(void *ctx)
{
	struct fv_buf buf = {0};
	enum fv_err rc = fv_track_payload_put(&buf, &info, fixes);

	(void)ctx;
	fv_buf_clear(&buf);
	return rc;
}

static enum fv_err
decode_track(void *ctx)
{
	const struct fv_buf *coded = ctx;
	static struct fv_track_fix back[FIXES];

	return fv_track_decode(fv_buf_span(coded), &info, back);
}

static enum fv_err
open_zone(void *ctx)
{
	struct fv_zone *zone;
	enum fv_err rc = fv_zonefile_open(fv_zonefile_source(NULL), "UTC", &zone);

	(void)ctx;
	fv_zone_free(zone);
	return rc;
}

static enum fv_err
put_stamp_and_alarm(void *ctx)
{
	struct fv_stamp stamp = {.has = FV_STAMP_BIT(FV_STAMP_MODE), .mode = 3};
	struct fv_alarm alarm = {FV_CHECK_STALE, 1, {99, 0, 0, 0}};
	struct fv_buf buf = {0};
	enum fv_err rc;

	(void)ctx;
	for (int i = 0; i < 100; i++) {
		fv_stamp_put(&buf, &stamp);
		fv_alarm_put(&buf, NULL, &alarm);
	}
	rc = fv_buf_status(&buf);
	fv_buf_clear(&buf);
	return rc;
}

static void
a_track_that_cannot_be_allocated_says_so(void **state)
{
	(void)state;
	assert_true(oom_sweep(put_track, NULL) > 1);
}

static void
a_track_that_cannot_be_compared_is_not_believed(void **state)
{
	struct fv_buf coded = {0};

	(void)state;
	assert_int_equal(fv_track_encode(fixes, FIXES, 10, &coded), FV_OK);
	assert_true(oom_sweep(decode_track, &coded) > 0);
	fv_buf_clear(&coded);
}

static void
a_zone_that_cannot_be_allocated_is_none(void **state)
{
	(void)state;
	if (access(FV_ZONEFILE_FOLDER "/UTC", R_OK) != 0)
		skip();
	assert_true(oom_sweep(open_zone, NULL) > 1);
}

static void
a_stamp_that_cannot_be_written_fails_its_buffer(void **state)
{
	(void)state;
	assert_true(oom_sweep(put_stamp_and_alarm, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_track_that_cannot_be_allocated_says_so),
	    cmocka_unit_test(a_track_that_cannot_be_compared_is_not_believed),
	    cmocka_unit_test(a_zone_that_cannot_be_allocated_is_none),
	    cmocka_unit_test(a_stamp_that_cannot_be_written_fails_its_buffer),
	};

	return cmocka_run_group_tests(tests, make_fixes, NULL);
}
