/*
 * The two checkpoints of the server's ledger that this handheld keeps: the newest *seen*,
 * which our receipts are proven in, and the newest *consistent*, which was proven to
 * contain everything that was shown before.  Only the consistent one is a beacon; the
 * server may never show one that is smaller than, or other than, what was seen.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_CHECKPOINTS_H
#define FV_APP_CHECKPOINTS_H

#include "firmware-app/store/store.h"

#define FV_SET_SEEN_SIZE "seen_size"
#define FV_SET_SEEN_ROOT "seen_root"             /* 32 bytes */
#define FV_SET_CONSISTENT_ROOT "consistent_root" /* 32 bytes; its size is the beacon's */
#define FV_SET_PROVEN_DAY "proven_day"           /* local day of the last proof */
#define FV_SET_LOG_ALARM "log_alarm" /* 1: the log was rewritten, and no proof came since */

#define FV_SET_LOG_RESUMED "log_resumed" /* time of the newest order to go on, ms */

/* Size and root of a tree; size 0: none. */
struct fv_tree_head {
	uint64_t size;
	struct fv_hash root;
};

struct fv_checkpoints {
	struct fv_tree_head seen;
	struct fv_tree_head consistent; /* seen.size >= consistent.size */
};

/* Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_checkpoints_load(
    struct fv_store *store, struct fv_checkpoints *checkpoints_out);
FV_NODISCARD enum fv_err fv_checkpoints_save(
    struct fv_store *store, const struct fv_checkpoints *checkpoints);

/* The one that enrolment came with: seen and consistent at once. */
FV_NODISCARD enum fv_err fv_checkpoints_set_first(
    struct fv_store *store, uint64_t size, const struct fv_hash *root);

/*
 * Whether a server that showed `held` may show `shown` now.
 * Errors: FV_ECONFLICT  no: it is smaller, or another tree of the same size
 */
FV_NODISCARD enum fv_err fv_checkpoints_compare(
    const struct fv_tree_head *held, const struct fv_tree_head *shown);

/*
 * Read and verify a checkpoint note of the log whose key is log_pk.
 * Errors: FV_EFORMAT FV_EAUTH
 */
FV_NODISCARD enum fv_err fv_checkpoints_read(
    struct fv_span note, const uint8_t log_pk[FV_KEY_BYTES], struct fv_tree_head *head_out);

#endif
