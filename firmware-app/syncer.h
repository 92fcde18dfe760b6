/*
 * One sync from beginning to end: rounds of request and answer through fieldvisit-link
 * until nothing waits, or until something stands in the way (PROTOCOL.md section 7, C6).
 * It never waits by itself: the agent polls fd and calls step; a command without an
 * agent calls fv_syncer_run().
 *
 * Threads: one.  Memory: owned; fv_syncer_clear() releases and wipes.
 */
#ifndef FV_APP_SYNCER_H
#define FV_APP_SYNCER_H

#include "firmware-app/linkproc.h"
#include "firmware-app/syncdown.h"

#define FV_SYNC_ROUNDS_MAX 200U
#define FV_SYNC_RETRY_FIRST_MS INT64_C(30000) /* doubled by each failure */
#define FV_SYNC_RETRY_MAX_MS INT64_C(1800000)
#define FV_SYNC_PROBE_BYTES 6144U /* sent before a cut: the cursor is asked for first */

enum fv_sync_flag {
	FV_SYNC_FULL = 1,  /* ask for the consistency proof whatever the day; large answers */
	FV_SYNC_STATE = 2, /* tell battery and free space: at a shift's begin */
	FV_SYNC_ALERT = 4, /* one round that says the SOS and carries nothing else */
};

/* How it went. */
struct fv_sync_result {
	enum fv_sync_reason reason; /* FV_SYNC_NONE: all that was asked for is done */
	uint64_t records_sent;      /* acknowledged in this sync */
	uint64_t next_seq, receipted, recorded;
	uint64_t items, items_refused;
	uint64_t up_bytes, down_bytes;
	unsigned rounds;
	uint32_t guards; /* of fieldvisit-link; enum fv_link_guard */
	bool is_proven;  /* a consistency proof came and holds */
	bool is_too_old, has_seal_bad, is_wiped, is_revoked, is_approved;
	bool has_no_link; /* the reason is LOCAL because fieldvisit-link is not there */
	uint64_t blobs_waiting;
	int64_t next_try_ms;             /* wall clock; 0: none is planned */
	char detail[FV_LINK_REASON_MAX]; /* what the link said; may be empty */
};

struct fv_syncer {
	struct fv_app *app; /* held; NULL: nothing runs */
	unsigned flags;
	struct fv_linkproc link;
	struct fv_envelope_request request; /* of the round in flight; secret */
	struct fv_syncup up;
	struct fv_syncup_missing missing;
	struct fv_syncstate state;
	struct fv_checkpoints checkpoints;
	bool use_first_handle; /* this round goes under handle 0 */
	bool has_tried_first;  /* a round has */
	bool has_probed;       /* after a 409, once in a sync */
	bool want_proof;       /* a consistency proof is still to be asked for */
	bool is_alarmed;       /* the log was rewritten and not proven since */
	bool is_seen_proven;   /* the newest seen one was proven in this sync */
	bool want_receipt;     /* it has more sealed than we have receipts for */
	bool asked_receipt;    /* once in a sync */
	bool has_sent_work;    /* records other than SYNC and SEAL went up */
	unsigned idle_rounds;  /* in a row that moved nothing */
	int64_t telling;       /* with up.map.has_clock: state.told when it has arrived */
	uint64_t first_next_seq;
	int64_t server_ms; /* its clock in the last answer; 0: not told */
	struct fv_sync_result result;
	bool is_done;
};

/* A value that may be cleared. */
void fv_syncer_init(struct fv_syncer *syncer);

/*
 * Begin: seals what is unsealed, builds the first request, starts the link.  Whatever
 * stands in the way is told by the result: step says at once that it is done.
 * Holds: app, until clear.
 */
void fv_syncer_start(struct fv_syncer *syncer, struct fv_app *app, unsigned flags);

/* True between start and the end of it. */
bool fv_syncer_is_running(const struct fv_syncer *syncer);
/* What to poll while it runs; -1: nothing. */
int fv_syncer_fd(const struct fv_syncer *syncer);
short fv_syncer_events(const struct fv_syncer *syncer);
/* Milliseconds until step is to be called in any case. */
int fv_syncer_timeout_ms(const struct fv_syncer *syncer);

/* Go on without waiting.  True: it is done, see result. */
bool fv_syncer_step(struct fv_syncer *syncer);

/* Returns borrowed: until the next start. */
const struct fv_sync_result *fv_syncer_result(const struct fv_syncer *syncer);

/* End what runs as it is: what the server has taken by then is kept, and the rest is left to
 * the next sync.  It is then no failure, and no longer running. */
void fv_syncer_interrupt(struct fv_syncer *syncer);

/* Give up what runs, release and wipe. */
void fv_syncer_clear(struct fv_syncer *syncer);

/* Start and wait for the end: for a command without an agent. */
void fv_syncer_run(struct fv_syncer *syncer, struct fv_app *app, unsigned flags);

/* True when records or blobs wait that are worth a sync and may go up. */
FV_NODISCARD enum fv_err fv_syncer_is_needed(const struct fv_app *app, bool *is_needed_out);

/* Say how it went, as text or JSON; sets the exit code. */
void fv_syncer_tell(const struct fv_sync_result *result, struct fv_reply *reply);

#endif
