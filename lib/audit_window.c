/* The times that an event names, against the local time of every zone of the case. */
#include "lib/audit_rules.h"

#define MINUTE_MS 60000
#define SCAN_DAYS 9 /* a week and a clock change: longer no pattern runs */
#define TRIES_MAX 200

/* Milliseconds of a local day at which what holds at `ms` of weekday `weekday` ends. */
static int64_t
run_end(const struct fv_event *e, uint32_t weekday, int64_t ms, bool *is_inside_out)
{
	int64_t inside_until = -1;
	int64_t next_from = DAY_MS;

	for (size_t i = 0; i < e->window_count; i++) {
		const struct fv_window *w = &e->windows[i];
		bool is_today = (w->days >> weekday & 1U) != 0;
		bool was_yesterday = (w->days >> (weekday + 6) % 7 & 1U) != 0;
		bool over_midnight = w->to_minute <= w->from_minute;
		int64_t from = (int64_t)w->from_minute * MINUTE_MS;
		int64_t to = (int64_t)w->to_minute * MINUTE_MS;
		if (is_today && ms < from && from < next_from)
			next_from = from;
		if (is_today && ms >= from && (over_midnight || ms < to) &&
		    inside_until < (over_midnight ? DAY_MS : to))
			inside_until = over_midnight ? DAY_MS : to;
		if (over_midnight && was_yesterday && ms < to && inside_until < to)
			inside_until = to;
	}
	*is_inside_out = inside_until >= 0;
	return inside_until >= 0 ? inside_until : next_from;
}

/* The first instant from lo to hi that lies inside (or outside) of the windows. */
static bool
scan(struct fv_zone_view *zone, const struct fv_event *e, bool inside, int64_t lo, int64_t hi,
    int64_t *at_out)
{
	int64_t t = lo;

	if (lo < hi - SCAN_DAYS * FV_MS_PER_DAY)
		hi = lo + SCAN_DAYS * FV_MS_PER_DAY;
	while (t <= hi) {
		const struct fv_zone_span *span = fv_view_span(zone, t);
		int64_t local = t + (int64_t)span->offset_s * 1000;
		int64_t day = fv_view_day(zone, t);
		int64_t ms = local - day * FV_MS_PER_DAY;
		bool is_inside;
		int64_t end = run_end(e, (uint32_t)(((day + 3) % 7 + 7) % 7), ms, &is_inside);
		if (is_inside == inside) {
			*at_out = t;
			return true;
		}
		t = t + (end - ms) < span->until_utc_ms ? t + (end - ms) : span->until_utc_ms;
	}
	return false;
}

bool
fv_windows_meet(struct fv_judge *j, const struct fv_event *e, bool inside, int64_t lo,
    int64_t hi, struct fv_zone_view **zone_out, int64_t *at_out)
{
	bool is_found = false;
	int64_t at;

	for (size_t i = 0; i < j->file->zone_count; i++) {
		struct fv_zone_view *zone = &j->file->zones[i];
		if (!scan(zone, e, inside, lo, hi, &at) || (is_found && at >= *at_out))
			continue;
		is_found = true;
		*at_out = at;
		*zone_out = zone;
	}
	return is_found;
}

int64_t
fv_windows_leave(struct fv_judge *j, const struct fv_event *e, bool inside, int64_t from)
{
	int64_t t = from;

	for (size_t tries = 0; tries < TRIES_MAX; tries++) {
		int64_t before = t;
		for (size_t i = 0; i < j->file->zone_count; i++)
			if (!scan(&j->file->zones[i], e, !inside, t, INT64_MAX - 1, &t))
				return INT64_MAX;
		if (t == before)
			return t;
	}
	return INT64_MAX;
}

void
fv_windows_add(const struct fv_event *e, uint8_t week[FV_WEEK_BYTES])
{
	for (uint32_t day = 0; day < WEEKDAYS; day++) {
		for (size_t i = 0; i < e->window_count; i++) {
			const struct fv_window *w = &e->windows[i];
			uint32_t from = day * 1440U + w->from_minute;
			uint32_t to = day * 1440U + w->to_minute +
			    (w->to_minute <= w->from_minute ? 1440U : 0U);
			if ((w->days >> day & 1U) == 0)
				continue;
			for (uint32_t m = from; m < to; m++)
				week[m % FV_WEEK_MINUTES / 8] |=
				    (uint8_t)(1U << m % FV_WEEK_MINUTES % 8);
		}
	}
}
