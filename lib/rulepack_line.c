/* The line on which a value of a pack stands, for messages. */
#include "lib/rulepack_read.h"

/* A walk over JSON that is known to be valid. */
struct walk {
	struct fv_span json;
	size_t at;
	uint32_t line;
};

static void
skip_space(struct walk *w)
{
	for (; w->at < w->json.len; w->at++) {
		uint8_t c = w->json.ptr[w->at];
		if (c == '\n')
			w->line++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

/* Over a string; `*raw_out` is what stands between its quotes, escapes as they are. */
static void
skip_string(struct walk *w, struct fv_span *raw_out)
{
	size_t start = ++w->at;

	while (w->at < w->json.len && w->json.ptr[w->at] != '"')
		w->at += w->json.ptr[w->at] == '\\' ? 2 : 1;
	if (w->at > w->json.len)
		w->at = w->json.len;
	*raw_out = (struct fv_span){w->json.ptr + start, w->at - start};
	w->at++;
}

/* Over one value, however deep, by counting brackets. */
static void
skip_value(struct walk *w)
{
	struct fv_span raw;
	size_t depth = 0;

	do {
		skip_space(w);
		if (w->at >= w->json.len)
			return;
		uint8_t c = w->json.ptr[w->at];
		if (c == '"') {
			skip_string(w, &raw);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (depth == 0) {
			while (w->at < w->json.len && w->json.ptr[w->at] != ',' &&
			    w->json.ptr[w->at] != '}' && w->json.ptr[w->at] != ']' &&
			    w->json.ptr[w->at] != '\n')
				w->at++;
			return;
		}
		w->at++;
	} while (depth > 0);
}

/* Stand on the member `name`, or on the value number `idx`, of what the walk stands on. */
static bool
enter(struct walk *w, const char *name, size_t idx)
{
	struct fv_span key = {NULL, 0};

	skip_space(w);
	if (w->at >= w->json.len || w->json.ptr[w->at] != (name == NULL ? '[' : '{'))
		return false;
	w->at++;
	for (size_t i = 0;; i++) {
		skip_space(w);
		if (w->at >= w->json.len || w->json.ptr[w->at] == '}' ||
		    w->json.ptr[w->at] == ']')
			return false;
		if (name != NULL) {
			skip_string(w, &key);
			skip_space(w);
			w->at++;
			skip_space(w);
		}
		if (name == NULL ? i == idx : fv_span_equal(key, fv_span_z(name)))
			return true;
		skip_value(w);
		skip_space(w);
		if (w->at < w->json.len && w->json.ptr[w->at] == ',')
			w->at++;
	}
}

uint32_t
fv_pack_line(struct fv_span json, const struct fv_pack_path *path)
{
	struct walk w = {.json = json, .line = 1};

	skip_space(&w);
	for (size_t i = 0; i < path->depth; i++) {
		struct walk deeper = w;
		if (!enter(&deeper, path->names[i], path->idx[i]))
			return w.line;
		w = deeper;
	}
	return w.line;
}

/* The string that the walk stands on, escapes as they are; empty when there is none. */
static struct fv_span
string_at(struct walk *w)
{
	struct fv_span raw = {NULL, 0};

	skip_space(w);
	if (w->at < w->json.len && w->json.ptr[w->at] == '"')
		skip_string(w, &raw);
	return raw;
}

enum fv_err
fv_rulepack_peek(struct fv_span json, struct fv_rulepack_head *head_out)
{
	struct walk at = {.json = json, .line = 1};
	struct walk rules = at;

	*head_out = (struct fv_rulepack_head){0};
	if (enter(&at, "extends", 0) &&
	    !fv_pack_name_parse(
		string_at(&at), head_out->extends, &head_out->extends_revision)) {
		*head_out = (struct fv_rulepack_head){0};
		return FV_EFORMAT;
	}
	head_out->has_rules = enter(&rules, "rules", 0) && enter(&rules, NULL, 0);
	return FV_OK;
}
