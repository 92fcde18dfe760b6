/*
 * Watch a gpsd with the handheld's receiver module and print one JSON object an event,
 * until `seconds` have passed or gpsd has gone.  usage: receiver PORT SECONDS
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "firmware-app/gps.h"

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
rtc_ms(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_REALTIME);
}

static int64_t
boottime_ms(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_BOOTTIME);
}

static void
print_number(const struct fv_stamp *s, enum fv_stamp_key key, const char *name, int64_t v)
{
	if (fv_stamp_has(s, key))
		(void)printf(",\"%s\":%" PRId64, name, v);
}

static void
print_stamp(const char *event, const struct fv_stamp *s)
{
	(void)printf("{\"event\":\"%s\"", event);
	print_number(s, FV_STAMP_MODE, "mode", s->mode);
	print_number(s, FV_STAMP_GNSS, "gnss_ms", s->gnss_ms);
	print_number(s, FV_STAMP_LAT, "lat_e7", s->place.lat_e7);
	print_number(s, FV_STAMP_LON, "lon_e7", s->place.lon_e7);
	print_number(s, FV_STAMP_ALT, "alt_hae_mm", s->alt_hae_mm);
	print_number(s, FV_STAMP_EPH, "eph_mm", s->eph_mm);
	print_number(s, FV_STAMP_EPV, "epv_mm", s->epv_mm);
	print_number(s, FV_STAMP_SPEED, "speed_mm_s", s->speed_mm_s);
	print_number(s, FV_STAMP_COURSE, "course_cdeg", s->course_cdeg);
	print_number(s, FV_STAMP_USED, "used", s->used);
	print_number(s, FV_STAMP_SEEN, "seen", s->seen);
	print_number(s, FV_STAMP_SS_MEAN, "ss_mean_d", s->ss_mean_d);
	print_number(s, FV_STAMP_SS_SPREAD, "ss_spread_d", s->ss_spread_d);
	print_number(s, FV_STAMP_PDOP, "pdop_c", s->pdop_c);
	print_number(s, FV_STAMP_HDOP, "hdop_c", s->hdop_c);
	print_number(s, FV_STAMP_STATUS, "status", s->status);
	print_number(s, FV_STAMP_SOURCE, "source", s->source);
	print_number(s, FV_STAMP_AGE, "age_ms", s->age_ms);
	print_number(s, FV_STAMP_RUN_3D, "run_3d", s->run_3d);
	(void)printf("}\n");
}

static void
print_session(const struct fv_gps_session *s)
{
	(void)printf(
	    "{\"event\":\"session\",\"path\":\"%s\",\"driver\":\"%s\",\"release\":\"%s\","
	    "\"proto\":[%d,%d],\"bits_per_s\":%u,\"source\":%d}\n",
	    s->path, s->driver, s->release, s->proto_major, s->proto_minor, s->bits_per_s,
	    (int)s->source);
}

/* False when gpsd has gone. */
static bool
print_events(struct fv_gps *gps)
{
	struct fv_gps_event e;
	bool alive = true;

	while (fv_gps_next(gps, &e)) {
		switch (e.kind) {
		case FV_GPS_FIX:
			print_stamp("fix", &e.stamp);
			break;
		case FV_GPS_LOST:
			print_stamp("lost", &e.stamp);
			break;
		case FV_GPS_SESSION:
			print_session(fv_gps_session(gps));
			break;
		case FV_GPS_BACK:
			(void)printf("{\"event\":\"back\"}\n");
			break;
		case FV_GPS_GONE:
			(void)printf("{\"event\":\"gone\"}\n");
			alive = false;
			break;
		}
	}
	(void)fflush(stdout);
	return alive;
}

int
main(int argc, char **argv)
{
	struct fv_clock clock = {rtc_ms, boottime_ms, NULL};
	struct fv_gps *gps = NULL;
	struct fv_stamp now;
	int64_t end;

	if (argc != 3 || fv_gps_new(NULL, argv[1], clock, &gps) != FV_OK) {
		(void)fprintf(stderr, "usage: receiver PORT SECONDS\n");
		return 2;
	}
	end = boottime_ms(NULL) + strtol(argv[2], NULL, 10) * 1000;
	fv_gps_start(gps);
	while (boottime_ms(NULL) < end) {
		struct pollfd fd = {.fd = fv_gps_fd(gps), .events = POLLIN};
		int timeout_ms = fv_gps_timeout_ms(gps);

		(void)poll(&fd, 1, timeout_ms < 0 || timeout_ms > 500 ? 500 : timeout_ms);
		fv_gps_step(gps);
		if (!print_events(gps))
			break;
	}
	fv_gps_stamp(gps, &now);
	print_stamp("now", &now);
	fv_gps_free(gps);
	return 0;
}
