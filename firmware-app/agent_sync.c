/*
 * When the agent syncs: when a command asks for it, when a try is due again after a
 * failure, and on shift every sync.interval_min with something waiting.
 */
#include "firmware-app/agent.h"

/* On shift. */
static int64_t
interval_ms(const struct fv_agent *agent)
{
	return (int64_t)fv_settings_uint(agent->app.settings, FV_SETTING_SYNC_INTERVAL_MIN) *
	    60000;
}

void
fv_agent_resume_sync(struct fv_agent *agent)
{
	int64_t now_rtc = agent->app.clock.rtc_ms(agent->app.clock.ctx);
	struct fv_syncstate state;

	if (fv_syncstate_load(agent->app.store, &state) != FV_OK || state.next_try_ms == 0)
		return;
	agent->retry_at_ms = fv_agent_now(agent) +
	    (state.next_try_ms > now_rtc ? state.next_try_ms - now_rtc : 0);
}

/* Sync now, for whoever waits and whatever was asked. */
static void
start(struct fv_agent *agent)
{
	struct fv_app *app = &agent->app;
	unsigned flags = app->is_sync_full ? FV_SYNC_FULL : 0;

	/* Once a shift the server learns how much battery and space there is. */
	if (agent->work.has_shift && agent->told_shift_seq != agent->work.shift_seq + 1) {
		flags |= FV_SYNC_STATE;
		agent->told_shift_seq = agent->work.shift_seq + 1;
	}
	app->is_sync_wanted = app->is_sync_full = app->is_sync_by_hand = false;
	agent->synced_at_ms = agent->busy_at_ms = fv_agent_now(agent);
	agent->retry_at_ms = 0;
	fv_syncer_start(&agent->syncer, app, flags);
}

static void
fill(struct fv_reply *reply, void *ctx)
{
	fv_syncer_tell(ctx, reply);
}

static void
finish(struct fv_agent *agent)
{
	struct fv_sync_result result = *fv_syncer_result(&agent->syncer);
	const struct fv_app *app = &agent->app;
	bool is_needed;

	if (result.next_try_ms != 0)
		agent->retry_at_ms = fv_agent_now(agent) + result.next_try_ms -
		    app->clock.rtc_ms(app->clock.ctx);
	if ((agent->syncer.flags & FV_SYNC_ALERT) != 0) {
		fv_agent_sos_finish(agent);
		return;
	}
	/* What was asked for meanwhile is done too, if nothing is left to send. */
	if (result.reason == FV_SYNC_NONE && !app->is_sync_full &&
	    fv_syncer_is_needed(&agent->app, &is_needed) == FV_OK && !is_needed)
		agent->app.is_sync_wanted = agent->app.is_sync_by_hand = false;
	/* Who asked while this one ran is answered by the next, which carries what he means.
	 */
	if (app->is_sync_by_hand)
		return;
	fv_agent_answer(agent, FV_WAIT_SYNC, fill, &result);
	agent->app.is_sync_waited = false;
}

static bool
is_due(const struct fv_agent *agent)
{
	int64_t now = fv_agent_now(agent);
	bool is_needed = false;

	if (agent->app.is_sync_by_hand)
		return true;
	/* After a failure the planned time holds, whatever else is recorded meanwhile. */
	if (agent->retry_at_ms != 0)
		return now >= agent->retry_at_ms;
	if (agent->app.is_sync_wanted)
		return true;
	return agent->work.has_shift && now - agent->synced_at_ms >= interval_ms(agent) &&
	    fv_syncer_is_needed(&agent->app, &is_needed) == FV_OK && is_needed;
}

void
fv_agent_sync(struct fv_agent *agent)
{
	if (agent->app.is_practice)
		return;
	if (fv_agent_sos_start(agent)) {
		return;
	} else if (fv_syncer_is_running(&agent->syncer)) {
		if (fv_syncer_step(&agent->syncer))
			finish(agent);
	} else if (is_due(agent)) {
		start(agent);
	} else if (agent->work.has_shift &&
	    fv_agent_now(agent) - agent->synced_at_ms >= interval_ms(agent)) {
		agent->synced_at_ms = fv_agent_now(agent); /* nothing waits: look again then */
	}
}

static int
sync_timeout_ms(const struct fv_agent *agent)
{
	int64_t left;
	int64_t now = fv_agent_now(agent);

	if (fv_syncer_is_running(&agent->syncer))
		return fv_syncer_timeout_ms(&agent->syncer);
	if (agent->app.is_sync_by_hand ||
	    (agent->app.is_sync_wanted && agent->retry_at_ms == 0))
		return 0;
	if (agent->retry_at_ms != 0)
		left = agent->retry_at_ms - now;
	else if (agent->work.has_shift)
		left = agent->synced_at_ms + interval_ms(agent) - now;
	else
		return -1; /* off shift nothing is sent unasked */
	if (left < 0)
		return 0;
	return left < interval_ms(agent) ? (int)left : (int)interval_ms(agent);
}

/* The sooner of two waits; -1: never. */
static int64_t
sooner(int64_t a_ms, int64_t b_ms)
{
	if (a_ms < 0 || (b_ms >= 0 && b_ms < a_ms))
		return b_ms;
	return a_ms;
}

int
fv_agent_sync_timeout_ms(const struct fv_agent *agent)
{
	int64_t sos = fv_agent_sos_wait_ms(agent);

	if (agent->app.is_practice)
		return -1;
	/* One that is due already waits for what runs, a second at a time. */
	if (sos == 0 && fv_syncer_is_running(&agent->syncer))
		sos = 1000;
	sos = sooner(sos, fv_agent_sms_wait_ms(agent));
	return (int)sooner(sync_timeout_ms(agent), sos);
}
