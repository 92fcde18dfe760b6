/*
 * The papers of the server: rosters, tickets, packs, cases with their cards and
 * assignments, signed orders, and the change numbers by which they go down to the
 * handhelds.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_BOOK_H
#define FV_STORE_BOOK_H

#include "fv/item.h"
#include "store.h"

/* -- rosters, packs --------------------------------------------------------------- */

/* A signed note of the agency that comes in versions. */
struct fv_store_note {
	uint64_t version;    /* from 1 */
	struct fv_hash hash; /* SHA-256 of its text */
	struct fv_span note; /* with its signatures */
};
typedef enum fv_err (*fv_store_note_fn)(const struct fv_store_note *note, void *ctx);
enum fv_store_note_kind {
	FV_NOTE_ROSTER = 1,
	FV_NOTE_PACKS = 2,
	FV_NOTE_CONFIG = 3, /* the settings; `version` is their own */
	FV_NOTE_LOG = 4,    /* order to go on with an older log; `version`: its time, ms */
};
/* Errors: FV_EEXIST  that version is there. */
FV_NODISCARD enum fv_err fv_store_note_put(
    struct fv_store *store, enum fv_store_note_kind kind, const struct fv_store_note *note);
/* The newest.  Returns borrowed: note until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_note_last(
    struct fv_store *store, enum fv_store_note_kind kind, struct fv_store_note *out);
/* The version with this hash.  As above. */
FV_NODISCARD enum fv_err fv_store_note_find(struct fv_store *store,
    enum fv_store_note_kind kind, const struct fv_hash *hash, struct fv_store_note *out);
/* Every version from `version` on, oldest first. */
FV_NODISCARD enum fv_err fv_store_note_each(struct fv_store *store,
    enum fv_store_note_kind kind, uint64_t version, fv_store_note_fn fn, void *ctx);

/* A pack file.  put is a no-op when its bytes are there. */
struct fv_store_pack {
	struct fv_hash sha256;
	struct fv_span id;
	uint32_t revision;
	struct fv_span file; /* exact bytes */
};
FV_NODISCARD enum fv_err fv_store_pack_put(
    struct fv_store *store, const struct fv_store_pack *pack);
/* Returns borrowed: spans until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_pack_get(
    struct fv_store *store, const struct fv_hash *sha256, struct fv_store_pack *out);

/* All, by id and revision; without `file`. */
typedef enum fv_err (*fv_store_pack_fn)(const struct fv_store_pack *pack, void *ctx);
FV_NODISCARD enum fv_err fv_store_pack_each(
    struct fv_store *store, fv_store_pack_fn fn, void *ctx);

/* -- tickets ---------------------------------------------------------------------- */

struct fv_store_ticket {
	uint8_t id[16];
	uint8_t token[32];     /* the PSK; wipe the struct after use */
	struct fv_hash roster; /* pinned */
	char agency[FV_ID_BYTES];
	char team[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	int64_t expires_ms;
	bool is_spent;
	int64_t spent_ms;  /* with is_spent */
	int64_t device_no; /* likewise */
};
/* Errors: FV_EEXIST. */
FV_NODISCARD enum fv_err fv_store_ticket_put(
    struct fv_store *store, const struct fv_store_ticket *ticket, struct fv_span note);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_ticket_get(
    struct fv_store *store, const uint8_t id[16], struct fv_store_ticket *out);
/* Append the signed note, without the token.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_ticket_note(
    struct fv_store *store, const uint8_t id[16], struct fv_buf *note_out);
/* Errors: FV_ESTATE  it is spent. */
FV_NODISCARD enum fv_err fv_store_ticket_spend(
    struct fv_store *store, const uint8_t id[16], int64_t spent_ms, int64_t device_no);

/* -- cases ------------------------------------------------------------------------ */

struct fv_store_case {
	struct fv_item_case item;
	bool is_closed;
	int64_t updated_ms;
};
typedef enum fv_err (*fv_store_case_fn)(const struct fv_store_case *row, void *ctx);

/* Add or replace.  Announces the case's packs to officers who had none of them so far. */
FV_NODISCARD enum fv_err fv_store_case_put(
    struct fv_store *store, const struct fv_store_case *row);
/* Returns borrowed: spans until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_case_get(
    struct fv_store *store, struct fv_span id, struct fv_store_case *out);
/* All, by id. */
FV_NODISCARD enum fv_err fv_store_case_each(
    struct fv_store *store, fv_store_case_fn fn, void *ctx);
/* Up to `max` cases of an agency (NULL: of any) whose id is above `after`, by id. */
FV_NODISCARD enum fv_err fv_store_case_each_after(struct fv_store *store, struct fv_span after,
    const char *agency, size_t max, fv_store_case_fn fn, void *ctx);
/* How many those are. */
FV_NODISCARD enum fv_err fv_store_case_count(
    struct fv_store *store, struct fv_span after, const char *agency, uint64_t *count_out);
typedef enum fv_err (*fv_store_officer_fn)(const char *officer, void *ctx);
/* Each officer to whom the case is assigned; a case that is not known has none. */
FV_NODISCARD enum fv_err fv_store_case_each_officer(
    struct fv_store *store, struct fv_span id, fv_store_officer_fn fn, void *ctx);
/* Whether the case is open and assigned to the officer. */
FV_NODISCARD enum fv_err fv_store_case_is_assigned(
    struct fv_store *store, struct fv_span id, const char *officer, bool *yes_out);

/* The newest card of a case.  put errors: FV_ECONFLICT  its version is not above the held
 * one's (the same card again is a no-op).  get: returns borrowed; FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_card_put(struct fv_store *store, struct fv_span case_id,
    uint64_t version, const struct fv_item_card *card);
FV_NODISCARD enum fv_err fv_store_card_get(struct fv_store *store, struct fv_span case_id,
    uint64_t *version_out, struct fv_item_card *out);

/* -- what goes down --------------------------------------------------------------- */

/* A signed order about a device (revoke, wipe), the newest of its kind. */
FV_NODISCARD enum fv_err fv_store_order_put(
    struct fv_store *store, int64_t no, enum fv_item_kind kind, struct fv_span note);
/* Append it.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_order_get(
    struct fv_store *store, int64_t no, enum fv_item_kind kind, struct fv_buf *note_out);

/* Who gets an item: everyone, the devices of one officer, or one device. */
struct fv_store_audience {
	const char *officer; /* NULL: not by officer */
	int64_t device_no;   /* 0: not one device */
};
/*
 * The thing (kind, key) has changed for that audience: it gets the next change number,
 * and its earlier number for this audience is gone.  A TOMBSTONE replaces the case, its
 * history, hold and card for that audience, and a CASE replaces the tombstone.
 * A PACK for everyone goes to the officers whose cases use it: fv_store_case_put() has
 * announced it to each of them, whether the pack was there or not.
 */
FV_NODISCARD enum fv_err fv_store_change(struct fv_store *store,
    struct fv_store_audience audience, enum fv_item_kind kind, struct fv_span key);

/* As fv_store_change(), but only where this audience has no number for it yet. */
FV_NODISCARD enum fv_err fv_store_change_once(struct fv_store *store,
    struct fv_store_audience audience, enum fv_item_kind kind, struct fv_span key);

struct fv_store_changed {
	uint64_t change;
	enum fv_item_kind kind;
	struct fv_span key;
};
typedef enum fv_err (*fv_store_changed_fn)(const struct fv_store_changed *row, void *ctx);
/* What changed after `cursor` for this device, in order of the change number. */
FV_NODISCARD enum fv_err fv_store_changed_each(struct fv_store *store,
    const struct fv_store_device *device, uint64_t cursor, fv_store_changed_fn fn, void *ctx);
/* Whether this thing has a number above `cursor` for everyone. */
FV_NODISCARD enum fv_err fv_store_is_changed(
    struct fv_store *store, enum fv_item_kind kind, uint64_t cursor, bool *is_changed_out);
/* Let change numbers and the numbers of steps (feed.h) go on far above any that were given:
 * this store is an older backup, and others have seen later ones.  In a transaction. */
FV_NODISCARD enum fv_err fv_store_leap(struct fv_store *store);
/* The newest change number of all; 0: none. */
FV_NODISCARD enum fv_err fv_store_change_last(struct fv_store *store, uint64_t *change_out);

#endif
