#include "firmware-app/epoch.h"

#include <limits.h>
#include <string.h>

/*
 * NMEA receivers without a fix give reports without a time.  A few of them may follow a
 * fix inside its own epoch; more than this and the fix has gone.
 */
#define UNTIMED_MAX 3

#define MODE_2D 2
#define MODE_3D 3

#define SKY_BITS                                                                              \
	(FV_STAMP_BIT(FV_STAMP_USED) | FV_STAMP_BIT(FV_STAMP_SEEN) |                          \
	    FV_STAMP_BIT(FV_STAMP_SS_MEAN) | FV_STAMP_BIT(FV_STAMP_SS_SPREAD) |               \
	    FV_STAMP_BIT(FV_STAMP_PDOP) | FV_STAMP_BIT(FV_STAMP_HDOP))

void
fv_epoch_init(struct fv_epoch *epoch)
{
	memset(epoch, 0, sizeof *epoch);
}

static void
post(struct fv_epoch *e, enum fv_epoch_event_kind kind)
{
	struct fv_epoch_event *slot;

	if (e->count ==
	    FV_EPOCH_EVENTS) { /* the caller did not ask for room: drop the oldest */
		e->first = (e->first + 1) % FV_EPOCH_EVENTS;
		e->count--;
	}
	slot = &e->events[(e->first + e->count) % FV_EPOCH_EVENTS];
	slot->kind = kind;
	slot->stamp = e->fix;
	slot->boottime_ms = e->fix_boottime_ms;
	e->count++;
}

static void
lose(struct fv_epoch *e)
{
	e->run_3d = 0;
	if (!e->has_fix)
		return;
	e->has_fix = false;
	e->losses++;
	post(e, FV_EPOCH_LOST);
}

static void
add_sky(struct fv_stamp *stamp, const struct fv_stamp *sky)
{
	stamp->has = (stamp->has & ~SKY_BITS) | (sky->has & SKY_BITS);
	stamp->used = sky->used;
	stamp->seen = sky->seen;
	stamp->ss_mean_d = sky->ss_mean_d;
	stamp->ss_spread_d = sky->ss_spread_d;
	stamp->pdop_c = sky->pdop_c;
	stamp->hdop_c = sky->hdop_c;
}

static void
complete(struct fv_epoch *e)
{
	if (!e->is_open)
		return;
	e->is_open = false;
	e->has_closed_gnss = fv_stamp_has(&e->open, FV_STAMP_GNSS);
	e->closed_gnss_ms = e->open.gnss_ms;
	if (e->open.mode < MODE_2D) {
		lose(e);
		return;
	}
	e->run_3d = e->open.mode == MODE_3D ? e->run_3d + (e->run_3d < INT32_MAX) : 0;
	e->fix = e->open;
	e->fix_boottime_ms = e->open_boottime_ms;
	if (e->open_boottime_ms - e->sky_boottime_ms <= FV_EPOCH_SKY_MS)
		add_sky(&e->fix, &e->sky);
	e->fix.run_3d = e->run_3d;
	e->fix.has |= FV_STAMP_BIT(FV_STAMP_RUN_3D);
	e->has_fix = true;
	e->fixes++;
	post(e, FV_EPOCH_FIX);
}

/* True when a report belongs to the epoch being told. */
static bool
joins(const struct fv_epoch *e, const struct fv_stamp *report)
{
	if (!e->is_open)
		return false;
	/* A fix without a time comes ahead of its own epoch, never late to another's. */
	if (!fv_stamp_has(report, FV_STAMP_GNSS))
		return e->untimed < UNTIMED_MAX &&
		    (report->mode <= e->open.mode || !fv_stamp_has(&e->open, FV_STAMP_GNSS));
	return !fv_stamp_has(&e->open, FV_STAMP_GNSS) || report->gnss_ms == e->open.gnss_ms;
}

static void
join(struct fv_epoch *e, const struct fv_stamp *report, int64_t boottime_ms)
{
	bool had_time = fv_stamp_has(&e->open, FV_STAMP_GNSS);
	int64_t gnss_ms = had_time ? e->open.gnss_ms : report->gnss_ms;
	bool has_time = had_time || fv_stamp_has(report, FV_STAMP_GNSS);

	if (!fv_stamp_has(report, FV_STAMP_GNSS))
		e->untimed++;
	if (report->mode >= e->open.mode)
		e->open = *report;
	if (has_time) {
		e->open.gnss_ms = gnss_ms;
		e->open.has |= FV_STAMP_BIT(FV_STAMP_GNSS);
	}
	e->open_boottime_ms = boottime_ms;
}

/*
 * Where nobody could read for a while, several epochs are read at once.  All but the last
 * came as long after the fix before them as the receiver's times say.
 */
static void
date_back(struct fv_epoch *e, const struct fv_stamp *next, int64_t boottime_ms)
{
	int64_t elapsed_ms = e->open.gnss_ms - e->fix.gnss_ms;

	if (!e->is_open || !fv_stamp_has(&e->fix, FV_STAMP_GNSS) ||
	    !fv_stamp_has(&e->open, FV_STAMP_GNSS) || !fv_stamp_has(next, FV_STAMP_GNSS) ||
	    boottime_ms - e->open_boottime_ms >= (next->gnss_ms - e->open.gnss_ms) / 2)
		return;
	if (elapsed_ms > 0 && elapsed_ms < e->open_boottime_ms - e->fix_boottime_ms)
		e->open_boottime_ms = e->fix_boottime_ms + elapsed_ms;
}

void
fv_epoch_feed_fix(struct fv_epoch *e, const struct fv_stamp *report, int64_t boottime_ms)
{
	fv_epoch_tick(e, boottime_ms);
	/* A latecomer of an epoch that is complete can only repeat or contradict it. */
	if (!e->is_open && e->has_closed_gnss && e->has_fix &&
	    fv_stamp_has(report, FV_STAMP_GNSS) && report->gnss_ms == e->closed_gnss_ms)
		return;
	if (joins(e, report)) {
		join(e, report, boottime_ms);
		return;
	}
	date_back(e, report, boottime_ms);
	complete(e);
	e->open = *report;
	e->open_boottime_ms = boottime_ms;
	e->untimed = 0;
	e->is_open = true;
}

void
fv_epoch_feed_sky(struct fv_epoch *e, const struct fv_stamp *sky, int64_t boottime_ms)
{
	fv_epoch_tick(e, boottime_ms);
	e->sky = *sky;
	e->sky_boottime_ms = boottime_ms;
}

/* The last fix came then, or nobody listened until then. */
static int64_t
silent_since(const struct fv_epoch *e)
{
	return e->awake_ms > e->fix_boottime_ms ? e->awake_ms : e->fix_boottime_ms;
}

void
fv_epoch_tick(struct fv_epoch *e, int64_t boottime_ms)
{
	if (e->is_open && boottime_ms - e->open_boottime_ms >= FV_EPOCH_QUIET_MS)
		complete(e);
	if (e->has_fix && boottime_ms - silent_since(e) >= FV_EPOCH_SILENT_MS)
		lose(e);
}

static int
until(int64_t since_ms, int64_t span_ms, int64_t now_ms)
{
	int64_t left = since_ms + span_ms - now_ms;

	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int
fv_epoch_timeout_ms(const struct fv_epoch *e, int64_t boottime_ms)
{
	if (e->is_open)
		return until(e->open_boottime_ms, FV_EPOCH_QUIET_MS, boottime_ms);
	if (e->has_fix)
		return until(silent_since(e), FV_EPOCH_SILENT_MS, boottime_ms);
	return -1;
}

void
fv_epoch_rest(struct fv_epoch *e)
{
	e->is_open = false;
	e->has_closed_gnss = false;
}

void
fv_epoch_wake(struct fv_epoch *e, int64_t boottime_ms)
{
	e->awake_ms = boottime_ms;
}

void
fv_epoch_gone(struct fv_epoch *e)
{
	e->is_open = false;
	e->has_closed_gnss = false;
	memset(&e->sky, 0, sizeof e->sky);
	lose(e);
}

void
fv_epoch_stamp(const struct fv_epoch *e, int64_t boottime_ms, struct fv_stamp *stamp_out)
{
	memset(stamp_out, 0, sizeof *stamp_out);
	if (e->fix.has != 0) {
		*stamp_out = e->fix;
		stamp_out->age_ms = boottime_ms - e->fix_boottime_ms;
		if (stamp_out->age_ms < 0)
			stamp_out->age_ms = 0;
		stamp_out->has |= FV_STAMP_BIT(FV_STAMP_AGE);
	}
	if (e->has_fix)
		return;
	stamp_out->mode = 1;
	stamp_out->has |= FV_STAMP_BIT(FV_STAMP_MODE);
	stamp_out->has &= ~(SKY_BITS | FV_STAMP_BIT(FV_STAMP_RUN_3D));
	stamp_out->run_3d = 0;
	if (boottime_ms - e->sky_boottime_ms <= FV_EPOCH_SKY_MS)
		add_sky(stamp_out, &e->sky);
}

bool
fv_epoch_next(struct fv_epoch *e, struct fv_epoch_event *event_out)
{
	if (e->count == 0)
		return false;
	*event_out = e->events[e->first];
	e->first = (e->first + 1) % FV_EPOCH_EVENTS;
	e->count--;
	return true;
}

bool
fv_epoch_has_room(const struct fv_epoch *e)
{
	return e->count + 4 <= FV_EPOCH_EVENTS;
}
