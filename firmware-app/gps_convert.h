/*
 * What libgps has read, as a stamp: double and NaN stop here, and what is not known, or out of
 * range, is a clear bit in `has`.
 *
 * Threads: any; no state.
 */
#ifndef FV_APP_GPS_CONVERT_H
#define FV_APP_GPS_CONVERT_H

#include <stdbool.h>

#include "fv/stamp.h"

struct gps_data_t;
struct gps_fix_t;

/* A TPV: all of *s_out.  Without a place it is mode 1, no fix. */
void fv_gps_convert_fix(const struct gps_fix_t *fix, struct fv_stamp *s_out);

/* The radio's state in a TPV, of gpsd 3.26 and later: adds to *s. */
void fv_gps_convert_jam(const struct gps_fix_t *fix, struct fv_stamp *s);

/*
 * A SKY: takes its dilutions of precision into *s, and its satellites where it has a list of
 * them (`has_satellites`); without a list those in *s stay.
 */
void fv_gps_convert_sky(
    const struct gps_data_t *data, bool has_satellites, struct fv_stamp *s);

#endif
