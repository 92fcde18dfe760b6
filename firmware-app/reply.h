/*
 * What a verb answers: text or JSON for standard output, one error line for standard
 * error, an exit code.  A verb builds it; whoever ran the verb prints it or sends it
 * over the socket.
 *
 * Threads: one.  Memory: owned buffers.
 */
#ifndef FV_APP_REPLY_H
#define FV_APP_REPLY_H

#include <libintl.h>

#include "firmware-app/json.h"

#define _(s) gettext(s)

/* Exit codes: stable, in the man page. */
enum fv_exit {
	FV_EXIT_OK = 0,
	FV_EXIT_NO = 1, /* the answer is no */
	FV_EXIT_USAGE = 2,
	FV_EXIT_PERSON = 3,       /* a person must decide (check only) */
	FV_EXIT_DATA = 65,        /* bad input data */
	FV_EXIT_NOINPUT = 66,     /* no such file or case */
	FV_EXIT_UNAVAILABLE = 69, /* server down, agent gone */
	FV_EXIT_INTERNAL = 70,
	FV_EXIT_OS = 71,
	FV_EXIT_CREATE = 73,
	FV_EXIT_IO = 74,
	FV_EXIT_RETRY = 75,    /* busy: try again */
	FV_EXIT_PROTOCOL = 76, /* not our server, or not its key */
	FV_EXIT_DENIED = 77,   /* wrong PIN, revoked, wiped */
	FV_EXIT_CONFIG = 78,   /* not enrolled */
};

/* What can go wrong, by a stable name. */
enum fv_fail {
	FV_FAIL_USAGE,
	FV_FAIL_NO_VISIT,
	FV_FAIL_VISIT_OPEN,
	FV_FAIL_ON_SHIFT,
	FV_FAIL_OFF_SHIFT,
	FV_FAIL_NO_CASE,
	FV_FAIL_NO_FILE,
	FV_FAIL_EMPTY_NOTE,
	FV_FAIL_BAD_INPUT,
	FV_FAIL_BAD_TICKET,
	FV_FAIL_TICKET_EXPIRED,
	FV_FAIL_TICKET_SPENT,
	FV_FAIL_SERVER_DOWN,
	FV_FAIL_SERVER_BUSY,
	FV_FAIL_NOT_OUR_SERVER,
	FV_FAIL_UNKNOWN_DEVICE,
	FV_FAIL_LOG_REWRITTEN,
	FV_FAIL_NO_LINK,
	FV_FAIL_NO_PIN,
	FV_FAIL_WRONG_PIN,
	FV_FAIL_PIN_DELAY,
	FV_FAIL_LOCKED,
	FV_FAIL_WIPED,
	FV_FAIL_REVOKED,
	FV_FAIL_NOT_ENROLLED,
	FV_FAIL_ENROLLED,
	FV_FAIL_NO_READER,
	FV_FAIL_NO_AGENT,
	FV_FAIL_AGENT_RUNS,
	FV_FAIL_BUSY,
	FV_FAIL_DISK_FULL,
	FV_FAIL_DAMAGED,
	FV_FAIL_NEWER,
	FV_FAIL_IO,
	FV_FAIL_MEMORY,
	FV_FAIL_NOT_VERIFIED,
	FV_FAIL_NO_OFFICER,
	FV_FAIL_NOT_TODAY,
	FV_FAIL_INCOMPLETE,
	FV_FAIL_TOO_LARGE,
	FV_FAIL_NOT_DEBTOR,
	FV_FAIL_PRACTICE,
	FV_FAIL_DRAFTS,
	FV_FAIL_COUNT,
};

/* Name and exit code of a failure.  Return borrowed: static storage. */
const char *fv_fail_id(enum fv_fail fail);
int fv_fail_exit(enum fv_fail fail);

struct fv_reply {
	struct fv_buf out;   /* owned */
	struct fv_buf err;   /* owned */
	struct fv_json json; /* writes to `out` when JSON is wanted, else nothing */
	bool want_json;
	bool is_pending;  /* the agent answers later (sync --wait) */
	bool is_practice; /* each line, and the JSON, says so */
	int exit;         /* enum fv_exit */
};

void fv_reply_init(struct fv_reply *reply, bool want_json);
void fv_reply_clear(struct fv_reply *reply);

/* What stands before each line, and on each screen, of a practice handheld. */
#define FV_REPLY_PRACTICE "PRACTICE 练习"
/* From now on each line, and each JSON object or the first of it, says that it is practice. */
void fv_reply_practice(struct fv_reply *reply);

/* True when the wanted language is Chinese: LANGUAGE, else the locale of messages. */
bool fv_reply_is_chinese(void);

/* One line of text for people; nothing when JSON is wanted. */
void fv_reply_line(struct fv_reply *reply, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A remark on standard error that does not change the exit code. */
void fv_reply_warn(struct fv_reply *reply, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Fail: "fieldvisit: OBJECT: RULE; what to do next" and, for JSON, {"error":...} in
 * place of whatever was written so far.  Sets and returns the exit code.
 */
int fv_reply_fail(struct fv_reply *reply, enum fv_fail fail, const char *object,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Fail with the sentence that an error of the store or trail deserves. */
int fv_reply_fail_err(struct fv_reply *reply, const char *object, enum fv_err err);

#endif
