/* Days without contact, and rules that are about several zones only. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HOURS "\"allowed\":[{\"from\":\"09:00\",\"to\":\"21:00\"}]"
#define SYDNEY LAW_CALENDAR("au", "Australia/Sydney", "2026-01-01", "2026-12-31", EASTER)
#define EASTER                                                                                \
	"\"2026-01-01\",\"2026-01-26\",\"2026-04-03\",\"2026-04-06\",\"2026-12-25\","         \
	"\"2026-12-31\""
#define TIME(parameters)                                                                      \
	LAW_WITH(SYDNEY, LAW_RULE("T", "\"visit\"", LAW_KIND("time_window", parameters)))
#define OFF TIME(HOURS ",\"calendar\":\"au\"")
#define DOUBTFUL TIME(HOURS ",\"calendar\":\"au\",\"holiday\":\"review\"")
#define AT(begin) LAW_IN("Australia/Sydney") LAW_VISIT("v1", begin, "")
#define FROM(begin, end)                                                                      \
	LAW_IN("Australia/Sydney") LAW_VISIT("v1", begin, ",\"end\":\"" end "\"")

static void
a_holiday_forbids_any_hour_and_the_next_is_no_holiday(void **state)
{
	(void)state;
	law_expect(OFF, AT("2026-04-02T10:00:00+11:00"), "v1", "T", "pass");
	/* Good Friday to Easter Monday, of which Saturday and Sunday are plain days here. */
	law_expect_next(OFF, AT("2026-04-03T10:00:00+11:00"), "v1", "T", "fail",
	    "2026-04-04T09:00:00+11:00");
	law_expect_next(OFF, AT("2026-04-03T08:59:59+11:00"), "v1", "T", "fail",
	    "2026-04-04T09:00:00+11:00");
	law_expect_text(OFF, AT("2026-04-03T10:00:00+11:00"), "v1", "T", "fail",
	    "\"calendar\":\"au\",\"date\":\"2026-04-03\"");
}

static void
the_next_hour_after_a_forbidden_one_skips_holidays(void **state)
{
	(void)state;
	law_expect_next(OFF, AT("2026-04-02T22:00:00+11:00"), "v1", "T", "fail",
	    "2026-04-04T09:00:00+11:00");
	law_expect_next(OFF, AT("2026-01-25T21:00:00+11:00"), "v1", "T", "fail",
	    "2026-01-27T09:00:00+11:00");
}

static void
a_holiday_may_be_for_a_person(void **state)
{
	(void)state;
	law_expect_next(DOUBTFUL, AT("2026-04-03T10:00:00+11:00"), "v1", "T", "review",
	    "2026-04-04T09:00:00+11:00");
	/* An hour that is forbidden anyhow stays so. */
	law_expect_next(DOUBTFUL, AT("2026-04-03T22:00:00+11:00"), "v1", "T", "fail",
	    "2026-04-04T09:00:00+11:00");
}

static void
holidays_are_local_dates(void **state)
{
	(void)state;
	/* 22:30 UTC on the 2nd is 09:30 of Good Friday in Sydney. */
	law_expect(OFF, AT("2026-04-02T22:30:00Z"), "v1", "T", "fail");
	/* 22:30 UTC on the 3rd is the Saturday after it. */
	law_expect(OFF, AT("2026-04-03T22:30:00Z"), "v1", "T", "pass");
}

static void
a_date_that_no_calendar_covers_is_for_a_person(void **state)
{
	(void)state;
	law_expect_text(OFF, AT("2027-01-04T10:00:00+11:00"), "v1", "T", "review",
	    "\"missing\":\"calendar\"");
	law_expect_text(OFF, AT("2027-01-04T10:00:00+11:00"), "v1", "T", "review",
	    "Holidays are not known for 2027-01-04: the calendar au does not cover it");
	law_expect(OFF, AT("2025-12-31T10:00:00+11:00"), "v1", "T", "review");
	law_expect(TIME(HOURS ",\"calendar\":\"nowhere\""), AT("2026-04-02T10:00:00+11:00"),
	    "v1", "T", "review");
	/* A forbidden hour needs no calendar; but when it is allowed again is not known. */
	law_expect_text(OFF, AT("2027-01-04T22:00:00+11:00"), "v1", "T", "fail",
	    "\"missing\":\"calendar\"");
	law_expect_text(OFF, AT("2026-12-31T10:00:00+11:00"), "v1", "T", "fail",
	    "\"missing\":\"calendar\"");
}

static void
a_contact_that_runs_into_a_holiday_is_judged_by_its_whole_length(void **state)
{
#define LATE(more) TIME("\"allowed\":[{}],\"calendar\":\"au\"" more)
	(void)state;
	law_expect(LATE(""), FROM("2026-04-02T23:00:00+11:00", "2026-04-03T00:00:00+11:00"),
	    "v1", "T", "pass");
	law_expect(LATE(""), FROM("2026-04-02T23:00:00+11:00", "2026-04-03T00:00:01+11:00"),
	    "v1", "T", "fail");
	law_expect(LATE(",\"overrun\":\"ignore\""),
	    FROM("2026-04-02T23:00:00+11:00", "2026-04-03T00:00:01+11:00"), "v1", "T", "pass");
	law_expect(LATE(""), FROM("2026-12-30T23:00:00+11:00", "2026-12-31T00:00:01+11:00"),
	    "v1", "T", "fail");
}

static void
the_calendar_of_the_zone_is_looked_up_by_the_case(void **state)
{
	const char *pack = TIME(HOURS ",\"calendar\":\"zone\"");

	(void)state;
	law_expect(pack, AT("2026-04-03T10:00:00+11:00"), "v1", "T", "fail");
	law_expect_text(pack, LAW_IN("UTC") LAW_VISIT("v1", "2026-04-03T10:00:00Z", ""), "v1",
	    "T", "review", "\"calendar\":\"zone\"");
}

#define BOTH LAW_CASE(",\"zones\":[\"America/New_York\",\"Australia/Sydney\"]")

static void
a_holiday_in_any_zone_of_the_case_counts(void **state)
{
	const char *pack = TIME("\"allowed\":[{}],\"calendar\":\"au\"");

	(void)state;
	/* The 2nd in New York, and Good Friday in Sydney. */
	law_expect(
	    pack, BOTH LAW_VISIT("v1", "2026-04-02T10:00:00-04:00", ""), "v1", "T", "fail");
	law_expect(
	    pack, BOTH LAW_VISIT("v1", "2026-04-02T08:00:00-04:00", ""), "v1", "T", "pass");
	/* Each zone by its own calendar: New York has none here. */
	law_expect(TIME("\"allowed\":[{}],\"calendar\":\"zone\""),
	    BOTH LAW_VISIT("v1", "2026-04-02T08:00:00-04:00", ""), "v1", "T", "review");
	law_expect(TIME("\"allowed\":[{}],\"calendar\":\"zone\""),
	    BOTH LAW_VISIT("v1", "2026-04-02T10:00:00-04:00", ""), "v1", "T", "fail");
}

static void
a_rule_about_several_zones_is_not_about_one(void **state)
{
	const char *pack = TIME(HOURS ",\"several_zones\":true");

	(void)state;
	law_expect(pack, AT("2026-04-02T03:00:00+11:00"), "v1", "T", "n/a");
	law_expect(
	    pack, BOTH LAW_VISIT("v1", "2026-04-02T03:00:00-04:00", ""), "v1", "T", "fail");
	law_expect(
	    pack, BOTH LAW_VISIT("v1", "2026-04-02T20:30:00-04:00", ""), "v1", "T", "pass");
}

static void
a_consent_lifts_a_holiday(void **state)
{
	const char *pack = TIME(HOURS ",\"calendar\":\"au\",\"consent\":{\"scope\":\"time\"}");

	(void)state;
	law_expect(pack,
	    AT("2026-04-03T10:00:00+11:00")
		LAW_EVENT("e", "consent", "2026-04-01T10:00:00Z", ",\"scope\":[\"time\"]"),
	    "v1", "T", "pass");
}

/* The week-day evening of a Sunday rule: Mondays before nine are for a person. */
static void
windows_and_holidays_of_one_rule_go_together(void **state)
{
	const char *pack = LAW_WITH(
	    LAW_CALENDAR("ie", "Europe/Dublin", "2026-01-01", "2026-12-31", "\"2026-03-17\""),
	    LAW_RULE("T", "\"visit\"",
		LAW_KIND("time_window",
		    "\"allowed\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\","
		    "\"sat\"],\"from\":\"09:00\",\"to\":\"21:00\"}],\"review\":[{\"days\":["
		    "\"mon\"],\"from\":\"00:00\",\"to\":\"09:00\"}],\"calendar\":\"ie\"")));
#define IRISH(begin) LAW_IN("Europe/Dublin") LAW_VISIT("v1", begin, "")

	(void)state;
	law_expect_next(
	    pack, IRISH("2026-03-15T11:00:00Z"), "v1", "T", "fail", "2026-03-16T09:00:00Z");
	law_expect(pack, IRISH("2026-03-16T08:00:00Z"), "v1", "T", "review");
	law_expect_next(
	    pack, IRISH("2026-03-16T21:00:00Z"), "v1", "T", "fail", "2026-03-18T09:00:00Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_holiday_forbids_any_hour_and_the_next_is_no_holiday),
	    cmocka_unit_test(the_next_hour_after_a_forbidden_one_skips_holidays),
	    cmocka_unit_test(a_holiday_may_be_for_a_person),
	    cmocka_unit_test(holidays_are_local_dates),
	    cmocka_unit_test(a_date_that_no_calendar_covers_is_for_a_person),
	    cmocka_unit_test(a_contact_that_runs_into_a_holiday_is_judged_by_its_whole_length),
	    cmocka_unit_test(the_calendar_of_the_zone_is_looked_up_by_the_case),
	    cmocka_unit_test(a_holiday_in_any_zone_of_the_case_counts),
	    cmocka_unit_test(a_rule_about_several_zones_is_not_about_one),
	    cmocka_unit_test(a_consent_lifts_a_holiday),
	    cmocka_unit_test(windows_and_holidays_of_one_rule_go_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
