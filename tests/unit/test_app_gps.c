/* What a gpsd says, as stamps and events. */
#include "tests/support/gpsd.h"

static void
a_report_becomes_a_stamp_in_whole_units(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE SKY TPV_AT("00"));
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect_nothing(f);
	pass(f, FV_EPOCH_QUIET_MS);
	expect(f, FV_GPS_FIX, &e);
	assert_int_equal(e.stamp.mode, 3);
	assert_true(e.stamp.gnss_ms == INT64_C(1772459400000));
	assert_int_equal(e.stamp.place.lat_e7, 231291000);
	assert_int_equal(e.stamp.place.lon_e7, -1132644001);
	assert_int_equal(e.stamp.alt_hae_mm, 12346);
	assert_int_equal(e.stamp.eph_mm, 6500);
	assert_int_equal(e.stamp.epv_mm, 9250);
	assert_int_equal(e.stamp.speed_mm_s, 1400);
	assert_int_equal(e.stamp.course_cdeg, 0);
	assert_int_equal(e.stamp.used, 2);
	assert_int_equal(e.stamp.seen, 3);
	assert_int_equal(e.stamp.ss_mean_d, 350);
	assert_int_equal(e.stamp.ss_spread_d, 100);
	assert_int_equal(e.stamp.pdop_c, 150);
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_HDOP));
	assert_int_equal(e.stamp.source, FV_SOURCE_USB);
	assert_int_equal(e.stamp.run_3d, 1);
	expect_nothing(f);
}

static void
bytes_that_come_one_by_one_say_the_same(void **state)
{
	static const char text[] = VERSION DEVICES DEVICE TPV_AT("00") TPV_AT("01");
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	for (size_t i = 0; i < sizeof text - 1; i++)
		say(f, text + i, 1);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	assert_true(e.stamp.gnss_ms == INT64_C(1772459400000));
	expect_nothing(f);
}

static void
a_session_waits_for_its_driver(void **state)
{
	struct fixture *f = *state;
	const struct fv_gps_session *s = fv_gps_session(f->gps);
	struct fv_gps_event e;

	answer(f);
	say_all(f, VERSION DEVICES);
	expect(f, FV_GPS_BACK, &e);
	expect_nothing(f);
	say_all(f, DEVICE);
	expect(f, FV_GPS_SESSION, &e);
	assert_string_equal(s->path, "/dev/ttyACM0");
	assert_string_equal(s->driver, "u-blox");
	assert_string_equal(s->subtype, "SW 1.00");
	assert_string_equal(s->release, "3.22");
	assert_int_equal(s->proto_major, 3);
	assert_int_equal(s->proto_minor, 14);
	assert_int_equal(s->bits_per_s, 9600);
	assert_int_equal(s->source, FV_SOURCE_USB);
	say_all(f, DEVICE);
	expect_nothing(f);
}

static void
a_session_without_a_driver_is_told_after_ten_seconds(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f, VERSION DEVICES);
	expect(f, FV_GPS_BACK, &e);
	assert_int_equal(fv_gps_timeout_ms(f->gps), FV_GPS_SESSION_MS);
	pass(f, FV_GPS_SESSION_MS - 1);
	expect_nothing(f);
	pass(f, 1);
	expect(f, FV_GPS_SESSION, &e);
	assert_string_equal(fv_gps_session(f->gps)->driver, "");
	say_all(f, DEVICE);
	expect(f, FV_GPS_SESSION, &e);
	assert_string_equal(fv_gps_session(f->gps)->driver, "u-blox");
}

/* Send at a time at which nobody polls; the look comes at `ms` from now. */
static void
say_unseen(struct fixture *f, const char *text, int64_t ms)
{
	assert_int_equal(fv_gps_fd(f->gps), -1);
	assert_int_equal(fv_gps_timeout_ms(f->gps), ms);
	assert_int_equal(send(f->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	pass(f, ms);
}

static void
a_receiver_that_keeps_pace_is_looked_at_once_an_epoch(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE TPV_AT("00"));
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	pass(f, 1010);
	say_all(f, TPV_AT("01"));
	expect(f, FV_GPS_FIX, &e);
	say_unseen(f, SKY TPV_AT("02"), 1150);
	expect(f, FV_GPS_FIX, &e);
	assert_true(e.boottime_ms == f->now_ms - 1150);
	say_unseen(f, SKY TPV_AT("03"), 1000);
	expect(f, FV_GPS_FIX, &e);
	assert_int_equal(e.stamp.used, 2);
	/* One that is not there when it is due is waited for, and tells the pace anew. */
	pass(f, fv_gps_timeout_ms(f->gps));
	assert_true(fv_gps_fd(f->gps) >= 0);
	pass(f, 500);
	say_all(f, TPV_AT("04"));
	assert_true(fv_gps_fd(f->gps) >= 0);
	pass(f, 1000);
	say_all(f, TPV_AT("05"));
	assert_int_equal(fv_gps_fd(f->gps), -1);
	/* Who asks in between is answered with what is there. */
	pass(f, 400);
	expect(f, FV_GPS_FIX, &e);
	assert_int_equal(fv_gps_timeout_ms(f->gps), 750);
}

static void
now_and_then_a_report_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;
	char text[400];
	int unseen = 0;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE);
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof text,
		    "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":3,\"time\":"
		    "\"2026-03-02T13:%02d:%02d.000Z\",\"lat\":23.1,\"lon\":113.2}\r\n",
		    i / 60, i % 60);
		if (fv_gps_fd(f->gps) >= 0) {
			f->now_ms += 1000;
			say_all(f, text);
		} else {
			unseen++;
			say_unseen(f, text, fv_gps_timeout_ms(f->gps));
		}
		while (fv_gps_next(f->gps, &e))
			assert_int_not_equal(e.kind, FV_GPS_LOST);
	}
	assert_in_range(unseen, 180, 196);
}

static void
a_u_blox_tells_interference_over_a_second_connection(void **state)
{
	static const char frame[] =
	    "b5620a093c0000f401000000000000000100eff700005d00180602010184ffeb01000a0b0c0d0e"
	    "0f01000203ff10ff1213363516ef5e0000000080f7000000000000e27f";
	uint8_t bytes[68];
	struct fixture *f = *state;
	struct fv_gps_event e;
	char asked[64] = "";
	int raw;

	answer(f);
	say_all(f, VERSION DEVICES DEVICE);
	if ((raw = take_raw(f)) < 0)
		skip();
	assert_true(recv(raw, asked, sizeof asked - 1, 0) > 0);
	assert_string_equal(asked, "?WATCH={\"enable\":true,\"json\":false,\"raw\":2};\n");
	assert_int_equal(fv_hex_decode(fv_span_z(frame), bytes, sizeof bytes), FV_OK);
	assert_int_equal(send(raw, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
	say_all(f, TPV_AT("00"));
	say_all(f, TPV_AT("01"));
	pass(f, 400);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	expect(f, FV_GPS_FIX, &e);
	assert_true(fv_stamp_has(&e.stamp, FV_STAMP_JAM));
	assert_int_equal(e.stamp.jam, 22);
	assert_int_equal(e.stamp.antenna, 1);
	pass(f, 61000);
	say_all(f, TPV_AT("59"));
	pass(f, 400);
	while (fv_gps_next(f->gps, &e))
		;
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_JAM));
	close(raw);
	pass(f, 100);
	assert_true(fv_gps_is_connected(f->gps));
}

static void
values_that_are_none_are_absent(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f,
	    VERSION DEVICES DEVICE
	    "{\"class\":\"TPV\",\"device\":\"/dev/"
	    "ttyACM0\",\"mode\":2,\"lat\":91.0,\"lon\":0.0}\r\n"
	    "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":2,\"time\":"
	    "\"2026-03-02T13:50:01.000Z\",\"lat\":1.0,\"lon\":2.0,\"speed\":-1.0,\"eph\":"
	    "1e300}\r\n");
	pass(f, 400);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	assert_int_equal(e.stamp.mode, 2);
	assert_int_equal(e.stamp.place.lat_e7, 10000000);
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_SPEED));
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_EPH));
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_ALT));
	assert_false(fv_stamp_has(&e.stamp, FV_STAMP_USED));
	expect_nothing(f);
}

static void
lines_that_are_not_gpsds_are_passed_over(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;

	answer(f);
	say_all(f,
	    "HTTP/1.0 200 "
	    "OK\r\n\r\n{}\r\n{\"class\":\"NONE\"}\r\n{\"class\":\"TPV\",\"mode\":\r\n"
	    "$GPRMC,,V,,,,,,,,,,N*53\r\n" VERSION DEVICES DEVICE TPV_AT("00"));
	pass(f, 400);
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_SESSION, &e);
	expect(f, FV_GPS_FIX, &e);
	expect_nothing(f);
}

static void
a_line_without_an_end_is_given_up(void **state)
{
	struct fixture *f = *state;
	static char noise[64 * 1024];
	struct fv_gps_event e;

	memset(noise, 'x', sizeof noise);
	answer(f);
	assert_true(send(f->peer, noise, sizeof noise, MSG_NOSIGNAL) > 0);
	for (int i = 0; i < 5000 && fv_gps_is_connected(f->gps); i++)
		fv_gps_step(f->gps);
	assert_false(fv_gps_is_connected(f->gps));
	expect(f, FV_GPS_BACK, &e);
	expect(f, FV_GPS_GONE, &e);
}

static void
reading_stops_while_nobody_takes_what_was_read(void **state)
{
	struct fixture *f = *state;
	struct fv_gps_event e;
	unsigned fixes = 0;
	char line[400];

	answer(f);
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(line, sizeof line,
		    "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":3,\"time\":"
		    "\"2026-03-02T13:%02u:%02u.000Z\",\"lat\":1.0,\"lon\":2.0}\r\n",
		    i / 60, i % 60);
		assert_true(send(f->peer, line, strlen(line), MSG_NOSIGNAL) > 0);
	}
	for (int i = 0; i < 50; i++)
		fv_gps_step(f->gps);
	assert_int_equal(fv_gps_fd(f->gps), -1);
	assert_true(fv_gps_timeout_ms(f->gps) != 0);
	do {
		while (fv_gps_next(f->gps, &e))
			fixes += e.kind == FV_GPS_FIX ? 1 : 0;
		fv_gps_step(f->gps);
	} while (fv_gps_timeout_ms(f->gps) == 0 || fv_gps_fd(f->gps) < 0);
	while (fv_gps_next(f->gps, &e))
		fixes += e.kind == FV_GPS_FIX ? 1 : 0;
	assert_int_equal(fixes, 199);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    with_gpsd(a_report_becomes_a_stamp_in_whole_units),
	    with_gpsd(bytes_that_come_one_by_one_say_the_same),
	    with_gpsd(a_receiver_that_keeps_pace_is_looked_at_once_an_epoch),
	    with_gpsd(now_and_then_a_report_is_waited_for),
	    with_gpsd(a_session_waits_for_its_driver),
	    with_gpsd(a_session_without_a_driver_is_told_after_ten_seconds),
	    with_gpsd(a_u_blox_tells_interference_over_a_second_connection),
	    with_gpsd(values_that_are_none_are_absent),
	    with_gpsd(lines_that_are_not_gpsds_are_passed_over),
	    with_gpsd(a_line_without_an_end_is_given_up),
	    with_gpsd(reading_stops_while_nobody_takes_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
