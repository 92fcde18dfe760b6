#include "firmware-app/epoch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define T0 INT64_C(1772459400000)

/* A report of mode m at GNSS second s; s < 0: without a time. */
static struct fv_stamp
report(int32_t mode, int64_t s)
{
	struct fv_stamp r = {.mode = mode};

	r.has = FV_STAMP_BIT(FV_STAMP_MODE);
	if (s >= 0) {
		r.gnss_ms = T0 + s * 1000;
		r.has |= FV_STAMP_BIT(FV_STAMP_GNSS);
	}
	if (mode >= 2) {
		r.place = (struct fv_place){231291000 + (int32_t)s, 1132644000};
		r.has |= FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON);
	}
	return r;
}

static void
feed(struct fv_epoch *e, int32_t mode, int64_t s, int64_t boottime_ms)
{
	struct fv_stamp r = report(mode, s);

	fv_epoch_feed_fix(e, &r, boottime_ms);
}

static void
assert_event(struct fv_epoch *e, enum fv_epoch_event_kind kind, int64_t s)
{
	struct fv_epoch_event event;

	assert_true(fv_epoch_next(e, &event));
	assert_int_equal(event.kind, kind);
	assert_true(event.stamp.gnss_ms == T0 + s * 1000);
}

static void
assert_no_event(struct fv_epoch *e)
{
	struct fv_epoch_event event;

	assert_false(fv_epoch_next(e, &event));
}

static void
reports_of_one_time_make_one_fix(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 2, 0, 0);
	feed(&e, 3, 0, 20);
	feed(&e, 3, 0, 40);
	assert_no_event(&e);
	feed(&e, 3, 1, 1000);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_no_event(&e);
	assert_int_equal(e.fixes, 1);
}

static void
epochs_that_are_read_at_once_came_one_after_another(void **state)
{
	struct fv_epoch e;
	struct fv_epoch_event event;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 100);
	/* Nobody could read until 5300: what came at 1100 and 2100 waited. */
	for (int64_t s = 1; s <= 5; s++)
		feed(&e, 3, s, 5300 + s);
	for (int64_t s = 0; s < 5; s++) {
		assert_true(fv_epoch_next(&e, &event));
		assert_int_equal(event.boottime_ms, 100 + s * 1000);
	}
	fv_epoch_tick(&e, 5305 + FV_EPOCH_QUIET_MS);
	assert_true(fv_epoch_next(&e, &event));
	assert_int_equal(event.boottime_ms, 5305);
}

static void
a_receiver_whose_time_runs_too_fast_is_not_put_right(void **state)
{
	struct fv_epoch e;
	struct fv_epoch_event event;

	(void)state;
	fv_epoch_init(&e);
	for (int64_t s = 0; s < 5; s++)
		feed(&e, 3, s * 10, s * 1000);
	for (int64_t s = 0; s < 4; s++) {
		assert_true(fv_epoch_next(&e, &event));
		assert_int_equal(event.boottime_ms, s * 1000);
	}
}

static void
a_quiet_epoch_is_complete_without_its_successor(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 1000);
	assert_int_equal(fv_epoch_timeout_ms(&e, 1100), FV_EPOCH_QUIET_MS - 100);
	fv_epoch_tick(&e, 1000 + FV_EPOCH_QUIET_MS - 1);
	assert_no_event(&e);
	fv_epoch_tick(&e, 1000 + FV_EPOCH_QUIET_MS);
	assert_event(&e, FV_EPOCH_FIX, 0);
}

static void
the_last_report_of_the_highest_mode_counts(void **state)
{
	struct fv_epoch e;
	struct fv_epoch_event event;
	struct fv_stamp r;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	r = report(3, 0);
	r.place.lat_e7 = 5;
	fv_epoch_feed_fix(&e, &r, 10);
	r.mode = 2;
	r.place.lat_e7 = 6;
	fv_epoch_feed_fix(&e, &r, 20);
	fv_epoch_tick(&e, 1000);
	assert_true(fv_epoch_next(&e, &event));
	assert_int_equal(event.stamp.mode, 3);
	assert_int_equal(event.stamp.place.lat_e7, 5);
}

static void
a_mode_1_inside_an_epoch_with_a_mode_3_is_no_loss(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	for (int64_t s = 0; s < 50; s++) {
		feed(&e, 3, s, s * 20);
		feed(&e, 1, s, s * 20 + 5);
		feed(&e, 1, s, s * 20 + 10);
		feed(&e, 1, -1, s * 20 + 15);
	}
	assert_int_equal(e.losses, 0);
	assert_int_equal(e.fixes, 49);
	assert_int_equal(e.run_3d, 49);
}

static void
a_mode_1_of_a_new_time_is_a_loss(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	feed(&e, 1, 1, 20);
	feed(&e, 1, 2, 40);
	feed(&e, 3, 3, 60);
	feed(&e, 3, 4, 80);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_event(&e, FV_EPOCH_LOST, 0);
	assert_event(&e, FV_EPOCH_FIX, 3);
	assert_no_event(&e);
	assert_int_equal(e.losses, 1);
	assert_int_equal(e.run_3d, 1);
}

static void
a_run_of_reports_without_time_is_a_loss(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	for (int i = 0; i < 10; i++)
		feed(&e, 1, -1, 10 + i);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_event(&e, FV_EPOCH_LOST, 0);
	assert_no_event(&e);
}

static void
a_report_without_time_takes_the_time_of_its_epoch(void **state)
{
	struct fv_epoch e;
	struct fv_epoch_event event;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 2, -1, 0);
	feed(&e, 3, 7, 10);
	fv_epoch_tick(&e, 1000);
	assert_true(fv_epoch_next(&e, &event));
	assert_true(event.stamp.gnss_ms == T0 + 7000);
	assert_int_equal(event.stamp.mode, 3);
	assert_no_event(&e);
}

static void
a_fix_without_a_time_never_heals_the_epoch_before(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	feed(&e, 1, 1, 10);
	feed(&e, 1, -1, 20);
	feed(&e, 2, -1, 30);
	feed(&e, 3, 2, 40);
	fv_epoch_tick(&e, 1000);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_event(&e, FV_EPOCH_LOST, 0);
	assert_event(&e, FV_EPOCH_FIX, 2);
	assert_no_event(&e);
}

static void
a_latecomer_of_a_complete_epoch_changes_nothing(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	fv_epoch_tick(&e, 500);
	assert_event(&e, FV_EPOCH_FIX, 0);
	feed(&e, 1, 0, 600);
	feed(&e, 3, 0, 700);
	fv_epoch_tick(&e, 5000);
	assert_no_event(&e);
}

static void
a_receiver_that_falls_silent_or_repeats_itself_loses_its_fix(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	for (int64_t t = 1000; t < FV_EPOCH_SILENT_MS; t += 1000)
		feed(&e, 3, 0, t);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_no_event(&e);
	assert_int_equal(fv_epoch_timeout_ms(&e, FV_EPOCH_SILENT_MS - 70), 70);
	feed(&e, 3, 0, FV_EPOCH_SILENT_MS);
	assert_event(&e, FV_EPOCH_LOST, 0);
}

static void
a_run_of_3d_fixes_is_counted_and_broken_by_2d(void **state)
{
	static const int32_t modes[] = {3, 3, 2, 3, 3, 3};
	static const int32_t runs[] = {1, 2, 0, 1, 2, 3};
	struct fv_epoch e;
	struct fv_epoch_event event;

	(void)state;
	fv_epoch_init(&e);
	for (int64_t s = 0; s < 6; s++) {
		feed(&e, modes[s], s, s * 1000);
		fv_epoch_tick(&e, s * 1000 + 900);
		assert_true(fv_epoch_next(&e, &event));
		assert_int_equal(event.stamp.run_3d, runs[s]);
	}
}

static void
a_stamp_with_a_fix_tells_its_age(void **state)
{
	struct fv_epoch e;
	struct fv_stamp s;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 1000);
	fv_epoch_tick(&e, 1300);
	fv_epoch_stamp(&e, 1900, &s);
	assert_int_equal(s.mode, 3);
	assert_true(fv_stamp_has(&s, FV_STAMP_AGE));
	assert_int_equal(s.age_ms, 900);
	assert_int_equal(s.place.lat_e7, 231291000);
}

static void
a_stamp_after_a_loss_has_mode_1_and_the_last_place_with_its_age(void **state)
{
	struct fv_epoch e;
	struct fv_stamp s;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 1000);
	feed(&e, 1, 1, 2000);
	fv_epoch_tick(&e, 2400);
	fv_epoch_stamp(&e, 61000, &s);
	assert_int_equal(s.mode, 1);
	assert_true(fv_stamp_has(&s, FV_STAMP_LAT));
	assert_int_equal(s.age_ms, 60000);
	assert_false(fv_stamp_has(&s, FV_STAMP_RUN_3D));
}

static void
a_stamp_before_any_fix_has_a_mode_and_no_place(void **state)
{
	struct fv_epoch e;
	struct fv_stamp s;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 1, -1, 0);
	fv_epoch_tick(&e, 1000);
	fv_epoch_stamp(&e, 1000, &s);
	assert_int_equal(s.has, FV_STAMP_BIT(FV_STAMP_MODE));
	assert_int_equal(s.mode, 1);
	assert_no_event(&e);
	assert_int_equal(e.losses, 0);
}

static void
the_sky_of_the_last_ten_seconds_is_in_the_stamp(void **state)
{
	struct fv_epoch e;
	struct fv_stamp sky = {.used = 7, .seen = 12, .ss_mean_d = 381};
	struct fv_stamp s;

	(void)state;
	sky.has = FV_STAMP_BIT(FV_STAMP_USED) | FV_STAMP_BIT(FV_STAMP_SEEN) |
	    FV_STAMP_BIT(FV_STAMP_SS_MEAN);
	fv_epoch_init(&e);
	fv_epoch_feed_sky(&e, &sky, 0);
	feed(&e, 3, 0, 10);
	fv_epoch_tick(&e, 400);
	fv_epoch_stamp(&e, 400, &s);
	assert_int_equal(s.used, 7);
	assert_int_equal(s.seen, 12);
	assert_false(fv_stamp_has(&s, FV_STAMP_HDOP));
	feed(&e, 3, 20, FV_EPOCH_SKY_MS + 11);
	fv_epoch_tick(&e, FV_EPOCH_SKY_MS + 400);
	fv_epoch_stamp(&e, FV_EPOCH_SKY_MS + 400, &s);
	assert_false(fv_stamp_has(&s, FV_STAMP_USED));
}

static void
a_receiver_that_goes_loses_its_fix_once(void **state)
{
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	feed(&e, 3, 1, 20);
	fv_epoch_gone(&e);
	fv_epoch_gone(&e);
	assert_event(&e, FV_EPOCH_FIX, 0);
	assert_event(&e, FV_EPOCH_LOST, 0);
	assert_no_event(&e);
	assert_int_equal(fv_epoch_timeout_ms(&e, 30), -1);
}

static void
events_that_nobody_takes_give_way_to_newer_ones(void **state)
{
	struct fv_epoch e;
	struct fv_epoch_event event;
	unsigned taken = 0;

	(void)state;
	fv_epoch_init(&e);
	for (int64_t s = 0; s < 200; s++)
		feed(&e, 3, s, s * 1000);
	assert_false(fv_epoch_has_room(&e));
	while (fv_epoch_next(&e, &event))
		taken++;
	assert_int_equal(taken, FV_EPOCH_EVENTS);
	assert_true(event.stamp.gnss_ms == T0 + 198 * 1000);
	assert_true(fv_epoch_has_room(&e));
}

static void
silence_while_nobody_listens_loses_no_fix(void **state)
{
	struct fv_stamp now;
	struct fv_epoch e;

	(void)state;
	fv_epoch_init(&e);
	feed(&e, 3, 0, 0);
	fv_epoch_tick(&e, FV_EPOCH_QUIET_MS);
	assert_event(&e, FV_EPOCH_FIX, 0);
	fv_epoch_rest(&e);
	fv_epoch_stamp(&e, 25000, &now);
	assert_int_equal(now.mode, 3);
	assert_true(now.age_ms == 25000);
	fv_epoch_wake(&e, 25000);
	fv_epoch_tick(&e, 25000 + FV_EPOCH_SILENT_MS - 1);
	assert_no_event(&e);
	assert_int_equal(fv_epoch_timeout_ms(&e, 25000 + FV_EPOCH_SILENT_MS - 1), 1);
	fv_epoch_tick(&e, 25000 + FV_EPOCH_SILENT_MS);
	assert_event(&e, FV_EPOCH_LOST, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports_of_one_time_make_one_fix),
	    cmocka_unit_test(epochs_that_are_read_at_once_came_one_after_another),
	    cmocka_unit_test(a_receiver_whose_time_runs_too_fast_is_not_put_right),
	    cmocka_unit_test(a_quiet_epoch_is_complete_without_its_successor),
	    cmocka_unit_test(the_last_report_of_the_highest_mode_counts),
	    cmocka_unit_test(a_mode_1_inside_an_epoch_with_a_mode_3_is_no_loss),
	    cmocka_unit_test(a_mode_1_of_a_new_time_is_a_loss),
	    cmocka_unit_test(a_run_of_reports_without_time_is_a_loss),
	    cmocka_unit_test(a_report_without_time_takes_the_time_of_its_epoch),
	    cmocka_unit_test(a_fix_without_a_time_never_heals_the_epoch_before),
	    cmocka_unit_test(a_latecomer_of_a_complete_epoch_changes_nothing),
	    cmocka_unit_test(a_receiver_that_falls_silent_or_repeats_itself_loses_its_fix),
	    cmocka_unit_test(a_run_of_3d_fixes_is_counted_and_broken_by_2d),
	    cmocka_unit_test(a_stamp_with_a_fix_tells_its_age),
	    cmocka_unit_test(a_stamp_after_a_loss_has_mode_1_and_the_last_place_with_its_age),
	    cmocka_unit_test(a_stamp_before_any_fix_has_a_mode_and_no_place),
	    cmocka_unit_test(the_sky_of_the_last_ten_seconds_is_in_the_stamp),
	    cmocka_unit_test(a_receiver_that_goes_loses_its_fix_once),
	    cmocka_unit_test(silence_while_nobody_listens_loses_no_fix),
	    cmocka_unit_test(events_that_nobody_takes_give_way_to_newer_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
