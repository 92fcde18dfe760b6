/* What was asked for at the door, exceptions and what settled them, cases by filter, figures.
 */
#include <string.h>

#include "db.h"
#include "fv/detail.h"
#include "fv/instant.h"
#include "work.h"

#define SEQ_BITS 40

/* -- from records ------------------------------------------------------------------------ */

static enum fv_err
note_made(struct fv_store *store, struct fv_span case_id, int64_t at_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_PLAN_MADE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_int(stmt, 2, at_ms);
	return fv_db_run(stmt);
}

/* Key `key` of the payload as a number; 0: it is not there. */
static uint64_t
find_uint(struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader r;
	uint64_t v = 0;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, (UINT64_C(1) << SEQ_BITS) - 1, &v) != FV_OK)
		return 0;
	return v;
}

/* OUTCOME of a visit, or CONTACT: with a business result that waits for somebody. */
static enum fv_err
note_asked(struct fv_store *store, const struct fv_store_record *r, int64_t at_ms)
{
	const bool is_outcome = r->type == FV_REC_OUTCOME;
	const uint64_t business = find_uint(r->payload, is_outcome ? 9 : 13);
	const uint64_t note = find_uint(r->payload, is_outcome ? 10 : 14);
	const uint64_t about = is_outcome ? r->subject_seq : r->seq;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (business == FV_BUSINESS_NONE || business > FV_BUSINESS_REDUCTION ||
	    (is_outcome ? !r->has_subject_seq : r->case_id.len == 0))
		return FV_OK;
	if ((rc = fv_db_get(store, FV_SQL_ASKED_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, (r->no << SEQ_BITS) | (int64_t)about);
	if (!is_outcome)
		fv_db_bind_text(stmt, 2, r->case_id);
	fv_db_bind_uint(stmt, 3, business);
	if (note != 0)
		fv_db_bind_int(stmt, 4, (r->no << SEQ_BITS) | (int64_t)note);
	fv_db_bind_int(stmt, 5, at_ms);
	fv_db_bind_int(stmt, 6, at_ms + FV_ASKED_DAYS * FV_MS_PER_DAY);
	return fv_db_run(stmt);
}

enum fv_err
fv_db_note_work(struct fv_store *store, const struct fv_store_record *record)
{
	struct fv_header header;

	if (!record->has_payload || fv_header_parse(record->header, &header) != FV_OK)
		return FV_OK;
	if (record->type == FV_REC_VISIT_BEGIN && record->case_id.len > 0)
		return note_made(store, record->case_id, header.rtc_ms);
	if (record->type == FV_REC_OUTCOME || record->type == FV_REC_CONTACT)
		return note_asked(store, record, header.rtc_ms);
	return FV_OK;
}

enum fv_err
fv_db_note_asked_all(struct fv_store *store)
{
	struct fv_store_record record = {.has_payload = true};
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_ASKED_RECORDS, &stmt)) == FV_OK) {
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			const int64_t id = fv_db_col_int(stmt, 0);

			record.no = id >> SEQ_BITS;
			record.seq = (uint64_t)id & ((UINT64_C(1) << SEQ_BITS) - 1);
			record.type = fv_db_col_u32(stmt, 1);
			record.header = fv_db_col(stmt, 3);
			record.payload = fv_db_col(stmt, 6);
			record.has_subject_seq = fv_db_col_has(stmt, 8);
			record.subject_seq =
			    fv_db_col_uint(stmt, 8) & ((UINT64_C(1) << SEQ_BITS) - 1);
			record.case_id = fv_db_col(stmt, 9);
			if ((rc = fv_db_note_work(store, &record)) != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}

/* -- what was asked for ------------------------------------------------------------------- */

static enum fv_err
read_asked(sqlite3_stmt *stmt, struct fv_store_asked *a)
{
	memset(a, 0, sizeof *a);
	a->visit = fv_db_col_int(stmt, 0);
	a->record = fv_db_col_int(stmt, 1);
	a->business = fv_db_col_u32(stmt, 4);
	a->at_ms = fv_db_col_int(stmt, 5);
	a->due_ms = fv_db_col_int(stmt, 6);
	a->decision = (enum fv_asked_decision)fv_db_col_int(stmt, 7);
	a->has_decided = fv_db_col_has(stmt, 10);
	a->decided_ms = fv_db_col_int(stmt, 10);
	return fv_db_col_z(stmt, 2, a->case_id, sizeof a->case_id) &&
		fv_db_col_z(stmt, 3, a->agency, sizeof a->agency) &&
		fv_db_col_z(stmt, 8, a->reason, sizeof a->reason) &&
		fv_db_col_z(stmt, 9, a->decided_by, sizeof a->decided_by)
	    ? FV_OK
	    : FV_ECORRUPT;
}

static enum fv_err
take_asked(sqlite3_stmt *stmt, struct fv_store_asked *out)
{
	enum fv_err rc = fv_db_row(stmt);

	if (rc != FV_OK)
		return rc;
	rc = read_asked(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_asked_get(struct fv_store *store, int64_t visit, struct fv_store_asked *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_ASKED_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, visit);
	return take_asked(stmt, out);
}

enum fv_err
fv_store_asked_last(struct fv_store *store, struct fv_span case_id, struct fv_store_asked *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_ASKED_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	return take_asked(stmt, out);
}

enum fv_err
fv_store_asked_each(struct fv_store *store, const struct fv_store_asked_filter *filter,
    fv_store_asked_fn fn, void *ctx)
{
	struct fv_store_asked asked;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_ASKED_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, filter->after_due);
	fv_db_bind_int(stmt, 2, filter->after_visit);
	if (filter->agency != NULL)
		fv_db_bind_text(stmt, 3, fv_span_z(filter->agency));
	if (filter->case_id != NULL)
		fv_db_bind_text(stmt, 4, fv_span_z(filter->case_id));
	fv_db_bind_int(stmt, 5, filter->is_open);
	fv_db_bind_uint(stmt, 6, filter->max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_asked(stmt, &asked)) != FV_OK ||
		    (rc = fn(&asked, ctx)) != FV_OK)
			goto cleanup;
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_asked_decide(struct fv_store *store, const struct fv_store_asked *asked)
{
	struct fv_store_asked held;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_asked_get(store, asked->visit, &held)) != FV_OK)
		return rc;
	if (held.decision != FV_ASKED_OPEN)
		return FV_ESTATE;
	if ((rc = fv_db_get(store, FV_SQL_ASKED_DECIDE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, asked->visit);
	fv_db_bind_int(stmt, 2, asked->decision);
	fv_db_bind_text(stmt, 3, fv_span_z(asked->reason));
	fv_db_bind_text(stmt, 4, fv_span_z(asked->decided_by));
	fv_db_bind_int(stmt, 5, asked->decided_ms);
	return fv_db_run(stmt);
}

/* -- exceptions -----------------------------------------------------------------------------
 */

static enum fv_err
read_exception(sqlite3_stmt *stmt, struct fv_store_exception *e)
{
	memset(e, 0, sizeof *e);
	e->kind = (enum fv_exception_kind)fv_db_col_int(stmt, 0);
	e->at_ms = fv_db_col_int(stmt, 7);
	e->is_settled = fv_db_col_has(stmt, 10);
	e->settled_ms = fv_db_col_int(stmt, 10);
	return fv_db_col_z(stmt, 1, e->key, sizeof e->key) &&
		fv_db_col_z(stmt, 2, e->case_id, sizeof e->case_id) &&
		fv_db_col_z(stmt, 3, e->agency, sizeof e->agency) &&
		fv_db_col_z(stmt, 4, e->subject, sizeof e->subject) &&
		fv_db_col_z(stmt, 5, e->officer, sizeof e->officer) &&
		fv_db_col_z(stmt, 6, e->rule, sizeof e->rule) &&
		fv_db_col_z(stmt, 8, e->reason, sizeof e->reason) &&
		fv_db_col_z(stmt, 9, e->settled_by, sizeof e->settled_by)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_exception_each(struct fv_store *store, const struct fv_store_exception_filter *filter,
    fv_store_exception_fn fn, void *ctx)
{
	struct fv_store_exception e;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_EXCEPTION_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, filter->now_ms);
	if (filter->agency != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(filter->agency));
	fv_db_bind_uint(stmt, 3, filter->kind);
	fv_db_bind_int(stmt, 4, filter->is_settled);
	fv_db_bind_int(stmt, 5, filter->after_ms);
	fv_db_bind_text(stmt, 6, fv_span_z(filter->after_key));
	fv_db_bind_uint(stmt, 7, filter->max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_exception(stmt, &e)) != FV_OK || (rc = fn(&e, ctx)) != FV_OK)
			goto cleanup;
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_exception_count(struct fv_store *store, const char *agency, int64_t now_ms,
    uint64_t max, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_EXCEPTION_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, now_ms);
	if (agency != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(agency));
	fv_db_bind_uint(stmt, 3, max);
	if ((rc = fv_db_row(stmt)) == FV_OK)
		*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_settled_put(struct fv_store *store, const struct fv_store_exception *e)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_SETTLED_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, e->kind);
	fv_db_bind_text(stmt, 2, fv_span_z(e->key));
	fv_db_bind_text(stmt, 3, fv_span_z(e->reason));
	fv_db_bind_text(stmt, 4, fv_span_z(e->settled_by));
	fv_db_bind_int(stmt, 5, e->settled_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_settled_drop(struct fv_store *store, enum fv_exception_kind kind, const char *key)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_SETTLED_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, kind);
	fv_db_bind_text(stmt, 2, fv_span_z(key));
	return fv_db_run(stmt);
}

/* -- figures
 * ---------------------------------------------------------------------------------- */

enum fv_err
fv_store_figures_each(struct fv_store *store, const char *agency, int64_t from_ms,
    int64_t until_ms, fv_store_figures_fn fn, void *ctx)
{
	struct fv_store_figures f;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_KPI_EACH, &stmt)) != FV_OK)
		goto cleanup;
	if (agency != NULL)
		fv_db_bind_text(stmt, 1, fv_span_z(agency));
	fv_db_bind_int(stmt, 2, from_ms);
	fv_db_bind_int(stmt, 3, until_ms);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if (!fv_db_col_z(stmt, 0, f.agency, sizeof f.agency) ||
		    !fv_db_col_z(stmt, 1, f.officer, sizeof f.officer)) {
			rc = FV_ECORRUPT;
			goto cleanup;
		}
		f.visits = fv_db_col_uint(stmt, 2);
		f.clean = fv_db_col_uint(stmt, 3);
		f.open = fv_db_col_uint(stmt, 4);
		f.amended = fv_db_col_uint(stmt, 5);
		f.complaints = fv_db_col_uint(stmt, 6);
		if ((rc = fn(&f, ctx)) != FV_OK)
			goto cleanup;
	}
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
