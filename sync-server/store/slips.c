/* Which visit a borrower's slip code names: only the code's hash is kept. */
#include "db.h"
#include "fv/slip.h"

#define SEQ_BITS 40
#define SEQ_MAX ((UINT64_C(1) << SEQ_BITS) - 1)

enum fv_err
fv_db_note_slip(struct fv_store *store, const struct fv_store_record *record)
{
	struct fv_store_device device;
	char code[FV_CODE_BYTES];
	struct fv_hash hash;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (record->type != FV_REC_VISIT_BEGIN || !record->has_payload ||
	    record->salt.len != FV_SALT_BYTES)
		return FV_OK;
	if ((rc = fv_store_device_get_no(store, record->no, &device)) != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	fv_slip_code(record->salt.ptr, device.dev, record->seq, code);
	fv_wipe(&device, sizeof device); /* holds a secret */
	fv_slip_hash(code, &hash);
	if ((rc = fv_db_get(store, FV_SQL_SLIP_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, (record->no << SEQ_BITS) | (int64_t)record->seq);
	fv_db_bind_blob(stmt, 2, fv_span_of(hash.b, FV_HASH_BYTES));
	return fv_db_run(stmt);
}

enum fv_err
fv_db_note_slips(struct fv_store *store)
{
	struct fv_store_record record = {.type = FV_REC_VISIT_BEGIN, .has_payload = true};
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_SLIP_ALL, &stmt)) == FV_OK) {
		while ((rc = fv_db_row(stmt)) == FV_OK) {
			const int64_t id = fv_db_col_int(stmt, 0);

			record.no = id >> SEQ_BITS;
			record.seq = (uint64_t)id & SEQ_MAX;
			record.salt = fv_db_col(stmt, 5);
			if ((rc = fv_db_note_slip(store, &record)) != FV_OK)
				break;
		}
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_slip_find(
    struct fv_store *store, const struct fv_hash *hash, int64_t *no_out, uint64_t *seq_out)
{
	sqlite3_stmt *stmt;
	int64_t id;
	enum fv_err rc;

	*no_out = 0;
	*seq_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_SLIP_FIND, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(hash->b, FV_HASH_BYTES));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	id = fv_db_col_int(stmt, 0);
	(void)sqlite3_reset(stmt);
	*no_out = id >> SEQ_BITS;
	*seq_out = (uint64_t)id & SEQ_MAX;
	return FV_OK;
}
