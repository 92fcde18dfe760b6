/* Standing findings: what counts and dates mean by each kind of rule. */
#include "fv/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY(y, m, d) fv_days_from_civil(y, m, d)
#define CONTACT_MS INT64_C(1772416800000) /* 2026-03-02T02:00:00Z */

/* A pack of one rule, and what was said of the facts. */
struct asked {
	struct fv_rulepack *pack;
	struct fv_finding f;
	struct fv_buf en, zh, json;
};

static void
ask(struct asked *a, const char *kind, const char *parameters, const char *more,
    const struct fv_standing_facts *facts)
{
	struct fv_rulepack_error why;
	char text[2048];

	(void)snprintf(text, sizeof text,
	    "{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","
	    "\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[{"
	    "\"id\":\"r1\",\"kind\":\"%s\",\"channels\":[\"visit\"],\"phase\":\"after\","
	    "\"on_breach\":\"fail\",\"strength\":\"regulation\",\"confidence\":\"S\","
	    "\"citation\":\"law 1\",\"parameters\":{%s},"
	    "\"text\":{\"en\":\"e\",\"zh\":\"z\"}%s}]}",
	    kind, parameters, more);
	memset(a, 0, sizeof *a);
	if (fv_rulepack_parse(fv_span_z(text), &a->pack, &why) != FV_OK)
		fail_msg("%s: %s", why.field, why.text);
	assert_true(fv_rule_stands(&a->pack->rules[0]));
	fv_standing_judge(
	    a->pack, &a->pack->rules[0], &a->pack->rules[0].clauses[0], facts, &a->f);
	a->f.subject_id = "officer:o1";
	fv_audit_put_why(&a->en, &a->f, false);
	fv_audit_put_why(&a->zh, &a->f, true);
	fv_audit_put_json(&a->json, &a->f);
	assert_null(strchr(fv_buf_z(&a->en), '?'));
	assert_null(strchr(fv_buf_z(&a->zh), '?'));
}

static void
clear(struct asked *a)
{
	fv_rulepack_free(a->pack);
	fv_buf_clear(&a->en);
	fv_buf_clear(&a->zh);
	fv_buf_clear(&a->json);
}

/* The verdict, and the English sentence begins so.  A breach has exactly one remedy. */
static void
expect(const char *kind, const char *parameters, const struct fv_standing_facts *facts,
    const char *verdict, const char *begins)
{
	const char *const remedies[] = {"\"next\":", "\"lifted_by\":", "\"missing\":"};
	struct asked a;
	int count = 0;

	ask(&a, kind, parameters, "", facts);
	assert_string_equal(fv_verdict_word(a.f.verdict), verdict);
	if (strncmp(fv_buf_z(&a.en), begins, strlen(begins)) != 0)
		fail_msg("'%s' does not begin with '%s'", fv_buf_z(&a.en), begins);
	for (size_t i = 0; i < 3; i++)
		count += strstr(fv_buf_z(&a.json), remedies[i]) != NULL ? 1 : 0;
	assert_int_equal(
	    count, a.f.verdict == FV_VERDICT_FAIL || a.f.verdict == FV_VERDICT_REVIEW ? 1 : 0);
	assert_non_null(strstr(fv_buf_z(&a.json), "\"subject\":\"officer:o1\""));
	clear(&a);
}

#define TRAINING "\"subject\":\"officer\",\"fact\":\"training\",\"days\":365"
#define CONTRACT "\"subject\":\"agency\",\"fact\":\"contract\""

static void
a_date_passes_until_its_interval_is_over_and_then_fails(void **state)
{
	struct fv_standing_facts f = {.has_date = true, .date = DAY(2025, 3, 1)};

	(void)state;
	f.today = DAY(2026, 3, 1);
	expect("interval", TRAINING, &f, "pass", "training is in order until 2026-03-01");
	f.today++;
	expect("interval", TRAINING, &f, "fail", "training of 2025-03-01 is older than 365");
	f.today = f.date;
	expect("interval", CONTRACT, &f, "pass", "contract is in order until 2025-03-01");
	f.today++;
	expect("interval", CONTRACT, &f, "fail", "contract ended on 2025-03-01");
}

static void
an_unknown_date_is_for_a_person_and_says_which_is_missing(void **state)
{
	const struct fv_standing_facts f = {.today = DAY(2026, 3, 1)};
	struct asked a;

	(void)state;
	expect("interval", TRAINING, &f, "review", "No date of training is known");
	ask(&a, "interval", TRAINING, "", &f);
	assert_non_null(strstr(fv_buf_z(&a.json), "\"missing\":\"training\""));
	clear(&a);
}

/* The Chinese sentence has these words. */
static void
expect_zh(const char *kind, const char *parameters, const struct fv_standing_facts *facts,
    const char *words)
{
	struct asked a;

	ask(&a, kind, parameters, "", facts);
	if (strstr(fv_buf_z(&a.zh), words) == NULL)
		fail_msg("'%s' has no '%s'", fv_buf_z(&a.zh), words);
	clear(&a);
}

static void
in_chinese_too_a_date_and_a_share_say_of_what(void **state)
{
	static const char *const facts[][2] = {{"training", "没有培训日期"},
	    {"certificate", "没有证书日期"}, {"evaluation", "没有评估日期"},
	    {"inspection", "没有检查日期"}, {"white_list", "没有白名单日期"},
	    {"contract", "没有合同日期"}, {"consent", "没有同意日期"}};
	static const char *const shares[][2] = {{"manual", "人工更正：200 次"},
	    {"consent", "仅凭本人所记：200 次"}, {"exception", "违规或须人判断：200 次"}};
	struct fv_standing_facts f = {
	    .today = DAY(2026, 3, 1), .visits = 200, .hits = 190, .date = DAY(2025, 1, 1)};
	char parameters[128];

	(void)state;
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		(void)snprintf(parameters, sizeof parameters,
		    "\"subject\":\"%s\",\"fact\":\"%s\",\"days\":1",
		    i == 0 || i == 1 || i == 6 ? "officer" : "agency", facts[i][0]);
		expect_zh("interval", parameters, &f, facts[i][1]);
	}
	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
		(void)snprintf(parameters, sizeof parameters,
		    "\"subject\":\"officer\",\"of\":\"%s\",\"max_percent\":20,\"days\":90",
		    shares[i][0]);
		expect_zh("rate", parameters, &f, shares[i][1]);
	}
	f.has_date = true;
	expect_zh("interval", TRAINING, &f, "2025-01-01 的培训已超过 365 天");
	expect_zh("interval", CONTRACT, &f, "合同已于 2025-01-01 到期");
	f.date = f.today;
	expect_zh("interval", CONTRACT, &f, "合同有效至 2026-03-01");
}

#define THREE_YEARS "\"anchor\":\"last_contact\",\"min_days\":1096"

static void
records_are_kept_from_the_last_contact_on(void **state)
{
	struct fv_standing_kept kept[] = {{DAY(2026, 1, 1), false}, {DAY(2026, 3, 1), false}};
	struct fv_standing_facts f = {.today = DAY(2026, 6, 1), .kept = kept, .kept_count = 2};

	(void)state;
	expect("retention", THREE_YEARS, &f, "pass", "Keep the records until 2029-03-01");
	kept[0].is_erased = true;
	f.today = DAY(2029, 2, 28);
	expect(
	    "retention", THREE_YEARS, &f, "fail", "1 record(s) were erased before 2029-03-01");
	f.today++;
	expect("retention", THREE_YEARS, &f, "pass", "Keep the records until 2029-03-01");
	f.kept_count = 0;
	expect("retention", THREE_YEARS, &f, "n/a", "No contact");
}

static void
a_later_contact_does_not_make_an_old_deletion_wrong(void **state)
{
	const struct fv_standing_kept kept[] = {
	    {DAY(2020, 1, 1), true}, {DAY(2020, 6, 1), true}, {DAY(2026, 3, 1), false}};
	struct fv_standing_facts f = {.today = DAY(2026, 6, 1), .kept = kept, .kept_count = 3};

	(void)state;
	expect("retention", THREE_YEARS, &f, "pass", "Keep the records until 2029-03-01");
	f.today = DAY(2023, 5, 31);
	f.kept_count = 2;
	expect("retention", THREE_YEARS, &f, "fail", "2 record(s)");
}

static void
what_is_kept_past_its_time_is_to_be_deleted(void **state)
{
	struct fv_standing_kept kept[] = {{DAY(2026, 1, 1), false}, {DAY(2026, 3, 1), false}};
	struct fv_standing_facts f = {
	    .today = DAY(2026, 1, 31), .kept = kept, .kept_count = 2};
	const char *month = "\"anchor\":\"contact\",\"max_days\":30";
	struct asked a;

	(void)state;
	expect("retention", month, &f, "pass", "Delete the records by 2026-01-31");
	f.today++;
	expect(
	    "retention", month, &f, "review", "The records were to be deleted by 2026-01-31");
	ask(&a, "retention", month, "", &f);
	assert_non_null(strstr(fv_buf_z(&a.json), "\"step\":\"delete\""));
	clear(&a);
	kept[0].is_erased = true;
	expect("retention", month, &f, "pass", "Delete the records by 2026-03-31");
	kept[1].is_erased = true;
	expect("retention", month, &f, "pass", "The records are deleted");
}

static void
before_the_debt_is_settled_no_time_runs_and_nothing_may_go(void **state)
{
	struct fv_standing_kept kept[] = {{DAY(2020, 1, 1), false}};
	struct fv_standing_facts f = {.today = DAY(2026, 1, 1), .kept = kept, .kept_count = 1};
	const char *settled = "\"anchor\":\"settled\",\"min_days\":1";

	(void)state;
	expect("retention", settled, &f, "pass", "Keep the records: the debt is not settled");
	kept[0].is_erased = true;
	expect("retention", settled, &f, "fail",
	    "1 record(s) were erased before the debt was settled");
	f.is_settled = true;
	f.settled_day = DAY(2025, 12, 31);
	expect("retention", settled, &f, "pass", "Keep the records until 2026-01-01");
}

#define MANUAL                                                                                \
	"\"subject\":\"agency\",\"of\":\"manual\",\"max_percent\":15,\"days\":91,"            \
	"\"min_visits\":20"

static void
a_share_over_the_limit_fails_and_at_the_limit_passes(void **state)
{
	struct fv_standing_facts f = {.today = DAY(2026, 6, 1), .visits = 1000, .hits = 150};

	(void)state;
	expect("rate", MANUAL, &f, "pass",
	    "Corrected by hand: 15 % of 1000 visits, at most 15 %");
	f.hits = 151;
	expect(
	    "rate", MANUAL, &f, "fail", "Corrected by hand: 16 % of 1000 visits, where 15 %");
	f = (struct fv_standing_facts){.today = f.today, .visits = 19, .hits = 19};
	expect("rate", MANUAL, &f, "n/a", "19 visits are too few");
	f.visits = 0;
	expect("rate", MANUAL, &f, "n/a", "0 visits are too few");
}

#define GREEN "\"seconds\":10,\"percent\":90,\"days\":30,\"min_visits\":10"

static void
always_complete_at_once_or_never_a_refusal_is_a_hint_for_the_auditor(void **state)
{
	struct fv_standing_facts f = {.today = DAY(2026, 6, 1),
	    .visits = 100,
	    .hits = 90,
	    .refusals = 1,
	    .others_refusals = 4};
	struct asked a;

	(void)state;
	expect("always_green", GREEN, &f, "pass", "Nothing here");
	f.hits = 91;
	expect("always_green", GREEN, &f, "review",
	    "Hint: the checklist was complete within 10 s in 91 % of 100 visits");
	ask(&a, "always_green", GREEN, "", &f);
	assert_true(a.f.is_hint);
	assert_non_null(strstr(fv_buf_z(&a.json), ",\"hint\":true,\"audience\":\"auditor\"}"));
	clear(&a);
	f.hits = 0;
	f.refusals = 0;
	expect("always_green", GREEN, &f, "review", "Hint: no refusal, stop or complaint");
	f.others_refusals = 0;
	expect("always_green", GREEN, &f, "pass", "Nothing here");
	f.visits = 9;
	expect("always_green", GREEN, &f, "n/a", "9 visits are too few");
}

static void
a_stop_says_its_interval_and_nothing_else_of_the_track(void **state)
{
	struct fv_standing_facts f = {.today = DAY(2026, 3, 2),
	    .zone = "Asia/Shanghai",
	    .offset_s = 28800,
	    .officer = "o1",
	    .begin_ms = CONTACT_MS,
	    .end_ms = CONTACT_MS + 300000};
	const char *stop = "\"minutes\":5,\"radius_m\":100,\"within_minutes\":15";
	struct asked a;

	(void)state;
	expect("unlogged_stop", stop, &f, "review",
	    "Hint: a stop from 10:00 to 10:05 in Asia/Shanghai at the case");
	ask(&a, "unlogged_stop", stop, "", &f);
	fv_buf_reset(&a.json);
	fv_audit_put_inputs(&a.json, &a.f);
	assert_string_equal(fv_buf_z(&a.json),
	    "{\"begin\":\"2026-03-02T10:00:00+08:00\",\"end\":\"2026-03-02T10:05:00+08:00\","
	    "\"officer\":\"o1\",\"says\":\"unlogged_stop\",\"zone\":\"Asia/Shanghai\"}");
	clear(&a);
	f.is_explained = true;
	expect("unlogged_stop", stop, &f, "pass", "Nothing here");
	f.is_explained = false;
	f.end_ms--;
	expect("unlogged_stop", stop, &f, "pass", "Nothing here");
}

static void
a_visit_without_track_and_one_logged_twice_are_hints(void **state)
{
	struct fv_standing_facts f = {.today = DAY(2026, 3, 2),
	    .zone = "Asia/Shanghai",
	    .offset_s = 28800,
	    .begin_ms = CONTACT_MS,
	    .other = "v-1-2"};

	(void)state;
	expect("no_track", "\"minutes\":60", &f, "review", "Hint: no position for 60 min");
	expect("duplicate", "\"minutes\":10", &f, "review",
	    "Hint: another visit began at 10:00 in Asia/Shanghai");
	f.is_explained = true;
	expect("no_track", "\"minutes\":60", &f, "pass", "Nothing here");
	expect("duplicate", "\"minutes\":10", &f, "pass", "Nothing here");
}

static void
a_rule_not_in_force_today_says_so(void **state)
{
	struct fv_standing_facts f = {.today = DAY(2026, 3, 1)};
	struct asked a;

	(void)state;
	ask(&a, "interval", TRAINING, ",\"from\":\"2026-03-02\"", &f);
	assert_int_equal(a.f.verdict, FV_VERDICT_NA);
	assert_non_null(strstr(fv_buf_z(&a.en), "begins on 2026-03-02"));
	clear(&a);
	ask(&a, "interval", TRAINING, ",\"until\":\"2026-02-28\"", &f);
	assert_int_equal(a.f.verdict, FV_VERDICT_NA);
	assert_non_null(strstr(fv_buf_z(&a.en), "ended on 2026-02-28"));
	clear(&a);
}

static void
a_stored_finding_gets_its_sentence_back(void **state)
{
	const struct fv_standing_facts f = {
	    .today = DAY(2026, 6, 1), .has_date = true, .date = DAY(2025, 1, 1)};
	struct fv_buf text = {0};
	struct asked a;
	struct fv_finding back;

	(void)state;
	ask(&a, "interval", TRAINING, "", &f);
	back = a.f;
	back.reason = 0;
	back.remedy = FV_REMEDY_NONE;
	back.who_or_what = NULL;
	back.severity = 0;
	assert_int_equal(fv_standing_restore(&back), FV_OK);
	fv_audit_put_json(&text, &back);
	assert_string_equal(fv_buf_z(&text), fv_buf_z(&a.json));
	back.input_count = 0;
	assert_int_equal(fv_standing_restore(&back), FV_EFORMAT);
	fv_standing_withdraw(a.pack, &a.pack->rules[0], &back);
	assert_int_equal(back.verdict, FV_VERDICT_NA);
	assert_int_equal(fv_standing_restore(&back), FV_OK);
	fv_buf_clear(&text);
	clear(&a);
}

static void
a_rule_does_not_mix_contacts_and_what_stands(void **state)
{
	const char *text =
	    "{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","
	    "\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[{"
	    "\"id\":\"r1\",\"channels\":[\"visit\"],\"phase\":\"after\","
	    "\"on_breach\":\"fail\",\"strength\":\"regulation\",\"confidence\":\"S\","
	    "\"citation\":\"law 1\",\"text\":{\"en\":\"e\",\"zh\":\"z\"},\"clauses\":["
	    "{\"kind\":\"identify\",\"parameters\":{}},"
	    "{\"kind\":\"duplicate\",\"parameters\":{\"minutes\":5}}]}]}";
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;

	(void)state;
	assert_int_equal(fv_rulepack_parse(fv_span_z(text), &pack, &why), FV_EFORMAT);
	assert_non_null(strstr(why.field, "kind"));
	assert_string_equal(why.rule, "r1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_date_passes_until_its_interval_is_over_and_then_fails),
	    cmocka_unit_test(an_unknown_date_is_for_a_person_and_says_which_is_missing),
	    cmocka_unit_test(in_chinese_too_a_date_and_a_share_say_of_what),
	    cmocka_unit_test(records_are_kept_from_the_last_contact_on),
	    cmocka_unit_test(a_later_contact_does_not_make_an_old_deletion_wrong),
	    cmocka_unit_test(what_is_kept_past_its_time_is_to_be_deleted),
	    cmocka_unit_test(before_the_debt_is_settled_no_time_runs_and_nothing_may_go),
	    cmocka_unit_test(a_share_over_the_limit_fails_and_at_the_limit_passes),
	    cmocka_unit_test(
		always_complete_at_once_or_never_a_refusal_is_a_hint_for_the_auditor),
	    cmocka_unit_test(a_stop_says_its_interval_and_nothing_else_of_the_track),
	    cmocka_unit_test(a_visit_without_track_and_one_logged_twice_are_hints),
	    cmocka_unit_test(a_rule_not_in_force_today_says_so),
	    cmocka_unit_test(a_stored_finding_gets_its_sentence_back),
	    cmocka_unit_test(a_rule_does_not_mix_contacts_and_what_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
