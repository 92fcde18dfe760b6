/*
 * What the officer leaves for himself on this handheld: follow-ups and drafts, sealed to
 * the handheld's own box key as case cards are, so that they can be written at any time and
 * read only while unlocked (PROTOCOL.md section 12).  They never leave it; a wipe and a
 * tombstone erase them with the cards.
 *
 * Threads: one.  Memory: opened bytes are the caller's buffer, which wipes.
 */
#ifndef FV_APP_OWN_H
#define FV_APP_OWN_H

#include "firmware-app/app.h"

/* Kinds of items that no server sends; the key of each is a case id. */
#define FV_KEPT_FOLLOWUP 1010U
#define FV_KEPT_DRAFT 1011U /* of a note */
#define FV_KEPT_FORM 1012U  /* of a form that is being filled in */

/* A note's unsent text, or a form's.  It fits into a call with room to spare. */
#define FV_DRAFT_MAX 32768U

/*
 * Seal and keep; replaces what is kept under that kind and key.  After a wipe nothing is
 * kept, and that is no error.
 * Errors: FV_EAUTH  the box key is unusable;  FV_EIO FV_EFULL FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_own_put(
    struct fv_app *app, uint32_t kind, const char *key, struct fv_span plain);

/*
 * Open; appends to `plain`.
 * Errors: FV_ENOENT   none is kept
 *         FV_EDENIED  locked
 *         FV_EAUTH    altered, or sealed to a key that is gone
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_own_get(
    struct fv_app *app, uint32_t kind, const char *key, struct fv_buf *plain);

/* What was agreed with a borrower, to come back to. */
struct fv_followup {
	uint32_t business; /* enum fv_business */
	int64_t due_days;  /* since 1970-01-01 */
	int64_t made_ms;   /* wall clock */
};

/* Errors: as fv_own_put() */
FV_NODISCARD enum fv_err fv_followup_put(
    struct fv_app *app, const char *case_id, const struct fv_followup *followup);
/* Errors: as fv_own_get(); FV_EFORMAT  no follow-up */
FV_NODISCARD enum fv_err fv_followup_get(
    struct fv_app *app, const char *case_id, struct fv_followup *followup_out);

/* Tell it: a member "followup" of the open object, null where there is none. */
void fv_followup_tell(const struct fv_followup *followup, struct fv_reply *reply);

#endif
