#include <string.h>

#include "firmware-app/store/statements.h"

enum fv_err
fv_store_put_record(struct fv_store *store, const struct fv_record_row *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_RECORD_PUT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)row->seq);
	sqlite3_bind_int64(stmt, 2, row->type);
	fv_store_bind(stmt, 3, row->header);
	fv_store_bind(stmt, 4, row->salt);
	fv_store_bind(stmt, 5, row->payload);
	fv_store_bind(stmt, 6, fv_span_of(row->leaf.b, sizeof row->leaf.b));
	if (row->sig.len > 0)
		fv_store_bind(stmt, 7, row->sig);
	return fv_store_run(stmt);
}

static enum fv_err
read_row(sqlite3_stmt *stmt, struct fv_record_row *row)
{
	row->seq = (uint64_t)sqlite3_column_int64(stmt, 0);
	row->type = (uint32_t)sqlite3_column_int64(stmt, 1);
	row->header = fv_store_column(stmt, 2);
	row->salt = fv_store_column(stmt, 3);
	row->payload = fv_store_column(stmt, 4);
	row->sig = fv_store_column(stmt, 6);
	if (row->salt.len != FV_SALT_BYTES ||
	    (row->sig.len != 0 && row->sig.len != FV_SIG_BYTES))
		return FV_ECORRUPT;
	return fv_store_column_hash(stmt, 5, &row->leaf);
}

/* Move a span's bytes into `keep` at `at`, which has the room reserved. */
static void
rehouse(struct fv_span *span, const struct fv_buf *keep, size_t *at)
{
	size_t len = span->len;

	*span = fv_span_of(keep->ptr + *at, len);
	*at += len;
}

enum fv_err
fv_store_get_record(
    struct fv_store *store, uint64_t seq, struct fv_buf *keep, struct fv_record_row *row_out)
{
	sqlite3_stmt *stmt;
	size_t at;
	enum fv_err rc;

	memset(row_out, 0, sizeof *row_out);
	if ((rc = fv_store_stmt(store, SQL_RECORD_GET, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq);
	if ((rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	if ((rc = read_row(stmt, row_out)) == FV_OK) {
		fv_buf_reset(keep);
		fv_buf_put_span(keep, row_out->header);
		fv_buf_put_span(keep, row_out->salt);
		fv_buf_put_span(keep, row_out->payload);
		fv_buf_put_span(keep, row_out->sig);
		rc = fv_buf_status(keep);
	}
	if (rc == FV_OK) {
		at = 0;
		rehouse(&row_out->header, keep, &at);
		rehouse(&row_out->salt, keep, &at);
		rehouse(&row_out->payload, keep, &at);
		rehouse(&row_out->sig, keep, &at);
	}
	sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_each_record(
    struct fv_store *store, uint64_t from, uint64_t to, fv_store_record_fn fn, void *ctx)
{
	struct fv_record_row row;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_RECORD_RANGE, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)from);
	sqlite3_bind_int64(stmt, 2, to > INT64_MAX ? INT64_MAX : (sqlite3_int64)to);
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		if ((rc = read_row(stmt, &row)) != FV_OK || (rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_each_of_types(struct fv_store *store, const uint32_t *types, size_t count,
    fv_store_record_fn fn, void *ctx)
{
	struct fv_record_row row;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (count > FV_STORE_TYPES_MAX)
		return FV_ERANGE;
	if ((rc = fv_store_stmt(store, SQL_RECORD_OF_TYPES, &stmt)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		sqlite3_bind_int64(stmt, (int)i + 1, types[i]);
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		if ((rc = read_row(stmt, &row)) != FV_OK || (rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_each_leaf(struct fv_store *store, fv_store_leaf_fn fn, void *ctx)
{
	struct fv_hash leaf;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_RECORD_LEAVES, &stmt)) != FV_OK)
		return rc;
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		if ((rc = fv_store_column_hash(stmt, 0, &leaf)) != FV_OK ||
		    (rc = fn(&leaf, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* One integer from a bound statement. */
static enum fv_err
take_count(sqlite3_stmt *stmt, uint64_t *value_out)
{
	enum fv_err rc = fv_store_row(stmt);

	if (rc == FV_OK)
		*value_out = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_count_records(struct fv_store *store, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_store_stmt(store, SQL_RECORD_COUNT, &stmt)) != FV_OK)
		return rc;
	return take_count(stmt, count_out);
}

enum fv_err
fv_store_last_of_type(
    struct fv_store *store, uint32_t type, uint64_t before, uint64_t *seq_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*seq_out = 0;
	if ((rc = fv_store_stmt(store, SQL_RECORD_LAST_OF_TYPE, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, type);
	sqlite3_bind_int64(stmt, 2, before > INT64_MAX ? INT64_MAX : (sqlite3_int64)before);
	return take_count(stmt, seq_out);
}
