/* fieldvisitd serve: the listeners, the writer and the control socket of one folder. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync-server/address.h"
#include "sync-server/alerter.h"
#include "sync-server/cli.h"
#include "sync-server/control.h"
#include "sync-server/desk/desk.h"
#include "sync-server/healthwatch.h"
#include "sync-server/http.h"
#include "sync-server/inbox.h"
#include "sync-server/keys.h"
#include "sync-server/cmd.h"
#include "sync-server/notify.h"
#include "sync-server/public.h"
#include "sync-server/rejudge.h"
#include "sync-server/verb.h"

#define DEFAULT_SYNC "127.0.0.1:8460"

static volatile sig_atomic_t is_stopping;

static void
on_signal(int number)
{
	(void)number;
	is_stopping = 1;
}

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

static json_t *answer_health(const struct serving *s);

static void
serve_control(const struct serving *s)
{
	json_t *request = NULL, *answer;
	int fd = -1;

	if (fv_control_accept(s->control_fd, &fd, &request) != FV_OK)
		return;
	if (strcmp(fv_verb_text(request, "verb"), "health") == 0)
		answer = answer_health(s);
	else
		answer = fv_writer_ask(s->writer, request);
	/* A client that has gone does not hear it; what it asked for is done. */
	if (answer == NULL || fv_control_send(fd, answer) != FV_OK)
		fputs("fieldvisitd: control: an answer could not be delivered\n", stderr);
	json_decref(answer);
	json_decref(request);
	close(fd);
}

/* Until a signal: hand control requests to the writer. */
static void
wait_for_end(const struct serving *s)
{
	struct pollfd poll_fd = {.fd = s->control_fd, .events = POLLIN};
	sigset_t none;

	sigemptyset(&none);
	while (!is_stopping) {
		int ready = ppoll(&poll_fd, 1, NULL, &none);
		if (ready > 0)
			serve_control(s);
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

/* What the listeners for people have in common. */
static struct fv_web_opts
web_opts(struct serving *s, const char *address)
{
	return (struct fv_web_opts){.address = address,
	    .tls_cert = s->cert != NULL ? fv_buf_z(&s->pem[0]) : NULL,
	    .tls_key = s->key != NULL ? fv_buf_z(&s->pem[1]) : NULL,
	    .is_behind_proxy = s->is_behind_proxy,
	    .idle_s = s->idle_s};
}

static enum fv_err
start_desk(struct serving *s)
{
	const struct fv_web_opts web = web_opts(s, s->desk);
	const struct fv_desk_opts opts = {.host = s->host,
	    .writer = s->writer,
	    .watch = s->watch,
	    .web = &web,
	    .session_idle_ms = s->desk_idle_ms,
	    .tiles = s->tiles,
	    .takes_owntracks = s->takes_owntracks};

	return s->desk == NULL ? FV_OK : fv_desk_start(&opts, &s->desk_out);
}

static enum fv_err
start_public(struct serving *s)
{
	struct fv_web_opts opts = web_opts(s, s->public);
	enum fv_err rc;

	if (s->public == NULL)
		return FV_OK;
	if ((rc = fv_public_new(s->host, s->writer, &s->pages)) != FV_OK)
		return rc;
	opts.threads = FV_PUBLIC_THREADS;
	opts.body_max = FV_PUBLIC_BODY_MAX;
	opts.handler = fv_public_handler;
	opts.ctx = s->pages;
	return fv_web_start(&opts, &s->public_out);
}

static enum fv_err
start_judging(struct serving *s)
{
	return s->judges_later ? FV_OK
			       : fv_rejudge_start(s->host->dir, s->writer, &s->rejudge);
}

static enum fv_err
start_inbox(struct serving *s)
{
	if (s->inbox.folder == NULL)
		return FV_OK;
	return inbox_watch_start(&s->inbox, s->writer, &s->intake) == FV_EXIT_OK ? FV_OK
										 : FV_EIO;
}

/* Handhelds last: whoever they reach is up. */
static enum fv_err
start_all(struct serving *s)
{
	const char *dir = s->host->dir;
	enum fv_err rc;

	if ((rc = fv_writer_start(s->host, &s->writer)) != FV_OK)
		return rc;
	s->watch = healthwatch_new(dir, s->writer, fv_buf_span(&s->pem[0]), s->inbox.folder);
	if (s->watch == NULL)
		return FV_ENOMEM;
	if ((rc = fv_control_listen(dir, &s->control_fd)) != FV_OK) {
		fprintf(stderr, "fieldvisitd: %s/ctl: cannot listen there\n", dir);
		return rc;
	}
	if ((rc = fv_alerter_start(dir, s->writer, s->commands, &s->alerter)) == FV_OK &&
	    (rc = start_judging(s)) == FV_OK && (rc = start_desk(s)) == FV_OK &&
	    (rc = start_public(s)) == FV_OK && (rc = start_inbox(s)) == FV_OK)
		rc = fv_http_start(&(struct fv_http_opts){.host = s->host,
				       .writer = s->writer,
				       .watch = s->watch,
				       .address = s->sync},
		    &s->http);
	return rc;
}

static void
stop_all(struct serving *s)
{
	char path[FV_HOST_PATH_BYTES];

	fv_http_stop(s->http);
	fv_web_stop(s->public_out);
	fv_public_free(s->pages);
	fv_desk_stop(s->desk_out);
	inbox_watch_stop(s->intake);
	fv_rejudge_stop(s->rejudge);
	fv_alerter_stop(s->alerter);
	healthwatch_free(s->watch);
	fv_writer_stop(s->writer);
	if (s->control_fd >= 0) {
		close(s->control_fd);
		if (fv_host_path(s->host->dir, "ctl", path))
			unlink(path);
	}
}

/* "HOST:PORT" of a listener, with the port that it has. */
static void
put_listener(json_t *list, const char *name, const char *address, unsigned port, bool is_tls)
{
	const char *colon = strrchr(address, ':');
	char text[192];

	(void)snprintf(text, sizeof text, "%.*s:%u",
	    colon != NULL ? (int)(colon - address) : 0, address, port);
	(void)json_array_append_new(
	    list, json_pack("{s:s, s:s, s:b}", "name", name, "address", text, "tls", is_tls));
}

static json_t *
answer_health(const struct serving *s)
{
	json_t *answer = healthwatch_answer(s->watch), *list = json_array();
	const bool is_tls = s->cert != NULL;

	put_listener(list, "listener", s->sync, fv_http_port(s->http), false);
	if (s->desk_out != NULL)
		put_listener(list, "desk", s->desk, fv_desk_port(s->desk_out), is_tls);
	if (s->public_out != NULL)
		put_listener(list, "public", s->public, fv_web_port(s->public_out), is_tls);
	(void)json_object_set_new(answer, "listeners", list);
	return answer;
}

static void
say_addresses(const struct serving *s)
{
	const char *scheme = s->cert != NULL ? "https" : "http";

	printf("serving sync http://127.0.0.1:%u\n", fv_http_port(s->http));
	if (s->desk_out != NULL)
		printf("serving desk %s://127.0.0.1:%u\n", scheme, fv_desk_port(s->desk_out));
	if (s->public_out != NULL)
		printf(
		    "serving public %s://127.0.0.1:%u\n", scheme, fv_web_port(s->public_out));
	fflush(stdout);
}

static int
serve(struct serving *s)
{
	const enum fv_err rc = start_all(s);

	if (rc == FV_OK) {
		say_addresses(s);
		fv_notify("READY=1");
		wait_for_end(s);
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
	    "                         [--tls-cert FILE --tls-key FILE | --behind-proxy]\n"
	    "                         [--desk-idle SECONDS] [--idle SECONDS]\n"
	    "                         [--public HOST:PORT] [--owntracks] [--no-judge]\n"
	    "                         [--alert CMD[,CMD2...]] [--inbox DIR]\n"
	    "                         [--inbox-encoding gbk] [--inbox-zone ZONE]\n"
	    "                         [--inbox-excel-dates]\n"
	    "  --sync HOST:PORT   where handhelds sync (default " DEFAULT_SYNC
	    "; port 0: any)\n"
	    "  --desk HOST:PORT   the supervisors' desk, /healthz and /metrics (default: "
	    "off)\n"
	    "  --tiles URL        map tiles for the desk, with {z}, {x} and {y} (default: "
	    "coastlines)\n"
	    "  --tls-cert FILE    the desk's certificate and its chain, PEM\n"
	    "  --tls-key FILE     its key, PEM\n"
	    "  --behind-proxy     a proxy on this machine has the TLS; it names the clients\n"
	    "  --desk-idle N      a session ends when nothing came for N s (default 1800)\n"
	    "  --idle N           a connection that is silent for N s is cut (default 60)\n"
	    "  --public HOST:PORT the borrower's pages, and nothing else (default: off)\n"
	    "  --owntracks        the desk takes positions of OwnTracks apps at /pub, "
	    "unsigned\n"
	    "  --no-judge         leave verdicts to 'audit run'; the queue waits for it\n"
	    "  --alert CMD[,...]  programs that tell people of alerts, one after the other\n"
	    "  --inbox DIR        take the files that other systems put there (default: off)\n"
	    "  --inbox-encoding E what its tables are in: utf-8 (default) or gbk\n"
	    "  --inbox-zone ZONE  the clock of its times without an offset (default: none)\n"
	    "  --inbox-excel-dates  numbers such as 46083 are dates there\n",
	    out);
	return code;
}

/* Without TLS passwords and what a borrower writes would cross a network in the clear. */
static bool
is_listener_safe(const struct serving *s, const char *option, const char *address)
{
	if (address == NULL || s->cert != NULL || s->is_behind_proxy ||
	    fv_address_text_is_loopback(address))
		return true;
	fprintf(stderr,
	    "fieldvisitd: %s %s: others reach this address, and it has no TLS; give "
	    "--tls-cert "
	    "and --tls-key, or listen on 127.0.0.1 with a proxy in front and --behind-proxy\n",
	    option, address);
	return false;
}

/* The certificate and its key, which nobody else may read.  An exit code. */
static int
read_pem(struct serving *s)
{
	struct stat st;
	int code;

	if (s->cert == NULL && s->key == NULL)
		return FV_EXIT_OK;
	if (s->cert == NULL || s->key == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, s->cert == NULL ? "--tls-key" : "--tls-cert",
		    "--tls-cert and --tls-key go together");
	if (stat(s->key, &st) == 0 && (st.st_mode & 07) != 0)
		return fv_cli_fail(FV_EXIT_NOPERM, s->key,
		    "everybody on this machine may use this key; 'chmod o= %s' ends that",
		    s->key);
	code = fv_cli_read(s->cert, &s->pem[0]);
	if (code == FV_EXIT_OK)
		code = fv_cli_read(s->key, &s->pem[1]);
	if (code == FV_EXIT_OK &&
	    (fv_buf_z(&s->pem[0]) == NULL || fv_buf_z(&s->pem[1]) == NULL))
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, s->key, "out of memory; try again");
	return code;
}

/* Whole seconds of an option.  False after a line on stderr. */
static bool
take_seconds(const char *option, const char *text, uint64_t max, uint64_t *out)
{
	if (fv_decimal_decode(fv_span_z(text), max, out) == FV_OK && *out > 0)
		return true;
	fprintf(stderr, "fieldvisitd: %s %s: give whole seconds from 1 to %llu\n", option,
	    text, (unsigned long long)max);
	return false;
}

static bool
take_inbox_encoding(struct serving *s, const char *word)
{
	struct textfile_opts reading;

	if (textfile_encoding_option(word, &reading) != FV_EXIT_OK)
		return false;
	s->inbox.encoding = reading.encoding;
	return true;
}

static bool
take_option(struct serving *s, int option, const char *value)
{
	uint64_t seconds = 0;

	switch (option) {
	case 's':
		s->sync = value;
		return true;
	case 'd':
		s->desk = value;
		return true;
	case 'a':
		s->commands = value;
		return true;
	case 'p':
		s->public = value;
		return true;
	case 't':
		s->tiles = value;
		return true;
	case 'c':
		s->cert = value;
		return true;
	case 'k':
		s->key = value;
		return true;
	case 'b':
		s->is_behind_proxy = true;
		return true;
	case 'o':
		s->takes_owntracks = true;
		return true;
	case 'j':
		s->judges_later = true;
		return true;
	case 'i':
		if (!take_seconds("--idle", value, 3600, &seconds))
			return false;
		s->idle_s = (unsigned)seconds;
		return true;
	case 'x':
		s->inbox.folder = value[0] != '\0' ? value : NULL;
		return true;
	case 'X':
		return take_inbox_encoding(s, value);
	case 'z':
		s->inbox.zone = value;
		return true;
	case 'Z':
		s->inbox.takes_serials = true;
		return true;
	case 'I':
		if (!take_seconds("--desk-idle", value, 43200, &seconds))
			return false;
		s->desk_idle_ms = (int64_t)seconds * 1000;
		return true;
	default:
		return false;
	}
}

/* Open the folder and serve it until a signal. */
static int
open_and_serve(struct serving *s)
{
	char secret[256];
	enum fv_err rc;
	int code;

	if (fv_keys_find_secret(fv_host_dir(), secret) != NULL) {
		fprintf(stderr,
		    "fieldvisitd: %s/%s: a person's secret key lies in the server's folder; "
		    "move it to "
		    "its owner's machine, then serve\n",
		    fv_host_dir(), secret);
		return FV_EXIT_NOPERM;
	}
	set_signals();
	rc = fv_host_open(fv_host_dir(), &s->host);
	if (rc == FV_EBUSY)
		fprintf(stderr,
		    "fieldvisitd: %s: is served already, or a verb is writing to it\n",
		    fv_host_dir());
	if (rc != FV_OK)
		return rc == FV_EBUSY ? FV_EXIT_TEMPFAIL
		    : rc == FV_ENOENT ? FV_EXIT_CONFIG
				      : FV_EXIT_IO;
	code = serve(s);
	fv_host_close(s->host);
	return code;
}

int
cmd_serve(int argc, char **argv)
{
	static const struct option options[] = {{"sync", required_argument, NULL, 's'},
	    {"desk", required_argument, NULL, 'd'}, {"alert", required_argument, NULL, 'a'},
	    {"tiles", required_argument, NULL, 't'}, {"public", required_argument, NULL, 'p'},
	    {"tls-cert", required_argument, NULL, 'c'},
	    {"tls-key", required_argument, NULL, 'k'},
	    {"behind-proxy", no_argument, NULL, 'b'}, {"owntracks", no_argument, NULL, 'o'},
	    {"no-judge", no_argument, NULL, 'j'}, {"desk-idle", required_argument, NULL, 'I'},
	    {"idle", required_argument, NULL, 'i'}, {"inbox", required_argument, NULL, 'x'},
	    {"inbox-encoding", required_argument, NULL, 'X'},
	    {"inbox-zone", required_argument, NULL, 'z'},
	    {"inbox-excel-dates", no_argument, NULL, 'Z'}, {"help", no_argument, NULL, 'h'},
	    {0}};
	struct serving s = {.sync = DEFAULT_SYNC,
	    .commands = "",
	    .inbox = {.settle_s = INBOX_SETTLE_S, .zone = ""},
	    .control_fd = -1};
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h')
			return usage(stdout, FV_EXIT_OK);
		if (!take_option(&s, c, optarg))
			return usage(stderr, FV_EXIT_USAGE);
	}
	if (optind < argc || !fv_alerter_check(s.commands))
		return usage(stderr, FV_EXIT_USAGE);
	if (s.is_behind_proxy && s.cert != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--behind-proxy",
		    "the proxy has the TLS: give either it or --tls-cert and --tls-key");
	if (!is_listener_safe(&s, "--desk", s.desk) ||
	    !is_listener_safe(&s, "--public", s.public))
		return FV_EXIT_CONFIG;
	if ((code = read_pem(&s)) == FV_EXIT_OK)
		code = open_and_serve(&s);
	fv_buf_clear(&s.pem[0]);
	fv_buf_clear(&s.pem[1]);
	return code;
}
