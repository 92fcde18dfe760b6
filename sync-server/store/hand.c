#include "hand.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db.h"

#define AUDIENCE_BYTES 32U

enum fv_err
fv_store_hand_get(
    struct fv_store *store, const struct fv_store_device *device, struct fv_store_hand *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_HAND_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, device->no);
	if ((rc = fv_db_row(stmt)) == FV_ENOENT) {
		memcpy(out->said, device->officer, sizeof out->said);
		memcpy(out->holder, device->officer, sizeof out->holder);
		return FV_OK;
	}
	if (rc != FV_OK)
		return rc;
	out->since_ms = fv_db_col_int(stmt, 2);
	out->is_kept = true;
	rc = fv_db_col_z(stmt, 0, out->said, sizeof out->said) &&
		fv_db_col_z(stmt, 1, out->holder, sizeof out->holder)
	    ? FV_OK
	    : FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_hand_put(struct fv_store *store, int64_t device_no, const struct fv_store_hand *hand)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_get(store, FV_SQL_HAND_PUT, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, device_no);
	fv_db_bind_text(stmt, 2, fv_span_z(hand->said));
	fv_db_bind_text(stmt, 3, fv_span_z(hand->holder));
	fv_db_bind_int(stmt, 4, hand->since_ms);
	return fv_db_run(stmt);
}

/* -- who let him ---------------------------------------------------------------------- */

static enum fv_err
about_officer(struct fv_store *store, enum fv_sql sql, int64_t device_no,
    struct fv_span officer, sqlite3_stmt **stmt_out)
{
	enum fv_err rc = fv_db_get(store, sql, stmt_out);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(*stmt_out, 1, device_no);
	fv_db_bind_text(*stmt_out, 2, officer);
	return FV_OK;
}

static enum fv_err
read_let(sqlite3_stmt *stmt, struct fv_store_let *out)
{
	memset(out, 0, sizeof *out);
	out->at_ms = fv_db_col_int(stmt, 2);
	out->is_let = fv_db_col_has(stmt, 3);
	out->let_ms = fv_db_col_int(stmt, 3);
	return fv_db_col_fixed(stmt, 0, out->ticket, sizeof out->ticket) &&
		fv_db_col_fixed(stmt, 1, out->proof, sizeof out->proof)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_let_get(struct fv_store *store, int64_t device_no, struct fv_span officer,
    struct fv_store_let *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	rc = about_officer(store, FV_SQL_HAND_LET_GET, device_no, officer, &stmt);
	if (rc != FV_OK || (rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_let(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_let_each(struct fv_store *store, fv_store_let_fn fn, void *ctx)
{
	struct fv_store_let let;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_HAND_LET_EACH, &stmt);

	while (rc == FV_OK && (rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_let(stmt, &let)) == FV_OK)
			rc = fn(fv_db_col_int(stmt, 4), &let, ctx);
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_let_put(struct fv_store *store, int64_t device_no, struct fv_span officer,
    const struct fv_store_let *let)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = about_officer(store, FV_SQL_HAND_LET_PUT, device_no, officer, &stmt);
	if (rc != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 3, fv_span_of(let->ticket, sizeof let->ticket));
	fv_db_bind_blob(stmt, 4, fv_span_of(let->proof, sizeof let->proof));
	fv_db_bind_int(stmt, 5, let->at_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_let_found(
    struct fv_store *store, int64_t device_no, struct fv_span officer, int64_t now_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = about_officer(store, FV_SQL_HAND_LET_FOUND, device_no, officer, &stmt);
	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 3, now_ms);
	return fv_db_run(stmt);
}

/* -- what follows for the handheld ---------------------------------------------------- */

/* One of the tellings, about the changes of one officer's audience. */
static enum fv_err
tell(struct fv_store *store, enum fv_sql sql, const char *device, const char *officer,
    uint64_t cursor)
{
	char of[AUDIENCE_BYTES];
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_get(store, sql, &stmt);

	if (rc != FV_OK)
		return rc;
	(void)snprintf(of, sizeof of, "o:%.24s", officer);
	fv_db_bind_text(stmt, 1, fv_span_z(device));
	if (sql != FV_SQL_HAND_FORGET)
		fv_db_bind_text(stmt, 2, fv_span_z(of));
	if (sql == FV_SQL_HAND_BURY)
		fv_db_bind_uint(stmt, 3, cursor);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_hand_over(struct fv_store *store, int64_t device_no, const char *from, const char *to,
    uint64_t cursor)
{
	char device[AUDIENCE_BYTES];
	enum fv_err rc;

	(void)snprintf(device, sizeof device, "d:%" PRId64, device_no);
	rc = tell(store, FV_SQL_HAND_FORGET, device, "", cursor);
	if (rc == FV_OK && from[0] != '\0')
		rc = tell(store, FV_SQL_HAND_BURY, device, from, cursor);
	if (rc == FV_OK && from[0] != '\0')
		rc = tell(store, FV_SQL_HAND_SETTLE, device, from, cursor);
	if (rc == FV_OK && to[0] != '\0')
		rc = tell(store, FV_SQL_HAND_TELL, device, to, cursor);
	if (rc == FV_OK && to[0] != '\0')
		rc = tell(store, FV_SQL_HAND_SETTLE, device, to, cursor);
	return rc;
}
