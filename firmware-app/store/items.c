#include <string.h>

#include "firmware-app/store/statements.h"
#include "fv/item.h"

#define KEPT_FROM 1010U /* what the officer wrote of a case: own.h */
#define KEPT_UNTIL 1013U

void
fv_store_set_hand(struct fv_store *store, const char *officer)
{
	store->has_hand = true;
	memset(store->hand, 0, sizeof store->hand);
	memcpy(store->hand, officer, strnlen(officer, sizeof store->hand - 1));
}

/* The body of a case that is another officer's: it names the one for whom it was made. */
static bool
is_anothers(const struct fv_store *store, struct fv_span body)
{
	struct fv_item_case c;

	return store->has_hand && fv_item_case_parse(body, &c) == FV_OK &&
	    c.assigned.len > 0 && !fv_span_equal(c.assigned, fv_span_z(store->hand));
}

enum fv_err
fv_store_put_item(struct fv_store *store, const struct fv_item_row *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_ITEM_PUT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, row->kind);
	fv_store_bind(stmt, 2, row->key);
	sqlite3_bind_int64(stmt, 3, (sqlite3_int64)row->version);
	fv_store_bind(stmt, 4, row->body);
	sqlite3_bind_int64(stmt, 5, row->taken_ms);
	return fv_store_run(stmt);
}

static void
read_row(sqlite3_stmt *stmt, struct fv_item_row *row)
{
	row->kind = (uint32_t)sqlite3_column_int64(stmt, 0);
	row->key = fv_store_column(stmt, 1);
	row->version = (uint64_t)sqlite3_column_int64(stmt, 2);
	row->body = fv_store_column(stmt, 3);
	row->taken_ms = sqlite3_column_int64(stmt, 4);
}

static enum fv_err
get_item(struct fv_store *store, uint32_t kind, struct fv_span key,
    struct fv_item_row *row_out, struct fv_buf *body_out)
{
	size_t start = body_out->len;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(row_out, 0, sizeof *row_out);
	if ((rc = fv_store_stmt(store, SQL_ITEM_GET, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, kind);
	fv_store_bind(stmt, 2, key);
	if ((rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	read_row(stmt, row_out);
	fv_buf_put_span(body_out, row_out->body);
	rc = fv_buf_status(body_out);
	row_out->key = key;
	if (rc == FV_OK)
		row_out->body = fv_span_of(body_out->ptr + start, body_out->len - start);
	sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_get_item(struct fv_store *store, uint32_t kind, struct fv_span key,
    struct fv_item_row *row_out, struct fv_buf *body_out)
{
	const size_t start = body_out->len;
	bool is_hidden = false;

	if (store->has_hand &&
	    (kind == FV_ITEM_CASE || kind == FV_ITEM_CARD ||
		(kind >= KEPT_FROM && kind < KEPT_UNTIL))) {
		is_hidden = get_item(store, FV_ITEM_CASE, key, row_out, body_out) == FV_OK &&
		    is_anothers(store, row_out->body);
		body_out->len = start;
	}
	if (!is_hidden)
		return get_item(store, kind, key, row_out, body_out);
	memset(row_out, 0, sizeof *row_out);
	return FV_ENOENT;
}

enum fv_err
fv_store_each_item(struct fv_store *store, uint32_t kind, fv_store_item_fn fn, void *ctx)
{
	struct fv_item_row row;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_ITEM_EACH, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, kind);
	while ((rc = fv_store_row(stmt)) == FV_OK) {
		read_row(stmt, &row);
		if (kind == FV_ITEM_CASE && is_anothers(store, row.body))
			continue;
		if ((rc = fn(&row, ctx)) != FV_OK)
			break;
	}
	sqlite3_reset(stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_drop_item(struct fv_store *store, uint32_t kind, struct fv_span key)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_ITEM_DROP, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, kind);
	fv_store_bind(stmt, 2, key);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_drop_items(struct fv_store *store, uint32_t kind)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_ITEM_DROP_KIND, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, kind);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_put_receipt(struct fv_store *store, const struct fv_receipt_row *row)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_store_stmt(store, SQL_RECEIPT_PUT, &stmt)) != FV_OK)
		return rc;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)row->sealed_size);
	sqlite3_bind_int64(stmt, 2, (sqlite3_int64)row->checkpoint_size);
	fv_store_bind(stmt, 3, row->checkpoint);
	fv_store_bind(stmt, 4, row->leaf);
	sqlite3_bind_int64(stmt, 5, (sqlite3_int64)row->leaf_index);
	fv_store_bind(stmt, 6, row->inclusion);
	sqlite3_bind_int64(stmt, 7, row->taken_ms);
	return fv_store_run(stmt);
}

enum fv_err
fv_store_last_receipt(
    struct fv_store *store, struct fv_buf *keep, struct fv_receipt_row *row_out)
{
	size_t at_leaf, at_inclusion, start;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(row_out, 0, sizeof *row_out);
	if ((rc = fv_store_stmt(store, SQL_RECEIPT_LAST, &stmt)) != FV_OK ||
	    (rc = fv_store_row(stmt)) != FV_OK)
		return rc;
	row_out->sealed_size = (uint64_t)sqlite3_column_int64(stmt, 0);
	row_out->checkpoint_size = (uint64_t)sqlite3_column_int64(stmt, 1);
	row_out->leaf_index = (uint64_t)sqlite3_column_int64(stmt, 4);
	row_out->taken_ms = sqlite3_column_int64(stmt, 6);
	start = keep->len;
	fv_buf_put_span(keep, fv_store_column(stmt, 2));
	at_leaf = keep->len;
	fv_buf_put_span(keep, fv_store_column(stmt, 3));
	at_inclusion = keep->len;
	fv_buf_put_span(keep, fv_store_column(stmt, 5));
	rc = fv_buf_status(keep);
	sqlite3_reset(stmt);
	if (rc != FV_OK)
		return rc;
	row_out->checkpoint = fv_span_of(keep->ptr + start, at_leaf - start);
	row_out->leaf = fv_span_of(keep->ptr + at_leaf, at_inclusion - at_leaf);
	row_out->inclusion = fv_span_of(keep->ptr + at_inclusion, keep->len - at_inclusion);
	return FV_OK;
}
