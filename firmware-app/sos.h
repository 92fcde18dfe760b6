/*
 * The SOS of this handheld: raised or not, and how far it has come.  What is shown of it is
 * only what is known: recorded (the record is on our disk), sent (the server's sealed
 * answer says that it holds it), seen (a supervisor has acknowledged it, by name).
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_SOS_H
#define FV_APP_SOS_H

#include "firmware-app/app.h"

/* The setting that says what the server holds: at_ms of the alert, its state, and when its
 * answer came. */
#define FV_SET_SOS_SENT "sos_sent"

/*
 * app->sos as the trail and the store say; read once, then kept up to date here.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT  (app->sos is then what is known)
 */
FV_NODISCARD enum fv_err fv_sos_load(struct fv_app *app);

/* A new alert: recorded as `seq`, or not at all (has_seq false). */
void fv_sos_raise(struct fv_app *app, bool has_seq, uint64_t seq, int64_t at_ms);
/* The officer has ended it. */
void fv_sos_end(struct fv_app *app);

/* True when requests say it: it stands, or the server does not know yet that it ended. */
bool fv_sos_is_told(const struct fv_sos *sos);

/* Give the alert the place of now, where there is one.  True: it had none before. */
bool fv_sos_take_place(struct fv_app *app);

/* A sealed answer says that the server holds `alert`. */
void fv_sos_note_sent(struct fv_app *app, const struct fv_alert *alert, int64_t now_ms);
/* An item says who has seen it; another alert's is passed over. */
void fv_sos_note_seen(struct fv_app *app, const struct fv_alert_seen *seen);

/* "recorded", "sent", "seen"; "unrecorded" when it is neither on the disk nor sent. */
const char *fv_sos_word(const struct fv_sos *sos);
/* The lines and the JSON member "sos" of `status`; null when there is none. */
void fv_sos_tell(const struct fv_app *app, struct fv_reply *reply);

/* The number to call in danger. */
const char *fv_sos_number(const struct fv_app *app);

#endif
