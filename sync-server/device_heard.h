/*
 * What the server knows of one handheld's trail, for the supervisor who signs an order about
 * it: when it was last heard of, what was not received, and how far the trail reached when.
 * `roster export` writes it as the member "heard" of each enrolment (directory.h); nobody
 * signed it.
 *
 *   {"last_sync": RFC 3339 or null, "had", "received", "sealed", "apart": integers,
 *    "has_all": bool, "seals": [[received, s since 1970; size]], the newest first}
 *
 * The seals are those of the last day, of the two days before one a quarter of an hour, and
 * the one before them.
 *
 * Threads: one.
 */
#ifndef FV_DEVICE_HEARD_H
#define FV_DEVICE_HEARD_H

#include <jansson.h>

#include "sync-server/store/records.h"

#define DEVICE_SEALS_MAX 420U

struct device_heard {
	bool is_known;        /* clear: nothing below is */
	int64_t last_sync_ms; /* 0: never */
	uint64_t had;         /* records that it had then */
	uint64_t received;    /* of them here */
	uint64_t sealed;      /* of those under a good seal */
	uint64_t apart;       /* parts of records (notes, attachments) that are not here */
	bool has_all;         /* there is no seal before the last of `seals` */
	struct fv_store_seal seals[DEVICE_SEALS_MAX]; /* newest first */
	size_t seal_count;
};

/* The server's half, in a view or transaction.  Without seals when `has_seals` is clear.
 * Errors: as store.h. */
FV_NODISCARD enum fv_err device_heard_load(struct fv_store *store,
    const struct fv_store_device *d, bool has_seals, int64_t now_ms, struct device_heard *out);
/* Add it to each of the directory's "enrolments", which are all handhelds by number. */
FV_NODISCARD enum fv_err device_heard_add(
    struct fv_store *store, int64_t now_ms, json_t *directory);

/* Read the member; NULL is nothing known.  Returns NULL, or the rule that it breaks. */
const char *device_heard_read(const json_t *heard, struct device_heard *out);

/* Records waited on it when it was last heard of. */
uint64_t device_heard_waiting(const struct device_heard *heard);
/* The newest seal received by at_ms.  Returns borrowed from heard; NULL: none is named. */
const struct fv_store_seal *device_heard_by(const struct device_heard *heard, int64_t at_ms);

#endif
