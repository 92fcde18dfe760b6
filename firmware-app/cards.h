/*
 * Case cards on the handheld: checked against a supervisor's signature, opened with the
 * key that the PIN unwraps.
 *
 * Threads: one.  Memory: the opened text is the caller's buffer, which wipes.
 */
#ifndef FV_APP_CARDS_H
#define FV_APP_CARDS_H

#include "firmware-app/app.h"
#include "fv/roster.h"

#define FV_CARD_PHONES_MAX 8U

struct fv_card_phone {
	struct fv_span label, number;
	uint32_t place; /* code; 0: not said */
};

/* An opened card; spans into the plaintext; an empty span: not there. */
struct fv_card_text {
	struct fv_span name, address, amount, days_overdue, remark;
	struct fv_card_phone phones[FV_CARD_PHONES_MAX];
	size_t phone_count;
};

/*
 * Open the card of a case with app->sk_box; the plaintext is appended to `plain`.
 * Errors: FV_ENOENT    no card, or none for this handheld
 *         FV_EDENIED   locked
 *         FV_ESTATE    planned for a later day: it is opened on that day
 *         FV_EAUTH     not signed by a supervisor on the roster, altered, or for another key
 *         FV_EFORMAT FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_card_read(struct fv_app *app, const struct fv_roster *roster,
    const char *case_id, struct fv_buf *plain, struct fv_card_text *text_out);

/* Drop every card and every piece of one.  Best within the caller's transaction.
 * Errors: FV_EIO FV_EFULL FV_ECORRUPT */
FV_NODISCARD enum fv_err fv_cards_drop(struct fv_store *store);

/* Read a card's plaintext map.  Unknown keys are passed over.  Errors: FV_EFORMAT */
FV_NODISCARD enum fv_err fv_card_text_parse(
    struct fv_span plain, struct fv_card_text *text_out);

#endif
