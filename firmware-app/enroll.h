/*
 * Enrolment: a ticket becomes an identity (PROTOCOL.md sections 7, C8).
 *
 * The request is made once, stored with the one secret that opens its answer, and sent
 * as it is until an answer comes: a lost answer kills no handheld, and the same bytes
 * are never sealed twice under one context.
 *
 * Threads: one.  Memory: secrets in fv_secret_alloc() memory.
 */
#ifndef FV_APP_ENROLL_H
#define FV_APP_ENROLL_H

#include "firmware-app/app.h"

#define FV_SET_ENROL_BODY "enrol_body"       /* the sealed request, while pending */
#define FV_SET_ENROL_CONTEXT "enrol_context" /* enc || exporter secret, while pending */

#define FV_ENROLL_SERIAL_BYTES 65U

/* The machine's own serial number, "" where it has none.  Returns borrowed: out. */
const char *fv_enroll_serial(char out[FV_ENROLL_SERIAL_BYTES]);

/* What the ticket file said. */
struct fv_enroll_ticket {
	struct fv_ticket ticket; /* with its token: wipe after use */
	struct fv_span note;     /* the signed part; into the file */
};

/*
 * Make keys for this ticket, and the request, and store both, durably, under the PIN what
 * belongs under it.  False: the reply says why.
 */
bool fv_enroll_prepare(struct fv_app *app, const struct fv_enroll_ticket *ticket,
    struct fv_span pin, struct fv_reply *reply);

/* Send the stored request and take its answer in: checks everything that it claims.
 * False: the reply says why, and the request stays for another try. */
bool fv_enroll_send(
    struct fv_app *app, const struct fv_ticket *ticket, struct fv_reply *reply);

/* The same of an answer that came another way: its sealed bytes. */
bool fv_enroll_take(struct fv_app *app, const struct fv_ticket *ticket, struct fv_span sealed,
    struct fv_reply *reply);

/* Tell what the supervisor compares: this handheld's id and its 40 digits. */
void fv_enroll_show(const struct fv_app *app, struct fv_reply *reply);

#endif
