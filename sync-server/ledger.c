#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/store/log.h"

#define TAIL_LEAVES UINT64_C(1024) /* hashed again when the ledger opens; a power of 2 */

struct fv_ledger {
	struct fv_store *store; /* held */
	uint8_t *seed;          /* owned, secret memory */
	uint8_t pk[FV_KEY_BYTES];
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_merkle_range range; /* as of the open transaction */
	uint64_t settled_size;        /* of the newest stored head; 0: none */
	struct fv_hash settled_root;
	bool is_lost; /* the state above could not be read again: nothing is added or signed */
};

/* The right-hand edge from the stored subtrees, largest first. */
static enum fv_err
load_range(struct fv_store *store, uint64_t size, struct fv_merkle_range *out)
{
	uint64_t done = 0;
	size_t count = 0;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->size = size;
	for (uint32_t level = 64; level-- > 0;) {
		if ((size >> level & 1) == 0)
			continue;
		rc = fv_store_node_get(store, level, done >> level, &out->stack[count++]);
		if (rc != FV_OK)
			return rc == FV_ENOENT ? FV_ECORRUPT : rc;
		done += UINT64_C(1) << level;
	}
	return FV_OK;
}

static enum fv_err
load(struct fv_ledger *ledger)
{
	struct fv_hash root;
	uint64_t size;
	enum fv_err rc;

	if ((rc = fv_store_leaf_count(ledger->store, &size)) != FV_OK ||
	    (rc = load_range(ledger->store, size, &ledger->range)) != FV_OK)
		return rc;
	rc = fv_store_head_get(ledger->store, &ledger->settled_size, &ledger->settled_root);
	if (rc == FV_ENOENT && size == 0)
		return FV_OK;
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	fv_merkle_range_root(&ledger->range, &root);
	if (ledger->settled_size != size ||
	    memcmp(root.b, ledger->settled_root.b, sizeof root.b) != 0)
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_ledger_reload(struct fv_ledger *ledger)
{
	enum fv_err rc = load(ledger);

	ledger->is_lost = rc != FV_OK;
	return rc;
}

/*
 * Hash the newest leaves again, from their bytes up to the signed root: at least
 * TAIL_LEAVES of them, back to where a full subtree ends.
 */
static enum fv_err
check_tail(struct fv_ledger *ledger)
{
	uint64_t size = ledger->range.size;
	uint64_t start =
	    size > TAIL_LEAVES ? (size - TAIL_LEAVES) / TAIL_LEAVES * TAIL_LEAVES : 0;
	struct fv_hash hash, stored, root;
	struct fv_merkle_range range;
	struct fv_buf leaf = {0};
	enum fv_err rc;

	rc = load_range(ledger->store, start, &range);
	for (uint64_t i = start; rc == FV_OK && i < size; i++) {
		fv_buf_reset(&leaf);
		if ((rc = fv_store_leaf_get(ledger->store, i, &leaf)) != FV_OK ||
		    (rc = fv_store_node_get(ledger->store, 0, i, &stored)) != FV_OK)
			break;
		fv_leaf_hash(fv_buf_span(&leaf), &hash);
		if (memcmp(hash.b, stored.b, sizeof hash.b) != 0)
			rc = FV_ECORRUPT;
		fv_merkle_range_append(&range, &hash);
	}
	fv_buf_clear(&leaf);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	fv_merkle_range_root(&range, &root);
	return size == 0 || memcmp(root.b, ledger->settled_root.b, sizeof root.b) == 0
	    ? FV_OK
	    : FV_ECORRUPT;
}

enum fv_err
fv_ledger_open(
    struct fv_ledger **ledger_out, struct fv_store *store, const uint8_t seed[FV_SEED_BYTES])
{
	struct fv_ledger *ledger = NULL;
	enum fv_err rc;

	*ledger_out = NULL;
	rc = FV_ENOMEM;
	if ((ledger = calloc(1, sizeof *ledger)) == NULL ||
	    (ledger->seed = fv_secret_alloc(FV_SEED_BYTES)) == NULL)
		goto cleanup;
	ledger->store = store;
	memcpy(ledger->seed, seed, FV_SEED_BYTES);
	fv_ed25519_public(seed, ledger->pk);
	fv_log_origin(ledger->pk, ledger->origin);
	if ((rc = fv_ledger_reload(ledger)) != FV_OK || (rc = check_tail(ledger)) != FV_OK)
		goto cleanup;
	*ledger_out = ledger;
	ledger = NULL; /* the caller's now */
cleanup:
	fv_ledger_close(ledger);
	return rc;
}

void
fv_ledger_close(struct fv_ledger *ledger)
{
	if (ledger == NULL)
		return;
	fv_secret_free(ledger->seed);
	free(ledger);
}

const uint8_t *
fv_ledger_pk(const struct fv_ledger *ledger)
{
	return ledger->pk;
}

uint64_t
fv_ledger_size(const struct fv_ledger *ledger)
{
	return ledger->range.size;
}

/* Store the hashes of the subtrees that this leaf completes. */
static enum fv_err
put_nodes(struct fv_ledger *ledger, const struct fv_hash *leaf)
{
	const struct fv_merkle_range *range = &ledger->range;
	uint64_t index = range->size;
	struct fv_hash hash = *leaf;
	size_t top = 0;
	enum fv_err rc;

	for (uint64_t size = index; size > 0; size &= size - 1)
		top++;
	for (uint32_t level = 0; (index >> level & 1) != 0; level++) {
		fv_merkle_node(&range->stack[--top], &hash, &hash);
		rc = fv_store_node_put(ledger->store, level + 1, index >> (level + 1), &hash);
		if (rc != FV_OK)
			return rc;
	}
	return FV_OK;
}

enum fv_err
fv_ledger_append(struct fv_ledger *ledger, enum fv_leaf_kind kind, int64_t time_ms,
    struct fv_span body, uint64_t *index_out)
{
	struct fv_buf leaf = {0};
	struct fv_hash hash;
	enum fv_err rc;

	/* After a rollback that could not be read back: once more, or nothing is added. */
	if (ledger->is_lost && (rc = fv_ledger_reload(ledger)) != FV_OK)
		return rc;
	fv_leaf_put(&leaf, kind, time_ms, body);
	if ((rc = fv_buf_status(&leaf)) != FV_OK)
		goto cleanup;
	fv_leaf_hash(fv_buf_span(&leaf), &hash);
	rc = fv_store_leaf_put(ledger->store, ledger->range.size, fv_buf_span(&leaf), &hash);
	if (rc != FV_OK || (rc = put_nodes(ledger, &hash)) != FV_OK)
		goto cleanup;
	if (index_out != NULL)
		*index_out = ledger->range.size;
	fv_merkle_range_append(&ledger->range, &hash);
cleanup:
	fv_buf_clear(&leaf);
	return rc;
}

enum fv_err
fv_ledger_settle(struct fv_ledger *ledger)
{
	struct fv_hash root;
	enum fv_err rc;

	if (ledger->is_lost && (rc = fv_ledger_reload(ledger)) != FV_OK)
		return rc;
	if (ledger->range.size == ledger->settled_size)
		return FV_OK;
	fv_merkle_range_root(&ledger->range, &root);
	rc = fv_store_head_put(ledger->store, ledger->range.size, &root);
	if (rc != FV_OK)
		return rc;
	ledger->settled_size = ledger->range.size;
	ledger->settled_root = root;
	return FV_OK;
}

enum fv_err
fv_ledger_sign(struct fv_ledger *ledger, struct fv_buf *note_out)
{
	struct fv_buf text = {0};
	enum fv_err rc;

	if (ledger->is_lost || ledger->settled_size == 0 ||
	    ledger->settled_size != ledger->range.size)
		return FV_ESTATE;
	fv_checkpoint_put(
	    &text, fv_span_z(ledger->origin), ledger->settled_size, &ledger->settled_root);
	if ((rc = fv_buf_status(&text)) == FV_OK) {
		fv_signednote_sign(
		    note_out, fv_buf_span(&text), fv_span_z(ledger->origin), ledger->seed);
		rc = fv_buf_status(note_out);
	}
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
get_node(uint32_t level, uint64_t idx, struct fv_hash *hash_out, void *ctx)
{
	enum fv_err rc = fv_store_node_get(ctx, level, idx, hash_out);

	return rc == FV_ENOENT ? FV_ECORRUPT : rc;
}

enum fv_err
fv_ledger_prove_inclusion(struct fv_store *store, uint64_t index, uint64_t size,
    struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out)
{
	return fv_merkle_prove_inclusion(index, size, get_node, store, proof_out, count_out);
}

enum fv_err
fv_ledger_prove_consistency(struct fv_store *store, uint64_t size1, uint64_t size2,
    struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out)
{
	return fv_merkle_prove_consistency(
	    size1, size2, get_node, store, proof_out, count_out);
}
