/*
 * Tell the service manager how far the server is: one datagram to NOTIFY_SOCKET, as
 * sd_notify(3) describes it.
 *
 * Threads: any.  Memory: none.
 */
#ifndef FV_NOTIFY_H
#define FV_NOTIFY_H

/* Send "READY=1" or another line.  Does nothing where nobody listens: the server serves
 * all the same. */
void fv_notify(const char *state);

#endif
