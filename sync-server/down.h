/*
 * What goes down: the answer to a sync, made after the commit that it speaks of
 * (PROTOCOL.md sections 7, 8).
 *
 * Threads: those of the store and ingest that are passed.
 */
#ifndef FV_SERVER_DOWN_H
#define FV_SERVER_DOWN_H

#include "fv/history.h"
#include "sync-server/ingest.h"
#include "sync-server/store/book.h"

#define FV_HISTORY_DEPTH_DAYS 400 /* contacts older than this are not sent */
#define FV_WELFARE_HOLD_DAYS 7    /* after a welfare concern, or a child alone */

/*
 * Append the plaintext of the answer: cursor, receipt, proofs, missing blobs, notices,
 * and items as far as request key 7 allows.  Outside of a transaction, after
 * fv_ingest_commit().
 * Errors: what the device gets as a plain status instead
 *         FV_ESTATE   wrong cursor (409)
 *         FV_ETOOBIG  a limit of PROTOCOL.md section 15 (413)
 *         FV_EFORMAT FV_ERANGE FV_ECUT FV_EVERSION  a request that is none (400)
 *         as store.h  nothing can be said now (503, 507)
 */
FV_NODISCARD enum fv_err fv_down_answer(struct fv_ingest *ingest, struct fv_store *store,
    const struct fv_session *session, int64_t now_ms, struct fv_buf *plain_out);

/* What an item is made from. */
struct fv_down {
	struct fv_store *store;               /* held */
	const struct fv_store_device *device; /* held: who gets it */
	int64_t now_ms;
};

/*
 * Append the body of one item as this device gets it, and its version.
 * Errors: FV_ENOENT  it has none (any more): the item is left out;  as store.h
 */
FV_NODISCARD enum fv_err fv_down_body(const struct fv_down *down,
    const struct fv_store_changed *row, struct fv_buf *body_out, uint64_t *version_out);

/* Of it: the history of a case, and the hold that it gives.  FV_ENOENT: no hold. */
FV_NODISCARD enum fv_err fv_down_history(
    const struct fv_down *down, const struct fv_store_case *row, struct fv_buf *body_out);
FV_NODISCARD enum fv_err fv_down_hold(
    const struct fv_down *down, const struct fv_store_case *row, struct fv_buf *body_out);

/* Of it: what other devices recorded, added to a history that has the case. */
FV_NODISCARD enum fv_err fv_down_records(
    const struct fv_down *down, const char *case_id, struct fv_history *history);

/* True when another handheld began a visit at the case so near in time to one of this
 * device's that both may be one, which changes what this device gets.  Errors: as store.h */
FV_NODISCARD enum fv_err fv_down_has_partner(
    struct fv_store *store, int64_t no, struct fv_span case_id, bool *has_out);

#endif
