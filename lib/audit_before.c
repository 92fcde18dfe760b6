/* What must have come before a contact: places, failures; and calendars and debts. */
#include <stdlib.h>

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

int64_t
fv_judge_period_end(
    const struct fv_judge *j, const struct fv_period *period, int64_t day, bool *is_known_out)
{
	const struct fv_calendar *calendar =
	    period->calendar == NULL ? NULL : fv_judge_calendar(j, period->calendar, day);

	return fv_period_end(period, calendar, day, is_known_out);
}

void
fv_judge_say_calendar(struct fv_judge *j, const char *calendar, int64_t day)
{
	fv_judge_put_text(j, "calendar", calendar);
	fv_judge_put_date(j, "date", day);
	fv_judge_say(j, FV_VERDICT_REVIEW, R_CALENDAR_UNKNOWN);
	fv_judge_missing(j, "calendar");
}

bool
fv_debts_meet(const struct fv_strs *a, const struct fv_strs *b)
{
	if (a->count == 0 || b->count == 0)
		return true;
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (a->items[i] == b->items[k])
				return true;
	return false;
}

static enum fv_err
add_prior(struct fv_rule_state *state, const struct fv_prior *prior)
{
	if (state->prior_count == state->prior_cap) {
		size_t cap = state->prior_cap == 0 ? 16 : state->prior_cap * 2;
		struct fv_prior *priors = realloc(state->priors, cap * sizeof *priors);
		if (priors == NULL)
			return FV_ENOMEM;
		state->priors = priors;
		state->prior_cap = cap;
	}
	state->priors[state->prior_count++] = *prior;
	return FV_OK;
}

/* Take in the events up to an instant; they come before a contact of that instant. */
static enum fv_err
see_events(struct fv_rule_state *state, const struct fv_casefile *file, int64_t upto)
{
	const struct fv_precondition_rule *r = &state->clause->u.precondition;
	const struct fv_case_history *h = file->h;
	enum fv_err rc = FV_OK;

	for (; state->events_seen < h->event_count && rc == FV_OK; state->events_seen++) {
		const struct fv_event *e = h->events[state->events_seen];
		if (e->at_utc_ms > upto)
			break;
		struct fv_prior prior = {.debts = &e->debts};
		prior.is_reset = r->successive && e->kind == FV_EVENT_PAID;
		bool counts = (r->events >> (e->kind - 1) & 1U) != 0 &&
		    (r->event_by == 0 || e->by == 0 ||
			(r->event_by & fv_code_bit(e->by)) != 0);
		if (!counts && !prior.is_reset)
			continue;
		if (counts && r->event_by != 0 && e->by == 0)
			prior.missing = "by";
		prior.day = fv_zone_local_days(file->zones[0].zone, e->at_utc_ms);
		rc = add_prior(state, &prior);
	}
	return rc;
}

/* A talk in person with the debtor starts the count anew; *missing_out is what leaves that
 * open. */
static bool
is_reset(const struct fv_contact *k, const char **missing_out)
{
	*missing_out = NULL;
	if (k->channel != FV_CHANNEL_VISIT || fv_contact_is_unanswered(k))
		return false;
	if (k->outcome == 0)
		*missing_out = "outcome";
	else if (k->outcome != FV_OUTCOME_CONVERSATION)
		return false;
	if (k->with == 0)
		*missing_out = *missing_out == NULL ? "with" : *missing_out;
	return k->with == 0 || k->with == FV_WITH_DEBTOR;
}

enum fv_err
fv_precondition_feed(
    struct fv_rule_state *state, const struct fv_casefile *file, const struct fv_view *view)
{
	const struct fv_precondition_rule *r = &state->clause->u.precondition;
	const struct fv_contact *k = view->k;
	struct fv_prior prior = {.day = view->day, .debts = &k->debts, .link = k->link};
	enum fv_err rc = see_events(state, file, k->begin_utc_ms);

	if (rc != FV_OK)
		return rc;
	bool counts = k->by == FV_BY_COLLECTOR && !view->is_copy &&
	    (r->attempts & fv_code_bit(k->channel)) != 0 &&
	    (r->outcomes == 0 || k->outcome == 0 ||
		(r->outcomes & fv_code_bit(k->outcome)) != 0);
	if (counts) {
		prior.missing = r->outcomes != 0 && k->outcome == 0 ? "outcome" : NULL;
		rc = add_prior(state, &prior);
	}
	prior.is_reset = r->successive && is_reset(k, &prior.missing);
	if (rc == FV_OK && prior.is_reset)
		rc = add_prior(state, &prior);
	return rc;
}

/* What of the past counts, the latest first, as far as it is needed. */
struct tally {
	uint32_t certain;
	uint32_t most; /* with what may count */
	const char *missing;
};

static struct tally
count_priors(const struct fv_judge *j)
{
	const struct fv_precondition_rule *r = &j->clause->u.precondition;
	const struct fv_contact *k = j->view->k;
	uint32_t days = r->days != 0 ? r->days : j->rule->window_days;
	struct tally t = {0};
	bool is_open = false; /* a talk that may have been lies between */

	for (size_t i = j->state->prior_count; i-- > 0 && t.certain < r->count;) {
		const struct fv_prior *p = &j->state->priors[i];
		if (p->day < j->view->day - (int64_t)days || (is_open && t.most >= r->count))
			break;
		if (!fv_debts_meet(p->debts, &k->debts) ||
		    (p->link != NULL && p->link == k->link))
			continue;
		if (p->is_reset && p->missing == NULL)
			break;
		if (p->missing != NULL && t.missing == NULL)
			t.missing = p->missing;
		is_open = is_open || p->is_reset;
		if (p->is_reset)
			continue;
		t.most++;
		t.certain += p->missing == NULL && !is_open;
	}
	return t;
}

void
fv_judge_precondition(struct fv_judge *j)
{
	const struct fv_precondition_rule *r = &j->clause->u.precondition;

	if ((j->rc = see_events(j->state, j->file, j->view->k->begin_utc_ms)) != FV_OK)
		return;
	struct tally t = count_priors(j);
	fv_judge_put_int(j, "count", t.certain);
	fv_judge_put_int(j, "needed", r->count);
	if (t.certain >= r->count) {
		fv_judge_say(j, FV_VERDICT_PASS, R_BEFORE_MET);
	} else if (t.most >= r->count) {
		fv_judge_put_int(j, "count_max", t.most);
		fv_judge_say(j, FV_VERDICT_REVIEW, R_BEFORE_UNSURE);
		fv_judge_missing(j, t.missing);
	} else {
		fv_judge_say(j, FV_VERDICT_FAIL, R_BEFORE_MISSING);
		fv_judge_lifted_by(j, "supervisor");
	}
}
