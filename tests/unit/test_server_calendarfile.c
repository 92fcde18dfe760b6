#include "sync-server/calendarfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"

#define ICS(body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" body "END:VCALENDAR\r\n"
#define EVENT(body) "BEGIN:VEVENT\r\n" body "END:VEVENT\r\n"

/* "2026-10-01 2026-10-10w": what a file gives. */
static void
gives(const char *text, const char *wanted)
{
	struct calendarfile_fault fault;
	struct calendarfile file;
	char got[400] = "";

	if (calendarfile_read(fv_span_z(text), &file, &fault) != FV_OK)
		fail_msg("line %zu: %s: %s", fault.line, fault.column, fault.rule);
	for (size_t i = 0; i < file.count; i++) {
		struct fv_civil c;
		fv_civil_from_days(file.days[i].day, &c);
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%04d-%02d-%02d%s",
		    i > 0 ? " " : "", (int)c.year, (int)c.month, (int)c.day,
		    file.days[i].is_workday ? "w" : "");
	}
	assert_string_equal(got, wanted);
	calendarfile_clear(&file);
}

static void
refused(const char *text, enum fv_err rc, size_t line, const char *column, const char *says)
{
	struct calendarfile_fault fault;
	struct calendarfile file;

	assert_int_equal(calendarfile_read(fv_span_z(text), &file, &fault), rc);
	assert_null(file.days);
	if (strstr(fault.rule, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fault.rule, says);
	assert_int_equal(fault.line, line);
	assert_string_equal(fault.column, column);
}

static void
csv_gives_days_in_order_each_once(void **state)
{
	(void)state;
	gives("date,kind\n2026-10-02,holiday\n2026-10-01,holiday\n2026-10-02,holiday\n",
	    "2026-10-01 2026-10-02");
	gives(
	    "kind,name,date\r\nworkday,\"x, \"\"y\"\"\nz\",2026-10-10\r\n\r\n", "2026-10-10w");
	gives("\xef\xbb\xbf"
	      "date,kind\n2026-10-01,holiday",
	    "2026-10-01");
}

static void
csv_faults_name_line_and_column(void **state)
{
	(void)state;
	refused("", FV_EFORMAT, 1, "date", "is missing");
	refused("date\n", FV_EFORMAT, 1, "kind", "is missing");
	refused("date,kind,date\n", FV_EFORMAT, 1, "date", "twice");
	refused("date,kind\n", FV_EFORMAT, 0, "", "no day");
	refused("date,kind\n2026-02-30,holiday\n", FV_EFORMAT, 2, "date", "not a date");
	refused("date,kind\n1.10.2026,holiday\n", FV_EFORMAT, 2, "date", "spreadsheet");
	refused("date,kind\n\n2026-10-01,Holiday\n", FV_EFORMAT, 3, "kind", "holiday or");
	refused("date,kind\n2026-10-01\n", FV_EFORMAT, 2, "", "as many values");
	refused("date,kind\n\"2026-10-01,holiday\n", FV_EFORMAT, 2, "", "not closed");
	refused("date,kind\n\"2026-10-01\"x,holiday\n", FV_EFORMAT, 2, "", "closing quote");
	refused("date,kind\n2026-10-01,workday\n2026-10-01,holiday\n", FV_ECONFLICT, 3, "",
	    "keep one");
	refused("date,kind\n2026-10-01,holi\xff\n", FV_EFORMAT, 0, "", "UTF-8");
	refused("\xff\xfe"
		"d",
	    FV_EFORMAT, 1, "", "UTF-16");
}

static void
icalendar_gives_whole_days_up_to_the_one_before_dtend(void **state)
{
	(void)state;
	gives(ICS(EVENT("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270102\r\n")),
	    "2026-12-31 2027-01-01");
	gives(ICS(EVENT("DTSTART:20261001\nSUMMARY:a\n  b\n")), "2026-10-01");
	gives(ICS(EVENT("DTSTART;X=\"a:b\":20261001\r\nSTATUS:CONFIRMED\r\n")
		      EVENT("DTSTART:20261002\r\nSTATUS:CANCELLED\r\n")),
	    "2026-10-01");
	gives(ICS(EVENT("DTSTART:20261010\r\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\r\n")
		      EVENT("DTSTART:20260214\r\nSUMMARY;LANGUAGE=zh:春节 补\r\n 班\r\n")),
	    "2026-02-14w 2026-10-10w");
	gives(ICS(EVENT("DTSTART:20261001\r\nBEGIN:VALARM\r\nDTSTART:20250101\r\nRRULE:x\r\n"
			"END:VALARM\r\n")),
	    "2026-10-01");
}

static void
icalendar_that_is_not_read_is_refused_by_name(void **state)
{
	(void)state;
	refused(ICS(EVENT("DTSTART:20261001\r\nRRULE:FREQ=YEARLY\r\n")), FV_EVERSION, 5,
	    "RRULE", "repeats");
	refused(ICS(EVENT("DTSTART:20261001T080000\r\n")), FV_EVERSION, 4, "DTSTART",
	    "whole days");
	refused(ICS(EVENT("DTSTART:20261001\r\nDURATION:P1D\r\n")), FV_EVERSION, 5, "DURATION",
	    "DTEND");
	refused(ICS(EVENT("DTSTART:20261332\r\n")), FV_EFORMAT, 4, "DTSTART", "not a date");
	refused(ICS(EVENT("DTSTART:20261001\r\nDTSTART:20261001\r\n")), FV_EFORMAT, 5,
	    "DTSTART", "twice");
	refused(ICS(EVENT("DTSTART:20261001\r\nDTEND:20261001\r\n")), FV_ERANGE, 3, "DTEND",
	    "not after");
	refused(ICS(EVENT("DTSTART:20261001\r\nDTEND:20271003\r\n")), FV_ERANGE, 3, "DTEND",
	    "366 days");
	refused(ICS(EVENT("SUMMARY:x\r\n")), FV_EFORMAT, 3, "DTSTART", "missing");
	refused("BEGIN:VCALENDAR\r\n" EVENT("DTSTART:20261001\r\n"), FV_EFORMAT, 5, "", "cut");
	refused(
	    ICS("BEGIN:VEVENT\r\nDTSTART:20261001\r\n"), FV_EFORMAT, 5, "", "did not begin");
	refused(ICS(""), FV_EFORMAT, 0, "", "no day");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_gives_days_in_order_each_once),
	    cmocka_unit_test(csv_faults_name_line_and_column),
	    cmocka_unit_test(icalendar_gives_whole_days_up_to_the_one_before_dtend),
	    cmocka_unit_test(icalendar_that_is_not_read_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
