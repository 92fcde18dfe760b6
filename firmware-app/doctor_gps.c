#include <poll.h>
#include <stdlib.h>

#include "firmware-app/agent.h"
#include "firmware-app/doctor.h"
#include "firmware-app/version.h"

#define WAIT_MS 6000            /* for a fix; a receiver that just woke may need longer */
#define FAR_MS INT64_C(5000)    /* clocks further apart are worth a word */
#define WRONG_MS INT64_C(60000) /* and these make times on records wrong */

/* Watch until everything is known or the time is over. */
static void
watch(struct fv_gps *gps, const struct fv_clock *clock, struct fv_stamp *stamp)
{
	const int64_t end_ms = clock->boottime_ms(clock->ctx) + WAIT_MS;
	struct fv_gps_event event;
	int64_t left_ms;

	fv_gps_start(gps);
	do {
		struct pollfd poll_fd = {.fd = fv_gps_fd(gps), .events = POLLIN};

		fv_gps_step(gps);
		while (fv_gps_next(gps, &event))
			;
		fv_gps_stamp(gps, stamp);
		/* Nobody listens: trying again in a second changes nothing. */
		if (!fv_gps_is_connected(gps) ||
		    (fv_gps_session(gps)->driver[0] != '\0' && stamp->mode >= 2))
			return;
		poll_fd.fd = fv_gps_fd(gps);
		(void)poll(&poll_fd, 1, 200);
		left_ms = end_ms - clock->boottime_ms(clock->ctx);
	} while (left_ms > 0);
}

/* `session` NULL: gpsd does not answer. */
static void
look_at_receiver(struct fv_doctor *d, const struct fv_gps_session *session)
{
	if (session == NULL)
		fv_doctor_say(d, N_("receiver"), FV_HEALTH_ATTENTION, NULL, "%s",
		    _("not known without gpsd"));
	else if (session->path[0] == '\0')
		fv_doctor_say(d, N_("receiver"), FV_HEALTH_BROKEN,
		    _("connect it and name it to gpsd: gpsdctl add /dev/ttyACM0"), "%s",
		    _("gpsd has none"));
	else if (session->source == FV_SOURCE_PTY || session->source == FV_SOURCE_FILE ||
	    session->source == FV_SOURCE_NET)
		fv_doctor_say(d, N_("receiver"), FV_HEALTH_ATTENTION,
		    _("connect a receiver to this handheld; every stamp says what it came "
		      "from"),
		    _("%s is a replay or lies on the network, driver %s"), session->path,
		    session->driver[0] != '\0' ? session->driver : "?");
	else
		fv_doctor_say(d, N_("receiver"), FV_HEALTH_OK, NULL, _("%s, driver %s %s"),
		    session->path, session->driver[0] != '\0' ? session->driver : "?",
		    session->subtype);
}

static void
look_at_fix(struct fv_doctor *d, bool is_asked, const struct fv_stamp *stamp)
{
	const int seen = fv_stamp_has(stamp, FV_STAMP_SEEN) ? stamp->seen : 0;
	const int used = fv_stamp_has(stamp, FV_STAMP_USED) ? stamp->used : 0;

	if (!is_asked)
		fv_doctor_say(d, N_("fix"), FV_HEALTH_ATTENTION, NULL, "%s",
		    _("not known without gpsd"));
	else if (!fv_stamp_has(stamp, FV_STAMP_MODE) || stamp->mode < 2)
		fv_doctor_say(d, N_("fix"), FV_HEALTH_ATTENTION,
		    _("go under the open sky for some minutes; visits are recorded without it "
		      "too"),
		    _("none within %d s, %d satellites seen"), WAIT_MS / 1000, seen);
	else
		fv_doctor_say(d, N_("fix"), FV_HEALTH_OK, NULL,
		    _("%dD, %lld s old, %d of %d satellites used"), (int)stamp->mode,
		    (long long)(fv_stamp_has(stamp, FV_STAMP_AGE) ? stamp->age_ms / 1000 : 0),
		    used, seen);
}

/* Milliseconds that the wall clock is ahead of the receiver's.  False: not known. */
static bool
find_offset(const struct fv_stamp *stamp, int64_t now_ms, int64_t *ahead_out)
{
	if (!fv_stamp_has(stamp, FV_STAMP_GNSS) || !fv_stamp_has(stamp, FV_STAMP_AGE) ||
	    stamp->gnss_ms < FV_RELEASE_UTC_MS)
		return false;
	*ahead_out = now_ms - stamp->age_ms - stamp->gnss_ms;
	return true;
}

/* True when the last receipt came in what is now the future. */
static bool
is_before_receipt(const struct fv_doctor *d, int64_t now_ms)
{
	const json_t *sync = json_object_get(d->status, "sync");
	const char *last = json_string_value(json_object_get(sync, "last"));
	int64_t last_ms;

	return last != NULL && fv_instant_parse(fv_span_z(last), &last_ms) == FV_OK &&
	    last_ms > now_ms + FAR_MS;
}

static bool
is_off_server(const struct fv_doctor *d)
{
	return json_object_get(json_object_get(d->status, "sync"), "server_clock") != NULL;
}

static void
look_at_clock(struct fv_doctor *d, const struct fv_stamp *stamp, int64_t now_ms)
{
	const char *repair = _("set the clock: timedatectl set-ntp true");
	int64_t ahead_ms = 0;
	bool has_offset = find_offset(stamp, now_ms, &ahead_ms);

	if (fv_clock_is_shifted())
		fv_doctor_say(d, N_("clock"), FV_HEALTH_ATTENTION,
		    _("run it outside; every start records this"), "%s",
		    _("this runs in a time namespace with shifted clocks"));
	else if (now_ms < FV_RELEASE_UTC_MS)
		fv_doctor_say(d, N_("clock"), FV_HEALTH_BROKEN, repair, "%s",
		    _("it is before the day that this program was made"));
	else if (is_before_receipt(d, now_ms))
		fv_doctor_say(d, N_("clock"), FV_HEALTH_BROKEN, repair, "%s",
		    _("it is before the last receipt of the server"));
	else if (is_off_server(d))
		fv_doctor_say(d, N_("clock"), FV_HEALTH_ATTENTION, repair, "%s",
		    _("it was far from the server's at the last sync"));
	else if (!has_offset)
		fv_doctor_say(d, N_("clock"), FV_HEALTH_OK, NULL, "%s",
		    _("plausible; no receiver to compare it with"));
	else
		fv_doctor_say(d, N_("clock"),
		    llabs(ahead_ms) > WRONG_MS     ? FV_HEALTH_BROKEN
			: llabs(ahead_ms) > FAR_MS ? FV_HEALTH_ATTENTION
						   : FV_HEALTH_OK,
		    llabs(ahead_ms) > FAR_MS ? repair : NULL, _("%lld s from the receiver's"),
		    llabs(ahead_ms) / 1000);
}

void
fv_doctor_gps(struct fv_doctor *d)
{
	struct fv_clock clock = fv_clock_system();
	struct fv_stamp stamp = {0};
	const struct fv_gps_session *session;
	struct fv_gps *gps = NULL;

	if (!fv_agent_open_gps(d->call, clock, &gps, d->reply))
		return;
	watch(gps, &clock, &stamp);
	session = fv_gps_is_connected(gps) ? fv_gps_session(gps) : NULL;
	if (session == NULL)
		fv_doctor_say(d, "gpsd", FV_HEALTH_BROKEN,
		    _("start it, or name another with --gpsd: systemctl enable --now "
		      "gpsd.socket"),
		    "%s", _("does not answer"));
	else if (session->release[0] == '\0')
		fv_doctor_say(d, "gpsd", FV_HEALTH_BROKEN,
		    _("name gpsd with --gpsd, or restart it: systemctl restart gpsd"), "%s",
		    _("something answers there, and does not say that it is gpsd"));
	else
		fv_doctor_say(d, "gpsd", FV_HEALTH_OK, NULL, _("release %s, protocol %d.%d"),
		    session->release, (int)session->proto_major, (int)session->proto_minor);
	look_at_receiver(d, session);
	look_at_fix(d, session != NULL, &stamp);
	look_at_clock(d, &stamp, clock.rtc_ms(clock.ctx));
	fv_gps_free(gps);
}
