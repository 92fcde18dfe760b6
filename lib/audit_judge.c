/* One contact by one clause: whether that applies at all, its verdict, and what softens it. */
#include "lib/audit_rules.h"

/* What a rule judges of the collector only. */
static bool
spares_debtor(enum fv_rule_kind kind)
{
	switch (kind) {
	case FV_RULE_TIME_WINDOW:
	case FV_RULE_FREQUENCY:
	case FV_RULE_MIN_PERSONS:
	case FV_RULE_GEOFENCE:
	case FV_RULE_THIRD_PARTY:
	case FV_RULE_HOLD:
	case FV_RULE_PLACE:
	case FV_RULE_PRECONDITION:
	case FV_RULE_NOTICE:
	case FV_RULE_CONSENT:
		return true;
	case FV_RULE_ENTRY:
	case FV_RULE_IDENTIFY:
	case FV_RULE_RECORDING:
	case FV_RULE_DATA_AGE:
	case FV_RULE_LEAVE:
	case FV_RULE_DURATION:
	case FV_RULE_CAMERA:
	case FV_RULE_DISCLOSURE:
	case FV_RULE_DEADLINE:
	case FV_RULE_COMPLETENESS:
	case FV_RULE_CORRECTION:
	case FV_RULE_SCOPE:
	case FV_RULE_IMPERSONATION:
	case FV_RULE_RETENTION:
	case FV_RULE_INTERVAL:
	case FV_RULE_RATE:
	case FV_RULE_UNLOGGED_STOP:
	case FV_RULE_NO_TRACK:
	case FV_RULE_ALWAYS_GREEN:
	case FV_RULE_DUPLICATE:
	case FV_RULE_NOT_RECEIVED:
		break;
	}
	return false;
}

static bool
is_outside(struct fv_judge *j, enum fv_reason reason)
{
	fv_judge_say(j, FV_VERDICT_NA, reason);
	return true;
}

bool
fv_is_in_force(const struct fv_rule *rule, const struct fv_clause *clause, int64_t day)
{
	return (!rule->has_from || day >= rule->from_days) &&
	    (!rule->has_until || day <= rule->until_days) &&
	    (!clause->has_from || day >= clause->from_days) &&
	    (!clause->has_until || day <= clause->until_days);
}

/* True, and n/a said, on a day on which the rule or its clause is not in force. */
static bool
is_not_in_force(struct fv_judge *j)
{
	const struct fv_rule *rule = j->rule;
	const struct fv_clause *c = j->clause;
	int64_t day = j->view->day;
	int64_t from = rule->has_from ? rule->from_days : INT64_MIN;
	int64_t until = rule->has_until ? rule->until_days : INT64_MAX;

	if (fv_is_in_force(rule, c, day))
		return false;
	if (c->has_from && c->from_days > from)
		from = c->from_days;
	if (c->has_until && c->until_days < until)
		until = c->until_days;
	fv_judge_put_date(j, "date", day);
	if (day < from) {
		fv_judge_put_date(j, "in_force_from", from);
		return is_outside(j, R_NOT_YET_IN_FORCE);
	}
	fv_judge_put_date(j, "in_force_until", until);
	return is_outside(j, R_NO_LONGER_IN_FORCE);
}

/* True, and n/a said, when the rule is not about this contact. */
static bool
is_not_applicable(struct fv_judge *j)
{
	const struct fv_clause *rule = j->clause;
	const struct fv_contact *k = j->view->k;
	const struct fv_case *c = j->file->h->subject;
	const struct fv_rulepack *pack = j->state->pack;

	if (fv_rule_kind_stands(rule->kind))
		return is_outside(j, R_STANDING);
	if (is_not_in_force(j))
		return true;
	if (pack->actors != 0 && (pack->actors & fv_code_bit(c->actor)) == 0) {
		fv_judge_put_text(j, "actor", fv_code_word(FV_CODES_ACTOR, c->actor));
		return is_outside(j, R_ACTOR);
	}
	/* Naming a pack says that its field applies: only a product that is said can refute.
	 */
	if (pack->products != 0 && c->product != 0 &&
	    (pack->products & fv_code_bit(c->product)) == 0) {
		fv_judge_put_text(j, "product", fv_code_word(FV_CODES_PRODUCT, c->product));
		return is_outside(j, R_PRODUCT);
	}
	if ((rule->channels & fv_code_bit(k->channel)) == 0) {
		fv_judge_put_text(j, "channel", fv_code_word(FV_CODES_CHANNEL, k->channel));
		return is_outside(j, R_CHANNEL);
	}
	if (j->view->is_void)
		return is_outside(j, R_VOID);
	if (k->by == FV_BY_DEBTOR && spares_debtor(rule->kind))
		return is_outside(j, R_BY_DEBTOR);
	uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;
	if (rule->purposes != 0 && (rule->purposes & fv_code_bit(purpose)) == 0) {
		fv_judge_put_text(j, "purpose", fv_code_word(FV_CODES_PURPOSE, purpose));
		return is_outside(j, R_PURPOSE);
	}
	if (rule->products != 0 && c->product != 0 &&
	    (rule->products & fv_code_bit(c->product)) == 0) {
		fv_judge_put_text(j, "product", fv_code_word(FV_CODES_PRODUCT, c->product));
		return is_outside(j, R_PRODUCT);
	}
	if (rule->places != 0 && k->place != 0 &&
	    (rule->places & fv_code_bit(k->place)) == 0) {
		fv_judge_put_text(j, "place", fv_code_word(FV_CODES_PLACE, k->place));
		return is_outside(j, R_PLACE);
	}
	return false;
}

static void
judge_by_kind(struct fv_judge *j)
{
	switch (j->clause->kind) {
	case FV_RULE_TIME_WINDOW:
		fv_judge_time(j);
		break;
	case FV_RULE_FREQUENCY:
		fv_judge_frequency(j);
		break;
	case FV_RULE_MIN_PERSONS:
		fv_judge_persons(j);
		break;
	case FV_RULE_GEOFENCE:
		fv_judge_geofence(j);
		break;
	case FV_RULE_ENTRY:
		fv_judge_entry(j);
		break;
	case FV_RULE_IDENTIFY:
		fv_judge_identify(j);
		break;
	case FV_RULE_RECORDING:
		fv_judge_recording(j);
		break;
	case FV_RULE_THIRD_PARTY:
		fv_judge_third(j);
		break;
	case FV_RULE_HOLD:
		fv_judge_hold(j);
		break;
	case FV_RULE_DATA_AGE:
		fv_judge_age(j);
		break;
	case FV_RULE_PLACE:
		fv_judge_place(j);
		break;
	case FV_RULE_DURATION:
		fv_judge_duration(j);
		break;
	case FV_RULE_CAMERA:
		fv_judge_camera(j);
		break;
	case FV_RULE_COMPLETENESS:
		fv_judge_completeness(j);
		break;
	case FV_RULE_SCOPE:
		fv_judge_scope(j);
		break;
	case FV_RULE_IMPERSONATION:
		fv_judge_impersonation(j);
		break;
	case FV_RULE_CONSENT:
		fv_judge_need(j);
		break;
	case FV_RULE_PRECONDITION:
		fv_judge_precondition(j);
		break;
	case FV_RULE_NOTICE:
		fv_judge_notice(j);
		break;
	case FV_RULE_LEAVE:
		fv_judge_leave(j);
		break;
	case FV_RULE_DISCLOSURE:
		fv_judge_disclosure(j);
		break;
	case FV_RULE_DEADLINE:
		fv_judge_deadline(j);
		break;
	case FV_RULE_CORRECTION:
		fv_judge_correction(j);
		break;
	case FV_RULE_RETENTION:
	case FV_RULE_INTERVAL:
	case FV_RULE_RATE:
	case FV_RULE_UNLOGGED_STOP:
	case FV_RULE_NO_TRACK:
	case FV_RULE_ALWAYS_GREEN:
	case FV_RULE_DUPLICATE:
	case FV_RULE_NOT_RECEIVED:
		break; /* n/a was said */
	}
}

/* A breach of a rule about some places or kinds of debt, where the file does not say which. */
static void
doubt_field(struct fv_judge *j)
{
	if (j->clause->places != 0 && j->view->k->place == 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PLACE_UNKNOWN);
		fv_judge_missing(j, "place");
	} else if (j->clause->products != 0 && j->file->h->subject->product == 0) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_PRODUCT_UNKNOWN);
		fv_judge_missing(j, "product");
	}
}

/* A breach that a person must weigh does not say "not now". */
static void
soften(struct fv_finding *f)
{
	f->verdict = FV_VERDICT_REVIEW;
	if (f->reason == R_TIME_FORBIDDEN)
		f->reason = R_TIME_DOUBTFUL;
	else if (f->reason == R_HOLIDAY)
		f->reason = R_HOLIDAY_DOUBTFUL;
	else if (f->reason == R_PLACE_FORBIDDEN)
		f->reason = R_PLACE_DOUBTFUL;
}

enum fv_err
fv_audit_judge(struct fv_audit *audit, struct fv_rule_state *state, const struct fv_view *view,
    const struct fv_check_plan *plan)
{
	struct fv_finding *f = &audit->finding;
	struct fv_judge j = {.audit = audit,
	    .file = &audit->file,
	    .view = view,
	    .state = state,
	    .rule = state->rule,
	    .clause = state->clause,
	    .out = f,
	    .plan = plan};

	f->subject = audit->file.h->subject;
	f->contact = view->k;
	f->pack = state->pack;
	f->rule = state->rule;
	f->severity = fv_strength_severity(state->rule->strength);
	f->input_count = 0;
	f->remedy = FV_REMEDY_NONE;
	f->who_or_what = NULL;
	f->next_utc_ms = 0;
	f->next_offset_s = 0;
	audit->is_breach = false;
	if (is_not_applicable(&j))
		return FV_OK;
	judge_by_kind(&j);
	if (view->k->is_imported)
		fv_judge_put_bool(&j, "contact_unsigned", true);
	audit->is_breach = f->verdict == FV_VERDICT_FAIL;
	if (audit->is_breach &&
	    (state->clause->consent.scope != 0 || state->clause->consent.or_court))
		fv_judge_consent(&j);
	/* A breach that only a doubtful consent excuses is none to build another on; nor is
	 * one of conduct: a consent needs a contact that might be made at all, and the
	 * handheld must come to the same answer without knowing how others behaved. */
	audit->is_breach = audit->is_breach && f->verdict != FV_VERDICT_PASS &&
	    state->clause->phase == FV_PHASE_BEFORE &&
	    state->clause->on_breach == FV_BREACH_FAIL;
	if (f->verdict == FV_VERDICT_FAIL)
		doubt_field(&j);
	if (f->verdict == FV_VERDICT_FAIL && state->clause->on_breach == FV_BREACH_REVIEW)
		soften(f);
	if (f->verdict == FV_VERDICT_FAIL && view->k->is_wrong_case) {
		fv_judge_say(&j, FV_VERDICT_REVIEW, R_WRONG_CASE);
		fv_judge_lifted_by(&j, "supervisor");
	}
	return j.rc;
}
