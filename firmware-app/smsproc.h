/*
 * Sends one text message through ModemManager: its tool mmcli as a child, found in PATH,
 * without a shell, first to make the message, then to send it.  It never waits by itself:
 * the agent polls fd and calls step.
 *
 * Threads: one.  Memory: owned; fv_smsproc_stop() releases all.
 */
#ifndef FV_APP_SMSPROC_H
#define FV_APP_SMSPROC_H

#include <sys/types.h>

#include "fv/bytes.h"

#define FV_SMSPROC_MS 30000      /* for each of the two steps; then the child is ended */
#define FV_SMSPROC_TEXT_MAX 140U /* characters of a message */
#define FV_SMSPROC_NUMBER_MAX 20U

struct fv_smsproc {
	pid_t pid;        /* 0: none runs */
	int fd;           /* what the child says; -1: none */
	bool is_made;     /* the second step runs */
	struct fv_buf in; /* owned: what was said */
	int64_t deadline_mono_ms;
};

/* A value that may be stopped. */
#define FV_SMSPROC_NONE                                                                       \
	{                                                                                     \
		.pid = 0, .fd = -1                                                            \
	}

/* True for digits with an optional '+' before, up to FV_SMSPROC_NUMBER_MAX. */
bool fv_smsproc_is_number(const char *number);

/*
 * Begin to send `text` (letters, digits, space and . , : - + ( ) only).
 * Errors: FV_ENOENT  no mmcli in PATH;  FV_EFORMAT  another character in text or number
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_smsproc_start(
    struct fv_smsproc *proc, const char *number, const char *text);

/* Milliseconds until the child's time is up. */
int fv_smsproc_timeout_ms(const struct fv_smsproc *proc);

/*
 * Go on as far as is possible without waiting.
 * Returns: FV_OK     ModemManager says that it is sent
 *          FV_AGAIN  poll again
 * Errors:  FV_EIO    it is not, or its time is up
 */
FV_NODISCARD enum fv_err fv_smsproc_step(struct fv_smsproc *proc);

void fv_smsproc_stop(struct fv_smsproc *proc);

#endif
