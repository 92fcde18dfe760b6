/* The desk's work: its routes, what they share, and alerts. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/alerts.h"
#include "sync-server/desk/routes.h"
#include "sync-server/desk/work_in.h"
#include "sync-server/verb.h"

#define ALERTS_SHOWN 200U

const struct desk_route desk_routes_work[] = {
    {"GET", "/cases", DESK_READ, work_cases},
    {"POST", "/cases/assign", DESK_WORK, work_assign},
    {"POST", "/cases/import", DESK_WORK | DESK_NOTES, work_import_cases},
    {"GET", "/cases/{case}", DESK_READ, work_one_case},
    {"POST", "/cases/{case}/close", DESK_WORK, work_close_case},
    {"POST", "/cases/{case}/holds", DESK_WORK, work_add_hold},
    {"POST", "/holds/{id}/lift", DESK_WORK, work_lift_hold},
    {"GET", "/boxes", DESK_READ, work_boxes},
    {"GET", "/officers", DESK_READ, work_officers},
    {"GET", "/plans", DESK_READ, work_plans},
    {"POST", "/plans", DESK_WORK, work_add_plan},
    {"POST", "/plans/check", DESK_READ, work_check_plan},
    {"POST", "/plans/import", DESK_WORK, work_import_plans},
    {"POST", "/plans/{id}/close", DESK_WORK, work_close_plan},
    {"GET", "/alerts", DESK_READ, work_alerts},
    {"POST", "/alerts/{id}/ack", DESK_WORK, work_ack_alert},
    {"GET", "/followups", DESK_READ, work_followups},
    {"POST", "/followups/{visit}/answer", DESK_WORK, work_answer},
    {"GET", "/exceptions", DESK_READ, work_exceptions},
    {"POST", "/exceptions/settle", DESK_WORK, work_settle},
    {"POST", "/exceptions/reopen", DESK_WORK, work_reopen},
    {"GET", "/figures", DESK_READ, work_figures},
    {NULL, NULL, 0, NULL},
};

const char *
work_agency(const struct desk_request *request)
{
	return request->who->role == DESK_MANAGER ? request->who->agency : NULL;
}

const char *
work_agency_text(const struct desk_request *request)
{
	const char *agency = work_agency(request);

	/* A manager without an agency is bound to one that nothing has. */
	return agency == NULL ? "" : agency[0] != '\0' ? agency : "-";
}

void
work_told(struct desk_request *request, struct fv_web_answer *answer, json_t *told)
{
	if (told == NULL)
		return;
	(void)json_object_del(told, "exit");
	desk_json(request, answer, 200, told);
}

void
work_for_reason(struct desk_request *request, struct fv_web_answer *answer, enum fv_err rc,
    const char *agency, const char *verb, json_t *more)
{
	const char *reason = NULL;

	if (rc == FV_OK && !desk_sees(request, agency))
		rc = FV_ENOENT;
	if (rc != FV_OK)
		desk_failed(answer, rc);
	else
		reason = desk_text(request, answer, "reason", FV_WORK_REASON_BYTES);
	if (reason == NULL) {
		json_decref(more);
		return;
	}
	(void)json_object_set_new(more, "reason", json_string(reason));
	work_told(request, answer, desk_write(request, answer, verb, more));
}

json_t *
work_ms(bool has, int64_t ms)
{
	return has ? json_integer((json_int_t)ms) : json_null();
}

json_t *
work_maybe(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static bool
is_seen(const struct desk_request *request, const struct fv_store_case *row)
{
	char agency[FV_ID_BYTES];

	return fv_id_copy(row->item.agency, agency, sizeof agency) == FV_OK &&
	    desk_sees(request, agency);
}

bool
work_case(
    struct desk_request *request, struct fv_web_answer *answer, struct fv_store_case *out)
{
	enum fv_err rc = fv_store_case_get(request->store, fv_span_z(request->params[0]), out);

	if (rc == FV_OK && !is_seen(request, out))
		rc = FV_ENOENT;
	if (rc != FV_OK)
		desk_failed(answer, rc);
	return rc == FV_OK;
}

bool
work_number(struct desk_request *request, struct fv_web_answer *answer, int64_t *out)
{
	uint64_t value;

	if (fv_decimal_decode(fv_span_z(request->params[0]), INT64_MAX, &value) == FV_OK) {
		*out = (int64_t)value;
		return true;
	}
	desk_failed(answer, FV_ENOENT);
	return false;
}

const char *
work_zone(struct fv_store *store, const char *case_id, char *out, size_t cap)
{
	struct fv_store_case row;
	size_t len = 0;

	(void)snprintf(out, cap, "UTC");
	if (fv_store_case_get(store, fv_span_z(case_id), &row) != FV_OK)
		return out;
	while (len < row.item.zones.len && row.item.zones.ptr[len] != ';')
		len++;
	if (len > 0 && len < cap) {
		memcpy(out, row.item.zones.ptr, len);
		out[len] = '\0';
	}
	return out;
}

/* -- lists -------------------------------------------------------------------------------- */

bool
work_list_open(
    struct work_list *list, struct desk_request *request, struct fv_web_answer *answer)
{
	int64_t limit;

	memset(list, 0, sizeof *list);
	list->request = request;
	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, 100, &limit))
		return false;
	list->limit = (size_t)limit;
	if ((list->rows = json_array()) != NULL)
		return true;
	desk_failed(answer, FV_ENOMEM);
	return false;
}

enum fv_err
work_list_add(struct work_list *list, json_t *row)
{
	list->count++;
	return row != NULL && json_array_append_new(list->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

void
work_list_close(struct work_list *list, struct fv_web_answer *answer, enum fv_err rc)
{
	const bool is_more = list->count >= list->limit;

	if (rc != FV_OK) {
		json_decref(list->rows);
		desk_failed(answer, rc);
		return;
	}
	desk_json(list->request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", list->rows, "next",
		is_more ? json_string(list->next) : json_null()));
}

/* -- alerts ------------------------------------------------------------------------------- */

struct alerting {
	struct desk_request *request;
	json_t *rows; /* owned */
	size_t count;
};

static json_t *
json_place(const struct fv_alert *said)
{
	if (!said->has_place)
		return json_null();
	return json_pack("{s:f, s:f, s:o, s:o}", "lat", said->place.lat_e7 / 1e7, "lon",
	    said->place.lon_e7 / 1e7, "accuracy_mm", work_ms(said->has_eph, said->eph_mm),
	    "at_ms", work_ms(said->has_fix_ms, said->fix_ms));
}

static json_t *
json_alert(
    const struct fv_store_alert *a, const struct fv_store_device *device, const char *zone)
{
	json_t *dev = fv_verb_json_hex(device->dev, FV_DEV_BYTES);

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:s}",
	    "id", a->id, "kind", fv_alert_kind_word(a->kind), "officer", a->said.officer,
	    "agency", device->agency, "dev", dev, "at_ms", (json_int_t)a->said.at_ms,
	    "received_ms", (json_int_t)a->received_ms, "ended_ms",
	    work_ms(a->has_ended, a->ended_ms), "place", json_place(&a->said), "case",
	    work_maybe(a->case_id), "seen_by", work_maybe(a->is_acked ? a->acked_by : ""),
	    "seen_ms", work_ms(a->is_acked, a->acked_ms), "zone", zone);
}

/* Those that nobody has seen come always; of the others the newest. */
static enum fv_err
take_alert(const struct fv_store_alert *alert, void *ctx)
{
	struct alerting *g = ctx;
	struct fv_store_device device;
	char zone[64];
	json_t *row;
	enum fv_err rc;

	if (alert->is_acked && g->count >= ALERTS_SHOWN)
		return FV_OK;
	rc = fv_store_device_get_no(g->request->store, alert->device_no, &device);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	rc = FV_OK;
	if (desk_sees(g->request, device.agency)) {
		g->count++;
		row = json_alert(alert, &device,
		    work_zone(g->request->store, alert->case_id, zone, sizeof zone));
		rc = row != NULL && json_array_append_new(g->rows, row) == 0 ? FV_OK
									     : FV_ENOMEM;
	}
	fv_wipe(&device, sizeof device);
	return rc;
}

void
work_alerts(struct desk_request *request, struct fv_web_answer *answer)
{
	struct alerting g = {.request = request, .rows = json_array()};
	enum fv_err rc = g.rows != NULL ? FV_OK : FV_ENOMEM;

	if (rc == FV_OK)
		rc = fv_store_alert_each(request->store, take_alert, &g);
	if (rc == FV_OK) {
		desk_json(request, answer, 200, json_pack("{s:o}", "rows", g.rows));
		return;
	}
	json_decref(g.rows);
	desk_failed(answer, rc);
}

void
work_ack_alert(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_alert alert;
	struct fv_store_device device = {0};
	enum fv_err rc = fv_store_alert_get(request->store, request->params[0], &alert);

	if (rc == FV_OK)
		rc = fv_store_device_get_no(request->store, alert.device_no, &device);
	if (rc == FV_OK && !desk_sees(request, device.agency))
		rc = FV_ENOENT;
	fv_wipe(&device, sizeof device);
	if (rc != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	work_told(request, answer,
	    desk_write(request, answer, "alert ack", json_pack("{s:s}", "id", alert.id)));
}
