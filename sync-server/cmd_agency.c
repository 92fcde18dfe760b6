/* agency add, set, list, show: the bank's own house and the firms that visit for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/staff_show.h"
#include "sync-server/verb.h"

#define ADD_USAGE "agency add ID [--name TEXT] [--team T,...] [DATE=YYYY-MM-DD]... [--json]"
#define SET_USAGE "agency set ID [--name TEXT] [--team T,...] [DATE=YYYY-MM-DD]... [--json]"
#define LIST_USAGE "agency list [--open] [--json | --csv | --html]"
#define SHOW_USAGE "agency show ID [--json]"

static const struct staff_field fields[] = {
    {"name", "name", false}, {"team", "teams", false}, {NULL, NULL, false}};

int
cmd_agency_add(int argc, char **argv)
{
	return staff_change(argc, argv, "agency add", ADD_USAGE, fields);
}

int
cmd_agency_set(int argc, char **argv)
{
	return staff_change(argc, argv, "agency set", SET_USAGE, fields);
}

int
cmd_agency_list(int argc, char **argv)
{
	bool is_open = false, as_json = false, as_csv = false, as_html = false;
	const struct fv_cli_option options[] = {
	    {"open", FV_CLI_FLAG, &is_open, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {"csv", FV_CLI_FLAG, &as_csv, false},
	    {"html", FV_CLI_FLAG, &as_html, false},
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
	if (as_json + as_csv + as_html > 1)
		return fv_cli_fail(FV_EXIT_USAGE, "agency list", "one form at a time");
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = staff_agencies(store, is_open, &list);
	fv_store_close(store);
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	if (as_json)
		return fv_cli_print_json(json_pack("{s:o}", "agencies", list));
	if (as_csv)
		staff_put_agencies_csv(&out, list);
	else if (as_html)
		staff_put_agencies_html(&out, list);
	else
		staff_put_agencies_text(&out, list);
	json_decref(list);
	return staff_say(&out);
}

int
cmd_agency_show(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store_agency row;
	struct fv_store *store = NULL;
	json_t *agency = NULL;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, SHOW_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = fv_store_agency_get(store, fv_span_z(argv[1]), &row);
	if (rc == FV_OK)
		rc = staff_agency_json(store, &row, &agency);
	fv_store_close(store);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, argv[1],
		    "no such agency here; 'fieldvisitd agency list' lists them");
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	return staff_show_one(agency, as_json);
}
