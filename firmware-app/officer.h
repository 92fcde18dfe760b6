/*
 * Who has the handheld in hand, and the PINs of the officers on it.
 *
 * The officer of the enrolment has it in hand until he hands it back or another logs in;
 * each change is an OFFICER record.  Whoever may read the case cards has their key wrapped
 * under his own PIN (pin.h).  An officer who only cosigns has a PIN that opens nothing.
 * Wrong tries are counted for each officer; the tenth erases his PIN here.
 *
 * Threads: one.  Memory: secrets in fv_secret_alloc() memory.
 */
#ifndef FV_APP_OFFICER_H
#define FV_APP_OFFICER_H

#include "firmware-app/pin.h"
#include "firmware-app/verb.h"
#include "fv/ticket.h"

#define FV_SET_OFFICER "officer" /* in hand, "" for nobody; absent: the enrolment's */
#define FV_OFFICER_SLOT_BYTES 48U

/* The names of one officer's PIN file and of what counts his tries. */
struct fv_officer_slot {
	char file[FV_OFFICER_SLOT_BYTES], failures[FV_OFFICER_NAME_BYTES];
	char boot[FV_OFFICER_SLOT_BYTES], boottime[FV_OFFICER_NAME_BYTES];
	struct fv_pin_slot slot; /* into the above */
};

void fv_officer_slot(
    const struct fv_app *app, const char *officer, struct fv_officer_slot *slot_out);

/* Read into app->officer who has the handheld in hand.  Errors: FV_ECORRUPT FV_EIO */
FV_NODISCARD enum fv_err fv_officer_load(struct fv_app *app);

/* True when somebody has it in hand.  False: the reply says that nobody has. */
bool fv_officer_is_there(const struct fv_app *app, struct fv_reply *reply);

/* Why a list of cases is empty, and what to do: they come to whoever has it in hand. */
void fv_officer_tell_no_case(const struct fv_app *app, struct fv_reply *reply);

/* What the server looks at before it sends another officer's cases here. */
struct fv_officer_let {
	bool is_there; /* a ticket was spent just now */
	uint8_t ticket[FV_TICKET_ID_BYTES];
	uint8_t proof[FV_HASH_BYTES]; /* fv_ticket_login_proof() */
};

/*
 * Hand over to `officer`, or back (NULL): the OFFICER records and the setting, in one
 * commit.  From then on only his cases are there to be read (store/store.h).
 * False: the reply says why, and nothing has changed.
 */
bool fv_officer_change(struct fv_app *app, const char *officer,
    const struct fv_officer_let *let, struct fv_reply *reply);

/* True when the officer who has it in hand had it when record `seq` was written. */
bool fv_officer_had_it(struct fv_app *app, uint64_t seq);

/*
 * Set or replace the officer's PIN and forget his wrong tries.  `key` is what it opens;
 * NULL: nothing (cosigning).  False: the reply says why.
 */
bool fv_officer_set_pin(struct fv_app *app, const char *officer, struct fv_span pin,
    const uint8_t *key, struct fv_reply *reply);

/*
 * Try his PIN.  *key_out is what it opened (fv_secret_alloc() memory, the caller's), or
 * NULL when it opens nothing.  False: the reply says why.
 */
bool fv_officer_try_pin(struct fv_app *app, const char *officer, struct fv_span pin,
    uint8_t **key_out, struct fv_reply *reply);

/*
 * Spend the ticket file in inputs[0] on a PIN for `officer`: a supervisor of the roster
 * held here signed it, for him, of this agency, and it was not spent here before.
 * Works offline.  False: the reply says why.
 */
bool fv_officer_spend_ticket(struct fv_app *app, struct fv_call *call, const char *officer,
    struct fv_officer_let *let_out, struct fv_reply *reply);

#endif
