#include "fv/motion.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/support/nmea.h"

#define T0 INT64_C(1772459400000)
#define EPH_MM 6000
#define FIXES_MAX 7000U

/* A fix `metres` north of a place at second s: true while standing still. */
static bool
at(struct fv_motion *m, int64_t s, int32_t metres)
{
	struct fv_place place = {231291000 + metres * 90, 1132644000};

	return fv_motion_feed(m, T0 + s * 1000, place, EPH_MM);
}

static void
settle(struct fv_motion *m)
{
	for (int64_t s = 0; s < 60; s++)
		assert_false(at(m, s, 0));
	assert_true(at(m, 60, 0));
}

static void
a_minute_at_one_place_is_standing_still(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	settle(&m);
}

static void
a_walk_is_never_standing_still(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	for (int32_t s = 0; s < 600; s++)
		assert_false(at(&m, s, s));
}

static void
over_confident_outliers_change_nothing(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	settle(&m);
	for (int64_t s = 61; s < 600; s++)
		assert_true(at(&m, s, s % 5 < 2 ? 200 : 0));
}

static void
three_fixes_elsewhere_are_a_move(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	settle(&m);
	assert_true(at(&m, 61, 60));
	assert_true(at(&m, 62, 61));
	assert_false(at(&m, 63, 62));
}

static void
a_fix_too_vague_to_tell_is_no_move(void **state)
{
	struct fv_motion m = {0};
	struct fv_place there = {231291000 + 200 * 90, 1132644000};

	(void)state;
	settle(&m);
	for (int64_t s = 61; s < 100; s++)
		assert_true(fv_motion_feed(&m, T0 + s * 1000, there, 3000000));
	there.lat_e7 = 231291000 + 70 * 90;
	for (int64_t s = 100; s < 140; s++)
		assert_true(fv_motion_feed(&m, T0 + s * 1000, there, -1));
}

static void
over_a_long_gap_nothing_is_concluded(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	settle(&m);
	assert_false(at(&m, 60 + 121, 0));
}

static void
time_that_stands_changes_nothing(void **state)
{
	struct fv_motion m = {0};

	(void)state;
	settle(&m);
	for (int i = 0; i < 10; i++)
		assert_true(at(&m, 60, 500));
}

/* How many fixes of a log are taken at rest. */
static size_t
still_of(const char *path, int64_t eph_mm, size_t *count_out)
{
	static struct fv_track_fix fixes[FIXES_MAX];
	struct fv_motion m = {0};
	size_t still = 0;

	*count_out = nmea_fixes(path, 1000, fixes, FIXES_MAX);
	for (size_t i = 0; i < *count_out; i++)
		still += fv_motion_feed(&m, fixes[i].t_ms, fixes[i].place, eph_mm);
	return still;
}

static void
a_real_receiver_at_rest_stands_still_all_the_time(void **state)
{
	size_t count;
	size_t still =
	    still_of("../shared/gps/long/signalk-gps-stationary-20min.nmea", 5000, &count);

	(void)state;
	if (count == 0)
		skip();
	assert_int_equal(still, count - 60);
}

static void
a_real_drive_stands_still_at_its_stops_only(void **state)
{
	size_t count;
	size_t still =
	    still_of("../shared/gps/long/tizen-suwon-drive-96min.nmea", 5000, &count);

	(void)state;
	if (count == 0)
		skip();
	/* Seven stops of 2 to 3 minutes, each but its first minute; some longer lights. */
	assert_in_range(still, 7 * 60, count / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_minute_at_one_place_is_standing_still),
	    cmocka_unit_test(a_walk_is_never_standing_still),
	    cmocka_unit_test(over_confident_outliers_change_nothing),
	    cmocka_unit_test(three_fixes_elsewhere_are_a_move),
	    cmocka_unit_test(a_fix_too_vague_to_tell_is_no_move),
	    cmocka_unit_test(over_a_long_gap_nothing_is_concluded),
	    cmocka_unit_test(time_that_stands_changes_nothing),
	    cmocka_unit_test(a_real_receiver_at_rest_stands_still_all_the_time),
	    cmocka_unit_test(a_real_drive_stands_still_at_its_stops_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
