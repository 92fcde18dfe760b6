/* The JSON Schema of packs, out of the very tables by which packs are read. */
#include "fv/rulepack.h"

#include <stdlib.h>
#include <string.h>

#include "lib/rulepack_read.h"

#define PAIR_TEXT_MAX 600
#define BILINGUAL_MAX 400
#define WINDOWS_MAX 32

/* What a table cannot say: parameters that need each other, kind by kind. */
static const struct {
	enum fv_rule_kind kind;
	const char *json; /* members of the schema of the parameters */
} needs[] = {
    {FV_RULE_FREQUENCY,
	"{\"anyOf\":[{\"required\":[\"limit\"]},{\"required\":[\"cool_off\"]},{\"required\":["
	"\"spacing_minutes\"]},{\"required\":[\"spacing_days\"]}],\"dependentRequired\":{"
	"\"limit\":[\"unit\"],\"unit\":[\"limit\"],\"days\":[\"unit\"]},\"if\":{\"required\":["
	"\"unit\"],\"properties\":{\"unit\":{\"const\":\"day\"}}},\"then\":{\"required\":["
	"\"days\"]},\"else\":{\"properties\":{\"days\":false}}}"},
    {FV_RULE_GEOFENCE,
	"{\"oneOf\":[{\"required\":[\"radius_m\"]},{\"required\":[\"radius_ft\"]}]}"},
    {FV_RULE_HOLD,
	"{\"dependentRequired\":{\"oral_days\":[\"confirm_days\"],\"confirm_days\":["
	"\"oral_days\"]}}"},
    {FV_RULE_PRECONDITION,
	"{\"anyOf\":[{\"required\":[\"events\"]},{\"required\":[\"attempts\"]}]}"},
    {FV_RULE_CONSENT, "{\"required\":[\"consent\"]}"},
    {FV_RULE_RETENTION,
	"{\"anyOf\":[{\"required\":[\"min_days\"]},{\"required\":[\"max_days\"]}]}"},
    {FV_RULE_INTERVAL, "{\"properties\":{\"subject\":{\"enum\":[\"officer\",\"agency\"]}}}"},
};

/* A string of min..max bytes. */
static json_t *
text_of(uint32_t min, uint32_t max)
{
	return json_pack("{s:s, s:I, s:I}", "type", "string", "minLength", (json_int_t)min,
	    "maxLength", (json_int_t)max);
}

static json_t *
ref_to(const char *def)
{
	return json_pack("{s:s+}", "$ref", "#/$defs/", def);
}

static json_t *
word_of(enum fv_code_set codes)
{
	json_t *list = json_array();

	for (uint32_t i = 1; i <= fv_code_count(codes); i++)
		if (json_array_append_new(list, json_string(fv_code_word(codes, i))) != 0) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:o}", "enum", list);
}

/* A list of one of these or more; at most `max` of them when that is not 0. */
static json_t *
list_of(json_t *items, json_int_t min, json_int_t max)
{
	json_t *list = json_pack("{s:s}", "type", "array");

	if (min > 0)
		(void)json_object_set_new(list, "minItems", json_integer(min));
	if (max > 0)
		(void)json_object_set_new(list, "maxItems", json_integer(max));
	if (json_object_set_new(list, "items", items) == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
date_of(bool is_required)
{
	return is_required
	    ? json_pack("{s:s, s:s}", "type", "string", "format", "date")
	    : json_pack("{s:[s, s], s:s}", "type", "string", "null", "format", "date");
}

static json_t *object_of(const struct fv_pack_table *tables, size_t count);

static json_t *
type_of(const struct fv_pack_field *f)
{
	struct fv_pack_table table;

	switch (f->type) {
	case P_TEXT:
		return text_of(f->min, f->max);
	case P_WORD:
		return word_of(f->codes);
	case P_WORDS:
		return list_of(word_of(f->codes), 1, 0);
	case P_KINDS:
		return list_of(ref_to("event_kind"), 1, 0);
	case P_NUMBER:
		return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
		    (json_int_t)f->min, "maximum", (json_int_t)f->max);
	case P_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case P_DATE:
		return date_of(f->is_required);
	case P_WINDOWS:
		return ref_to("windows");
	case P_TEXTS:
		return list_of(text_of(f->min, f->max), 1, FV_HISTORY_SET_MAX);
	case P_DATES:
		return list_of(date_of(true), 0, FV_RULEPACK_DATES_MAX);
	case P_OBJECT:
		table = f->table();
		return object_of(&table, 1);
	}
	return NULL;
}

/* Put `value` (taken) under `name`; *object is NULL from the first failure on. */
static void
put(json_t **object, const char *name, json_t *value)
{
	if (json_object_set_new(*object, name, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

static void
put_field(json_t **properties, json_t **required, enum fv_pack_table_id table,
    const struct fv_pack_field *f)
{
	const char *help = fv_field_help(table, f->name);
	json_t *type = type_of(f);

	if (type != NULL && help != NULL)
		put(&type, "description", json_string(help));
	put(properties, f->name, type);
	if (f->is_required && json_array_append_new(*required, json_string(f->name)) != 0) {
		json_decref(*required);
		*required = NULL;
	}
}

/* An object with the members of some tables and no other. */
static json_t *
object_of(const struct fv_pack_table *tables, size_t count)
{
	json_t *object =
	    json_pack("{s:s, s:b}", "type", "object", "additionalProperties", false);
	json_t *required = json_array(), *properties = json_object();

	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < tables[t].count; i++)
			put_field(&properties, &required, tables[t].id, &tables[t].fields[i]);
	put(&object, "required", required);
	put(&object, "properties", properties);
	return object;
}

/* Members of an object that no table has. */
static void
put_more(json_t **object, const char *name, json_t *value)
{
	json_t *properties = json_object_get(*object, "properties");

	if (json_object_set_new(properties, name, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

static json_t *
parameters_of(enum fv_rule_kind kind)
{
	const struct fv_pack_table table = fv_parameter_fields(kind);
	const struct fv_pack_table common = fv_common_fields();
	json_t *object = object_of(&table, 1);

	for (size_t i = 0; i < common.count; i++)
		put_more(&object, common.fields[i].name,
		    json_pack("{s:s+}", "$ref", "#/$defs/common/properties/",
			common.fields[i].name));
	put(&object, "description", json_string(fv_kind_help(kind)));
	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
		json_t *more =
		    needs[i].kind == kind ? json_loads(needs[i].json, 0, NULL) : NULL;
		if (more != NULL)
			(void)json_object_update_recursive(object, more);
		json_decref(more);
	}
	return object;
}

/* "if kind is this, then the parameters are those". */
static json_t *
kinds_def(void)
{
	json_t *all = json_array();

	for (uint32_t k = 1; k <= fv_code_count(FV_CODES_KIND); k++) {
		json_t *branch = json_pack("{s:{s:[s], s:{s:{s:s}}}, s:{s:{s:o}}}", "if",
		    "required", "kind", "properties", "kind", "const",
		    fv_code_word(FV_CODES_KIND, k), "then", "properties", "parameters",
		    parameters_of((enum fv_rule_kind)k));
		if (json_array_append_new(all, branch) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return json_pack("{s:o}", "allOf", all);
}

static json_t *
clause_def(void)
{
	const struct fv_pack_table table = fv_clause_fields();
	json_t *clause = object_of(&table, 1);

	put_more(&clause, "parameters", json_pack("{s:s}", "type", "object"));
	put(&clause, "allOf", json_pack("[o]", ref_to("kinds")));
	return clause;
}

/* A rule has all that a clause has but its dates, which are the rule's own. */
static json_t *
rule_def(void)
{
	const struct fv_pack_table clause = fv_clause_fields();
	const struct fv_pack_table tables[] = {
	    fv_rule_fields(), {clause.fields + 1, clause.count - 3, clause.id}};
	json_t *rule = object_of(tables, 2);
	json_t *required = json_object_get(rule, "required");
	static const char *const more[] = {"channels", "phase", "on_breach", "text"};

	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		(void)json_array_append_new(required, json_string(more[i]));
	put_more(&rule, "kind", word_of(FV_CODES_KIND));
	put_more(&rule, "parameters", json_pack("{s:s}", "type", "object"));
	put_more(&rule, "text", ref_to("bilingual"));
	put_more(&rule, "clauses",
	    list_of(ref_to("clause"), 1, (json_int_t)FV_RULEPACK_CLAUSES_MAX));
	put(&rule, "oneOf",
	    json_pack("[{s:[s, s]}, {s:[s]}]", "required", "kind", "parameters", "required",
		"clauses"));
	put(&rule, "allOf", json_pack("[o]", ref_to("kinds")));
	put(&rule, "description",
	    json_string("Where there are clauses each says for itself what differs from the "
			"rule, and the worst decides."));
	return rule;
}

/* What an overlay says of a rule of its base: any of a rule's members. */
static json_t *
change_def(json_t *rule)
{
	json_t *names = json_array();
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(rule, "properties"), name, value)
	{
		(void)value;
		(void)json_array_append_new(names, json_string(name));
	}
	return json_pack("{s:s, s:[s], s:{s:o}, s:s}", "type", "object", "required", "id",
	    "propertyNames", "enum", names, "description",
	    "Of a rule of the base the members that differ, by RFC 7396: objects are merged, "
	    "null takes a member out, lists are replaced; of a new rule all of it.");
}

static json_t *
windows_def(void)
{
	static const char minute[] = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
	json_t *window = json_pack("{s:s, s:b, s:s, s:{s:o, s:{s:s, s:s}, s:{s:s, s:s+}}}",
	    "type", "object", "additionalProperties", false, "description",
	    "A part of local days; whole days where from and to are left out; a `to` that is "
	    "not after `from` is over midnight.",
	    "properties", "days", list_of(word_of(FV_CODES_DAY), 1, 0), "from", "type",
	    "string", "pattern", minute, "to", "type", "string", "pattern", minute,
	    "|^24:00$");

	return list_of(window, 1, WINDOWS_MAX);
}

static json_t *
defs(void)
{
	static const struct fv_pack_field pair[] = {
	    {"en", P_TEXT, true, 0, 0, 1, BILINGUAL_MAX, NULL},
	    {"zh", P_TEXT, true, 0, 0, 1, BILINGUAL_MAX, NULL},
	};
	const struct fv_pack_table two = {pair, 2, FV_TABLE_none};
	const struct fv_pack_table calendar = fv_calendar_fields();
	const struct fv_pack_table common = fv_common_fields();
	json_t *all = json_object();
	json_t *rule = rule_def();

	put(&all, "kinds", kinds_def());
	put(&all, "common", object_of(&common, 1));
	put(&all, "event_kind", word_of(FV_CODES_EVENT_KIND));
	put(&all, "clause", clause_def());
	put(&all, "change", change_def(rule));
	put(&all, "rule", rule);
	put(&all, "calendar", object_of(&calendar, 1));
	put(&all, "bilingual", object_of(&two, 1));
	put(&all, "windows", windows_def());
	return all;
}

static json_t *
pairs_of(const char *first, const char *second)
{
	const struct fv_pack_field pair[] = {
	    {first, P_TEXT, true, 0, 0, 1, PAIR_TEXT_MAX, NULL},
	    {second, P_TEXT, true, 0, 0, 1, PAIR_TEXT_MAX, NULL},
	};
	const struct fv_pack_table two = {pair, 2, FV_TABLE_none};

	return list_of(object_of(&two, 1), 0, 0);
}

static json_t *
scope_of(void)
{
	static const struct fv_pack_field fields[] = {
	    {"actor", P_WORDS, false, FV_CODES_ACTOR, 0, 0, 0, NULL},
	    {"product", P_WORDS, false, FV_CODES_PRODUCT, 0, 0, 0, NULL},
	};
	const struct fv_pack_table table = {fields, 2, FV_TABLE_pack_scope};

	return object_of(&table, 1);
}

/* What a pack of its own must have, and an overlay need not. */
static json_t *
whole_of(void)
{
	return json_pack("{s:[s, s, s, s], s:{s:{s:o}}}", "required", "jurisdiction", "title",
	    "sources", "rules", "properties", "rules", "items", ref_to("rule"));
}

/* Why a finding may be decided as it is: the desk's table. */
static json_t *
reasons_of(void)
{
	json_t *id = json_pack(
	    "{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$");
	json_t *word =
	    json_pack("{s:[s, s, s, s]}", "enum", "uphold", "dismiss", "excuse", "reopen");
	json_t *list = json_pack(
	    "{s:s, s:I, s:o}", "type", "array", "minItems", (json_int_t)1, "items", word);

	return json_pack("{s:s, s:s, s:{s:s, s:b, s:[s, s, s], s:{s:o, s:o, s:o}}}", "type",
	    "array", "description",
	    "Reasons with which findings are decided, in the house pack.", "items", "type",
	    "object", "additionalProperties", false, "required", "id", "for", "text",
	    "properties", "id", id, "for", list, "text", ref_to("bilingual"));
}

static json_t *
schema(void)
{
	const struct fv_pack_table table = fv_pack_fields();
	json_t *all =
	    json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "A rule pack of fieldvisit");
	json_t *body = object_of(&table, 1);
	json_t *rules = json_pack("{s:s, s:I, s:s}", "type", "array", "maxItems",
	    (json_int_t)FV_RULEPACK_RULES_MAX, "description",
	    "None only in a pack of calendars.");

	json_t *required = json_object_get(body, "required");

	for (size_t i = json_array_size(required); i-- > 0;)
		if (strcmp(json_string_value(json_array_get(required, i)), "jurisdiction") ==
		    0)
			(void)json_array_remove(required, i);
	put_more(&body, "title", ref_to("bilingual"));
	put_more(&body, "extends",
	    json_pack("{s:s, s:s, s:s}", "type", "string", "pattern",
		"^[^@]{1,40}(@r[1-9][0-9]{0,5})?$", "description",
		"The pack, or one revision of it, that this one is laid over and stands "
		"for."));
	put_more(&body, "scope", scope_of());
	put_more(&body, "sources", pairs_of("title", "where"));
	put_more(&body, "rules", rules);
	put_more(&body, "calendars", list_of(ref_to("calendar"), 1, 0));
	put_more(&body, "not_encoded", pairs_of("id", "reason"));
	put_more(&body, "reasons", reasons_of());
	if (body == NULL || json_object_update(all, body) != 0) {
		json_decref(all);
		all = NULL;
	}
	json_decref(body);
	put(&all, "if", json_pack("{s:[s]}", "required", "extends"));
	put(&all, "then",
	    json_pack("{s:{s:{s:o}}}", "properties", "rules", "items", ref_to("change")));
	put(&all, "else", whole_of());
	put(&all, "$defs", defs());
	return all;
}

void
fv_rulepack_put_schema(struct fv_buf *out)
{
	json_t *all = schema();
	char *dump = all == NULL ? NULL : json_dumps(all, JSON_INDENT(1));

	if (dump != NULL) {
		fv_buf_put_z(out, dump);
		fv_buf_put_u8(out, '\n');
	} else {
		out->failed = true;
	}
	free(dump);
	json_decref(all);
}
