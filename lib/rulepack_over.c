/* Laying one pack over another, member by member as RFC 7396 has it. */
#include "lib/rulepack_read.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_ID_BYTES sizeof(((struct fv_rulepack_head *)0)->extends)

/* Members of the base that a pack laid over it has unless it says otherwise. */
static const char *const inherited[] = {"jurisdiction", "title", "scope"};

bool
fv_pack_name_parse(struct fv_span text, char id[41], uint32_t *revision_out)
{
	const uint8_t *at = text.len > 0 ? memchr(text.ptr, '@', text.len) : NULL;
	const size_t len = at != NULL ? (size_t)(at - text.ptr) : text.len;
	uint64_t revision = 0;

	if (len == 0 || len >= HEAD_ID_BYTES || memchr(text.ptr, '\\', len) != NULL)
		return false;
	if (at != NULL &&
	    (text.len < len + 3 || at[1] != 'r' ||
		fv_decimal_decode(fv_span_of(at + 2, text.len - len - 2), 999999, &revision) !=
		    FV_OK ||
		revision == 0))
		return false;
	memcpy(id, text.ptr, len);
	id[len] = '\0';
	*revision_out = (uint32_t)revision;
	return true;
}

/* Merge `patch` into `object`.  False: no memory. */
static bool
patch_object(json_t *object, json_t *patch)
{
	const char *name;
	json_t *value;

	json_object_foreach(patch, name, value)
	{
		json_t *old = json_object_get(object, name);
		if (json_is_null(value))
			(void)json_object_del(object, name);
		else if (json_is_object(value) && json_is_object(old)) {
			if (!patch_object(old, value))
				return false;
		} else if (json_object_set_new(object, name, json_deep_copy(value)) != 0) {
			return false;
		}
	}
	return true;
}

/* The place of the object with this "id" in a list; its size when there is none. */
static size_t
find_id(const json_t *list, const char *id)
{
	size_t i = 0;

	for (; i < json_array_size(list); i++) {
		const char *other =
		    json_string_value(json_object_get(json_array_get(list, i), "id"));
		if (id != NULL && other != NULL && strcmp(id, other) == 0)
			break;
	}
	return i;
}

/* A rule of the overlay that its base does not know must be whole. */
static enum fv_err
check_new(struct fv_pack_parse *p, const json_t *rule, const json_t *base_rules)
{
	const char *names[FV_RULEPACK_RULES_MAX];
	size_t count = 0;

	if (json_object_get(rule, "kind") != NULL || json_object_get(rule, "clauses") != NULL)
		return FV_OK;
	for (size_t i = 0; i < json_array_size(base_rules) && count < FV_RULEPACK_RULES_MAX;
	     i++)
		names[count++] =
		    json_string_value(json_object_get(json_array_get(base_rules, i), "id"));
	const char *near = fv_word_nearest(fv_span_z(p->rule), names, count);
	fv_pack_enter(p, "id", 0);
	return fv_pack_refuse(p, FV_EFORMAT,
	    near == NULL ? "is no rule of %s, and a new rule must be whole"
			 : "is no rule of %s, and a new rule must be whole; did you mean "
			   "\"%s\"?",
	    p->over->base_id, near);
}

/* One rule of the overlay into the list that the base's rules began. */
static enum fv_err
lay_rule(struct fv_pack_parse *p, json_t *rule, size_t place, json_t *rules,
    const json_t *base_rules)
{
	const json_t *id = json_object_get(rule, "id");
	size_t at;
	enum fv_err rc;

	if (!json_is_object(rule))
		return fv_pack_refuse(p, FV_EFORMAT, "must be an object");
	if (!json_is_string(id))
		return fv_pack_refuse_member(p, "id", FV_EFORMAT, "is missing");
	p->rule = json_string_value(id);
	at = find_id(rules, p->rule);
	if (at < p->over->count && p->over->places[at] != 0)
		return fv_pack_refuse_member(
		    p, "id", FV_EEXIST, "is the id of an earlier rule too");
	if (at == FV_RULEPACK_RULES_MAX)
		return fv_pack_refuse(p, FV_ETOOBIG, "is one rule too many; %u are allowed",
		    FV_RULEPACK_RULES_MAX);
	if (at == json_array_size(rules)) {
		if ((rc = check_new(p, rule, base_rules)) != FV_OK)
			return rc;
		if (json_array_append_new(rules, json_deep_copy(rule)) != 0)
			return FV_ENOMEM;
		p->over->count = at + 1;
	} else if (!patch_object(json_array_get(rules, at), rule)) {
		return FV_ENOMEM;
	}
	p->over->places[at] = (uint32_t)place + 1;
	return FV_OK;
}

static enum fv_err
lay_rules(struct fv_pack_parse *p, json_t *v, const json_t *base, json_t *out)
{
	json_t *list = json_object_get(v, "rules");
	const json_t *base_rules = json_object_get(base, "rules");
	json_t *rules = json_deep_copy(base_rules);
	enum fv_err rc;

	if (rules == NULL || json_object_set_new(out, "rules", rules) != 0)
		return FV_ENOMEM;
	p->over->count = json_array_size(rules);
	fv_pack_enter(p, "rules", 0);
	if (list != NULL && !json_is_array(list))
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		fv_pack_enter(p, NULL, i);
		rc = lay_rule(p, json_array_get(list, i), i, rules, base_rules);
		if (rc != FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	fv_pack_leave(p);
	p->rule = NULL;
	p->over->is_laid = true;
	return FV_OK;
}

/* A list of the overlay, then what the base's list has beside it. */
static bool
lay_list(const char *name, const json_t *v, const json_t *base, json_t *out, bool by_id)
{
	const json_t *own = json_object_get(v, name);
	const json_t *old = json_object_get(base, name);
	json_t *list;

	if (own == NULL && old == NULL)
		return true;
	if (own != NULL && !json_is_array(own)) /* the reader says what is wrong with it */
		return json_object_set_new(out, name, json_deep_copy(own)) == 0;
	list = own != NULL ? json_deep_copy(own) : json_array();
	for (size_t i = 0; i < json_array_size(old); i++) {
		json_t *row = json_array_get(old, i);
		const char *id = json_string_value(json_object_get(row, "id"));
		const bool is_laid = by_id &&
		    (find_id(own, id) < json_array_size(own) ||
			find_id(json_object_get(v, "rules"), id) <
			    json_array_size(json_object_get(v, "rules")));
		if (!is_laid && json_array_append_new(list, json_deep_copy(row)) != 0) {
			json_decref(list);
			return false;
		}
	}
	return json_object_set_new(out, name, list) == 0;
}

static enum fv_err
lay_all(struct fv_pack_parse *p, json_t *v, const json_t *base, json_t *out)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++) {
		value = json_object_get(base, inherited[i]);
		if (value != NULL &&
		    json_object_set_new(out, inherited[i], json_deep_copy(value)) != 0)
			return FV_ENOMEM;
	}
	/* What the overlay says beside its lists replaces the base's; also a wrong name. */
	json_object_foreach(v, name, value)
	{
		if (json_object_set_new(out, name, json_deep_copy(value)) != 0)
			return FV_ENOMEM;
	}
	if (!lay_list("sources", v, base, out, false) ||
	    !lay_list("calendars", v, base, out, true) ||
	    !lay_list("reasons", v, base, out, true) ||
	    !lay_list("not_encoded", v, base, out, true))
		return FV_ENOMEM;
	return lay_rules(p, v, base, out);
}

/* The base's own JSON, when it is the one that the overlay wants. */
static enum fv_err
load_base(struct fv_pack_parse *p, struct fv_span base, uint32_t revision, json_t **base_out)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack = NULL;
	json_error_t error;
	enum fv_err rc;

	if (base.len == 0)
		return fv_pack_refuse(
		    p, FV_ENOENT, "names pack %s, which is not here", p->over->base_id);
	struct fv_rulepack_head head;
	if (fv_rulepack_peek(base, &head) == FV_OK && head.extends[0] != '\0')
		return fv_pack_refuse(p, FV_ECONFLICT,
		    "names pack %s, which is itself laid over %s; lay this one over that",
		    p->over->base_id, head.extends);
	if ((rc = fv_rulepack_parse(base, &pack, &why)) == FV_ENOMEM)
		return rc;
	if (rc != FV_OK)
		return fv_pack_refuse(p, rc, "names pack %s, whose line %u is wrong: %.100s",
		    p->over->base_id, why.line, why.text);
	const bool is_it = strcmp(pack->id, p->over->base_id) == 0 &&
	    (revision == 0 || revision == pack->revision);
	if (!is_it)
		rc = fv_pack_refuse(p, FV_ECONFLICT,
		    "is not what stands here, which is %s r%u; lay this pack over that",
		    pack->id, pack->revision);
	fv_rulepack_free(pack);
	if (rc != FV_OK)
		return rc;
	*base_out = json_loadb((const char *)base.ptr, base.len, 0, &error);
	return *base_out == NULL ? FV_ENOMEM : FV_OK;
}

enum fv_err
fv_pack_merge(struct fv_pack_parse *p, json_t *v, struct fv_span base, json_t **merged_out,
    struct fv_pack_over **over_out)
{
	const json_t *extends = json_object_get(v, "extends");
	char id[HEAD_ID_BYTES];
	uint32_t revision = 0;
	json_t *under = NULL;
	enum fv_err rc;

	*merged_out = NULL;
	if (extends == NULL)
		return FV_OK;
	fv_pack_enter(p, "extends", 0);
	if (!fv_pack_name_parse(
		fv_span_of(json_string_value(extends), json_string_length(extends)), id,
		&revision))
		return fv_pack_refuse(
		    p, FV_EFORMAT, "must name a pack as \"ID\" or \"ID@rN\"");
	const char *own = json_string_value(json_object_get(v, "id"));
	if (own != NULL && strcmp(own, id) == 0)
		return fv_pack_refuse(p, FV_ECONFLICT, "names this pack itself");
	if ((*over_out = calloc(1, sizeof **over_out)) == NULL)
		return FV_ENOMEM;
	(*over_out)->base_id = fv_arena_intern(&p->holder->arena, fv_span_z(id));
	if ((*over_out)->base_id == NULL)
		return FV_ENOMEM;
	p->over = *over_out;
	if ((rc = load_base(p, base, revision, &under)) != FV_OK)
		return rc;
	fv_pack_leave(p);
	if ((*merged_out = json_object()) == NULL)
		rc = FV_ENOMEM;
	else
		rc = lay_all(p, v, under, *merged_out);
	json_decref(under);
	return rc;
}

enum fv_err
fv_rulepack_put_merged(struct fv_span json, struct fv_span base, struct fv_buf *out)
{
	struct fv_rulepack_error error = {0};
	struct fv_pack_holder *holder = calloc(1, sizeof *holder);
	struct fv_pack_parse p = {.holder = holder, .json = json, .error = &error};
	json_error_t why;
	json_t *v = json_loadb((const char *)json.ptr, json.len, 0, &why), *merged = NULL;
	char *dump = NULL;
	enum fv_err rc = holder == NULL ? FV_ENOMEM : FV_EFORMAT;

	if (holder == NULL || v == NULL)
		goto cleanup;
	if ((rc = fv_pack_merge(&p, v, base, &merged, &p.over)) != FV_OK)
		goto cleanup;
	dump = json_dumps(merged != NULL ? merged : v, JSON_COMPACT);
	rc = dump == NULL ? FV_ENOMEM : FV_OK;
	if (dump != NULL)
		fv_buf_put_z(out, dump);
cleanup:
	free(dump);
	free(p.over);
	json_decref(merged);
	json_decref(v);
	if (holder != NULL)
		fv_rulepack_free(&holder->pack);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}
