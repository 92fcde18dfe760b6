/*
 * A folder that is there with all its files or not at all: it is filled under another name
 * beside its own and renamed at the end.  Ctrl-C waits until then.
 *
 * Threads: the main thread only.
 */
#ifndef FV_NEWFOLDER_H
#define FV_NEWFOLDER_H

#include <limits.h>
#include <signal.h>
#include <sys/types.h>

#include "fv/bytes.h"

struct newfolder {
	char path[PATH_MAX];
	char work[PATH_MAX]; /* where it is filled; "": nothing is begun */
	sigset_t mask;       /* of signals, as it was before */
};

/*
 * Begin a folder at `path`, which must be free or an empty folder.  Returns an exit code and
 * says why.  newfolder_drop() ends it, after an error too.
 */
int newfolder_begin(struct newfolder *folder, const char *path);

/* Add a file that is not there yet.  Returns an exit code and says why. */
int newfolder_put(
    struct newfolder *folder, const char *name, mode_t mode, struct fv_span bytes);

/* Give it its name, durably.  Returns an exit code and says why. */
int newfolder_commit(struct newfolder *folder);

/* Take away what was not committed. */
void newfolder_drop(struct newfolder *folder);

#endif
