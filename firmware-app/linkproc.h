/*
 * One run of fieldvisit-link: a request goes out, an answer or a failure comes back, and
 * nothing here waits.  The agent polls fd and calls step.
 *
 * Threads: one.  Memory: owned buffers; fv_linkproc_stop() releases, ends and reaps.
 */
#ifndef FV_APP_LINKPROC_H
#define FV_APP_LINKPROC_H

#include <sys/types.h>

#include "firmware-app/link/wire.h"
#include "fv/bytes.h"

#define FV_LINKPROC_TOTAL_MS 120000 /* for one request */

struct fv_linkproc {
	pid_t pid;         /* 0: none */
	int fd;            /* -1: none */
	struct fv_buf out; /* owned: what is yet to be said */
	size_t out_pos;
	struct fv_buf in;         /* owned: what was said */
	int64_t deadline_mono_ms; /* then it is ended */
};

/* A value that may be stopped. */
#define FV_LINKPROC_NONE                                                                      \
	{                                                                                     \
		.pid = 0, .fd = -1                                                            \
	}

struct fv_link_answer {
	enum fv_link_outcome outcome;
	uint32_t status; /* HTTP; with FV_LINK_ANSWERED */
	bool has_retry_after;
	uint32_t retry_after_s;
	uint64_t up_bytes, down_bytes;
	uint32_t guards;     /* enum fv_link_guard bits */
	struct fv_span body; /* or, after a failure, a short reason; borrowed from the proc */
};

/*
 * Start the program that lies beside this one (else the one in PATH).  Copies: url, body.
 * Errors: FV_ENOENT  there is none;  FV_EIO  it could not be started
 *         FV_ETOOBIG FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_linkproc_start(
    struct fv_linkproc *proc, const char *url, struct fv_span body);

/* What to poll fd for. */
short fv_linkproc_events(const struct fv_linkproc *proc);
/* Milliseconds until the deadline; 0: it has passed. */
int fv_linkproc_timeout_ms(const struct fv_linkproc *proc);

/*
 * Go on as far as is possible without waiting.
 * Returns: FV_OK     *answer_out is there, until stop
 *          FV_AGAIN  poll again
 * Errors:  FV_EIO    it ended without an answer, or its time is up
 */
FV_NODISCARD enum fv_err fv_linkproc_step(
    struct fv_linkproc *proc, struct fv_link_answer *answer_out);

void fv_linkproc_stop(struct fv_linkproc *proc);

/*
 * What "fieldvisit-link --check" prints of the guards that this kernel grants, appended to
 * `out`.  Waits, some seconds at most.
 * Errors: FV_ENOENT  there is no such program;  FV_EIO  it failed
 */
FV_NODISCARD enum fv_err fv_linkproc_check(struct fv_buf *out);

#endif
