/*
 * Whether the register keeps an officer from a handheld of a team.  It bars, never admits: of
 * whom it is silent, the roster decides.
 *
 * Threads: the store's.
 */
#ifndef FV_STAFFBAR_H
#define FV_STAFFBAR_H

#include "sync-server/store/store.h"

#define FV_STAFFBAR_BYTES 160U

/*
 * *why_out is a phrase such as "officer o1 is disabled", "" when nothing bars him.
 * Errors: the store's
 */
FV_NODISCARD enum fv_err fv_staff_bar(struct fv_store *store, const char *officer,
    const char *team, char why_out[FV_STAFFBAR_BYTES]);

#endif
