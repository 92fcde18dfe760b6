/*
 * Setting and lifting a hold on a case, for whoever does: an event in the case's history at
 * once, an alert where a visit is under way, news for the handhelds, a ledger leaf.
 *
 * Threads: the thread that writes, in its transaction.
 */
#ifndef FV_SERVER_HOLDING_H
#define FV_SERVER_HOLDING_H

#include "sync-server/host.h"
#include "sync-server/store/work.h"

#define FV_HOLD_EVENT_BYTES 32U /* id of its event, and NUL */

/* Set: case_id, agency, kind, reason, made_by, from_ms, until_ms are the caller's; sets id. */
FV_NODISCARD enum fv_err fv_holding_put(struct fv_host *host, struct fv_store_hold *hold);
/* Lift now. */
FV_NODISCARD enum fv_err fv_holding_lift(
    struct fv_host *host, struct fv_store_hold *hold, const char *reason, const char *by);

#endif
