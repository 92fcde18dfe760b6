/*
 * Holidays out of the files that people have: iCalendar (RFC 5545, whole days only) and
 * CSV with the columns date, kind and name.
 *
 * Threads: no state.  Memory: the days are the caller's, by calendarfile_clear().
 */
#ifndef FV_SERVER_CALENDARFILE_H
#define FV_SERVER_CALENDARFILE_H

#include "fv/bytes.h"

#define CALENDARFILE_DAYS_MAX 40000U /* of one file */
#define CALENDARFILE_EVENT_DAYS_MAX 366

struct calendarfile_day {
	int64_t day;     /* since 1970-01-01 */
	bool is_workday; /* a day of a weekend on which people work; else a holiday */
	size_t line;     /* where it stands */
};

struct calendarfile {
	struct calendarfile_day *days; /* owned; ascending, each day once */
	size_t count, cap;
};

struct calendarfile_fault {
	size_t line;      /* from 1; 0: the file as a whole */
	char column[16];  /* of a CSV file, or the property of an event; "" none */
	const char *rule; /* static: what is wrong and what to do */
};

/*
 * Read a file of either kind: one that begins with BEGIN:VCALENDAR is iCalendar.  In
 * iCalendar a day is one worked when its event says X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY
 * or its summary says so in Chinese; in CSV `kind` is holiday or workday.
 * Owned: *out, all zero after any error.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG, FV_ECONFLICT  a day both holiday and worked
 *         FV_EVERSION  what is not read: events that repeat, or are no whole days;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err calendarfile_read(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault_out);
void calendarfile_clear(struct calendarfile *file);

#endif
