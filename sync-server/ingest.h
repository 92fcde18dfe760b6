/*
 * Ingest: what the writer does with the opened chunks of many requests (PROTOCOL.md
 * sections 6, 7, 18, C6.2).  A chunk is a whole: what it holds is stored or not, and is
 * on disk when the group's commit has returned.
 *
 * Order of work: fv_ingest_begin(), then for any number of sessions fv_ingest_chunk() and
 * fv_ingest_end(), then fv_ingest_commit().  Where one of them fails the group is rolled
 * back, and every session that had a part in it is to be dropped: its device sends again.
 *
 * Threads: all of it belongs to the writer's thread.
 */
#ifndef FV_SERVER_INGEST_H
#define FV_SERVER_INGEST_H

#include "fv/sync.h"
#include "fv/trail.h"
#include "ledger.h"
#include "store/store.h"

#define FV_INGEST_UNSEALED_MAX 1024U /* records of one trail without a seal */

struct fv_ingest;
struct fv_session;

/* Holds: store and ledger.  Owned: *ingest_out; fv_ingest_free(). */
FV_NODISCARD enum fv_err fv_ingest_new(
    struct fv_ingest **ingest_out, struct fv_store *store, struct fv_ledger *ledger);
void fv_ingest_free(struct fv_ingest *ingest);

/* Open the group's transaction. */
FV_NODISCARD enum fv_err fv_ingest_begin(struct fv_ingest *ingest);
/*
 * Put the group on disk and sign the ledger's head.
 * Errors: as store.h; the group is rolled back
 */
FV_NODISCARD enum fv_err fv_ingest_commit(struct fv_ingest *ingest);
/* Drop the group. */
void fv_ingest_rollback(struct fv_ingest *ingest);

/* Checkpoint note of the newest commit, and the size it is of; empty while the ledger is.
 * Returns borrowed: until the next commit. */
struct fv_span fv_ingest_checkpoint(const struct fv_ingest *ingest, uint64_t *size_out);

/* One request of one device.  handle_idx: i of the handle that it came under.
 * Copies: device.  Owned: *session_out; fv_session_free(). */
FV_NODISCARD enum fv_err fv_session_new(struct fv_session **session_out,
    const struct fv_store_device *device, uint32_t handle_idx);
void fv_session_free(struct fv_session *session);

/*
 * Take the plaintext of the session's next chunk.  What is wrong with the *request* is
 * kept in the session (fv_session_result) and is no error here.
 * Errors: FV_EIO FV_EFULL FV_ENOMEM FV_EBUSY FV_ECORRUPT; the group cannot be committed
 */
FV_NODISCARD enum fv_err fv_ingest_chunk(struct fv_ingest *ingest, struct fv_session *session,
    struct fv_span plain, int64_t now_ms);
/* Before a chunk: the signatures in it that were verified already (ahead.h); NULL: none.
 * Borrows: seen, until the chunk is taken. */
void fv_session_foresee(struct fv_session *session, const struct fv_seals_seen *seen);

/*
 * The request is over, whole or cut: decide what was left open, add the HEAD leaf for the
 * last good seal, move the handle on.  Errors: as fv_ingest_chunk.
 */
FV_NODISCARD enum fv_err fv_ingest_end(
    struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms);

/* What there is to say to the device, after fv_ingest_end(). */
struct fv_session_result {
	enum fv_err fault; /* FV_OK, or why the request was not understood */
	bool has_request;  /* the request map has come */
	bool wrong_cursor; /* its records begin after next_seq: nothing of them was taken */
	uint64_t next_seq;
	uint64_t sealed_size;
	bool has_receipt;    /* a good seal came, or the receipt was asked for again */
	uint64_t head_index; /* of the HEAD leaf; with has_receipt */
	bool holds_alert;    /* the alert of the request is kept */
	uint32_t notices[FV_NOTICES_MAX];
	size_t notice_count;
	uint64_t records_new;    /* stored by this request */
	uint64_t records_same;   /* held before, byte for byte */
	uint64_t slices_refused; /* of blobs that nothing names */
};
/* Returns borrowed: until the session is freed. */
const struct fv_session_result *fv_session_result(const struct fv_session *session);
const struct fv_sync_request *fv_session_request(const struct fv_session *session);
const struct fv_store_device *fv_session_device(const struct fv_session *session);

#endif
