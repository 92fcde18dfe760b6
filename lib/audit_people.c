/* Who came, whom they met, how they introduced themselves, what was recorded. */
#include "lib/audit_rules.h"

bool
fv_contact_is_unanswered(const struct fv_contact *k)
{
	switch (k->outcome) {
	case FV_OUTCOME_NO_ANSWER:
	case FV_OUTCOME_LEFT_MESSAGE:
	case FV_OUTCOME_NOT_CONNECTED:
	case FV_OUTCOME_NOT_HOME:
		return true;
	case FV_OUTCOME_CONVERSATION:
	case FV_OUTCOME_CONTACT:
	case FV_OUTCOME_REFUSED:
		break;
	}
	return k->with == FV_WITH_NOBODY;
}

static void
say_unanswered(struct fv_judge *j)
{
	if (j->view->k->outcome != 0)
		fv_judge_put_text(
		    j, "outcome", fv_code_word(FV_CODES_OUTCOME, j->view->k->outcome));
	fv_judge_say(j, FV_VERDICT_NA, R_UNANSWERED);
}

void
fv_judge_persons(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	int64_t need = j->clause->u.persons.count;
	int64_t count = (int64_t)k->officers.count;

	fv_judge_put_int(j, "min", need);
	if (!k->has_officers) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PERSONS_UNKNOWN);
		fv_judge_missing(j, "officers");
		return;
	}
	fv_judge_put_int(j, "count", count);
	fv_judge_put_set(j, "officers", &k->officers);
	if (count < need) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_PERSONS_FEW);
		fv_judge_lifted_by(j, "second_officer");
		return;
	}
	/* One writes the record; the others are his word until they confirm. */
	bool is_declared = count > 1 && k->second_confirmed != FV_TRI_YES;
	fv_judge_put_bool(j, "declared", is_declared);
	if (is_declared && j->clause->u.persons.corroborated && j->plan == NULL) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PERSONS_UNCONFIRMED);
		fv_judge_missing(j, "cosign");
		return;
	}
	fv_judge_say(j, FV_VERDICT_PASS, is_declared ? R_PERSONS_DECLARED : R_PERSONS_OK);
}

void
fv_judge_identify(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;

	if (fv_contact_is_unanswered(k)) {
		say_unanswered(j);
		return;
	}
	if (k->identified == FV_TRI_UNKNOWN) {
		fv_judge_unknown(j, FV_SAID_IDENTIFIED, R_IDENTIFIED_UNKNOWN);
		fv_judge_missing(j, "identified");
		return;
	}
	fv_judge_put_bool(j, "identified", k->identified == FV_TRI_YES);
	if (k->identified == FV_TRI_YES) {
		fv_judge_say(j, FV_VERDICT_PASS, R_IDENTIFIED);
		return;
	}
	fv_judge_say(j, FV_VERDICT_FAIL, R_NOT_IDENTIFIED);
	fv_judge_lifted_by(j, "officer");
}

void
fv_judge_recording(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;

	if (fv_contact_is_unanswered(k)) {
		say_unanswered(j);
		return;
	}
	if (k->recorded == 0) {
		fv_judge_unknown(j, FV_SAID_RECORDED, R_RECORDED_UNKNOWN);
		fv_judge_missing(j, "recorded");
		return;
	}
	fv_judge_put_text(j, "recorded", fv_code_word(FV_CODES_RECORDED, k->recorded));
	if ((j->clause->u.recording.media & fv_code_bit(k->recorded)) != 0) {
		fv_judge_say(j, FV_VERDICT_PASS, R_RECORDED);
		return;
	}
	fv_judge_say(j, FV_VERDICT_FAIL, R_NOT_RECORDED);
	fv_judge_lifted_by(j, "officer");
}

/* Whom the contact reached, or was meant to reach where it reached nobody. */
static enum fv_with
person_of(const struct fv_contact *k)
{
	enum fv_with meant = k->meant_for == 0 ? FV_WITH_DEBTOR : k->meant_for;

	return fv_contact_is_unanswered(k) ? meant : k->with;
}

/* A number of the debtor's turned out not to be his, and he was not reached since. */
static bool
has_wrong_number(const struct fv_judge *j)
{
	size_t count;
	const struct fv_event *const *e =
	    fv_file_events(j->file, FV_EVENT_WRONG_NUMBER, &count);
	size_t n = fv_file_events_by(j->file, FV_EVENT_WRONG_NUMBER, j->view->k->begin_utc_ms);

	return n > 0 && e[n - 1]->at_utc_ms > j->state->reached_ms;
}

/* The debtor cannot be reached: enough failures in a row.  Whether a wrong number was his
 * only one is for a person. */
static void
judge_reach(struct fv_judge *j)
{
	const struct fv_third_rule *r = &j->clause->u.third;
	const struct fv_rule_state *s = j->state;

	fv_judge_put_int(j, "failures", s->failures);
	if (r->failures != 0)
		fv_judge_put_int(j, "failures_needed", r->failures);
	if (r->failures != 0 && s->failures >= r->failures) {
		fv_judge_say(j, FV_VERDICT_PASS, R_THIRD_ALLOWED);
		return;
	}
	bool may_be = r->failures == 0 ? s->may_failures > 0 : s->may_failures >= r->failures;
	bool is_wrong = has_wrong_number(j);
	if (may_be || is_wrong) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_THIRD_FAILURES_UNKNOWN);
		fv_judge_missing(j, r->failures == 0 || is_wrong ? "unreachable" : "outcome");
		return;
	}
	fv_judge_say(j, FV_VERDICT_FAIL, R_THIRD_REACHABLE);
	fv_judge_lifted_by(j, "supervisor");
}

/* Somebody who does not answer for the debt. */
static void
judge_stranger(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const struct fv_third_rule *r = &j->clause->u.third;
	uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;

	fv_judge_put_text(j, "purpose", fv_code_word(FV_CODES_PURPOSE, purpose));
	if (j->state->has_refused) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_THIRD_REFUSED);
		fv_judge_lifted_by(j, "third_party");
		return;
	}
	bool is_wrong = (r->for_what & fv_code_bit(purpose)) == 0;
	judge_reach(j);
	/* Meant for the debtor, opened by another: what was said decides, and is not here. */
	bool by_chance = (k->meant_for == 0 || k->meant_for == FV_WITH_DEBTOR) &&
	    k->outcome != FV_OUTCOME_CONVERSATION;
	if (by_chance && (is_wrong || j->out->verdict == FV_VERDICT_FAIL)) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_THIRD_SAID_UNKNOWN);
		fv_judge_missing(j, "discussed");
		return;
	}
	if (is_wrong) {
		bool may_ask = (r->for_what & fv_code_bit(FV_PURPOSE_LOCATION)) != 0;
		fv_judge_say(j, FV_VERDICT_FAIL, may_ask ? R_THIRD_PURPOSE : R_THIRD_BARRED);
		fv_judge_lifted_by(j, "supervisor");
	}
}

void
fv_judge_third(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const struct fv_third_rule *r = &j->clause->u.third;
	enum fv_with person = person_of(k);

	if (person == FV_WITH_DEBTOR && fv_contact_is_unanswered(k)) {
		say_unanswered(j);
		return;
	}
	if (person == 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_WITH_UNKNOWN);
		fv_judge_missing(j, "with");
		return;
	}
	fv_judge_put_text(j, "with", fv_code_word(FV_CODES_WITH, person));
	if (person == FV_WITH_NOBODY) {
		say_unanswered(j);
	} else if ((r->allowed & fv_code_bit(person)) != 0) {
		fv_judge_say(j, FV_VERDICT_PASS, R_WITH_ALLOWED);
	} else if ((r->doubtful & fv_code_bit(person)) != 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_WITH_DOUBTFUL);
		fv_judge_lifted_by(j, "supervisor");
	} else {
		judge_stranger(j);
	}
}

void
fv_third_feed(struct fv_rule_state *state, const struct fv_view *view)
{
	const struct fv_contact *k = view->k;
	bool is_for_debtor = k->meant_for == 0 || k->meant_for == FV_WITH_DEBTOR;
	bool is_stranger = k->with == FV_WITH_THIRD_PARTY ||
	    (k->with == 0 && k->meant_for == FV_WITH_THIRD_PARTY);

	if (is_stranger && k->outcome == FV_OUTCOME_REFUSED)
		state->has_refused = true;
	bool is_live = k->channel == FV_CHANNEL_VISIT || k->channel == FV_CHANNEL_CALL;
	if (k->by == FV_BY_DEBTOR || k->with == FV_WITH_DEBTOR) {
		state->failures = 0;
		state->may_failures = 0;
		state->reached_ms = k->begin_utc_ms;
	} else if (is_for_debtor && is_live && fv_contact_is_unanswered(k)) {
		state->failures++;
		state->may_failures++;
	} else if (is_for_debtor && is_live && k->outcome == 0 && k->with == 0) {
		state->may_failures++;
		state->failures = 0;
	} else if (is_for_debtor && is_live && k->with == 0) {
		state->failures = 0; /* somebody answered, most likely he */
		state->may_failures = 0;
	}
}
