/*
 * Builds the request of one sync round: what the server lacks, in sealed chunks
 * (PROTOCOL.md sections 6, 7, C6).
 *
 * Threads: one.  Memory: appends to the buffer given.
 */
#ifndef FV_APP_SYNCUP_H
#define FV_APP_SYNCUP_H

#include "firmware-app/journal.h"
#include "fv/envelope.h"
#include "fv/sync.h"

#define FV_SYNCUP_BODY_DEFAULT 262144U /* bytes of a request */
#define FV_SYNCUP_BODY_MIN 8192U       /* not halved below that */

/* Blobs that the server named as missing, when it could not name all. */
struct fv_syncup_missing {
	bool is_full; /* only these are sent */
	struct fv_blob_held blobs[FV_MISSING_MAX];
	size_t count;
};

/* One request: what is asked for, then what it came to carry. */
struct fv_syncup {
	/* asked for */
	const struct fv_journal *journal;        /* held */
	const struct fv_syncup_missing *missing; /* held; may be NULL */
	struct fv_sync_request map;              /* n, tail and begun are filled in by build */
	bool is_probe;                           /* carries no record and no slice */
	uint64_t send_to;                        /* records before this one may be sent */
	uint64_t body_max; /* bytes; at least FV_SYNCUP_BODY_MIN is used */
	bool has_cap;      /* of attachments no more than this goes up: */
	uint64_t cap_left; /* bytes, counted down; with has_cap */
	/* came to carry */
	uint64_t sent_to; /* records before this one are in it */
	uint64_t slices;
	bool has_seal; /* among its records */
	bool is_short; /* more waits than fitted */
};

/*
 * Append the whole body of a request to `to`.
 * Errors: FV_ESTATE  map.from_seq is beyond the trail;  FV_ECORRUPT FV_EIO FV_ENOMEM FV_EAUTH
 */
FV_NODISCARD enum fv_err fv_syncup_build(struct fv_syncup *up, const struct fv_envelope_to *to,
    struct fv_envelope_request *request_out, struct fv_buf *body);

/*
 * Where the records that are worth a request end: the trail's size, or `next_seq` when
 * only SYNC records and their seals follow it, which wait for a record of another type.
 * A seal counts where the server holds records that it does not know to be sealed.
 */
FV_NODISCARD enum fv_err fv_syncup_waiting(
    struct fv_store *store, uint64_t next_seq, uint64_t server_sealed, uint64_t *send_to_out);

#endif
