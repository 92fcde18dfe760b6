/*
 * One round of a sync: what the request says, under which handle, through which link.
 *
 * Threads: one.  Memory: the syncer's.
 */
#ifndef FV_APP_SYNCROUND_H
#define FV_APP_SYNCROUND_H

#include "firmware-app/syncer.h"

/*
 * Seal the trail where records wait, fill in syncer->up, build the request and start the
 * link with it.
 * Errors: FV_ENOENT   there is no link program (result.has_no_link) or no key
 *         FV_ESTATE   the server has acknowledged more than the trail holds
 *         FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_syncround_send(struct fv_syncer *syncer);

/* The tree that the next consistency proof starts from; size 0: none is asked for. */
struct fv_tree_head fv_syncround_base(const struct fv_syncer *syncer);

#endif
