/* What must have come before a contact, or must follow it: places, failures, notice. */
#include "lib/audit_rules.h"

const struct fv_calendar *
fv_judge_calendar(const struct fv_judge *j, const char *name, int64_t day)
{
	const struct fv_audit_opts *opts = &j->audit->opts;
	const char *zone = j->file->zones[0].name;
	const struct fv_calendar *best = NULL;

	for (size_t i = 0; i <= opts->pack_count; i++) {
		const struct fv_rulepack *pack = i == 0 ? j->state->pack : opts->packs[i - 1];
		for (size_t k = 0; k < pack->calendar_count; k++) {
			const struct fv_calendar *c = &pack->calendars[k];
			if (!fv_calendar_is_named(c, name, zone))
				continue;
			if (fv_calendar_day(c, day) != FV_DAY_UNKNOWN)
				return c;
			best = best == NULL ? c : best;
		}
	}
	return best;
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
