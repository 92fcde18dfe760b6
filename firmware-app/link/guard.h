/*
 * Give up what sending one request does not need: files, programs, other processes.
 *
 * Threads: before any other thread exists.  Memory: none.
 */
#ifndef FV_LINK_GUARD_H
#define FV_LINK_GUARD_H

/* Close every descriptor but 0 to 2 and `keep_fd`. */
void fv_guard_close_others(int keep_fd);

/* Raise all guards that this kernel has.  Returns enum fv_link_guard bits. */
unsigned fv_guard_raise(void);

#endif
