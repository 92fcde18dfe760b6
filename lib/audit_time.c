/* Time of day and holidays: the whole contact in every zone, across clock changes. */
#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

#define MINUTE_MS 60000
#define SEARCH_DAYS 60 /* how far the next lawful instant is looked for */

/* A part of a local day around an instant, in ms from the first instant of the day. */
struct local {
	int64_t day;
	int32_t ms;
	uint32_t weekday; /* 0 Monday */
};

/* What an instant is to a rule in one zone. */
enum standing {
	ALLOWED,
	EDGE, /* on an edge that a person must judge */
	DOUBTFUL,
	FORBIDDEN,
};

/* The calendar of the rule that tells about a date in a zone, or NULL. */
static const struct fv_calendar *
calendar_at(const struct fv_judge *j, const struct fv_zone_view *zone, int64_t day)
{
	return fv_judge_calendar_in(j, j->clause->u.time.calendar, zone->name, day);
}

static enum fv_day_sort
sort_of_day(const struct fv_judge *j, const struct fv_zone_view *zone, int64_t day)
{
	if (j->clause->u.time.calendar == NULL)
		return FV_DAY_PLAIN;
	return fv_calendar_day(calendar_at(j, zone, day), day);
}

static void
sort_and_join(struct fv_day_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t i = 1; i < plan->count; i++)
		for (uint32_t k = i; k > 0 && plan->w[k].from_ms < plan->w[k - 1].from_ms;
		     k--) {
			int32_t from = plan->w[k].from_ms;
			int32_t to = plan->w[k].to_ms;
			plan->w[k] = plan->w[k - 1];
			plan->w[k - 1].from_ms = from;
			plan->w[k - 1].to_ms = to;
		}
	for (uint32_t i = 0; i < plan->count; i++) {
		if (n > 0 && plan->w[i].from_ms <= plan->w[n - 1].to_ms) {
			if (plan->w[i].to_ms > plan->w[n - 1].to_ms)
				plan->w[n - 1].to_ms = plan->w[i].to_ms;
			continue;
		}
		plan->w[n++] = plan->w[i];
	}
	plan->count = n;
}

static void
add(struct fv_day_plan *plan, int32_t from_ms, int32_t to_ms)
{
	if (plan->count < PLAN_WINDOWS_MAX && from_ms < to_ms) {
		plan->w[plan->count].from_ms = from_ms;
		plan->w[plan->count].to_ms = to_ms;
		plan->count++;
	}
}

static struct fv_day_plan *
plan_of(const struct fv_window *windows, size_t count)
{
	struct fv_day_plan *plans = calloc(WEEKDAYS, sizeof *plans);

	for (size_t i = 0; i < count && plans != NULL; i++) {
		int32_t from = windows[i].from_minute * MINUTE_MS;
		int32_t to = windows[i].to_minute * MINUTE_MS;
		for (uint32_t d = 0; d < WEEKDAYS; d++) {
			if ((windows[i].days >> d & 1U) == 0)
				continue;
			add(&plans[d], from, to > from ? to : DAY_MS);
			if (to <= from)
				add(&plans[(d + 1) % WEEKDAYS], 0, to);
		}
	}
	for (uint32_t d = 0; d < WEEKDAYS && plans != NULL; d++)
		sort_and_join(&plans[d]);
	return plans;
}

enum fv_err
fv_time_compile(struct fv_rule_state *state)
{
	const struct fv_time_rule *t = &state->clause->u.time;

	state->allowed = plan_of(t->allowed, t->allowed_count);
	state->doubtful = plan_of(t->doubtful, t->doubtful_count);
	return state->allowed == NULL || state->doubtful == NULL ? FV_ENOMEM : FV_OK;
}

static struct local
local_at(struct fv_zone_view *zone, int64_t utc_ms)
{
	int64_t ms = utc_ms + (int64_t)fv_view_span(zone, utc_ms)->offset_s * 1000;
	struct local l = {.day = fv_view_day(zone, utc_ms)};

	l.ms = (int32_t)(ms - l.day * FV_MS_PER_DAY);
	int64_t weekday = (l.day + 3) % 7; /* 1970-01-01 was a Thursday */
	l.weekday = (uint32_t)(weekday < 0 ? weekday + 7 : weekday);
	return l;
}

/* The window that holds [ms, ms + 1), or -1. */
static int
window_at(const struct fv_day_plan *plan, int32_t ms)
{
	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->w[i].from_ms <= ms && ms < plan->w[i].to_ms)
			return (int)i;
	return -1;
}

/* True when a window ends at this very ms of the day, midnight being the day before's. */
static bool
ends_at(const struct fv_day_plan *plans, const struct local *l)
{
	const struct fv_day_plan *plan =
	    &plans[l->ms == 0 ? (l->weekday + 6) % 7 : l->weekday];
	int32_t ms = l->ms == 0 ? DAY_MS : l->ms;

	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->w[i].to_ms == ms)
			return true;
	return false;
}

static enum standing
by_edge(enum fv_edge edge)
{
	if (edge == FV_EDGE_CLOSED)
		return ALLOWED;
	return edge == FV_EDGE_REVIEW ? EDGE : FORBIDDEN;
}

/* What one instant is, its edges weighed. */
static enum standing
standing_at(const struct fv_rule_state *state, struct fv_zone_view *zone, int64_t utc_ms)
{
	const struct fv_time_rule *t = &state->clause->u.time;
	struct local l = local_at(zone, utc_ms);
	int i = window_at(&state->allowed[l.weekday], l.ms);
	enum standing s = FORBIDDEN;

	if (i >= 0 && state->allowed[l.weekday].w[i].from_ms == l.ms &&
	    !ends_at(state->allowed, &l))
		s = by_edge(t->edge_from);
	else if (i >= 0)
		return ALLOWED;
	else if (ends_at(state->allowed, &l))
		s = by_edge(t->edge_to);
	if (s == FORBIDDEN && window_at(&state->doubtful[l.weekday], l.ms) >= 0)
		s = DOUBTFUL;
	return s;
}

/* From a moment inside a window: when it ends, as far as the clock runs evenly. */
static int64_t
run_end(const struct fv_day_plan *plans, struct fv_zone_view *zone, int64_t utc_ms)
{
	struct local l = local_at(zone, utc_ms);
	int i = window_at(&plans[l.weekday], l.ms);

	if (i < 0)
		return utc_ms;
	int64_t end = utc_ms + (plans[l.weekday].w[i].to_ms - l.ms);
	int64_t until = fv_view_span(zone, utc_ms)->until_utc_ms;
	return end < until ? end : until;
}

/* The first instant after begin, and before end, that the windows leave out, or `end`. */
static int64_t
first_gap(
    const struct fv_rule_state *state, struct fv_zone_view *zone, int64_t begin, int64_t end)
{
	int64_t limit = begin + 15 * FV_MS_PER_DAY; /* no week is without its pattern */
	int64_t t = begin;

	while (t < end && t < limit) {
		int64_t next = run_end(state->allowed, zone, t);
		if (next == t)
			return t;
		t = next;
	}
	return end;
}

/* The first instant from utc_ms on that the rule allows in this zone, or INT64_MAX.  A
 * date that no calendar covers is taken for a plain one. */
static int64_t
next_in_zone(const struct fv_judge *j, struct fv_zone_view *zone, int64_t utc_ms)
{
	int64_t limit = utc_ms + (int64_t)SEARCH_DAYS * FV_MS_PER_DAY;
	int64_t at = utc_ms;

	while (at <= limit) {
		struct local l = local_at(zone, at);
		if (sort_of_day(j, zone, l.day) == FV_DAY_HOLIDAY) {
			at = fv_zone_day_start(zone->zone, l.day + 1);
			continue;
		}
		const struct fv_day_plan *plan = &j->state->allowed[l.weekday];
		/* The very end of the hours allowed is no time to begin. */
		if (window_at(plan, l.ms) >= 0 && standing_at(j->state, zone, at) == ALLOWED)
			return at;
		int32_t target = DAY_MS;
		for (uint32_t i = plan->count; i-- > 0;)
			if (plan->w[i].from_ms > l.ms)
				target = plan->w[i].from_ms;
		/* On an edge that does not count: a minute on. */
		if (window_at(plan, l.ms) >= 0)
			target = l.ms + MINUTE_MS;
		int64_t to = at + (target - l.ms);
		int64_t until = fv_view_span(zone, at)->until_utc_ms;
		at = to < until || until <= at ? to : until;
	}
	return INT64_MAX;
}

/* The first instant that every zone allows, or INT64_MAX. */
static int64_t
next_allowed(struct fv_judge *j, int64_t utc_ms)
{
	int64_t at = utc_ms;

	for (size_t tries = 0; tries < 400; tries++) {
		int64_t latest = at;
		for (size_t i = 0; i < j->file->zone_count; i++) {
			int64_t t = next_in_zone(j, &j->file->zones[i], at);
			if (t > latest)
				latest = t;
		}
		if (latest == at || latest == INT64_MAX)
			return latest;
		at = latest;
	}
	return INT64_MAX;
}

void
fv_time_give_next(struct fv_judge *j, int64_t from)
{
	int64_t next = next_allowed(j, from);

	if (next == INT64_MAX) {
		fv_judge_lifted_by(j, "debtor");
		return;
	}
	for (size_t i = 0; i < j->file->zone_count; i++) {
		struct fv_zone_view *zone = &j->file->zones[i];
		if (sort_of_day(j, zone, fv_view_day(zone, next)) == FV_DAY_UNKNOWN) {
			fv_judge_missing(j, "calendar"); /* it may be a holiday as well */
			return;
		}
	}
	fv_judge_next(j, next);
}

/* Say when the contact is allowed, where that is known. */
static void
give_next(struct fv_judge *j, int64_t from)
{
	fv_time_give_next(j, from);
	if (j->out->remedy == FV_REMEDY_LIFTED_BY && j->out->reason != R_HOLIDAY &&
	    j->out->reason != R_HOLIDAY_DOUBTFUL)
		j->out->reason = R_TIME_NEVER;
}

/* Put the edges of the forbidden stretch around `at`: the end of the window before it
 * and the beginning of the one after, wherever they are in the week. */
static void
put_forbidden(struct fv_judge *j, struct fv_zone_view *zone, int64_t at)
{
	struct local l = local_at(zone, at);
	int32_t from = -1;
	int32_t to = -1;

	for (uint32_t d = 0; d < WEEKDAYS && from < 0; d++) {
		const struct fv_day_plan *plan =
		    &j->state->allowed[(l.weekday + WEEKDAYS - d) % WEEKDAYS];
		for (uint32_t i = plan->count; i-- > 0 && from < 0;)
			if (d > 0 || plan->w[i].to_ms <= l.ms)
				from = plan->w[i].to_ms;
	}
	for (uint32_t d = 0; d <= WEEKDAYS && to < 0; d++) {
		const struct fv_day_plan *plan =
		    &j->state->allowed[(l.weekday + d) % WEEKDAYS];
		for (uint32_t i = 0; i < plan->count && to < 0; i++)
			if (d > 0 || plan->w[i].from_ms >= l.ms)
				to = plan->w[i].from_ms;
	}
	if (from >= 0 && to >= 0) {
		fv_judge_put_minute(j, "forbidden_from", from / MINUTE_MS % 1440);
		fv_judge_put_minute(j, "forbidden_to", to / MINUTE_MS);
	}
}

static void
put_zone(struct fv_judge *j, const struct fv_zone_view *zone)
{
	fv_judge_put_text(j, "zone", zone->name);
	fv_judge_put_text(j, "tzdata", j->audit->opts.tzdata);
}

/* An instant in the local time of that zone, which need not be the first. */
static void
put_local(struct fv_judge *j, const char *key, struct fv_zone_view *zone, int64_t utc_ms)
{
	fv_judge_put_instant(j, key, utc_ms);
	j->out->inputs[j->out->input_count - 1].offset_s =
	    fv_view_span(zone, utc_ms)->offset_s;
}

static void
put_interval(struct fv_judge *j, struct fv_zone_view *zone, int64_t begin, int64_t end)
{
	put_local(j, "begin", zone, begin);
	if (end > begin)
		put_local(j, "end", zone, end);
	put_zone(j, zone);
}

/* Say a breach at `at` with the window around it and when it is allowed again. */
static void
say_breach(struct fv_judge *j, struct fv_zone_view *zone, int64_t at, enum fv_reason reason)
{
	bool is_review = reason == R_TIME_EDGE || reason == R_TIME_DOUBTFUL;

	fv_judge_say(j, is_review ? FV_VERDICT_REVIEW : FV_VERDICT_FAIL, reason);
	put_local(j, "at", zone, at);
	put_forbidden(j, zone, at);
	give_next(j, at);
}

/* A contact that begins well and runs into a forbidden stretch at `at`. */
static void
judge_overrun(struct fv_judge *j, struct fv_zone_view *zone, int64_t at)
{
	const struct fv_contact *k = j->view->k;
	enum fv_overrun overrun = j->clause->u.time.overrun;

	if (overrun == FV_OVERRUN_IGNORE) {
		fv_judge_say(j, FV_VERDICT_PASS, R_TIME_OK);
	} else if (k->is_open) {
		put_local(j, "at", zone, at);
		put_forbidden(j, zone, at);
		fv_judge_say(j, FV_VERDICT_REVIEW, R_TIME_OPEN);
		fv_judge_missing(j, "end");
	} else if (overrun == FV_OVERRUN_WITH_REASON && k->overrun_reason != NULL &&
	    k->entered != FV_TRI_NO) {
		/* Only who is inside already may stay. */
		fv_judge_put_text(j, "overrun_reason", k->overrun_reason);
		fv_judge_say(j, FV_VERDICT_PASS, R_TIME_STAYED);
	} else {
		say_breach(j, zone, at, R_TIME_OVERRUN);
	}
}

/* One zone by its hours: pass, or the verdict said with its inputs. */
static enum fv_verdict
judge_hours(struct fv_judge *j, struct fv_zone_view *zone, int64_t begin, int64_t end)
{
	const struct fv_rule_state *state = j->state;
	enum standing s = standing_at(state, zone, begin);

	if (s != ALLOWED) {
		put_interval(j, zone, begin, end);
		say_breach(j, zone, begin,
		    s == EDGE           ? R_TIME_EDGE
			: s == DOUBTFUL ? R_TIME_DOUBTFUL
					: R_TIME_FORBIDDEN);
		return j->out->verdict;
	}
	if (end == begin)
		return FV_VERDICT_PASS;
	/* An allowed closed edge at the very beginning lies outside the window's own run. */
	struct local l = local_at(zone, begin);
	int64_t gap = window_at(&state->allowed[l.weekday], l.ms) < 0
	    ? begin
	    : first_gap(state, zone, begin, end);
	if (gap < end) {
		put_interval(j, zone, begin, end);
		judge_overrun(j, zone, gap);
		return j->out->verdict;
	}
	if (state->clause->u.time.edge_to == FV_EDGE_REVIEW &&
	    standing_at(state, zone, end) == EDGE) {
		put_interval(j, zone, begin, end);
		say_breach(j, zone, end, R_TIME_EDGE);
		return j->out->verdict;
	}
	return FV_VERDICT_PASS;
}

/* The last instant of the contact that the rule looks at. */
static int64_t
last_instant(const struct fv_judge *j, int64_t begin, int64_t end)
{
	const struct fv_contact *k = j->view->k;
	enum fv_overrun overrun = j->clause->u.time.overrun;

	if (overrun == FV_OVERRUN_IGNORE ||
	    (overrun == FV_OVERRUN_WITH_REASON && k->overrun_reason != NULL && !k->is_open))
		return begin;
	return end > begin ? end - 1 : begin;
}

static void
put_date(struct fv_judge *j, const struct fv_zone_view *zone, int64_t day)
{
	const struct fv_calendar *calendar = calendar_at(j, zone, day);

	fv_judge_put_date(j, "date", day);
	fv_judge_put_text(
	    j, "calendar", calendar == NULL ? j->clause->u.time.calendar : calendar->id);
}

/* A contact on a holiday; where only its unrecorded end would lie there, the end lacks. */
static void
say_holiday(struct fv_judge *j, struct fv_zone_view *zone, int64_t day, bool is_later)
{
	bool is_fail = j->clause->u.time.holiday == FV_BREACH_FAIL;

	put_date(j, zone, day);
	if (is_later && j->view->k->is_open) {
		put_local(j, "at", zone, fv_zone_day_start(zone->zone, day));
		fv_judge_say(j, FV_VERDICT_REVIEW, R_TIME_OPEN);
		fv_judge_missing(j, "end");
		return;
	}
	fv_judge_say(j, is_fail ? FV_VERDICT_FAIL : FV_VERDICT_REVIEW,
	    is_fail ? R_HOLIDAY : R_HOLIDAY_DOUBTFUL);
	give_next(j, fv_zone_day_start(zone->zone, day + 1));
}

/* The dates of the contact in one zone: the first holiday among them, or the first date
 * of which nothing is known, when that is worse than what was said. */
static void
judge_dates(struct fv_judge *j, struct fv_zone_view *zone, int64_t begin, int64_t end)
{
	int64_t first = fv_view_day(zone, begin);
	int64_t last = fv_view_day(zone, last_instant(j, begin, end));
	bool is_fail = j->clause->u.time.holiday == FV_BREACH_FAIL;
	enum fv_verdict said = j->out->verdict;

	if (last - first > SEARCH_DAYS)
		last = first + SEARCH_DAYS; /* no stretch so long is without a holiday */
	int64_t unknown = last + 1;
	for (int64_t day = first; day <= last; day++) {
		enum fv_day_sort sort = sort_of_day(j, zone, day);
		if (sort == FV_DAY_UNKNOWN && unknown > last)
			unknown = day;
		if (sort != FV_DAY_HOLIDAY || (said == FV_VERDICT_FAIL && !is_fail))
			continue;
		j->out->input_count = 0;
		put_interval(j, zone, begin, end);
		say_holiday(j, zone, day, day > first);
		return;
	}
	if (unknown > last || said == FV_VERDICT_FAIL)
		return;
	j->out->input_count = 0;
	put_interval(j, zone, begin, end);
	put_date(j, zone, unknown);
	fv_judge_say(j, FV_VERDICT_REVIEW, R_CALENDAR_UNKNOWN);
	fv_judge_missing(j, "calendar");
}

static void
say_allowed(struct fv_judge *j, int64_t begin, int64_t end)
{
	struct fv_zone_view *zone = &j->file->zones[0];
	struct local l = local_at(zone, begin);
	const struct fv_day_plan *plan = &j->state->allowed[l.weekday];
	int w = window_at(plan, l.ms);

	put_interval(j, zone, begin, end);
	if (w >= 0) {
		fv_judge_put_minute(j, "allowed_from", plan->w[w].from_ms / MINUTE_MS);
		fv_judge_put_minute(j, "allowed_to", plan->w[w].to_ms / MINUTE_MS);
	}
	if (j->clause->u.time.calendar != NULL)
		put_date(j, zone, l.day);
	fv_judge_say(j, FV_VERDICT_PASS, R_TIME_OK);
}

/* The worst of the zones: of equal verdicts that of the first. */
static void
judge_interval(struct fv_judge *j, int64_t begin, int64_t end)
{
	struct fv_finding worst;
	bool has_worst = false;

	for (size_t i = 0; i < j->file->zone_count; i++) {
		struct fv_zone_view *zone = &j->file->zones[i];
		j->out->input_count = 0;
		fv_judge_say(j, FV_VERDICT_PASS, R_TIME_OK);
		(void)judge_hours(j, zone, begin, end);
		if (j->clause->u.time.calendar != NULL)
			judge_dates(j, zone, begin, end);
		/* A pass with inputs has a reason of its own. */
		if (j->out->input_count == 0 ||
		    (has_worst && j->out->verdict <= worst.verdict))
			continue;
		worst = *j->out;
		has_worst = true;
		if (worst.verdict == FV_VERDICT_FAIL)
			break;
	}
	j->out->input_count = 0;
	if (has_worst)
		*j->out = worst;
	else
		say_allowed(j, begin, end);
}

void
fv_judge_time(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	int64_t length = k->has_end ? k->end_utc_ms - k->begin_utc_ms : 0;

	if (j->clause->u.time.in_several_zones && j->file->zone_count == 1) {
		put_zone(j, &j->file->zones[0]);
		fv_judge_say(j, FV_VERDICT_NA, R_ONE_ZONE);
		return;
	}
	judge_interval(j, k->begin_utc_ms, k->begin_utc_ms + length);
	if (!k->has_claim)
		return;
	/* Two clocks say when it was: different verdicts are for a person. */
	enum fv_verdict first = j->out->verdict;
	j->out->input_count = 0;
	judge_interval(j, k->claim_begin_ms, k->claim_begin_ms + fv_contact_claim_ms(k));
	enum fv_verdict second = j->out->verdict;
	if (first == second) {
		j->out->input_count = 0;
		judge_interval(j, k->begin_utc_ms, k->begin_utc_ms + length);
		return;
	}
	j->out->input_count = 0;
	put_interval(j, &j->file->zones[0], k->begin_utc_ms, k->begin_utc_ms + length);
	put_local(j, "claim", &j->file->zones[0], k->claim_begin_ms);
	fv_judge_say(j, FV_VERDICT_REVIEW, R_CLAIMS_DIFFER);
	fv_judge_lifted_by(j, "supervisor");
}
