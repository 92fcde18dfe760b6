/*
 * Gathering an evidence bundle from the store: trails, ledger leaves with their proofs,
 * rosters and orders.  What the members look like is fv/evidence.h.
 *
 * Threads: one thread's, over a reading store within one view.
 */
#ifndef FV_SERVER_EXPORT_H
#define FV_SERVER_EXPORT_H

#include "fv/evidence.h"
#include "sync-server/store/store.h"

/* What is to be shown. */
struct export_request {
	const char *agency;  /* the receipts of its handhelds; or NULL: */
	const char *case_id; /* a case; or NULL: the visit or contact below */
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;
	struct fv_span checkpoint; /* signed note; every proof but the export's own is to it */
	uint64_t size;             /* of that checkpoint's tree */
	uint8_t log_pk[FV_KEY_BYTES];
};

/* What went in. */
struct export_sum {
	size_t devices;
	size_t records;  /* of the case or visit itself; of an agency: those sealed */
	size_t left_out; /* of those: not under a seal that the ledger holds */
	size_t notes;
	size_t attachments;
};

/*
 * Add every member but manifest and export.*.
 * Errors: FV_ENOENT  nothing of that case or visit is here
 *         FV_ESTATE  none of it is under a seal that the ledger holds
 *         those of the store, FV_ENOMEM
 */
FV_NODISCARD enum fv_err export_gather(struct fv_store *store,
    const struct export_request *request, struct fv_bundle *bundle,
    struct export_sum *sum_out);

/* Take "v-<16 hex>-<seq>" or "k-..." apart and find its handheld.
 * Errors: FV_EFORMAT;  FV_ENOENT  no such handheld, or two that begin alike */
FV_NODISCARD enum fv_err export_find_visit(
    struct fv_store *store, const char *id, uint8_t dev_out[FV_DEV_BYTES], uint64_t *seq_out);

/* Add the inclusion proof of one leaf, under its name.  For export.* after it is logged. */
FV_NODISCARD enum fv_err export_add_leaf(struct fv_store *store,
    const struct export_request *request, struct fv_bundle *bundle, const char *prefix,
    const char *name, uint64_t index);

#endif
