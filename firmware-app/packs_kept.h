/*
 * The rule packs on this handheld: only those whose bytes the packs note names, of each
 * the highest revision (PROTOCOL.md sections 10, 14).
 *
 * Threads: one.  Memory: owned packs.
 */
#ifndef FV_APP_PACKS_KEPT_H
#define FV_APP_PACKS_KEPT_H

#include "firmware-app/casebook.h"
#include "fv/audit.h"
#include "fv/order.h"

struct fv_packset {
	struct fv_rulepack *packs[FV_PACKS_MAX]; /* owned */
	size_t count;                            /* 0 when there is no rule among them */
	bool is_missing;
	char missing[FV_PACK_ID_BYTES]; /* with is_missing: the first that is not here */
};

/*
 * The adopted packs, from the note that the roster's supervisors signed.
 * Errors: FV_ENOENT  no note yet;  FV_EAUTH  the believed roster does not vouch for it
 *         FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_packs_load(struct fv_store *store, struct fv_packs *packs_out);

/*
 * Load the packs of these ids, or what is laid over them and stands for them, and every
 * calendar that is here.  What is not adopted or not here, or lacks what it is laid over,
 * is named in `missing`.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_packset_load(
    struct fv_store *store, const struct fv_idlist *ids, struct fv_packset *set_out);
void fv_packset_clear(struct fv_packset *set);

#endif
