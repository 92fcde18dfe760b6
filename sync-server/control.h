/*
 * The control socket DIR/ctl: one request and one answer a connection, each u32be length
 * and JSON.  Only the server's own user and root are served (SO_PEERCRED).
 *
 * Threads: no shared state.
 */
#ifndef FV_CONTROL_H
#define FV_CONTROL_H

#include <jansson.h>

#include "fv/err.h"

/* Listen; replaces a socket that a dead server left.  The caller holds DIR/lock. */
FV_NODISCARD enum fv_err fv_control_listen(const char *dir, int *fd_out);

/* Take one connection and read its request.  Blocks at most 10 s.  Owned: *request_out.
 * Errors: FV_EDENIED  another user;  FV_EIO FV_EFORMAT FV_ETOOBIG */
FV_NODISCARD enum fv_err fv_control_accept(
    int listen_fd, int *connection_fd_out, json_t **request_out);

/* Send a message (either way). */
FV_NODISCARD enum fv_err fv_control_send(int fd, const json_t *message);

/* Connect, send, wait for the answer.  Errors: FV_ENOENT  nobody listens; others as above. */
FV_NODISCARD enum fv_err fv_control_call(
    const char *dir, const json_t *request, json_t **answer_out);

#endif
