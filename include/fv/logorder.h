/*
 * The order to go on with a log that was put back to an older backup (PROTOCOL.md section
 * 10): as many supervisors as the next roster needs name the checkpoint from which on the log
 * grows again.  A handheld that has seen a larger or another tree refuses the log until it has
 * such an order.
 *
 * Lines after the origin fieldvisit/v1/resume/<agency>:  size · root (base64) · time
 *
 * Threads: no shared state.  Memory: only fv_bufs.
 */
#ifndef FV_LOGORDER_H
#define FV_LOGORDER_H

#include "fv/roster.h"

struct fv_log_order {
	char agency[FV_ID_BYTES];
	uint64_t size; /* of the tree, at least 1 */
	struct fv_hash root;
	int64_t at_ms; /* whole seconds; a later order stands above an earlier one */
};

/* Append the text of an order, unsigned. */
FV_EXPORT void fv_log_order_put(struct fv_buf *out, const struct fv_log_order *order);
/* Read such a text; what would be put otherwise is refused.  Errors: FV_EFORMAT FV_ERANGE
 * FV_ENOMEM */
FV_EXPORT FV_NODISCARD enum fv_err fv_log_order_parse(
    struct fv_span text, struct fv_log_order *out);
/*
 * Read a signed order, and check agency and signatures against `roster`.
 * Errors: as above;  FV_ECONFLICT  another agency
 *         FV_EAUTH  fewer good signers than the roster's threshold
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_log_order_verify(
    struct fv_span note, const struct fv_roster *roster, struct fv_log_order *out);

#endif
