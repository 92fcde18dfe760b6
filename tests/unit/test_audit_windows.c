/* Hours of the day: edges, weekdays, midnight, clock changes, several zones. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

#define TIME(parameters) PACK(RULE("T", "time_window", parameters))
#define EIGHT_TO_NINE "\"allowed\":[{\"from\":\"08:00\",\"to\":\"21:00\"}]"

static void
expect(const char *pack, const char *lines, const char *rule, const char *verdict)
{
	assert_string_equal(replay_one(pack, lines, "v1", rule), verdict);
}

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
	    replay_next(
		pack, CASE_IN("UTC") VISIT("v1", "2026-03-07T15:00:00Z", ""), "v1", "T"),
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
	    replay_next(pack,
		CASE_IN("America/New_York") VISIT("v1", "2026-03-08T06:30:00Z", ""), "v1",
		"T"),
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
	assert_int_equal(replay_next(TIME(EIGHT_TO_NINE),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
