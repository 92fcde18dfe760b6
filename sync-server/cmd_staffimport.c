/* officer import, agency import: the halves that read the file. */
#include "sync-server/cmd.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

#define AGENCY_USAGE "agency import FILE|- [--dry-run] " TEXTFILE_USAGE " [--json]"
#define OFFICER_USAGE "officer import FILE|- [--dry-run] " TEXTFILE_USAGE " [--json]"

static int
import(int argc, char **argv, const char *usage, bool has_agencies)
{
	const char *encoding = NULL, *file;
	bool is_dry = false, as_json = false;
	struct textfile_opts opts = {.encoding = TEXTFILE_UTF8};
	const struct fv_cli_option options[] = {
	    {"dry-run", FV_CLI_FLAG, &is_dry, false},
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"excel-dates", FV_CLI_FLAG, &opts.takes_serials, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *text = NULL, *request;
	int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, usage))
		return FV_EXIT_USAGE;
	if ((code = textfile_encoding_option(encoding, &opts)) != FV_EXIT_OK ||
	    (code = textfile_read_json(argv[1], &opts, &text)) != FV_EXIT_OK)
		return code;
	file = fv_verb_file_name(argv[1]);
	request = json_pack("{s:s, s:o, s:b, s:b}", "file", file, "text", text, "serials",
	    opts.takes_serials, "agencies", has_agencies);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, file, "out of memory; try again");
	return fv_host_call(is_dry ? "staff check" : "staff import", request, as_json);
}

int
cmd_agency_import(int argc, char **argv)
{
	return import(argc, argv, AGENCY_USAGE, true);
}

int
cmd_officer_import(int argc, char **argv)
{
	return import(argc, argv, OFFICER_USAGE, false);
}
