#include "tests/support/ends.h"

#include <string.h>

static void
the_sync_path_segment_has_22_characters(void **state)
{
	struct fv_envelope_hdr hdr = {.kind = FV_ENVELOPE_SYNC, .key_id = 7}, back;
	struct fv_buf path = {0};

	(void)state;
	memcpy(hdr.handle, "\xc2\xa1\x16\xaa\x91\x0d\x14\x7b", 8);
	fv_envelope_hdr_put_path(&path, &hdr);
	assert_string_equal(fv_buf_z(&path), "AQcAIAABAAPCoRaqkQ0Uew");
	assert_int_equal(
	    fv_envelope_hdr_parse_path(FV_ENVELOPE_SYNC, fv_buf_span(&path), &back), FV_OK);
	assert_int_equal(back.key_id, 7);
	assert_memory_equal(back.handle, hdr.handle, 8);
	assert_int_equal(
	    fv_envelope_hdr_parse_path(FV_ENVELOPE_ENROL, fv_buf_span(&path), &back),
	    FV_EFORMAT);
	fv_buf_clear(&path);
}

static void
the_enrolment_path_segment_has_32_characters(void **state)
{
	struct fv_envelope_hdr hdr = {.kind = FV_ENVELOPE_ENROL, .key_id = 255}, back;
	struct fv_buf path = {0};

	(void)state;
	memset(hdr.ticket_id, 0x11, sizeof hdr.ticket_id);
	fv_envelope_hdr_put_path(&path, &hdr);
	assert_string_equal(fv_buf_z(&path), "Af8AIAABAAMRERERERERERERERERERER");
	assert_int_equal(
	    fv_envelope_hdr_parse_path(FV_ENVELOPE_ENROL, fv_buf_span(&path), &back), FV_OK);
	assert_int_equal(back.key_id, 255);
	assert_memory_equal(back.ticket_id, hdr.ticket_id, 16);
	fv_buf_clear(&path);
}

static void
a_foreign_path_segment_is_refused(void **state)
{
	struct fv_envelope_hdr hdr;

	(void)state;
	assert_int_equal(fv_envelope_hdr_parse_path(
			     FV_ENVELOPE_SYNC, fv_span_z("AgcAIAABAAPCoRaqkQ0Uew"), &hdr),
	    FV_EVERSION);
	assert_int_equal(fv_envelope_hdr_parse_path(
			     FV_ENVELOPE_SYNC, fv_span_z("AQcAIAABAALCoRaqkQ0Uew"), &hdr),
	    FV_EVERSION);
	assert_int_equal(fv_envelope_hdr_parse_path(
			     FV_ENVELOPE_SYNC, fv_span_z("AQcAIAABAAPCoRaqkQ0"), &hdr),
	    FV_EFORMAT);
	assert_int_equal(fv_envelope_hdr_parse_path(
			     FV_ENVELOPE_SYNC, fv_span_z("AQcAIAABAAPCoRaqkQ0Uew=="), &hdr),
	    FV_EFORMAT);
	assert_int_equal(
	    fv_envelope_hdr_parse_path(FV_ENVELOPE_SYNC, fv_span_z(""), &hdr), FV_EFORMAT);
}

static void
enc_and_first_chunk_are_the_derived_ones(void **state)
{
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	ends_put_chunk(&e, "first chunk: cursor+head", false);
	vec_assert_hex(e.body.ptr, e.body.len,
	    "7af932c164f0ae8a96d02bab715f6f3860abff357667cf41c9fe9771852f1350"
	    "0028"
	    "6069262d9091b334b4b51f2da6867ea70731a22da09fd69512ff868b4af9fa7f"
	    "aa5ed5260685c63f");
	ends_end(&e);
}

static void
every_piece_size_opens_the_same_chunks(void **state)
{
	struct ends e;

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		ends_begin_with_three_chunks(
		    &e, kind == 0 ? FV_ENVELOPE_SYNC : FV_ENVELOPE_ENROL);
		for (size_t step = 1; step <= e.body.len; step++) {
			struct fv_envelope_stream *stream = ends_stream(&e);
			struct fv_buf out = {0};

			assert_int_equal(
			    ends_feed(stream, fv_buf_span(&e.body), step, &out), FV_OK);
			assert_string_equal(fv_buf_z(&out), "first chunk||third and last|");
			assert_int_equal(fv_envelope_stream_count(stream), 3);
			assert_true(fv_envelope_stream_is_complete(stream));
			fv_envelope_stream_free(stream);
			fv_buf_clear(&out);
		}
		ends_end(&e);
	}
}

static void
every_cut_leaves_the_chunks_before_it_good(void **state)
{
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	for (size_t len = 0; len < e.body.len; len++) {
		struct fv_envelope_stream *stream = ends_stream(&e);
		uint32_t want = len < 32 + 29 ? 0 : len < 32 + 29 + 18 ? 1 : 2;
		struct fv_buf out = {0};
		enum fv_err rc = ends_feed(stream, fv_span_of(e.body.ptr, len), len, &out);

		assert_true(rc == FV_OK || rc == FV_AGAIN);
		assert_int_equal(fv_envelope_stream_count(stream), want);
		assert_false(fv_envelope_stream_is_complete(stream));
		fv_envelope_stream_free(stream);
		fv_buf_clear(&out);
	}
	ends_end(&e);
}

static void
every_changed_bit_of_the_body_is_refused(void **state)
{
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	for (size_t i = 0; i < e.body.len; i++) {
		struct fv_envelope_stream *stream = ends_stream(&e);
		struct fv_buf out = {0};
		enum fv_err rc;
		size_t used;

		e.body.ptr[i] ^= (uint8_t)(1U << (i % 8));
		rc = ends_feed(stream, fv_buf_span(&e.body), e.body.len, &out);
		e.body.ptr[i] ^= (uint8_t)(1U << (i % 8));
		/* A frame made longer waits for bytes that never come; all else is said at
		 * once. */
		assert_false(fv_envelope_stream_is_complete(stream));
		assert_int_not_equal(rc, FV_OK);
		if (rc != FV_AGAIN) {
			assert_int_equal(
			    fv_envelope_stream_feed(stream, fv_buf_span(&e.body), &used), rc);
			assert_int_equal(used, 0);
		}
		fv_envelope_stream_free(stream);
		fv_buf_clear(&out);
	}
	ends_end(&e);
}

static void
reordered_dropped_or_repeated_chunks_are_refused(void **state)
{
	static const int orders[][3] = {{1, 0, 2}, {0, 2, 1}, {0, 0, 1}, {2, 0, 1}, {1, 2, 0}};
	static const size_t at[] = {32, 61, 79, 111};
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	assert_int_equal(e.body.len, at[3]);
	for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
		struct fv_envelope_stream *stream = ends_stream(&e);
		struct fv_buf body = {0}, out = {0};

		fv_buf_put(&body, e.body.ptr, 32);
		for (size_t c = 0; c < 3; c++) {
			size_t i = (size_t)orders[k][c];

			fv_buf_put(&body, e.body.ptr + at[i], at[i + 1] - at[i]);
		}
		assert_int_equal(ends_feed(stream, fv_buf_span(&body), 7, &out), FV_EAUTH);
		assert_false(fv_envelope_stream_is_complete(stream));
		fv_envelope_stream_free(stream);
		fv_buf_clear(&body);
		fv_buf_clear(&out);
	}
	ends_end(&e);
}

static void
bytes_after_the_last_chunk_are_refused(void **state)
{
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	stream = ends_stream(&e);
	fv_buf_put_u8(&e.body, 0);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), 1, &out), FV_EFORMAT);
	assert_true(fv_envelope_stream_is_complete(stream));
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
a_frame_outside_its_limits_is_refused_before_its_bytes(void **state)
{
	static const struct {
		uint16_t len;
		enum fv_err rc;
	} cases[] = {{0, FV_EFORMAT}, {15, FV_EFORMAT}, {4113, FV_ETOOBIG},
	    {65535, FV_ETOOBIG}, {4112, FV_AGAIN}};
	struct ends e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fv_envelope_stream *stream;
		struct fv_buf out = {0};

		ends_begin(&e, FV_ENVELOPE_SYNC);
		stream = ends_stream(&e);
		fv_buf_put_u16be(&e.body, cases[i].len);
		assert_int_equal(
		    ends_feed(stream, fv_buf_span(&e.body), 5, &out), cases[i].rc);
		fv_envelope_stream_free(stream);
		fv_buf_clear(&out);
		ends_end(&e);
	}
}

static void
the_largest_chunk_goes_through_and_one_more_byte_does_not(void **state)
{
	static char plain[FV_ENVELOPE_PLAIN_MAX + 1];
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	assert_int_equal(fv_envelope_request_seal(&e.request,
			     fv_span_of(plain, FV_ENVELOPE_PLAIN_MAX + 1), true, &e.body),
	    FV_ETOOBIG);
	assert_int_equal(fv_envelope_request_seal(&e.request,
			     fv_span_of(plain, FV_ENVELOPE_PLAIN_MAX), true, &e.body),
	    FV_OK);
	assert_int_equal(
	    fv_envelope_request_seal(&e.request, fv_span_z(""), true, &e.body), FV_ESTATE);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), 1000, &out), FV_OK);
	assert_int_equal(out.len, FV_ENVELOPE_PLAIN_MAX + 1);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
a_stranger_is_refused_at_the_first_chunk(void **state)
{
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	uint8_t secret[32];
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	memcpy(e.pk_s, e.pk_r, 32);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), e.body.len, &out), FV_EAUTH);
	assert_int_equal(fv_envelope_stream_count(stream), 0);
	assert_int_equal(
	    fv_envelope_stream_seal_answer(stream, fv_random_system(), fv_span_z("x"), &out),
	    FV_ESTATE);
	assert_int_equal(fv_envelope_stream_handle_secret(stream, secret), FV_ESTATE);
	fv_envelope_stream_free(stream);
	ends_end(&e);
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_ENROL);
	e.token[31] ^= 1;
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), e.body.len, &out), FV_EAUTH);
	assert_int_equal(out.len, 0);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
another_header_in_the_path_is_refused(void **state)
{
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	struct ends e;

	(void)state;
	ends_begin_with_three_chunks(&e, FV_ENVELOPE_SYNC);
	e.hdr.handle[7] ^= 1;
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_buf_span(&e.body), e.body.len, &out), FV_EAUTH);
	fv_envelope_stream_free(stream);
	fv_buf_clear(&out);
	ends_end(&e);
}

static void
a_low_order_enc_is_refused(void **state)
{
	static const uint8_t zero[32] = {0};
	struct fv_envelope_stream *stream;
	struct fv_buf out = {0};
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	stream = ends_stream(&e);
	assert_int_equal(ends_feed(stream, fv_span_of(zero, 32), 32, &out), FV_EAUTH);
	fv_envelope_stream_free(stream);
	ends_end(&e);
}

static void
keys_that_do_not_fit_the_kind_are_refused(void **state)
{
	struct fv_envelope_request request;
	struct fv_envelope_stream *stream;
	struct fv_envelope_from from;
	struct fv_envelope_to to;
	struct fv_buf body = {0};
	struct ends e;

	(void)state;
	ends_begin(&e, FV_ENVELOPE_SYNC);
	from = ends_from(&e);
	from.token = e.token;
	assert_int_equal(fv_envelope_stream_new(&from, &stream), FV_ERANGE);
	assert_null(stream);
	from = ends_from(&e);
	from.pk_sync = NULL;
	assert_int_equal(fv_envelope_stream_new(&from, &stream), FV_ERANGE);
	to = ends_to(&e);
	to.sk_sync = NULL;
	e.stream.pos = 0;
	assert_int_equal(fv_envelope_request_begin(&to, &request, &body), FV_ERANGE);
	to = ends_to(&e);
	to.token = e.token;
	assert_int_equal(fv_envelope_request_begin(&to, &request, &body), FV_ERANGE);
	assert_int_equal(body.len, 0);
	ends_end(&e);
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
	    cmocka_unit_test(the_sync_path_segment_has_22_characters),
	    cmocka_unit_test(the_enrolment_path_segment_has_32_characters),
	    cmocka_unit_test(a_foreign_path_segment_is_refused),
	    cmocka_unit_test(enc_and_first_chunk_are_the_derived_ones),
	    cmocka_unit_test(every_piece_size_opens_the_same_chunks),
	    cmocka_unit_test(every_cut_leaves_the_chunks_before_it_good),
	    cmocka_unit_test(every_changed_bit_of_the_body_is_refused),
	    cmocka_unit_test(reordered_dropped_or_repeated_chunks_are_refused),
	    cmocka_unit_test(bytes_after_the_last_chunk_are_refused),
	    cmocka_unit_test(a_frame_outside_its_limits_is_refused_before_its_bytes),
	    cmocka_unit_test(the_largest_chunk_goes_through_and_one_more_byte_does_not),
	    cmocka_unit_test(a_stranger_is_refused_at_the_first_chunk),
	    cmocka_unit_test(another_header_in_the_path_is_refused),
	    cmocka_unit_test(a_low_order_enc_is_refused),
	    cmocka_unit_test(keys_that_do_not_fit_the_kind_are_refused),
	};

	return cmocka_run_group_tests_name("envelope", tests, init, NULL);
}
