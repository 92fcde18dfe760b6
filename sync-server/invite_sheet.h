/*
 * The printed sheet of a folder of tickets: one card each, with the ticket as a QR code.  One
 * HTML page that fetches nothing.
 *
 * Threads: no state.
 */
#ifndef FV_INVITE_SHEET_H
#define FV_INVITE_SHEET_H

#include "fv/ticket.h"

#define INVITE_NAME_BYTES 64U /* "0001-OFFICER.ticket" */

/* A card. */
struct invite_card {
	size_t number;                /* from 1 */
	char name[INVITE_NAME_BYTES]; /* of the ticket's file */
	const struct fv_ticket *ticket;
	struct fv_span file; /* the ticket file: what the code holds */
};

void invite_sheet_begin(struct fv_buf *page, const struct fv_ticket *common, size_t count);
/* Errors: FV_ETOOBIG  the ticket is too long for a QR code;  FV_ENOMEM. */
FV_NODISCARD enum fv_err invite_sheet_add(struct fv_buf *page, const struct invite_card *card);
void invite_sheet_end(struct fv_buf *page);

#endif
