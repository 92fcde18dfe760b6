/*
 * Checks the codes of second officers for a fold: the server knows the secret of every
 * handheld (PROTOCOL.md section 5).
 *
 * Threads: one thread's.  Memory: cosign_codes_clear() wipes and releases what was read;
 * nothing is read before the first code.
 */
#ifndef FV_SERVER_COSIGN_CODES_H
#define FV_SERVER_COSIGN_CODES_H

#include "fv/fold.h"
#include "sync-server/store/store.h"

struct cosign_codes {
	struct fv_store *store;
	struct fv_store_device *devices; /* owned; secret */
	size_t count, cap;
	bool is_loaded;
	enum fv_err rc; /* why the handhelds could not be read: ask after the fold */
};

/* Have the fold check codes against the handhelds of this store.  Holds: both, until the
 * fold is finished. */
void cosign_codes_init(
    struct cosign_codes *codes, struct fv_store *store, struct fv_fold *fold);
void cosign_codes_clear(struct cosign_codes *codes);

#endif
