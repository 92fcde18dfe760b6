/* The directory's member "people": agencies, their teams, and officers, by ids alone. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/directory.h"
#include "sync-server/store/staff.h"
#include "sync-server/verb.h"

/* -- reading --------------------------------------------------------------------------- */

/* An id that is a member of `row`; `may_lack`: or the empty text. */
static bool
take_id(const json_t *row, const char *name, bool may_lack, char out[FV_ID_BYTES])
{
	const struct fv_span id = fv_span_z(fv_verb_text(row, name));

	return (may_lack && id.len == 0) || fv_id_copy(id, out, FV_ID_BYTES) == FV_OK;
}

static const char *
read_teams(const json_t *list, const char *agency, struct directory_people *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct directory_team *team = &out->teams[out->team_count];
		const char *id = json_string_value(json_array_get(list, i));

		if (out->team_count == DIRECTORY_PEOPLE_MAX)
			return "more than 4096 teams";
		if (id == NULL || fv_id_copy(fv_span_z(id), team->id, FV_ID_BYTES) != FV_OK)
			return "a team's id is none";
		memcpy(team->agency, agency, FV_ID_BYTES);
		out->team_count++;
	}
	return NULL;
}

static const char *
read_agencies(const json_t *list, struct directory_people *out)
{
	const char *rule = NULL;

	for (size_t i = 0; i < json_array_size(list) && rule == NULL; i++) {
		struct directory_agency *agency = &out->agencies[i];
		const json_t *row = json_array_get(list, i);

		if (!take_id(row, "agency", false, agency->id))
			return "an agency's id is none";
		agency->is_closed = json_is_true(json_object_get(row, "closed"));
		out->agency_count = i + 1;
		rule = read_teams(json_object_get(row, "teams"), agency->id, out);
	}
	return rule;
}

static const char *
read_officers(const json_t *list, struct directory_people *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct directory_officer *officer = &out->officers[i];
		const json_t *row = json_array_get(list, i);

		if (!take_id(row, "officer", false, officer->id) ||
		    !take_id(row, "agency", false, officer->agency) ||
		    !take_id(row, "team", true, officer->team))
			return "an officer's id, agency or team is none";
		officer->is_disabled = json_is_true(json_object_get(row, "disabled"));
		out->officer_count = i + 1;
	}
	return NULL;
}

const char *
directory_people_read(const json_t *people, struct directory_people *out)
{
	const json_t *agencies = json_object_get(people, "agencies");
	const json_t *officers = json_object_get(people, "officers");
	const char *rule;

	memset(out, 0, sizeof *out);
	if (people == NULL)
		return NULL;
	if (!json_is_array(agencies) || !json_is_array(officers))
		return "want agencies and officers";
	if (json_array_size(agencies) > DIRECTORY_PEOPLE_MAX ||
	    json_array_size(officers) > DIRECTORY_PEOPLE_MAX)
		return "more than 4096 agencies or officers";
	out->agencies = calloc(json_array_size(agencies) + 1, sizeof *out->agencies);
	out->teams = calloc(DIRECTORY_PEOPLE_MAX + 1, sizeof *out->teams);
	out->officers = calloc(json_array_size(officers) + 1, sizeof *out->officers);
	if (out->agencies == NULL || out->teams == NULL || out->officers == NULL)
		return "out of memory; try again";
	rule = read_agencies(agencies, out);
	return rule == NULL ? read_officers(officers, out) : rule;
}

void
directory_people_clear(struct directory_people *people)
{
	free(people->agencies);
	free(people->teams);
	free(people->officers);
	memset(people, 0, sizeof *people);
}

const struct directory_officer *
directory_find_officer(const struct directory_people *people, const char *id)
{
	for (size_t i = 0; i < people->officer_count; i++)
		if (strcmp(people->officers[i].id, id) == 0)
			return &people->officers[i];
	return NULL;
}

const struct directory_agency *
directory_find_agency(const struct directory_people *people, const char *id)
{
	for (size_t i = 0; i < people->agency_count; i++)
		if (strcmp(people->agencies[i].id, id) == 0)
			return &people->agencies[i];
	return NULL;
}

/* -- writing --------------------------------------------------------------------------- */

struct gathering {
	struct fv_store *store;
	json_t *agencies; /* owned */
	json_t *officers; /* owned */
};

/* Takes: row. */
static enum fv_err
append(json_t *list, json_t *row)
{
	return json_array_append_new(list, row) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
add_team(struct fv_span team, void *ctx)
{
	return append(ctx, fv_verb_json_span(team));
}

static enum fv_err
add_agency(const struct fv_store_agency *agency, void *ctx)
{
	struct gathering *g = ctx;
	json_t *teams = json_array();
	enum fv_err rc;

	rc = append(g->agencies,
	    json_pack("{s:s, s:b, s:O}", "agency", agency->id, "closed", agency->is_closed,
		"teams", teams));
	if (rc == FV_OK)
		rc = fv_store_team_each(g->store, fv_span_z(agency->id), add_team, teams);
	json_decref(teams);
	return rc;
}

static enum fv_err
add_officer(const struct fv_store_staff *staff, void *ctx)
{
	struct gathering *g = ctx;

	return append(g->officers,
	    json_pack("{s:s, s:s, s:s, s:b}", "officer", staff->id, "agency", staff->agency,
		"team", staff->team, "disabled", staff->is_disabled));
}

enum fv_err
directory_gather_people(struct fv_store *store, json_t *directory)
{
	const struct fv_span all = fv_span_z("");
	struct gathering g = {store, json_array(), json_array()};
	enum fv_err rc = g.agencies != NULL && g.officers != NULL ? FV_OK : FV_ENOMEM;
	json_t *people;

	if (rc == FV_OK)
		rc = fv_store_agency_each(store, all, DIRECTORY_PEOPLE_MAX, add_agency, &g);
	if (rc == FV_OK)
		rc = fv_store_staff_each(
		    store, all, all, DIRECTORY_PEOPLE_MAX, add_officer, &g);
	/* Takes both lists, whatever comes of it. */
	people = json_pack("{s:o, s:o}", "agencies", g.agencies, "officers", g.officers);
	if (people == NULL || rc != FV_OK) {
		json_decref(people);
		return rc != FV_OK ? rc : FV_ENOMEM;
	}
	return json_object_set_new(directory, "people", people) == 0 ? FV_OK : FV_ENOMEM;
}
