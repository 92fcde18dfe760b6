/*
 * A device's trail: the state that appending and sealing move forward, and the
 * verification that needs nothing but the records (PROTOCOL.md section C4).
 *
 * The trail does no I/O: a store writes what it makes, in the order it says.
 *
 * Threads: a trail belongs to one thread.  Memory: none but the caller's.
 */
#ifndef FV_TRAIL_H
#define FV_TRAIL_H

#include "fv/merkle.h"
#include "fv/record.h"

#define FV_SEAL_UNSEALED_MAX 64U            /* records, then a seal */
#define FV_SEAL_INTERVAL_MS INT64_C(900000) /* on shift */
#define FV_SLOT_BYTES 4096U                 /* one slot of the ratchet file */
#define FV_SLOT_STATE_BYTES 160U            /* of it that hold state: magic to hash */

/* The secret that moves: seal key, MAC ratchet, aggregate.  Wipe with fv_wipe(). */
struct fv_ratchet {
	uint64_t gen;                /* of the slot; higher is newer */
	uint64_t n;                  /* records already folded into k and a */
	uint8_t seed[FV_SEED_BYTES]; /* s_e: signs the next seal, once */
	uint64_t key_number;         /* e */
	uint8_t k[FV_HASH_BYTES];    /* MAC key k_n */
	uint8_t a[FV_HASH_BYTES];    /* aggregate A_n */
};

/* k_0 and A_0 from the MAC seed and the device id. */
FV_EXPORT void fv_ratchet_start(struct fv_ratchet *ratchet,
    const uint8_t mac_seed[FV_SEED_BYTES], const uint8_t dev[FV_DEV_BYTES]);

/* Fold record n (its leaf) into the aggregate and move on to n + 1. */
FV_EXPORT void fv_ratchet_step(struct fv_ratchet *ratchet, const struct fv_hash *leaf);

/* A slot's bytes: magic, gen, n, e, s_e, k, A, SHA-256; the rest zero. */
FV_EXPORT void fv_slot_put(const struct fv_ratchet *ratchet, uint8_t out[FV_SLOT_BYTES]);
/* Errors: FV_ENOENT  all zero;  FV_ECORRUPT  anything else that is no slot */
FV_EXPORT FV_NODISCARD enum fv_err fv_slot_parse(
    const uint8_t bytes[FV_SLOT_BYTES], struct fv_ratchet *out);

/* dev = SHA-256("fieldvisit/dev/v1" || pk_0 || pk_sync || pk_box || ticket id)[0:16]. */
FV_EXPORT void fv_dev_id(const uint8_t pk_0[FV_KEY_BYTES], const uint8_t pk_sync[FV_KEY_BYTES],
    const uint8_t pk_box[FV_KEY_BYTES], const uint8_t ticket_id[16],
    uint8_t dev_out[FV_DEV_BYTES]);

/* The public state of a trail so far: where the next record goes. */
struct fv_trail {
	uint8_t dev[FV_DEV_BYTES];
	struct fv_merkle_range range; /* range.size = n, the next seq */
	struct fv_header last;        /* header of record n - 1; undefined while n is 0 */
	struct fv_hash last_leaf;     /* likewise */
	uint64_t sealed_size;         /* records under the last good seal */
	struct fv_hash sealed_root;
	uint8_t seal_pk[FV_KEY_BYTES]; /* that verifies the next seal */
	uint64_t key_number;           /* e of seal_pk */
};

/* An empty trail of `dev` whose first seal verifies with pk_0. */
FV_EXPORT void fv_trail_init(
    struct fv_trail *trail, const uint8_t dev[FV_DEV_BYTES], const uint8_t pk_0[FV_KEY_BYTES]);

/*
 * Make record n: fills seq, dev and pc of `header`, appends its canonical bytes to
 * `header_out` and its leaf to *leaf_out.  Moves the trail on.  The caller stores
 * header, salt, payload and leaf in one transaction; when that fails it must drop this
 * trail state and load it again.
 * Errors: FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_trail_append(struct fv_trail *trail,
    struct fv_header *header, const uint8_t salt[FV_SALT_BYTES], struct fv_span payload,
    struct fv_buf *header_out, struct fv_hash *leaf_out);

/* As fv_trail_append, for a record that comes with canonical header bytes (loaded or
 * received).  Errors: FV_ESTATE  its seq or dev is not the next of this trail */
FV_EXPORT FV_NODISCARD enum fv_err fv_trail_follow(struct fv_trail *trail,
    const struct fv_header *header, struct fv_span header_bytes, struct fv_hash *leaf_out);

/* Payload of the SEAL record that introduces npk: {4: npk, 5: A, 6: e + 1}. */
FV_EXPORT void fv_seal_payload_put(struct fv_buf *out, const uint8_t npk[FV_KEY_BYTES],
    const uint8_t a[FV_HASH_BYTES], uint64_t key_number);
/* Errors: FV_EFORMAT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_seal_payload_parse(struct fv_span payload,
    uint8_t npk_out[FV_KEY_BYTES], uint8_t a_out[FV_HASH_BYTES], uint64_t *key_number_out);

/* Append the text that a seal signs: the device's checkpoint at (size, root). */
FV_EXPORT void fv_seal_text_put(struct fv_buf *out, const uint8_t dev[FV_DEV_BYTES],
    uint64_t size, const struct fv_hash *root);

/* Sign the head of `trail` (whose last record is the SEAL) with the current seed. */
FV_EXPORT FV_NODISCARD enum fv_err fv_seal_sign(const struct fv_trail *trail,
    const uint8_t seed[FV_SEED_BYTES], uint8_t sig_out[FV_SIG_BYTES]);

/*
 * Take a seal: the last record of `trail` is a SEAL with this payload and signature.
 * On success sealed_size, sealed_root, seal_pk and key_number move on.
 * Errors: FV_EAUTH   the signature is not by the key that was introduced for it
 *         FV_EFORMAT payload;  FV_ECONFLICT  its key number is not the next
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_trail_take_seal(
    struct fv_trail *trail, struct fv_span payload, const uint8_t sig[FV_SIG_BYTES]);

/* A signature that was verified: `sig` is by `pk` and over the head (size, root) of `dev`.
 * That stays true whatever becomes of the trail. */
struct fv_seal_seen {
	uint8_t dev[FV_DEV_BYTES];
	uint8_t pk[FV_KEY_BYTES];
	uint8_t sig[FV_SIG_BYTES];
	uint64_t size;
	struct fv_hash root;
};

#define FV_SEALS_SEEN_MAX 16U
struct fv_seals_seen {
	size_t count;
	struct fv_seal_seen list[FV_SEALS_SEEN_MAX];
};

/*
 * As fv_trail_take_seal(); a signature that `seen` (NULL: nothing) names with the very key
 * and head that the trail asks for now is not worked out again.  All else is checked.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_trail_take_seal_seen(struct fv_trail *trail,
    struct fv_span payload, const uint8_t sig[FV_SIG_BYTES], const struct fv_seals_seen *seen);

#endif
