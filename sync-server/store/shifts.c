#include "shifts.h"

#include <string.h>

#include "db.h"
#include "fv/cbor.h"

#define SEQ_BITS 40
#define SEQ_MAX ((UINT64_C(1) << SEQ_BITS) - 1)

static int64_t
id_of(int64_t no, uint64_t seq)
{
	return (no << SEQ_BITS) | (int64_t)(seq > SEQ_MAX ? SEQ_MAX : seq);
}

enum fv_err
fv_db_note_shift(struct fv_store *store, const struct fv_store_record *record)
{
	struct fv_span officer = {0};
	struct fv_cbor_reader r;
	struct fv_header header;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (record->type != FV_REC_SHIFT_BEGIN || !record->has_payload)
		return FV_OK;
	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	if (fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &officer) != FV_OK || !fv_id_valid(officer, FV_ID_BYTES - 1))
		officer = fv_span_z("");
	if ((rc = fv_db_get(store, FV_SQL_SHIFT_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(record->no, record->seq));
	fv_db_bind_text(stmt, 2, officer);
	fv_db_bind_int(stmt, 3, header.rtc_ms);
	return fv_db_run(stmt);
}

enum fv_err
fv_db_note_shifts(struct fv_store *store)
{
	struct fv_store_record record = {.type = FV_REC_SHIFT_BEGIN, .has_payload = true};
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_SHIFT_ALL, &stmt)) == FV_OK) {
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			const int64_t id = fv_db_col_int(stmt, 0);

			record.no = id >> SEQ_BITS;
			record.seq = (uint64_t)id & SEQ_MAX;
			record.header = fv_db_col(stmt, 1);
			record.payload = fv_db_col(stmt, 2);
			if ((rc = fv_db_note_shift(store, &record)) != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}

/* Run a bound statement of (record, officer, begin_ms); it is dropped. */
static enum fv_err
each_shift(struct fv_store *store, sqlite3_stmt *stmt, fv_store_shift_fn fn, void *ctx)
{
	struct fv_store_shift shift;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK) {
		const int64_t id = fv_db_col_int(stmt, 0);

		shift.no = id >> SEQ_BITS;
		shift.seq = (uint64_t)id & SEQ_MAX;
		shift.begin_ms = fv_db_col_int(stmt, 2);
		rc = fv_db_col_z(stmt, 1, shift.officer, sizeof shift.officer)
		    ? fn(&shift, ctx)
		    : FV_ECORRUPT;
		if (rc != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_shift_each(struct fv_store *store, int64_t no, int64_t from_ms, int64_t until_ms,
    fv_store_shift_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_SHIFT_EACH, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, 0));
	fv_db_bind_int(stmt, 2, id_of(no + 1, 0));
	fv_db_bind_int(stmt, 3, from_ms);
	fv_db_bind_int(stmt, 4, until_ms);
	return each_shift(store, stmt, fn, ctx);
}

enum fv_err
fv_store_shift_each_before(struct fv_store *store, int64_t no, uint64_t seq, size_t max,
    fv_store_shift_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_SHIFT_BEFORE, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, 0));
	fv_db_bind_int(stmt, 2, id_of(no, seq));
	fv_db_bind_int(stmt, 3, (int64_t)max);
	return each_shift(store, stmt, fn, ctx);
}

enum fv_err
fv_store_shift_each_officer(struct fv_store *store, const char *officer, int64_t from_ms,
    int64_t until_ms, fv_store_shift_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_SHIFT_OFFICER, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(officer));
	fv_db_bind_int(stmt, 2, from_ms);
	fv_db_bind_int(stmt, 3, until_ms);
	return each_shift(store, stmt, fn, ctx);
}

/* The seq that a bound statement of one number gives. */
static enum fv_err
one_seq(sqlite3_stmt *stmt, uint64_t *seq_out)
{
	enum fv_err rc = fv_db_row(stmt);

	if (rc != FV_OK)
		return rc;
	*seq_out = (uint64_t)fv_db_col_int(stmt, 0) & SEQ_MAX;
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_shift_last(struct fv_store *store, int64_t no, int64_t before_ms, uint64_t *seq_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*seq_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_SHIFT_LAST, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, 0));
	fv_db_bind_int(stmt, 2, id_of(no + 1, 0));
	fv_db_bind_int(stmt, 3, before_ms);
	return one_seq(stmt, seq_out);
}

enum fv_err
fv_store_shift_next(struct fv_store *store, int64_t no, uint64_t seq, uint64_t *seq_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*seq_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_SHIFT_NEXT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, seq));
	fv_db_bind_int(stmt, 2, id_of(no + 1, 0));
	return one_seq(stmt, seq_out);
}

/* Run a bound statement of visits' numbers; it is dropped. */
static enum fv_err
each_visit(struct fv_store *store, sqlite3_stmt *stmt, fv_store_record_fn fn, void *ctx)
{
	struct fv_store_record record;
	enum fv_err rc;

	while ((rc = fv_db_row(stmt)) == FV_OK) {
		const int64_t id = fv_db_col_int(stmt, 0);

		rc = fv_store_record_get(
		    store, id >> SEQ_BITS, (uint64_t)id & SEQ_MAX, &record);
		if (rc != FV_OK || (rc = fn(&record, ctx)) != FV_OK)
			break;
	}
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_store_visit_each(struct fv_store *store, int64_t no, struct fv_store_seqs seqs,
    fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_SLIP_SPAN, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, seqs.from));
	fv_db_bind_int(stmt, 2, id_of(no, seqs.until));
	return each_visit(store, stmt, fn, ctx);
}

enum fv_err
fv_store_visit_last_before(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_record_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_SLIP_BEFORE, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, id_of(no, 0));
	fv_db_bind_int(stmt, 2, id_of(no, seq));
	return each_visit(store, stmt, fn, ctx);
}

enum fv_err
fv_store_officer_zones(struct fv_store *store, const char *officer, struct fv_buf *zones_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_OFFICER_ZONES, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(officer));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	fv_buf_put_span(zones_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(zones_out);
}

enum fv_err
fv_store_officer_each(struct fv_store *store, const char *agency, const char *after,
    int64_t from_ms, int64_t until_ms, size_t max, fv_store_text_fn fn, void *ctx)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_make(store, FV_SQL_OFFICER_EACH, &stmt);

	if (rc != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(agency));
	fv_db_bind_text(stmt, 2, fv_span_z(after));
	fv_db_bind_int(stmt, 3, from_ms);
	fv_db_bind_int(stmt, 4, until_ms);
	fv_db_bind_int(stmt, 5, (int64_t)max);
	while ((rc = fv_db_row(stmt)) == FV_OK)
		if ((rc = fn(fv_db_col(stmt, 0), ctx)) != FV_OK)
			break;
	fv_db_drop(store, stmt);
	return rc == FV_ENOENT ? FV_OK : rc;
}
