/*
 * One handheld as JSON: the members that `device list`, `device info` and the desk's
 * GET /api/v1/devices share.  What it recorded says its program, receiver and shifts; its
 * enrolment the hardware; its syncs battery, space, clock and what waits on it.
 *
 * Threads: one.  The store is in a view from open to close.
 */
#ifndef FV_DEVICE_JSON_H
#define FV_DEVICE_JSON_H

#include <jansson.h>

#include "sync-server/store/records.h"

#define DEVICE_SILENT_MS INT64_C(86400000) /* not heard from for so long is silent */

/* A signed order's reason decides between the last four. */
enum device_state {
	DEVICE_NOT_APPROVED = 1,
	DEVICE_APPROVED,
	DEVICE_LOST, /* lost or stolen */
	DEVICE_RETIRED,
	DEVICE_REPLACED,
	DEVICE_REVOKED, /* for any other reason */
};
/* "not-approved", "approved", ...  Returns borrowed: static storage. */
const char *device_state_word(enum device_state state);
/* False: no state has that word. */
bool device_state_of_word(const char *word, enum device_state *state_out);
/* The state that a revocation for this reason leads to. */
enum device_state device_state_of_reason(const char *reason);

struct device_serial; /* device_json.c */

struct device_view {
	struct fv_store *store; /* held */
	int64_t now_ms;
	int64_t silent_ms;
	struct device_serial *serials; /* owned: of the handhelds that are not revoked */
	size_t serial_count;
};
/* Errors: as store.h.  device_view_close() after an error too. */
FV_NODISCARD enum fv_err device_view_open(
    struct device_view *view, struct fv_store *store, int64_t now_ms, int64_t silent_ms);
void device_view_close(struct device_view *view);

/* Its state, and the reason in the order that revoked it ("": it is not revoked).
 * reason: FV_WORD_BYTES, or NULL. */
FV_NODISCARD enum fv_err device_state_get(const struct device_view *view,
    const struct fv_store_device *d, enum device_state *state_out, char *reason);

/*
 * The object:
 *   dev officer agency team         ids
 *   state reason                    as above; reason null: not revoked
 *   is_approved is_revoked approved_ms revoked_ms trusted_size
 *   after_revocation                records received that the revocation does not cover
 *   is_wipe_ordered
 *   version model serial            text or null
 *   same_serial                     devs of other handhelds that named the same serial
 *   receiver                        {source, path, driver} of its newest session, or null
 *   battery_percent free_mib told_ms  as it last told them, and when; null: it did not
 *   clock_ahead_ms clock_from       its clock less "server" (when it last told it) or
 *                                   "receiver" (at its newest record); null: not known
 *   last_sync_ms is_silent          null: it was never heard of
 *   records unsealed                received; of them without a seal
 *   outstanding                     that it had and that were not received
 *   apart apart_pieces              parts of received records still on the way; of them
 *                                   pieces of attachments
 * Owned: *out.  Errors: FV_ENOMEM; as store.h.
 */
FV_NODISCARD enum fv_err device_json(
    const struct device_view *view, const struct fv_store_device *d, json_t **out);

#endif
