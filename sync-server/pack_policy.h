/*
 * House policy: what an adoption loosens in it is written down, each rule a ledger entry
 * with the names of those who signed for it.
 *
 * Threads: one at a time, in the writer's transaction.
 */
#ifndef FV_SERVER_PACK_POLICY_H
#define FV_SERVER_PACK_POLICY_H

#include "fv/order.h"
#include "sync-server/host.h"

#define PACK_POLICY_ID "house" /* the pack of house policy; overlays of it count as it */

/*
 * Write a POLICY leaf for every rule of house policy that `now` loosens, switches off,
 * drops, or changes in a way of which that cannot be told, against what `before` adopted
 * (count 0, or no house in it: against the pack that an overlay is laid over).  The leaf's
 * document is the JSON {"pack","revision","approved_by":[ids],"rule","changes":[{"field",
 * "old","new","looser"}]}.  *count_out is the number of entries.
 * Errors: FV_ECORRUPT, FV_ENOMEM, the store's
 */
FV_NODISCARD enum fv_err pack_policy_write(struct fv_host *host, const struct fv_packs *before,
    const struct fv_packs *now, struct fv_span note, const struct fv_roster *roster,
    size_t *count_out);

#endif
