/* The engine's frame: which rules apply to a contact at all, and in which order. */
#include "fv/audit.h"

#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

#define LAST_NEXT_MS INT64_C(253402214400000) /* 9999-12-31T00:00:00Z */

static size_t
count_enabled(const struct fv_audit_opts *opts)
{
	size_t n = 0;

	for (size_t i = 0; i < opts->pack_count; i++)
		for (size_t j = 0; j < opts->packs[i]->rule_count; j++)
			if (opts->packs[i]->rules[j].is_enabled)
				n += opts->packs[i]->rules[j].clause_count;
	return n;
}

/* The clauses of one enabled rule, each a state of its own. */
static enum fv_err
compile_rule(struct fv_audit *audit, const struct fv_rulepack *pack, size_t idx,
    const struct fv_rule *rule)
{
	for (size_t c = 0; c < rule->clause_count; c++) {
		struct fv_rule_state *state = &audit->rules[audit->rule_count++];
		state->pack = pack;
		state->rule = rule;
		state->clause = &rule->clauses[c];
		state->pack_bit = UINT64_C(1) << idx;
		if (state->clause->kind == FV_RULE_TIME_WINDOW) {
			enum fv_err rc = fv_time_compile(state);
			if (rc != FV_OK)
				return rc;
		}
	}
	return FV_OK;
}

static enum fv_err
compile(struct fv_audit *audit)
{
	const struct fv_audit_opts *opts = &audit->opts;

	for (size_t i = 0; i < opts->pack_count; i++) {
		const struct fv_rulepack *pack = opts->packs[i];
		for (size_t j = 0; j < pack->rule_count; j++) {
			if (!pack->rules[j].is_enabled)
				continue;
			enum fv_err rc = compile_rule(audit, pack, i, &pack->rules[j]);
			if (rc != FV_OK)
				return rc;
		}
	}
	return FV_OK;
}

enum fv_err
fv_audit_new(const struct fv_audit_opts *opts, struct fv_audit **audit_out)
{
	struct fv_audit *audit = NULL;
	enum fv_err rc;

	*audit_out = NULL;

	rc = FV_ERANGE;
	if (opts->pack_count == 0 || opts->pack_count > FV_AUDIT_PACKS_MAX)
		goto cleanup;

	rc = FV_ENOMEM;
	if ((audit = calloc(1, sizeof *audit)) == NULL)
		goto cleanup;
	audit->opts = *opts;
	audit->rules = calloc(count_enabled(opts) + 1, sizeof *audit->rules);
	if (audit->rules == NULL)
		goto cleanup;
	if ((rc = compile(audit)) != FV_OK)
		goto cleanup;

	*audit_out = audit;
	audit = NULL; /* the caller owns it now */
cleanup:
	fv_audit_free(audit);
	return rc;
}

void
fv_audit_free(struct fv_audit *audit)
{
	if (audit == NULL)
		return;
	for (size_t i = 0; i < audit->rule_count; i++) {
		struct fv_rule_state *s = &audit->rules[i];
		free(s->allowed);
		free(s->doubtful);
		fv_ptrmap_clear(&s->keys);
		fv_ptrmap_clear(&s->consent.talks);
		free(s->counters);
		free(s->active);
		free(s->pool);
		free(s->priors);
		fv_hold_clear(&s->hold);
		free(s->notices.sent);
	}
	free(audit->rules);
	fv_file_clear(&audit->file);
	free(audit);
}

void
fv_audit_reset(struct fv_audit *audit)
{
	static const struct fv_entry none[2];

	for (size_t i = 0; i < audit->rule_count; i++) {
		struct fv_rule_state *s = &audit->rules[i];
		fv_frequency_reset(s);
		fv_consent_reset(s);
		s->failures = 0;
		s->may_failures = 0;
		s->reached_ms = INT64_MIN;
		s->has_refused = false;
		s->prior_count = 0;
		s->events_seen = 0;
		s->has_begun = false;
		memcpy(s->entered, none, sizeof none);
		memcpy(s->may_entered, none, sizeof none);
		s->is_indexed = false;
		fv_hold_reset(&s->hold);
		fv_notices_reset(&s->notices);
	}
}

void
fv_judge_say(struct fv_judge *j, enum fv_verdict verdict, enum fv_reason reason)
{
	j->out->verdict = verdict;
	j->out->reason = (uint32_t)reason;
	j->out->remedy = FV_REMEDY_NONE;
	j->out->who_or_what = NULL;
}

int64_t
fv_contact_claim_ms(const struct fv_contact *k)
{
	int64_t from = k->claim_keeps_end ? k->claim_begin_ms : k->begin_utc_ms;

	return k->has_end && k->end_utc_ms > from ? k->end_utc_ms - from : 0;
}

void
fv_judge_unknown(struct fv_judge *j, enum fv_said what, enum fv_reason reason)
{
	bool is_both = (j->view->k->said_both & (uint32_t)what) != 0;

	fv_judge_say(j, FV_VERDICT_REVIEW, is_both ? R_SAID_BOTH : reason);
}

void
fv_judge_missing(struct fv_judge *j, const char *field)
{
	j->out->remedy = FV_REMEDY_MISSING;
	j->out->who_or_what = field;
}

void
fv_judge_lifted_by(struct fv_judge *j, const char *role)
{
	j->out->remedy = FV_REMEDY_LIFTED_BY;
	j->out->who_or_what = role;
}

void
fv_judge_next(struct fv_judge *j, int64_t utc_ms)
{
	/* Later than anybody can write down it is no answer. */
	if (utc_ms >= LAST_NEXT_MS) {
		fv_judge_lifted_by(j, "supervisor");
		return;
	}
	j->out->remedy = FV_REMEDY_NEXT;
	j->out->next_utc_ms = utc_ms;
	j->out->next_offset_s = fv_view_span(&j->file->zones[0], utc_ms)->offset_s;
	j->out->who_or_what = NULL;
}

static struct fv_input *
put(struct fv_judge *j, const char *key, enum fv_input_type type)
{
	struct fv_finding *f = j->out;
	size_t i =
	    f->input_count < FV_AUDIT_INPUTS_MAX ? f->input_count++ : FV_AUDIT_INPUTS_MAX - 1;

	f->inputs[i].key = key;
	f->inputs[i].type = type;
	return &f->inputs[i];
}

void
fv_judge_put_int(struct fv_judge *j, const char *key, int64_t v)
{
	put(j, key, FV_INPUT_INT)->u.i = v;
}

void
fv_judge_put_bool(struct fv_judge *j, const char *key, bool v)
{
	put(j, key, FV_INPUT_BOOL)->u.i = v;
}

void
fv_judge_put_text(struct fv_judge *j, const char *key, const char *z)
{
	if (z != NULL)
		put(j, key, FV_INPUT_TEXT)->u.text = z;
}

void
fv_judge_put_instant(struct fv_judge *j, const char *key, int64_t utc_ms)
{
	struct fv_input *input = put(j, key, FV_INPUT_INSTANT);

	input->offset_s = fv_view_span(&j->file->zones[0], utc_ms)->offset_s;
	input->u.i = utc_ms;
}

void
fv_judge_put_date(struct fv_judge *j, const char *key, int64_t days)
{
	put(j, key, FV_INPUT_DATE)->u.i = days;
}

void
fv_judge_put_minute(struct fv_judge *j, const char *key, int64_t minute)
{
	put(j, key, FV_INPUT_MINUTE)->u.i = minute;
}

void
fv_judge_put_set(struct fv_judge *j, const char *key, const struct fv_strs *set)
{
	put(j, key, FV_INPUT_SET)->u.set = set;
}

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

enum fv_err
fv_audit_feed(struct fv_audit *audit, struct fv_rule_state *state, const struct fv_view *view)
{
	struct fv_judge j = {.audit = audit,
	    .file = &audit->file,
	    .view = view,
	    .state = state,
	    .rule = state->rule,
	    .clause = state->clause};
	enum fv_err rc = FV_OK;

	if (!view->is_counted)
		return FV_OK;
	if (state->clause->kind == FV_RULE_FREQUENCY)
		rc = fv_frequency_feed(&j);
	if (state->clause->kind == FV_RULE_THIRD_PARTY)
		fv_third_feed(state, view);
	if (state->clause->kind == FV_RULE_HOLD)
		return fv_hold_feed(state, &audit->file, view);
	if (state->clause->kind == FV_RULE_NOTICE)
		fv_notice_feed(state, view);
	if (state->clause->kind == FV_RULE_PRECONDITION)
		rc = fv_precondition_feed(state, &audit->file, view);
	/* Last: a contact is weighed by what came before it. */
	return rc == FV_OK ? fv_consent_feed(&j) : rc;
}

/* One contact by all clauses of the rule at *at, which moves behind them: the worst verdict
 * is the rule's, and of equal ones the first. */
static enum fv_err
judge_rule(struct fv_audit *audit, struct fv_view *view, size_t *at,
    const struct fv_finding **finding_out)
{
	const struct fv_rule *rule = audit->rules[*at].rule;
	struct fv_clause_sum sum = {0};

	for (; *at < audit->rule_count && audit->rules[*at].rule == rule; ++*at) {
		enum fv_err rc = fv_audit_judge(audit, &audit->rules[*at], view, NULL);
		if (rc != FV_OK)
			return rc;
		if (audit->is_breach)
			view->broke |= audit->rules[*at].pack_bit;
		/* Most rules have one clause, whose finding stays where it is. */
		if (rule->clause_count > 1)
			fv_clause_sum_add(&sum, audit, &audit->rules[*at]);
	}
	fv_clause_sum_finish(&sum, audit, view);
	*finding_out = rule->clause_count > 1 ? &audit->worst : &audit->finding;
	return FV_OK;
}

enum fv_err
fv_audit_case(struct fv_audit *audit, const struct fv_case_history *history,
    fv_on_finding on_finding, void *ctx)
{
	enum fv_err rc;

	fv_audit_reset(audit);
	if ((rc = fv_file_open(audit, history)) != FV_OK)
		return rc;
	for (size_t i = 0; i < audit->file.view_count; i++) {
		struct fv_view *view = &audit->file.views[i];
		for (size_t r = 0; r < audit->rule_count;) {
			const struct fv_finding *finding;
			size_t next = r;
			if ((rc = judge_rule(audit, view, &next, &finding)) != FV_OK ||
			    (rc = on_finding(finding, ctx)) != FV_OK)
				return rc;
			for (; r < next; r++)
				if ((rc = fv_audit_feed(audit, &audit->rules[r], view)) !=
				    FV_OK)
					return rc;
		}
	}
	return FV_OK;
}
