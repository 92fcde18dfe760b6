/* Reading a pack: strict, and every refusal names line, rule and field. */
#include "fv/rulepack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rulepack_read.h"

static enum fv_err
read_rules(struct fv_pack_parse *p, json_t *v, struct fv_rulepack *pack)
{
	struct fv_rule *rules;
	size_t n = json_array_size(v);
	enum fv_err rc;

	fv_pack_enter(p, "rules", 0);
	if (!json_is_array(v) || (n == 0 && pack->calendar_count == 0))
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list of one rule or more");
	if (n > FV_RULEPACK_RULES_MAX)
		return fv_pack_refuse(p, FV_ETOOBIG, "has %zu rules; at most %u are allowed",
		    n, FV_RULEPACK_RULES_MAX);
	if ((rules = fv_pack_alloc(p, (n + 1) * sizeof *rules)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		fv_pack_enter(p, NULL, i);
		if ((rc = fv_pack_read_rule(p, json_array_get(v, i), &rules[i])) != FV_OK)
			return rc;
		for (size_t j = 0; j < i; j++) {
			if (rules[j].id != rules[i].id)
				continue;
			fv_pack_enter(p, "id", 0);
			return fv_pack_refuse(
			    p, FV_EEXIST, "is the id of an earlier rule too");
		}
		fv_pack_leave(p);
	}
	p->rule = NULL;
	fv_pack_leave(p);
	pack->rules = rules;
	pack->rule_count = n;
	return FV_OK;
}

static enum fv_err
read_calendars(struct fv_pack_parse *p, json_t *list, struct fv_rulepack *pack)
{
	const struct fv_pack_table table = fv_calendar_fields();
	size_t n = json_array_size(list);
	struct fv_calendar *calendars;
	enum fv_err rc;

	if (list == NULL)
		return FV_OK;
	fv_pack_enter(p, "calendars", 0);
	if (!json_is_array(list) || n == 0)
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list of one calendar or more");
	if ((calendars = fv_pack_alloc(p, n * sizeof *calendars)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_array_get(list, i);
		fv_pack_enter(p, NULL, i);
		if ((rc = fv_pack_check_tables(p, v, &table, 1, NULL, 0)) != FV_OK ||
		    (rc = fv_pack_read_table(p, v, table, &calendars[i])) != FV_OK)
			return rc;
		if (calendars[i].until_days < calendars[i].from_days)
			return fv_pack_refuse_member(p, "until", FV_ERANGE, "is before from");
		fv_pack_leave(p);
	}
	fv_pack_leave(p);
	pack->calendars = calendars;
	pack->calendar_count = n;
	return FV_OK;
}

/* A list of objects of two texts each: sources, and rows that are not encoded. */
static enum fv_err
read_pairs(struct fv_pack_parse *p, json_t *list, const char *const names[2],
    const char *(**pairs_out)[2])
{
	static const struct fv_pack_field text = {"", P_TEXT, true, 0, 0, 1, 600, NULL};
	const char *(*pairs)[2];
	size_t n = json_array_size(list);
	enum fv_err rc;

	if (!json_is_array(list))
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list");
	if ((pairs = fv_arena_alloc(&p->holder->arena, (n + 1) * sizeof *pairs)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_array_get(list, i);
		fv_pack_enter(p, NULL, i);
		if ((rc = fv_pack_check_names(p, v, names, 2)) != FV_OK)
			return rc;
		for (size_t j = 0; j < 2; j++) {
			fv_pack_enter(p, names[j], 0);
			if (json_object_get(v, names[j]) == NULL)
				return fv_pack_refuse(p, FV_EFORMAT, "is missing");
			rc = fv_pack_read_text(
			    p, json_object_get(v, names[j]), &text, &pairs[i][j]);
			if (rc != FV_OK)
				return rc;
			fv_pack_leave(p);
		}
		fv_pack_leave(p);
	}
	*pairs_out = pairs;
	return FV_OK;
}

static enum fv_err
read_scope(struct fv_pack_parse *p, json_t *v, struct fv_rulepack *pack)
{
	static const char *const names[] = {"actor", "product"};
	static const enum fv_code_set codes[] = {FV_CODES_ACTOR, FV_CODES_PRODUCT};
	uint64_t bits[2] = {0, 0};
	enum fv_err rc;

	fv_pack_enter(p, "scope", 0);
	if ((rc = fv_pack_check_names(p, v, names, 2)) != FV_OK)
		return rc;
	for (size_t i = 0; i < 2; i++) {
		json_t *list = json_object_get(v, names[i]);
		if (list == NULL)
			continue;
		fv_pack_enter(p, names[i], 0);
		if ((rc = fv_pack_read_words(p, list, codes[i], &bits[i])) != FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	fv_pack_leave(p);
	pack->actors = (uint32_t)bits[0];
	pack->products = (uint32_t)bits[1];
	return FV_OK;
}

static enum fv_err
read_lists(struct fv_pack_parse *p, json_t *v, struct fv_rulepack *pack)
{
	static const char *const source_names[2] = {"title", "where"};
	static const char *const reason_names[2] = {"id", "reason"};
	const char *(*pairs)[2];
	enum fv_err rc;

	fv_pack_enter(p, "sources", 0);
	json_t *list = json_object_get(v, "sources");
	if (list == NULL)
		return fv_pack_refuse(p, FV_EFORMAT, "is missing");
	if ((rc = read_pairs(p, list, source_names, &pairs)) != FV_OK)
		return rc;
	fv_pack_leave(p);
	struct fv_pack_source *sources =
	    fv_arena_alloc(&p->holder->arena, (json_array_size(list) + 1) * sizeof *sources);
	if (sources == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++)
		sources[i] = (struct fv_pack_source){pairs[i][0], pairs[i][1]};
	pack->sources = sources;
	pack->source_count = json_array_size(list);

	if ((list = json_object_get(v, "not_encoded")) == NULL)
		return FV_OK;
	fv_pack_enter(p, "not_encoded", 0);
	if ((rc = read_pairs(p, list, reason_names, &pairs)) != FV_OK)
		return rc;
	fv_pack_leave(p);
	struct fv_not_encoded *rows =
	    fv_arena_alloc(&p->holder->arena, (json_array_size(list) + 1) * sizeof *rows);
	if (rows == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < json_array_size(list); i++)
		rows[i] = (struct fv_not_encoded){pairs[i][0], pairs[i][1]};
	pack->not_encoded = rows;
	pack->not_encoded_count = json_array_size(list);
	return FV_OK;
}

static enum fv_err
read_pack(struct fv_pack_parse *p, json_t *v)
{
	static const char *const names[] = {"id", "extends", "jurisdiction", "revision",
	    "title", "published", "scope", "sources", "rules", "calendars", "not_encoded",
	    "reasons"};
	struct fv_rulepack *pack = &p->holder->pack;
	const char **title[2] = {&pack->title_en, &pack->title_zh};
	enum fv_err rc;

	if ((rc = fv_pack_check_names(p, v, names, sizeof names / sizeof names[0])) != FV_OK ||
	    (rc = fv_pack_read_table(p, v, fv_pack_fields(), pack)) != FV_OK ||
	    (rc = fv_pack_read_bilingual(p, v, "title", title)) != FV_OK)
		return rc;
	if (json_object_get(v, "scope") != NULL &&
	    (rc = read_scope(p, json_object_get(v, "scope"), pack)) != FV_OK)
		return rc;
	if ((rc = read_lists(p, v, pack)) != FV_OK)
		return rc;
	if ((rc = read_calendars(p, json_object_get(v, "calendars"), pack)) != FV_OK)
		return rc;
	return read_rules(p, json_object_get(v, "rules"), pack);
}

static enum fv_err
load(struct fv_pack_parse *p, json_t **v_out)
{
	json_error_t why;

	if (p->json.len > FV_RULEPACK_MAX_BYTES) {
		snprintf(p->error->text, sizeof p->error->text,
		    "has %zu bytes; at most %zu are allowed", p->json.len,
		    FV_RULEPACK_MAX_BYTES);
		return FV_ETOOBIG;
	}
	*v_out =
	    json_loadb((const char *)p->json.ptr, p->json.len, JSON_REJECT_DUPLICATES, &why);
	if (*v_out != NULL)
		return FV_OK;
	if (json_error_code(&why) == json_error_out_of_memory)
		return FV_ENOMEM;
	p->error->line = why.line > 0 ? (uint32_t)why.line : 0;
	snprintf(p->error->text, sizeof p->error->text, "is not JSON: %.150s (column %d)",
	    why.text, why.column);
	return FV_EFORMAT;
}

/* What it is laid over; sound, or it would not have been merged. */
static enum fv_err
note_base(struct fv_pack_parse *p, struct fv_span base)
{
	struct fv_rulepack *pack = &p->holder->pack;

	if (p->over == NULL)
		return FV_OK;
	fv_sha256(base, &pack->base_sha256);
	pack->extends = fv_arena_intern(&p->holder->arena, fv_span_z(p->over->base_id));
	return pack->extends == NULL ? FV_ENOMEM : FV_OK;
}

enum fv_err
fv_rulepack_parse_over(struct fv_span json, struct fv_span base, struct fv_rulepack **pack_out,
    struct fv_rulepack_error *error_out)
{
	struct fv_pack_parse p = {.json = json, .error = error_out};
	struct fv_pack_holder *holder;
	json_t *v = NULL, *merged = NULL;
	enum fv_err rc = FV_ENOMEM;

	*pack_out = NULL;
	*error_out = (struct fv_rulepack_error){0};
	if ((holder = calloc(1, sizeof *holder)) == NULL)
		goto cleanup;
	p.holder = holder;
	if ((rc = load(&p, &v)) != FV_OK ||
	    (rc = fv_pack_merge(&p, v, base, &merged, &p.over)) != FV_OK ||
	    (rc = read_pack(&p, merged != NULL ? merged : v)) != FV_OK ||
	    (rc = note_base(&p, base)) != FV_OK)
		goto cleanup;
	fv_sha256(json, &holder->pack.sha256);

	*pack_out = &holder->pack;
	holder = NULL; /* the caller owns it now */
cleanup:
	if (rc != FV_OK && error_out->text[0] == '\0')
		snprintf(error_out->text, sizeof error_out->text, "%s", fv_err_text(rc));
	free(p.over);
	json_decref(merged);
	json_decref(v);
	if (holder != NULL)
		fv_rulepack_free(&holder->pack);
	return rc;
}

enum fv_err
fv_rulepack_parse(
    struct fv_span json, struct fv_rulepack **pack_out, struct fv_rulepack_error *error_out)
{
	return fv_rulepack_parse_over(json, (struct fv_span){NULL, 0}, pack_out, error_out);
}

void
fv_rulepack_free(struct fv_rulepack *pack)
{
	if (pack == NULL)
		return;
	struct fv_pack_holder *holder = (struct fv_pack_holder *)(void *)pack;
	fv_arena_clear(&holder->arena);
	free(holder);
}

const struct fv_rule *
fv_rulepack_rule(const struct fv_rulepack *pack, const char *id)
{
	for (size_t i = 0; i < pack->rule_count; i++)
		if (strcmp(pack->rules[i].id, id) == 0)
			return &pack->rules[i];
	return NULL;
}

uint32_t
fv_strength_severity(enum fv_strength strength)
{
	switch (strength) {
	case FV_STRENGTH_STATUTE:
		return 1;
	case FV_STRENGTH_REGULATION:
		return 2;
	case FV_STRENGTH_SELF_REGULATION:
	case FV_STRENGTH_PRESUMPTION:
		return 3;
	case FV_STRENGTH_RECOMMENDED:
		return 4;
	case FV_STRENGTH_HOUSE:
		break;
	}
	return 5;
}
