#include "sync-server/invite.h"

#include <string.h>
#include <time.h>

#include "sync-server/cli.h"
#include "sync-server/serverinfo.h"

#define HOURS_DEFAULT 48U
#define HOURS_MAX 720U

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

/* The roster that tickets pin: the directory's, or the file's. */
static int
read_roster(const struct invite_wish *wish, struct invite *out)
{
	struct fv_ticket *ticket = &out->ticket;
	int code;

	if (wish->directory != NULL) {
		if ((code = directory_open(wish->directory, &out->directory)) != FV_EXIT_OK)
			return code;
		out->roster = out->directory.roster;
		ticket->roster = out->directory.roster_hash;
	} else {
		if ((code = draft_open(wish->roster, &out->roster_file)) != FV_EXIT_OK)
			return code;
		if (out->roster_file.note.sig_count == 0)
			return fv_cli_fail(FV_EXIT_DATA, wish->roster,
			    "is not signed; 'fieldvisitd roster sign' first");
		out->roster = out->roster_file.roster;
		ticket->roster = out->roster_file.hash;
	}
	memcpy(ticket->agency, out->roster->agency, sizeof ticket->agency);
	ticket->auditor_count = out->roster->auditor_count;
	for (size_t i = 0; i < out->roster->auditor_count; i++)
		memcpy(ticket->auditors[i], out->roster->auditors[i].box_pk, FV_KEY_BYTES);
	return FV_EXIT_OK;
}

int
invite_open(const struct invite_wish *wish, struct invite *out)
{
	int code;

	memset(out, 0, sizeof *out);
	if (wish->roster == NULL && wish->directory == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "invite",
		    "needs --roster SIGNED, or --directory FILE, which 'fieldvisitd roster "
		    "export' writes");
	if ((code = read_hours(wish->hours, &out->ticket)) != FV_EXIT_OK ||
	    (code = read_info(wish->info, &out->ticket)) != FV_EXIT_OK)
		return code;
	return read_roster(wish, out);
}

int
invite_unlock(const struct invite_wish *wish, struct invite *invite)
{
	const struct fv_supervisor *s;
	int code;

	code = fv_cli_open_signer(wish->key, wish->pass_file, &invite->key, &invite->secret);
	if (code != FV_EXIT_OK)
		return code;
	if (wish->directory != NULL)
		return directory_check_roster(
		    wish->directory, wish->roster, &invite->directory, &invite->key);
	s = strcmp(invite->key.agency, invite->ticket.agency) == 0
	    ? fv_roster_find_supervisor(invite->roster, invite->key.id)
	    : NULL;
	if (s == NULL || memcmp(s->sign_pk, invite->key.sign_pk, FV_KEY_BYTES) != 0)
		return fv_cli_fail(FV_EXIT_DATA, wish->key,
		    "is not a supervisor's key of this roster; the server would refuse it");
	return FV_EXIT_OK;
}

void
invite_close(struct invite *invite)
{
	fv_secret_free(invite->secret);
	draft_close(&invite->roster_file);
	directory_close(&invite->directory);
	memset(invite, 0, sizeof *invite);
}

enum fv_err
invite_put(const struct invite *invite, const struct invitee *invitee,
    struct fv_ticket *ticket, struct fv_buf *file)
{
	struct fv_buf text = {0}, note = {0};
	enum fv_err rc;

	*ticket = invite->ticket;
	memcpy(ticket->officer, invitee->officer, sizeof ticket->officer);
	memcpy(ticket->team, invitee->team, sizeof ticket->team);
	fv_random_fill(fv_random_system(), ticket->id, sizeof ticket->id);
	fv_random_fill(fv_random_system(), ticket->token, sizeof ticket->token);
	fv_ticket_text_put(&text, ticket);
	fv_cli_sign(&note, fv_buf_span(&text), &invite->key, invite->secret);
	if ((rc = fv_buf_status(&text)) == FV_OK && (rc = fv_buf_status(&note)) == FV_OK) {
		fv_ticket_file_put(file, ticket->token, fv_buf_span(&note));
		rc = fv_buf_status(file);
	}
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return rc;
}
