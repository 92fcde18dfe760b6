/* Holds: no contact from one event until another; and how old what is known may be. */
#include "lib/audit_rules.h"

#define HOUR_MS INT64_C(3600000)
#define TRIES_MAX 100

/* How one event, or the worst of several, bears on a contact at some time. */
struct bind {
	enum fv_verdict verdict; /* pass: it does not bind */
	enum fv_reason reason;
	const struct fv_hold_entry *entry;
	const char *missing;       /* of a review, or NULL: a person weighs it */
	struct fv_zone_view *zone; /* in which `at` was hit; NULL: no time of day decided */
	int64_t at;
	int64_t until; /* the first instant at which it no longer binds, or INT64_MAX */
};

/* A contact at a time that may not be its own. */
struct when {
	int64_t begin;
	int64_t last; /* its last instant: an end is no part of it */
	bool is_now;  /* the time is the contact's own */
};

static struct when
when_of(int64_t begin, int64_t length, bool is_now)
{
	return (struct when){begin, length > 0 ? begin + length - 1 : begin, is_now};
}

static int64_t
length_of(const struct fv_contact *k)
{
	return k->has_end ? k->end_utc_ms - k->begin_utc_ms : 0;
}

/* Keep the first thing that is not known. */
static void
doubt(struct bind *b, enum fv_reason reason, const char *missing)
{
	if (b->verdict == FV_VERDICT_REVIEW)
		return;
	b->verdict = FV_VERDICT_REVIEW;
	b->reason = reason;
	b->missing = missing;
}

/* Channel, number and debts.  False: the event is not about this contact. */
static bool
meets_way(struct fv_judge *j, const struct fv_hold_entry *a, struct bind *b)
{
	const struct fv_event *e = a->event;
	const struct fv_contact *k = j->view->k;
	bool has_number = k->channel == FV_CHANNEL_CALL || k->channel == FV_CHANNEL_SMS ||
	    k->channel == FV_CHANNEL_MESSAGE;
	enum fv_tri concerns = fv_hold_concerns(j, a);

	if (e->channels != 0 && (e->channels & fv_code_bit(k->channel)) == 0)
		return false;
	if (e->number != NULL && (k->number == NULL ? !has_number : k->number != e->number))
		return false;
	if (concerns == FV_TRI_NO)
		return false;
	if (e->kind == FV_EVENT_NO_MEDIUM && e->channels == 0 && e->number == NULL)
		doubt(b, R_HELD_CHANNEL_UNKNOWN, "channels");
	if (e->number != NULL && k->number == NULL)
		doubt(b, R_HELD_TERM_UNKNOWN, "number");
	if (concerns == FV_TRI_UNKNOWN)
		doubt(b, R_HELD_TERM_UNKNOWN, "debts");
	return true;
}

/* What is sent to a person's own device comes to no place that the sender knows. */
static bool
has_place(const struct fv_contact *k)
{
	return k->channel == FV_CHANNEL_VISIT || k->channel == FV_CHANNEL_CALL ||
	    k->channel == FV_CHANNEL_LETTER;
}

/* The place that the event bars, and its form. */
static bool
meets_place_and_form(struct fv_judge *j, const struct fv_event *e, struct bind *b)
{
	const struct fv_contact *k = j->view->k;
	uint32_t forms = j->clause->u.hold.forms;
	enum fv_place_code place = e->kind == FV_EVENT_NO_HOME ? FV_PLACE_HOME
	    : e->kind == FV_EVENT_NO_WORK                      ? FV_PLACE_WORK
							       : 0;

	if (place != 0 && k->place != place && (k->place != 0 || !has_place(k)))
		return false;
	if (forms != 0 && e->form != 0 && (forms & fv_code_bit(e->form)) == 0)
		return false;
	if (place != 0 && k->place == 0)
		doubt(b, R_HELD_PLACE_UNKNOWN, "place");
	if (forms != 0 && e->form == 0)
		doubt(b, R_HELD_FORM_UNKNOWN, "form");
	return true;
}

/* Find the notice before the event, and the period after it; again when one came back. */
static void
seek_notice(struct fv_judge *j, struct fv_hold_entry *a)
{
	const struct fv_within *w = &j->clause->u.hold.within;
	const struct fv_notices *all = &j->state->notices;
	const struct fv_event *notice = NULL;
	bool is_known = true;
	bool is_known_too = true;

	if (all->voids == a->voids_seen)
		return;
	a->voids_seen = all->voids;
	for (size_t i = all->count; i-- > 0 && notice == NULL;)
		if (all->sent[i]->at_utc_ms <= a->event->at_utc_ms &&
		    fv_debts_meet(&all->sent[i]->debts, &a->event->debts))
			notice = all->sent[i];
	a->has_notice = notice != NULL;
	if (notice == NULL)
		return;
	a->notice_day = fv_view_day(&j->file->zones[0], notice->at_utc_ms);
	a->receipt_day = fv_judge_period_end(j, &w->receipt, a->notice_day, &is_known);
	a->period_end = fv_judge_period_end(j, &w->period, a->receipt_day, &is_known_too);
	a->unknown = !is_known ? w->receipt.calendar
	    : !is_known_too    ? w->period.calendar
			       : NULL;
}

/* Whether the event came within the period that the rule says. */
static bool
meets_period(struct fv_judge *j, struct fv_hold_entry *a, struct bind *b)
{
	const struct fv_within *w = &j->clause->u.hold.within;

	if (w->notices == 0)
		return true;
	seek_notice(j, a);
	bool is_late = a->has_notice &&
	    fv_view_day(&j->file->zones[0], a->event->at_utc_ms) > a->period_end;
	if (!a->has_notice && w->is_after)
		return false;
	if (!a->has_notice)
		doubt(b, R_HELD_TERM_UNKNOWN, "notice_sent");
	else if (a->unknown != NULL)
		doubt(b, R_CALENDAR_UNKNOWN, "calendar");
	else if (is_late != w->is_after)
		return false;
	else if (is_late)
		doubt(b, R_HELD_LATE, NULL);
	return true;
}

/* Outside of a time that was named: the first instant that is. */
static bool
meets_outside(struct fv_judge *j, const struct fv_event *e, int64_t lo, int64_t hi,
    int64_t until, struct bind *b)
{
	if (e->window_count > 0) {
		if (!fv_windows_meet(j, e, false, lo, hi, &b->zone, &b->at))
			return false;
		b->until = fv_windows_leave(j, e, false, b->at);
	} else if (!e->has_from && !e->has_until) {
		doubt(b, R_HELD_TERM_UNKNOWN, "from");
		return true;
	} else {
		int64_t from = e->has_from ? e->from_utc_ms : INT64_MIN;
		int64_t to = e->has_until ? e->until_utc_ms : INT64_MAX;
		if (lo >= from && hi < to)
			return false;
		b->zone = &j->file->zones[0];
		b->at = lo < from || lo >= to ? lo : to;
		b->until = lo < from ? from : INT64_MAX;
	}
	b->until = b->until < until ? b->until : until;
	b->reason = R_HELD_OUTSIDE;
	return true;
}

/* The part of the contact that the event binds. */
static bool
meets_time(
    struct fv_judge *j, const struct fv_hold_entry *a, const struct when *w, struct bind *b)
{
	const struct fv_event *e = a->event;
	int64_t lo = w->begin > a->from ? w->begin : a->from;
	int64_t hi = w->last < a->until ? w->last : a->until - 1;

	/* Events bear on contacts that begin after them; a term may begin within one. */
	if (e->at_utc_ms > w->begin || lo > hi)
		return false;
	b->until = a->until;
	b->at = lo;
	if (j->clause->u.hold.outside) {
		if (!meets_outside(j, e, lo, hi, a->until, b))
			return false;
	} else if (e->window_count > 0) {
		if (!fv_windows_meet(j, e, true, lo, hi, &b->zone, &b->at))
			return false;
		b->until = fv_windows_leave(j, e, true, b->at);
		b->until = b->until < a->until ? b->until : a->until;
		b->reason = R_HELD_WINDOW;
	}
	if (b->at >= a->sure_until)
		doubt(b, R_HELD_FORM_UNKNOWN, "form");
	/* Of a visit without an end only signs are known, not that it went on. */
	if (w->is_now && b->at > w->begin && j->view->k->is_open)
		doubt(b, R_TIME_OPEN, "end");
	return true;
}

/* One answer to the debtor's own message, which came after the event, and at a time that
 * it bars where it bars times: then on the same date. */
static bool
is_reply(struct fv_judge *j, const struct fv_hold_entry *a)
{
	const struct fv_reply *reply = &j->state->hold.replies[j->view->k->channel - 1];
	const struct fv_event *e = a->event;
	struct fv_zone_view *zone;
	int64_t at;

	if (!j->clause->u.hold.may_reply || !reply->is_open ||
	    reply->begin_utc_ms < a->last->at_utc_ms)
		return false;
	return e->window_count == 0 ||
	    (fv_view_day(&j->file->zones[0], reply->begin_utc_ms) == j->view->day &&
		fv_windows_meet(
		    j, e, true, reply->begin_utc_ms, reply->begin_utc_ms, &zone, &at));
}

static struct bind
bind_of(struct fv_judge *j, struct fv_hold_entry *a, const struct when *w)
{
	const struct bind none = {.verdict = FV_VERDICT_PASS, .reason = R_NO_HOLD};
	struct bind b = {.verdict = FV_VERDICT_FAIL, .reason = R_HELD, .entry = a};

	if (!meets_way(j, a, &b) || !meets_place_and_form(j, a->event, &b) ||
	    !meets_time(j, a, w, &b) || !meets_period(j, a, &b))
		return none;
	if (w->is_now && is_reply(j, a))
		return (struct bind){.verdict = FV_VERDICT_PASS, .reason = R_REPLY};
	return b;
}

/* Of two that bind, the one that decides: the worse, then the one that binds longer, then
 * the first. */
static bool
decides(const struct bind *b, const struct bind *best)
{
	if (b->verdict != best->verdict)
		return b->verdict > best->verdict;
	if (b->verdict == FV_VERDICT_PASS)
		return b->reason == R_REPLY && best->reason != R_REPLY;
	return b->verdict == FV_VERDICT_FAIL && b->until > best->until;
}

/* True when the contact lies within the time that the event names. */
static bool
is_named(struct fv_judge *j, const struct fv_hold_entry *a, const struct when *w)
{
	struct bind b = {.verdict = FV_VERDICT_FAIL};

	return a->from <= w->begin && a->until > w->last && meets_way(j, a, &b) &&
	    meets_place_and_form(j, a->event, &b) && b.verdict == FV_VERDICT_FAIL &&
	    !meets_outside(j, a->event, w->begin, w->last, a->until, &b);
}

/*
 * All events at one time.  Where the rule binds outside of the times named, one event whose
 * time it is lets the contact be, and else the nearest time counts.
 */
static struct bind
evaluate(struct fv_judge *j, const struct when *w)
{
	struct fv_hold_memory *m = &j->state->hold;
	bool outside = j->clause->u.hold.outside;
	struct bind best = {.verdict = FV_VERDICT_PASS, .reason = R_NO_HOLD};

	for (size_t i = 0; i < m->count; i++) {
		struct bind b = bind_of(j, &m->active[i], w);
		if (outside && is_named(j, &m->active[i], w))
			return (struct bind){.verdict = FV_VERDICT_PASS, .reason = R_NO_HOLD};
		if (outside && b.verdict == FV_VERDICT_FAIL &&
		    best.verdict == FV_VERDICT_FAIL) {
			best = b.until < best.until ? b : best;
			continue;
		}
		if (decides(&b, &best))
			best = b;
		if (b.verdict == FV_VERDICT_FAIL && w->is_now &&
		    b.entry->last->at_utc_ms > j->consent_from_ms)
			j->consent_from_ms = b.entry->last->at_utc_ms;
	}
	return best;
}

/* Minutes of a week that the events in force name; an event without times names all. */
static uint32_t
named_minutes(struct fv_judge *j)
{
	const struct fv_hold_memory *m = &j->state->hold;
	uint8_t week[FV_WEEK_BYTES] = {0};
	uint32_t n = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct fv_hold_entry *a = &m->active[i];
		if (a->from > j->view->k->begin_utc_ms ||
		    a->until <= j->view->k->begin_utc_ms ||
		    fv_hold_concerns(j, a) == FV_TRI_NO)
			continue;
		if (a->event->window_count == 0)
			return FV_WEEK_MINUTES;
		fv_windows_add(a->event, week);
	}
	for (uint32_t i = 0; i < FV_WEEK_MINUTES; i++)
		n += (uint32_t)week[i / 8] >> i % 8 & 1U;
	return n;
}

/* The first instant at which the contact, moved there, is not held, or INT64_MAX. */
static int64_t
next_free(struct fv_judge *j, int64_t from)
{
	int64_t t = from;

	for (size_t tries = 0; tries < TRIES_MAX && t != INT64_MAX; tries++) {
		struct when then = when_of(t, length_of(j->view->k), false);
		struct bind b = evaluate(j, &then);
		if (b.verdict != FV_VERDICT_FAIL)
			return t;
		t = b.until > t ? b.until : INT64_MAX;
	}
	return INT64_MAX;
}

static void
put_bind(struct fv_judge *j, const struct bind *b)
{
	const struct fv_event *e = b->entry->event;
	struct fv_zone_view *first = &j->file->zones[0];
	struct fv_zone_view *zone = b->zone == NULL ? first : b->zone;

	fv_judge_put_text(j, "event", e->id);
	fv_judge_put_text(j, "kind", fv_code_word(FV_CODES_EVENT_KIND, e->kind));
	fv_judge_put_date(j, "since", fv_view_day(first, e->at_utc_ms));
	if (b->zone != NULL || b->reason == R_TIME_OPEN) {
		fv_judge_put_instant(j, "at", b->at);
		j->out->inputs[j->out->input_count - 1].offset_s =
		    fv_view_span(zone, b->at)->offset_s;
		fv_judge_put_text(j, "zone", zone->name);
		fv_judge_put_text(j, "tzdata", j->audit->opts.tzdata);
	}
	if (j->clause->u.hold.within.notices == 0 || !b->entry->has_notice)
		return;
	fv_judge_put_date(j, "notice_date", b->entry->notice_day);
	fv_judge_put_date(j, "receipt_date", b->entry->receipt_day);
	fv_judge_put_date(j, "period_end", b->entry->period_end);
	if (b->reason == R_CALENDAR_UNKNOWN) {
		fv_judge_put_text(j, "calendar", b->entry->unknown);
		fv_judge_put_date(j, "date", b->entry->period_end);
	}
}

static void
say_held(struct fv_judge *j, const struct bind *b)
{
	uint32_t max = j->clause->u.hold.hours_per_week;
	uint32_t minutes = max == 0 ? 0 : named_minutes(j);

	put_bind(j, b);
	fv_judge_say(j, b->verdict, b->reason);
	if (b->missing != NULL) {
		fv_judge_missing(j, b->missing);
	} else if (b->verdict == FV_VERDICT_REVIEW) {
		fv_judge_lifted_by(j, "supervisor");
	} else if (minutes > max * 60) {
		fv_judge_put_int(j, "hours", (minutes + 59) / 60);
		fv_judge_put_int(j, "max_hours", max);
		fv_judge_say(j, FV_VERDICT_REVIEW, R_HELD_HOURS_OVER);
		fv_judge_lifted_by(j, "supervisor");
	} else {
		int64_t next = next_free(j, b->until);
		if (next == INT64_MAX)
			fv_judge_lifted_by(j, "desk");
		else
			fv_judge_next(j, next);
	}
}

static void
say_claims(struct fv_judge *j)
{
	struct fv_zone_view *zone = &j->file->zones[0];

	fv_judge_put_instant(j, "begin", j->view->k->begin_utc_ms);
	fv_judge_put_instant(j, "claim", j->view->k->claim_begin_ms);
	fv_judge_put_text(j, "zone", zone->name);
	fv_judge_put_text(j, "tzdata", j->audit->opts.tzdata);
	fv_judge_say(j, FV_VERDICT_REVIEW, R_CLAIMS_DIFFER);
	fv_judge_lifted_by(j, "supervisor");
}

/* True, and n/a said, where the hold does not bind contacts with this person. */
static bool
is_other_person(struct fv_judge *j)
{
	uint32_t with = j->clause->u.hold.with;
	enum fv_with person = fv_contact_person(j->view->k);

	if (with == 0 || person == 0 || (with & fv_code_bit(person)) != 0)
		return false;
	fv_judge_put_text(j, "with", fv_code_word(FV_CODES_WITH, person));
	fv_judge_say(j, FV_VERDICT_NA, R_PERSON);
	return true;
}

void
fv_judge_hold(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const struct fv_within *within = &j->clause->u.hold.within;

	if (is_other_person(j))
		return;
	if ((j->rc = fv_hold_advance(j->state, j->file, k->begin_utc_ms)) != FV_OK ||
	    (within->notices != 0 &&
		(j->rc = fv_notices_advance(&j->state->notices, j->file, within->notices,
		     within->voids, k->begin_utc_ms)) != FV_OK))
		return;
	struct when now = when_of(k->begin_utc_ms, length_of(k), true);
	struct bind b = evaluate(j, &now);
	if (k->has_claim) {
		struct when other = when_of(k->claim_begin_ms, fv_contact_claim_ms(k), true);
		if (evaluate(j, &other).verdict != b.verdict) {
			say_claims(j);
			return;
		}
	}
	if (b.verdict == FV_VERDICT_PASS)
		fv_judge_say(j, b.verdict, b.reason);
	else
		say_held(j, &b);
}

/* Rules on age look at what the handheld or the bank knew, at the door. */
void
fv_judge_age(struct fv_judge *j)
{
	const struct fv_age_rule *r = &j->clause->u.age;
	const struct fv_case *c = j->file->h->subject;
	bool is_history = r->of == FV_AGE_HISTORY;
	int64_t now = j->view->k->begin_utc_ms;

	if (is_history && j->plan == NULL) {
		fv_judge_say(j, FV_VERDICT_NA, R_AT_THE_DOOR);
		return;
	}
	bool is_known = is_history ? j->plan->has_sync : c->has_as_of;
	int64_t then = is_history ? (is_known ? j->plan->sync_utc_ms : 0) : c->as_of_utc_ms;
	/* The age is that of now, however far ahead the visit is planned. */
	if (is_history)
		now = j->plan->now_utc_ms;
	fv_judge_put_int(j, "max_hours", r->hours);
	if (!is_known) {
		fv_judge_say(j, FV_VERDICT_REVIEW, R_AGE_UNKNOWN);
		fv_judge_missing(j, is_history ? "sync" : "as_of");
		return;
	}
	fv_judge_put_int(j, "hours", now > then ? (now - then) / HOUR_MS : 0);
	fv_judge_put_instant(j, "as_of", then);
	if (now - then > (int64_t)r->hours * HOUR_MS) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_AGE_OLD);
		fv_judge_lifted_by(j, is_history ? "sync" : "desk");
		return;
	}
	fv_judge_say(j, FV_VERDICT_PASS, R_AGE_OK);
}
