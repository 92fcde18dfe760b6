/*
 * Dates of the officer in hand and of his agency (certificate, training, contract ...), as the
 * server last said them: what the packs of a case say about them.
 *
 * Threads: one.  Memory: nothing is kept.
 */
#ifndef FV_APP_DATES_H
#define FV_APP_DATES_H

#include "firmware-app/app.h"
#include "firmware-app/packs_kept.h"
#include "fv/audit.h"

#define FV_DATES_KEY "own" /* of the one item of its kind */

/*
 * Call `fn` for each rule of the packs by which one of the dates is over, with what an audit
 * would find.  A date that is not known here is the desk's to ask for.
 * Errors: FV_EIO FV_ENOMEM
 */
typedef void (*fv_dates_fn)(const struct fv_finding *finding, void *ctx);
FV_NODISCARD enum fv_err fv_dates_over(
    struct fv_app *app, const struct fv_packset *packs, fv_dates_fn fn, void *ctx);

#endif
