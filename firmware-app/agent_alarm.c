/*
 * What is odd about the receiver and the clocks becomes ALARM records, each once a session
 * or visit.  Nothing is ever refused because of one (PROTOCOL.md sections C9, C10).
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-app/agent.h"

#define SET_PRINTS "track_prints" /* of earlier shifts: u64be each, the oldest first */
#define TRAIL_LOOK_BACK 2048U     /* records that a new start is compared with */
#define C3_PPM 100

#define BIT(check) (UINT64_C(1) << (check))

/* What a stamp taken by itself says and a run of fixes has to outgrow first. */
#define OF_STAMPS (BIT(FV_CHECK_FEW_3D) | BIT(FV_CHECK_STALE))
/* Claims about time: only of a receiver that has settled. */
#define OF_TIME (BIT(FV_CHECK_ROLLOVER) | BIT(FV_CHECK_CLOCK_OFF))
/* True of the whole session: a visit in it does not say them again. */
#define OF_SESSION                                                                            \
	(OF_TIME | BIT(FV_CHECK_GNSS_DRIFT) | BIT(FV_CHECK_SOURCE) |                          \
	    BIT(FV_CHECK_SIMULATED) | BIT(FV_CHECK_REPLAYED_DAY))
/* What headers say; GNSS times are judged at the fixes, more closely. */
#define OF_HEADERS                                                                            \
	(BIT(FV_CHECK_BOOTTIME_FELL) | BIT(FV_CHECK_CLOCK_DRIFT) |                            \
	    BIT(FV_CHECK_BOOT_CAME_BACK) | BIT(FV_CHECK_BEACON_FELL) |                        \
	    BIT(FV_CHECK_CLOCK_BACK))

static void
put_alarm(struct fv_agent *agent, const struct fv_alarm *alarm)
{
	struct fv_buf payload = {0};

	fv_alarm_put(&payload, agent->work.has_visit ? &agent->work.visit_seq : NULL, alarm);
	fv_agent_append(agent, FV_REC_ALARM, &payload);
	fv_buf_clear(&payload);
}

/* Say those of `mask` that were not said yet. */
static void
say(struct fv_agent *agent, const struct fv_alarms *alarms, uint64_t mask)
{
	for (size_t i = 0; i < alarms->count; i++) {
		uint64_t bit = BIT(alarms->alarm[i].check);

		if ((mask & bit & ~agent->alarms.said) == 0)
			continue;
		agent->alarms.said |= bit;
		put_alarm(agent, &alarms->alarm[i]);
	}
}

static void
say_one(struct fv_agent *agent, enum fv_alarm_check check, int64_t a, int64_t b)
{
	const struct fv_alarms one = {
	    .count = 1, .alarm[0] = {.check = check, .input_count = 2, .inputs = {a, b}}};

	say(agent, &one, UINT64_MAX);
}

/*
 * C3: does the receiver's time run like the boot clock?  One report that was read late, as
 * after a sleep, says nothing of that: two in a row do.
 */
static void
judge_pace(struct fv_agent *agent, const struct fv_stamp *fix, int64_t boottime_ms)
{
	struct fv_agent_alarms *a = &agent->alarms;
	int64_t over_ms, off_ms;
	bool was_off = a->is_off;

	if (!a->has_base) {
		a->has_base = true;
		a->base_gnss_ms = fix->gnss_ms;
		a->base_boottime_ms = boottime_ms;
	}
	over_ms = boottime_ms - a->base_boottime_ms;
	off_ms = fix->gnss_ms - a->base_gnss_ms - over_ms;
	a->is_off = llabs(off_ms) > FV_PLAUSIBLE_CLOCK_MS + llabs(over_ms) * C3_PPM / 1000000;
	if (a->is_off && was_off)
		say_one(agent, FV_CHECK_GNSS_DRIFT, off_ms, over_ms);
}

/* Is this an earlier shift's track, fed in again? */
static void
judge_repeat(struct fv_agent *agent, const struct fv_stamp *fix)
{
	struct fv_agent_alarms *a = &agent->alarms;
	uint64_t print;

	if (!fv_repeat_feed(&a->repeat, fix->place, &print))
		return;
	for (size_t i = 0; i < a->known_count; i++)
		if (a->prints[i] == print) {
			say_one(agent, FV_CHECK_REPLAYED_DAY, FV_REPEAT_FIXES, 0);
			return;
		}
	if (a->print_count == FV_AGENT_PRINTS_MAX) {
		memmove(a->prints, a->prints + 1, (a->print_count - 1) * sizeof a->prints[0]);
		a->print_count--;
		a->known_count -= a->known_count > 0 ? 1 : 0;
	}
	a->prints[a->print_count++] = print;
}

void
fv_agent_judge_fix(struct fv_agent *agent, const struct fv_stamp *fix, int64_t boottime_ms)
{
	bool is_settled =
	    fv_stamp_has(fix, FV_STAMP_RUN_3D) && fix->run_3d >= FV_PLAUSIBLE_RUN_3D;
	struct fv_alarms alarms;

	if (fix->mode == 3)
		judge_pace(agent, fix, boottime_ms);
	fv_plausible_stamp(fix, agent->offset_ms + boottime_ms, &alarms);
	say(agent, &alarms, is_settled ? ~OF_STAMPS : ~(OF_STAMPS | OF_TIME));
	/* Between the visits of one who is not tracked nothing is told of how he moves. */
	if (agent->work.tracks != FV_TRI_YES && !agent->work.has_visit)
		return;
	fv_plausible_fix(&agent->alarms.fixes, fix, &alarms);
	say(agent, &alarms, UINT64_MAX);
	judge_repeat(agent, fix);
}

void
fv_agent_judge_visit(struct fv_agent *agent)
{
	struct fv_alarms alarms;
	struct fv_stamp stamp;

	agent->alarms.said &= OF_SESSION | OF_HEADERS;
	if (!agent->work.has_visit)
		return;
	fv_gps_stamp(agent->app.gps, &stamp);
	fv_plausible_stamp(&stamp, agent->app.clock.rtc_ms(agent->app.clock.ctx), &alarms);
	say(agent, &alarms, ~OF_TIME);
}

/* True when the SESSION of seq says another receiver than the one now. */
static bool
is_other_receiver(struct fv_agent *agent, uint64_t seq)
{
	const struct fv_gps_session *now = fv_gps_session(agent->app.gps);
	struct fv_buf keep = {0};
	struct fv_cbor_reader r;
	struct fv_record_row row;
	struct fv_span driver;
	uint64_t source;
	bool is_other = false;

	if (fv_store_get_record(agent->app.store, seq, &keep, &row) == FV_OK &&
	    fv_cbor_map_find(row.payload, 4, &r) == FV_OK &&
	    fv_cbor_get_uint(&r, UINT64_MAX, &source) == FV_OK) {
		is_other = source != (uint64_t)now->source;
		/* A driver that was not known yet is none that has changed. */
		if (fv_cbor_map_find(row.payload, 6, &r) == FV_OK &&
		    fv_cbor_get_text(&r, &driver) == FV_OK && now->driver[0] != '\0')
			is_other |= !fv_span_equal(driver, fv_span_z(now->driver));
	}
	fv_buf_clear(&keep);
	return is_other;
}

void
fv_agent_judge_session(struct fv_agent *agent)
{
	uint64_t seq;

	agent->alarms.said &= OF_HEADERS;
	agent->alarms.has_base = false;
	memset(&agent->alarms.fixes, 0, sizeof agent->alarms.fixes);
	if (agent->work.has_shift &&
	    fv_store_last_of_type(agent->app.store, FV_REC_SESSION, UINT64_MAX, &seq) ==
		FV_OK &&
	    seq > agent->work.shift_seq && is_other_receiver(agent, seq))
		say_one(agent, FV_CHECK_DRIVER_CHANGED, (int64_t)seq,
		    (int64_t)fv_gps_session(agent->app.gps)->source);
}

void
fv_agent_judge_loss(struct fv_agent *agent)
{
	memset(&agent->alarms.fixes, 0, sizeof agent->alarms.fixes);
}

void
fv_agent_judge_trail(struct fv_agent *agent)
{
	struct fv_agent_alarms *a = &agent->alarms;
	struct fv_buf keep = {0};
	struct fv_record_row row;
	struct fv_header header;
	struct fv_alarms alarms;

	for (; a->judged_seq < fv_journal_next_seq(&agent->app.journal); a->judged_seq++) {
		if (fv_store_get_record(agent->app.store, a->judged_seq, &keep, &row) !=
			FV_OK ||
		    fv_header_parse(row.header, &header) != FV_OK)
			break;
		fv_plausible_clocks(&a->clocks, &header, &alarms);
		if (a->judged_seq >= a->own_seq)
			say(agent, &alarms, OF_HEADERS);
	}
	fv_buf_clear(&keep);
}

void
fv_agent_open_alarms(struct fv_agent *agent, uint64_t own_seq)
{
	struct fv_agent_alarms *a = &agent->alarms;
	struct fv_buf prints = {0};

	a->own_seq = own_seq;
	a->judged_seq = own_seq > TRAIL_LOOK_BACK ? own_seq - TRAIL_LOOK_BACK : 0;
	if (fv_store_get_setting(agent->app.store, SET_PRINTS, &prints) == FV_OK)
		for (size_t i = 0; i + 8 <= prints.len && a->print_count < FV_AGENT_PRINTS_MAX;
		     i += 8)
			a->prints[a->print_count++] = fv_load_u64be(prints.ptr + i);
	a->known_count = a->print_count;
	fv_buf_clear(&prints);
}

void
fv_agent_keep_prints(struct fv_agent *agent)
{
	struct fv_agent_alarms *a = &agent->alarms;
	struct fv_buf prints = {0};

	if (a->print_count > a->known_count) {
		for (size_t i = 0; i < a->print_count; i++)
			fv_buf_put_u64be(&prints, a->prints[i]);
		if (fv_buf_status(&prints) == FV_OK &&
		    fv_store_put_setting(agent->app.store, SET_PRINTS, fv_buf_span(&prints)) ==
			FV_OK)
			a->known_count = a->print_count;
	}
	memset(&a->repeat, 0, sizeof a->repeat);
	fv_buf_clear(&prints);
}
