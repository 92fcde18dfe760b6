/* The first view, and what people decide. */
#include <string.h>

#include "sync-server/desk/queue.h"
#include "sync-server/reasons.h"
#include "sync-server/rejudge.h"
#include "sync-server/store/care.h"
#include "sync-server/store/work.h"
#include "sync-server/verb.h"

#define COUNT_MAX 10000U /* counted so far, then "10000 and more" */
#define SILENT_MS (24 * INT64_C(3600000))

static enum fv_err
add_count(json_t *list, const char *what, uint64_t count, const char *link)
{
	return json_array_append_new(list,
		   json_pack("{s:s, s:I, s:b, s:s}", "what", what, "count", (json_int_t)count,
		       "more", count >= COUNT_MAX, "link", link)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* Visits with something new, and what waits whenever it came. */
static enum fv_err
count_visits(struct desk_request *request, uint64_t change, json_t *list)
{
	const char *agency = request->who->agency[0] != '\0' ? request->who->agency : NULL;
	uint64_t fails = 0, reviews = 0, all = 0;
	enum fv_err rc = fv_store_queue_count_since(
	    request->store, change, 1, 5, agency, COUNT_MAX, &fails);

	if (rc == FV_OK)
		rc = fv_store_queue_count_since(request->store, change, 6, FV_QUEUE_RANK_OPEN,
		    agency, COUNT_MAX, &reviews);
	if (rc == FV_OK)
		rc = fv_store_queue_count_since(
		    request->store, 0, 1, FV_QUEUE_RANK_OPEN, agency, COUNT_MAX, &all);
	if (rc == FV_OK)
		rc = add_count(list, "fails", fails, "/queue?verdict=fail");
	if (rc == FV_OK)
		rc = add_count(list, "reviews", reviews, "/queue?verdict=review");
	return rc == FV_OK ? add_count(list, "open", all, "/queue") : rc;
}

static enum fv_err
count_complaints(struct desk_request *request, const char *agency, json_t *list)
{
	int64_t open = 0, overdue = 0;
	enum fv_err rc =
	    fv_store_care_count(request->store, agency, request->now_ms, &open, &overdue);

	return rc == FV_OK ? add_count(list, "complaints", (uint64_t)open, "/complaints") : rc;
}

static enum fv_err
count_exceptions(struct desk_request *request, const char *agency, json_t *list)
{
	uint64_t open;
	enum fv_err rc = fv_store_exception_count(
	    request->store, agency, request->now_ms, COUNT_MAX, &open);

	return rc == FV_OK ? add_count(list, "exceptions", open, "/exceptions") : rc;
}

static enum fv_err
count_rest(struct desk_request *request, json_t *list)
{
	const char *agency = request->who->agency[0] != '\0' ? request->who->agency : NULL;
	uint64_t sos = 0, silent = 0;
	enum fv_err rc = fv_store_sos_count(request->store, agency, &sos);

	if (rc == FV_OK)
		rc = fv_store_silent_count(
		    request->store, request->now_ms - SILENT_MS, agency, &silent);
	if (rc == FV_OK)
		rc = add_count(list, "sos", sos, "/");
	if (rc == FV_OK)
		rc = add_count(list, "silent", silent, "/devices");
	if (rc == FV_OK)
		rc = count_exceptions(request, agency, list);
	if (rc == FV_OK && (request->who->rights & DESK_COMPLAINTS) != 0)
		rc = count_complaints(request, agency, list);
	return rc;
}

void
queue_since(struct desk_request *request, struct fv_web_answer *answer)
{
	struct rejudge_state state;
	json_t *list = json_array();
	uint64_t change = 0;
	int64_t at_ms = 0;
	enum fv_err rc =
	    fv_store_looked_get(request->store, request->who->id, &change, &at_ms);

	if (rc == FV_OK || rc == FV_ENOENT)
		rc = count_visits(request, change, list);
	if (rc == FV_OK)
		rc = count_rest(request, list);
	if (rc == FV_OK)
		rc = rejudge_state(request->store, &state);
	if (rc != FV_OK) {
		json_decref(list);
		desk_failed(answer, rc);
		return;
	}
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:I, s:o, s:I}", "looked_ms",
		at_ms != 0 ? json_integer((json_int_t)at_ms) : json_null(), "change",
		(json_int_t)change, "counts", list, "waiting", (json_int_t)state.waiting));
}

static void
pass_on(struct desk_request *request, struct fv_web_answer *answer, const char *verb,
    json_t *members)
{
	json_t *result;

	if (members == NULL) {
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	if ((result = desk_write(request, answer, verb, members)) == NULL)
		return;
	(void)json_object_del(result, "text");
	(void)json_object_del(result, "exit");
	desk_json(request, answer, 200, result);
}

void
queue_looked(struct desk_request *request, struct fv_web_answer *answer)
{
	pass_on(request, answer, "looked", json_object());
}

void
queue_reasons(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *reasons;
	enum fv_err rc = reasons_load(request->store, &reasons);

	if (rc != FV_OK)
		desk_failed(answer, rc);
	else
		desk_json(
		    request, answer, 200, json_pack("{s:o, s:n}", "rows", reasons, "next"));
}

/* {decision, reason, text, findings: [{finding, inputs_hash}]}: as they were shown. */
static void
decide(struct desk_request *request, struct fv_web_answer *answer, const char *verb)
{
	const char *decision = desk_text(request, answer, "decision", 16);
	const char *reason =
	    decision != NULL ? desk_text(request, answer, "reason", FV_REASON_BYTES) : NULL;
	const json_t *text = json_object_get(request->body, "text");
	json_t *findings = json_object_get(request->body, "findings");

	if (reason == NULL)
		return;
	if (!json_is_array(findings)) {
		desk_problem(answer, 422, "missing",
		    "'findings' is needed: the findings as they were listed");
		return;
	}
	pass_on(request, answer, verb,
	    json_pack("{s:s, s:s, s:s, s:O}", "decision", decision, "reason", reason, "text",
		json_is_string(text) ? json_string_value(text) : "", "findings", findings));
}

void
queue_review(struct desk_request *request, struct fv_web_answer *answer)
{
	decide(request, answer, "review");
}

void
queue_propose(struct desk_request *request, struct fv_web_answer *answer)
{
	decide(request, answer, "propose");
}
