/*
 * Reports of a day, a week or a month by agency and officer, in the order of their ids:
 * nobody is ranked, by what he collects or by how many doors he knocks at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/desk/proof_in.h"
#include "sync-server/verb.h"

#define DAYS_MAX 62
#define ROWS_MAX 5000U /* contacts shown one by one */

struct line {
	char agency[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	size_t visits, others, fails, reviews, clean, unjudged, provisional, corrected;
	size_t complaints, leaves;
};

struct period {
	struct desk_request *request;
	struct proof_filter filter;
	struct line *lines; /* owned; by agency and officer */
	size_t count, cap;
	json_t *rows; /* owned; NULL: not one by one */
	size_t left_out;
};

static int
compare(const struct line *line, const char *agency, const char *officer)
{
	int order = strcmp(line->agency, agency);

	return order != 0 ? order : strcmp(line->officer, officer);
}

/* The line of an officer, made where there is none. */
static enum fv_err
need_line(struct period *p, const char *agency, const char *officer, struct line **out)
{
	size_t at = 0;

	/* A name that is no id of an officer is longer than a line holds. */
	if (strlen(officer) >= sizeof(*out)->officer)
		officer = "";
	while (at < p->count && compare(&p->lines[at], agency, officer) < 0)
		at++;
	*out = at < p->count ? &p->lines[at] : NULL;
	if (*out != NULL && compare(*out, agency, officer) == 0)
		return FV_OK;
	if (p->count == p->cap) {
		size_t cap = p->cap > 0 ? p->cap * 2 : 32;
		void *grown = reallocarray(p->lines, cap, sizeof p->lines[0]);

		if (grown == NULL)
			return FV_ENOMEM;
		p->lines = grown;
		p->cap = cap;
	}
	*out = &p->lines[at];
	memmove(*out + 1, *out, (p->count - at) * sizeof p->lines[0]);
	memset(*out, 0, sizeof **out);
	p->count++;
	snprintf((*out)->agency, sizeof(*out)->agency, "%s", agency);
	snprintf((*out)->officer, sizeof(*out)->officer, "%s", officer);
	return FV_OK;
}

static void
count(struct line *line, const struct proof_contact *k)
{
	line->visits += k->c->is_visit ? 1U : 0U;
	line->others += k->c->is_visit ? 0U : 1U;
	line->fails += k->worst == FV_VERDICT_FAIL ? 1U : 0U;
	line->reviews += k->worst == FV_VERDICT_REVIEW ? 1U : 0U;
	line->clean += k->worst == FV_VERDICT_PASS || k->worst == FV_VERDICT_NA ? 1U : 0U;
	line->unjudged += k->worst == 0 ? 1U : 0U;
	line->provisional += k->is_provisional ? 1U : 0U;
	line->corrected += (k->c->marks & FV_MARK_AMENDED) != 0 ? 1U : 0U;
	line->complaints += k->complaints;
	line->leaves += k->leaves;
}

static json_t *
instant(const struct proof_contact *k, bool has, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (!has)
		return json_null();
	return json_string(fv_instant_format(utc_ms - ((utc_ms % 1000) + 1000) % 1000,
	    k->zone != NULL ? fv_zone_offset_s(k->zone, utc_ms) : 0, k->zone == NULL, text));
}

static enum fv_err
put_row(struct period *p, const struct proof_contact *k)
{
	const struct fv_contact *c = &k->c->contact;
	const char *outcome = fv_code_word(FV_CODES_OUTCOME, c->outcome);
	json_t *officers = json_array(), *row;

	if (json_array_size(p->rows) == ROWS_MAX) {
		p->left_out++;
		json_decref(officers);
		return FV_OK;
	}
	for (size_t i = 0; i < c->officers.count; i++)
		(void)json_array_append_new(officers, json_string(c->officers.items[i]));
	row = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s?, s:s, s:b}", "id",
	    c->id, "case", c->case_id, "agency", k->agency, "channel",
	    fv_code_word(FV_CODES_CHANNEL, c->channel), "officers", officers, "begin",
	    instant(k, true, c->begin_utc_ms), "end",
	    instant(k, c->has_end && !c->is_open, c->end_utc_ms), "zone", k->zone_name,
	    "outcome", outcome, "verdict",
	    k->worst != 0 ? fv_verdict_word(k->worst) : "not_judged", "provisional",
	    k->is_provisional);
	return row != NULL && json_array_append_new(p->rows, row) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
take_contact(const struct proof_contact *k, void *ctx)
{
	struct period *p = ctx;
	const struct fv_strs *officers = &k->c->contact.officers;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; rc == FV_OK && i < officers->count; i++) {
		struct line *line;

		if (p->filter.officer[0] != '\0' &&
		    strcmp(officers->items[i], p->filter.officer) != 0)
			continue;
		if ((rc = need_line(p, k->agency, officers->items[i], &line)) == FV_OK)
			count(line, k);
	}
	return rc == FV_OK && p->rows != NULL ? put_row(p, k) : rc;
}

static const char *
name_of(const struct fv_roster *roster, const char *officer)
{
	for (size_t i = 0; roster != NULL && i < roster->officer_count; i++)
		if (strcmp(roster->officers[i].id, officer) == 0)
			return roster->officers[i].name;
	return NULL;
}

static json_t *
line_json(const struct line *line, const struct fv_roster *roster)
{
	return json_pack("{s:s, s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "agency", line->agency, "officer", line->officer, "name",
	    name_of(roster, line->officer), "visits", (json_int_t)line->visits, "others",
	    (json_int_t)line->others, "fail", (json_int_t)line->fails, "review",
	    (json_int_t)line->reviews, "no_rule_broken", (json_int_t)line->clean, "not_judged",
	    (json_int_t)line->unjudged, "provisional", (json_int_t)line->provisional,
	    "corrected", (json_int_t)line->corrected, "complaints",
	    (json_int_t)line->complaints, "asked_to_leave", (json_int_t)line->leaves);
}

static void
answer_period(struct period *p, struct fv_web_answer *answer)
{
	json_t *lines = json_array(), *out;
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(p->request->store, &roster, &hash);

	if (rc != FV_OK && rc != FV_ENOENT) {
		json_decref(lines);
		desk_failed(answer, rc);
		return;
	}
	for (size_t i = 0; i < p->count; i++)
		(void)json_array_append_new(lines, line_json(&p->lines[i], roster));
	free(roster);
	out = proof_filter_json(&p->filter);
	(void)json_object_set_new(out, "officers", lines);
	(void)json_object_set_new(
	    out, "contacts", p->rows != NULL ? json_incref(p->rows) : json_null());
	(void)json_object_set_new(out, "left_out", json_integer((json_int_t)p->left_out));
	desk_json(p->request, answer, 200, out);
}

void
proof_period(struct desk_request *request, struct fv_web_answer *answer)
{
	struct period p = {.request = request};
	struct fv_buf unused = {0};
	struct proof_walk walk = {
	    .filter = &p.filter, .contact = take_contact, .out = &unused, .ctx = &p};
	enum fv_err rc;

	if (!proof_read_filter(request, answer, &p.filter))
		return;
	if (!p.filter.has_from || !p.filter.has_until ||
	    p.filter.until_day - p.filter.from_day >= DAYS_MAX) {
		desk_problem(answer, 422, "bad-query",
		    "from and to: two dates, or day: one; at most %d days", DAYS_MAX);
		return;
	}
	if (p.filter.from_day == p.filter.until_day)
		p.rows = json_array();
	rc = proof_walk_on(&walk, request->store);
	if (rc == FV_OK)
		answer_period(&p, answer);
	else
		desk_failed(answer, rc);
	proof_walk_clear(&walk);
	json_decref(p.rows);
	free(p.lines);
}
