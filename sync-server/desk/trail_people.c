/*
 * The day of an officer, on whatever handhelds, and of an agency: its officers by id, with
 * what is missing.  Nothing here counts visits or orders people by anything but their id.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/trail_in.h"
#include "sync-server/store/staff.h"

#define DEVICES_MAX 32U /* of one officer */
#define PAGE 50

/* Handhelds that bear on one officer's day. */
struct held {
	struct trail_view *view;
	const char *agency; /* only these; NULL: all that may be seen */
	int64_t nos[DEVICES_MAX];
	size_t count;
};

static bool
has_device(const struct held *held, int64_t no)
{
	for (size_t i = 0; i < held->count; i++)
		if (held->nos[i] == no)
			return true;
	return false;
}

static void
add_device(struct held *held, int64_t no)
{
	if (held->count < DEVICES_MAX && !has_device(held, no))
		held->nos[held->count++] = no;
}

static bool
is_wanted(const struct held *held, const struct fv_store_device *device)
{
	return trail_sees(held->view, fv_span_z(device->agency)) &&
	    (held->agency == NULL || strcmp(held->agency, device->agency) == 0);
}

static enum fv_err
take_worn(const struct fv_store_shift *shift, void *ctx)
{
	struct held *held = ctx;
	struct fv_store_device device;
	enum fv_err rc;

	if (has_device(held, shift->no))
		return FV_OK;
	rc = fv_store_device_get_no(held->view->store, shift->no, &device);
	if (rc == FV_OK && is_wanted(held, &device))
		add_device(held, shift->no);
	fv_wipe(&device, sizeof device);
	return rc;
}

static enum fv_err
take_own(const struct fv_store_device *device, void *ctx)
{
	if (!device->is_revoked && is_wanted(ctx, device))
		add_device(ctx, device->no);
	return FV_OK;
}

static enum fv_err
find_held(struct held *held, const char *officer, int64_t day)
{
	const int64_t noon_ms = day * FV_MS_PER_DAY;
	enum fv_err rc;

	held->count = 0;
	rc = fv_store_shift_each_officer(held->view->store, officer,
	    noon_ms - FV_TRAIL_SHIFT_MAX_MS, noon_ms + 2 * FV_MS_PER_DAY, take_worn, held);
	if (rc == FV_OK)
		rc = fv_store_device_each(held->view->store, officer, take_own, held);
	return rc;
}

/* Whether anything of it waits: a handheld that he holds and that was not heard from since
 * the day ended may still bring more. */
static bool
is_waiting(const struct trail_day *day)
{
	return trail_day_is_provisional(day) || day->trail.last_sync_ms < day->until_ms;
}

static enum fv_err
read_one(
    struct trail_view *view, int64_t no, const struct trail_ask *ask, struct trail_day *day)
{
	struct fv_store_device device;
	enum fv_err rc = fv_store_device_get_no(view->store, no, &device);

	if (rc == FV_OK)
		rc = trail_day_read(view, &device, ask, day);
	fv_wipe(&device, sizeof device);
	return rc;
}

/* -- an officer ----------------------------------------------------------------------- */

static enum fv_err
put_devices(const struct held *held, const struct trail_names *names,
    const struct trail_ask *ask, json_t *list, bool *is_waiting_out)
{
	enum fv_err rc = FV_OK;

	*is_waiting_out = false;
	for (size_t i = 0; rc == FV_OK && i < held->count; i++) {
		struct trail_day day;
		json_t *row;

		if ((rc = read_one(held->view, held->nos[i], ask, &day)) != FV_OK)
			break;
		*is_waiting_out = *is_waiting_out || is_waiting(&day);
		row = trail_day_json(&day);
		trail_put_names(names, row);
		(void)json_object_set_new(row, "is_waiting", json_boolean(is_waiting(&day)));
		(void)json_array_append_new(list, row);
		trail_day_clear(&day);
	}
	return rc;
}

void
trail_officer_day(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *officer = request->params[0];
	struct trail_ask ask = {.officer = officer, .has_zoom = true};
	struct trail_names names = {NULL};
	struct trail_view view;
	struct held held = {.view = &view};
	json_t *list = json_array();
	bool has_day, waits = false;
	int64_t zoom;
	char date[16];
	enum fv_err rc;

	trail_view_open(&view, request->store, request->who->agency, request->now_ms);
	if (!desk_query_day(request, answer, "day", &has_day, &ask.day) ||
	    !desk_query_int(request, answer, "zoom", 0, FV_TRAIL_ZOOM_MAX, 14, &zoom))
		goto cleanup;
	ask.zoom = (int)zoom;
	if (!has_day)
		ask.day = request->now_ms / FV_MS_PER_DAY;
	if (!fv_id_valid(fv_span_z(officer), FV_ID_BYTES - 1))
		rc = FV_ENOENT;
	else if ((rc = trail_names_open(&names, request->store)) == FV_OK &&
	    (rc = find_held(&held, officer, ask.day)) == FV_OK)
		rc = put_devices(&held, &names, &ask, list, &waits);
	/* Whoever sees all sees that an officer on the roster has no handheld. */
	if (rc == FV_OK && held.count == 0 &&
	    (view.agency[0] != '\0' || trail_name_of(&names, officer)[0] == '\0'))
		rc = FV_ENOENT;
	if (rc == FV_ENOENT) {
		desk_problem(answer, 404, "no-officer", "no officer of this id");
	} else if (rc != FV_OK) {
		desk_failed(answer, rc);
	} else {
		desk_json(request, answer, 200,
		    json_pack("{s:s, s:s, s:s, s:b, s:O}", "officer", officer, "officer_name",
			trail_name_of(&names, officer), "day", trail_date(ask.day, date),
			"is_provisional", waits, "devices", list));
	}
cleanup:
	json_decref(list);
	trail_names_close(&names);
	trail_view_close(&view);
}

/* -- an agency ------------------------------------------------------------------------ */

struct agency_day {
	struct trail_view view;
	struct trail_names names;
	struct trail_ask ask;
	const char *agency;
	json_t *rows;
	size_t max, count;
	bool has_more;
	char last[FV_ID_BYTES];
};

/* The part of one handheld in an officer's row. */
static void
put_part(const struct trail_day *day, json_t *devices)
{
	json_t *row = json_object(), *shifts = json_array(), *visits = json_array();
	char hex[2 * FV_DEV_BYTES + 1];

	for (size_t i = 0; i < day->shift_count; i++)
		(void)json_array_append_new(shifts, trail_shift_json(&day->shifts[i]));
	for (size_t i = 0; i < day->visit_count; i++)
		(void)json_array_append_new(visits, trail_visit_json(day, &day->visits[i]));
	(void)json_object_set_new(
	    row, "dev", json_string(trail_dev_hex(day->device.dev, hex)));
	(void)json_object_set_new(row, "zone", json_string(day->zone_name));
	(void)json_object_set_new(row, "shifts", shifts);
	(void)json_object_set_new(row, "visits", visits);
	(void)json_object_set_new(row, "missing", trail_missing_json(day));
	(void)json_object_set_new(row, "is_waiting", json_boolean(is_waiting(day)));
	(void)json_array_append_new(devices, row);
}

static enum fv_err
take_officer(struct fv_span id, void *ctx)
{
	struct agency_day *a = ctx;
	struct held held = {.view = &a->view, .agency = a->agency};
	char officer[FV_ID_BYTES];
	json_t *devices;
	bool waits = false;
	enum fv_err rc;

	if (a->count == a->max) {
		a->has_more = true;
		return FV_OK;
	}
	if (fv_id_copy(id, officer, sizeof officer) != FV_OK)
		return FV_OK; /* a shift that says nobody's */
	if ((rc = find_held(&held, officer, a->ask.day)) != FV_OK)
		return rc;
	a->ask.officer = officer;
	devices = json_array();
	for (size_t i = 0; rc == FV_OK && i < held.count; i++) {
		struct trail_day day;

		if ((rc = read_one(&a->view, held.nos[i], &a->ask, &day)) != FV_OK)
			break;
		put_part(&day, devices);
		waits = waits || is_waiting(&day);
		trail_day_clear(&day);
	}
	(void)json_array_append_new(a->rows,
	    json_pack("{s:s, s:s, s:b, s:o}", "officer", officer, "officer_name",
		trail_name_of(&a->names, officer), "is_provisional", waits, "devices",
		devices));
	memcpy(a->last, officer, sizeof a->last);
	a->count++;
	return rc;
}

static enum fv_err
read_agency(struct agency_day *a, const char *after)
{
	const int64_t noon_ms = a->ask.day * FV_MS_PER_DAY;
	enum fv_err rc = trail_names_open(&a->names, a->view.store);

	if (rc == FV_OK)
		rc = fv_store_officer_each(a->view.store, a->agency, after,
		    noon_ms - FV_TRAIL_SHIFT_MAX_MS, noon_ms + 2 * FV_MS_PER_DAY, a->max + 1,
		    take_officer, a);
	return rc;
}

void
trail_agency_day(struct desk_request *request, struct fv_web_answer *answer)
{
	struct agency_day a = {.agency = request->params[0], .ask = {.no_fixes = true}};
	struct fv_store_agency known;
	const char *after = fv_web_query(request->web, "after");
	int64_t limit;
	bool has_day;
	char date[16];
	enum fv_err rc;

	if (!fv_id_valid(fv_span_z(a.agency), FV_ID_BYTES - 1) ||
	    !desk_sees(request, a.agency)) {
		desk_problem(answer, 404, "no-agency", "no agency of this id");
		return;
	}
	if (!desk_query_day(request, answer, "day", &has_day, &a.ask.day) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit))
		return;
	if (!has_day)
		a.ask.day = request->now_ms / FV_MS_PER_DAY;
	trail_view_open(&a.view, request->store, request->who->agency, request->now_ms);
	a.max = (size_t)limit;
	a.rows = json_array();
	rc = read_agency(&a, after != NULL ? after : "");
	if (rc == FV_OK && a.count == 0 && after == NULL)
		rc = fv_store_agency_get(request->store, fv_span_z(a.agency), &known);
	if (rc == FV_OK)
		desk_json(request, answer, 200,
		    json_pack("{s:s, s:s, s:O, s:o}", "agency", a.agency, "day",
			trail_date(a.ask.day, date), "rows", a.rows, "next",
			a.has_more ? json_string(a.last) : json_null()));
	else if (rc == FV_ENOENT)
		desk_problem(answer, 404, "no-agency", "no agency of this id");
	else
		desk_failed(answer, rc);
	json_decref(a.rows);
	trail_names_close(&a.names);
	trail_view_close(&a.view);
}
