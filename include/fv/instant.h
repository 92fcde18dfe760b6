/*
 * Instants: int64 milliseconds since 1970-01-01T00:00:00Z, and the proleptic Gregorian
 * calendar.  Local time is zone.h's; there is no clock here.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_INSTANT_H
#define FV_INSTANT_H

#include "fv/bytes.h"

#define FV_MS_PER_DAY INT64_C(86400000)
#define FV_INSTANT_TEXT_BYTES 32U /* longest text of fv_instant_format, with its NUL */

/* The outside clocks, as a port: what TRUST's headers and every timeout read. */
struct fv_clock {
	int64_t (*rtc_ms)(void *ctx);      /* wall clock, ms UTC: for people and records */
	int64_t (*boottime_ms)(void *ctx); /* ms since boot, suspend included: for time-outs */
	void *ctx;
};

/* A calendar date and time of day without a zone. */
struct fv_civil {
	int32_t year;    /* -9999..9999 */
	int32_t month;   /* 1..12 */
	int32_t day;     /* 1..31 */
	int32_t hour;    /* 0..23 */
	int32_t minute;  /* 0..59 */
	int32_t second;  /* 0..59; a leap second is folded into the next */
	int32_t ms;      /* 0..999 */
	int32_t weekday; /* 0 Monday..6 Sunday; ignored on input */
};

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
FV_EXPORT int64_t fv_days_from_civil(int32_t year, int32_t month, int32_t day);
/* And back: year, month, day and weekday of *civil_out; its time is 0. */
FV_EXPORT void fv_civil_from_days(int64_t days, struct fv_civil *civil_out);

/* Split an instant (ms since 1970, UTC) into the local date and time at offset_s seconds
 * east of UTC.  Any instant will do. */
FV_EXPORT void fv_civil_from_instant(
    int64_t utc_ms, int32_t offset_s, struct fv_civil *civil_out);
/* And join it again; weekday is not looked at. */
FV_EXPORT int64_t fv_instant_from_civil(const struct fv_civil *civil, int32_t offset_s);

/*
 * Read RFC 3339: "2026-03-02T21:50:00+08:00" or "...Z", fraction to the ms, longer
 * fractions cut.  The offset is applied and not kept.  Years 1970 to 9999.
 * Errors: FV_EFORMAT; FV_ERANGE  a field outside its calendar range
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_instant_parse(struct fv_span text, int64_t *utc_ms_out);

/* Read a date "YYYY-MM-DD" as days since 1970-01-01.  Errors as fv_instant_parse. */
FV_EXPORT FV_NODISCARD enum fv_err fv_date_parse(struct fv_span text, int64_t *days_out);

/*
 * Write RFC 3339 with offset ("Z" when offset_s is 0 and `zulu`), with ".mmm" only when
 * the milliseconds are not zero.  Returns borrowed: text_out.
 */
FV_EXPORT const char *fv_instant_format(
    int64_t utc_ms, int32_t offset_s, bool zulu, char text_out[FV_INSTANT_TEXT_BYTES]);

#endif
