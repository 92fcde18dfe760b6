/* Rules of several clauses: one row, the worst verdict, and each clause's own say. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PACK(clauses)                                                                         \
	"{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","         \
	"\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[{\"id\":"      \
	"\"R\","                                                                              \
	"\"channels\":[\"visit\"],\"phase\":\"before\",\"on_breach\":\"fail\","               \
	"\"strength\":\"statute\",\"confidence\":\"P\",\"citation\":\"law 1\","               \
	"\"from\":\"2020-01-01\",\"window_days\":40,\"clauses\":[" clauses                    \
	"],\"text\":{\"en\":\"e\",\"zh\":\"z\"}}]}"
#define HOURS                                                                                 \
	"{\"kind\":\"time_window\",\"parameters\":{\"allowed\":[{\"from\":\"08:00\","         \
	"\"to\":\"20:00\"}]}}"
#define DAILY                                                                                 \
	"{\"kind\":\"frequency\",\"parameters\":{\"limit\":1,\"per\":\"debtor\","             \
	"\"unit\":\"day\",\"days\":1}}"
#define TWO_DAYS                                                                              \
	"{\"kind\":\"frequency\",\"parameters\":{\"limit\":1,\"per\":\"debtor\","             \
	"\"unit\":\"day\",\"days\":2}}"
#define HOURS_CLOSED                                                                          \
	"{\"kind\":\"time_window\",\"parameters\":{\"allowed\":[{\"from\":\"08:00\","         \
	"\"to\":\"20:00\"}],\"edge_to\":\"closed\",\"overrun\":\"judge\"}}"
#define OVERRUN                                                                               \
	"{\"type\":\"case\",\"case\":\"c\",\"zone\":\"UTC\",\"actor\":\"third_party\"}\n"     \
	"{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c\",\"channel\":\"visit\","           \
	"\"begin\":\"2026-03-02T19:50:00Z\",\"end\":\"2026-03-02T20:30:00Z\","                \
	"\"by\":\"collector\"}\n"
#define LINES                                                                                 \
	"{\"type\":\"case\",\"case\":\"c\",\"zone\":\"UTC\",\"actor\":\"third_party\"}\n"     \
	"{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c\",\"channel\":\"visit\","           \
	"\"begin\":\"2026-03-02T10:00:00Z\",\"by\":\"collector\"}\n"                          \
	"{\"type\":\"contact\",\"id\":\"v2\",\"case\":\"c\",\"channel\":\"visit\","           \
	"\"begin\":\"2026-03-02T12:00:00Z\",\"by\":\"collector\"}\n"                          \
	"{\"type\":\"contact\",\"id\":\"v3\",\"case\":\"c\",\"channel\":\"visit\","           \
	"\"begin\":\"2026-03-03T21:00:00Z\",\"by\":\"collector\"}\n"                          \
	"{\"type\":\"contact\",\"id\":\"k1\",\"case\":\"c\",\"channel\":\"call\","            \
	"\"begin\":\"2026-03-04T21:00:00Z\",\"by\":\"collector\"}\n"

static void
expect(const char *pack, const char *contact, const char *verdict)
{
	assert_string_equal(replay_one(pack, LINES, contact, "R"), verdict);
}

static void
a_contact_has_one_row_and_the_worst_verdict(void **state)
{
	const char *pack = PACK(HOURS "," DAILY);
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, LINES);
	replay_judge(r);
	assert_int_equal(r->row_count, 4);
	replay_clear(r);
	free(r);
	expect(pack, "v1", "pass");
	expect(pack, "v2", "fail"); /* the second on one day */
	expect(pack, "v3", "fail"); /* after hours */
	expect(pack, "k1", "n/a");
}

static void
the_next_is_one_that_every_clause_allows(void **state)
{
	(void)state;
	/* One a day: again from midnight, but the hours begin at eight. */
	assert_int_equal(replay_next(PACK(HOURS "," DAILY), LINES, "v2", "R"),
	    replay_at("2026-03-03T08:00:00Z"));
	assert_int_equal(replay_next(PACK(DAILY "," HOURS), LINES, "v2", "R"),
	    replay_at("2026-03-03T08:00:00Z"));
	/* Two periods: the longer one says when. */
	assert_int_equal(replay_next(PACK(DAILY "," TWO_DAYS), LINES, "v2", "R"),
	    replay_at("2026-03-04T00:00:00Z"));
}

static void
the_next_leaves_time_for_a_visit(void **state)
{
	(void)state;
	/* 20:00 itself is allowed, but a visit that ran over cannot begin anew there. */
	assert_int_equal(replay_next(PACK(HOURS_CLOSED), OVERRUN, "v1", "R"),
	    replay_at("2026-03-03T08:00:00Z"));
}

static void
the_deciding_clause_says_why(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, PACK(HOURS "," DAILY));
	replay_load(r, LINES);
	replay_judge(r);
	assert_non_null(strstr(replay_row(r, "v2", "R")->json, "\"count\":2"));
	assert_non_null(
	    strstr(replay_row(r, "v3", "R")->json, "\"forbidden_from\":\"20:00\""));
	assert_int_equal(
	    replay_row(r, "v3", "R")->next_utc_ms, replay_at("2026-03-04T08:00:00Z"));
	replay_clear(r);
	free(r);
}

/* Waiting cures the hour, and does not bring a second officer. */
static void
of_equal_verdicts_the_one_that_no_waiting_cures_decides(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(
	    r, PACK(HOURS ",{\"kind\":\"place\",\"parameters\":{\"forbidden\":[\"home\"]}}"));
	replay_load(r,
	    "{\"type\":\"case\",\"case\":\"c\",\"zone\":\"UTC\",\"actor\":\"third_party\"}\n"
	    "{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c\",\"channel\":\"visit\","
	    "\"place\":"
	    "\"home\",\"begin\":\"2026-03-02T21:00:00Z\",\"by\":\"collector\"}\n");
	replay_judge(r);
	assert_int_equal(replay_row(r, "v1", "R")->verdict, FV_VERDICT_FAIL);
	assert_int_equal(replay_row(r, "v1", "R")->remedy, FV_REMEDY_LIFTED_BY);
	replay_clear(r);
	free(r);
}

static void
a_next_beyond_the_last_year_is_no_answer(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, PACK(HOURS));
	replay_load(r,
	    "{\"type\":\"case\",\"case\":\"c\",\"zone\":\"UTC\",\"actor\":\"third_party\"}\n"
	    "{\"type\":\"contact\",\"id\":\"v1\",\"case\":\"c\",\"channel\":\"visit\","
	    "\"begin\":"
	    "\"9999-12-31T21:00:00Z\",\"by\":\"collector\"}\n");
	replay_judge(r);
	assert_int_equal(replay_row(r, "v1", "R")->verdict, FV_VERDICT_FAIL);
	assert_int_equal(replay_row(r, "v1", "R")->remedy, FV_REMEDY_LIFTED_BY);
	replay_clear(r);
	free(r);
}

static void
a_clause_may_have_channels_and_a_breach_of_its_own(void **state)
{
	const char *pack = PACK(DAILY
	    ",{\"kind\":\"time_window\",\"channels\":[\"call\"],\"on_breach\":\"review\","
	    "\"parameters\":{\"allowed\":[{\"from\":\"08:00\",\"to\":\"20:00\"}]}}");

	(void)state;
	expect(pack, "v3", "pass");
	expect(pack, "k1", "review");
}

/* The numbers of the law change on a date: each contact by those of its own day. */
static void
clauses_may_follow_each_other_in_time(void **state)
{
	const char *pack = PACK(
	    "{\"kind\":\"time_window\",\"until\":\"2026-03-02\",\"parameters\":{\"allowed\":"
	    "[{\"from\":\"11:00\",\"to\":\"22:00\"}]}},"
	    "{\"kind\":\"time_window\",\"from\":\"2026-03-03\",\"parameters\":{\"allowed\":"
	    "[{\"from\":\"08:00\",\"to\":\"22:00\"}]}}");

	(void)state;
	expect(pack, "v1", "fail");
	expect(pack, "v2", "pass");
	expect(pack, "v3", "pass");
}

static void
no_clause_in_force_is_not_applicable(void **state)
{
	(void)state;
	expect(PACK("{\"kind\":\"time_window\",\"from\":\"2027-01-01\",\"parameters\":{"
		    "\"allowed\":[{\"from\":\"11:00\",\"to\":\"22:00\"}]}}"),
	    "v1", "n/a");
}

static void
a_standing_kind_says_nothing_of_a_contact(void **state)
{
	(void)state;
	expect(PACK("{\"kind\":\"retention\",\"phase\":\"after\",\"parameters\":{\"anchor\":"
		    "\"last_contact\",\"min_days\":730}}"),
	    "v1", "n/a");
}

static void
refused(const char *pack, const char *field, const char *says)
{
	struct fv_rulepack_error error;
	struct fv_rulepack *out;

	assert_int_not_equal(fv_rulepack_parse(fv_span_z(pack), &out, &error), FV_OK);
	assert_string_equal(error.rule, "R");
	assert_string_equal(error.field, field);
	assert_non_null(strstr(error.text, says));
}

static void
faults_in_clauses_are_named(void **state)
{
	(void)state;
	refused(PACK(""), "clauses", "1 to 16");
	refused(PACK("{\"parameters\":{}}"), "clauses[0].kind", "missing");
	refused(PACK("{\"kind\":\"duration\",\"parameters\":{\"minute\":5}}"),
	    "clauses[0].parameters.minute", "minutes");
	refused(PACK(DAILY ",{\"kind\":\"duration\",\"strength\":\"statute\",\"parameters\":{"
			   "\"minutes\":5}}"),
	    "clauses[1].strength", "no field here");
	refused(PACK("{\"kind\":\"geofence\",\"parameters\":{}}"),
	    "clauses[0].parameters.radius_m", "radius_ft");
	refused(PACK("{\"kind\":\"consent\",\"parameters\":{}}"),
	    "clauses[0].parameters.consent", "missing");
	refused(PACK("{\"kind\":\"interval\",\"parameters\":{\"subject\":\"case\",\"fact\":"
		     "\"training\"}}"),
	    "clauses[0].parameters.subject", "officer or agency");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_contact_has_one_row_and_the_worst_verdict),
	    cmocka_unit_test(the_next_is_one_that_every_clause_allows),
	    cmocka_unit_test(the_next_leaves_time_for_a_visit),
	    cmocka_unit_test(the_deciding_clause_says_why),
	    cmocka_unit_test(of_equal_verdicts_the_one_that_no_waiting_cures_decides),
	    cmocka_unit_test(a_next_beyond_the_last_year_is_no_answer),
	    cmocka_unit_test(a_clause_may_have_channels_and_a_breach_of_its_own),
	    cmocka_unit_test(clauses_may_follow_each_other_in_time),
	    cmocka_unit_test(no_clause_in_force_is_not_applicable),
	    cmocka_unit_test(a_standing_kind_says_nothing_of_a_contact),
	    cmocka_unit_test(faults_in_clauses_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
