/*
 * What an order about a handheld does to the records that were not received, in words.
 *
 * Threads: no shared state.
 */
#ifndef FV_ORDER_WORDS_H
#define FV_ORDER_WORDS_H

#include "sync-server/device_heard.h"

struct order_fate {
	const struct device_heard *heard; /* borrowed */
	bool is_revoke, is_wipe;          /* one of them or both */
	uint64_t trusted_size;            /* is_revoke */
	int64_t trusted_ms; /* those were received by then; 0: it was not asked */
};

/* Append one sentence, without a newline. */
void order_put_fate(struct fv_buf *out, const struct order_fate *fate);

#endif
