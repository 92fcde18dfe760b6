/* Clock changes at the edges of windows, days and periods; and the same rules at the door. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RULE(kind, parameters) LAW_RULE("R", "\"visit\",\"call\"", LAW_KIND(kind, parameters))
#define ONE_A_DAY                                                                             \
	LAW(RULE("frequency", "\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1"))
#define NEW_YORK LAW_IN("America/New_York")
#define CAIRO LAW_IN("Africa/Cairo")

static void
a_day_of_twenty_five_hours_is_one_day(void **state)
{
#define AFTER_MIDNIGHT(second)                                                                \
	NEW_YORK LAW_VISIT("a", "2026-11-01T04:00:00Z", "") LAW_VISIT("b", second, "")
	(void)state;
	/* 01:30 comes twice on that date, which ends at 05:00 UTC of the next. */
	law_expect(ONE_A_DAY, AFTER_MIDNIGHT("2026-11-01T05:30:00Z"), "b", "R", "fail");
	law_expect_next(ONE_A_DAY, AFTER_MIDNIGHT("2026-11-01T06:30:00Z"), "b", "R", "fail",
	    "2026-11-02T05:00:00Z");
	law_expect(ONE_A_DAY, AFTER_MIDNIGHT("2026-11-02T04:59:59Z"), "b", "R", "fail");
	law_expect(ONE_A_DAY, AFTER_MIDNIGHT("2026-11-02T05:00:00Z"), "b", "R", "pass");
}

static void
a_day_of_twenty_three_hours_is_one_day(void **state)
{
#define ON_MARCH_8(second)                                                                    \
	NEW_YORK LAW_VISIT("a", "2026-03-08T05:00:00Z", "") LAW_VISIT("b", second, "")
	(void)state;
	law_expect_next(ONE_A_DAY, ON_MARCH_8("2026-03-09T03:59:59Z"), "b", "R", "fail",
	    "2026-03-09T04:00:00Z");
	law_expect(ONE_A_DAY, ON_MARCH_8("2026-03-09T04:00:00Z"), "b", "R", "pass");
}

static void
a_date_without_midnight_begins_where_its_gap_ends(void **state)
{
	const char *off = LAW_WITH(
	    LAW_CALENDAR("eg", "Africa/Cairo", "2026-01-01", "2026-12-31", "\"2026-04-23\""),
	    RULE("time_window", "\"allowed\":[{}],\"calendar\":\"zone\""));

	(void)state;
	/* Cairo skips the first hour of 2026-04-24. */
	law_expect_next(ONE_A_DAY,
	    CAIRO LAW_VISIT("a", "2026-04-23T08:00:00Z", "")
		LAW_VISIT("b", "2026-04-23T09:00:00Z", ""),
	    "b", "R", "fail", "2026-04-24T01:00:00+03:00");
	law_expect_next(off, CAIRO LAW_VISIT("b", "2026-04-23T09:00:00Z", ""), "b", "R",
	    "fail", "2026-04-24T01:00:00+03:00");
	law_expect(off, CAIRO LAW_VISIT("b", "2026-04-23T22:00:00Z", ""), "b", "R", "pass");
}

static void
days_after_a_talk_are_dates_across_a_clock_change(void **state)
{
	const char *pack = LAW(RULE("frequency",
	    "\"per\":\"debtor\",\"cool_off\":{\"period\":{\"days\":7,\"day_one\":true}}"));
#define TALK "\"outcome\":\"conversation\""

	(void)state;
	law_expect_next(pack,
	    NEW_YORK LAW_VISIT("a", "2026-03-05T23:00:00-05:00", "," TALK)
		LAW_VISIT("b", "2026-03-11T12:00:00-04:00", ""),
	    "b", "R", "fail", "2026-03-12T00:00:00-04:00");
	law_expect(pack,
	    NEW_YORK LAW_VISIT("a", "2026-03-05T23:00:00-05:00", "," TALK)
		LAW_VISIT("b", "2026-03-12T00:00:00-04:00", ""),
	    "b", "R", "pass");
}

static void
minutes_are_minutes_across_a_clock_change(void **state)
{
	const char *pack = LAW(RULE("frequency", "\"per\":\"debtor\",\"spacing_minutes\":45"));

	(void)state;
	/* 01:50 and, after the gap, 03:20: half an hour. */
	law_expect_next(pack,
	    NEW_YORK LAW_VISIT("a", "2026-03-08T06:50:00Z", "")
		LAW_VISIT("b", "2026-03-08T07:20:00Z", ""),
	    "b", "R", "fail", "2026-03-08T07:35:00Z");
	/* 01:50 and 01:40 of the repeated hour: fifty minutes. */
	law_expect(pack,
	    NEW_YORK LAW_VISIT("a", "2026-11-01T05:50:00Z", "")
		LAW_VISIT("b", "2026-11-01T06:40:00Z", ""),
	    "b", "R", "pass");
}

static void
an_edge_in_the_repeated_hour_is_met_twice(void **state)
{
	const char *pack =
	    LAW(RULE("time_window", "\"allowed\":[{\"from\":\"01:30\",\"to\":\"21:00\"}]"));
	const char *review = LAW(RULE("time_window",
	    "\"allowed\":[{\"from\":\"08:00\",\"to\":\"01:30\"}],\"edge_to\":\"review\""));

	(void)state;
	law_expect(
	    pack, NEW_YORK LAW_VISIT("b", "2026-11-01T05:30:00Z", ""), "b", "R", "pass");
	law_expect_next(pack, NEW_YORK LAW_VISIT("b", "2026-11-01T06:15:00Z", ""), "b", "R",
	    "fail", "2026-11-01T06:30:00Z");
	law_expect(
	    review, NEW_YORK LAW_VISIT("b", "2026-11-01T05:30:00Z", ""), "b", "R", "review");
	law_expect(
	    review, NEW_YORK LAW_VISIT("b", "2026-11-01T06:30:00Z", ""), "b", "R", "review");
	law_expect(
	    review, NEW_YORK LAW_VISIT("b", "2026-11-01T06:29:59Z", ""), "b", "R", "pass");
}

static void
an_edge_in_the_skipped_hour_is_where_the_clock_goes_on(void **state)
{
	const char *to =
	    LAW(RULE("time_window", "\"allowed\":[{\"from\":\"00:00\",\"to\":\"02:30\"}]"));

	(void)state;
	/* 02:30 never comes: 01:59:59 is followed by 03:00. */
	law_expect(to, NEW_YORK LAW_VISIT("b", "2026-03-08T06:59:59Z", ""), "b", "R", "pass");
	law_expect(to, NEW_YORK LAW_VISIT("b", "2026-03-08T07:00:00Z", ""), "b", "R", "fail");
	law_expect(to,
	    NEW_YORK LAW_VISIT(
		"b", "2026-03-08T06:30:00Z", ",\"end\":\"2026-03-08T07:00:01Z\""),
	    "b", "R", "fail");
}

/* What check answers to a visit now. */
struct door {
	struct replay *r;
	struct fv_check check;
};

static struct door
ask(const char *pack, const char *lines, const char *now)
{
	struct door d = {.r = calloc(1, sizeof *d.r)};
	struct fv_check_plan plan = {.now_utc_ms = replay_at(now), .length_ms = 1800000};

	assert_non_null(d.r);
	replay_pack(d.r, pack);
	replay_load(d.r, lines);
	assert_int_equal(
	    fv_audit_check(d.r->audit, fv_history_find(d.r->history, "c1"), &plan, &d.check),
	    FV_OK);
	return d;
}

static void
expect_next(const char *pack, const char *lines, const char *now, const char *next)
{
	struct door d = ask(pack, lines, now);

	assert_int_equal(d.check.answer, FV_CHECK_NOT_NOW);
	assert_true(d.check.has_next);
	assert_int_equal(d.check.next_utc_ms, replay_at(next));
	fv_check_clear(&d.check);
	law_free(d.r);
}

static void
expect_answer(
    const char *pack, const char *lines, const char *now, enum fv_check_answer answer)
{
	struct door d = ask(pack, lines, now);

	assert_int_equal(d.check.answer, answer);
	assert_false(d.check.has_next);
	fv_check_clear(&d.check);
	law_free(d.r);
}

#define CITY                                                                                                \
	LAW_WITH(LAW_CALENDAR("x", "UTC", "2026-01-01", "2026-06-30", "\"2026-03-31\""),                    \
	    LAW_RULE("C", "\"visit\"",                                                                      \
		LAW_KIND("frequency",                                                                       \
		    "\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":30,"                          \
		    "\"outcomes\":[\"conversation\",\"contact\"],\"with\":[\"debtor\"]")) "," LAW_RULE("T", \
		"\"visit\"",                                                                                \
		LAW_KIND("time_window",                                                                     \
		    "\"allowed\":[{\"from\":\"09:00\",\"to\":\"18:00\"}],\"calendar\":"                     \
		    "\"zone\"")))
#define MET(at) LAW_VISIT("a", at, ",\"outcome\":\"conversation\",\"with\":\"debtor\"")

static void
the_door_names_a_time_that_every_rule_allows(void **state)
{
	(void)state;
	/* Thirty days end on the 30th, the 31st is a holiday. */
	expect_next(CITY, LAW_IN("UTC") MET("2026-03-01T10:00:00Z"), "2026-03-10T12:00:00Z",
	    "2026-04-01T09:00:00Z");
	expect_next(CITY, LAW_IN("UTC"), "2026-03-30T17:45:00Z", "2026-04-01T09:00:00Z");
	expect_answer(CITY, LAW_IN("UTC") MET("2026-03-01T10:00:00Z"), "2026-04-01T12:00:00Z",
	    FV_CHECK_NONE_FORBIDS);
}

static void
the_door_asks_where_no_calendar_tells(void **state)
{
	(void)state;
	expect_answer(CITY, LAW_IN("UTC"), "2026-07-01T12:00:00Z", FV_CHECK_ASK);
	/* And names no time after hours that may be a holiday. */
	expect_answer(CITY, LAW_IN("UTC"), "2026-06-30T20:00:00Z", FV_CHECK_NOT_NOW);
}

static void
a_visit_that_needs_consent_waits_for_no_hour(void **state)
{
	const char *pack = LAW(LAW_RULE("N", "\"visit\"",
	    LAW_KIND("consent", "\"each\":true,\"consent\":{\"scope\":\"time\"}")));
#define GIVEN(at) LAW_EVENT("e", "consent", at, ",\"scope\":[\"time\"]")

	(void)state;
	expect_answer(pack, LAW_IN("UTC"), "2026-03-02T12:00:00Z", FV_CHECK_NOT_NOW);
	expect_answer(pack, LAW_IN("UTC") GIVEN("2026-03-01T12:00:00Z"),
	    "2026-03-02T12:00:00Z", FV_CHECK_NONE_FORBIDS);
	expect_answer(pack,
	    LAW_IN("UTC") GIVEN("2026-02-28T12:00:00Z") MET("2026-03-01T10:00:00Z"),
	    "2026-03-02T12:00:00Z", FV_CHECK_NOT_NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_day_of_twenty_five_hours_is_one_day),
	    cmocka_unit_test(a_day_of_twenty_three_hours_is_one_day),
	    cmocka_unit_test(a_date_without_midnight_begins_where_its_gap_ends),
	    cmocka_unit_test(days_after_a_talk_are_dates_across_a_clock_change),
	    cmocka_unit_test(minutes_are_minutes_across_a_clock_change),
	    cmocka_unit_test(an_edge_in_the_repeated_hour_is_met_twice),
	    cmocka_unit_test(an_edge_in_the_skipped_hour_is_where_the_clock_goes_on),
	    cmocka_unit_test(the_door_names_a_time_that_every_rule_allows),
	    cmocka_unit_test(the_door_asks_where_no_calendar_tells),
	    cmocka_unit_test(a_visit_that_needs_consent_waits_for_no_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
