/*
 * Trails, records, quarantine and blobs of the enrolled devices.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_RECORDS_H
#define FV_STORE_RECORDS_H

#include "fv/signednote.h"
#include "store.h"

#define FV_QUARANTINE_MAX 1048576U /* bytes kept a device (PROTOCOL.md section 15) */

/* What the server remembers about one trail beside its records. */
struct fv_store_trail {
	struct fv_trail trail;               /* range.size: next_seq */
	struct fv_merkle_range sealed_range; /* at trail.sealed_size */
	uint8_t
	    seal_key_id[FV_KEY_ID_BYTES]; /* of the last good seal; while sealed_size > 0 */
	uint8_t seal_sig[FV_SIG_BYTES];
	uint64_t head_size;  /* size in the newest HEAD leaf; 0: none */
	uint64_t head_index; /* of that leaf; while head_size > 0 */
	bool has_tail;       /* the device's aggregate over its open tail */
	uint64_t tail_n;
	uint8_t tail_a[FV_HASH_BYTES];
	int64_t last_sync_ms; /* 0: never */
	bool has_state;       /* battery and space, as it last told them */
	bool has_battery;
	uint32_t battery_percent;
	uint64_t free_mib;
	int64_t told_ms; /* when it told them, by the server's clock; 0: not known */
	bool has_clock;
	int64_t ahead_ms; /* its wall clock less the server's, when it last told it */
	uint64_t said_n;  /* records that it had at its last request; 0: not known */
};
FV_NODISCARD enum fv_err fv_store_trail_load(
    struct fv_store *store, int64_t no, struct fv_store_trail *out);
FV_NODISCARD enum fv_err fv_store_trail_save(
    struct fv_store *store, int64_t no, const struct fv_store_trail *trail);

/* One record as it is kept.  A record is sealed when seq < the trail's sealed_size. */
struct fv_store_record {
	int64_t no; /* of its device */
	uint64_t seq;
	uint32_t type;
	bool is_sealed; /* set on reading, ignored on writing */
	bool is_erased; /* likewise: no payload, and none is on its way */
	int64_t received_ms;
	struct fv_span header; /* canonical bytes */
	struct fv_hash leaf;
	bool has_payload;       /* clear: travels apart and is not here, or is erased */
	struct fv_span salt;    /* 16 bytes; with has_payload */
	struct fv_span payload; /* with has_payload */
	struct fv_span sig;     /* 64 bytes for SEAL, else empty */
	bool has_subject_seq;   /* payload key 1 is a seq of this trail */
	uint64_t subject_seq;
	struct fv_span case_id; /* payload key 1 is a case; empty: it is not */
};
typedef enum fv_err (*fv_store_record_fn)(const struct fv_store_record *record, void *ctx);

/* Errors: FV_EEXIST. */
FV_NODISCARD enum fv_err fv_store_record_append(
    struct fv_store *store, const struct fv_store_record *record);
/* The payload of a record that travelled apart has come.  Errors: FV_EEXIST  it has one */
FV_NODISCARD enum fv_err fv_store_record_fill(
    struct fv_store *store, const struct fv_store_record *record);
/*
 * One record.  Returns borrowed: the spans of *out until the next call of this function
 * with this store, or the end of the transaction or view.  Errors: FV_ENOENT.
 */
FV_NODISCARD enum fv_err fv_store_record_get(
    struct fv_store *store, int64_t no, uint64_t seq, struct fv_store_record *out);
/* Drop the unsealed records from `seq` on.  Errors: FV_EDENIED  some of them are sealed */
FV_NODISCARD enum fv_err fv_store_record_drop_from(
    struct fv_store *store, int64_t no, uint64_t seq);

/* A span of sequence numbers. */
struct fv_store_seqs {
	uint64_t from;
	uint64_t until; /* the first that is not in it; UINT64_MAX: to the end */
};
/* Records of one trail, in order.  The callback may call any reading function; it stops at
 * the first error of `fn` and returns it. */
FV_NODISCARD enum fv_err fv_store_record_each(struct fv_store *store, int64_t no,
    struct fv_store_seqs seqs, fv_store_record_fn fn, void *ctx);
/* The record `seq`, then all whose key 1 is `seq` (a visit's, a contact's), but for TRACK:
 * those of a visit are found by their place in the trail. */
FV_NODISCARD enum fv_err fv_store_record_each_about(
    struct fv_store *store, int64_t no, uint64_t seq, fv_store_record_fn fn, void *ctx);
/* Records whose key 1 is this case (VISIT_BEGIN, CONTACT, EVENT, NOTE), by device and seq. */
FV_NODISCARD enum fv_err fv_store_record_each_case(
    struct fv_store *store, struct fv_span case_id, fv_store_record_fn fn, void *ctx);

/* Records of one type in a span of one trail, in order.  `type` is one of BOOT, SESSION,
 * SHIFT_BEGIN, AMEND, CLOCK_STEP, ALARM and OFFICER: those have an index. */
FV_NODISCARD enum fv_err fv_store_record_each_type(struct fv_store *store, int64_t no,
    uint32_t type, struct fv_store_seqs seqs, fv_store_record_fn fn, void *ctx);
/* The last one before `seq`.  Returns borrowed: until the next call of this function.
 * Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_record_type_before(struct fv_store *store, int64_t no,
    uint32_t type, uint64_t seq, struct fv_store_record *out);
/* Cases that records or corrections name and that this store does not know, by id. */
typedef enum fv_err (*fv_store_text_fn)(struct fv_span text, void *ctx);
FV_NODISCARD enum fv_err fv_store_record_each_stray_case(
    struct fv_store *store, fv_store_text_fn fn, void *ctx);

/* Up to `max` notes and attachments of all devices, by device and seq, after this one (no and
 * seq 0: from the first). */
FV_NODISCARD enum fv_err fv_store_record_each_note(struct fv_store *store, int64_t no,
    uint64_t seq, size_t max, fv_store_record_fn fn, void *ctx);

/* The case to which an AMEND with this payload moves a record, and that record's seq; the
 * case is a part of the payload.  False: it moves none. */
bool fv_store_move_read(struct fv_span payload, struct fv_span *case_out, uint64_t *seq_out);
/* Records that a correction, now or once, moved to this case. */
typedef enum fv_err (*fv_store_moved_fn)(int64_t no, uint64_t seq, void *ctx);
FV_NODISCARD enum fv_err fv_store_moved_each(
    struct fv_store *store, const char *case_id, fv_store_moved_fn fn, void *ctx);

/* The visit of a slip code, by the code's hash.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_slip_find(
    struct fv_store *store, const struct fv_hash *hash, int64_t *no_out, uint64_t *seq_out);

/* A seal as it was received: the records before `size`, itself the last, are under it. */
struct fv_store_seal {
	uint64_t size;
	int64_t received_ms;
};
/*
 * The last good seal of fewer than `below` records that was received by `at_ms`.  Looks at
 * the records from there backwards.  Errors: FV_ENOENT.
 */
FV_NODISCARD enum fv_err fv_store_seal_by(struct fv_store *store, int64_t no, uint64_t below,
    int64_t at_ms, struct fv_store_seal *out);

/* -- quarantine ------------------------------------------------------------------ */

enum fv_quarantine_reason {
	FV_QUARANTINE_BAD_SEAL = 1,  /* the records after the last good seal; theirs failed */
	FV_QUARANTINE_CONTEST = 2,   /* lost an unsealed number to a span with a good seal */
	FV_QUARANTINE_UNDECIDED = 3, /* other bytes at an unsealed number, and no seal */
	FV_QUARANTINE_FORK = 4,      /* other bytes at a sealed number */
	FV_QUARANTINE_ATTACHMENT =
	    5, /* no pieces as it says: the span is payload or manifest */
};
/*
 * Keep a span of records that do not count: `span` is a CBOR sequence of
 * [header bytes, salt, payload, signature], null where absent, from number `seq` on.
 * Over FV_QUARANTINE_MAX a device only the hash is kept.
 * Errors: FV_EEXIST  this very span is in quarantine already
 */
FV_NODISCARD enum fv_err fv_store_quarantine_put(struct fv_store *store, int64_t no,
    uint64_t seq, enum fv_quarantine_reason reason, struct fv_span span);
/* Spans in quarantine, and the bytes kept of them. */
FV_NODISCARD enum fv_err fv_store_quarantine_count(
    struct fv_store *store, int64_t no, uint64_t *spans_out, uint64_t *bytes_out);

/* -- blobs ----------------------------------------------------------------------- */

enum fv_blob_kind {
	FV_BLOB_PAYLOAD = 1,  /* salt16 || payload; named by pc */
	FV_BLOB_CONTENT = 2,  /* a note's ciphertext */
	FV_BLOB_CAPSULES = 3, /* of a note or attachment */
	FV_BLOB_MANIFEST = 4, /* of an attachment */
	FV_BLOB_PIECE = 5,    /* of an attachment */
};
struct fv_store_blob {
	int64_t no; /* device */
	struct fv_hash hash;
	uint64_t seq; /* of the record that names it */
	enum fv_blob_kind kind;
	uint64_t total; /* 0: no slice has come yet */
	uint64_t held;  /* bytes from the start */
	bool is_complete;
	struct fv_span data; /* held bytes */
};
typedef enum fv_err (*fv_store_blob_fn)(const struct fv_store_blob *blob, void *ctx);

/* A record names a blob; no-op when this device named it before. */
FV_NODISCARD enum fv_err fv_store_blob_name(struct fv_store *store, int64_t no,
    const struct fv_hash *hash, uint64_t seq, enum fv_blob_kind kind);
/* Returns borrowed: data until the next call or the end of the transaction or view.
 * Errors: FV_ENOENT  no record of this device names it */
FV_NODISCARD enum fv_err fv_store_blob_get(
    struct fv_store *store, int64_t no, const struct fv_hash *hash, struct fv_store_blob *out);
/* Set what is held of it: total, data (all held bytes) and is_complete of `blob`. */
FV_NODISCARD enum fv_err fv_store_blob_put(
    struct fv_store *store, const struct fv_store_blob *blob);
/* How many are not complete, and the pieces of attachments among them. */
FV_NODISCARD enum fv_err fv_store_blob_count_missing(
    struct fv_store *store, int64_t no, uint64_t *count_out, uint64_t *pieces_out);
/* Up to `max` blobs that are named and not complete, oldest record first, pieces of
 * attachments last; without data. */
FV_NODISCARD enum fv_err fv_store_blob_missing(
    struct fv_store *store, int64_t no, size_t max, fv_store_blob_fn fn, void *ctx);

#endif
