#include "findings.h"

#include <string.h>

#include "db.h"

static void
read_import(sqlite3_stmt *stmt, struct fv_store_import *out)
{
	out->source = fv_db_col(stmt, 0);
	out->id = fv_db_col(stmt, 1);
	out->case_id = fv_db_col(stmt, 2);
	out->is_event = fv_db_col_int(stmt, 3) != 0;
	out->at_ms = fv_db_col_int(stmt, 4);
	out->line = fv_db_col(stmt, 5);
}

enum fv_err
fv_store_import_get(struct fv_store *store, struct fv_span source, struct fv_span id,
    struct fv_store_import *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_IMPORT_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, source);
	fv_db_bind_text(stmt, 2, id);
	if ((rc = fv_db_row(stmt)) == FV_OK)
		read_import(stmt, out);
	return rc;
}

/* FV_OK: not there yet. */
static enum fv_err
compare_held(struct fv_store *store, const struct fv_store_import *line)
{
	struct fv_store_import held;
	enum fv_err rc = fv_store_import_get(store, line->source, line->id, &held);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc == FV_OK)
		rc = fv_span_equal(held.line, line->line) ? FV_EEXIST : FV_ECONFLICT;
	return rc;
}

enum fv_err
fv_store_import_put(struct fv_store *store, const struct fv_store_import *line)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = compare_held(store, line)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_IMPORT_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, line->source);
	fv_db_bind_text(stmt, 2, line->id);
	fv_db_bind_text(stmt, 3, line->case_id);
	fv_db_bind_int(stmt, 4, line->is_event);
	fv_db_bind_int(stmt, 5, line->at_ms);
	fv_db_bind_blob(stmt, 6, line->line);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_import_each(
    struct fv_store *store, const char *case_id, fv_store_import_fn fn, void *ctx)
{
	struct fv_store_import line;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	rc = fv_db_make(
	    store, case_id == NULL ? FV_SQL_IMPORT_EACH : FV_SQL_IMPORT_EACH_CASE, &stmt);
	if (rc != FV_OK)
		goto cleanup;
	if (case_id != NULL)
		fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		read_import(stmt, &line);
		if ((rc = fn(&line, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_finding_append(struct fv_store *store, const struct fv_store_finding *f)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_FINDING_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(f->id, sizeof f->id));
	fv_db_bind_text(stmt, 2, f->subject);
	fv_db_bind_text(stmt, 3, f->case_id);
	fv_db_bind_text(stmt, 4, f->pack);
	fv_db_bind_text(stmt, 5, f->rule);
	fv_db_bind_uint(stmt, 6, f->verdict);
	fv_db_bind_int(stmt, 7, f->is_provisional);
	fv_db_bind_int(stmt, 8, f->contact_ms);
	fv_db_bind_blob(stmt, 9, fv_span_of(f->pack_sha256.b, FV_HASH_BYTES));
	fv_db_bind_text(stmt, 10, f->engine);
	fv_db_bind_text(stmt, 11, f->tzdata);
	fv_db_bind_blob(stmt, 12, f->as_of);
	fv_db_bind_blob(stmt, 13, fv_span_of(f->inputs_hash.b, FV_HASH_BYTES));
	fv_db_bind_blob(stmt, 14, f->inputs);
	fv_db_bind_int(stmt, 15, f->judged_ms);
	fv_db_bind_uint(stmt, 16, f->run);
	return fv_db_run(stmt);
}

enum fv_err
fv_db_read_finding(sqlite3_stmt *stmt, struct fv_store_finding *out)
{
	memset(out, 0, sizeof *out);
	out->revision = fv_db_col_u32(stmt, 1);
	out->subject = fv_db_col(stmt, 2);
	out->case_id = fv_db_col(stmt, 3);
	out->pack = fv_db_col(stmt, 4);
	out->rule = fv_db_col(stmt, 5);
	out->verdict = fv_db_col_u32(stmt, 6);
	out->is_provisional = fv_db_col_int(stmt, 7) != 0;
	out->contact_ms = fv_db_col_int(stmt, 8);
	out->engine = fv_db_col(stmt, 10);
	out->tzdata = fv_db_col(stmt, 11);
	out->as_of = fv_db_col(stmt, 12);
	out->inputs = fv_db_col(stmt, 14);
	out->judged_ms = fv_db_col_int(stmt, 15);
	out->run = fv_db_col_uint(stmt, 16);
	if (!fv_db_col_fixed(stmt, 0, out->id, sizeof out->id) ||
	    !fv_db_col_fixed(stmt, 9, out->pack_sha256.b, FV_HASH_BYTES) ||
	    !fv_db_col_fixed(stmt, 13, out->inputs_hash.b, FV_HASH_BYTES))
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_store_finding_last(
    struct fv_store *store, const uint8_t id[16], struct fv_store_finding *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_FINDING_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return fv_db_read_finding(stmt, out);
}

static enum fv_err
each_finding(struct fv_store *store, enum fv_sql sql, const char *case_id,
    fv_store_finding_fn fn, void *ctx)
{
	struct fv_store_finding finding;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, sql, &stmt)) != FV_OK)
		goto cleanup;
	if (case_id != NULL)
		fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fv_db_read_finding(stmt, &finding)) != FV_OK ||
		    (rc = fn(&finding, ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_finding_each(
    struct fv_store *store, const char *case_id, fv_store_finding_fn fn, void *ctx)
{
	return each_finding(store,
	    case_id == NULL ? FV_SQL_FINDING_EACH : FV_SQL_FINDING_EACH_CASE, case_id, fn,
	    ctx);
}

enum fv_err
fv_store_standing_each(
    struct fv_store *store, const char *case_id, fv_store_finding_fn fn, void *ctx)
{
	return each_finding(store,
	    case_id == NULL ? FV_SQL_STANDING_EACH : FV_SQL_STANDING_EACH_CASE, case_id, fn,
	    ctx);
}

enum fv_err
fv_store_finding_each_revision(
    struct fv_store *store, const uint8_t id[16], fv_store_finding_fn fn, void *ctx)
{
	struct fv_store_finding finding;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_FINDING_REVISIONS, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fv_db_read_finding(stmt, &finding)) != FV_OK ||
		    (rc = fn(&finding, ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}
