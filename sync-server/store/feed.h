/*
 * What has happened, in the order in which it was committed, for systems that follow: each
 * outcome, contact, event and correction that came in, each revision of a finding, and what a
 * borrower asked for by his page, when it came and whenever it changed.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_FEED_H
#define FV_STORE_FEED_H

#include "care.h"
#include "findings.h"
#include "records.h"

/* One step.  Exactly one of the three is there. */
struct fv_store_step {
	uint64_t no; /* from 1, rising; numbers may be missing */
	const struct fv_store_record *record;
	const struct fv_store_finding *finding;
	const struct fv_store_care *care; /* as it stands now */
};
typedef enum fv_err (*fv_store_step_fn)(const struct fv_store_step *step, void *ctx);

/* Up to `max` steps after number `after`.  The callback may call any reading function; it
 * stops at the first error of `fn` and returns it.  *last_out is the number reached. */
FV_NODISCARD enum fv_err fv_store_feed_each(struct fv_store *store, uint64_t after, size_t max,
    fv_store_step_fn fn, void *ctx, uint64_t *last_out);

#endif
