#include "sync-server/serving.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync-server/cli.h"
#include "sync-server/control.h"
#include "sync-server/desk/desk.h"
#include "sync-server/healthwatch.h"
#include "sync-server/http.h"
#include "sync-server/keys.h"
#include "sync-server/notify.h"
#include "sync-server/public.h"
#include "sync-server/rejudge.h"
#include "sync-server/verb.h"

static volatile sig_atomic_t is_stopping;

static void
on_signal(int number)
{
	(void)number;
	is_stopping = 1;
}

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

int
serving_run(struct serving *s)
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
