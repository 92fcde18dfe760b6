#include "notes.h"

#include "db.h"

static enum fv_err
count(struct fv_store *store, int64_t no, uint64_t seq, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_REWRAP_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, seq);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_rewrap_put(struct fv_store *store, const struct fv_store_rewrap *rewrap)
{
	struct fv_hash hash;
	sqlite3_stmt *stmt;
	uint64_t held;
	enum fv_err rc;

	if ((rc = count(store, rewrap->no, rewrap->seq, &held)) != FV_OK)
		return rc;
	if (held >= FV_REWRAPS_MAX)
		return FV_ERANGE;
	if ((rc = fv_db_get(store, FV_SQL_REWRAP_PUT, &stmt)) != FV_OK)
		return rc;
	fv_sha256(rewrap->capsules, &hash);
	fv_db_bind_int(stmt, 1, rewrap->no);
	fv_db_bind_uint(stmt, 2, rewrap->seq);
	fv_db_bind_blob(stmt, 3, fv_span_of(hash.b, sizeof hash.b));
	fv_db_bind_blob(stmt, 4, rewrap->key_ids);
	fv_db_bind_blob(stmt, 5, rewrap->capsules);
	fv_db_bind_blob(stmt, 6, rewrap->note);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_rewrap_each(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_rewrap_fn fn, void *ctx)
{
	struct fv_store_rewrap rewrap = {.no = no, .seq = seq};
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_REWRAP_EACH, &stmt)) == FV_OK) {
		fv_db_bind_int(stmt, 1, no);
		fv_db_bind_uint(stmt, 2, seq);
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			rewrap.key_ids = fv_db_col(stmt, 0);
			rewrap.capsules = fv_db_col(stmt, 1);
			rewrap.note = fv_db_col(stmt, 2);
			if ((rc = fn(&rewrap, ctx)) != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_roster_draft_get(struct fv_store *store, struct fv_buf *note_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ROSTER_DRAFT_GET, &stmt)) != FV_OK ||
	    (rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(note_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(note_out);
}

enum fv_err
fv_store_roster_draft_set(struct fv_store *store, struct fv_span note)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ROSTER_DRAFT_SET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, note);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_roster_draft_drop(struct fv_store *store)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ROSTER_DRAFT_DROP, &stmt)) != FV_OK)
		return rc;
	return fv_db_run(stmt);
}
