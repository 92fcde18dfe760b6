/*
 * A served folder: the listeners, the writer and the control socket, from a start to a signal.
 *
 * Threads: the process' first; it starts the others.
 */
#ifndef FV_SERVER_SERVING_H
#define FV_SERVER_SERVING_H

#include "fv/bytes.h"
#include "sync-server/alerter.h"
#include "sync-server/host.h"
#include "sync-server/inbox.h"

/* What is asked for, and what runs. */
struct serving {
	struct fv_host *host;
	const char *sync, *desk, *public; /* HOST:PORT; the last two NULL: none */
	const char *commands;             /* of --alert */
	const char *tiles;                /* NULL: none */
	const char *cert, *key;           /* PEM files; NULL: without TLS */
	bool takes_owntracks;
	bool is_behind_proxy;
	unsigned idle_s;         /* of a connection */
	int64_t desk_idle_ms;    /* of a session; 0: the default */
	struct inbox_opts inbox; /* folder NULL: none */
	struct fv_buf pem[2];    /* owned: what cert and key hold */
	struct fv_writer *writer;
	struct healthwatch *watch;
	struct fv_alerter *alerter;
	struct fv_rejudge *rejudge;
	bool judges_later; /* --no-judge: `audit run` does it */
	struct inbox_watch *intake;
	struct fv_http *http;
	struct desk *desk_out;
	struct fv_public *pages;
	struct fv_web *public_out;
	int control_fd;
};

/*
 * Open the server's folder and serve it until SIGTERM or SIGINT.  What is asked for is set;
 * control_fd is -1, all else that runs NULL, and pem holds what cert and key name.
 *
 * Returns: an exit code, after a line on stderr where it is not FV_EXIT_OK.
 */
int serving_run(struct serving *s);

#endif
