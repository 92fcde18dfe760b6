#include "fv/dwell.h"

void
fv_dwell_init(struct fv_dwell *dwell, struct fv_place centre, int64_t radius_mm)
{
	*dwell = (struct fv_dwell){.centre = centre, .radius_mm = radius_mm};
}

enum fv_dwell_event
fv_dwell_feed(struct fv_dwell *d, int64_t t_ms, struct fv_place fix, int64_t accuracy_mm,
    int64_t *since_ms_out)
{
	enum fv_fence fence = fv_geo_fence(d->centre, d->radius_mm, fix, accuracy_mm);
	enum fv_fence here = d->is_inside ? FV_FENCE_INSIDE : FV_FENCE_OUTSIDE;
	int64_t wait_ms = d->is_inside ? FV_DWELL_LEAVE_MS : FV_DWELL_ARRIVE_MS;

	*since_ms_out = 0;
	if (d->has_last && t_ms <= d->last_ms)
		return FV_DWELL_NONE;
	/* What happened during a gap is unknown, so that a candidate does not outlive it. */
	if (d->has_last && (uint64_t)t_ms - (uint64_t)d->last_ms > FV_DWELL_GAP_MS)
		d->candidate_fixes = 0;
	d->has_last = true;
	d->last_ms = t_ms;
	if (fence == FV_FENCE_UNSURE)
		return FV_DWELL_NONE;
	if (fence == here) {
		d->candidate_fixes = 0;
		return FV_DWELL_NONE;
	}
	if (d->candidate_fixes == 0)
		d->since_ms = t_ms;
	if (d->candidate_fixes < FV_DWELL_FIXES)
		d->candidate_fixes++;
	if (d->candidate_fixes < FV_DWELL_FIXES || t_ms - d->since_ms < wait_ms)
		return FV_DWELL_NONE;
	d->is_inside = !d->is_inside;
	d->candidate_fixes = 0;
	*since_ms_out = d->since_ms;
	return d->is_inside ? FV_DWELL_ARRIVED : FV_DWELL_LEFT;
}
