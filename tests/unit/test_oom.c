/* Every allocation of the library's operations fails once: no crash, no leak, FV_ENOMEM. */
#include "tests/support/ends.h"
#include "tests/support/oom.h"

#include <string.h>

#include "fv/cbor.h"
#include "fv/note.h"
#include "fv/record.h"
#include "fv/signednote.h"

static enum fv_err
grow_a_buffer(void *ctx)
{
	struct fv_buf buf = {0};
	enum fv_err rc;

	(void)ctx;
	for (unsigned i = 0; i < 100; i++)
		fv_buf_putf(&buf, "line %u\n", i);
	fv_buf_put_hex(&buf, "bytes", 5);
	rc = fv_buf_z(&buf) == NULL ? FV_ENOMEM : fv_buf_status(&buf);
	fv_buf_clear(&buf);
	return rc;
}

static void
a_growing_buffer_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(grow_a_buffer, NULL) >= 4);
}

/* A failed put must leave nothing that a later one completes. */
static enum fv_err
code_base64(void *ctx)
{
	struct fv_buf text = {0}, bytes = {0};
	enum fv_err rc;

	(void)ctx;
	fv_buf_put_base64(&text,
	    "sixty-four bytes of text would fit into the first allocation, "
	    "this does not",
	    75);
	if ((rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_base64_decode(fv_buf_span(&text), &bytes);
	if (rc == FV_OK)
		rc = fv_buf_status(&bytes);
	if (rc == FV_OK)
		assert_int_equal(bytes.len, 75);
	fv_buf_clear(&text);
	fv_buf_clear(&bytes);
	return rc;
}

static void
base64_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(code_base64, NULL) >= 3);
}

static enum fv_err
encode_cbor(void *ctx)
{
	struct fv_buf out = {0};
	enum fv_err rc;

	(void)ctx;
	fv_cbor_put_array(&out, 40);
	for (uint64_t i = 0; i < 40; i++)
		fv_cbor_put_uint(&out, i << 32);
	rc = fv_buf_status(&out);
	if (rc == FV_OK)
		assert_int_equal(fv_cbor_check_all(fv_buf_span(&out)), FV_OK);
	fv_buf_clear(&out);
	return rc;
}

static void
cbor_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(encode_cbor, NULL) >= 2);
}

static enum fv_err
sign_a_note(void *ctx)
{
	static const uint8_t seed[FV_SEED_BYTES] = {1};
	struct fv_buf text = {0}, note = {0};
	struct fv_hash root = {{0}};
	enum fv_err rc;

	(void)ctx;
	fv_checkpoint_put(&text, fv_span_z("fieldvisit/v1/log/0011223344556677"), 9, &root);
	if ((rc = fv_buf_status(&text)) == FV_OK) {
		fv_signednote_sign(&note, fv_buf_span(&text), fv_span_z("name"), seed);
		rc = fv_buf_status(&note);
	}
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return rc;
}

static void
signing_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(sign_a_note, NULL) >= 3);
}

/* One request and its answer; `ctx` is a struct ends that holds the keys. */
static enum fv_err
exchange(void *ctx)
{
	struct ends *e = ctx;
	struct fv_envelope_stream *stream = NULL;
	struct fv_envelope_request request = {0};
	struct fv_envelope_from from = ends_from(e);
	struct fv_envelope_to to = ends_to(e);
	struct fv_buf body = {0}, answer = {0}, plain = {0};
	size_t used;
	enum fv_err rc;

	e->stream.pos = 0;
	if ((rc = fv_envelope_request_begin(&to, &request, &body)) != FV_OK)
		goto cleanup;
	if ((rc = fv_envelope_request_seal(
		 &request, fv_span_z("a chunk that needs room"), true, &body)) != FV_OK)
		goto cleanup;
	if ((rc = fv_envelope_stream_new(&from, &stream)) != FV_OK)
		goto cleanup;
	if ((rc = fv_envelope_stream_feed(stream, fv_buf_span(&body), &used)) != FV_OK)
		goto cleanup;
	if ((rc = fv_envelope_stream_seal_answer(
		 stream, fv_random_system(), fv_span_z("an answer"), &answer)) != FV_OK)
		goto cleanup;
	rc = fv_envelope_request_open_answer(&request, fv_buf_span(&answer), &plain);
cleanup:
	fv_envelope_stream_free(stream);
	fv_envelope_request_clear(&request);
	fv_buf_clear(&body);
	fv_buf_clear(&answer);
	fv_buf_clear(&plain);
	return rc;
}

static void
an_exchange_survives_every_failure(void **state)
{
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	assert_true(oom_sweep(exchange, &e) >= 4);
	ends_end(&e);
}

static enum fv_err
seal_and_open_a_note(void *ctx)
{
	uint8_t sk[FV_KEY_BYTES] = {8}, pk[FV_KEY_BYTES], cek[FV_NOTE_CEK_BYTES];
	struct fv_note_seal in = {.kind = FV_NOTE_RECORD,
	    .plain = fv_span_z("text"),
	    .pks = pk,
	    .pk_count = 1,
	    .random = fv_random_system()};
	struct fv_note_sealed sealed;
	struct fv_note_parts parts = {.kind = FV_NOTE_RECORD, .kc = sealed.kc};
	struct fv_buf plain = {0};
	enum fv_err rc;

	(void)ctx;
	fv_x25519_public(sk, pk);
	if ((rc = fv_note_seal(&in, &sealed)) != FV_OK) {
		assert_null(sealed.ct.ptr);
		assert_null(sealed.capsules.ptr);
		return rc;
	}
	parts.ct = fv_buf_span(&sealed.ct);
	rc = fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, sealed.kc, sk, cek);
	if (rc == FV_OK)
		rc = fv_note_open(&parts, cek, &plain);
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
	return rc;
}

static void
a_note_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(seal_and_open_a_note, NULL) >= 5);
}

static enum fv_err
put_a_header(void *ctx)
{
	struct fv_header header = {.type = 1, .rtc_ms = 1772416800000};
	struct fv_buf out = {0};
	enum fv_err rc;

	(void)ctx;
	fv_header_put(&out, &header);
	rc = fv_buf_status(&out);
	fv_buf_clear(&out);
	return rc;
}

static void
a_record_header_survives_every_failure(void **state)
{
	(void)state;
	assert_true(oom_sweep(put_a_header, NULL) >= 1);
}

static enum fv_err
run_out_sticky(void *ctx)
{
	struct fv_buf *buf = ctx;

	fv_buf_put_z(buf, "sixteen bytes ..");
	return fv_buf_status(buf);
}

static void
a_failed_buffer_keeps_what_it_had_and_works_after_reset(void **state)
{
	struct fv_buf buf = {0};

	(void)state;
	fv_buf_put_z(&buf, "kept");
	oom_arm(1, OOM_STICKY);
	for (int i = 0; i < 10; i++)
		(void)!run_out_sticky(&buf);
	assert_int_equal(fv_buf_status(&buf), FV_ENOMEM);
	assert_true(oom_disarm());
	assert_memory_equal(buf.ptr, "kept", 4);
	fv_buf_reset(&buf);
	assert_int_equal(run_out_sticky(&buf), FV_OK);
	fv_buf_clear(&buf);
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
	    cmocka_unit_test(a_growing_buffer_survives_every_failure),
	    cmocka_unit_test(base64_survives_every_failure),
	    cmocka_unit_test(cbor_survives_every_failure),
	    cmocka_unit_test(signing_survives_every_failure),
	    cmocka_unit_test(an_exchange_survives_every_failure),
	    cmocka_unit_test(a_note_survives_every_failure),
	    cmocka_unit_test(a_record_header_survives_every_failure),
	    cmocka_unit_test(a_failed_buffer_keeps_what_it_had_and_works_after_reset),
	};

	return cmocka_run_group_tests_name("oom", tests, init, NULL);
}
