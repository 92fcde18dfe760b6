#include "tests/support/ends.h"

#include <string.h>

/* The keys of the derived vector (PROTOCOL.md section 6.1). */
#define SK_R "ec4255604a99886c68f0df75e9cee9408d7260d4483fee3ea1ff237631e52f85"
#define SK_S "cc9b6176bff6263da6cf242e1a45ba3a328bf3716446bcc85786dbf5b173635f"
#define SK_E "7980f8b0f3e82a749af9b0d6070be255e68d20d6313cc717c3cd4012eca451b2"

static void
key_of(const char *hex, uint8_t key_out[32])
{
	assert_int_equal(fv_hex_decode(fv_span_z(hex), key_out, 32), FV_OK);
}

struct fv_envelope_to
ends_to(struct ends *e)
{
	bool enrol = e->hdr.kind == FV_ENVELOPE_ENROL;
	struct fv_envelope_to to = {.hdr = &e->hdr,
	    .pk_server = e->pk_r,
	    .sk_sync = enrol ? NULL : e->sk_s,
	    .token = enrol ? e->token : NULL,
	    .random = {.fill = vec_stream_fill, .ctx = &e->stream}};

	return to;
}

struct fv_envelope_from
ends_from(const struct ends *e)
{
	bool enrol = e->hdr.kind == FV_ENVELOPE_ENROL;
	struct fv_envelope_from from = {.hdr = &e->hdr,
	    .sk_server = e->sk_r,
	    .pk_sync = enrol ? NULL : e->pk_s,
	    .token = enrol ? e->token : NULL};

	return from;
}

void
ends_begin(struct ends *e, enum fv_envelope_kind kind)
{
	struct fv_envelope_to to;

	memset(e, 0, sizeof *e);
	e->hdr.kind = kind;
	e->hdr.key_id = 7;
	memset(e->token, 0x54, sizeof e->token);
	if (kind == FV_ENVELOPE_ENROL)
		memset(e->hdr.ticket_id, 0x11, sizeof e->hdr.ticket_id);
	else
		memcpy(e->hdr.handle, "\xc2\xa1\x16\xaa\x91\x0d\x14\x7b", 8);
	key_of(SK_R, e->sk_r);
	key_of(SK_S, e->sk_s);
	key_of(SK_E, e->sk_e);
	fv_x25519_public(e->sk_r, e->pk_r);
	fv_x25519_public(e->sk_s, e->pk_s);
	e->stream.bytes = fv_span_of(e->sk_e, 32);
	to = ends_to(e);
	assert_int_equal(fv_envelope_request_begin(&to, &e->request, &e->body), FV_OK);
}

void
ends_put_chunk(struct ends *e, const char *plain, bool last)
{
	assert_int_equal(
	    fv_envelope_request_seal(&e->request, fv_span_z(plain), last, &e->body), FV_OK);
}

void
ends_begin_with_three_chunks(struct ends *e, enum fv_envelope_kind kind)
{
	ends_begin(e, kind);
	ends_put_chunk(e, "first chunk", false);
	ends_put_chunk(e, "", false);
	ends_put_chunk(e, "third and last", true);
}

void
ends_end(struct ends *e)
{
	fv_envelope_request_clear(&e->request);
	fv_buf_clear(&e->body);
}

struct fv_envelope_stream *
ends_stream(const struct ends *e)
{
	struct fv_envelope_from from = ends_from(e);
	struct fv_envelope_stream *stream;

	assert_int_equal(fv_envelope_stream_new(&from, &stream), FV_OK);
	return stream;
}

enum fv_err
ends_feed(
    struct fv_envelope_stream *stream, struct fv_span body, size_t step, struct fv_buf *out)
{
	enum fv_err rc = FV_AGAIN;

	for (size_t pos = 0; pos < body.len;) {
		struct fv_span piece = fv_span_of(body.ptr + pos, body.len - pos);
		size_t used;

		if (piece.len > step)
			piece.len = step;
		rc = fv_envelope_stream_feed(stream, piece, &used);
		assert_true(used <= piece.len);
		if (rc != FV_OK && rc != FV_AGAIN)
			return rc;
		if (rc == FV_AGAIN)
			assert_int_equal(used, piece.len);
		if (rc == FV_OK) {
			fv_buf_put_span(out, fv_envelope_stream_chunk(stream));
			fv_buf_put_u8(out, '|');
		} else {
			assert_int_equal(fv_envelope_stream_chunk(stream).len, 0);
		}
		pos += used;
	}
	return rc;
}
