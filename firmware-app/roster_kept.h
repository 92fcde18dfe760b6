/*
 * The newest roster that this handheld believes, from its store.
 *
 * Threads: one.  Memory: a roster is about 50 KiB, on the heap.
 */
#ifndef FV_APP_ROSTER_KEPT_H
#define FV_APP_ROSTER_KEPT_H

#include "firmware-app/store/store.h"
#include "fv/roster.h"

/* Key of a roster in the store: its version, 8 bytes big-endian. */
#define FV_ROSTER_KEY_BYTES 8U

/*
 * Load the newest.  Owned: *roster_out, by free().  *hash_out (may be NULL): of its text.
 * Errors: FV_ENOENT  none yet;  FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_roster_load(
    struct fv_store *store, struct fv_roster **roster_out, struct fv_hash *hash_out);

/* Keep a signed roster note under its version (the checks are the caller's). */
FV_NODISCARD enum fv_err fv_roster_keep(
    struct fv_store *store, uint64_t version, struct fv_span note, int64_t now_ms);

#endif
