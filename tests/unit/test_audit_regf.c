/* Seven calls in seven days, and seven days after a talk: the regulator's own examples. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNTED                                                                               \
	"\"outcomes\":[\"conversation\",\"contact\",\"no_answer\",\"left_message\","          \
	"\"not_home\",\"refused\"],\"skips_consented\":true,"                                 \
	"\"cool_off\":{\"period\":{\"days\":7,\"day_one\":true}},"                            \
	"\"consent\":{\"scope\":\"frequency\",\"to\":[\"collector\"],\"days\":7,"             \
	"\"day_one\":true,\"until_talk\":true}"
/* The debtor by debt, anyone else by person. */
#define CALLS                                                                                 \
	LAW(LAW_RULE("US-11", "\"call\"",                                                     \
	    LAW_CLAUSES(LAW_CLAUSE("frequency",                                               \
		"\"limit\":7,\"per\":\"debt\",\"unit\":\"day\",\"days\":7,"                   \
		"\"with\":[\"debtor\"]," COUNTED,                                             \
		"") "," LAW_CLAUSE("frequency",                                               \
		"\"limit\":7,\"per\":\"person\",\"unit\":\"day\",\"days\":7,"                 \
		"\"with\":[\"spouse\",\"guarantor\",\"third_party\"]," COUNTED,               \
		""))))

#define CASE LAW_CASE(",\"zone\":\"America/New_York\",\"debts\":[\"card\",\"medical\"]")
#define ON(date) date "T11:00:00-04:00"
#define TRIED(id, date)                                                                       \
	LAW_CALL(id, ON(date), ",\"outcome\":\"no_answer\",\"debts\":[\"card\"]")
#define TALKED(id, date, more)                                                                \
	LAW_CALL(id, ON(date), ",\"outcome\":\"conversation\",\"with\":\"debtor\"" more)
#define ON_CARD ",\"debts\":[\"card\"]"
#define ON_BOTH ",\"debts\":[\"card\",\"medical\"]"

static void
r01_seven_calls_in_seven_days_comply(void **state)
{
	const char *lines =
	    CASE LAW_CALL("k1", ON("2026-04-01"), ",\"outcome\":\"left_message\"" ON_CARD)
		TRIED("k2", "2026-04-02") TRIED("k3", "2026-04-03") TRIED("k4", "2026-04-04")
		    TRIED("k5", "2026-04-05") TRIED("k6", "2026-04-06")
			TRIED("k7", "2026-04-07") TRIED("k8", "2026-04-08");

	(void)state;
	law_expect(CALLS, lines, "k7", "US-11", "pass");
	law_expect(CALLS, lines, "k8", "US-11", "pass");
	law_expect_settled(CALLS, lines);
}

static void
r02_a_talk_that_the_debtor_began_is_day_one_of_seven(void **state)
{
#define AUGUST(date)                                                                          \
	CASE LAW_CONTACT("k1", "call", "debtor", ON("2026-08-13"),                            \
	    ",\"outcome\":\"conversation\"" ON_CARD) TRIED("k2", date)
	(void)state;
	law_expect(CALLS, AUGUST("2026-08-13"), "k1", "US-11", "n/a");
	law_expect_next(
	    CALLS, AUGUST("2026-08-14"), "k2", "US-11", "fail", "2026-08-20T00:00:00-04:00");
	law_expect(CALLS, AUGUST("2026-08-19"), "k2", "US-11", "fail");
	law_expect(CALLS, AUGUST("2026-08-20"), "k2", "US-11", "pass");
	law_expect_text(CALLS, AUGUST("2026-08-14"), "k2", "US-11", "fail",
	    "Too soon after the talk of 2026-08-13 (law 1). Again from 08-20 00:00.");
}

#define ASKED(id, date)                                                                       \
	LAW_CALL(id, ON(date),                                                                \
	    ",\"outcome\":\"no_answer\",\"meant_for\":\"third_party\",\"number\":\"n9\","     \
	    "\"purpose\":\"location\"" ON_CARD)

static void
r03_seven_calls_to_a_third_person_comply(void **state)
{
	const char *lines = CASE ASKED("k1", "2026-10-06") ASKED("k2", "2026-10-07")
	    ASKED("k3", "2026-10-08") ASKED("k4", "2026-10-09") ASKED("k5", "2026-10-10")
		ASKED("k6", "2026-10-11") ASKED("k7", "2026-10-12") ASKED("k8", "2026-10-12")
		    TRIED("k9", "2026-10-12");

	(void)state;
	law_expect(CALLS, lines, "k7", "US-11", "pass");
	law_expect(CALLS, lines, "k8", "US-11", "fail");
	/* They are none to the debtor. */
	law_expect(CALLS, lines, "k9", "US-11", "pass");
}

static void
r05_the_eighth_call_in_seven_days_violates(void **state)
{
	const char *lines = CASE TRIED("k1", "2026-04-01") TRIED("k2", "2026-04-02")
	    TRIED("k3", "2026-04-02") TRIED("k4", "2026-04-03") TRIED("k5", "2026-04-03")
		TRIED("k6", "2026-04-06") TRIED("k7", "2026-04-06") TRIED("k8", "2026-04-07");

	(void)state;
	law_expect(CALLS, lines, "k7", "US-11", "pass");
	/* Of the seven before it the first leaves the seven days on the 8th. */
	law_expect_next(CALLS, lines, "k8", "US-11", "fail", "2026-04-08T00:00:00-04:00");
	law_expect_settled(CALLS, lines);
}

#define CONSENT(id, at, more)                                                                 \
	LAW_EVENT(id, "consent", at, ",\"scope\":[\"frequency\"],\"to\":\"collector\"" more)

static void
r07_a_call_asked_for_in_the_talk_complies(void **state)
{
#define CALL_ME(more)                                                                         \
	CASE TALKED("k1", "2026-04-03", ON_CARD)                                              \
	    CONSENT("e1", "2026-04-03T11:05:00-04:00", more)
	(void)state;
	law_expect(CALLS, CALL_ME(",\"contact\":\"k1\"") TRIED("k2", "2026-04-06"), "k2",
	    "US-11", "pass");
	law_expect_text(CALLS, CALL_ME("") TRIED("k2", "2026-04-06"), "k2", "US-11", "pass",
	    "\"consent\":\"e1\"");
	law_expect(CALLS, CASE TALKED("k1", "2026-04-03", ON_CARD) TRIED("k2", "2026-04-06"),
	    "k2", "US-11", "fail");
	/* For that long it holds, the day it was given included. */
	law_expect(CALLS,
	    CASE CONSENT("e1", "2026-04-03T09:00:00-04:00", "")
		TALKED("k1", "2026-04-02", ON_CARD) TRIED("k2", "2026-04-08"),
	    "k2", "US-11", "pass");
	/* And the talk that it led to ends it. */
	law_expect(CALLS,
	    CALL_ME("") TALKED("k2", "2026-04-06", ON_CARD) TRIED("k3", "2026-04-07"), "k2",
	    "US-11", "pass");
	law_expect(CALLS,
	    CALL_ME("") TALKED("k2", "2026-04-06", ON_CARD) TRIED("k3", "2026-04-07"), "k3",
	    "US-11", "fail");
	law_expect_settled(
	    CALLS, CALL_ME("") TALKED("k2", "2026-04-06", ON_CARD) TRIED("k3", "2026-04-07"));
}

static void
a_consent_to_another_or_withdrawn_or_noted_by_the_officer_does_not_do(void **state)
{
#define TOO_SOON(more)                                                                        \
	CASE TALKED("k1", "2026-04-03", ON_CARD ",\"officers\":[\"o1\"]")                     \
	    TRIED("k2", "2026-04-06") more
	(void)state;
	law_expect(CALLS,
	    TOO_SOON(LAW_EVENT("e1", "consent", "2026-04-04T09:00:00Z",
		",\"scope\":[\"frequency\"],\"to\":\"creditor\"")),
	    "k2", "US-11", "fail");
	law_expect(CALLS,
	    TOO_SOON(CONSENT("e1", "2026-04-04T09:00:00Z", "")
		    LAW_EVENT("e2", "consent_withdrawn", "2026-04-05T09:00:00Z", "")),
	    "k2", "US-11", "fail");
	law_expect(CALLS,
	    TOO_SOON(CONSENT("e1", "2026-04-04T09:00:00Z", ",\"recorded_by\":\"o1\"")), "k2",
	    "US-11", "review");
	law_expect(
	    CALLS, TOO_SOON(CONSENT("e1", "2026-04-06T16:00:00Z", "")), "k2", "US-11", "fail");
}

static void
calls_that_were_agreed_to_do_not_fill_the_seven(void **state)
{
#define WEEK(consent)                                                                         \
	CASE consent TRIED("k1", "2026-04-01") TRIED("k2", "2026-04-01")                      \
	    TRIED("k3", "2026-04-01") TRIED("k4", "2026-04-02") TRIED("k5", "2026-04-03")     \
		TRIED("k6", "2026-04-03") TRIED("k7", "2026-04-04") TRIED("k8", "2026-04-05")
#define UNTIL_SECOND ",\"until\":\"2026-04-02T00:00:00-04:00\""
	(void)state;
	law_expect(CALLS, WEEK(""), "k8", "US-11", "fail");
	law_expect(CALLS, WEEK(CONSENT("e1", "2026-03-31T09:00:00Z", UNTIL_SECOND)), "k8",
	    "US-11", "pass");
	/* Where only the officer says so they may count. */
	law_expect_text(CALLS,
	    WEEK(CONSENT(
		"e1", "2026-03-31T09:00:00Z", ",\"recorded_by\":\"collector\"" UNTIL_SECOND)),
	    "k8", "US-11", "review", "\"missing\":\"consent\"");
}

static void
r11_a_call_that_does_not_connect_is_not_counted(void **state)
{
	const char *lines = CASE TALKED("k1", "2026-04-03", ON_CARD)
	    LAW_CALL("k2", ON("2026-04-04"), ",\"outcome\":\"not_connected\"" ON_CARD);

	(void)state;
	law_expect(CALLS, lines, "k2", "US-11", "pass");
}

static void
r12_a_call_that_rings_or_drops_or_meets_a_machine_is_counted(void **state)
{
#define AFTER_TALK(outcome)                                                                   \
	CASE TALKED("k1", "2026-04-03", ON_CARD) LAW_CALL("k2", ON("2026-04-04"),             \
	    ",\"outcome\":\"" outcome "\",\"with\":\"debtor\"" ON_CARD)
	(void)state;
	law_expect(CALLS, AFTER_TALK("no_answer"), "k2", "US-11", "fail");
	law_expect(CALLS, AFTER_TALK("left_message"), "k2", "US-11", "fail");
	law_expect(CALLS, AFTER_TALK("contact"), "k2", "US-11", "fail");
	/* How it ended is not said. */
	law_expect_text(CALLS,
	    CASE TALKED("k1", "2026-04-03", ON_CARD)
		LAW_CALL("k2", ON("2026-04-04"), ",\"with\":\"debtor\"" ON_CARD),
	    "k2", "US-11", "review", "\"missing\":\"outcome\"");
	/* With whom is not: a call is placed to the debtor unless another is named. */
	law_expect(CALLS,
	    CASE TALKED("k1", "2026-04-03", ON_CARD)
		LAW_CALL("k2", ON("2026-04-04"), ",\"outcome\":\"contact\"" ON_CARD),
	    "k2", "US-11", "fail");
}

#define TALK_THEN(discussed, debt)                                                            \
	CASE TALKED("k1", "2026-04-03", ON_BOTH discussed) LAW_CALL(                          \
	    "k2", ON("2026-04-06"), ",\"outcome\":\"no_answer\",\"debts\":[" debt "]")

static void
r14_a_talk_counts_on_the_debt_that_it_turned_to(void **state)
{

	(void)state;
	law_expect(CALLS, TALK_THEN(",\"discussed\":[\"medical\"]", "\"card\""), "k2", "US-11",
	    "pass");
	law_expect(CALLS, TALK_THEN(",\"discussed\":[\"medical\"]", "\"medical\""), "k2",
	    "US-11", "fail");
}

static void
r15_a_talk_about_both_counts_on_both(void **state)
{
	(void)state;
	law_expect(CALLS, TALK_THEN(",\"discussed\":[\"card\",\"medical\"]", "\"card\""), "k2",
	    "US-11", "fail");
	law_expect(CALLS, TALK_THEN("", "\"medical\""), "k2", "US-11", "fail");
}

static void
r16_a_talk_about_no_debt_counts_on_one_that_is_not_known(void **state)
{
	(void)state;
	law_expect_text(CALLS, TALK_THEN(",\"discussed\":[]", "\"card\""), "k2", "US-11",
	    "review", "\"missing\":\"discussed\"");
	law_expect(
	    CALLS, TALK_THEN(",\"discussed\":[]", "\"medical\""), "k2", "US-11", "review");
	/* A call about all of them is about that one as well. */
	law_expect_next(CALLS, TALK_THEN(",\"discussed\":[]", "\"card\",\"medical\""), "k2",
	    "US-11", "fail", "2026-04-10T00:00:00-04:00");
	/* As an attempt it counts on one of them, too. */
	const char *lines = CASE TALKED("k0", "2026-04-01", ON_BOTH ",\"discussed\":[]")
	    TRIED("k1", "2026-04-08") TRIED("k2", "2026-04-08") TRIED("k3", "2026-04-08");
	law_expect(CALLS, lines, "k3", "US-11", "pass");
}

static void
r18_loans_under_one_account_are_one_debt(void **state)
{
	const char *lines =
	    LAW_CASE(",\"zone\":\"America/New_York\",\"debts\":[\"account-1\"]") LAW_CALL(
		"k1", ON("2026-04-03"), ",\"outcome\":\"conversation\",\"with\":\"debtor\"")
		LAW_CALL("k2", ON("2026-04-06"),
		    ",\"outcome\":\"no_answer\",\"debts\":[\"account-1\"]");

	(void)state;
	law_expect(CALLS, lines, "k2", "US-11", "fail");
}

static void
a_call_to_the_attorney_is_none_to_the_debtor(void **state)
{
	(void)state;
	law_expect(CALLS,
	    CASE TALKED("k1", "2026-04-03", ON_CARD) LAW_CALL("k2", ON("2026-04-04"),
		",\"outcome\":\"conversation\",\"with\":\"attorney\"" ON_CARD),
	    "k2", "US-11", "pass");
	/* And a talk with him begins no days. */
	law_expect(CALLS,
	    CASE LAW_CALL("k1", ON("2026-04-03"),
		",\"outcome\":\"conversation\",\"with\":\"attorney\"" ON_CARD)
		TRIED("k2", "2026-04-04"),
	    "k2", "US-11", "pass");
}

static void
a_later_talk_puts_the_next_call_off_and_nothing_before_it(void **state)
{
	const char *lines = CASE TRIED("k1", "2026-04-01") TALKED("k2", "2026-04-03", ON_BOTH)
	    TRIED("k3", "2026-04-06") TALKED("k4", "2026-04-12", ON_CARD ",\"discussed\":[]")
		TRIED("k5", "2026-04-18")
		    CONSENT("e1", "2026-04-06T09:00:00-04:00", ",\"contact\":\"k5\"")
			TRIED("k6", "2026-04-19");

	(void)state;
	law_expect(CALLS, lines, "k1", "US-11", "pass");
	law_expect_next(CALLS, lines, "k5", "US-11", "fail", "2026-04-19T00:00:00-04:00");
	law_expect(CALLS, lines, "k6", "US-11", "pass");
	law_expect_settled(CALLS, lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(r01_seven_calls_in_seven_days_comply),
	    cmocka_unit_test(r02_a_talk_that_the_debtor_began_is_day_one_of_seven),
	    cmocka_unit_test(r03_seven_calls_to_a_third_person_comply),
	    cmocka_unit_test(r05_the_eighth_call_in_seven_days_violates),
	    cmocka_unit_test(r07_a_call_asked_for_in_the_talk_complies),
	    cmocka_unit_test(
		a_consent_to_another_or_withdrawn_or_noted_by_the_officer_does_not_do),
	    cmocka_unit_test(calls_that_were_agreed_to_do_not_fill_the_seven),
	    cmocka_unit_test(r11_a_call_that_does_not_connect_is_not_counted),
	    cmocka_unit_test(r12_a_call_that_rings_or_drops_or_meets_a_machine_is_counted),
	    cmocka_unit_test(r14_a_talk_counts_on_the_debt_that_it_turned_to),
	    cmocka_unit_test(r15_a_talk_about_both_counts_on_both),
	    cmocka_unit_test(r16_a_talk_about_no_debt_counts_on_one_that_is_not_known),
	    cmocka_unit_test(r18_loans_under_one_account_are_one_debt),
	    cmocka_unit_test(a_call_to_the_attorney_is_none_to_the_debtor),
	    cmocka_unit_test(a_later_talk_puts_the_next_call_off_and_nothing_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
