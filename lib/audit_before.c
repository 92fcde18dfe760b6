/* What must have come before a contact, or must follow it: places, failures, notice. */
#include "lib/audit_rules.h"

const struct fv_calendar *
fv_judge_calendar(const struct fv_judge *j, const char *name, int64_t day)
{
	return fv_judge_calendar_in(j, name, j->file->zones[0].name, day);
}

void
fv_judge_place(struct fv_judge *j)
{
	const struct fv_place_rule *r = &j->clause->u.place;
	const struct fv_contact *k = j->view->k;
	uint32_t bit = fv_code_bit(k->place);

	if (k->place == 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PLACE_UNKNOWN);
		fv_judge_missing(j, "place");
		return;
	}
	fv_judge_put_text(j, "place", fv_code_word(FV_CODES_PLACE, k->place));
	if ((r->forbidden & bit) != 0) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_PLACE_FORBIDDEN);
		fv_judge_lifted_by(j, "debtor");
	} else if ((r->doubtful & bit) != 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PLACE_DOUBTFUL);
		fv_judge_lifted_by(j, "supervisor");
	} else {
		fv_judge_say(j, FV_VERDICT_PASS, R_PLACE_OK);
	}
}
