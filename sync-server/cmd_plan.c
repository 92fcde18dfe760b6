/* plan import FILE|-, plan list and plan close ID. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/cmd.h"
#include "sync-server/planfile.h"
#include "sync-server/planview.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

#define IMPORT_USAGE "plan import FILE|- " TEXTFILE_USAGE " [--json]"
#define LIST_USAGE "plan list [--day YYYY-MM-DD] [--open] [--json]"
#define CLOSE_USAGE "plan close ID --reason REASON [--json]"
#define EVERY 1000000U

int
cmd_plan_import(int argc, char **argv)
{
	const struct textfile_verb verb = {
	    "plan import", IMPORT_USAGE, planfile_days, false, NULL};

	return textfile_send(&verb, argc, argv);
}

struct work {
	json_t *list; /* owned; NULL: text */
	size_t count;
};

static enum fv_err
show(const struct fv_store_plan *p, void *ctx)
{
	struct work *w = ctx;
	char day[PLANVIEW_DAY_BYTES];

	w->count++;
	if (w->list != NULL)
		return json_array_append_new(w->list, planview_json(p)) == 0 ? FV_OK
									     : FV_ENOMEM;
	printf("%-5" PRId64 " %s %02u:%02u-%02u:%02u  %-16s %s%s%s  %s, %s, %s%s  %s%s%s\n",
	    p->id, planview_day(p->day, day), p->from_minute / 60, p->from_minute % 60,
	    p->to_minute / 60, p->to_minute % 60, p->case_id, p->officer,
	    p->second[0] != '\0' ? " with " : "", p->second,
	    fv_code_word(FV_CODES_PLACE, p->place), fv_code_word(FV_CODES_PURPOSE, p->purpose),
	    fv_code_word(FV_CODES_APPROACH, p->approach), p->is_agreed ? ", agreed" : "",
	    planview_state(p->state), p->reason[0] != '\0' ? ": " : "", p->reason);
	return FV_OK;
}

int
cmd_plan_list(int argc, char **argv)
{
	const char *day = NULL;
	bool is_open = false, as_json = false;
	const struct fv_cli_option options[] = {
	    {"day", FV_CLI_TEXT, &day, false},
	    {"open", FV_CLI_FLAG, &is_open, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store_plan_filter filter = {.after_day = INT64_MIN, .max = EVERY};
	struct work w = {0};
	struct fv_store *store;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if (day != NULL && fv_date_parse(fv_span_z(day), &filter.from_day) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--day", "want a date such as 2026-10-01");
	filter.has_from = filter.has_to = day != NULL;
	filter.to_day = filter.from_day;
	filter.state = is_open ? FV_PLANNED_OPEN : 0;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	w.list = as_json ? json_array() : NULL;
	rc = fv_store_plan_each(store, &filter, show, &w);
	if (rc == FV_OK && as_json && !fv_verb_print(json_pack("{s:O}", "plans", w.list)))
		rc = FV_ENOMEM;
	if (rc == FV_OK && !as_json && w.count == 0)
		puts("no visit is planned");
	json_decref(w.list);
	fv_store_close(store);
	return rc == FV_OK ? cmd_finish(FV_EXIT_OK) : fv_verb_unread(rc);
}

int
cmd_plan_close(int argc, char **argv)
{
	const char *reason = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"reason", FV_CLI_TEXT, &reason, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, CLOSE_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, CLOSE_USAGE))
		return FV_EXIT_USAGE;
	request = json_pack(
	    "{s:I, s:s}", "id", (json_int_t)strtoll(argv[1], NULL, 10), "reason", reason);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call("plan close", request, as_json);
}
