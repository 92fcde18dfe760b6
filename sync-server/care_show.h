/*
 * Complaints as JSON, for the command line and the desk.  Threads: those of the store.
 */
#ifndef FV_SERVER_CARE_SHOW_H
#define FV_SERVER_CARE_SHOW_H

#include <jansson.h>

#include "sync-server/care.h"

/* All of the audit plane; `store` names the visit's device.  Owned: the result; NULL: out of
 * memory, or the store failed. */
json_t *care_json(struct fv_store *store, const struct fv_store_care *row, int64_t now_ms);

/* The sealed words and answer as base64, with what they are bound to.  Owned: likewise. */
json_t *care_json_sealed(const struct fv_store_care *row);

#endif
