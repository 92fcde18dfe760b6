/*
 * Is the officer still where the visit is?  A dwell on the receiver's own time, so that
 * neither a wandering receiver nor one bad fix ends a stay (PROTOCOL.md, "Departure").
 */
#include <string.h>

#include "firmware-app/agent.h"
#include "fv/item.h"

#define INSIDE_MM INT64_C(100000) /* a fix so near was made inside, or the case's fence */
#define LEFT_MM INT64_C(200000)   /* one so far away outside, or beyond a wider fence */
#define ANCHOR_AGE_MS 600000      /* an older stamp does not say where it was begun */
#define EPH_UNKNOWN_MM 50000

static void
set_centre(struct fv_presence *p, struct fv_place centre, int64_t inside_mm)
{
	fv_dwell_init(&p->dwell, centre, inside_mm > LEFT_MM ? inside_mm : LEFT_MM);
	p->inside_mm = inside_mm;
	p->dwell.is_inside = true; /* he says so himself, by his visit */
	p->has_centre = true;
	p->is_departed = false;
}

/* Where its begin was stamped. */
static void
read_begin(const struct fv_agent *agent, struct fv_presence *p)
{
	struct fv_cbor_reader value;
	struct fv_record_row row;
	struct fv_stamp stamp;
	struct fv_buf keep = {0};
	struct fv_span item;

	if (fv_store_get_record(agent->app.store, agent->work.visit_seq, &keep, &row) ==
		FV_OK &&
	    fv_cbor_map_find(row.payload, 2, &value) == FV_OK &&
	    fv_cbor_skip(&value, &item) == FV_OK && fv_stamp_parse(item, &stamp) == FV_OK &&
	    fv_stamp_has(&stamp, FV_STAMP_LAT) && stamp.age_ms <= ANCHOR_AGE_MS)
		set_centre(p, stamp.place, INSIDE_MM);
	fv_buf_clear(&keep);
}

/* Where the case is said to be. */
static void
read_case(const struct fv_agent *agent, struct fv_presence *p)
{
	struct fv_item_case item;
	struct fv_item_row row;
	struct fv_buf body = {0};

	if (fv_store_get_item(agent->app.store, FV_ITEM_CASE, fv_span_z(agent->work.case_id),
		&row, &body) == FV_OK &&
	    fv_item_case_parse(row.body, &item) == FV_OK && item.has_place) {
		p->has_case = true;
		p->place = (struct fv_place){item.lat_e7, item.lon_e7};
		p->radius_mm = item.has_radius ? (int64_t)item.radius_m * 1000
					       : (int64_t)fv_settings_uint(agent->app.settings,
						     FV_SETTING_VISIT_RADIUS_M) *
			1000;
	}
	fv_buf_clear(&body);
}

void
fv_agent_follow_visit(struct fv_agent *agent)
{
	struct fv_presence *p = &agent->app.presence;

	/* What was seen of a visit is kept after its end, for a correction. */
	if (!agent->work.has_visit || p->visit_seq == agent->work.visit_seq)
		return;
	memset(p, 0, sizeof *p);
	p->visit_seq = agent->work.visit_seq;
	read_begin(agent, p);
	read_case(agent, p);
}

void
fv_agent_see_fix(struct fv_agent *agent, const struct fv_stamp *stamp)
{
	struct fv_presence *p = &agent->app.presence;
	struct fv_clock *clock = &agent->app.clock;
	int64_t eph = fv_stamp_has(stamp, FV_STAMP_EPH) ? stamp->eph_mm : EPH_UNKNOWN_MM;
	int64_t now = clock->rtc_ms(clock->ctx), since;

	if (!p->has_centre)
		set_centre(p, stamp->place, INSIDE_MM);
	/* One who begins on his way is not gone when he gets there. */
	if (p->has_case && !p->is_at_case &&
	    fv_geo_fence(p->place, p->radius_mm, stamp->place, eph) == FV_FENCE_INSIDE) {
		set_centre(p, p->place, p->radius_mm);
		p->is_at_case = true;
	}
	p->distance_mm = fv_geo_distance_mm(p->dwell.centre, stamp->place);
	if (fv_geo_fence(p->dwell.centre, p->inside_mm, stamp->place, eph) ==
	    FV_FENCE_INSIDE) {
		p->has_inside = true;
		p->inside_rtc_ms = now;
		p->inside_boottime_ms = fv_agent_now(agent);
	}
	switch (fv_dwell_feed(&p->dwell, stamp->gnss_ms, stamp->place, eph, &since)) {
	case FV_DWELL_LEFT:
		p->is_departed = true;
		p->since_rtc_ms = now - (stamp->gnss_ms - since);
		break;
	case FV_DWELL_ARRIVED:
		p->is_departed = false;
		break;
	case FV_DWELL_NONE:
		break;
	}
}
