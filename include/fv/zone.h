/*
 * Local time of an IANA zone, read from the bytes of a TZif file (RFC 9636).
 *
 * Threads: a zone is never changed after fv_zone_parse(); share it freely.
 * Memory: fv_zone_parse() allocates once; nothing else does.
 */
#ifndef FV_ZONE_H
#define FV_ZONE_H

#include "fv/bytes.h"
#include "fv/instant.h"

#define FV_ZONE_FILE_MAX_BYTES ((size_t)1 << 18) /* of tz 2024a the largest has 3.6 kB */
#define FV_ZONE_NAME_MAX_BYTES 64U               /* of an IANA name, without a NUL */

struct fv_zone;

/* Where TZif bytes come from, as a port. */
struct fv_zone_source {
	/*
	 * Put the TZif file of the zone `name` ("Asia/Shanghai") into `out`.
	 * Errors: FV_ERANGE  not a zone name;  FV_ENOENT  no such zone
	 *         FV_ETOOBIG, FV_EIO, FV_ENOMEM
	 */
	enum fv_err (*load)(const char *name, struct fv_buf *out, void *ctx);
	void *ctx; /* borrowed; handed to load */
};

/* A stretch of time with one offset. */
struct fv_zone_span {
	int64_t from_utc_ms;  /* first instant; INT64_MIN: since ever */
	int64_t until_utc_ms; /* first instant after it; INT64_MAX: for ever */
	int32_t offset_s;     /* local less UTC, east positive, -89999..93599 */
};

/*
 * Read a TZif file of version 2, 3 or 4 with its footer.
 *
 * Owned:  *zone_out; release it with fv_zone_free().  NULL after any error.
 * Errors: FV_ECUT      the file ends inside a part that its header announces
 *         FV_EFORMAT   not TZif, or a rule of RFC 9636 section 3 is broken; times that
 *                      count leap seconds ("right/" files) are refused too
 *         FV_EVERSION  version 1 (no footer, no times past 2038), or one after 4
 *         FV_ETOOBIG   over FV_ZONE_FILE_MAX_BYTES
 *         FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_zone_parse(
    struct fv_span tzif, struct fv_zone **zone_out);
/* NULL is fine. */
FV_EXPORT void fv_zone_free(struct fv_zone *zone);

/* Local less UTC at an instant, in seconds, east positive. */
FV_EXPORT int32_t fv_zone_offset_s(const struct fv_zone *zone, int64_t utc_ms);

/* The stretch around an instant; for whoever asks about many instants in a row. */
FV_EXPORT struct fv_zone_span fv_zone_span_at(const struct fv_zone *zone, int64_t utc_ms);

/* The local calendar date and time of day at an instant, weekday included. */
FV_EXPORT void fv_zone_civil(
    const struct fv_zone *zone, int64_t utc_ms, struct fv_civil *civil_out);

/* The local date at an instant, as days since 1970-01-01. */
FV_EXPORT int64_t fv_zone_local_days(const struct fv_zone *zone, int64_t utc_ms);

/*
 * The instants at which local clocks show `local`, ascending: none inside a gap, one,
 * or two inside a fold.  Unused elements of utc_ms_out are 0.
 * Errors: FV_ERANGE  a field of `local` is outside its range (*count_out is 0)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_zone_instants(const struct fv_zone *zone,
    const struct fv_civil *local, int64_t utc_ms_out[2], size_t *count_out);

/*
 * The first instant of a local date given as days since 1970-01-01: midnight, or the end
 * of the gap where midnight is skipped, or for a date that a zone never had (Apia,
 * 2011-12-30) the first instant of the next one.
 */
FV_EXPORT int64_t fv_zone_day_start(const struct fv_zone *zone, int64_t days);

#endif
