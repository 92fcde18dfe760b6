/*
 * The walk of practice: about ten minutes along the doors of items.h, played again and again
 * in the present time, told as gpsd tells it, so that the agent hears it by the same code as
 * a receiver.  Each position says that it is simulated, and its source that it is a file.
 *
 * Threads: a process of its own.  Memory: owned.
 */
#ifndef FV_PRACTICE_WALK_H
#define FV_PRACTICE_WALK_H

#include <stdint.h>
#include <sys/types.h>

/* A listening socket on a free port of this machine alone; -1: none. */
int fv_walk_listen(uint16_t *port_out);

/* Tell who watches, once a second, until SIGTERM or the parent's end.  Never returns. */
_Noreturn void fv_walk_tell(int listen_fd, pid_t parent);

#endif
