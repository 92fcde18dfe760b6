#include "fv/attachment.h"

#include <string.h>

#include "fv/cbor.h"

_Static_assert(FV_ATTACHMENT_MAX == FV_PIECE_PLAIN_BYTES * FV_ATTACHMENT_PIECES_MAX, "pieces");
_Static_assert(FV_MANIFEST_MAX == FV_ATTACHMENT_PIECES_MAX * FV_HASH_BYTES, "manifest");

uint64_t
fv_attachment_pieces(uint64_t bytes)
{
	return bytes / FV_PIECE_PLAIN_BYTES + (bytes % FV_PIECE_PLAIN_BYTES != 0 ? 1U : 0U);
}

size_t
fv_attachment_piece_bytes(const struct fv_attachment *a, uint64_t idx)
{
	uint64_t at = idx * FV_PIECE_PLAIN_BYTES;
	uint64_t left = a->bytes > at ? a->bytes - at : 0;

	return (size_t)(left < FV_PIECE_PLAIN_BYTES ? left : FV_PIECE_PLAIN_BYTES) +
	    FV_STREAM_OVERHEAD_BYTES + (idx == 0 ? FV_STREAM_HEADER_BYTES : 0);
}

static void
put_uint(struct fv_buf *out, uint64_t key, uint64_t value)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, value);
}

static void
put_bytes(struct fv_buf *out, uint64_t key, const void *bytes, size_t len)
{
	fv_cbor_put_uint(out, key);
	fv_cbor_put_bytes(out, bytes, len);
}

void
fv_attachment_put(struct fv_buf *out, const struct fv_attachment *a)
{
	fv_cbor_put_map(out,
	    9U + (a->has_consent ? 1U : 0U) + (a->reason != 0 ? 1U : 0U) +
		(a->has_words ? 1U : 0U));
	fv_cbor_put_uint(out, 1);
	if (a->is_visit)
		fv_cbor_put_uint(out, a->visit_seq);
	else
		fv_cbor_put_text(out, a->case_id);
	put_bytes(out, 4, a->kc, sizeof a->kc);
	put_bytes(out, 5, a->manifest.b, sizeof a->manifest.b);
	put_uint(out, 6, a->roster_version);
	put_bytes(out, 7, a->capsules.b, sizeof a->capsules.b);
	put_bytes(out, 8, a->key_ids.ptr, a->key_ids.len);
	put_uint(out, 9, a->kind);
	put_uint(out, 10, a->pieces);
	put_uint(out, 11, a->bytes);
	if (a->has_consent)
		put_uint(out, 12, a->consent_seq);
	if (a->reason != 0)
		put_uint(out, 13, a->reason);
	if (a->has_words)
		put_uint(out, 14, a->words_seq);
}

static enum fv_err
get_subject(struct fv_span payload, struct fv_attachment *out)
{
	struct fv_cbor_reader r;
	enum fv_cbor_type type;
	enum fv_err rc;

	if ((rc = fv_cbor_map_find(payload, 1, &r)) != FV_OK ||
	    (rc = fv_cbor_peek(&r, &type)) != FV_OK)
		return rc;
	out->is_visit = type == FV_CBOR_UINT;
	return out->is_visit ? fv_cbor_get_uint(&r, INT64_MAX, &out->visit_seq)
			     : fv_cbor_get_text(&r, &out->case_id);
}

static enum fv_err
get_fixed(struct fv_span payload, uint64_t key, uint8_t out[FV_HASH_BYTES])
{
	struct fv_cbor_reader r;
	enum fv_err rc = fv_cbor_map_find(payload, key, &r);

	return rc == FV_OK ? fv_cbor_get_fixed(&r, out, FV_HASH_BYTES) : rc;
}

static enum fv_err
get_uint(struct fv_span payload, uint64_t key, uint64_t max, uint64_t *out)
{
	struct fv_cbor_reader r;
	enum fv_err rc = fv_cbor_map_find(payload, key, &r);

	return rc == FV_OK ? fv_cbor_get_uint(&r, max, out) : rc;
}

static enum fv_err
get_sizes(struct fv_span payload, struct fv_attachment *out)
{
	enum fv_err rc;

	if ((rc = get_uint(payload, 10, UINT64_MAX, &out->pieces)) != FV_OK ||
	    (rc = get_uint(payload, 11, UINT64_MAX, &out->bytes)) != FV_OK)
		return rc;
	if (out->pieces > FV_ATTACHMENT_PIECES_MAX || out->bytes > FV_ATTACHMENT_MAX)
		return FV_ETOOBIG;
	return out->bytes > 0 && out->pieces == fv_attachment_pieces(out->bytes) ? FV_OK
										 : FV_EFORMAT;
}

static enum fv_err
get_all(struct fv_span payload, struct fv_attachment *out)
{
	struct fv_cbor_reader r;
	uint64_t kind = 0, reason = 0;
	enum fv_err rc;

	if ((rc = get_subject(payload, out)) != FV_OK ||
	    (rc = get_fixed(payload, 4, out->kc)) != FV_OK ||
	    (rc = get_fixed(payload, 5, out->manifest.b)) != FV_OK ||
	    (rc = get_uint(payload, 6, INT64_MAX, &out->roster_version)) != FV_OK ||
	    (rc = get_fixed(payload, 7, out->capsules.b)) != FV_OK ||
	    (rc = fv_cbor_map_find(payload, 8, &r)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(&r, &out->key_ids)) != FV_OK ||
	    (rc = get_uint(payload, 9, UINT32_MAX, &kind)) != FV_OK ||
	    (rc = get_sizes(payload, out)) != FV_OK)
		return rc;
	rc = get_uint(payload, 12, INT64_MAX, &out->consent_seq);
	out->has_consent = rc == FV_OK;
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = get_uint(payload, 13, UINT32_MAX, &reason);
	if (rc == FV_OK || rc == FV_ENOENT) {
		rc = get_uint(payload, 14, INT64_MAX, &out->words_seq);
		out->has_words = rc == FV_OK;
	}
	out->kind = (uint32_t)kind;
	out->reason = (uint32_t)reason;
	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
fv_attachment_parse(struct fv_span payload, struct fv_attachment *out)
{
	enum fv_err rc = fv_cbor_check_all(payload);

	memset(out, 0, sizeof *out);
	if (rc == FV_OK)
		rc = get_all(payload, out);
	return rc == FV_OK || rc == FV_ETOOBIG ? rc : FV_EFORMAT;
}

enum fv_err
fv_attachment_check_manifest(const struct fv_attachment *a, struct fv_span manifest)
{
	const uint8_t *end = manifest.ptr + manifest.len;
	struct fv_hash hash;

	fv_sha256(manifest, &hash);
	if (memcmp(hash.b, a->manifest.b, sizeof hash.b) != 0)
		return FV_EAUTH;
	if (manifest.len > FV_MANIFEST_MAX || manifest.len != a->pieces * FV_HASH_BYTES)
		return FV_EFORMAT;
	for (const uint8_t *p = manifest.ptr; p < end; p += FV_HASH_BYTES)
		for (const uint8_t *q = p + FV_HASH_BYTES; q < end; q += FV_HASH_BYTES)
			if (memcmp(p, q, FV_HASH_BYTES) == 0)
				return FV_EFORMAT;
	return FV_OK;
}

void
fv_attach_seal_begin(struct fv_attach_sealer *s, struct fv_random random)
{
	uint8_t key[FV_KEY_BYTES];
	enum fv_err rc;

	memset(s, 0, sizeof *s);
	fv_random_fill(random, s->cek, sizeof s->cek);
	fv_random_fill(random, s->header, sizeof s->header);
	fv_note_commitment(s->cek, s->kc);
	rc = fv_note_stream_key(s->cek, s->kc, key); /* the commitment is its own */
	(void)rc;
	fv_stream_begin(&s->stream, key, s->header);
	fv_wipe(key, sizeof key);
}

enum fv_err
fv_attach_seal_piece(struct fv_attach_sealer *s, struct fv_span plain, bool is_last,
    struct fv_buf *piece_out, struct fv_buf *manifest_out)
{
	size_t start = piece_out->len;
	struct fv_hash hash;
	uint8_t *room;
	enum fv_err rc;

	if (s->is_over)
		return FV_ESTATE;
	if (s->pieces == FV_ATTACHMENT_PIECES_MAX)
		return FV_ETOOBIG;
	if (plain.len == 0 || plain.len > FV_PIECE_PLAIN_BYTES ||
	    (!is_last && plain.len != FV_PIECE_PLAIN_BYTES))
		return FV_ERANGE;
	if (s->pieces == 0)
		fv_buf_put(piece_out, s->header, sizeof s->header);
	room = fv_buf_put_room(piece_out, plain.len + FV_STREAM_OVERHEAD_BYTES);
	if (room == NULL)
		return FV_ENOMEM;
	fv_stream_seal(&s->stream, plain, is_last, room);
	fv_sha256(fv_span_of(piece_out->ptr + start, piece_out->len - start), &hash);
	fv_buf_put(manifest_out, hash.b, sizeof hash.b);
	if ((rc = fv_buf_status(manifest_out)) != FV_OK)
		return rc;
	s->pieces++;
	s->bytes += plain.len;
	s->is_over = is_last;
	return FV_OK;
}

enum fv_err
fv_attach_seal_capsules(const struct fv_attach_sealer *s, const uint8_t *pks, size_t count,
    struct fv_random random, struct fv_buf *capsules_out)
{
	uint8_t capsule[FV_NOTE_CAPSULE_BYTES];
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		rc = fv_note_wrap(s->cek, s->kc, pks + i * FV_KEY_BYTES, random, capsule);
		fv_buf_put(capsules_out, capsule, sizeof capsule);
	}
	return rc == FV_OK ? fv_buf_status(capsules_out) : rc;
}

void
fv_attach_seal_clear(struct fv_attach_sealer *s)
{
	fv_wipe(s, sizeof *s);
}

enum fv_err
fv_attach_open_begin(struct fv_attach_opener *o, const struct fv_attachment *a,
    struct fv_span manifest, const uint8_t cek[FV_NOTE_CEK_BYTES])
{
	enum fv_err rc;

	memset(o, 0, sizeof *o);
	if ((rc = fv_note_stream_key(cek, a->kc, o->key)) != FV_OK)
		return rc;
	o->a = a;
	o->manifest = manifest;
	return fv_attachment_check_manifest(a, manifest) == FV_OK ? FV_OK : FV_ECONFLICT;
}

enum fv_err
fv_attach_open_piece(
    struct fv_attach_opener *o, struct fv_span piece, struct fv_buf *plain_out)
{
	struct fv_hash hash;
	uint8_t *room;
	size_t len;
	enum fv_err rc;

	if (o->next == o->a->pieces || o->is_over)
		return FV_ESTATE;
	fv_sha256(piece, &hash);
	if (memcmp(hash.b, o->manifest.ptr + o->next * FV_HASH_BYTES, sizeof hash.b) != 0)
		return FV_ECONFLICT;
	if (piece.len != fv_attachment_piece_bytes(o->a, o->next))
		return FV_EAUTH;
	if (o->next == 0) {
		fv_stream_begin(&o->stream, o->key, piece.ptr);
		piece = fv_span_of(
		    piece.ptr + FV_STREAM_HEADER_BYTES, piece.len - FV_STREAM_HEADER_BYTES);
	}
	len = piece.len - FV_STREAM_OVERHEAD_BYTES;
	if ((room = fv_buf_put_room(plain_out, len)) == NULL)
		return FV_ENOMEM;
	if ((rc = fv_stream_open(&o->stream, piece, room, &o->is_over)) != FV_OK) {
		plain_out->len -= len;
		return rc;
	}
	o->next++;
	o->bytes += len;
	return o->is_over && o->next < o->a->pieces ? FV_ECUT : FV_OK;
}

enum fv_err
fv_attach_open_end(const struct fv_attach_opener *o)
{
	return o->is_over && o->next == o->a->pieces && o->bytes == o->a->bytes ? FV_OK
										: FV_ECUT;
}

void
fv_attach_open_clear(struct fv_attach_opener *o)
{
	fv_wipe(o, sizeof *o);
}
