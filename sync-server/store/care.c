#include "care.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"

#define SEQ_BITS 40
#define SEQ_MAX ((UINT64_C(1) << SEQ_BITS) - 1)
#define LIFE_MS (INT64_C(730) * 86400000) /* of a code that was entered */

enum column {
	C_NO,
	C_RECEIPT,
	C_KIND,
	C_SOURCE,
	C_CASE,
	C_SLIP,
	C_VISIT,
	C_AGENCY,
	C_TEAM,
	C_BADGE,
	C_DAY,
	C_WINDOWS,
	C_KC,
	C_CT,
	C_CAPSULES,
	C_KEY_IDS,
	C_ANSWER_PK,
	C_ZONE,
	C_RECEIVED,
	C_DEADLINE,
	C_STATE,
	C_HOLD,
	C_RENEWALS,
	C_PROPOSED,
	C_PROPOSED_BY,
	C_DECISION,
	C_REASON,
	C_DECIDED_BY,
	C_DECIDED,
	C_ANSWER_KC,
	C_ANSWER_CT,
	C_ANSWER_CAPSULES,
	C_ANSWER_KEY_IDS,
};

static void
bind_blob_if(sqlite3_stmt *stmt, int at, struct fv_span span)
{
	if (span.len > 0)
		fv_db_bind_blob(stmt, at, span);
}

static void
bind_sealed(sqlite3_stmt *stmt, int at, const struct fv_store_sealed *sealed)
{
	bind_blob_if(stmt, at, sealed->kc);
	bind_blob_if(stmt, at + 1, sealed->ct);
	bind_blob_if(stmt, at + 2, sealed->capsules);
	bind_blob_if(stmt, at + 3, sealed->key_ids);
}

/* What may change, at the parameter of the same number as its column. */
static void
bind_changing(sqlite3_stmt *stmt, const struct fv_store_care *row)
{
	fv_db_bind_text(stmt, C_CASE, fv_span_z(row->case_id));
	if (row->has_visit)
		fv_db_bind_int(
		    stmt, C_VISIT, (row->device_no << SEQ_BITS) | (int64_t)row->visit_seq);
	fv_db_bind_text(stmt, C_AGENCY, fv_span_z(row->agency));
	fv_db_bind_text(stmt, C_TEAM, fv_span_z(row->team));
	fv_db_bind_text(stmt, C_BADGE, fv_span_z(row->badge));
	fv_db_bind_text(stmt, C_ZONE, fv_span_z(row->zone));
	fv_db_bind_int(stmt, C_DEADLINE, row->deadline_ms);
	fv_db_bind_int(stmt, C_STATE, row->state);
	if (row->has_hold)
		fv_db_bind_int(stmt, C_HOLD, row->hold_until_ms);
	fv_db_bind_int(stmt, C_RENEWALS, row->renewals);
	fv_db_bind_int(stmt, C_PROPOSED, row->proposed);
	fv_db_bind_text(stmt, C_PROPOSED_BY, fv_span_z(row->proposed_by));
	fv_db_bind_int(stmt, C_DECISION, row->decision);
	fv_db_bind_int(stmt, C_REASON, row->reason);
	fv_db_bind_text(stmt, C_DECIDED_BY, fv_span_z(row->decided_by));
	if (row->decision != 0)
		fv_db_bind_int(stmt, C_DECIDED, row->decided_ms);
	bind_sealed(stmt, C_ANSWER_KC, &row->answer);
}

enum fv_err
fv_store_care_add(struct fv_store *store, const struct fv_store_care *row, int64_t *no_out)
{
	struct fv_store_care held;
	struct fv_hash receipt;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*no_out = 0;
	if (row->receipt.len == FV_HASH_BYTES) {
		memcpy(receipt.b, row->receipt.ptr, sizeof receipt.b);
		if ((rc = fv_store_care_find(store, &receipt, &held)) != FV_ENOENT)
			return rc == FV_OK ? FV_EEXIST : rc;
	}
	if ((rc = fv_db_get(store, FV_SQL_CARE_ADD, &stmt)) != FV_OK)
		return rc;
	bind_blob_if(stmt, C_RECEIPT, row->receipt);
	fv_db_bind_int(stmt, C_KIND, row->kind);
	fv_db_bind_int(stmt, C_SOURCE, row->source);
	bind_blob_if(stmt, C_SLIP, row->slip);
	if (row->has_day)
		fv_db_bind_int(stmt, C_DAY, row->day);
	fv_db_bind_text(stmt, C_WINDOWS, fv_span_z(row->windows));
	bind_sealed(stmt, C_KC, &row->text);
	bind_blob_if(stmt, C_ANSWER_PK, row->answer_pk);
	fv_db_bind_int(stmt, C_RECEIVED, row->received_ms);
	bind_changing(stmt, row);
	if ((rc = fv_db_run(stmt)) == FV_OK)
		*no_out = sqlite3_last_insert_rowid(store->db);
	return rc;
}

enum fv_err
fv_store_care_save(struct fv_store *store, const struct fv_store_care *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_CARE_SAVE, &stmt)) != FV_OK)
		return rc;
	bind_changing(stmt, row);
	fv_db_bind_int(stmt, C_ANSWER_KEY_IDS + 1, row->no);
	return fv_db_run(stmt);
}

static struct fv_store_sealed
read_sealed(sqlite3_stmt *stmt, int at)
{
	return (struct fv_store_sealed){.kc = fv_db_col(stmt, at),
	    .ct = fv_db_col(stmt, at + 1),
	    .capsules = fv_db_col(stmt, at + 2),
	    .key_ids = fv_db_col(stmt, at + 3)};
}

static bool
read_texts(sqlite3_stmt *stmt, struct fv_store_care *row)
{
	return fv_db_col_z(stmt, C_CASE, row->case_id, sizeof row->case_id) &&
	    fv_db_col_z(stmt, C_AGENCY, row->agency, sizeof row->agency) &&
	    fv_db_col_z(stmt, C_TEAM, row->team, sizeof row->team) &&
	    fv_db_col_z(stmt, C_BADGE, row->badge, sizeof row->badge) &&
	    fv_db_col_z(stmt, C_WINDOWS, row->windows, sizeof row->windows) &&
	    fv_db_col_z(stmt, C_ZONE, row->zone, sizeof row->zone) &&
	    fv_db_col_z(stmt, C_PROPOSED_BY, row->proposed_by, sizeof row->proposed_by) &&
	    fv_db_col_z(stmt, C_DECIDED_BY, row->decided_by, sizeof row->decided_by);
}

static enum fv_err
read_row(sqlite3_stmt *stmt, struct fv_store_care *row)
{
	uint64_t visit;

	memset(row, 0, sizeof *row);
	if (!read_texts(stmt, row))
		return FV_ECORRUPT;
	row->no = fv_db_col_int(stmt, C_NO);
	row->receipt = fv_db_col(stmt, C_RECEIPT);
	row->kind = (enum fv_care_kind)fv_db_col_int(stmt, C_KIND);
	row->source = (enum fv_care_source)fv_db_col_int(stmt, C_SOURCE);
	row->slip = fv_db_col(stmt, C_SLIP);
	row->has_visit = fv_db_col_has(stmt, C_VISIT);
	visit = row->has_visit ? fv_db_col_uint(stmt, C_VISIT) : 0;
	row->device_no = (int64_t)(visit >> SEQ_BITS);
	row->visit_seq = visit & SEQ_MAX;
	row->has_day = fv_db_col_has(stmt, C_DAY);
	row->day = row->has_day ? fv_db_col_int(stmt, C_DAY) : 0;
	row->text = read_sealed(stmt, C_KC);
	row->answer_pk = fv_db_col(stmt, C_ANSWER_PK);
	row->received_ms = fv_db_col_int(stmt, C_RECEIVED);
	row->deadline_ms = fv_db_col_int(stmt, C_DEADLINE);
	row->state = (enum fv_care_state)fv_db_col_int(stmt, C_STATE);
	row->has_hold = fv_db_col_has(stmt, C_HOLD);
	row->hold_until_ms = row->has_hold ? fv_db_col_int(stmt, C_HOLD) : 0;
	row->renewals = fv_db_col_u32(stmt, C_RENEWALS);
	row->proposed = fv_db_col_u32(stmt, C_PROPOSED);
	row->decision = fv_db_col_u32(stmt, C_DECISION);
	row->reason = fv_db_col_u32(stmt, C_REASON);
	row->decided_ms = row->decision != 0 ? fv_db_col_int(stmt, C_DECIDED) : 0;
	row->answer = read_sealed(stmt, C_ANSWER_KC);
	return FV_OK;
}

enum fv_err
fv_store_care_get(struct fv_store *store, int64_t no, struct fv_store_care *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_CARE_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	return (rc = fv_db_row(stmt)) == FV_OK ? read_row(stmt, out) : rc;
}

enum fv_err
fv_store_care_find(
    struct fv_store *store, const struct fv_hash *receipt, struct fv_store_care *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_CARE_FIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(receipt->b, FV_HASH_BYTES));
	return (rc = fv_db_row(stmt)) == FV_OK ? read_row(stmt, out) : rc;
}

/* Numbers first, rows and calls after: what `fn` changes does not disturb the reading. */
static enum fv_err
each_no(struct fv_store *store, sqlite3_stmt *stmt, fv_store_care_fn fn, void *ctx)
{
	struct fv_store_care row;
	struct fv_buf numbers = {0};
	int64_t no;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK) {
		no = fv_db_col_int(stmt, 0);
		fv_buf_put(&numbers, &no, sizeof no);
	}
	fv_db_drop(store, stmt);
	if (rc == FV_ENOENT)
		rc = fv_buf_status(&numbers);
	for (size_t at = 0; rc == FV_OK && at < numbers.len; at += sizeof no) {
		memcpy(&no, numbers.ptr + at, sizeof no);
		if ((rc = fv_store_care_get(store, no, &row)) == FV_OK)
			rc = fn(&row, ctx);
	}
	fv_buf_clear(&numbers);
	return rc;
}

enum fv_err
fv_store_care_list(struct fv_store *store, const struct fv_store_care_query *query,
    fv_store_care_fn fn, void *ctx)
{
	const enum fv_sql sql = query->case_id != NULL ? FV_SQL_CARE_LIST_CASE
	    : query->agency != NULL                    ? FV_SQL_CARE_LIST_AGENCY
						       : FV_SQL_CARE_LIST;
	const char *of = query->case_id != NULL ? query->case_id : query->agency;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, sql, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1,
	    query->is_overdue      ? FV_CARE_OPEN
		: query->has_state ? (int64_t)query->state
				   : 0);
	fv_db_bind_int(stmt, 2, query->is_overdue ? query->now_ms : INT64_MAX);
	fv_db_bind_int(stmt, 3, query->after_deadline_ms);
	fv_db_bind_int(stmt, 4, query->after_no);
	fv_db_bind_int(stmt, 5, (int64_t)query->max);
	if (of != NULL)
		fv_db_bind_text(stmt, 6, fv_span_z(of));
	return each_no(store, stmt, fn, ctx);
}

enum fv_err
fv_store_care_count(struct fv_store *store, const char *agency, int64_t now_ms,
    int64_t *open_out, int64_t *overdue_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*open_out = *overdue_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CARE_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, now_ms);
	fv_db_bind_text(stmt, 2, fv_span_z(agency != NULL ? agency : ""));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*open_out = fv_db_col_int(stmt, 0);
	*overdue_out = fv_db_col_int(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_care_each_slip(
    struct fv_store *store, const struct fv_hash *slip, fv_store_care_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_CARE_SLIP, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(slip->b, FV_HASH_BYTES));
	return each_no(store, stmt, fn, ctx);
}

enum fv_err
fv_store_care_each_visit(struct fv_store *store, int64_t device_no, uint64_t visit_seq,
    fv_store_care_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_CARE_VISIT, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, (device_no << SEQ_BITS) | (int64_t)visit_seq);
	return each_no(store, stmt, fn, ctx);
}

enum fv_err
fv_store_care_count_holds(struct fv_store *store, const char *case_id, int64_t no,
    int64_t now_ms, int64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CARE_HOLDS, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	fv_db_bind_int(stmt, 2, no);
	fv_db_bind_int(stmt, 3, now_ms);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*count_out = fv_db_col_int(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

/* -- codes ------------------------------------------------------------------------------ */

static enum fv_err
run_code(struct fv_store *store, enum fv_sql sql, const struct fv_hash *slip, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_get(store, sql, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(slip->b, FV_HASH_BYTES));
	fv_db_bind_int(stmt, 2, now_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_code_seen(struct fv_store *store, const struct fv_hash *slip, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_CODE_OLD, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, now_ms - LIFE_MS);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return run_code(store, FV_SQL_CODE_SEEN, slip, now_ms);
}

enum fv_err
fv_store_code_is_seen(struct fv_store *store, const struct fv_hash *slip, bool *yes_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*yes_out = false;
	if ((rc = fv_db_get(store, FV_SQL_CODE_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(slip->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) == FV_OK)
		(void)sqlite3_reset(stmt);
	*yes_out = rc == FV_OK;
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_code_delivered(struct fv_store *store, const struct fv_hash *slip, int64_t now_ms)
{
	return run_code(store, FV_SQL_CODE_DELIVERED, slip, now_ms);
}

enum fv_err
fv_store_code_each(
    struct fv_store *store, int64_t before_ms, size_t max, fv_store_code_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	struct fv_hash slip;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CODE_EACH, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, before_ms);
	fv_db_bind_int(stmt, 2, (int64_t)max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if (!fv_db_col_fixed(stmt, 0, slip.b, sizeof slip.b))
			rc = FV_ECORRUPT;
		else
			rc = fn(&slip, fv_db_col_int(stmt, 1), ctx);
		if (rc != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}
