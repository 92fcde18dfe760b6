#include "stale.h"

#include "db.h"

#define SEQ_BITS 40
#define SEQ_MAX ((INT64_C(1) << SEQ_BITS) - 1)

static int64_t
record_id(int64_t no, uint64_t seq)
{
	return (no << SEQ_BITS) | (int64_t)(seq > (uint64_t)SEQ_MAX ? (uint64_t)SEQ_MAX : seq);
}

enum fv_err
fv_store_stale_put(struct fv_store *store, struct fv_span case_id, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_STALE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_int(stmt, 2, now_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_stale_drop(struct fv_store *store, struct fv_span case_id, uint64_t touched)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_STALE_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_uint(stmt, 2, touched);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_stale_count(struct fv_store *store, uint64_t *count_out, int64_t *since_ms_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	*since_ms_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_STALE_COUNT, &stmt)) != FV_OK ||
	    (rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*count_out = fv_db_col_uint(stmt, 0);
	*since_ms_out = fv_db_col_int(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

/* Column 0 of every row as a case id. */
static enum fv_err
each_case(struct fv_store *store, sqlite3_stmt *stmt, fv_store_case_id_fn fn, void *ctx)
{
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK)
		if (fv_db_col_has(stmt, 0) && (rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_stale_each(struct fv_store *store, size_t max, fv_store_stale_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_STALE_EACH, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fn(fv_db_col(stmt, 0), fv_db_col_uint(stmt, 1), ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_behind_each(struct fv_store *store, size_t max, fv_store_behind_fn fn, void *ctx)
{
	struct fv_store_behind behind;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_SEEN_BEHIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		behind.no = fv_db_col_int(stmt, 0);
		behind.size = fv_db_col_uint(stmt, 1);
		behind.sealed_size = fv_db_col_uint(stmt, 2);
		behind.seen_size = fv_db_col_uint(stmt, 3);
		behind.seen_sealed_size = fv_db_col_uint(stmt, 4);
		if ((rc = fn(&behind, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_seen_put(struct fv_store *store, int64_t no, uint64_t size, uint64_t sealed_size)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_SEEN_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, size);
	fv_db_bind_uint(stmt, 3, sealed_size);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_refilled_each(struct fv_store *store, size_t max, fv_store_refilled_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_REFILLED_EACH, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		const int64_t id = fv_db_col_int(stmt, 0);

		if ((rc = fn(id >> SEQ_BITS, (uint64_t)(id & SEQ_MAX), ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_refilled_drop(struct fv_store *store, int64_t no, uint64_t seq)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_REFILLED_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(no, seq));
	return fv_db_run(stmt);
}

enum fv_err
fv_store_record_each_case_of(struct fv_store *store, int64_t no, uint64_t from, uint64_t until,
    fv_store_case_id_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RECORD_CASES, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(no, from));
	fv_db_bind_int(stmt, 2, record_id(no, until));
	return each_case(store, stmt, fn, ctx);
}

enum fv_err
fv_store_device_each_case(
    struct fv_store *store, int64_t no, fv_store_case_id_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_DEVICE_CASES, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	return each_case(store, stmt, fn, ctx);
}

enum fv_err
fv_store_device_each_case_since(
    struct fv_store *store, int64_t no, int64_t ms, fv_store_case_id_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_DEVICE_CASES_OPEN, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, ms);
	return each_case(store, stmt, fn, ctx);
}

enum fv_err
fv_store_data_version(struct fv_store *store, int64_t *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*out = 0;
	if ((rc = fv_db_get(store, FV_SQL_DATA_VERSION, &stmt)) != FV_OK ||
	    (rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*out = fv_db_col_int(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}
