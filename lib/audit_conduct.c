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
	} else if (k->claim_keeps_end && fv_contact_claim_ms(k) > limit * MINUTE_MS) {
		fv_judge_put_instant(j, "claim", k->claim_begin_ms);
		fv_judge_say(j, FV_VERDICT_REVIEW, R_LENGTH_CLAIMED);
		fv_judge_lifted_by(j, "supervisor");
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
		fv_judge_unknown(j, FV_SAID_CAMERA, R_CAMERA_UNKNOWN);
		fv_judge_missing(j, "camera");
	} else if (j->clause->u.camera.inside && !is_inside) {
		fv_judge_unknown(j, FV_SAID_ENTERED, R_ENTRY_UNKNOWN);
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

/* The earlier of two events; of one instant the one of the lower kind. */
static const struct fv_event *
earlier(const struct fv_event *a, const struct fv_event *b)
{
	return a == NULL || (b != NULL && b->at_utc_ms < a->at_utc_ms) ? b : a;
}

/* For each contact that an event names: the earliest such event. */
static enum fv_err
index_named(struct fv_rule_state *state, const struct fv_casefile *file, uint64_t kinds)
{
	enum fv_err rc = FV_OK;

	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX && rc == FV_OK; kind++) {
		size_t count;
		if ((kinds >> (kind - 1) & 1U) == 0)
			continue;
		const struct fv_event *const *e =
		    fv_file_events(file, (enum fv_event_kind)kind, &count);
		for (size_t i = 0; i < count && rc == FV_OK; i++) {
			uint32_t old;
			if (e[i]->contact == NULL ||
			    (fv_ptrmap_get(&state->keys, e[i]->contact, &old) &&
				file->events[old]->at_utc_ms <= e[i]->at_utc_ms))
				continue;
			rc = fv_ptrmap_put(
			    &state->keys, e[i]->contact, (uint32_t)(file->kind_at[kind] + i));
		}
	}
	return rc;
}

/* The first event of these kinds that happened during the contact, or NULL. */
static const struct fv_event *
first_during(struct fv_judge *j, uint64_t kinds)
{
	const struct fv_contact *k = j->view->k;
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;
	const struct fv_event *first = NULL;
	uint32_t named;

	if (!j->state->is_indexed) {
		j->rc = index_named(j->state, j->file, kinds);
		j->state->is_indexed = j->rc == FV_OK;
	}
	if (fv_ptrmap_get(&j->state->keys, k->id, &named))
		first = j->file->events[named];
	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX; kind++) {
		size_t count;
		if ((kinds >> (kind - 1) & 1U) == 0)
			continue;
		const struct fv_event *const *e =
		    fv_file_events(j->file, (enum fv_event_kind)kind, &count);
		size_t i =
		    fv_file_events_by(j->file, (enum fv_event_kind)kind, k->begin_utc_ms - 1);
		while (i < count && e[i]->at_utc_ms <= end && e[i]->contact != NULL)
			i++;
		if (i < count && e[i]->at_utc_ms <= end)
			first = earlier(first, e[i]);
	}
	return first;
}

/* How long after it the contact went on is said in whole minutes begun. */
static void
judge_stay(struct fv_judge *j, int64_t stay_ms)
{
	const struct fv_leave_rule *r = &j->clause->u.leave;
	int64_t limit_ms = r->has_minutes ? (int64_t)r->minutes * MINUTE_MS : MINUTE_MS - 1;
	const struct fv_contact *k = j->view->k;

	fv_judge_put_int(j, "stayed", (stay_ms + MINUTE_MS - 1) / MINUTE_MS);
	if (stay_ms > limit_ms && r->has_minutes) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_STAYED);
		fv_judge_lifted_by(j, "supervisor");
	} else if (k->is_open || !k->has_end) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_LEAVE_END_UNKNOWN);
		fv_judge_missing(j, "end");
	} else if (stay_ms > limit_ms) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_STAYED_DOUBTFUL);
		fv_judge_lifted_by(j, "supervisor");
	} else {
		fv_judge_say(j, FV_VERDICT_PASS, r->has_minutes ? R_LEFT : R_LEFT_AT_ONCE);
	}
}

void
fv_judge_leave(struct fv_judge *j)
{
	const struct fv_leave_rule *r = &j->clause->u.leave;
	const struct fv_contact *k = j->view->k;
	const struct fv_event *e = first_during(j, r->events);
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	if (e == NULL) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NOT_ASKED);
		return;
	}
	int64_t asked = e->at_utc_ms < k->begin_utc_ms ? k->begin_utc_ms : e->at_utc_ms;
	fv_judge_put_text(j, "event", e->id);
	fv_judge_put_text(j, "kind", fv_code_word(FV_CODES_EVENT_KIND, e->kind));
	fv_judge_put_instant(j, "asked", asked);
	if (r->has_minutes)
		fv_judge_put_int(j, "minutes", r->minutes);
	judge_stay(j, end > asked ? end - asked : 0);
}

/* What the bank has found is so; what somebody says is for a person to judge. */
void
fv_judge_impersonation(struct fv_judge *j)
{
	const struct fv_event *e = first_during(j, j->clause->u.impersonation.events);

	if (e == NULL) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NOT_IMPERSONATED);
		return;
	}
	fv_judge_put_text(j, "event", e->id);
	if (e->recorded_by != NULL)
		fv_judge_put_text(j, "recorded_by", e->recorded_by);
	if (e->recorded_by == NULL || e->source == FV_SOURCE_DESK)
		fv_judge_say(j, FV_VERDICT_FAIL, R_IMPERSONATED);
	else
		fv_judge_say(j, FV_VERDICT_REVIEW, R_IMPERSONATION_SAID);
	fv_judge_lifted_by(j, "supervisor");
}

/* Whether the rule asks it of this contact: of the first communication, or of the others.
 * One whose outcome is not said may be either. */
static bool
is_asked(struct fv_judge *j)
{
	const struct fv_disclosure_rule *r = &j->clause->u.disclosure;
	const struct fv_view *first = j->file->first_talk;
	bool is_first = first == j->view;
	bool may_be =
	    first == NULL || j->view->k->begin_utc_ms < first->k->begin_utc_ms || is_first;

	if (r->is_first_only && !may_be) {
		fv_judge_say(j, FV_VERDICT_NA, R_NOT_THE_FIRST);
		return false;
	}
	if (r->is_later_only && (is_first || (may_be && j->view->k->outcome != 0))) {
		fv_judge_say(j, FV_VERDICT_NA, R_IS_THE_FIRST);
		return false;
	}
	return true;
}

void
fv_judge_disclosure(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;

	if (fv_contact_is_unanswered(k)) {
		if (k->outcome != 0)
			fv_judge_put_text(
			    j, "outcome", fv_code_word(FV_CODES_OUTCOME, k->outcome));
		fv_judge_say(j, FV_VERDICT_NA, R_UNANSWERED);
		return;
	}
	if (!is_asked(j))
		return;
	const struct fv_event *e = first_during(j, j->clause->u.disclosure.events);
	if (e == NULL) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_TOLD_UNKNOWN);
		fv_judge_missing(j, "disclosure");
		return;
	}
	fv_judge_put_text(j, "event", e->id);
	fv_judge_put_date(j, "told_date", fv_view_day(&j->file->zones[0], e->at_utc_ms));
	fv_judge_say(j, FV_VERDICT_PASS, R_TOLD);
}

/* What was recorded stays; a correction may only narrow it. */
void
fv_judge_correction(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	struct fv_zone_view *zone = &j->file->zones[0];
	uint32_t days = j->clause->u.correction.days;
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	if (!k->has_correction) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NOT_CORRECTED);
		return;
	}
	int64_t made = fv_view_day(zone, k->corrected_at_ms);
	fv_judge_put_instant(j, "begin", k->begin_utc_ms);
	fv_judge_put_instant(j, "corrected_begin", k->corrected_begin_ms);
	fv_judge_put_instant(j, "corrected_end", k->corrected_end_ms);
	fv_judge_put_date(j, "corrected_date", made);
	if (k->has_end)
		fv_judge_put_instant(j, "end", end);
	if (days != 0)
		fv_judge_put_date(j, "due_date", j->view->day + (int64_t)days);
	if (k->corrected_begin_ms < k->begin_utc_ms ||
	    k->corrected_begin_ms > k->corrected_end_ms ||
	    (k->corrected_end_ms > end && k->has_end && !k->is_open)) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_CORRECTED_OUTSIDE);
		fv_judge_lifted_by(j, "supervisor");
	} else if (days != 0 && made > j->view->day + (int64_t)days) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_CORRECTED_LATE);
		fv_judge_lifted_by(j, "supervisor");
	} else if (k->corrected_end_ms > end) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_INCOMPLETE);
		fv_judge_missing(j, "end");
	} else {
		fv_judge_say(j, FV_VERDICT_PASS, R_CORRECTED);
	}
}
