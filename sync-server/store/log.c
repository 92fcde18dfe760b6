#include "log.h"

#include <string.h>

#include "db.h"

enum fv_err
fv_store_leaf_count(struct fv_store *store, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_LEAF_COUNT, &stmt)) != FV_OK)
		return rc;
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_leaf_put(
    struct fv_store *store, uint64_t index, struct fv_span data, const struct fv_hash *hash)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_LEAF_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, index);
	fv_db_bind_blob(stmt, 2, data);
	fv_db_bind_blob(stmt, 3, fv_span_of(hash->b, sizeof hash->b));
	return fv_db_run(stmt);
}

enum fv_err
fv_store_leaf_get(struct fv_store *store, uint64_t index, struct fv_buf *data_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_LEAF_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, index);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(data_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(data_out);
}

static enum fv_err
get_hash(sqlite3_stmt *stmt, struct fv_hash *hash_out)
{
	enum fv_err rc;

	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	if (!fv_db_col_fixed(stmt, 0, hash_out->b, sizeof hash_out->b))
		rc = FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_node_put(
    struct fv_store *store, uint32_t level, uint64_t index, const struct fv_hash *hash)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_NODE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, level);
	fv_db_bind_uint(stmt, 2, index);
	fv_db_bind_blob(stmt, 3, fv_span_of(hash->b, sizeof hash->b));
	return fv_db_run(stmt);
}

enum fv_err
fv_store_node_get(
    struct fv_store *store, uint32_t level, uint64_t index, struct fv_hash *hash_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(hash_out, 0, sizeof *hash_out);
	if (level == 0) {
		if ((rc = fv_db_get(store, FV_SQL_LEAF_HASH, &stmt)) != FV_OK)
			return rc;
		fv_db_bind_uint(stmt, 1, index);
	} else {
		if ((rc = fv_db_get(store, FV_SQL_NODE_GET, &stmt)) != FV_OK)
			return rc;
		fv_db_bind_uint(stmt, 1, level);
		fv_db_bind_uint(stmt, 2, index);
	}
	return get_hash(stmt, hash_out);
}

enum fv_err
fv_store_head_put(struct fv_store *store, uint64_t size, const struct fv_hash *root)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_HEAD_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, size);
	fv_db_bind_blob(stmt, 2, fv_span_of(root->b, sizeof root->b));
	return fv_db_run(stmt);
}

enum fv_err
fv_store_head_get(struct fv_store *store, uint64_t *size_out, struct fv_hash *root_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*size_out = 0;
	memset(root_out, 0, sizeof *root_out);
	if ((rc = fv_db_get(store, FV_SQL_HEAD_GET, &stmt)) != FV_OK)
		return rc;
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*size_out = fv_db_col_uint(stmt, 0);
	if (!fv_db_col_fixed(stmt, 1, root_out->b, sizeof root_out->b))
		rc = FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_head_find(struct fv_store *store, uint64_t size, struct fv_hash *root_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(root_out, 0, sizeof *root_out);
	if ((rc = fv_db_get(store, FV_SQL_HEAD_FIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, size);
	return get_hash(stmt, root_out);
}

enum fv_err
fv_store_document_put(struct fv_store *store, const struct fv_store_document *document)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DOCUMENT_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(document->hash.b, FV_HASH_BYTES));
	fv_db_bind_text(stmt, 2, fv_span_z(document->kind));
	fv_db_bind_blob(stmt, 3, document->salt);
	fv_db_bind_blob(stmt, 4, document->body);
	fv_db_bind_int(stmt, 5, document->added_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_document_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_buf *body_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DOCUMENT_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(hash->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(body_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(body_out);
}
