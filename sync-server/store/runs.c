/* Runs of the audit, and what they changed. */
#include <string.h>

#include "db.h"
#include "findings.h"

enum fv_err
fv_store_run_put(struct fv_store *store, const struct fv_store_run *run, uint64_t *no_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*no_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_RUN_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, run->started_ms);
	fv_db_bind_text(stmt, 2, run->args);
	fv_db_bind_blob(stmt, 3, run->packs);
	if ((rc = fv_db_run(stmt)) == FV_OK)
		*no_out = (uint64_t)sqlite3_last_insert_rowid(store->db);
	return rc;
}

enum fv_err
fv_store_run_last(struct fv_store *store, struct fv_store_run *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_RUN_GET, &stmt)) != FV_OK ||
	    (rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	out->no = fv_db_col_uint(stmt, 0);
	out->started_ms = fv_db_col_int(stmt, 1);
	out->is_ended = fv_db_col_has(stmt, 2);
	out->ended_ms = fv_db_col_int(stmt, 2);
	out->args = fv_db_col(stmt, 3);
	out->packs = fv_db_col(stmt, 4);
	out->cursor = fv_db_col(stmt, 5);
	out->tally = fv_db_col(stmt, 6);
	return FV_OK;
}

enum fv_err
fv_store_run_save(struct fv_store *store, const struct fv_store_run *run)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_RUN_SAVE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, run->no);
	fv_db_bind_text(stmt, 2, run->cursor);
	fv_db_bind_text(stmt, 3, run->tally);
	if (run->is_ended)
		fv_db_bind_int(stmt, 4, run->ended_ms);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return sqlite3_changes(store->db) == 1 ? FV_OK : FV_ESTATE;
}

enum fv_err
fv_store_run_each_change(struct fv_store *store, uint64_t no, fv_store_change_fn fn, void *ctx)
{
	struct fv_store_finding_change change;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RUN_CHANGES, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_uint(stmt, 1, no);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		change.case_id = fv_db_col(stmt, 0);
		change.subject = fv_db_col(stmt, 1);
		change.pack = fv_db_col(stmt, 2);
		change.rule = fv_db_col(stmt, 3);
		change.was = fv_db_col_u32(stmt, 4);
		change.now = fv_db_col_u32(stmt, 5);
		change.was_revision = fv_db_col_u32(stmt, 6);
		change.now_revision = fv_db_col_u32(stmt, 7);
		if ((rc = fn(&change, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
