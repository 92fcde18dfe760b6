/* The engine's frame: the clauses' states, what a judge may say, and the order of it all. */
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
