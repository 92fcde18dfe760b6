/*
 * fieldvisitd invite: signed tickets, so that handhelds may enrol once each; and
 * officer invite: one with which an officer takes a handheld that is enrolled.
 */
#include <stdio.h>
#include <string.h>

#include "fv/instant.h"
#include "fv/qr.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/invite.h"

#define USAGE                                                                                 \
	"invite --key FILE {--roster SIGNED | --directory FILE} --server-info server.pub\n"   \
	"           --officer ID --out TICKET [--team TEAM] [--hours 48] [--qr]\n"            \
	"       fieldvisitd invite --key FILE {--roster SIGNED | --directory FILE}\n"         \
	"           --server-info server.pub {--count N | --officers a,b,c|FILE} --out DIR\n" \
	"           [--agency A] [--team TEAM] [--hours 48]\n"                                \
	"       both: [--passphrase-file FILE|-] [--json]"
#define USAGE_OFFICER                                                                         \
	"officer invite ID --key FILE {--roster SIGNED | --directory FILE}\n"                 \
	"           --server-info server.pub --out TICKET [--team TEAM] [--hours 48] "        \
	"[--qr]\n"                                                                            \
	"           [--passphrase-file FILE|-] [--json]"

/* The file's text as a QR code. */
static void
print_qr(const struct invite_wish *w, struct fv_span file)
{
	struct fv_buf text = {0}, lines = {0};

	fv_buf_put_span(&text, file);
	if (fv_buf_z(&text) == NULL || fv_qr_put(&lines, fv_buf_z(&text)) != FV_OK)
		fv_cli_fail(FV_EXIT_DATA, w->out, "is too long for a QR code; carry the file");
	else
		fwrite(lines.ptr, 1, lines.len, stdout);
	fv_buf_clear(&lines);
	fv_buf_clear(&text);
}

static int
tell(const struct invite_wish *w, const struct fv_ticket *ticket, struct fv_span file,
    const char *next)
{
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_buf id = {0};
	int code;

	(void)fv_instant_format(ticket->expires_ms, 0, true, when);
	fv_buf_put_hex(&id, ticket->id, sizeof ticket->id);
	if (w->as_json) {
		code = fv_cli_print_json(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ticket",
		    fv_buf_z(&id) == NULL ? "" : fv_buf_z(&id), "file", w->out, "officer",
		    ticket->officer, "team", ticket->team, "expires", when, "url",
		    ticket->url));
	} else {
		printf("%s: ticket %.8s... for officer %s, team %s, until %s\n%s\n", w->out,
		    fv_buf_z(&id) == NULL ? "" : fv_buf_z(&id), ticket->officer, ticket->team,
		    when, next);
		if (w->show_qr)
			print_qr(w, file);
		code = fv_cli_finish();
	}
	fv_buf_clear(&id);
	return code;
}

/* One ticket; `next` says what to do with it. */
static int
make(const struct invite_wish *w, const char *next)
{
	struct fv_ticket ticket = {0};
	struct fv_buf file = {0};
	struct invitee invitee;
	struct invite invite;
	int code;

	if ((code = invite_open(w, &invite)) != FV_EXIT_OK ||
	    (code = invitees_one(&invite, w, &invitee)) != FV_EXIT_OK ||
	    (code = invite_unlock(w, &invite)) != FV_EXIT_OK)
		goto cleanup;
	if (invite_put(&invite, &invitee, &ticket, &file) != FV_OK)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	else
		code = fv_cli_write_new(w->out, 0600, fv_buf_span(&file));
	if (code == FV_EXIT_OK)
		code = tell(w, &ticket, fv_buf_span(&file), next);
cleanup:
	fv_wipe(&ticket, sizeof ticket);
	fv_buf_clear(&file);
	invite_close(&invite);
	return code;
}

/* The options of `usage`; `w->officer` is the operand with is_officer.  -1 after --help. */
static int
parse(struct invite_wish *w, bool is_officer, int argc, char **argv)
{
	const char *usage = is_officer ? USAGE_OFFICER : USAGE;
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w->key, true},
	    {"server-info", FV_CLI_TEXT, &w->info, true},
	    {"out", FV_CLI_TEXT, &w->out, true},
	    {"roster", FV_CLI_TEXT, &w->roster, false},
	    {"directory", FV_CLI_TEXT, &w->directory, false},
	    {"team", FV_CLI_TEXT, &w->team, false},
	    {"hours", FV_CLI_TEXT, &w->hours, false},
	    {"qr", FV_CLI_FLAG, &w->show_qr, false},
	    {"passphrase-file", FV_CLI_TEXT, &w->pass_file, false},
	    {"json", FV_CLI_FLAG, &w->as_json, false},
	    {is_officer ? NULL : "officer", FV_CLI_TEXT, &w->officer, false},
	    {"officers", FV_CLI_TEXT, &w->officers, false},
	    {"count", FV_CLI_TEXT, &w->count, false},
	    {"agency", FV_CLI_TEXT, &w->agency, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	const int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code;
	if (is_officer && argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "officer invite", "needs one officer's ID; see --help");
	if (!is_officer && argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	if (is_officer)
		w->officer = argv[1];
	return FV_EXIT_OK;
}

int
cmd_invite(int argc, char **argv)
{
	struct invite_wish w = {0};
	const int code = parse(&w, false, argc, argv);
	const bool is_many = w.count != NULL || w.officers != NULL;

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (is_many == (w.officer != NULL))
		return fv_cli_fail(FV_EXIT_USAGE, "invite",
		    "needs --officer ID for one ticket, or --count N or --officers a,b,c for "
		    "a folder of them; see --help");
	if (is_many && w.show_qr)
		return fv_cli_fail(FV_EXIT_USAGE, "--qr",
		    "shows one ticket; of a folder, sheet.html has the codes");
	if (is_many)
		return invite_folder(&w);
	return make(&w,
	    "import a copy with 'fieldvisitd invite import', give the file to the handheld");
}

int
cmd_officer_invite(int argc, char **argv)
{
	struct invite_wish w = {0};
	char next[200];
	const int code = parse(&w, true, argc, argv);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	(void)snprintf(next, sizeof next,
	    "on an enrolled handheld: 'fieldvisit login %.24s --ticket FILE', or --qr; his "
	    "cases follow him after 'fieldvisitd invite import' of a copy",
	    w.officer);
	return make(&w, next);
}
