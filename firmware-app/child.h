/*
 * Another program, found in PATH and started without a shell: it gets PATH and nothing else of
 * our environment, no file of ours, nothing to read, and is heard through a pipe.
 *
 * Threads: one.
 */
#ifndef FV_APP_CHILD_H
#define FV_APP_CHILD_H

#include <sys/types.h>

#include "fv/bytes.h"

/*
 * Start argv[0].  Owned: *pid_out and *fd_out, what it says; fv_child_stop().
 * Errors: FV_ENOENT  no such program in PATH;  FV_EIO
 */
FV_NODISCARD enum fv_err fv_child_start(char *const argv[], pid_t *pid_out, int *fd_out);

/* End it, if it still runs (pid above 0), and close the pipe (fd from 0). */
void fv_child_stop(pid_t pid, int fd);

#endif
