/*
 * How far the server is, and how the last sync went: what `status` shows and what the
 * next sync starts from.
 *
 * Threads: one.  Memory: none.
 */
#ifndef FV_APP_SYNCSTATE_H
#define FV_APP_SYNCSTATE_H

#include "firmware-app/store/store.h"

/* Why the last sync did not succeed. */
enum fv_sync_reason {
	FV_SYNC_NONE = 0,     /* it did, or there was none */
	FV_SYNC_OFFLINE = 1,  /* no connection, or it was cut */
	FV_SYNC_BUSY = 2,     /* 429, 503 */
	FV_SYNC_NOT_OURS = 3, /* a captive portal, or another key */
	FV_SYNC_UNKNOWN = 4,  /* the server does not know this device */
	FV_SYNC_REVOKED = 5,
	FV_SYNC_CURSOR = 6,     /* 409: the cursor is asked for first */
	FV_SYNC_TOO_LARGE = 7,  /* 413: less is sent at a time */
	FV_SYNC_NOT_STORED = 8, /* 507 */
	FV_SYNC_BAD_ANSWER = 9, /* sealed by our server and wrong: proofs or signatures */
	FV_SYNC_LOG_REWRITTEN = 10,
	FV_SYNC_FORK = 11,  /* the server holds another history under our name */
	FV_SYNC_LOCAL = 12, /* our own disk or the link program */
	FV_SYNC_REASON_COUNT,
};

/* A phrase for people, translated when shown.  Returns borrowed: static storage. */
const char *fv_sync_reason_text(enum fv_sync_reason reason);
/* A stable word for JSON: "offline", "busy" ... */
const char *fv_sync_reason_word(enum fv_sync_reason reason);

struct fv_syncstate {
	uint64_t next_seq;      /* the server has all records before it */
	uint64_t server_sealed; /* and believes those before this one */
	uint64_t receipted;     /* our newest receipt covers those before this one */
	uint64_t cursor;        /* of items down */
	uint64_t seen_size;     /* newest checkpoint seen, perhaps not yet consistent */
	int64_t last_ok_ms;     /* wall clock; 0: never */
	int64_t last_try_ms;    /* likewise */
	int64_t next_try_ms;    /* wall clock; 0: none is planned */
	uint32_t failures;      /* in a row */
	enum fv_sync_reason reason;
	bool is_approved; /* no notice said otherwise in the last answer */
	bool is_revoked;
	bool is_probe_due; /* ask for the cursor before sending records */
	uint64_t body_max; /* bytes of a request; halved by 413; 0: the default */
	int64_t server_ms; /* what its clock said at last_ok_ms; 0: not known */
	int64_t told;      /* what the server was last told of battery, space and clock */
};

/* True when this clock and the server's were far apart at the last sync. */
bool fv_syncstate_is_clock_off(const struct fv_syncstate *state);

/* Errors: FV_EIO FV_ENOMEM FV_ECORRUPT */
FV_NODISCARD enum fv_err fv_syncstate_load(
    struct fv_store *store, struct fv_syncstate *state_out);
FV_NODISCARD enum fv_err fv_syncstate_save(
    struct fv_store *store, const struct fv_syncstate *state);

#endif
