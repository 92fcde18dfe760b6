#include "fv/crypto.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(FV_HASH_BYTES == crypto_hash_sha256_BYTES, "SHA-256 size");
_Static_assert(FV_SIG_BYTES == crypto_sign_BYTES, "Ed25519 signature size");
_Static_assert(FV_TAG_BYTES == crypto_aead_chacha20poly1305_ietf_ABYTES, "tag size");
_Static_assert(FV_NONCE_BYTES == crypto_aead_chacha20poly1305_ietf_NPUBBYTES, "nonce size");

enum fv_err
fv_crypto_init(void)
{
	return sodium_init() < 0 ? FV_EIO : FV_OK;
}

static void
fill_system(uint8_t *out, size_t len, void *ctx)
{
	(void)ctx;
	randombytes_buf(out, len);
}

struct fv_random
fv_random_system(void)
{
	struct fv_random random = {.fill = fill_system, .ctx = NULL};

	return random;
}

void
fv_random_fill(struct fv_random random, void *out, size_t len)
{
	if (len > 0)
		random.fill(out, len, random.ctx);
}

void
fv_sha256(struct fv_span data, struct fv_hash *out)
{
	fv_sha256_parts(&data, 1, out);
}

void
fv_sha256_parts(const struct fv_span *parts, size_t count, struct fv_hash *out)
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++)
		if (parts[i].len > 0)
			(void)crypto_hash_sha256_update(&state, parts[i].ptr, parts[i].len);
	(void)crypto_hash_sha256_final(&state, out->b);
	fv_wipe(&state, sizeof state);
}

static void
hmac_update(crypto_auth_hmacsha256_state *state, const struct fv_span *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (parts[i].len > 0)
			(void)crypto_auth_hmacsha256_update(state, parts[i].ptr, parts[i].len);
}

/* libsodium reads no byte of an empty key, but wants a pointer. */
static void
hmac_init(crypto_auth_hmacsha256_state *state, struct fv_span key)
{
	static const uint8_t none[1] = {0};

	(void)crypto_auth_hmacsha256_init(state, key.len > 0 ? key.ptr : none, key.len);
}

void
fv_hmac_sha256(
    struct fv_span key, const struct fv_span *parts, size_t count, uint8_t out[FV_HASH_BYTES])
{
	crypto_auth_hmacsha256_state state;

	hmac_init(&state, key);
	hmac_update(&state, parts, count);
	(void)crypto_auth_hmacsha256_final(&state, out);
	fv_wipe(&state, sizeof state);
}

/* libsodium 1.0.18 has no HKDF; RFC 5869 over its HMAC. */
void
fv_hkdf_extract(struct fv_span salt, struct fv_span ikm, uint8_t prk_out[FV_HASH_BYTES])
{
	fv_hmac_sha256(salt, &ikm, 1, prk_out);
}

enum fv_err
fv_hkdf_expand(struct fv_span prk, struct fv_span info, uint8_t *out, size_t out_len)
{
	return fv_hkdf_expand_parts(prk, &info, 1, out, out_len);
}

enum fv_err
fv_hkdf_expand_parts(struct fv_span prk, const struct fv_span *info_parts, size_t count,
    uint8_t *out, size_t out_len)
{
	crypto_auth_hmacsha256_state state;
	uint8_t block[FV_HASH_BYTES];
	size_t done = 0;

	if (out_len > FV_HKDF_OUT_MAX)
		return FV_ERANGE;
	for (uint8_t n = 1; done < out_len; n++) {
		size_t take = out_len - done < sizeof block ? out_len - done : sizeof block;

		hmac_init(&state, prk);
		if (n > 1)
			(void)crypto_auth_hmacsha256_update(&state, block, sizeof block);
		hmac_update(&state, info_parts, count);
		(void)crypto_auth_hmacsha256_update(&state, &n, 1);
		(void)crypto_auth_hmacsha256_final(&state, block);
		memcpy(out + done, block, take);
		done += take;
	}
	fv_wipe(block, sizeof block);
	fv_wipe(&state, sizeof state);
	return FV_OK;
}

void
fv_ed25519_public(const uint8_t seed[FV_SEED_BYTES], uint8_t pk_out[FV_KEY_BYTES])
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];

	(void)crypto_sign_seed_keypair(pk_out, sk, seed);
	fv_wipe(sk, sizeof sk);
}

void
fv_ed25519_sign(
    const uint8_t seed[FV_SEED_BYTES], struct fv_span message, uint8_t sig_out[FV_SIG_BYTES])
{
	uint8_t pk[FV_KEY_BYTES];
	uint8_t sk[crypto_sign_SECRETKEYBYTES];

	(void)crypto_sign_seed_keypair(pk, sk, seed);
	(void)crypto_sign_detached(sig_out, NULL, message.ptr, message.len, sk);
	fv_wipe(sk, sizeof sk);
}

enum fv_err
fv_ed25519_verify(
    const uint8_t pk[FV_KEY_BYTES], struct fv_span message, const uint8_t sig[FV_SIG_BYTES])
{
	if (crypto_sign_verify_detached(sig, message.ptr, message.len, pk) != 0)
		return FV_EAUTH;
	return FV_OK;
}

void
fv_x25519_public(const uint8_t sk[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES])
{
	(void)crypto_scalarmult_base(pk_out, sk);
}

enum fv_err
fv_x25519(const uint8_t sk[FV_KEY_BYTES], const uint8_t pk[FV_KEY_BYTES],
    uint8_t shared_out[FV_KEY_BYTES])
{
	if (crypto_scalarmult(shared_out, sk, pk) != 0) {
		fv_wipe(shared_out, FV_KEY_BYTES);
		return FV_EAUTH;
	}
	return FV_OK;
}

void
fv_aead_seal(const uint8_t key[FV_KEY_BYTES], const uint8_t nonce[FV_NONCE_BYTES],
    struct fv_span aad, struct fv_span plain, uint8_t *sealed_out)
{
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(
	    sealed_out, NULL, plain.ptr, plain.len, aad.ptr, aad.len, NULL, nonce, key);
}

enum fv_err
fv_aead_open(const uint8_t key[FV_KEY_BYTES], const uint8_t nonce[FV_NONCE_BYTES],
    struct fv_span aad, struct fv_span sealed, uint8_t *plain_out)
{
	uint8_t none[1];

	if (sealed.len < FV_TAG_BYTES)
		return FV_EAUTH;
	assert(plain_out != NULL || sealed.len == FV_TAG_BYTES);
	/* Without a place for the plaintext libsodium would check the tag only. */
	if (crypto_aead_chacha20poly1305_ietf_decrypt(plain_out == NULL ? none : plain_out,
		NULL, NULL, sealed.ptr, sealed.len, aad.ptr, aad.len, nonce, key) != 0) {
		fv_wipe(plain_out, sealed.len - FV_TAG_BYTES);
		return FV_EAUTH;
	}
	return FV_OK;
}

_Static_assert(sizeof(struct fv_stream) == sizeof(crypto_secretstream_xchacha20poly1305_state),
    "secretstream state size");
_Static_assert(
    FV_STREAM_HEADER_BYTES == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "its header");
_Static_assert(
    FV_STREAM_OVERHEAD_BYTES == crypto_secretstream_xchacha20poly1305_ABYTES, "its overhead");

void
fv_stream_begin(struct fv_stream *stream, const uint8_t key[FV_KEY_BYTES],
    const uint8_t header[FV_STREAM_HEADER_BYTES])
{
	crypto_secretstream_xchacha20poly1305_state state;

	/* Both ends make the same state of key and header; only "push" draws its own. */
	(void)crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key);
	memcpy(stream->b, &state, sizeof stream->b);
	fv_wipe(&state, sizeof state);
}

void
fv_stream_seal(
    struct fv_stream *stream, struct fv_span plain, bool is_last, uint8_t *sealed_out)
{
	crypto_secretstream_xchacha20poly1305_state state;

	memcpy(&state, stream->b, sizeof state);
	(void)crypto_secretstream_xchacha20poly1305_push(&state, sealed_out, NULL, plain.ptr,
	    plain.len, NULL, 0,
	    is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
		    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
	memcpy(stream->b, &state, sizeof stream->b);
	fv_wipe(&state, sizeof state);
}

enum fv_err
fv_stream_open(
    struct fv_stream *stream, struct fv_span sealed, uint8_t *plain_out, bool *is_last_out)
{
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t tag = 0;
	enum fv_err rc = FV_EAUTH;

	*is_last_out = false;
	memcpy(&state, stream->b, sizeof state);
	if (sealed.len >= FV_STREAM_OVERHEAD_BYTES &&
	    crypto_secretstream_xchacha20poly1305_pull(
		&state, plain_out, NULL, &tag, sealed.ptr, sealed.len, NULL, 0) == 0) {
		memcpy(stream->b, &state, sizeof stream->b);
		*is_last_out = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
		rc = FV_OK;
	}
	fv_wipe(&state, sizeof state);
	return rc;
}

enum fv_err
fv_argon2id(struct fv_span passphrase, const uint8_t salt[16], uint32_t ops, size_t mem_bytes,
    uint8_t key_out[FV_KEY_BYTES])
{
	_Static_assert(crypto_pwhash_SALTBYTES == 16, "Argon2id salt size");
	_Static_assert(crypto_pwhash_argon2id_MEMLIMIT_MIN == 8192U, "8 KiB at least");

	memset(key_out, 0, FV_KEY_BYTES);
	if (ops < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
	    mem_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
	    mem_bytes > crypto_pwhash_argon2id_MEMLIMIT_MAX ||
	    passphrase.len > crypto_pwhash_argon2id_PASSWD_MAX)
		return FV_ERANGE;
	if (crypto_pwhash(key_out, FV_KEY_BYTES,
		passphrase.len > 0 ? (const char *)passphrase.ptr : "", passphrase.len, salt,
		ops, mem_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return FV_ENOMEM;
	return FV_OK;
}

bool
fv_ct_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || sodium_memcmp(a, b, len) == 0;
}

void
fv_wipe(void *ptr, size_t len)
{
	if (ptr != NULL && len > 0)
		sodium_memzero(ptr, len);
}

void *
fv_secret_alloc(size_t len)
{
	return sodium_malloc(len);
}

void
fv_secret_free(void *ptr)
{
	sodium_free(ptr);
}
