/* Frequency: how many counted contacts a key has had within a period of local dates. */
#include <stdlib.h>

#include "lib/audit_rules.h"

#define NO_ENTRY UINT32_MAX

/* Whether a contact counts. */
enum counts {
	COUNTS,
	MAY_COUNT, /* its outcome is not said */
	COUNTS_NOT,
};

static enum counts
counts(const struct fv_rule *law, const struct fv_clause *rule, const struct fv_view *view)
{
	const struct fv_frequency_rule *f = &rule->u.frequency;
	const struct fv_contact *k = view->k;

	if ((rule->channels & fv_code_bit(k->channel)) == 0 || view->is_void ||
	    (f->by & fv_code_bit(k->by)) == 0)
		return COUNTS_NOT;
	if (!fv_is_in_force(law, rule, view->day))
		return COUNTS_NOT;
	if (rule->places != 0 && k->place != 0 && (rule->places & fv_code_bit(k->place)) == 0)
		return COUNTS_NOT;
	uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;
	if (rule->purposes != 0 && (rule->purposes & fv_code_bit(purpose)) == 0)
		return COUNTS_NOT;
	if (f->outcomes != 0 && k->outcome != 0)
		return (f->outcomes & fv_code_bit(k->outcome)) != 0 ? COUNTS : COUNTS_NOT;
	return f->outcomes != 0 || (rule->places != 0 && k->place == 0) ? MAY_COUNT : COUNTS;
}

/* The keys of a contact: as pointers, equal for equal keys.  None: the key is not said. */
static struct fv_strs
keys_of(const struct fv_clause *rule, const struct fv_casefile *file,
    const struct fv_contact *k, const char **one)
{
	switch (rule->u.frequency.per) {
	case FV_PER_DEBT:
		/* A conversation counts on the debts it turned to. */
		if (k->has_discussed && k->discussed.count > 0)
			return k->discussed;
		if (k->debts.count > 0)
			return k->debts;
		if (file->h->subject->debts.count > 1)
			return (struct fv_strs){NULL, 0};
		*one = file->h->subject->debts.count == 1 ? file->h->subject->debts.items[0]
							  : file->h->subject->id;
		break;
	case FV_PER_NUMBER:
	case FV_PER_PERSON:
		*one = k->number;
		break;
	case FV_PER_DEBTOR:
		*one = file->h->subject->id;
		break;
	}
	return (struct fv_strs){one, *one == NULL ? 0 : 1};
}

/* The greatest number allowed. */
static uint32_t
limit_of(const struct fv_frequency_rule *f)
{
	return f->excludes_limit && f->limit > 0 ? f->limit - 1 : f->limit;
}

/* The first local date of the period that ends with `day`. */
static int64_t
period_start(const struct fv_frequency_rule *f, int64_t day)
{
	struct fv_civil civil;

	switch (f->unit) {
	case FV_UNIT_WEEK:
		return day - ((day + 3) % 7 + 7) % 7;
	case FV_UNIT_MONTH:
		fv_civil_from_days(day, &civil);
		return day - (civil.day - 1);
	case FV_UNIT_DAY:
		break;
	}
	return day - (int64_t)f->days + 1;
}

/* The first local date whose period no longer holds `day`. */
static int64_t
period_after(const struct fv_frequency_rule *f, int64_t day)
{
	struct fv_civil civil;

	switch (f->unit) {
	case FV_UNIT_WEEK:
		return period_start(f, day) + 7;
	case FV_UNIT_MONTH:
		fv_civil_from_days(day, &civil);
		return civil.month == 12 ? fv_days_from_civil(civil.year + 1, 1, 1)
					 : fv_days_from_civil(civil.year, civil.month + 1, 1);
	case FV_UNIT_DAY:
		break;
	}
	return day + (int64_t)f->days;
}

/* Drop from a counter what lies before `start`; time only runs on. */
static void
drop_before(struct fv_rule_state *state, struct fv_counter *counter, int64_t start)
{
	while (counter->head != NO_ENTRY && state->pool[counter->head].day < start) {
		const struct fv_counted *e = &state->pool[counter->head];
		if (e->is_certain)
			counter->certain--;
		else
			counter->unsure--;
		counter->imported -= e->is_imported;
		if (counter->mark == counter->head) {
			counter->mark = e->next;
			counter->run--;
		}
		counter->head = e->next;
	}
	if (counter->head == NO_ENTRY)
		counter->tail = NO_ENTRY;
}

static struct fv_counter *
find_counter(struct fv_rule_state *state, const void *key, int64_t start)
{
	uint32_t i;

	if (!fv_ptrmap_get(&state->keys, key, &i))
		return NULL;
	drop_before(state, &state->counters[i], start);
	return &state->counters[i];
}

static enum fv_err
new_counter(struct fv_rule_state *state, const void *key, struct fv_counter **counter_out)
{
	if (state->counter_count == state->counter_cap) {
		size_t cap = state->counter_cap == 0 ? 8 : state->counter_cap * 2;
		struct fv_counter *counters = realloc(state->counters, cap * sizeof *counters);
		if (counters == NULL)
			return FV_ENOMEM;
		state->counters = counters;
		state->counter_cap = cap;
	}
	struct fv_counter *c = &state->counters[state->counter_count];
	*c = (struct fv_counter){
	    .key = key, .head = NO_ENTRY, .tail = NO_ENTRY, .mark = NO_ENTRY};
	*counter_out = c;
	return fv_ptrmap_put(&state->keys, key, (uint32_t)state->counter_count++);
}

static enum fv_err
count_on(
    struct fv_rule_state *state, const void *key, const struct fv_view *view, bool is_certain)
{
	struct fv_counter *c =
	    find_counter(state, key, period_start(&state->clause->u.frequency, view->day));
	enum fv_err rc;

	if (c == NULL && (rc = new_counter(state, key, &c)) != FV_OK)
		return rc;
	if (state->pool_count == state->pool_cap) {
		size_t cap = state->pool_cap == 0 ? 64 : state->pool_cap * 2;
		struct fv_counted *pool = realloc(state->pool, cap * sizeof *pool);
		if (pool == NULL)
			return FV_ENOMEM;
		state->pool = pool;
		state->pool_cap = cap;
	}
	uint32_t at = (uint32_t)state->pool_count++;
	state->pool[at] = (struct fv_counted){.day = view->day,
	    .next = NO_ENTRY,
	    .is_certain = is_certain,
	    .is_imported = view->k->is_imported};
	if (c->tail == NO_ENTRY)
		c->head = at;
	else
		state->pool[c->tail].next = at;
	c->tail = at;
	if (c->mark == NO_ENTRY)
		c->mark = at;
	for (c->run++; c->run > limit_of(&state->clause->u.frequency) && c->run > 1; c->run--)
		c->mark = state->pool[c->mark].next;
	c->certain += is_certain;
	c->unsure += !is_certain;
	c->imported += view->k->is_imported;
	return FV_OK;
}

enum fv_err
fv_frequency_feed(
    struct fv_rule_state *state, const struct fv_casefile *file, const struct fv_view *view)
{
	const char *one = NULL;
	enum counts what = counts(state->rule, state->clause, view);
	enum fv_err rc = FV_OK;

	if (what == COUNTS_NOT || view->is_copy)
		return FV_OK;
	struct fv_strs keys = keys_of(state->clause, file, view->k, &one);
	/* A contact whose key is not said may count on any: the rule itself is its key. */
	if (keys.count == 0)
		return count_on(state, state->clause, view, what == COUNTS);
	for (size_t i = 0; i < keys.count && rc == FV_OK; i++)
		rc = count_on(state, keys.items[i], view, what == COUNTS);
	return rc;
}

void
fv_frequency_reset(struct fv_rule_state *state)
{
	fv_ptrmap_reset(&state->keys);
	state->counter_count = 0;
	state->pool_count = 0;
}

/* What a contact finds, of the key with most. */
struct tally {
	const char *key;
	uint32_t certain; /* before it, in its period */
	uint32_t possible;
	const struct fv_counter *counter;
};

static struct tally
take_tally(struct fv_judge *j, struct fv_strs keys)
{
	struct fv_rule_state *state = j->state;
	int64_t start = period_start(&j->clause->u.frequency, j->view->day);
	const struct fv_counter *any = find_counter(state, state->clause, start);
	uint32_t stray = any == NULL ? 0 : any->certain + any->unsure;
	struct tally best = {.key = keys.count > 0 ? keys.items[0] : NULL, .possible = stray};

	for (size_t i = 0; i < keys.count; i++) {
		const struct fv_counter *c = find_counter(state, keys.items[i], start);
		if (c == NULL)
			continue;
		if (c->certain + c->unsure + stray > best.possible)
			best.possible = c->certain + c->unsure + stray;
		if (best.counter != NULL && c->certain <= best.certain)
			continue;
		best.key = keys.items[i];
		best.certain = c->certain;
		best.counter = c;
	}
	/* Without a key of its own it may be one of any. */
	for (size_t i = 0; i < state->counter_count && keys.count == 0; i++) {
		struct fv_counter *c = &state->counters[i];
		if (c->key == state->clause)
			continue;
		drop_before(state, c, start);
		if (c->certain + c->unsure + stray > best.possible)
			best.possible = c->certain + c->unsure + stray;
	}
	return best;
}

static void
put_tally(struct fv_judge *j, const struct tally *tally, uint32_t own, uint32_t limit)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;

	fv_judge_put_int(j, "count", (int64_t)tally->certain + own);
	fv_judge_put_int(j, "limit", limit);
	fv_judge_put_date(j, "from", period_start(f, j->view->day));
	fv_judge_put_date(j, "to", j->view->day);
	fv_judge_put_text(j, "per", fv_code_word(FV_CODES_PER, f->per));
	if (f->per != FV_PER_DEBTOR)
		fv_judge_put_text(j, "key", tally->key);
	if (tally->counter != NULL && tally->counter->imported > 0)
		fv_judge_put_int(j, "imported_unsigned", tally->counter->imported);
}

static void
say_over(struct fv_judge *j, const struct tally *tally, uint32_t limit)
{
	fv_judge_say(j, FV_VERDICT_FAIL, R_COUNT_OVER);
	if (limit == 0 || tally->counter == NULL || tally->counter->mark == NO_ENTRY) {
		fv_judge_lifted_by(j, "supervisor");
		return;
	}
	int64_t day =
	    period_after(&j->clause->u.frequency, j->state->pool[tally->counter->mark].day);
	fv_judge_next(j, fv_zone_day_start(j->file->zones[0].zone, day));
}

void
fv_judge_frequency(struct fv_judge *j)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	uint32_t limit = limit_of(f);
	const char *one = NULL;
	enum counts what = counts(j->rule, j->clause, j->view);
	struct tally tally = take_tally(j, keys_of(j->clause, j->file, j->view->k, &one));
	uint32_t own = j->view->is_copy || what == COUNTS_NOT ? 0 : 1;

	put_tally(j, &tally, own, limit);
	if (what == COUNTS_NOT) {
		/* It cannot break the limit, nor be called within one that is broken. */
		if (tally.certain > limit)
			fv_judge_say(j, FV_VERDICT_NA, R_NOT_COUNTED);
		else
			fv_judge_say(j, FV_VERDICT_PASS, R_COUNT_OK);
		return;
	}
	if (what == COUNTS && tally.certain + own > limit) {
		say_over(j, &tally, limit);
		return;
	}
	if (tally.possible + own > limit) {
		fv_judge_put_int(j, "count_max", (int64_t)tally.possible + own);
		fv_judge_say(j, FV_VERDICT_REVIEW, R_COUNT_UNSURE);
		bool has_key = f->per != FV_PER_NUMBER || j->view->k->number != NULL;
		fv_judge_missing(j,
		    !has_key               ? "number"
			: f->outcomes != 0 ? "outcome"
					   : "debts");
		return;
	}
	fv_judge_say(j, FV_VERDICT_PASS, R_COUNT_OK);
}
