/* fieldvisitd pack lint: doubts about the packs that are adopted and the cases under them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/packlint.h"
#include "sync-server/packstore.h"
#include "sync-server/verb.h"
#include "sync-server/zonecountry.h"

#define USAGE "pack lint [--strict] [--as-of DATE] [--json]"

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
	json_t *rows; /* owned; with --json */
	size_t warnings;
};

static void
warn(struct work *w, const char *id, const char *pack, const char *rule, const char *text)
{
	w->warnings++;
	if (w->rows != NULL)
		(void)json_array_append_new(w->rows,
		    json_pack("{s:s, s:s, s:s, s:s}", "id", id, "pack", pack, "rule", rule,
			"text", text));
	else
		printf("warning %s: %s%s%s%s%s%s%s\n", id, pack[0] != '\0' ? "pack " : "",
		    pack, pack[0] != '\0' ? " " : "", rule[0] != '\0' ? "rule " : "", rule,
		    rule[0] != '\0' ? " " : "", text);
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

static int
report(struct work *w, bool as_json, bool is_strict)
{
	int code;

	check_all(w);
	if (as_json) {
		code = fv_cli_print_json(json_incref(w->rows));
	} else {
		printf("%zu packs, %zu warnings\n", w->pack_count, w->warnings);
		code = fv_cli_finish();
	}
	if (code != FV_EXIT_OK)
		return code;
	return is_strict && w->warnings > 0 ? FV_EXIT_NO : FV_EXIT_OK;
}

int
cmd_pack_lint(int argc, char **argv)
{
	bool as_json = false, is_strict = false;
	const char *day = NULL;
	const struct fv_cli_option options[] = {
	    {"strict", FV_CLI_FLAG, &is_strict, false},
	    {"as-of", FV_CLI_TEXT, &day, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	struct work *w = NULL;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if ((w = calloc(1, sizeof *w)) == NULL)
		return fv_verb_unread(FV_ENOMEM);
	w->day = (int64_t)time(NULL) / 86400;
	w->rows = as_json ? json_array() : NULL;
	if (day != NULL && fv_date_parse(fv_span_z(day), &w->day) != FV_OK)
		code = fv_cli_fail(
		    FV_EXIT_USAGE, "--as-of", "is not a date; write as 2026-03-02");
	else if ((code = fv_verb_open(&store)) == FV_EXIT_OK) {
		rc = load(w, store);
		code = rc == FV_OK ? report(w, as_json, is_strict) : fv_verb_unread(rc);
	}
	fv_store_close(store);
	groups_clear(&w->zones);
	groups_clear(&w->names);
	for (size_t i = 0; i < w->pack_count; i++)
		fv_rulepack_free(w->packs[i]);
	json_decref(w->rows);
	free(w);
	return code;
}
