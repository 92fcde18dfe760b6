/* Pages of the queue, causes, and counts for the first view. */
#include <string.h>

#include "db.h"
#include "fv/audit.h"
#include "fv/instant.h"
#include "queue.h"

static void
bind_text_or_null(sqlite3_stmt *stmt, int at, const char *text)
{
	if (text != NULL)
		fv_db_bind_text(stmt, at, fv_span_z(text));
}

static void
bind_rest(sqlite3_stmt *stmt, const struct fv_store_queue_filter *f, uint32_t rank)
{
	const bool goes_on = rank == f->after_rank && f->after_contact != NULL;

	fv_db_bind_uint(stmt, 2, rank);
	fv_db_bind_int(stmt, 3, goes_on ? f->after_ms : INT64_MIN);
	fv_db_bind_text(stmt, 4, fv_span_z(goes_on ? f->after_contact : ""));
	if (f->has_from)
		fv_db_bind_int(stmt, 5, f->from_day);
	if (f->has_until)
		fv_db_bind_int(stmt, 6, f->until_day);
	bind_text_or_null(stmt, 7, f->agency);
	bind_text_or_null(stmt, 8, f->officer);
	if (f->has_provisional)
		fv_db_bind_int(stmt, 9, f->is_provisional);
	fv_db_bind_int(
	    stmt, 11, f->has_until ? (f->until_day + 2) * FV_MS_PER_DAY : INT64_MAX);
}

/* Days begin up to 14 h before and 12 h after those of UTC: so the index begins there. */
static void
skip_days(struct fv_store_queue_filter *f)
{
	const int64_t from_ms = (f->from_day - 1) * FV_MS_PER_DAY;

	if (f->has_from && f->after_contact == NULL) {
		f->after_ms = from_ms;
		f->after_contact = "";
	}
}

struct page {
	struct fv_store_queue_filter filter;
	fv_store_visit_fn fn;
	void *ctx;
	size_t count;
	uint32_t rank;
};

static enum fv_err
count_row(const struct fv_store_visit *visit, void *ctx)
{
	struct fv_store_visit v = *visit;
	struct page *page = ctx;

	page->count++;
	v.rank = page->rank; /* with a rule, of its finding */
	return page->fn(&v, page->ctx);
}

static enum fv_err
read_rank(struct fv_store *store, struct page *page, uint32_t rank)
{
	struct fv_store_queue_filter f = page->filter;
	enum fv_sql sql = FV_SQL_QUEUE_RANK;
	const char *first = NULL;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (f.rule != NULL)
		sql = FV_SQL_QUEUE_RULE;
	else if (f.officer != NULL)
		sql = FV_SQL_QUEUE_OFFICER;
	else if (f.agency != NULL)
		sql = FV_SQL_QUEUE_AGENCY;
	first = f.rule != NULL ? f.rule : f.officer != NULL ? f.officer : f.agency;
	if ((rc = fv_db_make(store, sql, &stmt)) != FV_OK)
		return rc;
	if (rank != f.after_rank)
		f.after_contact = NULL;
	f.after_rank = rank;
	skip_days(&f);
	page->rank = rank;
	bind_text_or_null(stmt, 1, first);
	bind_rest(stmt, &f, rank);
	fv_db_bind_uint(stmt, 10, f.limit - page->count);
	return fv_db_each_visit(store, stmt, count_row, page);
}

enum fv_err
fv_store_queue_each(struct fv_store *store, const struct fv_store_queue_filter *filter,
    fv_store_visit_fn fn, void *ctx)
{
	struct page page = {.filter = *filter, .fn = fn, .ctx = ctx};
	enum fv_err rc = FV_OK;

	for (uint32_t rank = filter->after_rank > 0 ? filter->after_rank : 1;
	     rc == FV_OK && rank <= FV_QUEUE_RANK_CLEAN && page.count < filter->limit; rank++)
		if ((filter->ranks >> rank & 1U) != 0)
			rc = read_rank(store, &page, rank);
	return rc;
}

enum fv_err
fv_store_queue_each_changed(struct fv_store *store, uint64_t change, const char *agency,
    size_t limit, fv_store_visit_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_QUEUE_CHANGED, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, change);
	fv_db_bind_uint(stmt, 2, 1);
	fv_db_bind_uint(stmt, 3, FV_QUEUE_RANK_CLEAN);
	bind_text_or_null(stmt, 4, agency);
	fv_db_bind_uint(stmt, 5, limit);
	return fv_db_each_visit(store, stmt, fn, ctx);
}

static enum fv_err
read_count(sqlite3_stmt *stmt, uint64_t *count_out)
{
	enum fv_err rc = fv_db_row(stmt);

	*count_out = rc == FV_OK ? fv_db_col_uint(stmt, 0) : 0;
	(void)sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_EIO : rc;
}

enum fv_err
fv_store_queue_count_since(struct fv_store *store, uint64_t change, uint32_t from_rank,
    uint32_t until_rank, const char *agency, uint64_t max, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_QUEUE_COUNT_SINCE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, change);
	fv_db_bind_uint(stmt, 2, from_rank);
	fv_db_bind_uint(stmt, 3, until_rank);
	bind_text_or_null(stmt, 4, agency);
	fv_db_bind_uint(stmt, 5, max);
	return read_count(stmt, count_out);
}

enum fv_err
fv_store_queue_change(struct fv_store *store, uint64_t *change_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*change_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_QUEUE_TICK_GET, &stmt)) != FV_OK)
		return rc;
	return read_count(stmt, change_out);
}

enum fv_err
fv_store_silent_count(
    struct fv_store *store, int64_t since_ms, const char *agency, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_SILENT_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, since_ms);
	bind_text_or_null(stmt, 2, agency);
	return read_count(stmt, count_out);
}

enum fv_err
fv_store_sos_count(struct fv_store *store, const char *agency, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_SOS_COUNT, &stmt)) != FV_OK)
		return rc;
	bind_text_or_null(stmt, 1, agency);
	return read_count(stmt, count_out);
}

/* -- causes -------------------------------------------------------------------------- */

enum fv_err
fv_store_cause_each(struct fv_store *store, const struct fv_store_queue_filter *f,
    fv_store_cause_fn fn, void *ctx)
{
	const bool is_filtered = f->officer != NULL || f->has_from || f->has_until;
	struct fv_store_cause cause;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = fv_db_make(store, is_filtered ? FV_SQL_CAUSE_FILTERED : FV_SQL_CAUSE_EACH, &stmt);
	if (rc != FV_OK)
		return rc;
	bind_text_or_null(stmt, 1, f->agency);
	fv_db_bind_uint(stmt, 2, f->limit);
	if (is_filtered)
		bind_text_or_null(stmt, 3, f->officer);
	if (f->has_from)
		fv_db_bind_int(stmt, 4, f->from_day);
	if (f->has_until)
		fv_db_bind_int(stmt, 5, f->until_day);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		cause.pack = fv_db_col(stmt, 0);
		cause.rule = fv_db_col(stmt, 1);
		cause.cause = fv_db_col(stmt, 2);
		cause.verdict = fv_db_col_u32(stmt, 3);
		cause.severity = fv_db_col_u32(stmt, 4);
		cause.visits = fv_db_col_uint(stmt, 5);
		if ((rc = fn(&cause, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_cause_findings(struct fv_store *store, const struct fv_store_cause *cause,
    const struct fv_store_queue_filter *f, fv_store_open_fn fn, void *ctx)
{
	struct fv_store_open finding;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CAUSE_VISITS, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, cause->rule);
	fv_db_bind_uint(
	    stmt, 2, (cause->verdict == FV_VERDICT_FAIL ? 0U : 5U) + cause->severity);
	fv_db_bind_int(stmt, 3, f->after_contact != NULL ? f->after_ms : INT64_MIN);
	fv_db_bind_text(stmt, 4, fv_span_z(f->after_contact != NULL ? f->after_contact : ""));
	fv_db_bind_text(stmt, 5, cause->pack);
	fv_db_bind_text(stmt, 6, cause->cause);
	bind_text_or_null(stmt, 7, f->agency);
	bind_text_or_null(stmt, 8, f->officer);
	if (f->has_from)
		fv_db_bind_int(stmt, 9, f->from_day);
	if (f->has_until)
		fv_db_bind_int(stmt, 10, f->until_day);
	fv_db_bind_uint(stmt, 11, f->limit);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		fv_db_read_open(stmt, &finding);
		if ((rc = fn(&finding, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- who looked ---------------------------------------------------------------------- */

enum fv_err
fv_store_looked_set(struct fv_store *store, const char *who, uint64_t change, int64_t at_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_LOOKED_SET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(who));
	fv_db_bind_uint(stmt, 2, change);
	fv_db_bind_int(stmt, 3, at_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_looked_get(
    struct fv_store *store, const char *who, uint64_t *change_out, int64_t *at_ms_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*change_out = 0;
	*at_ms_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_LOOKED_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(who));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*change_out = fv_db_col_uint(stmt, 0);
	*at_ms_out = fv_db_col_int(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}
