#include "lib/rulepack_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fv/instant.h"
#include "lib/history_fields.h"

#define PACK_WINDOWS_MAX 32U
#define NAMES_MAX 48U

void
fv_pack_enter(struct fv_pack_parse *p, const char *name, size_t idx)
{
	if (p->path.depth < FV_PACK_DEPTH) {
		p->path.names[p->path.depth] = name;
		p->path.idx[p->path.depth] = idx;
	}
	p->path.depth++;
}

void
fv_pack_leave(struct fv_pack_parse *p)
{
	p->path.depth--;
}

/* "parameters.allowed[0].from": the path without the list of rules. */
static void
name_field(const struct fv_pack_parse *p, char *out, size_t size)
{
	size_t used = 0;
	size_t i = p->path.depth > 2 && p->path.names[0] != NULL &&
		strcmp(p->path.names[0], "rules") == 0
	    ? 2
	    : 0;

	out[0] = '\0';
	for (; i < p->path.depth && used < size; i++) {
		int n = p->path.names[i] != NULL
		    ? snprintf(out + used, size - used, "%s%.40s", used > 0 ? "." : "",
			  p->path.names[i])
		    : snprintf(out + used, size - used, "[%zu]", p->path.idx[i]);
		used += n > 0 ? (size_t)n : 0;
	}
}

/* Lines are the file's own: of a rule that the base has too, those of what is laid over. */
static uint32_t
find_line(const struct fv_pack_parse *p)
{
	struct fv_pack_path path = p->path;

	if (p->over == NULL || !p->over->is_laid || path.depth < 2 || path.names[0] == NULL ||
	    strcmp(path.names[0], "rules") != 0)
		return fv_pack_line(p->json, &path);
	if (path.idx[1] >= p->over->count || p->over->places[path.idx[1]] == 0)
		return 0; /* the base's alone */
	path.idx[1] = p->over->places[path.idx[1]] - 1;
	return fv_pack_line(p->json, &path);
}

enum fv_err
fv_pack_refuse(struct fv_pack_parse *p, enum fv_err rc, const char *fmt, ...)
{
	va_list ap;

	if (p->error->text[0] != '\0')
		return rc;
	p->error->line = find_line(p);
	snprintf(p->error->rule, sizeof p->error->rule, "%s", p->rule == NULL ? "" : p->rule);
	name_field(p, p->error->field, sizeof p->error->field);
	va_start(ap, fmt);
	vsnprintf(p->error->text, sizeof p->error->text, fmt, ap);
	va_end(ap);
	return rc;
}

static enum fv_err
refuse_word(struct fv_pack_parse *p, enum fv_code_set codes, const char *word)
{
	const char *near = fv_code_nearest(codes, fv_span_z(word));

	return near == NULL
	    ? fv_pack_refuse(p, FV_EFORMAT, "\"%.40s\" is not a known word", word)
	    : fv_pack_refuse(p, FV_EFORMAT,
		  "\"%.40s\" is not a known word; did you mean \"%s\"?", word, near);
}

enum fv_err
fv_pack_read_text(
    struct fv_pack_parse *p, json_t *v, const struct fv_pack_field *f, const char **out)
{
	if (!json_is_string(v))
		return fv_pack_refuse(p, FV_EFORMAT, "must be text");
	size_t len = json_string_length(v);
	if (len < f->min || len > f->max)
		return fv_pack_refuse(
		    p, FV_ERANGE, "has %zu bytes; %u to %u are allowed", len, f->min, f->max);
	*out = fv_arena_intern(&p->holder->arena, fv_span_of(json_string_value(v), len));
	return *out == NULL ? FV_ENOMEM : FV_OK;
}

static enum fv_err
read_word(struct fv_pack_parse *p, const json_t *v, enum fv_code_set codes, uint32_t *out)
{
	if (!json_is_string(v))
		return fv_pack_refuse(p, FV_EFORMAT, "must be a word");
	*out = fv_code_find(codes, fv_span_of(json_string_value(v), json_string_length(v)));
	return *out == 0 ? refuse_word(p, codes, json_string_value(v)) : FV_OK;
}

/* A list of words as bits; event kinds, of which there are 32, need the wider type. */
enum fv_err
fv_pack_read_words(
    struct fv_pack_parse *p, const json_t *v, enum fv_code_set codes, uint64_t *out)
{
	*out = 0;
	if (!json_is_array(v) || json_array_size(v) == 0)
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list of one word or more");
	for (size_t i = 0; i < json_array_size(v); i++) {
		uint32_t code = 0;
		fv_pack_enter(p, NULL, i);
		enum fv_err rc = read_word(p, json_array_get(v, i), codes, &code);
		fv_pack_leave(p);
		if (rc != FV_OK)
			return rc;
		*out |= UINT64_C(1) << (code - 1);
	}
	return FV_OK;
}

static enum fv_err
read_date(struct fv_pack_parse *p, const json_t *v, int64_t *out)
{
	if (!json_is_string(v) ||
	    fv_date_parse(fv_span_of(json_string_value(v), json_string_length(v)), out) !=
		FV_OK)
		return fv_pack_refuse(p, FV_EFORMAT, "must be a date such as \"2026-01-30\"");
	return FV_OK;
}

/* Refuse a member that is none of `names`. */
enum fv_err
fv_pack_check_names(
    struct fv_pack_parse *p, json_t *object, const char *const *names, size_t count)
{
	const char *key;
	json_t *member;

	if (!json_is_object(object))
		return fv_pack_refuse(p, FV_EFORMAT, "must be an object");
	json_object_foreach(object, key, member)
	{
		size_t i = 0;
		while (i < count && strcmp(names[i], key) != 0)
			i++;
		if (i < count)
			continue;
		const char *near = fv_word_nearest(fv_span_z(key), names, count);
		fv_pack_enter(p, key, 0);
		return near == NULL ? fv_pack_refuse(p, FV_EFORMAT, "is no field here")
				    : fv_pack_refuse(p, FV_EFORMAT,
					  "is no field here; did you mean \"%s\"?", near);
	}
	return FV_OK;
}

static enum fv_err
read_minute(
    struct fv_pack_parse *p, json_t *v, const char *name, uint16_t limit, uint16_t *out)
{
	json_t *member = json_object_get(v, name);

	if (member == NULL)
		return FV_OK;
	struct fv_span text =
	    fv_span_of(json_string_value(member), json_string_length(member));
	if (json_is_string(member) && fv_minute_parse(text, limit, out))
		return FV_OK;
	fv_pack_enter(p, name, 0);
	return fv_pack_refuse(p, FV_EFORMAT, "must be a time of day such as \"08:00\"");
}

static enum fv_err
read_window(struct fv_pack_parse *p, json_t *v, struct fv_window *out)
{
	static const char *const names[] = {"days", "from", "to"};
	uint64_t days = 0x7f;
	enum fv_err rc;

	*out = (struct fv_window){.from_minute = 0, .to_minute = 1440};
	if ((rc = fv_pack_check_names(p, v, names, 3)) != FV_OK ||
	    (rc = read_minute(p, v, "from", 1439, &out->from_minute)) != FV_OK ||
	    (rc = read_minute(p, v, "to", 1440, &out->to_minute)) != FV_OK)
		return rc;
	if (json_object_get(v, "days") != NULL) {
		fv_pack_enter(p, "days", 0);
		rc = fv_pack_read_words(p, json_object_get(v, "days"), FV_CODES_DAY, &days);
		fv_pack_leave(p);
	}
	if (rc == FV_OK && out->from_minute == out->to_minute)
		return fv_pack_refuse(p, FV_ERANGE, "from and to must differ");
	out->days = (uint32_t)days;
	return rc;
}

void *
fv_pack_alloc(struct fv_pack_parse *p, size_t bytes)
{
	return fv_arena_alloc(&p->holder->arena, bytes);
}

/* A list and its count stand side by side wherever a table says so. */
static void
put_list(void *at, const void *items, size_t count)
{
	memcpy(at, &items, sizeof items);
	memcpy((char *)at + sizeof items, &count, sizeof count);
}

static enum fv_err
read_windows(struct fv_pack_parse *p, json_t *v, void *at)
{
	struct fv_window *windows;
	size_t n = json_array_size(v);

	if (!json_is_array(v) || n == 0 || n > PACK_WINDOWS_MAX)
		return fv_pack_refuse(
		    p, FV_EFORMAT, "must be a list of 1 to %u windows", PACK_WINDOWS_MAX);
	if ((windows = fv_arena_alloc(&p->holder->arena, n * sizeof *windows)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		fv_pack_enter(p, NULL, i);
		enum fv_err rc = read_window(p, json_array_get(v, i), &windows[i]);
		if (rc != FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	put_list(at, windows, n);
	return FV_OK;
}

static enum fv_err
read_dates(struct fv_pack_parse *p, json_t *v, void *at)
{
	size_t n = json_array_size(v);
	int64_t *days;

	if (!json_is_array(v) || n > FV_RULEPACK_DATES_MAX)
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list of at most %u dates",
		    FV_RULEPACK_DATES_MAX);
	if ((days = fv_pack_alloc(p, (n + 1) * sizeof *days)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		fv_pack_enter(p, NULL, i);
		enum fv_err rc = read_date(p, json_array_get(v, i), &days[i]);
		if (rc != FV_OK)
			return rc;
		if (i > 0 && days[i] <= days[i - 1])
			return fv_pack_refuse(
			    p, FV_ERANGE, "is not after the date before it in the list");
		fv_pack_leave(p);
	}
	put_list(at, days, n);
	return FV_OK;
}

static enum fv_err
read_texts(struct fv_pack_parse *p, json_t *v, const struct fv_pack_field *f, void *at)
{
	size_t n = json_array_size(v);
	const char **texts;

	if (!json_is_array(v) || n == 0 || n > FV_HISTORY_SET_MAX)
		return fv_pack_refuse(
		    p, FV_EFORMAT, "must be a list of 1 to %u texts", FV_HISTORY_SET_MAX);
	if ((texts = fv_pack_alloc(p, n * sizeof *texts)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		fv_pack_enter(p, NULL, i);
		enum fv_err rc = fv_pack_read_text(p, json_array_get(v, i), f, &texts[i]);
		if (rc != FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	put_list(at, texts, n);
	return FV_OK;
}

static enum fv_err
read_object(struct fv_pack_parse *p, json_t *v, struct fv_pack_table table, void *at)
{
	const char *names[NAMES_MAX];
	enum fv_err rc;

	for (size_t i = 0; i < table.count; i++)
		names[i] = table.fields[i].name;
	if ((rc = fv_pack_check_names(p, v, names, table.count)) != FV_OK)
		return rc;
	return fv_pack_read_table(p, v, table, at);
}

static enum fv_err
read_number(struct fv_pack_parse *p, json_t *v, const struct fv_pack_field *f, uint32_t *out)
{
	if (!json_is_integer(v))
		return fv_pack_refuse(p, FV_EFORMAT, "must be a whole number");
	json_int_t n = json_integer_value(v);
	if (n < (json_int_t)f->min || n > (json_int_t)f->max)
		return fv_pack_refuse(p, FV_ERANGE, "must be %u to %u", f->min, f->max);
	*out = (uint32_t)n;
	return FV_OK;
}

static enum fv_err
read_value(struct fv_pack_parse *p, json_t *v, const struct fv_pack_field *f, char *at)
{
	uint64_t bits = 0;
	enum fv_err rc = FV_OK;

	switch (f->type) {
	case P_TEXT:
		return fv_pack_read_text(p, v, f, (const char **)(void *)at);
	case P_WORD:
		return read_word(p, v, f->codes, (uint32_t *)(void *)at);
	case P_WORDS:
		rc = fv_pack_read_words(p, v, f->codes, &bits);
		*(uint32_t *)(void *)at = (uint32_t)bits;
		return rc;
	case P_KINDS:
		return fv_pack_read_words(p, v, f->codes, (uint64_t *)(void *)at);
	case P_NUMBER:
		return read_number(p, v, f, (uint32_t *)(void *)at);
	case P_BOOL:
		if (!json_is_boolean(v))
			return fv_pack_refuse(p, FV_EFORMAT, "must be true or false");
		*(bool *)(void *)at = json_is_true(v);
		return FV_OK;
	case P_DATE:
		return json_is_null(v) ? FV_OK : read_date(p, v, (int64_t *)(void *)at);
	case P_WINDOWS:
		return read_windows(p, v, at);
	case P_TEXTS:
		return read_texts(p, v, f, at);
	case P_DATES:
		return read_dates(p, v, at);
	case P_OBJECT:
		return read_object(p, v, f->table(), at);
	}
	return rc;
}

/* The members that the table names, into the struct at `base`; others are passed over. */
enum fv_err
fv_pack_read_table(
    struct fv_pack_parse *p, json_t *object, struct fv_pack_table table, void *base)
{
	for (size_t i = 0; i < table.count; i++) {
		const struct fv_pack_field *f = &table.fields[i];
		json_t *v = json_object_get(object, f->name);
		fv_pack_enter(p, f->name, 0);
		enum fv_err rc = FV_OK;
		if (v != NULL)
			rc = read_value(p, v, f, (char *)base + f->at);
		else if (f->is_required)
			rc = fv_pack_refuse(p, FV_EFORMAT, "is missing");
		if (rc != FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	return FV_OK;
}

/* {"en": ..., "zh": ...} */
enum fv_err
fv_pack_read_bilingual(
    struct fv_pack_parse *p, json_t *object, const char *name, const char **out[2])
{
	static const char *const names[] = {"en", "zh"};
	static const struct fv_pack_field text = {"", P_TEXT, true, 0, 0, 1, 400, NULL};
	json_t *v = json_object_get(object, name);
	enum fv_err rc;

	fv_pack_enter(p, name, 0);
	if (v == NULL)
		return fv_pack_refuse(p, FV_EFORMAT, "is missing");
	if ((rc = fv_pack_check_names(p, v, names, 2)) != FV_OK)
		return rc;
	for (size_t i = 0; i < 2; i++) {
		fv_pack_enter(p, names[i], 0);
		if (json_object_get(v, names[i]) == NULL)
			return fv_pack_refuse(p, FV_EFORMAT, "is missing");
		if ((rc = fv_pack_read_text(p, json_object_get(v, names[i]), &text, out[i])) !=
		    FV_OK)
			return rc;
		fv_pack_leave(p);
	}
	fv_pack_leave(p);
	return FV_OK;
}
