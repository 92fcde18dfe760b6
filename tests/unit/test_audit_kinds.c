/* Each rule kind by packs made for the test: parameters, edges, clock changes, order. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PACK(rules)                                                                           \
	"{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","         \
	"\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[" rules "]}"
#define RULE(id, kind, parameters, more)                                                      \
	"{\"id\":\"" id "\",\"kind\":\"" kind "\",\"channels\":[\"visit\",\"call\"],"         \
	"\"phase\":\"before\",\"on_breach\":\"fail\",\"strength\":\"statute\","               \
	"\"confidence\":\"P\",\"citation\":\"law 1\",\"parameters\":{" parameters             \
	"},\"text\":{\"en\":\"e\",\"zh\":\"z\"}" more "}"
#define TIME(parameters) PACK(RULE("T", "time_window", parameters, ""))
#define COUNT(parameters) PACK(RULE("F", "frequency", parameters, ",\"window_days\":40"))
#define HOLD(parameters) PACK(RULE("H", "hold", parameters, ",\"window_days\":400"))

#define CASE_IN(zone)                                                                         \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"" zone "\",\"actor\":\"third_party\"}" \
	"\n"
#define CONTACT(id, channel, begin, more)                                                     \
	"{\"type\":\"contact\",\"id\":\"" id "\",\"case\":\"c1\",\"channel\":\"" channel      \
	"\",\"begin\":\"" begin "\",\"by\":\"collector\"" more "}\n"
#define VISIT(id, begin, more) CONTACT(id, "visit", begin, more)
#define CALL(id, begin, more) CONTACT(id, "call", begin, more)
#define EVENT(kind, at, more)                                                                 \
	"{\"type\":\"event\",\"id\":\"e-" kind at "\",\"case\":\"c1\",\"kind\":\"" kind       \
	"\",\"at\":\"" at "\"" more "}\n"

static void
expect(const char *pack, const char *lines, const char *rule, const char *verdict)
{
	assert_string_equal(replay_one(pack, lines, "v1", rule), verdict);
}

static int64_t
next_of(const char *pack, const char *lines, const char *contact, const char *rule)
{
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, lines);
	replay_judge(r);
	assert_int_equal(replay_row(r, contact, rule)->remedy, FV_REMEDY_NEXT);
	int64_t next = replay_row(r, contact, rule)->next_utc_ms;
	replay_clear(r);
	free(r);
	return next;
}

#define EIGHT_TO_NINE "\"allowed\":[{\"from\":\"08:00\",\"to\":\"21:00\"}]"

static void
an_edge_may_be_closed_open_or_for_a_person(void **state)
{
	const char *at_8 = CASE_IN("UTC") VISIT("v1", "2026-03-02T08:00:00Z", "");
	const char *at_21 = CASE_IN("UTC") VISIT("v1", "2026-03-02T21:00:00Z", "");

	(void)state;
	expect(TIME(EIGHT_TO_NINE), at_8, "T", "pass");
	expect(TIME(EIGHT_TO_NINE), at_21, "T", "fail");
	expect(TIME(EIGHT_TO_NINE ",\"edge_from\":\"open\",\"edge_to\":\"closed\""), at_8, "T",
	    "fail");
	expect(TIME(EIGHT_TO_NINE ",\"edge_from\":\"open\",\"edge_to\":\"closed\""), at_21,
	    "T", "pass");
	expect(TIME(EIGHT_TO_NINE ",\"edge_from\":\"review\",\"edge_to\":\"review\""), at_8,
	    "T", "review");
	expect(TIME(EIGHT_TO_NINE ",\"edge_from\":\"review\",\"edge_to\":\"review\""), at_21,
	    "T", "review");
	expect(TIME(EIGHT_TO_NINE ",\"edge_to\":\"review\""),
	    CASE_IN("UTC")
		VISIT("v1", "2026-03-02T20:00:00Z", ",\"end\":\"2026-03-02T21:00:00Z\""),
	    "T", "review");
}

static void
windows_belong_to_weekdays(void **state)
{
	const char *pack =
	    TIME("\"allowed\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],"
		 "\"from\":\"07:00\",\"to\":\"19:00\"},{\"days\":[\"sat\"],"
		 "\"from\":\"08:00\",\"to\":\"15:00\"}]");

	(void)state;
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-06T18:00:00Z", ""), "T", "pass");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-07T14:00:00Z", ""), "T", "pass");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-07T15:00:00Z", ""), "T", "fail");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-08T12:00:00Z", ""), "T", "fail");
	assert_int_equal(
	    next_of(pack, CASE_IN("UTC") VISIT("v1", "2026-03-07T15:00:00Z", ""), "v1", "T"),
	    replay_at("2026-03-09T07:00:00Z"));
}

static void
a_window_may_run_over_midnight(void **state)
{
	const char *pack = TIME("\"allowed\":[{\"from\":\"20:00\",\"to\":\"02:00\"}]");

	(void)state;
	expect(pack,
	    CASE_IN("UTC")
		VISIT("v1", "2026-03-02T23:00:00Z", ",\"end\":\"2026-03-03T01:59:00Z\""),
	    "T", "pass");
	expect(pack,
	    CASE_IN("UTC")
		VISIT("v1", "2026-03-02T23:00:00Z", ",\"end\":\"2026-03-03T02:01:00Z\""),
	    "T", "fail");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-02T00:00:00Z", ""), "T", "pass");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-02T02:00:00Z", ""), "T", "fail");
}

static void
hours_for_a_person_give_review(void **state)
{
	const char *pack =
	    TIME(EIGHT_TO_NINE ",\"review\":[{\"from\":\"06:00\",\"to\":\"08:00\"}]");

	(void)state;
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-02T07:00:00Z", ""), "T", "review");
	expect(pack, CASE_IN("UTC") VISIT("v1", "2026-03-02T05:59:59Z", ""), "T", "fail");
}

static void
an_overrun_may_be_ignored_or_need_a_reason(void **state)
{
#define STAY(more)                                                                            \
	CASE_IN("UTC")                                                                        \
	VISIT("v1", "2026-03-02T20:40:00Z", ",\"end\":\"2026-03-02T21:20:00Z\"" more)
	(void)state;
	expect(TIME(EIGHT_TO_NINE), STAY(""), "T", "fail");
	expect(TIME(EIGHT_TO_NINE ",\"overrun\":\"ignore\""), STAY(""), "T", "pass");
	expect(TIME(EIGHT_TO_NINE ",\"overrun\":\"with_reason\""), STAY(""), "T", "fail");
	expect(TIME(EIGHT_TO_NINE ",\"overrun\":\"with_reason\""),
	    STAY(",\"overrun_reason\":\"taking stock\""), "T", "pass"); /* D18 */
}

static void
clock_changes_move_the_window_in_utc(void **state)
{
	const char *pack = TIME("\"allowed\":[{\"from\":\"02:30\",\"to\":\"21:00\"}]");

	(void)state;
	/* New York skips 02:00 to 03:00 on 2026-03-08: 06:59:59 UTC is 01:59:59, then 03:00.
	 */
	expect(pack, CASE_IN("America/New_York") VISIT("v1", "2026-03-08T06:59:59Z", ""), "T",
	    "fail");
	expect(pack, CASE_IN("America/New_York") VISIT("v1", "2026-03-08T07:00:00Z", ""), "T",
	    "pass");
	assert_int_equal(
	    next_of(pack, CASE_IN("America/New_York") VISIT("v1", "2026-03-08T06:30:00Z", ""),
		"v1", "T"),
	    replay_at("2026-03-08T07:00:00Z"));
	/* It repeats 01:00 to 02:00 on 2026-11-01: a visit across it ends inside. */
	const char *early = TIME("\"allowed\":[{\"from\":\"01:30\",\"to\":\"21:00\"}]");
	expect(early,
	    CASE_IN("America/New_York")
		VISIT("v1", "2026-11-01T05:40:00Z", ",\"end\":\"2026-11-01T05:59:00Z\""),
	    "T", "pass");
	expect(early,
	    CASE_IN("America/New_York")
		VISIT("v1", "2026-11-01T05:40:00Z", ",\"end\":\"2026-11-01T06:10:00Z\""),
	    "T", "fail");
}

static void
every_zone_of_a_case_must_allow_the_hour(void **state)
{
#define TWO                                                                                   \
	"{\"type\":\"case\",\"case\":\"c1\",\"zones\":[\"America/New_York\","                 \
	"\"America/Los_Angeles\"],\"actor\":\"third_party\"}\n"
	(void)state;
	/* In July: 08:00 in New York is 05:00 in Los Angeles. */
	expect(TIME(EIGHT_TO_NINE), TWO VISIT("v1", "2026-07-01T12:00:00Z", ""), "T", "fail");
	expect(TIME(EIGHT_TO_NINE), TWO VISIT("v1", "2026-07-01T15:00:00Z", ""), "T", "pass");
	expect(TIME(EIGHT_TO_NINE), TWO VISIT("v1", "2026-07-02T01:30:00Z", ""), "T", "fail");
	assert_int_equal(next_of(TIME(EIGHT_TO_NINE),
			     TWO VISIT("v1", "2026-07-02T01:30:00Z", ""), "v1", "T"),
	    replay_at("2026-07-02T15:00:00Z"));
}

static void
two_claims_of_the_time_that_disagree_are_for_a_person(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_contact k = {.id = "a",
	    .case_id = "c1",
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .begin_utc_ms = replay_at("2026-03-02T08:00:30Z"),
	    .has_claim = true,
	    .claim_begin_ms = replay_at("2026-03-02T07:59:30Z")};
	struct fv_history_error error;

	(void)state;
	assert_non_null(r);
	replay_pack(r, TIME(EIGHT_TO_NINE));
	replay_load(r, CASE_IN("UTC"));
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	k.id = "b";
	k.claim_begin_ms = replay_at("2026-03-02T08:00:10Z");
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a", "T"), "review");
	assert_string_equal(replay_verdict(r, "b", "T"), "pass");
	replay_clear(r);
	free(r);
}

static void
an_open_visit_past_the_hour_lacks_its_end(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_contact k = {.id = "a",
	    .case_id = "c1",
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .begin_utc_ms = replay_at("2026-03-02T20:30:00Z"),
	    .has_end = true,
	    .is_open = true,
	    .end_utc_ms = replay_at("2026-03-02T21:05:00Z")};
	struct fv_history_error error;

	(void)state;
	assert_non_null(r);
	replay_pack(r, TIME(EIGHT_TO_NINE));
	replay_load(r, CASE_IN("UTC"));
	assert_int_equal(fv_history_add_contact(r->history, &k), FV_OK);
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
	assert_string_equal(replay_verdict(r, "a", "T"), "review");
	assert_int_equal(replay_row(r, "a", "T")->remedy, FV_REMEDY_MISSING);
	replay_clear(r);
	free(r);
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
	assert_int_equal(next_of(pack,
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
	assert_int_equal(next_of(month,
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
	assert_int_equal(next_of(pack, lines, "v1", "H"), replay_at("2026-03-03T00:00:00Z"));
}

static void
a_rule_about_places_lacks_a_place_that_is_not_said(void **state)
{
	const char *pack = PACK(RULE("H", "hold",
	    "\"starts\":[\"no_work\"],\"places\":[\"work\"]", ",\"window_days\":400"));
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

#define THIRD(parameters) PACK(RULE("P", "third_party", parameters, ""))

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
	const char *pack = PACK(RULE("R", "recording", "\"media\":[\"audio\",\"video\"]", ""));

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
	const char *pack = PACK(RULE("A", "data_age", "\"of\":\"case\",\"hours\":48", ""));
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
	    cmocka_unit_test(an_edge_may_be_closed_open_or_for_a_person),
	    cmocka_unit_test(windows_belong_to_weekdays),
	    cmocka_unit_test(a_window_may_run_over_midnight),
	    cmocka_unit_test(hours_for_a_person_give_review),
	    cmocka_unit_test(an_overrun_may_be_ignored_or_need_a_reason),
	    cmocka_unit_test(clock_changes_move_the_window_in_utc),
	    cmocka_unit_test(every_zone_of_a_case_must_allow_the_hour),
	    cmocka_unit_test(two_claims_of_the_time_that_disagree_are_for_a_person),
	    cmocka_unit_test(an_open_visit_past_the_hour_lacks_its_end),
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
