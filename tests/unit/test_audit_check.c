/* The question at the door, and the sentences. */
#include "tests/support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASE_AS_OF(day)                                                                       \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Shanghai\",\"lat\":23.1291,"      \
	"\"lon\":113.2644,\"actor\":\"third_party\",\"product\":\"online_loan\","             \
	"\"as_of\":\"" day "T00:00:00+08:00\"}\n"
#define CALL(begin)                                                                           \
	"{\"type\":\"contact\",\"id\":\"tried\",\"case\":\"c1\",\"channel\":\"call\","        \
	"\"begin\":\"" begin "\",\"by\":\"collector\",\"number\":\"n1\",\"outcome\":"         \
	"\"no_answer\"}\n"
/* An ordinary case: its data are fresh and somebody called first. */
#define CASE CASE_AS_OF("2026-03-02") CALL("2026-03-01T12:00:00+08:00")
#define VISIT(id, begin)                                                                      \
	"{\"type\":\"contact\",\"id\":\"" id                                                  \
	"\",\"case\":\"c1\",\"channel\":\"visit\",\"begin\":\"" begin                         \
	"\",\"by\":\"collector\"}\n"

/* One question to all three packs. */
struct asked {
	struct replay r;
	struct fv_check_plan plan;
	struct fv_check check;
};

static const char *const two[] = {"o1", "o2"};

static struct asked *
ask(const char *lines, const char *now, size_t officers)
{
	struct asked *a = calloc(1, sizeof *a);

	assert_non_null(a);
	replay_pack(&a->r, "cn-cba-2026");
	replay_pack(&a->r, "cn-gbt45251-2025");
	replay_pack(&a->r, "house");
	replay_load(&a->r, lines);
	a->plan = (struct fv_check_plan){.officers = {two, officers},
	    .place = FV_PLACE_HOME,
	    .now_utc_ms = replay_at(now),
	    .has_sync = true,
	    .sync_utc_ms = replay_at(now) - 3600000};
	assert_int_equal(fv_audit_check(a->r.audit, fv_history_find(a->r.history, "c1"),
			     &a->plan, &a->check),
	    FV_OK);
	return a;
}

static void
done(struct asked *a)
{
	fv_check_clear(&a->check);
	replay_clear(&a->r);
	free(a);
}

static void
nothing_forbids_two_officers_in_the_morning(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T10:00:00+08:00", 2);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_NONE_FORBIDS);
	assert_false(a->check.has_next);
	for (size_t i = 0; i < a->check.finding_count; i++)
		assert_int_equal(a->check.findings[i].rule->clauses[0].phase, FV_PHASE_BEFORE);
	done(a);
}

/* All that China has, and the house: an ordinary working day must stay possible. */
static enum fv_check_answer
ask_all_of_china(const char *lines, const char *now, struct fv_check *check)
{
	static const char *const packs[] = {"cn-cba-2026", "cn-gbt45251-2025", "cn-card-2011",
	    "cn-statutes", "cn-nifa-2018", "cn-nifa-2024", "house"};
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++)
		replay_pack(r, packs[i]);
	replay_load(r, lines);
	const struct fv_check_plan plan = {.officers = {two, 2},
	    .place = FV_PLACE_HOME,
	    .now_utc_ms = replay_at(now),
	    .has_sync = true,
	    .sync_utc_ms = replay_at(now) - 3600000};
	assert_int_equal(
	    fv_audit_check(r->audit, fv_history_find(r->history, "c1"), &plan, check), FV_OK);
	enum fv_check_answer answer = check->answer;
	fv_check_clear(check);
	replay_clear(r);
	free(r);
	return answer;
}

static void
all_of_china_and_the_house_leave_a_working_day(void **state)
{
	const char *fresh = CASE_AS_OF("2026-09-29") CALL("2026-09-28T12:00:00+08:00");
	struct fv_check check;

	(void)state;
	assert_int_equal(ask_all_of_china(fresh, "2026-09-30T10:00:00+08:00", &check),
	    FV_CHECK_NONE_FORBIDS);
	/* Nobody called, or the debt data are old: a person decides. */
	assert_int_equal(
	    ask_all_of_china(CASE_AS_OF("2026-09-29"), "2026-09-30T10:00:00+08:00", &check),
	    FV_CHECK_ASK);
	assert_int_equal(
	    ask_all_of_china(CASE_AS_OF("2026-09-20") CALL("2026-09-28T12:00:00+08:00"),
		"2026-09-30T10:00:00+08:00", &check),
	    FV_CHECK_ASK);
	/* National day, and a Saturday on which people work. */
	assert_int_equal(
	    ask_all_of_china(fresh, "2026-10-01T10:00:00+08:00", &check), FV_CHECK_NOT_NOW);
	assert_int_equal(
	    ask_all_of_china(CASE_AS_OF("2026-10-09") CALL("2026-10-08T12:00:00+08:00"),
		"2026-10-10T10:00:00+08:00", &check),
	    FV_CHECK_NONE_FORBIDS);
	/* Beyond the last year that the calendar covers nobody knows. */
	assert_int_equal(
	    ask_all_of_china(CASE_AS_OF("2027-03-01") CALL("2027-03-01T12:00:00+08:00"),
		"2027-03-02T10:00:00+08:00", &check),
	    FV_CHECK_ASK);
}

static void
duties_are_listed_and_not_judged(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T10:00:00+08:00", 2);
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < a->check.duty_count; i++) {
		assert_int_equal(a->check.duties[i]->clauses[0].phase, FV_PHASE_DURING);
		seen += strcmp(a->check.duties[i]->id, "CN-07") == 0;
		seen += strcmp(a->check.duties[i]->id, "CN-08") == 0;
		assert_string_not_equal(a->check.duties[i]->id, "CN-11");
	}
	assert_int_equal(seen, 2);
	done(a);
}

static void
at_night_the_answer_names_the_morning(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T22:10:00+08:00", 2);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_NOT_NOW);
	assert_true(a->check.has_next);
	assert_int_equal(a->check.next_utc_ms, replay_at("2026-03-03T09:00:00+08:00"));
	assert_int_equal(a->check.next_offset_s, 8 * 3600);
	assert_int_equal(a->check.findings[0].verdict, FV_VERDICT_FAIL);
	assert_string_equal(a->check.findings[0].rule->id, "CN-01"); /* graver than CN-02 */
	done(a);
}

static void
the_next_instant_is_one_that_all_rules_allow(void **state)
{
	/* Two visits in the week before: the house allows the third on the 9th, the law's
	 * hours from eight o'clock, the house's from nine. */
	struct asked *a = ask(CASE VISIT("a", "2026-03-02T10:00:00+08:00")
				  VISIT("b", "2026-03-04T10:00:00+08:00"),
	    "2026-03-05T10:00:00+08:00", 2);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_NOT_NOW);
	assert_true(a->check.has_next);
	assert_int_equal(a->check.next_utc_ms, replay_at("2026-03-09T09:00:00+08:00"));
	done(a);
}

static void
the_next_instant_passes_when_it_comes(void **state)
{
	const char *lines = CASE VISIT("a", "2026-03-02T10:00:00+08:00")
	    VISIT("b", "2026-03-04T10:00:00+08:00");
	struct asked *a = ask(lines, "2026-03-09T09:00:00+08:00", 2);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_NONE_FORBIDS);
	done(a);
	a = ask(lines, "2026-03-09T08:59:59+08:00", 2);
	assert_int_equal(a->check.answer, FV_CHECK_ASK);
	done(a);
	a = ask(lines, "2026-03-08T23:59:59+08:00", 2);
	assert_int_equal(a->check.answer, FV_CHECK_NOT_NOW);
	done(a);
}

static void
one_officer_alone_is_not_cured_by_waiting(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T22:10:00+08:00", 1);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_NOT_NOW);
	assert_false(a->check.has_next);
	done(a);
}

static void
officers_that_nobody_named_are_for_a_person(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T10:00:00+08:00", 0);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_ASK);
	assert_int_equal(a->check.findings[0].remedy, FV_REMEDY_MISSING);
	done(a);
}

static void
an_old_history_is_for_a_person(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T10:00:00+08:00", 2);

	(void)state;
	fv_check_clear(&a->check);
	a->plan.sync_utc_ms = a->plan.now_utc_ms - 24 * 3600000;
	assert_int_equal(fv_audit_check(a->r.audit, fv_history_find(a->r.history, "c1"),
			     &a->plan, &a->check),
	    FV_OK);
	assert_int_equal(a->check.answer, FV_CHECK_NONE_FORBIDS);
	fv_check_clear(&a->check);
	a->plan.sync_utc_ms--;
	assert_int_equal(fv_audit_check(a->r.audit, fv_history_find(a->r.history, "c1"),
			     &a->plan, &a->check),
	    FV_OK);
	assert_int_equal(a->check.answer, FV_CHECK_ASK);
	fv_check_clear(&a->check);
	a->plan.has_sync = false;
	assert_int_equal(fv_audit_check(a->r.audit, fv_history_find(a->r.history, "c1"),
			     &a->plan, &a->check),
	    FV_OK);
	assert_int_equal(a->check.answer, FV_CHECK_ASK);
	done(a);
}

static void
a_long_visit_is_planned_over_its_length(void **state)
{
	struct asked *a = ask(CASE, "2026-03-02T21:50:00+08:00", 2);

	(void)state;
	assert_int_equal(a->check.answer, FV_CHECK_ASK); /* after the house's hours */
	fv_check_clear(&a->check);
	a->plan.length_ms = 30 * 60000;
	assert_int_equal(fv_audit_check(a->r.audit, fv_history_find(a->r.history, "c1"),
			     &a->plan, &a->check),
	    FV_OK);
	assert_int_equal(a->check.answer, FV_CHECK_NOT_NOW);
	done(a);
}

static size_t
characters(const char *z)
{
	size_t n = 0;

	for (; *z != '\0'; z++)
		n += ((unsigned char)*z & 0xc0U) != 0x80;
	return n;
}

/* Every verdict of the example file, and its remedies. */
static void
every_sentence_fits_and_says_one_thing_to_do(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	char text[8192];
	FILE *f = fopen("tests/data/try.jsonl", "re");
	struct fv_buf en = {0};
	size_t by_verdict[FV_VERDICT_FAIL + 1] = {0};

	(void)state;
	assert_non_null(r);
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	replay_pack(r, "cn-cba-2026");
	replay_pack(r, "cn-gbt45251-2025");
	replay_pack(r, "house");
	replay_load(r, text);
	replay_judge(r);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct replay_row *row = &r->rows[i];
		int remedies = (strstr(row->json, ",\"next\":") != NULL) +
		    (strstr(row->json, ",\"lifted_by\":") != NULL) +
		    (strstr(row->json, ",\"missing\":") != NULL);
		bool is_good =
		    row->verdict == FV_VERDICT_PASS || row->verdict == FV_VERDICT_NA;
		assert_int_equal(remedies, is_good ? 0 : 1);
		by_verdict[row->verdict]++;
		const char *why = strstr(row->json, "\"why\":{\"en\":\"") + 13;
		fv_buf_reset(&en);
		fv_buf_put(&en, why, strcspn(why, "\""));
		assert_in_range(characters(fv_buf_z(&en)), 8, FV_AUDIT_WHY_EN_MAX);
		assert_null(strstr(fv_buf_z(&en), "?"));
		const char *zh = strstr(row->json, "\"zh\":\"") + 6;
		fv_buf_reset(&en);
		fv_buf_put(&en, zh, strcspn(zh, "\""));
		assert_in_range(characters(fv_buf_z(&en)), 4, FV_AUDIT_WHY_ZH_MAX);
	}
	for (size_t v = FV_VERDICT_NA; v <= FV_VERDICT_FAIL; v++)
		assert_true(by_verdict[v] > 0);
	fv_buf_clear(&en);
	replay_clear(r);
	free(r);
}

static void
a_time_sentence_names_hour_zone_rule_and_what_to_do(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, "cn-cba-2026");
	replay_load(r, CASE VISIT("v1", "2026-03-02T22:10:00+08:00"));
	replay_judge(r);
	const char *json = replay_row(r, "v1", "CN-01")->json;
	assert_non_null(strstr(json,
	    "\"en\":\"Not now: 22:10 in Asia/Shanghai is inside 22:00 to 08:00 (CBA 2026 ch. "
	    "3, "
	    "secondary source). Allowed from 08:00.\""));
	assert_non_null(strstr(json, "Asia/Shanghai 22:10"));
	assert_non_null(strstr(json, "\"next\":\"2026-03-03T08:00:00+08:00\"}"));
	assert_non_null(strstr(json,
	    "\"severity\":3,\"citation\":\"CBA 2026 ch. 3 (secondary "
	    "source)\""));
	replay_clear(r);
	free(r);
}

static void
a_sentence_says_words_and_never_the_name_of_a_code(void **state)
{
	struct replay *r = calloc(1, sizeof *r);

	(void)state;
	assert_non_null(r);
	replay_pack(r, "house");
	replay_load(r,
	    CASE VISIT(
		"v1", "2027-03-02T10:00:00+08:00") "{\"type\":\"case\",\"case\":\"c2\","
						   "\"zone\":\"Europe/London\",\"actor\":"
						   "\"third_party\"}\n{\"type\":\"contact\","
						   "\"id\":\"v2\",\"case\":\"c2\",\"channel\":"
						   "\"visit\",\"begin\":\"2027-03-02T10:00:"
						   "00Z\",\"by\":\"collector\"}\n"
						   "{\"type\":\"event\",\"id\":\"e1\","
						   "\"case\":\"c1\",\"kind\":\"minor_alone\","
						   "\"at\":\"2027-03-01T10:00:00+08:00\"}\n");
	replay_judge(r);
	const char *json = replay_row(r, "v1", "house-no-return")->json;
	assert_non_null(
	    strstr(json, "\"On hold since 2027-03-01 (minor alone) (house policy).\""));
	assert_non_null(strstr(json, "\"自 2027-03-01 起停催：仅有未成年人（内部政策）。\""));
	assert_non_null(strstr(json, "\"kind\":\"minor_alone\""));
	json = replay_row(r, "v2", "house-holidays")->json;
	assert_non_null(strstr(json, "the calendar of the place does not cover it"));
	assert_non_null(strstr(json, "当地 日历未覆盖（内部政策）"));
	replay_clear(r);
	free(r);
}

static void
a_finding_has_an_id_of_its_subject_pack_and_rule(void **state)
{
	static const char joined[] = "fieldvisit/finding/v1\0v1\0cn-cba-2026\0CN-01";
	struct fv_hash hash;
	uint8_t id[FV_FINDING_ID_BYTES];
	uint8_t other[FV_FINDING_ID_BYTES];

	(void)state;
	fv_sha256(fv_span_of(joined, sizeof joined - 1), &hash);
	fv_finding_id("v1", "cn-cba-2026", "CN-01", id);
	assert_memory_equal(id, hash.b, sizeof id);
	fv_finding_id("case:v1", "cn-cba-2026", "CN-01", other);
	assert_memory_not_equal(id, other, sizeof id);
}

static enum fv_err
keep_hash(const struct fv_finding *f, void *ctx)
{
	struct fv_hash expected;
	struct fv_hash *got = ctx;
	struct fv_buf json = {0};

	assert_int_equal(fv_audit_inputs_hash(f, got), FV_OK);
	fv_audit_put_inputs(&json, f);
	fv_sha256(fv_buf_span(&json), &expected);
	assert_memory_equal(got->b, expected.b, sizeof expected.b);
	assert_int_equal(json.ptr[0], '{');
	fv_buf_clear(&json);
	return FV_OK;
}

static void
inputs_are_hashed_as_they_are_written(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	struct fv_hash hash = {{0}};

	(void)state;
	assert_non_null(r);
	replay_pack(r, "house");
	replay_load(r, CASE VISIT("v1", "2026-03-02T22:10:00+08:00"));
	assert_int_equal(
	    fv_audit_case(r->audit, fv_history_find(r->history, "c1"), keep_hash, &hash),
	    FV_OK);
	replay_clear(r);
	free(r);
}

static enum fv_err
stop(const struct fv_finding *f, void *ctx)
{
	(void)f;
	(*(int *)ctx)++;
	return FV_EIO;
}

static void
an_error_of_the_callback_stops_the_audit(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	int calls = 0;

	(void)state;
	assert_non_null(r);
	replay_pack(r, "house");
	replay_load(r, CASE VISIT("v1", "2026-03-02T22:10:00+08:00"));
	assert_int_equal(
	    fv_audit_case(r->audit, fv_history_find(r->history, "c1"), stop, &calls), FV_EIO);
	assert_int_equal(calls, 1);
	replay_clear(r);
	free(r);
}

static void
a_zone_that_nobody_knows_is_an_error(void **state)
{
	struct replay *r = calloc(1, sizeof *r);
	int calls = 0;

	(void)state;
	assert_non_null(r);
	replay_pack(r, "house");
	replay_load(r,
	    "{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"Asia/Nowhere\",\"actor\":"
	    "\"third_party\"}\n" VISIT("v1", "2026-03-02T22:10:00+08:00"));
	assert_int_equal(
	    fv_audit_case(r->audit, fv_history_find(r->history, "c1"), stop, &calls),
	    FV_ENOENT);
	assert_int_equal(calls, 0);
	replay_clear(r);
	free(r);
}

static void
an_audit_needs_packs_and_not_too_many(void **state)
{
	struct fv_audit_opts opts = {.pack_count = 0};
	struct fv_audit *audit;

	(void)state;
	assert_int_equal(fv_audit_new(&opts, &audit), FV_ERANGE);
	assert_null(audit);
	opts.pack_count = FV_AUDIT_PACKS_MAX + 1;
	assert_int_equal(fv_audit_new(&opts, &audit), FV_ERANGE);
	fv_audit_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_forbids_two_officers_in_the_morning),
	    cmocka_unit_test(all_of_china_and_the_house_leave_a_working_day),
	    cmocka_unit_test(duties_are_listed_and_not_judged),
	    cmocka_unit_test(at_night_the_answer_names_the_morning),
	    cmocka_unit_test(the_next_instant_is_one_that_all_rules_allow),
	    cmocka_unit_test(the_next_instant_passes_when_it_comes),
	    cmocka_unit_test(one_officer_alone_is_not_cured_by_waiting),
	    cmocka_unit_test(officers_that_nobody_named_are_for_a_person),
	    cmocka_unit_test(an_old_history_is_for_a_person),
	    cmocka_unit_test(a_long_visit_is_planned_over_its_length),
	    cmocka_unit_test(every_sentence_fits_and_says_one_thing_to_do),
	    cmocka_unit_test(a_time_sentence_names_hour_zone_rule_and_what_to_do),
	    cmocka_unit_test(a_sentence_says_words_and_never_the_name_of_a_code),
	    cmocka_unit_test(a_finding_has_an_id_of_its_subject_pack_and_rule),
	    cmocka_unit_test(inputs_are_hashed_as_they_are_written),
	    cmocka_unit_test(an_error_of_the_callback_stops_the_audit),
	    cmocka_unit_test(a_zone_that_nobody_knows_is_an_error),
	    cmocka_unit_test(an_audit_needs_packs_and_not_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
