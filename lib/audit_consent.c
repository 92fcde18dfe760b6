/*
 * Consent is not symmetrical: a withdrawal counts at once on anyone's word, a consent
 * lifts a breach only when it came before, from elsewhere than the visiting officer, in
 * a contact that broke nothing.
 */
#include <string.h>

#include "lib/audit_rules.h"

#define MINUTE_MS 60000

#define DAY_OF_NAMED INT64_C(86400000) /* what happened in a contact is noted within a day */

struct weighed {
	enum fv_worth worth;
	const struct fv_event *event;
	const char *missing; /* of FV_WORTH_UNCLEAR */
	bool may_have_ended; /* by a talk */
};

bool
fv_event_concerns(const struct fv_event *event, const struct fv_contact *contact)
{
	if (event->debts.count == 0 || contact->debts.count == 0)
		return true;
	for (size_t i = 0; i < event->debts.count; i++)
		for (size_t k = 0; k < contact->debts.count; k++)
			if (event->debts.items[i] == contact->debts.items[k])
				return true;
	return false;
}

/* A consent about some debts covers a contact about no others. */
static bool
covers_debts(const struct fv_event *event, const struct fv_contact *contact)
{
	if (event->debts.count == 0)
		return true;
	for (size_t k = 0; k < contact->debts.count; k++) {
		size_t i = 0;
		while (
		    i < event->debts.count && event->debts.items[i] != contact->debts.items[k])
			i++;
		if (i == event->debts.count)
			return false;
	}
	return contact->debts.count > 0;
}

static bool
in_windows(const struct fv_judge *j, const struct fv_event *event)
{
	int64_t local = j->view->k->begin_utc_ms + (int64_t)j->view->offset_s * 1000;
	int64_t minute = (local - j->view->day * FV_MS_PER_DAY) / MINUTE_MS;
	int64_t weekday = ((j->view->day + 3) % 7 + 7) % 7;

	if (event->window_count == 0)
		return true;
	for (size_t i = 0; i < event->window_count; i++) {
		const struct fv_window *w = &event->windows[i];
		bool is_today = (w->days >> weekday & 1U) != 0;
		bool was_yesterday = (w->days >> (weekday + 6) % 7 & 1U) != 0;
		if (w->to_minute > w->from_minute
			? is_today && minute >= w->from_minute && minute < w->to_minute
			: (is_today && minute >= w->from_minute) ||
			    (was_yesterday && minute < w->to_minute))
			return true;
	}
	return false;
}

/* True when the consent's own term has run out by the day of the contact. */
static bool
is_over(const struct fv_judge *j, const struct fv_event *event)
{
	const struct fv_consent_rule *rule = &j->clause->consent;

	if (event->has_until && j->view->k->begin_utc_ms >= event->until_utc_ms)
		return true;
	if (rule->days == 0)
		return false;
	int64_t first = fv_view_day(&j->file->zones[0], event->at_utc_ms);
	int64_t last = first + (int64_t)rule->days - (rule->is_day_one ? 1 : 0);
	return j->view->day > last;
}

/* How many of these events, by time, were at or before an instant. */
static size_t
count_until(const struct fv_event *const *events, size_t count, int64_t utc_ms)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (events[mid]->at_utc_ms <= utc_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Consents up to this instant are withdrawn for this contact; INT64_MIN: none is. */
static int64_t
withdrawn_until(const struct fv_judge *j)
{
	size_t count;
	const struct fv_event *const *e =
	    fv_file_events(j->file, FV_EVENT_CONSENT_WITHDRAWN, &count);
	uint32_t scope = fv_code_bit(j->clause->consent.scope);

	for (size_t i = count_until(e, count, j->view->k->begin_utc_ms); i-- > 0;)
		if ((e[i]->scopes == 0 || (e[i]->scopes & scope) != 0) &&
		    fv_event_concerns(e[i], j->view->k))
			return e[i]->at_utc_ms;
	return INT64_MIN;
}

/* Where each contact needs a consent of its own: those up to this instant were for the
 * one before. */
static int64_t
used_until(const struct fv_judge *j)
{
	const struct fv_consent_state *c = &j->state->consent;

	if (j->clause->kind != FV_RULE_CONSENT || !j->clause->u.need.is_each)
		return INT64_MIN;
	/* A copy is the same contact as the one before. */
	bool is_same = j->view->is_copy && j->view->k->link == c->met_link;
	return is_same ? c->met_before : c->met_until;
}

/* Of no use to this contact nor to any later one. */
static bool
is_dead(const struct fv_judge *j, const struct fv_event *e)
{
	const struct fv_consent_rule *rule = &j->clause->consent;

	return is_over(j, e) ||
	    (e->scopes != 0 && (e->scopes & fv_code_bit(rule->scope)) == 0) ||
	    (rule->forms != 0 && e->form != 0 && (rule->forms & fv_code_bit(e->form)) == 0) ||
	    (rule->to != 0 && e->to != 0 && (rule->to & fv_code_bit(e->to)) == 0);
}

/* True when the last talk under this key came after the consent, and not with it. */
static bool
is_ended_under(const struct fv_judge *j, const struct fv_event *e, const void *key)
{
	uint32_t at;

	if (!fv_ptrmap_get(&j->state->consent.talks, key, &at))
		return false;
	const struct fv_contact *talk = j->file->views[at].k;
	return talk->begin_utc_ms > e->at_utc_ms && talk->id != e->contact;
}

/* Whether a talk ended the consent, for a clause where one does. */
static bool
is_ended_by_talk(const struct fv_judge *j, const struct fv_event *e, bool *may_be_out)
{
	struct fv_keys keys;
	size_t ended = 0;

	*may_be_out = false;
	if (!j->clause->consent.ends_by_talk)
		return false;
	fv_contact_debts(j->file, j->view->k, &keys);
	for (size_t i = 0; i < keys.list.count; i++)
		ended += is_ended_under(j, e, keys.list.items[i]);
	*may_be_out = ended > 0 || is_ended_under(j, e, j->clause);
	return ended > 0 && (!keys.is_either || ended == keys.list.count);
}

/* True when no one but an officer who visits wrote it down. */
static bool
is_from_officer(const struct fv_judge *j, const struct fv_event *event)
{
	const char *who = event->recorded_by;

	if (who == NULL || event->source == FV_SOURCE_DESK ||
	    event->source == FV_SOURCE_LETTER)
		return false;
	if (strcmp(who, "officer") == 0 || strcmp(who, "collector") == 0)
		return true;
	for (size_t i = 0; i < j->view->k->officers.count; i++)
		if (strcmp(j->view->k->officers.items[i], who) == 0)
			return true;
	/* One who came only later was no visiting officer then. */
	uint32_t first;
	return fv_ptrmap_get(&j->file->officers, who, &first) &&
	    j->file->views[first].k->begin_utc_ms <= j->view->k->begin_utc_ms;
}

/* What the consent leaves out that the rule asks for, or NULL.  WORTHLESS: says otherwise. */
static bool
says_otherwise(const struct fv_judge *j, const struct fv_event *e, const char **missing_out)
{
	const struct fv_consent_rule *rule = &j->clause->consent;
	const struct fv_contact *k = j->view->k;

	*missing_out = NULL;
	if (e->scopes == 0)
		*missing_out = "scope";
	else if ((e->scopes & fv_code_bit(rule->scope)) == 0)
		return true;
	if (rule->forms != 0 && e->form == 0)
		*missing_out = "form";
	else if (rule->forms != 0 && (rule->forms & fv_code_bit(e->form)) == 0)
		return true;
	if (j->clause->kind == FV_RULE_CONSENT && j->clause->u.need.names_time &&
	    e->window_count == 0 && !e->has_from && !e->has_until)
		*missing_out = "windows";
	if (rule->to != 0 && e->to == 0)
		*missing_out = "to";
	else if (rule->to != 0 && (rule->to & fv_code_bit(e->to)) == 0)
		return true;
	if (e->channels != 0 && (e->channels & fv_code_bit(k->channel)) == 0)
		return true;
	if (e->number != NULL && k->number != NULL && e->number != k->number)
		return true;
	if (e->has_from && k->begin_utc_ms < e->from_utc_ms)
		return true;
	return !covers_debts(e, k);
}

/* True when the contact in which the consent was given is known to have broken nothing. */
static bool
is_from_good_contact(const struct fv_judge *j, const struct fv_event *e)
{
	const struct fv_contact *k = j->view->k;
	uint32_t at;

	if (e->contact == NULL)
		return true;
	if (!fv_ptrmap_get(&j->file->by_id, e->contact, &at))
		return false;
	const struct fv_view *view = &j->file->views[at];
	/* Counted by none, it is not sent to the door: there nothing names it. */
	if (view->k->is_wrong_case)
		return true;
	/* What comes later has not been judged, and may not change what came before. */
	if (view->k->begin_utc_ms > k->begin_utc_ms || (j->plan == NULL && view >= j->view))
		return false;
	return (view->broke & j->state->pack_bit) == 0;
}

static struct weighed
weigh(const struct fv_judge *j, const struct fv_event *e)
{
	const struct fv_contact *k = j->view->k;
	struct weighed w = {.worth = FV_WORTH_NONE, .event = e};
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	if (says_otherwise(j, e, &w.missing) || !in_windows(j, e) || is_over(j, e))
		return w;
	bool is_inside = (e->contact != NULL && strcmp(e->contact, k->id) == 0) ||
	    (e->at_utc_ms > k->begin_utc_ms && e->at_utc_ms <= end);
	if (!is_inside && e->at_utc_ms > k->begin_utc_ms)
		return w;
	bool is_ended = is_ended_by_talk(j, e, &w.may_have_ended);
	if (is_ended)
		return w;
	w.worth = FV_WORTH_GOOD;
	if (is_inside)
		w.worth = FV_WORTH_INSIDE;
	else if (w.missing != NULL || w.may_have_ended)
		w.worth = FV_WORTH_UNCLEAR;
	else if (!is_from_good_contact(j, e))
		w.worth = FV_WORTH_FROM_BREACH;
	else if (is_from_officer(j, e))
		w.worth = FV_WORTH_OFFICER_ONLY;
	return w;
}

static void
take_better(const struct fv_judge *j, const struct fv_event *e, struct weighed *best)
{
	struct weighed w = weigh(j, e);

	if (w.worth > best->worth)
		*best = w;
}

/* The best consent to this contact.  Contacts are asked about in the order of time, so
 * what is over stays so: a case with many old consents costs no more than one with few. */
static struct weighed
best_consent(struct fv_judge *j)
{
	struct fv_consent_state *state = &j->state->consent;
	const struct fv_contact *k = j->view->k;
	struct weighed best = {.worth = FV_WORTH_NONE};
	int64_t last = k->has_end ? k->end_utc_ms : k->begin_utc_ms;
	size_t count;
	const struct fv_event *const *e = fv_file_events(j->file, FV_EVENT_CONSENT, &count);

	if (count == 0)
		return best;
	while (state->dead < count && is_dead(j, e[state->dead]))
		state->dead++;
	int64_t withdrawn = withdrawn_until(j);
	int64_t used = used_until(j);
	int64_t floor = used > withdrawn ? used : withdrawn;
	if (j->consent_from_ms != 0 && j->consent_from_ms > floor)
		floor = j->consent_from_ms;
	size_t until = count_until(e, count, k->begin_utc_ms);
	for (size_t i = until; i-- > state->dead && best.worth != FV_WORTH_GOOD;) {
		if (e[i]->at_utc_ms <= floor)
			break;
		take_better(j, e[i], &best);
	}
	if (j->file->by_id.count > 0 && last < k->begin_utc_ms + DAY_OF_NAMED)
		last = k->begin_utc_ms + DAY_OF_NAMED;
	for (size_t i = until; i < count && e[i]->at_utc_ms <= last; i++)
		take_better(j, e[i], &best);
	return best;
}

enum fv_worth
fv_consent_worth(struct fv_judge *j)
{
	return best_consent(j).worth;
}

/* A court's permission for this contact, or NULL. */
static const struct fv_event *
court_permission(const struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	uint32_t scope = fv_code_bit(j->clause->consent.scope);
	size_t count;
	const struct fv_event *const *e =
	    fv_file_events(j->file, FV_EVENT_COURT_PERMISSION, &count);
	const struct fv_event *found = NULL;

	for (size_t i = count_until(e, count, k->begin_utc_ms); i-- > 0;) {
		if ((e[i]->scopes != 0 && (e[i]->scopes & scope) == 0) ||
		    (e[i]->channels != 0 && (e[i]->channels & fv_code_bit(k->channel)) == 0) ||
		    (e[i]->has_from && k->begin_utc_ms < e[i]->from_utc_ms) ||
		    (e[i]->has_until && k->begin_utc_ms >= e[i]->until_utc_ms) ||
		    !covers_debts(e[i], k) || !in_windows(j, e[i]))
			continue;
		if (!is_from_officer(j, e[i]))
			return e[i];
		found = found == NULL ? e[i] : found;
	}
	return found;
}

/* True when a court had allowed it, and said so. */
static bool
judge_court(struct fv_judge *j)
{
	const struct fv_event *court =
	    j->clause->consent.or_court ? court_permission(j) : NULL;

	if (court == NULL)
		return false;
	fv_judge_put_text(j, "court", court->id);
	fv_judge_put_date(j, "court_date", fv_view_day(&j->file->zones[0], court->at_utc_ms));
	if (!is_from_officer(j, court)) {
		fv_judge_say(j, FV_VERDICT_PASS, R_COURT);
		return true;
	}
	fv_judge_say(j, FV_VERDICT_REVIEW, R_COURT_OFFICER_ONLY);
	fv_judge_missing(j, "court_permission");
	return true;
}

static enum fv_reason
reason_of(const struct fv_judge *j, const struct weighed *w)
{
	static const enum fv_reason reasons[] = {
	    [FV_WORTH_UNCLEAR] = R_CONSENT_UNCLEAR,
	    [FV_WORTH_INSIDE] = R_CONSENT_INSIDE,
	    [FV_WORTH_FROM_BREACH] = R_CONSENT_FROM_BREACH,
	    [FV_WORTH_OFFICER_ONLY] = R_CONSENT_OFFICER_ONLY,
	    [FV_WORTH_GOOD] = R_CONSENT,
	};

	if (w->worth == FV_WORTH_GOOD && j->clause->kind == FV_RULE_FREQUENCY &&
	    j->clause->u.frequency.skips_consented)
		return R_CONSENTED_UNCOUNTED;
	if (w->worth == FV_WORTH_UNCLEAR && w->missing == NULL)
		return R_CONSENT_MAY_HAVE_ENDED;
	return reasons[w->worth];
}

void
fv_judge_consent(struct fv_judge *j)
{
	struct weighed best = {.worth = FV_WORTH_NONE};

	if (j->clause->consent.scope != 0)
		best = best_consent(j);
	if (best.worth != FV_WORTH_GOOD && judge_court(j))
		return;
	if (best.worth == FV_WORTH_NONE)
		return;
	fv_judge_put_text(j, "consent", best.event->id);
	fv_judge_put_date(
	    j, "consent_date", fv_view_day(&j->file->zones[0], best.event->at_utc_ms));
	if (best.event->recorded_by != NULL)
		fv_judge_put_text(j, "consent_by", best.event->recorded_by);
	fv_judge_say(j, best.worth == FV_WORTH_GOOD ? FV_VERDICT_PASS : FV_VERDICT_REVIEW,
	    reason_of(j, &best));
	if (best.worth == FV_WORTH_UNCLEAR) {
		if (best.missing != NULL)
			fv_judge_put_text(j, "consent_lacks", best.missing);
		fv_judge_missing(j, best.missing == NULL ? "discussed" : best.missing);
	} else if (best.worth != FV_WORTH_GOOD) {
		fv_judge_missing(j, "consent");
	}
}

/* The contact itself needs consent: without one it is a breach, which the frame then asks
 * the clause's consent to excuse. */
void
fv_judge_need(struct fv_judge *j)
{
	if (j->clause->u.need.for_position && !j->view->k->has_place) {
		fv_judge_say(j, FV_VERDICT_NA, R_NO_POSITION);
		return;
	}
	fv_judge_put_text(j, "scope", fv_code_word(FV_CODES_SCOPE, j->clause->consent.scope));
	fv_judge_say(j, FV_VERDICT_FAIL, R_NEED_CONSENT);
	fv_judge_lifted_by(j, "debtor");
}

/* A contact for which a consent was used up. */
static void
note_met(struct fv_judge *j)
{
	struct fv_consent_state *c = &j->state->consent;
	const struct fv_contact *k = j->view->k;
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	if ((j->clause->channels & fv_code_bit(k->channel)) == 0 || k->by == FV_BY_DEBTOR)
		return;
	if (!j->view->is_copy || k->link != c->met_link)
		c->met_before = c->met_until;
	c->met_link = k->link;
	c->met_until = end > c->met_until ? end : c->met_until;
}

static bool
is_talk(const struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;

	return k->outcome == FV_OUTCOME_CONVERSATION &&
	    (j->clause->channels & fv_code_bit(k->channel)) != 0 &&
	    k->with != FV_WITH_ATTORNEY && k->with != FV_WITH_THIRD_PARTY &&
	    k->with != FV_WITH_NOBODY;
}

enum fv_err
fv_consent_feed(struct fv_judge *j)
{
	struct fv_ptrmap *talks = &j->state->consent.talks;
	uint32_t at = (uint32_t)(j->view - j->file->views);
	struct fv_keys keys;
	enum fv_err rc = FV_OK;

	if (j->clause->kind == FV_RULE_CONSENT && j->clause->u.need.is_each)
		note_met(j);
	if (!j->clause->consent.ends_by_talk || !is_talk(j))
		return FV_OK;
	fv_contact_debts(j->file, j->view->k, &keys);
	/* The clause stands for a debt that is not said. */
	if (keys.is_either)
		return fv_ptrmap_put(talks, j->clause, at);
	for (size_t i = 0; i < keys.list.count && rc == FV_OK; i++)
		rc = fv_ptrmap_put(talks, keys.list.items[i], at);
	return rc;
}

void
fv_consent_reset(struct fv_rule_state *state)
{
	struct fv_consent_state *c = &state->consent;

	fv_ptrmap_reset(&c->talks);
	c->dead = 0;
	c->met_until = INT64_MIN;
	c->met_before = INT64_MIN;
	c->met_link = NULL;
}
