/*
 * How often a position is taken: by what the handheld is doing (fieldvisit(1), POWER).
 * Off shift and paused gpsd is let go of; with a low battery it is listened to for a few
 * seconds at a time, so that it may switch the receiver off.
 */
#include <limits.h>

#include "firmware-app/agent.h"

#define BATTERY_MS INT64_C(60000) /* between looks at the battery */
#define SETTLED_3D 3              /* fixes in a row after which a listening is over */
#define LISTEN_MS INT64_C(20000)  /* with no such fix it is over too */
#define COLD_MS INT64_C(120000)   /* but the first of a shift may take longer */
#define LEAD_MS INT64_C(5000)     /* a listening begins so long before the fix is due */
#define JITTER_MS INT64_C(200)    /* epochs need not be a second apart to the ms */
#define DUTY_MIN_S 15U            /* for a shorter interval nobody lets go */

bool
fv_agent_is_watching(const struct fv_agent *agent)
{
	return agent->work.has_shift && !agent->work.is_paused;
}

static enum fv_power_state
state_of(const struct fv_agent *agent)
{
	if (!agent->work.has_shift)
		return FV_POWER_IDLE;
	if (agent->work.is_paused)
		return FV_POWER_PAUSED;
	if (agent->power.is_low)
		return FV_POWER_LOW;
	return agent->work.has_visit ? FV_POWER_VISIT : FV_POWER_TRAVELLING;
}

/* Seconds from position to position. */
static uint32_t
interval_of(const struct fv_settings *settings, enum fv_power_state state, bool is_still)
{
	switch (state) {
	case FV_POWER_VISIT:
		return (uint32_t)fv_settings_uint(settings, FV_SETTING_GPS_VISIT_S);
	case FV_POWER_LOW:
		return (uint32_t)fv_settings_uint(settings, FV_SETTING_GPS_LOW_S);
	case FV_POWER_TRAVELLING:
		return (uint32_t)fv_settings_uint(
		    settings, is_still ? FV_SETTING_GPS_IDLE_S : FV_SETTING_GPS_TRAVEL_S);
	case FV_POWER_IDLE:
	case FV_POWER_PAUSED:
		break;
	}
	return 0;
}

static void
look_at_battery(struct fv_agent *agent, int64_t now)
{
	struct fv_agent_power *power = &agent->power;
	struct fv_battery battery;

	if (power->battery_at_ms != 0 && now - power->battery_at_ms < BATTERY_MS)
		return;
	power->battery_at_ms = now;
	power->is_low =
	    fv_battery_read(&battery) && fv_battery_is_low(&battery, power->is_low);
}

/* True while fixes are taken in short listenings; an SOS listens all the time. */
static bool
is_on_duty(const struct fv_agent *agent)
{
	return agent->app.power.state == FV_POWER_LOW && !fv_sos_is_raised(&agent->app.sos) &&
	    agent->app.power.interval_s >= DUTY_MIN_S;
}

static int64_t
listen_end(const struct fv_agent *agent)
{
	return agent->power.woke_ms + (agent->track.has_last ? LISTEN_MS : COLD_MS);
}

void
fv_agent_wake(struct fv_agent *agent)
{
	agent->power.rest_until_ms = 0;
	agent->power.woke_ms = fv_agent_now(agent);
	agent->power.is_settled = false;
	fv_gps_wake(agent->app.gps);
}

static void
step_duty(struct fv_agent *agent, int64_t now)
{
	struct fv_agent_power *power = &agent->power;
	int64_t next = power->woke_ms + agent->app.power.interval_s * INT64_C(1000);

	if (power->rest_until_ms != 0) {
		if (now >= power->rest_until_ms)
			fv_agent_wake(agent);
		return;
	}
	if (!power->is_settled && now < listen_end(agent))
		return;
	if (!power->is_settled)
		fv_agent_begin_gap(agent,
		    fv_gps_is_connected(agent->app.gps) ? FV_GAP_NO_FIX
							: FV_GAP_RECEIVER_GONE);
	fv_gps_rest(agent->app.gps);
	power->rest_until_ms = next - LEAD_MS > now ? next - LEAD_MS : now + LEAD_MS;
}

void
fv_agent_step_power(struct fv_agent *agent)
{
	struct fv_power_view *view = &agent->app.power;
	int64_t now = fv_agent_now(agent);
	bool was_on_duty = is_on_duty(agent);
	enum fv_power_state was = view->state;

	if (fv_agent_is_watching(agent))
		look_at_battery(agent, now);
	else
		agent->power = (struct fv_agent_power){0};
	view->state = state_of(agent);
	view->is_still = agent->power.motion.is_still && view->state == FV_POWER_TRAVELLING;
	view->interval_s = interval_of(agent->app.settings, view->state, view->is_still);
	if (is_on_duty(agent)) {
		if (!was_on_duty || view->state != was)
			fv_agent_wake(agent);
		step_duty(agent, now);
	} else if (was_on_duty) {
		fv_agent_wake(agent);
	}
}

bool
fv_agent_take_pace(struct fv_agent *agent, const struct fv_stamp *stamp)
{
	struct fv_agent_power *power = &agent->power;
	int64_t every_ms = agent->app.power.interval_s * INT64_C(1000);
	bool was_settled = power->is_settled;

	fv_motion_feed(&power->motion, stamp->gnss_ms, stamp->place,
	    fv_stamp_has(stamp, FV_STAMP_EPH) ? stamp->eph_mm : -1);
	power->is_settled = power->is_settled ||
	    (fv_stamp_has(stamp, FV_STAMP_RUN_3D) && stamp->run_3d >= SETTLED_3D);
	/* In a short listening the one that ends it counts, and no other. */
	if (is_on_duty(agent)
		? was_settled || !power->is_settled
		: power->has_kept && stamp->gnss_ms - power->kept_ms < every_ms - JITTER_MS)
		return false;
	power->has_kept = true;
	power->kept_ms = stamp->gnss_ms;
	return true;
}

int64_t
fv_agent_planned_silence_ms(const struct fv_agent *agent)
{
	int64_t planned =
	    is_on_duty(agent) ? agent->app.power.interval_s * INT64_C(1000) + LISTEN_MS : 0;

	return planned > FV_TRACK_GAP_MS ? planned : FV_TRACK_GAP_MS;
}

int64_t
fv_agent_power_due_ms(const struct fv_agent *agent)
{
	const struct fv_agent_power *power = &agent->power;
	int64_t due;

	if (!fv_agent_is_watching(agent))
		return INT64_MAX;
	due = power->battery_at_ms + BATTERY_MS;
	if (is_on_duty(agent)) {
		int64_t turn =
		    power->rest_until_ms != 0 ? power->rest_until_ms : listen_end(agent);

		due = turn < due ? turn : due;
	}
	return due;
}

const char *
fv_power_word(enum fv_power_state state)
{
	static const char *const words[] = {
	    [FV_POWER_IDLE] = "idle",
	    [FV_POWER_PAUSED] = "paused",
	    [FV_POWER_TRAVELLING] = "travelling",
	    [FV_POWER_VISIT] = "visit",
	    [FV_POWER_LOW] = "low-battery",
	};

	return words[state];
}
