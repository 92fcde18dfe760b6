/*
 * Agencies and officers at the desk: the register, beside what the signed roster says.  A
 * manager sees and keeps his own agency's officers; agencies and their teams are kept by
 * those who keep accounts and those who sign.
 */
#include "sync-server/staff.h"

#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/staff_show.h"

#define PAGE 100

/* True when he has one of these rights; else the refusal is answered. */
static bool
may(const struct desk_request *request, struct fv_web_answer *answer, unsigned rights)
{
	if ((request->who->rights & rights) != 0)
		return true;
	desk_problem(answer, 403, "forbidden", "your role may not do that");
	return false;
}

/* -- lists ---------------------------------------------------------------------------- */

/* Answer a page of `list`, whose rows are in the order of member `id`.  Takes: list. */
static void
answer_page(
    struct desk_request *request, struct fv_web_answer *answer, json_t *list, const char *id)
{
	const char *after = fv_web_query(request->web, "after"), *last = NULL, *at;
	json_t *rows = json_array(), *row;
	bool has_more = false;
	int64_t limit;
	size_t i;

	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit)) {
		json_decref(rows);
		json_decref(list);
		return;
	}
	json_array_foreach(list, i, row)
	{
		at = json_string_value(json_object_get(row, id));
		if (after != NULL && strcmp(at, after) <= 0)
			continue;
		if ((has_more = json_array_size(rows) == (size_t)limit))
			break;
		(void)json_array_append(rows, row);
		last = at;
	}
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", rows, "next",
		has_more ? json_string(last) : json_null()));
	json_decref(list);
}

static void
get_agencies(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *list, *row;
	enum fv_err rc;

	if (!may(request, answer, DESK_READ | DESK_PEOPLE))
		return;
	if ((rc = staff_agencies(request->store, false, &list)) != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	for (size_t i = json_array_size(list); i-- > 0;) {
		row = json_array_get(list, i);
		if (!desk_sees(request, json_string_value(json_object_get(row, "agency"))))
			(void)json_array_remove(list, i);
	}
	answer_page(request, answer, list, "agency");
}

static int
compare_officers(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(json_string_value(json_object_get(*x, "officer")),
	    json_string_value(json_object_get(*y, "officer")));
}

/* In the order of their ids, those whom only the roster knows among them.  Takes: list. */
static json_t *
sorted(json_t *list)
{
	const size_t count = json_array_size(list);
	json_t **rows = calloc(count + 1, sizeof *rows);
	json_t *out = rows != NULL ? json_array() : NULL;

	for (size_t i = 0; out != NULL && i < count; i++)
		rows[i] = json_array_get(list, i);
	if (out != NULL)
		qsort(rows, count, sizeof *rows, compare_officers);
	for (size_t i = 0; out != NULL && i < count; i++)
		(void)json_array_append(out, rows[i]);
	free(rows);
	json_decref(list);
	return out;
}

/* Officers of the agency that is asked for, and of a manager's own in any case. */
static void
get_staff(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *agency = fv_web_query(request->web, "agency");
	json_t *list;
	enum fv_err rc;

	if (!may(request, answer, DESK_READ | DESK_PEOPLE))
		return;
	if (request->who->agency[0] != '\0')
		agency = request->who->agency;
	else if (agency != NULL && agency[0] == '\0')
		agency = NULL;
	rc = staff_officers(request->store, agency, request->now_ms, &list);
	if (rc == FV_ENOENT) {
		list = json_array();
		rc = FV_OK;
	}
	if (rc == FV_OK && (list = sorted(list)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		answer_page(request, answer, list, "officer");
	else
		desk_failed(answer, rc);
}

/* -- changes -------------------------------------------------------------------------- */

/* Run the verb with these members of the body, and answer what it told. */
static void
change(struct desk_request *request, struct fv_web_answer *answer, const char *verb,
    const char *id, const char *const *members)
{
	json_t *ask = json_pack("{s:s}", "id", id), *told;
	json_t *value;

	for (; ask != NULL && *members != NULL; members++) {
		value = json_object_get(request->body, *members);
		if (value != NULL && json_object_set(ask, *members, value) != 0) {
			json_decref(ask);
			ask = NULL;
		}
	}
	if ((told = desk_write(request, answer, verb, ask)) == NULL)
		return;
	(void)json_object_del(told, "exit");
	desk_json(request, answer, 200, told);
}

static const char *const agency_members[] = {"name", "teams", "dates", NULL};
static const char *const officer_members[] = {"agency", "team", "badge", "dates", NULL};

static void
add_agency(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *id;

	if (may(request, answer, DESK_PEOPLE | DESK_NOTES) &&
	    (id = desk_text(request, answer, "id", FV_ID_BYTES)) != NULL)
		change(request, answer, "agency add", id, agency_members);
}

static void
set_agency(struct desk_request *request, struct fv_web_answer *answer)
{
	if (may(request, answer, DESK_PEOPLE | DESK_NOTES))
		change(request, answer, "agency set", request->params[0], agency_members);
}

/* A manager gives officers to his own agency only. */
static bool
gives_own(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *agency = json_string_value(json_object_get(request->body, "agency"));

	if (agency == NULL || desk_sees(request, agency))
		return true;
	desk_problem(answer, 422, "not-your-agency", "agency: it is not yours");
	return false;
}

/* The officer of the path, when he may be seen: false after a 404. */
static bool
is_own(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_staff staff;
	const enum fv_err rc =
	    fv_store_staff_get(request->store, fv_span_z(request->params[0]), &staff);

	if (rc == FV_OK && desk_sees(request, staff.agency))
		return true;
	if (rc != FV_OK && rc != FV_ENOENT)
		desk_failed(answer, rc);
	else
		desk_problem(
		    answer, 404, "no-officer", "no officer of this id in the register");
	return false;
}

static void
add_officer(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *id;

	if (may(request, answer, DESK_PEOPLE | DESK_WORK) &&
	    (id = desk_text(request, answer, "id", FV_ID_BYTES)) != NULL &&
	    desk_text(request, answer, "agency", FV_ID_BYTES) != NULL &&
	    gives_own(request, answer))
		change(request, answer, "officer add", id, officer_members);
}

static void
set_officer(struct desk_request *request, struct fv_web_answer *answer)
{
	if (may(request, answer, DESK_PEOPLE | DESK_WORK) && is_own(request, answer) &&
	    gives_own(request, answer))
		change(request, answer, "officer set", request->params[0], officer_members);
}

const struct desk_route desk_routes_staff[] = {
    {"GET", "/agencies", DESK_SELF, get_agencies},
    {"POST", "/agencies", DESK_SELF, add_agency},
    {"POST", "/agencies/{agency}", DESK_SELF, set_agency},
    {"GET", "/staff", DESK_SELF, get_staff},
    {"POST", "/staff", DESK_SELF, add_officer},
    {"POST", "/staff/{officer}", DESK_SELF, set_officer},
    {NULL, NULL, 0, NULL},
};
