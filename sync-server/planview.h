/* How a planned visit is shown.  Threads: no state. */
#ifndef FV_SERVER_PLANVIEW_H
#define FV_SERVER_PLANVIEW_H

#include <jansson.h>

#include "sync-server/store/work.h"

#define PLANVIEW_DAY_BYTES 16U

/* YYYY-MM-DD.  Returns out. */
const char *planview_day(int64_t day, char out[PLANVIEW_DAY_BYTES]);
/* "open", "made" or "closed".  Static. */
const char *planview_state(enum fv_plan_state state);
/* Owned: the result; NULL: out of memory. */
json_t *planview_json(const struct fv_store_plan *plan);

#endif
