#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "reviews.h"

#define SEQ_BITS 40
#define SEQ_MAX ((INT64_C(1) << SEQ_BITS) - 1)

static int64_t
record_id(int64_t no, uint64_t seq)
{
	return (no << SEQ_BITS) | (int64_t)(seq > (uint64_t)SEQ_MAX ? (uint64_t)SEQ_MAX : seq);
}

static size_t
count_peaks(uint64_t size)
{
	size_t count = 0;

	for (; size > 0; size &= size - 1)
		count++;
	return count;
}

static bool
read_peaks(sqlite3_stmt *stmt, int at, uint64_t size, struct fv_merkle_range *out)
{
	size_t len = count_peaks(size) * FV_HASH_BYTES;
	struct fv_span span = fv_db_col(stmt, at);

	memset(out, 0, sizeof *out);
	out->size = size;
	if (span.len != len)
		return false;
	if (len > 0)
		memcpy(out->stack, span.ptr, len);
	return true;
}

static bool
read_last(sqlite3_stmt *stmt, struct fv_store_trail *out)
{
	struct fv_trail *trail = &out->trail;

	if (trail->range.size == 0)
		return true;
	return fv_header_parse(fv_db_col(stmt, 2), &trail->last) == FV_OK &&
	    fv_db_col_fixed(stmt, 3, trail->last_leaf.b, FV_HASH_BYTES);
}

static bool
read_sealed(sqlite3_stmt *stmt, struct fv_store_trail *out)
{
	struct fv_trail *trail = &out->trail;

	trail->sealed_size = fv_db_col_uint(stmt, 4);
	trail->key_number = fv_db_col_uint(stmt, 8);
	if (!read_peaks(stmt, 5, trail->sealed_size, &out->sealed_range) ||
	    !fv_db_col_fixed(stmt, 7, trail->seal_pk, FV_KEY_BYTES))
		return false;
	if (trail->sealed_size == 0)
		return true;
	return fv_db_col_fixed(stmt, 6, trail->sealed_root.b, FV_HASH_BYTES) &&
	    fv_db_col_fixed(stmt, 9, out->seal_key_id, sizeof out->seal_key_id) &&
	    fv_db_col_fixed(stmt, 10, out->seal_sig, sizeof out->seal_sig);
}

static enum fv_err
read_trail(sqlite3_stmt *stmt, struct fv_store_trail *out)
{
	memset(out, 0, sizeof *out);
	if (!read_peaks(stmt, 1, fv_db_col_uint(stmt, 0), &out->trail.range) ||
	    !read_last(stmt, out) || !read_sealed(stmt, out) ||
	    !fv_db_col_fixed(stmt, 18, out->trail.dev, FV_DEV_BYTES))
		return FV_ECORRUPT;
	out->head_size = fv_db_col_uint(stmt, 11);
	out->head_index = fv_db_col_uint(stmt, 12);
	out->has_tail = fv_db_col_has(stmt, 13);
	out->tail_n = fv_db_col_uint(stmt, 13);
	if (out->has_tail && !fv_db_col_fixed(stmt, 14, out->tail_a, FV_HASH_BYTES))
		return FV_ECORRUPT;
	out->last_sync_ms = fv_db_col_int(stmt, 15);
	out->has_battery = fv_db_col_has(stmt, 16);
	out->battery_percent = fv_db_col_u32(stmt, 16);
	out->has_state = fv_db_col_has(stmt, 17);
	out->free_mib = fv_db_col_uint(stmt, 17);
	out->told_ms = fv_db_col_int(stmt, 19);
	out->has_clock = fv_db_col_has(stmt, 20);
	out->ahead_ms = fv_db_col_int(stmt, 20);
	out->said_n = fv_db_col_uint(stmt, 21);
	return FV_OK;
}

enum fv_err
fv_store_trail_load(struct fv_store *store, int64_t no, struct fv_store_trail *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_TRAIL_LOAD, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, no);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_trail(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

static void
bind_seals(sqlite3_stmt *stmt, const struct fv_store_trail *t)
{
	fv_db_bind_uint(stmt, 6, t->trail.sealed_size);
	fv_db_bind_blob(stmt, 7,
	    fv_span_of(
		t->sealed_range.stack, count_peaks(t->sealed_range.size) * FV_HASH_BYTES));
	if (t->trail.sealed_size > 0) {
		fv_db_bind_blob(stmt, 8, fv_span_of(t->trail.sealed_root.b, FV_HASH_BYTES));
		fv_db_bind_blob(stmt, 11, fv_span_of(t->seal_key_id, sizeof t->seal_key_id));
		fv_db_bind_blob(stmt, 12, fv_span_of(t->seal_sig, sizeof t->seal_sig));
	}
	fv_db_bind_blob(stmt, 9, fv_span_of(t->trail.seal_pk, FV_KEY_BYTES));
	fv_db_bind_uint(stmt, 10, t->trail.key_number);
	fv_db_bind_uint(stmt, 13, t->head_size);
	fv_db_bind_uint(stmt, 14, t->head_index);
}

static void
bind_state(sqlite3_stmt *stmt, const struct fv_store_trail *t)
{
	if (t->has_tail) {
		fv_db_bind_uint(stmt, 15, t->tail_n);
		fv_db_bind_blob(stmt, 16, fv_span_of(t->tail_a, FV_HASH_BYTES));
	}
	fv_db_bind_int(stmt, 17, t->last_sync_ms);
	if (t->has_battery)
		fv_db_bind_uint(stmt, 18, t->battery_percent);
	if (t->has_state)
		fv_db_bind_uint(stmt, 19, t->free_mib);
	fv_db_bind_int(stmt, 20, t->told_ms);
	if (t->has_clock)
		fv_db_bind_int(stmt, 21, t->ahead_ms);
	fv_db_bind_uint(stmt, 22, t->said_n);
}

enum fv_err
fv_store_trail_save(struct fv_store *store, int64_t no, const struct fv_store_trail *t)
{
	struct fv_buf header = {0};
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_TRAIL_SAVE, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, no);
	fv_db_bind_uint(stmt, 2, t->trail.range.size);
	fv_db_bind_blob(stmt, 3,
	    fv_span_of(
		t->trail.range.stack, count_peaks(t->trail.range.size) * FV_HASH_BYTES));
	if (t->trail.range.size > 0) {
		fv_header_put(&header, &t->trail.last);
		if ((rc = fv_buf_status(&header)) != FV_OK)
			goto cleanup;
		fv_db_bind_blob(stmt, 4, fv_buf_span(&header));
		fv_db_bind_blob(stmt, 5, fv_span_of(t->trail.last_leaf.b, FV_HASH_BYTES));
	}
	bind_seals(stmt, t);
	bind_state(stmt, t);
	rc = fv_db_run(stmt);
cleanup:
	fv_buf_clear(&header);
	return rc;
}

static void
bind_subject(sqlite3_stmt *stmt, int at, const struct fv_store_record *record)
{
	if (record->has_subject_seq)
		fv_db_bind_int(stmt, at, record_id(record->no, record->subject_seq));
	if (record->case_id.len > 0)
		fv_db_bind_text(stmt, at + 1, record->case_id);
}

/* What other tables keep of a payload. */
enum fv_err
fv_store_seal_by(struct fv_store *store, int64_t no, uint64_t below, int64_t at_ms,
    struct fv_store_seal *out)
{
	struct fv_store_trail *trail = malloc(sizeof *trail);
	sqlite3_stmt *stmt;
	uint64_t until;
	enum fv_err rc = FV_ENOMEM;

	memset(out, 0, sizeof *out);
	if (trail == NULL || (rc = fv_store_trail_load(store, no, trail)) != FV_OK)
		goto cleanup;
	/* The seal of n records is record n - 1; after the last good one there is none. */
	until = below > 0 ? below - 1 : 0;
	if (until > trail->trail.sealed_size)
		until = trail->trail.sealed_size;
	if ((rc = fv_db_get(store, FV_SQL_SEAL_BY, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_int(stmt, 1, record_id(no, 0));
	fv_db_bind_int(stmt, 2, record_id(no, until));
	fv_db_bind_int(stmt, 3, at_ms);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		goto cleanup;
	out->size = fv_db_col_uint(stmt, 0) + 1;
	out->received_ms = fv_db_col_int(stmt, 1);
	(void)sqlite3_reset(stmt);
cleanup:
	free(trail);
	return rc;
}

static enum fv_err
note_payload(struct fv_store *store, const struct fv_store_record *record)
{
	enum fv_err rc = fv_db_note_move(store, record);

	if (rc == FV_OK)
		rc = fv_db_note_shift(store, record);
	if (rc == FV_OK)
		rc = fv_db_note_slip(store, record);
	if (rc == FV_OK)
		rc = fv_db_note_work(store, record);
	return rc == FV_OK ? fv_db_note_reply(store, record) : rc;
}

enum fv_err
fv_store_record_append(struct fv_store *store, const struct fv_store_record *record)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (record->seq >= (uint64_t)SEQ_MAX)
		return FV_ETOOBIG;
	if ((rc = fv_db_get(store, FV_SQL_RECORD_APPEND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(record->no, record->seq));
	fv_db_bind_uint(stmt, 2, record->type);
	fv_db_bind_int(stmt, 3, record->received_ms);
	fv_db_bind_blob(stmt, 4, record->header);
	fv_db_bind_blob(stmt, 5, fv_span_of(record->leaf.b, FV_HASH_BYTES));
	if (record->has_payload) {
		fv_db_bind_blob(stmt, 6, record->salt);
		fv_db_bind_blob(stmt, 7, record->payload);
	}
	if (record->sig.len > 0)
		fv_db_bind_blob(stmt, 8, record->sig);
	bind_subject(stmt, 9, record);
	rc = fv_db_run(stmt);
	return rc == FV_OK ? note_payload(store, record) : rc;
}

enum fv_err
fv_store_record_fill(struct fv_store *store, const struct fv_store_record *record)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_RECORD_FILL, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(record->no, record->seq));
	fv_db_bind_blob(stmt, 2, record->salt);
	fv_db_bind_blob(stmt, 3, record->payload);
	bind_subject(stmt, 4, record);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return sqlite3_changes(store->db) == 1 ? note_payload(store, record) : FV_EEXIST;
}

static enum fv_err
read_record(sqlite3_stmt *stmt, struct fv_store_record *out)
{
	int64_t id = fv_db_col_int(stmt, 0);

	memset(out, 0, sizeof *out);
	out->no = id >> SEQ_BITS;
	out->seq = (uint64_t)(id & SEQ_MAX);
	out->type = fv_db_col_u32(stmt, 1);
	out->received_ms = fv_db_col_int(stmt, 2);
	out->header = fv_db_col(stmt, 3);
	out->has_payload = fv_db_col_has(stmt, 6);
	out->salt = fv_db_col(stmt, 5);
	out->payload = fv_db_col(stmt, 6);
	out->sig = fv_db_col(stmt, 7);
	out->has_subject_seq = fv_db_col_has(stmt, 8);
	out->subject_seq = (uint64_t)(fv_db_col_int(stmt, 8) & SEQ_MAX);
	out->case_id = fv_db_col(stmt, 9);
	out->is_sealed = out->seq < fv_db_col_uint(stmt, 10);
	out->is_erased = fv_db_col_int(stmt, 11) != 0;
	if (!fv_db_col_fixed(stmt, 4, out->leaf.b, FV_HASH_BYTES) ||
	    (out->has_payload && out->salt.len != FV_SALT_BYTES))
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_store_record_get(
    struct fv_store *store, int64_t no, uint64_t seq, struct fv_store_record *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_RECORD_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(no, seq));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_record(stmt, out);
}

enum fv_err
fv_store_record_drop_from(struct fv_store *store, int64_t no, uint64_t seq)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_RECORD_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, record_id(no, seq));
	fv_db_bind_int(stmt, 2, record_id(no + 1, 0));
	return fv_db_run(stmt);
}

static enum fv_err
each(sqlite3_stmt *stmt, fv_store_record_fn fn, void *ctx)
{
	struct fv_store_record record;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = read_record(stmt, &record)) != FV_OK ||
		    (rc = fn(&record, ctx)) != FV_OK)
			return rc;
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_record_each(struct fv_store *store, int64_t no, struct fv_store_seqs seqs,
    fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RECORD_EACH, &stmt)) == FV_OK) {
		fv_db_bind_int(stmt, 1, record_id(no, seqs.from));
		fv_db_bind_int(stmt, 2, record_id(no, seqs.until));
		rc = each(stmt, fn, ctx);
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_record_each_note(struct fv_store *store, int64_t no, uint64_t seq, size_t max,
    fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_NOTE_AFTER, &stmt)) == FV_OK) {
		fv_db_bind_int(stmt, 1, record_id(no, seq));
		fv_db_bind_uint(stmt, 2, max);
		rc = each(stmt, fn, ctx);
	}
	fv_db_drop(store, stmt);
	return rc;
}

/* Two statements: a union of both would make a temporary table each time. */
enum fv_err
fv_store_record_each_about(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_record_fn fn, void *ctx)
{
	static const enum fv_sql parts[] = {FV_SQL_RECORD_GET, FV_SQL_RECORD_ABOUT};
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < 2; i++) {
		sqlite3_stmt *stmt = NULL;

		if ((rc = fv_db_make(store, parts[i], &stmt)) == FV_OK) {
			fv_db_bind_int(stmt, 1, record_id(no, seq));
			rc = each(stmt, fn, ctx);
		}
		fv_db_drop(store, stmt);
	}
	return rc;
}

enum fv_err
fv_store_record_each_case(
    struct fv_store *store, struct fv_span case_id, fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RECORD_CASE, &stmt)) == FV_OK) {
		fv_db_bind_text(stmt, 1, case_id);
		rc = each(stmt, fn, ctx);
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_record_each_type(struct fv_store *store, int64_t no, uint32_t type,
    struct fv_store_seqs seqs, fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RECORD_TYPE, &stmt)) == FV_OK) {
		fv_db_bind_uint(stmt, 1, type);
		fv_db_bind_int(stmt, 2, record_id(no, seqs.from));
		fv_db_bind_int(stmt, 3, record_id(no, seqs.until));
		rc = each(stmt, fn, ctx);
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_record_type_before(struct fv_store *store, int64_t no, uint32_t type, uint64_t seq,
    struct fv_store_record *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_RECORD_TYPE_BEFORE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_uint(stmt, 1, type);
	fv_db_bind_int(stmt, 2, record_id(no, 0));
	fv_db_bind_int(stmt, 3, record_id(no, seq));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	return read_record(stmt, out);
}

enum fv_err
fv_store_reply_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_REPLIED_EACH, &stmt)) == FV_OK) {
		fv_db_bind_blob(stmt, 1, fv_span_of(finding, 16));
		rc = each(stmt, fn, ctx);
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_record_each_stray_case(struct fv_store *store, fv_store_text_fn fn, void *ctx)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_RECORD_STRAY_CASES, &stmt)) == FV_OK) {
		while ((rc = fv_db_row(stmt)) == FV_OK)
			if ((rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
				break;
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}
