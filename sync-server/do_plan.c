/* Plans: take one or a file of them, all or none; close one with a reason. */
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/faults.h"
#include "sync-server/handlers.h"
#include "sync-server/planning.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define PLANS_OF_DAY_MAX 50U

struct work {
	struct fv_host *host;
	struct planning planning;
	const char *file; /* for messages; "": of no file */
	const char *by;
	size_t count, known;
	struct faults faults;
	json_t *plans; /* owned: what was taken, with what a person must weigh */
	json_t **answer_out;
};

/* What is wrong with a row of the file, or with the one entry of a form. */
static void
say(struct work *w, size_t line, const char *column, const char *rule, const char *zh)
{
	if (w->file[0] != '\0')
		faults_add_both(&w->faults, line, column, rule, zh);
	else if (w->faults.count++ == 0)
		(void)fv_verb_fail(w->answer_out, FV_EXIT_DATA, "%s%s%s", column,
		    column[0] != '\0' ? ": " : "", rule);
}

/* His handhelds learn of it with the case. */
static enum fv_err
tell(struct fv_store *store, const struct fv_store_plan *plan)
{
	const char *const officers[] = {plan->officer, plan->second};
	enum fv_err rc = FV_OK;
	bool is_his;

	for (size_t i = 0; i < 2 && rc == FV_OK; i++) {
		const struct fv_store_audience audience = {.officer = officers[i]};

		if (officers[i][0] == '\0')
			continue;
		rc = fv_store_case_is_assigned(
		    store, fv_span_z(plan->case_id), officers[i], &is_his);
		if (rc == FV_OK && is_his)
			rc = fv_store_change(
			    store, audience, FV_ITEM_CASE, fv_span_z(plan->case_id));
	}
	return rc;
}

static enum fv_err
is_same(const struct fv_store_plan *held, void *ctx)
{
	struct fv_store_plan *plan = ctx;

	if (held->from_minute == plan->from_minute && held->to_minute == plan->to_minute &&
	    held->place == plan->place && held->purpose == plan->purpose &&
	    strcmp(held->officer, plan->officer) == 0 &&
	    strcmp(held->second, plan->second) == 0)
		plan->id = held->id;
	return FV_OK;
}

/* Whether this very visit was planned before, whatever became of it. */
static enum fv_err
find_held(struct work *w, const struct planfile_row *row, bool *is_held_out)
{
	const struct fv_store_plan_filter filter = {.case_id = row->case_id,
	    .has_from = true,
	    .from_day = row->day,
	    .has_to = true,
	    .to_day = row->day,
	    .after_day = INT64_MIN,
	    .max = PLANS_OF_DAY_MAX};
	struct fv_store_plan plan = {.from_minute = row->from_minute,
	    .to_minute = row->to_minute,
	    .place = row->place,
	    .purpose = row->purpose};
	enum fv_err rc;

	memcpy(plan.officer, row->officer, sizeof plan.officer);
	memcpy(plan.second, row->second, sizeof plan.second);
	rc = fv_store_plan_each(w->host->store, &filter, is_same, &plan);
	*is_held_out = plan.id != 0;
	return rc;
}

static enum fv_err
take(const struct planfile_row *row, void *ctx)
{
	struct work *w = ctx;
	struct planning *p = &w->planning;
	int64_t id = 0;
	json_t *taken;
	bool is_held = false;
	enum fv_err rc = row->line > 0 ? find_held(w, row, &is_held) : FV_OK;

	if (rc != FV_OK || is_held) {
		w->known += is_held;
		return rc;
	}
	if ((rc = planning_try(p, row)) == FV_EDENIED) {
		say(w, row->line, p->column, p->rule,
		    p->rule_zh[0] != '\0' ? p->rule_zh : NULL);
		return w->faults.count < FAULTS_MAX ? FV_OK : rc;
	}
	if (rc != FV_OK)
		return rc;
	(void)snprintf(p->plan.made_by, sizeof p->plan.made_by, "%s", w->by);
	if ((rc = fv_store_plan_put(w->host->store, &p->plan, &id)) != FV_OK ||
	    (rc = tell(w->host->store, &p->plan)) != FV_OK)
		return rc;
	w->count++;
	if ((taken = planning_json(p)) == NULL ||
	    json_object_set_new(taken, "id", json_integer((json_int_t)id)) != 0 ||
	    json_object_set_new(taken, "case", json_string(p->plan.case_id)) != 0) {
		json_decref(taken);
		return FV_ENOMEM;
	}
	return json_array_append_new(w->plans, taken) == 0 ? FV_OK : FV_ENOMEM;
}

static int
open_work(struct work *w, struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *agency = fv_verb_text(request, "agency");
	enum fv_err rc;

	memset(w, 0, sizeof *w);
	w->host = host;
	w->file = fv_verb_text(request, "file");
	w->by = fv_verb_text(request, "by");
	w->faults = (struct faults){.file = w->file, .is_table = true};
	w->plans = json_array();
	w->answer_out = answer_out;
	if (w->by[0] == '\0')
		w->by = "-";
	rc = planning_open(
	    host->store, agency[0] != '\0' ? agency : NULL, fv_host_now_ms(), &w->planning);
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_CONFIG,
		    "there is no roster yet; 'fieldvisitd roster import' takes one");
	if (rc == FV_OK && w->plans == NULL)
		rc = FV_ENOMEM;
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "plan", rc);
}

static int
finish(struct work *w, struct fv_span text)
{
	uint64_t leaf = 0;
	enum fv_err rc;

	if (w->count == 0)
		return fv_verb_done(w->answer_out,
		    json_pack("{s:i, s:I, s:O}", "count", 0, "known", (json_int_t)w->known,
			"plans", w->plans),
		    "nothing new: all %zu visits are planned already", w->known);
	rc = fv_worklog(w->host, "plan", text, &leaf);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, "plan", rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:I, s:I, s:O, s:I}", "count", (json_int_t)w->count, "known",
		(json_int_t)w->known, "plans", w->plans, "leaf", (json_int_t)leaf),
	    "%zu visits planned; the handhelds learn of them at their next sync", w->count);
}

static void
close_work(struct work *w)
{
	planning_close(&w->planning);
	faults_clear(&w->faults);
	json_decref(w->plans);
}

int
fv_do_plan_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const struct fv_span text = fv_span_z(fv_verb_text(request, "text"));
	struct planfile_fault fault;
	struct work w;
	enum fv_err rc;
	int code = open_work(&w, host, request, answer_out);

	if (code == FV_EXIT_OK) {
		rc = planfile_read(text, take, &w, &fault);
		if (rc == FV_EFORMAT || rc == FV_ETOOBIG)
			say(&w, fault.line, fault.column, fault.rule, NULL);
		else if (rc == FV_OK && w.count + w.known + w.faults.count == 0)
			say(&w, 1, "", "holds no planned visit", NULL);
		if (w.faults.count > 0)
			code = faults_answer(&w.faults, answer_out);
		else if (rc != FV_OK)
			code = fv_verb_broken(answer_out, w.file, rc);
		else
			code = finish(&w, text);
	}
	close_work(&w);
	return code;
}

int
fv_do_plan_add(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const json_t *entry = json_object_get(request, "entry");
	struct planfile_row row = {0};
	struct planfile_fault fault = {.column = "", .rule = ""};
	struct work w;
	enum fv_err rc;
	char *text;
	int code = open_work(&w, host, request, answer_out);

	if (code == FV_EXIT_OK) {
		rc = planning_entry(entry, &row, &fault);
		if (rc != FV_OK)
			say(&w, 0, fault.column, fault.rule, NULL);
		else if ((rc = take(&row, &w)) != FV_OK)
			code = fv_verb_broken(answer_out, "plan", rc);
		if (w.faults.count > 0)
			code = FV_EXIT_DATA;
	}
	if (code == FV_EXIT_OK) {
		text = json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);
		code = text != NULL ? finish(&w, fv_span_z(text))
				    : fv_verb_broken(answer_out, "plan", FV_ENOMEM);
		free(text);
	}
	close_work(&w);
	return code;
}

int
fv_do_plan_close(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	static const char *const reasons[] = {"sick", "no_time", "borrower_asked", "hold",
	    "weather", "access", "not_needed", "error", NULL};
	const int64_t id = json_integer_value(json_object_get(request, "id"));
	const char *reason = fv_verb_text(request, "reason");
	struct fv_store_plan plan;
	enum fv_err rc;

	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "reason %.40s: want sick, no_time, borrower_asked, hold, weather, access, "
		    "not_needed or error",
		    reason);
	rc = fv_store_plan_get(host->store, id, &plan);
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "plan %lld: no such plan; 'fieldvisitd plan list' shows those that there "
		    "are",
		    (long long)id);
	if (rc == FV_OK && plan.state != FV_PLANNED_OPEN)
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "plan %lld: is %s already",
		    (long long)id, plan.state == FV_PLANNED_MADE ? "made" : "closed");
	plan.state = FV_PLANNED_CLOSED;
	plan.has_ended = true;
	plan.ended_ms = fv_host_now_ms();
	(void)snprintf(plan.reason, sizeof plan.reason, "%s", reason);
	(void)snprintf(plan.ended_by, sizeof plan.ended_by, "%s", fv_verb_text(request, "by"));
	if (rc == FV_OK)
		rc = fv_store_plan_put(host->store, &plan, NULL);
	if (rc == FV_OK)
		rc = tell(host->store, &plan);
	if (rc == FV_OK)
		rc = fv_worklog_about(host, "plan", plan.case_id, reason, plan.ended_by);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "plan", rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:s}", "id", (json_int_t)id, "reason", reason),
	    "plan %lld: closed (%s)", (long long)id, reason);
}
