#include "fv/dwell.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 INT64_C(1772459400000)
#define RADIUS_MM 100000

static const struct fv_place centre = {231291000, 1132644000};

/* The event of a fix `metres` north of the place at second s. */
static enum fv_dwell_event
at(struct fv_dwell *d, int64_t s, int32_t metres, int64_t *since_ms)
{
	struct fv_place fix = {centre.lat_e7 + metres * 90, centre.lon_e7};

	return fv_dwell_feed(d, T0 + s * 1000, fix, 6000, since_ms);
}

/* Stand inside until the arrival. */
static void
arrive(struct fv_dwell *d)
{
	int64_t since;

	fv_dwell_init(d, centre, RADIUS_MM);
	for (int64_t s = 0; s < 20; s++)
		assert_int_equal(at(d, s, 5, &since), FV_DWELL_NONE);
	assert_int_equal(at(d, 20, 5, &since), FV_DWELL_ARRIVED);
	assert_true(since == T0);
}

static void
standing_inside_is_an_arrival_from_its_first_fix(void **state)
{
	struct fv_dwell d;

	(void)state;
	arrive(&d);
	assert_true(d.is_inside);
}

static void
one_fix_inside_while_passing_by_is_none(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	fv_dwell_init(&d, centre, RADIUS_MM);
	for (int64_t s = 0; s < 300; s++)
		assert_int_equal(at(&d, s, s % 7 == 3 ? 10 : 400, &since), FV_DWELL_NONE);
	assert_false(d.is_inside);
}

static void
one_fix_outside_does_not_end_a_stay(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	arrive(&d);
	for (int64_t s = 21; s < 600; s++)
		assert_int_equal(at(&d, s, s % 20 == 0 ? 700 : 5, &since), FV_DWELL_NONE);
	assert_true(d.is_inside);
}

static void
a_departure_is_told_from_the_first_fix_outside(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	arrive(&d);
	for (int64_t s = 100; s < 160; s++)
		assert_int_equal(at(&d, s, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 160, 250, &since), FV_DWELL_LEFT);
	assert_true(since == T0 + 100 * 1000);
}

static void
a_fix_that_cannot_tell_changes_nothing(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	arrive(&d);
	for (int64_t s = 100; s < 130; s++)
		assert_int_equal(at(&d, s, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 130, 100, &since), FV_DWELL_NONE);
	for (int64_t s = 131; s < 160; s++)
		assert_int_equal(at(&d, s, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 160, 250, &since), FV_DWELL_LEFT);
}

static void
nothing_is_concluded_over_a_gap(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	arrive(&d);
	assert_int_equal(at(&d, 30, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 31, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 500, 250, &since), FV_DWELL_NONE);
	assert_true(d.is_inside);
	assert_int_equal(at(&d, 530, 250, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 560, 250, &since), FV_DWELL_LEFT);
	assert_true(since == T0 + 500 * 1000);
}

static void
two_fixes_are_too_few_however_far_apart(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	fv_dwell_init(&d, centre, RADIUS_MM);
	assert_int_equal(at(&d, 0, 5, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 90, 5, &since), FV_DWELL_NONE);
	assert_int_equal(at(&d, 91, 5, &since), FV_DWELL_ARRIVED);
}

static void
a_fix_whose_time_does_not_rise_is_passed_over(void **state)
{
	struct fv_dwell d;
	int64_t since;

	(void)state;
	arrive(&d);
	for (int i = 0; i < 100; i++)
		assert_int_equal(at(&d, 20 - i, 900, &since), FV_DWELL_NONE);
	assert_int_equal(fv_dwell_feed(&d, INT64_MIN, centre, 6000, &since), FV_DWELL_NONE);
	assert_int_equal(fv_dwell_feed(&d, INT64_MAX, centre, 6000, &since), FV_DWELL_NONE);
	assert_true(d.is_inside);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(standing_inside_is_an_arrival_from_its_first_fix),
	    cmocka_unit_test(one_fix_inside_while_passing_by_is_none),
	    cmocka_unit_test(one_fix_outside_does_not_end_a_stay),
	    cmocka_unit_test(a_departure_is_told_from_the_first_fix_outside),
	    cmocka_unit_test(a_fix_that_cannot_tell_changes_nothing),
	    cmocka_unit_test(nothing_is_concluded_over_a_gap),
	    cmocka_unit_test(two_fixes_are_too_few_however_far_apart),
	    cmocka_unit_test(a_fix_whose_time_does_not_rise_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
