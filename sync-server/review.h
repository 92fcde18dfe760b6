/*
 * When a finding may be upheld: its officer has answered, or had three days to.
 *
 * Threads: as the store.
 */
#ifndef FV_REVIEW_H
#define FV_REVIEW_H

#include "sync-server/store/reviews.h"

#define REVIEW_WAIT_MS (3 * INT64_C(86400000))
#define REVIEW_TEXT_MAX 500U /* bytes of a remark beside the reason */

/* From when on, and whether he has answered.  A reply counts from the handheld of the visit
 * or another one of its officer.  Errors: as store.h */
FV_NODISCARD enum fv_err review_uphold_from(struct fv_store *store,
    const struct fv_store_open *finding, const struct fv_store_visit *visit,
    int64_t *from_ms_out, bool *is_answered_out);

#endif
