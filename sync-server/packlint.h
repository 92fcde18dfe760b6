/*
 * Warnings about packs that are well formed and still doubtful, each by a stable id.
 *
 * Threads: no state.  Memory: what is passed to callbacks lives until they return.
 */
#ifndef FV_SERVER_PACKLINT_H
#define FV_SERVER_PACKLINT_H

#include "fv/rulepack.h"

/* LINT-01 repealed law, LINT-02 expired, LINT-03 weak and on, LINT-04 calendar ends,
 * LINT-05 no such calendar, LINT-06 one language only; `rule` is "" of the pack itself. */
typedef void (*packlint_fn)(const char *id, const char *rule, const char *text, void *ctx);

/* Other packs whose calendars a pack may name. */
struct packlint_others {
	struct fv_rulepack *const *packs;
	size_t count;
};

/* Every warning about one pack as of `day`. */
void packlint_each(const struct fv_rulepack *pack, const struct packlint_others *others,
    int64_t day, packlint_fn fn, void *ctx);

#endif
