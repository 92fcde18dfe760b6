/* Plans, holds and finding cases. */
#include "work.h"

#include <string.h>

#include "db.h"

/* -- plans ------------------------------------------------------------------------------ */

static void
bind_plan(sqlite3_stmt *stmt, const struct fv_store_plan *p)
{
	if (p->id != 0)
		fv_db_bind_int(stmt, 1, p->id);
	fv_db_bind_int(stmt, 2, p->day);
	fv_db_bind_uint(stmt, 3, p->from_minute);
	fv_db_bind_uint(stmt, 4, p->to_minute);
	fv_db_bind_int(stmt, 5, p->day_from_ms);
	fv_db_bind_int(stmt, 6, p->day_to_ms);
	fv_db_bind_int(stmt, 7, p->from_ms);
	fv_db_bind_int(stmt, 8, p->to_ms);
	fv_db_bind_text(stmt, 9, fv_span_z(p->case_id));
	fv_db_bind_text(stmt, 10, fv_span_z(p->agency));
	fv_db_bind_text(stmt, 11, fv_span_z(p->officer));
	fv_db_bind_text(stmt, 12, fv_span_z(p->second));
	fv_db_bind_uint(stmt, 13, p->place);
	fv_db_bind_uint(stmt, 14, p->purpose);
	fv_db_bind_uint(stmt, 15, p->approach);
	fv_db_bind_int(stmt, 16, p->is_agreed);
	fv_db_bind_int(stmt, 17, p->state);
	fv_db_bind_text(stmt, 18, fv_span_z(p->reason));
	fv_db_bind_text(stmt, 19, fv_span_z(p->made_by));
	fv_db_bind_int(stmt, 20, p->made_ms);
	fv_db_bind_text(stmt, 21, fv_span_z(p->ended_by));
	if (p->has_ended)
		fv_db_bind_int(stmt, 22, p->ended_ms);
}

static enum fv_err
read_plan(sqlite3_stmt *stmt, struct fv_store_plan *p)
{
	memset(p, 0, sizeof *p);
	p->id = fv_db_col_int(stmt, 0);
	p->day = fv_db_col_int(stmt, 1);
	p->from_minute = fv_db_col_u32(stmt, 2);
	p->to_minute = fv_db_col_u32(stmt, 3);
	p->day_from_ms = fv_db_col_int(stmt, 4);
	p->day_to_ms = fv_db_col_int(stmt, 5);
	p->from_ms = fv_db_col_int(stmt, 6);
	p->to_ms = fv_db_col_int(stmt, 7);
	p->place = fv_db_col_u32(stmt, 12);
	p->purpose = fv_db_col_u32(stmt, 13);
	p->approach = fv_db_col_u32(stmt, 14);
	p->is_agreed = fv_db_col_int(stmt, 15) != 0;
	p->state = (enum fv_plan_state)fv_db_col_int(stmt, 16);
	p->made_ms = fv_db_col_int(stmt, 19);
	p->has_ended = fv_db_col_has(stmt, 21);
	p->ended_ms = fv_db_col_int(stmt, 21);
	return fv_db_col_z(stmt, 8, p->case_id, sizeof p->case_id) &&
		fv_db_col_z(stmt, 9, p->agency, sizeof p->agency) &&
		fv_db_col_z(stmt, 10, p->officer, sizeof p->officer) &&
		fv_db_col_z(stmt, 11, p->second, sizeof p->second) &&
		fv_db_col_z(stmt, 17, p->reason, sizeof p->reason) &&
		fv_db_col_z(stmt, 18, p->made_by, sizeof p->made_by) &&
		fv_db_col_z(stmt, 20, p->ended_by, sizeof p->ended_by)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_plan_put(struct fv_store *store, const struct fv_store_plan *plan, int64_t *id_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_PLAN_PUT, &stmt)) != FV_OK)
		return rc;
	bind_plan(stmt, plan);
	if ((rc = fv_db_run(stmt)) == FV_OK && id_out != NULL)
		*id_out = plan->id != 0 ? plan->id : sqlite3_last_insert_rowid(store->db);
	return rc;
}

/* The one row of a statement that is bound. */
static enum fv_err
take_plan(sqlite3_stmt *stmt, struct fv_store_plan *out)
{
	enum fv_err rc = fv_db_row(stmt);

	if (rc != FV_OK)
		return rc;
	rc = read_plan(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_plan_get(struct fv_store *store, int64_t id, struct fv_store_plan *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_PLAN_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id);
	return take_plan(stmt, out);
}

enum fv_err
fv_store_plan_next(struct fv_store *store, struct fv_span case_id, const char *officer,
    struct fv_store_plan *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_PLAN_NEXT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_text(stmt, 2, fv_span_z(officer));
	return take_plan(stmt, out);
}

/* NULL stays NULL. */
static void
bind_maybe(sqlite3_stmt *stmt, int at, const char *text)
{
	if (text != NULL)
		fv_db_bind_text(stmt, at, fv_span_z(text));
}

enum fv_err
fv_store_plan_each(struct fv_store *store, const struct fv_store_plan_filter *filter,
    fv_store_plan_fn fn, void *ctx)
{
	struct fv_store_plan plan;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_PLAN_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, filter->after_day);
	fv_db_bind_int(stmt, 2, filter->after_id);
	bind_maybe(stmt, 3, filter->agency);
	bind_maybe(stmt, 4, filter->officer);
	bind_maybe(stmt, 5, filter->case_id);
	fv_db_bind_uint(stmt, 6, filter->state);
	if (filter->has_from)
		fv_db_bind_int(stmt, 7, filter->from_day);
	if (filter->has_to)
		fv_db_bind_int(stmt, 8, filter->to_day);
	fv_db_bind_int(stmt, 9, filter->late_ms);
	fv_db_bind_uint(stmt, 10, filter->max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_plan(stmt, &plan)) != FV_OK || (rc = fn(&plan, ctx)) != FV_OK)
			goto cleanup;
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_plan_move(
    struct fv_store *store, const char *case_id, const char *from, const char *to)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_PLAN_MOVE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(case_id));
	fv_db_bind_text(stmt, 2, fv_span_z(from));
	fv_db_bind_text(stmt, 3, fv_span_z(to));
	return fv_db_run(stmt);
}

/* -- holds ------------------------------------------------------------------------------ */

enum fv_err
fv_store_hold_put(struct fv_store *store, const struct fv_store_hold *hold, int64_t *id_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_HOLD_PUT, &stmt)) != FV_OK)
		return rc;
	if (hold->id != 0)
		fv_db_bind_int(stmt, 1, hold->id);
	fv_db_bind_text(stmt, 2, fv_span_z(hold->case_id));
	fv_db_bind_text(stmt, 3, fv_span_z(hold->agency));
	fv_db_bind_uint(stmt, 4, hold->kind);
	fv_db_bind_text(stmt, 5, fv_span_z(hold->reason));
	fv_db_bind_text(stmt, 6, fv_span_z(hold->made_by));
	fv_db_bind_int(stmt, 7, hold->from_ms);
	if (hold->has_until)
		fv_db_bind_int(stmt, 8, hold->until_ms);
	if (hold->is_lifted)
		fv_db_bind_int(stmt, 9, hold->lifted_ms);
	fv_db_bind_text(stmt, 10, fv_span_z(hold->lifted_by));
	fv_db_bind_text(stmt, 11, fv_span_z(hold->lift_reason));
	if ((rc = fv_db_run(stmt)) == FV_OK && id_out != NULL)
		*id_out = hold->id != 0 ? hold->id : sqlite3_last_insert_rowid(store->db);
	return rc;
}

static enum fv_err
read_hold(sqlite3_stmt *stmt, struct fv_store_hold *h)
{
	memset(h, 0, sizeof *h);
	h->id = fv_db_col_int(stmt, 0);
	h->kind = fv_db_col_u32(stmt, 3);
	h->from_ms = fv_db_col_int(stmt, 6);
	h->has_until = fv_db_col_has(stmt, 7);
	h->until_ms = fv_db_col_int(stmt, 7);
	h->is_lifted = fv_db_col_has(stmt, 8);
	h->lifted_ms = fv_db_col_int(stmt, 8);
	return fv_db_col_z(stmt, 1, h->case_id, sizeof h->case_id) &&
		fv_db_col_z(stmt, 2, h->agency, sizeof h->agency) &&
		fv_db_col_z(stmt, 4, h->reason, sizeof h->reason) &&
		fv_db_col_z(stmt, 5, h->made_by, sizeof h->made_by) &&
		fv_db_col_z(stmt, 9, h->lifted_by, sizeof h->lifted_by) &&
		fv_db_col_z(stmt, 10, h->lift_reason, sizeof h->lift_reason)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_hold_get(struct fv_store *store, int64_t id, struct fv_store_hold *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_HOLD_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_hold(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_hold_each(
    struct fv_store *store, struct fv_span case_id, fv_store_hold_fn fn, void *ctx)
{
	struct fv_store_hold hold;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_HOLD_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, case_id);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_hold(stmt, &hold)) != FV_OK || (rc = fn(&hold, ctx)) != FV_OK)
			goto cleanup;
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_import_replace(
    struct fv_store *store, struct fv_span source, struct fv_span id, struct fv_span line)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_IMPORT_REPLACE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, source);
	fv_db_bind_text(stmt, 2, id);
	fv_db_bind_blob(stmt, 3, line);
	if ((rc = fv_db_run(stmt)) == FV_OK && sqlite3_changes(store->db) == 0)
		rc = FV_ENOENT;
	return rc;
}
