/* What the two halves of the judge share.  Private to judge*.c. */
#ifndef FV_SERVER_JUDGE_IN_H
#define FV_SERVER_JUDGE_IN_H

#include "sync-server/judge.h"
#include "sync-server/zones.h"

struct judge {
	struct fv_store *store;
	struct zones zones;
	struct fv_fold *fold;       /* owned */
	struct judge_trail *trails; /* owned; by dev */
	size_t trail_count, trail_cap;
	struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX]; /* owned; highest revision of each id */
	size_t pack_count;
	int64_t today_utc_ms;
};

#endif
