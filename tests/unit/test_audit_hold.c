/* Holds: what an event bars, where, when, how and for how long. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define HOLD(parameters) PACK(RULE("H", "hold", parameters))

/* Judge contact v1, expect a verdict, and a text in its line (or NULL).  One that is no pass
 * has exactly one remedy, and every part of its sentence is known. */
static void
expect_in(const char *pack, const char *lines, const char *verdict, const char *text)
{
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, lines);
	replay_judge(r);
	const struct replay_row *row = replay_row(r, "v1", "H");
	if (strcmp(fv_verdict_word(row->verdict), verdict) != 0 ||
	    (text != NULL && strstr(row->json, text) == NULL))
		fail_msg("%s %s, not %s %s", fv_verdict_word(row->verdict), row->json, verdict,
		    text == NULL ? "" : text);
	bool is_good = row->verdict == FV_VERDICT_PASS || row->verdict == FV_VERDICT_NA;
	assert_true(is_good == (row->remedy == FV_REMEDY_NONE));
	assert_null(strchr(strstr(row->json, "\"why\""), '?'));
	replay_clear(r);
	free(r);
}

static void
expect(const char *pack, const char *lines, const char *verdict)
{
	expect_in(pack, lines, verdict, NULL);
}

#define TIMES HOLD("\"starts\":[\"inconvenient\"],\"ends\":[\"case_closed\"]")
#define NOT(windows, more)                                                                    \
	CASE EVENT("inconvenient", "2026-03-01T10:00:00Z", ",\"windows\":[" windows "]" more)
#define TUE_THU NOT("{\"days\":[\"tue\",\"thu\"]}", ",\"until\":\"2026-12-31T23:59:59Z\"")

static void
times_that_leave_no_hour_free_end_the_search_before_1970_too(void **state)
{
	(void)state;
	expect_in(TIMES,
	    CASE EVENT("inconvenient", "1970-01-01T00:00:00+14:00",
		",\"windows\":[{\"from\":\"00:00\",\"to\":\"24:00\"}]")
		VISIT("v1", "1970-01-01T00:00:00+14:00", ""),
	    "fail", "\"lifted_by\"");
}

static void
days_that_the_debtor_named_are_barred_to_their_end(void **state)
{
	(void)state;
	/* R23 */
	expect(TIMES, TUE_THU VISIT("v1", "2026-08-11T10:00:00Z", ""), "fail");
	expect(TIMES, TUE_THU VISIT("v1", "2026-08-13T23:59:59Z", ""), "fail");
	expect(TIMES, TUE_THU VISIT("v1", "2026-08-12T00:00:00Z", ""), "pass");
	expect(TIMES, TUE_THU VISIT("v1", "2027-01-05T10:00:00Z", ""), "pass");
	expect(TIMES, TUE_THU VISIT("v1", "2026-02-24T10:00:00Z", ""), "pass");
	expect_in(TIMES, TUE_THU VISIT("v1", "2026-08-11T10:00:00Z", ""), "fail",
	    "\"next\":\"2026-08-12T00:00:00");
}

#define AFTERNOON(more)                                                                       \
	NOT("{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"15:00\","         \
	    "\"to\":\"17:00\"}",                                                              \
	    more)

static void
a_barred_time_is_broken_by_any_part_of_the_contact(void **state)
{
	(void)state;
	expect(TIMES, AFTERNOON("") VISIT("v1", "2026-03-04T15:00:00Z", ""), "fail");
	expect(TIMES, AFTERNOON("") VISIT("v1", "2026-03-04T17:00:00Z", ""), "pass");
	expect(TIMES, AFTERNOON("") VISIT("v1", "2026-03-07T15:30:00Z", ""), "pass");
	expect(TIMES,
	    AFTERNOON("")
		VISIT("v1", "2026-03-04T14:30:00Z", ",\"end\":\"2026-03-04T15:00:01Z\""),
	    "fail");
	expect(TIMES,
	    AFTERNOON("")
		VISIT("v1", "2026-03-04T14:30:00Z", ",\"end\":\"2026-03-04T15:00:00Z\""),
	    "pass");
	/* A visit of half an hour is free again only from 17:00. */
	expect_in(TIMES,
	    AFTERNOON("")
		VISIT("v1", "2026-03-04T14:50:00Z", ",\"end\":\"2026-03-04T15:20:00Z\""),
	    "fail", "\"next\":\"2026-03-04T17:00:00");
}

static void
a_barred_time_may_run_over_midnight(void **state)
{
#define NIGHT NOT("{\"days\":[\"fri\"],\"from\":\"22:00\",\"to\":\"06:00\"}", "")
	(void)state;
	expect(TIMES, NIGHT VISIT("v1", "2026-03-06T22:00:00Z", ""), "fail");
	expect(TIMES, NIGHT VISIT("v1", "2026-03-07T05:59:59Z", ""), "fail");
	expect(TIMES, NIGHT VISIT("v1", "2026-03-07T06:00:00Z", ""), "pass");
	expect(TIMES, NIGHT VISIT("v1", "2026-03-06T05:00:00Z", ""), "pass");
	expect(TIMES, NIGHT VISIT("v1", "2026-03-07T22:00:00Z", ""), "pass");
	expect_in(TIMES, NIGHT VISIT("v1", "2026-03-06T23:00:00Z", ""), "fail",
	    "\"next\":\"2026-03-07T06:00:00");
}

static void
a_barred_time_is_local_in_every_zone_of_the_case(void **state)
{
#define COASTS                                                                                \
	"{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"America/New_York\","                 \
	"\"America/Los_Angeles\"],\"actor\":\"third_party\"}\n" EVENT("inconvenient",         \
	    "2026-07-01T10:00:00Z",                                                           \
	    ",\"windows\":[{\"days\":[\"wed\"],\"from\":\"15:00\",\"to\":\"17:00\"}]")
	(void)state;
	/* Wednesday 2026-07-08: 15:00 is 19:00Z in New York, 22:00Z in Los Angeles. */
	expect(TIMES, COASTS VISIT("v1", "2026-07-08T18:59:00Z", ""), "pass");
	expect(TIMES, COASTS VISIT("v1", "2026-07-08T19:00:00Z", ""), "fail");
	expect(TIMES, COASTS VISIT("v1", "2026-07-08T21:30:00Z", ""), "pass");
	expect_in(TIMES, COASTS VISIT("v1", "2026-07-08T22:30:00Z", ""), "fail",
	    "\"zone\":\"America/Los_Angeles\"");
	/* Clocks leap from 02:00 to 03:00 on 2026-03-08: a barred 02:00 to 04:00 is one hour.
	 */
	expect_in(TIMES,
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"America/New_York\","
	    "\"actor\":\"third_party\"}\n" EVENT("inconvenient", "2026-03-01T10:00:00Z",
		",\"windows\":[{\"days\":[\"sun\"],\"from\":\"02:00\",\"to\":\"04:00\"}]")
		VISIT("v1", "2026-03-08T07:00:00Z", ""),
	    "fail", "\"next\":\"2026-03-08T04:00:00-04:00");
}

static void
next_leaves_the_barred_times_of_all_events(void **state)
{
	(void)state;
	expect_in(TIMES,
	    NOT("{\"days\":[\"wed\"],\"from\":\"10:00\",\"to\":\"12:00\"}", "")
		EVENT("inconvenient", "2026-03-02T10:00:00Z",
		    ",\"windows\":[{\"days\":[\"wed\"],\"from\":\"12:00\",\"to\":\"14:00\"}]")
		    VISIT("v1", "2026-03-04T10:30:00Z", ""),
	    "fail", "\"next\":\"2026-03-04T14:00:00");
	expect_in(TIMES,
	    NOT("{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]}", "")
		VISIT("v1", "2026-03-04T10:30:00Z", ""),
	    "fail", "\"lifted_by\":\"desk\"");
}

#define REPLY HOLD("\"starts\":[\"inconvenient\",\"no_medium\"],\"may_reply\":true")
#define MAIL(id, at, by) CONTACT_BY(id, "email", at, by, "")

static void
one_reply_by_the_same_channel_is_allowed_and_a_second_is_not(void **state)
{
	(void)state;
	/* R27 */
	expect_in(REPLY,
	    AFTERNOON("") MAIL("a", "2026-03-04T15:30:00Z", "debtor")
		MAIL("v1", "2026-03-04T16:00:00Z", "collector"),
	    "pass", "own message");
	expect(REPLY,
	    AFTERNOON("") MAIL("a", "2026-03-04T15:30:00Z", "debtor")
		MAIL("b", "2026-03-04T15:40:00Z", "collector")
		    MAIL("v1", "2026-03-04T16:00:00Z", "collector"),
	    "fail");
	expect(REPLY,
	    AFTERNOON("") MAIL("a", "2026-03-04T15:30:00Z", "debtor")
		CONTACT("v1", "call", "2026-03-04T16:00:00Z", ""),
	    "fail");
	/* The debtor's message came before the barred time, or days before. */
	expect(REPLY,
	    AFTERNOON("") MAIL("a", "2026-03-04T14:30:00Z", "debtor")
		MAIL("v1", "2026-03-04T16:00:00Z", "collector"),
	    "fail");
	expect(REPLY,
	    AFTERNOON("") MAIL("a", "2026-03-03T15:30:00Z", "debtor")
		MAIL("v1", "2026-03-04T16:00:00Z", "collector"),
	    "fail");
	expect(TIMES,
	    AFTERNOON("") MAIL("a", "2026-03-04T15:30:00Z", "debtor")
		MAIL("v1", "2026-03-04T16:00:00Z", "collector"),
	    "fail");
}

#define HOME HOLD("\"starts\":[\"no_home\"]")
#define NO_HOME CASE EVENT("no_home", "2026-03-01T10:00:00Z", "")
#define WORK HOLD("\"starts\":[\"no_work\"]")
#define NO_WORK CASE EVENT("no_work", "2026-03-01T10:00:00Z", "")
#define LATER "2026-03-02T10:00:00Z"

static void
no_home_bars_the_home_its_mail_and_its_telephone(void **state)
{
	(void)state;
	/* R25 */
	expect(HOME, NO_HOME VISIT("v1", LATER, ",\"place\":\"home\""), "fail");
	expect(HOME, NO_HOME CONTACT("v1", "letter", LATER, ",\"place\":\"home\""), "fail");
	expect(HOME, NO_HOME CONTACT("v1", "call", LATER, ",\"place\":\"home\""), "fail");
	expect(HOME, NO_HOME CONTACT("v1", "call", LATER, ",\"place\":\"mobile\""), "pass");
	expect(HOME, NO_HOME VISIT("v1", LATER, ",\"place\":\"work\""), "pass");
	expect_in(HOME, NO_HOME VISIT("v1", LATER, ""), "review", "\"missing\":\"place\"");
	expect(HOME, NO_HOME CONTACT("v1", "email", LATER, ""), "pass");
	/* R28 */
	expect(WORK, NO_WORK VISIT("v1", LATER, ",\"place\":\"work\""), "fail");
	expect(WORK, NO_WORK CONTACT("v1", "call", LATER, ",\"place\":\"work\""), "fail");
	expect(WORK, NO_WORK VISIT("v1", LATER, ",\"place\":\"home\""), "pass");
}

#define MEDIUM HOLD("\"starts\":[\"no_medium\"]")

static void
no_medium_bars_its_channels_and_number(void **state)
{
#define STOP(more) CASE EVENT("no_medium", "2026-03-01T10:00:00Z", more)
	(void)state;
	/* R31 */
	expect(
	    MEDIUM, STOP(",\"channels\":[\"call\"]") CONTACT("v1", "call", LATER, ""), "fail");
	expect(MEDIUM, STOP(",\"channels\":[\"call\"]") VISIT("v1", LATER, ""), "pass");
	expect_in(MEDIUM, STOP("") CONTACT("v1", "call", LATER, ""), "review",
	    "\"missing\":\"channels\"");
	expect(MEDIUM,
	    STOP(",\"number\":\"n1\"") CONTACT("v1", "call", LATER, ",\"number\":\"n1\""),
	    "fail");
	expect(MEDIUM,
	    STOP(",\"number\":\"n1\"") CONTACT("v1", "call", LATER, ",\"number\":\"n2\""),
	    "pass");
	expect_in(MEDIUM, STOP(",\"number\":\"n1\"") CONTACT("v1", "call", LATER, ""),
	    "review", "\"missing\":\"number\"");
	expect(MEDIUM, STOP(",\"number\":\"n1\"") CONTACT("v1", "letter", LATER, ""), "pass");
}

#define AGREED HOLD("\"starts\":[\"appointment\"],\"ends\":[\"missed\"],\"outside\":true")

static void
an_agreed_time_bars_all_other_times(void **state)
{
#define MEET                                                                                  \
	CASE EVENT("appointment", "2026-03-01T10:00:00Z",                                     \
	    ",\"from\":\"2026-03-05T10:00:00Z\",\"until\":\"2026-03-05T12:00:00Z\"")
#define SATURDAYS                                                                             \
	CASE EVENT("appointment", "2026-03-01T10:00:00Z",                                     \
	    ",\"windows\":[{\"days\":[\"sat\"],\"from\":\"10:00\",\"to\":\"12:00\"}]")
	(void)state;
	expect_in(AGREED, MEET VISIT("v1", "2026-03-04T11:00:00Z", ""), "fail",
	    "\"next\":\"2026-03-05T10:00:00");
	expect(AGREED, MEET VISIT("v1", "2026-03-05T10:00:00Z", ""), "pass");
	expect(AGREED,
	    MEET VISIT("v1", "2026-03-05T11:00:00Z", ",\"end\":\"2026-03-05T12:00:00Z\""),
	    "pass");
	expect(AGREED,
	    MEET VISIT("v1", "2026-03-05T11:00:00Z", ",\"end\":\"2026-03-05T12:00:01Z\""),
	    "fail");
	expect(AGREED, MEET VISIT("v1", "2026-03-05T15:00:00Z", ""), "fail");
	expect(AGREED,
	    MEET EVENT("missed", "2026-03-05T12:00:00Z", "")
		VISIT("v1", "2026-03-05T15:00:00Z", ""),
	    "pass");
	/* It was kept: nothing of it is left. */
	expect(AGREED,
	    MEET VISIT("a", "2026-03-05T11:00:00Z", TALK)
		VISIT("v1", "2026-03-20T15:00:00Z", ""),
	    "pass");
	/* It is past: it bars the rest of its day and no more. */
	expect_in(AGREED, MEET VISIT("v1", "2026-03-05T23:59:59Z", ""), "fail",
	    "\"next\":\"2026-03-06T00:00:00");
	expect(AGREED,
	    MEET VISIT("a", "2026-03-05T11:00:00Z", ",\"outcome\":\"not_home\"")
		VISIT("v1", "2026-03-06T00:00:00Z", ""),
	    "pass");
	/* Of one whose time is not said a talk is the end. */
	expect(AGREED,
	    CASE EVENT("appointment", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-06T00:00:00Z", ""),
	    "review");
	expect(AGREED,
	    CASE EVENT("appointment", "2026-03-01T10:00:00Z", "") VISIT(
		"a", "2026-03-05T11:00:00Z", TALK) VISIT("v1", "2026-03-06T00:00:00Z", ""),
	    "pass");
	/* A new time takes the place of the one that is past. */
	expect(AGREED,
	    MEET EVENT("appointment", "2026-03-06T10:00:00Z",
		",\"from\":\"2026-03-09T10:00:00Z\",\"until\":\"2026-03-09T12:00:00Z\"")
		VISIT("v1", "2026-03-09T11:00:00Z", ""),
	    "pass");
	expect(AGREED, SATURDAYS VISIT("v1", "2026-03-07T10:00:00Z", ""), "pass");
	expect_in(AGREED, SATURDAYS VISIT("v1", "2026-03-05T10:00:00Z", ""), "fail",
	    "\"next\":\"2026-03-07T10:00:00");
	expect_in(AGREED,
	    CASE EVENT("appointment", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-05T10:00:00Z", ""),
	    "review", "\"missing\":\"from\"");
	expect(AGREED, CASE VISIT("v1", "2026-03-05T10:00:00Z", ""), "pass");
}

static void
more_hours_than_the_law_lets_the_debtor_name_are_for_a_person(void **state)
{
	const char *pack = HOLD("\"starts\":[\"inconvenient\"],\"hours_per_week\":28");
#define EACH_DAY(from, to) NOT("{\"from\":\"" from "\",\"to\":\"" to "\"}", "")

	(void)state;
	expect(
	    pack, EACH_DAY("18:00", "22:00") VISIT("v1", "2026-03-04T19:00:00Z", ""), "fail");
	expect_in(pack, EACH_DAY("18:00", "22:10") VISIT("v1", "2026-03-04T19:00:00Z", ""),
	    "review", "\"hours\":30");
	/* The hours of several events are added, those named twice once. */
	expect(pack,
	    EACH_DAY("18:00", "21:00") EVENT("inconvenient", "2026-03-02T10:00:00Z",
		",\"windows\":[{\"from\":\"19:00\",\"to\":\"22:00\"}]")
		VISIT("v1", "2026-03-04T19:00:00Z", ""),
	    "fail");
	expect(pack,
	    EACH_DAY("18:00", "21:00") EVENT("inconvenient", "2026-03-02T10:00:00Z",
		",\"windows\":[{\"from\":\"06:00\",\"to\":\"08:00\"}]")
		VISIT("v1", "2026-03-04T19:00:00Z", ""),
	    "review");
	expect(
	    pack, EACH_DAY("18:00", "22:10") VISIT("v1", "2026-03-04T12:00:00Z", ""), "pass");
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

#define LIFTED HOLD("\"starts\":[\"inconvenient\"],\"consent\":{\"scope\":\"time\"}")
#define AGREE(at) EVENT("consent", at, ",\"scope\":[\"time\"]")

static void
only_a_consent_later_than_the_bar_lifts_it(void **state)
{
	(void)state;
	expect(LIFTED,
	    TUE_THU AGREE("2026-03-02T10:00:00Z") VISIT("v1", "2026-03-03T10:00:00Z", ""),
	    "pass");
	expect(LIFTED,
	    TUE_THU AGREE("2026-02-02T10:00:00Z") VISIT("v1", "2026-03-03T10:00:00Z", ""),
	    "fail");
	/* The bar is said anew after the consent. */
	expect(LIFTED,
	    TUE_THU AGREE("2026-03-02T10:00:00Z") EVENT("inconvenient", "2026-03-02T12:00:00Z",
		",\"windows\":[{\"days\":[\"tue\",\"thu\"]}],"
		"\"until\":\"2026-12-31T23:59:59Z\"") VISIT("v1", "2026-03-03T10:00:00Z", ""),
	    "fail");
}

static void
the_door_offers_the_first_time_that_no_hold_bars(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_check check;
	const struct fv_check_plan plan = {.now_utc_ms = replay_at("2026-03-04T16:00:00Z"),
	    .length_ms = 30 * INT64_C(60000),
	    .place = FV_PLACE_HOME};

	(void)state;
	assert_non_null(r);
	replay_pack(r,
	    PACK(RULE("H", "hold", "\"starts\":[\"inconvenient\"]") "," RULE(
		"M", "hold", "\"starts\":[\"moratorium\"],\"days\":3")));
	replay_load(r, AFTERNOON("") EVENT("moratorium", "2026-03-02T12:00:00Z", ""));
	assert_int_equal(
	    fv_audit_check(r->audit, fv_history_find(r->history, "c1"), &plan, &check), FV_OK);
	assert_int_equal(check.answer, FV_CHECK_NOT_NOW);
	assert_true(check.has_next);
	assert_int_equal(check.next_utc_ms, replay_at("2026-03-06T00:00:00Z"));
	fv_check_clear(&check);
	replay_clear(r);
	free(r);
}

/* Lines of a case with much going on, in the order of a permutation. */
#define LINES 24U

static void
put_line(struct fv_buf *out, uint32_t i)
{
	static const char *const kinds[] = {
	    "inconvenient", "no_home", "dispute", "verified", "plan_signed", "plan_default"};
	uint32_t x = i * 2654435761U;

	if (i % 2 == 0)
		fv_buf_putf(out,
		    "{\"type\":\"contact\",\"id\":\"k%02u\",\"case\":\"c1\",\"channel\":"
		    "\"visit\",\"begin\":\"2026-03-%02uT%02u:00:00Z\",\"by\":\"collector\","
		    "\"place\":\"home\"}\n",
		    i, 1 + i, 8 + x % 12);
	else
		fv_buf_putf(out,
		    "{\"type\":\"event\",\"id\":\"e%02u\",\"case\":\"c1\",\"kind\":\"%s\","
		    "\"at\":\"2026-03-%02uT09:00:00Z\"%s}\n",
		    i, kinds[i / 2 % 6], 1 + i / 3 * 3,
		    i / 2 % 6 == 0 ? ",\"windows\":[{\"from\":\"10:00\",\"to\":\"14:00\"}]"
				   : "");
}

static struct replay *
judge_some(const uint32_t order[LINES], size_t count)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_buf lines = {0};

	assert_non_null(r);
	fv_buf_put_z(&lines, CASE);
	for (size_t i = 0; i < count; i++)
		put_line(&lines, order[i]);
	replay_pack(r,
	    HOLD("\"starts\":[\"inconvenient\",\"no_home\",\"dispute\",\"plan_signed\"],"
		 "\"ends\":[\"verified\",\"plan_default\"]"));
	replay_load(r, fv_buf_z(&lines));
	replay_judge(r);
	fv_buf_clear(&lines);
	return r;
}

static void
the_order_of_the_lines_changes_no_verdict(void **state)
{
	uint32_t order[LINES];
	uint32_t seed = 7;

	(void)state;
	for (uint32_t i = 0; i < LINES; i++)
		order[i] = i;
	struct replay *straight = judge_some(order, LINES);
	assert_int_equal(straight->row_count, LINES / 2);
	for (int round = 0; round < 20; round++) {
		for (uint32_t i = LINES - 1; i > 0; i--) {
			seed = seed * 1664525U + 1013904223U;
			uint32_t k = (seed >> 8) % (i + 1);
			uint32_t kept = order[i];
			order[i] = order[k];
			order[k] = kept;
		}
		struct replay *r = judge_some(order, LINES);
		for (size_t i = 0; i < r->row_count; i++)
			assert_string_equal(r->rows[i].json, straight->rows[i].json);
		replay_clear(r);
		free(r);
	}
	replay_clear(straight);
	free(straight);
}

static void
what_comes_later_changes_no_earlier_verdict(void **state)
{
	uint32_t order[LINES];

	(void)state;
	/* Ascending numbers are ascending times but for events within three days. */
	for (uint32_t i = 0; i < LINES; i++)
		order[i] = i;
	struct replay *all = judge_some(order, LINES);
	for (size_t n = 1; n <= LINES; n++) {
		struct replay *r = judge_some(order, n);
		for (size_t i = 0; i + 2 < r->row_count; i++)
			assert_string_equal(r->rows[i].json, all->rows[i].json);
		replay_clear(r);
		free(r);
	}
	replay_clear(all);
	free(all);
}

static enum fv_err
ignore(const struct fv_finding *f, void *ctx)
{
	(void)f;
	++*(size_t *)ctx;
	return FV_OK;
}

/* Seconds to judge `count` contacts with an event to every fourth. */
static double
time_case(const char *pack, size_t count)
{
	static const struct fv_window windows[] = {{0x12, 900, 1020}, {0x01, 600, 700}};
	static const enum fv_event_kind kinds[] = {FV_EVENT_INCONVENIENT, FV_EVENT_DISPUTE,
	    FV_EVENT_VERIFIED, FV_EVENT_MISSED, FV_EVENT_NOTICE_SENT, FV_EVENT_NO_HOME,
	    FV_EVENT_NOTICE_RETURNED, FV_EVENT_APPOINTMENT};
	struct replay *r = calloc(1, sizeof *r);
	struct fv_history_error error;
	struct timespec a, b;
	size_t rows = 0;
	char id[32];

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, CASE);
	for (size_t i = 0; i < count; i++) {
		int64_t at = INT64_C(1772400000000) + (int64_t)i * INT64_C(9000000);
		snprintf(id, sizeof id, "k%zu", i);
		struct fv_contact k = {.id = id,
		    .case_id = "c1",
		    .channel = FV_CHANNEL_VISIT,
		    .by = FV_BY_COLLECTOR,
		    .begin_utc_ms = at,
		    .place = FV_PLACE_WORK};
		assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
		snprintf(id, sizeof id, "e%zu", i);
		struct fv_event e = {.id = id,
		    .case_id = "c1",
		    .kind = kinds[i / 4 % 8],
		    .at_utc_ms = at - 1,
		    .windows = &windows[i / 32 % 2],
		    .window_count = kinds[i / 4 % 8] == FV_EVENT_INCONVENIENT};
		if (i % 4 == 0)
			assert_int_equal(fv_history_add_event(r->history, &e), FV_OK);
	}
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	assert_int_equal(
	    fv_audit_case(r->audit, fv_history_case(r->history, 0), ignore, &rows), FV_OK);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	replay_clear(r);
	free(r);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static void
a_long_history_costs_no_more_a_contact_than_a_short_one(void **state)
{
	const char *pack = PACK(RULE("H", "hold",
	    "\"starts\":[\"inconvenient\",\"dispute\",\"no_home\"],\"ends\":[\"verified\"],"
	    "\"may_reply\":true,\"consent\":{\"scope\":\"time\"}") "," RULE("W", "hold",
	    "\"starts\":[\"dispute\"],\"ends\":[\"verified\"],\"within\":{"
	    "\"notices\":[\"notice_sent\"],\"voids\":[\"notice_returned\"],"
	    "\"period\":{\"days\":30}}") "," RULE("N", "notice",
	    "\"period\":{\"days\":7}") "," RULE("L", "leave", "") "," RULE("T", "disclosure",
	    "") "," RULE("B", "precondition",
	    "\"events\":[\"missed\"],\"count\":2,\"successive\":true"));
	double least = 1e9;

	(void)state;
	for (int i = 0; i < 5; i++) {
		double t = time_case(pack, 1000);
		least = t < least ? t : least;
	}
	double most = time_case(pack, 40000);
	print_message("t(1,000) %.4f s, t(40,000) %.4f s\n", least, most);
	assert_true(most < least * 40 * 1.3 * 2);
}

#define ATTORNEY                                                                              \
	HOLD("\"starts\":[\"attorney\"],\"with\":[\"debtor\",\"spouse\"],\"court\":true")
#define REPRESENTED CASE EVENT("attorney", "2026-03-01T10:00:00Z", "")

static void
a_hold_may_bind_contacts_with_some_people_only(void **state)
{
	(void)state;
	expect(ATTORNEY, REPRESENTED VISIT("v1", "2026-03-02T10:00:00Z", TALK), "fail");
	expect(ATTORNEY, REPRESENTED VISIT("v1", "2026-03-02T10:00:00Z", ""), "fail");
	expect(ATTORNEY,
	    REPRESENTED VISIT("v1", "2026-03-02T10:00:00Z",
		",\"outcome\":\"conversation\",\"with\":\"attorney\""),
	    "n/a");
	expect(ATTORNEY,
	    REPRESENTED CONTACT("v1", "call", "2026-03-02T10:00:00Z",
		",\"outcome\":\"no_answer\",\"meant_for\":\"attorney\""),
	    "n/a");
	expect(ATTORNEY,
	    REPRESENTED CONTACT(
		"v1", "call", "2026-03-02T10:00:00Z", ",\"outcome\":\"no_answer\""),
	    "fail");
}

static void
a_breach_may_be_excused_by_a_court_and_by_no_consent(void **state)
{
	(void)state;
	expect(ATTORNEY,
	    REPRESENTED EVENT("court_permission", "2026-03-01T11:00:00Z", "")
		VISIT("v1", "2026-03-02T10:00:00Z", TALK),
	    "pass");
	expect(ATTORNEY,
	    REPRESENTED EVENT("court_permission", "2026-03-01T11:00:00Z",
		",\"scope\":[\"entry\"]") VISIT("v1", "2026-03-02T10:00:00Z", TALK),
	    "fail");
	expect(ATTORNEY,
	    REPRESENTED EVENT("court_permission", "2026-03-02T11:00:00Z", "")
		VISIT("v1", "2026-03-02T10:00:00Z", TALK),
	    "fail");
	expect(ATTORNEY,
	    REPRESENTED EVENT("consent", "2026-03-01T11:00:00Z", ",\"scope\":[\"time\"]")
		VISIT("v1", "2026-03-02T10:00:00Z", TALK),
	    "fail");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_hold_may_bind_contacts_with_some_people_only),
	    cmocka_unit_test(a_breach_may_be_excused_by_a_court_and_by_no_consent),
	    cmocka_unit_test(times_that_leave_no_hour_free_end_the_search_before_1970_too),
	    cmocka_unit_test(days_that_the_debtor_named_are_barred_to_their_end),
	    cmocka_unit_test(a_barred_time_is_broken_by_any_part_of_the_contact),
	    cmocka_unit_test(a_barred_time_may_run_over_midnight),
	    cmocka_unit_test(a_barred_time_is_local_in_every_zone_of_the_case),
	    cmocka_unit_test(next_leaves_the_barred_times_of_all_events),
	    cmocka_unit_test(one_reply_by_the_same_channel_is_allowed_and_a_second_is_not),
	    cmocka_unit_test(no_home_bars_the_home_its_mail_and_its_telephone),
	    cmocka_unit_test(no_medium_bars_its_channels_and_number),
	    cmocka_unit_test(an_agreed_time_bars_all_other_times),
	    cmocka_unit_test(more_hours_than_the_law_lets_the_debtor_name_are_for_a_person),
	    cmocka_unit_test(the_form_of_a_request_may_matter),
	    cmocka_unit_test(an_oral_request_ends_unless_it_is_confirmed_in_time),
	    cmocka_unit_test(a_confirmation_keeps_what_was_said_and_not_its_own_words),
	    cmocka_unit_test(a_hold_may_go_on_some_days_after_the_end_that_its_event_names),
	    cmocka_unit_test(a_dispute_counts_within_a_period_from_the_notice_that_arrived),
	    cmocka_unit_test(a_notice_that_comes_back_after_the_dispute_no_longer_times_it),
	    cmocka_unit_test(a_dispute_after_the_period_may_be_for_a_person),
	    cmocka_unit_test(a_hold_ends_for_the_debts_that_its_end_names),
	    cmocka_unit_test(only_a_consent_later_than_the_bar_lifts_it),
	    cmocka_unit_test(the_door_offers_the_first_time_that_no_hold_bars),
	    cmocka_unit_test(the_order_of_the_lines_changes_no_verdict),
	    cmocka_unit_test(what_comes_later_changes_no_earlier_verdict),
	    cmocka_unit_test(a_long_history_costs_no_more_a_contact_than_a_short_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
