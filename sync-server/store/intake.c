#include "intake.h"

#include <string.h>

#include "db.h"

enum fv_err
fv_store_intake_put(struct fv_store *store, const struct fv_store_intake *row, int64_t *id_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_INTAKE_PUT, &stmt)) != FV_OK)
		return rc;
	if (row->id != 0)
		fv_db_bind_int(stmt, 1, row->id);
	fv_db_bind_text(stmt, 2, row->folder);
	fv_db_bind_text(stmt, 3, row->name);
	fv_db_bind_text(stmt, 4, row->filed_as);
	fv_db_bind_text(stmt, 5, row->kind);
	fv_db_bind_blob(stmt, 6, fv_span_of(row->sha256.b, FV_HASH_BYTES));
	fv_db_bind_int(stmt, 7, row->size);
	fv_db_bind_int(stmt, 8, row->taken_ms);
	fv_db_bind_int(stmt, 9, row->state);
	if (row->has_leaf)
		fv_db_bind_uint(stmt, 10, row->leaf);
	fv_db_bind_text(stmt, 11, row->answer);
	fv_db_bind_int(stmt, 12, row->is_filed);
	if ((rc = fv_db_run(stmt)) == FV_OK)
		*id_out = row->id != 0 ? row->id : sqlite3_last_insert_rowid(store->db);
	return rc;
}

enum fv_err
fv_store_intake_filed(struct fv_store *store, int64_t id)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_INTAKE_FILED, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id);
	if ((rc = fv_db_run(stmt)) == FV_OK && sqlite3_changes(store->db) == 0)
		rc = FV_ENOENT;
	return rc;
}

static enum fv_err
read_row(sqlite3_stmt *stmt, struct fv_store_intake *out)
{
	memset(out, 0, sizeof *out);
	out->id = fv_db_col_int(stmt, 0);
	out->folder = fv_db_col(stmt, 1);
	out->name = fv_db_col(stmt, 2);
	out->filed_as = fv_db_col(stmt, 3);
	out->kind = fv_db_col(stmt, 4);
	out->size = fv_db_col_int(stmt, 6);
	out->taken_ms = fv_db_col_int(stmt, 7);
	out->state = (enum fv_intake_state)fv_db_col_int(stmt, 8);
	out->has_leaf = fv_db_col_has(stmt, 9);
	out->leaf = (uint64_t)fv_db_col_int(stmt, 9);
	out->answer = fv_db_col(stmt, 10);
	out->is_filed = fv_db_col_int(stmt, 11) != 0;
	return fv_db_col_fixed(stmt, 5, out->sha256.b, FV_HASH_BYTES) ? FV_OK : FV_ECORRUPT;
}

/* Every row of the statement; drops it. */
static enum fv_err
each_row(struct fv_store *store, sqlite3_stmt *stmt, fv_store_intake_fn fn, void *ctx)
{
	struct fv_store_intake row;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = read_row(stmt, &row)) != FV_OK || (rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
}

enum fv_err
fv_store_intake_waiting(
    struct fv_store *store, struct fv_span folder, fv_store_intake_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_INTAKE_WAITING, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, folder);
	return each_row(store, stmt, fn, ctx);
}

enum fv_err
fv_store_intake_folders(struct fv_store *store, fv_store_intake_folder_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_INTAKE_FOLDERS, &stmt)) != FV_OK)
		return rc;
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
}

enum fv_err
fv_store_intake_each(struct fv_store *store, uint32_t limit, fv_store_intake_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_INTAKE_EACH, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, limit);
	return each_row(store, stmt, fn, ctx);
}

enum fv_err
fv_store_intake_has_name(
    struct fv_store *store, struct fv_span folder, struct fv_span filed_as, bool *yes_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*yes_out = false;
	if ((rc = fv_db_get(store, FV_SQL_INTAKE_NAMED, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, folder);
	fv_db_bind_text(stmt, 2, filed_as);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*yes_out = fv_db_col_int(stmt, 0) != 0;
	(void)sqlite3_reset(stmt);
	return FV_OK;
}
