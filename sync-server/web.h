/*
 * HTTP for people (libmicrohttpd): a request with a small body comes in whole, an answer
 * goes out whole or as a stream.  What handhelds speak is http.h.
 *
 * Threads: a server has a pool; its handler runs on any of them, several at a time.
 */
#ifndef FV_WEB_H
#define FV_WEB_H

#include <sys/types.h>

#include "fv/bytes.h"

#define FV_WEB_HEADERS_MAX 12U
#define FV_WEB_VALUE_BYTES 512U /* of a header of an answer, its NUL included */
#define FV_WEB_CLIENT_BYTES 48U

/* One request.  Borrowed: for the call of the handler. */
struct fv_web_request {
	const char *method;               /* "GET", "POST", "PUT", "DELETE" */
	const char *path;                 /* decoded; begins with '/' */
	struct fv_span body;              /* whole; empty: none */
	char client[FV_WEB_CLIENT_BYTES]; /* address of the client; behind a proxy on this
					   * machine as that one says, else of the peer */
	bool is_left_out;                 /* its body was a stranger's and above 64 KiB */
	bool is_tls;                      /* its own TLS, or a proxy's in front */
	bool is_loopback;                 /* the client is on this machine */
	void *inside;                     /* web.c's */
};

/* Values by name; NULL: absent.  Returns borrowed: for the call. */
const char *fv_web_query(const struct fv_web_request *request, const char *name);
const char *fv_web_header(const struct fv_web_request *request, const char *name);
const char *fv_web_cookie(const struct fv_web_request *request, const char *name);

/* A value out of a body of type application/x-www-form-urlencoded, decoded.  Appends to
 * `out`.  False: absent. */
bool fv_web_form(const struct fv_web_request *request, const char *name, struct fv_buf *out);

/* Up to `max` bytes of a streamed body; 0: the end; -1: it failed, the connection is cut so
 * that nobody takes a part for the whole. */
typedef ssize_t (*fv_web_read_fn)(void *stream, uint8_t *into, size_t max);

/* One answer; all zero but for what the handler sets.  One of body, fixed, read. */
struct fv_web_answer {
	uint32_t status;      /* 200, ...; 0: 500 */
	const char *type;     /* static */
	struct fv_buf body;   /* owned */
	struct fv_span fixed; /* borrowed: as long as the server runs */
	fv_web_read_fn read;
	void (*close)(void *stream); /* once, whatever happened */
	void *stream;
	struct {
		const char *name; /* static */
		char value[FV_WEB_VALUE_BYTES];
	} headers[FV_WEB_HEADERS_MAX];
	size_t header_count;
	bool is_bad; /* a header did not fit: 500 */
};

/* Add a header; printf-like.  A value that is too long, or holds a control character,
 * makes the answer a 500. */
void fv_web_put(struct fv_web_answer *answer, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

typedef void (*fv_web_fn)(
    void *ctx, const struct fv_web_request *request, struct fv_web_answer *answer);

/* Whether a request may have a body above 64 KiB, asked when it has so much; of another the
 * body is dropped as it comes, and the handler is given an empty one. */
typedef bool (*fv_web_let_fn)(void *ctx, const struct fv_web_request *request);

struct fv_web_opts {
	const char *address;            /* HOST:PORT; port 0: any free one */
	const char *tls_cert, *tls_key; /* PEM texts; NULL: without TLS */
	bool is_behind_proxy; /* one on this machine has the TLS and names the clients */
	unsigned idle_s;      /* a connection that says nothing for so long is cut; 0: 60 */
	unsigned threads;
	size_t body_max; /* bytes; a longer body is 413 */
	fv_web_fn handler;
	fv_web_let_fn lets_much; /* NULL: everybody may */
	void *ctx;
};

struct fv_web;

/*
 * Says why on stderr.  Copies: all of opts but ctx.
 * Errors: FV_EFORMAT  the address, a certificate or its key;  FV_EBUSY  it is in use;
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_web_start(const struct fv_web_opts *opts, struct fv_web **web_out);
uint16_t fv_web_port(const struct fv_web *web);
/* Requests under way are answered first. */
void fv_web_stop(struct fv_web *web);

#endif
