#include "fv/motion.h"

static void
settle(struct fv_motion *m, int64_t t_ms, struct fv_place place)
{
	*m = (struct fv_motion){
	    .anchor = place, .since_ms = t_ms, .last_ms = t_ms, .has_anchor = true};
}

bool
fv_motion_feed(struct fv_motion *m, int64_t t_ms, struct fv_place place, int64_t accuracy_mm)
{
	int64_t near_mm = accuracy_mm >= 0 ? accuracy_mm : FV_MOTION_EPH_MM;
	bool is_away;

	if (m->has_anchor && t_ms <= m->last_ms)
		return m->is_still;
	if (!m->has_anchor ||
	    (uint64_t)t_ms - (uint64_t)m->last_ms > (uint64_t)FV_MOTION_GAP_MS) {
		settle(m, t_ms, place);
		return false;
	}
	m->last_ms = t_ms;
	is_away =
	    fv_geo_fence(m->anchor, FV_MOTION_RADIUS_MM, place, near_mm) == FV_FENCE_OUTSIDE;
	m->away = (m->away << 1 | (is_away ? 1U : 0U)) & ((1U << FV_MOTION_OF) - 1);
	if (is_away && __builtin_popcount(m->away) >= FV_MOTION_AWAY)
		settle(m, t_ms, place);
	else if (t_ms - m->since_ms >= FV_MOTION_STILL_MS)
		m->is_still = true;
	return m->is_still;
}
