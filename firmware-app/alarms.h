/*
 * The ALARM records of this handheld, for the officer who carries it.
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_ALARMS_H
#define FV_APP_ALARMS_H

#include "firmware-app/app.h"

#define FV_ALARMS_TOLD_MAX 20U

/*
 * Tell those of the local day of `now_ms`, the newest FV_ALARMS_TOLD_MAX, the latest first:
 * a line each, and "alarms" in JSON.  Errors: FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_alarms_tell(
    struct fv_app *app, int64_t now_ms, struct fv_reply *reply);

#endif
