/*
 * What people said of findings: decisions, proposals and the officer's replies.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_REVIEWS_H
#define FV_STORE_REVIEWS_H

#include "queue.h"
#include "records.h"

#define FV_REASON_BYTES 41U /* of a reason's word, its NUL included */

struct fv_store_review {
	uint8_t finding[16];
	struct fv_hash inputs_hash; /* that it was about */
	enum fv_decision decision;
	char reason[FV_REASON_BYTES];
	char who[FV_ID_BYTES];
	int64_t at_ms;
	struct fv_hash sdoc; /* document beside the ledger; of a proposal: zeros */
	uint64_t leaf;       /* index of the REVIEW leaf; of a proposal: 0 */
};
typedef enum fv_err (*fv_store_review_fn)(const struct fv_store_review *review, void *ctx);

FV_NODISCARD enum fv_err fv_store_review_put(
    struct fv_store *store, const struct fv_store_review *review);
/* The newest.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_review_last(
    struct fv_store *store, const uint8_t finding[16], struct fv_store_review *out);
/* In order. */
FV_NODISCARD enum fv_err fv_store_review_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_review_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_proposal_put(
    struct fv_store *store, const struct fv_store_review *proposal);
FV_NODISCARD enum fv_err fv_store_proposal_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_review_fn fn, void *ctx);

/* The NOTE records that answer a finding, whoever wrote them. */
FV_NODISCARD enum fv_err fv_store_reply_each(
    struct fv_store *store, const uint8_t finding[16], fv_store_record_fn fn, void *ctx);

#endif
