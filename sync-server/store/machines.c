#include "machines.h"

#include <string.h>

#include "db.h"

enum fv_err
fv_store_token_put(struct fv_store *store, const struct fv_store_token *token)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TOKEN_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(token->account));
	fv_db_bind_blob(stmt, 2, fv_span_of(token->hash.b, FV_HASH_BYTES));
	fv_db_bind_uint(stmt, 3, token->epoch);
	fv_db_bind_int(stmt, 4, token->created_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_token_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_store_token *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_TOKEN_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(hash->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	out->hash = *hash;
	out->epoch = fv_db_col_uint(stmt, 1);
	out->created_ms = fv_db_col_int(stmt, 2);
	if (!fv_db_col_z(stmt, 0, out->account, sizeof out->account))
		rc = FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_token_drop(struct fv_store *store, struct fv_span account)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TOKEN_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, account);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_position_put(struct fv_store *store, const struct fv_store_position *p)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_POSITION_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(p->user));
	fv_db_bind_text(stmt, 2, fv_span_z(p->device));
	fv_db_bind_text(stmt, 3, fv_span_z(p->agency));
	fv_db_bind_int(stmt, 4, p->at_ms);
	fv_db_bind_int(stmt, 5, p->place.lat_e7);
	fv_db_bind_int(stmt, 6, p->place.lon_e7);
	if (p->has_accuracy)
		fv_db_bind_int(stmt, 7, p->accuracy_m);
	fv_db_bind_int(stmt, 8, p->received_ms);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return sqlite3_changes(store->db) == 1 ? FV_OK : FV_EEXIST;
}

static enum fv_err
read_position(sqlite3_stmt *stmt, struct fv_store_position *out)
{
	memset(out, 0, sizeof *out);
	out->no = fv_db_col_uint(stmt, 0);
	out->at_ms = fv_db_col_int(stmt, 4);
	out->place.lat_e7 = (int32_t)fv_db_col_int(stmt, 5);
	out->place.lon_e7 = (int32_t)fv_db_col_int(stmt, 6);
	out->has_accuracy = fv_db_col_has(stmt, 7);
	out->accuracy_m = fv_db_col_u32(stmt, 7);
	out->received_ms = fv_db_col_int(stmt, 8);
	return fv_db_col_z(stmt, 1, out->user, sizeof out->user) &&
		fv_db_col_z(stmt, 2, out->device, sizeof out->device) &&
		fv_db_col_z(stmt, 3, out->agency, sizeof out->agency)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_position_each(struct fv_store *store, uint64_t after, const char *user,
    const char *agency, size_t max, fv_store_position_fn fn, void *ctx)
{
	struct fv_store_position position;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_POSITION_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_uint(stmt, 1, after);
	if (user != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(user));
	if (agency != NULL)
		fv_db_bind_text(stmt, 3, fv_span_z(agency));
	fv_db_bind_uint(stmt, 4, max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_position(stmt, &position)) != FV_OK ||
		    (rc = fn(&position, ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
