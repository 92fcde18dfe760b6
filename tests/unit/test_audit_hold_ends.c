/* Holds: which request begins one, how long it lasts, and what ends it. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define HOLD(parameters) PACK(RULE("H", "hold", parameters))
#define LATER "2026-03-02T10:00:00Z"

static void
expect_in(const char *pack, const char *lines, const char *verdict, const char *text)
{
	replay_expect(pack, lines, "H", verdict, text);
}

static void
expect(const char *pack, const char *lines, const char *verdict)
{
	expect_in(pack, lines, verdict, NULL);
}

static void
the_form_of_a_request_may_matter(void **state)
{
	const char *pack = HOLD("\"starts\":[\"cease\"],\"form\":[\"written\",\"separate\"]");
#define CEASE(more) CASE EVENT("cease", "2026-03-01T10:00:00Z", more) VISIT("v1", LATER, "")

	(void)state;
	expect(pack, CEASE(",\"form\":\"written\""), "fail");
	expect(pack, CEASE(",\"form\":\"oral\""), "pass");
	expect_in(pack, CEASE(""), "review", "\"missing\":\"form\"");
}

#define ORAL_10 HOLD("\"starts\":[\"no_work\"],\"oral_days\":10,\"confirm_days\":7")
#define SAID(form, more)                                                                      \
	CASE EVENT("no_work", "2026-03-01T10:00:00Z", ",\"form\":\"" form "\"" more)
#define AT_WORK(day) CONTACT("v1", "call", "2026-03-" day "T10:00:00Z", ",\"place\":\"work\"")

static void
an_oral_request_ends_unless_it_is_confirmed_in_time(void **state)
{
	(void)state;
	/* MA-09 */
	expect(ORAL_10, SAID("oral", "") AT_WORK("11"), "fail");
	expect_in(
	    ORAL_10, SAID("oral", "") AT_WORK("11"), "fail", "\"next\":\"2026-03-12T00:00:00");
	expect(ORAL_10, SAID("oral", "") AT_WORK("12"), "pass");
	expect(ORAL_10,
	    SAID("oral", "") EVENT("no_work", "2026-03-08T10:00:00Z", ",\"form\":\"written\"")
		AT_WORK("12"),
	    "fail");
	expect(ORAL_10, SAID("written", "") AT_WORK("12"), "fail");
	expect(
	    ORAL_10, CASE EVENT("no_work", "2026-03-01T10:00:00Z", "") AT_WORK("11"), "fail");
	expect_in(ORAL_10, CASE EVENT("no_work", "2026-03-01T10:00:00Z", "") AT_WORK("12"),
	    "review", "\"missing\":\"form\"");
}

static void
a_confirmation_keeps_what_was_said_and_not_its_own_words(void **state)
{
	/* The written word of March 8 is about another channel: the oral one goes on. */
#define MIXED(day)                                                                            \
	SAID("oral", ",\"channels\":[\"call\"]")                                              \
	EVENT("no_work", "2026-03-" day "T10:00:00Z",                                         \
	    ",\"form\":\"written\",\"channels\":[\"letter\"]")
	(void)state;
	expect(ORAL_10, MIXED("08") AT_WORK("20"), "fail");
	expect(ORAL_10, MIXED("09") AT_WORK("20"), "pass");
}

static void
a_hold_may_go_on_some_days_after_the_end_that_its_event_names(void **state)
{
	const char *pack = HOLD("\"starts\":[\"moratorium\"],\"after_until_days\":30");
#define CRISIS                                                                                \
	CASE EVENT("moratorium", "2026-01-01T10:00:00Z", ",\"until\":\"2026-03-01T12:00:00Z\"")

	(void)state;
	/* GB-11 */
	expect(pack, CRISIS VISIT("v1", "2026-03-31T23:59:59Z", ""), "fail");
	expect(pack, CRISIS VISIT("v1", "2026-04-01T00:00:00Z", ""), "pass");
	expect(pack,
	    CASE EVENT("moratorium", "2026-01-01T10:00:00Z", "")
		VISIT("v1", "2026-01-03T00:00:00Z", ""),
	    "pass");
	expect_in(
	    pack, CRISIS VISIT("v1", LATER, ""), "fail", "\"next\":\"2026-04-01T00:00:00");
}

#define US CALENDAR("\"2026-01-01\",\"2026-01-19\",\"2026-02-16\"")
#define WITHIN(more)                                                                          \
	PACK_WITH(US,                                                                         \
	    RULE("H", "hold",                                                                 \
		"\"starts\":[\"dispute\"],\"ends\":[\"verified\"],\"within\":{"               \
		"\"notices\":[\"notice_sent\"],\"voids\":[\"notice_returned\"],"              \
		"\"receipt\":{\"days\":5,\"skip\":[\"sat\",\"sun\"],\"calendar\":\"cal\"},"   \
		"\"period\":{\"days\":30}" more "}"))
#define NEW_YEAR CASE EVENT("notice_sent", "2026-01-01T10:00:00Z", "")
#define SENT_TWICE                                                                            \
	NEW_YEAR EVENT("notice_returned", "2026-01-12T10:00:00Z", "")                         \
	    EVENT("notice_sent", "2026-01-15T10:00:00Z", "")
#define DISPUTE(at) EVENT("dispute", at, "")
#define SPRING VISIT("v1", "2026-04-01T10:00:00Z", "")

static void
a_dispute_counts_within_a_period_from_the_notice_that_arrived(void **state)
{
	(void)state;
	/* R32: the notice of January 1 would have ended its period on February 7. */
	expect(WITHIN(""), NEW_YEAR DISPUTE("2026-02-07T23:59:59Z") SPRING, "fail");
	expect(WITHIN(""), NEW_YEAR DISPUTE("2026-02-08T00:00:00Z") SPRING, "pass");
	expect(WITHIN(""), SENT_TWICE DISPUTE("2026-02-22T23:59:59Z") SPRING, "fail");
	expect(WITHIN(""), SENT_TWICE DISPUTE("2026-02-23T00:00:00Z") SPRING, "pass");
	expect_in(WITHIN(""), SENT_TWICE DISPUTE("2026-02-20T10:00:00Z") SPRING, "fail",
	    "\"notice_date\":\"2026-01-15\",\"period_end\":\"2026-02-22\","
	    "\"receipt_date\":\"2026-01-23\"");
	expect(WITHIN(""),
	    SENT_TWICE DISPUTE("2026-02-20T10:00:00Z")
		EVENT("verified", "2026-03-01T10:00:00Z", "") SPRING,
	    "pass");
	expect_in(WITHIN(""), CASE DISPUTE("2026-02-20T10:00:00Z") SPRING, "review",
	    "\"missing\":\"notice_sent\"");
	expect_in(WITHIN(""),
	    CASE EVENT("notice_sent", "2025-12-29T10:00:00Z", "")
		DISPUTE("2026-01-20T10:00:00Z") SPRING,
	    "review", "\"missing\":\"calendar\"");
}

static void
a_notice_that_comes_back_after_the_dispute_no_longer_times_it(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, WITHIN(""));
	replay_load(r,
	    NEW_YEAR DISPUTE("2026-02-20T10:00:00Z")
		EVENT("notice_returned", "2026-03-01T10:00:00Z", "")
		    VISIT("before", "2026-02-25T10:00:00Z", "") SPRING);
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "before", "H"), "pass");
	assert_string_equal(replay_verdict(r, "v1", "H"), "review");
	replay_clear(r);
	free(r);
}

static void
a_dispute_after_the_period_may_be_for_a_person(void **state)
{
	(void)state;
	expect_in(WITHIN(",\"after\":true"), NEW_YEAR DISPUTE("2026-02-08T10:00:00Z") SPRING,
	    "review", "\"lifted_by\":\"supervisor\"");
	expect(WITHIN(",\"after\":true"), NEW_YEAR DISPUTE("2026-02-07T10:00:00Z") SPRING,
	    "pass");
	expect(WITHIN(",\"after\":true"), CASE DISPUTE("2026-02-07T10:00:00Z") SPRING, "pass");
}

#define PLAN HOLD("\"starts\":[\"plan_signed\"],\"ends\":[\"plan_default\",\"case_closed\"]")
#define ABOUT(list) VISIT("v1", "2026-03-10T10:00:00Z", ",\"debts\":[" list "]")

static void
a_hold_ends_for_the_debts_that_its_end_names(void **state)
{
#define SIGNED(list) CASE EVENT("plan_signed", "2026-03-01T10:00:00Z", list)
#define DEFAULT(list) EVENT("plan_default", "2026-03-05T10:00:00Z", list)
	(void)state;
	/* D12 */
	expect(PLAN, SIGNED("") VISIT("v1", LATER, ""), "fail");
	expect(PLAN, SIGNED(",\"debts\":[\"d1\",\"d2\"]") ABOUT("\"d1\",\"d2\""), "fail");
	expect(PLAN,
	    SIGNED(",\"debts\":[\"d1\",\"d2\"]") DEFAULT(",\"debts\":[\"d1\"]")
		ABOUT("\"d1\",\"d2\""),
	    "fail");
	expect(PLAN,
	    SIGNED(",\"debts\":[\"d1\",\"d2\"]") DEFAULT(",\"debts\":[\"d1\"]")
		ABOUT("\"d1\""),
	    "pass");
	expect(PLAN, SIGNED("") DEFAULT(",\"debts\":[\"d1\"]") ABOUT("\"d1\""), "pass");
	expect(PLAN, SIGNED("") DEFAULT(",\"debts\":[\"d1\"]") ABOUT("\"d2\""), "fail");
	expect_in(PLAN,
	    SIGNED("") DEFAULT(",\"debts\":[\"d1\"]") VISIT("v1", "2026-03-10T10:00:00Z", ""),
	    "review", "\"missing\":\"debts\"");
	expect(PLAN, SIGNED("") DEFAULT("") ABOUT("\"d1\""), "pass");
	/* Signed again after the default. */
	expect(PLAN,
	    SIGNED("") DEFAULT("") EVENT("plan_signed", "2026-03-06T10:00:00Z", "")
		ABOUT("\"d1\""),
	    "fail");
	/* Said twice and ended once for one debt before the second time. */
	expect(PLAN,
	    SIGNED("") DEFAULT(",\"debts\":[\"d1\"]")
		EVENT("plan_signed", "2026-03-06T10:00:00Z", "") ABOUT("\"d1\""),
	    "fail");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_form_of_a_request_may_matter),
	    cmocka_unit_test(an_oral_request_ends_unless_it_is_confirmed_in_time),
	    cmocka_unit_test(a_confirmation_keeps_what_was_said_and_not_its_own_words),
	    cmocka_unit_test(a_hold_may_go_on_some_days_after_the_end_that_its_event_names),
	    cmocka_unit_test(a_dispute_counts_within_a_period_from_the_notice_that_arrived),
	    cmocka_unit_test(a_notice_that_comes_back_after_the_dispute_no_longer_times_it),
	    cmocka_unit_test(a_dispute_after_the_period_may_be_for_a_person),
	    cmocka_unit_test(a_hold_ends_for_the_debts_that_its_end_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
