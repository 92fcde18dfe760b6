/*
 * Takes the opened answer of one sync round: checks everything in it that claims
 * something, and only then lets it change what is stored, in one transaction
 * (PROTOCOL.md sections 7, 9, C6, C7).
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_SYNCDOWN_H
#define FV_APP_SYNCDOWN_H

#include "firmware-app/checkpoints.h"
#include "firmware-app/syncitems.h"
#include "firmware-app/syncstate.h"
#include "firmware-app/syncup.h"

/* One answer: what it answers, then what it did. */
struct fv_syncdown {
	struct fv_app *app;             /* held */
	const struct fv_syncup *sent;   /* held: the request */
	struct fv_tree_head proof_base; /* of request key 2, with want bit 0; size 0: none */
	bool proves_consistent;         /* the base is the consistent one */
	bool must_prove;                /* the log was rewritten before: no proof, no belief */
	struct fv_checkpoints *checkpoints; /* held; moved on */
	struct fv_syncstate *state;         /* held; moved on */
	struct fv_syncup_missing *missing;  /* held; replaced */
	/* what it did */
	struct fv_syncitems items;
	bool has_moved; /* anything at all is further than before */
	bool has_more;  /* items wait */
	bool has_receipt;
	bool has_proof;  /* the consistency proof came and holds */
	bool is_resumed; /* an order to go on with an older log was taken, and nothing else */
	bool is_too_old; /* notice 6 */
	bool has_seal_bad; /* notice 1 */
	int64_t server_ms; /* its clock, in an answer that was taken; 0: it told none */
};

/*
 * Take the answer's plaintext.  On anything but FV_SYNC_NONE nothing was changed, except
 * that FV_SYNC_FORK and FV_SYNC_REVOKED come from a good answer that was taken.
 */
enum fv_sync_reason fv_syncdown_take(struct fv_syncdown *down, struct fv_span plain);

#endif
