#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "firmware-app/agent.h"
#include "firmware-app/expiry.h"
#include "firmware-app/pin.h"

#define EXPIRY_LOOK_MS 60000
#define FAR_S INT64_C(4102444800) /* the year 2100: the timer itself never fires */

static int64_t
monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
fv_agent_now(const struct fv_agent *agent)
{
	return agent->app.clock.boottime_ms(agent->app.clock.ctx);
}

static int64_t
read_offset(const struct fv_agent *agent)
{
	return agent->app.clock.rtc_ms(agent->app.clock.ctx) - fv_agent_now(agent);
}

static enum fv_err
arm(struct fv_agent *agent)
{
	const struct itimerspec far = {.it_value = {.tv_sec = (time_t)FAR_S}};

	return timerfd_settime(agent->clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
		   &far, NULL) == 0
	    ? FV_OK
	    : FV_EIO;
}

enum fv_err
fv_agent_open_clock(struct fv_agent *agent)
{
	agent->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (agent->clock_fd < 0)
		return FV_EIO;
	agent->offset_ms = read_offset(agent);
	agent->asleep_ms = fv_agent_now(agent) - monotonic_ms();
	return arm(agent);
}

void
fv_agent_take_clock(struct fv_agent *agent)
{
	struct fv_buf payload = {0};
	uint64_t ticks;
	int64_t offset;
	ssize_t n;

	n = read(agent->clock_fd, &ticks, sizeof ticks);
	if (n < 0 && errno == EAGAIN)
		return;
	if (arm(agent) != FV_OK)
		fputs("fieldvisit: clock: steps are no longer seen\n", stderr);
	offset = read_offset(agent);
	if (llabs(offset - agent->offset_ms) >= FV_AGENT_STEP_MIN_MS) {
		fv_cbor_put_map(&payload, 2);
		fv_cbor_put_uint(&payload, 4);
		fv_cbor_put_int(&payload, agent->offset_ms);
		fv_cbor_put_uint(&payload, 5);
		fv_cbor_put_int(&payload, offset);
		fv_agent_append(agent, FV_REC_CLOCK_STEP, &payload);
	}
	agent->offset_ms = offset;
	fv_buf_clear(&payload);
}

/* The machine slept: nothing was received meanwhile. */
static void
see_sleep(struct fv_agent *agent)
{
	int64_t asleep = fv_agent_now(agent) - monotonic_ms();
	int64_t slept = asleep - agent->asleep_ms;
	int64_t now = agent->app.clock.rtc_ms(agent->app.clock.ctx);

	if (slept >= FV_AGENT_SUSPEND_MIN_MS && fv_agent_is_watching(agent)) {
		fv_agent_close_track(agent);
		fv_agent_put_gap(agent, FV_GAP_SUSPENDED, now - slept, now);
	}
	agent->asleep_ms = asleep;
}

static void
seal(struct fv_agent *agent)
{
	enum fv_err rc;

	fv_agent_close_track(agent);
	rc = fv_journal_seal(&agent->app.journal);
	if (rc != FV_OK)
		fprintf(stderr, "fieldvisit: seal: %s; it is tried again\n", fv_err_text(rc));
	agent->sealed_at_ms = fv_agent_now(agent);
	agent->busy_at_ms = agent->sealed_at_ms;
}

static void
lock_cards(struct fv_agent *agent)
{
	struct fv_reply reply;

	fv_reply_init(&reply, false);
	if (!fv_pin_lock(&agent->app, FV_LOCK_TIMEOUT, &reply))
		fwrite(reply.err.ptr, 1, reply.err.len, stderr);
	fv_reply_clear(&reply);
	agent->busy_at_ms = fv_agent_now(agent);
}

/* Without a command for so long, the cards are locked. */
static int64_t
lock_after_ms(const struct fv_agent *agent)
{
	return (int64_t)fv_settings_uint(agent->app.settings, FV_SETTING_LOCK_AFTER_S) * 1000;
}

/* True when a seal would cover something: a record, or fixes not yet written. */
static bool
has_unsealed(const struct fv_agent *agent)
{
	return fv_journal_unsealed(&agent->app.journal) > 0 || agent->track.count > 0;
}

/* Once a minute; a running sync brings the cards or fails. */
static void
expire_cards(struct fv_agent *agent, int64_t now)
{
	bool is_erased;

	if (now - agent->expiry_at_ms < EXPIRY_LOOK_MS || fv_syncer_is_running(&agent->syncer))
		return;
	agent->expiry_at_ms = now;
	if (fv_expiry_check(&agent->app, &is_erased) != FV_OK)
		fputs("fieldvisit: cards: what has expired could not be erased\n", stderr);
	else if (is_erased)
		fputs("fieldvisit: cards: erased, no sync for too long\n", stderr);
}

void
fv_agent_do_due(struct fv_agent *agent)
{
	int64_t now = fv_agent_now(agent);

	see_sleep(agent);
	fv_agent_judge_trail(agent);
	expire_cards(agent, now);
	if (!has_unsealed(agent))
		agent->sealed_at_ms = now;
	else if (now - agent->sealed_at_ms >= FV_SEAL_INTERVAL_MS)
		seal(agent);
	if (agent->app.sk_box != NULL && now - agent->command_at_ms >= lock_after_ms(agent))
		lock_cards(agent);
	if (agent->busy_at_ms != 0 && now - agent->busy_at_ms >= FV_AGENT_IDLE_MS) {
		agent->busy_at_ms = 0;
		if (fv_store_checkpoint(agent->app.store) != FV_OK)
			fputs(
			    "fieldvisit: trail.db: the WAL could not be folded in\n", stderr);
	}
}

static int64_t
sooner(int64_t wait_ms, int64_t due_ms, int64_t now_ms)
{
	int64_t left = due_ms > now_ms ? due_ms - now_ms : 0;

	return left < wait_ms ? left : wait_ms;
}

int
fv_agent_timeout_ms(const struct fv_agent *agent)
{
	int64_t now = fv_agent_now(agent), wait_ms = INT_MAX;
	int gps = fv_gps_timeout_ms(agent->app.gps);

	if (gps >= 0 && gps < wait_ms)
		wait_ms = gps;
	if (has_unsealed(agent))
		wait_ms = sooner(wait_ms, agent->sealed_at_ms + FV_SEAL_INTERVAL_MS, now);
	if (agent->busy_at_ms != 0)
		wait_ms = sooner(wait_ms, agent->busy_at_ms + FV_AGENT_IDLE_MS, now);
	if (agent->app.sk_box != NULL)
		wait_ms = sooner(wait_ms, agent->command_at_ms + lock_after_ms(agent), now);
	for (size_t i = 0; i < FV_AGENT_CLIENTS_MAX; i++) {
		const struct fv_agent_client *c = &agent->clients[i];

		if (c->fd >= 0 && c->waits_for == FV_WAIT_NOTHING)
			wait_ms = sooner(wait_ms, c->since_ms + FV_AGENT_CLIENT_MS, now);
	}
	wait_ms = sooner(wait_ms, fv_agent_power_due_ms(agent), now);
	return wait_ms == INT_MAX ? -1 : (int)wait_ms;
}
