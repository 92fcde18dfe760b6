/* Where it was: the fence around the case's place, and the door. */
#include "fv/geo.h"
#include "lib/audit_rules.h"

void
fv_judge_geofence(struct fv_judge *j)
{
	const struct fv_geofence_rule *r = &j->clause->u.geofence;
	const struct fv_case *c = j->file->h->subject;
	const struct fv_contact *k = j->view->k;
	int64_t radius_mm =
	    r->radius_m > 0 ? (int64_t)r->radius_m * 1000 : (int64_t)r->radius_ft * 3048 / 10;

	if (r->uses_case_radius && c->radius_mm > 0)
		radius_mm = c->radius_mm;
	if (!c->has_place) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_FENCE_NO_CASE_PLACE);
		fv_judge_missing(j, "lat");
		return;
	}
	if (!k->has_place) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_FENCE_NO_FIX);
		fv_judge_missing(j, "lat");
		return;
	}
	struct fv_place centre = {.lat_e7 = c->lat_e7, .lon_e7 = c->lon_e7};
	struct fv_place fix = {.lat_e7 = k->lat_e7, .lon_e7 = k->lon_e7};
	int64_t accuracy_mm = k->has_accuracy ? k->accuracy_mm : 0;
	fv_judge_put_int(j, "distance_m", (fv_geo_distance_mm(centre, fix) + 500) / 1000);
	fv_judge_put_int(j, "radius_m", (radius_mm + 500) / 1000);
	if (k->has_accuracy)
		fv_judge_put_int(j, "accuracy_m", (accuracy_mm + 500) / 1000);
	switch (fv_geo_fence(centre, radius_mm, fix, accuracy_mm)) {
	case FV_FENCE_INSIDE:
		fv_judge_say(j, FV_VERDICT_PASS, R_FENCE_INSIDE);
		break;
	case FV_FENCE_OUTSIDE:
		if (fv_geo_looks_like_gcj02(centre, fix, accuracy_mm))
			fv_judge_put_bool(j, "looks_like_gcj02", true);
		fv_judge_say(j, FV_VERDICT_FAIL, R_FENCE_OUTSIDE);
		fv_judge_lifted_by(j, "supervisor");
		break;
	case FV_FENCE_UNSURE:
		fv_judge_say(j, FV_VERDICT_REVIEW, R_FENCE_UNSURE);
		fv_judge_missing(j, "accuracy_m");
		break;
	}
}

void
fv_judge_entry(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;

	if (k->entered == FV_TRI_UNKNOWN) {
		fv_judge_unknown(j, FV_SAID_ENTERED, R_ENTRY_UNKNOWN);
		fv_judge_missing(j, "entered");
		return;
	}
	fv_judge_put_bool(j, "entered", k->entered == FV_TRI_YES);
	if (k->entered == FV_TRI_NO) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NOT_ENTERED);
		return;
	}
	fv_judge_say(j, FV_VERDICT_FAIL, R_ENTERED);
	fv_judge_lifted_by(j, "debtor");
}
