/*
 * Stops at cases, and which of them no visit explains.  What leaves this file about a track
 * is the interval of such a stop; places and other stops never do.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sync-server/standing_stop.h"

#define E7_PER_METRE 91 /* of latitude, rounded up */
#define LON_STRETCH 6   /* a metre has more of longitude; enough up to 80 degrees */

/* -- where the cases are -------------------------------------------------------- */

static int64_t
radius_of(const struct pass *p, uint32_t watch, uint32_t site)
{
	int64_t own = p->s->sites[site].radius_mm;

	return own != 0 ? own : (int64_t)p->watches[watch].clause->u.stop.radius_m * 1000;
}

static int
by_latitude(const void *a, const void *b)
{
	const struct place_of *x = a, *y = b;

	return (x->lat_e7 > y->lat_e7) - (x->lat_e7 < y->lat_e7);
}

enum fv_err
stop_find_places(struct pass *p)
{
	const struct standing *s = p->s;

	for (uint32_t i = 0; i < s->site_count; i++) {
		enum fv_err rc = standing_grow(
		    &p->places, &p->place_cap, p->place_count, sizeof *p->places);

		if (rc != FV_OK)
			return rc;
		if (s->sites[i].has_place)
			p->places[p->place_count++] =
			    (struct place_of){s->sites[i].place.lat_e7, i};
		for (uint32_t w = 0; w < p->watch_count; w++)
			if (radius_of(p, w, i) / 1000 + 1 > p->reach_m)
				p->reach_m = radius_of(p, w, i) / 1000 + 1;
	}
	if (p->place_count > 1)
		qsort(p->places, p->place_count, sizeof *p->places, by_latitude);
	return FV_OK;
}

/* Index of the first place not south of this latitude. */
static size_t
first_place(const struct pass *p, int64_t lat_e7)
{
	size_t lo = 0, hi = p->place_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->places[mid].lat_e7 < lat_e7)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* -- stays ---------------------------------------------------------------------- */

/* Whether the clause is about this case, for this trail. */
static bool
is_watched(const struct pass *p, uint32_t watch, uint32_t site)
{
	const struct site *at = &p->s->sites[site];

	return at->agency != NONE && at->agency == p->s->devices[p->device].agency &&
	    (at->packs >> p->watches[watch].duty->pack & 1U) != 0;
}

static enum fv_err
add_stays(struct pass *p, struct fv_place fix, int64_t eph_mm)
{
	int64_t reach = p->reach_m * E7_PER_METRE;

	for (size_t i = first_place(p, fix.lat_e7 - reach);
	     i < p->place_count && p->places[i].lat_e7 <= fix.lat_e7 + reach; i++) {
		uint32_t site = p->places[i].site;
		struct fv_place centre = p->s->sites[site].place;

		if (llabs((int64_t)centre.lon_e7 - fix.lon_e7) > reach * LON_STRETCH)
			continue;
		for (uint32_t w = 0; w < p->watch_count; w++) {
			int64_t radius_mm = radius_of(p, w, site);
			struct stay *stay;
			enum fv_err rc;
			bool is_there = !is_watched(p, w, site) ||
			    fv_geo_fence(centre, radius_mm, fix, eph_mm) != FV_FENCE_INSIDE;

			for (size_t k = 0; k < p->stay_count && !is_there; k++)
				is_there = p->stays[k].site == site && p->stays[k].watch == w;
			if (is_there)
				continue;
			rc = standing_grow(
			    &p->stays, &p->stay_cap, p->stay_count, sizeof *p->stays);
			if (rc != FV_OK)
				return rc;
			stay = &p->stays[p->stay_count++];
			*stay = (struct stay){.site = site, .watch = w};
			fv_dwell_init(&stay->dwell, centre, radius_mm);
		}
	}
	return FV_OK;
}

static enum fv_err
end_stay(struct pass *p, const struct stay *stay, int64_t end_ms)
{
	const struct fv_stop_rule *rule = &p->watches[stay->watch].clause->u.stop;
	enum fv_err rc;

	if (end_ms - stay->since_ms < (int64_t)rule->minutes * MINUTE_MS)
		return FV_OK;
	rc = standing_grow(&p->stops, &p->stop_cap, p->stop_count, sizeof *p->stops);
	if (rc == FV_OK)
		p->stops[p->stop_count++] = (struct stop){.watch = stay->watch,
		    .site = stay->site,
		    .device = p->device,
		    .officer = p->officer,
		    .seq = stay->seq,
		    .begin_ms = stay->since_ms,
		    .end_ms = end_ms,
		    .off_ms = p->off_ms};
	return rc;
}

/* A gap is a gap: what was begun ends with the last fix before it. */
enum fv_err
stop_end(struct pass *p)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < p->stay_count && rc == FV_OK; i++)
		if (p->stays[i].dwell.is_inside)
			rc = end_stay(p, &p->stays[i], p->stays[i].last_ms);
	p->stay_count = 0;
	return rc;
}

static enum fv_err
feed_stay(struct pass *p, struct stay *stay, const struct fv_track_fix *fix, int64_t eph_mm,
    uint64_t seq)
{
	bool was_candidate = stay->dwell.candidate_fixes > 0;
	int64_t since;
	enum fv_dwell_event event;

	if (fv_geo_fence(stay->dwell.centre, stay->dwell.radius_mm, fix->place, eph_mm) ==
	    FV_FENCE_INSIDE)
		stay->last_ms = fix->t_ms;
	if (!stay->dwell.is_inside && !was_candidate)
		stay->seq = seq;
	event = fv_dwell_feed(&stay->dwell, fix->t_ms, fix->place, eph_mm, &since);
	if (event == FV_DWELL_ARRIVED)
		stay->since_ms = since;
	return event == FV_DWELL_LEFT ? end_stay(p, stay, since) : FV_OK;
}

enum fv_err
stop_feed(struct pass *p, const struct fv_track_fix *fix, int64_t eph_mm, uint64_t seq)
{
	enum fv_err rc = FV_OK;
	size_t kept = 0;

	if (p->has_fix && fix->t_ms - p->fix_ms > FV_DWELL_GAP_MS)
		rc = stop_end(p);
	if (p->has_fix && fix->t_ms <= p->fix_ms)
		return rc;
	p->has_fix = true;
	p->fix_ms = fix->t_ms;
	if (rc == FV_OK)
		rc = add_stays(p, fix->place, eph_mm);
	for (size_t i = 0; i < p->stay_count && rc == FV_OK; i++) {
		struct stay *stay = &p->stays[i];

		rc = feed_stay(p, stay, fix, eph_mm, seq);
		if (stay->dwell.is_inside || stay->dwell.candidate_fixes > 0)
			p->stays[kept++] = *stay;
	}
	if (rc == FV_OK)
		p->stay_count = kept;
	return rc;
}

/* -- stops that no visit explains ----------------------------------------------- */

static int
by_case(const void *a, const void *b)
{
	const struct stop *x = a, *y = b;

	if (x->watch != y->watch)
		return x->watch < y->watch ? -1 : 1;
	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->begin_ms > y->begin_ms) - (x->begin_ms < y->begin_ms);
}

/* One absence in between, or one track: it is the same stop. */
static void
join_stops(struct pass *p)
{
	size_t kept = 0;

	if (p->stop_count > 1)
		qsort(p->stops, p->stop_count, sizeof *p->stops, by_case);
	for (size_t i = 0; i < p->stop_count; i++) {
		struct stop *last = kept > 0 ? &p->stops[kept - 1] : NULL;
		const struct stop *next = &p->stops[i];
		int64_t within_ms =
		    (int64_t)p->watches[next->watch].clause->u.stop.within_minutes * MINUTE_MS;

		if (last != NULL && last->watch == next->watch && last->site == next->site &&
		    last->device == next->device &&
		    (last->seq == next->seq || next->begin_ms - last->end_ms < within_ms))
			last->end_ms = next->end_ms;
		else
			p->stops[kept++] = *next;
	}
	p->stop_count = kept;
}

/* A visit at that case by anybody; or by this handheld at one whose fence reaches into it,
 * for a receiver cannot tell two doors of a house apart. */
static bool
is_explained_at(const struct pass *p, const struct stop *stop, uint32_t site)
{
	const struct site *at = &p->s->sites[site];
	int64_t within_ms =
	    (int64_t)p->watches[stop->watch].clause->u.stop.within_minutes * MINUTE_MS;

	for (size_t i = at->visit_from; i < at->visit_until; i++) {
		const struct visit *v = &p->s->visits[i];

		if (v->rx_begin_ms - within_ms <= stop->end_ms &&
		    v->rx_end_ms + within_ms >= stop->begin_ms &&
		    (site == stop->site || v->device == stop->device))
			return true;
	}
	return false;
}

static bool
is_explained(const struct pass *p, const struct stop *stop)
{
	struct fv_place centre = p->s->sites[stop->site].place;
	int64_t reach = 2 * p->reach_m * E7_PER_METRE;

	for (size_t i = first_place(p, centre.lat_e7 - reach);
	     i < p->place_count && p->places[i].lat_e7 <= centre.lat_e7 + reach; i++) {
		uint32_t site = p->places[i].site;
		int64_t apart = fv_geo_distance_mm(centre, p->s->sites[site].place);

		if (apart <= radius_of(p, stop->watch, stop->site) +
			    radius_of(p, stop->watch, site) &&
		    is_explained_at(p, stop, site))
			return true;
	}
	return false;
}

static enum fv_err
judge_stop(struct pass *p, const struct stop *stop)
{
	struct standing *s = p->s;
	const struct watch *w = &p->watches[stop->watch];
	const struct site *site = &s->sites[stop->site];
	const struct device *d = &s->devices[stop->device];
	/* A receiver a thousand weeks off knows how long, but not when. */
	int64_t off_ms = llabs(stop->off_ms) > FV_MS_PER_DAY ? stop->off_ms : 0;
	int64_t begin_ms = stop->begin_ms - off_ms, end_ms = stop->end_ms - off_ms;
	int64_t until_ms = end_ms + (int64_t)w->clause->u.stop.within_minutes * MINUTE_MS;
	char subject[8 + FV_CASE_ID_BYTES + FV_FOLD_ID_BYTES], id[FV_FOLD_ID_BYTES];
	struct fv_finding f;

	if (begin_ms < site->since_ms || begin_ms > site->until_ms || is_explained(p, stop))
		return FV_OK;
	const struct fv_standing_facts facts = {
	    .today = fv_zone_local_days(site->zone, begin_ms),
	    .zone = site->zone_name,
	    .offset_s = fv_zone_offset_s(site->zone, begin_ms),
	    .begin_ms = begin_ms,
	    .end_ms = end_ms,
	    .officer = stop->officer == NONE ? NULL : s->officers.items[stop->officer]};
	(void)snprintf(subject, sizeof subject, "case:%s@%s", site->id,
	    fv_fold_id('t', d->row.dev, stop->seq, id));
	const struct standing_about about = {.subject = subject,
	    .kind = FV_SUBJECT_DEVICE,
	    .idx = stop->device,
	    .case_id = site->id,
	    .at_ms = begin_ms,
	    .day = facts.today,
	    .today = fv_zone_local_days(site->zone, s->now_ms),
	    .is_provisional = d->open_ms <= until_ms || d->last_ms < until_ms};
	fv_standing_judge(w->duty->by, w->duty->rule, w->clause, &facts, &f);
	return f.verdict == FV_VERDICT_REVIEW ? standing_emit(s, &f, &about) : FV_OK;
}

enum fv_err
stop_judge(struct pass *p)
{
	enum fv_err rc = FV_OK;

	join_stops(p);
	for (size_t i = 0; i < p->stop_count && rc == FV_OK; i++)
		rc = judge_stop(p, &p->stops[i]);
	return rc;
}
