/*
 * What a borrower may ask with a code, without a name and without a case: who stands at
 * the door, and what was recorded of a visit.
 *
 * Threads: that of the store.  Memory: none.
 */
#ifndef FV_BORROWER_H
#define FV_BORROWER_H

#include "fv/slip.h"
#include "sync-server/store/store.h"

#define FV_SLIP_LIFE_MS (INT64_C(730) * FV_DAY_MS) /* a slip code stands two years */

/* Who is entitled to visit. */
struct fv_borrower_badge {
	char agency[FV_ID_BYTES];
	char badge[FV_ID_BYTES]; /* the officer's id */
};

/*
 * The handheld whose day code this is: of today, the day before or the day after, approved,
 * not revoked, its officer on the roster in force.  Looks at every handheld, whichever it
 * is.
 * Errors: FV_ENOENT  not known  (*out is empty);  the store's
 */
FV_NODISCARD enum fv_err fv_borrower_credential(struct fv_store *store,
    const char code[FV_CODE_BYTES], int64_t now_ms, struct fv_borrower_badge *out);

/* A visit by its slip code. */
struct fv_borrower_visit {
	struct fv_borrower_badge who;
	int64_t recorded_ms; /* when the handheld began it, by its own clock */
	int64_t received_ms; /* when it came here */
	/* For the server's own use, never shown to him: */
	int64_t device_no;
	uint64_t seq; /* of VISIT_BEGIN */
	char team[FV_ID_BYTES];
	char case_id[FV_CASE_ID_BYTES]; /* "": not known */
};

/*
 * Errors: FV_ENOENT  not received, no such code, or one that has expired: the same for all
 *         (*out is empty);  the store's
 */
FV_NODISCARD enum fv_err fv_borrower_visit(struct fv_store *store,
    const char code[FV_CODE_BYTES], int64_t now_ms, struct fv_borrower_visit *out);

/* The same by what the server keeps of the code. */
FV_NODISCARD enum fv_err fv_borrower_visit_by(struct fv_store *store,
    const struct fv_hash *hash, int64_t now_ms, struct fv_borrower_visit *out);

#endif
