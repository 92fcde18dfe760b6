/* Consent: contacts that need one, how long one lasts, whose word it takes, and courts. */
#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CASE LAW_IN("UTC")
#define NEED(parameters, consent)                                                             \
	LAW(LAW_RULE("N", "\"visit\"",                                                        \
	    LAW_KIND(                                                                         \
		"consent", parameters "\"consent\":{\"scope\":\"location\"" consent "}")))
#define EACH NEED("\"each\":true,", "")
#define GIVEN(id, at, more) LAW_EVENT(id, "consent", at, ",\"scope\":[\"location\"]" more)
#define PLACED ",\"lat\":1.5,\"lon\":2.5"

static void
a_contact_that_needs_consent_fails_without_one(void **state)
{
	const char *lines = CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", "");

	(void)state;
	law_expect_text(NEED("", ""), lines, "v1", "N", "fail", "\"lifted_by\":\"debtor\"");
	law_expect_text(NEED("", ""),
	    CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", "")
		GIVEN("e", "2026-06-01T10:00:00Z", ""),
	    "v1", "N", "pass", "\"consent\":\"e\"");
	law_expect(NEED("", ""),
	    CASE LAW_CONTACT("v1", "visit", "debtor", "2026-06-02T10:00:00Z", ""), "v1", "N",
	    "n/a");
}

static void
consent_to_a_position_is_needed_where_one_was_recorded(void **state)
{
	const char *pack = NEED("\"for_position\":true,", ",\"days\":365");

	(void)state;
	law_expect(pack, CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", ""), "v1", "N", "n/a");
	law_expect(
	    pack, CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", PLACED), "v1", "N", "fail");
	law_expect(pack,
	    CASE GIVEN("e", "2025-06-02T10:00:00Z", "")
		LAW_VISIT("v1", "2026-06-02T10:00:00Z", PLACED),
	    "v1", "N", "pass");
	law_expect(pack,
	    CASE GIVEN("e", "2025-06-01T10:00:00Z", "")
		LAW_VISIT("v1", "2026-06-02T10:00:00Z", PLACED),
	    "v1", "N", "fail");
}

static void
consent_for_each_contact_is_given_after_the_one_before(void **state)
{
#define TWO(consents)                                                                         \
	CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", ",\"end\":\"2026-06-02T11:00:00Z\"")     \
	    LAW_VISIT("v2", "2026-06-09T10:00:00Z", "") consents
	(void)state;
	law_expect(EACH, TWO(GIVEN("e", "2026-06-01T10:00:00Z", "")), "v1", "N", "pass");
	law_expect(EACH, TWO(GIVEN("e", "2026-06-01T10:00:00Z", "")), "v2", "N", "fail");
	law_expect(EACH, TWO(GIVEN("e", "2026-06-02T11:00:00Z", "")), "v2", "N", "fail");
	law_expect(EACH, TWO(GIVEN("e", "2026-06-02T11:00:01Z", "")), "v2", "N", "pass");
	/* A call between the two is no visit. */
	law_expect(EACH,
	    TWO(GIVEN("e", "2026-06-03T10:00:00Z", "")
		    LAW_CALL("k", "2026-06-04T10:00:00Z", "")),
	    "v2", "N", "pass");
	law_expect(
	    NEED("", ""), TWO(GIVEN("e", "2026-06-01T10:00:00Z", "")), "v2", "N", "pass");
	law_expect_settled(EACH,
	    TWO(GIVEN("e", "2026-06-01T10:00:00Z", "")
		    GIVEN("f", "2026-06-05T10:00:00Z", "")));
}

static void
a_consent_may_have_to_name_the_time(void **state)
{
	const char *pack = NEED("\"each\":true,\"names_time\":true,", "");
#define ASKED(more)                                                                           \
	CASE LAW_VISIT("v1", "2026-06-02T10:00:00Z", "")                                      \
	    GIVEN("e", "2026-06-01T10:00:00Z", more)
	(void)state;
	law_expect(pack,
	    ASKED(",\"from\":\"2026-06-02T09:00:00Z\",\"until\":\"2026-06-02T11:00:00Z\""),
	    "v1", "N", "pass");
	law_expect(pack,
	    ASKED(",\"windows\":[{\"days\":[\"tue\"],\"from\":\"09:00\",\"to\":\"11:00\"}]"),
	    "v1", "N", "pass");
	law_expect(pack,
	    ASKED(",\"windows\":[{\"days\":[\"wed\"],\"from\":\"09:00\",\"to\":\"11:00\"}]"),
	    "v1", "N", "fail");
	law_expect(pack, ASKED(",\"until\":\"2026-06-02T10:00:00Z\""), "v1", "N", "fail");
	law_expect_text(pack, ASKED(""), "v1", "N", "review", "\"missing\":\"windows\"");
}

static void
consent_is_not_symmetrical(void **state)
{
#define VISITED(events)                                                                       \
	CASE LAW_VISIT("v0", "2026-06-01T09:00:00Z", ",\"officers\":[\"o1\"]")                \
	    events LAW_VISIT("v1", "2026-06-02T10:00:00Z",                                    \
		",\"officers\":[\"o1\"],\"end\":\"2026-06-02T11:00:00Z\"")                    \
		LAW_VISIT("v2", "2026-06-03T10:00:00Z", ",\"officers\":[\"o2\"]")
	const char *pack = NEED("", "");

	(void)state;
	law_expect(pack,
	    VISITED(GIVEN("e", "2026-06-01T20:00:00Z", ",\"recorded_by\":\"o1\"")), "v1", "N",
	    "review");
	/* On anyone's word it is withdrawn. */
	law_expect(pack,
	    VISITED(GIVEN("e", "2026-06-01T20:00:00Z", "") LAW_EVENT(
		"w", "consent_withdrawn", "2026-06-02T09:00:00Z", ",\"recorded_by\":\"o1\"")),
	    "v1", "N", "fail");
	law_expect(pack,
	    VISITED(GIVEN("e", "2026-06-01T20:00:00Z", "")
		    LAW_EVENT("w", "consent_withdrawn", "2026-06-02T10:30:00Z", "")),
	    "v1", "N", "pass");
	/* First recorded inside it, or after it. */
	law_expect(pack, VISITED(GIVEN("e", "2026-06-02T10:30:00Z", "")), "v1", "N", "review");
	law_expect(pack, VISITED(GIVEN("e", "2026-06-02T11:30:00Z", "")), "v1", "N", "fail");
	law_expect(pack, VISITED(GIVEN("e", "2026-06-02T09:59:00Z", ",\"contact\":\"v1\"")),
	    "v1", "N", "review");
	law_expect(pack, VISITED(GIVEN("e", "2026-06-02T11:30:00Z", ",\"contact\":\"v1\"")),
	    "v1", "N", "review");
	/* In a contact that broke a rule itself, or of which nothing is known. */
	law_expect(pack, VISITED(GIVEN("e", "2026-06-01T09:00:00Z", ",\"contact\":\"v0\"")),
	    "v1", "N", "review");
	law_expect(pack, VISITED(GIVEN("e", "2026-06-01T09:00:00Z", ",\"contact\":\"x\"")),
	    "v1", "N", "review");
}

static void
who_comes_later_does_not_make_an_earlier_consent_his_own(void **state)
{
	const char *lines = VISITED(
	    GIVEN("e", "2026-06-01T20:00:00Z", ",\"recorded_by\":\"o2\"")
		GIVEN("f", "2026-06-01T21:00:00Z", ",\"contact\":\"v2\",\"form\":\"oral\""));

	(void)state;
	law_expect_settled(NEED("", ""), lines);
	law_expect_settled(NEED("", ",\"form\":[\"oral\"]"), lines);
	law_expect(NEED("", ""), lines, "v1", "N", "pass");
	law_expect(NEED("", ",\"form\":[\"oral\"]"), lines, "v1", "N", "review");
}

#define AT_NIGHT(more)                                                                        \
	CASE LAW_VISIT("v1", "2026-06-02T23:00:00Z", ",\"officers\":[\"o1\"]" more)
#define HOURS(consent)                                                                        \
	LAW(LAW_RULE("T", "\"visit\"",                                                        \
	    LAW_KIND("time_window",                                                           \
		"\"allowed\":[{\"from\":\"08:00\",\"to\":\"21:00\"}],\"consent\":{"           \
		"\"scope\":\"time\"" consent "}")))
#define COURT HOURS(",\"or_court\":true")

static void
a_court_may_permit_what_the_debtor_did_not(void **state)
{
#define PERMIT(at, more) LAW_EVENT("p", "court_permission", at, more)
	(void)state;
	law_expect_text(COURT, AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", ""), "v1", "T",
	    "pass", "\"court_date\":\"2026-06-01\"");
	law_expect(
	    HOURS(""), AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", ""), "v1", "T", "fail");
	law_expect(COURT, AT_NIGHT("") PERMIT("2026-06-03T10:00:00Z", ""), "v1", "T", "fail");
	law_expect(COURT,
	    AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", ",\"until\":\"2026-06-02T23:00:00Z\""),
	    "v1", "T", "fail");
	law_expect(COURT,
	    AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", ",\"channels\":[\"call\"]"), "v1", "T",
	    "fail");
	law_expect(COURT,
	    AT_NIGHT(",\"debts\":[\"d2\"]")
		PERMIT("2026-06-01T10:00:00Z", ",\"debts\":[\"d1\"]"),
	    "v1", "T", "fail");
	/* Not on the word of the officer who visits alone. */
	law_expect_text(COURT,
	    AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", ",\"recorded_by\":\"o1\""), "v1", "T",
	    "review", "\"missing\":\"court_permission\"");
	/* It does as well where a consent is doubtful. */
	law_expect(COURT,
	    AT_NIGHT("") PERMIT("2026-06-01T10:00:00Z", "") LAW_EVENT("e", "consent",
		"2026-06-01T10:00:00Z", ",\"scope\":[\"time\"],\"recorded_by\":\"o1\""),
	    "v1", "T", "pass");
}

static void
a_false_name_is_a_breach_where_the_bank_found_it_and_else_for_a_person(void **state)
{
#define FALSE_NAME(at, more) LAW_EVENT("i", "impersonation", at, more)
#define OWN_NAME LAW(LAW_RULE("I", "\"visit\"", LAW_KIND("impersonation", "")))
	(void)state;
	law_expect_text(OWN_NAME, AT_NIGHT(""), "v1", "I", "pass", "\"verdict\":\"pass\"");
	/* During the visit, or told later of it; another visit's is not this one's. */
	law_expect(
	    OWN_NAME, AT_NIGHT("") FALSE_NAME("2026-06-02T23:00:00Z", ""), "v1", "I", "fail");
	law_expect(OWN_NAME,
	    AT_NIGHT("") FALSE_NAME("2026-07-01T09:00:00Z", ",\"contact\":\"v1\""), "v1", "I",
	    "fail");
	law_expect(
	    OWN_NAME, AT_NIGHT("") FALSE_NAME("2026-07-01T09:00:00Z", ""), "v1", "I", "pass");
	law_expect_text(OWN_NAME,
	    AT_NIGHT("") FALSE_NAME(
		"2026-07-01T09:00:00Z", ",\"contact\":\"v1\",\"recorded_by\":\"debtor\""),
	    "v1", "I", "review", "\"lifted_by\":\"supervisor\"");
	law_expect(OWN_NAME,
	    AT_NIGHT("") FALSE_NAME("2026-07-01T09:00:00Z",
		",\"contact\":\"v1\",\"recorded_by\":\"li\",\"source\":\"desk\""),
	    "v1", "I", "fail");
}

static void
a_talk_may_end_a_consent_to_hours(void **state)
{
	const char *pack = HOURS(",\"until_talk\":true");
#define TALK(at, more)                                                                        \
	LAW_VISIT("t", at, ",\"outcome\":\"conversation\",\"with\":\"debtor\"" more)
#define AGREED LAW_EVENT("e", "consent", "2026-06-01T10:00:00Z", ",\"scope\":[\"time\"]")

	(void)state;
	law_expect(pack, AT_NIGHT("") AGREED, "v1", "T", "pass");
	law_expect(
	    pack, AT_NIGHT("") AGREED TALK("2026-06-01T12:00:00Z", ""), "v1", "T", "fail");
	law_expect(
	    pack, AT_NIGHT("") AGREED TALK("2026-06-01T09:00:00Z", ""), "v1", "T", "pass");
	/* Another debt is another matter; one that is not said is for a person. */
	law_expect(pack,
	    AT_NIGHT(",\"debts\":[\"d1\"]")
		AGREED TALK("2026-06-01T12:00:00Z", ",\"debts\":[\"d2\"]"),
	    "v1", "T", "pass");
	law_expect_text(pack,
	    AT_NIGHT(",\"debts\":[\"d1\"]") AGREED TALK(
		"2026-06-01T12:00:00Z", ",\"debts\":[\"d1\",\"d2\"],\"discussed\":[]"),
	    "v1", "T", "review", "A later talk may have ended the consent of 2026-06-01");
}

static void
many_old_consents_leave_the_good_one_to_be_found(void **state)
{
	const char *pack = HOURS("");
	const char *lines = AT_NIGHT("") LAW_EVENT("a", "consent", "2026-05-01T10:00:00Z",
	    ",\"scope\":[\"time\"],\"until\":\"2026-05-02T00:00:00Z\"")
	    LAW_EVENT("b", "consent", "2026-05-02T10:00:00Z", ",\"scope\":[\"place\"]")
		LAW_EVENT("c", "consent", "2026-05-03T10:00:00Z", ",\"scope\":[\"time\"]")
		    LAW_EVENT("d", "consent", "2026-05-04T10:00:00Z",
			",\"scope\":[\"time\"],\"channels\":[\"call\"]")
			LAW_EVENT("f", "consent", "2026-05-05T10:00:00Z",
			    ",\"scope\":[\"time\"],\"until\":\"2026-05-06T00:00:00Z\"")
			    LAW_VISIT("v0", "2026-05-03T22:00:00Z", "")
				LAW_VISIT("w0", "2026-05-01T22:00:00Z", "");

	(void)state;
	law_expect_text(pack, lines, "v1", "T", "pass", "\"consent\":\"c\"");
	law_expect_text(pack, lines, "v0", "T", "pass", "\"consent\":\"c\"");
	law_expect_text(pack, lines, "w0", "T", "pass", "\"consent\":\"a\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_contact_that_needs_consent_fails_without_one),
	    cmocka_unit_test(consent_to_a_position_is_needed_where_one_was_recorded),
	    cmocka_unit_test(consent_for_each_contact_is_given_after_the_one_before),
	    cmocka_unit_test(a_consent_may_have_to_name_the_time),
	    cmocka_unit_test(consent_is_not_symmetrical),
	    cmocka_unit_test(who_comes_later_does_not_make_an_earlier_consent_his_own),
	    cmocka_unit_test(a_court_may_permit_what_the_debtor_did_not),
	    cmocka_unit_test(a_talk_may_end_a_consent_to_hours),
	    cmocka_unit_test(
		a_false_name_is_a_breach_where_the_bank_found_it_and_else_for_a_person),
	    cmocka_unit_test(many_old_consents_leave_the_good_one_to_be_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
