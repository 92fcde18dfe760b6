/*
 * Consent is not symmetrical: a withdrawal counts at once on anyone's word, a consent
 * lifts a breach only when it came before, from elsewhere than the visiting officer, in
 * a contact that broke nothing.
 */
#include <string.h>

#include "lib/audit_rules.h"

#define MINUTE_MS 60000

/* How good a consent is, from useless to good. */
enum worth {
	WORTHLESS,
	UNCLEAR,     /* what it says is not enough to tell */
	INSIDE,      /* first recorded inside the contact that it excuses */
	FROM_BREACH, /* given in a contact that broke a rule itself */
	OFFICER_ONLY,
	GOOD,
};

struct weighed {
	enum worth worth;
	const struct fv_event *event;
	const char *missing;
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

static bool
is_withdrawn(const struct fv_judge *j, const struct fv_event *consent)
{
	size_t count;
	const struct fv_event *const *e =
	    fv_file_events(j->file, FV_EVENT_CONSENT_WITHDRAWN, &count);
	uint32_t scope = fv_code_bit(j->clause->consent.scope);

	for (size_t i = 0; i < count; i++)
		if (e[i]->at_utc_ms >= consent->at_utc_ms &&
		    e[i]->at_utc_ms <= j->view->k->begin_utc_ms &&
		    (e[i]->scopes == 0 || (e[i]->scopes & scope) != 0) &&
		    fv_event_concerns(e[i], j->view->k))
			return true;
	return false;
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
	uint32_t found;
	return fv_ptrmap_get(&j->file->officers, who, &found);
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

static struct weighed
weigh(const struct fv_judge *j, const struct fv_event *e)
{
	const struct fv_contact *k = j->view->k;
	struct weighed w = {.worth = WORTHLESS, .event = e};
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;
	uint32_t at;

	if (says_otherwise(j, e, &w.missing) || !in_windows(j, e) || is_over(j, e))
		return w;
	bool is_inside = (e->contact != NULL && strcmp(e->contact, k->id) == 0) ||
	    (e->at_utc_ms > k->begin_utc_ms && e->at_utc_ms <= end);
	if (!is_inside && e->at_utc_ms > k->begin_utc_ms)
		return w;
	if (is_withdrawn(j, e) ||
	    (j->consent_from_ms != 0 && e->at_utc_ms <= j->consent_from_ms))
		return w;
	w.worth = GOOD;
	if (is_inside)
		w.worth = INSIDE;
	else if (w.missing != NULL)
		w.worth = UNCLEAR;
	else if (e->contact != NULL &&
	    (!fv_ptrmap_get(&j->file->by_id, e->contact, &at) ||
		(j->file->views[at].broke & j->state->pack_bit) != 0))
		w.worth = FROM_BREACH;
	else if (is_from_officer(j, e))
		w.worth = OFFICER_ONLY;
	return w;
}

void
fv_judge_consent(struct fv_judge *j)
{
	static const enum fv_reason reasons[] = {
	    [UNCLEAR] = R_CONSENT_UNCLEAR,
	    [INSIDE] = R_CONSENT_INSIDE,
	    [FROM_BREACH] = R_CONSENT_FROM_BREACH,
	    [OFFICER_ONLY] = R_CONSENT_OFFICER_ONLY,
	    [GOOD] = R_CONSENT,
	};
	struct weighed best = {.worth = WORTHLESS};
	size_t count;
	const struct fv_event *const *e = fv_file_events(j->file, FV_EVENT_CONSENT, &count);

	for (size_t i = 0; i < count; i++) {
		struct weighed w = weigh(j, e[i]);
		if (w.worth > best.worth)
			best = w;
	}
	if (best.worth == WORTHLESS)
		return;
	fv_judge_put_text(j, "consent", best.event->id);
	fv_judge_put_date(
	    j, "consent_date", fv_view_day(&j->file->zones[0], best.event->at_utc_ms));
	if (best.event->recorded_by != NULL)
		fv_judge_put_text(j, "consent_by", best.event->recorded_by);
	fv_judge_say(
	    j, best.worth == GOOD ? FV_VERDICT_PASS : FV_VERDICT_REVIEW, reasons[best.worth]);
	if (best.worth == UNCLEAR) {
		fv_judge_put_text(j, "consent_lacks", best.missing);
		fv_judge_missing(j, best.missing);
	} else if (best.worth != GOOD) {
		fv_judge_missing(j, "consent");
	}
}
