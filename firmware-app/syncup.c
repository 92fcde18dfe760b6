#include "firmware-app/syncup.h"

#include <string.h>

/* Fills chunks with whole items and seals each as it is full. */
struct packer {
	struct fv_syncup *up;
	struct fv_envelope_request *request;
	struct fv_buf *body;
	struct fv_buf plain; /* of the chunk that is open */
	struct fv_buf item;  /* scratch */
	struct fv_buf blob;  /* scratch: the one that is being sliced */
	size_t body_max;
	struct fv_header prev; /* of the record before the next */
	bool has_prev;
};

#define CHUNK_OVERHEAD (FV_ENVELOPE_FRAME_BYTES + FV_TAG_BYTES)

/* Put the scratch item into the open chunk or the next.  FV_AGAIN: the request is full. */
static enum fv_err
pack(struct packer *p)
{
	struct fv_span item = fv_buf_span(&p->item);
	bool is_next;
	size_t after;
	enum fv_err rc;

	if ((rc = fv_buf_status(&p->item)) != FV_OK)
		return rc;
	if (item.len > FV_CHUNK_PLAIN_MAX)
		return FV_ECORRUPT;
	is_next = p->plain.len + item.len > FV_CHUNK_PLAIN_MAX;
	after = p->body->len + p->plain.len + item.len + CHUNK_OVERHEAD * (is_next ? 2 : 1);
	if (after > p->body_max)
		return FV_AGAIN;
	if (is_next) {
		rc = fv_envelope_request_seal(
		    p->request, fv_buf_span(&p->plain), false, p->body);
		if (rc != FV_OK)
			return rc;
		fv_buf_reset(&p->plain);
	}
	fv_buf_put_span(&p->plain, item);
	return fv_buf_status(&p->plain);
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct packer *p = ctx;
	struct fv_wire_record wire = {.has_sig = false};
	enum fv_err rc;

	if (fv_header_parse(row->header, &wire.header) != FV_OK ||
	    row->salt.len != sizeof wire.salt)
		return FV_ECORRUPT;
	wire.is_apart = (wire.header.flags & FV_RECF_APART) != 0;
	memcpy(wire.salt, row->salt.ptr, sizeof wire.salt);
	wire.payload = row->payload;
	if (row->type == FV_REC_SEAL) {
		if (row->sig.len != sizeof wire.sig)
			return FV_ECORRUPT;
		wire.has_sig = true;
		memcpy(wire.sig, row->sig.ptr, sizeof wire.sig);
	}
	fv_buf_reset(&p->item);
	fv_wire_record_put(&p->item, &wire, p->has_prev ? &p->prev : NULL);
	if ((rc = pack(p)) != FV_OK)
		return rc;
	p->prev = wire.header;
	p->has_prev = true;
	p->up->sent_to = row->seq + 1;
	p->up->has_seal |= wire.has_sig;
	return FV_OK;
}

static enum fv_err
pack_records(struct packer *p)
{
	struct fv_syncup *up = p->up;
	struct fv_store *store = up->journal->store;
	struct fv_record_row row;
	struct fv_buf keep = {0};
	enum fv_err rc = FV_OK;

	if (up->send_to <= up->map.from_seq)
		return FV_OK;
	if (up->map.from_seq > 0) {
		rc = fv_store_get_record(store, up->map.from_seq - 1, &keep, &row);
		if (rc == FV_OK && fv_header_parse(row.header, &p->prev) != FV_OK)
			rc = FV_ECORRUPT;
		p->has_prev = true;
		fv_buf_clear(&keep);
	}
	if (rc == FV_OK)
		rc = fv_store_each_record(store, up->map.from_seq, up->send_to, on_record, p);
	if (rc == FV_AGAIN) {
		up->is_short = true;
		rc = FV_OK;
	}
	return rc;
}

/* Bytes of it that the server holds; false: not to be sent now. */
static bool
find_held(const struct fv_syncup *up, const struct fv_blob_row *row, uint64_t *held_out)
{
	*held_out = row->held_bytes;
	if (row->seq >= up->sent_to)
		return false;
	if (up->missing == NULL || !up->missing->is_full)
		return true;
	for (size_t i = 0; i < up->missing->count; i++) {
		if (memcmp(up->missing->blobs[i].hash.b, row->hash.b, sizeof row->hash.b) ==
		    0) {
			*held_out = up->missing->blobs[i].held_bytes;
			return true;
		}
	}
	return false;
}

static enum fv_err
on_blob(const struct fv_blob_row *row, void *ctx)
{
	struct packer *p = ctx;
	struct fv_slice slice = {.hash = row->hash, .total = row->total_bytes};
	const bool is_capped = p->up->has_cap && row->is_piece;
	uint64_t at;
	enum fv_err rc;

	if (!find_held(p->up, row, &at) || (is_capped && p->up->cap_left == 0))
		return FV_OK;
	fv_buf_reset(&p->blob);
	rc = fv_store_get_blob(p->up->journal->store, &row->hash, &p->blob);
	for (; rc == FV_OK && at < p->blob.len; at += slice.bytes.len) {
		size_t left = p->blob.len - (size_t)at;

		if (is_capped && p->up->cap_left < FV_SLICE_MAX) {
			p->up->cap_left = 0;
			break;
		}
		slice.offset = at;
		slice.bytes =
		    fv_span_of(p->blob.ptr + at, left < FV_SLICE_MAX ? left : FV_SLICE_MAX);
		fv_buf_reset(&p->item);
		fv_slice_put(&p->item, &slice);
		rc = pack(p);
		p->up->slices += rc == FV_OK ? 1 : 0;
		if (is_capped && rc == FV_OK)
			p->up->cap_left -= slice.bytes.len;
	}
	return rc;
}

static enum fv_err
on_part(const struct fv_part_row *row, void *ctx)
{
	struct fv_sync_request *map = ctx;

	if (map->begun_count == FV_MISSING_MAX)
		return FV_OK;
	map->begun[map->begun_count].hash = row->hash;
	map->begun[map->begun_count++].held_bytes = row->data.len;
	return FV_OK;
}

static enum fv_err
fill_map(struct fv_syncup *up)
{
	const struct fv_journal *j = up->journal;

	up->map.n = fv_journal_next_seq(j);
	if (up->map.from_seq > up->map.n)
		return FV_ESTATE;
	up->map.has_tail = fv_journal_unsealed(j) > 0;
	if (up->map.has_tail) {
		up->map.tail_n = j->slots.now->n;
		memcpy(up->map.tail_a, j->slots.now->a, sizeof up->map.tail_a);
	}
	up->map.begun_count = 0;
	return fv_store_each_part(j->store, on_part, &up->map);
}

static enum fv_err
pack_blobs(struct packer *p)
{
	enum fv_err rc = fv_store_each_unsent_blob(p->up->journal->store, on_blob, p);

	if (rc == FV_AGAIN) {
		p->up->is_short = true;
		rc = FV_OK;
	}
	return rc;
}

enum fv_err
fv_syncup_build(struct fv_syncup *up, const struct fv_envelope_to *to,
    struct fv_envelope_request *request_out, struct fv_buf *body)
{
	struct packer p = {.up = up, .request = request_out, .body = body};
	enum fv_err rc;

	p.body_max =
	    up->body_max < FV_SYNCUP_BODY_MIN ? FV_SYNCUP_BODY_MIN : (size_t)up->body_max;
	up->sent_to = up->map.from_seq;
	up->slices = 0;
	up->has_seal = false;
	up->is_short = false;
	memset(request_out, 0, sizeof *request_out);
	if ((rc = fill_map(up)) != FV_OK)
		return rc;
	if ((rc = fv_envelope_request_begin(to, request_out, body)) != FV_OK)
		return rc;
	fv_sync_request_put(&p.item, &up->map);
	if ((rc = pack(&p)) != FV_OK)
		goto cleanup;
	/* The evidence first: every record and seal before the first blob; of those the
	 * pieces of attachments last. */
	if (!up->is_probe && (rc = pack_records(&p)) != FV_OK)
		goto cleanup;
	if (!up->is_probe && !up->is_short && (rc = pack_blobs(&p)) != FV_OK)
		goto cleanup;
	rc = fv_envelope_request_seal(request_out, fv_buf_span(&p.plain), true, body);
cleanup:
	fv_buf_clear(&p.plain);
	fv_buf_clear(&p.item);
	fv_buf_clear(&p.blob);
	return rc;
}

static enum fv_err
on_type(const struct fv_record_row *row, void *ctx)
{
	const bool *does_seal_count = ctx;

	if (row->type == FV_REC_SYNC || (row->type == FV_REC_SEAL && !*does_seal_count))
		return FV_OK;
	return FV_AGAIN;
}

enum fv_err
fv_syncup_waiting(
    struct fv_store *store, uint64_t next_seq, uint64_t server_sealed, uint64_t *send_to_out)
{
	bool does_seal_count = server_sealed < next_seq;
	uint64_t count;
	enum fv_err rc;

	*send_to_out = next_seq;
	if ((rc = fv_store_count_records(store, &count)) != FV_OK || next_seq >= count)
		return rc;
	rc = fv_store_each_record(store, next_seq, count, on_type, &does_seal_count);
	if (rc == FV_AGAIN) {
		*send_to_out = count;
		rc = FV_OK;
	}
	return rc;
}
