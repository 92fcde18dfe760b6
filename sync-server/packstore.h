/*
 * Adopted packs out of the store, each laid over what it extends.
 *
 * Threads: as the store.  Memory: packs and buffers are the caller's.
 */
#ifndef FV_SERVER_PACKSTORE_H
#define FV_SERVER_PACKSTORE_H

#include "fv/order.h"
#include "fv/rulepack.h"
#include "sync-server/store/book.h"

/*
 * The packs that are adopted.
 * Errors: FV_ENOENT  none yet;  FV_ECORRUPT  the note kept is none;  the store's
 */
FV_NODISCARD enum fv_err packstore_adopted(struct fv_store *store, struct fv_packs *out);

/*
 * The bytes of one adopted pack, and of the highest adopted revision of what it is laid
 * over (empty: it is laid over none, or that is not here).
 * Errors: FV_ENOENT  the pack's own bytes are not here;  FV_ENOMEM;  the store's
 */
FV_NODISCARD enum fv_err packstore_bytes(struct fv_store *store, const struct fv_packs *packs,
    const struct fv_pack_line *line, struct fv_buf *bytes_out, struct fv_buf *base_out);

/*
 * Read one adopted pack.  Owned: *pack_out, NULL after any error.
 * Errors: FV_ENOENT  its bytes are not here;  FV_ECORRUPT  it cannot be read, or what it
 *         is laid over is not adopted: *error_out says which;  FV_ENOMEM;  the store's
 */
FV_NODISCARD enum fv_err packstore_load(struct fv_store *store, const struct fv_packs *packs,
    const struct fv_pack_line *line, struct fv_rulepack **pack_out,
    struct fv_rulepack_error *error_out);

/* True when `name`, in a case's list, asks for this pack or for what it stands for. */
bool packstore_is_named(const struct fv_rulepack *pack, const char *name);

#endif
