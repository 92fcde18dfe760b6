/*
 * Judges again what has changed, while the server runs: cases touched by a sync, an
 * import or a change of the case itself within seconds, and all of them, slowly, when what
 * judges has changed: the adopted packs, the engine, the time zone database, or the day.
 * What comes out is what `audit run` would write, and the findings queue follows from it.
 *
 * How far it got stands in the store: a server that was killed goes on there.  It reads by a
 * store of its own, at low priority; what it writes goes to the writer in small parts, with
 * as long a pause after each as it took.
 *
 * Threads: start and stop from one thread; it has its own.
 */
#ifndef FV_REJUDGE_H
#define FV_REJUDGE_H

#include "sync-server/writer.h"

struct fv_rejudge;

/* Start.  Holds: writer, until stop.  `dir` is the data folder.
 * Errors: FV_ENOMEM;  those of fv_store_open() */
FV_NODISCARD enum fv_err fv_rejudge_start(
    const char *dir, struct fv_writer *writer, struct fv_rejudge **rejudge_out);

/* End the thread.  NULL is fine. */
void fv_rejudge_stop(struct fv_rejudge *rejudge);

/* What waits, as the store has it. */
struct rejudge_state {
	uint64_t waiting; /* cases, the rest of a round over all of them included */
	int64_t since_ms; /* of the oldest that was touched; 0: none */
	bool is_round;    /* a round over all cases is not done */
};
/* Errors: as store.h */
FV_NODISCARD enum fv_err rejudge_state(struct fv_store *store, struct rejudge_state *out);

#endif
