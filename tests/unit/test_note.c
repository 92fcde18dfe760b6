#include "tests/support/vectors.h"

#include <string.h>

#include "fv/note.h"

#define CEK "64af94d38821f79dea6b9a0e14ade533ebe2ad3fe4195c1bb3fd983bbce43a39"
#define KC "5e71732b3c646d4410c895b0dc863d238220ee51dae29cf53f48eef8b2fa4f29"
#define AAD "41f45a10916468b99a6181be597c8e400000000000000005"
#define TEXT "Household refused; neighbour confirms."
#define CT                                                                                    \
	"3134f0102a11f5d0ade367efb44fdc0ac5da26ecd049fd2bf77ffe3863ea1f3d"                    \
	"73a31509f0a957ddb6dd173d4add96847c460e462136f4b2a16a451e9c683119"                    \
	"44a04833cce0488c7de1148dee9d86e6"

/* Readers' keys, from small numbers. */
struct readers {
	uint8_t sk[FV_CARD_RECIPIENTS_MAX + 1][FV_KEY_BYTES];
	uint8_t pk[FV_CARD_RECIPIENTS_MAX + 1][FV_KEY_BYTES];
};

static void
make_readers(struct readers *r)
{
	for (size_t i = 0; i < FV_CARD_RECIPIENTS_MAX + 1; i++) {
		memset(r->sk[i], (int)i + 1, FV_KEY_BYTES);
		fv_x25519_public(r->sk[i], r->pk[i]);
	}
}

/* `text` sealed as a note for the first two readers. */
static void
seal_note(const struct readers *r, struct fv_span text, struct fv_note_sealed *out)
{
	struct fv_note_seal in = {.kind = FV_NOTE_RECORD,
	    .plain = text,
	    .aad = fv_span_z("place"),
	    .pks = r->pk[0],
	    .pk_count = 2,
	    .random = fv_random_system()};

	assert_int_equal(fv_note_seal(&in, out), FV_OK);
}

static struct fv_note_parts
parts_of(const struct fv_note_sealed *sealed)
{
	struct fv_note_parts parts = {.kind = FV_NOTE_RECORD,
	    .ct = fv_buf_span(&sealed->ct),
	    .aad = fv_span_z("place"),
	    .kc = sealed->kc};

	return parts;
}

static void
the_derived_note_opens_with_its_disclosed_key(void **state)
{
	struct fv_buf cek = {0}, kc = {0}, aad = {0}, ct = {0}, plain = {0};
	struct fv_note_parts parts = {.kind = FV_NOTE_RECORD};
	uint8_t own[FV_NOTE_KC_BYTES];

	(void)state;
	parts.kc = vec_bytes(KC, &kc).ptr;
	parts.aad = vec_bytes(AAD, &aad);
	parts.ct = vec_bytes(CT, &ct);
	fv_note_commitment(vec_bytes(CEK, &cek).ptr, own);
	assert_memory_equal(own, kc.ptr, sizeof own);
	assert_int_equal(fv_note_open(&parts, cek.ptr, &plain), FV_OK);
	assert_string_equal(fv_buf_z(&plain), TEXT);
	aad.ptr[23] ^= 1;
	assert_int_equal(fv_note_open(&parts, cek.ptr, &plain), FV_EAUTH);
	fv_buf_clear(&cek);
	fv_buf_clear(&kc);
	fv_buf_clear(&aad);
	fv_buf_clear(&ct);
	fv_buf_clear(&plain);
}

static void
the_aad_of_a_note_names_device_and_record(void **state)
{
	uint8_t aad[FV_NOTE_AAD_BYTES];
	struct fv_buf dev = {0}, card = {0};

	(void)state;
	fv_note_aad(vec_bytes("41f45a10916468b99a6181be597c8e40", &dev).ptr, 5, aad);
	vec_assert_hex(aad, sizeof aad, AAD);
	fv_note_card_aad_put(&card, fv_span_z("A-1"), 2);
	assert_int_equal(card.len, 18 + 1 + 3 + 1 + 8);
	assert_memory_equal(card.ptr, "fieldvisit/card/v1\0A-1\0\0\0\0\0\0\0\0\2", card.len);
	fv_buf_clear(&dev);
	fv_buf_clear(&card);
}

static void
each_recipient_opens_the_note_and_nobody_else(void **state)
{
	struct fv_note_sealed sealed;
	struct fv_note_parts parts;
	struct fv_buf plain = {0};
	struct readers r;
	uint8_t cek[32], zero[32] = {0};

	(void)state;
	make_readers(&r);
	seal_note(&r, fv_span_z(TEXT), &sealed);
	parts = parts_of(&sealed);
	assert_int_equal(sealed.capsules.len, 2 * FV_NOTE_CAPSULE_BYTES);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fv_note_open_capsule(fv_buf_span(&sealed.capsules), i,
				     sealed.kc, r.sk[i], cek),
		    FV_OK);
		fv_buf_reset(&plain);
		assert_int_equal(fv_note_open(&parts, cek, &plain), FV_OK);
		assert_string_equal(fv_buf_z(&plain), TEXT);
		assert_int_equal(fv_note_open_capsule(fv_buf_span(&sealed.capsules), i,
				     sealed.kc, r.sk[1 - i], cek),
		    FV_EAUTH);
		assert_memory_equal(cek, zero, 32);
	}
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 2, sealed.kc, r.sk[0], cek),
	    FV_ENOENT);
	sealed.capsules.len--;
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, sealed.kc, r.sk[0], cek),
	    FV_EFORMAT);
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
}

static void
a_text_of_every_length_comes_back_from_a_padded_ciphertext(void **state)
{
	static uint8_t text[FV_NOTE_PLAIN_MAX + 1];
	static const size_t lens[] = {0, 1, 62, 63, 64, 127, 128, 959, 960, 1022, 1023, 1024,
	    1279, 1280, 4000, FV_NOTE_PLAIN_MAX - 1, FV_NOTE_PLAIN_MAX};
	struct fv_buf plain = {0};
	struct readers r;
	uint8_t cek[32];

	(void)state;
	make_readers(&r);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		size_t block = lens[i] < 1024 ? 64 : 256;
		struct fv_note_sealed sealed;
		struct fv_note_parts parts;

		seal_note(&r, fv_span_of(text, lens[i]), &sealed);
		parts = parts_of(&sealed);
		assert_int_equal(sealed.ct.len, (lens[i] / block + 1) * block + FV_TAG_BYTES);
		assert_true(sealed.ct.len <= FV_NOTE_CT_MAX);
		assert_int_equal(fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0,
				     sealed.kc, r.sk[0], cek),
		    FV_OK);
		fv_buf_reset(&plain);
		assert_int_equal(fv_note_open(&parts, cek, &plain), FV_OK);
		assert_int_equal(plain.len, lens[i]);
		fv_note_sealed_clear(&sealed);
	}
	fv_buf_clear(&plain);
}

static void
a_card_is_padded_to_256_and_may_have_24_readers(void **state)
{
	struct fv_note_seal in = {.kind = FV_NOTE_CARD,
	    .plain = fv_span_z("short"),
	    .aad = fv_span_z("place"),
	    .pk_count = FV_CARD_RECIPIENTS_MAX,
	    .random = fv_random_system()};
	struct fv_note_sealed sealed;
	struct fv_note_parts parts;
	struct fv_buf plain = {0};
	struct readers r;
	uint8_t cek[32];

	(void)state;
	make_readers(&r);
	in.pks = r.pk[0];
	assert_int_equal(fv_note_seal(&in, &sealed), FV_OK);
	assert_int_equal(sealed.ct.len, 256 + FV_TAG_BYTES);
	parts = parts_of(&sealed);
	parts.kind = FV_NOTE_CARD;
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 23, sealed.kc, r.sk[23], cek),
	    FV_OK);
	assert_int_equal(fv_note_open(&parts, cek, &plain), FV_OK);
	assert_string_equal(fv_buf_z(&plain), "short");
	fv_note_sealed_clear(&sealed);
	in.pk_count++;
	assert_int_equal(fv_note_seal(&in, &sealed), FV_ERANGE);
	fv_buf_clear(&plain);
}

static void
what_cannot_be_sealed_for_all_is_sealed_for_none(void **state)
{
	static uint8_t text[FV_NOTE_PLAIN_MAX + 1];
	struct fv_note_seal in = {.kind = FV_NOTE_RECORD,
	    .plain = fv_span_z("text"),
	    .pk_count = FV_NOTE_RECIPIENTS_MAX,
	    .random = fv_random_system()};
	struct fv_note_sealed sealed;
	struct readers r;

	(void)state;
	make_readers(&r);
	in.pks = r.pk[0];
	assert_int_equal(fv_note_seal(&in, &sealed), FV_OK);
	fv_note_sealed_clear(&sealed);
	in.pk_count++;
	assert_int_equal(fv_note_seal(&in, &sealed), FV_ERANGE);
	in.pk_count = 0;
	assert_int_equal(fv_note_seal(&in, &sealed), FV_ERANGE);
	in.pk_count = 3;
	memset(r.pk[2], 0, FV_KEY_BYTES);
	assert_int_equal(fv_note_seal(&in, &sealed), FV_EAUTH);
	assert_null(sealed.ct.ptr);
	assert_null(sealed.capsules.ptr);
	in.pk_count = 1;
	in.plain = fv_span_of(text, sizeof text);
	assert_int_equal(fv_note_seal(&in, &sealed), FV_ETOOBIG);
}

static void
another_commitment_refuses_the_right_key(void **state)
{
	struct fv_note_sealed sealed, other;
	struct fv_note_parts parts;
	struct fv_buf plain = {0};
	struct readers r;
	uint8_t cek[32];

	(void)state;
	make_readers(&r);
	seal_note(&r, fv_span_z(TEXT), &sealed);
	seal_note(&r, fv_span_z(TEXT), &other);
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, sealed.kc, r.sk[0], cek),
	    FV_OK);
	parts = parts_of(&sealed);
	parts.kc = other.kc;
	assert_int_equal(fv_note_open(&parts, cek, &plain), FV_EAUTH);
	assert_int_equal(plain.len, 0);
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, other.kc, r.sk[0], cek),
	    FV_EAUTH);
	fv_note_sealed_clear(&sealed);
	fv_note_sealed_clear(&other);
}

/* The device that would show one reader another text: its capsule binds kc, not the CEK. */
static void
a_capsule_with_a_key_that_was_not_committed_to_is_refused(void **state)
{
	uint8_t info[21 + 32] = "fieldvisit/capsule/v1", other_cek[32] = {5}, cek[32],
			  capsule[80];
	struct fv_hpke_params params = {
	    .mode = FV_HPKE_BASE, .info = fv_span_of(info, sizeof info)};
	struct fv_note_sealed sealed;
	struct fv_hpke_ctx ctx;
	struct readers r;

	(void)state;
	make_readers(&r);
	seal_note(&r, fv_span_z(TEXT), &sealed);
	memcpy(info + 21, sealed.kc, 32);
	assert_int_equal(
	    fv_hpke_setup_sender(&params, r.pk[0], NULL, fv_random_system(), capsule, &ctx),
	    FV_OK);
	assert_int_equal(
	    fv_hpke_seal(&ctx, fv_span_z(""), fv_span_of(other_cek, 32), capsule + 32), FV_OK);
	assert_int_equal(
	    fv_note_open_capsule(fv_span_of(capsule, 80), 0, sealed.kc, r.sk[0], cek),
	    FV_EAUTH);
	assert_int_equal(
	    fv_note_wrap(other_cek, sealed.kc, r.pk[0], fv_random_system(), capsule),
	    FV_EAUTH);
	fv_note_sealed_clear(&sealed);
}

static void
a_new_capsule_lets_a_new_key_in(void **state)
{
	struct fv_note_sealed sealed;
	struct readers r;
	uint8_t cek[32], again[32], capsule[FV_NOTE_CAPSULE_BYTES];

	(void)state;
	make_readers(&r);
	seal_note(&r, fv_span_z(TEXT), &sealed);
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 1, sealed.kc, r.sk[1], cek),
	    FV_OK);
	assert_int_equal(
	    fv_note_wrap(cek, sealed.kc, r.pk[9], fv_random_system(), capsule), FV_OK);
	assert_int_equal(fv_note_open_capsule(fv_span_of(capsule, sizeof capsule), 0,
			     sealed.kc, r.sk[9], again),
	    FV_OK);
	assert_memory_equal(cek, again, 32);
	fv_note_sealed_clear(&sealed);
}

static void
every_changed_byte_of_the_ciphertext_is_refused(void **state)
{
	struct fv_note_sealed sealed;
	struct fv_note_parts parts;
	struct fv_buf plain = {0};
	struct readers r;
	uint8_t cek[32];

	(void)state;
	make_readers(&r);
	seal_note(&r, fv_span_z(TEXT), &sealed);
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&sealed.capsules), 0, sealed.kc, r.sk[0], cek),
	    FV_OK);
	parts = parts_of(&sealed);
	for (size_t i = 0; i < sealed.ct.len; i++) {
		sealed.ct.ptr[i] ^= 1;
		assert_int_equal(fv_note_open(&parts, cek, &plain), FV_EAUTH);
		sealed.ct.ptr[i] ^= 1;
	}
	for (size_t len = 0; len < sealed.ct.len; len++) {
		parts.ct.len = len;
		assert_int_equal(fv_note_open(&parts, cek, &plain), FV_EAUTH);
	}
	parts.ct = fv_span_of(sealed.ct.ptr, FV_NOTE_CT_MAX + 1);
	assert_int_equal(fv_note_open(&parts, cek, &plain), FV_ETOOBIG);
	assert_int_equal(plain.len, 0);
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&plain);
}

/* Seal `padded` as it is, under the keys of a CEK of zeros, and open it. */
static enum fv_err
open_padded(enum fv_note_kind kind, const uint8_t *padded, size_t len)
{
	uint8_t cek[32] = {0}, nonce[12] = {0}, prk[32], key[32], kc[32];
	uint8_t ct[2048 + 16] = {0};
	struct fv_note_parts parts = {.kind = kind, .ct = fv_span_of(ct, len + 16), .kc = kc};
	struct fv_buf plain = {0};
	enum fv_err rc;

	fv_note_commitment(cek, kc);
	fv_hkdf_extract(fv_span_z("fieldvisit/note/v1"), fv_span_of(cek, 32), prk);
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_span_z("key"), key, 32), FV_OK);
	fv_aead_seal(key, nonce, fv_span_z(""), fv_span_of(padded, len), ct);
	rc = fv_note_open(&parts, cek, &plain);
	fv_buf_clear(&plain);
	return rc;
}

static void
wrong_padding_is_refused(void **state)
{
	uint8_t padded[2048] = {0};

	(void)state;
	padded[0] = 0x80;
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 64), FV_OK);
	assert_int_equal(open_padded(FV_NOTE_CARD, padded, 256), FV_OK);
	assert_int_equal(open_padded(FV_NOTE_CARD, padded, 64), FV_EFORMAT);
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 0), FV_EFORMAT);
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 63), FV_EFORMAT);
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 128), FV_EFORMAT);
	padded[0] = 0x81;
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 64), FV_EFORMAT);
	padded[0] = 0;
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 64), FV_EFORMAT);
	padded[1200] = 0x80;
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 1280), FV_OK);
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 1216), FV_EFORMAT);
	padded[1200] = 0;
	padded[1023] = 0x80; /* 1,023 bytes of text belong into 64-byte blocks */
	assert_int_equal(open_padded(FV_NOTE_RECORD, padded, 1280), FV_EFORMAT);
}

static void
a_recipient_finds_his_place_by_key_id(void **state)
{
	uint8_t ids[3 * FV_BOX_KEY_ID_BYTES];
	struct readers r;
	size_t index;

	(void)state;
	make_readers(&r);
	for (size_t i = 0; i < 3; i++)
		fv_note_box_key_id(r.pk[i], ids + i * FV_BOX_KEY_ID_BYTES);
	assert_int_equal(fv_note_find_recipient(fv_span_of(ids, 12), r.pk[2], &index), FV_OK);
	assert_int_equal(index, 2);
	assert_int_equal(
	    fv_note_find_recipient(fv_span_of(ids, 12), r.pk[3], &index), FV_ENOENT);
	assert_int_equal(
	    fv_note_find_recipient(fv_span_of(ids, 11), r.pk[0], &index), FV_EFORMAT);
}

static void
the_derived_capsules_open_and_are_made_again(void **state)
{
	json_t *root = vec_load("notes/note-capsule-derived.json");
	uint8_t cek[32], kc[32], got[32];
	struct fv_buf aad = {0}, ct = {0}, plain = {0}, want = {0};
	struct fv_note_parts parts = {.kind = FV_NOTE_RECORD, .kc = kc};
	json_t *entry;
	size_t i;

	(void)state;
	vec_fixed(root, "cek", cek, 32);
	vec_fixed(root, "key_commitment", kc, 32);
	parts.aad = vec_hex(root, "aad", &aad);
	parts.ct = vec_hex(root, "ct", &ct);
	assert_int_equal(fv_note_open(&parts, cek, &plain), FV_OK);
	assert_true(fv_span_equal(fv_buf_span(&plain), vec_hex(root, "pt", &want)));
	json_array_foreach(vec_get(root, "capsules"), i, entry)
	{
		uint8_t sk[32], pk[32], sk_e[32], capsule[FV_NOTE_CAPSULE_BYTES];
		struct vec_stream stream = {.bytes = fv_span_of(sk_e, 32)};
		struct fv_random random = {.fill = vec_stream_fill, .ctx = &stream};
		struct fv_buf published = {0};

		vec_fixed(entry, "skRm", sk, 32);
		vec_fixed(entry, "pkRm", pk, 32);
		vec_fixed(entry, "skEm", sk_e, 32);
		(void)vec_hex(entry, "enc", &published);
		(void)vec_hex(entry, "capsule_ct", &published);
		assert_int_equal(
		    fv_note_open_capsule(fv_buf_span(&published), 0, kc, sk, got), FV_OK);
		assert_memory_equal(got, cek, 32);
		assert_int_equal(fv_note_wrap(cek, kc, pk, random, capsule), FV_OK);
		assert_memory_equal(capsule, published.ptr, sizeof capsule);
		fv_buf_clear(&published);
	}
	assert_int_equal(i, 3);
	fv_buf_clear(&aad);
	fv_buf_clear(&ct);
	fv_buf_clear(&plain);
	fv_buf_clear(&want);
	json_decref(root);
}

/* The whole note again from its published random bytes: CEK, then an skE for each capsule. */
static void
the_derived_note_is_sealed_again_to_the_byte(void **state)
{
	json_t *root = vec_load("notes/note-capsule-derived.json");
	struct fv_buf bytes = {0}, aad = {0}, plain = {0}, capsules = {0};
	struct vec_stream stream = {0};
	struct fv_note_seal in = {
	    .kind = FV_NOTE_RECORD, .random = {.fill = vec_stream_fill, .ctx = &stream}};
	struct fv_note_sealed sealed;
	uint8_t pks[3][FV_KEY_BYTES];
	json_t *entry;
	size_t i;

	(void)state;
	(void)vec_hex(root, "cek", &bytes);
	json_array_foreach(vec_get(root, "capsules"), i, entry)
	{
		assert_true(i < 3);
		(void)vec_hex(entry, "skEm", &bytes);
		vec_fixed(entry, "pkRm", pks[i], 32);
		(void)vec_hex(entry, "enc", &capsules);
		(void)vec_hex(entry, "capsule_ct", &capsules);
	}
	stream.bytes = fv_buf_span(&bytes);
	in.pks = pks[0];
	in.pk_count = 3;
	in.aad = vec_hex(root, "aad", &aad);
	in.plain = vec_hex(root, "pt", &plain);
	assert_int_equal(fv_note_seal(&in, &sealed), FV_OK);
	vec_assert_hex(sealed.ct.ptr, sealed.ct.len, vec_str(root, "ct"));
	vec_assert_hex(sealed.kc, 32, vec_str(root, "key_commitment"));
	assert_true(fv_span_equal(fv_buf_span(&sealed.capsules), fv_buf_span(&capsules)));
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&bytes);
	fv_buf_clear(&aad);
	fv_buf_clear(&plain);
	fv_buf_clear(&capsules);
	json_decref(root);
}

/* One ciphertext, two keys: the AEAD opens under both, the commitment admits one. */
static void
the_salamander_is_refused_by_the_commitment(void **state)
{
	json_t *root = vec_load("notes/salamander-two-keys-one-ciphertext-derived.json");
	uint8_t key[2][32], nonce[12] = {0}, kc[32], out[128];
	struct fv_note_parts parts = {.kind = FV_NOTE_RECORD, .kc = kc};
	struct fv_buf ct = {0}, plain = {0}, pt1 = {0}, pt2 = {0};

	(void)state;
	vec_fixed(root, "key1", key[0], 32);
	vec_fixed(root, "key2", key[1], 32);
	parts.ct = vec_hex(root, "ct", &ct);
	assert_true(ct.len <= sizeof out);
	assert_int_equal(fv_aead_open(key[0], nonce, fv_span_z(""), parts.ct, out), FV_OK);
	assert_memory_equal(out, vec_hex(root, "pt1", &pt1).ptr, pt1.len);
	assert_int_equal(fv_aead_open(key[1], nonce, fv_span_z(""), parts.ct, out), FV_OK);
	assert_memory_equal(out, vec_hex(root, "pt2", &pt2).ptr, pt2.len);
	for (size_t i = 0; i < 2; i++) {
		fv_note_commitment(key[i], kc);
		assert_int_equal(fv_note_open(&parts, key[1 - i], &plain), FV_EAUTH);
	}
	assert_int_equal(plain.len, 0);
	fv_buf_clear(&ct);
	fv_buf_clear(&pt1);
	fv_buf_clear(&pt2);
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
	    cmocka_unit_test(the_derived_note_opens_with_its_disclosed_key),
	    cmocka_unit_test(the_aad_of_a_note_names_device_and_record),
	    cmocka_unit_test(each_recipient_opens_the_note_and_nobody_else),
	    cmocka_unit_test(a_text_of_every_length_comes_back_from_a_padded_ciphertext),
	    cmocka_unit_test(a_card_is_padded_to_256_and_may_have_24_readers),
	    cmocka_unit_test(what_cannot_be_sealed_for_all_is_sealed_for_none),
	    cmocka_unit_test(another_commitment_refuses_the_right_key),
	    cmocka_unit_test(a_capsule_with_a_key_that_was_not_committed_to_is_refused),
	    cmocka_unit_test(a_new_capsule_lets_a_new_key_in),
	    cmocka_unit_test(every_changed_byte_of_the_ciphertext_is_refused),
	    cmocka_unit_test(wrong_padding_is_refused),
	    cmocka_unit_test(a_recipient_finds_his_place_by_key_id),
	    cmocka_unit_test(the_derived_capsules_open_and_are_made_again),
	    cmocka_unit_test(the_derived_note_is_sealed_again_to_the_byte),
	    cmocka_unit_test(the_salamander_is_refused_by_the_commitment),
	};

	return cmocka_run_group_tests_name("note", tests, init, NULL);
}
