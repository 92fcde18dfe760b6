/* inbox run DIR and inbox list. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/inbox.h"
#include "sync-server/store/intake.h"
#include "sync-server/verb.h"

#define RUN_USAGE "inbox run DIR [--settle SECONDS] [--zone ZONE] " TEXTFILE_USAGE " [--json]"
#define LIST_USAGE "inbox list [--last N] [--json]"
#define SETTLE_MAX_S 600U
#define LIST_MAX 1000000U
#define LIST_DEFAULT 100U

/* -- run --------------------------------------------------------------------------------- */

struct run {
	bool as_json;
};

static json_t *
ask(const char *verb, json_t *request, void *ctx)
{
	json_t *answer = NULL;

	(void)ctx;
	(void)fv_host_ask(verb, request, &answer);
	return answer;
}

static void
told(const char *name, const char *result, const json_t *answer, void *ctx)
{
	const struct run *run = ctx;
	const char *text = json_string_value(json_object_get(answer, "text"));
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (run->as_json)
		(void)fv_verb_print(json_pack("{s:s, s:s, s:o*}", "result", result, "filed_as",
		    name, "error", error != NULL ? json_string(error) : NULL));
	else
		printf("%s/%s: %s%s", result, name,
		    error != NULL      ? error
			: text != NULL ? text
				       : "taken",
		    text != NULL && error == NULL ? "" : "\n");
}

/* Looks until nothing is left, or what is left does not settle. */
static int
run_folder(struct inbox *inbox, const struct inbox_opts *opts)
{
	const struct timespec second = {.tv_sec = 1};
	size_t refused = 0;
	struct inbox_look look;

	for (unsigned waited = 0;; waited++) {
		inbox_look(inbox, &look);
		refused += look.refused;
		if (look.is_stuck)
			return FV_EXIT_TEMPFAIL;
		if (look.is_busy)
			return fv_cli_fail(FV_EXIT_TEMPFAIL, opts->folder,
			    "a server or another command takes its files just now");
		if (look.unsettled == 0 || waited > opts->settle_s)
			break;
		(void)nanosleep(&second, NULL);
	}
	if (look.unsettled > 0)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, opts->folder,
		    "%zu files are still written to; run it again", look.unsettled);
	return refused > 0 ? FV_EXIT_NO : FV_EXIT_OK;
}

int
cmd_inbox_run(int argc, char **argv)
{
	const char *settle = NULL, *encoding = NULL, *zone = NULL;
	struct inbox_opts opts = {.settle_s = INBOX_SETTLE_S};
	struct textfile_opts reading = {0};
	struct run run = {0};
	const struct inbox_port port = {ask, told, &run};
	const struct fv_cli_option options[] = {
	    {"settle", FV_CLI_TEXT, &settle, false},
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"excel-dates", FV_CLI_FLAG, &opts.takes_serials, false},
	    {"zone", FV_CLI_TEXT, &zone, false},
	    {"json", FV_CLI_FLAG, &run.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct inbox *inbox;
	char why[INBOX_WHY_BYTES];
	uint64_t seconds = INBOX_SETTLE_S;
	int code = fv_cli_parse(&argc, argv, options, RUN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, RUN_USAGE))
		return FV_EXIT_USAGE;
	if (settle != NULL &&
	    fv_decimal_decode(fv_span_z(settle), SETTLE_MAX_S, &seconds) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--settle", "want seconds from 0 to %u", SETTLE_MAX_S);
	if ((code = textfile_encoding_option(encoding, &reading)) != FV_EXIT_OK)
		return code;
	opts.folder = argv[1];
	opts.settle_s = (unsigned)seconds;
	opts.encoding = reading.encoding;
	opts.zone = zone != NULL ? zone : "";
	if ((code = inbox_open(&opts, &port, &inbox, why)) != FV_EXIT_OK)
		return fv_cli_fail(code, opts.folder, "%s", why);
	code = run_folder(inbox, &opts);
	inbox_close(inbox);
	return code == FV_EXIT_OK ? cmd_finish(FV_EXIT_OK) : code;
}

/* -- list -------------------------------------------------------------------------------- */

static enum fv_err
list_json(const struct fv_store_intake *row, void *ctx)
{
	json_t *one = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:s, s:b}",
	    "id", (json_int_t)row->id, "folder", fv_verb_json_span(row->folder), "file",
	    fv_verb_json_span(row->name), "filed_as", fv_verb_json_span(row->filed_as), "kind",
	    fv_verb_json_span(row->kind), "sha256", inbox_json_hash(&row->sha256), "size",
	    (json_int_t)row->size, "taken", fv_verb_json_time(true, row->taken_ms), "answer",
	    json_loadb((const char *)row->answer.ptr, row->answer.len, 0, NULL), "result",
	    row->state == FV_INTAKE_DONE ? "done" : "refused", "filed", row->is_filed);

	if (one != NULL && row->has_leaf)
		(void)json_object_set_new(one, "leaf", json_integer((json_int_t)row->leaf));
	return json_array_append_new(ctx, one) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
list_line(const struct fv_store_intake *row, void *ctx)
{
	json_t *answer = json_loadb((const char *)row->answer.ptr, row->answer.len, 0, NULL);
	const char *text = json_string_value(json_object_get(answer, "text"));
	const json_int_t line = json_integer_value(json_object_get(answer, "line"));
	char at[FV_INSTANT_TEXT_BYTES];

	*(size_t *)ctx += 1;
	printf("%-5" PRId64 " %s  %s/%.*s  ", row->id,
	    fv_instant_format(row->taken_ms / 1000 * 1000, 0, true, at),
	    row->state == FV_INTAKE_DONE ? "done" : "refused", (int)row->filed_as.len,
	    (const char *)row->filed_as.ptr);
	if (row->state == FV_INTAKE_DONE)
		printf("%s", text != NULL ? text : "\n");
	else if (line > 0)
		printf("line %" JSON_INTEGER_FORMAT "%s; its result says why\n", line,
		    json_integer_value(json_object_get(answer, "faults")) > 1 ? " and more"
									      : "");
	else
		puts("its result says why");
	json_decref(answer);
	return FV_OK;
}

int
cmd_inbox_list(int argc, char **argv)
{
	const char *last = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"last", FV_CLI_TEXT, &last, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	uint64_t count = LIST_DEFAULT;
	struct fv_store *store;
	size_t shown = 0;
	json_t *list;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if (last != NULL && (fv_decimal_decode(fv_span_z(last), LIST_MAX, &count) != FV_OK))
		return fv_cli_fail(FV_EXIT_USAGE, "--last", "want a number of files");
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	list = as_json ? json_array() : NULL;
	rc = as_json ? fv_store_intake_each(store, (uint32_t)count, list_json, list)
		     : fv_store_intake_each(store, (uint32_t)count, list_line, &shown);
	if (rc == FV_OK && as_json && !fv_verb_print(json_pack("{s:O}", "files", list)))
		rc = FV_ENOMEM;
	if (rc == FV_OK && !as_json && shown == 0)
		puts("nothing came in yet");
	json_decref(list);
	fv_store_close(store);
	return rc == FV_OK ? cmd_finish(FV_EXIT_OK) : fv_verb_unread(rc);
}
