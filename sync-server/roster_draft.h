/*
 * The roster that is being drawn up at the desk, and the one in force.
 *
 * Threads: no state.
 */
#ifndef FV_ROSTER_DRAFT_H
#define FV_ROSTER_DRAFT_H

#include <jansson.h>

#include "fv/roster.h"
#include "sync-server/store/store.h"

struct roster_draft {
	struct fv_roster *in_force; /* owned; NULL: there is none yet */
	struct fv_hash in_force_hash;
	struct fv_roster *draft;     /* owned; NULL: nothing is being drawn up */
	struct fv_buf note;          /* owned: its text, or a note with some signatures */
	struct fv_span text;         /* into note */
	struct fv_signednote parsed; /* into note; sig_count 0: nobody signed yet */
};

/* Read both; a draft that does not follow what is in force (any more) is none.
 * Owned: *d, after an error too; roster_draft_close().  Errors: the store's. */
FV_NODISCARD enum fv_err roster_draft_open(struct roster_draft *d, struct fv_store *store);
void roster_draft_close(struct roster_draft *d);

/* Whose signatures count: of the roster in force, of a first one its own.
 * Returns borrowed from d. */
const struct fv_roster *roster_draft_electors(const struct roster_draft *d);

/* Ids of the electors who have signed the draft.  Owned: the result. */
json_t *roster_draft_signed(const struct roster_draft *d);

#endif
