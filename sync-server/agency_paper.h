/*
 * The certificate of return and deletion of an agency that is closed: what was ordered of its
 * handhelds and what they have recorded, and no more than that.
 *
 * Threads: as the store that is passed.
 */
#ifndef FV_SERVER_AGENCY_PAPER_H
#define FV_SERVER_AGENCY_PAPER_H

#include "sync-server/store/records.h"
#include "sync-server/store/staff.h"

/* One handheld of the agency. */
struct paper_device {
	uint8_t dev[FV_DEV_BYTES];
	bool is_revoked;
	int64_t revoked_ms;    /* with is_revoked */
	uint64_t revoked_leaf; /* likewise; UINT64_MAX: no leaf of it was found */
	bool has_order;        /* to wipe its cards */
	int64_t ordered_ms;    /* with has_order: when it was signed */
	bool is_wiped;         /* a record of its own says so */
	uint64_t wiped_seq;    /* with is_wiped: of that record */
	int64_t wiped_ms;      /* likewise: its claimed time */
	bool is_by_order;      /* likewise: not by wrong PINs */
	bool is_covered;       /* likewise: sealed, and a HEAD leaf covers it */
	uint64_t head_leaf;    /* with is_covered */
	int64_t last_sync_ms;  /* 0: never */
};

struct paper {
	struct fv_store_agency agency;
	char house[FV_ID_BYTES]; /* who runs this server */
	uint64_t ledger_size;
	int64_t made_ms;
	struct paper_device *devices; /* owned */
	size_t device_count;
};

/* Read it.  Owned: *out; paper_clear(), after an error too.  Errors: FV_ENOENT  no such
 * agency;  FV_ENOMEM;  as store.h */
FV_NODISCARD enum fv_err paper_gather(
    struct fv_store *store, const char *agency, int64_t now_ms, struct paper *out);
void paper_clear(struct paper *paper);

/* Append it, in Chinese and English, as text or as a page to print. */
void paper_put_text(struct fv_buf *out, const struct paper *paper);
void paper_put_html(struct fv_buf *out, const struct paper *paper);

#endif
