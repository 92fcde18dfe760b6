/*
 * A listening socket from "HOST:PORT" or "[::1]:PORT", the host numeric or "localhost".
 *
 * Threads: no state.
 */
#ifndef FV_ADDRESS_H
#define FV_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "fv/err.h"

/*
 * Bind and listen.  Port 0: any free one; *port_out is the one in use.
 * Errors: FV_EFORMAT  not such a text;  FV_EBUSY  in use;  FV_EIO
 */
FV_NODISCARD enum fv_err fv_address_bind(const char *text, int *fd_out, uint16_t *port_out);

/* Is it an address that only this machine reaches?  Of a text that is none: false. */
bool fv_address_is_loopback(const struct sockaddr *address);
bool fv_address_text_is_loopback(const char *text);

#endif
