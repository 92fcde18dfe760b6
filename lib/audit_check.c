/* The question at the door: may this visit be made now, and if not, when? */
#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

#define SEARCH_STEPS 400U

/* Let every rule see what has happened up to now. */
static enum fv_err
replay_history(struct fv_audit *audit, int64_t now_utc_ms)
{
	struct fv_casefile *file = &audit->file;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < file->view_count && rc == FV_OK; i++) {
		struct fv_view *view = &file->views[i];
		if (view->k->begin_utc_ms > now_utc_ms)
			break;
		for (size_t r = 0; r < audit->rule_count && rc == FV_OK; r++) {
			struct fv_rule_state *state = &audit->rules[r];
			/* Verdicts matter only where a consent was given in a contact. */
			if (file->by_id.count > 0) {
				rc = fv_audit_judge(audit, state, view, NULL);
				if (audit->is_breach)
					view->broke |= state->pack_bit;
			}
			if (rc == FV_OK)
				rc = fv_audit_feed(audit, state, view);
		}
	}
	return rc;
}

static void
plan_visit(struct fv_contact *visit, const char *case_id, const struct fv_check_plan *plan)
{
	*visit = (struct fv_contact){.id = "check",
	    .case_id = case_id,
	    .channel = FV_CHANNEL_VISIT,
	    .by = FV_BY_COLLECTOR,
	    .begin_utc_ms = plan->now_utc_ms,
	    .has_end = plan->length_ms > 0,
	    .end_utc_ms = plan->now_utc_ms + plan->length_ms,
	    .has_officers = plan->officers.count > 0,
	    .officers = plan->officers,
	    .place = plan->place,
	    .purpose = plan->purpose,
	    .has_place = plan->has_place,
	    .lat_e7 = plan->lat_e7,
	    .lon_e7 = plan->lon_e7,
	    .has_accuracy = plan->has_place,
	    .accuracy_mm = plan->accuracy_mm};
}

/* Move the planned visit to another instant. */
static struct fv_view
view_at(struct fv_audit *audit, struct fv_contact *visit, int64_t utc_ms, int64_t length_ms)
{
	struct fv_zone_view *zone = &audit->file.zones[0];

	visit->begin_utc_ms = utc_ms;
	visit->end_utc_ms = utc_ms + length_ms;
	return (struct fv_view){.k = visit,
	    .is_counted = true,
	    .day = fv_view_day(zone, utc_ms),
	    .offset_s = fv_view_span(zone, utc_ms)->offset_s};
}

static bool
is_curable(const struct fv_finding *f)
{
	return f->remedy == FV_REMEDY_NEXT;
}

static bool
is_breach(const struct fv_finding *f)
{
	return f->verdict == FV_VERDICT_FAIL || f->verdict == FV_VERDICT_REVIEW;
}

/*
 * The first instant from now on at which no `before` rule objects to the time: each
 * objection names when it ends, and all are asked again there.
 */
static enum fv_err
search(struct fv_audit *audit, const struct fv_check_plan *plan, struct fv_check *check)
{
	struct fv_contact moved = check->visit;
	int64_t limit = plan->now_utc_ms + (int64_t)FV_CHECK_DAYS_MAX * FV_MS_PER_DAY;
	int64_t at = plan->now_utc_ms;

	for (size_t step = 0; step < SEARCH_STEPS && at <= limit; step++) {
		struct fv_view view = view_at(audit, &moved, at, plan->length_ms);
		int64_t later = at;
		for (size_t r = 0; r < audit->rule_count; r++) {
			struct fv_rule_state *state = &audit->rules[r];
			if (state->clause->phase != FV_PHASE_BEFORE)
				continue;
			enum fv_err rc = fv_audit_judge(audit, state, &view, plan);
			if (rc != FV_OK)
				return rc;
			const struct fv_finding *f = &audit->finding;
			if (f->verdict == FV_VERDICT_FAIL && !is_curable(f))
				return FV_OK;
			if (is_breach(f) && is_curable(f) && f->next_utc_ms > later)
				later = f->next_utc_ms;
		}
		if (later == at) {
			check->has_next = true;
			check->next_utc_ms = at;
			check->next_offset_s =
			    fv_view_span(&audit->file.zones[0], at)->offset_s;
			return FV_OK;
		}
		at = later;
	}
	return FV_OK;
}

/* Worst verdict first, then the gravest rule; equal ones stay in the packs' order. */
static void
place_finding(struct fv_check *check, const struct fv_finding *f)
{
	size_t at = check->finding_count++;

	while (at > 0 &&
	    (check->findings[at - 1].verdict < f->verdict ||
		(check->findings[at - 1].verdict == f->verdict &&
		    check->findings[at - 1].severity > f->severity))) {
		check->findings[at] = check->findings[at - 1];
		at--;
	}
	check->findings[at] = *f;
}

static enum fv_err
judge_now(struct fv_audit *audit, const struct fv_check_plan *plan, struct fv_check *check)
{
	struct fv_view view = view_at(audit, &check->visit, plan->now_utc_ms, plan->length_ms);

	for (size_t r = 0; r < audit->rule_count;) {
		const struct fv_rule *rule = audit->rules[r].rule;
		struct fv_clause_sum sum = {0};
		bool is_duty = false;
		for (; r < audit->rule_count && audit->rules[r].rule == rule; r++) {
			enum fv_phase phase = audit->rules[r].clause->phase;
			if (phase == FV_PHASE_AFTER)
				continue;
			enum fv_err rc = fv_audit_judge(audit, &audit->rules[r], &view, plan);
			if (rc != FV_OK)
				return rc;
			if (phase == FV_PHASE_DURING)
				is_duty = is_duty || audit->finding.verdict != FV_VERDICT_NA;
			else
				fv_clause_sum_add(&sum, audit, &audit->rules[r]);
		}
		fv_clause_sum_finish(&sum, audit, &view);
		if (sum.has_worst)
			place_finding(check, &audit->worst);
		if (is_duty)
			check->duties[check->duty_count++] = rule;
	}
	return FV_OK;
}

static enum fv_check_answer
answer_of(const struct fv_check *check)
{
	if (check->finding_count > 0 && check->findings[0].verdict == FV_VERDICT_FAIL)
		return FV_CHECK_NOT_NOW;
	if (check->finding_count > 0 && check->findings[0].verdict == FV_VERDICT_REVIEW)
		return FV_CHECK_ASK;
	return FV_CHECK_NONE_FORBIDS;
}

enum fv_err
fv_audit_check(struct fv_audit *audit, const struct fv_case_history *history,
    const struct fv_check_plan *plan, struct fv_check *check_out)
{
	struct fv_check *check = check_out;
	enum fv_err rc;

	*check = (struct fv_check){0};

	rc = FV_ENOMEM;
	check->findings = calloc(audit->rule_count + 1, sizeof *check->findings);
	check->duties = calloc(audit->rule_count + 1, sizeof *check->duties);
	if (check->findings == NULL || check->duties == NULL)
		goto cleanup;
	fv_audit_reset(audit);
	if ((rc = fv_file_open(audit, history)) != FV_OK ||
	    (rc = replay_history(audit, plan->now_utc_ms)) != FV_OK)
		goto cleanup;
	plan_visit(&check->visit, history->subject->id, plan);
	if ((rc = judge_now(audit, plan, check)) != FV_OK)
		goto cleanup;
	check->answer = answer_of(check);
	if (check->answer == FV_CHECK_NOT_NOW)
		rc = search(audit, plan, check);
cleanup:
	if (rc != FV_OK)
		fv_check_clear(check);
	return rc;
}

void
fv_check_clear(struct fv_check *check)
{
	free(check->findings);
	free(check->duties);
	*check = (struct fv_check){0};
}
