/*
 * What goes over the socket between the handheld's program and fieldvisit-link: one
 * request, one answer, big-endian numbers.
 *
 *   request  u32 length of url || u32 length of body || u32 ms for all of it || url || body
 *   answer   u32 outcome || u32 status || u32 Retry-After in s || u32 bytes up ||
 *            u32 bytes down || u32 guards || u32 length || body (or, after a failure, a
 *            short reason)
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_LINK_WIRE_H
#define FV_LINK_WIRE_H

#define FV_LINK_URL_MAX 512U
#define FV_LINK_BODY_MAX 8388608U   /* up */
#define FV_LINK_ANSWER_MAX 1048576U /* down */
#define FV_LINK_REASON_MAX 200U
#define FV_LINK_REQUEST_HEAD_BYTES 12U
#define FV_LINK_ANSWER_HEAD_BYTES 28U
#define FV_LINK_NO_RETRY_AFTER 0xffffffffU

/* Outcomes.  Stable numbers. */
enum fv_link_outcome {
	FV_LINK_ANSWERED = 0,   /* an HTTP status and a body */
	FV_LINK_BAD_URL = 1,    /* not http or https, or no URL at all */
	FV_LINK_NO_NAME = 2,    /* the server's name is not found */
	FV_LINK_NO_CONNECT = 3, /* nobody answers there */
	FV_LINK_CUT = 4,        /* the connection broke */
	FV_LINK_TIMEOUT = 5,
	FV_LINK_TOO_BIG = 6,  /* the answer is over FV_LINK_ANSWER_MAX */
	FV_LINK_NOT_HTTP = 7, /* what answers does not speak HTTP (or TLS) */
	FV_LINK_FAILED = 8,   /* this program itself: memory, system calls */
};

/* Guards that the kernel granted, as bits. */
enum fv_link_guard {
	FV_LINK_GUARD_NO_NEW_PRIVS = 1,
	FV_LINK_GUARD_LIMITS = 2,
	FV_LINK_GUARD_LANDLOCK = 4,
	FV_LINK_GUARD_SECCOMP = 8,
};

#endif
