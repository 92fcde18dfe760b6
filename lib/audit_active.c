/*
 * The events of a hold that still may bind, kept up as time goes on: a contact meets those
 * and not the whole past of its case.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

#define NO_MARK UINT32_MAX
#define KEPT_MS (10 * FV_MS_PER_DAY) /* a second claim may set a contact back so far */

void
fv_hold_reset(struct fv_hold_memory *m)
{
	m->count = 0;
	m->mark_count = 0;
	m->events_seen = 0;
	m->upto = INT64_MIN;
	memset(m->replies, 0, sizeof m->replies);
}

void
fv_hold_clear(struct fv_hold_memory *m)
{
	free(m->active);
	free(m->marks);
	*m = (struct fv_hold_memory){0};
}

static int64_t
day_of(const struct fv_casefile *file, int64_t utc_ms)
{
	return fv_zone_local_days(file->zones[0].zone, utc_ms);
}

static int64_t
start_of(const struct fv_casefile *file, int64_t day)
{
	return fv_zone_day_start(file->zones[0].zone, day);
}

/* From when to when the event binds by its own term and the rule's. */
static void
set_term(
    const struct fv_hold_rule *r, const struct fv_casefile *file, struct fv_hold_entry *entry)
{
	const struct fv_event *e = entry->event;
	int64_t day = day_of(file, e->at_utc_ms);
	bool is_named = r->outside && e->window_count == 0;
	int64_t oral_end = r->oral_days == 0 || entry->is_confirmed
	    ? INT64_MAX
	    : start_of(file, day + 1 + (int64_t)r->oral_days);

	entry->from = e->at_utc_ms;
	if (e->has_from && !is_named)
		entry->from = e->from_utc_ms;
	else if (r->from_next_day)
		entry->from = start_of(file, day + 1);
	entry->until = INT64_MAX;
	if (e->has_until && r->after_until_days != 0)
		entry->until = start_of(
		    file, day_of(file, e->until_utc_ms) + 1 + (int64_t)r->after_until_days);
	else if (e->has_until && !is_named)
		entry->until = e->until_utc_ms;
	else if (e->has_until) /* a time that is past bars the rest of its day only */
		entry->until = start_of(file, day_of(file, e->until_utc_ms - 1) + 1);
	if (r->days != 0) {
		/* Where it binds from the next day that one is the first; else the day is
		 * not counted. */
		int64_t first = day_of(file, entry->from) + (r->from_next_day ? 0 : 1);
		int64_t end = start_of(file, first + (int64_t)r->days);
		entry->until = end < entry->until ? end : entry->until;
	}
	if (e->form == FV_FORM_ORAL && oral_end < entry->until)
		entry->until = oral_end;
	entry->sure_until = entry->until;
	if (e->form == 0 && oral_end < entry->until)
		entry->sure_until = oral_end;
}

static bool
same_set(const struct fv_strs *a, const struct fv_strs *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++)
		if (a->items[i] != b->items[i])
			return false;
	return a->count == b->count;
}

static bool
same_windows(const struct fv_event *a, const struct fv_event *b)
{
	for (size_t i = 0; i < a->window_count && a->window_count == b->window_count; i++)
		if (a->windows[i].days != b->windows[i].days ||
		    a->windows[i].from_minute != b->windows[i].from_minute ||
		    a->windows[i].to_minute != b->windows[i].to_minute)
			return false;
	return a->window_count == b->window_count;
}

/* Both are about the same contacts, whenever they bind. */
static bool
same_reach(const struct fv_event *a, const struct fv_event *b)
{
	return a->kind == b->kind && a->channels == b->channels && a->number == b->number &&
	    a->form == b->form && same_set(&a->debts, &b->debts) && same_windows(a, b);
}

static bool
is_for_good(const struct fv_hold_rule *r, const struct fv_event *e)
{
	return !e->has_from && !e->has_until && r->days == 0 && r->oral_days == 0 &&
	    r->within.notices == 0;
}

/* A written word in time confirms what was said. */
static void
confirm(const struct fv_hold_rule *r, const struct fv_casefile *file, struct fv_hold_memory *m,
    const struct fv_event *e)
{
	if (r->confirm_days == 0 ||
	    (e->form != FV_FORM_WRITTEN && e->form != FV_FORM_SEPARATE))
		return;
	for (size_t i = 0; i < m->count; i++) {
		struct fv_hold_entry *a = &m->active[i];
		int64_t last = day_of(file, a->event->at_utc_ms) + (int64_t)r->confirm_days;
		if (a->event->kind != e->kind || !fv_debts_meet(&a->event->debts, &e->debts) ||
		    day_of(file, e->at_utc_ms) > last)
			continue;
		a->is_confirmed = true;
		set_term(r, file, a);
	}
}

/* True when an event that still binds says the same; it is told of the repetition.  A time
 * named anew takes the place of one that is past. */
static bool
is_repeated(const struct fv_hold_rule *r, struct fv_hold_memory *m, const struct fv_event *e)
{
	for (size_t i = 0; i < m->count; i++) {
		struct fv_hold_entry *a = &m->active[i];
		if (r->outside && a->event->has_until &&
		    a->event->until_utc_ms <= e->at_utc_ms && a->event->window_count == 0 &&
		    same_reach(a->event, e))
			a->until = INT64_MIN;
		if (!is_for_good(r, e) || !is_for_good(r, a->event) ||
		    !same_reach(a->event, e))
			continue;
		a->last = e;
		a->ended = NO_MARK;
		return true;
	}
	return false;
}

static enum fv_err
start(const struct fv_hold_rule *r, const struct fv_casefile *file, struct fv_hold_memory *m,
    const struct fv_event *e)
{
	confirm(r, file, m, e);
	/* One that goes on after its own end is of a kind that has one. */
	if (is_repeated(r, m, e) || (r->after_until_days != 0 && !e->has_until))
		return FV_OK;
	if (m->count == m->cap) {
		size_t cap = m->cap == 0 ? 8 : m->cap * 2;
		struct fv_hold_entry *active = realloc(m->active, cap * sizeof *active);
		if (active == NULL)
			return FV_ENOMEM;
		m->active = active;
		m->cap = cap;
	}
	struct fv_hold_entry *a = &m->active[m->count++];
	*a = (struct fv_hold_entry){
	    .event = e, .last = e, .ended = NO_MARK, .voids_seen = SIZE_MAX};
	set_term(r, file, a);
	return FV_OK;
}

static bool
is_marked(const struct fv_hold_memory *m, const struct fv_hold_entry *a, const char *debt)
{
	for (uint32_t i = a->ended; i != NO_MARK; i = m->marks[i].next)
		if (m->marks[i].debt == debt)
			return true;
	return false;
}

static enum fv_err
mark(struct fv_hold_memory *m, struct fv_hold_entry *a, const char *debt)
{
	if (m->mark_count == m->mark_cap) {
		size_t cap = m->mark_cap == 0 ? 8 : m->mark_cap * 2;
		struct fv_hold_mark *marks = realloc(m->marks, cap * sizeof *marks);
		if (marks == NULL)
			return FV_ENOMEM;
		m->marks = marks;
		m->mark_cap = cap;
	}
	m->marks[m->mark_count] = (struct fv_hold_mark){debt, a->ended};
	a->ended = (uint32_t)m->mark_count++;
	return FV_OK;
}

/* End a hold for the debts that the event names; one of which none is left is over. */
static enum fv_err
end_one(struct fv_hold_memory *m, struct fv_hold_entry *a, const struct fv_event *e)
{
	const struct fv_strs *own = &a->event->debts;
	enum fv_err rc = FV_OK;
	size_t left = 0;

	if (a->last == e || !fv_debts_meet(own, &e->debts))
		return FV_OK;
	if (e->debts.count == 0)
		a->until = INT64_MIN;
	for (size_t i = 0; i < e->debts.count && rc == FV_OK; i++)
		if (!is_marked(m, a, e->debts.items[i]))
			rc = mark(m, a, e->debts.items[i]);
	for (size_t i = 0; i < own->count; i++)
		left += !is_marked(m, a, own->items[i]);
	if (own->count > 0 && left == 0)
		a->until = INT64_MIN;
	return rc;
}

static enum fv_err
end(struct fv_hold_memory *m, const struct fv_event *e)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < m->count && rc == FV_OK; i++)
		rc = end_one(m, &m->active[i], e);
	return rc;
}

static void
drop_past(struct fv_hold_memory *m, int64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->active[i].until > now - KEPT_MS)
			m->active[n++] = m->active[i];
	m->count = n;
}

enum fv_err
fv_hold_advance(struct fv_rule_state *state, const struct fv_casefile *file, int64_t upto)
{
	const struct fv_hold_rule *r = &state->clause->u.hold;
	const struct fv_case_history *h = file->h;
	struct fv_hold_memory *m = &state->hold;
	enum fv_err rc = FV_OK;
	size_t next;

	if (upto < m->upto) {
		m->count = 0;
		m->mark_count = 0;
		m->events_seen = 0;
	}
	m->upto = upto;
	/* Of one instant, the ends come after the starts. */
	for (size_t i = m->events_seen; i < h->event_count && rc == FV_OK; i = next) {
		int64_t at = h->events[i]->at_utc_ms;
		if (at > upto)
			break;
		for (next = i; next < h->event_count && h->events[next]->at_utc_ms == at;
		     next++)
			if (rc == FV_OK &&
			    (r->starts >> (h->events[next]->kind - 1) & 1U) != 0)
				rc = start(r, file, m, h->events[next]);
		for (size_t k = i; k < next && rc == FV_OK; k++)
			if ((r->ends >> (h->events[k]->kind - 1) & 1U) != 0)
				rc = end(m, h->events[k]);
		m->events_seen = next;
		drop_past(m, at);
	}
	drop_past(m, upto);
	return rc;
}

enum fv_tri
fv_hold_concerns(const struct fv_judge *j, const struct fv_hold_entry *a)
{
	const struct fv_strs *own = &a->event->debts;
	const struct fv_strs *about = &j->view->k->debts;
	const struct fv_hold_memory *m = &j->state->hold;

	if (!fv_debts_meet(own, about))
		return FV_TRI_NO;
	if (a->ended == NO_MARK)
		return FV_TRI_YES;
	if (about->count == 0)
		about = own->count > 0 ? own : &j->file->h->subject->debts;
	for (size_t i = 0; i < about->count; i++) {
		struct fv_strs one = {&about->items[i], 1};
		if (fv_debts_meet(own, &one) && !is_marked(m, a, about->items[i]))
			return FV_TRI_YES;
	}
	return about->count == 0 ? FV_TRI_UNKNOWN : FV_TRI_NO;
}

/* An appointment that was kept is over: he was spoken to at the time that he named, or at
 * all where the record does not say which. */
static void
keep_appointments(struct fv_hold_memory *m, const struct fv_contact *k)
{
	for (size_t i = 0; i < m->count && fv_contact_is_talk(k); i++) {
		const struct fv_event *e = m->active[i].event;
		if (e->window_count == 0 && (e->has_until || !e->has_from) &&
		    e->at_utc_ms <= k->begin_utc_ms &&
		    (!e->has_from || k->begin_utc_ms >= e->from_utc_ms) &&
		    (!e->has_until || k->begin_utc_ms < e->until_utc_ms) &&
		    fv_debts_meet(&e->debts, &k->debts))
			m->active[i].until = INT64_MIN;
	}
}

enum fv_err
fv_hold_feed(
    struct fv_rule_state *state, const struct fv_casefile *file, const struct fv_view *view)
{
	const struct fv_contact *k = view->k;
	uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;
	struct fv_reply *reply = &state->hold.replies[k->channel - 1];

	if (k->by == FV_BY_DEBTOR)
		*reply = (struct fv_reply){true, k->begin_utc_ms};
	else if (state->clause->purposes == 0 ||
	    (state->clause->purposes & fv_code_bit(purpose)) != 0)
		reply->is_open = false;
	if (!state->clause->u.hold.outside)
		return FV_OK;
	enum fv_err rc = fv_hold_advance(state, file, k->begin_utc_ms);
	if (rc == FV_OK)
		keep_appointments(&state->hold, k);
	return rc;
}
