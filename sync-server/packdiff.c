#include "sync-server/packdiff.h"

#include <stdio.h>
#include <string.h>

/* Members of a pack that are compared apart, or not at all. */
static const char *const apart[] = {"rules", "extends", "$schema"};

/* Members that no verdict follows from. */
static const char *const neutral[] = {"citation", "text.en", "text.zh"};

/* Parameters where more allows more, and those where more allows less. */
static const char *const more_is_looser[] = {"limit", "radius_m", "radius_ft", "minutes",
    "hours", "max_percent", "max_days", "failures"};
static const char *const more_is_tighter[] = {"count", "spacing_minutes", "spacing_days",
    "min_days", "cool_off.period.days", "period.days", "oral_days", "after_until_days"};

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof(names)[0])

enum fv_err
packdiff_load(struct fv_span json, struct fv_span base, json_t **out)
{
	struct fv_buf text = {0};
	json_error_t why;
	json_t *rule;
	size_t i;
	enum fv_err rc = fv_rulepack_put_merged(json, base, &text);

	*out = NULL;
	if (rc == FV_OK &&
	    (*out = json_loadb((const char *)text.ptr, text.len, 0, &why)) == NULL)
		rc = FV_ENOMEM;
	fv_buf_clear(&text);
	if (rc != FV_OK)
		return rc;
	json_array_foreach(json_object_get(*out, "rules"), i, rule)
	{
		const char *c = json_string_value(json_object_get(rule, "confidence"));
		if (json_object_get(rule, "enabled") == NULL && c != NULL)
			(void)json_object_set_new(
			    rule, "enabled", json_boolean(strchr("PS", c[0]) != NULL));
	}
	return FV_OK;
}

/* A walk over two values at once. */
struct walk {
	struct packdiff diff;
	char field[PACKDIFF_FIELD_BYTES];
	packdiff_fn fn;
	void *ctx;
};

static void compare(struct walk *w, const json_t *a, const json_t *b);

static void
compare_member(struct walk *w, const char *name, const json_t *a, const json_t *b)
{
	const size_t len = strlen(w->field);

	if (len + strlen(name) + 2 > sizeof w->field)
		return;
	(void)snprintf(
	    w->field + len, sizeof w->field - len, "%s%s", len > 0 ? "." : "", name);
	compare(w, a, b);
	w->field[len] = '\0';
}

static void
compare(struct walk *w, const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;

	a = json_is_null(a) ? NULL : a;
	b = json_is_null(b) ? NULL : b;
	if (a == b || (a != NULL && b != NULL && json_equal(a, b)))
		return;
	if (!json_is_object(a) || !json_is_object(b)) {
		w->diff.field = w->field;
		w->diff.old_value = a;
		w->diff.new_value = b;
		w->fn(&w->diff, w->ctx);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)a, name, value)
	    compare_member(w, name, value, json_object_get(b, name));
	json_object_foreach((json_t *)(uintptr_t)b, name, value)
	{
		if (json_object_get(a, name) == NULL)
			compare_member(w, name, NULL, value);
	}
}

static const json_t *
find_rule(const json_t *pack, const char *id)
{
	const json_t *rules = json_object_get(pack, "rules");

	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i);
		const char *other = json_string_value(json_object_get(rule, "id"));
		if (other != NULL && strcmp(id, other) == 0)
			return rule;
	}
	return NULL;
}

static void
compare_rules(struct walk *w, const json_t *a, const json_t *b)
{
	const json_t *of_a = json_object_get(a, "rules"), *of_b = json_object_get(b, "rules");

	for (size_t i = 0; i < json_array_size(of_a) + json_array_size(of_b); i++) {
		const bool is_old = i < json_array_size(of_a);
		const json_t *rule = is_old ? json_array_get(of_a, i)
					    : json_array_get(of_b, i - json_array_size(of_a));
		const char *id = json_string_value(json_object_get(rule, "id"));
		if (id == NULL || (!is_old && find_rule(a, id) != NULL))
			continue;
		w->diff.rule = id;
		w->diff.kind = json_string_value(json_object_get(rule, "kind"));
		w->field[0] = '\0';
		compare(w, is_old ? rule : NULL, is_old ? find_rule(b, id) : rule);
	}
}

void
packdiff_each(const json_t *a, const json_t *b, packdiff_fn fn, void *ctx)
{
	struct walk w = {.diff.rule = "", .fn = fn, .ctx = ctx};
	const json_t *const sides[2] = {a, b};
	const char *name;
	json_t *value;

	for (size_t side = 0; side < 2; side++)
		json_object_foreach((json_t *)(uintptr_t)sides[side], name, value)
		{
			(void)value;
			if (IS_ONE_OF(name, apart) ||
			    (side == 1 && json_object_get(a, name) != NULL))
				continue;
			w.field[0] = '\0';
			compare_member(
			    &w, name, json_object_get(a, name), json_object_get(b, name));
		}
	compare_rules(&w, a, b);
}

/* Numbers tell which way; what is not there is 0 days or no bound, and cannot be told. */
static enum packdiff_sense
sense_of_number(const struct packdiff *d, const char *name)
{
	const bool is_more =
	    json_integer_value(d->new_value) > json_integer_value(d->old_value);

	if (!json_is_integer(d->old_value) || !json_is_integer(d->new_value))
		return PACKDIFF_CHANGED;
	if (IS_ONE_OF(name, more_is_looser))
		return is_more ? PACKDIFF_LOOSER : PACKDIFF_TIGHTER;
	if (IS_ONE_OF(name, more_is_tighter))
		return is_more ? PACKDIFF_TIGHTER : PACKDIFF_LOOSER;
	/* Of so many in `days`: over more days the same number allows less. */
	if (strcmp(name, "days") == 0 && d->kind != NULL &&
	    (strcmp(d->kind, "frequency") == 0 || strcmp(d->kind, "hold") == 0))
		return is_more ? PACKDIFF_TIGHTER : PACKDIFF_LOOSER;
	return PACKDIFF_CHANGED;
}

enum packdiff_sense
packdiff_sense_of(const struct packdiff *d)
{
	static const char under[] = "parameters.";

	if (d->rule[0] == '\0')
		return strcmp(d->field, "scope") == 0 || strncmp(d->field, "scope.", 6) == 0 ||
			strcmp(d->field, "calendars") == 0
		    ? PACKDIFF_CHANGED
		    : PACKDIFF_NEUTRAL;
	if (d->field[0] == '\0') /* a rule that is gone, or new */
		return d->new_value == NULL ? PACKDIFF_LOOSER : PACKDIFF_TIGHTER;
	if (IS_ONE_OF(d->field, neutral))
		return PACKDIFF_NEUTRAL;
	if (strcmp(d->field, "enabled") == 0)
		return json_is_true(d->new_value) ? PACKDIFF_TIGHTER : PACKDIFF_LOOSER;
	if (strcmp(d->field, "on_breach") == 0) {
		const char *to = json_string_value(d->new_value);
		return to != NULL && strcmp(to, "fail") == 0 ? PACKDIFF_TIGHTER
							     : PACKDIFF_LOOSER;
	}
	if (strncmp(d->field, under, sizeof under - 1) == 0)
		return sense_of_number(d, d->field + sizeof under - 1);
	return PACKDIFF_CHANGED;
}
