#include <string.h>

#include "db.h"
#include "records.h"

/* Two numbers about a device. */
static enum fv_err
read_two(struct fv_store *store, enum fv_sql which, int64_t no, uint64_t *first_out,
    uint64_t *second_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*first_out = 0;
	*second_out = 0;
	if ((rc = fv_db_get(store, which, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*first_out = fv_db_col_uint(stmt, 0);
	*second_out = fv_db_col_uint(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_quarantine_count(
    struct fv_store *store, int64_t no, uint64_t *spans_out, uint64_t *bytes_out)
{
	return read_two(store, FV_SQL_QUARANTINE_SUM, no, spans_out, bytes_out);
}

enum fv_err
fv_store_blob_count_missing(
    struct fv_store *store, int64_t no, uint64_t *count_out, uint64_t *pieces_out)
{
	return read_two(store, FV_SQL_BLOB_COUNT_MISSING, no, count_out, pieces_out);
}

enum fv_err
fv_store_quarantine_put(struct fv_store *store, int64_t no, uint64_t seq,
    enum fv_quarantine_reason reason, struct fv_span span)
{
	uint64_t spans, bytes;
	struct fv_hash hash;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_quarantine_count(store, no, &spans, &bytes)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_QUARANTINE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_sha256(span, &hash);
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, seq);
	fv_db_bind_int(stmt, 3, reason);
	fv_db_bind_blob(stmt, 4, fv_span_of(hash.b, sizeof hash.b));
	if (bytes + span.len <= FV_QUARANTINE_MAX)
		fv_db_bind_blob(stmt, 5, span);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_blob_name(struct fv_store *store, int64_t no, const struct fv_hash *hash,
    uint64_t seq, enum fv_blob_kind kind)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_BLOB_NAME, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_blob(stmt, 2, fv_span_of(hash->b, sizeof hash->b));
	fv_db_bind_uint(stmt, 3, seq);
	fv_db_bind_int(stmt, 4, kind);
	return fv_db_run(stmt);
}

static enum fv_err
read_blob(sqlite3_stmt *stmt, int64_t no, struct fv_store_blob *out)
{
	int64_t kind = fv_db_col_int(stmt, 2);

	memset(out, 0, sizeof *out);
	out->no = no;
	out->seq = fv_db_col_uint(stmt, 1);
	out->kind = (enum fv_blob_kind)kind;
	out->total = fv_db_col_uint(stmt, 3);
	out->held = fv_db_col_uint(stmt, 4);
	out->is_complete = fv_db_col_int(stmt, 5) != 0;
	out->data = fv_db_col(stmt, 6);
	if (!fv_db_col_fixed(stmt, 0, out->hash.b, sizeof out->hash.b) ||
	    kind < FV_BLOB_PAYLOAD || kind > FV_BLOB_PIECE)
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_store_blob_get(
    struct fv_store *store, int64_t no, const struct fv_hash *hash, struct fv_store_blob *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_BLOB_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_blob(stmt, 2, fv_span_of(hash->b, sizeof hash->b));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_blob(stmt, no, out);
}

enum fv_err
fv_store_blob_put(struct fv_store *store, const struct fv_store_blob *blob)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_BLOB_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, blob->no);
	fv_db_bind_blob(stmt, 2, fv_span_of(blob->hash.b, sizeof blob->hash.b));
	fv_db_bind_uint(stmt, 3, blob->total);
	fv_db_bind_uint(stmt, 4, blob->held);
	fv_db_bind_int(stmt, 5, blob->is_complete);
	fv_db_bind_blob(stmt, 6, blob->data);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_blob_missing(
    struct fv_store *store, int64_t no, size_t max, fv_store_blob_fn fn, void *ctx)
{
	struct fv_store_blob blob;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_BLOB_MISSING, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_blob(stmt, no, &blob)) != FV_OK ||
		    (rc = fn(&blob, ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
