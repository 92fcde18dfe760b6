/* fieldvisitd invite: a signed ticket, so that one handheld may enrol once. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "fv/qr.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/draft.h"
#include "sync-server/serverinfo.h"

#define USAGE                                                                                 \
	"invite --key FILE --roster SIGNED --server-info server.pub --team TEAM\n"            \
	"           --officer ID --out TICKET [--hours 48] [--qr] [--passphrase-file "        \
	"FILE|-]\n"                                                                           \
	"           [--json]"
#define HOURS_DEFAULT 48U
#define HOURS_MAX 720U

struct wish {
	const char *key, *roster, *info, *team, *officer, *out, *hours, *pass_file;
	bool show_qr, as_json;
};

static int
read_info(const char *path, struct fv_ticket *ticket)
{
	struct fv_buf file = {0};
	struct fv_fault fault = {0};
	struct serverinfo info;
	enum fv_err rc;
	int code = fv_cli_read(path, &file);

	if (code == FV_EXIT_OK &&
	    (rc = serverinfo_parse(fv_buf_span(&file), &info, &fault)) != FV_OK)
		code = fv_cli_fault(path, &fault, rc);
	if (code == FV_EXIT_OK) {
		memcpy(ticket->url, info.url, sizeof ticket->url);
		memcpy(ticket->log_pk, info.log_pk, sizeof ticket->log_pk);
		ticket->hpke_key_id = info.hpke_key_id;
		memcpy(ticket->hpke_pk, info.hpke_pk, sizeof ticket->hpke_pk);
	}
	fv_buf_clear(&file);
	return code;
}

static int
read_people(const struct wish *w, const struct draft_file *file, struct fv_ticket *ticket)
{
	const struct fv_roster *roster = file->roster;
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	size_t count;

	if (file->note.sig_count == 0)
		return fv_cli_fail(
		    FV_EXIT_DATA, w->roster, "is not signed; 'fieldvisitd roster sign' first");
	if (fv_id_copy(fv_span_z(w->team), ticket->team, sizeof ticket->team) != FV_OK ||
	    fv_roster_recipients(roster, w->team, pks, &count) != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, "--team",
		    "no supervisor on the roster has team \"%s\": nobody could read its notes",
		    w->team);
	if (fv_id_copy(fv_span_z(w->officer), ticket->officer, sizeof ticket->officer) !=
		FV_OK ||
	    fv_roster_find_officer(roster, w->officer) == NULL)
		return fv_cli_fail(FV_EXIT_DATA, "--officer",
		    "\"%s\" is not on the roster; add him with 'fieldvisitd roster set'",
		    w->officer);
	memcpy(ticket->agency, roster->agency, sizeof ticket->agency);
	ticket->roster = file->hash;
	ticket->auditor_count = roster->auditor_count;
	for (size_t i = 0; i < roster->auditor_count; i++)
		memcpy(ticket->auditors[i], roster->auditors[i].box_pk, FV_KEY_BYTES);
	return FV_EXIT_OK;
}

static int
read_hours(const char *text, struct fv_ticket *ticket)
{
	uint64_t hours = HOURS_DEFAULT;

	if (text != NULL &&
	    (fv_decimal_decode(fv_span_z(text), HOURS_MAX, &hours) != FV_OK || hours == 0))
		return fv_cli_fail(FV_EXIT_USAGE, "--hours", "is not a number from 1 to 720");
	ticket->expires_ms =
	    ((int64_t)time(NULL) + (int64_t)hours * 3600) * 1000; /* whole seconds */
	return FV_EXIT_OK;
}

/* The file's text as a QR code. */
static void
print_qr(const struct wish *w, struct fv_span file)
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
tell(const struct wish *w, const struct fv_ticket *ticket, struct fv_span file)
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
		printf("%s: ticket %.8s... for officer %s, team %s, until %s\n"
		       "import a copy with 'fieldvisitd invite import', give the file to the "
		       "handheld\n",
		    w->out, fv_buf_z(&id) == NULL ? "" : fv_buf_z(&id), ticket->officer,
		    ticket->team, when);
		if (w->show_qr)
			print_qr(w, file);
		code = fv_cli_finish();
	}
	fv_buf_clear(&id);
	return code;
}

static int
write_ticket(const struct wish *w, struct fv_ticket *ticket, const struct fv_key_public *key,
    const struct fv_key_secret *secret)
{
	struct fv_buf text = {0}, note = {0}, file = {0};
	int code;

	fv_random_fill(fv_random_system(), ticket->id, sizeof ticket->id);
	fv_random_fill(fv_random_system(), ticket->token, sizeof ticket->token);
	fv_ticket_text_put(&text, ticket);
	fv_cli_sign(&note, fv_buf_span(&text), key, secret);
	fv_ticket_file_put(&file, ticket->token, fv_buf_span(&note));
	if (fv_buf_status(&text) != FV_OK || fv_buf_status(&note) != FV_OK ||
	    fv_buf_status(&file) != FV_OK)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, w->out, "out of memory; try again");
	else
		code = fv_cli_write_new(w->out, 0600, fv_buf_span(&file));
	if (code == FV_EXIT_OK)
		code = tell(w, ticket, fv_buf_span(&file));
	fv_buf_clear(&file);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

static int
make(const struct wish *w)
{
	struct fv_key_secret *secret = NULL;
	struct draft_file roster = {0};
	struct fv_ticket ticket = {0};
	const struct fv_supervisor *s;
	struct fv_key_public key;
	int code;

	if ((code = read_hours(w->hours, &ticket)) != FV_EXIT_OK ||
	    (code = read_info(w->info, &ticket)) != FV_EXIT_OK ||
	    (code = draft_open(w->roster, &roster)) != FV_EXIT_OK ||
	    (code = read_people(w, &roster, &ticket)) != FV_EXIT_OK ||
	    (code = fv_cli_open_signer(w->key, w->pass_file, &key, &secret)) != FV_EXIT_OK)
		goto cleanup;
	s = strcmp(key.agency, ticket.agency) == 0
	    ? fv_roster_find_supervisor(roster.roster, key.id)
	    : NULL;
	if (s == NULL || memcmp(s->sign_pk, key.sign_pk, FV_KEY_BYTES) != 0) {
		code = fv_cli_fail(FV_EXIT_DATA, w->key,
		    "is not a supervisor's key of this roster; the server would refuse it");
		goto cleanup;
	}
	code = write_ticket(w, &ticket, &key, secret);
cleanup:
	fv_secret_free(secret);
	draft_close(&roster);
	fv_wipe(&ticket, sizeof ticket);
	return code;
}

int
cmd_invite(int argc, char **argv)
{
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &w.key, true},
	    {"roster", FV_CLI_TEXT, &w.roster, true},
	    {"server-info", FV_CLI_TEXT, &w.info, true},
	    {"team", FV_CLI_TEXT, &w.team, true},
	    {"officer", FV_CLI_TEXT, &w.officer, true},
	    {"out", FV_CLI_TEXT, &w.out, true},
	    {"hours", FV_CLI_TEXT, &w.hours, false},
	    {"qr", FV_CLI_FLAG, &w.show_qr, false},
	    {"passphrase-file", FV_CLI_TEXT, &w.pass_file, false},
	    {"json", FV_CLI_FLAG, &w.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc > 1)
		return fv_cli_fail(FV_EXIT_USAGE, argv[1], "is one word too many; see --help");
	return make(&w);
}
