/* officer add, set, list, show: who visits, of which agency, with which dates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/staff_show.h"
#include "sync-server/verb.h"

#define ADD_USAGE                                                                             \
	"officer add ID --agency A [--team T] [--badge B] [DATE=YYYY-MM-DD]... [--json]"
#define SET_USAGE                                                                             \
	"officer set ID [--agency A] [--team T] [--badge B] [DATE=YYYY-MM-DD]... [--json]"
#define LIST_USAGE "officer list [--agency A] [--json]"
#define SHOW_USAGE "officer show ID [--json]"

static int
change(int argc, char **argv, const char *verb, const char *usage, bool is_new)
{
	const struct staff_field fields[] = {{"agency", "agency", is_new},
	    {"team", "team", false}, {"badge", "badge", false}, {NULL, NULL, false}};

	return staff_change(argc, argv, verb, usage, fields);
}

int
cmd_officer_add(int argc, char **argv)
{
	return change(argc, argv, "officer add", ADD_USAGE, true);
}

int
cmd_officer_set(int argc, char **argv)
{
	return change(argc, argv, "officer set", SET_USAGE, false);
}

int
cmd_officer_list(int argc, char **argv)
{
	const char *agency = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"agency", FV_CLI_TEXT, &agency, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	struct fv_buf out = {0};
	json_t *list = NULL;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = staff_officers(store, agency, fv_host_now_ms(), &list);
	fv_store_close(store);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, agency,
		    "no such agency here; 'fieldvisitd agency list' lists them");
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	if (as_json)
		return fv_cli_print_json(json_pack("{s:o}", "officers", list));
	staff_put_officers_text(&out, list);
	json_decref(list);
	return staff_say(&out);
}

int
cmd_officer_show(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	json_t *officer = NULL;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, SHOW_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = staff_officer(store, argv[1], fv_host_now_ms(), &officer);
	fv_store_close(store);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, argv[1],
		    "neither in the register nor on the roster; 'fieldvisitd officer list' "
		    "lists them");
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	return staff_show_one(officer, as_json);
}
