/* How a contact went: its length, filming, what was told, and whether the record is whole. */
#include "lib/audit_rules.h"

#define MINUTE_MS 60000

void
fv_judge_duration(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	int64_t length_ms = k->has_end ? k->end_utc_ms - k->begin_utc_ms : 0;
	int64_t limit = j->clause->u.duration.minutes;

	fv_judge_put_int(j, "minutes", limit);
	if (k->has_end)
		fv_judge_put_int(j, "length", (length_ms + MINUTE_MS - 1) / MINUTE_MS);
	if (length_ms > limit * MINUTE_MS && !k->is_open) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_LENGTH_OVER);
		fv_judge_lifted_by(j, "supervisor");
	} else if (k->is_open || !k->has_end) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_LENGTH_UNKNOWN);
		fv_judge_missing(j, "end");
	} else {
		fv_judge_say(j, FV_VERDICT_PASS, R_LENGTH_OK);
	}
}

/* A camera outside a home, or not used, breaks nothing. */
void
fv_judge_camera(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	bool is_inside = k->entered == FV_TRI_YES;

	if (j->clause->u.camera.inside && k->entered == FV_TRI_NO) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NO_CAMERA);
		return;
	}
	if (k->camera != FV_TRI_UNKNOWN)
		fv_judge_put_bool(j, "camera", k->camera == FV_TRI_YES);
	if (k->camera == FV_TRI_NO) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NO_CAMERA);
	} else if (k->camera == FV_TRI_UNKNOWN) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_CAMERA_UNKNOWN);
		fv_judge_missing(j, "camera");
	} else if (j->clause->u.camera.inside && !is_inside) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_ENTRY_UNKNOWN);
		fv_judge_missing(j, "entered");
	} else {
		fv_judge_say(j, FV_VERDICT_FAIL, R_CAMERA);
		fv_judge_lifted_by(j, "debtor");
	}
}

void
fv_judge_completeness(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const bool has[] = {
	    [FV_FIELD_PURPOSE] = k->purpose != 0,
	    [FV_FIELD_CASE] = true,
	    [FV_FIELD_BEGIN] = true,
	    [FV_FIELD_END] = k->has_end && !k->is_open,
	    [FV_FIELD_LOCATION] = k->has_place,
	    [FV_FIELD_OFFICERS] = k->has_officers && k->officers.count > 0,
	    [FV_FIELD_OUTCOME] = k->outcome != 0,
	    [FV_FIELD_WITH] = k->with != 0,
	};

	for (uint32_t i = 1; i < sizeof has / sizeof has[0]; i++) {
		if ((j->clause->u.completeness.fields & fv_code_bit(i)) == 0 || has[i])
			continue;
		fv_judge_say(j, FV_VERDICT_REVIEW, R_INCOMPLETE);
		fv_judge_missing(j, fv_code_word(FV_CODES_FIELD, i));
		return;
	}
	fv_judge_say(j, FV_VERDICT_PASS, R_COMPLETE);
}

void
fv_judge_scope(struct fv_judge *j)
{
	enum fv_actor actor = j->file->h->subject->actor;
	bool is_bound = (j->clause->u.scope.actors & fv_code_bit(actor)) != 0;

	fv_judge_put_text(j, "actor", fv_code_word(FV_CODES_ACTOR, actor));
	fv_judge_say(
	    j, is_bound ? FV_VERDICT_PASS : FV_VERDICT_NA, is_bound ? R_IN_SCOPE : R_ACTOR);
}
