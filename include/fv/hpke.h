/*
 * HPKE (RFC 9180), one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * ChaCha20-Poly1305; base, PSK and auth mode (auth-PSK is there for the vectors).
 *
 * Threads: a context belongs to one thread.  Memory: none; contexts hold secrets,
 * wipe them with fv_hpke_clear().
 */
#ifndef FV_HPKE_H
#define FV_HPKE_H

#include "fv/crypto.h"

#define FV_HPKE_ENC_BYTES 32U

enum fv_hpke_mode {
	FV_HPKE_BASE = 0,
	FV_HPKE_PSK = 1,
	FV_HPKE_AUTH = 2,
	FV_HPKE_AUTH_PSK = 3,
};

/* What both sides agree on beside the keys; unused members are empty. */
struct fv_hpke_params {
	enum fv_hpke_mode mode;
	struct fv_span info;
	struct fv_span psk;    /* PSK modes: at least 32 bytes */
	struct fv_span psk_id; /* PSK modes: not empty */
	const uint8_t *pk_r;   /* receiver: its own public key; NULL: worked out from sk_r */
};

struct fv_hpke_ctx {
	uint8_t key[FV_KEY_BYTES];
	uint8_t base_nonce[FV_NONCE_BYTES];
	uint8_t exporter[FV_HASH_BYTES];
	uint64_t seq; /* of the next message */
};

/* DeriveKeyPair (RFC 9180 7.1.3).  `ikm` has at least 32 bytes. */
FV_EXPORT void fv_hpke_derive_keypair(
    struct fv_span ikm, uint8_t sk_out[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES]);

/* A fresh key pair. */
FV_EXPORT void fv_hpke_keypair(
    struct fv_random random, uint8_t sk_out[FV_KEY_BYTES], uint8_t pk_out[FV_KEY_BYTES]);

/*
 * Sender's side.  sk_s: the sender's key in the auth modes, else NULL.
 * Errors: FV_EAUTH   pk_r is of low order
 *         FV_ERANGE  psk or psk_id does not fit the mode
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_hpke_setup_sender(const struct fv_hpke_params *params,
    const uint8_t pk_r[FV_KEY_BYTES], const uint8_t *sk_s, struct fv_random random,
    uint8_t enc_out[FV_HPKE_ENC_BYTES], struct fv_hpke_ctx *ctx_out);

/* Receiver's side.  pk_s: the sender's public key in the auth modes, else NULL.  Errors alike.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_hpke_setup_receiver(const struct fv_hpke_params *params,
    const uint8_t enc[FV_HPKE_ENC_BYTES], const uint8_t sk_r[FV_KEY_BYTES],
    const uint8_t *pk_s, struct fv_hpke_ctx *ctx_out);

/* Seal the next message: writes plain.len + 16 bytes.
 * Errors: FV_ERANGE  the sequence is used up */
FV_EXPORT FV_NODISCARD enum fv_err fv_hpke_seal(
    struct fv_hpke_ctx *ctx, struct fv_span aad, struct fv_span plain, uint8_t *sealed_out);
/*
 * Open the next: writes sealed.len - 16 bytes.  The sequence moves only when it opens.
 * Errors: FV_EAUTH  it is not that message;  FV_ERANGE  the sequence is used up
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_hpke_open(
    struct fv_hpke_ctx *ctx, struct fv_span aad, struct fv_span sealed, uint8_t *plain_out);

/* Export a secret (RFC 9180 5.3).  Errors: FV_ERANGE  out_len over FV_HKDF_OUT_MAX. */
FV_EXPORT FV_NODISCARD enum fv_err fv_hpke_export(
    const struct fv_hpke_ctx *ctx, struct fv_span context, uint8_t *out, size_t out_len);

/* Wipe. */
FV_EXPORT void fv_hpke_clear(struct fv_hpke_ctx *ctx);

#endif
