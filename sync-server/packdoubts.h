/*
 * Doubts about the packs that are adopted and the cases under them, by the ids of packlint.h
 * and two more: LINT-10 cases in a country without a pack, LINT-11 cases that name a pack
 * which is not adopted.
 *
 * Threads: that of the store.  Memory: what is passed to callbacks lives until they return.
 */
#ifndef FV_SERVER_PACKDOUBTS_H
#define FV_SERVER_PACKDOUBTS_H

#include "sync-server/store/store.h"

/* `pack` is "" of cases, `rule` "" of a whole pack. */
typedef void (*packdoubts_fn)(
    const char *id, const char *pack, const char *rule, const char *text, void *ctx);

struct packdoubts {
	size_t packs; /* that are adopted and here, the highest revision of each id */
	size_t doubts;
};

/* All of them as of `day` (days since 1970-01-01).  Errors: FV_ENOMEM;  the store's. */
FV_NODISCARD enum fv_err packdoubts_each(
    struct fv_store *store, int64_t day, packdoubts_fn fn, void *ctx, struct packdoubts *out);

#endif
