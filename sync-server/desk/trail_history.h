/* What the two halves of a case's history share. */
#ifndef FV_DESK_TRAIL_HISTORY_H
#define FV_DESK_TRAIL_HISTORY_H

#include "sync-server/desk/trail_in.h"
#include "sync-server/judge.h"

struct trail_history {
	struct judgement judgement;
	const struct fv_case_history *history;       /* into the judgement */
	json_t *contacts, *events, *windows, *rules; /* owned until they are handed over */
};

/* Append what the finding's rule counted, where it is one that counts. */
void trail_put_windows(struct trail_history *th, const struct judged_finding *finding);
/* Returns borrowed: into the pack; NULL: it has no such rule. */
const struct fv_rule *trail_rule_of(const struct judged_finding *finding);

#endif
