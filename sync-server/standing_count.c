/* Shares and dates of officers, agencies, handhelds and cases. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/standing_in.h"
#include "sync-server/store/facts.h"

/* What the visits of one subject come to, for one clause. */
struct tally {
	uint32_t visits, hits, refusals;
	int64_t newest_ms;  /* of its visits; its zone tells what day it is */
	uint32_t site;      /* of that visit */
	bool is_unfinished; /* a trail of it has an end that is not sealed, or a gap */
};

/* One clause over all its subjects. */
struct column {
	const struct fv_clause *clause;
	enum fv_subject kind;
	struct tally *tallies; /* owned; one for each subject */
	size_t count;
};

static size_t
subject_count(const struct standing *s, enum fv_subject kind)
{
	switch (kind) {
	case FV_SUBJECT_CASE:
		return s->site_count;
	case FV_SUBJECT_DEVICE:
		return s->device_count;
	case FV_SUBJECT_OFFICER:
		return s->officers.count;
	case FV_SUBJECT_AGENCY:
		break;
	}
	return s->agencies.count;
}

/* The one subject that a visit counts for; NONE: nobody. */
static uint32_t
subject_of(const struct standing *s, const struct visit *v, enum fv_subject kind)
{
	switch (kind) {
	case FV_SUBJECT_CASE:
		return v->site;
	case FV_SUBJECT_DEVICE:
		return v->device;
	case FV_SUBJECT_OFFICER:
		return v->role_count == 0 ? NONE : s->roles[v->role_from];
	case FV_SUBJECT_AGENCY:
		break;
	}
	return s->sites[v->site].agency;
}

static bool
is_hit(const struct visit *v, const struct fv_clause *clause)
{
	if (clause->kind == FV_RULE_ALWAYS_GREEN)
		return v->checklist_ms >= 0 &&
		    v->checklist_ms <= (int64_t)clause->u.green.seconds * 1000;
	if (clause->kind != FV_RULE_RATE)
		return false;
	switch (clause->u.rate.of) {
	case FV_SHARE_MANUAL:
		return v->is_manual;
	case FV_SHARE_CONSENT:
		return v->is_excused;
	case FV_SHARE_EXCEPTION:
		break;
	}
	return v->is_exception;
}

static void
count_visit(const struct standing *s, const struct visit *v, const struct fv_clause *clause,
    struct tally *t)
{
	t->visits++;
	t->hits += is_hit(v, clause) ? 1U : 0U;
	t->refusals += v->refusals;
	t->is_unfinished =
	    t->is_unfinished || v->is_unfinished || s->devices[v->device].open_ms != INT64_MAX;
	if (t->visits == 1 || v->begin_ms > t->newest_ms) {
		t->newest_ms = v->begin_ms;
		t->site = v->site;
	}
}

/* An interval is about all who came, a share about him who holds the handheld. */
static void
count_roles(const struct standing *s, const struct visit *v, const struct column *column)
{
	for (uint32_t i = 0; i < v->role_count; i++) {
		uint32_t officer = s->roles[v->role_from + i];

		if (officer != NONE)
			count_visit(s, v, column->clause, &column->tallies[officer]);
	}
}

static int64_t
days_of(const struct fv_clause *clause)
{
	return clause->kind == FV_RULE_RATE        ? clause->u.rate.days
	    : clause->kind == FV_RULE_ALWAYS_GREEN ? clause->u.green.days
						   : STANDING_DAYS;
}

static void
fill(const struct standing *s, const struct duty *duty, const struct column *column)
{
	int64_t days = days_of(column->clause);

	for (size_t i = 0; i < s->visit_count; i++) {
		const struct visit *v = &s->visits[i];
		const struct site *site = &s->sites[v->site];
		int64_t today = fv_zone_local_days(site->zone, s->now_ms);
		uint32_t subject = subject_of(s, v, column->kind);

		if ((site->packs >> duty->pack & 1U) == 0 || v->day <= today - days ||
		    v->day > today)
			continue;
		if (column->clause->kind == FV_RULE_INTERVAL &&
		    column->kind == FV_SUBJECT_OFFICER)
			count_roles(s, v, column);
		else if (subject != NONE)
			count_visit(s, v, column->clause, &column->tallies[subject]);
	}
}

/* Who is in the register is asked for his dates by the packs of his agency's open cases,
 * whether he visits or not. */
static void
ask_people(const struct standing *s, const struct duty *duty, const struct column *column)
{
	for (size_t i = 0; i < s->people_count; i++) {
		const struct person *p = &s->people[i];
		struct tally *t = &column->tallies[p->idx];
		size_t at = 0;

		if (p->kind != column->kind || t->visits > 0)
			continue;
		while (at < s->site_count &&
		    (s->sites[at].agency != p->agency || s->sites[at].until_ms != INT64_MAX ||
			(s->sites[at].packs >> duty->pack & 1U) == 0))
			at++;
		if (at < s->site_count)
			*t = (struct tally){.visits = 1, .site = (uint32_t)at};
	}
}

static const char *
name_of(const struct standing *s, enum fv_subject kind, uint32_t idx, char text[64])
{
	int at = snprintf(text, 64, "%s:", fv_code_word(FV_CODES_SUBJECT, kind));

	switch (kind) {
	case FV_SUBJECT_CASE:
		(void)snprintf(text + at, 64 - (size_t)at, "%s", s->sites[idx].id);
		break;
	case FV_SUBJECT_DEVICE:
		for (size_t i = 0; i < FV_DEV_BYTES; i++)
			(void)snprintf(text + at + 2 * i, 64 - (size_t)at - 2 * i, "%02x",
			    s->devices[idx].row.dev[i]);
		break;
	case FV_SUBJECT_OFFICER:
		(void)snprintf(text + at, 64 - (size_t)at, "%s", s->officers.items[idx]);
		break;
	case FV_SUBJECT_AGENCY:
		(void)snprintf(text + at, 64 - (size_t)at, "%s", s->agencies.items[idx]);
		break;
	}
	return text;
}

/* What the officers of the same agency recorded, he left out. */
static uint32_t
others_refusals(const struct standing *s, const struct column *column, uint32_t idx)
{
	uint32_t agency = s->sites[column->tallies[idx].site].agency;
	uint32_t sum = 0;

	for (size_t i = 0; i < column->count; i++)
		if (i != idx && column->tallies[i].visits > 0 &&
		    s->sites[column->tallies[i].site].agency == agency)
			sum += column->tallies[i].refusals;
	return sum;
}

static enum fv_err
judge_column(struct standing *s, const struct duty *duty, const struct column *column,
    uint32_t idx, struct fv_finding *worst)
{
	const struct fv_clause *clause = column->clause;
	const struct tally *t = &column->tallies[idx];
	struct fv_standing_facts facts = {
	    .today = fv_zone_local_days(s->sites[t->site].zone, s->now_ms),
	    .visits = t->visits,
	    .hits = t->hits,
	    .refusals = t->refusals};
	struct fv_finding f;
	enum fv_err rc = FV_OK;

	if (clause->kind == FV_RULE_ALWAYS_GREEN)
		facts.others_refusals = others_refusals(s, column, idx);
	if (clause->kind == FV_RULE_INTERVAL) {
		const char *id = column->kind == FV_SUBJECT_OFFICER ? s->officers.items[idx]
								    : s->agencies.items[idx];

		rc = fv_store_fact_get(
		    s->store, column->kind, id, clause->u.interval.fact, &facts.date);
		facts.has_date = rc == FV_OK;
	}
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	fv_standing_judge(duty->by, duty->rule, clause, &facts, &f);
	/* A hint that nothing needs a look is none. */
	if (!f.is_hint || f.verdict == FV_VERDICT_REVIEW)
		standing_worse(worst, &f);
	return FV_OK;
}

/* One subject by all the columns that are about its kind. */
static enum fv_err
judge_subject(struct standing *s, const struct duty *duty, const struct column *columns,
    size_t count, enum fv_subject kind, uint32_t idx)
{
	struct fv_finding worst = {0};
	char subject[64];
	struct standing_about about = {.subject = name_of(s, kind, idx, subject),
	    .kind = kind,
	    .idx = idx,
	    .case_id = kind == FV_SUBJECT_CASE ? s->sites[idx].id : NULL};

	for (size_t i = 0; i < count; i++) {
		enum fv_err rc;

		if (columns[i].kind != kind || columns[i].tallies[idx].visits == 0)
			continue;
		/* A date of a person does not depend on what is still to come. */
		if (columns[i].clause->kind != FV_RULE_INTERVAL)
			about.is_provisional =
			    about.is_provisional || columns[i].tallies[idx].is_unfinished;
		rc = judge_column(s, duty, &columns[i], idx, &worst);
		if (rc != FV_OK)
			return rc;
	}
	return worst.rule == NULL ? FV_OK : standing_emit(s, &worst, &about);
}

static enum fv_err
add_column(const struct standing *s, const struct duty *duty, const struct fv_clause *clause,
    struct column *out)
{
	enum fv_subject kind = clause->kind == FV_RULE_INTERVAL ? clause->u.interval.subject
	    : clause->kind == FV_RULE_RATE                      ? clause->u.rate.subject
								: FV_SUBJECT_OFFICER;

	*out =
	    (struct column){.clause = clause, .kind = kind, .count = subject_count(s, kind)};
	out->tallies = calloc(out->count + 1, sizeof *out->tallies);
	if (out->tallies == NULL)
		return FV_ENOMEM;
	fill(s, duty, out);
	if (clause->kind == FV_RULE_INTERVAL)
		ask_people(s, duty, out);
	return FV_OK;
}

static enum fv_err
judge_duty(struct standing *s, const struct duty *duty)
{
	struct column columns[FV_RULEPACK_CLAUSES_MAX];
	size_t count = 0;
	enum fv_err rc = FV_OK;

	for (size_t c = 0; c < duty->rule->clause_count && rc == FV_OK; c++) {
		const struct fv_clause *clause = &duty->rule->clauses[c];

		if (clause->kind == FV_RULE_INTERVAL || clause->kind == FV_RULE_RATE ||
		    clause->kind == FV_RULE_ALWAYS_GREEN)
			rc = add_column(s, duty, clause, &columns[count++]);
	}
	for (enum fv_subject kind = FV_SUBJECT_CASE; kind <= FV_SUBJECT_AGENCY && count > 0;
	     kind++)
		for (uint32_t i = 0; i < subject_count(s, kind) && rc == FV_OK; i++)
			rc = judge_subject(s, duty, columns, count, kind, i);
	for (size_t i = 0; i < count; i++)
		free(columns[i].tallies);
	return rc;
}

enum fv_err
standing_counts(struct standing *s)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < s->duty_count && rc == FV_OK; i++)
		rc = judge_duty(s, &s->duties[i]);
	return rc;
}
