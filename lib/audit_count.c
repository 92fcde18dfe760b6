/* Frequency: how many counted contacts a key has had within a period of local dates. */
#include "lib/audit_count.h"

#include <stdlib.h>

#define NO_ENTRY UINT32_MAX
#define WALK_MAX 64U /* so far over the limit the next named may be later than it must be */

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

struct fv_counter *
fv_counter_find(const struct fv_rule_state *state, const void *key)
{
	uint32_t i;

	return fv_ptrmap_get(&state->keys, key, &i) ? &state->counters[i] : NULL;
}

enum fv_err
fv_counter_make(struct fv_rule_state *state, const void *key, struct fv_counter **counter_out)
{
	if ((*counter_out = fv_counter_find(state, key)) != NULL)
		return FV_OK;
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
	for (size_t i = 0; i < FV_CHANNELS; i++)
		c->used[0][i] = c->used[1][i] = INT64_MIN;
	*counter_out = c;
	return fv_ptrmap_put(&state->keys, key, (uint32_t)state->counter_count++);
}

static enum fv_err
add_to_pool(struct fv_rule_state *state, struct fv_counter *c, const struct fv_view *view,
    bool is_certain)
{
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

static enum fv_err
reserve_active(struct fv_rule_state *state)
{
	if (state->active_count < state->active_cap)
		return FV_OK;
	size_t cap = state->active_cap == 0 ? 8 : state->active_cap * 2;
	uint32_t *active = realloc(state->active, cap * sizeof *active);
	if (active == NULL)
		return FV_ENOMEM;
	state->active = active;
	state->active_cap = cap;
	return FV_OK;
}

static enum fv_err
count_on(struct fv_judge *j, const void *key, struct fv_counting n)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_rule_state *state = j->state;
	bool is_certain = n.what == FV_COUNTS;
	struct fv_counter *c;
	enum fv_err rc;

	if ((rc = fv_counter_make(state, key, &c)) != FV_OK)
		return rc;
	c->lacks = is_certain ? c->lacks : n.lacks;
	if (!c->is_active) {
		if ((rc = reserve_active(state)) != FV_OK)
			return rc;
		state->active[state->active_count++] = (uint32_t)(c - state->counters);
		c->is_active = true;
	}
	fv_apart_count(state, c, j->view, is_certain);
	if (!f->has_limit)
		return FV_OK;
	if (f->distinct_channels) {
		c->used[is_certain ? 0 : 1][j->view->k->channel] = j->view->day;
		return FV_OK;
	}
	drop_before(state, c, period_start(f, j->view->day));
	return add_to_pool(state, c, j->view, is_certain);
}

/* What a contact that happened is to the counters: one agreed to is not counted. */
static struct fv_counting
counting_of(struct fv_judge *j)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_counting n = fv_count_matches(j, j->clause->channels, f->by, f->outcomes);

	if (n.what == FV_COUNTS_NOT || !f->skips_consented)
		return n;
	enum fv_worth worth = fv_consent_worth(j);
	if (worth == FV_WORTH_GOOD)
		n.what = FV_COUNTS_NOT;
	else if (worth != FV_WORTH_NONE)
		n = (struct fv_counting){.what = FV_MAY_COUNT, .lacks = "consent"};
	return n;
}

enum fv_err
fv_frequency_feed(struct fv_judge *j)
{
	struct fv_counting n = counting_of(j);
	struct fv_keys keys;
	enum fv_err rc = FV_OK;

	if (n.what != FV_COUNTS_NOT && !j->view->is_copy) {
		fv_count_keys(j, &keys);
		if (keys.is_either && keys.list.count > 1 && n.what == FV_COUNTS)
			n = (struct fv_counting){.what = FV_MAY_COUNT, .lacks = "discussed"};
		/* A contact whose key is not said may count on any. */
		if (keys.list.count == 0)
			rc = count_on(j, j->clause, n);
		for (size_t i = 0; i < keys.list.count && rc == FV_OK; i++)
			rc = count_on(j, keys.list.items[i], n);
	}
	return rc == FV_OK ? fv_apart_feed(j) : rc;
}

void
fv_frequency_reset(struct fv_rule_state *state)
{
	fv_ptrmap_reset(&state->keys);
	state->counter_count = 0;
	state->pool_count = 0;
	state->active_count = 0;
	state->any_talk.view = NULL;
	state->any_last.view = NULL;
	state->general.view = NULL;
	state->general_debts.count = 0;
}

/* What a contact finds, itself included, on the key with most. */
struct tally {
	const char *key;
	uint32_t certain;
	uint32_t possible;
	uint32_t imported;
	int64_t next_day; /* INT64_MIN: none is known */
	const char *lacks;
};

/* The ways of contact used since `start`, as bits. */
static uint32_t
channels_used(const struct fv_counter *c, int64_t start, bool with_doubtful)
{
	uint32_t bits = 0;

	for (uint32_t code = 1; c != NULL && code < FV_CHANNELS; code++)
		if (c->used[0][code] >= start || (with_doubtful && c->used[1][code] >= start))
			bits |= fv_code_bit(code);
	return bits;
}

static uint32_t
count_bits(uint32_t bits)
{
	uint32_t n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

/* The date of the last use of a channel, be it sure or not. */
static int64_t
last_use(const struct fv_counter *c, const struct fv_counter *any, uint32_t code)
{
	int64_t day = INT64_MIN;

	for (size_t i = 0; i < 2; i++) {
		if (c != NULL && c->used[i][code] > day)
			day = c->used[i][code];
		if (any != NULL && any->used[i][code] > day)
			day = any->used[i][code];
	}
	return day;
}

/* When so many other ways have left the period that this one is within the limit. */
static int64_t
channels_next(const struct fv_judge *j, const struct fv_counter *c,
    const struct fv_counter *any, int64_t start)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	uint32_t own = fv_code_bit(j->view->k->channel);
	uint32_t left =
	    (channels_used(c, start, true) | channels_used(any, start, true)) & ~own;
	int64_t day = INT64_MIN;

	while (limit_of(f) > 0 && count_bits(left) >= limit_of(f)) {
		uint32_t oldest = 0;
		for (uint32_t code = 1; code < FV_CHANNELS; code++)
			if ((left & fv_code_bit(code)) != 0 &&
			    (oldest == 0 || last_use(c, any, code) < last_use(c, any, oldest)))
				oldest = code;
		left &= ~fv_code_bit(oldest);
		day = period_after(f, last_use(c, any, oldest));
	}
	return day;
}

/* The date of the n-th oldest of two lists together. */
static int64_t
nth_oldest(const struct fv_rule_state *state, uint32_t a, uint32_t b, uint32_t n)
{
	int64_t day = INT64_MIN;

	for (; n > 0 && (a != NO_ENTRY || b != NO_ENTRY); n--) {
		bool takes_a = b == NO_ENTRY ||
		    (a != NO_ENTRY && state->pool[a].day <= state->pool[b].day);
		uint32_t *at = takes_a ? &a : &b;
		day = state->pool[*at].day;
		*at = state->pool[*at].next;
	}
	return day;
}

/* One key; `any`: what has no key of its own, and may be of this. */
static struct tally
tally_key(struct fv_judge *j, const char *key, const struct fv_counter *any, uint32_t own)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_rule_state *state = j->state;
	int64_t start = period_start(f, j->view->day);
	struct fv_counter *c = key == NULL ? NULL : fv_counter_find(state, key);
	struct tally t = {.key = key, .next_day = INT64_MIN};

	t.lacks = c == NULL ? NULL : c->lacks;
	if (f->distinct_channels) {
		uint32_t bit = own > 0 ? fv_code_bit(j->view->k->channel) : 0;
		t.certain = count_bits(channels_used(c, start, false) | bit);
		t.possible = count_bits(
		    channels_used(c, start, true) | channels_used(any, start, true) | bit);
		t.next_day = channels_next(j, c, any, start);
		return t;
	}
	uint32_t stray = any == NULL ? 0 : any->certain + any->unsure;
	t.certain = own;
	t.possible = own + stray;
	if (c != NULL) {
		drop_before(state, c, start);
		t.certain += c->certain;
		t.possible += c->certain + c->unsure;
		t.imported = c->imported;
	}
	if (t.possible <= limit_of(f) || limit_of(f) == 0)
		return t;
	uint32_t excess = t.possible - own - limit_of(f) + 1;
	int64_t last = INT64_MIN;
	if (stray == 0)
		last = c->mark == NO_ENTRY ? last : state->pool[c->mark].day;
	else if (excess > WALK_MAX)
		last = state->pool[any->tail].day;
	else
		last = nth_oldest(state, c == NULL ? NO_ENTRY : c->head, any->head, excess);
	t.next_day = last == INT64_MIN ? last : period_after(f, last);
	return t;
}

/* Take what another key has into what is known: the greater number is the one that
 * counts, and the lesser where the contact may be about either key. */
static void
join(struct tally *best, const struct tally *t, bool is_either)
{
	if (is_either ? t->certain < best->certain : t->certain > best->certain) {
		best->key = t->key;
		best->certain = t->certain;
		best->imported = t->imported;
	}
	if (t->possible > best->possible) {
		best->possible = t->possible;
		best->lacks = t->lacks;
	}
	if (t->next_day > best->next_day)
		best->next_day = t->next_day;
}

/* Whether nothing of a key lies in the period any more. */
static bool
is_idle(const struct fv_rule_state *state, const struct fv_counter *c, int64_t start)
{
	if (state->clause->u.frequency.distinct_channels)
		return channels_used(c, start, true) == 0;
	return c->head == NO_ENTRY;
}

/* A contact without a key may be one of any: the most that one of them then has.  Keys of
 * which nothing lies in the period are not looked at again until they count once more. */
static uint32_t
most_of_any(struct fv_judge *j, const struct fv_counter *any, uint32_t own, uint32_t most)
{
	struct fv_rule_state *state = j->state;
	int64_t start = period_start(&j->clause->u.frequency, j->view->day);

	for (size_t i = 0; i < state->active_count;) {
		struct fv_counter *c = &state->counters[state->active[i]];
		drop_before(state, c, start);
		if (is_idle(state, c, start)) {
			c->is_active = false;
			state->active[i] = state->active[--state->active_count];
			continue;
		}
		i++;
		if (c == any)
			continue;
		struct tally t = tally_key(j, c->key, any, own);
		most = t.possible > most ? t.possible : most;
	}
	return most;
}

static struct tally
take_tally(struct fv_judge *j, const struct fv_keys *keys, uint32_t own)
{
	struct fv_rule_state *state = j->state;
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_counter *any = fv_counter_find(state, state->clause);

	if (any != NULL)
		drop_before(state, any, period_start(f, j->view->day));
	struct tally best =
	    tally_key(j, keys->list.count > 0 ? keys->list.items[0] : NULL, any, own);
	for (size_t i = 1; i < keys->list.count; i++) {
		struct tally t = tally_key(j, keys->list.items[i], any, own);
		join(&best, &t, keys->is_either);
	}
	if (keys->list.count == 0)
		best.possible = most_of_any(j, any, own, best.possible);
	return best;
}

static void
put_key(struct fv_judge *j, const char *key)
{
	enum fv_per per = j->clause->u.frequency.per;

	fv_judge_put_text(j, "per", fv_code_word(FV_CODES_PER, per));
	if (per != FV_PER_DEBTOR)
		fv_judge_put_text(j, "key", key);
}

static void
put_tally(struct fv_judge *j, const struct tally *tally)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;

	fv_judge_put_int(j, "count", tally->certain);
	fv_judge_put_int(j, "limit", limit_of(f));
	fv_judge_put_date(j, "from", period_start(f, j->view->day));
	fv_judge_put_date(j, "to", j->view->day);
	put_key(j, tally->key);
	if (tally->imported > 0)
		fv_judge_put_int(j, "imported_unsigned", tally->imported);
}

static struct fv_part
judge_limit(struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n,
    const struct tally *tally)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_part part = {
	    .verdict = FV_VERDICT_PASS, .reason = R_COUNT_OK, .next_utc_ms = INT64_MIN};

	if (tally->possible > limit_of(f))
		part.next_utc_ms = tally->next_day == INT64_MIN
		    ? INT64_MAX
		    : fv_zone_day_start(j->file->zones[0].zone, tally->next_day);
	if (n.what == FV_COUNTS && tally->certain > limit_of(f)) {
		part.verdict = FV_VERDICT_FAIL;
		part.reason = f->distinct_channels ? R_CHANNELS_OVER : R_COUNT_OVER;
	} else if (tally->possible > limit_of(f)) {
		part.verdict = FV_VERDICT_REVIEW;
		/* Where all else is sure, the doubt is whether this one counts. */
		part.reason =
		    tally->certain == tally->possible ? R_COUNT_WITH_THIS : R_COUNT_UNSURE;
		part.lacks = n.what == FV_MAY_COUNT                ? n.lacks
		    : keys->is_either                              ? "discussed"
		    : keys->list.count > 0 && tally->lacks != NULL ? tally->lacks
		    : f->per == FV_PER_DEBT                        ? "debts"
								   : "number";
	}
	return part;
}

static bool
is_worse(const struct fv_part *a, const struct fv_part *b)
{
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	return a->verdict == FV_VERDICT_FAIL && a->next_utc_ms > b->next_utc_ms;
}

static void
put_since(struct fv_judge *j, const struct fv_part *part, bool is_talk)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;

	fv_judge_put_date(j, is_talk ? "talk_date" : "last_date", part->since->day);
	fv_judge_put_text(j, is_talk ? "talk" : "last", part->since->k->id);
	if (is_talk)
		fv_judge_put_int(j, "cool_off_days", f->cool_off.period.days);
	if (!is_talk && f->spacing_days > 0)
		fv_judge_put_int(j, "spacing_days", f->spacing_days);
	if (!is_talk && f->spacing_minutes > 0)
		fv_judge_put_int(j, "spacing_minutes", f->spacing_minutes);
	put_key(j, part->key);
}

static void
say_part(struct fv_judge *j, const struct fv_part *part, const struct tally *tally)
{
	if (part->since != NULL) {
		put_since(
		    j, part, part->reason == R_COOL_OFF || part->reason == R_COOL_OFF_UNSURE);
	} else if (j->clause->u.frequency.has_limit) {
		put_tally(j, tally);
		if (part->reason == R_COUNT_UNSURE || part->reason == R_COUNT_WITH_THIS)
			fv_judge_put_int(j, "count_max", tally->possible);
	}
	fv_judge_say(j, part->verdict, part->reason);
	if (part->verdict == FV_VERDICT_REVIEW)
		fv_judge_missing(j, part->lacks);
	else if (part->verdict == FV_VERDICT_FAIL && part->next_utc_ms == INT64_MAX)
		fv_judge_lifted_by(j, "supervisor");
	else if (part->verdict == FV_VERDICT_FAIL)
		fv_judge_next(j, part->next_utc_ms);
}

/* It cannot break the rule, nor be called within one that is broken. */
static void
say_not_counted(struct fv_judge *j, const struct tally *tally)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;

	if (f->has_limit)
		put_tally(j, tally);
	if (!f->has_limit || tally->certain > limit_of(f))
		fv_judge_say(j, FV_VERDICT_NA, R_NOT_COUNTED);
	else
		fv_judge_say(j, FV_VERDICT_PASS, R_COUNT_OK);
}

void
fv_judge_frequency(struct fv_judge *j)
{
	const struct fv_frequency_rule *f = &j->clause->u.frequency;
	struct fv_counting n = fv_count_matches(j, j->clause->channels, f->by, f->outcomes);
	struct tally tally = {0};
	struct fv_keys keys;

	fv_count_keys(j, &keys);
	if (f->has_limit)
		tally =
		    take_tally(j, &keys, j->view->is_copy || n.what == FV_COUNTS_NOT ? 0 : 1);
	if (n.what == FV_COUNTS_NOT) {
		say_not_counted(j, &tally);
		return;
	}
	const struct fv_part parts[] = {
	    f->has_limit ? judge_limit(j, &keys, n, &tally)
			 : (struct fv_part){.verdict = FV_VERDICT_PASS,
			       .reason = R_APART,
			       .next_utc_ms = INT64_MIN},
	    fv_apart_from_talk(j, &keys, n),
	    fv_apart_from_last(j, &keys, n),
	};
	struct fv_part worst = parts[0];
	int64_t next = parts[0].next_utc_ms;
	for (size_t i = 1; i < 3; i++) {
		if (is_worse(&parts[i], &worst))
			worst = parts[i];
		next = parts[i].next_utc_ms > next ? parts[i].next_utc_ms : next;
	}
	worst.next_utc_ms = next; /* when no part stands in the way */
	/* One that was agreed to is no part of the number, and passes for that alone. */
	if (worst.verdict == FV_VERDICT_PASS && f->skips_consented && tally.certain > 0 &&
	    !j->view->is_copy && !f->distinct_channels && fv_consent_worth(j) == FV_WORTH_GOOD)
		tally.certain--;
	say_part(j, &worst, &tally);
	/* The frame asks for consent where there is a breach; here a doubt is none either. */
	if (f->skips_consented && worst.verdict == FV_VERDICT_REVIEW &&
	    fv_consent_worth(j) == FV_WORTH_GOOD)
		fv_judge_consent(j);
}
