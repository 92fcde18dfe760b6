#include "alerts.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"

static void
bind_int_if(sqlite3_stmt *stmt, int at, bool has, int64_t value)
{
	if (has)
		fv_db_bind_int(stmt, at, value);
}

enum fv_err
fv_store_alert_put(struct fv_store *store, const struct fv_store_alert *a)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ALERT_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(a->id));
	fv_db_bind_int(stmt, 2, a->kind);
	fv_db_bind_int(stmt, 3, a->device_no);
	bind_int_if(stmt, 4, a->said.has_seq, (int64_t)a->said.seq);
	fv_db_bind_int(stmt, 5, a->said.state);
	fv_db_bind_int(stmt, 6, a->said.at_ms);
	fv_db_bind_int(stmt, 7, a->received_ms);
	bind_int_if(stmt, 8, a->has_ended, a->ended_ms);
	bind_int_if(stmt, 9, a->said.has_place, a->said.place.lat_e7);
	bind_int_if(stmt, 10, a->said.has_place, a->said.place.lon_e7);
	bind_int_if(stmt, 11, a->said.has_eph, a->said.eph_mm);
	bind_int_if(stmt, 12, a->said.has_fix_ms, a->said.fix_ms);
	fv_db_bind_int(stmt, 13, a->evidence);
	fv_db_bind_text(stmt, 14, fv_span_z(a->case_id));
	if (a->is_acked)
		fv_db_bind_text(stmt, 15, fv_span_z(a->acked_by));
	bind_int_if(stmt, 16, a->is_acked, a->acked_ms);
	fv_db_bind_int(stmt, 17, a->rounds);
	fv_db_bind_int(stmt, 18, a->next_ms);
	fv_db_bind_text(stmt, 19, fv_span_z(a->said.officer));
	return fv_db_run(stmt);
}

static bool
col_int_if(sqlite3_stmt *stmt, int at, int64_t *value_out)
{
	bool has = fv_db_col_has(stmt, at);

	*value_out = has ? fv_db_col_int(stmt, at) : 0;
	return has;
}

static enum fv_err
read_alert(sqlite3_stmt *stmt, struct fv_store_alert *a)
{
	int64_t value;

	memset(a, 0, sizeof *a);
	if (!fv_db_col_z(stmt, 0, a->id, sizeof a->id) ||
	    !fv_db_col_z(stmt, 13, a->case_id, sizeof a->case_id) ||
	    !fv_db_col_z(stmt, 18, a->said.officer, sizeof a->said.officer))
		return FV_ECORRUPT;
	a->kind = (enum fv_alert_kind)fv_db_col_int(stmt, 1);
	a->device_no = fv_db_col_int(stmt, 2);
	a->said.has_seq = fv_db_col_has(stmt, 3);
	a->said.seq = a->said.has_seq ? fv_db_col_uint(stmt, 3) : 0;
	a->said.state = (enum fv_alert_state)fv_db_col_int(stmt, 4);
	a->said.at_ms = fv_db_col_int(stmt, 5);
	a->received_ms = fv_db_col_int(stmt, 6);
	a->has_ended = col_int_if(stmt, 7, &a->ended_ms);
	a->said.has_place = col_int_if(stmt, 8, &value);
	a->said.place.lat_e7 = (int32_t)value;
	(void)col_int_if(stmt, 9, &value);
	a->said.place.lon_e7 = (int32_t)value;
	a->said.has_eph = col_int_if(stmt, 10, &value);
	a->said.eph_mm = (int32_t)value;
	a->said.has_fix_ms = col_int_if(stmt, 11, &a->said.fix_ms);
	a->evidence = (enum fv_alert_evidence)fv_db_col_int(stmt, 12);
	a->is_acked = col_int_if(stmt, 15, &a->acked_ms);
	if (a->is_acked && !fv_db_col_z(stmt, 14, a->acked_by, sizeof a->acked_by))
		return FV_ECORRUPT;
	a->rounds = fv_db_col_u32(stmt, 16);
	a->next_ms = fv_db_col_int(stmt, 17);
	return FV_OK;
}

enum fv_err
fv_store_alert_get(struct fv_store *store, const char *id, struct fv_store_alert *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ALERT_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(id));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_alert(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

/* Rows first, calls after: what `fn` changes does not disturb the reading. */
static enum fv_err
each_alert(
    struct fv_store *store, enum fv_sql sql, int64_t bound, fv_store_alert_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	struct fv_store_alert a;
	struct fv_buf rows = {0};
	enum fv_err rc;

	if ((rc = fv_db_make(store, sql, &stmt)) != FV_OK)
		goto cleanup;
	if (sql != FV_SQL_ALERT_EACH)
		fv_db_bind_int(stmt, 1, bound);
	while ((rc = fv_db_row(stmt)) == FV_OK && (rc = read_alert(stmt, &a)) == FV_OK)
		fv_buf_put(&rows, &a, sizeof a);
	if (rc != FV_ENOENT || (rc = fv_buf_status(&rows)) != FV_OK)
		goto cleanup;
	for (size_t at = 0; rc == FV_OK && at < rows.len; at += sizeof a) {
		memcpy(&a, rows.ptr + at, sizeof a);
		rc = fn(&a, ctx);
	}
cleanup:
	fv_db_drop(store, stmt);
	fv_buf_clear(&rows);
	return rc;
}

enum fv_err
fv_store_alert_each(struct fv_store *store, fv_store_alert_fn fn, void *ctx)
{
	return each_alert(store, FV_SQL_ALERT_EACH, 0, fn, ctx);
}

enum fv_err
fv_store_alert_each_due(
    struct fv_store *store, int64_t now_ms, fv_store_alert_fn fn, void *ctx)
{
	return each_alert(store, FV_SQL_ALERT_DUE, now_ms, fn, ctx);
}

enum fv_err
fv_store_alert_each_bare(
    struct fv_store *store, int64_t device_no, fv_store_alert_fn fn, void *ctx)
{
	return each_alert(store, FV_SQL_ALERT_BARE, device_no, fn, ctx);
}

enum fv_err
fv_store_alert_count(
    struct fv_store *store, int64_t device_no, int64_t since_ms, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_ALERT_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, device_no);
	fv_db_bind_int(stmt, 2, since_ms);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

/* When alerts are due is changed by a statement over numbers. */
static enum fv_err
move(struct fv_store *store, enum fv_sql sql, const int64_t *values, int count)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, sql, &stmt)) != FV_OK)
		return rc;
	for (int i = 0; i < count; i++)
		fv_db_bind_int(stmt, i + 1, values[i]);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_alert_park(struct fv_store *store, int64_t device_no, uint32_t told)
{
	const int64_t values[] = {device_no, told, FV_STORE_ALERT_PARKED};

	return move(store, FV_SQL_ALERT_PARK, values, 3);
}

enum fv_err
fv_store_alert_unpark(struct fv_store *store, int64_t device_no, int64_t now_ms)
{
	const int64_t values[] = {device_no, now_ms, FV_STORE_ALERT_PARKED};

	return move(store, FV_SQL_ALERT_UNPARK, values, 3);
}

enum fv_err
fv_store_alert_hurry(struct fv_store *store, int64_t now_ms)
{
	const int64_t values[] = {now_ms, FV_STORE_ALERT_PARKED};

	return move(store, FV_SQL_ALERT_HURRY, values, 2);
}

enum fv_err
fv_store_watch_put(struct fv_store *store, const struct fv_store_watch *w)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_WATCH_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, w->device_no);
	bind_int_if(stmt, 2, w->has_visit, (int64_t)w->visit_seq);
	fv_db_bind_text(stmt, 3, fv_span_z(w->case_id));
	bind_int_if(stmt, 4, w->has_due, (int64_t)w->checkin_seq);
	bind_int_if(stmt, 5, w->has_due, w->due_ms);
	return fv_db_run(stmt);
}

static enum fv_err
read_watch(sqlite3_stmt *stmt, struct fv_store_watch *w)
{
	memset(w, 0, sizeof *w);
	w->device_no = fv_db_col_int(stmt, 0);
	w->has_visit = fv_db_col_has(stmt, 1);
	w->visit_seq = w->has_visit ? fv_db_col_uint(stmt, 1) : 0;
	w->has_due = col_int_if(stmt, 4, &w->due_ms);
	w->checkin_seq = w->has_due ? fv_db_col_uint(stmt, 3) : 0;
	return fv_db_col_z(stmt, 2, w->case_id, sizeof w->case_id) ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_store_watch_get(struct fv_store *store, int64_t device_no, struct fv_store_watch *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_WATCH_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, device_no);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_watch(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

static enum fv_err
each_watch(struct fv_store *store, sqlite3_stmt *stmt, fv_store_watch_fn fn, void *ctx)
{
	struct fv_buf rows = {0};
	struct fv_store_watch w;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK && (rc = read_watch(stmt, &w)) == FV_OK)
		fv_buf_put(&rows, &w, sizeof w);
	fv_db_drop(store, stmt);
	if (rc == FV_ENOENT)
		rc = fv_buf_status(&rows);
	for (size_t at = 0; rc == FV_OK && at < rows.len; at += sizeof w) {
		memcpy(&w, rows.ptr + at, sizeof w);
		rc = fn(&w, ctx);
	}
	fv_buf_clear(&rows);
	return rc;
}

enum fv_err
fv_store_watch_each_due(
    struct fv_store *store, int64_t now_ms, fv_store_watch_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_WATCH_DUE, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, now_ms);
	return each_watch(store, stmt, fn, ctx);
}

enum fv_err
fv_store_watch_each_case(
    struct fv_store *store, struct fv_span case_id, fv_store_watch_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc = fv_db_make(store, FV_SQL_WATCH_CASE, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	return each_watch(store, stmt, fn, ctx);
}
