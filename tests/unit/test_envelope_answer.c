#include "tests/support/ends.h"

#include <string.h>

static void
the_answer_opens_for_the_asker_alone(void **state)
{
	struct fv_buf answer = {0}, chunks = {0}, plain = {0};
	struct fv_envelope_stream *stream;
	struct ends e;

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		ends_begin_with_three_chunks(
		    &e, kind == 0 ? FV_ENVELOPE_SYNC : FV_ENVELOPE_ENROL);
		stream = ends_stream(&e);
		/* After the first chunk already: the rest may be cut off. */
		assert_int_equal(
		    ends_feed(stream, fv_span_of(e.body.ptr, 70), 70, &chunks), FV_AGAIN);
		fv_buf_reset(&answer);
		fv_buf_reset(&plain);
		assert_int_equal(fv_envelope_stream_seal_answer(stream, fv_random_system(),
				     fv_span_z("next_seq"), &answer),
		    FV_OK);
		assert_int_equal(answer.len, 32 + 8 + 16);
		fv_buf_put_z(&plain, "kept ");
		for (size_t i = 0; i < answer.len; i++) {
			answer.ptr[i] ^= 0x80;
			assert_int_equal(fv_envelope_request_open_answer(
					     &e.request, fv_buf_span(&answer), &plain),
			    FV_EAUTH);
			answer.ptr[i] ^= 0x80;
		}
		assert_int_equal(
		    fv_envelope_request_open_answer(&e.request, fv_buf_span(&answer), &plain),
		    FV_OK);
		assert_string_equal(fv_buf_z(&plain), "kept next_seq");
		for (size_t len = 0; len < answer.len; len++)
			assert_int_equal(fv_envelope_request_open_answer(
					     &e.request, fv_span_of(answer.ptr, len), &plain),
			    FV_EAUTH);
		e.request.kind = kind == 0 ? FV_ENVELOPE_ENROL : FV_ENVELOPE_SYNC;
		assert_int_equal(
		    fv_envelope_request_open_answer(&e.request, fv_buf_span(&answer), &plain),
		    FV_EAUTH);
		fv_envelope_stream_free(stream);
		ends_end(&e);
	}
	fv_buf_clear(&answer);
	fv_buf_clear(&plain);
	fv_buf_clear(&chunks);
}

static void
an_answer_over_its_limit_is_too_big(void **state)
{
	static uint8_t big[FV_ENVELOPE_ANSWER_MAX + 64];
	struct fv_buf out = {0};
	struct fv_envelope_stream *stream;
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), 50, &out), FV_OK);
	fv_buf_reset(&out);
	assert_int_equal(fv_envelope_stream_seal_answer(stream, fv_random_system(),
			     fv_span_of(big, FV_ENVELOPE_ANSWER_MAX + 1), &out),
	    FV_ETOOBIG);
	assert_int_equal(out.len, 0);
	assert_int_equal(fv_envelope_request_open_answer(
			     &e.request, fv_span_of(big, FV_ENVELOPE_ANSWER_MAX + 49), &out),
	    FV_ETOOBIG);
	assert_int_equal(fv_envelope_stream_seal_answer(stream, fv_random_system(),
			     fv_span_of(big, FV_ENVELOPE_ANSWER_MAX), &out),
	    FV_OK);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
both_ends_export_the_same_handle_secret(void **state)
{
	uint8_t a[32], b[32], h0[8], h1[8];
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_ENROL);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), e.body.len, &out), FV_OK);
	fv_envelope_request_handle_secret(&e.request, a);
	assert_int_equal(fv_envelope_stream_handle_secret(stream, b), FV_OK);
	assert_memory_equal(a, b, 32);
	fv_envelope_handle(a, 0, h0);
	fv_envelope_handle(a, 1, h1);
	assert_memory_not_equal(h0, h1, 8);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
a_handle_follows_from_secret_and_number(void **state)
{
	uint8_t secret[32], prk_info[24] = "fieldvisit/handle/v1", want[32], got[8];
	struct fv_span parts[2];
	uint8_t one = 1;

	(void)state;
	/* HKDF-Expand's first block by hand: HMAC(secret, info || 0x01). */
	memset(secret, 3, sizeof secret);
	fv_store_u32be(prk_info + 20, 258);
	parts[0] = fv_span_of(prk_info, 24);
	parts[1] = fv_span_of(&one, 1);
	fv_hmac_sha256(fv_span_of(secret, 32), parts, 2, want);
	fv_envelope_handle(secret, 258, got);
	assert_memory_equal(got, want, 8);
}

static void
published_chunks(struct ends *e, const json_t *root)
{
	json_t *chunks = vec_get(root, "chunks");
	size_t i, at = 32;
	json_t *chunk;

	json_array_foreach(chunks, i, chunk)
	{
		bool last = i + 1 == json_array_size(chunks);
		struct fv_buf plain = {0};
		size_t len;

		assert_int_equal(fv_envelope_request_seal(&e->request,
				     vec_hex(chunk, "pt", &plain), last, &e->body),
		    FV_OK);
		len = plain.len + FV_TAG_BYTES;
		assert_int_equal(fv_load_u16be(e->body.ptr + at), len);
		vec_assert_hex(e->body.ptr + at + 2, len, vec_str(chunk, "ct"));
		at += 2 + len;
		fv_buf_clear(&plain);
	}
	assert_int_equal(e->body.len, at);
}

static void
the_derived_sync_envelope_agrees_to_the_byte(void **state)
{
	json_t *root = vec_load("ohttp/sync-envelope-chacha20-derived.json");
	const json_t *response = vec_get(root, "response");
	struct fv_buf nonce = {0}, plain = {0}, answer = {0}, out = {0};
	struct fv_envelope_stream *stream;
	struct vec_stream nonces;
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	vec_assert_hex(e.body.ptr, e.body.len, vec_str(root, "enc"));
	vec_assert_hex(e.request.ctx.key, 32, vec_str(root, "key"));
	vec_assert_hex(e.request.ctx.exporter, 32, vec_str(root, "exporter_secret"));
	published_chunks(&e, root);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), 16, &out), FV_OK);
	assert_true(fv_envelope_stream_is_complete(stream));
	nonces = (struct vec_stream){.bytes = vec_hex(response, "response_nonce", &nonce)};
	assert_int_equal(fv_envelope_stream_seal_answer(stream,
			     (struct fv_random){.fill = vec_stream_fill, .ctx = &nonces},
			     vec_hex(response, "pt", &plain), &answer),
	    FV_OK);
	vec_assert_hex(answer.ptr, answer.len, vec_str(response, "enc_response"));
	fv_buf_reset(&out);
	assert_int_equal(
	    fv_envelope_request_open_answer(&e.request, fv_buf_span(&answer), &out), FV_OK);
	assert_true(fv_span_equal(fv_buf_span(&out), fv_buf_span(&plain)));
	fv_envelope_stream_free(stream);
	fv_buf_clear(&nonce);
	fv_buf_clear(&plain);
	fv_buf_clear(&answer);
	fv_buf_clear(&out);
	ends_end(&e);
	json_decref(root);
}

/*
 * RFC 9458 Appendix A with this file's primitives.  Its AEAD is AES-128-GCM, which
 * changes HPKE's suite id, so the check begins at the exported secret.
 */
static void
rfc_9458_appendix_a_agrees_from_secret_to_nonce(void **state)
{
	json_t *root = vec_load("ohttp/rfc9458-appendix-a.json");
	struct fv_buf salt = {0}, secret = {0};
	uint8_t prk[32], key[16], nonce[12];

	(void)state;
	fv_hkdf_extract(
	    vec_hex(root, "salt", &salt), vec_hex(root, "exported_secret", &secret), prk);
	vec_assert_hex(prk, 32, vec_str(root, "prk"));
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_span_z("key"), key, 16), FV_OK);
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_span_z("nonce"), nonce, 12), FV_OK);
	vec_assert_hex(key, 16, vec_str(root, "aead_key"));
	vec_assert_hex(nonce, 12, vec_str(root, "aead_nonce"));
	fv_buf_clear(&salt);
	fv_buf_clear(&secret);
	json_decref(root);
}

static int
init(void **state)
{
	(void)state;
	return fv_crypto_init() == FV_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_answer_opens_for_the_asker_alone),
	    cmocka_unit_test(an_answer_over_its_limit_is_too_big),
	    cmocka_unit_test(both_ends_export_the_same_handle_secret),
	    cmocka_unit_test(a_handle_follows_from_secret_and_number),
	    cmocka_unit_test(the_derived_sync_envelope_agrees_to_the_byte),
	    cmocka_unit_test(rfc_9458_appendix_a_agrees_from_secret_to_nonce),
	};

	return cmocka_run_group_tests_name("envelope answer", tests, init, NULL);
}
