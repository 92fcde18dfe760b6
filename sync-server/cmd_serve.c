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

static void
say_addresses(const struct fv_http *http)
{
	printf("serving sync http://127.0.0.1:%u\n", fv_http_sync_port(http));
	if (fv_http_desk_port(http) != 0)
		printf("serving desk http://127.0.0.1:%u\n", fv_http_desk_port(http));
	fflush(stdout);
}

static int
serve(struct fv_http_opts *opts, const char *commands)
{
	struct fv_alerter *alerter = NULL;
	struct fv_http *http = NULL;
	int control_fd = -1, code = FV_EXIT_IO;
	char control_path[FV_HOST_PATH_BYTES];

	if (fv_writer_start(opts->host, &opts->writer) != FV_OK)
		return FV_EXIT_SOFTWARE;
	if (fv_control_listen(opts->host->dir, &control_fd) != FV_OK) {
		fprintf(stderr, "fieldvisitd: %s/ctl: cannot listen there\n", opts->host->dir);
	} else if (fv_alerter_start(opts->host->dir, opts->writer, commands, &alerter) ==
		FV_OK &&
	    fv_http_start(opts, &http) == FV_OK) {
		say_addresses(http);
		fv_notify("READY=1");
		wait_for_end(opts->writer, control_fd);
		fv_notify("STOPPING=1");
		code = FV_EXIT_OK;
	}
	fv_http_stop(http);
	fv_alerter_stop(alerter);
	fv_writer_stop(opts->writer);
	if (control_fd >= 0) {
		close(control_fd);
		if (fv_host_path(opts->host->dir, "ctl", control_path))
			unlink(control_path);
	}
	return code;
}

static int
usage(FILE *out, int code)
{
	fputs(
	    "usage: fieldvisitd serve [--sync HOST:PORT] [--desk HOST:PORT]"
	    " [--alert CMD[,CMD2...]]\n"
	    "  --sync HOST:PORT   where handhelds sync (default " DEFAULT_SYNC
	    "; port 0: any)\n"
	    "  --desk HOST:PORT   /healthz and /metrics (default: off)\n"
	    "  --alert CMD[,...]  programs that tell people of alerts, one after the other\n",
	    out);
	return code;
}

int
cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {{"sync", required_argument, NULL, 's'},
	    {"desk", required_argument, NULL, 'd'}, {"alert", required_argument, NULL, 'a'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	struct fv_http_opts opts = {.sync_address = DEFAULT_SYNC};
	const char *commands = "";
	char secret[256];
	enum fv_err rc;
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			opts.sync_address = optarg;
		else if (c == 'd')
			opts.desk_address = optarg;
		else if (c == 'a')
			commands = optarg;
		else
			return c == 'h' ? usage(stdout, FV_EXIT_OK)
					: usage(stderr, FV_EXIT_USAGE);
	}
	if (optind < argc || !fv_alerter_check(commands))
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
	rc = fv_host_open(fv_host_dir(), &opts.host);
	if (rc == FV_EBUSY)
		fprintf(stderr,
		    "fieldvisitd: %s: is served already, or a verb is writing to it\n",
		    fv_host_dir());
	if (rc != FV_OK)
		return rc == FV_EBUSY ? FV_EXIT_TEMPFAIL
		    : rc == FV_ENOENT ? FV_EXIT_CONFIG
				      : FV_EXIT_IO;
	code = serve(&opts, commands);
	fv_host_close(opts.host);
	return code;
}
