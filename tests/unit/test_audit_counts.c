/* The numbers that laws set on contacts, by small packs of the rules that have them. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALL "\"visit\",\"call\",\"sms\",\"email\",\"message\",\"letter\""
#define COUNT(channels, parameters)                                                           \
	LAW(LAW_RULE("F", channels, LAW_KIND("frequency", parameters)))
#define CASE LAW_CASE(",\"zone\":\"UTC\",\"debts\":[\"d1\",\"d2\"]")
#define NOON(date) date "T12:00:00Z"
#define D1 ",\"debts\":[\"d1\"]"
#define MET ",\"outcome\":\"conversation\",\"with\":\"debtor\"" D1
#define NOBODY ",\"outcome\":\"not_home\"" D1
#define BY(channel, id, date, more) LAW_CONTACT(id, channel, "collector", NOON(date), more)

#define MA_02                                                                                 \
	COUNT("\"visit\"",                                                                    \
	    "\"limit\":1,\"per\":\"debt\",\"unit\":\"day\",\"days\":30,"                      \
	    "\"outcomes\":[\"conversation\",\"contact\",\"refused\"],"                        \
	    "\"purposes\":[\"collect\",\"care\",\"service\",\"document\",\"location\","       \
	    "\"terminate\",\"remedy_notice\",\"required_by_law\"],"                           \
	    "\"consent\":{\"scope\":\"frequency\",\"form\":[\"written\",\"separate\"]}")

static void
massachusetts_allows_one_visit_in_thirty_days_for_a_debt(void **state)
{
#define TWO_VISITS(first, date, second)                                                       \
	CASE BY("visit", "v0", "2026-03-01", first) BY("visit", "v1", date, second)
	(void)state;
	/* D01, D02 */
	law_expect_next(MA_02, TWO_VISITS(MET, "2026-03-25", MET), "v1", "F", "fail",
	    "2026-03-31T00:00:00Z");
	law_expect(MA_02, TWO_VISITS(NOBODY, "2026-03-25", MET), "v1", "F", "pass");
	law_expect(MA_02, TWO_VISITS(MET, "2026-03-30", MET), "v1", "F", "fail");
	law_expect(MA_02, TWO_VISITS(MET, "2026-03-31", MET), "v1", "F", "pass");
	law_expect(MA_02, TWO_VISITS(MET, "2026-03-25", NOBODY), "v1", "F", "pass");
	law_expect(MA_02, TWO_VISITS(MET, "2026-03-25", MET ",\"purpose\":\"repossess\""),
	    "v1", "F", "n/a");
	/* Whether anybody was met is not said. */
	law_expect_text(MA_02, TWO_VISITS(D1, "2026-03-25", MET), "v1", "F", "review",
	    "\"missing\":\"outcome\"");
	law_expect_text(MA_02, TWO_VISITS(MET, "2026-03-25", D1), "v1", "F", "review",
	    "\"missing\":\"outcome\"");
	law_expect_text(MA_02, TWO_VISITS(MET, "2026-03-25", ",\"outcome\":\"conversation\""),
	    "v1", "F", "review", "\"missing\":\"discussed\"");
}

static void
a_written_consent_allows_more_visits(void **state)
{
#define SECOND(more)                                                                          \
	CASE BY("visit", "v0", "2026-03-01", MET) BY("visit", "v1", "2026-03-10", MET) more
#define AGREED(form)                                                                          \
	LAW_EVENT("e", "consent", "2026-03-05T10:00:00Z", ",\"scope\":[\"frequency\"]" form)
	(void)state;
	law_expect(
	    MA_02, SECOND(AGREED(",\"form\":\"written\"")), "v1", "F", "pass"); /* D04 */
	law_expect(MA_02, SECOND(AGREED(",\"form\":\"oral\"")), "v1", "F", "fail");
	law_expect_text(
	    MA_02, SECOND(AGREED("")), "v1", "F", "review", "\"missing\":\"form\"");
}

static void
australia_allows_three_a_week_and_ten_a_month(void **state)
{
	const char *pack =
	    LAW(LAW_RULE("F", "\"call\",\"sms\",\"email\",\"message\",\"letter\"",
		LAW_CLAUSES(LAW_CLAUSE("frequency",
		    "\"limit\":3,\"per\":\"debt\",\"unit\":\"week\",\"outcomes\":["
		    "\"conversation\",\"contact\"]",
		    "") "," LAW_CLAUSE("frequency",
		    "\"limit\":10,\"per\":\"debt\",\"unit\":\"month\",\"outcomes\":["
		    "\"conversation\",\"contact\"]",
		    ""))));
	/* 2026-06-01 is a Monday. */
	const char *week = CASE BY("call", "a", "2026-06-01", MET)
	    BY("call", "b", "2026-06-02", MET) BY("call", "c", "2026-06-03", NOBODY)
		BY("sms", "d", "2026-06-04", MET) BY("call", "e", "2026-06-05", MET);
	const char *month = CASE BY("call", "a", "2026-06-01", MET)
	    BY("call", "b", "2026-06-02", MET) BY("call", "c", "2026-06-03", MET)
		BY("call", "d", "2026-06-08", MET) BY("call", "e", "2026-06-09", MET)
		    BY("call", "f", "2026-06-10", MET) BY("call", "g", "2026-06-15", MET)
			BY("call", "h", "2026-06-16", MET) BY("call", "i", "2026-06-17", MET)
			    BY("call", "j", "2026-06-22", MET)
				BY("call", "k", "2026-06-23", MET)
				    BY("call", "l", "2026-07-01", MET);

	(void)state;
	law_expect(pack, week, "d", "F", "pass");
	law_expect_next(pack, week, "e", "F", "fail", "2026-06-08T00:00:00Z");
	law_expect(pack, month, "j", "F", "pass");
	law_expect_next(pack, month, "k", "F", "fail", "2026-07-01T00:00:00Z");
	law_expect(pack, month, "l", "F", "pass");
	law_expect_settled(pack, month);
}

static void
new_york_city_counts_every_channel_for_an_account(void **state)
{
	const char *pack =
	    COUNT(ALL, "\"limit\":3,\"per\":\"debt\",\"unit\":\"day\",\"days\":7");
	const char *lines = CASE BY("call", "a", "2026-09-07", NOBODY)
	    BY("email", "b", "2026-09-08", D1) BY("visit", "c", "2026-09-09", MET)
		BY("letter", "d", "2026-09-10", ",\"debts\":[\"d2\"]")
		    BY("sms", "e", "2026-09-13", D1) BY("sms", "f", "2026-09-14", D1);

	(void)state;
	law_expect(pack, lines, "c", "F", "pass");
	law_expect(pack, lines, "d", "F", "pass");
	law_expect_next(pack, lines, "e", "F", "fail", "2026-09-14T00:00:00Z");
	/* Still over it: those of the 8th, 9th, 13th and 14th. */
	law_expect_next(pack, lines, "f", "F", "fail", "2026-09-15T00:00:00Z");
}

static void
korea_allows_seven_contacts_in_seven_days_visits_among_them(void **state)
{
	const char *pack =
	    COUNT(ALL, "\"limit\":7,\"per\":\"debt\",\"unit\":\"day\",\"days\":7");
	const char *lines = CASE BY("visit", "a", "2026-06-01", MET)
	    BY("visit", "b", "2026-06-02", MET) BY("call", "c", "2026-06-03", MET)
		BY("call", "d", "2026-06-04", MET) BY("call", "e", "2026-06-05", MET)
		    BY("call", "f", "2026-06-06", MET) BY("call", "g", "2026-06-07", MET)
			BY("visit", "h", "2026-06-07", MET) BY("visit", "i", "2026-06-08", "");

	(void)state;
	law_expect(pack, lines, "g", "F", "pass");
	law_expect(pack, lines, "h", "F", "fail");
	/* About which debt is not said: it may be the eighth of one. */
	law_expect(pack, lines, "i", "F", "review");
}

static void
six_unanswered_calls_and_three_talks_in_a_day_pass(void **state)
{
#define RING(id, time)                                                                        \
	LAW_CALL(id, "2026-03-02T" time ":00Z", ",\"outcome\":\"no_answer\",\"number\":\"n1\"")
#define TALK(id, time)                                                                        \
	LAW_CALL(id, "2026-03-02T" time ":00Z",                                               \
	    ",\"outcome\":\"conversation\",\"with\":\"debtor\",\"number\":\"n1\"")
	const char *pack = LAW(LAW_RULE("CN-03", "\"call\"",
	    ",\"clauses\":[" LAW_CLAUSE("frequency",
		"\"limit\":6,\"per\":\"number\",\"unit\":\"day\",\"days\":1,"
		"\"outcomes\":[\"no_answer\",\"left_message\"]",
		",\"on_breach\":\"review\"") "]") "," LAW_RULE("CN-04", "\"call\"",
	    LAW_KIND("frequency",
		"\"limit\":3,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1,"
		"\"outcomes\":[\"conversation\"]")));
	const char *lines = LAW_IN("UTC") RING("r1", "09:00") RING("r2", "09:10")
	    RING("r3", "09:20") RING("r4", "09:30") RING("r5", "09:40") RING("r6", "09:50")
		TALK("t1", "10:00") TALK("t2", "11:00") TALK("t3", "12:00") RING("r7", "13:00")
		    TALK("t4", "14:00");

	(void)state;
	/* D11 */
	law_expect(pack, lines, "r6", "CN-03", "pass");
	law_expect(pack, lines, "t3", "CN-04", "pass");
	law_expect_next(pack, lines, "r7", "CN-03", "review", "2026-03-03T00:00:00Z");
	law_expect_next(pack, lines, "t4", "CN-04", "fail", "2026-03-03T00:00:00Z");
}

#define CHILE                                                                                 \
	LAW(LAW_RULE("F", ALL,                                                                \
	    LAW_CLAUSES(                                                                      \
		LAW_CLAUSE("frequency", "\"limit\":1,\"per\":\"debtor\",\"unit\":\"week\"",   \
		    ",\"channels\":[\"call\",\"visit\"]") "," LAW_CLAUSE("frequency",         \
		    "\"limit\":2,\"per\":\"debtor\",\"unit\":\"week\",\"spacing_days\":2",    \
		    ",\"channels\":[\"sms\",\"email\",\"message\",\"letter\"]"))))

static void
chile_allows_one_call_or_visit_and_two_others_two_days_apart(void **state)
{
	const char *lines = CASE BY("call", "a", "2026-06-01", "")
	    BY("visit", "b", "2026-06-02", "") BY("email", "c", "2026-06-02", "")
		BY("sms", "d", "2026-06-03", "") BY("letter", "e", "2026-06-05", "")
		    BY("email", "f", "2026-06-07", "") BY("visit", "g", "2026-06-08", "");

	(void)state;
	law_expect(CHILE, lines, "a", "F", "pass");
	law_expect_next(CHILE, lines, "b", "F", "fail", "2026-06-08T00:00:00Z");
	law_expect(CHILE, lines, "c", "F", "pass");
	law_expect_next(CHILE, lines, "d", "F", "fail", "2026-06-04T00:00:00Z");
	law_expect_text(CHILE, lines, "d", "F", "fail",
	    "Too soon after the contact of 2026-06-02 (law 1). Again from 06-04 00:00.");
	law_expect(CHILE, lines, "g", "F", "pass");
	law_expect_settled(CHILE, lines);
}

static void
the_worse_of_two_breaches_is_that_which_lasts_longer(void **state)
{
	/* The third of the week, and a day after the second: the week is over on the 8th. */
	const char *lines = CASE BY("email", "a", "2026-06-01", "")
	    BY("email", "b", "2026-06-03", "") BY("email", "c", "2026-06-04", "");

	(void)state;
	law_expect_next(CHILE, lines, "c", "F", "fail", "2026-06-08T00:00:00Z");
	/* On the last day of the week the two days last longer. */
	const char *sunday = CASE BY("email", "a", "2026-06-01", "")
	    BY("email", "b", "2026-06-07", "") BY("email", "c", "2026-06-07", "");
	law_expect_next(CHILE, sunday, "c", "F", "fail", "2026-06-09T00:00:00Z");
}

static void
colombia_allows_one_a_day_and_one_way_of_contact_a_week(void **state)
{
	const char *pack = LAW(LAW_RULE("F", ALL,
	    LAW_CLAUSES(LAW_CLAUSE("frequency",
		"\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1",
		"") "," LAW_CLAUSE("frequency",
		"\"limit\":1,\"per\":\"debtor\",\"unit\":\"week\",\"distinct_channels\":true",
		""))));
	const char *lines =
	    CASE BY("call", "a", "2026-06-01", "") BY("call", "b", "2026-06-02", "")
		BY("call", "c", "2026-06-02", "") BY("sms", "d", "2026-06-03", "")
		    BY("call", "e", "2026-06-04", "") BY("sms", "f", "2026-06-08", "");

	(void)state;
	law_expect(pack, lines, "b", "F", "pass");
	law_expect_next(pack, lines, "c", "F", "fail", "2026-06-03T00:00:00Z");
	law_expect_next(pack, lines, "d", "F", "fail", "2026-06-08T00:00:00Z");
	law_expect_text(pack, lines, "d", "F", "fail", "2 ways of contact from 2026-06-01");
	/* By then two were used, and it is over the limit as well. */
	law_expect(pack, lines, "e", "F", "fail");
	law_expect(pack, lines, "f", "F", "pass");
	law_expect_settled(pack, lines);
}

static void
of_several_ways_the_oldest_leave_the_period_first(void **state)
{
	const char *pack = COUNT(ALL,
	    "\"limit\":2,\"per\":\"debtor\",\"unit\":\"day\",\"days\":7,"
	    "\"distinct_channels\":true");
	const char *lines = CASE BY("call", "a", "2026-06-01", "") BY("sms", "b", "2026-06-02",
	    "") BY("call", "c", "2026-06-03", "") BY("email", "d", "2026-06-04", "");

	(void)state;
	/* The sms of the 2nd is older than the last call: it leaves on the 9th. */
	law_expect_next(pack, lines, "d", "F", "fail", "2026-06-09T00:00:00Z");
	law_expect(pack, lines, "c", "F", "pass");
}

static void
washington_allows_three_a_week_and_one_at_work(void **state)
{
	const char *pack = LAW(LAW_RULE("F", "\"visit\",\"call\"",
	    LAW_CLAUSES(
		LAW_CLAUSE("frequency", "\"limit\":3,\"per\":\"debtor\",\"unit\":\"week\"",
		    "") "," LAW_CLAUSE("frequency",
		    "\"limit\":1,\"per\":\"debtor\",\"unit\":\"week\",\"places\":[\"work\"]",
		    ""))));
#define AT_WORK ",\"place\":\"work\""
#define AT_HOME ",\"place\":\"home\""
	const char *lines =
	    CASE BY("call", "a", "2026-06-01", AT_WORK) BY("visit", "b", "2026-06-02", AT_HOME)
		BY("call", "c", "2026-06-03", AT_WORK) BY("call", "d", "2026-06-04", AT_HOME);

	(void)state;
	law_expect(pack, lines, "a", "F", "pass");
	law_expect(pack, lines, "b", "F", "pass");
	law_expect(pack, lines, "c", "F", "fail");
	law_expect(pack, lines, "d", "F", "fail");
	law_expect_text(pack,
	    CASE BY("call", "a", "2026-06-01", AT_WORK) BY("call", "b", "2026-06-02", ""), "b",
	    "F", "review", "\"missing\":\"place\"");
}

static void
a_third_person_is_asked_once(void **state)
{
	const char *pack = COUNT("\"visit\",\"call\"",
	    "\"limit\":1,\"per\":\"person\",\"unit\":\"day\",\"days\":400,"
	    "\"purposes\":[\"location\"],\"with\":[\"third_party\",\"guarantor\"]");
#define ASK(id, date, who)                                                                    \
	BY("call", id, date, ",\"purpose\":\"location\",\"with\":\"third_party\"" who)
	const char *lines = CASE ASK("a", "2026-06-01", ",\"number\":\"n1\"")
	    ASK("b", "2026-06-02", ",\"number\":\"n2\"")
		ASK("c", "2026-09-03", ",\"number\":\"n1\"")
		    BY("call", "d", "2026-09-04", ",\"with\":\"debtor\",\"number\":\"n1\"")
			ASK("e", "2026-09-05", "");

	(void)state;
	law_expect(pack, lines, "b", "F", "pass");
	law_expect(pack, lines, "c", "F", "fail");
	law_expect(pack, lines, "d", "F", "n/a");
	/* Which person it was is not said. */
	law_expect_text(pack, lines, "e", "F", "review", "\"missing\":\"number\"");
}

static void
whom_a_visit_met_may_decide_whether_it_counts(void **state)
{
	const char *pack = COUNT("\"visit\"",
	    "\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":7,"
	    "\"with\":[\"debtor\",\"spouse\"]");
#define SEEN(who)                                                                             \
	CASE BY("visit", "a", "2026-06-01", ",\"outcome\":\"conversation\"" who) BY(          \
	    "visit", "b", "2026-06-02", ",\"outcome\":\"conversation\",\"with\":\"spouse\"")

	(void)state;
	law_expect(pack, SEEN(",\"with\":\"debtor\""), "b", "F", "fail");
	law_expect(pack, SEEN(",\"with\":\"third_party\""), "b", "F", "pass");
	law_expect_text(pack, SEEN(""), "b", "F", "review", "\"missing\":\"with\"");
	/* Nobody was met: it was meant for the debtor. */
	law_expect(pack,
	    CASE BY("visit", "a", "2026-06-01", ",\"outcome\":\"not_home\"")
		BY("visit", "b", "2026-06-02", ",\"with\":\"spouse\""),
	    "b", "F", "fail");
}

static void
the_debtor_is_one_person_by_any_number(void **state)
{
	const char *pack =
	    COUNT("\"call\"", "\"limit\":1,\"per\":\"person\",\"unit\":\"day\",\"days\":7");
#define DIAL(id, date, number)                                                                \
	BY("call", id, date, ",\"outcome\":\"no_answer\",\"number\":\"" number "\"")

	(void)state;
	law_expect(pack, CASE DIAL("a", "2026-06-01", "n1") DIAL("b", "2026-06-02", "n2"), "b",
	    "F", "fail");
}

static void
minutes_run_from_the_end_of_one_to_the_next(void **state)
{
	const char *pack = COUNT("\"call\"",
	    "\"per\":\"number\",\"spacing_minutes\":5,\"outcomes\":[\"no_answer\"]");
#define AT(id, time, more) LAW_CALL(id, "2026-06-01T" time "Z", ",\"number\":\"n1\"" more)
#define RANG ",\"outcome\":\"no_answer\""

	(void)state;
	law_expect_next(pack,
	    CASE AT("a", "10:00:00", RANG ",\"end\":\"2026-06-01T10:01:00Z\"")
		AT("b", "10:05:59", RANG),
	    "b", "F", "fail", "2026-06-01T10:06:00Z");
	law_expect(pack,
	    CASE AT("a", "10:00:00", RANG ",\"end\":\"2026-06-01T10:01:00Z\"")
		AT("b", "10:06:00", RANG),
	    "b", "F", "pass");
	law_expect(pack,
	    CASE AT("a", "10:00:00", RANG)
		AT("b", "10:01:00", ",\"outcome\":\"conversation\""),
	    "b", "F", "n/a");
	law_expect_text(pack, CASE AT("a", "10:00:00", "") AT("b", "10:01:00", RANG), "b", "F",
	    "review", "May be too soon after the contact of 2026-06-01 (law 1): outcome is");
	law_expect_text(pack,
	    CASE AT("a", "10:00:00", RANG) LAW_CALL("b", "2026-06-01T10:01:00Z", RANG), "b",
	    "F", "review", "\"missing\":\"number\"");
	law_expect_text(pack,
	    CASE LAW_CALL("a", "2026-06-01T10:00:00Z", RANG) AT("b", "10:01:00", RANG), "b",
	    "F", "review", "\"missing\":\"number\"");
}

static void
days_that_do_not_count_may_lengthen_a_cool_off(void **state)
{
	const char *pack =
	    LAW_WITH(LAW_CALENDAR("x", "UTC", "2026-01-01", "2026-06-30", "\"2026-06-03\""),
		LAW_RULE("F", "\"call\",\"visit\"",
		    LAW_KIND("frequency",
			"\"per\":\"debtor\",\"cool_off\":{\"period\":{\"days\":3,\"skip\":["
			"\"sat\","
			"\"sun\"],\"calendar\":\"x\"},\"channels\":[\"visit\"]}")));
#define AFTER_VISIT(first, second)                                                            \
	CASE BY("visit", "a", first, ",\"outcome\":\"conversation\"")                         \
	    BY("call", "b", second, "")

	(void)state;
	/* Monday the 1st is not counted, Wednesday the 3rd is a holiday: 2nd, 4th, 5th. */
	law_expect_next(pack, AFTER_VISIT("2026-06-01", "2026-06-05"), "b", "F", "fail",
	    "2026-06-06T00:00:00Z");
	law_expect(pack, AFTER_VISIT("2026-06-01", "2026-06-06"), "b", "F", "pass");
	/* A talk by telephone begins none here. */
	law_expect(pack,
	    CASE BY("call", "a", "2026-06-01", ",\"outcome\":\"conversation\"")
		BY("call", "b", "2026-06-02", ""),
	    "b", "F", "pass");
	/* After June the calendar does not say which days count. */
	law_expect(pack, AFTER_VISIT("2026-06-29", "2026-07-01"), "b", "F", "fail");
	law_expect_text(pack, AFTER_VISIT("2026-06-29", "2026-07-03"), "b", "F", "review",
	    "\"missing\":\"calendar\"");
	law_expect(pack, AFTER_VISIT("2026-06-29", "2026-11-03"), "b", "F", "pass");
}

/* Contacts at random over four weeks: no later one changes what an earlier one was given. */
static void
no_later_contact_changes_an_earlier_verdict(void **state)
{
	static const char *const channels[] = {"visit", "call", "sms", "call"};
	static const char *const outcomes[] = {"", ",\"outcome\":\"conversation\"",
	    ",\"outcome\":\"no_answer\"", ",\"outcome\":\"conversation\",\"discussed\":[]"};
	static const char *const debts[] = {
	    "", D1, ",\"debts\":[\"d2\"]", ",\"debts\":[\"d1\",\"d2\"]"};
	static const char *const others[] = {"", ",\"number\":\"n1\"",
	    ",\"officers\":[\"o1\"],\"with\":\"debtor\"", ",\"with\":\"third_party\""};
	const char *pack = LAW(LAW_RULE("F", ALL,
	    LAW_CLAUSES(LAW_CLAUSE("frequency",
		"\"limit\":3,\"per\":\"debt\",\"unit\":\"day\",\"days\":7,\"with\":"
		"[\"debtor\"],\"skips_consented\":true,\"cool_off\":{\"period\":{\"days\":2,"
		"\"day_one\":true}},\"consent\":{\"scope\":\"frequency\",\"days\":7,"
		"\"until_talk\":true}",
		"") "," LAW_CLAUSE("frequency",
		"\"limit\":2,\"per\":\"number\",\"unit\":\"week\",\"distinct_channels\":true,"
		"\"spacing_minutes\":90",
		"") "," LAW_CLAUSE("consent",
		"\"each\":true,\"consent\":{\"scope\":\"frequency\",\"or_court\":true}",
		""))));
	uint32_t x = 7;

	(void)state;
	for (int round = 0; round < 12; round++) {
		char lines[16384];
		size_t at = 0;
		at += (size_t)snprintf(lines, sizeof lines, "%s", CASE);
		for (int i = 0; i < 24; i++) {
			uint32_t r[8];
			for (size_t k = 0; k < 8; k++)
				r[k] = (x = x * 1664525U + 1013904223U) >> 24;
			if (r[0] % 5 == 0)
				at += (size_t)snprintf(lines + at, sizeof lines - at,
				    "{\"type\":\"event\",\"id\":\"e%02d\",\"case\":\"c1\","
				    "\"kind\":\"%s\",\"at\":\"2026-06-%02uT%02u:30:00Z\"%s%s}"
				    "\n",
				    i, r[1] % 3 == 0 ? "consent_withdrawn" : "consent",
				    1 + r[2] % 28, r[3] % 24, debts[r[4] % 3],
				    r[1] % 3 == 1 ? ",\"recorded_by\":\"o1\"" : "");
			else
				at += (size_t)snprintf(lines + at, sizeof lines - at,
				    "{\"type\":\"contact\",\"id\":\"k%02d\",\"case\":\"c1\","
				    "\"channel\":\"%s\",\"by\":\"%s\",\"begin\":"
				    "\"2026-06-%02uT%02u:00:00Z\"%s%s%s}\n",
				    i, channels[r[1] % 4],
				    r[2] % 6 == 0 ? "debtor" : "collector", 1 + (unsigned)i,
				    r[3] % 24, outcomes[r[4] % 4], debts[r[5] % 4],
				    others[r[6] % 4]);
		}
		law_expect_settled(pack, lines);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(massachusetts_allows_one_visit_in_thirty_days_for_a_debt),
	    cmocka_unit_test(a_written_consent_allows_more_visits),
	    cmocka_unit_test(australia_allows_three_a_week_and_ten_a_month),
	    cmocka_unit_test(new_york_city_counts_every_channel_for_an_account),
	    cmocka_unit_test(korea_allows_seven_contacts_in_seven_days_visits_among_them),
	    cmocka_unit_test(six_unanswered_calls_and_three_talks_in_a_day_pass),
	    cmocka_unit_test(chile_allows_one_call_or_visit_and_two_others_two_days_apart),
	    cmocka_unit_test(the_worse_of_two_breaches_is_that_which_lasts_longer),
	    cmocka_unit_test(colombia_allows_one_a_day_and_one_way_of_contact_a_week),
	    cmocka_unit_test(of_several_ways_the_oldest_leave_the_period_first),
	    cmocka_unit_test(washington_allows_three_a_week_and_one_at_work),
	    cmocka_unit_test(a_third_person_is_asked_once),
	    cmocka_unit_test(whom_a_visit_met_may_decide_whether_it_counts),
	    cmocka_unit_test(the_debtor_is_one_person_by_any_number),
	    cmocka_unit_test(minutes_run_from_the_end_of_one_to_the_next),
	    cmocka_unit_test(days_that_do_not_count_may_lengthen_a_cool_off),
	    cmocka_unit_test(no_later_contact_changes_an_earlier_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
