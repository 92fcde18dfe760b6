/*
 * The key file of a person: a supervisor's signing and reading keys, an auditor's or the
 * recovery reading key, the secret half under a passphrase.  Text:
 *
 *   fieldvisit-key/v1
 *   kind supervisor | auditor | recovery
 *   agency <agency>
 *   id <id>
 *   vkey <vkey>                          supervisors only
 *   box <base64 X25519 public key>
 *   secret argon2id <ops> <bytes of memory> <base64 salt16> <base64 ciphertext>
 *
 * The ciphertext is ChaCha20-Poly1305 (nonce 0^12, the key is used once) of the signing
 * seed (supervisors only) and the X25519 secret key, aad = all lines before `secret` and
 * that line up to the last space.  The public file is the same without the last line.
 *
 * Threads: no shared state.  Memory: Argon2id takes the bytes that the file names.
 */
#ifndef FV_KEYFILE_H
#define FV_KEYFILE_H

#include "fv/roster.h"

#define FV_KEYFILE_OPS 3U
#define FV_KEYFILE_MEM_BYTES (UINT64_C(64) << 20)
#define FV_KEYFILE_OPS_MAX 16U                 /* a file that asks for more is refused */
#define FV_KEYFILE_MEM_MAX (UINT64_C(1) << 30) /* likewise */
#define FV_KEYFILE_BYTES_MAX 4096U

enum fv_key_kind {
	FV_KEY_SUPERVISOR = 1,
	FV_KEY_AUDITOR = 2,
	FV_KEY_RECOVERY = 3,
};

/* "supervisor", "auditor", "recovery"; NULL for another number. */
FV_EXPORT const char *fv_key_kind_name(enum fv_key_kind kind);

/* The readable half. */
struct fv_key_public {
	enum fv_key_kind kind;
	char agency[FV_ID_BYTES];
	char id[FV_ID_BYTES];
	uint8_t sign_pk[FV_KEY_BYTES]; /* supervisors only, else zero */
	uint8_t box_pk[FV_KEY_BYTES];
};

/* The secret half: keep it in fv_secret_alloc() memory. */
struct fv_key_secret {
	uint8_t sign_seed[FV_SEED_BYTES]; /* supervisors only, else zero */
	uint8_t box_sk[FV_KEY_BYTES];
};

/* How dear a guess of the passphrase is. */
struct fv_key_cost {
	uint32_t ops;       /* 1..FV_KEYFILE_OPS_MAX */
	uint64_t mem_bytes; /* 8 KiB..FV_KEYFILE_MEM_MAX */
};

/* Make fresh keys; kind, agency and id of *public_io are the caller's. */
FV_EXPORT void fv_key_make(struct fv_random random, struct fv_key_public *public_io,
    struct fv_key_secret *secret_out);

/* Append the public file. */
FV_EXPORT void fv_keyfile_put_public(struct fv_buf *out, const struct fv_key_public *key);

/* What to write, and under which passphrase.  Borrows all. */
struct fv_keyfile_seal {
	const struct fv_key_public *key;
	const struct fv_key_secret *secret;
	struct fv_span passphrase;
	struct fv_key_cost cost;
	struct fv_random random; /* for the salt */
};
/*
 * Append the whole file.  Slow by design.
 * Errors: FV_ERANGE  cost out of range, empty passphrase;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_keyfile_put(
    struct fv_buf *out, const struct fv_keyfile_seal *seal);

/*
 * Read the public half of a key file or of a public file.
 * *has_secret_out (may be NULL) tells which it is.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ETOOBIG, FV_EVERSION, FV_ENOMEM; *fault_out (may be
 *         NULL) says where
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_keyfile_parse_public(struct fv_span file,
    struct fv_key_public *out, bool *has_secret_out, struct fv_fault *fault_out);

/*
 * Open the secret half, and check that it belongs to the public one.  Slow by design.
 * Errors: as above;  FV_ENOENT  it is a public file
 *         FV_EAUTH   wrong passphrase or altered file (*secret_out is zero)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_keyfile_open(struct fv_span file,
    struct fv_span passphrase, struct fv_key_public *out, struct fv_key_secret *secret_out);

#endif
