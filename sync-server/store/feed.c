#include "feed.h"

#include "db.h"

/* Stored numbers; else a record. */
#define FEED_FINDING 2
#define FEED_CARE 3

/* The revision of a finding that stands in this row. */
static enum fv_err
take_finding(struct fv_store *store, struct fv_store_step *step, int64_t row,
    fv_store_step_fn fn, void *ctx)
{
	struct fv_store_finding finding;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_FINDING_ROW, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, row);
	if ((rc = fv_db_row(stmt)) == FV_OK) {
		step->finding = &finding;
		if ((rc = fv_db_read_finding(stmt, &finding)) == FV_OK)
			rc = fn(step, ctx);
	} else if (rc == FV_ENOENT) {
		rc = FV_OK;
	}
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

/* A record that lost its number to another since is passed over. */
static enum fv_err
take_record(struct fv_store *store, struct fv_store_step *step, uint64_t id,
    fv_store_step_fn fn, void *ctx)
{
	struct fv_store_record record;
	enum fv_err rc = fv_store_record_get(
	    store, (int64_t)(id >> 40), id & ((UINT64_C(1) << 40) - 1), &record);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	step->record = &record;
	return fn(step, ctx);
}

static enum fv_err
take_care(struct fv_store *store, struct fv_store_step *step, int64_t no, fv_store_step_fn fn,
    void *ctx)
{
	struct fv_store_care care;
	enum fv_err rc = fv_store_care_get(store, no, &care);

	if (rc != FV_OK)
		return rc;
	step->care = &care;
	return fn(step, ctx);
}

/* What the step of this kind and key is about, to `fn`. */
static enum fv_err
take(struct fv_store *store, struct fv_store_step *step, sqlite3_stmt *stmt,
    fv_store_step_fn fn, void *ctx)
{
	switch (fv_db_col_int(stmt, 1)) {
	case FEED_FINDING:
		return take_finding(store, step, fv_db_col_int(stmt, 2), fn, ctx);
	case FEED_CARE:
		return take_care(store, step, fv_db_col_int(stmt, 2), fn, ctx);
	default:
		return take_record(store, step, fv_db_col_uint(stmt, 2), fn, ctx);
	}
}

enum fv_err
fv_store_feed_each(struct fv_store *store, uint64_t after, size_t max, fv_store_step_fn fn,
    void *ctx, uint64_t *last_out)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	*last_out = after;
	if ((rc = fv_db_make(store, FV_SQL_FEED_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_uint(stmt, 1, after);
	fv_db_bind_uint(stmt, 2, max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		struct fv_store_step step = {.no = fv_db_col_uint(stmt, 0)};

		if ((rc = take(store, &step, stmt, fn, ctx)) != FV_OK)
			goto cleanup;
		*last_out = step.no;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
