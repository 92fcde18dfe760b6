#include "handset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void
derive(struct handset *h, uint8_t *out, size_t len)
{
	uint8_t bytes[5] = {h->mark};
	struct fv_hash hash;

	fv_store_u32be(bytes + 1, h->counter++);
	fv_sha256(fv_span_of(bytes, sizeof bytes), &hash);
	memcpy(out, hash.b, len);
}

void
handset_init(struct handset *h, uint8_t mark)
{
	memset(h, 0, sizeof *h);
	h->mark = mark;
	h->now_ms = INT64_C(1770000000000);
	h->records = calloc(HANDSET_RECORDS_MAX, sizeof *h->records);
	assert(h->records != NULL);
	handset_renew(h);
}

void
handset_renew(struct handset *h)
{
	derive(h, h->seed, sizeof h->seed);
	derive(h, h->sk_sync, sizeof h->sk_sync);
	derive(h, h->sk_box, sizeof h->sk_box);
	derive(h, h->ticket_id, sizeof h->ticket_id);
	fv_ed25519_public(h->seed, h->pk_0);
	fv_x25519_public(h->sk_sync, h->pk_sync);
	fv_x25519_public(h->sk_box, h->pk_box);
	fv_dev_id(h->pk_0, h->pk_sync, h->pk_box, h->ticket_id, h->dev);
	fv_trail_init(&h->trail, h->dev, h->pk_0);
}

void
handset_clear(struct handset *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->records[i].payload);
	free(h->records);
	memset(h, 0, sizeof *h);
}

void
handset_copy(struct handset *to, const struct handset *from)
{
	*to = *from;
	to->records = calloc(HANDSET_RECORDS_MAX, sizeof *to->records);
	assert(to->records != NULL);
	for (size_t i = 0; i < from->count; i++) {
		to->records[i] = from->records[i];
		to->records[i].payload = malloc(from->records[i].payload_len);
		assert(to->records[i].payload != NULL);
		memcpy(to->records[i].payload, from->records[i].payload,
		    from->records[i].payload_len);
	}
}

void
handset_add(struct handset *h, uint32_t type, struct fv_span payload)
{
	struct handset_record *r = &h->records[h->count];
	struct fv_buf header = {0};
	struct fv_hash leaf;
	enum fv_err rc;

	assert(h->count < HANDSET_RECORDS_MAX);
	memset(r, 0, sizeof *r);
	derive(h, r->salt, sizeof r->salt);
	h->now_ms += 1000;
	r->header.type = type;
	memset(r->header.boot, h->mark, sizeof r->header.boot);
	r->header.rtc_ms = h->now_ms;
	r->header.boottime_ms = h->now_ms - INT64_C(1769999000000);
	r->is_apart = payload.len > FV_PAYLOAD_INLINE_MAX;
	r->header.flags = r->is_apart ? (uint32_t)FV_RECF_APART : 0;
	r->payload = malloc(payload.len);
	assert(r->payload != NULL);
	memcpy(r->payload, payload.ptr, payload.len);
	r->payload_len = payload.len;
	rc = fv_trail_append(&h->trail, &r->header, r->salt, payload, &header, &leaf);
	assert(rc == FV_OK);
	(void)rc;
	h->count++;
	fv_buf_clear(&header);
}

uint64_t
handset_visit(struct handset *h, const char *case_id)
{
	struct fv_buf payload = {0};

	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_text_z(&payload, case_id);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_array(&payload, 1);
	fv_cbor_put_text_z(&payload, "zhang");
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_uint(&payload, 1);
	handset_add(h, FV_REC_VISIT_BEGIN, fv_buf_span(&payload));
	fv_buf_clear(&payload);
	return h->count - 1;
}

void
handset_visit_end(struct handset *h, uint64_t seq)
{
	struct fv_buf payload = {0};

	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_uint(&payload, seq);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, 1);
	handset_add(h, FV_REC_VISIT_END, fv_buf_span(&payload));
	fv_buf_clear(&payload);
}

void
handset_add_big(struct handset *h, uint32_t type, size_t len)
{
	struct fv_buf payload = {0};
	uint8_t *bytes = calloc(1, len);

	assert(bytes != NULL && len > 16);
	memset(bytes, 0x5a, len);
	fv_cbor_put_map(&payload, 1);
	fv_cbor_put_uint(&payload, 8);
	fv_cbor_put_bytes(&payload, bytes, len - 5);
	handset_add(h, type, fv_buf_span(&payload));
	free(bytes);
	fv_buf_clear(&payload);
}

void
handset_add_note(struct handset *h, uint64_t subject, const struct fv_hash *content,
    const struct fv_hash *capsules)
{
	struct fv_buf payload = {0};

	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_uint(&payload, subject);
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_bytes(&payload, content->b, sizeof content->b);
	fv_cbor_put_uint(&payload, 7);
	fv_cbor_put_bytes(&payload, capsules->b, sizeof capsules->b);
	handset_add(h, FV_REC_NOTE, fv_buf_span(&payload));
	fv_buf_clear(&payload);
}

void
handset_seal(struct handset *h)
{
	static const uint8_t a[FV_HASH_BYTES] = {0};
	uint8_t seed[FV_SEED_BYTES], npk[FV_KEY_BYTES];
	struct fv_buf payload = {0};
	struct handset_record *r;
	enum fv_err rc;

	derive(h, seed, sizeof seed);
	fv_ed25519_public(seed, npk);
	fv_seal_payload_put(&payload, npk, a, h->trail.key_number + 1);
	handset_add(h, FV_REC_SEAL, fv_buf_span(&payload));
	r = &h->records[h->count - 1];
	rc = fv_seal_sign(&h->trail, h->seed, r->sig);
	assert(rc == FV_OK);
	r->has_sig = true;
	rc = fv_trail_take_seal(&h->trail, fv_buf_span(&payload), r->sig);
	assert(rc == FV_OK);
	(void)rc;
	memcpy(h->seed, seed, sizeof seed);
	fv_buf_clear(&payload);
}

void
handset_wire(const struct handset *h, size_t from, size_t until, struct fv_buf *out)
{
	struct fv_wire_record wire;

	assert(until <= h->count);
	for (size_t i = from; i < until; i++) {
		memset(&wire, 0, sizeof wire);
		wire.header = h->records[i].header;
		wire.is_apart = h->records[i].is_apart;
		memcpy(wire.salt, h->records[i].salt, sizeof wire.salt);
		wire.payload = fv_span_of(h->records[i].payload, h->records[i].payload_len);
		wire.has_sig = h->records[i].has_sig;
		memcpy(wire.sig, h->records[i].sig, sizeof wire.sig);
		fv_wire_record_put(out, &wire, i > 0 ? &h->records[i - 1].header : NULL);
	}
}
