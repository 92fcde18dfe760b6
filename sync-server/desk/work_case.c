/* Cases: the list, one, its card, who opens cards, many to other officers, closing, holds. */
#include <stdlib.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "fv/note.h"
#include "fv/roster.h"
#include "sync-server/desk/work_in.h"
#include "sync-server/planview.h"
#include "sync-server/staff_left.h"
#include "sync-server/store/people.h"
#include "sync-server/verb.h"

#define PLANS_SHOWN 50U

/* -- one case as JSON -----------------------------------------------------------------------
 */

static json_t *
json_day(bool has, int64_t day)
{
	char text[PLANVIEW_DAY_BYTES];

	return has ? json_string(planview_day(day, text)) : json_null();
}

static json_t *
json_word(enum fv_code_set set, uint32_t code)
{
	const char *word = fv_code_word(set, code);

	return word != NULL ? json_string(word) : json_null();
}

static enum fv_err
take_hold(const struct fv_store_hold *h, void *ctx)
{
	json_t *row = json_pack("{s:I, s:o, s:s, s:s, s:I, s:o, s:o, s:o, s:o}", "id",
	    (json_int_t)h->id, "kind", json_word(FV_CODES_EVENT_KIND, h->kind), "reason",
	    h->reason, "by", h->made_by, "from_ms", (json_int_t)h->from_ms, "until_ms",
	    work_ms(h->has_until, h->until_ms), "lifted_ms",
	    work_ms(h->is_lifted, h->lifted_ms), "lifted_by", work_maybe(h->lifted_by),
	    "lift_reason", work_maybe(h->lift_reason));

	return row != NULL && json_array_append_new(ctx, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* Audit columns; owned, NULL: out of memory. */
static json_t *
json_columns(const struct fv_store_case *row)
{
	const struct fv_item_case *c = &row->item;
	json_t *object = json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "case",
	    fv_verb_json_span(c->id), "agency", fv_verb_json_span(c->agency), "zones",
	    fv_verb_json_list(c->zones), "has_place", (int)c->has_place, "radius_m",
	    work_ms(c->has_radius, c->radius_m), "actor", json_word(FV_CODES_ACTOR, c->actor),
	    "product", json_word(FV_CODES_PRODUCT, c->product));
	json_t *rest = json_pack("{s:o, s:o, s:o, s:o, s:b, s:I, s:o, s:o}", "debts",
	    fv_verb_json_list(c->debts), "packs", fv_verb_json_list(c->packs), "assigned",
	    fv_verb_json_list(c->assigned), "as_of", json_day(c->has_as_of, c->as_of_day),
	    "closed", (int)row->is_closed, "updated_ms", (json_int_t)row->updated_ms, "lat",
	    c->has_place ? json_real(c->lat_e7 / 1e7) : json_null(), "lon",
	    c->has_place ? json_real(c->lon_e7 / 1e7) : json_null());

	if (object == NULL || rest == NULL || json_object_update(object, rest) != 0) {
		json_decref(object);
		object = NULL;
	}
	json_decref(rest);
	return object;
}

/* Its card's version, its holds and what is planned.  Takes: object. */
static enum fv_err
add_more(struct fv_store *store, const char *id, json_t *object)
{
	struct fv_item_card card;
	uint64_t version = 0;
	json_t *holds = json_array();
	enum fv_err rc = object != NULL && holds != NULL ? FV_OK : FV_ENOMEM;

	if (rc == FV_OK && json_object_set_new(object, "holds", holds) != 0)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = fv_store_card_get(store, fv_span_z(id), &version, &card);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = json_object_set_new(
			 object, "card_version", work_ms(version > 0, (int64_t)version)) == 0
		    ? FV_OK
		    : FV_ENOMEM;
	return rc == FV_OK ? fv_store_hold_each(store, fv_span_z(id), take_hold, holds) : rc;
}

/* -- the list
 * --------------------------------------------------------------------------------- */

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	struct work_list *list = ctx;
	json_t *object = json_columns(row);
	char id[FV_CASE_ID_BYTES];
	enum fv_err rc = fv_id_copy(row->item.id, id, sizeof id);

	if (rc == FV_OK)
		rc = add_more(list->request->store, id, object);
	if (rc != FV_OK) {
		json_decref(object);
		return rc == FV_EFORMAT ? FV_ECORRUPT : rc;
	}
	(void)snprintf(list->next, sizeof list->next, "%s", id);
	return work_list_add(list, object);
}

/* "1" and "true" are yes. */
static bool
query_flag(const struct desk_request *request, const char *name)
{
	const char *text = fv_web_query(request->web, name);

	return text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0);
}

/* A text of the query; NULL for none or "". */
static const char *
query_text(const struct desk_request *request, const char *name)
{
	const char *text = fv_web_query(request->web, name);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

void
work_cases(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *agency = work_agency(request), *state = query_text(request, "state");
	struct fv_store_case_filter filter = {
	    .agency = agency != NULL ? agency : query_text(request, "agency"),
	    .officer = query_text(request, "officer"),
	    .starts = query_text(request, "q"),
	    .is_held = query_flag(request, "held"),
	    .has_no_place = query_flag(request, "no_place"),
	    .now_ms = request->now_ms,
	    .after = query_text(request, "after")};
	struct fv_buf may_go = {0};
	struct work_list list;
	enum fv_err rc = FV_OK;

	filter.has_closed = state == NULL || strcmp(state, "all") != 0;
	filter.is_closed = state != NULL && strcmp(state, "closed") == 0;
	if (!desk_query_day(request, answer, "stale", &filter.has_stale, &filter.stale_day) ||
	    !work_list_open(&list, request, answer))
		return;
	filter.max = list.limit;
	if (query_flag(request, "no_officer"))
		rc = staff_may_go(request->store, request->now_ms, &may_go);
	filter.assigned_to_none_of = may_go.len > 0 ? fv_buf_z(&may_go) : NULL;
	if (rc == FV_OK)
		rc = fv_store_case_find(request->store, &filter, take_case, &list);
	work_list_close(&list, answer, rc);
	fv_buf_clear(&may_go);
}

/* -- one
 * -------------------------------------------------------------------------------------- */

static enum fv_err
take_plan(const struct fv_store_plan *plan, void *ctx)
{
	json_t *row = planview_json(plan);

	return row != NULL && json_array_append_new(ctx, row) == 0 ? FV_OK : FV_ENOMEM;
}

void
work_one_case(struct desk_request *request, struct fv_web_answer *answer)
{
	const struct fv_store_plan_filter filter = {
	    .case_id = request->params[0], .after_day = INT64_MIN, .max = PLANS_SHOWN};
	struct fv_store_case row;
	struct fv_buf reason = {0};
	char name[FV_CASE_ID_BYTES + 16];
	json_t *object, *plans = json_array();
	enum fv_err rc;

	if (!work_case(request, answer, &row)) {
		json_decref(plans);
		return;
	}
	object = json_columns(&row);
	(void)snprintf(name, sizeof name, "closed.%s", request->params[0]);
	rc = row.is_closed ? fv_store_meta_get(request->store, name, &reason) : FV_OK;
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = add_more(request->store, request->params[0], object);
	if (rc == FV_OK)
		rc = fv_store_plan_each(request->store, &filter, take_plan, plans);
	if (rc == FV_OK &&
	    (json_object_set(object, "plans", plans) != 0 ||
		json_object_set_new(object, "reason",
		    reason.len > 0 ? fv_verb_json_span(fv_buf_span(&reason)) : json_null()) !=
		    0))
		rc = FV_ENOMEM;
	json_decref(plans);
	fv_buf_clear(&reason);
	if (rc == FV_OK) {
		desk_json(request, answer, 200, object);
		return;
	}
	json_decref(object);
	desk_failed(answer, rc);
}

static json_t *
json_base64(struct fv_span bytes)
{
	struct fv_buf text = {0};
	json_t *value;

	fv_buf_put_base64(&text, bytes.ptr, bytes.len);
	value = fv_buf_status(&text) == FV_OK ? fv_verb_json_span(fv_buf_span(&text)) : NULL;
	fv_buf_clear(&text);
	return value;
}

/* -- who ---------------------------------------------------------------------------- */

static enum fv_err
take_box(const struct fv_store_device *device, void *ctx)
{
	struct work_list *list = ctx;

	if (!device->is_approved || device->is_revoked ||
	    !desk_sees(list->request, device->agency))
		return FV_OK;
	return work_list_add(list,
	    json_pack("{s:o, s:s, s:s, s:s, s:o}", "dev",
		fv_verb_json_hex(device->dev, FV_DEV_BYTES), "officer", device->officer,
		"agency", device->agency, "team", device->team, "box",
		json_base64(fv_span_of(device->pk_box, sizeof device->pk_box))));
}

void
work_boxes(struct desk_request *request, struct fv_web_answer *answer)
{
	struct work_list list;

	if (!work_list_open(&list, request, answer))
		return;
	list.limit = SIZE_MAX; /* of one officer they are few; all are as many as handhelds */
	work_list_close(&list, answer,
	    fv_store_device_each(
		request->store, query_text(request, "officer"), take_box, &list));
}

static enum fv_err
count_box(const struct fv_store_device *device, void *ctx)
{
	size_t *count = ctx;

	*count += device->is_approved && !device->is_revoked;
	return FV_OK;
}

/* Who is on the roster, by id, and how many handhelds can open a card for him. */
void
work_officers(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	struct work_list list;
	size_t boxes;
	enum fv_err rc;

	if (!work_list_open(&list, request, answer))
		return;
	list.limit = SIZE_MAX;
	rc = fv_verb_roster(request->store, &roster, &hash);
	for (size_t i = 0;
	     rc == FV_OK && desk_sees(request, roster->agency) && i < roster->officer_count;
	     i++) {
		boxes = 0;
		rc = fv_store_device_each(
		    request->store, roster->officers[i].id, count_box, &boxes);
		if (rc == FV_OK)
			rc = work_list_add(&list,
			    json_pack("{s:s, s:s, s:I}", "id", roster->officers[i].id, "name",
				roster->officers[i].name, "handhelds", (json_int_t)boxes));
	}
	free(roster);
	work_list_close(&list, answer, rc == FV_ENOENT ? FV_OK : rc);
}

/* -- writing
 * ------------------------------------------------------------------------------------ */

void
work_assign(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *cases = json_object_get(request->body, "cases");

	if (!json_is_array(cases)) {
		desk_problem(answer, 422, "missing", "'cases' is needed: a list");
		return;
	}
	work_told(request, answer,
	    desk_write(request, answer, "case reassign",
		json_pack("{s:O, s:s}", "cases", cases, "agency", work_agency_text(request))));
}

void
work_close_case(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_case row;
	const char *reason;

	if (!work_case(request, answer, &row) ||
	    (reason = desk_text(request, answer, "reason", FV_WORK_REASON_BYTES)) == NULL)
		return;
	work_told(request, answer,
	    desk_write(request, answer, "case close",
		json_pack("{s:s, s:s}", "case", request->params[0], "reason", reason)));
}

void
work_import_cases(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *text = desk_text(request, answer, "text", DESK_BODY_MAX);

	if (text == NULL)
		return;
	work_told(request, answer,
	    desk_write(request, answer, "case import",
		json_pack("{s:s, s:s}", "file", "cases", "text", text)));
}

void
work_add_hold(struct desk_request *request, struct fv_web_answer *answer)
{
	const json_t *until = json_object_get(request->body, "until");
	struct fv_store_case row;
	const char *kind, *reason;

	if (!work_case(request, answer, &row) ||
	    (kind = desk_text(request, answer, "kind", FV_WORK_REASON_BYTES)) == NULL ||
	    (reason = desk_text(request, answer, "reason", FV_WORK_REASON_BYTES)) == NULL)
		return;
	work_told(request, answer,
	    desk_write(request, answer, "hold put",
		json_pack("{s:s, s:s, s:s, s:s}", "case", request->params[0], "kind", kind,
		    "reason", reason, "until",
		    json_is_string(until) ? json_string_value(until) : "")));
}

/* A hold that the bank's own people set is lifted by them, not by whose people it keeps
 * away.  FV_EDENIED: it is not his to lift. */
static enum fv_err
check_lift(struct desk_request *request, const struct fv_store_hold *hold)
{
	struct fv_store_account maker = {0};
	enum fv_err rc;

	if (work_agency(request) == NULL || !desk_sees(request, hold->agency))
		return FV_OK; /* what he may not see is answered as if it were not there */
	rc = fv_store_account_get(request->store, fv_span_z(hold->made_by), &maker);
	if (rc == FV_ENOENT || (rc == FV_OK && !desk_sees(request, maker.agency)))
		rc = FV_EDENIED;
	fv_wipe(&maker, sizeof maker);
	return rc;
}

void
work_lift_hold(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_hold hold = {0};
	int64_t id;
	enum fv_err rc;

	if (!work_number(request, answer, &id))
		return;
	rc = fv_store_hold_get(request->store, id, &hold);
	if (rc == FV_OK && (rc = check_lift(request, &hold)) == FV_EDENIED) {
		desk_problem(
		    answer, 403, "banks-own", "the bank set this hold; a supervisor lifts it");
		return;
	}
	work_for_reason(request, answer, rc, hold.agency, "hold lift",
	    json_pack("{s:I}", "id", (json_int_t)id));
}
