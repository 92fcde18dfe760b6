/*
 * What came of visits and contacts, and what borrowers ask, for the bank's own systems: from
 * a cursor on, in the order of the commits, at least once.  Audit plane only: no amount, name,
 * address or text.
 *
 * Threads: that of the store.
 */
#ifndef FV_OUTCOMES_H
#define FV_OUTCOMES_H

#include <jansson.h>

#include "sync-server/store/store.h"

struct outcomes_page {
	json_t *rows;  /* owned: an array, with at most as many rows as steps were taken */
	uint64_t next; /* the cursor behind it */
	bool has_more; /* a step was taken: there may be others behind it */
};

/*
 * Up to `limit` steps (from 1) after `since`, of one agency's cases or (NULL) of any.
 * Owned: out->rows; json_decref().
 * Errors: FV_ENOMEM;  the store's
 */
FV_NODISCARD enum fv_err outcomes_page(struct fv_store *store, const char *agency,
    uint64_t since, size_t limit, struct outcomes_page *out);

#endif
