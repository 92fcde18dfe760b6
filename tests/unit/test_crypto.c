#include "tests/support/vectors.h"

#include <string.h>

#include "fv/crypto.h"

static void
sha256_gives_the_value_of_fips_180(void **state)
{
	struct fv_span parts[3];
	struct fv_hash hash;

	(void)state;
	fv_sha256(fv_span_z("abc"), &hash);
	vec_assert_hex(
	    hash.b, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	parts[0] = fv_span_z("a");
	parts[1] = fv_span_of(NULL, 0);
	parts[2] = fv_span_z("bc");
	fv_sha256_parts(parts, 3, &hash);
	vec_assert_hex(
	    hash.b, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
hmac_gives_the_value_of_rfc_4231(void **state)
{
	struct fv_span data = fv_span_z("what do ya want for nothing?");
	uint8_t mac[FV_HASH_BYTES];

	(void)state;
	fv_hmac_sha256(fv_span_z("Jefe"), &data, 1, mac);
	vec_assert_hex(
	    mac, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void
hkdf_gives_the_values_of_rfc_5869(void **state)
{
	struct fv_buf ikm = {0}, salt = {0}, info = {0};
	uint8_t prk[FV_HASH_BYTES], okm[42];

	(void)state;
	(void)vec_bytes("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", &ikm);
	(void)vec_bytes("000102030405060708090a0b0c", &salt);
	(void)vec_bytes("f0f1f2f3f4f5f6f7f8f9", &info);
	fv_hkdf_extract(fv_buf_span(&salt), fv_buf_span(&ikm), prk);
	vec_assert_hex(
	    prk, 32, "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_buf_span(&info), okm, sizeof okm), FV_OK);
	vec_assert_hex(okm, 42,
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185"
	    "865");
	fv_hkdf_extract(fv_span_of(NULL, 0), fv_buf_span(&ikm), prk);
	vec_assert_hex(
	    prk, 32, "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
	fv_buf_clear(&ikm);
	fv_buf_clear(&salt);
	fv_buf_clear(&info);
}

static void
hkdf_output_ends_at_255_blocks(void **state)
{
	static uint8_t out[FV_HKDF_OUT_MAX + 1];
	uint8_t prk[32] = {1};

	(void)state;
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_span_z(""), out, FV_HKDF_OUT_MAX), FV_OK);
	assert_int_equal(
	    fv_hkdf_expand(fv_span_of(prk, 32), fv_span_z(""), out, FV_HKDF_OUT_MAX + 1),
	    FV_ERANGE);
}

static void
ed25519_signs_as_rfc_8032_test_2(void **state)
{
	uint8_t seed[32], pk[32], sig[64];

	(void)state;
	assert_int_equal(fv_hex_decode(fv_span_z("4ccd089b28ff96da9db6c346ec114e0f"
						 "5b8a319f35aba624da8cf6ed4fb8a6fb"),
			     seed, 32),
	    FV_OK);
	fv_ed25519_public(seed, pk);
	vec_assert_hex(
	    pk, 32, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	fv_ed25519_sign(seed, fv_span_of("\x72", 1), sig);
	vec_assert_hex(sig, 64,
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_int_equal(fv_ed25519_verify(pk, fv_span_of("\x72", 1), sig), FV_OK);
	assert_int_equal(fv_ed25519_verify(pk, fv_span_of("\x73", 1), sig), FV_EAUTH);
	sig[63] ^= 0x20;
	assert_int_equal(fv_ed25519_verify(pk, fv_span_of("\x72", 1), sig), FV_EAUTH);
}

static void
a_small_order_signing_key_is_refused(void **state)
{
	/* The identity as key, the identity as R and S = 0 satisfy the bare equation. */
	uint8_t pk[32] = {1}, sig[64] = {1};

	(void)state;
	assert_int_equal(fv_ed25519_verify(pk, fv_span_z("anything"), sig), FV_EAUTH);
}

static void
x25519_gives_a_published_shared_secret(void **state)
{
	struct fv_buf sk = {0}, pk = {0};
	uint8_t shared[32];

	(void)state;
	(void)vec_bytes(
	    "c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475", &sk);
	(void)vec_bytes(
	    "504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829", &pk);
	assert_int_equal(fv_x25519(sk.ptr, pk.ptr, shared), FV_OK);
	vec_assert_hex(
	    shared, 32, "436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320");
	fv_buf_clear(&sk);
	fv_buf_clear(&pk);
}

static void
a_low_order_x25519_key_is_refused(void **state)
{
	uint8_t sk[32] = {9}, pk[32] = {0}, shared[32];
	static const uint8_t zero[32] = {0};

	(void)state;
	memset(shared, 7, sizeof shared);
	assert_int_equal(fv_x25519(sk, pk, shared), FV_EAUTH);
	assert_memory_equal(shared, zero, 32);
	pk[0] = 1;
	assert_int_equal(fv_x25519(sk, pk, shared), FV_EAUTH);
}

static void
a_changed_sealed_byte_does_not_open(void **state)
{
	uint8_t key[32] = {1}, nonce[12] = {2}, sealed[5 + 16], plain[5];

	(void)state;
	fv_aead_seal(key, nonce, fv_span_z("aad"), fv_span_z("hello"), sealed);
	assert_int_equal(
	    fv_aead_open(key, nonce, fv_span_z("aad"), fv_span_of(sealed, 21), plain), FV_OK);
	assert_memory_equal(plain, "hello", 5);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		assert_int_equal(
		    fv_aead_open(key, nonce, fv_span_z("aad"), fv_span_of(sealed, 21), plain),
		    FV_EAUTH);
		assert_memory_equal(plain, "\0\0\0\0\0", 5);
		sealed[i] ^= 1;
	}
	assert_int_equal(
	    fv_aead_open(key, nonce, fv_span_z("aaD"), fv_span_of(sealed, 21), plain),
	    FV_EAUTH);
	for (size_t len = 0; len < 16; len++)
		assert_int_equal(
		    fv_aead_open(key, nonce, fv_span_z("aad"), fv_span_of(sealed, len), plain),
		    FV_EAUTH);
}

static void
argon2id_depends_on_the_passphrase_and_keeps_its_limits(void **state)
{
	uint8_t key[32], again[32], salt[16] = "sixteen bytes..";

	(void)state;
	assert_int_equal(fv_argon2id(fv_span_z("123456"), salt, 1, 8192, key), FV_OK);
	assert_int_equal(fv_argon2id(fv_span_z("123456"), salt, 1, 8192, again), FV_OK);
	assert_true(fv_ct_equal(key, again, 32));
	assert_int_equal(fv_argon2id(fv_span_z("123457"), salt, 1, 8192, again), FV_OK);
	assert_false(fv_ct_equal(key, again, 32));
	assert_int_equal(fv_argon2id(fv_span_z("123456"), salt, 0, 8192, key), FV_ERANGE);
	assert_int_equal(fv_argon2id(fv_span_z("123456"), salt, 1, 8191, key), FV_ERANGE);
}

static void
secret_memory_is_given_and_taken_back(void **state)
{
	uint8_t *secret = fv_secret_alloc(33);

	(void)state;
	assert_non_null(secret);
	memset(secret, 1, 33);
	fv_wipe(secret, 33);
	for (size_t i = 0; i < 33; i++)
		assert_int_equal(secret[i], 0);
	fv_secret_free(secret);
	fv_secret_free(NULL);
	fv_wipe(NULL, 0);
}

/* Call `each` with every test of a Wycheproof file; returns how many there were. */
static size_t
wycheproof(const char *name, void (*each)(const json_t *group, const json_t *test))
{
	json_t *root = vec_load(name);
	json_t *group, *test;
	size_t g, t, count = 0;

	json_array_foreach(vec_get(root, "testGroups"), g, group)
	{
		json_array_foreach(vec_get(group, "tests"), t, test)
		{
			each(group, test);
			count++;
		}
	}
	json_decref(root);
	return count;
}

static bool
is_valid(const json_t *test)
{
	return strcmp(vec_str(test, "result"), "valid") == 0;
}

static void
agree(const json_t *test, bool good)
{
	if (good != is_valid(test))
		fail_msg("tcId %d: %s", (int)vec_int(test, "tcId"), vec_str(test, "result"));
}

static void
hmac_case(const json_t *group, const json_t *test)
{
	struct fv_buf key = {0}, msg = {0}, tag = {0};
	struct fv_span data = vec_hex(test, "msg", &msg);
	uint8_t mac[FV_HASH_BYTES];

	(void)group;
	fv_hmac_sha256(vec_hex(test, "key", &key), &data, 1, mac);
	(void)vec_hex(test, "tag", &tag);
	assert_true(tag.len <= sizeof mac);
	agree(test, fv_ct_equal(mac, tag.ptr, tag.len));
	fv_buf_clear(&key);
	fv_buf_clear(&msg);
	fv_buf_clear(&tag);
}

static void
wycheproof_hmac_agrees(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("wycheproof/hmac_sha256_test.json", hmac_case), 174);
}

static void
hkdf_case(const json_t *group, const json_t *test)
{
	static uint8_t out[FV_HKDF_OUT_MAX + 32];
	struct fv_buf ikm = {0}, salt = {0}, info = {0}, okm = {0};
	size_t size = (size_t)vec_int(test, "size");
	uint8_t prk[FV_HASH_BYTES];
	bool good;

	(void)group;
	assert_true(size <= sizeof out);
	fv_hkdf_extract(vec_hex(test, "salt", &salt), vec_hex(test, "ikm", &ikm), prk);
	good = fv_hkdf_expand(fv_span_of(prk, 32), vec_hex(test, "info", &info), out, size) ==
	    FV_OK;
	(void)vec_hex(test, "okm", &okm);
	good = good && okm.len == size && memcmp(okm.ptr, out, size) == 0;
	agree(test, good);
	fv_buf_clear(&ikm);
	fv_buf_clear(&salt);
	fv_buf_clear(&info);
	fv_buf_clear(&okm);
}

static void
wycheproof_hkdf_agrees_and_over_long_output_is_refused(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("wycheproof/hkdf_sha256_test.json", hkdf_case), 86);
}

static unsigned x25519_refused;

static void
x25519_case(const json_t *group, const json_t *test)
{
	static const uint8_t zero[32] = {0};
	uint8_t pk[32], sk[32], want[32], shared[32];

	(void)group;
	vec_fixed(test, "public", pk, 32);
	vec_fixed(test, "private", sk, 32);
	vec_fixed(test, "shared", want, 32);
	if (memcmp(want, zero, 32) == 0) {
		assert_int_equal(fv_x25519(sk, pk, shared), FV_EAUTH);
		x25519_refused++;
		return;
	}
	assert_int_equal(fv_x25519(sk, pk, shared), FV_OK);
	assert_memory_equal(shared, want, 32);
}

static void
wycheproof_x25519_agrees_and_31_zero_results_are_refused(void **state)
{
	(void)state;
	x25519_refused = 0;
	assert_int_equal(wycheproof("wycheproof/x25519_test.json", x25519_case), 518);
	assert_int_equal(x25519_refused, 31);
}

static unsigned other_nonce;

static void
aead_case(const json_t *group, const json_t *test)
{
	struct fv_buf key = {0}, iv = {0}, aad = {0}, msg = {0}, sealed = {0};
	uint8_t out[1024];
	bool good;

	(void)vec_hex(test, "key", &key);
	(void)vec_hex(test, "iv", &iv);
	(void)vec_hex(test, "aad", &aad);
	(void)vec_hex(test, "msg", &msg);
	(void)vec_hex(test, "ct", &sealed);
	(void)vec_hex(test, "tag", &sealed);
	assert_true(sealed.len <= sizeof out);
	if (iv.len != FV_NONCE_BYTES) {
		/* Our nonces have one size by type; such a vector cannot even be offered. */
		assert_int_not_equal(vec_int(group, "ivSize"), 96);
		assert_false(is_valid(test));
		other_nonce++;
	} else {
		good = fv_aead_open(key.ptr, iv.ptr, fv_buf_span(&aad), fv_buf_span(&sealed),
			   out) == FV_OK;
		agree(test, good && (msg.len == 0 || memcmp(out, msg.ptr, msg.len) == 0));
		if (good) {
			fv_aead_seal(
			    key.ptr, iv.ptr, fv_buf_span(&aad), fv_buf_span(&msg), out);
			assert_memory_equal(out, sealed.ptr, sealed.len);
		}
	}
	fv_buf_clear(&key);
	fv_buf_clear(&iv);
	fv_buf_clear(&aad);
	fv_buf_clear(&msg);
	fv_buf_clear(&sealed);
}

static void
wycheproof_chacha20_poly1305_agrees(void **state)
{
	(void)state;
	other_nonce = 0;
	assert_int_equal(wycheproof("wycheproof/chacha20_poly1305_test.json", aead_case), 325);
	assert_int_equal(other_nonce, 9);
}

static void
ed25519_case(const json_t *group, const json_t *test)
{
	struct fv_buf msg = {0}, sig = {0};
	uint8_t pk[FV_KEY_BYTES];
	bool good;

	vec_fixed(vec_get(group, "publicKey"), "pk", pk, sizeof pk);
	(void)vec_hex(test, "msg", &msg);
	(void)vec_hex(test, "sig", &sig);
	good = sig.len == FV_SIG_BYTES &&
	    fv_ed25519_verify(pk, fv_buf_span(&msg), sig.ptr) == FV_OK;
	agree(test, good);
	fv_buf_clear(&msg);
	fv_buf_clear(&sig);
}

static void
wycheproof_ed25519_agrees(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("wycheproof/ed25519_test.json", ed25519_case), 151);
}

/* Frozen: a verifier that begins to take others would disagree with the second one. */
static void
exactly_the_43_known_cctv_edge_cases_are_accepted(void **state)
{
	static const unsigned accepted[] = {7, 29, 50, 117, 139, 161, 182, 249, 305, 411, 425,
	    438, 465, 473, 481, 489, 497, 511, 525, 538, 565, 573, 581, 589, 597, 611, 625,
	    638, 665, 673, 681, 689, 697, 711, 725, 738, 765, 773, 781, 789, 797, 832, 899};
	json_t *root = vec_load("cctv/ed25519vectors.json");
	size_t i, next = 0;
	json_t *entry;

	(void)state;
	assert_int_equal(json_array_size(root), 914);
	json_array_foreach(root, i, entry)
	{
		uint8_t pk[FV_KEY_BYTES], sig[FV_SIG_BYTES];
		unsigned number = (unsigned)vec_int(entry, "number");
		bool want =
		    next < sizeof accepted / sizeof accepted[0] && accepted[next] == number;

		vec_fixed(entry, "key", pk, sizeof pk);
		vec_fixed(entry, "sig", sig, sizeof sig);
		next += want;
		if ((fv_ed25519_verify(pk, fv_span_z(vec_str(entry, "msg")), sig) == FV_OK) !=
		    want)
			fail_msg("case %u", number);
	}
	assert_int_equal(next, 43);
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
	    cmocka_unit_test(sha256_gives_the_value_of_fips_180),
	    cmocka_unit_test(hmac_gives_the_value_of_rfc_4231),
	    cmocka_unit_test(hkdf_gives_the_values_of_rfc_5869),
	    cmocka_unit_test(hkdf_output_ends_at_255_blocks),
	    cmocka_unit_test(ed25519_signs_as_rfc_8032_test_2),
	    cmocka_unit_test(a_small_order_signing_key_is_refused),
	    cmocka_unit_test(x25519_gives_a_published_shared_secret),
	    cmocka_unit_test(a_low_order_x25519_key_is_refused),
	    cmocka_unit_test(a_changed_sealed_byte_does_not_open),
	    cmocka_unit_test(argon2id_depends_on_the_passphrase_and_keeps_its_limits),
	    cmocka_unit_test(secret_memory_is_given_and_taken_back),
	    cmocka_unit_test(wycheproof_hmac_agrees),
	    cmocka_unit_test(wycheproof_hkdf_agrees_and_over_long_output_is_refused),
	    cmocka_unit_test(wycheproof_x25519_agrees_and_31_zero_results_are_refused),
	    cmocka_unit_test(wycheproof_chacha20_poly1305_agrees),
	    cmocka_unit_test(wycheproof_ed25519_agrees),
	    cmocka_unit_test(exactly_the_43_known_cctv_edge_cases_are_accepted),
	};

	return cmocka_run_group_tests_name("crypto", tests, init, NULL);
}
