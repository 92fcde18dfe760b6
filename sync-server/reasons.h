/*
 * Reasons with which findings are decided: the table "reasons" of the house pack, as it was
 * adopted (or of a pack laid over it), else as it came with the program.
 *
 * Threads: as the store.
 */
#ifndef FV_REASONS_H
#define FV_REASONS_H

#include <jansson.h>

#include "sync-server/store/reviews.h"

#define REASONS_PACK "house"

/* The table: [{"id", "for": ["dismiss", ...], "text": {"en", "zh"}}, ...].  Owned: *out.
 * Errors: FV_ENOENT  there is none;  as store.h */
FV_NODISCARD enum fv_err reasons_load(struct fv_store *store, json_t **out);

/* Whether the table allows this reason for this decision. */
bool reasons_allow(const json_t *reasons, const char *reason, enum fv_decision decision);

/* "uphold", ...; NULL for a number that is none. */
const char *reasons_decision_word(uint32_t decision);
/* 0: no such word. */
enum fv_decision reasons_decision_of(const char *word);

#endif
