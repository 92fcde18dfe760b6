/*
 * C2SP signed notes and tlog checkpoints: a text of whole lines, an empty line, and
 * Ed25519 signature lines (type 0x01).  Device seals, the ledger's head, rosters,
 * tickets, approvals and the packs note are all such texts.
 *
 * Threads: no shared state.  Memory: parsing allocates nothing; spans point into input.
 */
#ifndef FV_SIGNEDNOTE_H
#define FV_SIGNEDNOTE_H

#include "fv/crypto.h"

#define FV_SIGNEDNOTE_SIGS_MAX 16U
#define FV_SIGNEDNOTE_BYTES_MAX 262144U
#define FV_KEY_ID_BYTES 4U
#define FV_VKEY_TEXT_MAX 256U

struct fv_signednote_sig {
	struct fv_span name; /* into the note */
	uint8_t key_id[FV_KEY_ID_BYTES];
	struct fv_span base64; /* into the note: base64 of key id and signature */
};

struct fv_signednote {
	struct fv_span text; /* into the note: what is signed, with its last newline */
	struct fv_signednote_sig sigs[FV_SIGNEDNOTE_SIGS_MAX];
	size_t sig_count; /* at least 1 */
};

/*
 * Take a whole signed note apart.  Signatures of unknown types are kept and never verify.
 * Borrows: note, for as long as *out is used.
 * Errors: FV_EFORMAT  not a signed note (control characters, no empty line, bad line)
 *         FV_ETOOBIG  over FV_SIGNEDNOTE_BYTES_MAX or FV_SIGNEDNOTE_SIGS_MAX
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_signednote_parse(
    struct fv_span note, struct fv_signednote *out);

/* Key id of an Ed25519 note key: SHA-256(name || 0x0A || 0x01 || pk)[0:4]. */
FV_EXPORT void fv_signednote_key_id(
    struct fv_span name, const uint8_t pk[FV_KEY_BYTES], uint8_t key_id_out[FV_KEY_ID_BYTES]);

/*
 * Verify the signature that `name` made with `pk`.
 * Errors: FV_ENOENT  no signature line has that name and key id
 *         FV_EAUTH   there is one and it is not good
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_signednote_verify(
    const struct fv_signednote *note, struct fv_span name, const uint8_t pk[FV_KEY_BYTES]);

/* Append one signature line.  The caller has put the text and the empty line before. */
FV_EXPORT void fv_signednote_put_line(struct fv_buf *out, struct fv_span name,
    const uint8_t pk[FV_KEY_BYTES], const uint8_t sig[FV_SIG_BYTES]);
/* Append a note with a first signature: text, which ends with a newline, an empty line, and
 * the line of `name`, whose key has this seed. */
FV_EXPORT void fv_signednote_sign(struct fv_buf *out, struct fv_span text, struct fv_span name,
    const uint8_t seed[FV_SEED_BYTES]);

/* Verifier key text "name+hex(key id)+base64(0x01 || pk)", written and read. */
FV_EXPORT void fv_vkey_put(
    struct fv_buf *out, struct fv_span name, const uint8_t pk[FV_KEY_BYTES]);
/* Errors: FV_EFORMAT, also when the key id does not fit; FV_EVERSION for another type. */
FV_EXPORT FV_NODISCARD enum fv_err fv_vkey_parse(
    struct fv_span text, struct fv_span *name_out, uint8_t pk_out[FV_KEY_BYTES]);

/* The three lines of a checkpoint text: origin, size, root. */
struct fv_checkpoint {
	struct fv_span origin;
	uint64_t size;
	struct fv_hash root;
};

/* Append the text of a checkpoint (three lines, no signature). */
FV_EXPORT void fv_checkpoint_put(
    struct fv_buf *out, struct fv_span origin, uint64_t size, const struct fv_hash *root);

/* Read the text of a checkpoint.  Extension lines are refused: we write none. FV_EFORMAT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_checkpoint_parse(
    struct fv_span text, struct fv_checkpoint *out);

#endif
