/* The trail area's routes, and two of them: the days of a handheld, and one day. */
#include "sync-server/desk/trail_in.h"

#include <string.h>

#include "sync-server/desk/routes.h"

#define PAGE 100
#define PAD_MS INT64_C(600000) /* of the track, before and after a visit */

struct day_list {
	struct trail_view view;
	json_t *rows;
	uint64_t last_seq;
	size_t max, count;
	bool has_more;
};

static enum fv_err
take_day(const struct fv_store_shift *shift_row, void *ctx)
{
	struct day_list *list = ctx;
	struct trail_shift shift = {
	    .seq = shift_row->seq, .begin = {shift_row->begin_ms, shift_row->begin_ms}};
	int64_t day, last;
	char date[16];
	json_t *row, *days;
	enum fv_err rc;

	if (list->count == list->max) {
		list->has_more = true;
		return FV_OK;
	}
	memcpy(shift.officer, shift_row->officer, sizeof shift.officer);
	if ((rc = trail_shift_end(&list->view, shift_row->no, &shift)) != FV_OK ||
	    (rc = trail_shift_zone(&list->view, shift_row->no, &shift)) != FV_OK)
		return rc;
	day = last = fv_zone_local_days(shift.zone, shift.begin.at_ms);
	if (shift.has_end && shift.end.at_ms - shift.begin.at_ms <= FV_TRAIL_SHIFT_MAX_MS)
		last = fv_zone_local_days(shift.zone, shift.end.at_ms);
	days = json_array();
	for (; day <= last; day++)
		(void)json_array_append_new(days, json_string(trail_date(day, date)));
	row = trail_shift_json(&shift);
	(void)json_object_set_new(row, "days", days);
	(void)json_array_append_new(list->rows, row);
	list->last_seq = shift.seq;
	list->count++;
	return FV_OK;
}

static void
get_days(struct desk_request *request, struct fv_web_answer *answer)
{
	struct day_list list = {.rows = NULL};
	struct fv_store_device device;
	int64_t limit, after;
	enum fv_err rc;

	if (!trail_find_device(request, answer, request->params[0], &device))
		return;
	if (!desk_query_int(request, answer, "after", 0, INT64_MAX, 0, &after) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit))
		goto cleanup;
	trail_view_open(&list.view, request->store, request->who->agency, request->now_ms);
	list.max = (size_t)limit;
	list.rows = json_array();
	rc = fv_store_shift_each_before(request->store, device.no,
	    after > 0 ? (uint64_t)after : UINT64_MAX, list.max + 1, take_day, &list);
	if (rc != FV_OK) {
		json_decref(list.rows);
		desk_failed(answer, rc);
	} else {
		desk_json(request, answer, 200,
		    json_pack("{s:o, s:o}", "rows", list.rows, "next",
			list.has_more ? json_sprintf("%llu", (unsigned long long)list.last_seq)
				      : json_null()));
	}
	trail_view_close(&list.view);
cleanup:
	fv_wipe(&device, sizeof device);
}

/* The date asked for, else that of the newest shift, else today's in UTC. */
static enum fv_err
take_newest(const struct fv_store_shift *row, void *ctx)
{
	struct trail_shift *shift = ctx;

	shift->seq = row->seq;
	shift->begin.at_ms = row->begin_ms;
	return FV_OK;
}

static enum fv_err
newest_day(struct trail_view *view, int64_t no, int64_t *day_out)
{
	struct trail_shift shift = {.seq = UINT64_MAX, .begin = {view->now_ms, view->now_ms}};
	enum fv_err rc =
	    fv_store_shift_each_before(view->store, no, UINT64_MAX, 1, take_newest, &shift);

	if (rc == FV_OK) {
		shift.until_seq = UINT64_MAX;
		rc = trail_shift_zone(view, no, &shift);
	}
	if (rc == FV_OK)
		*day_out = fv_zone_local_days(shift.zone, shift.begin.at_ms);
	return rc;
}

/* The date of a visit, in the zone of the shift in which it lies. */
static enum fv_err
day_of_visit(struct trail_view *view, int64_t no, uint64_t seq, int64_t *day_out)
{
	struct trail_shift shift = {.seq = 0};
	struct fv_store_record record;
	struct fv_header header;
	enum fv_err rc;

	if ((rc = fv_store_record_get(view->store, no, seq, &record)) != FV_OK)
		return rc;
	if (fv_header_parse(record.header, &header) != FV_OK)
		return FV_ECORRUPT;
	rc = fv_store_shift_each_before(view->store, no, seq, 1, take_newest, &shift);
	if (rc == FV_OK)
		rc = trail_shift_end(view, no, &shift);
	if (rc == FV_OK)
		rc = trail_shift_zone(view, no, &shift);
	if (rc == FV_OK)
		*day_out = fv_zone_local_days(shift.zone, header.rtc_ms);
	return rc;
}

void
trail_put_names(const struct trail_names *names, json_t *day)
{
	const char *id = json_string_value(json_object_get(day, "officer"));
	json_t *shift;
	size_t i;

	(void)json_object_set_new(
	    day, "officer_name", json_string(id != NULL ? trail_name_of(names, id) : ""));
	json_array_foreach(json_object_get(day, "shifts"), i, shift)
	{
		id = json_string_value(json_object_get(shift, "officer"));
		(void)json_object_set_new(shift, "officer_name",
		    json_string(id != NULL ? trail_name_of(names, id) : ""));
	}
}

/* Only what lies around one visit: ?visit=SEQ. */
static bool
ask_span(const struct trail_day *day, uint64_t seq, struct trail_ask *ask)
{
	for (size_t i = 0; i < day->visit_count; i++) {
		const struct trail_visit *v = &day->visits[i];

		if (v->seq != seq)
			continue;
		ask->has_span = true;
		ask->from_ms = v->begin.t_ms - PAD_MS;
		ask->until_ms = (v->has_end ? v->end.t_ms : v->begin.t_ms) + PAD_MS;
		return true;
	}
	return false;
}

static void
answer_day(
    struct desk_request *request, struct fv_web_answer *answer, const struct trail_day *day)
{
	struct trail_names names;
	enum fv_err rc = trail_names_open(&names, request->store);
	json_t *out;

	if (rc != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	out = trail_day_json(day);
	trail_put_names(&names, out);
	trail_names_close(&names);
	desk_json(request, answer, 200, out);
}

/* Read the day of one visit: where it lies first, then the fixes around it. */
static enum fv_err
read_visit_day(struct trail_view *view, const struct fv_store_device *device, uint64_t seq,
    struct trail_ask *ask, struct trail_day *day)
{
	enum fv_err rc;

	ask->no_fixes = true;
	if ((rc = trail_day_read(view, device, ask, day)) != FV_OK)
		return rc;
	rc = ask_span(day, seq, ask) ? FV_OK : FV_ENOENT;
	trail_day_clear(day);
	ask->no_fixes = false;
	return rc == FV_OK ? trail_day_read(view, device, ask, day) : rc;
}

static void
get_day(struct desk_request *request, struct fv_web_answer *answer)
{
	struct trail_ask ask = {0};
	struct fv_store_device device;
	struct trail_view view;
	struct trail_day day;
	int64_t zoom, visit;
	bool has_day;
	enum fv_err rc = FV_OK;

	if (!trail_find_device(request, answer, request->params[0], &device))
		return;
	if (!desk_query_day(request, answer, "day", &has_day, &ask.day) ||
	    !desk_query_int(request, answer, "zoom", 0, FV_TRAIL_ZOOM_MAX, -1, &zoom) ||
	    !desk_query_int(request, answer, "visit", 0, INT64_MAX, -1, &visit))
		goto cleanup;
	trail_view_open(&view, request->store, request->who->agency, request->now_ms);
	ask.has_zoom = zoom >= 0;
	ask.zoom = (int)zoom;
	if (!has_day && visit >= 0)
		rc = day_of_visit(&view, device.no, (uint64_t)visit, &ask.day);
	else if (!has_day)
		rc = newest_day(&view, device.no, &ask.day);
	if (rc == FV_OK)
		rc = visit < 0 ? trail_day_read(&view, &device, &ask, &day)
			       : read_visit_day(&view, &device, (uint64_t)visit, &ask, &day);
	if (rc == FV_OK) {
		answer_day(request, answer, &day);
		trail_day_clear(&day);
	} else if (rc == FV_ENOENT) {
		desk_problem(answer, 404, "no-visit", "no such visit on that day");
	} else {
		desk_failed(answer, rc);
	}
	trail_view_close(&view);
cleanup:
	fv_wipe(&device, sizeof device);
}

const struct desk_route desk_routes_trail[] = {
    {"GET", "/devices", DESK_SELF, trail_devices},
    {"GET", "/devices/{dev}", DESK_SELF, trail_device},
    {"GET", "/devices/{dev}/days", DESK_READ, get_days},
    {"GET", "/devices/{dev}/day", DESK_READ, get_day},
    {"GET", "/officers/{officer}/day", DESK_READ, trail_officer_day},
    {"GET", "/agencies/{agency}/day", DESK_READ, trail_agency_day},
    {"GET", "/cases/{case}/history", DESK_READ, trail_case_history},
    {NULL, NULL, 0, NULL},
};
