#include "sync-server/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "fv/order.h"
#include "sync-server/ingest.h"
#include "sync-server/report.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/records.h"
#include "tests/support/days.h"
#include "tests/support/told.h"
#include "tests/support/made.h"
#include "tests/support/people.h"

#define SHUFFLES 200

static enum fv_err
append(const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx)
{
	struct fv_store *store = ctx;
	struct fv_store_finding copy = *row;

	(void)finding;
	copy.judged_ms = DAYS_NOW;
	return fv_store_finding_append(store, &copy);
}

/* Write revisions of everything as it stands.  Returns how many. */
static size_t
audit(struct days *w)
{
	static const char *const ids[] = {"c1", "c2"};
	const struct judge_opts opts = {.today_utc_ms = DAYS_TODAY};
	struct judgement judgement;
	struct fv_store_case row;
	struct judge *judge;
	size_t written = 0;

	assert_int_equal(judge_open(&judge, w->p.store, &opts), FV_OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    fv_store_case_get(w->p.store, fv_span_z(ids[i]), &row), FV_OK);
		assert_int_equal(judge_case(judge, &row, &judgement), FV_OK);
		assert_null(judgement.problem);
		written += judgement.finding_count;
		assert_int_equal(fv_store_begin(w->p.store), FV_OK);
		assert_int_equal(
		    judge_each_change(judge, &judgement, append, w->p.store), FV_OK);
		assert_int_equal(fv_store_commit(w->p.store), FV_OK);
		judgement_clear(&judgement);
	}
	judge_close(judge);
	return written;
}

static struct judge *
open_for_report(struct days *w)
{
	const struct judge_opts opts = {.today_utc_ms = DAYS_TODAY, .has_texts = true};
	struct judge *judge;

	assert_int_equal(judge_open(&judge, w->p.store, &opts), FV_OK);
	return judge;
}

typedef void (*put_fn)(struct fv_buf *out, const struct report *report);

static void
report_of(struct days *w, const char *case_id, put_fn put, struct fv_buf *out)
{
	struct report_options options = {
	    .case_id = case_id, .all_days = true, .now_ms = DAYS_TODAY};
	struct report report;
	struct judge *judge = open_for_report(w);

	assert_int_equal(report_make(&report, w->p.store, judge, &options), FV_OK);
	put(out, &report);
	assert_int_equal(fv_buf_status(out), FV_OK);
	report_clear(&report);
	judge_close(judge);
}

static enum fv_err
count_provisional(const struct fv_store_finding *finding, void *ctx)
{
	size_t *count = ctx;

	*count += finding->is_provisional ? 1U : 0U;
	return FV_OK;
}

static void
any_order_of_arrival_gives_the_same_final_report(void **state)
{
	struct days *w = *state;
	struct fv_buf want = {0}, got = {0};
	uint64_t x = 7;

	days_send(w, 0, 0, w->sets[0].count);
	days_send(w, 1, 0, w->sets[1].count);
	days_import(w);
	report_of(w, NULL, report_put_json, &want);
	for (int round = 0; round < SHUFFLES; round++) {
		size_t next[2] = {0, 0}, provisional = 0;
		bool is_imported = false;

		days_close_place(&w->p);
		days_open_place(w);
		while (
		    next[0] < w->sets[0].count || next[1] < w->sets[1].count || !is_imported) {
			size_t which = days_random(&x) % 2, span = 1 + days_random(&x) % 7;
			size_t from = next[which];

			if (!is_imported && days_random(&x) % 8 == 0) {
				days_import(w);
				is_imported = true;
			}
			if (next[which] == w->sets[which].count)
				continue;
			if (days_random(&x) % 4 == 0)
				from =
				    days_random(&x) % (uint32_t)(next[which] + 1); /* again */
			next[which] = next[which] + span < w->sets[which].count
			    ? next[which] + span
			    : w->sets[which].count;
			days_send(w, which, from, next[which]);
			if (round % 20 == 0 && days_random(&x) % 3 == 0)
				(void)audit(w);
		}
		fv_buf_reset(&got);
		report_of(w, NULL, report_put_json, &got);
		if (!fv_span_equal(fv_buf_span(&want), fv_buf_span(&got)))
			fail_msg("round %d: another report", round);
		if (round % 20 != 0)
			continue;
		(void)audit(w);
		assert_int_equal(
		    fv_store_finding_each(w->p.store, NULL, count_provisional, &provisional),
		    FV_OK);
		assert_int_equal(provisional, 0);
	}
	fv_buf_clear(&want);
	fv_buf_clear(&got);
}

static void
a_second_run_writes_nothing_and_late_data_writes_what_it_touches(void **state)
{
	struct days *w = *state;

	days_send(w, 0, 0, 5);
	assert_true(audit(w) > 0);
	assert_int_equal(audit(w), 0);
	days_send(w, 0, 5, w->sets[0].count);
	days_send(w, 1, 0, w->sets[1].count);
	assert_true(audit(w) > 0);
	assert_int_equal(audit(w), 0);
}

static void
what_is_not_sealed_is_provisional_and_said(void **state)
{
	struct days *w = *state;
	struct fv_buf text = {0};

	days_send(w, 0, 0, 4); /* all of the visit but its seal */
	report_of(w, "c1", report_put_table, &text);
	assert_non_null(strstr(fv_buf_z(&text), "1 visits, "));
	assert_non_null(strstr(fv_buf_z(&text), "1 provisional"));
	assert_non_null(strstr(fv_buf_z(&text), "not under a seal yet"));
	days_send(w, 0, 4, 5);
	fv_buf_reset(&text);
	report_of(w, "c1", report_put_table, &text);
	assert_non_null(strstr(fv_buf_z(&text), "0 provisional"));
	assert_null(strstr(fv_buf_z(&text), "not under a seal yet"));
	fv_buf_clear(&text);
}

/* Findings of a case about one contact: how many, and how many of them are provisional. */
struct seen {
	const char *contact;
	const char *rule; /* NULL: all */
	size_t count, provisional, reviews, revisions;
};

static enum fv_err
see(const struct fv_store_finding *f, void *ctx)
{
	struct seen *s = ctx;

	if (!fv_span_equal(f->subject, fv_span_z(s->contact)) ||
	    (s->rule != NULL && !fv_span_equal(f->rule, fv_span_z(s->rule))))
		return FV_OK;
	s->count++;
	s->provisional += f->is_provisional ? 1U : 0U;
	s->reviews += f->verdict == FV_VERDICT_REVIEW ? 1U : 0U;
	s->revisions += f->revision;
	return FV_OK;
}

static struct seen
look(struct days *w, const char *contact, const char *rule)
{
	struct seen s = {.contact = contact, .rule = rule};

	assert_int_equal(fv_store_finding_each(w->p.store, NULL, see, &s), FV_OK);
	return s;
}

static const char *
visit_id(const struct handset *h, size_t seq, char out[FV_FOLD_ID_BYTES])
{
	return fv_fold_id('v', h->dev, seq, out);
}

/* A call of another system, `days` after the first record. */
static void
import_call(struct days *w, const char *id, const char *begin)
{
	char line[256];
	struct fv_store_import row = {.source = fv_span_z("dialler"),
	    .id = fv_span_z(id),
	    .case_id = fv_span_z("c1"),
	    .at_ms = 1};

	(void)snprintf(line, sizeof line,
	    "{\"type\":\"contact\",\"id\":\"%s\",\"case\":\"c1\",\"channel\":\"call\","
	    "\"begin\":\"%s\",\"by\":\"collector\",\"with\":\"third_party\","
	    "\"outcome\":\"conversation\",\"purpose\":\"collect\",\"source\":\"dialler\"}",
	    id, begin);
	row.line = fv_span_z(line);
	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	assert_int_equal(fv_store_import_put(w->p.store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->p.store), FV_OK);
}

static void
only_what_falls_in_a_rules_window_makes_its_finding_provisional(void **state)
{
	struct days *w = *state;
	struct handset *h = &w->sets[0];
	char first[FV_FOLD_ID_BYTES], second[FV_FOLD_ID_BYTES];
	size_t begin;

	handset_clear(h);
	handset_init(h, 1);
	handset_tell(h, FV_REC_BOOT, "{4:1}");
	days_visit(h, "c1", "[\"o1\"]", 5, 231291000); /* 2026-02-02, sealed */
	h->now_ms = INT64_C(1775012400000);            /* 2026-04-01T11:00+08:00 */
	begin = h->count;
	days_visit(h, "c1", "[\"o1\"]", 5, 231291000);

	days_send(w, 0, 0, h->count - 1); /* without its seal */
	import_call(w, "k20", "2026-04-21T10:00:00+08:00");
	import_call(w, "k90", "2026-07-01T10:00:00+08:00");
	assert_true(audit(w) > 0);
	(void)visit_id(h, 1, first);
	(void)visit_id(h, begin, second);
	assert_true(look(w, first, NULL).count > 0);
	assert_int_equal(look(w, first, NULL).provisional, 0);
	assert_int_equal(look(w, second, NULL).provisional, look(w, second, NULL).count);
	/* 20 days later: within 30 days, outside of the call rules' one day */
	assert_true(look(w, "k20", NULL).provisional > 0);
	assert_true(look(w, "k20", NULL).provisional < look(w, "k20", NULL).count);
	assert_int_equal(look(w, "k90", NULL).provisional, 0);
}

static void
erase_payload(struct days *w, uint32_t type)
{
	char path[96], sql[128];
	sqlite3 *db;

	(void)snprintf(path, sizeof path, "%s/fieldvisit.db", w->p.dir);
	(void)snprintf(sql, sizeof sql,
	    "UPDATE record SET payload = NULL, salt = NULL WHERE type = %u", type);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
erased_evidence_is_for_a_person_and_replaces_no_verdict(void **state)
{
	struct days *w = *state;
	struct fv_buf text = {0};
	char id[FV_FOLD_ID_BYTES];
	struct seen before, after;

	days_send(w, 0, 0, 5);
	assert_true(audit(w) > 0);
	before = look(w, visit_id(&w->sets[0], 1, id), NULL);
	assert_true(before.reviews < before.count);
	erase_payload(w, FV_REC_OUTCOME);
	assert_int_equal(audit(w), 0);
	after = look(w, id, NULL);
	assert_memory_equal(
	    &before.count, &after.count, sizeof before - offsetof(struct seen, count));
	report_of(w, "c1", report_put_json, &text);
	assert_non_null(strstr(fv_buf_z(&text), "Review: evidence erased."));
	assert_null(strstr(fv_buf_z(&text), "\"outstanding\""));
	fv_buf_clear(&text);
}

static void
evidence_that_was_erased_before_the_first_run_gives_review(void **state)
{
	struct days *w = *state;
	char id[FV_FOLD_ID_BYTES];
	struct seen seen;

	days_send(w, 0, 0, 5);
	erase_payload(w, FV_REC_OUTCOME);
	assert_true(audit(w) > 0);
	seen = look(w, visit_id(&w->sets[0], 1, id), NULL);
	assert_true(seen.count > 0);
	assert_int_equal(seen.reviews, seen.count);
	assert_int_equal(seen.provisional, 0);
	assert_int_equal(audit(w), 0);
}

static void
a_correction_of_the_case_takes_the_findings_with_it(void **state)
{
	struct days *w = *state;
	struct handset *h = &w->sets[0];
	struct fv_store_finding last;
	uint8_t finding[FV_FINDING_ID_BYTES];
	char id[FV_FOLD_ID_BYTES];

	handset_clear(h);
	handset_init(h, 1);
	handset_tell(h, FV_REC_BOOT, "{4:1}");
	days_visit(h, "c1", "[\"o1\"]", 5, 231291000);
	handset_tell(h, FV_REC_AMEND, "{1:1,4:1,5:{1:\"c2\"}}");
	handset_seal(h);
	days_send(w, 0, 0, 5);
	assert_true(audit(w) > 0);
	days_send(w, 0, 5, h->count);
	(void)audit(w);
	fv_finding_id(visit_id(h, 1, id), "cn-cba-2026", "CN-06", finding);
	assert_int_equal(fv_store_finding_last(w->p.store, finding, &last), FV_OK);
	assert_true(last.revision > 1);
	assert_true(fv_span_equal(last.case_id, fv_span_z("c2")));
	assert_int_equal(audit(w), 0);
}

static void
a_report_says_when_where_who_and_why(void **state)
{
	struct days *w = *state;
	struct fv_buf text = {0};

	days_send(w, 0, 0, w->sets[0].count);
	days_send(w, 1, 0, w->sets[1].count);
	report_of(w, "c2", report_put_table, &text);
	assert_non_null(strstr(fv_buf_z(&text), "Asia/Shanghai +08:00  case c2  visit by o1"));
	assert_non_null(strstr(fv_buf_z(&text), "15 min  home  conversation with debtor"));
	assert_non_null(strstr(fv_buf_z(&text), "cn-cba-2026 CN-06"));
	assert_null(strstr(fv_buf_z(&text), "lawful"));
	fv_buf_reset(&text);
	report_of(w, "c1", report_put_json, &text);
	assert_non_null(strstr(fv_buf_z(&text), "\"link\":\"v-"));
	assert_non_null(strstr(fv_buf_z(&text), "\"recorded_outcome\":\"conversation\""));
	fv_buf_clear(&text);
}

static void
an_empty_report_says_what_to_do_next(void **state)
{
	struct days *w = *state;
	struct report_options options = {.has_day = true, .day = 1, .now_ms = DAYS_TODAY};
	struct report report;
	struct judge *judge;
	struct fv_buf text = {0};

	report_of(w, NULL, report_put_table, &text);
	assert_non_null(strstr(fv_buf_z(&text), "No visit has arrived yet."));
	days_send(w, 0, 0, 5);
	judge = open_for_report(w);
	assert_int_equal(report_make(&report, w->p.store, judge, &options), FV_OK);
	fv_buf_reset(&text);
	report_put_table(&text, &report);
	assert_non_null(strstr(fv_buf_z(&text), "'fieldvisitd report --day 20"));
	report_clear(&report);
	options.case_id = "c99";
	assert_int_equal(report_make(&report, w->p.store, judge, &options), FV_ENOENT);
	judge_close(judge);
	fv_buf_clear(&text);
}

static void
a_csv_field_is_never_a_formula(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {{"plain", "plain"}, {"a,b", "\"a,b\""},
	    {"say \"x\"", "\"say \"\"x\"\"\""}, {"=1+1", "\"'=1+1\""}, {"+86", "\"'+86\""},
	    {"-2", "\"'-2\""}, {"@x", "\"'@x\""}, {"\tx", "\"'\tx\""}, {"\rx", "\"'\rx\""},
	    {"a\r\nb", "\"a\r\nb\""}, {"", ""},
	    {"=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""}};
	struct fv_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		fv_buf_reset(&out);
		report_put_field(&out, cases[i].in);
		assert_string_equal(fv_buf_z(&out), cases[i].out);
	}
	fv_buf_clear(&out);
}

static void
an_officer_named_like_a_formula_or_an_escape_does_no_harm(void **state)
{
	struct days *w = *state;
	struct fv_buf text = {0};

	handset_clear(&w->sets[0]);
	handset_init(&w->sets[0], 1);
	handset_tell(&w->sets[0], FV_REC_BOOT, "{4:1}");
	days_visit(&w->sets[0], "c1", "[\"=cmd|'/c calc'!A1\",\"\x1b[31mred\"]", 5, 231291000);
	days_send(w, 0, 0, w->sets[0].count);
	report_of(w, "c1", report_put_csv, &text);
	assert_non_null(strstr(fv_buf_z(&text), ",\"'=cmd|'/c calc'!A1;?[31mred\","));
	fv_buf_reset(&text);
	report_of(w, "c1", report_put_table, &text);
	assert_null(strchr(fv_buf_z(&text), 0x1b));
	fv_buf_reset(&text);
	report_of(w, "c1", report_put_json, &text);
	assert_null(strchr(fv_buf_z(&text), 0x1b));
	fv_buf_clear(&text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, days_set_up, days_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(any_order_of_arrival_gives_the_same_final_report),
	    T(a_second_run_writes_nothing_and_late_data_writes_what_it_touches),
	    T(what_is_not_sealed_is_provisional_and_said),
	    T(only_what_falls_in_a_rules_window_makes_its_finding_provisional),
	    T(erased_evidence_is_for_a_person_and_replaces_no_verdict),
	    T(evidence_that_was_erased_before_the_first_run_gives_review),
	    T(a_correction_of_the_case_takes_the_findings_with_it),
	    T(a_report_says_when_where_who_and_why),
	    T(an_empty_report_says_what_to_do_next),
	    T(an_officer_named_like_a_formula_or_an_escape_does_no_harm),
	    cmocka_unit_test(a_csv_field_is_never_a_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
