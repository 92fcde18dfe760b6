/*
 * The handheld's one SQLite file: identity and settings, records, blobs, items taken
 * from the server, receipts, the data meter.  All SQL is in statements.c.
 *
 * One connection, WAL, synchronous=FULL, exclusive: what a call that returned FV_OK
 * wrote outside begin/commit, or what commit covered, survives power loss.
 *
 * Threads: a store belongs to one thread.  Memory: rows are borrowed as each line says.
 */
#ifndef FV_APP_STORE_H
#define FV_APP_STORE_H

#include "fv/record.h"

#define FV_STORE_FILE "trail.db"
#define FV_STORE_BALLAST_FILE "ballast"
#define FV_STORE_BALLAST_BYTES (16L * 1024 * 1024)

struct fv_store;

/*
 * Open or create `dir`/trail.db and the ballast beside it.  Checks every pragma by
 * reading it back; after an unclean stop also the file's structure.
 * Owned: *store_out, by fv_store_close().  *was_clean_out: the last stop was clean.
 * Errors: FV_ECORRUPT   the file is damaged or no such database
 *         FV_EVERSION   a newer program made it
 *         FV_EBUSY      somebody else has it open
 *         FV_EFULL FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_store_open(
    struct fv_store **store_out, const char *dir, bool *was_clean_out);

/* Close, folding the WAL into the file.  NULL is fine. */
void fv_store_close(struct fv_store *store);

/* Fold the WAL into the file (when idle).  Errors: FV_EBUSY FV_EIO FV_EFULL */
FV_NODISCARD enum fv_err fv_store_checkpoint(struct fv_store *store);

/* Give the ballast's space free, so that a last seal fits; make it again when it can. */
void fv_store_drop_ballast(const char *dir);
FV_NODISCARD enum fv_err fv_store_make_ballast(const char *dir);

/* One transaction.  Not nested.  Every write below also works outside, as its own. */
FV_NODISCARD enum fv_err fv_store_begin(struct fv_store *store);
FV_NODISCARD enum fv_err fv_store_commit(struct fv_store *store);
void fv_store_rollback(struct fv_store *store);

/* --- settings: a name and bytes or an integer --- */

FV_NODISCARD enum fv_err fv_store_put_setting(
    struct fv_store *store, const char *name, struct fv_span value);
/* Appends to `out`.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_get_setting(
    struct fv_store *store, const char *name, struct fv_buf *out);
/* Exactly `len` bytes.  Errors: FV_ENOENT;  FV_ECORRUPT  another length */
FV_NODISCARD enum fv_err fv_store_get_fixed(
    struct fv_store *store, const char *name, uint8_t *out, size_t len);
FV_NODISCARD enum fv_err fv_store_put_int(
    struct fv_store *store, const char *name, int64_t value);
/* Errors: FV_ENOENT (*value_out is 0) */
FV_NODISCARD enum fv_err fv_store_get_int(
    struct fv_store *store, const char *name, int64_t *value_out);
FV_NODISCARD enum fv_err fv_store_drop_setting(struct fv_store *store, const char *name);

/* --- records: inserted once, never changed (triggers refuse it) --- */

struct fv_record_row {
	uint64_t seq;
	uint32_t type;
	struct fv_span header;  /* canonical bytes */
	struct fv_span salt;    /* 16 bytes */
	struct fv_span payload; /* canonical bytes */
	struct fv_hash leaf;
	struct fv_span sig; /* 64 bytes of a SEAL; else empty */
};

/* Errors: FV_ECONFLICT  the number is taken */
FV_NODISCARD enum fv_err fv_store_put_record(
    struct fv_store *store, const struct fv_record_row *row);

/* A record whose spans point into `keep`, which the caller clears.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_get_record(
    struct fv_store *store, uint64_t seq, struct fv_buf *keep, struct fv_record_row *row_out);

/* Records from..to - 1 in order; row's spans are dead after the callback.  A callback's
 * result other than FV_OK ends the walk and is returned. */
typedef enum fv_err (*fv_store_record_fn)(const struct fv_record_row *row, void *ctx);
FV_NODISCARD enum fv_err fv_store_each_record(
    struct fv_store *store, uint64_t from, uint64_t to, fv_store_record_fn fn, void *ctx);

/* Records of up to FV_STORE_TYPES_MAX types, in order of seq. */
#define FV_STORE_TYPES_MAX 12U
FV_NODISCARD enum fv_err fv_store_each_of_types(struct fv_store *store, const uint32_t *types,
    size_t count, fv_store_record_fn fn, void *ctx);

/* Only their leaves: what a Merkle range is rebuilt from. */
typedef enum fv_err (*fv_store_leaf_fn)(const struct fv_hash *leaf, void *ctx);
FV_NODISCARD enum fv_err fv_store_each_leaf(
    struct fv_store *store, fv_store_leaf_fn fn, void *ctx);

/* Number of records (the next seq). */
FV_NODISCARD enum fv_err fv_store_count_records(struct fv_store *store, uint64_t *count_out);

/* Highest seq of a record of `type` below `before`.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_last_of_type(
    struct fv_store *store, uint32_t type, uint64_t before, uint64_t *seq_out);

/* --- blobs: what travels apart from its record --- */

/*
 * The column seq is the number of the record that names the blob; of a piece of an
 * attachment that and FV_BLOB_PIECE, so that in its order pieces come last of all; of a
 * piece whose record is not made yet FV_BLOB_STAGED.
 */
#define FV_BLOB_PIECE (UINT64_C(1) << 62)
#define FV_BLOB_STAGED ((uint64_t)INT64_MAX)

struct fv_blob_row {
	struct fv_hash hash; /* names it on the wire */
	uint64_t seq;        /* of the record that names it */
	bool is_piece;       /* of an attachment */
	uint64_t held_bytes; /* of it that the server has said it holds */
	uint64_t total_bytes;
};
/* `seq` is the column's. */
FV_NODISCARD enum fv_err fv_store_put_blob(
    struct fv_store *store, const struct fv_hash *hash, uint64_t seq, struct fv_span data);
/* Appends to `out`.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_get_blob(
    struct fv_store *store, const struct fv_hash *hash, struct fv_buf *out);
/* Blobs not yet whole at the server, oldest record first, pieces of attachments last. */
typedef enum fv_err (*fv_store_blob_fn)(const struct fv_blob_row *row, void *ctx);
FV_NODISCARD enum fv_err fv_store_each_unsent_blob(
    struct fv_store *store, fv_store_blob_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_set_blob_held(
    struct fv_store *store, const struct fv_hash *hash, uint64_t held_bytes);
/* All of them, and the pieces of attachments among them. */
FV_NODISCARD enum fv_err fv_store_count_unsent_blobs(
    struct fv_store *store, uint64_t *count_out, uint64_t *bytes_out);
FV_NODISCARD enum fv_err fv_store_count_unsent_pieces(
    struct fv_store *store, uint64_t *count_out, uint64_t *bytes_out);
/* Bytes of all pieces that are here, sent or not. */
FV_NODISCARD enum fv_err fv_store_count_pieces(struct fv_store *store, uint64_t *bytes_out);
/* Erase 2 MiB, so that the WAL stays short, of pieces of records before `seq` that are whole
 * at the server.  Errors: FV_ENOENT  there are none */
FV_NODISCARD enum fv_err fv_store_drop_pieces(struct fv_store *store, uint64_t seq);
/* The staged pieces are those of record `seq` from now on. */
FV_NODISCARD enum fv_err fv_store_adopt_staged(struct fv_store *store, uint64_t seq);
/* They are nobody's: away with them. */
FV_NODISCARD enum fv_err fv_store_drop_staged(struct fv_store *store);

/* --- items from the server (cases, history, packs, rosters, cards ...) --- */

struct fv_item_row {
	uint32_t kind;
	struct fv_span key;
	uint64_t version;
	struct fv_span body;
	int64_t taken_ms; /* wall clock when it came */
};
/*
 * From now on only the cases of this officer (none of "") are read, with their cards,
 * follow-ups and drafts; those of others stay until the server takes them away.  A case that
 * names no officer is anybody's.
 */
void fv_store_set_hand(struct fv_store *store, const char *officer);
/* Replaces the row of the same kind and key when `version` is not older; kinds that keep
 * several versions (packs, rosters) are told apart by their key, which holds it. */
FV_NODISCARD enum fv_err fv_store_put_item(
    struct fv_store *store, const struct fv_item_row *row);
/* *body_out: appended.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_get_item(struct fv_store *store, uint32_t kind,
    struct fv_span key, struct fv_item_row *row_out, struct fv_buf *body_out);
typedef enum fv_err (*fv_store_item_fn)(const struct fv_item_row *row, void *ctx);
/* In order of key. */
FV_NODISCARD enum fv_err fv_store_each_item(
    struct fv_store *store, uint32_t kind, fv_store_item_fn fn, void *ctx);
FV_NODISCARD enum fv_err fv_store_drop_item(
    struct fv_store *store, uint32_t kind, struct fv_span key);
FV_NODISCARD enum fv_err fv_store_drop_items(struct fv_store *store, uint32_t kind);

/* Pieces of an item that came in slices: the bytes so far, from offset 0 on. */
struct fv_part_row {
	struct fv_hash hash; /* of the whole body */
	uint32_t kind;
	struct fv_span key;
	uint64_t version;
	uint64_t total_bytes;
	struct fv_span data;
};
FV_NODISCARD enum fv_err fv_store_put_part(
    struct fv_store *store, const struct fv_part_row *row);
FV_NODISCARD enum fv_err fv_store_get_part(
    struct fv_store *store, const struct fv_hash *hash, struct fv_buf *data_out);
FV_NODISCARD enum fv_err fv_store_drop_part(
    struct fv_store *store, const struct fv_hash *hash);
typedef enum fv_err (*fv_store_part_fn)(const struct fv_part_row *row, void *ctx);
FV_NODISCARD enum fv_err fv_store_each_part(
    struct fv_store *store, fv_store_part_fn fn, void *ctx);

/* --- receipts: proof that the ledger holds a head of ours --- */

struct fv_receipt_row {
	uint64_t sealed_size;      /* of our trail, in the HEAD leaf */
	uint64_t checkpoint_size;  /* of the ledger */
	struct fv_span checkpoint; /* signed note */
	struct fv_span leaf;
	uint64_t leaf_index;
	struct fv_span inclusion; /* hashes joined */
	int64_t taken_ms;
};
FV_NODISCARD enum fv_err fv_store_put_receipt(
    struct fv_store *store, const struct fv_receipt_row *row);
/* The one with the largest sealed_size; spans point into `keep`.  Errors: FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_last_receipt(
    struct fv_store *store, struct fv_buf *keep, struct fv_receipt_row *row_out);

/* --- data meter: bytes up and down by local day "YYYY-MM-DD" --- */

FV_NODISCARD enum fv_err fv_store_add_meter(
    struct fv_store *store, const char *day, uint64_t up_bytes, uint64_t down_bytes);
FV_NODISCARD enum fv_err fv_store_get_meter(
    struct fv_store *store, const char *day, uint64_t *up_bytes_out, uint64_t *down_bytes_out);

#endif
