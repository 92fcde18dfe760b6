/*
 * Inside of ingest: what its three files share.  ingest.c sessions and groups,
 * ingest_record.c records and seals, ingest_blob.c blobs.
 */
#ifndef FV_SERVER_INGEST_IN_H
#define FV_SERVER_INGEST_IN_H

#include "ingest.h"
#include "store/records.h"

#define INGEST_TRAILS 64U /* trails kept in memory between chunks */
#define INGEST_CASES 32U  /* cases touched by one request, remembered until its end */

struct fv_ingest_trail {
	int64_t no; /* device; 0: unused */
	bool is_dirty;
	struct fv_store_trail t;
};

struct fv_ingest {
	struct fv_store *store;         /* held */
	struct fv_ledger *ledger;       /* held */
	struct fv_ingest_trail *trails; /* owned; INGEST_TRAILS */
	struct fv_buf header;           /* scratch: canonical header of the record at hand */
	struct fv_buf bytes;            /* scratch */
	struct fv_buf checkpoint;       /* of the newest commit */
	uint64_t checkpoint_size;
};

enum session_mode {
	MODE_TRAIL,   /* records extend or repeat the trail */
	MODE_CONTEST, /* they differ from unsealed ones: kept beside until a seal decides */
	MODE_FORK,    /* they differ from sealed ones */
	MODE_DISCARD, /* nothing more of this request counts */
};

struct fv_session {
	struct fv_store_device device;
	uint32_t handle_idx;
	struct fv_sync_request request;
	struct fv_session_result result;
	enum session_mode mode;
	uint64_t next; /* seq of the next record in this request */
	bool has_prev; /* prev is the header of record next - 1 as sent */
	struct fv_header prev;
	struct fv_trail *alt;       /* owned; with MODE_CONTEST */
	uint64_t ground_sealed;     /* sealed size of the trail when alt began */
	struct fv_hash ground_leaf; /* and its leaf before span_from; 0: zeros */
	struct fv_buf span;         /* the foreign records so far, as quarantine keeps them */
	uint64_t span_from;         /* seq of its first */
	bool has_visit;             /* visit_seq is the last VISIT_BEGIN seen */
	uint64_t visit_seq;
	char cases[INGEST_CASES][FV_CASE_ID_BYTES]; /* touched */
	size_t case_count;
	const struct fv_seals_seen *seen; /* borrowed: of the chunk at hand; NULL: none */
	bool saw_seal;                    /* a good one, new or repeated */
	bool has_moved;                   /* OFFICER records came, or records went */
	bool is_over;
};

/* The trail of a device, from memory or store.  Returns borrowed: until the next call. */
FV_NODISCARD enum fv_err fv_ingest_trail_get(
    struct fv_ingest *ingest, int64_t no, struct fv_ingest_trail **trail_out);

void fv_session_notice(struct fv_session *session, enum fv_notice notice);
/* Remember that the history of this case changed. */
FV_NODISCARD enum fv_err fv_session_touch(
    struct fv_ingest *ingest, struct fv_session *session, struct fv_span case_id);

/* Take the wire record at the start of `rest`.  *len_out: its bytes, all of rest when
 * nothing more of the request counts. */
FV_NODISCARD enum fv_err fv_ingest_take_record(struct fv_ingest *ingest,
    struct fv_session *session, struct fv_span rest, int64_t now_ms, size_t *len_out);
/* Put aside what was left undecided when the request ended. */
FV_NODISCARD enum fv_err fv_ingest_settle_span(
    struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms);

/* Payload key 1 of `payload` into the subject members of `record`. */
void fv_ingest_read_subject(struct fv_span payload, struct fv_store_record *record);
/* Take the slice at the start of `rest`. */
FV_NODISCARD enum fv_err fv_ingest_take_slice(struct fv_ingest *ingest,
    struct fv_session *session, struct fv_span rest, size_t *len_out);
/* Name the blobs that a stored record speaks of; `pc` where its payload is apart. */
FV_NODISCARD enum fv_err fv_ingest_name_blobs(
    struct fv_ingest *ingest, const struct fv_store_record *record, const struct fv_hash *pc);

#endif
