/* Holds: what an event bars, where, when and how. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define HOLD(parameters) PACK(RULE("H", "hold", parameters))

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
	    cmocka_unit_test(only_a_consent_later_than_the_bar_lifts_it),
	    cmocka_unit_test(the_door_offers_the_first_time_that_no_hold_bars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
