/* Complaints at the desk: the inbox, one of them, what a supervisor does with it, and the
 * codes that wait for their visits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/care_show.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/verb.h"

#define PAGE 50
#define CURSOR_BYTES 48U
#define CODES_MAX 200U

/* -- the inbox ------------------------------------------------------------------------ */

/* One page of the list: a row more than asked for tells whether there is another. */
struct inbox {
	struct desk_request *request;
	json_t *rows; /* owned */
	size_t count, limit;
	int64_t last_ms, last_no;
	bool is_more;
};

static enum fv_err
add_row(const struct fv_store_care *row, void *ctx)
{
	struct inbox *inbox = ctx;
	json_t *object;

	if (!desk_sees(inbox->request, row->agency))
		return FV_OK;
	if (inbox->count == inbox->limit) {
		inbox->is_more = true;
		return FV_OK;
	}
	inbox->count++;
	inbox->last_ms = row->deadline_ms;
	inbox->last_no = row->no;
	object = care_json(inbox->request->store, row, inbox->request->now_ms);
	return object != NULL && json_array_append_new(inbox->rows, object) == 0 ? FV_OK
										 : FV_ENOMEM;
}

/* "DEADLINE-NUMBER" of the row before.  False after a problem was answered. */
static bool
read_cursor(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_care_query *query)
{
	const char *after = fv_web_query(request->web, "after");
	const char *dash = after != NULL ? strchr(after, '-') : NULL;
	uint64_t ms, no;

	if (after == NULL || after[0] == '\0')
		return true;
	if (dash == NULL ||
	    fv_decimal_decode(fv_span_of(after, (size_t)(dash - after)), INT64_MAX, &ms) !=
		FV_OK ||
	    fv_decimal_decode(fv_span_z(dash + 1), INT64_MAX, &no) != FV_OK) {
		desk_problem(answer, 422, "bad-cursor",
		    "'after' is not the 'next' of a list; leave it out to begin anew");
		return false;
	}
	query->after_deadline_ms = (int64_t)ms;
	query->after_no = (int64_t)no;
	return true;
}

static bool
read_state(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_care_query *query)
{
	const char *state = fv_web_query(request->web, "state");

	if (state == NULL || state[0] == '\0')
		return true;
	query->has_state = true;
	query->is_overdue = strcmp(state, "overdue") == 0;
	query->state = strcmp(state, "answered") == 0 ? FV_CARE_ANSWERED : FV_CARE_OPEN;
	if (query->is_overdue || query->state == FV_CARE_ANSWERED ||
	    strcmp(state, "open") == 0)
		return true;
	desk_problem(answer, 422, "bad-state", "'state' is open, answered or overdue");
	return false;
}

/* What somebody of one agency may ask for; of another's there is nothing. */
static const char *
agency_of(const struct desk_request *request)
{
	const char *asked = fv_web_query(request->web, "agency");

	if (request->who->agency[0] != '\0')
		return request->who->agency;
	return asked != NULL && asked[0] != '\0' ? asked : NULL;
}

static json_t *
put_page(const struct inbox *inbox, int64_t open, int64_t overdue)
{
	char next[CURSOR_BYTES];

	(void)snprintf(next, sizeof next, "%lld-%lld", (long long)inbox->last_ms,
	    (long long)inbox->last_no);
	return json_pack("{s:O, s:o, s:I, s:I}", "rows", inbox->rows, "next",
	    inbox->is_more ? json_string(next) : json_null(), "open", (json_int_t)open,
	    "overdue", (json_int_t)overdue);
}

static void
list_complaints(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *case_id = fv_web_query(request->web, "case");
	struct fv_store_care_query query = {.agency = agency_of(request),
	    .case_id = case_id != NULL && case_id[0] != '\0' ? case_id : NULL,
	    .now_ms = request->now_ms};
	struct inbox inbox = {.request = request};
	int64_t limit, open, overdue;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit) ||
	    !read_cursor(request, answer, &query) || !read_state(request, answer, &query))
		return;
	inbox.limit = (size_t)limit;
	query.max = inbox.limit + 1;
	inbox.rows = json_array();
	rc = inbox.rows != NULL ? fv_store_care_list(request->store, &query, add_row, &inbox)
				: FV_ENOMEM;
	if (rc == FV_OK)
		rc = fv_store_care_count(
		    request->store, query.agency, request->now_ms, &open, &overdue);
	if (rc == FV_OK)
		desk_json(request, answer, 200, put_page(&inbox, open, overdue));
	else
		desk_failed(answer, rc);
	json_decref(inbox.rows);
}

/* -- one ------------------------------------------------------------------------------- */

/* The complaint of the path, when this person may see it.  False after a problem. */
static bool
find_one(struct desk_request *request, struct fv_web_answer *answer, struct fv_store_care *row)
{
	int64_t no;
	enum fv_err rc = care_id_read(request->params[0], &no);

	if (rc == FV_OK)
		rc = fv_store_care_get(request->store, no, row);
	if (rc == FV_OK && desk_sees(request, row->agency))
		return true;
	if (rc == FV_OK || rc == FV_ENOENT || rc == FV_EFORMAT)
		desk_problem(answer, 404, "no-complaint", "there is no such complaint");
	else
		desk_failed(answer, rc);
	return false;
}

static void
get_complaint(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_care row;

	if (find_one(request, answer, &row))
		desk_json(
		    request, answer, 200, care_json(request->store, &row, request->now_ms));
}

/* The answer of a verb, without what is for a terminal. */
static void
give(struct desk_request *request, struct fv_web_answer *answer, json_t *told)
{
	json_t *complaint;

	if (told == NULL)
		return;
	complaint = json_incref(json_object_get(told, "complaint"));
	if (complaint == NULL) {
		json_object_del(told, "text");
		json_object_del(told, "exit");
		complaint = json_incref(told);
	}
	json_decref(told);
	desk_json(request, answer, 200, complaint);
}

static void
open_complaint(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_care row;

	if (find_one(request, answer, &row))
		give(request, answer,
		    desk_write(request, answer, "complaint open",
			json_pack("{s:s}", "id", request->params[0])));
}

/* -- deciding ---------------------------------------------------------------------------- */

static json_t *
make_decision(const struct desk_request *request, const char *decision, const char *reason)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "id", request->params[0], "by_officer",
	    request->who->officer, "decision", decision, "reason", reason);
}

static void
answer_complaint(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *decision, *reason, *text;
	struct fv_store_care row;
	json_t *asked;

	if (!find_one(request, answer, &row) ||
	    (decision = desk_text(request, answer, "decision", 32)) == NULL ||
	    (reason = desk_text(request, answer, "reason", 32)) == NULL)
		return;
	text = json_string_value(json_object_get(request->body, "text"));
	asked = make_decision(request, decision, reason);
	if (asked != NULL && text != NULL)
		json_object_set_new(asked, "text", json_string(text));
	give(request, answer, desk_write(request, answer, "complaint answer", asked));
}

static void
propose(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *decision, *reason;
	struct fv_store_care row;
	json_t *asked;

	if (!find_one(request, answer, &row) ||
	    (decision = desk_text(request, answer, "decision", 32)) == NULL ||
	    (reason = desk_text(request, answer, "reason", 32)) == NULL)
		return;
	asked = make_decision(request, decision, reason);
	if (asked != NULL)
		json_object_set_new(asked, "propose", json_true());
	give(request, answer, desk_write(request, answer, "complaint answer", asked));
}

static void
hold_complaint(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_care row;
	const char *how, *reason;

	if (!find_one(request, answer, &row) ||
	    (how = desk_text(request, answer, "do", 16)) == NULL ||
	    (reason = desk_text(request, answer, "reason", 32)) == NULL)
		return;
	give(request, answer,
	    desk_write(request, answer, "complaint hold",
		json_pack("{s:s, s:s, s:s, s:s}", "id", request->params[0], "by_officer",
		    request->who->officer, "do", how, "reason", reason)));
}

static void
link_complaint(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_care row;
	const char *case_id;

	if (!find_one(request, answer, &row) ||
	    (case_id = desk_text(request, answer, "case", FV_CASE_ID_BYTES)) == NULL)
		return;
	give(request, answer,
	    desk_write(request, answer, "complaint link",
		json_pack("{s:s, s:s, s:s}", "id", request->params[0], "by_officer",
		    request->who->officer, "case", case_id)));
}

/* -- codes that wait --------------------------------------------------------------------- */

struct codes {
	json_t *rows; /* owned */
	int64_t now_ms;
};

static enum fv_err
add_code(const struct fv_hash *slip, int64_t first_ms, void *ctx)
{
	struct codes *c = ctx;
	char name[17];

	for (size_t i = 0; i < 8; i++)
		(void)snprintf(name + 2 * i, 3, "%02x", slip->b[i]);
	return json_array_append_new(c->rows,
		   json_pack("{s:s, s:o, s:b}", "code", name, "entered",
		       fv_verb_json_time(true, first_ms), "overdue",
		       (int)(c->now_ms - first_ms >= CARE_MISSING_MS))) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* Whose visits they are is not known, so they are shown to those who see every agency. */
static void
list_codes(struct desk_request *request, struct fv_web_answer *answer)
{
	struct codes c = {.rows = json_array(), .now_ms = request->now_ms};
	enum fv_err rc = c.rows != NULL ? FV_OK : FV_ENOMEM;

	if (rc == FV_OK && request->who->agency[0] == '\0')
		rc = fv_store_code_each(request->store, INT64_MAX, CODES_MAX, add_code, &c);
	if (rc == FV_OK)
		desk_json(
		    request, answer, 200, json_pack("{s:O, s:n}", "rows", c.rows, "next"));
	else
		desk_failed(answer, rc);
	json_decref(c.rows);
}

const struct desk_route desk_routes_care[] = {
    {"GET", "/complaints", DESK_COMPLAINTS, list_complaints},
    {"GET", "/complaints/{id}", DESK_COMPLAINTS, get_complaint},
    {"POST", "/complaints/{id}/open", DESK_COMPLAINTS | DESK_READ, open_complaint},
    {"POST", "/complaints/{id}/answer", DESK_ANSWER, answer_complaint},
    {"POST", "/complaints/{id}/propose", DESK_PROPOSE, propose},
    {"POST", "/complaints/{id}/hold", DESK_ANSWER, hold_complaint},
    {"POST", "/complaints/{id}/link", DESK_ANSWER, link_complaint},
    {"GET", "/codes/waiting", DESK_COMPLAINTS, list_codes},
    {NULL, NULL, 0, NULL},
};
