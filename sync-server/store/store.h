/*
 * The server's store: who is enrolled, and the transactions around everything.  Trails
 * and records are store/records.h, the ledger's rows store/log.h, the papers (rosters,
 * tickets, packs, cases) store/book.h, contacts of other systems and findings
 * store/findings.h.
 *
 * Threads: a store belongs to one thread at a time.  One store of a data folder is open
 * for writing (it alone checkpoints); any number may be open for reading beside it.
 * Disk: what a committed transaction wrote is on disk before fv_store_commit() returns.
 * Memory: a store holds its prepared statements; see each function for the rest.
 *
 * Errors that any function may give: FV_EIO, FV_EFULL (no space left on the disk),
 * FV_EBUSY, FV_ENOMEM, FV_ECORRUPT (a row does not have its form).  After one of them in
 * a transaction the only way on is fv_store_rollback().
 */
#ifndef FV_STORE_STORE_H
#define FV_STORE_STORE_H

#include <stdatomic.h>

#include "fv/lines.h"
#include "fv/trail.h"

#define FV_STORE_VERSION 9 /* user_version that this build writes */

struct fv_store;

enum fv_store_mode {
	FV_STORE_CREATE, /* a new file: FV_EEXIST when there is one */
	FV_STORE_WRITE,  /* migrates an older file first */
	FV_STORE_READ,   /* never writes, never checkpoints */
};

/*
 * Open the database file `path`.  Sets and reads back every pragma it relies on; for
 * writing after an unclean stop it checks every page first.
 * Owned:  *store_out; fv_store_close().
 * Errors: FV_ENOENT  no such file;  FV_EEXIST  FV_STORE_CREATE and there is one
 *         FV_EVERSION  written by a newer build;  FV_ESTATE  a pragma did not hold, or
 *         FV_STORE_READ of a file that needs a migration;  FV_ECORRUPT  damaged
 */
FV_NODISCARD enum fv_err fv_store_open(
    struct fv_store **store_out, const char *path, enum fv_store_mode mode);
void fv_store_close(struct fv_store *store);

/* Make every statement of this store fail with FV_ESTATE, within milliseconds, once
 * *is_over is true.  Borrowed: is_over, until close.  Any thread may set it. */
void fv_store_end_when(struct fv_store *store, atomic_bool *is_over);

/* The database's words for the last failure, for one log line.  Returns borrowed: until
 * the next call with this store. */
const char *fv_store_error(const struct fv_store *store);

/* One write transaction.  rollback never fails and is a no-op outside of one. */
FV_NODISCARD enum fv_err fv_store_begin(struct fv_store *store);
FV_NODISCARD enum fv_err fv_store_commit(struct fv_store *store);
void fv_store_rollback(struct fv_store *store);

/* One consistent view for several reads; what was lent before begin or end is dead after it.
 * end is a no-op outside of one. */
FV_NODISCARD enum fv_err fv_store_view_begin(struct fv_store *store);
void fv_store_view_end(struct fv_store *store);

/* Copy the whole database to a new file while it is in use.  Call from the thread of
 * the writing store, outside a transaction.  Errors: FV_EEXIST. */
FV_NODISCARD enum fv_err fv_store_backup(struct fv_store *store, const char *path);

/* Check every page and index.  Slow.  Errors: FV_ECORRUPT. */
FV_NODISCARD enum fv_err fv_store_check(struct fv_store *store);

/* Settings of this server: small values by name ("agency", "url", ...).
 * Errors: FV_ENOENT (get). */
FV_NODISCARD enum fv_err fv_store_meta_get(
    struct fv_store *store, const char *name, struct fv_buf *value_out);
FV_NODISCARD enum fv_err fv_store_meta_set(
    struct fv_store *store, const char *name, struct fv_span value);

/* -- devices ------------------------------------------------------------------- */

struct fv_store_device {
	int64_t no; /* the store's own number of the device, from 1 */
	uint8_t dev[FV_DEV_BYTES];
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t pk_sync[FV_KEY_BYTES];
	uint8_t pk_box[FV_KEY_BYTES];
	uint8_t ticket_id[16];
	char agency[FV_ID_BYTES];
	char team[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	uint8_t handle_secret[FV_KEY_BYTES];
	uint32_t handle_idx; /* i of the handle in use */
	int64_t enrolled_ms;
	uint64_t enrol_index; /* of the ENROL leaf in the ledger */
	bool is_approved;
	int64_t approved_ms; /* with is_approved */
	bool is_revoked;
	int64_t revoked_ms;    /* with is_revoked: when the order was taken in */
	uint64_t trusted_size; /* with is_revoked: records below it are believed */
};
typedef enum fv_err (*fv_store_device_fn)(const struct fv_store_device *device, void *ctx);

/* Add; `no`, approval and revocation are ignored.  Its trail starts empty.
 * Errors: FV_EEXIST  this dev is there */
FV_NODISCARD enum fv_err fv_store_device_add(
    struct fv_store *store, const struct fv_store_device *device, int64_t *no_out);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_device_get(
    struct fv_store *store, const uint8_t dev[FV_DEV_BYTES], struct fv_store_device *out);
FV_NODISCARD enum fv_err fv_store_device_get_no(
    struct fv_store *store, int64_t no, struct fv_store_device *out);
/* All devices in the order of enrolment, of one officer when `officer` is not NULL.  Stops
 * at the first error of `fn` and returns it. */
FV_NODISCARD enum fv_err fv_store_device_each(
    struct fv_store *store, const char *officer, fv_store_device_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_device_approve(
    struct fv_store *store, int64_t no, int64_t approved_ms);
FV_NODISCARD enum fv_err fv_store_device_revoke(
    struct fv_store *store, int64_t no, int64_t revoked_ms, uint64_t trusted_size);

/* A name by which a device is known on the wire for a while. */
struct fv_store_handle {
	uint8_t handle[8];
	uint32_t idx; /* i of handle_i */
};
/* The handles by which this device is known now: replaces the earlier ones, and sets its
 * handle_idx to current_idx. */
FV_NODISCARD enum fv_err fv_store_handles_set(struct fv_store *store, int64_t no,
    uint32_t current_idx, const struct fv_store_handle *handles, size_t count);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_handle_find(
    struct fv_store *store, const uint8_t handle[8], int64_t *no_out, uint32_t *idx_out);

#endif
