#include "db.h"

#include <string.h>

enum fv_err
fv_db_code(int sqlite_rc)
{
	switch (sqlite_rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return FV_OK;
	case SQLITE_NOMEM:
		return FV_ENOMEM;
	case SQLITE_FULL:
		return FV_EFULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return FV_EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return FV_ECORRUPT;
	case SQLITE_CONSTRAINT:
		return sqlite_rc == SQLITE_CONSTRAINT_TRIGGER ? FV_EDENIED : FV_EEXIST;
	case SQLITE_TOOBIG:
		return FV_ETOOBIG;
	case SQLITE_INTERRUPT:
		return FV_ESTATE;
	case SQLITE_CANTOPEN:
		return FV_ENOENT;
	default:
		return FV_EIO;
	}
}

static enum fv_err
prepare(struct fv_store *store, enum fv_sql sql, sqlite3_stmt **stmt_out)
{
	*stmt_out = NULL;
	return fv_db_code(sqlite3_prepare_v3(
	    store->db, fv_sql_text[sql], -1, SQLITE_PREPARE_PERSISTENT, stmt_out, NULL));
}

enum fv_err
fv_db_get(struct fv_store *store, enum fv_sql sql, sqlite3_stmt **stmt_out)
{
	sqlite3_stmt *stmt = store->stmts[sql];
	enum fv_err rc;

	*stmt_out = NULL;
	if (stmt == NULL) {
		if ((rc = prepare(store, sql, &stmt)) != FV_OK)
			return rc;
		store->stmts[sql] = stmt;
	} else {
		(void)sqlite3_reset(stmt); /* repeats the last run's error: known already */
		(void)sqlite3_clear_bindings(stmt);
	}
	*stmt_out = stmt;
	return FV_OK;
}

enum fv_err
fv_db_make(struct fv_store *store, enum fv_sql sql, sqlite3_stmt **stmt_out)
{
	sqlite3_stmt *stmt = store->stmts[sql];

	if (stmt != NULL && sqlite3_stmt_busy(stmt))
		return prepare(store, sql, stmt_out);
	return fv_db_get(store, sql, stmt_out);
}

void
fv_db_drop(struct fv_store *store, sqlite3_stmt *stmt)
{
	for (size_t i = 0; i < FV_SQL_COUNT; i++)
		if (stmt != NULL && store->stmts[i] == stmt) {
			(void)sqlite3_reset(stmt);
			(void)sqlite3_clear_bindings(stmt);
			return;
		}
	(void)sqlite3_finalize(stmt);
}

enum fv_err
fv_db_run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	(void)sqlite3_reset(stmt); /* says again what step said */
	return rc == SQLITE_ROW ? FV_EIO : fv_db_code(rc);
}

enum fv_err
fv_db_row(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return FV_OK;
	(void)sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? FV_ENOENT : fv_db_code(rc);
}

enum fv_err
fv_db_exec(struct fv_store *store, const char *sql)
{
	return fv_db_code(sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

enum fv_err
fv_db_exec_int(struct fv_store *store, const char *sql, int64_t *value_out)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	*value_out = 0;
	rc = fv_db_code(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL));
	if (rc == FV_OK && (rc = fv_db_row(stmt)) == FV_OK)
		*value_out = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* A failed bind leaves NULL bound, which the NOT NULL columns refuse. */
void
fv_db_bind_blob(sqlite3_stmt *stmt, int at, struct fv_span span)
{
	if (span.len == 0)
		(void)sqlite3_bind_zeroblob(stmt, at, 0);
	else
		(void)sqlite3_bind_blob64(stmt, at, span.ptr, span.len, SQLITE_STATIC);
}

void
fv_db_bind_text(sqlite3_stmt *stmt, int at, struct fv_span span)
{
	(void)sqlite3_bind_text64(stmt, at, span.len == 0 ? "" : (const char *)span.ptr,
	    span.len, SQLITE_STATIC, SQLITE_UTF8);
}

void
fv_db_bind_int(sqlite3_stmt *stmt, int at, int64_t value)
{
	(void)sqlite3_bind_int64(stmt, at, value);
}

void
fv_db_bind_uint(sqlite3_stmt *stmt, int at, uint64_t value)
{
	(void)sqlite3_bind_int64(stmt, at, (int64_t)value);
}

struct fv_span
fv_db_col(sqlite3_stmt *stmt, int at)
{
	const void *ptr = sqlite3_column_blob(stmt, at);
	int len = sqlite3_column_bytes(stmt, at);

	return fv_span_of(ptr, ptr == NULL || len < 0 ? 0 : (size_t)len);
}

bool
fv_db_col_has(sqlite3_stmt *stmt, int at)
{
	return sqlite3_column_type(stmt, at) != SQLITE_NULL;
}

int64_t
fv_db_col_int(sqlite3_stmt *stmt, int at)
{
	return sqlite3_column_int64(stmt, at);
}

uint64_t
fv_db_col_uint(sqlite3_stmt *stmt, int at)
{
	return (uint64_t)sqlite3_column_int64(stmt, at);
}

uint32_t
fv_db_col_u32(sqlite3_stmt *stmt, int at)
{
	return (uint32_t)sqlite3_column_int64(stmt, at);
}

bool
fv_db_col_fixed(sqlite3_stmt *stmt, int at, void *out, size_t len)
{
	struct fv_span span = fv_db_col(stmt, at);

	memset(out, 0, len);
	if (span.len != len)
		return false;
	memcpy(out, span.ptr, len);
	return true;
}

bool
fv_db_col_z(sqlite3_stmt *stmt, int at, char *out, size_t cap)
{
	struct fv_span span = fv_db_col(stmt, at);

	memset(out, 0, cap);
	if (span.len >= cap || (span.len > 0 && memchr(span.ptr, 0, span.len) != NULL))
		return false;
	if (span.len > 0)
		memcpy(out, span.ptr, span.len);
	return true;
}
