/*
 * The server's ledger: an append-only Merkle log over the store, its signed head and its
 * proofs (PROTOCOL.md sections 9, C7).
 *
 * Order of work for the one who writes: fv_store_begin(), any number of
 * fv_ledger_append(), fv_ledger_settle(), fv_store_commit(), fv_ledger_sign().  After a
 * rollback: fv_ledger_reload().
 *
 * Threads: a ledger belongs to the thread of its writing store.  The proofs read only and
 * work with any store of the same file.
 */
#ifndef FV_SERVER_LEDGER_H
#define FV_SERVER_LEDGER_H

#include "fv/ledger.h"
#include "sync-server/store/store.h"

#define FV_CHECKPOINT_NOTE_MAX 512U /* bytes of a signed checkpoint */

struct fv_ledger;

/*
 * Load the log's state and check it against the newest head that was stored, the newest
 * leaves byte by byte.
 * Holds: store.  Copies: seed, of the log key, into secret memory.
 * Owned:  *ledger_out; fv_ledger_close(), which wipes.
 * Errors: FV_ECORRUPT  the tree in the store does not have the root that was signed;
 *         as store.h
 */
FV_NODISCARD enum fv_err fv_ledger_open(
    struct fv_ledger **ledger_out, struct fv_store *store, const uint8_t seed[FV_SEED_BYTES]);
void fv_ledger_close(struct fv_ledger *ledger);

/* Public half of the log key.  Returns borrowed: until close. */
const uint8_t *fv_ledger_pk(const struct fv_ledger *ledger);
/* Leaves so far, those of the open transaction included. */
uint64_t fv_ledger_size(const struct fv_ledger *ledger);

/*
 * Add a leaf; `body` is the encoded CBOR array of its kind.  In a transaction.
 * *index_out (may be NULL) is its index.
 */
FV_NODISCARD enum fv_err fv_ledger_append(struct fv_ledger *ledger, enum fv_leaf_kind kind,
    int64_t time_ms, struct fv_span body, uint64_t *index_out);

/* Write {size, root} into the transaction that added leaves; a no-op when none was added.
 * Errors: FV_EEXIST  that size has a root already: nothing may be committed */
FV_NODISCARD enum fv_err fv_ledger_settle(struct fv_ledger *ledger);

/*
 * Append the signed checkpoint of the newest settled head.  Only after the commit.
 * Errors: FV_ESTATE  the tree has grown since, or holds nothing;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_ledger_sign(struct fv_ledger *ledger, struct fv_buf *note_out);

/* Read the state from the store again, after a rollback. */
FV_NODISCARD enum fv_err fv_ledger_reload(struct fv_ledger *ledger);

/* Proofs in the tree of `size` leaves.  Errors: FV_ERANGE as merkle.h; as store.h. */
FV_NODISCARD enum fv_err fv_ledger_prove_inclusion(struct fv_store *store, uint64_t index,
    uint64_t size, struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out);
FV_NODISCARD enum fv_err fv_ledger_prove_consistency(struct fv_store *store, uint64_t size1,
    uint64_t size2, struct fv_hash proof_out[FV_MERKLE_PROOF_MAX], size_t *count_out);

#endif
