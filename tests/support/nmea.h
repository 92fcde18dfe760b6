/*
 * Fixes out of an NMEA log, for tests: RMC sentences with status A and a right checksum.
 */
#ifndef FV_TEST_NMEA_H
#define FV_TEST_NMEA_H

#include "fv/stamp.h"
#include "fv/track.h"

/*
 * Read at most `max` fixes, at least `period_ms` apart (less a fifth of a second), times
 * rising.  Returns the count; 0 when there is no such file.
 */
size_t nmea_fixes(
    const char *path, int64_t period_ms, struct fv_track_fix *fixes_out, size_t max);

/*
 * As stamps: mode 3, time, place, speed, and height above the ellipsoid where a GGA of the
 * same second stands before the RMC.  At most `max`, in the log's order.
 */
size_t nmea_stamps(const char *path, struct fv_stamp *stamps_out, size_t max);

#endif
