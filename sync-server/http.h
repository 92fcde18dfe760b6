/*
 * The listener of the handhelds (libmicrohttpd): /s, /e and /healthz.
 * What decides a refusal stands in the path, and is answered before a body is read.
 *
 * Threads: its own pool; see writer.h for what it hands over.
 */
#ifndef FV_HTTP_H
#define FV_HTTP_H

#include "sync-server/healthwatch.h"

struct fv_http;

struct fv_http_opts {
	struct fv_host *host;      /* borrowed: keys and folder; its store is not touched */
	struct fv_writer *writer;  /* borrowed until stop */
	struct healthwatch *watch; /* borrowed until stop: what /healthz says */
	const char *address;       /* HOST:PORT; port 0: any free one */
};

/*
 * Start listening.  Says why on stderr.
 * Errors: FV_EFORMAT  an address is not HOST:PORT;  FV_EBUSY  it is in use;  FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_http_start(
    const struct fv_http_opts *opts, struct fv_http **http_out);

/* The port in use. */
uint16_t fv_http_port(const struct fv_http *http);

/* Stop listening; requests whose chunks are queued are answered first. */
void fv_http_stop(struct fv_http *http);

#endif
