/*
 * One POST: the only use of libcurl in the project.
 *
 * Threads: one; fv_post_init() first.  Memory: the answer's body is Owned by the caller.
 */
#ifndef FV_LINK_POST_H
#define FV_LINK_POST_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-app/link/wire.h"

struct fv_post {
	const char *url;     /* held */
	const uint8_t *body; /* held */
	size_t body_len;
	uint32_t total_ms; /* for all of it */
	int watch_fd;      /* give up when its other end is closed */
};

struct fv_post_result {
	enum fv_link_outcome outcome;
	uint32_t status;
	uint32_t retry_after_s;
	uint32_t up_bytes, down_bytes; /* heads and bodies, as HTTP counts */
	uint8_t *body;                 /* owned, by free() */
	size_t body_len;
	char reason[FV_LINK_REASON_MAX];
};

/* Make libcurl ready.  0: it is not. */
int fv_post_init(void);

/* Send and wait.  *out is always filled. */
void fv_post_run(const struct fv_post *post, struct fv_post_result *out);

#endif
