#include <inttypes.h>
#include <stdio.h>

#include "book.h"
#include "db.h"

#define AUDIENCE_BYTES 32U
#define LEAP INT64_C(1000000000) /* more changes than come between two backups */

/* "" everyone, "o:<officer>", "d:<device number>". */
static void
name_officer(const char *officer, char out[AUDIENCE_BYTES])
{
	snprintf(out, AUDIENCE_BYTES, "o:%.24s", officer);
}

static void
name_device(int64_t no, char out[AUDIENCE_BYTES])
{
	snprintf(out, AUDIENCE_BYTES, "d:%" PRId64, no);
}

static enum fv_err
drop_change(
    struct fv_store *store, const char *audience, enum fv_item_kind kind, struct fv_span key)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_CHANGED_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(audience));
	fv_db_bind_int(stmt, 2, kind);
	fv_db_bind_blob(stmt, 3, key);
	return fv_db_run(stmt);
}

static void
name_audience(struct fv_store_audience audience, char out[AUDIENCE_BYTES])
{
	out[0] = 0;
	if (audience.officer != NULL)
		name_officer(audience.officer, out);
	else if (audience.device_no != 0)
		name_device(audience.device_no, out);
}

static enum fv_err
put_change(struct fv_store *store, enum fv_sql sql, const char *audience,
    enum fv_item_kind kind, struct fv_span key)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, sql, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(audience));
	fv_db_bind_int(stmt, 2, kind);
	fv_db_bind_blob(stmt, 3, key);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_change_once(struct fv_store *store, struct fv_store_audience audience,
    enum fv_item_kind kind, struct fv_span key)
{
	char name[AUDIENCE_BYTES];

	name_audience(audience, name);
	return put_change(store, FV_SQL_CHANGED_ONCE, name, kind, key);
}

/* A new number for each audience that has the pack already. */
static enum fv_err
change_pack(struct fv_store *store, struct fv_span key)
{
	char name[AUDIENCE_BYTES];
	sqlite3_stmt *stmt = NULL;
	struct fv_buf names = {0};
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CHANGED_AUDIENCES, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, FV_ITEM_PACK);
	fv_db_bind_blob(stmt, 2, key);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if (!fv_db_col_z(stmt, 0, name, sizeof name)) {
			rc = FV_ECORRUPT;
			goto cleanup;
		}
		fv_buf_put(&names, name, sizeof name);
	}
	if (rc != FV_ENOENT || (rc = fv_buf_status(&names)) != FV_OK)
		goto cleanup;
	for (size_t at = 0; rc == FV_OK && at < names.len; at += sizeof name) {
		const char *audience = (const char *)names.ptr + at;

		if ((rc = drop_change(store, audience, FV_ITEM_PACK, key)) == FV_OK)
			rc =
			    put_change(store, FV_SQL_CHANGED_PUT, audience, FV_ITEM_PACK, key);
	}
cleanup:
	fv_db_drop(store, stmt);
	fv_buf_clear(&names);
	return rc;
}

enum fv_err
fv_store_change(struct fv_store *store, struct fv_store_audience audience,
    enum fv_item_kind kind, struct fv_span key)
{
	static const enum fv_item_kind of_case[] = {
	    FV_ITEM_CASE, FV_ITEM_HISTORY, FV_ITEM_HOLD, FV_ITEM_CARD};
	char name[AUDIENCE_BYTES];
	enum fv_err rc;

	name_audience(audience, name);
	if (kind == FV_ITEM_PACK && name[0] == 0)
		return change_pack(store, key);
	if ((rc = drop_change(store, name, kind, key)) != FV_OK)
		return rc;
	if (kind == FV_ITEM_CASE && (rc = drop_change(store, name, FV_ITEM_TOMBSTONE, key)))
		return rc;
	for (size_t i = 0; kind == FV_ITEM_TOMBSTONE && i < sizeof of_case / sizeof of_case[0];
	     i++)
		if ((rc = drop_change(store, name, of_case[i], key)) != FV_OK)
			return rc;
	return put_change(store, FV_SQL_CHANGED_PUT, name, kind, key);
}

enum fv_err
fv_store_changed_each(struct fv_store *store, const struct fv_store_device *device,
    uint64_t cursor, fv_store_changed_fn fn, void *ctx)
{
	char by_officer[AUDIENCE_BYTES], by_device[AUDIENCE_BYTES];
	struct fv_store_changed row;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	name_officer(device->officer, by_officer);
	name_device(device->no, by_device);
	if ((rc = fv_db_make(store, FV_SQL_CHANGED_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, fv_span_z(by_officer));
	fv_db_bind_text(stmt, 2, fv_span_z(by_device));
	fv_db_bind_uint(stmt, 3, cursor);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		row.change = fv_db_col_uint(stmt, 0);
		row.kind = (enum fv_item_kind)fv_db_col_int(stmt, 1);
		row.key = fv_db_col(stmt, 2);
		if ((rc = fn(&row, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_change_last(struct fv_store *store, uint64_t *change_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*change_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CHANGED_LAST, &stmt)) != FV_OK)
		return rc;
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_EIO : rc;
	*change_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_is_changed(
    struct fv_store *store, enum fv_item_kind kind, uint64_t cursor, bool *is_changed_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*is_changed_out = false;
	if ((rc = fv_db_get(store, FV_SQL_CHANGED_KIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, kind);
	fv_db_bind_uint(stmt, 2, cursor);
	rc = fv_db_row(stmt);
	*is_changed_out = rc == FV_OK;
	(void)sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_leap(struct fv_store *store)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_get(store, FV_SQL_LEAP, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, LEAP);
	return fv_db_run(stmt);
}
