/* Notice before a contact, and what must follow the first communication in time. */
#include <stdlib.h>
#include <string.h>

#include "lib/audit_rules.h"

size_t
fv_file_events_by(const struct fv_casefile *file, enum fv_event_kind kind, int64_t utc_ms)
{
	size_t high;
	size_t low = 0;
	const struct fv_event *const *e = fv_file_events(file, kind, &high);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (e[mid]->at_utc_ms <= utc_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
fv_notices_reset(struct fv_notices *notices)
{
	notices->count = 0;
	notices->events_seen = 0;
	notices->voids = 0;
	notices->upto = INT64_MIN;
}

static enum fv_err
add_notice(struct fv_notices *n, const struct fv_event *e)
{
	if (n->count == n->cap) {
		size_t cap = n->cap == 0 ? 8 : n->cap * 2;
		const struct fv_event **sent = realloc(n->sent, cap * sizeof *sent);
		if (sent == NULL)
			return FV_ENOMEM;
		n->sent = sent;
		n->cap = cap;
	}
	n->sent[n->count++] = e;
	return FV_OK;
}

static void
take_back(struct fv_notices *n, const struct fv_event *e)
{
	size_t i = n->count;

	n->voids++;
	while (i > 0 && !fv_debts_meet(&n->sent[i - 1]->debts, &e->debts))
		i--;
	if (i == 0)
		return;
	memmove(&n->sent[i - 1], &n->sent[i], (n->count - i) * sizeof *n->sent);
	n->count--;
}

enum fv_err
fv_notices_advance(struct fv_notices *n, const struct fv_casefile *file, uint64_t kinds,
    uint64_t voids, int64_t upto)
{
	const struct fv_case_history *h = file->h;
	enum fv_err rc = FV_OK;
	size_t next;

	if (upto < n->upto)
		fv_notices_reset(n);
	n->upto = upto;
	/* Of one instant, what takes back comes after what was sent. */
	for (size_t i = n->events_seen; i < h->event_count && rc == FV_OK; i = next) {
		int64_t at = h->events[i]->at_utc_ms;
		if (at > upto)
			break;
		for (next = i; next < h->event_count && h->events[next]->at_utc_ms == at;
		     next++)
			if (rc == FV_OK && (kinds >> (h->events[next]->kind - 1) & 1U) != 0)
				rc = add_notice(n, h->events[next]);
		for (size_t k = i; k < next; k++)
			if ((voids >> (h->events[k]->kind - 1) & 1U) != 0)
				take_back(n, h->events[k]);
		n->events_seen = next;
	}
	return rc;
}

static void
note_entry(struct fv_entry entries[2], const struct fv_contact *k)
{
	/* Two records of one visit are one entry. */
	if (!entries[0].is_set || k->link == NULL || entries[0].link != k->link)
		entries[1] = entries[0];
	else
		return;
	entries[0] = (struct fv_entry){true, k->begin_utc_ms, k->link};
}

void
fv_notice_feed(struct fv_rule_state *state, const struct fv_view *view)
{
	const struct fv_contact *k = view->k;

	if (k->by == FV_BY_COLLECTOR && !state->has_begun &&
	    (state->clause->channels & fv_code_bit(k->channel)) != 0) {
		state->has_begun = true;
		state->first_link = k->link;
	}
	if (k->channel != FV_CHANNEL_VISIT || k->entered == FV_TRI_NO)
		return;
	note_entry(k->entered == FV_TRI_YES ? state->entered : state->may_entered, k);
}

/* The last entry but the one of this very visit, or NULL. */
static const struct fv_entry *
last_entry(const struct fv_entry entries[2], const struct fv_contact *k)
{
	const struct fv_entry *e = &entries[0];

	if (e->is_set && k->link != NULL && e->link == k->link)
		e = &entries[1];
	return e->is_set ? e : NULL;
}

/* What the best of the notices comes to. */
struct notice {
	enum fv_verdict verdict;
	enum fv_reason reason;
	const struct fv_event *event;
	int64_t allowed; /* the first local date on which it suffices */
	int64_t valid_until;
	const char *calendar; /* that does not cover it */
};

/* One notice; false where it does not serve. */
static bool
serves(const struct fv_judge *j, const struct fv_event *e, struct notice *n)
{
	const struct fv_notice_rule *r = &j->clause->u.notice;
	int64_t sent = fv_view_day(&j->file->zones[0], e->at_utc_ms);
	bool is_known = true;
	int64_t received =
	    r->receipt.days == 0 ? sent : fv_judge_period_end(j, &r->receipt, sent, &is_known);

	n->calendar = is_known ? NULL : r->receipt.calendar;
	n->event = e;
	n->allowed = received + 1;
	n->verdict = FV_VERDICT_FAIL;
	if (r->period.days != 0) {
		n->allowed = fv_judge_period_end(j, &r->period, received, &is_known);
		n->calendar =
		    n->calendar == NULL && !is_known ? r->period.calendar : n->calendar;
	}
	n->valid_until = sent + (int64_t)r->valid_days;
	if (r->valid_days != 0 && j->view->day > n->valid_until) {
		n->reason = R_NOTICE_OLD;
	} else if (n->calendar != NULL) {
		n->verdict = FV_VERDICT_REVIEW;
		n->reason = R_CALENDAR_UNKNOWN;
	} else if (j->view->day >= n->allowed) {
		n->verdict = FV_VERDICT_PASS;
		n->reason = R_NOTICE_OK;
	} else if (r->period.days == 0 && r->receipt.days == 0) {
		n->verdict = FV_VERDICT_REVIEW;
		n->reason = R_NOTICE_SAME_DAY;
	} else {
		n->reason = R_NOTICE_SHORT;
	}
	return n->verdict == FV_VERDICT_PASS;
}

/* The best of the notices later than `since`: the one that serves, or the one nearest to
 * serving. */
static struct notice
best_notice(const struct fv_judge *j, int64_t since)
{
	const struct fv_notices *all = &j->state->notices;
	struct notice best = {.verdict = FV_VERDICT_FAIL, .reason = R_NOTICE_NONE};

	for (size_t i = all->count; i-- > 0 && all->sent[i]->at_utc_ms > since;) {
		if (!fv_event_concerns(all->sent[i], j->view->k))
			continue;
		struct notice n;
		if (serves(j, all->sent[i], &n))
			return n;
		if (best.reason == R_NOTICE_NONE || n.verdict == FV_VERDICT_REVIEW ||
		    (best.reason == R_NOTICE_SHORT && n.reason == R_NOTICE_SHORT &&
			n.allowed < best.allowed))
			best = n;
		if (n.reason == R_NOTICE_OLD)
			break;
	}
	return best;
}

static void
say_notice(struct fv_judge *j, const struct notice *n)
{
	struct fv_zone_view *zone = &j->file->zones[0];

	if (n->event != NULL) {
		int64_t sent = fv_view_day(zone, n->event->at_utc_ms);
		fv_judge_put_text(j, "notice", n->event->id);
		fv_judge_put_date(j, "notice_date", sent);
		if (n->reason == R_CALENDAR_UNKNOWN) {
			fv_judge_say_calendar(j, n->calendar, n->allowed);
			return;
		}
		fv_judge_put_date(j, "allowed_from", n->allowed);
	}
	if (n->event != NULL && j->clause->u.notice.valid_days != 0)
		fv_judge_put_date(j, "valid_until", n->valid_until);
	fv_judge_say(j, n->verdict, n->reason);
	if (n->reason == R_NOTICE_SHORT)
		fv_judge_next(j, fv_zone_day_start(zone->zone, n->allowed));
	else if (n->reason == R_NOTICE_SAME_DAY)
		fv_judge_lifted_by(j, "supervisor");
	else if (n->verdict == FV_VERDICT_FAIL)
		fv_judge_lifted_by(j, "desk");
}

/* Only a visit after one that entered needs notice, given since. */
static void
judge_after_entry(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const struct fv_entry *sure = last_entry(j->state->entered, k);
	const struct fv_entry *may = last_entry(j->state->may_entered, k);
	struct notice n;

	if (sure == NULL && may == NULL) {
		fv_judge_say(j, FV_VERDICT_NA, R_NOTICE_NOT_NEEDED);
		return;
	}
	if (sure != NULL) {
		n = best_notice(j, sure->begin_utc_ms);
		if (n.verdict != FV_VERDICT_PASS || may == NULL ||
		    may->begin_utc_ms <= sure->begin_utc_ms) {
			say_notice(j, &n);
			return;
		}
	}
	n = best_notice(j, may->begin_utc_ms);
	if (n.verdict == FV_VERDICT_PASS) {
		say_notice(j, &n);
		return;
	}
	fv_judge_say(j, FV_VERDICT_REVIEW, R_ENTRY_UNKNOWN);
	fv_judge_missing(j, "entered");
}

void
fv_judge_notice(struct fv_judge *j)
{
	const uint64_t voids = UINT64_C(1) << (FV_EVENT_NOTICE_RETURNED - 1);
	const struct fv_notice_rule *r = &j->clause->u.notice;
	const char *link = j->view->k->link;

	j->rc = fv_notices_advance(
	    &j->state->notices, j->file, r->events, voids, j->view->k->begin_utc_ms);
	if (j->rc != FV_OK)
		return;
	if (r->is_first_only && j->state->has_begun &&
	    (link == NULL || link != j->state->first_link)) {
		fv_judge_say(j, FV_VERDICT_NA, R_NOTICE_NOT_NEEDED);
		return;
	}
	if (r->after_entry) {
		judge_after_entry(j);
		return;
	}
	struct notice n = best_notice(j, INT64_MIN);
	say_notice(j, &n);
}

bool
fv_contact_is_talk(const struct fv_contact *k)
{
	return (k->outcome == FV_OUTCOME_CONVERSATION || k->outcome == FV_OUTCOME_CONTACT) &&
	    k->with != FV_WITH_THIRD_PARTY && k->with != FV_WITH_NOBODY;
}

bool
fv_contact_may_be_talk(const struct fv_contact *k)
{
	return k->outcome == 0 && k->with != FV_WITH_THIRD_PARTY &&
	    k->with != FV_WITH_NOBODY &&
	    (k->channel == FV_CHANNEL_VISIT || k->channel == FV_CHANNEL_CALL);
}

/* The first event that does what is due, whenever it came. */
static const struct fv_event *
first_done(const struct fv_judge *j)
{
	const struct fv_deadline_rule *r = &j->clause->u.deadline;
	const struct fv_event *first = NULL;

	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX; kind++) {
		size_t count;
		if ((r->events >> (kind - 1) & 1U) == 0)
			continue;
		const struct fv_event *const *e =
		    fv_file_events(j->file, (enum fv_event_kind)kind, &count);
		for (size_t i = 0; i < count; i++) {
			if (!fv_event_concerns(e[i], j->view->k))
				continue;
			if (first == NULL || e[i]->at_utc_ms < first->at_utc_ms)
				first = e[i];
			break;
		}
	}
	return first;
}

static void
judge_due(struct fv_judge *j)
{
	const struct fv_period *period = &j->clause->u.deadline.period;
	const struct fv_event *done = first_done(j);
	struct fv_zone_view *zone = &j->file->zones[0];
	int64_t now = j->plan != NULL ? j->plan->now_utc_ms : j->audit->opts.today_utc_ms;
	bool is_known;
	int64_t due = fv_judge_period_end(j, period, j->view->day, &is_known);
	int64_t day = done == NULL ? 0 : fv_view_day(zone, done->at_utc_ms);

	fv_judge_put_date(j, "first_date", j->view->day);
	if (done != NULL) {
		fv_judge_put_text(j, "event", done->id);
		fv_judge_put_date(j, "done_date", day);
	}
	if (!is_known) {
		fv_judge_say_calendar(j, period->calendar, due);
		return;
	}
	fv_judge_put_date(j, "due_date", due);
	if (done != NULL && day <= due) {
		fv_judge_say(j, FV_VERDICT_PASS, R_DUE_MET);
	} else if (done != NULL) {
		fv_judge_say(j, FV_VERDICT_FAIL, R_DUE_LATE);
		fv_judge_lifted_by(j, "supervisor");
	} else if (now < fv_zone_day_start(zone->zone, due + 1)) {
		fv_judge_say(j, FV_VERDICT_NA, R_DUE_PENDING);
	} else {
		fv_judge_say(j, FV_VERDICT_FAIL, R_DUE_MISSING);
		fv_judge_lifted_by(j, "desk");
	}
}

void
fv_judge_deadline(struct fv_judge *j)
{
	const struct fv_contact *k = j->view->k;
	const struct fv_view *first = j->file->first_talk;

	if (first == j->view) {
		judge_due(j);
	} else if (first != NULL && first->k->begin_utc_ms <= k->begin_utc_ms) {
		fv_judge_say(j, FV_VERDICT_NA, R_NOT_THE_FIRST);
	} else if (fv_contact_may_be_talk(k)) {
		/* What was done in time after it leaves nothing open. */
		judge_due(j);
		if (j->out->verdict != FV_VERDICT_FAIL)
			return;
		fv_judge_say(j, FV_VERDICT_REVIEW, R_INCOMPLETE);
		fv_judge_missing(j, "outcome");
	} else {
		fv_judge_say(j, FV_VERDICT_NA,
		    fv_contact_is_unanswered(k) ? R_UNANSWERED : R_NOT_COUNTED);
	}
}
