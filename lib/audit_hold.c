/* Holds: no contact from one event until another; and how old what is known may be. */
#include "lib/audit_rules.h"

#define HOUR_MS INT64_C(3600000)

/* The first instant at which a hold that began with `event` binds. */
static int64_t
hold_from(const struct fv_judge *j, const struct fv_event *event)
{
	struct fv_zone_view *zone = &j->file->zones[0];

	if (event->has_from)
		return event->from_utc_ms;
	if (!j->clause->u.hold.from_next_day)
		return event->at_utc_ms;
	return fv_zone_day_start(zone->zone, fv_view_day(zone, event->at_utc_ms) + 1);
}

/* The first instant after it by its own term, or INT64_MAX. */
static int64_t
hold_until(const struct fv_judge *j, const struct fv_event *event, int64_t from)
{
	struct fv_zone_view *zone = &j->file->zones[0];
	uint32_t days = j->clause->u.hold.days;
	int64_t until = event->has_until ? event->until_utc_ms : INT64_MAX;

	if (days == 0)
		return until;
	/* Where it binds from the next day that one is the first; else the day is not counted.
	 */
	int64_t first = fv_view_day(zone, from) + (j->clause->u.hold.from_next_day ? 0 : 1);
	int64_t end = fv_zone_day_start(zone->zone, first + (int64_t)days);
	return end < until ? end : until;
}

static bool
is_ended(const struct fv_judge *j, const struct fv_event *start)
{
	const struct fv_hold_rule *r = &j->clause->u.hold;

	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX; kind++) {
		size_t count;
		if ((r->ends >> (kind - 1) & 1U) == 0)
			continue;
		const struct fv_event *const *e =
		    fv_file_events(j->file, (enum fv_event_kind)kind, &count);
		for (size_t i = 0; i < count; i++)
			if (e[i]->at_utc_ms >= start->at_utc_ms &&
			    e[i]->at_utc_ms <= j->view->k->begin_utc_ms &&
			    fv_event_concerns(e[i], j->view->k))
				return true;
	}
	return false;
}

/* True when the hold that `event` began binds this contact. */
static bool
binds(const struct fv_judge *j, const struct fv_event *event, int64_t *until_out)
{
	const struct fv_contact *k = j->view->k;
	int64_t from = hold_from(j, event);
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	*until_out = hold_until(j, event, from);
	/* Events bear on contacts that begin after them; a term may begin within one. */
	if (event->at_utc_ms > k->begin_utc_ms || from > end || *until_out <= k->begin_utc_ms)
		return false;
	if (event->channels != 0 && (event->channels & fv_code_bit(k->channel)) == 0)
		return false;
	return fv_event_concerns(event, k) && !is_ended(j, event);
}

void
fv_judge_hold(struct fv_judge *j)
{
	const struct fv_hold_rule *r = &j->clause->u.hold;
	const struct fv_event *held_by = NULL;
	int64_t latest = INT64_MIN;

	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX; kind++) {
		size_t count;
		if ((r->starts >> (kind - 1) & 1U) == 0)
			continue;
		const struct fv_event *const *e =
		    fv_file_events(j->file, (enum fv_event_kind)kind, &count);
		for (size_t i = 0; i < count; i++) {
			int64_t until;
			if (!binds(j, e[i], &until) || until <= latest)
				continue;
			latest = until;
			held_by = e[i];
		}
	}
	if (held_by == NULL) {
		fv_judge_say(j, FV_VERDICT_PASS, R_NO_HOLD);
		return;
	}
	fv_judge_put_text(j, "event", held_by->id);
	fv_judge_put_text(j, "kind", fv_code_word(FV_CODES_EVENT_KIND, held_by->kind));
	fv_judge_put_date(j, "since", fv_view_day(&j->file->zones[0], held_by->at_utc_ms));
	fv_judge_say(j, FV_VERDICT_FAIL, R_HELD);
	if (latest == INT64_MAX)
		fv_judge_lifted_by(j, "desk");
	else
		fv_judge_next(j, latest);
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
