/* Many tickets at once: the key is opened once, and the folder is there whole or not at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/cli.h"
#include "sync-server/invite.h"
#include "sync-server/invite_sheet.h"
#include "sync-server/newfolder.h"

struct making {
	const struct invite_wish *wish;
	struct invite invite;     /* owned */
	struct invitees invitees; /* owned */
	struct newfolder folder;  /* owned */
	struct fv_buf sheet;      /* owned; holds tokens */
	json_t *tickets;          /* owned; holds none */
	size_t count;
};

static int
no_memory(void)
{
	return fv_cli_fail(FV_EXIT_TEMPFAIL, "invite", "out of memory; try again");
}

static int
read_count(struct making *m)
{
	uint64_t count = m->invitees.count;

	if (m->wish->count != NULL &&
	    (fv_decimal_decode(fv_span_z(m->wish->count), INVITE_COUNT_MAX, &count) != FV_OK ||
		count == 0))
		return fv_cli_fail(FV_EXIT_USAGE, "--count", "is not a number from 1 to 1000");
	m->count = (size_t)count;
	return FV_EXIT_OK;
}

/* What programs read: all but the token. */
static int
list(struct making *m, const struct invite_card *card)
{
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_buf id = {0};
	json_t *row;

	(void)fv_instant_format(card->ticket->expires_ms, 0, true, when);
	fv_buf_put_hex(&id, card->ticket->id, sizeof card->ticket->id);
	row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "number", (json_int_t)card->number,
	    "file", card->name, "officer", card->ticket->officer, "team", card->ticket->team,
	    "ticket", fv_buf_z(&id) == NULL ? "" : fv_buf_z(&id), "expires", when);
	fv_buf_clear(&id);
	return json_array_append_new(m->tickets, row) == 0 ? FV_EXIT_OK : no_memory();
}

static int
make_one(struct making *m, size_t number)
{
	const struct invitee *invitee = invitees_next(&m->invitees);
	struct invite_card card = {.number = number};
	struct fv_ticket ticket;
	struct fv_buf file = {0};
	enum fv_err rc = invite_put(&m->invite, invitee, &ticket, &file);
	int code;

	(void)snprintf(card.name, sizeof card.name, "%0*zu-%s.ticket", m->count > 999 ? 4 : 3,
	    number, invitee->officer);
	card.ticket = &ticket;
	card.file = fv_buf_span(&file);
	if (rc == FV_OK)
		rc = invite_sheet_add(&m->sheet, &card);
	if (rc == FV_ETOOBIG)
		code = fv_cli_fail(FV_EXIT_DATA, card.name,
		    "is too long for a QR code; give a shorter server URL");
	else if (rc != FV_OK)
		code = no_memory();
	else if ((code = list(m, &card)) == FV_EXIT_OK)
		code = newfolder_put(&m->folder, card.name, 0600, card.file);
	fv_wipe(&ticket, sizeof ticket);
	fv_buf_clear(&file);
	return code;
}

static int
put_list(struct making *m)
{
	char *text = json_dumps(m->tickets, JSON_INDENT(1));
	int code;

	if (text == NULL)
		return no_memory();
	code = newfolder_put(&m->folder, "tickets.json", 0600, fv_span_z(text));
	free(text);
	return code;
}

static int
fill(struct making *m)
{
	int code = newfolder_begin(&m->folder, m->wish->out);

	invite_sheet_begin(&m->sheet, &m->invite.ticket, m->count);
	for (size_t i = 0; i < m->count && code == FV_EXIT_OK; i++)
		code = make_one(m, i + 1);
	if (code != FV_EXIT_OK)
		return code;
	invite_sheet_end(&m->sheet);
	if (fv_buf_status(&m->sheet) != FV_OK)
		return no_memory();
	code = newfolder_put(&m->folder, "sheet.html", 0600, fv_buf_span(&m->sheet));
	if (code == FV_EXIT_OK)
		code = put_list(m);
	return code == FV_EXIT_OK ? newfolder_commit(&m->folder) : code;
}

/* Which team reads the notes of how many: the register's word, seen before they are used. */
static void
tell_teams(const struct making *m)
{
	json_t *teams = json_object(), *row, *count;
	const char *team;
	size_t i;

	json_array_foreach(m->tickets, i, row)
	{
		team = json_string_value(json_object_get(row, "team"));
		(void)json_object_set_new(teams, team,
		    json_integer(json_integer_value(json_object_get(teams, team)) + 1));
	}
	json_object_foreach(teams, team, count)
	    printf("team %s: %" JSON_INTEGER_FORMAT "\n", team, json_integer_value(count));
	json_decref(teams);
}

static int
tell(const struct making *m)
{
	const size_t officers = m->count < m->invitees.count ? m->count : m->invitees.count;
	char when[FV_INSTANT_TEXT_BYTES];

	(void)fv_instant_format(m->invite.ticket.expires_ms, 0, true, when);
	if (m->wish->as_json)
		return fv_cli_print_json(json_pack("{s:s, s:I, s:I, s:s, s:O, s:O}", "folder",
		    m->wish->out, "count", (json_int_t)m->count, "officers",
		    (json_int_t)officers, "expires", when, "tickets", m->tickets, "skipped",
		    m->invitees.skipped));
	printf("%s: %zu tickets for %zu officers, until %s; sheet.html prints them\n",
	    m->wish->out, m->count, officers, when);
	tell_teams(m);
	if (m->count != m->invitees.count)
		printf(
		    "handed out in turn among %zu officers, those with the fewest handhelds "
		    "first\n",
		    m->invitees.count);
	puts("'fieldvisitd invite import' takes a copy of the folder to the server, whole");
	return fv_cli_finish();
}

int
invite_folder(const struct invite_wish *wish)
{
	struct making *m = calloc(1, sizeof *m);
	int code;

	if (m == NULL || (m->tickets = json_array()) == NULL) {
		free(m);
		return no_memory();
	}
	m->wish = wish;
	if ((code = invite_open(wish, &m->invite)) == FV_EXIT_OK &&
	    (code = invitees_choose(&m->invite, wish, &m->invitees)) == FV_EXIT_OK &&
	    (code = read_count(m)) == FV_EXIT_OK &&
	    (code = invite_unlock(wish, &m->invite)) == FV_EXIT_OK)
		code = fill(m);
	newfolder_drop(&m->folder);
	if (code == FV_EXIT_OK)
		code = tell(m);
	json_decref(m->tickets);
	fv_buf_clear(&m->sheet);
	invitees_clear(&m->invitees);
	invite_close(&m->invite);
	free(m);
	return code;
}
