/*
 * An SOS as a text message, beside the network and whatever that does: one at the raise and,
 * where there was no position yet, one more with the first; each tried three times at most.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-app/agent.h"
#include "firmware-app/sos.h"
#include "fv/instant.h"

#define AGAIN_MS INT64_C(30000)
#define TRIES_MAX 3U

/* The number that is set, without what people put between digits.  False: none. */
static bool
read_number(const struct fv_agent *agent, char out[FV_SMSPROC_NUMBER_MAX + 1])
{
	const char *set = fv_settings_text(agent->app.settings, FV_SETTING_SOS_SMS);
	size_t len = 0;

	for (; *set != '\0' && len < FV_SMSPROC_NUMBER_MAX; set++)
		if (*set != ' ' && *set != '-')
			out[len++] = *set;
	out[len] = '\0';
	return *set == '\0' && fv_smsproc_is_number(out);
}

/* Neutral: no name, no case; who, when, where. */
static void
write_text(const struct fv_agent *agent, char *out, size_t cap)
{
	const struct fv_alert *alert = &agent->app.sos.alert;
	const char *officer = agent->app.officer[0] != '\0'
	    ? agent->app.officer
	    : agent->app.identity.ticket.officer;
	char at[FV_INSTANT_TEXT_BYTES];
	int len;

	fv_instant_format(alert->at_ms / 1000 * 1000, 0, true, at);
	len = snprintf(out, cap, "fieldvisit alert, officer %s, %s", officer, at);
	if (alert->has_place && len > 0 && (size_t)len < cap)
		snprintf(out + len, cap - (size_t)len, ", %.6f,%.6f",
		    alert->place.lat_e7 / 1e7, alert->place.lon_e7 / 1e7);
}

static void
finish(struct fv_agent *agent, enum fv_err rc)
{
	struct fv_app *app = &agent->app;

	fv_smsproc_stop(&agent->sms.proc);
	if (rc == FV_OK) {
		app->sos.sms = FV_SOS_SMS_SENT;
		app->sos.sms_ms = app->clock.rtc_ms(app->clock.ctx);
		agent->sms.tries = 0;
	} else if (app->sos.sms != FV_SOS_SMS_SENT) {
		/* Without a program there is nothing to try again. */
		if (rc == FV_ENOENT || rc == FV_EFORMAT)
			agent->sms.tries = TRIES_MAX;
		app->sos.sms = FV_SOS_SMS_FAILED;
	}
}

static void
start(struct fv_agent *agent)
{
	struct fv_agent_sms *sms = &agent->sms;
	char number[FV_SMSPROC_NUMBER_MAX + 1], text[FV_SMSPROC_TEXT_MAX + 1];
	enum fv_err rc = FV_EFORMAT;

	sms->tries++;
	sms->try_at_ms = fv_agent_now(agent);
	sms->had_place = agent->app.sos.alert.has_place;
	write_text(agent, text, sizeof text);
	if (read_number(agent, number))
		rc = fv_smsproc_start(&sms->proc, number, text);
	if (rc != FV_OK)
		finish(agent, rc);
	else if (agent->app.sos.sms != FV_SOS_SMS_SENT)
		agent->app.sos.sms = FV_SOS_SMS_TRYING;
}

/* Something is to be said that no message has said. */
static bool
is_wanted(const struct fv_agent *agent)
{
	const struct fv_sos *sos = &agent->app.sos;
	const struct fv_agent_sms *sms = &agent->sms;

	if (agent->app.is_practice || !fv_sos_is_raised(sos) || !sos->wants_sms ||
	    sos->is_seen || *fv_settings_text(agent->app.settings, FV_SETTING_SOS_SMS) == '\0')
		return false;
	if (sms->of_ms != sos->alert.at_ms)
		return true;
	return sms->tries < TRIES_MAX &&
	    (sos->sms != FV_SOS_SMS_SENT || (sos->alert.has_place && !sms->had_place));
}

int64_t
fv_agent_sms_wait_ms(const struct fv_agent *agent)
{
	const struct fv_agent_sms *sms = &agent->sms;
	int64_t left;

	if (sms->proc.pid != 0) {
		/* Its output may be closed before it has ended: then nothing wakes us. */
		left = fv_smsproc_timeout_ms(&sms->proc);
		return left < 1000 ? left : 1000;
	}
	if (!is_wanted(agent))
		return -1;
	if (sms->of_ms != agent->app.sos.alert.at_ms || sms->tries == 0)
		return 0;
	left = sms->try_at_ms + AGAIN_MS - fv_agent_now(agent);
	return left > 0 ? left : 0;
}

void
fv_agent_sms_step(struct fv_agent *agent)
{
	struct fv_agent_sms *sms = &agent->sms;
	enum fv_err rc;

	if (sms->proc.pid != 0) {
		if ((rc = fv_smsproc_step(&sms->proc)) != FV_AGAIN)
			finish(agent, rc);
		return;
	}
	if (fv_agent_sms_wait_ms(agent) != 0)
		return;
	if (sms->of_ms != agent->app.sos.alert.at_ms) {
		sms->of_ms = agent->app.sos.alert.at_ms;
		sms->tries = 0;
	}
	start(agent);
}
