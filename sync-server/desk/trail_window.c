/*
 * The windows in which rules count: which dates, and which contacts of the history lie in
 * them and match.  The engine says from, to, count and limit; which contacts it counted
 * follows from its rule, and is held against its count: where the two differ (a contact
 * that may or may not count) the window says that its list is not exact.
 */
#include <string.h>

#include "sync-server/desk/trail_history.h"

static uint32_t
limit_of(const struct fv_frequency_rule *f)
{
	return f->excludes_limit && f->limit > 0 ? f->limit - 1 : f->limit;
}

static bool
counts(const struct fv_rule *rule)
{
	for (size_t i = 0; i < rule->clause_count; i++)
		if (rule->clauses[i].kind == FV_RULE_FREQUENCY)
			return true;
	return false;
}

const struct fv_rule *
trail_rule_of(const struct judged_finding *f)
{
	for (size_t i = 0; i < f->by->rule_count; i++)
		if (strcmp(f->by->rules[i].id, f->rule) == 0)
			return &f->by->rules[i];
	return NULL;
}

static bool
has_key(const struct fv_strs *set, const char *key)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i], key) == 0)
			return true;
	return false;
}

static bool
is_about(const struct fv_clause *c, const struct fv_contact *k, const char *key)
{
	const enum fv_per per = c->u.frequency.per;

	if (key == NULL || (per != FV_PER_NUMBER && per != FV_PER_DEBT))
		return true;
	if (per == FV_PER_NUMBER)
		return k->number == NULL || strcmp(k->number, key) == 0;
	if (k->has_discussed && k->discussed.count > 0)
		return has_key(&k->discussed, key);
	return k->debts.count == 0 || has_key(&k->debts, key);
}

static bool
has_bit(uint32_t bits, uint32_t code)
{
	return bits == 0 || code == 0 || (bits & fv_code_bit(code)) != 0;
}

static bool
matches(const struct fv_clause *c, const struct fv_contact *k, const char *key)
{
	const struct fv_frequency_rule *f = &c->u.frequency;
	const uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;
	const uint32_t with = k->with != 0 ? (uint32_t)k->with : (uint32_t)k->meant_for;

	return (c->channels & fv_code_bit(k->channel)) != 0 && !k->is_wrong_case &&
	    (f->by & fv_code_bit(k->by)) != 0 && has_bit(c->places, k->place) &&
	    has_bit(c->purposes, purpose) && has_bit(f->outcomes, k->outcome) &&
	    has_bit(f->with, with) && is_about(c, k, key);
}

/* The same visit as one counted before, logged by a second officer too. */
static bool
is_copy(const struct fv_case_history *h, size_t at)
{
	const struct fv_contact *k = h->contacts[at];

	for (size_t i = at; k->link != NULL && i-- > 0;)
		if (h->contacts[i]->link != NULL && strcmp(h->contacts[i]->link, k->link) == 0)
			return true;
	return false;
}

static json_int_t
number_of(const json_t *inputs, const char *name)
{
	const json_t *value = json_object_get(inputs, name);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool
date_of(const json_t *inputs, const char *name, int64_t *day_out)
{
	const char *text = json_string_value(json_object_get(inputs, name));

	return text != NULL && fv_date_parse(fv_span_z(text), day_out) == FV_OK;
}

static void
put_span(const struct trail_history *th, json_t *window, int64_t from, int64_t to)
{
	char text[16];

	(void)json_object_set_new(window, "from", json_string(trail_date(from, text)));
	(void)json_object_set_new(window, "to", json_string(trail_date(to, text)));
	(void)json_object_set_new(window, "from_ms",
	    json_integer((json_int_t)fv_zone_day_start(th->judgement.zone, from)));
	(void)json_object_set_new(window, "until_ms",
	    json_integer((json_int_t)fv_zone_day_start(th->judgement.zone, to + 1)));
}

/* The first contact that begins at or after an instant. */
static size_t
first_from(const struct fv_case_history *h, int64_t ms)
{
	size_t low = 0, high = h->contact_count;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (h->contacts[mid]->begin_utc_ms < ms)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Contacts of the window up to the one judged; *n_out: how many, or how many channels. */
static json_t *
list_counted(const struct trail_history *th, const struct fv_clause *c, const json_t *inputs,
    const struct judged_finding *f, json_int_t *n_out)
{
	const char *key = json_string_value(json_object_get(inputs, "key"));
	json_t *counted = json_array();
	uint32_t channels = 0;
	int64_t from = 0, to = 0;

	(void)date_of(inputs, "from", &from);
	(void)date_of(inputs, "to", &to);
	for (size_t i = first_from(th->history, fv_zone_day_start(th->judgement.zone, from));
	     i < th->history->contact_count; i++) {
		const struct fv_contact *k = th->history->contacts[i];
		const int64_t day = fv_zone_local_days(th->judgement.zone, k->begin_utc_ms);

		if (day >= from && day <= to && matches(c, k, key) &&
		    !is_copy(th->history, i)) {
			(void)json_array_append_new(counted, json_string(k->id));
			channels |= fv_code_bit(k->channel);
		}
		if (strcmp(k->id, f->contact) == 0)
			break;
	}
	*n_out = (json_int_t)json_array_size(counted);
	if (c->u.frequency.distinct_channels)
		for (*n_out = 0; channels != 0; channels &= channels - 1)
			(*n_out)++;
	return counted;
}

/* By which of the rule's clauses was counted is told by the limit and by the count. */
static bool
put_counted(const struct trail_history *th, const struct fv_rule *rule, const json_t *inputs,
    const struct judged_finding *f, json_t *window)
{
	json_t *best = NULL, *counted;
	bool is_exact = false, has_channels = false;
	json_int_t n;

	for (size_t i = 0; i < rule->clause_count && !is_exact; i++) {
		const struct fv_clause *c = &rule->clauses[i];

		if (c->kind != FV_RULE_FREQUENCY || !c->u.frequency.has_limit ||
		    (json_int_t)limit_of(&c->u.frequency) != number_of(inputs, "limit"))
			continue;
		counted = list_counted(th, c, inputs, f, &n);
		is_exact = n == number_of(inputs, "count");
		if (best != NULL && !is_exact) {
			json_decref(counted);
			continue;
		}
		json_decref(best);
		best = counted;
		has_channels = c->u.frequency.distinct_channels;
	}
	if (best == NULL)
		return false;
	(void)json_object_set_new(window, "counts_channels", json_boolean(has_channels));
	(void)json_object_set_new(window, "counted", best);
	(void)json_object_set_new(window, "is_exact", json_boolean(is_exact));
	return true;
}

static json_t *
window_of(const struct judged_finding *f, const char *kind)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", kind, "pack", f->pack, "rule",
	    f->rule, "contact", f->contact, "verdict", fv_verdict_word(f->verdict));
}

static void
put_count(struct trail_history *th, const struct fv_rule *rule, const json_t *inputs,
    const struct judged_finding *f)
{
	const json_int_t limit = number_of(inputs, "limit");
	const char *per = json_string_value(json_object_get(inputs, "per"));
	int64_t from, to;
	json_t *window;

	if (limit < 0 || !date_of(inputs, "from", &from) || !date_of(inputs, "to", &to))
		return;
	window = window_of(f, "count");
	put_span(th, window, from, to);
	(void)json_object_set_new(window, "count", json_integer(number_of(inputs, "count")));
	(void)json_object_set_new(window, "limit", json_integer(limit));
	(void)json_object_set_new(window, "per", per != NULL ? json_string(per) : json_null());
	if (put_counted(th, rule, inputs, f, window))
		(void)json_array_append(th->windows, window);
	json_decref(window);
}

/* How long after one contact the next may not come. */
static void
put_apart(struct trail_history *th, const json_t *inputs, const struct judged_finding *f,
    bool is_talk)
{
	const json_int_t days = number_of(inputs, is_talk ? "cool_off_days" : "spacing_days");
	const char *since =
	    json_string_value(json_object_get(inputs, is_talk ? "talk" : "last"));
	int64_t day;
	json_t *window;

	if (since == NULL || days < 1 || days > 36600 ||
	    !date_of(inputs, is_talk ? "talk_date" : "last_date", &day))
		return;
	window = window_of(f, is_talk ? "cool_off" : "spacing");
	put_span(th, window, day, day + days);
	(void)json_object_set_new(window, "count", json_integer(days));
	(void)json_object_set_new(window, "limit", json_null());
	(void)json_object_set_new(window, "counted", json_pack("[s]", since));
	(void)json_object_set_new(window, "is_exact", json_true());
	(void)json_array_append_new(th->windows, window);
}

void
trail_put_windows(struct trail_history *th, const struct judged_finding *f)
{
	const struct fv_rule *rule = trail_rule_of(f);
	json_t *inputs;

	if (f->verdict == FV_VERDICT_NA || rule == NULL || !counts(rule) || f->inputs == NULL)
		return;
	if ((inputs = json_loads(f->inputs, 0, NULL)) == NULL)
		return;
	put_count(th, rule, inputs, f);
	put_apart(th, inputs, f, true);
	put_apart(th, inputs, f, false);
	json_decref(inputs);
}
