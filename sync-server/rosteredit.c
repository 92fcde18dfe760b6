#include "sync-server/rosteredit.h"

#include <string.h>

void
rosteredit_first(struct fv_roster *out, const char *agency)
{
	memset(out, 0, sizeof *out);
	memcpy(out->agency, agency, strlen(agency) + 1);
	out->version = 1;
	out->threshold = 1;
	out->pack_threshold = 1;
}

void
rosteredit_follow(struct fv_roster *roster, const struct fv_hash *hash)
{
	roster->version++;
	roster->has_previous = true;
	roster->previous = *hash;
}

struct fv_supervisor *
rosteredit_supervisor(struct fv_roster *r, const struct fv_key_public *key)
{
	struct fv_supervisor *s;
	size_t at = 0;

	while (at < r->supervisor_count && strcmp(r->supervisors[at].id, key->id) != 0)
		at++;
	if (at == FV_ROSTER_SUPERVISORS_MAX)
		return NULL;
	s = &r->supervisors[at];
	memset(s, 0, sizeof *s);
	memcpy(s->id, key->id, sizeof s->id);
	memcpy(s->sign_pk, key->sign_pk, sizeof s->sign_pk);
	memcpy(s->box_pk, key->box_pk, sizeof s->box_pk);
	if (at == r->supervisor_count)
		r->supervisor_count++;
	return s;
}

const char *
rosteredit_teams(struct fv_supervisor *s, const char *teams)
{
	struct fv_span rest = fv_span_z(teams);

	s->team_count = 0;
	for (;;) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ',')
			n++;
		if (s->team_count == FV_ROSTER_TEAMS_MAX)
			return "a supervisor has at most 8 teams";
		if (fv_id_copy(fv_span_of(rest.ptr, n), s->teams[s->team_count++],
			FV_ID_BYTES) != FV_OK)
			return "is not ids joined by commas, each of 1 to 24 of A-Z a-z 0-9 . "
			       "_ -";
		if (n == rest.len)
			return NULL;
		rest = fv_span_of(rest.ptr + n + 1, rest.len - n - 1);
	}
}

bool
rosteredit_auditor(struct fv_roster *r, const struct fv_key_public *key)
{
	size_t at = 0;

	while (at < r->auditor_count && strcmp(r->auditors[at].id, key->id) != 0)
		at++;
	if (at == FV_ROSTER_AUDITORS_MAX)
		return false;
	memcpy(r->auditors[at].id, key->id, sizeof key->id);
	memcpy(r->auditors[at].box_pk, key->box_pk, sizeof key->box_pk);
	if (at == r->auditor_count)
		r->auditor_count++;
	return true;
}

enum fv_err
rosteredit_officer(struct fv_roster *r, struct fv_span id, const char *name)
{
	char copy[FV_ID_BYTES];
	size_t at = 0;

	if (fv_id_copy(id, copy, sizeof copy) != FV_OK)
		return FV_EFORMAT;
	if (strlen(name) >= FV_OFFICER_NAME_BYTES)
		return FV_ERANGE;
	while (at < r->officer_count && strcmp(r->officers[at].id, copy) != 0)
		at++;
	if (at == FV_ROSTER_OFFICERS_MAX)
		return FV_ETOOBIG;
	memset(&r->officers[at], 0, sizeof r->officers[at]);
	memcpy(r->officers[at].id, copy, sizeof copy);
	memcpy(r->officers[at].name, name, strlen(name));
	if (at == r->officer_count)
		r->officer_count++;
	return FV_OK;
}

/* Take the element with this id out of a row of structs that begin with their id. */
static bool
drop(void *row, size_t size, size_t *count, const char *id)
{
	char *bytes = row;

	for (size_t i = 0; i < *count; i++) {
		if (strcmp(bytes + i * size, id) != 0)
			continue;
		memmove(bytes + i * size, bytes + (i + 1) * size, (*count - i - 1) * size);
		(*count)--;
		memset(bytes + *count * size, 0, size);
		return true;
	}
	return false;
}

bool
rosteredit_drop(struct fv_roster *r, enum rosteredit_row row, const char *id)
{
	switch (row) {
	case ROSTEREDIT_SUPERVISOR:
		return drop(
		    r->supervisors, sizeof r->supervisors[0], &r->supervisor_count, id);
	case ROSTEREDIT_AUDITOR:
		return drop(r->auditors, sizeof r->auditors[0], &r->auditor_count, id);
	case ROSTEREDIT_OFFICER:
		return drop(r->officers, sizeof r->officers[0], &r->officer_count, id);
	}
	return false;
}
