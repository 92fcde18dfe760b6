/*
 * Rows of the ledger: leaves, the hashes of full subtrees, signed heads, and the
 * documents that stand beside it.  What they mean is ../ledger.h.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_LOG_H
#define FV_STORE_LOG_H

#include "store.h"

/* Number of leaves. */
FV_NODISCARD enum fv_err fv_store_leaf_count(struct fv_store *store, uint64_t *count_out);
/* Errors: FV_EEXIST  a leaf has that index. */
FV_NODISCARD enum fv_err fv_store_leaf_put(
    struct fv_store *store, uint64_t index, struct fv_span data, const struct fv_hash *hash);
/* Append the leaf's exact bytes.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_leaf_get(
    struct fv_store *store, uint64_t index, struct fv_buf *data_out);

/* Hash of the complete subtree at (level, index); level 0 is the leaf's hash.
 * put errors: FV_EEXIST.  get errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_node_put(
    struct fv_store *store, uint32_t level, uint64_t index, const struct fv_hash *hash);
FV_NODISCARD enum fv_err fv_store_node_get(
    struct fv_store *store, uint32_t level, uint64_t index, struct fv_hash *hash_out);

/* The size and root that the next commit makes the log's head.
 * Errors: FV_EEXIST  this size has a root already, whichever it is */
FV_NODISCARD enum fv_err fv_store_head_put(
    struct fv_store *store, uint64_t size, const struct fv_hash *root);
/* The newest head.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_head_get(
    struct fv_store *store, uint64_t *size_out, struct fv_hash *root_out);
/* The root for `size`.  Errors: FV_ENOENT  it was never a head. */
FV_NODISCARD enum fv_err fv_store_head_find(
    struct fv_store *store, uint64_t size, struct fv_hash *root_out);

/* A document named in a leaf by SHA-256, of salt || body where the salt is not empty. */
struct fv_store_document {
	struct fv_hash hash;
	const char *kind; /* "roster", "approve", "hardware", ...; borrowed */
	struct fv_span salt;
	struct fv_span body;
	int64_t added_ms;
};
/* A no-op when the hash is there. */
FV_NODISCARD enum fv_err fv_store_document_put(
    struct fv_store *store, const struct fv_store_document *document);
/* Append the body.  Errors: FV_ENOENT  not there, or erased. */
FV_NODISCARD enum fv_err fv_store_document_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_buf *body_out);

#endif
