/* fieldvisitd roster new, set: draw up a roster as a text, before anybody signs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/draft.h"
#include "sync-server/rosteredit.h"
#include "sync-server/rosterfile.h"

#define NEW_USAGE                                                                             \
	"roster new --out DRAFT {--agency AGENCY | --previous SIGNED}\n"                      \
	"           [--threshold N] [--pack-threshold N]"
#define SET_USAGE                                                                             \
	"roster set --roster DRAFT [--threshold N] [--pack-threshold N]\n"                    \
	"           [--officer ID=NAME]... [--officers FILE.csv|-] [--drop-officer ID]...\n"  \
	"           [--drop-supervisor ID]... [--drop-auditor ID]..."

static int
read_threshold(const char *option, const char *text, uint32_t *out)
{
	uint64_t v;

	if (text == NULL)
		return FV_EXIT_OK;
	if (fv_decimal_decode(fv_span_z(text), FV_ROSTER_SUPERVISORS_MAX, &v) != FV_OK ||
	    v == 0)
		return fv_cli_fail(FV_EXIT_USAGE, option, "is not a number from 1 to 16");
	*out = (uint32_t)v;
	return FV_EXIT_OK;
}

/* The version after a signed one: the same people, to be changed by `add` and `set`. */
static int
follow(const char *path, const char *agency, struct fv_roster *out)
{
	struct draft_file previous;
	int code = draft_open(path, &previous);

	if (code == FV_EXIT_OK && previous.note.sig_count == 0)
		code =
		    fv_cli_fail(FV_EXIT_DATA, path, "is not signed; give the roster in force");
	if (code == FV_EXIT_OK && agency != NULL &&
	    strcmp(agency, previous.roster->agency) != 0)
		code = fv_cli_fail(FV_EXIT_DATA, path, "is the roster of agency \"%s\"",
		    previous.roster->agency);
	if (code == FV_EXIT_OK) {
		*out = *previous.roster;
		rosteredit_follow(out, &previous.hash);
	}
	draft_close(&previous);
	return code;
}

static int
begin(const char *agency, struct fv_roster *out)
{
	if (agency == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--agency",
		    "is needed for a first roster (or --previous for a later one)");
	if (!fv_id_valid(fv_span_z(agency), FV_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, "--agency",
		    "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	rosteredit_first(out, agency);
	return FV_EXIT_OK;
}

int
cmd_roster_new(int argc, char **argv)
{
	const char *agency = NULL, *out = NULL, *previous = NULL;
	const char *threshold = NULL, *pack_threshold = NULL;
	const struct fv_cli_option options[] = {
	    {"agency", FV_CLI_TEXT, &agency, false},
	    {"out", FV_CLI_TEXT, &out, true},
	    {"previous", FV_CLI_TEXT, &previous, false},
	    {"threshold", FV_CLI_TEXT, &threshold, false},
	    {"pack-threshold", FV_CLI_TEXT, &pack_threshold, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_roster *roster = calloc(1, sizeof *roster);
	struct fv_buf text = {0};
	int code = fv_cli_parse(&argc, argv, options, NEW_USAGE);

	if (code != FV_EXIT_OK)
		goto cleanup;
	if (argc > 1) {
		code = fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
		goto cleanup;
	}
	if (roster == NULL) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, out, "out of memory; try again");
		goto cleanup;
	}
	code = previous != NULL ? follow(previous, agency, roster) : begin(agency, roster);
	if (code == FV_EXIT_OK)
		code = read_threshold("--threshold", threshold, &roster->threshold);
	if (code == FV_EXIT_OK)
		code = read_threshold(
		    "--pack-threshold", pack_threshold, &roster->pack_threshold);
	if (code != FV_EXIT_OK)
		goto cleanup;
	fv_roster_put(&text, roster);
	code = fv_buf_status(&text) == FV_OK
	    ? fv_cli_write_new(out, 0644, fv_buf_span(&text))
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, out, "out of memory; try again");
	if (code == FV_EXIT_OK)
		printf("%s: version %llu of agency %s; next 'fieldvisitd supervisor add'\n",
		    out, (unsigned long long)roster->version, roster->agency);
cleanup:
	fv_buf_clear(&text);
	free(roster);
	return code < 0 ? FV_EXIT_OK : code;
}

static int
set_officer(struct fv_roster *r, const char *text)
{
	const char *equals = strchr(text, '=');
	enum fv_err rc = FV_EFORMAT;

	if (equals != NULL)
		rc = rosteredit_officer(
		    r, fv_span_of(text, (size_t)(equals - text)), equals + 1);
	if (rc == FV_EFORMAT)
		return fv_cli_fail(FV_EXIT_USAGE, "--officer", "is not ID=NAME");
	if (rc == FV_ERANGE)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--officer", "the name is longer than 64 bytes");
	if (rc != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_DATA, "--officer", "a roster has at most 512 officers");
	return FV_EXIT_OK;
}

static int
drop(struct fv_roster *r, enum rosteredit_row row, const char *id)
{
	return rosteredit_drop(r, row, id)
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_DATA, id, "is not on the roster");
}

/* Columns id and name of a CSV file; all of them or none. */
static int
set_officers(struct fv_roster *r, const char *path)
{
	struct rosterfile_fault fault;
	struct fv_buf file = {0};
	size_t count;
	enum fv_err rc;
	int code = fv_cli_read(path, &file);

	if (code == FV_EXIT_OK &&
	    (rc = rosterfile_officers(fv_buf_span(&file), r, &count, &fault)) != FV_OK) {
		if (rc == FV_ENOMEM)
			code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		else
			code = fv_cli_fail(FV_EXIT_DATA, path,
			    "line %zu%s%s: %s; nothing was changed", fault.line,
			    fault.column[0] != '\0' ? ", column " : "", fault.column,
			    fault.rule);
	}
	fv_buf_clear(&file);
	return code;
}

struct changes {
	const char *officers_file; /* NULL: none */
	struct fv_cli_list officers, no_officers, no_supervisors, no_auditors;
};

static int
apply(struct fv_roster *r, const struct changes *c)
{
	int code = FV_EXIT_OK;

	for (size_t i = 0; code == FV_EXIT_OK && i < c->no_supervisors.count; i++)
		code = drop(r, ROSTEREDIT_SUPERVISOR, c->no_supervisors.items[i]);
	for (size_t i = 0; code == FV_EXIT_OK && i < c->no_auditors.count; i++)
		code = drop(r, ROSTEREDIT_AUDITOR, c->no_auditors.items[i]);
	for (size_t i = 0; code == FV_EXIT_OK && i < c->no_officers.count; i++)
		code = drop(r, ROSTEREDIT_OFFICER, c->no_officers.items[i]);
	if (code == FV_EXIT_OK && c->officers_file != NULL)
		code = set_officers(r, c->officers_file);
	for (size_t i = 0; code == FV_EXIT_OK && i < c->officers.count; i++)
		code = set_officer(r, c->officers.items[i]);
	return code;
}

int
cmd_roster_set(int argc, char **argv)
{
	const char *path = NULL, *threshold = NULL, *pack_threshold = NULL;
	struct changes c = {0};
	const struct fv_cli_option options[] = {
	    {"roster", FV_CLI_TEXT, &path, true},
	    {"threshold", FV_CLI_TEXT, &threshold, false},
	    {"pack-threshold", FV_CLI_TEXT, &pack_threshold, false},
	    {"officer", FV_CLI_LIST, &c.officers, false},
	    {"officers", FV_CLI_TEXT, &c.officers_file, false},
	    {"drop-officer", FV_CLI_LIST, &c.no_officers, false},
	    {"drop-supervisor", FV_CLI_LIST, &c.no_supervisors, false},
	    {"drop-auditor", FV_CLI_LIST, &c.no_auditors, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_roster *roster = NULL;
	int code = fv_cli_parse(&argc, argv, options, SET_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if ((code = draft_load(path, &roster)) != FV_EXIT_OK)
		return code;
	code = read_threshold("--threshold", threshold, &roster->threshold);
	if (code == FV_EXIT_OK)
		code = read_threshold(
		    "--pack-threshold", pack_threshold, &roster->pack_threshold);
	if (code == FV_EXIT_OK)
		code = apply(roster, &c);
	if (code == FV_EXIT_OK)
		code = draft_save(path, roster);
	draft_free(roster);
	return code;
}
