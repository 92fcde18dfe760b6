#include "book.h"

#include <string.h>

#include "db.h"

enum fv_err
fv_store_note_put(
    struct fv_store *store, enum fv_store_note_kind kind, const struct fv_store_note *note)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_NOTE_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, kind);
	fv_db_bind_uint(stmt, 2, note->version);
	fv_db_bind_blob(stmt, 3, fv_span_of(note->hash.b, FV_HASH_BYTES));
	fv_db_bind_blob(stmt, 4, note->note);
	return fv_db_run(stmt);
}

static enum fv_err
read_note(sqlite3_stmt *stmt, struct fv_store_note *out)
{
	memset(out, 0, sizeof *out);
	out->version = fv_db_col_uint(stmt, 0);
	out->note = fv_db_col(stmt, 2);
	return fv_db_col_fixed(stmt, 1, out->hash.b, FV_HASH_BYTES) ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_store_note_last(
    struct fv_store *store, enum fv_store_note_kind kind, struct fv_store_note *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_NOTE_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, kind);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_note(stmt, out);
}

enum fv_err
fv_store_note_find(struct fv_store *store, enum fv_store_note_kind kind,
    const struct fv_hash *hash, struct fv_store_note *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_NOTE_FIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, kind);
	fv_db_bind_blob(stmt, 2, fv_span_of(hash->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_note(stmt, out);
}

enum fv_err
fv_store_note_each(struct fv_store *store, enum fv_store_note_kind kind, uint64_t version,
    fv_store_note_fn fn, void *ctx)
{
	struct fv_store_note note;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_NOTE_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, kind);
	fv_db_bind_uint(stmt, 2, version);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_note(stmt, &note)) != FV_OK || (rc = fn(&note, ctx)) != FV_OK)
			goto cleanup;
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_pack_put(struct fv_store *store, const struct fv_store_pack *pack)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_PACK_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(pack->sha256.b, FV_HASH_BYTES));
	fv_db_bind_text(stmt, 2, pack->id);
	fv_db_bind_uint(stmt, 3, pack->revision);
	fv_db_bind_blob(stmt, 4, pack->file);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_pack_get(
    struct fv_store *store, const struct fv_hash *sha256, struct fv_store_pack *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_PACK_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(sha256->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	out->id = fv_db_col(stmt, 1);
	out->revision = fv_db_col_u32(stmt, 2);
	out->file = fv_db_col(stmt, 3);
	return fv_db_col_fixed(stmt, 0, out->sha256.b, FV_HASH_BYTES) ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_store_pack_each(struct fv_store *store, fv_store_pack_fn fn, void *ctx)
{
	struct fv_store_pack pack;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_PACK_EACH, &stmt)) != FV_OK)
		goto cleanup;
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		memset(&pack, 0, sizeof pack);
		pack.id = fv_db_col(stmt, 1);
		pack.revision = fv_db_col_u32(stmt, 2);
		rc = fv_db_col_fixed(stmt, 0, pack.sha256.b, FV_HASH_BYTES) ? fn(&pack, ctx)
									    : FV_ECORRUPT;
		if (rc != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_ticket_put(
    struct fv_store *store, const struct fv_store_ticket *ticket, struct fv_span note)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TICKET_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(ticket->id, sizeof ticket->id));
	fv_db_bind_blob(stmt, 2, fv_span_of(ticket->token, sizeof ticket->token));
	fv_db_bind_blob(stmt, 3, fv_span_of(ticket->roster.b, FV_HASH_BYTES));
	fv_db_bind_text(stmt, 4, fv_span_z(ticket->agency));
	fv_db_bind_text(stmt, 5, fv_span_z(ticket->team));
	fv_db_bind_text(stmt, 6, fv_span_z(ticket->officer));
	fv_db_bind_int(stmt, 7, ticket->expires_ms);
	fv_db_bind_blob(stmt, 8, note);
	return fv_db_run(stmt);
}

static enum fv_err
read_ticket(sqlite3_stmt *stmt, struct fv_store_ticket *out)
{
	bool ok = fv_db_col_fixed(stmt, 0, out->id, sizeof out->id) &&
	    fv_db_col_fixed(stmt, 1, out->token, sizeof out->token) &&
	    fv_db_col_fixed(stmt, 2, out->roster.b, FV_HASH_BYTES) &&
	    fv_db_col_z(stmt, 3, out->agency, sizeof out->agency) &&
	    fv_db_col_z(stmt, 4, out->team, sizeof out->team) &&
	    fv_db_col_z(stmt, 5, out->officer, sizeof out->officer);

	out->expires_ms = fv_db_col_int(stmt, 6);
	out->is_spent = fv_db_col_has(stmt, 7);
	out->spent_ms = fv_db_col_int(stmt, 7);
	out->device_no = fv_db_col_int(stmt, 8);
	return ok ? FV_OK : FV_ECORRUPT;
}

enum fv_err
fv_store_ticket_get(struct fv_store *store, const uint8_t id[16], struct fv_store_ticket *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_TICKET_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_ticket(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_ticket_note(struct fv_store *store, const uint8_t id[16], struct fv_buf *note_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TICKET_NOTE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(note_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(note_out);
}

enum fv_err
fv_store_ticket_spend(
    struct fv_store *store, const uint8_t id[16], int64_t spent_ms, int64_t device_no)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TICKET_SPEND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(id, 16));
	fv_db_bind_int(stmt, 2, spent_ms);
	fv_db_bind_int(stmt, 3, device_no);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return sqlite3_changes(store->db) == 1 ? FV_OK : FV_ESTATE;
}
