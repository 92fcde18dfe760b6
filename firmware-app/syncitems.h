/*
 * Takes items that the server sent down into the store, each by its own rule: what must
 * be signed is checked against the roster, what came in slices is put together first
 * (PROTOCOL.md section 8).
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_SYNCITEMS_H
#define FV_APP_SYNCITEMS_H

#include "firmware-app/app.h"
#include "fv/sync.h"

/* Packs that no packs note names yet are kept under this kind until one does. */
#define FV_KEPT_PACK_WAITING 1004U
/* Of each pack, this many revisions are kept. */
#define FV_PACK_REVISIONS 2U

/* Text that an adopted pack has as its key in the store: "<id>@r<revision>". */
#define FV_PACK_KEY_BYTES 56U
void fv_syncitems_pack_key(const char *id, uint32_t revision, char key_out[FV_PACK_KEY_BYTES]);

struct fv_syncitems {
	uint64_t taken; /* whole ones */
	uint64_t slices;
	uint64_t refused; /* malformed, unsigned or not ours: left out */
	bool is_revoked;  /* a good order says so */
	bool is_wipe;     /* a good order to wipe has come */
	bool
	    has_settings; /* newer settings came: fv_settings_load() once they are committed */
};

/*
 * Take `items`, a CBOR sequence; best within the caller's transaction.  An item that
 * breaks its rule is counted and left out; the others are taken.
 * Errors: FV_EFORMAT  the sequence itself is malformed;  FV_EIO FV_EFULL FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_syncitems_take(
    struct fv_app *app, struct fv_span items, int64_t now_ms, struct fv_syncitems *out);

#endif
