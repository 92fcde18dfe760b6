#include "staff.h"

#include <string.h>

#include "db.h"

/* -- agencies -------------------------------------------------------------------------- */

enum fv_err
fv_store_agency_put(struct fv_store *store, const struct fv_store_agency *agency)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (!fv_id_valid(fv_span_z(agency->id), FV_ID_BYTES - 1))
		return FV_EFORMAT;
	if ((rc = fv_db_get(store, FV_SQL_AGENCY_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(agency->id));
	fv_db_bind_text(stmt, 2, fv_span_z(agency->name));
	fv_db_bind_int(stmt, 3, agency->added_ms);
	if (agency->is_closed)
		fv_db_bind_int(stmt, 4, agency->closed_ms);
	if (agency->is_closed)
		fv_db_bind_uint(stmt, 5, agency->closed_leaf);
	return fv_db_run(stmt);
}

static enum fv_err
read_agency(sqlite3_stmt *stmt, struct fv_store_agency *out)
{
	memset(out, 0, sizeof *out);
	out->added_ms = fv_db_col_int(stmt, 2);
	out->is_closed = fv_db_col_has(stmt, 3);
	out->closed_ms = fv_db_col_int(stmt, 3);
	out->closed_leaf = fv_db_col_uint(stmt, 4);
	return fv_db_col_z(stmt, 0, out->id, sizeof out->id) &&
		fv_db_col_z(stmt, 1, out->name, sizeof out->name)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_agency_get(struct fv_store *store, struct fv_span id, struct fv_store_agency *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_AGENCY_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_agency(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_agency_each(struct fv_store *store, struct fv_span after, uint32_t limit,
    fv_store_agency_fn fn, void *ctx)
{
	struct fv_store_agency agency;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_AGENCY_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, after);
	fv_db_bind_int(stmt, 2, limit);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = read_agency(stmt, &agency)) != FV_OK ||
		    (rc = fn(&agency, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

/* -- teams ----------------------------------------------------------------------------- */

static enum fv_err
given_to(struct fv_store *store, struct fv_span team, char out[FV_ID_BYTES])
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, FV_ID_BYTES);
	if ((rc = fv_db_get(store, FV_SQL_TEAM_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, team);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = fv_db_col_z(stmt, 0, out, FV_ID_BYTES) ? FV_OK : FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_team_put(struct fv_store *store, struct fv_span team, struct fv_span agency)
{
	struct fv_store_agency there;
	char held[FV_ID_BYTES];
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (!fv_id_valid(team, FV_ID_BYTES - 1))
		return FV_EFORMAT;
	if ((rc = fv_store_agency_get(store, agency, &there)) != FV_OK)
		return rc;
	if ((rc = given_to(store, team, held)) == FV_OK)
		return fv_span_equal(agency, fv_span_z(held)) ? FV_OK : FV_EEXIST;
	if (rc != FV_ENOENT || (rc = fv_db_get(store, FV_SQL_TEAM_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, team);
	fv_db_bind_text(stmt, 2, agency);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_team_agency(struct fv_store *store, struct fv_span team, char out[FV_ID_BYTES])
{
	struct fv_buf own = {0};
	enum fv_err rc = given_to(store, team, out);

	if (rc != FV_ENOENT)
		return rc;
	if ((rc = fv_store_meta_get(store, "agency", &own)) == FV_OK)
		rc = fv_id_copy(fv_buf_span(&own), out, FV_ID_BYTES);
	fv_buf_clear(&own);
	return rc == FV_EFORMAT ? FV_ECORRUPT : rc;
}

enum fv_err
fv_store_team_each(
    struct fv_store *store, struct fv_span agency, fv_store_team_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_TEAM_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, agency);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT)
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

/* -- officers -------------------------------------------------------------------------- */

enum fv_err
fv_store_staff_put(struct fv_store *store, const struct fv_store_staff *staff)
{
	struct fv_store_agency agency;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (!fv_id_valid(fv_span_z(staff->id), FV_ID_BYTES - 1))
		return FV_EFORMAT;
	if ((rc = fv_store_agency_get(store, fv_span_z(staff->agency), &agency)) != FV_OK ||
	    (rc = fv_db_get(store, FV_SQL_STAFF_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(staff->id));
	fv_db_bind_text(stmt, 2, fv_span_z(staff->agency));
	fv_db_bind_text(stmt, 3, fv_span_z(staff->badge));
	fv_db_bind_text(stmt, 4, fv_span_z(staff->team));
	fv_db_bind_text(stmt, 5, fv_span_z(staff->source));
	fv_db_bind_int(stmt, 6, staff->added_ms);
	if (staff->is_disabled)
		fv_db_bind_int(stmt, 7, staff->disabled_ms);
	fv_db_bind_text(stmt, 8, fv_span_z(staff->reason));
	if (staff->has_end)
		fv_db_bind_int(stmt, 9, staff->ends_ms);
	return fv_db_run(stmt);
}

static enum fv_err
read_staff(sqlite3_stmt *stmt, struct fv_store_staff *out)
{
	memset(out, 0, sizeof *out);
	out->added_ms = fv_db_col_int(stmt, 5);
	out->is_disabled = fv_db_col_has(stmt, 6);
	out->disabled_ms = fv_db_col_int(stmt, 6);
	out->has_end = fv_db_col_has(stmt, 8);
	out->ends_ms = fv_db_col_int(stmt, 8);
	return fv_db_col_z(stmt, 0, out->id, sizeof out->id) &&
		fv_db_col_z(stmt, 1, out->agency, sizeof out->agency) &&
		fv_db_col_z(stmt, 2, out->badge, sizeof out->badge) &&
		fv_db_col_z(stmt, 3, out->team, sizeof out->team) &&
		fv_db_col_z(stmt, 4, out->source, sizeof out->source) &&
		fv_db_col_z(stmt, 7, out->reason, sizeof out->reason)
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_store_staff_get(struct fv_store *store, struct fv_span id, struct fv_store_staff *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_STAFF_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_staff(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_staff_each(struct fv_store *store, struct fv_span agency, struct fv_span after,
    uint32_t limit, fv_store_staff_fn fn, void *ctx)
{
	struct fv_store_staff staff;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_STAFF_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, after);
	fv_db_bind_int(stmt, 2, limit);
	if (agency.len > 0)
		fv_db_bind_text(stmt, 3, agency);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = read_staff(stmt, &staff)) != FV_OK ||
		    (rc = fn(&staff, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT)
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_store_bar
fv_store_staff_own_bar(const struct fv_store_staff *staff, int64_t now_ms)
{
	if (staff->is_disabled)
		return FV_BAR_DISABLED;
	return staff->has_end && staff->ends_ms <= now_ms ? FV_BAR_ENDED : FV_BAR_NONE;
}

enum fv_err
fv_store_staff_bar(
    struct fv_store *store, struct fv_span id, int64_t now_ms, enum fv_store_bar *bar_out)
{
	struct fv_store_staff staff;
	struct fv_store_agency agency;
	enum fv_err rc = fv_store_staff_get(store, id, &staff);

	*bar_out = FV_BAR_NONE;
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if ((*bar_out = fv_store_staff_own_bar(&staff, now_ms)) != FV_BAR_NONE)
		return FV_OK;
	rc = fv_store_agency_get(store, fv_span_z(staff.agency), &agency);
	if (rc == FV_OK && agency.is_closed)
		*bar_out = FV_BAR_AGENCY_CLOSED;
	return rc;
}
