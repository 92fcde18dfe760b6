/*
 * What people add to notes and rosters at the desk: capsules for further readers, and the
 * roster that is being drawn up.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_NOTES_H
#define FV_STORE_NOTES_H

#include "store.h"

#define FV_REWRAPS_MAX 16U /* rows of further capsules that a record may have */

/* Capsules of one record for further readers. */
struct fv_store_rewrap {
	int64_t no; /* device */
	uint64_t seq;
	struct fv_span key_ids;  /* 4 bytes each, in capsule order */
	struct fv_span capsules; /* 80 bytes each */
	struct fv_span note;     /* fieldvisit/v1/rewrap, as a supervisor signed it */
};
/* Errors: FV_EEXIST  these very capsules are there;  FV_ERANGE  FV_REWRAPS_MAX are. */
FV_NODISCARD enum fv_err fv_store_rewrap_put(
    struct fv_store *store, const struct fv_store_rewrap *rewrap);
typedef enum fv_err (*fv_store_rewrap_fn)(const struct fv_store_rewrap *rewrap, void *ctx);
FV_NODISCARD enum fv_err fv_store_rewrap_each(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_rewrap_fn fn, void *ctx);

/* Append the draft: its text, or a signed note while signatures are still missing.
 * Errors: FV_ENOENT  there is none. */
FV_NODISCARD enum fv_err fv_store_roster_draft_get(
    struct fv_store *store, struct fv_buf *note_out);
FV_NODISCARD enum fv_err fv_store_roster_draft_set(
    struct fv_store *store, struct fv_span note);
FV_NODISCARD enum fv_err fv_store_roster_draft_drop(struct fv_store *store);

#endif
