/*
 * A listening socket from "HOST:PORT" or "[::1]:PORT", the host numeric or "localhost".
 *
 * Threads: no state.
 */
#ifndef FV_ADDRESS_H
#define FV_ADDRESS_H

#include <stdint.h>

#include "fv/err.h"

/*
 * Bind and listen.  Port 0: any free one; *port_out is the one in use.
 * Errors: FV_EFORMAT  not such a text;  FV_EBUSY  in use;  FV_EIO
 */
FV_NODISCARD enum fv_err fv_address_bind(const char *text, int *fd_out, uint16_t *port_out);

#endif
