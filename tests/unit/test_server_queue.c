/* The findings queue follows from what was judged, in any order, and from what people decide.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/audit.h"
#include "fv/instant.h"
#include "sync-server/audit_run.h"
#include "sync-server/handlers.h"
#include "sync-server/rejudge_in.h"
#include "sync-server/review.h"
#include "sync-server/store/people.h"
#include "sync-server/store/stale.h"
#include "tests/support/days.h"

#define ROUNDS 60

/* -- judging as the server's thread does it ------------------------------------------- */

static void
run_verb(struct days *w, fv_host_verb_fn verb, json_t *request)
{
	struct fv_host host = {.store = w->p.store, .ledger = w->p.ledger};
	json_t *answer = NULL;

	assert_non_null(request);
	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	assert_int_equal(verb(&host, request, &answer), FV_EXIT_OK);
	assert_int_equal(fv_store_commit(w->p.store), FV_OK);
	json_decref(answer);
	json_decref(request);
}

struct waiting {
	char ids[8][FV_CASE_ID_BYTES];
	uint64_t touched[8];
	size_t count;
};

static enum fv_err
keep(struct fv_span case_id, uint64_t touched, void *ctx)
{
	struct waiting *waiting = ctx;

	assert_true(waiting->count < 8);
	waiting->touched[waiting->count] = touched;
	return fv_id_copy(case_id, waiting->ids[waiting->count++], FV_CASE_ID_BYTES);
}

static enum fv_err
take_change(
    const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx)
{
	return json_array_append_new(ctx,
		   audit_row_json(row, finding->has_last ? finding->last_verdict : 0)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* Judge one case and put what came out.  Returns rows written. */
static size_t
judge_one(struct days *w, const char *id, uint64_t touched, int64_t judged_ms)
{
	const struct judge_opts opts = {.today_utc_ms = DAYS_TODAY, .has_open = true};
	json_t *rows = json_array(), *pictures = json_array(), *picture = NULL;
	struct judgement judgement;
	struct fv_store_case row;
	struct judge *judge;
	size_t count;

	assert_int_equal(judge_open(&judge, w->p.store, &opts), FV_OK);
	assert_int_equal(fv_store_case_get(w->p.store, fv_span_z(id), &row), FV_OK);
	assert_int_equal(judge_case(judge, &row, &judgement), FV_OK);
	assert_int_equal(judge_picture(judge, &judgement, judged_ms, &picture), FV_OK);
	assert_int_equal(judge_each_change(judge, &judgement, take_change, rows), FV_OK);
	if (picture != NULL)
		json_array_append_new(pictures, picture);
	count = json_array_size(rows);
	run_verb(w, fv_do_rejudge_put,
	    json_pack("{s:I, s:o, s:o, s:[[s, I]]}", "judged_ms", (json_int_t)judged_ms,
		"rows", rows, "pictures", pictures, "done", id, (json_int_t)touched));
	judgement_clear(&judgement);
	judge_close(judge);
	return count;
}

/* Look at what came and judge it, until nothing waits.  Returns rows written. */
static size_t
catch_up(struct days *w, int64_t judged_ms)
{
	struct waiting waiting = {.count = 0};
	json_t *note = NULL;
	size_t written = 0;

	assert_int_equal(rejudge_look(w->p.store, false, &note), FV_OK);
	if (note != NULL)
		run_verb(w, fv_do_rejudge_note, note);
	assert_int_equal(fv_store_stale_each(w->p.store, 8, keep, &waiting), FV_OK);
	for (size_t i = 0; i < waiting.count; i++)
		written += judge_one(w, waiting.ids[i], waiting.touched[i], judged_ms);
	return written;
}

/* -- what the queue shows ------------------------------------------------------------- */

static enum fv_err
put_finding(const struct fv_store_open *f, void *ctx)
{
	fv_buf_put_hex(ctx, f->id, sizeof f->id);
	fv_buf_putf(ctx, " %u %u %d %u ", f->verdict, f->severity, f->is_provisional, f->rank);
	fv_buf_put_span(ctx, f->cause);
	fv_buf_put_span(ctx, f->why_en);
	fv_buf_put_hex(ctx, f->inputs_hash.b, FV_HASH_BYTES);
	fv_buf_put_u8(ctx, '\n');
	return FV_OK;
}

struct drawing {
	struct fv_store *store;
	struct fv_buf *out;
	size_t count;
};

static enum fv_err
put_visit(const struct fv_store_visit *v, void *ctx)
{
	struct drawing *d = ctx;

	d->count++;
	fv_buf_put_span(d->out, v->contact);
	fv_buf_put_u8(d->out, ' ');
	fv_buf_put_span(d->out, v->case_id);
	fv_buf_put_u8(d->out, ' ');
	fv_buf_put_span(d->out, v->officer);
	fv_buf_putf(d->out, " %lld %lld %u %u %u %u %u %d\n", (long long)v->begin_ms,
	    (long long)v->end_ms, v->rank, v->fails, v->reviews, v->decided, v->marks,
	    v->is_provisional);
	return fv_store_open_each(d->store, v->contact, 1000, put_finding, d->out);
}

static size_t
draw(struct days *w, uint32_t ranks, struct fv_buf *out)
{
	struct drawing d = {w->p.store, out, 0};
	const struct fv_store_queue_filter all = {.ranks = ranks, .limit = 1000};

	assert_int_equal(fv_store_queue_each(w->p.store, &all, put_visit, &d), FV_OK);
	assert_int_equal(fv_buf_status(out), FV_OK);
	return d.count;
}

static void
send_all(struct days *w)
{
	days_send(w, 0, 0, w->sets[0].count);
	days_send(w, 1, 0, w->sets[1].count);
	days_import(w);
}

/* -- tests ---------------------------------------------------------------------------- */

static void
any_order_of_arrival_gives_the_same_queue(void **state)
{
	struct days *w = *state;
	struct fv_buf want = {0}, got = {0};
	uint64_t x = 11;

	send_all(w);
	(void)catch_up(w, 1);
	assert_int_equal(draw(w, UINT32_MAX, &want), 6);
	for (int round = 0; round < ROUNDS; round++) {
		size_t next[2] = {0, 0};
		bool is_imported = false;
		int64_t clock = 1;

		days_close_place(&w->p);
		days_open_place(w);
		while (
		    next[0] < w->sets[0].count || next[1] < w->sets[1].count || !is_imported) {
			size_t which = days_random(&x) % 2, until;

			if (!is_imported && days_random(&x) % 8 == 0) {
				days_import(w);
				is_imported = true;
			}
			until = next[which] + 1 + days_random(&x) % 7;
			until = until < w->sets[which].count ? until : w->sets[which].count;
			if (until > next[which])
				days_send(w, which, next[which], until);
			next[which] = until;
			if (days_random(&x) % 3 == 0)
				(void)catch_up(w, clock++);
		}
		(void)catch_up(w, clock);
		fv_buf_reset(&got);
		(void)draw(w, UINT32_MAX, &got);
		if (!fv_span_equal(fv_buf_span(&want), fv_buf_span(&got)))
			fail_msg("round %d: another queue\n%s\n%s", round, fv_buf_z(&want),
			    fv_buf_z(&got));
	}
	fv_buf_clear(&want);
	fv_buf_clear(&got);
}

/* What the thread left out would be written by a run over everything. */
static void
what_came_is_judged_as_a_run_over_everything_judges_it(void **state)
{
	struct days *w = *state;
	uint64_t x = 5;
	size_t next = 0;

	days_send(w, 1, 0, w->sets[1].count);
	while (next < w->sets[0].count) {
		size_t until = next + 1 + days_random(&x) % 4;

		until = until < w->sets[0].count ? until : w->sets[0].count;
		days_send(w, 0, next, until);
		next = until;
		(void)catch_up(w, 1);
		assert_int_equal(judge_one(w, "c1", 0, 1), 0);
		assert_int_equal(judge_one(w, "c2", 0, 1), 0);
		assert_int_equal(catch_up(w, 1), 0);
	}
}

static void
an_older_judgement_does_not_replace_a_newer_one(void **state)
{
	struct days *w = *state;
	const json_t *none = NULL;
	struct fv_hash digest, held;
	int64_t judged_ms;

	(void)none;
	send_all(w);
	(void)catch_up(w, 100);
	assert_int_equal(fv_store_queued_get(w->p.store, "c1", &digest, &judged_ms), FV_OK);
	run_verb(w, fv_do_rejudge_put,
	    json_pack("{s:I, s:[], s:[{s:s, s:s, s:s, s:I, s:s, s:[]}]}", "judged_ms",
		(json_int_t)50, "rows", "pictures", "case", "c1", "agency", "north", "zone",
		"Asia/Shanghai", "judged_ms", (json_int_t)50, "digest",
		"0000000000000000000000000000000000000000000000000000000000000000", "visits"));
	assert_int_equal(fv_store_queued_get(w->p.store, "c1", &held, &judged_ms), FV_OK);
	assert_memory_equal(held.b, digest.b, FV_HASH_BYTES);
	assert_int_equal(judged_ms, 100);
}

/* -- reviews -------------------------------------------------------------------------- */

static void
add_account(struct days *w, const char *id, uint32_t role, const char *officer)
{
	struct fv_store_account account = {.role = role, .created_ms = 1};

	snprintf(account.id, sizeof account.id, "%s", id);
	snprintf(account.name, sizeof account.name, "%s", id);
	snprintf(account.officer, sizeof account.officer, "%s", officer);
	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	assert_int_equal(fv_store_account_add(w->p.store, &account), FV_OK);
	assert_int_equal(fv_store_commit(w->p.store), FV_OK);
}

static enum fv_err
keep_first(const struct fv_store_visit *v, void *ctx)
{
	char *contact = ctx;

	if (contact[0] == '\0')
		snprintf(
		    contact, 64, "%.*s", (int)v->contact.len, (const char *)v->contact.ptr);
	return FV_OK;
}

static enum fv_err
keep_id(const struct fv_store_open *f, void *ctx)
{
	memcpy(ctx, f->id, sizeof f->id);
	return FV_OK;
}

/* The worst finding of the first visit, as hex. */
static void
first_finding(struct days *w, uint8_t id[16], char hex[33])
{
	const struct fv_store_queue_filter all = {.ranks = UINT32_MAX, .limit = 1};
	char contact[64] = "";

	assert_int_equal(fv_store_queue_each(w->p.store, &all, keep_first, contact), FV_OK);
	assert_int_equal(
	    fv_store_open_each(w->p.store, fv_span_z(contact), 1, keep_id, id), FV_OK);
	for (size_t i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
}

static int
review(struct days *w, const char *by, const char *decision, const char *reason,
    const char *finding)
{
	struct fv_host host = {.store = w->p.store, .ledger = w->p.ledger};
	json_t *answer = NULL,
	       *request = json_pack("{s:s, s:s, s:s, s:[{s:s}]}", "by", by, "decision",
		   decision, "reason", reason, "findings", "finding", finding);
	int code;

	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	code = fv_do_review(&host, request, &answer);
	if (code == FV_EXIT_OK)
		assert_int_equal(fv_store_commit(w->p.store), FV_OK);
	else
		fv_store_rollback(w->p.store);
	json_decref(answer);
	json_decref(request);
	return code;
}

static void
a_decision_stands_until_its_inputs_change_or_it_is_reopened(void **state)
{
	struct days *w = *state;
	struct fv_store_open f;
	uint8_t id[16];
	char hex[33];

	send_all(w);
	(void)catch_up(w, 1);
	add_account(w, "sup", 2, "");
	first_finding(w, id, hex);
	assert_int_equal(review(w, "sup", "dismiss", "rule-not-meant", hex), FV_EXIT_OK);
	assert_int_equal(fv_store_open_get(w->p.store, id, &f), FV_OK);
	assert_int_equal(f.decision, FV_DECISION_DISMISS);
	assert_in_range(f.rank, 11, 20);
	assert_int_equal(review(w, "sup", "excuse", "for-safety", hex), FV_EXIT_NO);
	assert_int_equal(review(w, "sup", "reopen", "new-evidence", hex), FV_EXIT_OK);
	assert_int_equal(fv_store_open_get(w->p.store, id, &f), FV_OK);
	assert_in_range(f.rank, 1, 10);
	assert_int_equal(review(w, "sup", "reopen", "new-evidence", hex), FV_EXIT_NO);
}

static void
nobody_upholds_early_decides_his_own_visit_or_without_a_reason(void **state)
{
	struct days *w = *state;
	struct fv_store_visit v;
	struct fv_store_open f;
	bool is_answered;
	int64_t from_ms;
	uint8_t id[16];
	char hex[33];

	send_all(w);
	(void)catch_up(w, fv_host_now_ms());
	add_account(w, "sup", 2, "");
	add_account(w, "own", 2, "o1");
	add_account(w, "law", 3, "");
	first_finding(w, id, hex);
	assert_int_equal(fv_store_open_get(w->p.store, id, &f), FV_OK);
	assert_int_equal(fv_store_queue_get(w->p.store, f.contact, &v), FV_OK);
	assert_true(fv_span_equal(v.officer, fv_span_z("o1")));
	assert_int_equal(
	    review_uphold_from(w->p.store, &f, &v, &from_ms, &is_answered), FV_OK);
	assert_false(is_answered);
	assert_int_equal(from_ms, f.since_ms + REVIEW_WAIT_MS);
	assert_int_equal(review(w, "sup", "uphold", "record-shows", hex), FV_EXIT_NO);
	assert_int_equal(review(w, "own", "dismiss", "rule-not-meant", hex), FV_EXIT_NOPERM);
	assert_int_equal(review(w, "law", "dismiss", "rule-not-meant", hex), FV_EXIT_NOPERM);
	assert_int_equal(review(w, "sup", "dismiss", "record-shows", hex), FV_EXIT_DATA);
	assert_int_equal(review(w, "sup", "hide", "record-shows", hex), FV_EXIT_DATA);
	assert_int_equal(
	    review(w, "sup", "dismiss", "rule-not-meant", "00112233445566778899aabbccddeeff"),
	    FV_EXIT_NOINPUT);
}

static void
a_finding_that_has_stood_three_days_may_be_upheld_without_an_answer(void **state)
{
	struct days *w = *state;
	uint8_t id[16];
	char hex[33];

	send_all(w);
	(void)catch_up(w, fv_host_now_ms() - REVIEW_WAIT_MS - 1);
	add_account(w, "sup", 2, "");
	first_finding(w, id, hex);
	assert_int_equal(review(w, "sup", "uphold", "record-shows", hex), FV_EXIT_OK);
}

static enum fv_err
count_finding(const struct fv_store_changed *row, void *ctx)
{
	*(size_t *)ctx += row->kind == FV_ITEM_FINDING;
	return FV_OK;
}

/* Put a visit with `count` findings, the last of them with these inputs.  Returns how many its
 * officer has been told of by now. */
static size_t
told_after(struct days *w, const struct fv_store_visit *visit, size_t count, uint8_t inputs)
{
	struct fv_store_device device = w->p.devices[0];
	struct fv_store_open findings[3];
	size_t told = 0;

	memset(findings, 0, sizeof findings);
	for (size_t i = 0; i < count; i++) {
		findings[i] = (struct fv_store_open){.id = {(uint8_t)(i + 1)},
		    .pack = fv_span_z("p"),
		    .rule = fv_span_z("r"),
		    .verdict = 3,
		    .severity = 1};
		findings[i].inputs_hash.b[0] = i + 1 == count ? inputs : 7;
	}
	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	assert_int_equal(
	    fv_store_queue_put(w->p.store, visit, findings, count, DAYS_NOW), FV_OK);
	assert_int_equal(fv_store_commit(w->p.store), FV_OK);
	strcpy(device.officer, "o1");
	assert_int_equal(
	    fv_store_changed_each(w->p.store, &device, 0, count_finding, &told), FV_OK);
	return told;
}

static void
an_officer_is_told_of_findings_when_his_visit_has_ended(void **state)
{
	struct days *w = *state;
	struct fv_store_visit visit = {.contact = fv_span_z("v-1"),
	    .case_id = fv_span_z("c1"),
	    .agency = fv_span_z("bank"),
	    .officer = fv_span_z("o1"),
	    .device_no = w->p.devices[0].no,
	    .channel = FV_CHANNEL_VISIT,
	    .begin_ms = DAYS_NOW,
	    .zone = fv_span_z("UTC"),
	    .is_running = true};

	assert_int_equal(told_after(w, &visit, 3, 1), 0);
	assert_int_equal(told_after(w, &visit, 2, 2), 0);
	visit.is_running = false;
	visit.has_end = true;
	assert_int_equal(told_after(w, &visit, 2, 2), 2);
	assert_int_equal(told_after(w, &visit, 2, 2), 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, days_set_up, days_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(any_order_of_arrival_gives_the_same_queue),
	    T(what_came_is_judged_as_a_run_over_everything_judges_it),
	    T(an_older_judgement_does_not_replace_a_newer_one),
	    T(a_decision_stands_until_its_inputs_change_or_it_is_reopened),
	    T(nobody_upholds_early_decides_his_own_visit_or_without_a_reason),
	    T(an_officer_is_told_of_findings_when_his_visit_has_ended),
	    T(a_finding_that_has_stood_three_days_may_be_upheld_without_an_answer),
	};

	assert_int_equal(setenv("FV_RULES", "sync-server/rules", 1), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
