#include "sync-server/packdoubts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/packlint.h"
#include "sync-server/packstore.h"
#include "sync-server/verb.h"
#include "sync-server/zonecountry.h"

/* Cases that have one doubt in common. */
struct group {
	char *key;   /* owned: a zone, or a pack's id */
	char *first; /* owned: id of the first case */
	size_t count;
};

struct groups {
	struct group *items; /* owned */
	size_t count;
};

struct work {
	struct fv_packs adopted;
	struct fv_rulepack *packs[FV_PACKS_MAX]; /* owned; highest revision of each id */
	size_t pack_count;
	int64_t day;
	const char *pack; /* the one whose warnings come */
	struct groups zones, names;
	packdoubts_fn fn;
	void *ctx;
	size_t count;
};

static void
warn(struct work *w, const char *id, const char *pack, const char *rule, const char *text)
{
	w->count++;
	w->fn(id, pack, rule, text, w->ctx);
}

static void
on_warning(const char *id, const char *rule, const char *text, void *ctx)
{
	struct work *w = ctx;

	warn(w, id, w->pack, rule, text);
}

static enum fv_err
count_in(struct groups *groups, struct fv_span key, struct fv_span case_id)
{
	struct group *g = groups->items;
	size_t i = 0;

	while (i < groups->count && !fv_span_equal(fv_span_z(g[i].key), key))
		i++;
	if (i == groups->count) {
		if ((g = reallocarray(groups->items, i + 1, sizeof *g)) == NULL)
			return FV_ENOMEM;
		groups->items = g;
		g[i].key = fv_verb_copy(key);
		g[i].first = fv_verb_copy(case_id);
		g[i].count = 0;
		if (g[i].key == NULL || g[i].first == NULL) {
			free(g[i].key);
			free(g[i].first);
			return FV_ENOMEM;
		}
		groups->count++;
	}
	groups->items[i].count++;
	return FV_OK;
}

static bool
is_adopted(const struct work *w, struct fv_span name)
{
	for (size_t i = 0; i < w->adopted.count; i++)
		if (fv_span_equal(fv_span_z(w->adopted.packs[i].id), name) ||
		    fv_span_equal(fv_span_z(w->adopted.packs[i].over), name))
			return true;
	return false;
}

static enum fv_err
on_case(const struct fv_store_case *row, void *ctx)
{
	struct work *w = ctx;
	struct fv_span list = row->item.zones, member;
	enum fv_err rc = FV_OK;

	if (row->is_closed)
		return FV_OK;
	while (rc == FV_OK && fv_verb_next(&list, &member))
		rc = count_in(&w->zones, member, row->item.id);
	list = row->item.packs;
	while (rc == FV_OK && fv_verb_next(&list, &member))
		if (!is_adopted(w, member))
			rc = count_in(&w->names, member, row->item.id);
	return rc;
}

/* Member states of the European Union. */
static const char eu[] =
    "AT,BE,BG,HR,CY,CZ,DK,EE,FI,FR,DE,GR,HU,IE,IT,LV,LT,LU,MT,NL,PL,PT,RO,"
    "SK,SI,ES,SE";

/* Whether one of the countries is the jurisdiction; *is_part_out: a part of one is. */
static bool
is_of(const char *jurisdiction, const char *codes, bool *is_part_out)
{
	for (const char *code = codes; code[0] != '\0' && code[1] != '\0';
	     code += code[2] == ',' ? 3 : 2) {
		const char two[3] = {code[0], code[1], '\0'};
		if (strcmp(jurisdiction, two) == 0 ||
		    (strcmp(jurisdiction, "EU") == 0 && strstr(eu, two) != NULL))
			return true;
		if (strncmp(jurisdiction, two, 2) == 0 && jurisdiction[2] == '-')
			*is_part_out = true;
	}
	return false;
}

static void
check_zone(struct work *w, const struct group *g)
{
	struct fv_buf codes = {0}, text = {0};
	bool is_covered = false, is_part = false;
	const enum fv_err rc = zonecountry_find(NULL, g->key, &codes);
	const char *where = rc == FV_OK ? fv_buf_z(&codes) : NULL;

	for (size_t i = 0; where != NULL && i < w->pack_count && !is_covered; i++)
		is_covered = is_of(w->packs[i]->jurisdiction, where, &is_part);
	if (!is_covered) {
		fv_buf_putf(&text, "%zu cases in %s", g->count, g->key);
		if (where == NULL)
			fv_buf_put_z(&text,
			    ": which country that is the time zone database "
			    "does not say, so it cannot be told whether a "
			    "pack is adopted for it");
		else if (is_part)
			fv_buf_putf(&text,
			    " (%s): packs of parts of that country are adopted, none of all "
			    "of it; whether the cases lie in those parts is not known",
			    where);
		else
			fv_buf_putf(&text, " (%s): no pack of that country is adopted", where);
		fv_buf_putf(&text, "; the first is %s", g->first);
		if (fv_buf_z(&text) != NULL)
			warn(w, "LINT-10", "", "", fv_buf_z(&text));
	}
	fv_buf_clear(&codes);
	fv_buf_clear(&text);
}

static void
check_all(struct work *w)
{
	const struct packlint_others others = {w->packs, w->pack_count};
	char text[256];

	for (size_t i = 0; i < w->pack_count; i++) {
		w->pack = w->packs[i]->id;
		packlint_each(w->packs[i], &others, w->day, on_warning, w);
	}
	for (size_t i = 0; i < w->zones.count; i++)
		check_zone(w, &w->zones.items[i]);
	for (size_t i = 0; i < w->names.count; i++) {
		(void)snprintf(text, sizeof text,
		    "%zu cases name pack %s, which is not adopted; the first is %s",
		    w->names.items[i].count, w->names.items[i].key, w->names.items[i].first);
		warn(w, "LINT-11", "", "", text);
	}
}

static enum fv_err
load(struct work *w, struct fv_store *store)
{
	struct fv_rulepack_error why;
	enum fv_err rc = packstore_adopted(store, &w->adopted);

	if (rc == FV_ENOENT)
		rc = FV_OK; /* then every case lacks its packs */
	for (size_t i = 0; rc == FV_OK && i < w->adopted.count; i++) {
		const struct fv_pack_line *line = &w->adopted.packs[i];
		if (fv_packs_highest(&w->adopted, line->id) != line)
			continue;
		rc = packstore_load(store, &w->adopted, line, &w->packs[w->pack_count], &why);
		if (rc == FV_OK)
			w->pack_count++;
		else if (rc == FV_ENOENT)
			rc = FV_OK; /* adopted, and its file is not here yet */
	}
	return rc == FV_OK ? fv_store_case_each(store, on_case, w) : rc;
}

static void
groups_clear(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free(groups->items[i].key);
		free(groups->items[i].first);
	}
	free(groups->items);
}

enum fv_err
packdoubts_each(
    struct fv_store *store, int64_t day, packdoubts_fn fn, void *ctx, struct packdoubts *out)
{
	struct work *w = calloc(1, sizeof *w);
	enum fv_err rc = FV_ENOMEM;

	*out = (struct packdoubts){0};
	if (w == NULL)
		return rc;
	w->day = day;
	w->fn = fn;
	w->ctx = ctx;
	if ((rc = load(w, store)) == FV_OK) {
		check_all(w);
		*out = (struct packdoubts){.packs = w->pack_count, .doubts = w->count};
	}
	groups_clear(&w->zones);
	groups_clear(&w->names);
	for (size_t i = 0; i < w->pack_count; i++)
		fv_rulepack_free(w->packs[i]);
	free(w);
	return rc;
}
