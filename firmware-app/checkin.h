/*
 * When the officer is to say that he is well: the newest CHECKIN record, unless a visit's
 * end followed it.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_CHECKIN_H
#define FV_APP_CHECKIN_H

#include "firmware-app/app.h"

#define FV_CHECKIN_MIN_MAX 1440U /* minutes ahead */

struct fv_checkin {
	bool has_due;
	int64_t due_ms; /* wall clock; with has_due */
};

/* Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_checkin_load(
    struct fv_store *store, struct fv_checkin *checkin_out);

/* Record that he is well now and when the next is due, in `minutes`; 0: none is. */
bool fv_checkin_record(struct fv_app *app, uint64_t minutes, struct fv_checkin *checkin_out,
    struct fv_reply *reply);

/* At a visit's begin: set the timer that the settings ask for.  Where that fails the reply
 * says so beside what it says already. */
void fv_checkin_begin(struct fv_app *app, struct fv_reply *reply);

/* Minutes of a visit until a check-in is due; 0: never. */
uint64_t fv_checkin_minutes(const struct fv_app *app);

/* The line and the JSON member "checkin" of `status`; null when none is due. */
void fv_checkin_tell(const struct fv_checkin *checkin, int64_t now_ms, struct fv_reply *reply);

#endif
