/*
 * Enrolment at the server (PROTOCOL.md sections 7, C8): one ticket, one handheld, one
 * ENROL leaf.
 *
 * Threads: the writer's.
 */
#ifndef FV_SERVER_ENROL_H
#define FV_SERVER_ENROL_H

#include "sync-server/ledger.h"

#define FV_ENROL_AGAIN_MS                                                                     \
	(7 * INT64_C(86400000)) /* a lost answer is given again for so long */

/* What an enrolment arrived with. */
struct fv_enrolment {
	uint8_t ticket_id[16];
	struct fv_span plain;         /* the opened request map */
	const uint8_t *handle_secret; /* 32 bytes; borrowed */
	int64_t now_ms;
};

/*
 * Take an enrolment, in a transaction.  The same keys under the same ticket within
 * FV_ENROL_AGAIN_MS give the same device again and write nothing.
 * Errors: FV_ENOENT     no such ticket
 *         FV_EDENIED    the ticket has expired, or the register bars its officer now
 *         FV_ECONFLICT  it was spent by other keys, or too long ago
 *         FV_EFORMAT FV_ERANGE FV_EAUTH  the request, or a key in it, is not good
 *         those of store.h
 */
FV_NODISCARD enum fv_err fv_enrolment_take(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_enrolment *enrolment, int64_t *device_no_out);

/* Append the answer map, after the commit. */
FV_NODISCARD enum fv_err fv_enrolment_answer(struct fv_store *store, struct fv_ledger *ledger,
    int64_t device_no, int64_t now_ms, struct fv_buf *plain_out);

#endif
