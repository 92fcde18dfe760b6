#include "firmware-app/work.h"

#include <string.h>

/* Last record of `type`, whole.  FV_ENOENT: there is none. */
static enum fv_err
read_last(
    struct fv_store *store, uint32_t type, struct fv_buf *keep, struct fv_record_row *row)
{
	uint64_t seq;
	enum fv_err rc = fv_store_last_of_type(store, type, UINT64_MAX, &seq);

	return rc == FV_OK ? fv_store_get_record(store, seq, keep, row) : rc;
}

/* True when a record of `type` follows `seq`. */
static enum fv_err
is_after(struct fv_store *store, uint32_t type, uint64_t seq, bool *is_out)
{
	uint64_t last;
	enum fv_err rc = fv_store_last_of_type(store, type, UINT64_MAX, &last);

	*is_out = rc == FV_OK && last > seq;
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
read_text(struct fv_span payload, uint64_t key, char *out, size_t cap)
{
	struct fv_cbor_reader value;
	struct fv_span text;

	if (fv_cbor_map_find(payload, key, &value) != FV_OK ||
	    fv_cbor_get_text(&value, &text) != FV_OK || fv_id_copy(text, out, cap) != FV_OK)
		return FV_ECORRUPT;
	return FV_OK;
}

/* The record of `begin` that no record of `end` follows; FV_ENOENT when all are ended. */
static enum fv_err
find_open(struct fv_store *store, uint32_t begin, uint32_t end, struct fv_buf *keep,
    struct fv_record_row *row)
{
	bool is_ended;
	enum fv_err rc;

	if ((rc = read_last(store, begin, keep, row)) != FV_OK)
		return rc;
	if ((rc = is_after(store, end, row->seq, &is_ended)) != FV_OK)
		return rc;
	return is_ended ? FV_ENOENT : FV_OK;
}

static enum fv_err
load_shift(struct fv_store *store, struct fv_buf *keep, struct fv_work *work)
{
	struct fv_record_row row;
	struct fv_header header;
	enum fv_err rc;

	rc = find_open(store, FV_REC_SHIFT_BEGIN, FV_REC_SHIFT_END, keep, &row);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if ((rc = fv_header_parse(row.header, &header)) != FV_OK)
		return FV_ECORRUPT;
	work->has_shift = true;
	work->shift_seq = row.seq;
	work->shift_ms = header.rtc_ms;
	return read_text(row.payload, 4, work->officer, sizeof work->officer);
}

static enum fv_err
load_visit(struct fv_store *store, struct fv_buf *keep, struct fv_work *work)
{
	struct fv_record_row row;
	struct fv_header header;
	enum fv_err rc;

	rc = find_open(store, FV_REC_VISIT_BEGIN, FV_REC_VISIT_END, keep, &row);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (fv_header_parse(row.header, &header) != FV_OK)
		return FV_ECORRUPT;
	work->has_visit = true;
	work->visit_seq = row.seq;
	work->visit_ms = header.rtc_ms;
	if ((rc = read_text(row.payload, 1, work->case_id, sizeof work->case_id)) != FV_OK ||
	    (rc = is_after(store, FV_REC_BOOT, row.seq, &work->is_carried)) != FV_OK)
		return rc;
	return is_after(store, FV_REC_OUTCOME, row.seq, &work->has_outcome);
}

enum fv_err
fv_work_load(struct fv_store *store, struct fv_work *work_out)
{
	struct fv_buf keep = {0};
	enum fv_err rc;

	memset(work_out, 0, sizeof *work_out);
	if ((rc = load_shift(store, &keep, work_out)) == FV_OK)
		rc = load_visit(store, &keep, work_out);
	fv_buf_clear(&keep);
	return rc;
}
