/* The findings queue: pages of visits, causes, and the findings of one cause. */
#include "sync-server/desk/queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/audit.h"
#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/desk/routes.h"
#include "sync-server/reasons.h"
#include "sync-server/verb.h"

#define PAGE 50
#define CURSOR_BYTES 160U

/* -- filters -------------------------------------------------------------------------- */

/* A text of the address, NULL when it is not there. */
static const char *
asked(struct desk_request *request, const char *name)
{
	const char *text = fv_web_query(request->web, name);

	return text == NULL || text[0] == '\0' ? NULL : text;
}

/* Ranks of a verdict, a severity and a state: bit r for rank r. */
static bool
read_ranks(struct desk_request *request, struct fv_web_answer *answer, uint32_t *out)
{
	const char *verdict = asked(request, "verdict");
	const char *state = asked(request, "reviewed");
	uint32_t open = 0;
	int64_t severity;

	if (!desk_query_int(request, answer, "severity", 1, 5, 0, &severity))
		return false;
	for (uint32_t s = 1; s <= 5; s++) {
		if (severity != 0 && s != (uint32_t)severity)
			continue;
		if (verdict == NULL || strcmp(verdict, "fail") == 0)
			open |= 1U << s;
		if (verdict == NULL || strcmp(verdict, "review") == 0)
			open |= 1U << (s + 5);
	}
	*out = open;
	if (state != NULL && strcmp(state, "decided") == 0)
		*out = open << 10;
	else if (state != NULL && strcmp(state, "all") == 0)
		*out = open | open << 10 |
		    (verdict == NULL && severity == 0 ? 1U << FV_QUEUE_RANK_CLEAN : 0U);
	else if (state != NULL && strcmp(state, "open") != 0)
		*out = 0;
	if (*out != 0)
		return true;
	desk_problem(answer, 422, "bad-query",
	    "'verdict' is fail or review; 'reviewed' is open, decided or all");
	return false;
}

/* "RANK:MS:CONTACT" of the last row of the page before. */
static bool
read_cursor(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_queue_filter *out)
{
	const char *text = asked(request, "after"), *at;
	char *end;

	if (text == NULL)
		return true;
	out->after_rank = (uint32_t)strtoul(text, &end, 10);
	if (*end == ':') {
		out->after_ms = strtoll(end + 1, &end, 10);
		at = end + 1;
		if (*end == ':' && out->after_rank >= 1 &&
		    out->after_rank <= FV_QUEUE_RANK_CLEAN && *at != '\0') {
			out->after_contact = at;
			return true;
		}
	}
	desk_problem(answer, 422, "bad-query", "'after' is what 'next' of a page said");
	return false;
}

bool
queue_filter(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_queue_filter *out)
{
	const char *provisional = asked(request, "provisional");
	int64_t limit;

	memset(out, 0, sizeof *out);
	out->agency = asked(request, "agency");
	out->officer = asked(request, "officer");
	out->rule = asked(request, "rule");
	if (out->agency != NULL && !desk_sees(request, out->agency)) {
		desk_failed(answer, FV_ENOENT);
		return false;
	}
	if (request->who->agency[0] != '\0')
		out->agency = request->who->agency;
	if (!desk_query_day(request, answer, "from", &out->has_from, &out->from_day) ||
	    !desk_query_day(request, answer, "until", &out->has_until, &out->until_day))
		return false;
	if (asked(request, "day") != NULL) {
		if (!desk_query_day(request, answer, "day", &out->has_from, &out->from_day))
			return false;
		out->has_until = out->has_from;
		out->until_day = out->from_day;
	}
	out->has_provisional = provisional != NULL;
	out->is_provisional = provisional != NULL && strcmp(provisional, "yes") == 0;
	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit) ||
	    !read_ranks(request, answer, &out->ranks) || !read_cursor(request, answer, out))
		return false;
	out->limit = (size_t)limit;
	return true;
}

/* -- rows ----------------------------------------------------------------------------- */

json_t *
queue_open_json(const struct fv_store_open *f)
{
	const char *decision = reasons_decision_word(f->decision);

	return json_pack(
	    "{s:o, s:o, s:o, s:o, s:s, s:I, s:b, s:o, s:o, s:I, s:{s:o, s:o}, s:o}", "finding",
	    fv_verb_json_hex(f->id, sizeof f->id), "contact", fv_verb_json_span(f->contact),
	    "pack", fv_verb_json_span(f->pack), "rule", fv_verb_json_span(f->rule), "verdict",
	    fv_verdict_word((enum fv_verdict)f->verdict), "severity", (json_int_t)f->severity,
	    "provisional", f->is_provisional, "cause", fv_verb_json_span(f->cause),
	    "inputs_hash", fv_verb_json_hex(f->inputs_hash.b, FV_HASH_BYTES), "since_ms",
	    (json_int_t)f->since_ms, "why", "en", fv_verb_json_span(f->why_en), "zh",
	    fv_verb_json_span(f->why_zh), "decision",
	    decision != NULL ? json_string(decision) : json_null());
}

static enum fv_err
keep_worst(const struct fv_store_open *finding, void *ctx)
{
	json_t **worst = ctx;

	*worst = queue_open_json(finding);
	return *worst != NULL ? FV_OK : FV_ENOMEM;
}

enum fv_err
queue_row_json(struct fv_store *store, const struct fv_store_visit *v, json_t **out)
{
	const char *state = v->rank <= FV_QUEUE_RANK_OPEN ? "open"
	    : v->rank <= FV_QUEUE_RANK_DECIDED            ? "decided"
							  : "clean";
	const char *channel = fv_code_word(FV_CODES_CHANNEL, v->channel);
	char day[FV_INSTANT_TEXT_BYTES];
	json_t *worst = NULL;
	enum fv_err rc = fv_store_open_each(store, v->contact, 1, keep_worst, &worst);

	*out = NULL;
	if (rc != FV_OK)
		return rc;
	(void)fv_instant_format(v->day * FV_MS_PER_DAY, 0, true, day);
	*out = json_pack(
	    "{s:o, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o, s:o, s:s, s:i, s:i, s:i, s:i,"
	    " s:i, s:b, s:I, s:o}",
	    "contact", fv_verb_json_span(v->contact), "case", fv_verb_json_span(v->case_id),
	    "agency", fv_verb_json_span(v->agency), "team", fv_verb_json_span(v->team),
	    "officer", fv_verb_json_span(v->officer), "channel",
	    channel != NULL ? channel : "", "begin_ms", (json_int_t)v->begin_ms, "end_ms",
	    v->has_end ? json_integer((json_int_t)v->end_ms) : json_null(), "day",
	    json_stringn(day, 10), "zone", fv_verb_json_span(v->zone), "state", state, "fails",
	    (int)v->fails, "reviews", (int)v->reviews, "decided", (int)v->decided, "proposed",
	    (int)v->proposed, "replied", (int)v->replied, "provisional", v->is_provisional,
	    "change", (json_int_t)v->change, "worst", worst != NULL ? worst : json_null());
	return *out != NULL ? FV_OK : FV_ENOMEM;
}

struct page {
	struct desk_request *request;
	json_t *rows;
	size_t count, limit;
	char next[CURSOR_BYTES];
	uint64_t last_change;
};

static enum fv_err
add_row(const struct fv_store_visit *visit, void *ctx)
{
	struct page *page = ctx;
	json_t *row;
	enum fv_err rc = queue_row_json(page->request->store, visit, &row);

	if (rc != FV_OK)
		return rc;
	page->last_change = visit->change;
	if (++page->count == page->limit)
		snprintf(page->next, sizeof page->next, "%" PRIu32 ":%" PRId64 ":%.*s",
		    visit->rank, visit->begin_ms, (int)visit->contact.len,
		    (const char *)visit->contact.ptr);
	return json_array_append_new(page->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* A page that is full may be the last one: the next is empty then. */
static void
send_page(struct desk_request *request, struct fv_web_answer *answer, struct page *page,
    enum fv_err rc)
{
	if (rc != FV_OK) {
		json_decref(page->rows);
		desk_failed(answer, rc);
		return;
	}
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", page->rows, "next",
		page->next[0] != '\0' ? json_string(page->next) : json_null()));
}

/* Rows changed since: in the order in which they did. */
static void
list_changed(struct desk_request *request, struct fv_web_answer *answer,
    const struct fv_store_queue_filter *filter, int64_t since)
{
	struct page page = {.request = request, .rows = json_array(), .limit = filter->limit};
	enum fv_err rc = page.rows != NULL ? FV_OK : FV_ENOMEM;

	if (rc == FV_OK)
		rc = fv_store_queue_each_changed(request->store, (uint64_t)since,
		    filter->agency, filter->limit, add_row, &page);
	if (page.next[0] != '\0')
		snprintf(page.next, sizeof page.next, "%" PRIu64, page.last_change);
	send_page(request, answer, &page, rc);
}

static void
list_visits(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_queue_filter filter;
	struct page page = {.request = request};
	int64_t since;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "since", 0, INT64_MAX, -1, &since))
		return;
	if (!queue_filter(request, answer, &filter))
		return;
	if (since >= 0) {
		list_changed(request, answer, &filter, since);
		return;
	}
	page.limit = filter.limit;
	page.rows = json_array();
	rc = page.rows != NULL ? fv_store_queue_each(request->store, &filter, add_row, &page)
			       : FV_ENOMEM;
	send_page(request, answer, &page, rc);
}

/* -- causes --------------------------------------------------------------------------- */

struct causes {
	struct desk_request *request;
	const struct fv_store_queue_filter *filter;
	json_t *rows;
};

/* The oldest one's sentence stands for the group. */
static enum fv_err
add_cause(const struct fv_store_cause *cause, void *ctx)
{
	struct causes *causes = ctx;
	struct fv_store_queue_filter one = *causes->filter;
	json_t *sample = NULL;
	enum fv_err rc;

	one.limit = 1;
	one.after_contact = NULL;
	rc = fv_store_cause_findings(causes->request->store, cause, &one, keep_worst, &sample);
	if (rc != FV_OK)
		return rc;
	return json_array_append_new(causes->rows,
		   json_pack("{s:o, s:o, s:o, s:s, s:I, s:I, s:o}", "pack",
		       fv_verb_json_span(cause->pack), "rule", fv_verb_json_span(cause->rule),
		       "cause", fv_verb_json_span(cause->cause), "verdict",
		       fv_verdict_word((enum fv_verdict)cause->verdict), "severity",
		       (json_int_t)cause->severity, "visits", (json_int_t)cause->visits,
		       "sample", sample != NULL ? sample : json_null())) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

static void
list_causes(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_queue_filter filter;
	struct causes causes = {.request = request, .filter = &filter};
	enum fv_err rc;

	if (!queue_filter(request, answer, &filter))
		return;
	causes.rows = json_array();
	rc = causes.rows != NULL
	    ? fv_store_cause_each(request->store, &filter, add_cause, &causes)
	    : FV_ENOMEM;
	if (rc != FV_OK) {
		json_decref(causes.rows);
		desk_failed(answer, rc);
		return;
	}
	desk_json(request, answer, 200, json_pack("{s:o, s:n}", "rows", causes.rows, "next"));
}

struct findings {
	struct fv_store *store;
	json_t *rows;
	size_t count, limit;
	char next[CURSOR_BYTES];
};

static enum fv_err
add_finding(const struct fv_store_open *finding, void *ctx)
{
	struct findings *list = ctx;
	struct fv_store_visit visit;
	json_t *row = queue_open_json(finding);
	enum fv_err rc = fv_store_queue_get(list->store, finding->contact, &visit);

	if (row == NULL || rc != FV_OK) {
		json_decref(row);
		return rc != FV_OK ? rc : FV_ENOMEM;
	}
	json_object_set_new(row, "begin_ms", json_integer((json_int_t)visit.begin_ms));
	json_object_set_new(row, "zone", fv_verb_json_span(visit.zone));
	json_object_set_new(row, "case", fv_verb_json_span(visit.case_id));
	json_object_set_new(row, "officer", fv_verb_json_span(visit.officer));
	if (++list->count == list->limit)
		snprintf(list->next, sizeof list->next, "1:%" PRId64 ":%.*s", visit.begin_ms,
		    (int)finding->contact.len, (const char *)finding->contact.ptr);
	return json_array_append_new(list->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* The findings of one cause: rule, pack, cause, verdict, severity as GET /causes gave them. */
static void
list_cause(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *pack = asked(request, "pack"), *cause = asked(request, "cause");
	const char *verdict = asked(request, "verdict");
	struct fv_store_queue_filter filter;
	struct findings list = {.store = request->store};
	struct fv_store_cause which;
	int64_t severity;
	enum fv_err rc;

	if (!queue_filter(request, answer, &filter) ||
	    !desk_query_int(request, answer, "severity", 1, 5, 1, &severity))
		return;
	if (filter.rule == NULL || pack == NULL) {
		desk_problem(answer, 422, "bad-query",
		    "'pack' and 'rule' in the address say which findings");
		return;
	}
	which = (struct fv_store_cause){.pack = fv_span_z(pack),
	    .rule = fv_span_z(filter.rule),
	    .cause = fv_span_z(cause != NULL ? cause : ""),
	    .verdict = verdict != NULL && strcmp(verdict, "fail") == 0 ? FV_VERDICT_FAIL
								       : FV_VERDICT_REVIEW,
	    .severity = (uint32_t)severity};
	list.limit = filter.limit;
	list.rows = json_array();
	rc = list.rows != NULL
	    ? fv_store_cause_findings(request->store, &which, &filter, add_finding, &list)
	    : FV_ENOMEM;
	if (rc != FV_OK) {
		json_decref(list.rows);
		desk_failed(answer, rc);
		return;
	}
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", list.rows, "next",
		list.next[0] != '\0' ? json_string(list.next) : json_null()));
}

const struct desk_route desk_routes_queue[] = {
    {"GET", "/visits", DESK_READ, list_visits},
    {"GET", "/visits/{id}", DESK_READ, queue_show_visit},
    {"GET", "/causes", DESK_READ, list_causes},
    {"GET", "/causes/findings", DESK_READ, list_cause},
    {"GET", "/since", DESK_READ, queue_since},
    {"POST", "/looked", DESK_READ, queue_looked},
    {"GET", "/reasons", DESK_READ, queue_reasons},
    {"POST", "/reviews", DESK_REVIEW, queue_review},
    {"POST", "/proposals", DESK_PROPOSE, queue_propose},
    {NULL, NULL, 0, NULL},
};
