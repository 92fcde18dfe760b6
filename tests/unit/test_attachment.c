/* Attachments: pieces, manifest, limits, and what a reader must notice. */
#include "tests/support/oom.h"
#include "tests/support/vectors.h"

#include <stdlib.h>
#include <string.h>

#include "fv/attachment.h"

/* A file sealed for one reader. */
struct sealed {
	struct fv_attach_sealer sealer;
	struct fv_buf pieces, manifest, capsules;
	struct fv_attachment what;
};

static uint8_t reader_sk[FV_KEY_BYTES] = {7};

static struct fv_buf
make_file(size_t bytes)
{
	struct fv_buf file = {0};

	for (size_t i = 0; i < bytes; i++)
		fv_buf_put_u8(&file, (uint8_t)(i * 31 + i / 251));
	assert_int_equal(fv_buf_status(&file), FV_OK);
	return file;
}

static enum fv_err
seal(struct fv_span file, struct sealed *out)
{
	uint8_t pk[FV_KEY_BYTES];
	enum fv_err rc = FV_OK;

	memset(out, 0, sizeof *out);
	fv_x25519_public(reader_sk, pk);
	fv_attach_seal_begin(&out->sealer, fv_random_system());
	for (size_t at = 0; rc == FV_OK && at < file.len; at += FV_PIECE_PLAIN_BYTES) {
		size_t left = file.len - at;
		size_t len = left < FV_PIECE_PLAIN_BYTES ? left : FV_PIECE_PLAIN_BYTES;

		rc = fv_attach_seal_piece(&out->sealer, fv_span_of(file.ptr + at, len),
		    len == left, &out->pieces, &out->manifest);
	}
	if (rc == FV_OK)
		rc = fv_attach_seal_capsules(
		    &out->sealer, pk, 1, fv_random_system(), &out->capsules);
	memcpy(out->what.kc, out->sealer.kc, sizeof out->what.kc);
	out->what.pieces = out->sealer.pieces;
	out->what.bytes = out->sealer.bytes;
	out->what.kind = FV_ATTACHMENT_DOCUMENT;
	out->what.case_id = fv_span_z("c-1");
	out->what.key_ids = fv_span_z("abcd");
	fv_sha256(fv_buf_span(&out->manifest), &out->what.manifest);
	fv_sha256(fv_buf_span(&out->capsules), &out->what.capsules);
	return rc;
}

static void
clear(struct sealed *s)
{
	fv_attach_seal_clear(&s->sealer);
	fv_buf_clear(&s->pieces);
	fv_buf_clear(&s->manifest);
	fv_buf_clear(&s->capsules);
}

static struct fv_span
piece_at(const struct sealed *s, uint64_t idx)
{
	const uint8_t *at = s->pieces.ptr;

	for (uint64_t i = 0; i < idx; i++)
		at += fv_attachment_piece_bytes(&s->what, i);
	return fv_span_of(at, fv_attachment_piece_bytes(&s->what, idx));
}

/* Open `s` as `what` says. */
static enum fv_err
open_as(const struct sealed *s, const struct fv_attachment *what,
    const uint8_t cek[FV_NOTE_CEK_BYTES], struct fv_buf *plain)
{
	struct fv_attach_opener opener;
	enum fv_err rc;

	rc = fv_attach_open_begin(&opener, what, fv_buf_span(&s->manifest), cek);
	for (uint64_t i = 0; rc == FV_OK && i < what->pieces; i++)
		rc = fv_attach_open_piece(&opener, piece_at(s, i), plain);
	if (rc == FV_OK)
		rc = fv_attach_open_end(&opener);
	fv_attach_open_clear(&opener);
	return rc;
}

static void
a_file_of_any_length_comes_back_as_it_was(void **state)
{
	static const size_t lengths[] = {1, 16383, 16384, 16385, 32768, 50000};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct fv_buf file = make_file(lengths[i]), plain = {0};
		uint8_t cek[FV_NOTE_CEK_BYTES];
		struct sealed s;

		assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
		assert_int_equal(s.what.pieces, fv_attachment_pieces(lengths[i]));
		assert_int_equal(s.pieces.len,
		    lengths[i] + 17 * (size_t)s.what.pieces + FV_STREAM_HEADER_BYTES);
		assert_int_equal(fv_note_open_capsule(
				     fv_buf_span(&s.capsules), 0, s.what.kc, reader_sk, cek),
		    FV_OK);
		assert_int_equal(open_as(&s, &s.what, cek, &plain), FV_OK);
		assert_true(fv_span_equal(fv_buf_span(&plain), fv_buf_span(&file)));
		assert_null(
		    lengths[i] < 32 ? NULL : memmem(s.pieces.ptr, s.pieces.len, file.ptr, 32));
		fv_buf_clear(&file);
		fv_buf_clear(&plain);
		clear(&s);
	}
}

static void
a_payload_is_read_as_it_was_put(void **state)
{
	struct fv_attachment what = {.is_visit = true,
	    .visit_seq = 12,
	    .roster_version = 3,
	    .kind = FV_ATTACHMENT_HOME,
	    .pieces = 2,
	    .bytes = 20000,
	    .key_ids = fv_span_z("abcdefgh"),
	    .has_consent = true,
	    .consent_seq = 9,
	    .reason = 2,
	    .has_words = true,
	    .words_seq = 11};
	struct fv_attachment back;
	struct fv_buf payload = {0};

	(void)state;
	memset(what.kc, 5, sizeof what.kc);
	memset(what.manifest.b, 6, sizeof what.manifest.b);
	memset(what.capsules.b, 7, sizeof what.capsules.b);
	fv_attachment_put(&payload, &what);
	assert_int_equal(fv_attachment_parse(fv_buf_span(&payload), &back), FV_OK);
	assert_true(back.is_visit && back.has_consent);
	assert_int_equal(back.visit_seq, 12);
	assert_int_equal(back.consent_seq, 9);
	assert_int_equal(back.reason, 2);
	assert_true(back.has_words && back.words_seq == 11);
	assert_int_equal(back.kind, FV_ATTACHMENT_HOME);
	assert_memory_equal(back.manifest.b, what.manifest.b, sizeof back.manifest.b);
	assert_true(fv_span_equal(back.key_ids, what.key_ids));
	for (size_t cut = 0; cut < payload.len; cut++)
		assert_int_equal(
		    fv_attachment_parse(fv_span_of(payload.ptr, cut), &back), FV_EFORMAT);
	fv_buf_clear(&payload);
}

static enum fv_err
parse_sizes(uint64_t pieces, uint64_t bytes)
{
	struct fv_attachment what = {.case_id = fv_span_z("c"),
	    .key_ids = fv_span_z("abcd"),
	    .kind = 1,
	    .pieces = pieces,
	    .bytes = bytes};
	struct fv_attachment back;
	struct fv_buf payload = {0};
	enum fv_err rc;

	fv_attachment_put(&payload, &what);
	rc = fv_attachment_parse(fv_buf_span(&payload), &back);
	fv_buf_clear(&payload);
	return rc;
}

static void
more_than_the_limits_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(parse_sizes(1024, 16777216), FV_OK);
	assert_int_equal(parse_sizes(1025, 16777217), FV_ETOOBIG);
	assert_int_equal(parse_sizes(10000, 16777216), FV_ETOOBIG);
	assert_int_equal(parse_sizes(1024, UINT64_MAX), FV_ETOOBIG);
	assert_int_equal(parse_sizes(2, 16384), FV_EFORMAT);
	assert_int_equal(parse_sizes(1, 16385), FV_EFORMAT);
	assert_int_equal(parse_sizes(0, 0), FV_EFORMAT);
}

static void
a_manifest_holds_each_piece_once_and_as_many_as_the_record_says(void **state)
{
	struct fv_buf file = make_file(40000);
	struct fv_attachment what;
	struct sealed s;

	(void)state;
	assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
	what = s.what;
	assert_int_equal(fv_attachment_check_manifest(&what, fv_buf_span(&s.manifest)), FV_OK);
	what.pieces = 2;
	assert_int_equal(
	    fv_attachment_check_manifest(&what, fv_buf_span(&s.manifest)), FV_EFORMAT);
	what = s.what;
	memcpy(s.manifest.ptr + 32, s.manifest.ptr, 32);
	assert_int_equal(
	    fv_attachment_check_manifest(&what, fv_buf_span(&s.manifest)), FV_EAUTH);
	fv_sha256(fv_buf_span(&s.manifest), &what.manifest);
	assert_int_equal(
	    fv_attachment_check_manifest(&what, fv_buf_span(&s.manifest)), FV_EFORMAT);
	fv_buf_clear(&file);
	clear(&s);
}

static void
another_key_or_commitment_opens_nothing(void **state)
{
	struct fv_buf file = make_file(100), plain = {0};
	uint8_t cek[FV_NOTE_CEK_BYTES], zero[FV_KEY_BYTES] = {0};
	struct fv_attach_opener opener;
	struct fv_attachment what;
	struct sealed s;

	(void)state;
	assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
	memcpy(cek, s.sealer.cek, sizeof cek);
	cek[0] ^= 1;
	assert_int_equal(
	    fv_attach_open_begin(&opener, &s.what, fv_buf_span(&s.manifest), cek), FV_EAUTH);
	assert_memory_equal(opener.key, zero, sizeof zero);
	what = s.what;
	what.kc[31] ^= 1;
	assert_int_equal(open_as(&s, &what, s.sealer.cek, &plain), FV_EAUTH);
	assert_int_equal(plain.len, 0);
	fv_buf_clear(&file);
	clear(&s);
}

static void
an_altered_piece_is_named_before_it_is_decrypted(void **state)
{
	struct fv_buf file = make_file(40000), plain = {0};
	struct sealed s;

	(void)state;
	assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
	s.pieces.ptr[16425 + 5] ^= 1;
	assert_int_equal(open_as(&s, &s.what, s.sealer.cek, &plain), FV_ECONFLICT);
	assert_int_equal(plain.len, FV_PIECE_PLAIN_BYTES);
	/* Also where the manifest was made to fit: then the tag tells. */
	fv_sha256(piece_at(&s, 1), (struct fv_hash *)(void *)(s.manifest.ptr + 32));
	fv_sha256(fv_buf_span(&s.manifest), &s.what.manifest);
	fv_buf_reset(&plain);
	assert_int_equal(open_as(&s, &s.what, s.sealer.cek, &plain), FV_EAUTH);
	assert_int_equal(plain.len, FV_PIECE_PLAIN_BYTES);
	fv_buf_clear(&file);
	fv_buf_clear(&plain);
	clear(&s);
}

/* What a device that lies could sign: fewer or more pieces than its stream has. */
static void
a_stream_that_ends_elsewhere_than_the_record_says_is_cut(void **state)
{
	struct fv_buf file = make_file(49152), plain = {0};
	struct fv_attachment shorter, longer;
	struct sealed s;

	(void)state;
	assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
	shorter = s.what;
	shorter.pieces = 2;
	shorter.bytes = 32768;
	s.manifest.len = 64;
	fv_sha256(fv_buf_span(&s.manifest), &shorter.manifest);
	assert_int_equal(open_as(&s, &shorter, s.sealer.cek, &plain), FV_ECUT);
	s.manifest.len = 96;
	longer = s.what;
	longer.pieces = 4;
	longer.bytes = 65536;
	fv_buf_put(&s.manifest, s.what.kc, 32);
	fv_sha256(fv_buf_span(&s.manifest), &longer.manifest);
	assert_int_equal(open_as(&s, &longer, s.sealer.cek, &plain), FV_ECUT);
	fv_buf_clear(&file);
	fv_buf_clear(&plain);
	clear(&s);
}

static void
pieces_in_another_order_do_not_open(void **state)
{
	struct fv_buf file = make_file(65536), plain = {0};
	struct fv_attach_opener opener;
	uint8_t swap[32];
	struct sealed s;

	(void)state;
	assert_int_equal(seal(fv_buf_span(&file), &s), FV_OK);
	memcpy(swap, s.manifest.ptr + 32, 32);
	memcpy(s.manifest.ptr + 32, s.manifest.ptr + 64, 32);
	memcpy(s.manifest.ptr + 64, swap, 32);
	fv_sha256(fv_buf_span(&s.manifest), &s.what.manifest);
	assert_int_equal(
	    fv_attach_open_begin(&opener, &s.what, fv_buf_span(&s.manifest), s.sealer.cek),
	    FV_OK);
	assert_int_equal(fv_attach_open_piece(&opener, piece_at(&s, 0), &plain), FV_OK);
	assert_int_equal(fv_attach_open_piece(&opener, piece_at(&s, 2), &plain), FV_EAUTH);
	assert_int_equal(fv_attach_open_end(&opener), FV_ECUT);
	fv_attach_open_clear(&opener);
	fv_buf_clear(&file);
	fv_buf_clear(&plain);
	clear(&s);
}

static void
a_sealer_takes_no_piece_that_a_stream_cannot_have(void **state)
{
	struct fv_buf file = make_file(FV_PIECE_PLAIN_BYTES + 1), piece = {0}, manifest = {0};
	struct fv_attach_sealer s;

	(void)state;
	fv_attach_seal_begin(&s, fv_random_system());
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_span_of(file.ptr, 0), true, &piece, &manifest),
	    FV_ERANGE);
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_span_of(file.ptr, 100), false, &piece, &manifest),
	    FV_ERANGE);
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_buf_span(&file), true, &piece, &manifest), FV_ERANGE);
	s.pieces = FV_ATTACHMENT_PIECES_MAX;
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_span_of(file.ptr, 100), true, &piece, &manifest),
	    FV_ETOOBIG);
	s.pieces = 0;
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_span_of(file.ptr, 100), true, &piece, &manifest),
	    FV_OK);
	assert_int_equal(
	    fv_attach_seal_piece(&s, fv_span_of(file.ptr, 100), true, &piece, &manifest),
	    FV_ESTATE);
	fv_attach_seal_clear(&s);
	fv_buf_clear(&file);
	fv_buf_clear(&piece);
	fv_buf_clear(&manifest);
}

static enum fv_err
seal_and_open(void *ctx)
{
	struct fv_buf *file = ctx, plain = {0};
	struct sealed s;
	enum fv_err rc = seal(fv_buf_span(file), &s);

	if (rc == FV_OK)
		rc = open_as(&s, &s.what, s.sealer.cek, &plain);
	fv_buf_clear(&plain);
	clear(&s);
	return rc;
}

static void
sealing_and_opening_survive_every_allocation_failure(void **state)
{
	struct fv_buf file = make_file(40000);

	(void)state;
	assert_true(oom_sweep(seal_and_open, &file) >= 4);
	fv_buf_clear(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_of_any_length_comes_back_as_it_was),
	    cmocka_unit_test(a_payload_is_read_as_it_was_put),
	    cmocka_unit_test(more_than_the_limits_is_refused_by_name),
	    cmocka_unit_test(a_manifest_holds_each_piece_once_and_as_many_as_the_record_says),
	    cmocka_unit_test(another_key_or_commitment_opens_nothing),
	    cmocka_unit_test(an_altered_piece_is_named_before_it_is_decrypted),
	    cmocka_unit_test(a_stream_that_ends_elsewhere_than_the_record_says_is_cut),
	    cmocka_unit_test(pieces_in_another_order_do_not_open),
	    cmocka_unit_test(a_sealer_takes_no_piece_that_a_stream_cannot_have),
	    cmocka_unit_test(sealing_and_opening_survive_every_allocation_failure),
	};

	if (fv_crypto_init() != FV_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
