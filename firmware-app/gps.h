/*
 * The receiver, through gpsd.  This and gps_convert.c, where double and NaN end (PROTOCOL.md,
 * Stamp), are the only places that include libgps' own <gps.h>.
 *
 * One watch on one gpsd, made to stand in a poll loop: ask for fd, events and timeout,
 * poll, call fv_gps_step(), take what fv_gps_next() has.  gpsd may come and go; the watch
 * is renewed with back-off.  Only the first connection of each try can block, for as long
 * as a TCP connect to `host` takes.
 *
 * Threads: one.  Memory: fv_gps_new() and what libgps holds while connected.
 */
#ifndef FV_APP_GPS_H
#define FV_APP_GPS_H

#include "firmware-app/epoch.h"
#include "fv/instant.h"

#define FV_GPS_SESSION_MS 10000 /* so long a driver is waited for */
#define FV_GPS_RETRY_MIN_MS 1000
#define FV_GPS_RETRY_MAX_MS 30000
#define FV_GPS_REST_MS 30000 /* resting: so old a fix still stands for now */

/* What a SESSION record says.  Empty text: unknown. */
struct fv_gps_session {
	char path[128];
	char driver[64];
	char subtype[128];
	char release[64];
	int32_t proto_major; /* 0.. */
	int32_t proto_minor;
	uint32_t bits_per_s; /* 0: unknown, or not a serial line */
	enum fv_stamp_source source;
};

enum fv_gps_event_kind {
	FV_GPS_FIX,     /* stamp: a fix for the track */
	FV_GPS_LOST,    /* stamp: the last fix; no fix any more */
	FV_GPS_SESSION, /* the session is known, or has changed: fv_gps_session() */
	FV_GPS_BACK,    /* gpsd answers */
	FV_GPS_GONE, /* gpsd does not answer any more; a LOST came before where it applies */
};

struct fv_gps_event {
	enum fv_gps_event_kind kind;
	struct fv_stamp stamp; /* FIX and LOST: with its source kind, without an age */
	int64_t boottime_ms;   /* when it came */
};

struct fv_gps;

/*
 * Make a receiver that is off.  host and port NULL: "localhost" and gpsd's "2947".
 *
 * Copies: host, port.  Holds: what clock.ctx points to.
 * Owned:  *gps_out, by fv_gps_free() (NULL is fine).
 * Errors: FV_ERANGE  host over 255 or port over 31 characters;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_gps_new(
    const char *host, const char *port, struct fv_clock clock, struct fv_gps **gps_out);
void fv_gps_free(struct fv_gps *gps);

/* Begin to watch (at shift begin); the connection is made by the next step. */
void fv_gps_start(struct fv_gps *gps);

/* Release the watch, so that gpsd may switch the receiver off (at shift end). */
void fv_gps_stop(struct fv_gps *gps);

/*
 * Let go of gpsd for a while, the last fix and the session kept, and take it up again.
 * gpsd switches off a receiver that nobody has watched for a minute.
 */
void fv_gps_rest(struct fv_gps *gps);
void fv_gps_wake(struct fv_gps *gps);

/* What to poll for POLLIN; -1: nothing now. */
int fv_gps_fd(const struct fv_gps *gps);

/* Milliseconds until fv_gps_step() is wanted even if nothing comes; -1: never. */
int fv_gps_timeout_ms(const struct fv_gps *gps);

/* Do what there is to do: connect, read all that has come, let time pass.  Cheap. */
void fv_gps_step(struct fv_gps *gps);

/* True, and the oldest event not taken yet.  Reading stops while many are not taken. */
bool fv_gps_next(struct fv_gps *gps, struct fv_gps_event *event_out);

/*
 * The stamp of now (fv_epoch_stamp), with the source kind where known.  Off or without
 * gpsd it has no mode.
 */
void fv_gps_stamp(const struct fv_gps *gps, struct fv_stamp *stamp_out);

/* True when connected to gpsd. */
bool fv_gps_is_connected(const struct fv_gps *gps);

/* The session as last told.  Returns borrowed: until fv_gps_free(); changes with steps. */
const struct fv_gps_session *fv_gps_session(const struct fv_gps *gps);

#endif
