/*
 * The agency of practice: made up when a practice folder is made, and its keys are thrown
 * away with it.  What a supervisor signs and what a server answers is made here by the same
 * functions of the library that those use, so that the handheld is a real one in all but
 * that: nobody has the keys to receive, to read or to prove what is recorded on it.
 *
 * Threads: one.  Memory: the agency holds secrets; fv_practice_agency_free() wipes.
 */
#ifndef FV_PRACTICE_AGENCY_H
#define FV_PRACTICE_AGENCY_H

#include "fv/order.h"
#include "fv/ticket.h"

#define FV_PRACTICE_TEAM "practice"
#define FV_PRACTICE_OFFICER "learner"
#define FV_PRACTICE_COLLEAGUE "colleague"

struct fv_practice_agency {
	uint8_t sign_seed[FV_SEED_BYTES]; /* the supervisor's */
	uint8_t log_seed[FV_SEED_BYTES];
	uint8_t hpke_sk[FV_KEY_BYTES];
	struct fv_ticket ticket;  /* with its token */
	struct fv_roster *roster; /* owned */
	struct fv_buf roster_note;
	struct fv_buf ticket_file;
};

/* Owned: *agency_out, by fv_practice_agency_free(); NULL after any error.
 * Errors: FV_ENOMEM FV_EFORMAT */
FV_NODISCARD enum fv_err fv_practice_agency_new(
    int64_t now_ms, struct fv_practice_agency **agency_out);
/* Wipe and release; NULL is fine. */
void fv_practice_agency_free(struct fv_practice_agency *agency);

/* Append `text` signed by the supervisor. */
void fv_practice_sign(
    const struct fv_practice_agency *agency, struct fv_buf *out, struct fv_span text);

/*
 * Do what a server does with an enrolment: open the request, enter it as the only leaf of a
 * log, seal the answer for it.
 * Errors: FV_EAUTH FV_EFORMAT FV_ENOMEM and those of fv_enrol_request_parse()
 */
FV_NODISCARD enum fv_err fv_practice_answer(const struct fv_practice_agency *agency,
    struct fv_span request, int64_t now_ms, struct fv_buf *sealed_out);

#endif
