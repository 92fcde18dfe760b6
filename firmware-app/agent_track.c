#include <stdio.h>
#include <string.h>

#include "firmware-app/agent.h"

void
fv_agent_append(struct fv_agent *agent, uint32_t type, const struct fv_buf *payload)
{
	struct fv_reply reply;
	uint64_t seq;

	fv_reply_init(&reply, false);
	/* Nobody asked for this record: what went wrong goes to the agent's own log. */
	if (!fv_app_record(&agent->app, type, payload, &seq, &reply))
		fwrite(reply.err.ptr, 1, reply.err.len, stderr);
	fv_reply_clear(&reply);
	agent->busy_at_ms = fv_agent_now(agent);
}

void
fv_agent_put_gap(
    struct fv_agent *agent, enum fv_gap_reason reason, int64_t from_ms, int64_t until_ms)
{
	struct fv_buf payload = {0};

	fv_gap_put(&payload, reason, from_ms, until_ms);
	fv_agent_append(agent, FV_REC_GAP, &payload);
	fv_buf_clear(&payload);
}

void
fv_agent_close_track(void *ctx)
{
	struct fv_agent *agent = ctx;
	struct fv_agent_track *track = &agent->track;
	const struct fv_track_info info = {.has_shift = agent->work.has_shift,
	    .shift_seq = agent->work.shift_seq,
	    .quantum_e7 = track->quantum_e7,
	    .count = track->count,
	    .first_ms = track->count > 0 ? track->fixes[0].t_ms : 0,
	    .has_worst_eph = track->has_worst_eph,
	    .worst_eph_mm = track->worst_eph_mm};
	struct fv_buf payload = {0};

	if (track->count == 0)
		return;
	if (fv_track_payload_put(&payload, &info, track->fixes) == FV_OK)
		fv_agent_append(agent, FV_REC_TRACK, &payload);
	else
		fputs(
		    "fieldvisit: track: fixes of no receiver; this run is not kept\n", stderr);
	fv_buf_clear(&payload);
	track->count = 0;
	track->has_worst_eph = false;
	track->worst_eph_mm = 0;
}

/* Without the officer's agreement nothing is said of what lies between his visits. */
static bool
may_track(const struct fv_agent *agent)
{
	return agent->work.tracks == FV_TRI_YES;
}

/* A gap was open until this instant.  That the receiver itself was gone is always told. */
static void
end_gap(struct fv_agent *agent, int64_t until_ms)
{
	struct fv_agent_track *track = &agent->track;

	if (track->gap != 0 && may_track(agent) && until_ms > track->gap_from_ms &&
	    (track->gap == FV_GAP_RECEIVER_GONE ||
		until_ms - track->gap_from_ms >= FV_AGENT_GAP_MIN_MS))
		fv_agent_put_gap(agent, track->gap, track->gap_from_ms, until_ms);
	track->gap = 0;
}

void
fv_agent_close_shift(void *ctx)
{
	struct fv_agent *agent = ctx;
	int64_t open_ms = fv_agent_now(agent) - agent->track.gap_boottime_ms;

	fv_agent_close_track(agent);
	fv_agent_keep_prints(agent);
	/* No fix tells when it ends, and the receiver's time need not be the clock's. */
	end_gap(agent, agent->track.gap_from_ms + open_ms);
}

void
fv_agent_begin_gap(struct fv_agent *agent, enum fv_gap_reason reason)
{
	struct fv_agent_track *track = &agent->track;

	fv_agent_close_track(agent);
	/* The first loss names the gap; a receiver that goes as well does not shorten it. */
	if (track->gap != 0) {
		if (reason == FV_GAP_RECEIVER_GONE)
			track->gap = reason;
		return;
	}
	track->gap = reason;
	track->gap_boottime_ms = fv_agent_now(agent);
	track->gap_from_ms =
	    track->has_last ? track->last_ms : agent->app.clock.rtc_ms(agent->app.clock.ctx);
}

static void
keep_fix(struct fv_agent *agent, const struct fv_stamp *stamp)
{
	struct fv_agent_track *track = &agent->track;
	uint32_t quantum =
	    agent->work.has_visit ? FV_TRACK_QUANTUM_VISIT_E7 : FV_TRACK_QUANTUM_TRAVEL_E7;

	if (track->count == FV_TRACK_FIXES_MAX ||
	    (track->count > 0 && track->quantum_e7 != quantum))
		fv_agent_close_track(agent);
	track->quantum_e7 = quantum;
	track->fixes[track->count].t_ms = stamp->gnss_ms;
	track->fixes[track->count++].place = stamp->place;
	if (fv_stamp_has(stamp, FV_STAMP_EPH) &&
	    (!track->has_worst_eph || stamp->eph_mm > track->worst_eph_mm)) {
		track->has_worst_eph = true;
		track->worst_eph_mm = stamp->eph_mm;
	}
}

static void
take_fix(struct fv_agent *agent, const struct fv_gps_event *event)
{
	struct fv_agent_track *track = &agent->track;
	const struct fv_stamp *stamp = &event->stamp;

	if (!fv_stamp_has(stamp, FV_STAMP_GNSS) || !fv_stamp_has(stamp, FV_STAMP_LAT))
		return;
	if (track->has_last && stamp->gnss_ms <= track->last_ms)
		return; /* the receiver's time stood still or went back: C3 says so */
	if (track->has_last &&
	    stamp->gnss_ms - track->last_ms > fv_agent_planned_silence_ms(agent) &&
	    track->gap == 0)
		fv_agent_begin_gap(agent, FV_GAP_NO_FIX);
	if (track->count > 0 &&
	    stamp->gnss_ms - track->fixes[track->count - 1].t_ms > FV_TRACK_GAP_MS)
		fv_agent_close_track(agent);
	end_gap(agent, stamp->gnss_ms);
	track->last_ms = stamp->gnss_ms;
	track->has_last = true;
	if (fv_agent_take_pace(agent, stamp) && may_track(agent))
		keep_fix(agent, stamp);
	if (agent->work.has_visit)
		fv_agent_see_fix(agent, stamp);
	fv_agent_judge_fix(agent, stamp, event->boottime_ms);
}

static void
put_text_or_null(struct fv_buf *out, const char *text)
{
	if (*text != '\0')
		fv_cbor_put_text_z(out, text);
	else
		fv_cbor_put_null(out);
}

static void
take_session(struct fv_agent *agent)
{
	const struct fv_gps_session *s = fv_gps_session(agent->app.gps);
	struct fv_buf payload = {0};

	fv_cbor_put_map(&payload, s->bits_per_s != 0 ? 7 : 6);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, s->source);
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_text_z(&payload, s->path);
	fv_cbor_put_uint(&payload, 6);
	put_text_or_null(&payload, s->driver);
	fv_cbor_put_uint(&payload, 7);
	put_text_or_null(&payload, s->subtype);
	fv_cbor_put_uint(&payload, 8);
	fv_cbor_put_text_z(&payload, s->release);
	fv_cbor_put_uint(&payload, 9);
	fv_cbor_put_array(&payload, 2);
	fv_cbor_put_int(&payload, s->proto_major);
	fv_cbor_put_int(&payload, s->proto_minor);
	if (s->bits_per_s != 0) {
		fv_cbor_put_uint(&payload, 10);
		fv_cbor_put_uint(&payload, s->bits_per_s);
	}
	fv_agent_judge_session(agent);
	fv_agent_append(agent, FV_REC_SESSION, &payload);
	fv_buf_clear(&payload);
}

void
fv_agent_take_gps(struct fv_agent *agent)
{
	struct fv_gps_event event;

	fv_gps_step(agent->app.gps);
	while (fv_gps_next(agent->app.gps, &event)) {
		if (event.kind == FV_GPS_FIX)
			fv_agent_sos_fix(agent);
		if (!fv_agent_is_watching(agent))
			continue; /* what came while the shift was ended is not kept */
		switch (event.kind) {
		case FV_GPS_FIX:
			take_fix(agent, &event);
			break;
		case FV_GPS_LOST:
			fv_agent_judge_loss(agent);
			fv_agent_begin_gap(agent, FV_GAP_NO_FIX);
			break;
		case FV_GPS_SESSION:
			take_session(agent);
			break;
		case FV_GPS_GONE:
			fv_agent_begin_gap(agent, FV_GAP_RECEIVER_GONE);
			break;
		case FV_GPS_BACK:
			break;
		}
	}
}

void
fv_agent_follow_shift(struct fv_agent *agent)
{
	if (fv_agent_is_watching(agent)) {
		if (agent->track.gap == 0 && !agent->track.has_last)
			fv_agent_begin_gap(agent, FV_GAP_NO_FIX);
		fv_gps_start(agent->app.gps);
		return;
	}
	if (fv_sos_is_raised(&agent->app.sos))
		fv_gps_start(agent->app.gps);
	else
		fv_gps_stop(agent->app.gps);
	memset(&agent->track, 0, sizeof agent->track);
}
