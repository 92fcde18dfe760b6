#include "tests/support/shake128.h"
#include "tests/support/vectors.h"

#include <string.h>

#include "fv/hpke.h"

static void
key_of(const char *hex, uint8_t key_out[32])
{
	assert_int_equal(fv_hex_decode(fv_span_z(hex), key_out, 32), FV_OK);
}

/* RFC 9180 A.2.1, base mode. */
#define INFO "Ode on a Grecian Urn"
#define SK_R "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"
#define PK_R "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"
#define SK_E "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600"
#define ENC "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"

static void
shake128_of_nothing_is_the_published_value(void **state)
{
	struct shake128 sponge = {0};
	uint8_t out[32];

	(void)state;
	shake128_squeeze(&sponge, out, sizeof out);
	vec_assert_hex(
	    out, 32, "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
}

static void
base_mode_gives_the_first_message_of_rfc_9180_a_2_1(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE, .info = fv_span_z(INFO)};
	uint8_t sk_e[32], sk_r[32], pk_r[32], enc[32], sealed[29 + 16], plain[29];
	struct vec_stream stream = {.bytes = fv_span_of(sk_e, 32)};
	struct fv_random random = {.fill = vec_stream_fill, .ctx = &stream};
	struct fv_hpke_ctx sender, receiver;

	(void)state;
	key_of(SK_E, sk_e);
	key_of(SK_R, sk_r);
	key_of(PK_R, pk_r);
	assert_int_equal(
	    fv_hpke_setup_sender(&params, pk_r, NULL, random, enc, &sender), FV_OK);
	vec_assert_hex(enc, 32, ENC);
	assert_int_equal(fv_hpke_seal(&sender, fv_span_z("Count-0"),
			     fv_span_z("Beauty is truth, truth beauty"), sealed),
	    FV_OK);
	vec_assert_hex(sealed, sizeof sealed,
	    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
	    "21993c62ce81883d2dd1b51a28");
	assert_int_equal(fv_hpke_setup_receiver(&params, enc, sk_r, NULL, &receiver), FV_OK);
	assert_int_equal(fv_hpke_open(&receiver, fv_span_z("Count-0"),
			     fv_span_of(sealed, sizeof sealed), plain),
	    FV_OK);
	assert_memory_equal(plain, "Beauty is truth, truth beauty", 29);
	fv_hpke_clear(&sender);
	assert_int_equal(sender.key[0] | sender.exporter[0], 0);
	fv_hpke_clear(&receiver);
}

/* A sender and receiver of one mode, keys from the system. */
struct pair {
	uint8_t sk_r[32], pk_r[32], sk_s[32], pk_s[32], enc[32];
	struct fv_hpke_ctx sender, receiver;
};

static enum fv_err
set_up(struct pair *p, const struct fv_hpke_params *params)
{
	bool auth = params->mode == FV_HPKE_AUTH || params->mode == FV_HPKE_AUTH_PSK;
	struct fv_random random = fv_random_system();
	enum fv_err rc;

	fv_hpke_keypair(random, p->sk_r, p->pk_r);
	fv_hpke_keypair(random, p->sk_s, p->pk_s);
	rc = fv_hpke_setup_sender(
	    params, p->pk_r, auth ? p->sk_s : NULL, random, p->enc, &p->sender);
	if (rc != FV_OK)
		return rc;
	return fv_hpke_setup_receiver(
	    params, p->enc, p->sk_r, auth ? p->pk_s : NULL, &p->receiver);
}

static void
a_refused_message_does_not_move_the_sequence(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_AUTH, .info = fv_span_z("i")};
	uint8_t sealed[2][4 + 16], plain[4];
	struct pair p;

	(void)state;
	assert_int_equal(set_up(&p, &params), FV_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    fv_hpke_seal(&p.sender, fv_span_z("a"), fv_span_z("four"), sealed[i]),
		    FV_OK);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z("a"), fv_span_of(sealed[1], 20), plain),
	    FV_EAUTH);
	assert_true(p.receiver.seq == 0);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z("a"), fv_span_of(sealed[0], 20), plain),
	    FV_OK);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z("a"), fv_span_of(sealed[0], 20), plain),
	    FV_EAUTH);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z("b"), fv_span_of(sealed[1], 20), plain),
	    FV_EAUTH);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z("a"), fv_span_of(sealed[1], 20), plain),
	    FV_OK);
}

static void
another_sender_in_auth_mode_does_not_open(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_AUTH, .info = fv_span_z("i")};
	uint8_t sealed[16], plain[1];
	struct fv_hpke_ctx other;
	struct pair p;

	(void)state;
	assert_int_equal(set_up(&p, &params), FV_OK);
	assert_int_equal(fv_hpke_seal(&p.sender, fv_span_z(""), fv_span_z(""), sealed), FV_OK);
	assert_int_equal(
	    fv_hpke_setup_receiver(&params, p.enc, p.sk_r, p.pk_r, &other), FV_OK);
	assert_int_equal(
	    fv_hpke_open(&other, fv_span_z(""), fv_span_of(sealed, 16), plain), FV_EAUTH);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z(""), fv_span_of(sealed, 16), plain), FV_OK);
}

static void
a_receiver_told_his_own_public_key_opens_and_told_another_does_not(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_AUTH, .info = fv_span_z("i")};
	struct fv_hpke_ctx told;
	uint8_t sealed[4 + 16], plain[4];
	struct pair p;

	(void)state;
	assert_int_equal(set_up(&p, &params), FV_OK);
	assert_int_equal(
	    fv_hpke_seal(&p.sender, fv_span_z("a"), fv_span_z("text"), sealed), FV_OK);
	params.pk_r = p.pk_s;
	assert_int_equal(fv_hpke_setup_receiver(&params, p.enc, p.sk_r, p.pk_s, &told), FV_OK);
	assert_int_equal(
	    fv_hpke_open(&told, fv_span_z("a"), fv_span_of(sealed, sizeof sealed), plain),
	    FV_EAUTH);
	params.pk_r = p.pk_r;
	assert_int_equal(fv_hpke_setup_receiver(&params, p.enc, p.sk_r, p.pk_s, &told), FV_OK);
	assert_int_equal(
	    fv_hpke_open(&told, fv_span_z("a"), fv_span_of(sealed, sizeof sealed), plain),
	    FV_OK);
}

static void
a_low_order_key_makes_no_context(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE};
	uint8_t zero[32] = {0}, sk[32] = {8}, enc[32];
	struct fv_hpke_ctx ctx, none = {0};

	(void)state;
	assert_int_equal(
	    fv_hpke_setup_sender(&params, zero, NULL, fv_random_system(), enc, &ctx),
	    FV_EAUTH);
	assert_memory_equal(&ctx, &none, sizeof ctx);
	assert_memory_equal(enc, zero, 32);
	assert_int_equal(fv_hpke_setup_receiver(&params, zero, sk, NULL, &ctx), FV_EAUTH);
	params.mode = FV_HPKE_AUTH;
	fv_x25519_public(sk, enc);
	assert_int_equal(fv_hpke_setup_receiver(&params, enc, sk, zero, &ctx), FV_EAUTH);
	assert_memory_equal(&ctx, &none, sizeof ctx);
}

static void
a_psk_must_fit_the_mode(void **state)
{
	uint8_t psk[32] = {1};
	struct fv_hpke_params params = {
	    .mode = FV_HPKE_PSK, .psk = fv_span_of(psk, 32), .psk_id = fv_span_z("ticket")};
	struct pair p;

	(void)state;
	assert_int_equal(set_up(&p, &params), FV_OK);
	params.psk.len = 31;
	assert_int_equal(set_up(&p, &params), FV_ERANGE);
	params.psk.len = 32;
	params.psk_id.len = 0;
	assert_int_equal(set_up(&p, &params), FV_ERANGE);
	params.mode = FV_HPKE_BASE;
	assert_int_equal(set_up(&p, &params), FV_ERANGE);
	params.psk.len = 0;
	assert_int_equal(set_up(&p, &params), FV_OK);
	params.mode = (enum fv_hpke_mode)4;
	assert_int_equal(set_up(&p, &params), FV_ERANGE);
}

static void
a_sender_key_must_fit_the_mode(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_AUTH};
	struct fv_random random = fv_random_system();
	struct fv_hpke_ctx ctx;
	uint8_t sk[32], pk[32], enc[32];

	(void)state;
	fv_hpke_keypair(random, sk, pk);
	assert_int_equal(
	    fv_hpke_setup_sender(&params, pk, NULL, random, enc, &ctx), FV_ERANGE);
	assert_int_equal(fv_hpke_setup_receiver(&params, pk, sk, NULL, &ctx), FV_ERANGE);
	params.mode = FV_HPKE_BASE;
	assert_int_equal(fv_hpke_setup_sender(&params, pk, sk, random, enc, &ctx), FV_ERANGE);
}

static void
a_used_up_sequence_seals_nothing(void **state)
{
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE};
	uint8_t sealed[16], plain[1], out[1];
	struct pair p;

	(void)state;
	assert_int_equal(set_up(&p, &params), FV_OK);
	p.sender.seq = p.receiver.seq = UINT64_MAX - 1;
	assert_int_equal(fv_hpke_seal(&p.sender, fv_span_z(""), fv_span_z(""), sealed), FV_OK);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z(""), fv_span_of(sealed, 16), plain), FV_OK);
	assert_int_equal(
	    fv_hpke_seal(&p.sender, fv_span_z(""), fv_span_z(""), sealed), FV_ERANGE);
	assert_int_equal(
	    fv_hpke_open(&p.receiver, fv_span_z(""), fv_span_of(sealed, 16), plain),
	    FV_ERANGE);
	assert_int_equal(
	    fv_hpke_export(&p.sender, fv_span_z(""), out, FV_HKDF_OUT_MAX + 1), FV_ERANGE);
}

/* Contexts of both sides from a published entry. */
static void
set_up_vector(const json_t *entry, const uint8_t sk_e[32], struct pair *p)
{
	struct fv_buf info = {0}, psk = {0}, psk_id = {0};
	struct fv_hpke_params params = {.mode = (enum fv_hpke_mode)vec_int(entry, "mode"),
	    .info = vec_hex(entry, "info", &info),
	    .psk = vec_hex(entry, "psk", &psk),
	    .psk_id = vec_hex(entry, "psk_id", &psk_id)};
	bool auth = params.mode == FV_HPKE_AUTH || params.mode == FV_HPKE_AUTH_PSK;
	struct vec_stream stream = {.bytes = fv_span_of(sk_e, 32)};
	struct fv_random random = {.fill = vec_stream_fill, .ctx = &stream};

	vec_fixed(entry, "skRm", p->sk_r, 32);
	vec_fixed(entry, "pkRm", p->pk_r, 32);
	if (auth) {
		vec_fixed(entry, "skSm", p->sk_s, 32);
		vec_fixed(entry, "pkSm", p->pk_s, 32);
	}
	assert_int_equal(fv_hpke_setup_sender(&params, p->pk_r, auth ? p->sk_s : NULL, random,
			     p->enc, &p->sender),
	    FV_OK);
	assert_int_equal(fv_hpke_setup_receiver(
			     &params, p->enc, p->sk_r, auth ? p->pk_s : NULL, &p->receiver),
	    FV_OK);
	assert_memory_equal(&p->sender, &p->receiver, sizeof p->sender);
	vec_assert_hex(p->enc, 32, vec_str(entry, "enc"));
	fv_buf_clear(&info);
	fv_buf_clear(&psk);
	fv_buf_clear(&psk_id);
}

static void
check_derived(const json_t *entry, const char *ikm_name, const char *sk_name)
{
	struct fv_buf ikm = {0};
	uint8_t sk[32], pk[32];

	if (json_object_get(entry, ikm_name) == NULL)
		return;
	fv_hpke_derive_keypair(vec_hex(entry, ikm_name, &ikm), sk, pk);
	vec_assert_hex(sk, 32, vec_str(entry, sk_name));
	fv_buf_clear(&ikm);
}

static void
check_encryption(struct pair *p, const json_t *entry)
{
	struct fv_buf pt = {0}, aad = {0};
	uint8_t sealed[256], plain[256];

	(void)vec_hex(entry, "pt", &pt);
	(void)vec_hex(entry, "aad", &aad);
	assert_true(pt.len + FV_TAG_BYTES <= sizeof sealed);
	p->sender.seq = p->receiver.seq = vec_uint(entry, "seq");
	assert_int_equal(
	    fv_hpke_seal(&p->sender, fv_buf_span(&aad), fv_buf_span(&pt), sealed), FV_OK);
	vec_assert_hex(sealed, pt.len + FV_TAG_BYTES, vec_str(entry, "ct"));
	assert_int_equal(fv_hpke_open(&p->receiver, fv_buf_span(&aad),
			     fv_span_of(sealed, pt.len + FV_TAG_BYTES), plain),
	    FV_OK);
	assert_memory_equal(plain, pt.ptr, pt.len);
	fv_buf_clear(&pt);
	fv_buf_clear(&aad);
}

static void
the_four_modes_of_rfc_9180_a_2_agree(void **state)
{
	json_t *root = vec_load("hpke/rfc9180-x25519-sha256-chacha20poly1305.json");
	json_t *entry, *each;
	size_t i, k;

	(void)state;
	assert_int_equal(json_array_size(root), 4);
	json_array_foreach(root, i, entry)
	{
		uint8_t sk_e[32], out[64];
		struct pair p = {0};

		check_derived(entry, "ikmE", "skEm");
		check_derived(entry, "ikmR", "skRm");
		check_derived(entry, "ikmS", "skSm");
		vec_fixed(entry, "skEm", sk_e, 32);
		set_up_vector(entry, sk_e, &p);
		vec_assert_hex(p.sender.key, 32, vec_str(entry, "key"));
		vec_assert_hex(p.sender.base_nonce, 12, vec_str(entry, "base_nonce"));
		vec_assert_hex(p.sender.exporter, 32, vec_str(entry, "exporter_secret"));
		json_array_foreach(vec_get(entry, "encryptions"), k, each)
		    check_encryption(&p, each);
		assert_int_equal(k, 6);
		json_array_foreach(vec_get(entry, "exports"), k, each)
		{
			struct fv_buf context = {0};
			size_t len = (size_t)vec_int(each, "L");

			assert_true(len <= sizeof out);
			assert_int_equal(
			    fv_hpke_export(&p.receiver,
				vec_hex(each, "exporter_context", &context), out, len),
			    FV_OK);
			vec_assert_hex(out, len, vec_str(each, "exported_value"));
			fv_buf_clear(&context);
		}
		assert_int_equal(k, 3);
	}
	json_decref(root);
}

/* A length byte and that many bytes from the stream. */
static struct fv_span
draw(struct shake128 *source, uint8_t out[255])
{
	uint8_t len;

	shake128_squeeze(source, &len, 1);
	shake128_squeeze(source, out, len);
	return fv_span_of(out, len);
}

static void
a_thousand_seals_and_exports_sum_to_the_published_values(void **state)
{
	json_t *root = vec_load("hpke/filosottile-rfc9180-accumulated.json");
	json_t *entry;
	size_t i, used = 0;

	(void)state;
	json_array_foreach(root, i, entry)
	{
		struct shake128 source = {0}, sink = {0}, source2 = {0}, sink2 = {0};
		uint8_t sk_e[32], pk_e[32], a[255], b[255], out[1024];
		struct fv_buf ikm = {0};
		struct pair p = {0};

		if (vec_int(entry, "aead_id") != 3)
			continue;
		fv_hpke_derive_keypair(vec_hex(entry, "ikmE", &ikm), sk_e, pk_e);
		set_up_vector(entry, sk_e, &p);
		for (size_t n = 0; n < 1000; n++) {
			struct fv_span aad = draw(&source, a), plain = draw(&source, b);

			assert_int_equal(fv_hpke_seal(&p.sender, aad, plain, out), FV_OK);
			shake128_absorb(&sink, out, plain.len + FV_TAG_BYTES);
		}
		shake128_squeeze(&sink, out, 16);
		vec_assert_hex(out, 16, vec_str(entry, "encryptions_accumulated"));
		for (size_t len = 0; len < 1000; len++) {
			assert_int_equal(
			    fv_hpke_export(&p.receiver, draw(&source2, a), out, len), FV_OK);
			shake128_absorb(&sink2, out, len);
		}
		shake128_squeeze(&sink2, out, 16);
		vec_assert_hex(out, 16, vec_str(entry, "exports_accumulated"));
		fv_buf_clear(&ikm);
		used++;
	}
	assert_int_equal(used, 1);
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
	    cmocka_unit_test(shake128_of_nothing_is_the_published_value),
	    cmocka_unit_test(base_mode_gives_the_first_message_of_rfc_9180_a_2_1),
	    cmocka_unit_test(a_refused_message_does_not_move_the_sequence),
	    cmocka_unit_test(another_sender_in_auth_mode_does_not_open),
	    cmocka_unit_test(
		a_receiver_told_his_own_public_key_opens_and_told_another_does_not),
	    cmocka_unit_test(a_low_order_key_makes_no_context),
	    cmocka_unit_test(a_psk_must_fit_the_mode),
	    cmocka_unit_test(a_sender_key_must_fit_the_mode),
	    cmocka_unit_test(a_used_up_sequence_seals_nothing),
	    cmocka_unit_test(the_four_modes_of_rfc_9180_a_2_agree),
	    cmocka_unit_test(a_thousand_seals_and_exports_sum_to_the_published_values),
	};

	return cmocka_run_group_tests_name("hpke", tests, init, NULL);
}
