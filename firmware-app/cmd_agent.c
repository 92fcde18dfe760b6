#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "firmware-app/agent.h"
#include "firmware-app/frame.h"
#include "firmware-app/sos.h"

#define GPSD_HOST_MAX 255U

/* "HOST", "HOST:PORT", "[v6]:PORT"; empty parts keep the default. */
static bool
split_gpsd(const char *text, char host[GPSD_HOST_MAX + 1], char port[32])
{
	const char *end = text + strlen(text), *colon = strrchr(text, ':'), *close;

	host[0] = port[0] = '\0';
	if (*text == '[') {
		if ((close = strchr(text, ']')) == NULL ||
		    (close[1] != '\0' && close[1] != ':'))
			return false;
		text++;
		end = close;
		colon = close[1] == ':' ? close + 1 : NULL;
	} else if (colon != NULL) {
		end = colon;
	}
	if ((size_t)(end - text) > GPSD_HOST_MAX || (colon != NULL && strlen(colon + 1) > 31))
		return false;
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	if (colon != NULL)
		snprintf(port, 32, "%s", colon + 1);
	return true;
}

bool
fv_agent_open_gps(const struct fv_call *call, struct fv_clock clock, struct fv_gps **gps_out,
    struct fv_reply *reply)
{
	const char *given = fv_args_value(&call->args, "gpsd");
	char host[GPSD_HOST_MAX + 1], port[32];
	enum fv_err rc;

	if (given == NULL)
		given = getenv("FIELDVISIT_GPSD");
	if (given == NULL)
		given = "";
	if (!split_gpsd(given, host, port)) {
		fv_reply_fail(
		    reply, FV_FAIL_USAGE, given, _("gpsd is named HOST or HOST:PORT"));
		return false;
	}
	rc = fv_gps_new(
	    host[0] != '\0' ? host : NULL, port[0] != '\0' ? port : NULL, clock, gps_out);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, "gpsd", rc);
	return rc == FV_OK;
}

static bool
open_signals(struct fv_agent *agent)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return false;
	agent->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return agent->signal_fd >= 0;
}

static void
take_signal(struct fv_agent *agent)
{
	struct signalfd_siginfo info;

	if (read(agent->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	agent->stop = info.ssi_signo == SIGTERM ? FV_STOP_SYSTEM : FV_STOP_ASKED;
}

/* Power went while a shift was open: nobody knows where the handheld was meanwhile. */
static void
tell_power_gap(struct fv_agent *agent, bool was_clean, int64_t last_ms)
{
	if (!was_clean && fv_agent_is_watching(agent) && last_ms != 0)
		fv_agent_put_gap(agent, FV_GAP_POWER_LOST, last_ms,
		    agent->app.clock.rtc_ms(agent->app.clock.ctx));
}

/* Wall clock of the last record; 0: none. */
static int64_t
last_record_ms(struct fv_store *store)
{
	struct fv_record_row row;
	struct fv_header header = {0};
	struct fv_buf keep = {0};
	uint64_t count;
	bool is_there = fv_store_count_records(store, &count) == FV_OK && count > 0 &&
	    fv_store_get_record(store, count - 1, &keep, &row) == FV_OK &&
	    fv_header_parse(row.header, &header) == FV_OK;

	fv_buf_clear(&keep);
	return is_there ? header.rtc_ms : 0;
}

static bool
open_agent(struct fv_agent *agent, const struct fv_call *call, struct fv_reply *reply)
{
	struct fv_app *app = &agent->app;
	int64_t last_ms, runs = 0;
	uint64_t own_seq;
	bool was_clean;
	enum fv_err rc;

	if (app->identity.state != FV_IDENTITY_ENROLLED) {
		fv_reply_fail(reply, FV_FAIL_NOT_ENROLLED, app->dir,
		    _("this handheld is not enrolled; 'fieldvisit enroll FILE' first"));
		return false;
	}
	app->is_agent = true;
	last_ms = last_record_ms(app->store);
	was_clean = app->was_clean &&
	    (fv_store_get_int(app->store, FV_SET_AGENT_RUNS, &runs) != FV_OK || runs == 0);
	rc = fv_store_count_records(app->store, &own_seq);
	if (rc != FV_OK || !fv_app_journal(app, reply))
		return false;
	if ((rc = fv_store_put_int(app->store, FV_SET_AGENT_RUNS, 1)) != FV_OK ||
	    (rc = fv_work_load(app->store, &agent->work)) != FV_OK ||
	    (rc = fv_sos_load(app)) != FV_OK || (rc = fv_agent_open_clock(agent)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	/* A walk is told by who started it; a receiver that is here is none of practice's. */
	if (app->is_practice && getenv("FIELDVISIT_GPSD") == NULL &&
	    setenv("FIELDVISIT_GPSD", "127.0.0.1:1", 1) != 0)
		return false;
	if (!fv_agent_open_gps(call, app->clock, &app->gps, reply))
		return false;
	if (!open_signals(agent) || (rc = fv_agent_open_socket(agent)) != FV_OK) {
		fv_reply_fail(reply, FV_FAIL_IO, FV_SOCKET_FILE,
		    _("cannot listen there; name a shorter folder that this user may write "
		      "to"));
		return false;
	}
	app->close_track = fv_agent_close_track;
	app->close_shift = fv_agent_close_shift;
	app->track_ctx = agent;
	agent->synced_at_ms = fv_agent_now(agent);
	fv_agent_resume_sync(agent);
	app->is_alert_wanted = fv_sos_is_told(&app->sos);
	agent->sealed_at_ms = agent->command_at_ms = agent->busy_at_ms = fv_agent_now(agent);
	fv_agent_open_alarms(agent, own_seq);
	tell_power_gap(agent, was_clean, last_ms);
	fv_agent_follow_visit(agent);
	fv_agent_follow_shift(agent);
	return true;
}

static void
run_loop(struct fv_agent *agent)
{
	struct pollfd fds[7 + FV_AGENT_CLIENTS_MAX];
	int timeout_ms, sync_ms;
	size_t count;

	while (agent->stop == FV_STOP_NONE) {
		fds[0] = (struct pollfd){agent->signal_fd, POLLIN, 0};
		fds[1] = (struct pollfd){agent->clock_fd, POLLIN, 0};
		fds[2] = (struct pollfd){fv_gps_fd(agent->app.gps), POLLIN, 0};
		fds[3] = (struct pollfd){
		    fv_syncer_fd(&agent->syncer), fv_syncer_events(&agent->syncer), 0};
		fds[4] = (struct pollfd){fv_agent_attach_fd(agent), POLLIN, 0};
		fds[5] = (struct pollfd){agent->sms.proc.fd, POLLIN, 0};
		count = fv_agent_poll_clients(agent, fds + 6);
		timeout_ms = fv_agent_timeout_ms(agent);
		sync_ms = fv_agent_sync_timeout_ms(agent);
		if (timeout_ms < 0 || (sync_ms >= 0 && sync_ms < timeout_ms))
			timeout_ms = sync_ms;
		if (poll(fds, (nfds_t)(6 + count), timeout_ms) < 0 && errno != EINTR)
			break;
		if (fds[1].revents != 0)
			fv_agent_take_clock(agent);
		fv_agent_take_gps(agent);
		fv_agent_step_power(agent);
		fv_agent_serve(agent, fds + 6, count);
		if (fds[4].revents != 0)
			fv_agent_attach(agent);
		fv_agent_do_due(agent);
		fv_agent_sms_step(agent);
		fv_agent_sync(agent);
		if (fds[0].revents != 0)
			take_signal(agent);
	}
}

/* SHUTDOWN and the end of the mark in one transaction, then the last seal. */
static bool
shut_down(struct fv_agent *agent, struct fv_reply *reply)
{
	struct fv_app *app = &agent->app;
	struct fv_buf payload = {0};
	uint64_t seq;
	enum fv_err rc;

	fv_agent_drop_attach(agent);
	fv_agent_close_track(agent);
	fv_cbor_put_map(&payload, 1);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, agent->stop == FV_STOP_SYSTEM ? 2 : 1);
	rc = fv_buf_status(&payload);
	if (rc == FV_OK && (rc = fv_journal_begin(&app->journal)) == FV_OK) {
		if ((rc = fv_journal_append(&app->journal, FV_REC_SHUTDOWN,
			 fv_buf_span(&payload), &seq)) != FV_OK ||
		    (rc = fv_store_drop_setting(app->store, FV_SET_AGENT_RUNS)) != FV_OK)
			fv_journal_rollback(&app->journal);
		else
			rc = fv_journal_commit(&app->journal);
	}
	fv_buf_clear(&payload);
	if (rc == FV_OK)
		rc = fv_journal_seal(&app->journal);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, "SHUTDOWN", rc);
	return rc == FV_OK;
}

static void
close_agent(struct fv_agent *agent)
{
	fv_syncer_clear(&agent->syncer);
	fv_smsproc_stop(&agent->sms.proc);
	fv_agent_close_socket(agent);
	if (agent->clock_fd >= 0)
		close(agent->clock_fd);
	if (agent->signal_fd >= 0)
		close(agent->signal_fd);
	fv_app_close(&agent->app);
}

/* The lock, or a sentence on who has it. */
static bool
take_lock(const struct fv_call *call, int *fd_out, struct fv_reply *reply)
{
	enum fv_err rc = fv_app_take_lock(call->dir, fd_out);
	int other;

	if (rc == FV_OK)
		return true;
	if (rc == FV_EBUSY && (other = fv_client_connect(call->dir)) >= 0) {
		close(other);
		fv_reply_fail(
		    reply, FV_FAIL_AGENT_RUNS, call->dir, _("an agent runs here already"));
	} else if (rc == FV_EBUSY) {
		fv_reply_fail_err(reply, FV_LOCK_FILE, rc);
	} else {
		fv_reply_fail(reply, FV_FAIL_IO, call->dir,
		    _("cannot make or use this folder (%s); name another with --dir"),
		    strerror(errno));
	}
	return false;
}

int
fv_cmd_agent(struct fv_app *unused, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_agent *agent;
	int lock_fd;

	(void)unused;
	if (!take_lock(call, &lock_fd, reply))
		return reply->exit;
	if ((agent = calloc(1, sizeof *agent)) == NULL) {
		close(lock_fd);
		return fv_reply_fail_err(reply, "agent", FV_ENOMEM);
	}
	fv_syncer_init(&agent->syncer);
	agent->sms.proc = (struct fv_smsproc)FV_SMSPROC_NONE;
	agent->listen_fd = agent->clock_fd = agent->signal_fd = -1;
	for (size_t i = 0; i < FV_AGENT_CLIENTS_MAX; i++)
		agent->clients[i].fd = agent->clients[i].passed_fd = -1;
	if (fv_app_open(&agent->app, call->dir, lock_fd, reply) &&
	    open_agent(agent, call, reply)) {
		fputs("fieldvisit: agent: ready\n", stderr);
		run_loop(agent);
		shut_down(agent, reply);
	}
	close_agent(agent);
	free(agent);
	return reply->exit;
}
