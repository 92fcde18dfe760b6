/* fieldvisitd serve: the listeners, the writer and the control socket of one folder. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/alerter.h"
#include "sync-server/control.h"
#include "sync-server/desk/desk.h"
#include "sync-server/http.h"
#include "sync-server/keys.h"
#include "sync-server/cmd.h"
#include "sync-server/notify.h"

#define DEFAULT_SYNC "127.0.0.1:8460"

static volatile sig_atomic_t is_stopping;

static void
on_signal(int number)
{
	(void)number;
	is_stopping = 1;
}

static void
serve_control(struct fv_writer *writer, int listen_fd)
{
	json_t *request = NULL, *answer;
	int fd = -1;

	if (fv_control_accept(listen_fd, &fd, &request) != FV_OK)
		return;
	answer = fv_writer_ask(writer, request);
	/* A client that has gone does not hear it; what it asked for is done. */
	if (answer == NULL || fv_control_send(fd, answer) != FV_OK)
		fputs("fieldvisitd: control: an answer could not be delivered\n", stderr);
	json_decref(answer);
	json_decref(request);
	close(fd);
}

/* Until a signal: hand control requests to the writer. */
static void
wait_for_end(struct fv_writer *writer, int control_fd)
{
	struct pollfd poll_fd = {.fd = control_fd, .events = POLLIN};
	sigset_t none;

	sigemptyset(&none);
	while (!is_stopping) {
		int ready = ppoll(&poll_fd, 1, NULL, &none);
		if (ready > 0)
			serve_control(writer, control_fd);
		else if (ready < 0 && errno != EINTR)
			return;
	}
}

/* SIGTERM and SIGINT end ppoll() and nothing else; a closed pipe and a file that may not
 * grow are error codes. */
static void
set_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* What is asked for, and what runs. */
struct serving {
	struct fv_host *host;
	const char *sync, *desk; /* HOST:PORT; desk NULL: none */
	const char *commands;    /* of --alert */
	const char *tiles;       /* NULL: none */
	struct fv_writer *writer;
	struct fv_alerter *alerter;
	struct fv_http *http;
	struct desk *desk_out;
	int control_fd;
};

static enum fv_err
start_desk(struct serving *s)
{
	const struct fv_desk_opts opts = {
	    .host = s->host, .writer = s->writer, .address = s->desk, .tiles = s->tiles};

	return s->desk == NULL ? FV_OK : fv_desk_start(&opts, &s->desk_out);
}

/* Handhelds last: whoever they reach is up. */
static enum fv_err
start_all(struct serving *s)
{
	const char *dir = s->host->dir;
	enum fv_err rc;

	if ((rc = fv_writer_start(s->host, &s->writer)) != FV_OK)
		return rc;
	if ((rc = fv_control_listen(dir, &s->control_fd)) != FV_OK) {
		fprintf(stderr, "fieldvisitd: %s/ctl: cannot listen there\n", dir);
		return rc;
	}
	if ((rc = fv_alerter_start(dir, s->writer, s->commands, &s->alerter)) == FV_OK &&
	    (rc = start_desk(s)) == FV_OK)
		rc = fv_http_start(
		    &(struct fv_http_opts){
			.host = s->host, .writer = s->writer, .address = s->sync},
		    &s->http);
	return rc;
}

static void
stop_all(struct serving *s)
{
	char path[FV_HOST_PATH_BYTES];

	fv_http_stop(s->http);
	fv_desk_stop(s->desk_out);
	fv_alerter_stop(s->alerter);
	fv_writer_stop(s->writer);
	if (s->control_fd >= 0) {
		close(s->control_fd);
		if (fv_host_path(s->host->dir, "ctl", path))
			unlink(path);
	}
}

static void
say_addresses(const struct serving *s)
{
	printf("serving sync http://127.0.0.1:%u\n", fv_http_port(s->http));
	if (s->desk_out != NULL)
		printf("serving desk http://127.0.0.1:%u\n", fv_desk_port(s->desk_out));
	fflush(stdout);
}

static int
serve(struct serving *s)
{
	const enum fv_err rc = start_all(s);

	if (rc == FV_OK) {
		say_addresses(s);
		fv_notify("READY=1");
		wait_for_end(s->writer, s->control_fd);
		fv_notify("STOPPING=1");
	}
	stop_all(s);
	return rc == FV_OK ? FV_EXIT_OK : rc == FV_ENOMEM ? FV_EXIT_SOFTWARE : FV_EXIT_IO;
}

static int
usage(FILE *out, int code)
{
	fputs(
	    "usage: fieldvisitd serve [--sync HOST:PORT] [--desk HOST:PORT] [--tiles URL]\n"
	    "                         [--alert CMD[,CMD2...]]\n"
	    "  --sync HOST:PORT   where handhelds sync (default " DEFAULT_SYNC
	    "; port 0: any)\n"
	    "  --desk HOST:PORT   the supervisors' desk, /healthz and /metrics (default: "
	    "off)\n"
	    "  --tiles URL        map tiles for the desk, with {z}, {x} and {y} (default: "
	    "coastlines)\n"
	    "  --alert CMD[,...]  programs that tell people of alerts, one after the other\n",
	    out);
	return code;
}

int
cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {{"sync", required_argument, NULL, 's'},
	    {"desk", required_argument, NULL, 'd'}, {"alert", required_argument, NULL, 'a'},
	    {"tiles", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct serving s = {.sync = DEFAULT_SYNC, .commands = "", .control_fd = -1};
	char secret[256];
	enum fv_err rc;
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			s.sync = optarg;
		else if (c == 'd')
			s.desk = optarg;
		else if (c == 'a')
			s.commands = optarg;
		else if (c == 't')
			s.tiles = optarg;
		else
			return c == 'h' ? usage(stdout, FV_EXIT_OK)
					: usage(stderr, FV_EXIT_USAGE);
	}
	if (optind < argc || !fv_alerter_check(s.commands))
		return usage(stderr, FV_EXIT_USAGE);
	if (fv_keys_find_secret(fv_host_dir(), secret) != NULL) {
		fprintf(stderr,
		    "fieldvisitd: %s/%s: a person's secret key lies in the server's folder; "
		    "move it to "
		    "its owner's machine, then serve\n",
		    fv_host_dir(), secret);
		return FV_EXIT_NOPERM;
	}
	set_signals();
	rc = fv_host_open(fv_host_dir(), &s.host);
	if (rc == FV_EBUSY)
		fprintf(stderr,
		    "fieldvisitd: %s: is served already, or a verb is writing to it\n",
		    fv_host_dir());
	if (rc != FV_OK)
		return rc == FV_EBUSY ? FV_EXIT_TEMPFAIL
		    : rc == FV_ENOENT ? FV_EXIT_CONFIG
				      : FV_EXIT_IO;
	code = serve(&s);
	fv_host_close(s.host);
	return code;
}
