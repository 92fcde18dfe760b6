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
	struct fv_rulepack *packs[FV_CASEBOOK_SET_MAX]; /* owned */
	size_t count;
	const char *missing; /* first id asked for that is not here; borrowed from the ids */
};

/*
 * The adopted packs, from the note that the roster's supervisors signed.
 * Errors: FV_ENOENT  no note yet;  FV_EAUTH  the believed roster does not vouch for it
 *         FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_packs_load(struct fv_store *store, struct fv_packs *packs_out);

/*
 * Load the packs of these ids; what is not adopted or not here is named in `missing`.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_packset_load(
    struct fv_store *store, const struct fv_idlist *ids, struct fv_packset *set_out);
void fv_packset_clear(struct fv_packset *set);

#endif
