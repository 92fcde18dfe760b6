/* What the parts of the background judge share.  Private to rejudge*.c. */
#ifndef FV_REJUDGE_IN_H
#define FV_REJUDGE_IN_H

#include "sync-server/judge.h"
#include "sync-server/rejudge.h"
#include "sync-server/store/findings.h"

#define REJUDGE_KEY_BYTES 65U
#define REJUDGE_META                                                                          \
	"rejudge" /* KEY, ' ', '1' when the round is done else '0', ' ', cursor               \
		   */

/* The round over all cases: what it is made by, and the last case that is done. */
struct rejudge_round {
	char key[REJUDGE_KEY_BYTES]; /* hex; "": there was none yet */
	bool is_done;
	char cursor[FV_CASE_ID_BYTES];
};
/* Errors: as store.h.  What cannot be read is a round that is not begun. */
FV_NODISCARD enum fv_err rejudge_round_get(
    struct fv_store *store, struct rejudge_round *round_out);

/* What has changed in the trails since it was looked at, as the request "rejudge note";
 * *out NULL: nothing.  `is_covered`: a round over all cases follows, and no case need be
 * named.  Owned: *out. */
FV_NODISCARD enum fv_err rejudge_look(struct fv_store *store, bool is_covered, json_t **out);

#endif
