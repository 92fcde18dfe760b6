/*
 * Calendars of holidays as data, and the counting of days in law: which date is the
 * first, which do not count, and what happens at the end (PROTOCOL.md section 14).
 *
 * Threads: no state.  Memory: none; a calendar's parts live with its pack.
 */
#ifndef FV_CALENDAR_H
#define FV_CALENDAR_H

#include "fv/rule.h"

/* The calendar of the case's own zone, whichever pack brings it. */
#define FV_CALENDAR_OF_ZONE "zone"

/* Days are local dates: days since 1970-01-01. */
struct fv_calendar {
	const char *id;
	struct fv_strs zones; /* IANA names of which it is the calendar */
	const char *source;   /* where the days were read */
	enum fv_confidence confidence;
	int64_t from_days; /* first and last date that it covers */
	int64_t until_days;
	const int64_t *days; /* holidays, ascending */
	size_t day_count;
	const int64_t *workdays; /* days of a weekend on which people work, ascending */
	size_t workday_count;
};

enum fv_day_sort {
	FV_DAY_PLAIN = 1,
	FV_DAY_HOLIDAY,
	FV_DAY_MOVED,   /* a day of a weekend on which people work */
	FV_DAY_UNKNOWN, /* outside of what the calendar covers */
};

/* What a date is.  calendar NULL: FV_DAY_UNKNOWN. */
FV_EXPORT enum fv_day_sort fv_calendar_day(const struct fv_calendar *calendar, int64_t day);

/* True when a rule's `name` means this calendar, for a case in `zone`. */
FV_EXPORT bool fv_calendar_is_named(
    const struct fv_calendar *calendar, const char *name, const char *zone);

/*
 * The last date of a period that begins with an event on date `event`: the last of
 * `period->days` dates that count, or with `is_clear` the first date after them.
 * `calendar`: the one that the period names, or NULL.  *is_known_out is false when the
 * calendar does not cover every date that was looked at; the result then takes those for
 * plain days.  A period of 0 days ends on the event's date.
 */
FV_EXPORT int64_t fv_period_end(const struct fv_period *period,
    const struct fv_calendar *calendar, int64_t event, bool *is_known_out);

#endif
