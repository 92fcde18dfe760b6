#include <string.h>

#include "book.h"
#include "db.h"
#include "work.h"

static void
bind_case(sqlite3_stmt *stmt, const struct fv_store_case *row)
{
	const struct fv_item_case *item = &row->item;

	fv_db_bind_text(stmt, 1, item->id);
	fv_db_bind_text(stmt, 2, item->agency);
	fv_db_bind_text(stmt, 3, item->zones);
	if (item->has_place) {
		fv_db_bind_int(stmt, 4, item->lat_e7);
		fv_db_bind_int(stmt, 5, item->lon_e7);
	}
	if (item->has_radius)
		fv_db_bind_uint(stmt, 6, item->radius_m);
	fv_db_bind_uint(stmt, 7, item->actor);
	fv_db_bind_uint(stmt, 8, item->product);
	fv_db_bind_text(stmt, 9, item->debts);
	fv_db_bind_text(stmt, 10, item->packs);
	fv_db_bind_text(stmt, 11, item->assigned);
	if (item->has_plan)
		fv_db_bind_int(stmt, 12, item->plan_day);
	if (item->has_as_of)
		fv_db_bind_int(stmt, 13, item->as_of_day);
	fv_db_bind_int(stmt, 14, row->is_closed);
	fv_db_bind_int(stmt, 15, row->updated_ms);
}

/* Take the next member of a ';' list; false at its end. */
static bool
next_member(struct fv_span *rest, struct fv_span *member_out)
{
	const uint8_t *end;

	while (rest->len > 0) {
		end = memchr(rest->ptr, ';', rest->len);
		*member_out =
		    fv_span_of(rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr));
		rest->ptr += member_out->len + (end != NULL);
		rest->len -= member_out->len + (end != NULL);
		if (member_out->len > 0)
			return true;
	}
	return false;
}

static enum fv_err
announce_packs(struct fv_store *store, const struct fv_item_case *item, struct fv_span officer)
{
	struct fv_span rest = item->packs, pack;
	char id[FV_ID_BYTES];
	enum fv_err rc = FV_OK;

	if (fv_id_copy(officer, id, sizeof id) != FV_OK)
		return FV_ERANGE;
	while (rc == FV_OK && next_member(&rest, &pack))
		rc = fv_store_change_once(
		    store, (struct fv_store_audience){.officer = id}, FV_ITEM_PACK, pack);
	return rc;
}

/* Rows of (officer, case) from the ';' list. */
static enum fv_err
put_assignments(struct fv_store *store, const struct fv_item_case *item)
{
	struct fv_span rest = item->assigned, officer;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ASSIGNMENT_CLEAR, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, item->id);
	rc = fv_db_run(stmt);
	while (rc == FV_OK && next_member(&rest, &officer)) {
		if ((rc = fv_db_get(store, FV_SQL_ASSIGNMENT_PUT, &stmt)) != FV_OK)
			return rc;
		fv_db_bind_text(stmt, 1, officer);
		fv_db_bind_text(stmt, 2, item->id);
		if ((rc = fv_db_run(stmt)) == FV_OK)
			rc = announce_packs(store, item, officer);
	}
	return rc;
}

enum fv_err
fv_store_case_put(struct fv_store *store, const struct fv_store_case *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_CASE_PUT, &stmt)) != FV_OK)
		return rc;
	bind_case(stmt, row);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return put_assignments(store, &row->item);
}

static void
read_case(sqlite3_stmt *stmt, struct fv_store_case *out)
{
	struct fv_item_case *item = &out->item;

	memset(out, 0, sizeof *out);
	item->id = fv_db_col(stmt, 0);
	item->agency = fv_db_col(stmt, 1);
	item->zones = fv_db_col(stmt, 2);
	item->has_place = fv_db_col_has(stmt, 3) && fv_db_col_has(stmt, 4);
	item->lat_e7 = (int32_t)fv_db_col_int(stmt, 3);
	item->lon_e7 = (int32_t)fv_db_col_int(stmt, 4);
	item->has_radius = fv_db_col_has(stmt, 5);
	item->radius_m = fv_db_col_u32(stmt, 5);
	item->actor = fv_db_col_u32(stmt, 6);
	item->product = fv_db_col_u32(stmt, 7);
	item->debts = fv_db_col(stmt, 8);
	item->packs = fv_db_col(stmt, 9);
	item->assigned = fv_db_col(stmt, 10);
	item->has_plan = fv_db_col_has(stmt, 11);
	item->plan_day = fv_db_col_int(stmt, 11);
	item->has_as_of = fv_db_col_has(stmt, 12);
	item->as_of_day = fv_db_col_int(stmt, 12);
	out->is_closed = fv_db_col_int(stmt, 13) != 0;
	out->updated_ms = fv_db_col_int(stmt, 14);
}

enum fv_err
fv_store_case_get(struct fv_store *store, struct fv_span id, struct fv_store_case *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_CASE_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	read_case(stmt, out);
	return FV_OK;
}

enum fv_err
fv_store_case_each(struct fv_store *store, fv_store_case_fn fn, void *ctx)
{
	struct fv_store_case row;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CASE_EACH, &stmt)) != FV_OK)
		goto cleanup;
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		read_case(stmt, &row);
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
fv_store_case_each_after(struct fv_store *store, struct fv_span after, const char *agency,
    size_t max, fv_store_case_fn fn, void *ctx)
{
	struct fv_store_case row;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CASE_AFTER, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, after);
	if (agency != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(agency));
	fv_db_bind_uint(stmt, 3, max);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		read_case(stmt, &row);
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
fv_store_case_count(
    struct fv_store *store, struct fv_span after, const char *agency, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CASE_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, after);
	if (agency != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(agency));
	if ((rc = fv_db_row(stmt)) == FV_OK)
		*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_case_each_officer(
    struct fv_store *store, struct fv_span id, fv_store_officer_fn fn, void *ctx)
{
	char officer[FV_ID_BYTES];
	struct fv_store_case row;
	struct fv_buf list = {0};
	size_t len;
	enum fv_err rc = fv_store_case_get(store, id, &row);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	/* The row is borrowed, and what `fn` does in the store ends that. */
	fv_buf_put_span(&list, row.item.assigned);
	rc = fv_buf_status(&list);
	for (size_t at = 0; rc == FV_OK && at < list.len; at += len + 1) {
		const uint8_t *end = memchr(list.ptr + at, ';', list.len - at);

		len = end != NULL ? (size_t)(end - list.ptr) - at : list.len - at;
		if (fv_id_copy(fv_span_of(list.ptr + at, len), officer, sizeof officer) ==
		    FV_OK)
			rc = fn(officer, ctx);
	}
	fv_buf_clear(&list);
	return rc;
}

enum fv_err
fv_store_case_is_assigned(
    struct fv_store *store, struct fv_span id, const char *officer, bool *yes_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*yes_out = false;
	if ((rc = fv_db_get(store, FV_SQL_CASE_ASSIGNED, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(officer));
	fv_db_bind_text(stmt, 2, id);
	rc = fv_db_row(stmt);
	*yes_out = rc == FV_OK;
	(void)sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_card_get(struct fv_store *store, struct fv_span case_id, uint64_t *version_out,
    struct fv_item_card *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	*version_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CARD_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*version_out = fv_db_col_uint(stmt, 0);
	out->note = fv_db_col(stmt, 1);
	out->ct = fv_db_col(stmt, 2);
	out->capsules = fv_db_col(stmt, 3);
	return FV_OK;
}

enum fv_err
fv_store_card_put(struct fv_store *store, struct fv_span case_id, uint64_t version,
    const struct fv_item_card *card)
{
	struct fv_item_card held;
	uint64_t held_version;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	rc = fv_store_card_get(store, case_id, &held_version, &held);
	if (rc == FV_OK && held_version >= version)
		return held_version == version && fv_span_equal(held.note, card->note)
		    ? FV_OK
		    : FV_ECONFLICT;
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if ((rc = fv_db_get(store, FV_SQL_CARD_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_uint(stmt, 2, version);
	fv_db_bind_blob(stmt, 3, card->note);
	fv_db_bind_blob(stmt, 4, card->ct);
	fv_db_bind_blob(stmt, 5, card->capsules);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_order_put(
    struct fv_store *store, int64_t no, enum fv_item_kind kind, struct fv_span note)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ORDER_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, kind);
	fv_db_bind_blob(stmt, 3, note);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_order_get(
    struct fv_store *store, int64_t no, enum fv_item_kind kind, struct fv_buf *note_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ORDER_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_int(stmt, 2, kind);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(note_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(note_out);
}

enum fv_err
fv_store_case_find(struct fv_store *store, const struct fv_store_case_filter *filter,
    fv_store_case_fn fn, void *ctx)
{
	struct fv_store_case row;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_CASE_FIND, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, fv_span_z(filter->after != NULL ? filter->after : ""));
	if (filter->agency != NULL)
		fv_db_bind_text(stmt, 2, fv_span_z(filter->agency));
	if (filter->officer != NULL)
		fv_db_bind_text(stmt, 3, fv_span_z(filter->officer));
	if (filter->has_closed)
		fv_db_bind_int(stmt, 4, filter->is_closed);
	fv_db_bind_int(stmt, 5, filter->is_held);
	fv_db_bind_int(stmt, 6, filter->has_no_place);
	if (filter->has_stale)
		fv_db_bind_int(stmt, 7, filter->stale_day);
	fv_db_bind_int(stmt, 8, filter->now_ms);
	if (filter->starts != NULL)
		fv_db_bind_text(stmt, 9, fv_span_z(filter->starts));
	fv_db_bind_uint(stmt, 10, filter->max);
	if (filter->assigned_to_none_of != NULL)
		fv_db_bind_text(stmt, 11, fv_span_z(filter->assigned_to_none_of));
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		read_case(stmt, &row);
		if ((rc = fn(&row, ctx)) != FV_OK)
			goto cleanup;
	}
	rc = rc == FV_ENOENT ? FV_OK : rc; /* the end of the list */
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}
