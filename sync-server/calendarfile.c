#include "sync-server/calendarfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/calendarfile_in.h"

enum fv_err
calendarfile_fail(struct calendarfile_fault *fault, size_t line, const char *column,
    const char *rule, enum fv_err err)
{
	fault->line = line;
	fault->rule = rule;
	(void)snprintf(fault->column, sizeof fault->column, "%s", column);
	return err;
}

enum fv_err
calendarfile_add(struct calendarfile *file, const struct calendarfile_day *day,
    struct calendarfile_fault *fault)
{
	if (file->count == CALENDARFILE_DAYS_MAX)
		return calendarfile_fail(fault, day->line, "",
		    "more than 40000 days; give a file of fewer years", FV_ETOOBIG);
	if (file->count == file->cap) {
		const size_t cap = file->cap > 0 ? file->cap * 2 : 64;
		void *p = reallocarray(file->days, cap, sizeof *file->days);
		if (p == NULL)
			return calendarfile_fail(fault, 0, "", "out of memory", FV_ENOMEM);
		file->days = p;
		file->cap = cap;
	}
	file->days[file->count++] = *day;
	return FV_OK;
}

static int
by_day(const void *a, const void *b)
{
	const struct calendarfile_day *x = a, *y = b;
	const int c = (x->day > y->day) - (x->day < y->day);

	return c != 0 ? c : (x->line > y->line) - (x->line < y->line);
}

/* In order, each day once; two names of one holiday are one day. */
static enum fv_err
settle(struct calendarfile *file, struct calendarfile_fault *fault)
{
	size_t kept = 0;

	if (file->count > 1)
		qsort(file->days, file->count, sizeof *file->days, by_day);
	for (size_t i = 0; i < file->count; i++) {
		const struct calendarfile_day *day = &file->days[i];
		if (kept == 0 || file->days[kept - 1].day != day->day)
			file->days[kept++] = *day;
		else if (file->days[kept - 1].is_workday != day->is_workday)
			return calendarfile_fail(fault, day->line, "",
			    "this day is a holiday in one line and a workday in another; "
			    "keep one",
			    FV_ECONFLICT);
	}
	file->count = kept;
	if (kept == 0)
		return calendarfile_fail(fault, 0, "", "there is no day in it", FV_EFORMAT);
	return FV_OK;
}

enum fv_err
calendarfile_read(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault_out)
{
	static const char begin[] = "BEGIN:VCALENDAR";
	enum fv_err rc;

	*out = (struct calendarfile){0};
	*fault_out = (struct calendarfile_fault){.rule = ""};
	if (file.len >= 2 &&
	    (memcmp(file.ptr, "\xff\xfe", 2) == 0 || memcmp(file.ptr, "\xfe\xff", 2) == 0))
		return calendarfile_fail(fault_out, 1, "",
		    "the file is UTF-16; save it as \"CSV UTF-8\"", FV_EFORMAT);
	if (file.len >= 3 && memcmp(file.ptr, "\xef\xbb\xbf", 3) == 0)
		file = fv_span_of(file.ptr + 3, file.len - 3);
	if (!fv_utf8_valid(file))
		return calendarfile_fail(fault_out, 0, "",
		    "the file is not UTF-8; save it as \"CSV UTF-8\"", FV_EFORMAT);
	rc = file.len >= sizeof begin - 1 && memcmp(file.ptr, begin, sizeof begin - 1) == 0
	    ? calendarfile_ics(file, out, fault_out)
	    : calendarfile_csv(file, out, fault_out);
	if (rc == FV_OK)
		rc = settle(out, fault_out);
	if (rc != FV_OK)
		calendarfile_clear(out);
	return rc;
}

void
calendarfile_clear(struct calendarfile *file)
{
	free(file->days);
	*file = (struct calendarfile){0};
}
