/* Blobs: named by records, taken in slices, complete when their hash says so. */
#include <string.h>

#include "fv/attachment.h"
#include "ingest_in.h"

static enum fv_err
name_from_key(struct fv_ingest *ingest, const struct fv_store_record *record, uint64_t key,
    enum fv_blob_kind kind)
{
	struct fv_cbor_reader value;
	struct fv_hash hash;

	/* A payload without it names nothing: shown, not refused. */
	if (fv_cbor_map_find(record->payload, key, &value) != FV_OK ||
	    fv_cbor_get_fixed(&value, hash.b, sizeof hash.b) != FV_OK)
		return FV_OK;
	return fv_store_blob_name(ingest->store, record->no, &hash, record->seq, kind);
}

/* An attachment that cannot be taken as it says: its bytes are not asked for, and what was
 * said is kept aside with the reason. */
static enum fv_err
refuse_attachment(struct fv_ingest *ingest, int64_t no, uint64_t seq, struct fv_span said)
{
	enum fv_err rc =
	    fv_store_quarantine_put(ingest->store, no, seq, FV_QUARANTINE_ATTACHMENT, said);

	return rc == FV_EEXIST ? FV_OK : rc;
}

static enum fv_err
name_attachment(struct fv_ingest *ingest, const struct fv_store_record *record)
{
	struct fv_attachment a;
	enum fv_err rc;

	if (fv_attachment_parse(record->payload, &a) != FV_OK)
		return refuse_attachment(ingest, record->no, record->seq, record->payload);
	rc = fv_store_blob_name(
	    ingest->store, record->no, &a.manifest, record->seq, FV_BLOB_MANIFEST);
	return rc == FV_OK ? fv_store_blob_name(ingest->store, record->no, &a.capsules,
				 record->seq, FV_BLOB_CAPSULES)
			   : rc;
}

static enum fv_err
name_from_payload(struct fv_ingest *ingest, const struct fv_store_record *record)
{
	enum fv_err rc;

	if (record->type == FV_REC_ATTACHMENT)
		return name_attachment(ingest, record);
	if (record->type != FV_REC_NOTE)
		return FV_OK;
	rc = name_from_key(ingest, record, 5, FV_BLOB_CONTENT);
	return rc == FV_OK ? name_from_key(ingest, record, 7, FV_BLOB_CAPSULES) : rc;
}

/* The payload of a record that came before its blob. */
static enum fv_err
fill_record(struct fv_ingest *ingest, int64_t no, uint64_t seq, struct fv_span blob)
{
	struct fv_store_record record = {.no = no, .seq = seq}, held;
	enum fv_err rc;

	rc = fv_store_record_get(ingest->store, no, seq, &held);
	if (rc != FV_OK) /* the record went into quarantine meanwhile */
		return rc == FV_ENOENT ? FV_OK : rc;
	record.type = held.type;
	record.has_payload = true;
	record.salt = fv_span_of(blob.ptr, FV_SALT_BYTES);
	record.payload = fv_span_of(blob.ptr + FV_SALT_BYTES, blob.len - FV_SALT_BYTES);
	if (fv_cbor_check_all(record.payload) == FV_OK)
		fv_ingest_read_subject(record.payload, &record);
	rc = fv_store_record_fill(ingest->store, &record);
	if (rc != FV_OK)
		return rc == FV_EEXIST ? FV_OK : rc;
	return fv_cbor_check_all(record.payload) == FV_OK ? name_from_payload(ingest, &record)
							  : FV_OK;
}

enum fv_err
fv_ingest_name_blobs(
    struct fv_ingest *ingest, const struct fv_store_record *record, const struct fv_hash *pc)
{
	struct fv_store_blob blob;
	enum fv_err rc;

	if (pc == NULL)
		return name_from_payload(ingest, record);
	rc = fv_store_blob_name(ingest->store, record->no, pc, record->seq, FV_BLOB_PAYLOAD);
	if (rc != FV_OK)
		return rc;
	/* The same record came before, and went: its blob is here. */
	if ((rc = fv_store_blob_get(ingest->store, record->no, pc, &blob)) != FV_OK)
		return rc;
	if (!blob.is_complete || blob.seq != record->seq)
		return FV_OK;
	return fill_record(ingest, record->no, record->seq, blob.data);
}

static bool
is_whole(const struct fv_store_blob *blob)
{
	struct fv_hash hash;

	if (blob->kind == FV_BLOB_PAYLOAD) {
		if (blob->data.len <= FV_SALT_BYTES)
			return false;
		fv_record_commit(blob->data.ptr,
		    fv_span_of(blob->data.ptr + FV_SALT_BYTES, blob->data.len - FV_SALT_BYTES),
		    &hash);
	} else {
		fv_sha256(blob->data, &hash);
	}
	return memcmp(hash.b, blob->hash.b, sizeof hash.b) == 0;
}

/* The manifest is whole: ask for the pieces, when it is what the record says. */
static enum fv_err
name_pieces(struct fv_ingest *ingest, const struct fv_store_blob *manifest)
{
	struct fv_store_record record;
	struct fv_attachment a;
	struct fv_hash piece;
	enum fv_err rc;

	rc = fv_store_record_get(ingest->store, manifest->no, manifest->seq, &record);
	if (rc != FV_OK) /* the record went into quarantine meanwhile */
		return rc == FV_ENOENT ? FV_OK : rc;
	if (!record.has_payload || fv_attachment_parse(record.payload, &a) != FV_OK ||
	    fv_attachment_check_manifest(&a, manifest->data) != FV_OK)
		return refuse_attachment(ingest, manifest->no, manifest->seq, manifest->data);
	for (size_t at = 0; rc == FV_OK && at < manifest->data.len; at += FV_HASH_BYTES) {
		memcpy(piece.b, manifest->data.ptr + at, FV_HASH_BYTES);
		rc = fv_store_blob_name(
		    ingest->store, manifest->no, &piece, manifest->seq, FV_BLOB_PIECE);
	}
	return rc;
}

static enum fv_err
finish_blob(struct fv_ingest *ingest, struct fv_store_blob *blob)
{
	enum fv_err rc;

	if (!is_whole(blob)) { /* other bytes than named: begin again */
		blob->held = 0;
		blob->data = fv_span_of(NULL, 0);
		return fv_store_blob_put(ingest->store, blob);
	}
	blob->is_complete = true;
	if ((rc = fv_store_blob_put(ingest->store, blob)) != FV_OK)
		return rc;
	if (blob->kind == FV_BLOB_PAYLOAD)
		return fill_record(ingest, blob->no, blob->seq, blob->data);
	return blob->kind == FV_BLOB_MANIFEST ? name_pieces(ingest, blob) : FV_OK;
}

static enum fv_err
add_slice(struct fv_ingest *ingest, struct fv_store_blob *blob, const struct fv_slice *slice)
{
	uint64_t skip;
	enum fv_err rc;

	if (blob->total != slice->total) { /* the first slice, or another idea of the length */
		blob->total = slice->total;
		blob->held = 0;
		blob->data = fv_span_of(NULL, 0);
	}
	if (slice->offset > blob->held || slice->offset + slice->bytes.len <= blob->held)
		return FV_OK; /* a gap before it, or nothing new */
	skip = blob->held - slice->offset;
	fv_buf_reset(&ingest->bytes);
	fv_buf_put_span(&ingest->bytes, blob->data);
	fv_buf_put(&ingest->bytes, slice->bytes.ptr + skip, slice->bytes.len - (size_t)skip);
	if ((rc = fv_buf_status(&ingest->bytes)) != FV_OK)
		return rc;
	blob->data = fv_buf_span(&ingest->bytes);
	blob->held = blob->data.len;
	if (blob->held == blob->total)
		return finish_blob(ingest, blob);
	return fv_store_blob_put(ingest->store, blob);
}

/* The longest that a blob of a kind may be: each slice writes all that is held of it. */
static uint64_t
most_of(uint32_t kind)
{
	switch (kind) {
	case FV_BLOB_PIECE:
		return FV_PIECE_MAX;
	case FV_BLOB_MANIFEST:
		return FV_MANIFEST_MAX;
	case FV_BLOB_CAPSULES:
		return FV_NOTE_RECIPIENTS_MAX * FV_NOTE_CAPSULE_BYTES;
	default:
		return FV_ITEM_BODY_MAX;
	}
}

enum fv_err
fv_ingest_take_slice(
    struct fv_ingest *ingest, struct fv_session *session, struct fv_span rest, size_t *len_out)
{
	struct fv_store_blob blob;
	struct fv_slice slice;
	enum fv_err rc;

	rc = fv_slice_parse(rest, &slice, len_out);
	if (rc != FV_OK) { /* the stranger's fault, not ours */
		session->result.fault = rc;
		session->mode = MODE_DISCARD;
		*len_out = rest.len;
		return FV_OK;
	}
	rc = fv_store_blob_get(ingest->store, session->device.no, &slice.hash, &blob);
	/* Nobody asked for it, or not for so much. */
	if (rc == FV_ENOENT || (rc == FV_OK && slice.total > most_of(blob.kind))) {
		session->result.slices_refused++;
		return FV_OK;
	}
	if (rc != FV_OK || blob.is_complete)
		return rc;
	return add_slice(ingest, &blob, &slice);
}
