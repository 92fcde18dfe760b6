#include "firmware-app/gps.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define VERSION                                                                               \
	"{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,"     \
	"\"proto_minor\":14}\r\n"
#define DEVICES                                                                               \
	"{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/"          \
	"ttyACM0\","                                                                          \
	"\"native\":0,\"bps\":9600,\"parity\":\"N\",\"stopbits\":1,\"cycle\":1.00}]}\r\n"
#define DEVICE                                                                                \
	"{\"class\":\"DEVICE\",\"path\":\"/dev/ttyACM0\",\"driver\":\"u-blox\","              \
	"\"subtype\":\"SW 1.00\",\"native\":0,\"bps\":9600,\"parity\":\"N\",\"stopbits\":1,"  \
	"\"cycle\":1.00}\r\n"
#define TPV_AT(second)                                                                        \
	"{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":3,\"time\":"                 \
	"\"2026-03-02T13:50:" second ".000Z\",\"lat\":23.129100000,\"lon\":-113.264400100,"   \
	"\"altHAE\":12.3456,\"track\":359.999,\"speed\":1.400,\"eph\":6.500,\"epv\":9.250}"   \
	"\r\n"
#define SKY                                                                                   \
	"{\"class\":\"SKY\",\"device\":\"/dev/ttyACM0\",\"hdop\":0.00,\"pdop\":1.50,"         \
	"\"satellites\":[{\"PRN\":1,\"el\":10,\"az\":20,\"ss\":40,\"used\":true},"            \
	"{\"PRN\":2,\"el\":30,\"az\":40,\"ss\":30,\"used\":true},{\"PRN\":3,\"el\":50,"       \
	"\"az\":60,\"ss\":20,\"used\":false}]}\r\n"

/* A gpsd that says what the test wants, and a receiver that listens to it. */
struct fixture {
	int listener;
	int peer; /* the receiver's connection, accepted; -1: none */
	int64_t now_ms;
	char port[16];
	struct fv_gps *gps;
};

static int64_t
fake_now(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

static int
setup(void **state)
{
	static struct fixture f;
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	struct fv_clock clock = {fake_now, fake_now, &f};

	f = (struct fixture){.peer = -1, .now_ms = 1000000};
	f.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(f.listener, (struct sockaddr *)&at, len) != 0 || listen(f.listener, 4) != 0 ||
	    getsockname(f.listener, (struct sockaddr *)&at, &len) != 0)
		return -1;
	(void)snprintf(f.port, sizeof f.port, "%u", (unsigned)ntohs(at.sin_port));
	*state = &f;
	return fv_gps_new("127.0.0.1", f.port, clock, &f.gps) == FV_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	fv_gps_free(f->gps);
	if (f->peer >= 0)
		close(f->peer);
	if (f->listener >= 0)
		close(f->listener);
	return 0;
}

static void
answer(struct fixture *f)
{
	fv_gps_start(f->gps);
	fv_gps_step(f->gps);
	assert_true(fv_gps_is_connected(f->gps));
	f->peer = accept(f->listener, NULL, NULL);
	assert_true(f->peer >= 0);
}

/* Send, and step the receiver when the bytes are there. */
static void
say(struct fixture *f, const char *text, size_t len)
{
	struct pollfd fd = {.fd = fv_gps_fd(f->gps), .events = POLLIN};

	assert_int_equal(send(f->peer, text, len, MSG_NOSIGNAL), len);
	assert_int_equal(poll(&fd, 1, 5000), 1);
	do
		fv_gps_step(f->gps);
	while (fv_gps_timeout_ms(f->gps) == 0);
}

static void
say_all(struct fixture *f, const char *text)
{
	say(f, text, strlen(text));
}

static void
hang_up(struct fixture *f)
{
	struct pollfd fd = {.fd = fv_gps_fd(f->gps), .events = POLLIN};

	close(f->peer);
	f->peer = -1;
	assert_int_equal(poll(&fd, 1, 5000), 1);
	fv_gps_step(f->gps);
}

static void
pass(struct fixture *f, int64_t ms)
{
	f->now_ms += ms;
	fv_gps_step(f->gps);
}

static void
expect(struct fixture *f, enum fv_gps_event_kind kind, struct fv_gps_event *e)
{
	assert_true(fv_gps_next(f->gps, e));
	assert_int_equal(e->kind, kind);
}

static void
expect_nothing(struct fixture *f)
{
	struct fv_gps_event e;

	assert_false(fv_gps_next(f->gps, &e));
}

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

/* Take the second connection, to a u-blox's own bytes.  -1: none; a newer gpsd tells
 * interference itself. */
static int
take_raw(struct fixture *f)
{
	struct pollfd fd = {.fd = f->listener, .events = POLLIN};

	return poll(&fd, 1, 0) == 1 ? accept(f->listener, NULL, NULL) : -1;
}

static void
drop_raw(struct fixture *f)
{
	int fd = take_raw(f);

	if (fd >= 0)
		close(fd);
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

#define with_gpsd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

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
	    with_gpsd(a_rest_lets_go_of_gpsd_and_keeps_fix_and_session),
	    with_gpsd(a_gpsd_that_hangs_up_is_gone_after_its_fix_is_lost),
	    with_gpsd(a_gpsd_that_hangs_up_in_mid_line_is_gone_too),
	    with_gpsd(a_gpsd_that_comes_back_is_found_again),
	    with_gpsd(tries_back_off_to_half_a_minute),
	    with_gpsd(off_shift_the_watch_is_released_and_the_place_forgotten),
	    with_gpsd(values_that_are_none_are_absent),
	    with_gpsd(lines_that_are_not_gpsds_are_passed_over),
	    with_gpsd(a_line_without_an_end_is_given_up),
	    with_gpsd(reading_stops_while_nobody_takes_what_was_read),
	    with_gpsd(a_name_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
