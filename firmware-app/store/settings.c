#include <string.h>

#include "firmware-app/store/statements.h"

enum fv_err
fv_store_put_setting(struct fv_store *store, const char *name, struct fv_span value)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_SETTING_PUT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	fv_store_bind(stmt, 2, value);
	return fv_store_run(stmt);
}

/* Step to the row of a setting. */
static enum fv_err
find(struct fv_store *store, const char *name, sqlite3_stmt **stmt_out)
{
	enum fv_err rc = fv_store_stmt(store, SQL_SETTING_GET, stmt_out);

	if (rc != FV_OK)
		return rc;
	sqlite3_bind_text(*stmt_out, 1, name, -1, SQLITE_STATIC);
	return fv_store_row(*stmt_out);
}

enum fv_err
fv_store_get_setting(struct fv_store *store, const char *name, struct fv_buf *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = find(store, name, &stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(out, fv_store_column(stmt, 0));
	sqlite3_reset(stmt);
	return fv_buf_status(out);
}

enum fv_err
fv_store_get_fixed(struct fv_store *store, const char *name, uint8_t *out, size_t len)
{
	struct fv_span value;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, len);
	if ((rc = find(store, name, &stmt)) != FV_OK)
		return rc;
	value = fv_store_column(stmt, 0);
	rc = value.len == len ? FV_OK : FV_ECORRUPT;
	if (rc == FV_OK)
		memcpy(out, value.ptr, len);
	sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_put_int(struct fv_store *store, const char *name, int64_t value)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_SETTING_PUT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, value);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_get_int(struct fv_store *store, const char *name, int64_t *value_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*value_out = 0;
	if ((rc = find(store, name, &stmt)) != FV_OK)
		return rc;
	*value_out = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_drop_setting(struct fv_store *store, const char *name)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_SETTING_DROP, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_add_meter(
    struct fv_store *store, const char *day, uint64_t up_bytes, uint64_t down_bytes)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_METER_ADD, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, day, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, (sqlite3_int64)up_bytes);
	sqlite3_bind_int64(stmt, 3, (sqlite3_int64)down_bytes);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_get_meter(
    struct fv_store *store, const char *day, uint64_t *up_bytes_out, uint64_t *down_bytes_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*up_bytes_out = 0;
	*down_bytes_out = 0;
	if ((rc = fv_store_stmt(store, SQL_METER_GET, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, day, -1, SQLITE_STATIC);
	if ((rc = fv_store_row(stmt)) == FV_OK) {
		*up_bytes_out = (uint64_t)sqlite3_column_int64(stmt, 0);
		*down_bytes_out = (uint64_t)sqlite3_column_int64(stmt, 1);
		sqlite3_reset(stmt);
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}
