/*
 * What came of a visit, as options and as the keys of an OUTCOME (PROTOCOL.md section 2),
 * for the verb that records it and the one that corrects it.
 *
 * Threads: one.  Memory: what is read points into argv.
 */
#ifndef FV_APP_OUTCOME_H
#define FV_APP_OUTCOME_H

#include "firmware-app/payload.h"

struct fv_outcome_said {
	uint32_t outcome, with, recorded; /* codes; 0: not said */
	bool has_business;
	uint32_t business; /* 0: none */
	enum fv_tri entered, identified, confirmed, camera;
	const char *debts, *discussed; /* ids, commas between; NULL: not said */
	bool has_months, has_fields;
	uint64_t months, fields;
};

/* Read the options, and the outcome's word where there is one (else NULL).  False: the
 * reply says what is wrong. */
bool fv_outcome_read(const struct fv_call *call, const char *word,
    struct fv_outcome_said *said_out, struct fv_reply *reply);

/* How many keys fv_outcome_put() writes. */
size_t fv_outcome_count(const struct fv_outcome_said *said);
/* Keys 4 to 16, those that are said, into a map that is open; key 10 is detail_seq, unless
 * it is UINT64_MAX. */
void fv_outcome_put(
    struct fv_buf *out, const struct fv_outcome_said *said, uint64_t detail_seq);

#endif
