#include "db.h"
#include "shifts.h"

#include <string.h>

static enum fv_err
read_device(sqlite3_stmt *stmt, struct fv_store_device *out)
{
	bool ok;

	memset(out, 0, sizeof *out);
	out->no = fv_db_col_int(stmt, 0);
	ok = fv_db_col_fixed(stmt, 1, out->dev, sizeof out->dev) &&
	    fv_db_col_fixed(stmt, 2, out->pk_0, sizeof out->pk_0) &&
	    fv_db_col_fixed(stmt, 3, out->pk_sync, sizeof out->pk_sync) &&
	    fv_db_col_fixed(stmt, 4, out->pk_box, sizeof out->pk_box) &&
	    fv_db_col_fixed(stmt, 5, out->ticket_id, sizeof out->ticket_id) &&
	    fv_db_col_z(stmt, 6, out->agency, sizeof out->agency) &&
	    fv_db_col_z(stmt, 7, out->team, sizeof out->team) &&
	    fv_db_col_z(stmt, 8, out->officer, sizeof out->officer) &&
	    fv_db_col_fixed(stmt, 9, out->handle_secret, sizeof out->handle_secret);
	out->handle_idx = fv_db_col_u32(stmt, 10);
	out->enrolled_ms = fv_db_col_int(stmt, 11);
	out->enrol_index = fv_db_col_uint(stmt, 12);
	out->is_approved = fv_db_col_has(stmt, 13);
	out->approved_ms = fv_db_col_int(stmt, 13);
	out->is_revoked = fv_db_col_has(stmt, 14);
	out->revoked_ms = fv_db_col_int(stmt, 14);
	out->trusted_size = fv_db_col_uint(stmt, 15);
	return ok ? FV_OK : FV_ECORRUPT;
}

static enum fv_err
add_trail(struct fv_store *store, int64_t no, const uint8_t pk_0[FV_KEY_BYTES])
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TRAIL_ADD, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_blob(stmt, 2, fv_span_of(pk_0, FV_KEY_BYTES));
	return fv_db_run(stmt);
}

enum fv_err
fv_store_device_add(
    struct fv_store *store, const struct fv_store_device *device, int64_t *no_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*no_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_DEVICE_ADD, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(device->dev, sizeof device->dev));
	fv_db_bind_blob(stmt, 2, fv_span_of(device->pk_0, sizeof device->pk_0));
	fv_db_bind_blob(stmt, 3, fv_span_of(device->pk_sync, sizeof device->pk_sync));
	fv_db_bind_blob(stmt, 4, fv_span_of(device->pk_box, sizeof device->pk_box));
	fv_db_bind_blob(stmt, 5, fv_span_of(device->ticket_id, sizeof device->ticket_id));
	fv_db_bind_text(stmt, 6, fv_span_z(device->agency));
	fv_db_bind_text(stmt, 7, fv_span_z(device->team));
	fv_db_bind_text(stmt, 8, fv_span_z(device->officer));
	fv_db_bind_blob(
	    stmt, 9, fv_span_of(device->handle_secret, sizeof device->handle_secret));
	fv_db_bind_uint(stmt, 10, device->handle_idx);
	fv_db_bind_int(stmt, 11, device->enrolled_ms);
	fv_db_bind_uint(stmt, 12, device->enrol_index);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	*no_out = sqlite3_last_insert_rowid(store->db);
	return add_trail(store, *no_out, device->pk_0);
}

static enum fv_err
get_one(sqlite3_stmt *stmt, struct fv_store_device *out)
{
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_device(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_device_get(
    struct fv_store *store, const uint8_t dev[FV_DEV_BYTES], struct fv_store_device *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DEVICE_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(dev, FV_DEV_BYTES));
	return get_one(stmt, out);
}

enum fv_err
fv_store_device_get_no(struct fv_store *store, int64_t no, struct fv_store_device *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DEVICE_GET_NO, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	return get_one(stmt, out);
}

/* Run a bound statement of devices; it is dropped. */
static enum fv_err
each_device(struct fv_store *store, sqlite3_stmt *stmt, fv_store_device_fn fn, void *ctx)
{
	struct fv_store_device device;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_device(stmt, &device)) != FV_OK ||
		    (rc = fn(&device, ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_wipe(&device, sizeof device);
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_device_each(
    struct fv_store *store, const char *officer, fv_store_device_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = fv_db_make(
	    store, officer == NULL ? FV_SQL_DEVICE_EACH : FV_SQL_DEVICE_EACH_OFFICER, &stmt);
	if (rc != FV_OK)
		return rc;
	if (officer != NULL)
		fv_db_bind_text(stmt, 1, fv_span_z(officer));
	return each_device(store, stmt, fn, ctx);
}

struct device_search {
	struct fv_span start;
	struct fv_store_device *out;
	size_t count;
};

static enum fv_err
match_device(const struct fv_store_device *device, void *ctx)
{
	struct device_search *search = ctx;

	if (memcmp(device->dev, search->start.ptr, search->start.len) == 0) {
		*search->out = *device;
		search->count++;
	}
	return FV_OK;
}

enum fv_err
fv_store_device_find(struct fv_store *store, struct fv_span start, struct fv_store_device *out)
{
	struct device_search search = {start, out, 0};
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (start.len == 0 || start.len > FV_DEV_BYTES)
		return FV_ENOENT;
	if ((rc = fv_db_make(store, FV_SQL_DEVICE_FROM, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, start);
	if ((rc = each_device(store, stmt, match_device, &search)) == FV_OK)
		rc = search.count == 1 ? FV_OK : FV_ENOENT;
	if (rc != FV_OK)
		fv_wipe(out, sizeof *out);
	return rc;
}

enum fv_err
fv_store_device_each_after(struct fv_store *store, const struct fv_store_device_ask *ask,
    fv_store_device_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = fv_db_make(store,
	    ask->agency == NULL ? FV_SQL_DEVICE_AFTER : FV_SQL_DEVICE_AFTER_AGENCY, &stmt);
	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, ask->after);
	fv_db_bind_int(stmt, 2, (int64_t)ask->max);
	fv_db_bind_int(stmt, 3, ask->heard_until_ms);
	if (ask->agency != NULL)
		fv_db_bind_text(stmt, 4, fv_span_z(ask->agency));
	return each_device(store, stmt, fn, ctx);
}

enum fv_err
fv_store_device_approve(struct fv_store *store, int64_t no, int64_t approved_ms)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DEVICE_APPROVE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, approved_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_device_revoke(
    struct fv_store *store, int64_t no, int64_t revoked_ms, uint64_t trusted_size)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_DEVICE_REVOKE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, revoked_ms);
	fv_db_bind_uint(stmt, 3, trusted_size);
	return fv_db_run(stmt);
}

static enum fv_err
put_handle(struct fv_store *store, int64_t no, const uint8_t handle[8], uint32_t idx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_HANDLE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(handle, 8));
	fv_db_bind_int(stmt, 2, no);
	fv_db_bind_uint(stmt, 3, idx);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_handles_set(struct fv_store *store, int64_t no, uint32_t current_idx,
    const struct fv_store_handle *handles, size_t count)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_HANDLE_CLEAR, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if ((rc = put_handle(store, no, handles[i].handle, handles[i].idx)) != FV_OK)
			return rc;
	if ((rc = fv_db_get(store, FV_SQL_DEVICE_HANDLE_IDX, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, current_idx);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_handle_find(
    struct fv_store *store, const uint8_t handle[8], int64_t *no_out, uint32_t *idx_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*no_out = 0;
	*idx_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_HANDLE_FIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(handle, 8));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*no_out = fv_db_col_int(stmt, 0);
	*idx_out = fv_db_col_u32(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}
