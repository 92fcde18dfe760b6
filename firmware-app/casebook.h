/*
 * All that this handheld knows of one case, as the audit engine reads it: the case and its
 * history as the server sent them, holds, and what was recorded here (which the server
 * leaves out of what it sends).
 *
 * Threads: one.  Memory: the history owns all.
 */
#ifndef FV_APP_CASEBOOK_H
#define FV_APP_CASEBOOK_H

#include "firmware-app/store/store.h"
#include "fv/history.h"
#include "fv/item.h"

#define FV_CASEBOOK_SET_MAX 32U /* members of a list of ids */

/* A list "a;b;c" as C strings. */
struct fv_idlist {
	char *text; /* owned */
	const char *items[FV_CASEBOOK_SET_MAX];
	size_t count;
};

/* Errors: FV_ETOOBIG  over FV_CASEBOOK_SET_MAX;  FV_ENOMEM */
FV_NODISCARD enum fv_err fv_idlist_parse(struct fv_span text, struct fv_idlist *list_out);
void fv_idlist_clear(struct fv_idlist *list);

struct fv_casebook {
	struct fv_history *history; /* owned; finished */
	struct fv_idlist packs;     /* owned: ids of the packs that bear on the case */
};

/* What was recorded here, of all cases: for whoever asks about many in one go. */
struct fv_casebook_own;

/* Owned: *own_out, by fv_casebook_own_free() (NULL is fine).
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_casebook_own_load(
    struct fv_store *store, struct fv_casebook_own **own_out);
void fv_casebook_own_free(struct fv_casebook_own *own);

/*
 * Load one case.  own (NULL: read for this case alone) saves reading the trail again.
 * Release with fv_casebook_clear(), also after an error.
 * Errors: FV_ENOENT    no such case here
 *         FV_ECORRUPT  what is stored of it cannot be read
 *         FV_EIO FV_ENOMEM FV_ETOOBIG
 */
FV_NODISCARD enum fv_err fv_casebook_load(struct fv_store *store, const char *case_id,
    const struct fv_casebook_own *own, struct fv_casebook *book_out);
void fv_casebook_clear(struct fv_casebook *book);

#endif
