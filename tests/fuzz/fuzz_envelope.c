/*
 * The server's envelope stream.  The input picks the piece sizes and either is the body
 * or alters a good one.  Properties: however a body is cut into pieces, the same chunks
 * come out and the same verdict; only an unaltered prefix of the good body is opened.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/envelope.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool claim)
{
	if (!claim)
		abort();
}

static void
fill_counting(uint8_t *out, size_t len, void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(i * 7 + 1);
}

/* Keys from constants: the target has no randomness. */
struct world {
	struct fv_envelope_hdr hdr;
	uint8_t sk_r[FV_KEY_BYTES], pk_r[FV_KEY_BYTES], sk_s[FV_KEY_BYTES], pk_s[FV_KEY_BYTES];
};

static void
make_world(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->hdr.kind = FV_ENVELOPE_SYNC;
	memset(w->sk_r, 11, sizeof w->sk_r);
	memset(w->sk_s, 22, sizeof w->sk_s);
	fv_x25519_public(w->sk_r, w->pk_r);
	fv_x25519_public(w->sk_s, w->pk_s);
}

static void
good_body(struct world *w, struct fv_buf *body)
{
	struct fv_envelope_to to = {.hdr = &w->hdr,
	    .pk_server = w->pk_r,
	    .sk_sync = w->sk_s,
	    .random = {.fill = fill_counting}};
	struct fv_envelope_request request;

	require(fv_envelope_request_begin(&to, &request, body) == FV_OK);
	require(fv_envelope_request_seal(&request, fv_span_z("one"), false, body) == FV_OK);
	require(fv_envelope_request_seal(&request, fv_span_z(""), false, body) == FV_OK);
	require(fv_envelope_request_seal(&request, fv_span_z("three"), true, body) == FV_OK);
	fv_envelope_request_clear(&request);
}

/* Feed `body`; piece sizes are taken in turn from `sizes` (0 counts as the whole rest). */
static enum fv_err
run(const struct world *w, struct fv_span body, struct fv_span sizes, struct fv_buf *out)
{
	struct fv_envelope_from from = {
	    .hdr = &w->hdr, .sk_server = w->sk_r, .pk_sync = w->pk_s};
	struct fv_envelope_stream *stream;
	enum fv_err rc = FV_AGAIN;
	uint32_t count = 0;
	size_t used, turn = 0;

	require(fv_envelope_stream_new(&from, &stream) == FV_OK);
	while (body.len > 0 && rc >= FV_OK) {
		uint8_t size = sizes.len == 0 ? 0 : sizes.ptr[turn++ % sizes.len];
		struct fv_span piece = body;

		if (size > 0 && size < piece.len)
			piece.len = size;
		rc = fv_envelope_stream_feed(stream, piece, &used);
		require(used <= piece.len && (rc != FV_AGAIN || used == piece.len));
		if (rc == FV_OK) {
			fv_buf_put_span(out, fv_envelope_stream_chunk(stream));
			fv_buf_put_u8(out, '|');
			count++;
		}
		require(fv_envelope_stream_count(stream) == count);
		body.ptr += used;
		body.len -= used;
	}
	if (rc == FV_OK)
		rc = FV_AGAIN; /* as when the last piece had been cut after the chunk */
	fv_envelope_stream_free(stream);
	return rc;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	require(fv_crypto_init() == FV_OK);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span sizes, rest;
	struct fv_buf good = {0}, body = {0}, once = {0}, pieces = {0};
	struct fv_envelope_hdr hdr;
	struct world w;

	if (size < 4)
		return 0;
	(void)!fv_envelope_hdr_parse_path(FV_ENVELOPE_SYNC, fv_span_of(data, size), &hdr);
	(void)!fv_envelope_hdr_parse_path(FV_ENVELOPE_ENROL, fv_span_of(data, size), &hdr);
	sizes = fv_span_of(data, 3);
	rest = fv_span_of(data + 4, size - 4);
	make_world(&w);
	good_body(&w, &good);
	if (data[3] & 1) {
		/* Keep a good start, then let the input go on. */
		size_t keep = (size_t)data[3] < good.len ? (size_t)data[3] : good.len;

		fv_buf_put(&body, good.ptr, keep);
		fv_buf_put_span(&body, rest);
	} else {
		/* The good body with the input laid over it. */
		fv_buf_put(&body, good.ptr, good.len);
		for (size_t i = 0; i < rest.len && i < body.len; i++)
			body.ptr[i] ^= rest.ptr[i];
	}
	require(run(&w, fv_buf_span(&body), fv_span_of(NULL, 0), &once) ==
	    run(&w, fv_buf_span(&body), sizes, &pieces));
	require(fv_span_equal(fv_buf_span(&once), fv_buf_span(&pieces)));
	require(once.len <= 11 &&
	    memcmp("one||three|", once.ptr == NULL ? body.ptr : once.ptr, once.len) == 0);
	fv_buf_clear(&good);
	fv_buf_clear(&body);
	fv_buf_clear(&once);
	fv_buf_clear(&pieces);
	return 0;
}
