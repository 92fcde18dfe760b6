/*
 * A gpsd that says what a test wants, and a receiver that listens to it.  Inline, because only
 * tests of the handheld link that.
 *
 * Threads: no.  Memory: one fixture, static.
 */
#ifndef FV_TEST_GPSD_H
#define FV_TEST_GPSD_H

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

#include "firmware-app/gps.h"

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

struct fixture {
	int listener;
	int peer; /* the receiver's connection, accepted; -1: none */
	int64_t now_ms;
	char port[16];
	struct fv_gps *gps;
};

static inline int64_t
fake_now(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

static inline int
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

static inline int
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

static inline void
answer(struct fixture *f)
{
	fv_gps_start(f->gps);
	fv_gps_step(f->gps);
	assert_true(fv_gps_is_connected(f->gps));
	f->peer = accept(f->listener, NULL, NULL);
	assert_true(f->peer >= 0);
}

/* Send, and step the receiver when the bytes are there. */
static inline void
say(struct fixture *f, const char *text, size_t len)
{
	struct pollfd fd = {.fd = fv_gps_fd(f->gps), .events = POLLIN};

	assert_int_equal(send(f->peer, text, len, MSG_NOSIGNAL), len);
	assert_int_equal(poll(&fd, 1, 5000), 1);
	do
		fv_gps_step(f->gps);
	while (fv_gps_timeout_ms(f->gps) == 0);
}

static inline void
say_all(struct fixture *f, const char *text)
{
	say(f, text, strlen(text));
}

static inline void
hang_up(struct fixture *f)
{
	struct pollfd fd = {.fd = fv_gps_fd(f->gps), .events = POLLIN};

	close(f->peer);
	f->peer = -1;
	assert_int_equal(poll(&fd, 1, 5000), 1);
	fv_gps_step(f->gps);
}

static inline void
pass(struct fixture *f, int64_t ms)
{
	f->now_ms += ms;
	fv_gps_step(f->gps);
}

static inline void
expect(struct fixture *f, enum fv_gps_event_kind kind, struct fv_gps_event *e)
{
	assert_true(fv_gps_next(f->gps, e));
	assert_int_equal(e->kind, kind);
}

static inline void
expect_nothing(struct fixture *f)
{
	struct fv_gps_event e;

	assert_false(fv_gps_next(f->gps, &e));
}

/* Take the second connection, to a u-blox's own bytes.  -1: none; a newer gpsd tells
 * interference itself. */
static inline int
take_raw(struct fixture *f)
{
	struct pollfd fd = {.fd = f->listener, .events = POLLIN};

	return poll(&fd, 1, 0) == 1 ? accept(f->listener, NULL, NULL) : -1;
}

static inline void
drop_raw(struct fixture *f)
{
	int fd = take_raw(f);

	if (fd >= 0)
		close(fd);
}

#define with_gpsd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
