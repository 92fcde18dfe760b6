#include "gauges.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db.h"

#define BACKUP_META "backup_ms"
#define YEAR_DAYS 366 /* after so many a training, an evaluation, an inspection is old */
#define NEAR_DAYS 30

enum fv_err
fv_store_gauges(struct fv_store *store, int64_t silent_since_ms, struct fv_store_gauges *out)
{
	uint64_t *const values[] = {&out->devices, &out->silent, &out->records, &out->sealed,
	    &out->missing, &out->alerts, &out->leaves, &out->fails, &out->reviews};
	struct fv_buf backup = {0};
	uint64_t backup_ms = 0;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_GAUGES, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, silent_since_ms);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		*values[i] = fv_db_col_uint(stmt, (int)i);
	(void)sqlite3_reset(stmt);
	rc = fv_store_meta_get(store, BACKUP_META, &backup);
	out->has_backup = rc == FV_OK &&
	    fv_decimal_decode(fv_buf_span(&backup), INT64_MAX, &backup_ms) == FV_OK;
	out->backup_ms = (int64_t)backup_ms;
	fv_buf_clear(&backup);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_dates(struct fv_store *store, int64_t today, struct fv_store_dates *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*out = (struct fv_store_dates){0};
	if ((rc = fv_db_get(store, FV_SQL_DATES, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, today);
	fv_db_bind_int(stmt, 2, YEAR_DAYS);
	fv_db_bind_int(stmt, 3, NEAR_DAYS);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	out->past = fv_db_col_uint(stmt, 0);
	out->near = fv_db_col_uint(stmt, 1);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_backup_made(struct fv_store *store, int64_t at_ms)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, at_ms);
	return fv_store_meta_set(store, BACKUP_META, fv_span_z(text));
}
