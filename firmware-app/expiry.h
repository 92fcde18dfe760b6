/*
 * Case cards do not stay for ever on a handheld that the server cannot reach: without a
 * sync for details.expire_h they are erased, and the next sync brings them again.
 *
 * By the wall clock or, within one start of the machine, by the boot clock, whichever says
 * more: setting the clock back alone keeps nothing.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_EXPIRY_H
#define FV_APP_EXPIRY_H

#include "firmware-app/app.h"

/*
 * Erase what has expired.  *is_erased_out: there were cards, and they are gone from the
 * file.  Not while a sync runs.
 * Errors: FV_EIO FV_EFULL FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_expiry_check(struct fv_app *app, bool *is_erased_out);

/* A sync has succeeded: the time begins anew.  Errors: as above. */
FV_NODISCARD enum fv_err fv_expiry_restart(struct fv_app *app);

/* True while cards that have expired wait for the next sync. */
bool fv_expiry_is_over(struct fv_app *app);

/* Say in the reply, for people, that they were erased and what brings them back. */
void fv_expiry_tell(struct fv_app *app, struct fv_reply *reply);

#endif
