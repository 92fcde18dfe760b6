/* Whom tickets are for, and which team each of them names. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cli.h"
#include "sync-server/invite.h"
#include "sync-server/textfile.h"

/* What the choice goes by. */
struct choice {
	const struct invite *invite;
	const struct invite_wish *wish;
	const char *agency; /* whose officers they are */
	const char *first;  /* a team of that agency; NULL: none has a supervisor */
	bool has_several;
	struct invitees *out;
};

/* The agency that a team is of: the roster's own unless another was given it. */
static const char *
agency_of_team(const struct invite *invite, const char *team)
{
	const struct directory_people *people = &invite->directory.people;

	for (size_t i = 0; i < people->team_count; i++)
		if (strcmp(people->teams[i].id, team) == 0)
			return people->teams[i].agency;
	return invite->roster->agency;
}

/* Those whom the register does not know are the roster's own agency's. */
static const char *
agency_of_officer(const struct invite *invite, const char *id)
{
	const struct directory_officer *officer =
	    directory_find_officer(&invite->directory.people, id);

	return officer != NULL ? officer->agency : invite->roster->agency;
}

/* The agency's teams that have a supervisor: the first, and whether there are several. */
static void
find_teams(struct choice *c)
{
	const struct fv_roster *roster = c->invite->roster;

	for (size_t i = 0; i < roster->supervisor_count; i++) {
		for (size_t t = 0; t < roster->supervisors[i].team_count; t++) {
			const char *team = roster->supervisors[i].teams[t];

			if (strcmp(agency_of_team(c->invite, team), c->agency) != 0)
				continue;
			if (c->first == NULL)
				c->first = team;
			else if (strcmp(c->first, team) != 0)
				c->has_several = true;
		}
	}
}

static int
check_agency(const struct choice *c)
{
	const struct directory_people *people = &c->invite->directory.people;
	const struct directory_agency *agency = directory_find_agency(people, c->agency);

	if (agency == NULL && strcmp(c->agency, c->invite->roster->agency) != 0)
		return fv_cli_fail(FV_EXIT_DATA, "--agency",
		    "\"%s\" is not known here; give --directory FILE of a server that has it",
		    c->agency);
	if (agency != NULL && agency->is_closed)
		return fv_cli_fail(FV_EXIT_DATA, "--agency", "%s is closed", c->agency);
	return FV_EXIT_OK;
}

/* The team that his ticket names. */
static int
find_team(const struct choice *c, const char *id, char out[FV_ID_BYTES])
{
	const struct directory_officer *officer =
	    directory_find_officer(&c->invite->directory.people, id);
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	const char *team = c->wish->team;
	size_t count;

	if (officer != NULL && officer->team[0] != '\0') {
		/* The register is the server's word: of one officer it overrules nobody. */
		if (c->wish->officer != NULL && team != NULL &&
		    strcmp(team, officer->team) != 0)
			return fv_cli_fail(FV_EXIT_DATA, "--team",
			    "%s is not officer %s's team in the register, which says %s; "
			    "'fieldvisitd officer set' on the server changes it",
			    team, id, officer->team);
		team = officer->team;
	} else if (team == NULL && !c->has_several)
		team = c->first;
	if (team == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--team",
		    "is needed: officer %s has no team of his own, and agency %s has %s", id,
		    c->agency, c->has_several ? "several" : "none with a supervisor");
	if (fv_id_copy(fv_span_z(team), out, FV_ID_BYTES) != FV_OK ||
	    fv_roster_recipients(c->invite->roster, team, pks, &count) != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, "--team",
		    "no supervisor on the roster has team \"%s\": nobody could read its notes",
		    team);
	if (strcmp(agency_of_team(c->invite, team), c->agency) != 0)
		return fv_cli_fail(FV_EXIT_DATA, "--team",
		    "%s is of agency %s, and officer %s of %s", team,
		    agency_of_team(c->invite, team), id, c->agency);
	return FV_EXIT_OK;
}

/* Why he is given no ticket; NULL: he may be. */
static const char *
find_bar(const struct choice *c, const char *id)
{
	const struct directory_officer *officer =
	    directory_find_officer(&c->invite->directory.people, id);

	if (fv_roster_find_officer(c->invite->roster, id) == NULL)
		return "is not on the roster; add him with 'fieldvisitd roster set'";
	if (officer != NULL && officer->is_disabled)
		return "is disabled";
	if (strcmp(agency_of_officer(c->invite, id), c->agency) != 0)
		return "is of another agency";
	for (size_t i = 0; i < c->out->count; i++)
		if (strcmp(c->out->people[i].officer, id) == 0)
			return "stands in the list already";
	return NULL;
}

static int
skip(const struct choice *c, const char *id, const char *why)
{
	fprintf(stderr, "fieldvisitd: officer %s: %s; no ticket\n", id, why);
	return json_array_append_new(
		   c->out->skipped, json_pack("{s:s, s:s}", "officer", id, "why", why)) == 0
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, "invite", "out of memory; try again");
}

static size_t
count_held(const struct directory *directory, const char *officer)
{
	size_t held = 0;

	for (size_t i = 0; i < directory->device_count; i++)
		if (!directory->devices[i].is_revoked &&
		    strcmp(directory->devices[i].officer, officer) == 0)
			held++;
	return held;
}

/* Whoever is not barred is on the roster, once: there is room for him. */
static int
add(const struct choice *c, const char *id)
{
	struct invitee *invitee = &c->out->people[c->out->count];
	const char *why = find_bar(c, id);
	int code;

	if (why != NULL)
		return skip(c, id, why);
	if ((code = find_team(c, id, invitee->team)) != FV_EXIT_OK)
		return code;
	(void)snprintf(invitee->officer, sizeof invitee->officer, "%s", id);
	invitee->held = count_held(&c->invite->directory, id);
	c->out->count++;
	return FV_EXIT_OK;
}

/* Ids by commas, spaces or lines. */
static int
add_list(const struct choice *c, const char *name, struct fv_span list)
{
	char id[FV_ID_BYTES];
	int code = FV_EXIT_OK;

	while (list.len > 0 && code == FV_EXIT_OK) {
		size_t len = 0;

		while (len < list.len && strchr(", \t\r\n", list.ptr[len]) == NULL)
			len++;
		if (len > 0 && fv_id_copy(fv_span_of(list.ptr, len), id, sizeof id) != FV_OK)
			return fv_cli_fail(FV_EXIT_DATA, name, "\"%.*s\" is no officer's id",
			    len > 40 ? 40 : (int)len, (const char *)list.ptr);
		if (len > 0)
			code = add(c, id);
		len += len < list.len ? 1 : 0;
		list = fv_span_of(list.ptr + len, list.len - len);
	}
	return code;
}

/* A single word that names nobody on the roster is a file. */
static int
add_named(const struct choice *c, const char *officers)
{
	const struct textfile_opts plain = {0};
	struct fv_buf file = {0};
	int code;

	if (strchr(officers, ',') != NULL ||
	    fv_roster_find_officer(c->invite->roster, officers) != NULL)
		return add_list(c, "--officers", fv_span_z(officers));
	if ((code = textfile_read(officers, &plain, &file)) == FV_EXIT_OK)
		code = add_list(c, officers, fv_buf_span(&file));
	fv_buf_clear(&file);
	return code;
}

/* All of the agency; that others are not of it is no news. */
static int
add_agency(const struct choice *c)
{
	const struct fv_roster *roster = c->invite->roster;
	const struct directory_people *people = &c->invite->directory.people;
	int code = FV_EXIT_OK;

	for (size_t i = 0; i < roster->officer_count && code == FV_EXIT_OK; i++)
		if (strcmp(agency_of_officer(c->invite, roster->officers[i].id), c->agency) ==
		    0)
			code = add(c, roster->officers[i].id);
	for (size_t i = 0; i < people->officer_count && code == FV_EXIT_OK; i++)
		if (strcmp(people->officers[i].agency, c->agency) == 0 &&
		    fv_roster_find_officer(roster, people->officers[i].id) == NULL)
			code = add(c, people->officers[i].id);
	return code;
}

int
invitees_choose(
    const struct invite *invite, const struct invite_wish *wish, struct invitees *out)
{
	struct choice c = {.invite = invite,
	    .wish = wish,
	    .agency = wish->agency != NULL ? wish->agency : invite->roster->agency,
	    .out = out};
	int code;

	memset(out, 0, sizeof *out);
	if ((out->skipped = json_array()) == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "invite", "out of memory; try again");
	if ((code = check_agency(&c)) != FV_EXIT_OK)
		return code;
	find_teams(&c);
	code = wish->officers != NULL ? add_named(&c, wish->officers) : add_agency(&c);
	if (code == FV_EXIT_OK && out->count == 0)
		code = fv_cli_fail(FV_EXIT_DATA,
		    wish->officers != NULL ? wish->officers : c.agency,
		    "nobody is left who could get a ticket");
	return code;
}

void
invitees_clear(struct invitees *invitees)
{
	json_decref(invitees->skipped);
	memset(invitees, 0, sizeof *invitees);
}

int
invitees_one(const struct invite *invite, const struct invite_wish *wish, struct invitee *out)
{
	struct choice c = {.invite = invite, .wish = wish};
	struct invitees *none = calloc(1, sizeof *none);
	const char *bar = "is no officer's id";
	int code;

	memset(out, 0, sizeof *out);
	if (none == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "invite", "out of memory; try again");
	c.out = none;
	c.agency =
	    wish->agency != NULL ? wish->agency : agency_of_officer(invite, wish->officer);
	if ((code = check_agency(&c)) != FV_EXIT_OK)
		goto cleanup;
	find_teams(&c);
	if (fv_id_copy(fv_span_z(wish->officer), out->officer, sizeof out->officer) == FV_OK)
		bar = find_bar(&c, wish->officer);
	if (bar != NULL)
		code = fv_cli_fail(FV_EXIT_DATA, "--officer", "\"%s\" %s", wish->officer, bar);
	else
		code = find_team(&c, wish->officer, out->team);
cleanup:
	free(none);
	return code;
}

struct invitee *
invitees_next(struct invitees *invitees)
{
	struct invitee *next = &invitees->people[0];

	for (size_t i = 1; i < invitees->count; i++)
		if (invitees->people[i].held < next->held)
			next = &invitees->people[i];
	next->held++;
	return next;
}
