/* Rows of the queue, and what follows from them. */
#include "queue.h"

#include <string.h>

#include "book.h"
#include "db.h"
#include "fv/audit.h"
#include "fv/instant.h"
#include "reviews.h"

static enum fv_err
next_change(struct fv_store *store, uint64_t *change_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_QUEUE_TICK, &stmt)) != FV_OK ||
	    (rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return fv_store_queue_change(store, change_out);
}

/* -- findings ------------------------------------------------------------------------ */

void
fv_db_read_open(sqlite3_stmt *stmt, struct fv_store_open *out)
{
	memset(out, 0, sizeof *out);
	(void)fv_db_col_fixed(stmt, 0, out->id, sizeof out->id);
	out->contact = fv_db_col(stmt, 1);
	out->pack = fv_db_col(stmt, 2);
	out->rule = fv_db_col(stmt, 3);
	out->verdict = fv_db_col_u32(stmt, 4);
	out->severity = fv_db_col_u32(stmt, 5);
	out->is_provisional = fv_db_col_int(stmt, 6) != 0;
	out->cause = fv_db_col(stmt, 7);
	(void)fv_db_col_fixed(stmt, 8, out->inputs_hash.b, FV_HASH_BYTES);
	out->since_ms = fv_db_col_int(stmt, 9);
	out->why_en = fv_db_col(stmt, 10);
	out->why_zh = fv_db_col(stmt, 11);
	out->decision = fv_db_col_u32(stmt, 12);
	out->rank = fv_db_col_u32(stmt, 13);
}

enum fv_err
fv_store_open_get(struct fv_store *store, const uint8_t id[16], struct fv_store_open *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_OPEN_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	if ((rc = fv_db_row(stmt)) == FV_OK)
		fv_db_read_open(stmt, out);
	return rc;
}

enum fv_err
fv_store_open_each(
    struct fv_store *store, struct fv_span contact, size_t max, fv_store_open_fn fn, void *ctx)
{
	struct fv_store_open finding;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_OPEN_CONTACT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, contact);
	fv_db_bind_uint(stmt, 2, max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		fv_db_read_open(stmt, &finding);
		if ((rc = fn(&finding, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
drop_open(struct fv_store *store, const uint8_t id[16])
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_OPEN_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	return fv_db_run(stmt);
}

/* Since when these inputs have this verdict: the first revision of the last run of them. */
struct since {
	const struct fv_store_open *finding;
	int64_t ms;
};

static enum fv_err
see_revision(const struct fv_store_finding *f, void *ctx)
{
	struct since *since = ctx;
	const bool is_same = f->verdict == since->finding->verdict &&
	    memcmp(f->inputs_hash.b, since->finding->inputs_hash.b, FV_HASH_BYTES) == 0;

	if (!is_same)
		since->ms = 0;
	else if (since->ms == 0)
		since->ms = f->judged_ms;
	return FV_OK;
}

static uint32_t
rank_of(const struct fv_store_open *f)
{
	return (f->decision != 0 ? 10U : 0U) + (f->verdict == FV_VERDICT_FAIL ? 0U : 5U) +
	    (f->severity < 1          ? 1U
		    : f->severity > 5 ? 5U
				      : f->severity);
}

/* The decision that stands over exactly these inputs. */
static enum fv_err
find_decision(struct fv_store *store, struct fv_store_open *f)
{
	struct fv_store_review last;
	enum fv_err rc = fv_store_review_last(store, f->id, &last);

	f->decision = 0;
	if (rc == FV_OK && last.decision != FV_DECISION_REOPEN &&
	    memcmp(last.inputs_hash.b, f->inputs_hash.b, FV_HASH_BYTES) == 0)
		f->decision = last.decision;
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
write_open(
    struct fv_store *store, const struct fv_store_visit *visit, const struct fv_store_open *f)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = drop_open(store, f->id)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_OPEN_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(f->id, sizeof f->id));
	fv_db_bind_text(stmt, 2, visit->contact);
	fv_db_bind_text(stmt, 3, f->pack);
	fv_db_bind_text(stmt, 4, f->rule);
	fv_db_bind_uint(stmt, 5, f->verdict);
	fv_db_bind_uint(stmt, 6, f->severity);
	fv_db_bind_int(stmt, 7, f->is_provisional);
	fv_db_bind_text(stmt, 8, f->cause);
	fv_db_bind_blob(stmt, 9, fv_span_of(f->inputs_hash.b, FV_HASH_BYTES));
	fv_db_bind_int(stmt, 10, f->since_ms);
	fv_db_bind_text(stmt, 11, f->why_en);
	fv_db_bind_text(stmt, 12, f->why_zh);
	fv_db_bind_text(stmt, 13, visit->agency);
	fv_db_bind_int(stmt, 14, visit->begin_ms);
	fv_db_bind_uint(stmt, 15, f->decision);
	fv_db_bind_uint(stmt, 16, f->rank);
	return fv_db_run(stmt);
}

/* The officer's handheld hears of it at its next sync; of a visit that goes on when it is
 * over: what it lacks may come with its end. */
static enum fv_err
tell(struct fv_store *store, const struct fv_store_visit *visit, const uint8_t id[16],
    int64_t now_ms)
{
	char officer[FV_ID_BYTES];
	struct fv_store_audience audience = {.officer = officer};

	if (visit->is_running ||
	    fv_id_copy(visit->officer, officer, sizeof officer) != FV_OK ||
	    visit->begin_ms < now_ms - FV_QUEUE_TELL_DAYS * FV_MS_PER_DAY)
		return FV_OK;
	return fv_store_change(store, audience, FV_ITEM_FINDING, fv_span_of(id, 16));
}

static bool
is_same(const struct fv_store_open *a, const struct fv_store_open *b)
{
	return a->verdict == b->verdict && a->severity == b->severity &&
	    a->is_provisional == b->is_provisional && fv_span_equal(a->cause, b->cause) &&
	    fv_span_equal(a->why_en, b->why_en) && fv_span_equal(a->why_zh, b->why_zh) &&
	    fv_span_equal(a->contact, b->contact) &&
	    memcmp(a->inputs_hash.b, b->inputs_hash.b, FV_HASH_BYTES) == 0;
}

/* What has changed of a contact since it was put last. */
struct change {
	bool has_moved; /* to another time or agency */
	bool is_over;   /* it has an end now, or is not waited for: its officer is told */
};

static enum fv_err
put_open(struct fv_store *store, const struct fv_store_visit *visit,
    const struct fv_store_open *finding, const struct change *change, int64_t now_ms)
{
	struct fv_store_open f = *finding, held;
	struct since since = {&f, 0};
	enum fv_err rc = fv_store_open_get(store, f.id, &held);
	bool is_other = rc == FV_ENOENT;

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	f.contact = visit->contact;
	if (rc == FV_OK && !change->has_moved && !change->is_over && is_same(&f, &held))
		return FV_OK;
	if (rc == FV_OK)
		is_other = held.verdict != f.verdict ||
		    memcmp(held.inputs_hash.b, f.inputs_hash.b, FV_HASH_BYTES) != 0;
	if ((rc = fv_store_finding_each_revision(store, f.id, see_revision, &since)) !=
		FV_OK ||
	    (rc = find_decision(store, &f)) != FV_OK)
		return rc;
	f.since_ms = since.ms != 0 ? since.ms : now_ms;
	f.rank = rank_of(&f);
	if ((rc = write_open(store, visit, &f)) == FV_OK && (is_other || change->is_over))
		rc = tell(store, visit, f.id, now_ms);
	return rc;
}

/* -- contacts ------------------------------------------------------------------------ */

struct held {
	const struct fv_store_open *findings;
	size_t count;
	struct fv_buf gone; /* ids, 16 bytes each */
};

static enum fv_err
see_held(const struct fv_store_open *finding, void *ctx)
{
	struct held *held = ctx;

	for (size_t i = 0; i < held->count; i++)
		if (memcmp(held->findings[i].id, finding->id, sizeof finding->id) == 0)
			return FV_OK;
	fv_buf_put(&held->gone, finding->id, sizeof finding->id);
	return fv_buf_status(&held->gone);
}

/* What the contact had and has no more: a pass now. */
static enum fv_err
drop_gone(struct fv_store *store, const struct fv_store_visit *visit,
    const struct fv_store_open *findings, size_t count, int64_t now_ms)
{
	struct held held = {.findings = findings, .count = count};
	enum fv_err rc =
	    fv_store_open_each(store, visit->contact, SIZE_MAX >> 1, see_held, &held);

	for (size_t at = 0; rc == FV_OK && at < held.gone.len; at += 16) {
		rc = drop_open(store, held.gone.ptr + at);
		if (rc == FV_OK)
			rc = tell(store, visit, held.gone.ptr + at, now_ms);
	}
	fv_buf_clear(&held.gone);
	return rc;
}

static void
read_visit(sqlite3_stmt *stmt, struct fv_store_visit *out)
{
	memset(out, 0, sizeof *out);
	out->contact = fv_db_col(stmt, 0);
	out->case_id = fv_db_col(stmt, 1);
	out->agency = fv_db_col(stmt, 2);
	out->team = fv_db_col(stmt, 3);
	out->officer = fv_db_col(stmt, 4);
	out->device_no = fv_db_col_int(stmt, 5);
	out->channel = fv_db_col_u32(stmt, 6);
	out->begin_ms = fv_db_col_int(stmt, 7);
	out->has_end = fv_db_col_has(stmt, 8);
	out->end_ms = fv_db_col_int(stmt, 8);
	out->day = fv_db_col_int(stmt, 9);
	out->zone = fv_db_col(stmt, 10);
	out->marks = fv_db_col_u32(stmt, 11);
	out->rank = fv_db_col_u32(stmt, 12);
	out->fails = fv_db_col_u32(stmt, 13);
	out->reviews = fv_db_col_u32(stmt, 14);
	out->decided = fv_db_col_u32(stmt, 15);
	out->proposed = fv_db_col_u32(stmt, 16);
	out->replied = fv_db_col_u32(stmt, 17);
	out->is_provisional = fv_db_col_int(stmt, 18) != 0;
	out->change = fv_db_col_uint(stmt, 19);
}

/* Rank and counts, out of the contact's findings. */
static enum fv_err
sum_up(struct fv_store *store, struct fv_store_visit *visit)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_QUEUE_SUM, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, visit->contact);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	visit->rank = fv_db_col_u32(stmt, 0);
	visit->fails = fv_db_col_u32(stmt, 1);
	visit->reviews = fv_db_col_u32(stmt, 2);
	visit->decided = fv_db_col_u32(stmt, 3);
	visit->proposed = fv_db_col_u32(stmt, 4);
	visit->replied = fv_db_col_u32(stmt, 5);
	visit->is_provisional = visit->is_provisional || fv_db_col_int(stmt, 6) != 0;
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

static bool
is_same_visit(const struct fv_store_visit *a, const struct fv_store_visit *b)
{
	return fv_span_equal(a->case_id, b->case_id) && fv_span_equal(a->agency, b->agency) &&
	    fv_span_equal(a->officer, b->officer) && a->device_no == b->device_no &&
	    a->channel == b->channel && a->begin_ms == b->begin_ms &&
	    a->has_end == b->has_end && (!a->has_end || a->end_ms == b->end_ms) &&
	    a->day == b->day && fv_span_equal(a->zone, b->zone) && a->marks == b->marks &&
	    a->rank == b->rank && a->fails == b->fails && a->reviews == b->reviews &&
	    a->decided == b->decided && a->proposed == b->proposed &&
	    a->replied == b->replied && a->is_provisional == b->is_provisional;
}

static enum fv_err
write_visit(struct fv_store *store, const struct fv_store_visit *v, uint64_t change)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_QUEUE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, v->contact);
	fv_db_bind_text(stmt, 2, v->case_id);
	fv_db_bind_text(stmt, 3, v->agency);
	fv_db_bind_text(stmt, 4, v->officer);
	fv_db_bind_int(stmt, 5, v->device_no);
	fv_db_bind_uint(stmt, 6, v->channel);
	fv_db_bind_int(stmt, 7, v->begin_ms);
	if (v->has_end)
		fv_db_bind_int(stmt, 8, v->end_ms);
	fv_db_bind_int(stmt, 9, v->day);
	fv_db_bind_text(stmt, 10, v->zone);
	fv_db_bind_uint(stmt, 11, v->marks);
	fv_db_bind_uint(stmt, 12, v->rank);
	fv_db_bind_uint(stmt, 13, v->fails);
	fv_db_bind_uint(stmt, 14, v->reviews);
	fv_db_bind_uint(stmt, 15, v->decided);
	fv_db_bind_uint(stmt, 16, v->proposed);
	fv_db_bind_uint(stmt, 17, v->replied);
	fv_db_bind_int(stmt, 18, v->is_provisional);
	fv_db_bind_uint(stmt, 19, change);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_queue_get(struct fv_store *store, struct fv_span contact, struct fv_store_visit *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_QUEUE_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, contact);
	if ((rc = fv_db_row(stmt)) == FV_OK)
		read_visit(stmt, out);
	return rc;
}

enum fv_err
fv_store_queue_put(struct fv_store *store, const struct fv_store_visit *visit,
    const struct fv_store_open *findings, size_t count, int64_t now_ms)
{
	struct fv_store_visit held, v = *visit;
	struct change change = {0};
	uint64_t number;
	enum fv_err rc = fv_store_queue_get(store, visit->contact, &held);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (rc == FV_OK) {
		change.has_moved =
		    held.begin_ms != v.begin_ms || !fv_span_equal(held.agency, v.agency);
		change.is_over = held.channel == FV_CHANNEL_VISIT && held.device_no != 0 &&
		    !held.has_end && !v.is_running;
	}
	rc = drop_gone(store, visit, findings, count, now_ms);
	for (size_t i = 0; rc == FV_OK && i < count; i++)
		rc = put_open(store, visit, &findings[i], &change, now_ms);
	if (rc == FV_OK)
		rc = sum_up(store, &v);
	if (rc == FV_OK) /* the spans of the row are gone by now */
		rc = fv_store_queue_get(store, visit->contact, &held);
	if (rc == FV_OK && is_same_visit(&held, &v))
		return FV_OK;
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if ((rc = next_change(store, &number)) != FV_OK)
		return rc;
	return write_visit(store, &v, number);
}

enum fv_err
fv_store_queue_drop(struct fv_store *store, struct fv_span contact)
{
	struct fv_store_visit visit = {.contact = contact};
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = drop_gone(store, &visit, NULL, 0, 0)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_QUEUE_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, contact);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_queue_touch(struct fv_store *store, const uint8_t finding[16], int64_t now_ms)
{
	struct fv_store_open f;
	struct fv_store_visit v;
	uint64_t change = 0;
	enum fv_err rc = fv_store_open_get(store, finding, &f);

	if (rc == FV_OK)
		rc = fv_store_queue_get(store, f.contact, &v);
	if (rc == FV_OK)
		rc = find_decision(store, &f);
	if (rc != FV_OK)
		return rc;
	f.rank = rank_of(&f);
	if ((rc = write_open(store, &v, &f)) == FV_OK)
		rc = tell(store, &v, f.id, now_ms);
	if (rc == FV_OK)
		rc = sum_up(store, &v);
	if (rc == FV_OK)
		rc = next_change(store, &change);
	return rc == FV_OK ? write_visit(store, &v, change) : rc;
}

/* -- pictures ------------------------------------------------------------------------ */

enum fv_err
fv_store_queued_get(struct fv_store *store, const char *case_id, struct fv_hash *digest_out,
    int64_t *judged_ms_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(digest_out, 0, sizeof *digest_out);
	*judged_ms_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_QUEUED_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	if (!fv_db_col_fixed(stmt, 0, digest_out->b, FV_HASH_BYTES))
		rc = FV_ECORRUPT;
	*judged_ms_out = fv_db_col_int(stmt, 1);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_queued_put(struct fv_store *store, const char *case_id, const struct fv_hash *digest,
    int64_t judged_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_QUEUED_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	fv_db_bind_blob(stmt, 2, fv_span_of(digest->b, FV_HASH_BYTES));
	fv_db_bind_int(stmt, 3, judged_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_db_each_visit(struct fv_store *store, sqlite3_stmt *stmt, fv_store_visit_fn fn, void *ctx)
{
	struct fv_store_visit visit;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK) {
		read_visit(stmt, &visit);
		if ((rc = fn(&visit, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_queue_each_of_case(
    struct fv_store *store, const char *case_id, fv_store_visit_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_QUEUE_CASE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	return fv_db_each_visit(store, stmt, fn, ctx);
}
