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

static uint32_t
read_code(struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader value;
	uint64_t code;

	if (fv_cbor_map_find(payload, key, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, UINT32_MAX, &code) != FV_OK)
		return 0;
	return (uint32_t)code;
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
	work->place = read_code(row.payload, 5);
	work->purpose = read_code(row.payload, 6);
	if ((rc = read_text(row.payload, 1, work->case_id, sizeof work->case_id)) != FV_OK ||
	    (rc = is_after(store, FV_REC_BOOT, row.seq, &work->is_carried)) != FV_OK)
		return rc;
	return is_after(store, FV_REC_OUTCOME, row.seq, &work->has_outcome);
}

static enum fv_err
load_pause(struct fv_store *store, struct fv_work *work)
{
	enum fv_err rc;

	if (!work->has_shift)
		return FV_OK;
	rc = fv_store_get_int(store, FV_SET_PAUSED, &work->paused_ms);
	work->is_paused = rc == FV_OK;
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* What an OFFICER record says of `officer` and tracks; FV_TRI_UNKNOWN: nothing. */
static enum fv_err
read_answer(struct fv_span payload, const char *officer, enum fv_tri *tracks)
{
	struct fv_cbor_reader value;
	char id[FV_ID_BYTES];
	uint64_t what;
	enum fv_err rc;

	if ((rc = read_text(payload, 4, id, sizeof id)) != FV_OK)
		return rc;
	if (fv_cbor_map_find(payload, 5, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, UINT64_MAX, &what) != FV_OK)
		return FV_ECORRUPT;
	if (strcmp(id, officer) == 0 && what == FV_OFFICER_AGREES)
		*tracks = FV_TRI_YES;
	else if (strcmp(id, officer) == 0 && what == FV_OFFICER_REFUSES)
		*tracks = FV_TRI_NO;
	return FV_OK;
}

enum fv_err
fv_work_answer(struct fv_store *store, const char *officer, enum fv_tri *tracks_out)
{
	struct fv_buf keep = {0};
	struct fv_record_row row;
	uint64_t seq = UINT64_MAX;
	enum fv_err rc = FV_OK;

	*tracks_out = FV_TRI_UNKNOWN;
	while (*tracks_out == FV_TRI_UNKNOWN && rc == FV_OK) {
		rc = fv_store_last_of_type(store, FV_REC_OFFICER, seq, &seq);
		if (rc == FV_OK)
			rc = fv_store_get_record(store, seq, &keep, &row);
		if (rc == FV_OK)
			rc = read_answer(row.payload, officer, tracks_out);
		fv_buf_clear(&keep);
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_work_load(struct fv_store *store, struct fv_work *work_out)
{
	struct fv_buf keep = {0};
	enum fv_err rc;

	memset(work_out, 0, sizeof *work_out);
	if ((rc = load_shift(store, &keep, work_out)) == FV_OK &&
	    (rc = load_pause(store, work_out)) == FV_OK &&
	    (rc = fv_work_answer(store, work_out->officer, &work_out->tracks)) == FV_OK)
		rc = load_visit(store, &keep, work_out);
	fv_buf_clear(&keep);
	return rc;
}

void
fv_work_tell_tracks(const struct fv_work *work, struct fv_json *json)
{
	if (work->tracks == FV_TRI_UNKNOWN)
		fv_json_null(json, "tracks");
	else
		fv_json_bool(json, "tracks", work->tracks == FV_TRI_YES);
}
