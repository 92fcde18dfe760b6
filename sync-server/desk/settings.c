/*
 * Signed settings at the desk: what is in force for whom, which handhelds have it, and the
 * texts that a supervisor signs in his browser.  A manager sees what is everybody's and his
 * own agency's.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/settings_held.h"
#include "sync-server/store/shifts.h"
#include "sync-server/store/staff.h"
#include "sync-server/verb.h"

#define PAGE 100
#define AGENCIES_MAX 1000U
#define NOTE_MAX ((size_t)256 << 10)

/* Settings are for those who read what was done, and for those who keep accounts. */
static bool
may_see(struct desk_request *request, struct fv_web_answer *answer)
{
	if ((request->who->rights & (DESK_READ | DESK_PEOPLE)) != 0)
		return true;
	desk_problem(answer, 403, "forbidden", "your role may not do that");
	return false;
}

/* -- what can be set ------------------------------------------------------------------ */

static json_t *
json_known(void)
{
	static const char *const kinds[] = {"text", "phone", "url", "number", "speech"};
	char name[FV_SETTING_NAME_MAX + 1];
	json_t *all = json_array();

	for (unsigned i = 0; all != NULL && i < FV_SETTING_COUNT; i++) {
		const struct fv_setting_shape shape = fv_setting_shape(i);

		(void)json_array_append_new(all,
		    json_pack("{s:s, s:s, s:I, s:I, s:s, s:b}", "name",
			fv_setting_name(i, name), "kind", kinds[shape.kind], "min",
			(json_int_t)shape.min, "max", (json_int_t)shape.max, "default",
			fv_settings_text(NULL, i), "general", fv_setting_is_general(i)));
	}
	return all;
}

/* -- what is signed ------------------------------------------------------------------- */

struct texts {
	struct desk_request *request;
	struct fv_roster *roster; /* owned; NULL: there is none yet */
	struct fv_settings *one;  /* owned; scratch */
	json_t *rows;             /* owned */
};

static json_t *
json_values(const struct fv_settings *s)
{
	char name[FV_SETTING_NAME_MAX + 1];
	json_t *values = json_object();

	for (unsigned i = 0; values != NULL && i < FV_SETTING_COUNT; i++)
		if (s->is_set[i])
			(void)json_object_set_new(
			    values, fv_setting_name(i, name), json_string(s->values[i]));
	return values;
}

/* Whose handheld a scope is; "": it is none that is enrolled.  FV_OK, or the store's error. */
static enum fv_err
agency_of_device(struct fv_store *store, const struct fv_settings *s, char out[FV_ID_BYTES])
{
	struct fv_store_device device;
	enum fv_err rc = fv_store_device_get(store, s->dev, &device);

	out[0] = '\0';
	if (rc == FV_OK)
		memcpy(out, device.agency, sizeof device.agency);
	fv_wipe(&device, sizeof device);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
add_text(const struct fv_store_config *config, void *ctx)
{
	static const char *const scopes[] = {"installation", "agency", "device"};
	struct texts *t = ctx;
	struct fv_store *store = t->request->store;
	char agency[FV_ID_BYTES] = "";
	bool is_gone = t->roster != NULL &&
	    fv_settings_verify(config->note, t->roster, t->one, NULL) == FV_EAUTH;
	enum fv_err rc = settings_of_note(config, t->one);

	if (rc == FV_OK && t->one->scope == FV_SETTINGS_TEAM)
		rc = fv_id_copy(fv_span_z(config->scope), agency, sizeof agency);
	else if (rc == FV_OK && t->one->scope == FV_SETTINGS_DEVICE)
		rc = agency_of_device(store, t->one, agency);
	if (rc != FV_OK)
		return rc;
	if (agency[0] != '\0' && !desk_sees(t->request, agency))
		return FV_OK;
	return json_array_append_new(t->rows,
		   json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:b, s:I, s:o, s:o}", "scope",
		       scopes[t->one->scope], "of", config->scope, "agency", agency, "teams",
		       t->one->teams, "version", (json_int_t)config->version, "signer",
		       config->signer, "signer_gone", is_gone, "taken_ms",
		       (json_int_t)config->taken_ms, "values", json_values(t->one), "note",
		       fv_verb_json_span(config->note))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

static enum fv_err
list_texts(struct desk_request *request, json_t **out)
{
	struct texts t = {.request = request, .rows = json_array()};
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(request->store, &t.roster, &hash);

	if (rc == FV_ENOENT)
		rc = FV_OK;
	if (rc == FV_OK && (t.one = malloc(sizeof *t.one)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = fv_store_config_each(request->store, add_text, &t);
	free(t.one);
	free(t.roster);
	*out = t.rows;
	return rc;
}

struct agencies {
	struct desk_request *request;
	json_t *rows;
};

static enum fv_err
add_agency(const struct fv_store_agency *agency, void *ctx)
{
	struct agencies *a = ctx;
	struct fv_buf teams = {0};
	enum fv_err rc = FV_OK;

	if (!desk_sees(a->request, agency->id) || agency->is_closed)
		return FV_OK;
	rc = settings_teams(a->request->store, fv_span_z(agency->id), &teams);
	if (rc == FV_OK &&
	    json_array_append_new(a->rows,
		json_pack("{s:s, s:s, s:o}", "id", agency->id, "name", agency->name, "teams",
		    fv_verb_json_span(fv_buf_span(&teams)))) != 0)
		rc = FV_ENOMEM;
	fv_buf_clear(&teams);
	return rc;
}

static void
get_settings(struct desk_request *request, struct fv_web_answer *answer)
{
	struct agencies agencies = {request, NULL};
	struct fv_store_note newest;
	json_t *texts = NULL;
	enum fv_err rc;

	if (!may_see(request, answer))
		return;
	agencies.rows = json_array();
	rc = list_texts(request, &texts);
	if (rc == FV_OK)
		rc = fv_store_agency_each(
		    request->store, fv_span_of(NULL, 0), AGENCIES_MAX, add_agency, &agencies);
	if (rc == FV_OK &&
	    (rc = fv_store_note_last(request->store, FV_NOTE_CONFIG, &newest)) == FV_ENOENT) {
		newest.version = 0;
		rc = FV_OK;
	}
	if (rc == FV_OK) {
		desk_json(request, answer, 200,
		    json_pack("{s:s, s:I, s:o, s:o, s:o}", "agency", request->host->agency,
			"version", (json_int_t)newest.version, "known", json_known(), "texts",
			texts, "agencies", agencies.rows));
		return;
	}
	json_decref(texts);
	json_decref(agencies.rows);
	desk_failed(answer, rc);
}

/* -- which handhelds have it ---------------------------------------------------------- */

struct handhelds {
	struct desk_request *request;
	json_t *rows;
	size_t max;
	int64_t last_no;
	bool has_more;
};

static enum fv_err
add_handheld(const struct fv_store_device *device, void *ctx)
{
	struct handhelds *h = ctx;
	struct fv_store *store = h->request->store;
	uint64_t wants, has;
	enum fv_err rc;

	if (json_array_size(h->rows) == h->max) {
		h->has_more = true;
		return FV_OK;
	}
	h->last_no = device->no;
	if (device->is_revoked)
		return FV_OK;
	if ((rc = settings_version_for(store, device, &wants)) != FV_OK ||
	    (rc = settings_version_said(store, device->no, &has)) != FV_OK)
		return rc;
	return json_array_append_new(h->rows,
		   json_pack("{s:o, s:s, s:s, s:s, s:I, s:I}", "dev",
		       fv_verb_json_hex(device->dev, sizeof device->dev), "officer",
		       device->officer, "agency", device->agency, "team", device->team,
		       "wants", (json_int_t)wants, "has", (json_int_t)has)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

static void
get_handhelds(struct desk_request *request, struct fv_web_answer *answer)
{
	struct handhelds h = {.request = request};
	struct fv_store_device_ask ask = {0};
	int64_t limit;
	enum fv_err rc;

	if (!may_see(request, answer) ||
	    !desk_query_int(request, answer, "after", 0, INT64_MAX, 0, &ask.after) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit))
		return;
	h.max = (size_t)limit;
	h.rows = json_array();
	ask.max = h.max + 1;
	ask.agency = request->who->agency[0] != '\0' ? request->who->agency : NULL;
	rc = fv_store_device_each_after(request->store, &ask, add_handheld, &h);
	/* Revoked ones are passed over: a page may be short of rows and not the last. */
	if (rc == FV_OK) {
		desk_json(request, answer, 200,
		    json_pack("{s:o, s:o}", "rows", h.rows, "next",
			h.has_more ? json_sprintf("%lld", (long long)h.last_no)
				   : json_null()));
	} else {
		json_decref(h.rows);
		desk_failed(answer, rc);
	}
}

/* -- a text that was signed ----------------------------------------------------------- */

static void
put_settings(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *note = desk_text(request, answer, "note", NOTE_MAX);
	json_t *told;

	if (note == NULL)
		return;
	told = desk_write(request, answer, "settings import",
	    json_pack("{s:s, s:s}", "file", "settings", "note", note));
	if (told == NULL)
		return;
	desk_json(request, answer, 200,
	    json_pack("{s:O?, s:O?}", "version", json_object_get(told, "version"), "leaf",
		json_object_get(told, "leaf")));
	json_decref(told);
}

const struct desk_route desk_routes_settings[] = {
    {"GET", "/settings", DESK_SELF, get_settings},
    {"GET", "/settings/handhelds", DESK_SELF, get_handhelds},
    {"POST", "/settings", DESK_NOTES, put_settings},
    {NULL, NULL, 0, NULL},
};
