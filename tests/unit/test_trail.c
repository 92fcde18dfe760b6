#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fv/signednote.h"
#include "fv/trail.h"

static const uint8_t dev[FV_DEV_BYTES] = {0x41, 0xf4, 0x5a, 0x10, 0x91, 0x64, 0x68, 0xb9, 0x9a,
    0x61, 0x81, 0xbe, 0x59, 0x7c, 0x8e, 0x40};
static const uint8_t seed_0[FV_SEED_BYTES] = {1}, seed_1[FV_SEED_BYTES] = {2};
static const uint8_t some_payload[] = {0xa1, 0x04, 0x01};

static void
from_hex(const char *hex, uint8_t *out, size_t len)
{
	assert_int_equal(fv_hex_decode(fv_span_z(hex), out, len), FV_OK);
}

static void
append(struct fv_trail *trail, uint32_t type, struct fv_span payload)
{
	static const uint8_t salt[FV_SALT_BYTES] = {5};
	struct fv_header header = {.type = type, .rtc_ms = 1, .boottime_ms = 1};
	struct fv_buf bytes = {0};
	struct fv_hash leaf;

	assert_int_equal(fv_trail_append(trail, &header, salt, payload, &bytes, &leaf), FV_OK);
	fv_buf_clear(&bytes);
}

static void
start(struct fv_trail *trail)
{
	uint8_t pk_0[FV_KEY_BYTES];

	assert_int_equal(fv_crypto_init(), FV_OK);
	fv_ed25519_public(seed_0, pk_0);
	fv_trail_init(trail, dev, pk_0);
	append(trail, FV_REC_BOOT, fv_span_of(some_payload, sizeof some_payload));
}

/* Append a SEAL that introduces seed_1's key and sign with `seed`. */
static void
seal(struct fv_trail *trail, const uint8_t *seed, uint64_t key_number, struct fv_buf *payload,
    uint8_t sig[FV_SIG_BYTES])
{
	const uint8_t a[FV_HASH_BYTES] = {0};
	uint8_t npk[FV_KEY_BYTES];

	fv_ed25519_public(seed_1, npk);
	fv_seal_payload_put(payload, npk, a, key_number);
	append(trail, FV_REC_SEAL, fv_buf_span(payload));
	assert_int_equal(fv_seal_sign(trail, seed, sig), FV_OK);
}

/* Values computed by an independent model from this seed and dev. */
static void
the_ratchet_gives_the_published_tag_aggregate_and_key(void **state)
{
	uint8_t mac_seed[FV_SEED_BYTES], want_a[FV_HASH_BYTES], want_k[FV_HASH_BYTES];
	const struct fv_span record = fv_span_z("record 0");
	struct fv_ratchet ratchet = {0};
	struct fv_hash leaf, want_leaf;

	(void)state;
	assert_int_equal(fv_crypto_init(), FV_OK);
	from_hex(
	    "ae6a9968c4aa2d306ecb5db63ea8b44f9f213900cb4f3f4b30ec958f8c3e08c3", mac_seed, 32);
	from_hex(
	    "157d451232e4cf1a193038ad04d1e9d080026168a33897d264e3a6beb0d67af2", want_a, 32);
	from_hex(
	    "19a21a0e0a3f7182c2097f2a482e13e59e1f4129110b14c93d977aa56ee327fe", want_k, 32);
	from_hex("ba3bfa838ac0f7c30917f315e10baa61d7164c24b98da4dbf030d75eb01ceac6",
	    want_leaf.b, 32);
	fv_record_leaf(NULL, record, &leaf);
	assert_memory_equal(leaf.b, want_leaf.b, 32);
	fv_ratchet_start(&ratchet, mac_seed, dev);
	fv_ratchet_step(&ratchet, &leaf);
	assert_memory_equal(ratchet.a, want_a, 32);
	assert_memory_equal(ratchet.k, want_k, 32);
	assert_int_equal(ratchet.n, 1);
}

static void
a_slot_survives_and_any_changed_byte_of_its_state_is_noticed(void **state)
{
	struct fv_ratchet in = {.gen = 3, .n = 17, .key_number = 2}, out;
	uint8_t slot[FV_SLOT_BYTES];

	(void)state;
	memset(in.seed, 1, sizeof in.seed);
	memset(in.k, 2, sizeof in.k);
	memset(in.a, 3, sizeof in.a);
	fv_slot_put(&in, slot);
	assert_int_equal(fv_slot_parse(slot, &out), FV_OK);
	assert_memory_equal(&in, &out, sizeof in);
	for (size_t i = 0; i < FV_SLOT_STATE_BYTES; i++) {
		slot[i] ^= 0x40;
		assert_int_equal(fv_slot_parse(slot, &out), FV_ECORRUPT);
		slot[i] ^= 0x40;
	}
}

static void
an_erased_slot_is_absent_not_damaged(void **state)
{
	uint8_t slot[FV_SLOT_BYTES] = {0};
	struct fv_ratchet out;

	(void)state;
	assert_int_equal(fv_slot_parse(slot, &out), FV_ENOENT);
}

static void
a_seal_by_the_introduced_key_is_taken(void **state)
{
	struct fv_buf payload = {0};
	uint8_t sig[FV_SIG_BYTES], pk_1[FV_KEY_BYTES];
	struct fv_trail trail;

	(void)state;
	start(&trail);
	seal(&trail, seed_0, 1, &payload, sig);
	assert_int_equal(fv_trail_take_seal(&trail, fv_buf_span(&payload), sig), FV_OK);
	assert_int_equal(trail.sealed_size, 2);
	assert_int_equal(trail.key_number, 1);
	fv_ed25519_public(seed_1, pk_1);
	assert_memory_equal(trail.seal_pk, pk_1, sizeof pk_1);
	fv_buf_clear(&payload);
}

static void
a_seal_by_a_newer_or_older_key_is_refused(void **state)
{
	struct fv_buf payload = {0};
	uint8_t sig[FV_SIG_BYTES];
	struct fv_trail trail;

	(void)state;
	start(&trail);
	seal(&trail, seed_1, 1, &payload, sig);
	assert_int_equal(fv_trail_take_seal(&trail, fv_buf_span(&payload), sig), FV_EAUTH);
	assert_int_equal(trail.sealed_size, 0);
	fv_buf_clear(&payload);
}

static void
a_seal_that_skips_a_key_number_is_refused(void **state)
{
	struct fv_buf payload = {0};
	uint8_t sig[FV_SIG_BYTES];
	struct fv_trail trail;

	(void)state;
	start(&trail);
	seal(&trail, seed_0, 2, &payload, sig);
	assert_int_equal(fv_trail_take_seal(&trail, fv_buf_span(&payload), sig), FV_ECONFLICT);
	fv_buf_clear(&payload);
}

static void
a_seal_does_not_cover_a_trail_with_an_edited_record(void **state)
{
	static const uint8_t edited[] = {0xa1, 0x04, 0x02};
	struct fv_buf payload = {0}, payload2 = {0};
	uint8_t sig[FV_SIG_BYTES], sig2[FV_SIG_BYTES], pk_0[FV_KEY_BYTES];
	struct fv_trail trail, forged;

	(void)state;
	start(&trail);
	seal(&trail, seed_0, 1, &payload, sig);
	fv_ed25519_public(seed_0, pk_0);
	fv_trail_init(&forged, dev, pk_0);
	append(&forged, FV_REC_BOOT, fv_span_of(edited, sizeof edited));
	seal(&forged, seed_1, 1, &payload2, sig2);
	assert_int_equal(fv_trail_take_seal(&forged, fv_buf_span(&payload2), sig), FV_EAUTH);
	fv_buf_clear(&payload);
	fv_buf_clear(&payload2);
}

static void
the_seal_text_is_a_checkpoint_under_the_devices_own_origin(void **state)
{
	struct fv_buf text = {0};
	struct fv_hash root = {{0}};
	const char *want = "fieldvisit/v1/dev/41f45a10916468b99a6181be597c8e40\n7\n"
			   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

	(void)state;
	fv_seal_text_put(&text, dev, 7, &root);
	assert_string_equal(fv_buf_z(&text), want);
	fv_buf_clear(&text);
}

static void
a_record_out_of_sequence_or_of_another_device_is_refused(void **state)
{
	struct fv_header header = {.type = FV_REC_GAP, .seq = 2};
	struct fv_trail trail;
	struct fv_hash leaf;

	(void)state;
	start(&trail);
	memcpy(header.dev, dev, sizeof dev);
	assert_int_equal(fv_trail_follow(&trail, &header, fv_span_z("x"), &leaf), FV_ESTATE);
	header.seq = 1;
	header.dev[0] ^= 1;
	assert_int_equal(fv_trail_follow(&trail, &header, fv_span_z("x"), &leaf), FV_ESTATE);
	assert_int_equal(trail.range.size, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_ratchet_gives_the_published_tag_aggregate_and_key),
	    cmocka_unit_test(a_slot_survives_and_any_changed_byte_of_its_state_is_noticed),
	    cmocka_unit_test(an_erased_slot_is_absent_not_damaged),
	    cmocka_unit_test(a_seal_by_the_introduced_key_is_taken),
	    cmocka_unit_test(a_seal_by_a_newer_or_older_key_is_refused),
	    cmocka_unit_test(a_seal_that_skips_a_key_number_is_refused),
	    cmocka_unit_test(a_seal_does_not_cover_a_trail_with_an_edited_record),
	    cmocka_unit_test(the_seal_text_is_a_checkpoint_under_the_devices_own_origin),
	    cmocka_unit_test(a_record_out_of_sequence_or_of_another_device_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
