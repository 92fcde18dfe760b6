/* Each rule kind by packs made for the test: its parameters and its edges. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define TIME(parameters) PACK(RULE("T", "time_window", parameters))
#define COUNT(parameters) PACK(RULE("F", "frequency", parameters))
#define HOLD(parameters) PACK(RULE("H", "hold", parameters))
#define EIGHT_TO_NINE "\"allowed\":[{\"from\":\"08:00\",\"to\":\"21:00\"}]"

static void
expect(const char *pack, const char *lines, const char *rule, const char *verdict)
{
	assert_string_equal(replay_one(pack, lines, "v1", rule), verdict);
}

#define DEBTS(list) ",\"debts\":[" list "],\"outcome\":\"conversation\""

static void
a_count_may_be_kept_for_each_debt(void **state)
{
	const char *pack = COUNT("\"limit\":1,\"per\":\"debt\",\"unit\":\"day\",\"days\":30,"
				 "\"outcomes\":[\"conversation\",\"contact\"]");

	(void)state;
	/* D01, D02 */
	expect(pack,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", DEBTS("\"d1\""))
		VISIT("v1", "2026-03-25T10:00:00Z", DEBTS("\"d1\"")),
	    "F", "fail");
	expect(pack,
	    CASE_IN("UTC") VISIT(
		"a", "2026-03-01T10:00:00Z", ",\"debts\":[\"d1\"],\"outcome\":\"not_home\"")
		VISIT("v1", "2026-03-25T10:00:00Z", DEBTS("\"d1\"")),
	    "F", "pass");
	expect(pack,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", DEBTS("\"d1\""))
		VISIT("v1", "2026-03-25T10:00:00Z", DEBTS("\"d2\"")),
	    "F", "pass");
	expect(pack,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", DEBTS("\"d1\"")) VISIT("v1",
		"2026-03-25T10:00:00Z", DEBTS("\"d1\",\"d2\"") ",\"discussed\":[\"d2\"]"),
	    "F", "pass");
}

static void
the_last_of_n_days_counts_and_the_day_before_does_not(void **state)
{
	const char *pack = COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":7");

	(void)state;
	expect(pack,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T23:59:00Z", "")
		VISIT("v1", "2026-03-07T00:01:00Z", ""),
	    "F", "fail");
	expect(pack,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T23:59:00Z", "")
		VISIT("v1", "2026-03-08T00:01:00Z", ""),
	    "F", "pass");
	assert_int_equal(replay_next(pack,
			     CASE_IN("UTC") VISIT("a", "2026-03-01T23:59:00Z", "")
				 VISIT("v1", "2026-03-07T00:01:00Z", ""),
			     "v1", "F"),
	    replay_at("2026-03-08T00:00:00Z"));
}

static void
weeks_and_months_are_those_of_the_calendar(void **state)
{
	const char *week = COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"week\"");
	const char *month = COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"month\"");

	(void)state;
	/* 2026-03-01 is a Sunday. */
	expect(week,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-02T10:00:00Z", ""),
	    "F", "pass");
	expect(week,
	    CASE_IN("UTC") VISIT("a", "2026-03-02T10:00:00Z", "")
		VISIT("v1", "2026-03-08T10:00:00Z", ""),
	    "F", "fail");
	expect(month,
	    CASE_IN("UTC") VISIT("a", "2026-03-31T10:00:00Z", "")
		VISIT("v1", "2026-04-01T10:00:00Z", ""),
	    "F", "pass");
	assert_int_equal(replay_next(month,
			     CASE_IN("UTC") VISIT("a", "2026-12-01T10:00:00Z", "")
				 VISIT("v1", "2026-12-02T10:00:00Z", ""),
			     "v1", "F"),
	    replay_at("2027-01-01T00:00:00Z"));
}

static void
a_limit_may_exclude_its_number(void **state)
{
	(void)state;
	expect(COUNT("\"limit\":2,\"excludes_limit\":true,\"per\":\"debtor\",\"unit\":\"day\","
		     "\"days\":1"),
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-01T12:00:00Z", ""),
	    "F", "fail");
	expect(COUNT("\"limit\":2,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1"),
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-01T12:00:00Z", ""),
	    "F", "pass");
}

static void
a_limit_is_broken_by_those_over_it_and_not_by_those_before(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1"));
	replay_load(r,
	    CASE_IN("UTC") VISIT("a", "2026-03-01T10:00:00Z", "")
		VISIT("b", "2026-03-01T11:00:00Z", "") VISIT("c", "2026-03-01T12:00:00Z", ""));
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a", "F"), "pass");
	assert_string_equal(replay_verdict(r, "b", "F"), "fail");
	assert_string_equal(replay_verdict(r, "c", "F"), "fail");
	replay_clear(r);
	free(r);
}

static void
days_are_counted_in_the_first_zone(void **state)
{
	const char *pack = COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1");

	(void)state;
	/* 16:30 UTC is the next day in Shanghai; in Los Angeles both are one day. */
	const char *both =
	    VISIT("a", "2026-03-01T15:30:00Z", "") VISIT("v1", "2026-03-01T16:30:00Z", "");
	char lines[2048];
	snprintf(lines, sizeof lines, "%s%s",
	    "{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"Asia/Shanghai\","
	    "\"America/Los_Angeles\"],\"actor\":\"third_party\"}\n",
	    both);
	expect(pack, lines, "F", "pass");
	snprintf(lines, sizeof lines, "%s%s",
	    "{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"America/Los_Angeles\","
	    "\"Asia/Shanghai\"],\"actor\":\"third_party\"}\n",
	    both);
	expect(pack, lines, "F", "fail");
}

static void
contacts_by_the_debtor_count_where_the_rule_says_so(void **state)
{
#define TALK_BY_DEBTOR                                                                        \
	"{\"type\":\"contact\",\"id\":\"a\",\"case\":\"c1\",\"channel\":\"call\",\"begin\":"  \
	"\"2026-03-01T10:00:00Z\",\"by\":\"debtor\",\"outcome\":\"conversation\"}\n"
	(void)state;
	expect(COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":7,"
		     "\"by\":[\"collector\",\"debtor\"]"),
	    CASE_IN("UTC") TALK_BY_DEBTOR CALL("v1", "2026-03-02T10:00:00Z", ""), "F", "fail");
	expect(COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":7"),
	    CASE_IN("UTC") TALK_BY_DEBTOR CALL("v1", "2026-03-02T10:00:00Z", ""), "F", "pass");
}

static void
linked_visits_are_one_in_every_counter(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_contact k = {.case_id = "c1",
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .begin_utc_ms = replay_at("2026-03-02T10:00:00Z"),
	    .link = "l1"};
	struct fv_history_error error;

	(void)state;
	assert_non_null(r);
	replay_pack(r, COUNT("\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1"));
	replay_load(r, CASE_IN("UTC"));
	k.id = "a";
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	k.id = "b";
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	k.id = "c";
	k.link = NULL;
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a", "F"), "pass");
	assert_string_equal(replay_verdict(r, "b", "F"), "pass");
	assert_string_equal(replay_verdict(r, "c", "F"), "fail");
	replay_clear(r);
	free(r);
}

#define PLAN HOLD("\"starts\":[\"plan_signed\"],\"ends\":[\"plan_default\"]")

static void
a_hold_binds_from_its_event_to_its_end(void **state)
{
	(void)state;
	expect(PLAN, CASE_IN("UTC") VISIT("v1", "2026-03-02T10:00:00Z", ""), "H", "pass");
	expect(PLAN,
	    CASE_IN("UTC") EVENT("plan_signed", "2026-03-01T10:00:00Z", "")
		VISIT("v1", "2026-03-02T10:00:00Z", ""),
	    "H", "fail"); /* D12 */
	expect(PLAN,
	    CASE_IN("UTC") EVENT("plan_signed", "2026-03-03T10:00:00Z", "")
		VISIT("v1", "2026-03-02T10:00:00Z", ""),
	    "H", "pass");
	expect(PLAN,
	    CASE_IN("UTC") EVENT("plan_signed", "2026-03-01T10:00:00Z", "")
		EVENT("plan_default", "2026-03-01T11:00:00Z", "")
		    VISIT("v1", "2026-03-02T10:00:00Z", ""),
	    "H", "pass");
	expect(PLAN,
	    CASE_IN("UTC") EVENT("plan_signed", "2026-03-01T10:00:00Z", "")
		EVENT("plan_default", "2026-03-01T11:00:00Z", "") EVENT("plan_signed",
		    "2026-03-01T12:00:00Z", "") VISIT("v1", "2026-03-02T10:00:00Z", ""),
	    "H", "fail");
	expect(PLAN,
	    CASE_IN("UTC") EVENT("plan_signed", "2026-03-01T10:00:00Z", ",\"debts\":[\"d1\"]")
		VISIT("v1", "2026-03-02T10:00:00Z", ",\"debts\":[\"d2\"]"),
	    "H", "pass");
}

static void
a_hold_may_run_some_days_from_the_next_one(void **state)
{
	const char *pack =
	    HOLD("\"starts\":[\"moratorium\"],\"days\":60,\"from_next_day\":true");
	const char *entry =
	    CASE_IN("Europe/London") EVENT("moratorium", "2026-01-01T15:00:00Z", "");
	char lines[2048];

	(void)state;
	static const struct {
		const char *visit;
		const char *verdict;
	} tries[] = {
	    {VISIT("v1", "2026-01-01T16:00:00Z", ""), "pass"},
	    {VISIT("v1", "2026-01-02T00:00:00Z", ""), "fail"},
	    {VISIT("v1", "2026-03-02T23:59:59Z", ""), "fail"},
	    {VISIT("v1", "2026-03-03T00:00:00Z", ""), "pass"},
	};
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		snprintf(lines, sizeof lines, "%s%s", entry, tries[i].visit);
		expect(pack, lines, "H", tries[i].verdict);
	}
	snprintf(lines, sizeof lines, "%s%s", entry, tries[1].visit);
	assert_int_equal(
	    replay_next(pack, lines, "v1", "H"), replay_at("2026-03-03T00:00:00Z"));
}

static void
a_rule_about_places_lacks_a_place_that_is_not_said(void **state)
{
	const char *pack =
	    PACK(RULE("H", "hold", "\"starts\":[\"no_work\"],\"places\":[\"work\"]"));
	const char *event = EVENT("no_work", "2026-03-01T10:00:00Z", "");
	char lines[2048];

	(void)state;
	snprintf(lines, sizeof lines, "%s%s%s", CASE_IN("UTC"), event,
	    VISIT("v1", "2026-03-02T10:00:00Z", ",\"place\":\"work\""));
	expect(pack, lines, "H", "fail");
	snprintf(lines, sizeof lines, "%s%s%s", CASE_IN("UTC"), event,
	    VISIT("v1", "2026-03-02T10:00:00Z", ",\"place\":\"home\""));
	expect(pack, lines, "H", "n/a");
	snprintf(lines, sizeof lines, "%s%s%s", CASE_IN("UTC"), event,
	    VISIT("v1", "2026-03-02T10:00:00Z", ""));
	expect(pack, lines, "H", "review");
}

#define STRICT_CONSENT                                                                        \
	TIME(                                                                                 \
	    EIGHT_TO_NINE ",\"consent\":{\"scope\":\"time\",\"to\":[\"collector\"],"          \
			  "\"form\":[\"written\",\"separate\"],\"days\":7,\"day_one\":true}")
#define ASKED(more)                                                                           \
	CASE_IN("UTC")                                                                        \
	VISIT("v1", "2026-03-07T22:00:00Z", "")                                               \
	EVENT("consent", "2026-03-01T10:00:00Z", ",\"scope\":[\"time\"]" more)

#define CASE_OF(product)                                                                      \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"UTC\",\"actor\":\"third_"              \
	"party\"" product "}\n"

static void
a_rule_about_kinds_of_debt_lacks_a_kind_that_is_not_said(void **state)
{
	const char *pack = TIME(EIGHT_TO_NINE ",\"products\":[\"mortgage\"]");
	const char *card = CASE_OF(",\"product\":\"credit_card\"");
	const char *house = CASE_OF(",\"product\":\"mortgage\"");
	char lines[1024];
	const struct {
		const char *subject;
		const char *hour;
		const char *verdict;
	} all[] = {
	    {house, "22", "fail"},
	    {house, "10", "pass"},
	    {card, "22", "n/a"},
	    {CASE_OF(""), "22", "review"},
	    {CASE_OF(""), "10", "pass"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		snprintf(lines, sizeof lines, "%s" VISIT("v1", "2026-03-02T%s:00:00Z", ""),
		    all[i].subject, all[i].hour);
		expect(pack, lines, "T", all[i].verdict);
	}
}

#define THIRD(parameters) PACK(RULE("P", "third_party", parameters))

static void
a_purpose_that_no_rule_allows_is_a_breach_in_reach_or_not(void **state)
{
	const char *pack = THIRD("\"allowed\":[\"debtor\"],\"for_purposes\":[\"location\"]");
	const char *failed = CALL("k1", "2026-03-01T10:00:00Z", ",\"outcome\":\"no_answer\"");
	const char *told = VISIT("v1", "2026-03-02T10:00:00Z",
	    ",\"outcome\":\"conversation\",\"with\":\"third_party\"");
	const char *met = VISIT(
	    "v1", "2026-03-02T10:00:00Z", ",\"outcome\":\"contact\",\"with\":\"third_party\"");
	char lines[1024];

	(void)state;
	snprintf(lines, sizeof lines, "%s%s", CASE_IN("UTC"), told);
	expect(pack, lines, "P", "fail");
	snprintf(lines, sizeof lines, "%s%s%s", CASE_IN("UTC"), failed, told);
	expect(pack, lines, "P", "fail");
	snprintf(lines, sizeof lines, "%s%s%s", CASE_IN("UTC"), failed, met);
	expect(pack, lines, "P", "review");
}

static void
a_rule_may_ask_to_whom_and_how_a_consent_was_given(void **state)
{
	(void)state;
	expect(
	    STRICT_CONSENT, ASKED(",\"to\":\"collector\",\"form\":\"written\""), "T", "pass");
	expect(
	    STRICT_CONSENT, ASKED(",\"to\":\"creditor\",\"form\":\"written\""), "T", "fail");
	expect(STRICT_CONSENT, ASKED(",\"to\":\"collector\",\"form\":\"oral\""), "T", "fail");
	expect(STRICT_CONSENT, ASKED(",\"to\":\"collector\""), "T", "review");
	expect(STRICT_CONSENT, ASKED(",\"form\":\"separate\""), "T", "review");
}

static void
a_consent_may_end_after_days_of_which_it_is_the_first(void **state)
{
#define LATER(day)                                                                            \
	CASE_IN("UTC")                                                                        \
	VISIT("v1", "2026-03-" day "T22:00:00Z", "")                                          \
	EVENT("consent", "2026-03-01T10:00:00Z",                                              \
	    ",\"scope\":[\"time\"],\"to\":\"collector\",\"form\":\"written\"")
	(void)state;
	expect(STRICT_CONSENT, LATER("07"), "T", "pass");
	expect(STRICT_CONSENT, LATER("08"), "T", "fail");
}

static void
recording_is_done_not_done_or_not_said(void **state)
{
	const char *pack = PACK(RULE("R", "recording", "\"media\":[\"audio\",\"video\"]"));

	(void)state;
	expect(pack,
	    CASE_IN("UTC") VISIT("v1", "2026-03-02T10:00:00Z", ",\"recorded\":\"audio\""), "R",
	    "pass");
	expect(pack,
	    CASE_IN("UTC") VISIT("v1", "2026-03-02T10:00:00Z", ",\"recorded\":\"none\""), "R",
	    "fail");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-02T10:00:00Z", ""), "R", "review");
	expect(pack,
	    CASE_IN("UTC") CALL("v1", "2026-03-02T10:00:00Z", ",\"outcome\":\"no_answer\""),
	    "R", "n/a");
}

static void
the_age_of_case_data_is_judged_and_may_be_unknown(void **state)
{
	const char *pack = PACK(RULE("A", "data_age", "\"of\":\"case\",\"hours\":48"));
#define DATED(date)                                                                           \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"UTC\",\"actor\":\"third_party\","      \
	"\"as_of\":\"" date "\"}\n" VISIT("v1", "2026-03-03T00:00:00Z", "")
	(void)state;
	expect(pack, DATED("2026-03-01"), "A", "pass");
	expect(pack, DATED("2026-02-28"), "A", "fail");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-03T00:00:00Z", ""), "A", "review");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_count_may_be_kept_for_each_debt),
	    cmocka_unit_test(the_last_of_n_days_counts_and_the_day_before_does_not),
	    cmocka_unit_test(weeks_and_months_are_those_of_the_calendar),
	    cmocka_unit_test(a_limit_may_exclude_its_number),
	    cmocka_unit_test(a_limit_is_broken_by_those_over_it_and_not_by_those_before),
	    cmocka_unit_test(days_are_counted_in_the_first_zone),
	    cmocka_unit_test(contacts_by_the_debtor_count_where_the_rule_says_so),
	    cmocka_unit_test(linked_visits_are_one_in_every_counter),
	    cmocka_unit_test(a_hold_binds_from_its_event_to_its_end),
	    cmocka_unit_test(a_hold_may_run_some_days_from_the_next_one),
	    cmocka_unit_test(a_rule_about_places_lacks_a_place_that_is_not_said),
	    cmocka_unit_test(a_rule_about_kinds_of_debt_lacks_a_kind_that_is_not_said),
	    cmocka_unit_test(a_purpose_that_no_rule_allows_is_a_breach_in_reach_or_not),
	    cmocka_unit_test(a_rule_may_ask_to_whom_and_how_a_consent_was_given),
	    cmocka_unit_test(a_consent_may_end_after_days_of_which_it_is_the_first),
	    cmocka_unit_test(recording_is_done_not_done_or_not_said),
	    cmocka_unit_test(the_age_of_case_data_is_judged_and_may_be_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
