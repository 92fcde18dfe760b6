#include "firmware-app/gps.h"

#include <errno.h>
#include <fcntl.h>
#include <gps.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "firmware-app/gps_convert.h"
#include "firmware-app/gps_raw.h"

#define HOST_BYTES 256U
#define PORT_BYTES 32U
#define MESSAGE_BYTES 4096U /* the class and the first keys; libgps parses the whole */
#define REPORTS_A_STEP 64
#define OWN_EVENTS 8U
#define IDLE_READS_MAX 1000 /* reads of bytes that never become a line */
#define DEFAULT_PORT "2947"
#define PACE_MS 1000  /* of a receiver that is looked at once an epoch */
#define LATE_MS 150   /* a look comes so long after its report is due */
#define STEADY_MS 200 /* reports that come as regularly as this keep that pace */
#define LOOKS_MAX 60  /* then a report's coming is waited for, to know when it does */

struct fv_gps {
	struct fv_clock clock;
	struct gps_data_t data; /* libgps' own; is_connected */
	struct fv_gps_raw raw;  /* of a u-blox, where gpsd does not tell interference */
	struct fv_epoch epoch;
	struct fv_gps_session session;
	char host[HOST_BYTES];
	char port[PORT_BYTES];
	char message[MESSAGE_BYTES];
	enum fv_gps_event_kind own[OWN_EVENTS]; /* oldest first; no FIX or LOST */
	size_t own_count;
	int64_t retry_at_ms;  /* boottime; not connected */
	int64_t retry_ms;     /* the next wait */
	int64_t device_at_ms; /* boottime when a device was first named; has_device */
	int64_t gnss_ms;      /* receiver's time of the last report that had one */
	int64_t lag_ms;       /* from such a time to its report, when last waited for */
	int64_t look_at_ms;   /* boottime until which nothing is read; 0: wait for reports */
	int looks;            /* since one was waited for; -1: they keep no pace */
	int idle_reads;       /* since the last report */
	bool is_on;
	bool is_resting; /* on, and let go of for a while */
	bool is_connected;
	bool has_device;
	bool has_session; /* told */
	bool has_more;    /* reports may wait inside libgps */
};

static int64_t
now_ms(const struct fv_gps *g)
{
	return g->clock.boottime_ms(g->clock.ctx);
}

static void
copy_text(char *to, size_t cap, const char *from)
{
	size_t n = strnlen(from, cap - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

static void
post(struct fv_gps *g, enum fv_gps_event_kind kind)
{
	if (g->own_count > 0 && g->own[g->own_count - 1] == kind)
		return; /* a second of the same says nothing new */
	if (g->own_count == OWN_EVENTS) {
		memmove(&g->own[0], &g->own[1], (OWN_EVENTS - 1) * sizeof g->own[0]);
		g->own_count--;
	}
	g->own[g->own_count++] = kind;
}

enum fv_err
fv_gps_new(const char *host, const char *port, struct fv_clock clock, struct fv_gps **gps_out)
{
	struct fv_gps *g = NULL;
	enum fv_err rc;

	*gps_out = NULL;
	host = host == NULL ? "localhost" : host;
	port = port == NULL ? DEFAULT_PORT : port;
	rc = FV_ERANGE;
	if (strlen(host) >= HOST_BYTES || strlen(port) >= PORT_BYTES)
		goto cleanup;
	rc = FV_ENOMEM;
	if ((g = calloc(1, sizeof *g)) == NULL)
		goto cleanup;
	g->clock = clock;
	copy_text(g->host, sizeof g->host, host);
	copy_text(g->port, sizeof g->port, port);
	fv_epoch_init(&g->epoch);
	fv_gps_raw_init(&g->raw);
	*gps_out = g;
	g = NULL; /* the caller owns it now */
	rc = FV_OK;
cleanup:
	fv_gps_free(g);
	return rc;
}

void
fv_gps_free(struct fv_gps *gps)
{
	if (gps == NULL)
		return;
	fv_gps_stop(gps);
	free(gps);
}

static void
forget_device(struct fv_gps *g)
{
	g->has_device = false;
	g->has_session = false;
	g->session.path[0] = g->session.driver[0] = g->session.subtype[0] = '\0';
	g->session.bits_per_s = 0;
	g->session.source = FV_SOURCE_OTHER;
}

static void
close_link(struct fv_gps *g)
{
	(void)gps_close(&g->data);
	fv_gps_raw_close(&g->raw);
	g->is_connected = false;
	g->has_more = false;
	g->look_at_ms = 0;
	g->looks = -1;
}

static void
disconnect(struct fv_gps *g)
{
	if (!g->is_connected)
		return;
	close_link(g);
	fv_epoch_gone(&g->epoch);
	forget_device(g);
}

static void
wait_and_retry(struct fv_gps *g)
{
	g->retry_at_ms = now_ms(g) + g->retry_ms;
	g->retry_ms =
	    g->retry_ms * 2 > FV_GPS_RETRY_MAX_MS ? FV_GPS_RETRY_MAX_MS : g->retry_ms * 2;
}

static void
connect_gpsd(struct fv_gps *g)
{
	int fd;
	int flags;

	memset(&g->data, 0, sizeof g->data);
	if (gps_open(g->host, g->port, &g->data) != 0) {
		wait_and_retry(g);
		return;
	}
	g->is_connected = true;
	g->idle_reads = 0;
	fd = (int)g->data.gps_fd;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    gps_stream(&g->data, WATCH_ENABLE | WATCH_JSON, NULL) != 0) {
		disconnect(g);
		wait_and_retry(g);
		return;
	}
	post(g, FV_GPS_BACK);
}

void
fv_gps_start(struct fv_gps *gps)
{
	if (gps->is_on)
		return;
	gps->is_on = true;
	gps->retry_ms = FV_GPS_RETRY_MIN_MS;
	gps->retry_at_ms = now_ms(gps);
}

void
fv_gps_stop(struct fv_gps *gps)
{
	gps->is_on = gps->is_resting = false;
	if (gps->is_connected)
		(void)gps_stream(&gps->data, WATCH_DISABLE, NULL);
	disconnect(gps);
	forget_device(gps);
	/* Off shift nothing is known of where the officer is, the past included. */
	fv_epoch_init(&gps->epoch);
	gps->own_count = 0;
}

void
fv_gps_rest(struct fv_gps *gps)
{
	if (!gps->is_connected)
		return;
	gps->is_resting = true;
	(void)gps_stream(&gps->data, WATCH_DISABLE, NULL);
	close_link(gps);
	fv_epoch_rest(&gps->epoch);
}

void
fv_gps_wake(struct fv_gps *gps)
{
	if (!gps->is_resting)
		return;
	gps->is_resting = false;
	gps->retry_ms = FV_GPS_RETRY_MIN_MS;
	gps->retry_at_ms = now_ms(gps);
	fv_epoch_wake(&gps->epoch, gps->retry_at_ms);
}

int
fv_gps_fd(const struct fv_gps *gps)
{
	return gps->is_connected && gps->look_at_ms == 0 && fv_epoch_has_room(&gps->epoch)
	    ? (int)gps->data.gps_fd
	    : -1;
}

int
fv_gps_timeout_ms(const struct fv_gps *gps)
{
	int64_t now = now_ms(gps);
	int64_t left = INT64_MAX;
	int epoch_ms;

	if (!gps->is_on || gps->is_resting)
		return -1;
	if (!gps->is_connected) {
		left = gps->retry_at_ms - now;
	} else {
		if (gps->has_more && fv_epoch_has_room(&gps->epoch))
			return 0;
		epoch_ms = fv_epoch_timeout_ms(&gps->epoch, now);
		if (gps->look_at_ms != 0)
			left = gps->look_at_ms - now;
		else if (epoch_ms >= 0)
			left = epoch_ms;
		if (gps->has_device && !gps->has_session &&
		    gps->device_at_ms + FV_GPS_SESSION_MS - now < left)
			left = gps->device_at_ms + FV_GPS_SESSION_MS - now;
	}
	if (left == INT64_MAX)
		return -1;
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

#ifndef FV_GPS_HAS_JAM
/* Before gpsd 3.26 its reports have no such field: the receiver's own bytes say it. */
static void
add_radio(const struct fv_gps *g, struct fv_stamp *s)
{
	struct fv_ubx_radio radio;

	if (!fv_gps_raw_radio(&g->raw, now_ms(g), &radio))
		return;
	s->jam = radio.jam;
	s->has |= FV_STAMP_BIT(FV_STAMP_JAM);
	s->antenna = radio.antenna;
	if (radio.antenna != 0)
		s->has |= FV_STAMP_BIT(FV_STAMP_ANTENNA);
}
#endif

static void
watch_radio(struct fv_gps *g)
{
#ifndef FV_GPS_HAS_JAM
	if (strcmp(g->session.driver, "u-blox") == 0)
		fv_gps_raw_open(&g->raw, g->host, g->port);
	else
		fv_gps_raw_close(&g->raw);
#else
	(void)g;
#endif
}

/* gpsd leaves the driver empty in the first DEVICES; a later DEVICE has it. */
static void
take_device(struct fv_gps *g, const struct devconfig_t *dev)
{
	struct fv_gps_session *s = &g->session;
	bool changed;

	if (dev->path[0] == '\0')
		return;
	if (!g->has_device) {
		g->has_device = true;
		g->device_at_ms = now_ms(g);
	}
	changed = strncmp(s->path, dev->path, sizeof s->path - 1) != 0 ||
	    (dev->driver[0] != '\0' &&
		strncmp(s->driver, dev->driver, sizeof s->driver - 1) != 0) ||
	    (dev->subtype[0] != '\0' &&
		strncmp(s->subtype, dev->subtype, sizeof s->subtype - 1) != 0);
	copy_text(s->path, sizeof s->path, dev->path);
	if (dev->driver[0] != '\0')
		copy_text(s->driver, sizeof s->driver, dev->driver);
	if (dev->subtype[0] != '\0')
		copy_text(s->subtype, sizeof s->subtype, dev->subtype);
	if (dev->baudrate != 0)
		s->bits_per_s = dev->baudrate;
	s->source = fv_stamp_source_of_path(s->path);
	watch_radio(g);
	if (s->driver[0] != '\0' && (changed || !g->has_session)) {
		g->has_session = true;
		post(g, FV_GPS_SESSION);
	}
}

static void
take_version(struct fv_gps *g)
{
	copy_text(g->session.release, sizeof g->session.release, g->data.version.release);
	g->session.proto_major = g->data.version.proto_major;
	g->session.proto_minor = g->data.version.proto_minor;
}

static bool
is_class(const struct fv_gps *g, const char *name)
{
	static const char prefix[] = "{\"class\":\"";
	const char *at = g->message + sizeof prefix - 1;

	return strncmp(g->message, prefix, sizeof prefix - 1) == 0 &&
	    strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == '"';
}

static void
add_source(const struct fv_gps *g, struct fv_stamp *s)
{
	if (g->session.path[0] == '\0')
		return;
	s->source = (int32_t)g->session.source;
	s->has |= FV_STAMP_BIT(FV_STAMP_SOURCE);
}

/* What libgps has just read, by its class: its `set` bits differ between releases. */
static void
take_report(struct fv_gps *g)
{
	struct fv_stamp s;

	if (is_class(g, "TPV")) {
		fv_gps_convert_fix(&g->data.fix, &s);
#ifdef FV_GPS_HAS_JAM
		fv_gps_convert_jam(&g->data.fix, &s);
#else
		add_radio(g, &s);
#endif
		add_source(g, &s);
		fv_epoch_feed_fix(&g->epoch, &s, now_ms(g));
	} else if (is_class(g, "SKY")) {
		s = g->epoch.sky;
		fv_gps_convert_sky(&g->data, strstr(g->message, "\"satellites\"") != NULL, &s);
		fv_epoch_feed_sky(&g->epoch, &s, now_ms(g));
	} else if (is_class(g, "DEVICE")) {
		take_device(g, &g->data.dev);
	} else if (is_class(g, "DEVICES")) {
		for (int i = 0; i < g->data.devices.ndevices && !g->has_device; i++)
			take_device(g, &g->data.devices.list[i]);
	} else if (is_class(g, "VERSION")) {
		take_version(g);
	}
}

/* False when the other side has closed; libgps does not say so while half a line waits. */
static bool
is_alive(const struct fv_gps *g)
{
	char c;
	ssize_t n = recv((int)g->data.gps_fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static bool
read_reports(struct fv_gps *g)
{
	g->has_more = true;
	for (int i = 0; i < REPORTS_A_STEP; i++) {
		int n;

		if (!fv_epoch_has_room(&g->epoch))
			return true;
		g->message[0] = '\0';
		n = gps_read(&g->data, g->message, (int)sizeof g->message);
		if (n < 0)
			return false;
		if (n == 0) {
			g->has_more = false;
			return is_alive(g) && ++g->idle_reads < IDLE_READS_MAX;
		}
		g->idle_reads = 0;
		g->retry_ms = FV_GPS_RETRY_MIN_MS;
		take_report(g);
	}
	return true;
}

/*
 * Most receivers report once a second, in two or three pieces.  Where they keep that pace
 * one look an epoch is enough, just after its report is due: it takes the pieces of the
 * epoch before with it, and a handheld sleeps in between.
 */
static void
choose_look(struct fv_gps *g, bool was_waiting)
{
	const struct fv_epoch *e = &g->epoch;
	int64_t now = now_ms(g), due;

	if (!e->is_open || !fv_stamp_has(&e->open, FV_STAMP_GNSS) ||
	    e->open.gnss_ms > INT64_MAX / 4 || e->open.gnss_ms == g->gnss_ms) {
		g->look_at_ms = now < g->look_at_ms ? g->look_at_ms : 0;
		return;
	}
	g->gnss_ms = e->open.gnss_ms;
	if (was_waiting) {
		g->looks = llabs(now - g->gnss_ms - g->lag_ms) <= STEADY_MS ? 0 : -1;
		g->lag_ms = now - g->gnss_ms;
	}
	due = g->gnss_ms + g->lag_ms + PACE_MS + LATE_MS;
	g->look_at_ms = 0;
	if (g->looks >= 0 && g->looks++ < LOOKS_MAX && due > now &&
	    due <= now + PACE_MS + LATE_MS)
		g->look_at_ms = due;
}

void
fv_gps_step(struct fv_gps *gps)
{
	bool was_waiting = gps->look_at_ms == 0;

	if (!gps->is_on || gps->is_resting)
		return;
	if (!gps->is_connected) {
		if (now_ms(gps) < gps->retry_at_ms)
			return;
		connect_gpsd(gps);
		if (!gps->is_connected)
			return;
	}
	if (!read_reports(gps)) {
		disconnect(gps);
		post(gps, FV_GPS_GONE);
		wait_and_retry(gps);
		return;
	}
	choose_look(gps, was_waiting);
	fv_gps_raw_step(&gps->raw, now_ms(gps));
	fv_epoch_tick(&gps->epoch, now_ms(gps));
	if (gps->has_device && !gps->has_session &&
	    now_ms(gps) - gps->device_at_ms >= FV_GPS_SESSION_MS) {
		gps->has_session = true;
		post(gps, FV_GPS_SESSION);
	}
}

bool
fv_gps_next(struct fv_gps *gps, struct fv_gps_event *event_out)
{
	struct fv_epoch_event e;

	memset(event_out, 0, sizeof *event_out);
	if (gps->own_count > 0 && gps->own[0] != FV_GPS_GONE) {
		event_out->kind = gps->own[0];
	} else if (fv_epoch_next(&gps->epoch, &e)) {
		event_out->kind = e.kind == FV_EPOCH_FIX ? FV_GPS_FIX : FV_GPS_LOST;
		event_out->stamp = e.stamp;
		event_out->boottime_ms = e.boottime_ms;
		return true;
	} else if (gps->own_count > 0) {
		event_out->kind = gps->own[0];
	} else {
		return false;
	}
	event_out->boottime_ms = now_ms(gps);
	gps->own_count--;
	memmove(&gps->own[0], &gps->own[1], gps->own_count * sizeof gps->own[0]);
	return true;
}

void
fv_gps_stamp(const struct fv_gps *gps, struct fv_stamp *stamp_out)
{
	fv_epoch_stamp(&gps->epoch, now_ms(gps), stamp_out);
	if (!gps->is_connected && !(gps->is_resting && stamp_out->age_ms <= FV_GPS_REST_MS))
		stamp_out->has &= ~FV_STAMP_BIT(FV_STAMP_MODE);
	add_source(gps, stamp_out);
}

bool
fv_gps_is_connected(const struct fv_gps *gps)
{
	return gps->is_connected;
}

const struct fv_gps_session *
fv_gps_session(const struct fv_gps *gps)
{
	return &gps->session;
}
