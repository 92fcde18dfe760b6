/*
 * A line on stderr that counts the seconds of a long import, where stderr is a terminal; no
 * line where it is none, and none for the first second.
 *
 * Threads: one of its own, from start to stop.
 */
#ifndef FV_SERVER_PROGRESS_H
#define FV_SERVER_PROGRESS_H

#include "fv/bytes.h"

struct progress;

/* Begin to count.  Borrows: file, until stop.  Owned: the result, progress_stop(); NULL: there
 * is no line to write. */
struct progress *progress_start(const char *file, struct fv_span text);
/* Take the line away.  NULL is fine. */
void progress_stop(struct progress *progress);

#endif
