/* How the rules see a visit that was ticked off, corrected or disowned by its officer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/replay.h"
#include "tests/support/rules.h"

#define DOOR                                                                                  \
	PACK(RULE("W", "time_window",                                                         \
	    "\"allowed\":[{\"from\":\"08:00\",\"to\":\"21:00\"}]") "," RULE("L", "duration",  \
	    "\"minutes\":60") "," RULE("I", "identify", "") "," RULE("R", "recording",        \
	    "\"media\":[\"audio\"]") "," RULE("E", "entry", "") "," RULE("C", "camera",       \
	    "\"inside\":false") "," RULE("F", "frequency",                                    \
	    "\"limit\":1,\"per\":\"debtor\",\"unit\":\"day\",\"days\":1"))

/* A visit of the 2nd of March 2026, in UTC. */
static struct fv_contact
visit_of(const char *id, const char *begin, const char *end)
{
	char at[32] = "2026-03-02T";

	memcpy(at + 11, begin, 5);
	memcpy(at + 16, ":00Z", 5);
	struct fv_contact k = {.id = id,
	    .case_id = "c1",
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .has_end = true,
	    .outcome = FV_OUTCOME_CONVERSATION,
	    .with = FV_WITH_DEBTOR,
	    .begin_utc_ms = replay_at(at)};
	memcpy(at + 11, end, 5);
	k.end_utc_ms = replay_at(at);
	return k;
}

static void
judge(struct replay *r, const struct fv_contact *visits, size_t count)
{
	struct fv_history_error error;

	replay_pack(r, DOOR);
	replay_load(r, CASE);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(fv_history_add_contact(r->history, &visits[i]), FV_OK);
	assert_int_equal(fv_history_finish(r->history, &error), FV_OK);
	replay_judge(r);
}

static void
expect(const struct fv_contact *visit, const char *rule, const char *verdict)
{
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	judge(r, visit, 1);
	assert_string_equal(replay_verdict(r, visit->id, rule), verdict);
	replay_clear(r);
	free(r);
}

static int64_t
minutes(int64_t n)
{
	return n * 60000;
}

static void
what_is_said_both_ways_is_review_and_the_sentence_says_so(void **state)
{
	static const struct {
		const char *rule;
		enum fv_said what;
	} rows[] = {{"I", FV_SAID_IDENTIFIED}, {"R", FV_SAID_RECORDED}, {"E", FV_SAID_ENTERED},
	    {"C", FV_SAID_CAMERA}};
	struct fv_contact k = visit_of("v", "10:00", "10:20");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct replay *r = calloc(1, sizeof *r);
		const struct replay_row *row;

		assert_non_null(r);
		k.said_both = (uint32_t)rows[i].what;
		judge(r, &k, 1);
		for (size_t other = 0; other < sizeof rows / sizeof rows[0]; other++) {
			row = replay_row(r, "v", rows[other].rule);
			assert_int_equal(row->verdict, FV_VERDICT_REVIEW);
			assert_int_equal(row->remedy, FV_REMEDY_MISSING);
			assert_int_equal(strstr(row->json, "contradict") != NULL, other == i);
		}
		replay_clear(r);
		free(r);
	}
}

static void
a_disowned_visit_is_review_where_it_would_fail_and_counts_for_nobody(void **state)
{
	struct fv_contact visits[] = {
	    visit_of("a", "06:00", "06:10"), visit_of("b", "10:00", "10:10")};
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	visits[0].is_wrong_case = true;
	judge(r, visits, 2);
	assert_string_equal(replay_verdict(r, "a", "W"), "review");
	assert_non_null(strstr(replay_row(r, "a", "W")->json, "wrong case"));
	assert_int_equal(replay_row(r, "a", "W")->remedy, FV_REMEDY_LIFTED_BY);
	assert_string_equal(replay_verdict(r, "a", "L"), "pass");
	assert_string_equal(replay_verdict(r, "b", "F"), "pass");
	replay_clear(r);
	free(r);
	visits[0].is_wrong_case = false;
	r = calloc(1, sizeof *r);
	assert_non_null(r);
	judge(r, visits, 2);
	assert_string_equal(replay_verdict(r, "a", "W"), "fail");
	assert_string_equal(replay_verdict(r, "b", "F"), "fail");
	replay_clear(r);
	free(r);
}

static void
a_disowned_visit_that_is_linked_does_not_hide_its_partner(void **state)
{
	struct fv_contact visits[] = {visit_of("a", "10:00", "10:10"),
	    visit_of("b", "10:01", "10:10"), visit_of("c", "12:00", "12:10")};
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	visits[0].is_wrong_case = true;
	visits[0].link = visits[1].link = "a";
	judge(r, visits, 3);
	assert_string_equal(replay_verdict(r, "c", "F"), "fail");
	replay_clear(r);
	free(r);
}

/* Recorded from `begin` to `end`; its officer says that it began at `claim`. */
static struct fv_contact
late_begin(const char *claim, const char *begin, const char *end)
{
	struct fv_contact k = visit_of("v", begin, end);

	k.has_claim = k.claim_keeps_end = true;
	k.claim_begin_ms = visit_of("v", claim, end).begin_utc_ms;
	return k;
}

static void
an_earlier_begin_that_breaks_a_rule_is_review_beside_the_stamp_that_does_not(void **state)
{
	struct fv_contact k = late_begin("07:50", "08:10", "08:20");

	(void)state;
	expect(&k, "W", "review");
	k = late_begin("08:05", "08:10", "08:20");
	expect(&k, "W", "pass");
}

static void
an_earlier_begin_never_moves_the_end_out_of_a_breach(void **state)
{
	struct fv_contact k = late_begin("20:10", "20:50", "21:10");

	(void)state;
	expect(&k, "W", "fail");
	k.claim_keeps_end = false; /* another clock: the whole visit moves */
	expect(&k, "W", "review");
}

static void
a_visit_that_its_claimed_begin_makes_too_long_is_review(void **state)
{
	struct fv_contact k = late_begin("10:00", "10:40", "11:10");

	(void)state;
	expect(&k, "L", "review");
	k = late_begin("10:20", "10:40", "11:10");
	expect(&k, "L", "pass");
	k = late_begin("10:00", "10:10", "11:20"); /* too long as it was recorded */
	expect(&k, "L", "fail");
}

static void
a_forgotten_end_is_review_where_the_recorded_one_would_fail(void **state)
{
	struct fv_contact k = visit_of("v", "20:30", "23:00");

	(void)state;
	expect(&k, "L", "fail");
	expect(&k, "W", "fail");
	k.end_utc_ms = k.begin_utc_ms + minutes(20); /* as the fold narrows it */
	k.is_open = true;
	expect(&k, "L", "review");
	k.end_utc_ms = k.begin_utc_ms + minutes(45); /* and even so past the hour */
	expect(&k, "W", "review");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_said_both_ways_is_review_and_the_sentence_says_so),
	    cmocka_unit_test(
		a_disowned_visit_is_review_where_it_would_fail_and_counts_for_nobody),
	    cmocka_unit_test(a_disowned_visit_that_is_linked_does_not_hide_its_partner),
	    cmocka_unit_test(
		an_earlier_begin_that_breaks_a_rule_is_review_beside_the_stamp_that_does_not),
	    cmocka_unit_test(an_earlier_begin_never_moves_the_end_out_of_a_breach),
	    cmocka_unit_test(a_visit_that_its_claimed_begin_makes_too_long_is_review),
	    cmocka_unit_test(a_forgotten_end_is_review_where_the_recorded_one_would_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
