/*
 * Messages of an enrolment (PROTOCOL.md sections 7, C8).  The envelope is envelope.h, in
 * PSK mode under the ticket's token.
 *
 * Threads: no shared state.  Memory: as sync.h.
 */
#ifndef FV_ENROL_H
#define FV_ENROL_H

#include "fv/merkle.h"
#include "fv/trail.h"

#define FV_ENROL_AUDITORS_MAX 4U
#define FV_ENROL_SEALED_SEED_BYTES 80U /* enc || sealed 32-byte seed */

struct fv_enrol_seed {
	uint8_t key_id[4]; /* of the auditor's box key */
	uint8_t sealed[FV_ENROL_SEALED_SEED_BYTES];
};
struct fv_enrol_request {
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t pk_box[FV_KEY_BYTES];
	struct fv_enrol_seed seeds[FV_ENROL_AUDITORS_MAX];
	size_t seed_count;                  /* at least 1 */
	struct fv_span model, serial, chip; /* text; chip empty: unknown */
	struct fv_span version;             /* program version, text */
	uint8_t sig[FV_SIG_BYTES];
};
/*
 * Append the request; signs it with seed_0 over
 * "fieldvisit/enrol/v1" || dev || SHA-256(CBOR map of keys 1 to 6) and stores the
 * signature in request->sig.
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_enrol_request_put(struct fv_buf *out,
    struct fv_enrol_request *request, const uint8_t dev[FV_DEV_BYTES],
    const uint8_t seed_0[FV_SEED_BYTES]);
/* Parse and verify the signature for the device that (keys, ticket_id) make.
 * Errors: FV_EFORMAT FV_ERANGE FV_ECUT;  FV_EAUTH  the signature is not by pk_0 */
FV_EXPORT FV_NODISCARD enum fv_err fv_enrol_request_parse(struct fv_span bytes,
    const uint8_t ticket_id[16], struct fv_enrol_request *out, uint8_t dev_out[FV_DEV_BYTES]);

/* What the server answers to it.  Parsed, its spans point into the input. */
struct fv_enrol_answer {
	uint8_t dev[FV_DEV_BYTES];
	struct fv_span enrol_leaf;
	uint64_t leaf_index;
	struct fv_hash inclusion[FV_MERKLE_PROOF_MAX];
	size_t inclusion_count;
	struct fv_span checkpoint;
	struct fv_span rosters[8]; /* signed notes, from the pinned one on */
	size_t roster_count;
	struct fv_span packs_note; /* signed note; empty: none yet */
	int64_t server_ms;
};
/* Append the map; key 7 only where there is a packs note. */
FV_EXPORT void fv_enrol_answer_put(struct fv_buf *out, const struct fv_enrol_answer *answer);
/*
 * Take it apart; unknown keys are skipped.  Borrows: bytes, for as long as *out is used.
 * Signatures and proof are not looked at here.
 * Errors: FV_EFORMAT  also when a key from 1 to 6 or 8 is missing
 *         FV_ERANGE   a number, or no roster, or more than there is room for
 *         FV_ETOOBIG FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_enrol_answer_parse(
    struct fv_span bytes, struct fv_enrol_answer *out);

#endif
