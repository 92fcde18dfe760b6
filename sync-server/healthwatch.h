/*
 * The health of a running server, looked at when somebody asks and kept for a moment, so that
 * whoever asks often costs nothing.  After a commit that failed it tries one itself that is
 * larger than the one that failed: a disk that has room again is seen without waiting for a
 * handheld, and one with room for small commits only stays broken.
 *
 * Threads: any.
 */
#ifndef FV_HEALTHWATCH_H
#define FV_HEALTHWATCH_H

#include <jansson.h>

#include "sync-server/health.h"
#include "sync-server/writer.h"

struct healthwatch;

/* `inbox`: the folder that is watched; NULL: none.  Holds: dir, writer, cert, inbox, until
 * free.  NULL: out of memory. */
struct healthwatch *healthwatch_new(
    const char *dir, struct fv_writer *writer, struct fv_span cert, const char *inbox);
void healthwatch_free(struct healthwatch *watch);

/* All lines: what changes quickly at most a second old, the rest at most 10 s; with `fresh`
 * all of it looked at now.  Blocks for as long as that takes. */
void healthwatch_get(struct healthwatch *watch, bool is_fresh, struct health *out);
/* What /healthz says; it looks at nothing slow. */
bool healthwatch_is_well(struct healthwatch *watch);

/* The answer to the control request "health": {"exit": 0, "lines": [...]}.  Owned: the
 * result (json_decref); NULL: out of memory. */
json_t *healthwatch_answer(struct healthwatch *watch);
/* A line as JSON.  Owned: the result. */
json_t *healthwatch_json(const struct health_line *line);

#endif
