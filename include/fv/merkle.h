/*
 * RFC 6962 / RFC 9162 Merkle trees over SHA-256: hashes, compact ranges, proofs and
 * their verification.  One file serves device trails, the server's ledger, witnesses
 * and the verifier.
 *
 * Threads: no shared state.  Memory: none.
 */
#ifndef FV_MERKLE_H
#define FV_MERKLE_H

#include "fv/crypto.h"

#define FV_MERKLE_PROOF_MAX 64U /* hashes in any proof */

/* Hash of a leaf: SHA-256(0x00 || entry), the entry given in up to 7 parts. */
FV_EXPORT void fv_merkle_leaf(const struct fv_span *parts, size_t count, struct fv_hash *out);

/* Hash of an inner node: SHA-256(0x01 || left || right). */
FV_EXPORT void fv_merkle_node(
    const struct fv_hash *left, const struct fv_hash *right, struct fv_hash *out);

/* The right-hand edge of a growing tree.  All zero is the empty tree. */
struct fv_merkle_range {
	uint64_t size;            /* leaves so far */
	struct fv_hash stack[64]; /* popcount(size) hashes, largest subtree first */
};

/* Add one leaf hash. */
FV_EXPORT void fv_merkle_range_append(
    struct fv_merkle_range *range, const struct fv_hash *leaf);

/* Root of the tree so far; SHA-256 of nothing for the empty tree. */
FV_EXPORT void fv_merkle_range_root(
    const struct fv_merkle_range *range, struct fv_hash *root_out);

/*
 * Where a prover finds the hash of the complete subtree over leaves
 * [idx << level, (idx + 1) << level).  Level 0 is the leaf hash.
 */
typedef enum fv_err (*fv_merkle_get_fn)(
    uint32_t level, uint64_t idx, struct fv_hash *hash_out, void *ctx);

/*
 * Inclusion proof of leaf `index` in the tree of the first `size` leaves.
 * Errors: FV_ERANGE  index >= size, or size over 2^63;  whatever `get` returns
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_merkle_prove_inclusion(uint64_t index, uint64_t size,
    fv_merkle_get_fn get, void *ctx, struct fv_hash proof_out[FV_MERKLE_PROOF_MAX],
    size_t *count_out);

/*
 * Consistency proof from the tree of size1 leaves to that of size2; empty when equal.
 * Errors: FV_ERANGE  size1 is 0 or above size2, or size2 over 2^63;  whatever `get` returns
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_merkle_prove_consistency(uint64_t size1, uint64_t size2,
    fv_merkle_get_fn get, void *ctx, struct fv_hash proof_out[FV_MERKLE_PROOF_MAX],
    size_t *count_out);

/* RFC 9162 2.1.3.2.  FV_OK or FV_EAUTH. */
FV_EXPORT FV_NODISCARD enum fv_err fv_merkle_verify_inclusion(uint64_t index, uint64_t size,
    const struct fv_hash *leaf, const struct fv_hash *proof, size_t count,
    const struct fv_hash *root);

/* RFC 9162 2.1.4.2.  FV_OK or FV_EAUTH; size1 == 0 is FV_EAUTH (a caller may special-case). */
FV_EXPORT FV_NODISCARD enum fv_err fv_merkle_verify_consistency(uint64_t size1, uint64_t size2,
    const struct fv_hash *root1, const struct fv_hash *root2, const struct fv_hash *proof,
    size_t count);

#endif
