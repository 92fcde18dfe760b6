/*
 * A second connection to gpsd for what its reports leave out: a u-blox receiver's own
 * bytes, read for interference and antenna.
 *
 * Threads: one.  Memory: none but the caller's struct.
 */
#ifndef FV_APP_GPS_RAW_H
#define FV_APP_GPS_RAW_H

#include "fv/ubx.h"

#define FV_GPS_RAW_FRESH_MS 60000 /* so long what was said of the radio holds */

struct fv_gps_raw {
	int fd; /* -1: closed */
	bool has_radio;
	int64_t radio_at_ms; /* boottime */
	struct fv_ubx_radio radio;
	struct fv_ubx ubx;
};

void fv_gps_raw_init(struct fv_gps_raw *raw);

/* Connect, where it is closed.  A gpsd that does not answer is tried by the next call. */
void fv_gps_raw_open(struct fv_gps_raw *raw, const char *host, const char *port);
void fv_gps_raw_close(struct fv_gps_raw *raw);

/* Read what has come; never waits. */
void fv_gps_raw_step(struct fv_gps_raw *raw, int64_t boottime_ms);

/* True, and what the receiver last said, while it is fresh. */
bool fv_gps_raw_radio(
    const struct fv_gps_raw *raw, int64_t boottime_ms, struct fv_ubx_radio *radio_out);

#endif
