/* The trail area's handhelds: a page of them, one of them, and their officers' names. */
#include "sync-server/desk/trail_in.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/device_json.h"
#include "sync-server/verb.h"

#define HOUR_MS INT64_C(3600000)
#define SILENT_HOURS 24
#define SILENT_HOURS_MAX 8784
#define PAGE 100

/* -- names of officers ---------------------------------------------------------------- */

enum fv_err
trail_names_open(struct trail_names *names, struct fv_store *store)
{
	struct fv_hash hash;
	enum fv_err rc;

	names->roster = NULL;
	rc = fv_verb_roster(store, &names->roster, &hash);
	return rc == FV_ENOENT ? FV_OK : rc;
}

void
trail_names_close(struct trail_names *names)
{
	free(names->roster);
	names->roster = NULL;
}

const char *
trail_name_of(const struct trail_names *names, const char *officer)
{
	for (size_t i = 0; names->roster != NULL && i < names->roster->officer_count; i++)
		if (strcmp(names->roster->officers[i].id, officer) == 0)
			return names->roster->officers[i].name;
	return "";
}

/* -- handhelds ------------------------------------------------------------------------ */

bool
trail_find_device(struct desk_request *request, struct fv_web_answer *answer, const char *hex,
    struct fv_store_device *out)
{
	const size_t len = strlen(hex) / 2;
	uint8_t dev[FV_DEV_BYTES];
	enum fv_err rc = FV_ENOENT;

	/* Whole, or the first half as it stands in the id of a visit. */
	memset(out, 0, sizeof *out);
	if ((len == FV_DEV_BYTES || len == FV_DEV_BYTES / 2) &&
	    fv_hex_decode(fv_span_z(hex), dev, len) == FV_OK)
		rc = fv_store_device_find(request->store, fv_span_of(dev, len), out);
	if (rc == FV_OK && desk_sees(request, out->agency))
		return true;
	fv_wipe(out, sizeof *out);
	if (rc == FV_OK || rc == FV_ENOENT)
		desk_problem(answer, 404, "no-device", "no handheld of this id");
	else
		desk_failed(answer, rc);
	return false;
}

struct device_list {
	struct trail_view view;
	struct device_view devices;
	struct trail_names names;
	json_t *rows;
	bool has_state; /* only those in this one */
	enum device_state state;
	int64_t last_no;   /* the last one that is in the page */
	int64_t looked_no; /* and the last one of all that were looked at */
	size_t max, count, looked;
	bool has_more;
};

/* When the shift that is still open began. */
static enum fv_err
take_open_shift(const struct fv_store_shift *row, void *ctx)
{
	struct trail_shift *shift = ctx;

	shift->seq = row->seq;
	shift->begin.at_ms = row->begin_ms;
	memcpy(shift->officer, row->officer, sizeof shift->officer);
	return FV_OK;
}

static enum fv_err
put_shift_state(struct device_list *list, int64_t no, json_t *row)
{
	struct trail_shift shift = {.seq = UINT64_MAX};
	enum fv_err rc = fv_store_shift_each_before(
	    list->view.store, no, UINT64_MAX, 1, take_open_shift, &shift);
	bool is_open = false;

	if (rc == FV_OK && shift.seq != UINT64_MAX) {
		rc = trail_shift_end(&list->view, no, &shift);
		is_open = !shift.has_end;
	}
	if (rc == FV_OK)
		rc = trail_shift_zone(&list->view, no, &shift);
	if (rc != FV_OK)
		return rc;
	(void)json_object_set_new(row, "on_shift_since_ms",
	    is_open ? json_integer((json_int_t)shift.begin.at_ms) : json_null());
	(void)json_object_set_new(row, "last_shift_ms",
	    shift.seq != UINT64_MAX ? json_integer((json_int_t)shift.begin.at_ms)
				    : json_null());
	(void)json_object_set_new(row, "zone", json_string(shift.zone_name));
	return FV_OK;
}

static bool
is_asked(struct device_list *list, const struct fv_store_device *d, enum fv_err *rc_out)
{
	enum device_state state;

	*rc_out = FV_OK;
	if (!list->has_state)
		return true;
	*rc_out = device_state_get(&list->devices, d, &state, NULL);
	return *rc_out == FV_OK && state == list->state;
}

static enum fv_err
take_device(const struct fv_store_device *d, void *ctx)
{
	struct device_list *list = ctx;
	json_t *row;
	enum fv_err rc;

	list->looked++;
	list->looked_no = d->no;
	if (list->has_more || !is_asked(list, d, &rc))
		return list->has_more ? FV_OK : rc;
	if (list->count == list->max) {
		list->has_more = true;
		return FV_OK;
	}
	if ((rc = device_json(&list->devices, d, &row)) != FV_OK)
		return rc;
	(void)json_object_set_new(
	    row, "officer_name", json_string(trail_name_of(&list->names, d->officer)));
	(void)json_array_append_new(list->rows, row);
	list->last_no = d->no;
	list->count++;
	return put_shift_state(list, d->no, row);
}

/* A page of those asked for; handhelds in other states are looked at and left out. */
static enum fv_err
fill_page(struct device_list *list, struct fv_store_device_ask *ask)
{
	enum fv_err rc;

	do {
		list->looked = 0;
		rc = fv_store_device_each_after(list->view.store, ask, take_device, list);
		ask->after = list->looked_no;
	} while (rc == FV_OK && list->looked == ask->max && !list->has_more);
	return rc;
}

/* Handhelds are for those who read what was done, and for those who keep accounts. */
static bool
sees_fleet(struct desk_request *request, struct fv_web_answer *answer)
{
	if ((request->who->rights & (DESK_READ | DESK_PEOPLE)) != 0)
		return true;
	desk_problem(answer, 403, "forbidden", "your role may not do that");
	return false;
}

/* Which agency: a manager's own, else the one that is asked for. */
static const char *
asked_agency(struct desk_request *request)
{
	if (request->who->agency[0] != '\0')
		return request->who->agency;
	return fv_web_query(request->web, "agency");
}

static bool
ask_state(struct desk_request *request, struct fv_web_answer *answer, struct device_list *list)
{
	const char *word = fv_web_query(request->web, "state");

	list->has_state = word != NULL;
	if (word == NULL || device_state_of_word(word, &list->state))
		return true;
	desk_problem(answer, 422, "bad-query",
	    "state is one of not-approved, approved, lost, retired, replaced and revoked");
	return false;
}

static void
answer_devices(struct desk_request *request, struct fv_web_answer *answer,
    struct device_list *list, struct fv_store_device_ask *ask)
{
	enum fv_err rc = trail_names_open(&list->names, request->store);

	list->rows = json_array();
	if (rc == FV_OK)
		rc = fill_page(list, ask);
	trail_names_close(&list->names);
	if (rc == FV_OK) {
		desk_json(request, answer, 200,
		    json_pack("{s:o, s:o, s:I}", "rows", list->rows, "next",
			list->has_more ? json_sprintf("%lld", (long long)list->last_no)
				       : json_null(),
			"silent_ms", (json_int_t)list->devices.silent_ms));
	} else {
		json_decref(list->rows);
		desk_failed(answer, rc);
	}
}

void
trail_devices(struct desk_request *request, struct fv_web_answer *answer)
{
	struct device_list list = {.rows = NULL};
	struct fv_store_device_ask ask = {0};
	int64_t limit, hours, only_silent;
	enum fv_err rc;

	if (!sees_fleet(request, answer) ||
	    !desk_query_int(request, answer, "after", 0, INT64_MAX, 0, &ask.after) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit) ||
	    !desk_query_int(
		request, answer, "silent_hours", 1, SILENT_HOURS_MAX, SILENT_HOURS, &hours) ||
	    !desk_query_int(request, answer, "silent", 0, 1, 0, &only_silent) ||
	    !ask_state(request, answer, &list))
		return;
	list.max = (size_t)limit;
	ask.max = list.max + 1;
	ask.agency = asked_agency(request);
	ask.heard_until_ms = only_silent != 0 ? request->now_ms - hours * HOUR_MS : 0;
	trail_view_open(&list.view, request->store, request->who->agency, request->now_ms);
	rc = device_view_open(&list.devices, request->store, request->now_ms, hours * HOUR_MS);
	if (rc == FV_OK)
		answer_devices(request, answer, &list, &ask);
	else
		desk_failed(answer, rc);
	device_view_close(&list.devices);
	trail_view_close(&list.view);
}

void
trail_device(struct desk_request *request, struct fv_web_answer *answer)
{
	struct device_list list = {.max = 1};
	struct fv_store_device device;
	enum fv_err rc;

	if (!sees_fleet(request, answer) ||
	    !trail_find_device(request, answer, request->params[0], &device))
		return;
	list.rows = json_array();
	trail_view_open(&list.view, request->store, request->who->agency, request->now_ms);
	rc = device_view_open(
	    &list.devices, request->store, request->now_ms, SILENT_HOURS * HOUR_MS);
	if (rc == FV_OK && (rc = trail_names_open(&list.names, request->store)) == FV_OK)
		rc = take_device(&device, &list);
	if (rc == FV_OK)
		desk_json(request, answer, 200, json_incref(json_array_get(list.rows, 0)));
	else
		desk_failed(answer, rc);
	json_decref(list.rows);
	trail_names_close(&list.names);
	device_view_close(&list.devices);
	trail_view_close(&list.view);
	fv_wipe(&device, sizeof device);
}
