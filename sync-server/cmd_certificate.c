/* agency certificate: what was ordered of a closed agency's handhelds, and confirmed. */
#include <stdio.h>

#include "sync-server/agency_paper.h"
#include "sync-server/cmd.h"
#include "sync-server/staff_show.h"
#include "sync-server/verb.h"

#define USAGE "agency certificate A [--html]"

int
cmd_agency_certificate(int argc, char **argv)
{
	bool as_html = false;
	const struct fv_cli_option options[] = {
	    {"html", FV_CLI_FLAG, &as_html, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	struct fv_buf out = {0};
	struct paper paper;
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	if ((rc = fv_store_view_begin(store)) == FV_OK) {
		rc = paper_gather(store, argv[1], fv_host_now_ms(), &paper);
		if (rc == FV_OK)
			(as_html ? paper_put_html : paper_put_text)(&out, &paper);
		paper_clear(&paper);
	}
	fv_store_view_end(store);
	fv_store_close(store);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, argv[1],
		    "no such agency here; 'fieldvisitd agency list' lists them");
	return rc == FV_OK ? staff_say(&out) : fv_verb_unread(rc);
}
