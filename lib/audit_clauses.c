/* The clauses of one rule as one finding: the worst, with a `next` that all of them allow. */
#include "lib/audit_rules.h"

/* Of equal verdicts the one that waiting does not cure is the worse. */
static bool
is_worse(const struct fv_finding *f, const struct fv_finding *than)
{
	return f->verdict > than->verdict ||
	    (f->verdict == than->verdict && than->remedy == FV_REMEDY_NEXT &&
		f->remedy != FV_REMEDY_NEXT);
}

void
fv_clause_sum_add(
    struct fv_clause_sum *sum, struct fv_audit *audit, struct fv_rule_state *state)
{
	const struct fv_finding *f = &audit->finding;

	if (!sum->has_worst || is_worse(f, &audit->worst))
		audit->worst = *f;
	if (f->remedy == FV_REMEDY_NEXT &&
	    (sum->next_utc_ms == 0 || f->next_utc_ms > sum->next_utc_ms))
		sum->next_utc_ms = f->next_utc_ms;
	if (state->clause->kind == FV_RULE_TIME_WINDOW && f->verdict != FV_VERDICT_NA &&
	    sum->hours_count < FV_RULEPACK_CLAUSES_MAX)
		sum->hours[sum->hours_count++] = state;
	sum->has_worst = true;
}

void
fv_clause_sum_finish(
    const struct fv_clause_sum *sum, struct fv_audit *audit, const struct fv_view *view)
{
	struct fv_finding *worst = &audit->worst;
	bool is_moved = true;

	if (!sum->has_worst || worst->remedy != FV_REMEDY_NEXT)
		return;
	struct fv_judge j = {.audit = audit, .file = &audit->file, .view = view, .out = worst};
	fv_judge_next(&j, sum->next_utc_ms);
	/* Where two have hours, the later instant of one is asked of the other. */
	for (size_t round = 0; round < FV_RULEPACK_CLAUSES_MAX && is_moved; round++) {
		is_moved = false;
		for (size_t i = 0; i < sum->hours_count; i++) {
			int64_t before = worst->next_utc_ms;
			j.state = sum->hours[i];
			j.rule = j.state->rule;
			j.clause = j.state->clause;
			fv_time_give_next(&j, before);
			if (worst->remedy != FV_REMEDY_NEXT)
				return;
			is_moved = is_moved || worst->next_utc_ms != before;
		}
	}
}
