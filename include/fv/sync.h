/*
 * Messages of one sync: the request map, what may follow it in chunks, and the answer
 * (PROTOCOL.md sections 6 to 8, C6.2).  The envelope around them is envelope.h.
 *
 * Threads: no shared state.  Memory: encoders append to an fv_buf; parsers return spans
 * into their input.
 */
#ifndef FV_SYNC_H
#define FV_SYNC_H

#include "fv/alert.h"
#include "fv/merkle.h"
#include "fv/record.h"

#define FV_CHUNK_PLAIN_MAX 4096U
#define FV_ANSWER_MAX 65536U
#define FV_ANSWER_DEFAULT 4096U
#define FV_MISSING_MAX 64U /* blobs named in one request or answer */
#define FV_NOTICES_MAX 8U
#define FV_SYNC_CLOCK_MAX_S INT64_C(253402300799) /* the end of year 9999 */
#define FV_ITEM_INLINE_MAX 1024U                  /* a longer body comes in slices */
#define FV_ITEM_BODY_MAX 262144U                  /* a pack file */

enum fv_sync_want {
	FV_WANT_CONSISTENCY = 1,
	FV_WANT_ROSTER = 2,
	FV_WANT_CONFIG = 4,
	FV_WANT_RECEIPT = 8,
};

enum fv_notice {
	FV_W_SEAL_BAD = 1,
	FV_W_FORK = 2,
	FV_W_REVOKED = 3,
	FV_W_UNKNOWN_TYPE = 4,
	FV_W_NOT_APPROVED = 5,
	FV_W_TOO_OLD = 6,
};

/* How much of a blob is held. */
struct fv_blob_held {
	struct fv_hash hash;
	uint64_t held_bytes;
};

/* Chunk 0 begins with this. */
struct fv_sync_request {
	uint64_t from_seq;
	uint64_t checkpoint_size; /* newest held; 0: none */
	uint64_t n;               /* records in the trail */
	uint32_t want;            /* enum fv_sync_want */
	uint64_t cursor;          /* change number of the last items taken */
	bool has_tail;            /* aggregate over the open tail */
	uint64_t tail_n;
	uint8_t tail_a[FV_HASH_BYTES];
	uint64_t answer_max; /* bytes; FV_ANSWER_DEFAULT when the key is absent */
	struct fv_blob_held begun[FV_MISSING_MAX];
	size_t begun_count;
	bool has_state; /* battery and free space are told */
	bool has_battery;
	uint32_t battery_percent;
	uint64_t free_mib;
	bool has_clock;  /* with has_state: key 11 instead of 9 */
	int64_t clock_s; /* its wall clock, seconds UTC, from 0 to FV_SYNC_CLOCK_MAX_S */
	bool has_alert;  /* an SOS stands, or its end is not known to the server */
	struct fv_alert alert;
};

/* Append the request map. */
FV_EXPORT void fv_sync_request_put(struct fv_buf *out, const struct fv_sync_request *request);
/* *len_out: bytes of the map.  Unknown keys are skipped.  Errors: FV_EFORMAT FV_ERANGE FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_sync_request_parse(
    struct fv_span bytes, struct fv_sync_request *out, size_t *len_out);

/* What stands next in a chunk. */
enum fv_sync_part {
	FV_PART_RECORD,
	FV_PART_SLICE,
};
/* Which of them: a wire record begins with an integer, a slice with a hash.
 * Errors: FV_EFORMAT  neither does;  FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_sync_part_peek(
    struct fv_span bytes, enum fv_sync_part *part_out);

enum fv_item_kind {
	FV_ITEM_CASE = 1,
	FV_ITEM_HISTORY = 2,
	FV_ITEM_HOLD = 3,
	FV_ITEM_PACK = 4,
	FV_ITEM_PACKS_NOTE = 5,
	FV_ITEM_ROSTER = 6,
	FV_ITEM_CARD = 7,
	FV_ITEM_REVOKE = 8,
	FV_ITEM_WIPE = 9,
	FV_ITEM_HPKE_KEY = 10,
	FV_ITEM_CONFIG = 11,
	FV_ITEM_TOMBSTONE = 12,
	FV_ITEM_SOS_SEEN = 13,
	FV_ITEM_FINDING = 14, /* of the officer; key: finding id */
	FV_ITEM_DATES = 15,   /* of the officer and his agency; key "own" */
	FV_ITEM_LOG = 17,     /* order to go on with an older log; ahead of other items */
};

/*
 * One item down: [kind, key, version, body].  The body is a byte string holding its
 * exact bytes (so that its own nesting starts at depth 0), or, above
 * FV_ITEM_INLINE_MAX, a slice of them.
 */
struct fv_item {
	uint32_t kind;      /* enum fv_item_kind; an unknown one is skipped by its reader */
	struct fv_span key; /* text, or 16 bytes of a dev for REVOKE and WIPE */
	bool key_is_bytes;
	uint64_t version;
	bool is_slice;
	struct fv_span body;   /* when not a slice */
	struct fv_slice slice; /* when a slice: hash over the whole body */
};
/* Append the array. */
FV_EXPORT void fv_item_put(struct fv_buf *out, const struct fv_item *item);
/*
 * Take the next item.  Its spans point into what `r` reads.
 * Errors: FV_EFORMAT;  FV_ERANGE  a number, or a slice that ends after its whole
 *         FV_ETOOBIG  a string, or a slice that is empty or over FV_SLICE_MAX;  FV_ECUT
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_item_parse(
    struct fv_cbor_reader *r, struct fv_item *out);

struct fv_sync_answer {
	uint64_t next_seq;
	struct fv_span checkpoint; /* signed note; empty: none */
	bool has_receipt;          /* keys 3, 4 and 10 are there */
	uint64_t head_index;
	struct fv_hash inclusion[FV_MERKLE_PROOF_MAX];
	size_t inclusion_count;
	struct fv_span head_leaf;
	bool has_consistency;
	struct fv_hash consistency[FV_MERKLE_PROOF_MAX];
	size_t consistency_count;
	struct fv_span items; /* CBOR sequence of items: use fv_item_parse() to the end */
	size_t item_count;
	int64_t server_ms;
	struct fv_blob_held missing[FV_MISSING_MAX];
	size_t missing_count;
	uint32_t notices[FV_NOTICES_MAX];
	size_t notice_count;
	uint64_t cursor;
	uint64_t sealed_size;
	bool more;
	bool holds_alert; /* the alert of the request is on the server's disk */
};
/* `items` is a CBOR sequence of item_count encoded items. */
FV_EXPORT void fv_sync_answer_put(struct fv_buf *out, const struct fv_sync_answer *answer);
/* Errors: FV_EFORMAT FV_ERANGE FV_ETOOBIG FV_ECUT */
FV_EXPORT FV_NODISCARD enum fv_err fv_sync_answer_parse(
    struct fv_span bytes, struct fv_sync_answer *out);

#endif
