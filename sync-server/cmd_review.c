/* review: decide about a finding from the command line; the reasons that there are. */
#include <stdio.h>

#include "fv/codes.h"
#include "sync-server/cmd.h"
#include "sync-server/reasons.h"
#include "sync-server/verb.h"

#define USAGE                                                                                 \
	"review FINDING uphold|dismiss|excuse|reopen --reason CODE --by SUPERVISOR"           \
	" [--text REMARK] [--json]"
#define REASONS_USAGE "review reasons [--json]"

int
cmd_review_reasons(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	json_t *reasons = NULL, *row;
	enum fv_err rc;
	size_t at;
	int code = fv_cli_parse(&argc, argv, options, REASONS_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, REASONS_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	rc = reasons_load(store, &reasons);
	fv_store_close(store);
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	if (as_json) {
		if (!fv_verb_print(json_pack("{s:o}", "reasons", reasons)))
			return FV_EXIT_TEMPFAIL;
		return cmd_finish(FV_EXIT_OK);
	}
	json_array_foreach(reasons, at, row)
	{
		const json_t *text = json_object_get(row, "text");

		printf("%-20s %s\n", fv_verb_text(row, "id"),
		    fv_verb_text(text, cmd_speaks_chinese() ? "zh" : "en"));
	}
	json_decref(reasons);
	return cmd_finish(FV_EXIT_OK);
}

int
cmd_review(int argc, char **argv)
{
	const char *reason = NULL, *by = NULL, *text = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &by, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {"reason", FV_CLI_TEXT, &reason, true},
	    {"text", FV_CLI_TEXT, &text, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 2, 2, USAGE))
		return FV_EXIT_USAGE;
	request = json_pack("{s:[{s:s}], s:s, s:s, s:s, s:s}", "findings", "finding", argv[1],
	    "decision", argv[2], "reason", reason, "by", by, "text", text != NULL ? text : "");
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not UTF-8 text");
	return fv_host_call("review", request, as_json);
}
