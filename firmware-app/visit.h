/*
 * Visits of this trail: finding one, ending the open one, and what shows that its end was
 * forgotten.
 *
 * Threads: one.  Memory: none but the caller's struct.
 */
#ifndef FV_APP_VISIT_H
#define FV_APP_VISIT_H

#include "firmware-app/app.h"
#include "firmware-app/work.h"

/* Reasons of an AMEND. */
enum fv_amend_reason {
	FV_AMEND_WRONG_CASE = 1,
	FV_AMEND_LATE_BEGIN,
	FV_AMEND_FORGOT_END,
	FV_AMEND_WRONG_OUTCOME,
	FV_AMEND_OTHER,
};

/* One visit as it was recorded. */
struct fv_visit {
	uint64_t seq;           /* of VISIT_BEGIN */
	struct fv_header begin; /* of that record */
	char case_id[FV_CASE_ID_BYTES];
	bool has_end;
	uint64_t end_seq;     /* of VISIT_END, with has_end */
	struct fv_header end; /* likewise */
	bool has_outcome;
	uint64_t outcome_seq; /* of the last OUTCOME, with has_outcome */
	int64_t sign_ms;      /* wall clock of the newest record made in it, or of its begin */
};

/*
 * The visit of an id as begin and status print it, of the seq that trail prints, or "last".
 * False: the reply says why.
 */
bool fv_visit_find(
    struct fv_app *app, const char *name, struct fv_visit *visit_out, struct fv_reply *reply);

/*
 * When the handheld was last seen inside the visit: by the receiver, where it watched;
 * else the newest record made in it.  *is_there_out: that was just now.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_visit_last_inside(
    struct fv_app *app, uint64_t seq, int64_t *ms_out, bool *is_there_out);

/* Write the VISIT_END of the open visit.  False: the reply says why. */
bool fv_visit_end(struct fv_app *app, uint64_t visit_seq, uint64_t *seq_out, bool *is_fix_out,
    struct fv_reply *reply);

/* That, and an AMEND that it ended at claim_ms: both or neither. */
bool fv_visit_end_forgotten(struct fv_app *app, uint64_t visit_seq, int64_t claim_ms,
    uint64_t *seq_out, struct fv_reply *reply);

/* The head of an AMEND: keys 1, 3 (with has_claim) and 4; `more` keys follow. */
void fv_visit_put_amend(struct fv_buf *out, uint64_t of_seq, enum fv_amend_reason reason,
    bool has_claim, int64_t claim_ms, size_t more);

#endif
