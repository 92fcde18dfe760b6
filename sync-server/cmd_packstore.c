/* fieldvisitd pack lint: doubts about the packs that are adopted and the cases under them. */
#include <stdio.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/packdoubts.h"
#include "sync-server/verb.h"

#define USAGE "pack lint [--strict] [--as-of DATE] [--json]"

/* ctx: the rows of --json, or NULL. */
static void
put_doubt(const char *id, const char *pack, const char *rule, const char *text, void *ctx)
{
	json_t *rows = ctx;

	if (rows != NULL)
		(void)json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:s}", "id", id, "pack", pack, "rule", rule,
			"text", text));
	else
		printf("warning %s: %s%s%s%s%s%s%s\n", id, pack[0] != '\0' ? "pack " : "",
		    pack, pack[0] != '\0' ? " " : "", rule[0] != '\0' ? "rule " : "", rule,
		    rule[0] != '\0' ? " " : "", text);
}

/* Takes: rows. */
static int
report(struct fv_store *store, int64_t day, json_t *rows, bool is_strict)
{
	struct packdoubts sum;
	const enum fv_err rc = packdoubts_each(store, day, put_doubt, rows, &sum);
	int code;

	if (rc != FV_OK) {
		json_decref(rows);
		return fv_verb_unread(rc);
	}
	if (rows != NULL) {
		code = fv_cli_print_json(rows);
	} else {
		printf("%zu packs, %zu warnings\n", sum.packs, sum.doubts);
		code = fv_cli_finish();
	}
	if (code != FV_EXIT_OK)
		return code;
	return is_strict && sum.doubts > 0 ? FV_EXIT_NO : FV_EXIT_OK;
}

int
cmd_pack_lint(int argc, char **argv)
{
	bool as_json = false, is_strict = false;
	const char *as_of = NULL;
	const struct fv_cli_option options[] = {
	    {"strict", FV_CLI_FLAG, &is_strict, false},
	    {"as-of", FV_CLI_TEXT, &as_of, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int64_t day = (int64_t)time(NULL) / 86400;
	struct fv_store *store = NULL;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (as_of != NULL && fv_date_parse(fv_span_z(as_of), &day) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--as-of", "is not a date; write as 2026-03-02");
	if ((code = fv_verb_open(&store)) == FV_EXIT_OK)
		code = report(store, day, as_json ? json_array() : NULL, is_strict);
	fv_store_close(store);
	return code;
}
