/*
 * An SOS in the agent: tried at once and every 15 s until the server holds it, whatever the
 * back-off of other syncs says and whatever else is on its way; then as often until a
 * supervisor has seen it, and once a minute until its end, so that the desk learns where.
 */
#include "firmware-app/agent.h"
#include "firmware-app/sos.h"

#define TRY_MS INT64_C(15000)
#define TRY_MAX_MS INT64_C(30000) /* then a try that hangs is given up for the next */
#define SEEN_MS INT64_C(60000)

static int64_t
interval_ms(const struct fv_sos *sos)
{
	return sos->is_sent && sos->is_seen ? SEEN_MS : TRY_MS;
}

int64_t
fv_agent_sos_wait_ms(const struct fv_agent *agent)
{
	const struct fv_sos *sos = &agent->app.sos;
	int64_t left;

	if (!fv_sos_is_told(sos))
		return -1;
	if (agent->app.is_alert_wanted)
		return 0;
	left = agent->alert_at_ms + interval_ms(sos) - fv_agent_now(agent);
	return left > 0 ? left : 0;
}

/* Nothing else may be on its way while the server does not hold it. */
static bool
is_in_the_way(const struct fv_agent *agent)
{
	if ((agent->syncer.flags & FV_SYNC_ALERT) != 0)
		return agent->app.is_alert_wanted ||
		    fv_agent_now(agent) - agent->alert_at_ms >= TRY_MAX_MS;
	/* A server that answers and does not know what an alert is bars no sync. */
	return !agent->app.sos.is_sent && !agent->has_alert_answer;
}

/* What is broken off goes on afterwards, for whoever waits for it too. */
static void
break_off(struct fv_agent *agent)
{
	struct fv_app *app = &agent->app;
	bool is_alert = (agent->syncer.flags & FV_SYNC_ALERT) != 0;

	fv_syncer_interrupt(&agent->syncer);
	if (is_alert)
		return;
	app->is_sync_wanted = true;
	app->is_sync_by_hand |= app->is_sync_waited;
	app->is_sync_full |= (agent->syncer.flags & FV_SYNC_FULL) != 0;
}

bool
fv_agent_sos_start(struct fv_agent *agent)
{
	if (fv_agent_sos_wait_ms(agent) != 0)
		return false;
	if (fv_syncer_is_running(&agent->syncer)) {
		if (!is_in_the_way(agent))
			return false;
		break_off(agent);
	}
	agent->app.is_alert_wanted = false;
	agent->alert_at_ms = agent->busy_at_ms = fv_agent_now(agent);
	fv_syncer_start(&agent->syncer, &agent->app, FV_SYNC_ALERT);
	return true;
}

void
fv_agent_sos_finish(struct fv_agent *agent)
{
	struct fv_app *app = &agent->app;
	bool is_answered = fv_syncer_result(&agent->syncer)->reason == FV_SYNC_NONE;

	/* The way is open: the record follows, and all that waits. */
	app->is_sync_wanted |= is_answered && !agent->has_alert_answer;
	agent->has_alert_answer = is_answered || app->sos.is_sent;
	if (is_answered)
		agent->retry_at_ms = 0;
}

/* Where it is, once, as a record of its own: at the raise there was no position. */
void
fv_agent_sos_fix(struct fv_agent *agent)
{
	struct fv_app *app = &agent->app;
	struct fv_buf payload = {0};

	if (!fv_sos_is_raised(&app->sos))
		return;
	/* A place that is new is told at once; later ones go with the next try. */
	app->is_alert_wanted |= fv_sos_take_place(app);
	if (app->sos.has_place_record || !app->sos.alert.has_place || !app->sos.alert.has_seq)
		return;
	app->sos.has_place_record = true;
	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_uint(&payload, app->sos.alert.seq);
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, FV_ALERT_RAISED);
	fv_agent_append(agent, FV_REC_SOS, &payload);
	fv_buf_clear(&payload);
}
