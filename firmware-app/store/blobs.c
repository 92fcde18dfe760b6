#include <string.h>

#include "firmware-app/store/statements.h"

static struct fv_span
hash_span(const struct fv_hash *hash)
{
	return fv_span_of(hash->b, sizeof hash->b);
}

enum fv_err
fv_store_put_blob(
    struct fv_store *store, const struct fv_hash *hash, uint64_t seq, struct fv_span data)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_PUT, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(hash));
	sqlite3_bind_int64(stmt, 2, (sqlite3_int64)seq);
	fv_store_bind(stmt, 3, data);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_get_blob(struct fv_store *store, const struct fv_hash *hash, struct fv_buf *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_GET, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(hash));
	if ((rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(out, fv_store_column(stmt, 0));
	sqlite3_reset(stmt);
	return fv_buf_status(out);
}

enum fv_err
fv_store_each_unsent_blob(struct fv_store *store, fv_store_blob_fn fn, void *ctx)
{
	struct fv_blob_row row;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_UNSENT, &stmt)) != FV_OK)
		return rc;
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		if ((rc = fv_store_column_hash(stmt, 0, &row.hash)) != FV_OK)
			break;
		row.seq = (uint64_t)sqlite3_column_int64(stmt, 1);
		row.is_piece = (row.seq & FV_BLOB_PIECE) != 0;
		row.seq &= ~FV_BLOB_PIECE;
		row.held_bytes = (uint64_t)sqlite3_column_int64(stmt, 2);
		row.total_bytes = (uint64_t)sqlite3_column_int64(stmt, 3);
		if ((rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_set_blob_held(struct fv_store *store, const struct fv_hash *hash, uint64_t held_bytes)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_HELD, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(hash));
	sqlite3_bind_int64(
	    stmt, 2, held_bytes > INT64_MAX ? INT64_MAX : (sqlite3_int64)held_bytes);
	return fv_store_run(stmt);
}

static enum fv_err
count(struct fv_store *store, enum fv_sql sql, uint64_t from, uint64_t *count_out,
    uint64_t *bytes_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	*bytes_out = 0;
	if ((rc = fv_store_stmt(store, sql, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)from);
	if ((rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	*count_out = (uint64_t)sqlite3_column_int64(stmt, 0);
	*bytes_out = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_count_unsent_blobs(struct fv_store *store, uint64_t *count_out, uint64_t *bytes_out)
{
	return count(store, SQL_BLOB_COUNT, 0, count_out, bytes_out);
}

enum fv_err
fv_store_count_unsent_pieces(struct fv_store *store, uint64_t *count_out, uint64_t *bytes_out)
{
	return count(store, SQL_BLOB_COUNT, FV_BLOB_PIECE, count_out, bytes_out);
}

enum fv_err
fv_store_count_pieces(struct fv_store *store, uint64_t *bytes_out)
{
	uint64_t none;

	return count(store, SQL_BLOB_PIECES, FV_BLOB_PIECE, &none, bytes_out);
}

enum fv_err
fv_store_drop_pieces(struct fv_store *store, uint64_t seq)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_DROP_PIECES, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(seq | FV_BLOB_PIECE));
	rc = fv_store_row(stmt);
	sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_adopt_staged(struct fv_store *store, uint64_t seq)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_BLOB_ADOPT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(seq | FV_BLOB_PIECE));
	return fv_store_run(stmt);
}

enum fv_err
fv_store_drop_staged(struct fv_store *store)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_store_stmt(store, SQL_BLOB_DROP_STAGED, &stmt);

	return rc == FV_OK ? fv_store_run(stmt) : rc;
}

enum fv_err
fv_store_put_part(struct fv_store *store, const struct fv_part_row *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_PART_PUT, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(&row->hash));
	sqlite3_bind_int64(stmt, 2, row->kind);
	fv_store_bind(stmt, 3, row->key);
	sqlite3_bind_int64(stmt, 4, (sqlite3_int64)row->version);
	sqlite3_bind_int64(stmt, 5, (sqlite3_int64)row->total_bytes);
	fv_store_bind(stmt, 6, row->data);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_get_part(struct fv_store *store, const struct fv_hash *hash, struct fv_buf *data_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_PART_GET, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(hash));
	if ((rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(data_out, fv_store_column(stmt, 0));
	sqlite3_reset(stmt);
	return fv_buf_status(data_out);
}

enum fv_err
fv_store_drop_part(struct fv_store *store, const struct fv_hash *hash)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_PART_DROP, &stmt)) != FV_OK)
		return rc;
	fv_store_bind(stmt, 1, hash_span(hash));
	return fv_store_run(stmt);
}

enum fv_err
fv_store_each_part(struct fv_store *store, fv_store_part_fn fn, void *ctx)
{
	struct fv_part_row row;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_PART_EACH, &stmt)) != FV_OK)
		return rc;
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		if ((rc = fv_store_column_hash(stmt, 0, &row.hash)) != FV_OK)
			break;
		row.kind = (uint32_t)sqlite3_column_int64(stmt, 1);
		row.key = fv_store_column(stmt, 2);
		row.version = (uint64_t)sqlite3_column_int64(stmt, 3);
		row.total_bytes = (uint64_t)sqlite3_column_int64(stmt, 4);
		row.data = fv_store_column(stmt, 5);
		if ((rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}
