/* Planned visits: the list, one by hand, a file of them, and why one was not made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/work_in.h"
#include "sync-server/planning.h"
#include "sync-server/planview.h"

static enum fv_err
take_plan(const struct fv_store_plan *plan, void *ctx)
{
	struct work_list *list = ctx;
	json_t *row = planview_json(plan);
	char zone[64];

	if (row != NULL &&
	    json_object_set_new(row, "zone",
		json_string(
		    work_zone(list->request->store, plan->case_id, zone, sizeof zone))) != 0) {
		json_decref(row);
		row = NULL;
	}
	(void)snprintf(
	    list->next, sizeof list->next, "%" PRId64 ".%" PRId64, plan->day, plan->id);
	return work_list_add(list, row);
}

/* The word of ?state as a number; false: there is none of it. */
static bool
read_state(const char *word, uint32_t *out)
{
	*out = 0;
	if (word == NULL || word[0] == '\0' || strcmp(word, "all") == 0)
		return true;
	for (uint32_t s = FV_PLANNED_OPEN; s <= FV_PLANNED_CLOSED; s++)
		if (strcmp(word, planview_state((enum fv_plan_state)s)) == 0)
			*out = s;
	return *out != 0;
}

void
work_plans(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *after = fv_web_query(request->web, "after");
	const char *officer = fv_web_query(request->web, "officer");
	struct fv_store_plan_filter filter = {
	    .agency = work_agency(request), .after_day = INT64_MIN};
	struct work_list list;

	if (!desk_query_day(request, answer, "from", &filter.has_from, &filter.from_day) ||
	    !desk_query_day(request, answer, "to", &filter.has_to, &filter.to_day))
		return;
	if (!read_state(fv_web_query(request->web, "state"), &filter.state) ||
	    (after != NULL && after[0] != '\0' &&
		sscanf(after, "%" SCNd64 ".%" SCNd64, &filter.after_day, &filter.after_id) !=
		    2)) {
		desk_problem(answer, 422, "bad-query",
		    "'state' is open, made, closed or all; 'after' is what 'next' said");
		return;
	}
	if (!work_list_open(&list, request, answer))
		return;
	filter.officer = officer != NULL && officer[0] != '\0' ? officer : NULL;
	filter.max = list.limit;
	work_list_close(
	    &list, answer, fv_store_plan_each(request->store, &filter, take_plan, &list));
}

/* What the rules say of it, and nothing is kept. */
void
work_check_plan(struct desk_request *request, struct fv_web_answer *answer)
{
	struct planfile_fault fault = {.column = "", .rule = ""};
	struct planfile_row row = {0};
	struct planning planning;
	const char *rule = NULL, *column = "";
	json_t *value;
	enum fv_err rc =
	    planning_open(request->store, work_agency(request), request->now_ms, &planning);

	if (rc == FV_OK && planning_entry(request->body, &row, &fault) != FV_OK) {
		rule = fault.rule;
		column = fault.column;
	} else if (rc == FV_OK && (rc = planning_try(&planning, &row)) == FV_EDENIED) {
		rule = planning.rule;
		column = planning.column;
		rc = FV_OK;
	}
	if (rc == FV_OK) {
		value = planning_json(&planning);
		if (value != NULL)
			(void)json_object_set_new(
			    value, "column", rule != NULL ? json_string(column) : json_null());
		if (value != NULL)
			(void)json_object_set_new(
			    value, "refused", rule != NULL ? json_string(rule) : json_null());
		desk_json(request, answer, 200, value);
	} else {
		desk_failed(answer, rc);
	}
	planning_close(&planning);
}

void
work_add_plan(struct desk_request *request, struct fv_web_answer *answer)
{
	if (request->body == NULL) {
		desk_problem(answer, 422, "missing", "the body is a planned visit");
		return;
	}
	work_told(request, answer,
	    desk_write(request, answer, "plan add",
		json_pack("{s:O, s:s}", "entry", request->body, "agency",
		    work_agency_text(request))));
}

void
work_import_plans(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *text = desk_text(request, answer, "text", DESK_BODY_MAX);

	if (text == NULL)
		return;
	work_told(request, answer,
	    desk_write(request, answer, "plan import",
		json_pack("{s:s, s:s, s:s}", "file", "plan", "text", text, "agency",
		    work_agency_text(request))));
}

void
work_close_plan(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_plan plan = {0};
	int64_t id;
	enum fv_err rc;

	if (!work_number(request, answer, &id))
		return;
	rc = fv_store_plan_get(request->store, id, &plan);
	work_for_reason(request, answer, rc, plan.agency, "plan close",
	    json_pack("{s:I}", "id", (json_int_t)id));
}
