/* Time apart: no contact for some days after a talk, nor too soon after the one before. */
#include "lib/audit_count.h"

#define MINUTE_MS 60000
#define CALENDAR_DAYS 60 /* a period of which the calendar does not tell may be so longer */

/* Whether what was remembered stands in the way. */
struct bar {
	bool is_sure;
	bool may_be;
	const char *lacks;   /* what would tell, where it is not said which */
	int64_t next_utc_ms; /* when it no longer does */
};

typedef struct bar (*look_fn)(const struct fv_judge *j, const struct fv_last *last);

static struct bar
look_at_talk(const struct fv_judge *j, const struct fv_last *talk)
{
	struct bar bar = {.next_utc_ms = INT64_MIN};

	if (talk->view == NULL)
		return bar;
	bar.is_sure = j->view->day <= talk->until;
	bar.may_be = !talk->is_known && j->view->day <= talk->until + CALENDAR_DAYS;
	bar.lacks = bar.is_sure ? NULL : "calendar";
	if (bar.is_sure)
		bar.next_utc_ms = fv_zone_day_start(j->file->zones[0].zone, talk->until + 1);
	return bar;
}

static struct bar
look_at_last(const struct fv_judge *j, const struct fv_last *last)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct bar bar = {.next_utc_ms = INT64_MIN};

	if (last->view == NULL)
		return bar;
	int64_t day = last->view->day + (int64_t)f->spacing_days;
	int64_t at = last->until + (int64_t)f->spacing_minutes * MINUTE_MS;
	bar.is_sure =
	    j->view->day < day || (f->spacing_minutes > 0 && j->view->k->begin_utc_ms < at);
	if (!bar.is_sure)
		return bar;
	bar.next_utc_ms = f->spacing_minutes > 0 ? at : INT64_MIN;
	if (j->view->day < day) {
		int64_t start = fv_zone_day_start(j->file->zones[0].zone, day);
		bar.next_utc_ms = start > bar.next_utc_ms ? start : bar.next_utc_ms;
	}
	return bar;
}

/* What all keys of a contact say. */
struct tally {
	struct fv_part part;
	int64_t sure_until; /* the latest of those that surely bar it */
	size_t sure;        /* keys that do */
	bool may_be;
};

/* The next that is named is one that nothing bars, be it sure or not. */
static void
put_off(struct tally *t, const struct bar *bar)
{
	if (bar->next_utc_ms > t->part.next_utc_ms)
		t->part.next_utc_ms = bar->next_utc_ms;
}

static void
note_doubt(struct tally *t, const struct fv_last *last, const char *lacks, const char *key)
{
	t->may_be = true;
	if (t->sure > 0)
		return;
	t->part.since = last->view;
	t->part.lacks = lacks;
	t->part.key = key;
}

/* One key: `pair` is what surely was, and what may have been. */
static void
look_at_key(const struct fv_judge *j, const struct fv_counter *c, const struct fv_last *pair,
    const char *key, look_fn look, struct tally *t)
{
	struct bar sure = look(j, &pair[0]);
	struct bar may = look(j, &pair[1]);

	if (sure.is_sure) {
		if (t->sure++ == 0 || sure.next_utc_ms > t->sure_until) {
			t->sure_until = sure.next_utc_ms;
			t->part.since = pair[0].view;
			t->part.key = key;
		}
	} else if (sure.may_be) {
		note_doubt(t, &pair[0], sure.lacks, key);
	}
	if (may.is_sure || may.may_be)
		note_doubt(t, &pair[1], c->lacks == NULL ? "discussed" : c->lacks, key);
	put_off(t, &sure);
	put_off(t, &may);
}

/* Debts that the contact is about hold all those of which a general talk was about one. */
static bool
covers(const struct fv_keys *keys, const struct fv_strs *set)
{
	for (size_t i = 0; i < set->count; i++) {
		size_t k = 0;
		while (k < keys->list.count && keys->list.items[k] != set->items[i])
			k++;
		if (k == keys->list.count)
			return false;
	}
	return set->count > 0 && !keys->is_either;
}

static const char *
lack_of_key(const struct fv_judge *j)
{
	return j->clause->u.frequency.per == FV_PER_DEBT ? "debts" : "number";
}

static struct fv_part
conclude(const struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n,
    const struct tally *t, bool is_talk)
{
	struct fv_part part = t->part;
	const char *lacks = part.lacks;
	bool is_barred = t->sure > 0 && (!keys->is_either || t->sure == keys->list.count);

	if (!is_barred && t->sure == 0 && !t->may_be)
		return (struct fv_part){.verdict = FV_VERDICT_PASS, .next_utc_ms = INT64_MIN};
	if (is_barred && n.what == FV_COUNTS) {
		part.verdict = FV_VERDICT_FAIL;
		part.reason = is_talk ? R_COOL_OFF : R_TOO_SOON;
		return part;
	}
	part.verdict = FV_VERDICT_REVIEW;
	part.reason = is_talk ? R_COOL_OFF_UNSURE : R_TOO_SOON_UNSURE;
	part.lacks = n.what == FV_MAY_COUNT ? n.lacks
	    : keys->is_either               ? "discussed"
	    : lacks != NULL                 ? lacks
					    : lack_of_key(j);
	return part;
}

/* What may concern the key of this contact, as nothing says whose it is. */
static void
look_at_stray(
    const struct fv_judge *j, const struct fv_last *last, look_fn look, struct tally *t)
{
	struct bar bar = look(j, last);

	if (bar.is_sure)
		note_doubt(t, last, lack_of_key(j), NULL);
	put_off(t, &bar);
}

static struct tally
look_at_keys(const struct fv_judge *j, const struct fv_keys *keys, bool is_talk)
{
	const struct fv_rule_state *state = j->state;
	look_fn look = is_talk ? look_at_talk : look_at_last;
	struct tally t = {.part.next_utc_ms = INT64_MIN};

	for (size_t i = 0; i < keys->list.count; i++) {
		const struct fv_counter *c = fv_counter_find(state, keys->list.items[i]);
		if (c != NULL)
			look_at_key(
			    j, c, is_talk ? c->talk : c->last, keys->list.items[i], look, &t);
	}
	/* What has no key of its own may concern any, and so may a contact without one. */
	const struct fv_counter *any = fv_counter_find(state, state->clause);
	const struct fv_last *stray = any == NULL ? NULL : is_talk ? any->talk : any->last;
	for (size_t i = 0; stray != NULL && i < 2; i++)
		look_at_stray(j, &stray[i], look, &t);
	if (keys->list.count == 0)
		look_at_stray(j, is_talk ? &state->any_talk : &state->any_last, look, &t);
	return t;
}

struct fv_part
fv_apart_from_talk(struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n)
{
	const struct fv_rule_state *state = j->state;

	/* A copy is the same contact as one that was judged. */
	if (j->clause->u.frequency.cool_off.period.days == 0 || j->view->is_copy)
		return (struct fv_part){.verdict = FV_VERDICT_PASS, .next_utc_ms = INT64_MIN};
	struct tally t = look_at_keys(j, keys, true);
	if (t.sure == 0 && covers(keys, &state->general_debts)) {
		struct bar bar = look_at_talk(j, &state->general);
		t.sure = bar.is_sure;
		put_off(&t, &bar);
		t.part.since = bar.is_sure ? state->general.view : t.part.since;
	}
	return conclude(j, keys, n, &t, true);
}

struct fv_part
fv_apart_from_last(struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;

	if ((f->spacing_minutes == 0 && f->spacing_days == 0) || j->view->is_copy)
		return (struct fv_part){.verdict = FV_VERDICT_PASS, .next_utc_ms = INT64_MIN};
	struct tally t = look_at_keys(j, keys, false);
	return conclude(j, keys, n, &t, false);
}

static void
remember(struct fv_last *last, const struct fv_view *view, int64_t until, bool is_known)
{
	/* Of two that overlap the one that ends later. */
	if (last->view != NULL && last->until > until)
		until = last->until;
	*last = (struct fv_last){.view = view, .until = until, .is_known = is_known};
}

void
fv_apart_count(struct fv_rule_state *state, struct fv_counter *c, const struct fv_view *view,
    bool is_sure)
{
	const struct fv_contact *k = view->k;
	int64_t end = k->has_end ? k->end_utc_ms : k->begin_utc_ms;

	remember(&c->last[is_sure ? 0 : 1], view, end, true);
	remember(&state->any_last, view, end, true);
}

/* The last date on which the talk bars another contact. */
static int64_t
last_barred(struct fv_judge *j, bool *is_known_out)
{
	const struct fv_period *period = &j->clause->u.frequency.cool_off.period;
	const struct fv_calendar *calendar = NULL;

	if (period->calendar != NULL)
		calendar = fv_judge_calendar(j, period->calendar, j->view->day);
	return fv_period_end(period, calendar, j->view->day, is_known_out) -
	    (period->is_clear ? 1 : 0);
}

enum fv_err
fv_apart_feed(struct fv_judge *j)
{
	const struct fv_cool_off *cool = &j->clause->u.frequency.cool_off;
	struct fv_rule_state *state = j->state;
	struct fv_keys keys;
	struct fv_counter *c;
	bool is_known;
	enum fv_err rc = FV_OK;

	if (cool->period.days == 0)
		return FV_OK;
	struct fv_counting n = fv_count_matches(j, cool->channels, cool->by, cool->outcomes);
	if (n.what == FV_COUNTS_NOT)
		return FV_OK;
	int64_t until = last_barred(j, &is_known);
	fv_count_keys(j, &keys);
	size_t slot = n.what == FV_MAY_COUNT || keys.is_either ? 1 : 0;
	for (size_t i = 0; i < keys.list.count && rc == FV_OK; i++) {
		if ((rc = fv_counter_make(state, keys.list.items[i], &c)) != FV_OK)
			break;
		remember(&c->talk[slot], j->view, until, is_known);
		c->lacks = n.what == FV_MAY_COUNT ? n.lacks : c->lacks;
	}
	if (keys.list.count == 0 && (rc = fv_counter_make(state, state->clause, &c)) == FV_OK)
		remember(&c->talk[slot], j->view, until, is_known);
	remember(&state->any_talk, j->view, until, is_known);
	if (keys.is_either && n.what == FV_COUNTS) {
		state->general = state->any_talk;
		state->general_debts = keys.list;
	}
	return rc;
}
