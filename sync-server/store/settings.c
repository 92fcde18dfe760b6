#include "settings.h"

#include <string.h>

#include "db.h"

enum fv_err
fv_store_config_put(
    struct fv_store *store, const struct fv_store_config *config, const struct fv_hash *hash)
{
	const struct fv_store_note note = {
	    .version = config->version, .hash = *hash, .note = config->note};
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_note_put(store, FV_NOTE_CONFIG, &note)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_CONFIG_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, config->version);
	fv_db_bind_text(stmt, 2, fv_span_z(config->scope));
	fv_db_bind_text(stmt, 3, fv_span_z(config->signer));
	fv_db_bind_int(stmt, 4, config->taken_ms);
	return fv_db_run(stmt);
}

static enum fv_err
read_config(sqlite3_stmt *stmt, struct fv_store_config *out)
{
	memset(out, 0, sizeof *out);
	out->version = fv_db_col_uint(stmt, 1);
	out->taken_ms = fv_db_col_int(stmt, 3);
	out->note = fv_db_col(stmt, 4);
	return fv_db_col_z(stmt, 0, out->scope, sizeof out->scope) &&
		fv_db_col_z(stmt, 2, out->signer, sizeof out->signer)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_config_last(struct fv_store *store, const char *scope, struct fv_store_config *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_CONFIG_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(scope));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_config(stmt, out);
}

enum fv_err
fv_store_config_each(struct fv_store *store, fv_store_config_fn fn, void *ctx)
{
	struct fv_store_config config;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CONFIG_EACH, &stmt)) != FV_OK)
		goto cleanup;
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = read_config(stmt, &config)) != FV_OK ||
		    (rc = fn(&config, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_config_teams(
    struct fv_store *store, struct fv_span agency, fv_store_text_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CONFIG_TEAMS, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, agency);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_config_said(struct fv_store *store, int64_t no, struct fv_buf *payload_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_CONFIG_SAID, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, FV_REC_SYNC);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(payload_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(payload_out);
}
