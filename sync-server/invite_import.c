/* invite import: keep signed tickets and their tokens, for one enrolment each. */
#include <string.h>

#include <stdlib.h>

#include "fv/instant.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/importall.h"
#include "sync-server/staffbar.h"
#include "sync-server/verb.h"

#define USAGE "invite import TICKETFILE|FOLDER ... [--json]"

/* What is wrong with a ticket that its supervisor signed rightly; NULL: nothing. */
static const char *
find_misfit(const struct fv_host *host, const struct fv_ticket *ticket)
{
	if (strcmp(ticket->url, host->url) != 0)
		return "it names another server URL than this one's";
	if (memcmp(ticket->log_pk, fv_ledger_pk(host->ledger), FV_KEY_BYTES) != 0)
		return "it names another ledger key than this server's";
	for (size_t i = 0; i < host->hpke_count; i++) {
		if (host->hpke[i].id == ticket->hpke_key_id &&
		    memcmp(host->hpke[i].pk, ticket->hpke_pk, FV_KEY_BYTES) == 0)
			return NULL;
	}
	return "it names another HPKE key than this server's";
}

static int
check_officer(struct fv_host *host, const char *file, const struct fv_ticket *ticket,
    json_t **answer_out)
{
	char why[FV_STAFFBAR_BYTES];
	const enum fv_err rc = fv_staff_bar(host->store, ticket->officer, ticket->team, why);

	if (rc != FV_OK)
		return fv_verb_broken(answer_out, file, rc);
	return why[0] == '\0' ? FV_EXIT_OK
			      : fv_verb_fail(answer_out, FV_EXIT_DATA, "%s: %s", file, why);
}

static int
verify(struct fv_host *host, const char *file, const struct fv_ticket *ticket,
    struct fv_span note, json_t **answer_out)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	const char *misfit;
	char text[FV_INSTANT_TEXT_BYTES];
	enum fv_err rc;
	int code = fv_verb_need_roster(host, &roster, &hash, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	rc = fv_ticket_verify(note, roster, &hash);
	free(roster);
	if (rc == FV_EAUTH)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: no supervisor on the roster signed it; make it with 'invite --key'",
		    file);
	if (rc == FV_ECONFLICT)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: was made for another roster; make it again from the one in force",
		    file);
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: the roster has no officer %s or no supervisor of team %s", file,
		    ticket->officer, ticket->team);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, file, rc);
	if ((misfit = find_misfit(host, ticket)) != NULL)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: %s; make it again with this server's server.pub", file, misfit);
	if (ticket->expires_ms <= fv_host_now_ms())
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: expired at %s; make another with 'invite --key'", file,
		    fv_instant_format(ticket->expires_ms, 0, true, text));
	return check_officer(host, file, ticket, answer_out);
}

static int
keep(struct fv_host *host, const char *file, const struct fv_ticket *ticket,
    struct fv_span note, json_t **answer_out)
{
	struct fv_store_ticket row = {
	    .roster = ticket->roster,
	    .expires_ms = ticket->expires_ms,
	};
	struct fv_store_ticket held;
	char expires[FV_INSTANT_TEXT_BYTES];
	enum fv_err rc;

	memcpy(row.id, ticket->id, sizeof row.id);
	memcpy(row.token, ticket->token, sizeof row.token);
	memcpy(row.agency, ticket->agency, sizeof row.agency);
	memcpy(row.team, ticket->team, sizeof row.team);
	memcpy(row.officer, ticket->officer, sizeof row.officer);
	rc = fv_store_ticket_get(host->store, row.id, &held);
	if (rc == FV_ENOENT)
		rc = fv_store_ticket_put(host->store, &row, note);
	else if (rc == FV_OK && held.is_spent)
		rc = FV_ESTATE;
	else if (rc == FV_OK && memcmp(held.token, row.token, sizeof row.token) != 0)
		rc = FV_ECONFLICT;
	fv_wipe(&row, sizeof row);
	fv_wipe(&held, sizeof held);
	if (rc == FV_ESTATE)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: a handheld has enrolled with this ticket; make another", file);
	if (rc == FV_ECONFLICT)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: another token came with this ticket before; make another", file);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, file, rc);
	(void)fv_instant_format(ticket->expires_ms, 0, true, expires);
	return fv_verb_done(answer_out,
	    json_pack("{s:o, s:s, s:s, s:s}", "ticket",
		fv_verb_json_hex(ticket->id, sizeof ticket->id), "officer", ticket->officer,
		"team", ticket->team, "expires", expires),
	    "ticket for officer %s, team %s, may be used once until %s", ticket->officer,
	    ticket->team, expires);
}

int
fv_do_invite_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *file = fv_verb_text(request, "file");
	struct fv_ticket ticket;
	struct fv_fault fault = {0};
	struct fv_span note;
	enum fv_err rc;
	int code;

	rc = fv_ticket_file_parse(
	    fv_span_z(fv_verb_text(request, "ticket")), &ticket, &note, &fault);
	if (rc != FV_OK)
		code = fv_verb_fault(answer_out, file, &fault, rc);
	else
		code = verify(host, file, &ticket, note, answer_out);
	if (code == FV_EXIT_OK)
		code = keep(host, file, &ticket, note, answer_out);
	fv_wipe(&ticket, sizeof ticket);
	return code;
}

int
cmd_invite_import(int argc, char **argv)
{
	static const struct importall tickets = {"invite import", USAGE, "ticket", ".ticket"};

	return importall_send(&tickets, argc, argv);
}
