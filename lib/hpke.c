#include "fv/hpke.h"

#include <assert.h>
#include <string.h>

#define PSK_MIN_BYTES 32U /* RFC 9180 9.5: a PSK has at least 32 bytes of entropy */
#define IKM_MIN_BYTES 32U /* RFC 9180 7.1.3: Nsk */

/* kem_id 0x0020, kdf_id 0x0001, aead_id 0x0003 (RFC 9180 section 7). */
static const uint8_t suite_kem[] = {'K', 'E', 'M', 0x00, 0x20};
static const uint8_t suite_hpke[] = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03};

static struct fv_span
kem_id(void)
{
	return fv_span_of(suite_kem, sizeof suite_kem);
}

static struct fv_span
hpke_id(void)
{
	return fv_span_of(suite_hpke, sizeof suite_hpke);
}

/* LabeledExtract (RFC 9180 section 4). */
static void
labeled_extract(struct fv_span suite, struct fv_span salt, const char *label,
    struct fv_span ikm, uint8_t prk_out[FV_HASH_BYTES])
{
	struct fv_span parts[4];

	parts[0] = fv_span_z("HPKE-v1");
	parts[1] = suite;
	parts[2] = fv_span_z(label);
	parts[3] = ikm;
	fv_hmac_sha256(salt, parts, 4, prk_out);
}

/* LabeledExpand (RFC 9180 section 4); `out` is filled whole. */
struct expand {
	struct fv_span suite;
	const uint8_t *prk;
	const char *label;
	struct fv_span info;
};

static enum fv_err
labeled_expand(const struct expand *in, uint8_t *out, size_t out_len)
{
	struct fv_span parts[5];
	uint8_t len_be[2];

	if (out_len > FV_HKDF_OUT_MAX)
		return FV_ERANGE;
	fv_store_u16be(len_be, (uint16_t)out_len);
	parts[0] = fv_span_of(len_be, sizeof len_be);
	parts[1] = fv_span_z("HPKE-v1");
	parts[2] = in->suite;
	parts[3] = fv_span_z(in->label);
	parts[4] = in->info;
	return fv_hkdf_expand_parts(
	    fv_span_of(in->prk, FV_HASH_BYTES), parts, 5, out, out_len);
}

/* The same for the fixed lengths of the key schedule, which cannot be too long. */
static void
expand_fixed(struct expand in, uint8_t *out, size_t out_len)
{
	enum fv_err rc = labeled_expand(&in, out, out_len);

	assert(rc == FV_OK);
	(void)rc;
}

void
fv_hpke_derive_keypair(
    struct fv_span ikm, uint8_t sk_out[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES])
{
	uint8_t prk[FV_HASH_BYTES];

	assert(ikm.len >= IKM_MIN_BYTES);
	labeled_extract(kem_id(), fv_span_of(NULL, 0), "dkp_prk", ikm, prk);
	expand_fixed((struct expand){.suite = kem_id(), .prk = prk, .label = "sk"}, sk_out,
	    FV_KEY_BYTES);
	fv_x25519_public(sk_out, pk_out);
	fv_wipe(prk, sizeof prk);
}

void
fv_hpke_keypair(
    struct fv_random random, uint8_t sk_out[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES])
{
	fv_random_fill(random, sk_out, FV_KEY_BYTES);
	fv_x25519_public(sk_out, pk_out);
}

/* What Encap and Decap have in common: the one or two Diffie-Hellman values and all keys. */
struct kem {
	uint8_t dh[2 * FV_KEY_BYTES];
	uint8_t context[3 * FV_KEY_BYTES]; /* enc || pk_r (|| pk_s) */
	bool auth;
};

/* ExtractAndExpand (RFC 9180 4.1). */
static void
shared_secret(const struct kem *kem, uint8_t secret_out[FV_HASH_BYTES])
{
	size_t dh_len = kem->auth ? 2 * FV_KEY_BYTES : FV_KEY_BYTES;
	size_t context_len = kem->auth ? 3 * FV_KEY_BYTES : 2 * FV_KEY_BYTES;
	uint8_t prk[FV_HASH_BYTES];

	labeled_extract(
	    kem_id(), fv_span_of(NULL, 0), "eae_prk", fv_span_of(kem->dh, dh_len), prk);
	expand_fixed((struct expand){.suite = kem_id(),
			 .prk = prk,
			 .label = "shared_secret",
			 .info = fv_span_of(kem->context, context_len)},
	    secret_out, FV_HASH_BYTES);
	fv_wipe(prk, sizeof prk);
}

/* VerifyPSKInputs (RFC 9180 5.1), and a sender's key exactly in the auth modes. */
static enum fv_err
check_params(const struct fv_hpke_params *params, bool has_sender_key)
{
	bool psk_mode = params->mode == FV_HPKE_PSK || params->mode == FV_HPKE_AUTH_PSK;
	bool auth_mode = params->mode == FV_HPKE_AUTH || params->mode == FV_HPKE_AUTH_PSK;

	if (params->mode != FV_HPKE_BASE && !psk_mode && !auth_mode)
		return FV_ERANGE;
	if (psk_mode && (params->psk.len < PSK_MIN_BYTES || params->psk_id.len == 0))
		return FV_ERANGE;
	if (!psk_mode && (params->psk.len > 0 || params->psk_id.len > 0))
		return FV_ERANGE;
	return has_sender_key == auth_mode ? FV_OK : FV_ERANGE;
}

/* KeySchedule (RFC 9180 5.1). */
static void
key_schedule(const struct fv_hpke_params *params, const uint8_t shared[FV_HASH_BYTES],
    struct fv_hpke_ctx *ctx_out)
{
	uint8_t context[1 + 2 * FV_HASH_BYTES], secret[FV_HASH_BYTES];
	struct expand in = {
	    .suite = hpke_id(), .prk = secret, .info = fv_span_of(context, sizeof context)};

	context[0] = (uint8_t)params->mode;
	labeled_extract(
	    hpke_id(), fv_span_of(NULL, 0), "psk_id_hash", params->psk_id, context + 1);
	labeled_extract(hpke_id(), fv_span_of(NULL, 0), "info_hash", params->info,
	    context + 1 + FV_HASH_BYTES);
	labeled_extract(
	    hpke_id(), fv_span_of(shared, FV_HASH_BYTES), "secret", params->psk, secret);
	in.label = "key";
	expand_fixed(in, ctx_out->key, sizeof ctx_out->key);
	in.label = "base_nonce";
	expand_fixed(in, ctx_out->base_nonce, sizeof ctx_out->base_nonce);
	in.label = "exp";
	expand_fixed(in, ctx_out->exporter, sizeof ctx_out->exporter);
	ctx_out->seq = 0;
	fv_wipe(secret, sizeof secret);
}

static void
finish_setup(
    const struct fv_hpke_params *params, const struct kem *kem, struct fv_hpke_ctx *ctx_out)
{
	uint8_t shared[FV_HASH_BYTES];

	shared_secret(kem, shared);
	key_schedule(params, shared, ctx_out);
	fv_wipe(shared, sizeof shared);
}

enum fv_err
fv_hpke_setup_sender(const struct fv_hpke_params *params, const uint8_t pk_r[FV_KEY_BYTES],
    const uint8_t *sk_s, struct fv_random random, uint8_t enc_out[FV_HPKE_ENC_BYTES],
    struct fv_hpke_ctx *ctx_out)
{
	struct kem kem = {.auth = sk_s != NULL};
	uint8_t sk_e[FV_KEY_BYTES];
	enum fv_err rc;

	memset(enc_out, 0, FV_HPKE_ENC_BYTES);
	memset(ctx_out, 0, sizeof *ctx_out);
	if ((rc = check_params(params, sk_s != NULL)) != FV_OK)
		return rc;
	fv_hpke_keypair(random, sk_e, kem.context);
	memcpy(kem.context + FV_KEY_BYTES, pk_r, FV_KEY_BYTES);
	if ((rc = fv_x25519(sk_e, pk_r, kem.dh)) != FV_OK)
		goto cleanup;
	if (kem.auth) {
		fv_x25519_public(sk_s, kem.context + 2 * FV_KEY_BYTES);
		if ((rc = fv_x25519(sk_s, pk_r, kem.dh + FV_KEY_BYTES)) != FV_OK)
			goto cleanup;
	}
	finish_setup(params, &kem, ctx_out);
	memcpy(enc_out, kem.context, FV_HPKE_ENC_BYTES);
cleanup:
	fv_wipe(sk_e, sizeof sk_e);
	fv_wipe(&kem, sizeof kem);
	return rc;
}

enum fv_err
fv_hpke_setup_receiver(const struct fv_hpke_params *params,
    const uint8_t enc[FV_HPKE_ENC_BYTES], const uint8_t sk_r[FV_KEY_BYTES],
    const uint8_t *pk_s, struct fv_hpke_ctx *ctx_out)
{
	struct kem kem = {.auth = pk_s != NULL};
	enum fv_err rc;

	memset(ctx_out, 0, sizeof *ctx_out);
	if ((rc = check_params(params, pk_s != NULL)) != FV_OK)
		return rc;
	memcpy(kem.context, enc, FV_KEY_BYTES);
	if (params->pk_r != NULL)
		memcpy(kem.context + FV_KEY_BYTES, params->pk_r, FV_KEY_BYTES);
	else
		fv_x25519_public(sk_r, kem.context + FV_KEY_BYTES);
	if ((rc = fv_x25519(sk_r, enc, kem.dh)) != FV_OK)
		goto cleanup;
	if (kem.auth) {
		memcpy(kem.context + 2 * FV_KEY_BYTES, pk_s, FV_KEY_BYTES);
		if ((rc = fv_x25519(sk_r, pk_s, kem.dh + FV_KEY_BYTES)) != FV_OK)
			goto cleanup;
	}
	finish_setup(params, &kem, ctx_out);
cleanup:
	fv_wipe(&kem, sizeof kem);
	return rc;
}

/* ComputeNonce (RFC 9180 5.2): the sequence number over the end of the base nonce. */
static void
nonce_of(const struct fv_hpke_ctx *ctx, uint8_t nonce_out[FV_NONCE_BYTES])
{
	uint8_t seq_be[8];

	fv_store_u64be(seq_be, ctx->seq);
	memcpy(nonce_out, ctx->base_nonce, FV_NONCE_BYTES);
	for (size_t i = 0; i < sizeof seq_be; i++)
		nonce_out[FV_NONCE_BYTES - sizeof seq_be + i] ^= seq_be[i];
}

enum fv_err
fv_hpke_seal(
    struct fv_hpke_ctx *ctx, struct fv_span aad, struct fv_span plain, uint8_t *sealed_out)
{
	uint8_t nonce[FV_NONCE_BYTES];

	if (ctx->seq == UINT64_MAX)
		return FV_ERANGE;
	nonce_of(ctx, nonce);
	fv_aead_seal(ctx->key, nonce, aad, plain, sealed_out);
	ctx->seq++;
	return FV_OK;
}

enum fv_err
fv_hpke_open(
    struct fv_hpke_ctx *ctx, struct fv_span aad, struct fv_span sealed, uint8_t *plain_out)
{
	uint8_t nonce[FV_NONCE_BYTES];
	enum fv_err rc;

	if (ctx->seq == UINT64_MAX)
		return FV_ERANGE;
	nonce_of(ctx, nonce);
	if ((rc = fv_aead_open(ctx->key, nonce, aad, sealed, plain_out)) == FV_OK)
		ctx->seq++;
	return rc;
}

enum fv_err
fv_hpke_export(
    const struct fv_hpke_ctx *ctx, struct fv_span context, uint8_t *out, size_t out_len)
{
	struct expand in = {
	    .suite = hpke_id(), .prk = ctx->exporter, .label = "sec", .info = context};

	return labeled_expand(&in, out, out_len);
}

void
fv_hpke_clear(struct fv_hpke_ctx *ctx)
{
	fv_wipe(ctx, sizeof *ctx);
}
