/* fieldvisitd calendar list: which holidays are known, and until when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/packfile.h"
#include "sync-server/packstore.h"
#include "sync-server/verb.h"

#define USAGE "calendar list [--rules DIR] [--as-of DATE] [--json]"

struct listing {
	int64_t day;
	bool is_adopted; /* what comes now is in force, else it ships */
	json_t *rows;    /* with --json */
	size_t count;
};

static void
put_date(char out[16], int64_t days)
{
	struct fv_civil c;

	fv_civil_from_days(days, &c);
	(void)snprintf(out, 16, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
}

static json_t *
json_zones(const struct fv_calendar *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->zones.count; i++)
		(void)json_array_append_new(list, json_string(c->zones.items[i]));
	return list;
}

static void
put_calendar(struct listing *l, const struct fv_rulepack *pack, const struct fv_calendar *c)
{
	const char *state = l->is_adopted ? "adopted" : "shipped";
	const char *confidence = fv_code_word(FV_CODES_CONFIDENCE, c->confidence);
	const int64_t left = c->until_days - l->day;
	char from[16], until[16];

	l->count++;
	put_date(from, c->from_days);
	put_date(until, c->until_days);
	if (l->rows != NULL) {
		(void)json_array_append_new(l->rows,
		    json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:I}", "calendar",
			c->id, "pack", pack->id, "state", state, "zones", json_zones(c),
			"source", c->source, "confidence", confidence, "from", from, "until",
			until, "days_left", (json_int_t)left));
		return;
	}
	printf("%s  (pack %s r%u, %s)  %s to %s, ", c->id, pack->id, pack->revision, state,
	    from, until);
	if (left < 0)
		printf("ended %lld days ago", (long long)-left);
	else
		printf("ends in %lld days", (long long)left);
	printf("  confidence %s\n  zones:", confidence);
	for (size_t i = 0; i < c->zones.count; i++)
		printf(" %s", c->zones.items[i]);
	printf("\n  source: %s\n", c->source);
}

static void
put_pack(struct listing *l, const struct fv_rulepack *pack)
{
	for (size_t i = 0; i < pack->calendar_count; i++)
		put_calendar(l, pack, &pack->calendars[i]);
}

static enum fv_err
on_shipped(struct fv_rulepack *pack, void *ctx)
{
	put_pack(ctx, pack);
	fv_rulepack_free(pack);
	return FV_OK;
}

static enum fv_err
list_adopted(struct listing *l, struct fv_store *store)
{
	struct fv_packs *packs = calloc(1, sizeof *packs);
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc = packs == NULL ? FV_ENOMEM : packstore_adopted(store, packs);

	l->is_adopted = true;
	for (size_t i = 0; rc == FV_OK && i < packs->count; i++) {
		const struct fv_pack_line *line = &packs->packs[i];
		if (fv_packs_highest(packs, line->id) != line)
			continue;
		if ((rc = packstore_load(store, packs, line, &pack, &why)) == FV_OK) {
			put_pack(l, pack);
			fv_rulepack_free(pack);
		} else if (rc == FV_ENOENT) {
			rc = FV_OK; /* adopted, and its file is not here yet */
		}
	}
	free(packs);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* The data folder's, where there is one: the packs that ship can be listed without. */
static int
list_store(struct listing *l)
{
	char path[FV_HOST_PATH_BYTES];
	struct fv_store *store;
	enum fv_err rc;
	int code;

	if (!fv_host_path(fv_host_dir(), "fieldvisit.db", path) || access(path, F_OK) != 0)
		return FV_EXIT_OK;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = list_adopted(l, store);
	fv_store_close(store);
	return fv_verb_unread(rc);
}

int
cmd_calendar_list(int argc, char **argv)
{
	bool as_json = false;
	const char *rules = NULL, *day = NULL;
	const struct fv_cli_option options[] = {
	    {"rules", FV_CLI_TEXT, &rules, false},
	    {"as-of", FV_CLI_TEXT, &day, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct listing l = {.day = (int64_t)time(NULL) / 86400};
	char folder[PACKFILE_PATH_MAX];
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (day != NULL && fv_date_parse(fv_span_z(day), &l.day) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--as-of", "is not a date; write as 2026-03-02");
	if (packfile_folder(rules, folder) != FV_OK && rules != NULL)
		return fv_cli_fail(FV_EXIT_NOINPUT, "--rules", "%s is not a folder", rules);
	l.rows = as_json ? json_array() : NULL;
	if (packfile_each(folder, false, on_shipped, &l) != FV_OK)
		code = FV_EXIT_DATA; /* it has said why */
	if (code == FV_EXIT_OK)
		code = list_store(&l);
	if (code == FV_EXIT_OK && as_json)
		code = fv_cli_print_json(json_incref(l.rows));
	else if (code == FV_EXIT_OK && l.count == 0)
		puts("no calendars");
	json_decref(l.rows);
	return code != FV_EXIT_OK ? code : fv_cli_finish();
}
