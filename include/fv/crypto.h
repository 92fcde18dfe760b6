/*
 * The primitives of libsodium that the formats use, under our own names, so that
 * sodium.h is seen in one place: SHA-256, HMAC, HKDF, Ed25519, X25519,
 * ChaCha20-Poly1305, secretstream, Argon2id, random bytes, wiping.
 *
 * Threads: call fv_crypto_init() once before any other; then no shared state.
 * Memory: none of ours, except where a line says so.
 */
#ifndef FV_CRYPTO_H
#define FV_CRYPTO_H

#include "fv/bytes.h"

#define FV_HASH_BYTES 32U
#define FV_KEY_BYTES 32U
#define FV_SEED_BYTES 32U
#define FV_SIG_BYTES 64U
#define FV_TAG_BYTES 16U
#define FV_NONCE_BYTES 12U
#define FV_HKDF_OUT_MAX 8160U /* 255 * 32, RFC 5869 2.3 */

/* A SHA-256 value. */
struct fv_hash {
	uint8_t b[FV_HASH_BYTES];
};

/* Make the primitives ready.  Errors: FV_EIO  no source of randomness. */
FV_EXPORT FV_NODISCARD enum fv_err fv_crypto_init(void);

/* Where random bytes come from; tests pass a fixed stream. */
struct fv_random {
	void (*fill)(uint8_t *out, size_t len, void *ctx);
	void *ctx;
};

/* The system's random bytes. */
FV_EXPORT struct fv_random fv_random_system(void);
/* `len` of its bytes to `out`; 0 asks it for none. */
FV_EXPORT void fv_random_fill(struct fv_random random, void *out, size_t len);

/* SHA-256 (FIPS 180-4) over one span, which may be empty. */
FV_EXPORT void fv_sha256(struct fv_span data, struct fv_hash *out);
/* The same over the concatenation of `count` spans; 0 is the hash of nothing. */
FV_EXPORT void fv_sha256_parts(const struct fv_span *parts, size_t count, struct fv_hash *out);

/* HMAC-SHA256 (RFC 2104) with a key of any length over the concatenation of `count` spans. */
FV_EXPORT void fv_hmac_sha256(
    struct fv_span key, const struct fv_span *parts, size_t count, uint8_t out[FV_HASH_BYTES]);

/* HKDF-SHA256 (RFC 5869), first step: a pseudorandom key out of `ikm`; salt may be empty. */
FV_EXPORT void fv_hkdf_extract(
    struct fv_span salt, struct fv_span ikm, uint8_t prk_out[FV_HASH_BYTES]);
/* Second step: `out_len` bytes for a use that `info` names.
 * Errors: FV_ERANGE  out_len over FV_HKDF_OUT_MAX */
FV_EXPORT FV_NODISCARD enum fv_err fv_hkdf_expand(
    struct fv_span prk, struct fv_span info, uint8_t *out, size_t out_len);
/* The same with the info given as the concatenation of `count` spans. */
FV_EXPORT FV_NODISCARD enum fv_err fv_hkdf_expand_parts(struct fv_span prk,
    const struct fv_span *info_parts, size_t count, uint8_t *out, size_t out_len);

/* Ed25519 (RFC 8032): the public key of a seed. */
FV_EXPORT void fv_ed25519_public(
    const uint8_t seed[FV_SEED_BYTES], uint8_t pk_out[FV_KEY_BYTES]);
/* The signature over a message by the key of a seed: the same each time. */
FV_EXPORT void fv_ed25519_sign(
    const uint8_t seed[FV_SEED_BYTES], struct fv_span message, uint8_t sig_out[FV_SIG_BYTES]);
/* FV_OK or FV_EAUTH.  Cofactorless; refuses small-order and non-canonical keys. */
FV_EXPORT FV_NODISCARD enum fv_err fv_ed25519_verify(
    const uint8_t pk[FV_KEY_BYTES], struct fv_span message, const uint8_t sig[FV_SIG_BYTES]);

/* X25519 (RFC 7748): the public key of a secret one. */
FV_EXPORT void fv_x25519_public(const uint8_t sk[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES]);
/* The secret shared with the holder of `pk`: wipe it after use.
 * Errors: FV_EAUTH  pk is of low order */
FV_EXPORT FV_NODISCARD enum fv_err fv_x25519(const uint8_t sk[FV_KEY_BYTES],
    const uint8_t pk[FV_KEY_BYTES], uint8_t shared_out[FV_KEY_BYTES]);

/* ChaCha20-Poly1305 (RFC 8439).  Writes plain.len + 16 bytes.  A nonce is used once a key. */
FV_EXPORT void fv_aead_seal(const uint8_t key[FV_KEY_BYTES],
    const uint8_t nonce[FV_NONCE_BYTES], struct fv_span aad, struct fv_span plain,
    uint8_t *sealed_out);
/* Writes sealed.len - 16 bytes.
 * Errors: FV_EAUTH  (they are zeroed), also when sealed is shorter than a tag */
FV_EXPORT FV_NODISCARD enum fv_err fv_aead_open(const uint8_t key[FV_KEY_BYTES],
    const uint8_t nonce[FV_NONCE_BYTES], struct fv_span aad, struct fv_span sealed,
    uint8_t *plain_out);

/*
 * A stream of sealed messages (libsodium's secretstream, XChaCha20-Poly1305): each is
 * bound to all before it, and the last one says that it is the last.
 */
#define FV_STREAM_HEADER_BYTES 24U
#define FV_STREAM_OVERHEAD_BYTES 17U /* a message's mark and tag */

/* Secret: wipe after use. */
struct fv_stream {
	uint8_t b[52];
};
/* Begin at either end.  `header` is random, new for every stream, and not secret. */
FV_EXPORT void fv_stream_begin(struct fv_stream *stream, const uint8_t key[FV_KEY_BYTES],
    const uint8_t header[FV_STREAM_HEADER_BYTES]);
/* Writes plain.len + FV_STREAM_OVERHEAD_BYTES bytes. */
FV_EXPORT void fv_stream_seal(
    struct fv_stream *stream, struct fv_span plain, bool is_last, uint8_t *sealed_out);
/* The next message; writes sealed.len - FV_STREAM_OVERHEAD_BYTES bytes.
 * Errors: FV_EAUTH  (also when it is too short; the stream stays where it was) */
FV_EXPORT FV_NODISCARD enum fv_err fv_stream_open(
    struct fv_stream *stream, struct fv_span sealed, uint8_t *plain_out, bool *is_last_out);

/*
 * Argon2id, one lane.  Slow and memory-hungry by design; memory is freed on return.
 * Errors: FV_ENOMEM  mem_bytes could not be had
 *         FV_ERANGE  ops below 1 or mem_bytes below 8 KiB
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_argon2id(struct fv_span passphrase,
    const uint8_t salt[16], uint32_t ops, size_t mem_bytes, uint8_t key_out[FV_KEY_BYTES]);

/* True when the `len` bytes are equal; takes the same time whatever they hold. */
FV_EXPORT FV_NODISCARD bool fv_ct_equal(const void *a, const void *b, size_t len);

/* Overwrite with zeros; never optimised away. */
FV_EXPORT void fv_wipe(void *ptr, size_t len);

/* Memory for secrets: guarded, locked where the system allows, wiped on free. NULL: none. */
FV_EXPORT FV_NODISCARD void *fv_secret_alloc(size_t len);
/* Wipe and release it.  NULL is fine. */
FV_EXPORT void fv_secret_free(void *ptr);

#endif
