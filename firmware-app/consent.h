/*
 * The officer's own answer to being recorded, and his pauses: what he may decide himself
 * (PROTOCOL.md section 2: OFFICER, GAP).
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_CONSENT_H
#define FV_APP_CONSENT_H

#include "firmware-app/app.h"
#include "firmware-app/work.h"

#define FV_CONSENT_TEXT 1U /* version of the text that the officer was shown */

/* Reasons of a GAP record. */
enum fv_gap_reason {
	FV_GAP_NO_FIX = 1,
	FV_GAP_RECEIVER_GONE = 2,
	FV_GAP_SUSPENDED = 3,
	FV_GAP_POWER_LOST = 4,
	FV_GAP_PAUSED = 5,
};

/* Append the payload of a GAP record. */
void fv_gap_put(
    struct fv_buf *out, enum fv_gap_reason reason, int64_t from_ms, int64_t until_ms);

/* Say what is recorded, when, who sees it and for how long, and how to answer. */
void fv_consent_tell(struct fv_reply *reply);

/* Record the officer's answer.  False: the reply says why. */
bool fv_consent_record(
    struct fv_app *app, struct fv_work *work, bool agrees, struct fv_reply *reply);

/* Begin a pause: no position is taken from now on.  False: the reply says why. */
bool fv_pause_begin(struct fv_app *app, struct fv_work *work, struct fv_reply *reply);

/* End it, where there is one, with the GAP record that says when it was.  False: the
 * reply says why. */
bool fv_pause_end(struct fv_app *app, struct fv_work *work, struct fv_reply *reply);

#endif
