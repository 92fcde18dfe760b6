#include "tests/support/vectors.h"

#include <string.h>

#include "fv/signednote.h"

/* The PeterNeumann note of golang.org/x/mod/sumdb/note, whose private key is published. */
#define PETER_TEXT                                                                            \
	"If you think cryptography is the answer to your problem,\n"                          \
	"then you don't know what your problem is.\n"
#define PETER_LINE                                                                            \
	"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC" \
	"2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define PETER_NOTE PETER_TEXT "\n" PETER_LINE
#define PETER_SEED "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173"
#define PETER_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

static void
key_of(const char *hex, uint8_t key_out[32])
{
	assert_int_equal(fv_hex_decode(fv_span_z(hex), key_out, 32), FV_OK);
}

static enum fv_err
parse_z(const char *z)
{
	struct fv_signednote note;
	enum fv_err rc = fv_signednote_parse(fv_span_z(z), &note);

	if (rc != FV_OK)
		assert_int_equal(note.sig_count, 0);
	return rc;
}

static void
the_published_note_is_signed_again_to_the_byte(void **state)
{
	struct fv_buf out = {0};
	uint8_t seed[32];

	(void)state;
	key_of(PETER_SEED, seed);
	fv_signednote_sign(&out, fv_span_z(PETER_TEXT), fv_span_z("PeterNeumann"), seed);
	assert_string_equal(fv_buf_z(&out), PETER_NOTE);
	fv_buf_clear(&out);
}

static void
the_published_note_parses_and_verifies(void **state)
{
	struct fv_signednote note;
	struct fv_span name;
	uint8_t pk[32];

	(void)state;
	assert_int_equal(fv_vkey_parse(fv_span_z(PETER_VKEY), &name, pk), FV_OK);
	assert_int_equal(fv_signednote_parse(fv_span_z(PETER_NOTE), &note), FV_OK);
	assert_true(fv_span_equal(note.text, fv_span_z(PETER_TEXT)));
	assert_int_equal(note.sig_count, 1);
	assert_memory_equal(note.sigs[0].key_id, "\xc7\x4f\x20\xa3", 4);
	assert_int_equal(fv_signednote_verify(&note, name, pk), FV_OK);
	assert_int_equal(fv_signednote_verify(&note, fv_span_z("PeterNeuman"), pk), FV_ENOENT);
	pk[0] ^= 1;
	assert_int_equal(fv_signednote_verify(&note, name, pk), FV_ENOENT);
}

static void
a_changed_text_does_not_verify(void **state)
{
	char z[] = PETER_NOTE;
	struct fv_signednote note;
	struct fv_span name;
	uint8_t pk[32];

	(void)state;
	z[0] = 'i';
	assert_int_equal(fv_vkey_parse(fv_span_z(PETER_VKEY), &name, pk), FV_OK);
	assert_int_equal(fv_signednote_parse(fv_span_z(z), &note), FV_OK);
	assert_int_equal(fv_signednote_verify(&note, name, pk), FV_EAUTH);
}

static void
a_good_line_does_not_excuse_a_bad_one_of_the_same_key(void **state)
{
	struct fv_buf z = {0};
	struct fv_signednote note;
	struct fv_span name;
	uint8_t pk[32], sig[64] = {0};

	(void)state;
	assert_int_equal(fv_vkey_parse(fv_span_z(PETER_VKEY), &name, pk), FV_OK);
	fv_buf_put_z(&z, PETER_NOTE);
	fv_signednote_put_line(&z, name, pk, sig);
	assert_int_equal(fv_signednote_parse(fv_buf_span(&z), &note), FV_OK);
	assert_int_equal(note.sig_count, 2);
	assert_int_equal(fv_signednote_verify(&note, name, pk), FV_EAUTH);
	fv_buf_clear(&z);
}

static void
a_known_key_with_a_signature_of_another_length_does_not_verify(void **state)
{
	struct fv_signednote note;
	struct fv_span name;
	uint8_t pk[32];

	(void)state;
	assert_int_equal(fv_vkey_parse(fv_span_z(PETER_VKEY), &name, pk), FV_OK);
	assert_int_equal(
	    fv_signednote_parse(fv_span_z("t\n\n\xe2\x80\x94 PeterNeumann x08goyA=\n"), &note),
	    FV_OK);
	assert_int_equal(fv_signednote_verify(&note, name, pk), FV_EAUTH);
}

static void
a_malformed_note_is_refused(void **state)
{
	static const char *const bad[] = {"", "text\n", "text", "\n\n", "text\n\n",
	    PETER_TEXT "\n" PETER_LINE "x", PETER_TEXT PETER_LINE, "text\n\n- name aGVsbG8=\n",
	    "text\n\n\xe2\x80\x94 name\n", "text\n\n\xe2\x80\x94 name aGVsbG8\n",
	    "text\n\n\xe2\x80\x94 name aGVs\n", "text\n\n\xe2\x80\x94 name aGVsbA==\n",
	    "text\n\n\xe2\x80\x94 na+me aGVsbG8=\n", "text\n\n\xe2\x80\x94  aGVsbG8=\n",
	    "text\n\n\xe2\x80\x94 name  aGVsbG8=\n",
	    "text\n\n\xe2\x80\x94 n\xc2\xa0me aGVsbG8=\n",
	    "text\n\n\xe2\x80\x94 name aGVsbG8=", "te\txt\n\n\xe2\x80\x94 name aGVsbG8=\n",
	    "te\rxt\n\n\xe2\x80\x94 name aGVsbG8=\n",
	    "te\xc3xt\n\n\xe2\x80\x94 name aGVsbG8=\n", "text\n\n\xe2\x80\x94name aGVsbG8=\n"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (parse_z(bad[i]) != FV_EFORMAT)
			fail_msg("%s", bad[i]);
	assert_int_equal(parse_z("text\n\n\xe2\x80\x94 name aGVsbG8=\n"), FV_OK);
}

static void
signatures_are_counted_and_bounded(void **state)
{
	struct fv_buf z = {0};
	struct fv_signednote note;

	(void)state;
	fv_buf_put_z(&z, "text\n\n");
	for (unsigned i = 0; i < FV_SIGNEDNOTE_SIGS_MAX; i++)
		fv_buf_putf(&z, "\xe2\x80\x94 name%u aGVsbG8=\n", i);
	assert_int_equal(fv_signednote_parse(fv_buf_span(&z), &note), FV_OK);
	assert_int_equal(note.sig_count, FV_SIGNEDNOTE_SIGS_MAX);
	fv_buf_putf(&z, "\xe2\x80\x94 name aGVsbG8=\n");
	assert_int_equal(fv_signednote_parse(fv_buf_span(&z), &note), FV_ETOOBIG);
	while (z.len <= FV_SIGNEDNOTE_BYTES_MAX)
		fv_buf_put_z(&z, "\n");
	assert_int_equal(fv_signednote_parse(fv_buf_span(&z), &note), FV_ETOOBIG);
	fv_buf_clear(&z);
}

static void
an_empty_line_inside_the_text_belongs_to_it(void **state)
{
	struct fv_signednote note;

	(void)state;
	assert_int_equal(fv_signednote_parse(
			     fv_span_z("one\n\ntwo\n\n\xe2\x80\x94 name aGVsbG8=\n"), &note),
	    FV_OK);
	assert_true(fv_span_equal(note.text, fv_span_z("one\n\ntwo\n")));
}

static void
a_verifier_key_is_written_and_read(void **state)
{
	struct fv_buf out = {0};
	struct fv_span name;
	uint8_t seed[32], pk[32], got[32];

	(void)state;
	key_of(PETER_SEED, seed);
	fv_ed25519_public(seed, pk);
	fv_vkey_put(&out, fv_span_z("PeterNeumann"), pk);
	assert_string_equal(fv_buf_z(&out), PETER_VKEY);
	assert_int_equal(fv_vkey_parse(fv_buf_span(&out), &name, got), FV_OK);
	assert_true(fv_span_equal(name, fv_span_z("PeterNeumann")));
	assert_memory_equal(got, pk, 32);
	fv_buf_clear(&out);
}

static void
a_wrong_verifier_key_is_refused(void **state)
{
	static const char *const bad[] = {"", "PeterNeumann", "PeterNeumann+c74f20a3",
	    "PeterNeumann+c74f20a3+", "PeterNeumann+c74f20a3+AR==",
	    "PeterNeumanx+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"};
	struct fv_span name;
	uint8_t pk[32];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (fv_vkey_parse(fv_span_z(bad[i]), &name, pk) != FV_EFORMAT)
			fail_msg("%s", bad[i]);
	assert_int_equal(
	    fv_vkey_parse(fv_span_z("w+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		&name, pk),
	    FV_EVERSION);
}

static void
a_checkpoint_is_written_and_read(void **state)
{
	static const char text[] = "example.com/behind-the-sofa\n20852163\n"
				   "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
	struct fv_checkpoint cp;
	struct fv_buf out = {0};

	(void)state;
	assert_int_equal(fv_checkpoint_parse(fv_span_z(text), &cp), FV_OK);
	assert_true(fv_span_equal(cp.origin, fv_span_z("example.com/behind-the-sofa")));
	assert_true(cp.size == 20852163);
	assert_int_equal(cp.root.b[0], 0x0a);
	fv_checkpoint_put(&out, cp.origin, cp.size, &cp.root);
	assert_string_equal(fv_buf_z(&out), text);
	fv_buf_clear(&out);
}

static void
a_malformed_checkpoint_is_refused(void **state)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	static const char *const bad[] = {"", "o\n", "o\n1\n", "o\n1\n" ROOT "extension\n",
	    "\n1\n" ROOT, "o\n01\n" ROOT, "o\n-1\n" ROOT, "o\n\n" ROOT, "o\n1\n\n",
	    "o\n18446744073709551616\n" ROOT,
	    "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
	    "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "o\r\n1\n" ROOT};
	struct fv_checkpoint cp;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (fv_checkpoint_parse(fv_span_z(bad[i]), &cp) != FV_EFORMAT)
			fail_msg("%s", bad[i]);
	assert_int_equal(fv_checkpoint_parse(fv_span_z("o\n0\n" ROOT), &cp), FV_OK);
}

static void
check_signatures(const json_t *entry, const struct fv_signednote *note)
{
	const json_t *list = vec_get(entry, "signatures");

	assert_int_equal(note->sig_count, json_array_size(list));
	for (size_t k = 0; k < note->sig_count; k++) {
		const json_t *want = json_array_get(list, k);
		struct fv_buf sig = {0}, blob = {0};
		uint8_t key_id[4];

		vec_fixed(want, "key_id", key_id, 4);
		assert_memory_equal(note->sigs[k].key_id, key_id, 4);
		assert_true(
		    fv_span_equal(note->sigs[k].name, fv_span_z(vec_str(want, "name"))));
		(void)vec_hex(want, "sig_hex", &sig);
		assert_int_equal(fv_base64_decode(note->sigs[k].base64, &blob), FV_OK);
		assert_int_equal(blob.len, 4 + sig.len);
		assert_memory_equal(blob.ptr + 4, sig.ptr, sig.len);
		fv_buf_clear(&sig);
		fv_buf_clear(&blob);
	}
}

static void
check_key(const json_t *key, const struct fv_signednote *note)
{
	struct fv_span name = fv_span_z(vec_str(key, "name"));
	uint8_t pk[32], key_id[4], want[4];

	vec_fixed(key, "public_hex", pk, 32);
	vec_fixed(key, "key_id", want, 4);
	fv_signednote_key_id(name, pk, key_id);
	assert_memory_equal(key_id, want, 4);
	assert_int_equal(fv_signednote_verify(note, name, pk), FV_OK);
}

static void
published_notes_parse_and_verify(void **state)
{
	json_t *root = vec_load("notes/signed_note_vectors.json");
	size_t i, verified = 0;
	json_t *entry;

	(void)state;
	assert_true(json_array_size(root) >= 6);
	json_array_foreach(root, i, entry)
	{
		struct fv_signednote note;

		assert_int_equal(
		    fv_signednote_parse(fv_span_z(vec_str(entry, "note")), &note), FV_OK);
		assert_true(fv_span_equal(note.text, fv_span_z(vec_str(entry, "text"))));
		check_signatures(entry, &note);
		if (json_object_get(entry, "key") != NULL) {
			check_key(vec_get(entry, "key"), &note);
			verified++;
		}
		if (json_object_get(entry, "second_key") != NULL)
			check_key(vec_get(entry, "second_key"), &note);
	}
	assert_int_equal(verified, 3);
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
	    cmocka_unit_test(the_published_note_is_signed_again_to_the_byte),
	    cmocka_unit_test(the_published_note_parses_and_verifies),
	    cmocka_unit_test(a_changed_text_does_not_verify),
	    cmocka_unit_test(a_good_line_does_not_excuse_a_bad_one_of_the_same_key),
	    cmocka_unit_test(a_known_key_with_a_signature_of_another_length_does_not_verify),
	    cmocka_unit_test(a_malformed_note_is_refused),
	    cmocka_unit_test(signatures_are_counted_and_bounded),
	    cmocka_unit_test(an_empty_line_inside_the_text_belongs_to_it),
	    cmocka_unit_test(a_verifier_key_is_written_and_read),
	    cmocka_unit_test(a_wrong_verifier_key_is_refused),
	    cmocka_unit_test(a_checkpoint_is_written_and_read),
	    cmocka_unit_test(a_malformed_checkpoint_is_refused),
	    cmocka_unit_test(published_notes_parse_and_verify),
	};

	return cmocka_run_group_tests_name("signednote", tests, init, NULL);
}
