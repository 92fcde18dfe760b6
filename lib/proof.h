/*
 * A Merkle proof as a CBOR array of 32-byte strings.  Private to sync.c and enrol.c.
 *
 * Threads: no state.  Memory: none but the caller's.
 */
#ifndef FV_LIB_PROOF_H
#define FV_LIB_PROOF_H

#include "fv/cbor.h"
#include "fv/merkle.h"

void fv_proof_put(struct fv_buf *out, const struct fv_hash *hashes, size_t count);

/* Into room for FV_MERKLE_PROOF_MAX hashes.  Errors: FV_ETOOBIG; those of the reader. */
FV_NODISCARD enum fv_err fv_proof_get(
    struct fv_cbor_reader *r, struct fv_hash *hashes, size_t *count_out);

#endif
