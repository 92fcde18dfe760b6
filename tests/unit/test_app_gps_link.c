/* A gpsd that comes and goes, and a receiver that lets go of it. */
#include "tests/support/gpsd.h"

static void
a_rest_lets_go_of_gpsd_and_keeps_fix_and_session(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;
	struct fv_stamp now;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE TPV_AT("00"));
	pass(f, 400);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	fv_gps_rest(f->gps);
	assert_false(fv_gps_is_connected(f->gps));
	assert_int_equal(fv_gps_fd(f->gps), -1);
	assert_int_equal(fv_gps_timeout_ms(f->gps), -1);
	pass(f, 20000);
	expect_nothing(f);
	fv_gps_stamp(f->gps, &now);
	assert_int_equal(now.mode, 3);
	assert_true(fv_stamp_has(&now, FV_STAMP_MODE) && now.age_ms == 20400);
	pass(f, FV_GPS_REST_MS);
	fv_gps_stamp(f->gps, &now);
	assert_false(fv_stamp_has(&now, FV_STAMP_MODE));
	close(f->peer);
	fv_gps_wake(f->gps);
	assert_int_equal(fv_gps_timeout_ms(f->gps), 0);
	fv_gps_step(f->gps);
	drop_raw(f);
	f->peer = accept(f->listener, NULL, NULL);
	say_all(f, VERSION DEVICES DEVICE TPV_AT("55"));
	pass(f, 400);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_FIX, &e);
	assert_int_equal(e.stamp.run_3d, 2);
	expect_nothing(f);
}

static void
a_gpsd_that_hangs_up_is_gone_after_its_fix_is_lost(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;
	struct fv_stamp now;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE TPV_AT("00"));
	pass(f, 400);
	hang_up(f);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	expect(f, FV_GPS_LOST, &e);
	assert_int_equal(e.stamp.source, FV_SOURCE_USB);
	expect(f, FV_GPS_GONE, &e);
	expect_nothing(f);
	assert_int_equal(fv_gps_fd(f->gps), -1);
	pass(f, 600);
	fv_gps_stamp(f->gps, &now);
	assert_false(fv_stamp_has(&now, FV_STAMP_MODE));
	assert_int_equal(now.age_ms, 1000);
	assert_int_equal(now.place.lat_e7, 231291000);
}

static void
a_gpsd_that_hangs_up_in_mid_line_is_gone_too(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f, "{\"class\":\"TPV\",\"mo");
	hang_up(f);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_GONE, &e);
}

static void
a_gpsd_that_comes_back_is_found_again(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	hang_up(f);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_GONE, &e);
	assert_int_equal(fv_gps_timeout_ms(f->gps), FV_GPS_RETRY_MIN_MS);
	pass(f, FV_GPS_RETRY_MIN_MS);
	expect(f, FV_GPS_BACK, &e);
	f->peer = accept(f->listener, NULL, NULL);
	say_all(f, VERSION DEVICES DEVICE);
	expect(f, FV_GPS_SESSION, &e);
}

static void
tries_back_off_to_half_a_minute(void **state)
{
	static const int waits_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
	struct fixture *f = *state;

	close(f->listener);
	f->listener = -1;
	fv_gps_start(f->gps);
	assert_int_equal(fv_gps_timeout_ms(f->gps), 0);
	fv_gps_step(f->gps);
	for (size_t i = 0; i < sizeof waits_ms / sizeof waits_ms[0]; i++) {
		assert_int_equal(fv_gps_timeout_ms(f->gps), waits_ms[i]);
		pass(f, waits_ms[i]);
	}
	expect_nothing(f);
	assert_false(fv_gps_is_connected(f->gps));
}

static void
off_shift_the_watch_is_released_and_the_place_forgotten(void **state)
{
	struct fixture *f = *state;
	char heard[512] = "";
	struct fv_stamp now;
	size_t n = 0;
	ssize_t got;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE TPV_AT("00"));
	pass(f, 400);
	fv_gps_stop(f->gps);
	while (n < sizeof heard - 1 &&
	    (got = recv(f->peer, heard + n, sizeof heard - 1 - n, 0)) > 0)
		n += (size_t)got;
	assert_non_null(strstr(heard, "\"enable\":true"));
	assert_non_null(strstr(heard, "\"enable\":false"));
	fv_gps_stamp(f->gps, &now);
	assert_int_equal(now.has, 0);
	expect_nothing(f);
	assert_int_equal(fv_gps_timeout_ms(f->gps), -1);
	assert_int_equal(fv_gps_fd(f->gps), -1);
}

static void
a_name_that_is_too_long_is_refused(void **state)
{
	struct fv_clock clock = {fake_now, fake_now, *state};
	struct fv_gps *gps;
	char name[300];

	memset(name, 'h', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(fv_gps_new(name, NULL, clock, &gps), FV_ERANGE);
	assert_null(gps);
	assert_int_equal(fv_gps_new(NULL, name, clock, &gps), FV_ERANGE);
	fv_gps_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    with_gpsd(a_rest_lets_go_of_gpsd_and_keeps_fix_and_session),
	    with_gpsd(a_gpsd_that_hangs_up_is_gone_after_its_fix_is_lost),
	    with_gpsd(a_gpsd_that_hangs_up_in_mid_line_is_gone_too),
	    with_gpsd(a_gpsd_that_comes_back_is_found_again),
	    with_gpsd(tries_back_off_to_half_a_minute),
	    with_gpsd(off_shift_the_watch_is_released_and_the_place_forgotten),
	    with_gpsd(a_name_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
