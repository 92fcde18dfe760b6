/* Visits, contacts and events that a correction moved to another case. */
#include <string.h>

#include "db.h"
#include "fv/item.h"

#define SEQ_BITS 40
#define SEQ_MAX ((UINT64_C(1) << SEQ_BITS) - 1)

bool
fv_store_move_read(struct fv_span payload, struct fv_span *case_out, uint64_t *seq_out)
{
	struct fv_cbor_reader r;
	enum fv_cbor_type type;
	struct fv_span map;

	return fv_cbor_map_find(payload, 5, &r) == FV_OK && fv_cbor_peek(&r, &type) == FV_OK &&
	    type == FV_CBOR_MAP && fv_cbor_skip(&r, &map) == FV_OK &&
	    fv_cbor_map_find(map, 1, &r) == FV_OK && fv_cbor_get_text(&r, case_out) == FV_OK &&
	    fv_id_valid(*case_out, FV_CASE_ID_BYTES - 1) &&
	    fv_cbor_map_find(payload, 1, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, SEQ_MAX, seq_out) == FV_OK;
}

enum fv_err
fv_db_note_move(struct fv_store *store, const struct fv_store_record *record)
{
	struct fv_span case_id;
	sqlite3_stmt *stmt;
	uint64_t seq;
	enum fv_err rc;

	if (record->type != FV_REC_AMEND || !record->has_payload ||
	    !fv_store_move_read(record->payload, &case_id, &seq))
		return FV_OK;
	if ((rc = fv_db_get(store, FV_SQL_MOVED_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	fv_db_bind_int(stmt, 2, (record->no << SEQ_BITS) | (int64_t)seq);
	return fv_db_run(stmt);
}

enum fv_err
fv_db_note_moves(struct fv_store *store)
{
	struct fv_store_record record = {.type = FV_REC_AMEND, .has_payload = true};
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_MOVED_ALL, &stmt)) == FV_OK) {
		fv_db_bind_uint(stmt, 1, FV_REC_AMEND);
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			record.no = fv_db_col_int(stmt, 0) >> SEQ_BITS;
			record.payload = fv_db_col(stmt, 6);
			if ((rc = fv_db_note_move(store, &record)) != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_moved_each(
    struct fv_store *store, const char *case_id, fv_store_moved_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	int64_t id;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_MOVED_EACH, &stmt)) == FV_OK) {
		fv_db_bind_text(stmt, 1, fv_span_z(case_id));
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			id = fv_db_col_int(stmt, 0);
			rc = fn(id >> SEQ_BITS, (uint64_t)id & SEQ_MAX, ctx);
			if (rc != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}
