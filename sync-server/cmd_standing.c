/* audit standing: the findings about no single contact, as the last run wrote them. */
#include <stdio.h>

#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/report.h"
#include "sync-server/verb.h"

#define USAGE "audit standing [--case ID] [--json]"

static void
put_text(struct fv_buf *out, const struct standing_list *list)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (list->judged_ms == 0) {
		fv_buf_put_z(out,
		    "Nothing was found yet.  'fieldvisitd audit run' looks: adopted packs say "
		    "what for.\n");
		return;
	}
	fv_buf_putf(out, "%zu findings; the newest is of %s\n", list->count,
	    fv_instant_format(list->judged_ms - list->judged_ms % 1000, 0, true, text));
	for (size_t i = 0; i < list->count; i++) {
		const struct standing_row *row = &list->rows[i];

		fv_buf_putf(out, "%-6s  severity %u  ",
		    row->verdict == FV_VERDICT_FAIL ? "FAIL"
			: row->is_hint              ? "hint"
						    : "review",
		    row->severity);
		report_put_plain(out, row->subject);
		fv_buf_putf(out, "  %s %s: ", row->pack, row->rule);
		report_put_plain(out, row->why_en);
		if (row->audience != NULL)
			fv_buf_putf(out, "  [for the %s]", row->audience);
		fv_buf_put_z(out, row->is_provisional ? "  [provisional]\n" : "\n");
	}
}

int
cmd_audit_standing(int argc, char **argv)
{
	const char *case_id = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"case", FV_CLI_TEXT, &case_id, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct standing_list list = {0};
	struct fv_buf out = {0};
	struct fv_store *store;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = standing_list(store, case_id, &list);
	if (rc == FV_OK && as_json) {
		report_put_standing_json(&out, &list);
		fv_buf_put_u8(&out, '\n');
	} else if (rc == FV_OK) {
		put_text(&out, &list);
	}
	if (rc == FV_OK)
		rc = fv_buf_status(&out);
	if (rc != FV_OK)
		code = fv_cli_fail(FV_EXIT_IO, "audit standing", "%s (%s)", fv_err_text(rc),
		    fv_store_error(store));
	else if (fwrite(out.ptr, 1, out.len, stdout) != out.len)
		code = FV_EXIT_IO;
	fv_store_view_end(store);
	fv_store_close(store);
	standing_list_clear(&list);
	fv_buf_clear(&out);
	return code == FV_EXIT_OK ? fv_cli_finish() : code;
}
