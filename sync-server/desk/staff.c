/*
 * Agencies and officers at the desk: the register, beside what the signed roster says.  A
 * manager sees and keeps his own agency's officers; agencies and their teams are kept by
 * those who keep accounts and those who sign.
 */
#include "sync-server/staff.h"

#include <string.h>

#include "sync-server/agency_paper.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/staff_show.h"
#include "sync-server/worklog.h"

#define PAGE 100
#define FILE_NAME_BYTES 201U

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

/* The certificate of return and deletion, as 'agency certificate --html' prints it. */
static void
get_certificate(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *agency = request->params[0];
	struct paper paper;
	enum fv_err rc = FV_ENOENT;

	if (!may(request, answer, DESK_READ | DESK_PEOPLE))
		return;
	memset(&paper, 0, sizeof paper);
	if (desk_sees(request, agency))
		rc = paper_gather(request->store, agency, request->now_ms, &paper);
	if (rc == FV_OK) {
		paper_put_html(&answer->body, &paper);
		rc = fv_buf_status(&answer->body);
	}
	paper_clear(&paper);
	if (rc != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	answer->status = 200;
	answer->type = "text/html; charset=utf-8";
	fv_web_put(answer, "Content-Disposition",
	    "attachment; filename=\"certificate-%s.html\"", agency);
	fv_web_put(answer, "Cache-Control", "no-store");
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
	json_t *ask = json_pack("{s:s, s:s}", "id", id, "bound", request->who->agency), *told;
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

/* For good: who ran it has no access, and its handhelds lose their cases. */
static void
close_agency(struct desk_request *request, struct fv_web_answer *answer)
{
	static const char *const members[] = {NULL};

	if (may(request, answer, DESK_PEOPLE | DESK_NOTES))
		change(request, answer, "agency close", request->params[0], members);
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

/* -- who may not be sent -------------------------------------------------------------- */

/* Is this what the verb knows: {what, reason, ends_ms, on}? */
static bool
is_bar(struct desk_request *request, struct fv_web_answer *answer, const char *what)
{
	const char *reason = json_string_value(json_object_get(request->body, "reason"));
	const json_t *ends = json_object_get(request->body, "ends_ms");
	const bool is_disable = strcmp(what, "disable") == 0;

	if (is_disable && (reason == NULL || !fv_worklog_is_reason(reason, staff_reasons)))
		desk_problem(answer, 422, "bad-reason",
		    "reason: is none of left, leave, conduct, training, other");
	else if (strcmp(what, "expire") == 0 && ends != NULL && !json_is_null(ends) &&
	    !json_is_integer(ends))
		desk_problem(answer, 422, "bad-time", "ends_ms: is not a time");
	else if (is_disable || strcmp(what, "enable") == 0 || strcmp(what, "expire") == 0)
		return true;
	else
		desk_problem(
		    answer, 422, "bad-what", "what: is none of disable, enable, expire");
	return false;
}

static void
bar_officer(struct desk_request *request, struct fv_web_answer *answer)
{
	static const char *const members[] = {"what", "reason", "on", "ends_ms", NULL};
	const char *what;

	if (may(request, answer, DESK_PEOPLE | DESK_WORK) &&
	    (what = desk_text(request, answer, "what", FV_ID_BYTES)) != NULL &&
	    is_bar(request, answer, what) && is_own(request, answer))
		change(request, answer, "officer bar", request->params[0], members);
}

/* -- tables --------------------------------------------------------------------------- */

/* {file, text, serials, check}: a table of officers or agencies, all or none. */
static void
import(struct desk_request *request, struct fv_web_answer *answer, bool of_agencies)
{
	const char *file = desk_text(request, answer, "file", FILE_NAME_BYTES), *text;
	const bool is_dry = json_is_true(json_object_get(request->body, "check"));
	json_t *told;

	if (file == NULL || (text = desk_text(request, answer, "text", DESK_BODY_MAX)) == NULL)
		return;
	told = desk_write(request, answer, is_dry ? "staff check" : "staff import",
	    json_pack("{s:s, s:s, s:b, s:b, s:s}", "file", file, "text", text, "serials",
		json_is_true(json_object_get(request->body, "serials")), "agencies",
		of_agencies, "agency", request->who->agency));
	if (told == NULL)
		return;
	(void)json_object_del(told, "exit");
	desk_json(request, answer, 200, told);
}

static void
import_officers(struct desk_request *request, struct fv_web_answer *answer)
{
	if (may(request, answer, DESK_PEOPLE | DESK_WORK))
		import(request, answer, false);
}

static void
import_agencies(struct desk_request *request, struct fv_web_answer *answer)
{
	if (may(request, answer, DESK_PEOPLE | DESK_NOTES))
		import(request, answer, true);
}

const struct desk_route desk_routes_staff[] = {
    {"GET", "/agencies", DESK_SELF, get_agencies},
    {"POST", "/agencies", DESK_SELF, add_agency},
    {"POST", "/agencies/{agency}", DESK_SELF, set_agency},
    {"GET", "/agencies/{agency}/certificate", DESK_SELF, get_certificate},
    {"POST", "/agencies/{agency}/close", DESK_SELF, close_agency},
    {"GET", "/staff", DESK_SELF, get_staff},
    {"POST", "/staff", DESK_SELF, add_officer},
    {"POST", "/staff/{officer}", DESK_SELF, set_officer},
    {"POST", "/staff/{officer}/bar", DESK_SELF, bar_officer},
    {"POST", "/import/staff", DESK_SELF, import_officers},
    {"POST", "/import/agencies", DESK_SELF, import_agencies},
    {NULL, NULL, 0, NULL},
};
