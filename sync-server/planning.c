#include "sync-server/planning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/verb.h"

#define DAY_MINUTES 1440U
#define DAYS_AHEAD_MAX 400
#define PLANS_OF_CASE_MAX 500U

enum fv_err
planning_open(struct fv_store *store, const char *agency, int64_t now_ms, struct planning *out)
{
	const struct judge_opts opts = {.today_utc_ms = now_ms, .has_texts = true};
	struct fv_hash hash;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->store = store;
	out->agency = agency;
	out->now_ms = now_ms;
	out->column = "";
	if ((rc = fv_verb_roster(store, &out->roster, &hash)) != FV_OK)
		return rc;
	return judge_open(&out->judge, store, &opts);
}

void
planning_close(struct planning *p)
{
	judge_answer_clear(&p->answer);
	if (p->judge != NULL)
		judge_close(p->judge);
	free(p->roster);
	memset(p, 0, sizeof *p);
}

static enum fv_err
deny(struct planning *p, const char *column, const char *rule, const char *more)
{
	p->column = column;
	p->rule_zh[0] = '\0';
	(void)snprintf(p->rule, sizeof p->rule, "%s%s", rule, more);
	return FV_EDENIED;
}

/* The one instant at which clocks of the zone show this minute of the day. */
static bool
find_instant(const struct fv_zone *zone, int64_t day, uint32_t minute, int64_t *out)
{
	struct fv_civil civil;
	int64_t found[2];
	size_t count = 0;

	*out = fv_zone_day_start(zone, day + 1);
	if (minute == DAY_MINUTES)
		return true;
	fv_civil_from_days(day, &civil);
	civil.hour = (int32_t)(minute / 60);
	civil.minute = (int32_t)(minute % 60);
	civil.second = civil.ms = 0;
	if (fv_zone_instants(zone, &civil, found, &count) != FV_OK || count == 0)
		return false;
	*out = found[0];
	return true;
}

static enum fv_err
place_in_time(struct planning *p, const struct fv_store_case *c)
{
	struct fv_store_plan *plan = &p->plan;
	char name[FV_ZONE_NAME_MAX_BYTES + 1];
	const struct fv_zone *zone = judge_zone(p->judge, c, name);

	if (zone == NULL)
		return deny(p, "case", "its time zone is not known to this machine: ", name);
	plan->day_from_ms = fv_zone_day_start(zone, plan->day);
	plan->day_to_ms = fv_zone_day_start(zone, plan->day + 1);
	if (!find_instant(zone, plan->day, plan->from_minute, &plan->from_ms))
		return deny(
		    p, "from", "clocks are put forward over this time on that day", "");
	if (!find_instant(zone, plan->day, plan->to_minute, &plan->to_ms))
		return deny(p, "to", "clocks are put forward over this time on that day", "");
	if (plan->to_ms <= p->now_ms)
		return deny(p, "date", "this time is over where the case is: ", name);
	if (plan->day_from_ms > p->now_ms + DAYS_AHEAD_MAX * FV_MS_PER_DAY)
		return deny(p, "date", "is more than 400 days away", "");
	return FV_OK;
}

/* Who goes, where, and that the case is there. */
static enum fv_err
check_people(struct planning *p, const struct fv_store_case *c)
{
	const struct fv_store_plan *plan = &p->plan;

	if (c->is_closed)
		return deny(p, "case", "is closed", "");
	if (fv_roster_find_officer(p->roster, plan->officer) == NULL)
		return deny(p, "officer", "the roster in force has no such officer", "");
	if (plan->second[0] != '\0' && fv_roster_find_officer(p->roster, plan->second) == NULL)
		return deny(p, "second", "the roster in force has no such officer", "");
	if (!fv_verb_has(c->item.assigned, fv_span_z(plan->officer)))
		return deny(p, "officer",
		    "the case is not assigned to him; assign it first, or plan another", "");
	return FV_OK;
}

/* Other open plans of the case. */
struct others {
	const struct fv_store_plan *plan;
	int64_t at_ms[JUDGE_OTHERS_MAX];
	size_t count;
	bool has_same_day;
};

static enum fv_err
take_other(const struct fv_store_plan *plan, void *ctx)
{
	struct others *o = ctx;

	if (plan->day == o->plan->day)
		o->has_same_day = true;
	else if (plan->day < o->plan->day && o->count < JUDGE_OTHERS_MAX)
		o->at_ms[o->count++] = plan->from_ms;
	return FV_OK;
}

/* The rule that forbids it, in a sentence. */
static enum fv_err
deny_by_rule(struct planning *p)
{
	const struct judge_answer *a = &p->answer;
	const struct judge_reason *r = &a->reasons[0];
	char next[FV_INSTANT_TEXT_BYTES] = "";

	for (size_t i = 0; i < a->reason_count && r->verdict != FV_VERDICT_FAIL; i++)
		r = &a->reasons[i];
	if (a->has_next)
		(void)fv_instant_format(a->next_utc_ms, a->next_offset_s, false, next);
	p->column = "from";
	(void)snprintf(p->rule, sizeof p->rule, "%s (%s %s, %s)%s%s",
	    r->why_en != NULL ? r->why_en : "a rule forbids it",
	    r->pack != NULL ? r->pack : "", r->rule != NULL ? r->rule : "",
	    r->citation_en != NULL ? r->citation_en : "", a->has_next ? "; allowed from " : "",
	    next);
	(void)snprintf(p->rule_zh, sizeof p->rule_zh, "%s（%s %s，%s）%s%s",
	    r->why_zh != NULL ? r->why_zh : "规则不允许", r->pack != NULL ? r->pack : "",
	    r->rule != NULL ? r->rule : "", r->citation_zh != NULL ? r->citation_zh : "",
	    a->has_next ? "；最早可于 " : "", next);
	return FV_EDENIED;
}

static enum fv_err
ask_rules(struct planning *p, const struct fv_store_case *c)
{
	const struct fv_store_plan *plan = &p->plan;
	struct others others = {.plan = plan};
	const struct fv_store_plan_filter filter = {.case_id = plan->case_id,
	    .state = FV_PLANNED_OPEN,
	    .has_from = true,
	    .from_day = plan->day - 400,
	    .max = PLANS_OF_CASE_MAX};
	struct judge_ask ask = {.from_ms = plan->from_ms,
	    .to_ms = plan->to_ms,
	    .officers = {plan->officer, plan->second},
	    .officer_count = plan->second[0] != '\0' ? 2 : 1,
	    .place = plan->place,
	    .purpose = plan->purpose,
	    .others_ms = others.at_ms};
	enum fv_err rc;

	if ((rc = fv_store_plan_each(p->store, &filter, take_other, &others)) != FV_OK)
		return rc;
	if (others.has_same_day)
		return deny(
		    p, "date", "a visit to this case is planned for that day already", "");
	ask.other_count = others.count;
	if ((rc = judge_check(p->judge, c, &ask, &p->answer)) != FV_OK)
		return rc;
	if (p->answer.answer == FV_CHECK_NOT_NOW)
		return deny_by_rule(p);
	return FV_OK;
}

enum fv_err
planning_try(struct planning *p, const struct planfile_row *row)
{
	struct fv_store_plan *plan = &p->plan;
	struct fv_store_case c;
	enum fv_err rc;

	judge_answer_clear(&p->answer);
	p->column = "";
	p->rule[0] = '\0';
	*plan = (struct fv_store_plan){.day = row->day,
	    .from_minute = row->from_minute,
	    .to_minute = row->to_minute,
	    .place = row->place,
	    .purpose = row->purpose,
	    .approach = row->approach,
	    .is_agreed = row->is_agreed,
	    .state = FV_PLANNED_OPEN,
	    .made_ms = p->now_ms};
	memcpy(plan->case_id, row->case_id, sizeof plan->case_id);
	memcpy(plan->officer, row->officer, sizeof plan->officer);
	memcpy(plan->second, row->second, sizeof plan->second);
	rc = fv_store_case_get(p->store, fv_span_z(plan->case_id), &c);
	if (rc == FV_OK &&
	    fv_id_copy(c.item.agency, plan->agency, sizeof plan->agency) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_ENOENT ||
	    (rc == FV_OK && p->agency != NULL && strcmp(p->agency, plan->agency) != 0))
		return deny(
		    p, "case", "no such case; 'case list' shows those that there are", "");
	if (rc != FV_OK || (rc = check_people(p, &c)) != FV_OK ||
	    (rc = place_in_time(p, &c)) != FV_OK)
		return rc;
	return ask_rules(p, &c);
}

enum fv_err
planning_entry(const json_t *entry, struct planfile_row *row, struct planfile_fault *fault)
{
	const char *values[PLANFILE_COLUMNS];
	const char *name;
	const json_t *value;

	for (size_t i = 0; i < PLANFILE_COLUMNS; i++) {
		name = planfile_column_name((enum planfile_column)i);
		value = json_object_get(entry, name);
		values[i] = json_is_true(value) ? "yes" : json_string_value(value);
	}
	return planfile_row_read(values, row, fault);
}

static json_t *
json_reason(const struct judge_reason *r)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "pack", r->pack,
	    "rule", r->rule, "verdict", fv_verdict_word(r->verdict), "why", "en", r->why_en,
	    "zh", r->why_zh, "citation", "en", r->citation_en, "zh", r->citation_zh);
}

json_t *
planning_json(const struct planning *p)
{
	static const char *const words[] = {"pass", "fail", "pass", "review"};
	const struct judge_answer *a = &p->answer;
	char next[FV_INSTANT_TEXT_BYTES];
	json_t *reasons = json_array();

	for (size_t i = 0; i < a->reason_count; i++)
		if (json_array_append_new(reasons, json_reason(&a->reasons[i])) != 0) {
			json_decref(reasons);
			return NULL;
		}
	return json_pack("{s:s, s:o, s:o, s:o}", "answer", words[a->answer & 3], "next",
	    a->has_next
		? json_string(fv_instant_format(a->next_utc_ms, a->next_offset_s, false, next))
		: json_null(),
	    "reasons", reasons, "problem",
	    a->problem != NULL ? json_string(a->problem) : json_null());
}
