/*
 * The directory: what `fieldvisitd roster export` writes for those who seal off the
 * server.  One JSON object:
 *
 *   "rosters"      signed rosters, oldest first, the one in force last
 *   "enrolments"   [{"leaf": base64 of the ENROL leaf, "ticket": its signed ticket}]
 *   "approvals"    signed approvals
 *   "revocations"  signed revoke orders; may be absent
 *
 * It comes from the server, which is not trusted here: rosters must follow each other,
 * tickets and approvals be signed by supervisors, and the caller must know the roster in
 * force by other means (his own signature on it, or its file).
 *
 * Threads: the main thread only, but for directory_gather(): any.
 */
#ifndef FV_DIRECTORY_H
#define FV_DIRECTORY_H

#include <jansson.h>

#include "fv/order.h"
#include "fv/ticket.h"
#include "sync-server/store/store.h"

#define DIRECTORY_DEVICES_MAX 4096U

struct directory_device {
	struct fv_buf leaf; /* owned; the ENROL leaf's bytes */
	struct fv_hash leaf_hash;
	uint8_t dev[FV_DEV_BYTES];
	uint8_t box_pk[FV_KEY_BYTES];
	char officer[FV_ID_BYTES]; /* as the signed ticket says */
	char team[FV_ID_BYTES];
	bool is_approved; /* by a supervisor of the roster in force */
	bool is_revoked;  /* by one of any roster in it */
};

struct directory {
	struct fv_buf roster_note; /* owned; the roster in force, as signed */
	struct fv_roster *roster;  /* owned */
	struct fv_hash roster_hash;
	struct directory_device *devices; /* owned */
	size_t device_count;
};

/*
 * Read and check a directory.  Returns an exit code and says why.
 * Owned: *out; directory_close() releases it, after an error too.
 */
int directory_open(const char *path, struct directory *out);
void directory_close(struct directory *directory);

/* The device of that id.  Returns borrowed; NULL: not enrolled. */
const struct directory_device *directory_find(
    const struct directory *directory, const uint8_t dev[FV_DEV_BYTES]);

/* The server's half: what the store has for one (roster_export.c).  In a view.
 * Owned: *out.  Errors: FV_ENOENT  there is no roster yet;  the store's. */
FV_NODISCARD enum fv_err directory_gather(struct fv_store *store, json_t **out);

#endif
