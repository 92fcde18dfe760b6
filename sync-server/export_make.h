/*
 * Making an evidence bundle whole: checkpoint, members, manifest, and the leaf in the ledger
 * that says who took it out.  For `export` and for the desk.
 *
 * Threads: one thread's, over a store of its own.
 */
#ifndef FV_SERVER_EXPORT_MAKE_H
#define FV_SERVER_EXPORT_MAKE_H

#include <jansson.h>

#include "sync-server/export.h"

/* Ask the one who writes to run a verb.  Takes: request.  Owned: the result; NULL: refused,
 * and whoever asked has been told. */
typedef json_t *(*export_ask_fn)(const char *verb, json_t *request, void *ctx);

struct export_make {
	const char *visit, *case_id, *agency; /* one of them */
	const char *who;                      /* 1 to 24 of A-Z a-z 0-9 . _ - */
	export_ask_fn ask;
	void *ctx;
	/* What comes out: */
	struct fv_bundle *bundle; /* owned; fv_bundle_free() */
	struct export_sum sum;
	uint64_t leaf; /* of the EXPORT leaf */
	bool is_told;  /* with an error: `ask` has said why */
};

/*
 * Make the bundle out of the store in `dir`'s database, opened here after the checkpoint.
 * Errors: FV_EFORMAT  no id of a visit;  FV_ENOENT  nothing of it is here
 *         FV_ESTATE   none of it is under a seal that the ledger holds
 *         FV_EIO with is_told;  those of the store, FV_ENOMEM
 */
FV_NODISCARD enum fv_err export_make(const char *dir, struct export_make *make);

#endif
