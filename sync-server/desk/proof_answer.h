/* What the parts of the answer to a regulator share.  Private to desk/proof_*.c. */
#ifndef FV_DESK_PROOF_ANSWER_H
#define FV_DESK_PROOF_ANSWER_H

#include "fv/roster.h"
#include "sync-server/desk/proof_in.h"

/* One case and an interval of local dates. */
struct proof_case {
	struct fv_store *store;
	struct judge *judge; /* with texts */
	const struct fv_store_case *row;
	char id[FV_CASE_ID_BYTES];
	struct judgement *j;
	const struct fv_roster *roster; /* NULL: none */
	bool has_from, has_until;
	int64_t from_day, until_day; /* both in it */
	int64_t from_ms, until_ms;   /* UTC; until_ms is past it; INT64_MIN, _MAX: no end */
};

/* "2026-03-02T21:50:00+08:00" in the zone of the case.  Owned: the result. */
json_t *proof_time(const struct proof_case *c, int64_t utc_ms);
/* null for `has` false. */
json_t *proof_time_or_null(const struct proof_case *c, bool has, int64_t utc_ms);
/* An officer with his name where the roster has him. */
json_t *proof_officer(const struct proof_case *c, const char *id);

/* Which handhelds and officers could have been there, until when each has synced, which
 * gaps.  Owned: *out (NULL after an error). */
enum fv_err proof_completeness(const struct proof_case *c, json_t **out);

/* What the borrower asked for and complained of in the interval.  Owned: *out. */
enum fv_err proof_requests(const struct proof_case *c, json_t **out);

#endif
