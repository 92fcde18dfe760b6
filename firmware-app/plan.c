#include "firmware-app/plan.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-app/cards.h"
#include "fv/item.h"

/* What the collecting of candidates needs at hand. */
struct gathering {
	struct fv_plan *plan;
	size_t cap;
};

static enum fv_err
take_text(struct fv_buf *text, char **out)
{
	const char *z = fv_buf_z(text);

	*out = z != NULL ? strdup(z) : NULL;
	fv_buf_clear(text);
	return *out != NULL ? FV_OK : FV_ENOMEM;
}

static const char *
word(enum fv_code_set set, uint32_t code)
{
	const char *z = fv_code_word(set, code);

	return z != NULL ? z : "-";
}

/* What the desk planned, on one line. */
static enum fv_err
take_entry(const struct fv_item_plan *p, struct fv_plan_entry *e)
{
	struct fv_buf text = {0};

	fv_buf_putf(&text, "%02u:%02u-%02u:%02u %.*s: %s, %s, %s, %s", p->from_minute / 60,
	    p->from_minute % 60, p->to_minute / 60, p->to_minute % 60, (int)p->officers.len,
	    (const char *)p->officers.ptr, word(FV_CODES_PLACE, p->place),
	    word(FV_CODES_PURPOSE, p->purpose), word(FV_CODES_APPROACH, p->approach),
	    p->is_agreed ? _("agreed with the borrower") : _("not agreed with the borrower"));
	return take_text(&text, &e->entry);
}

static enum fv_err
on_case(const struct fv_item_row *row, void *ctx)
{
	struct gathering *g = ctx;
	struct fv_plan *plan = g->plan;
	struct fv_plan_entry *e;
	struct fv_item_case c;

	if (fv_item_case_parse(row->body, &c) != FV_OK)
		return FV_ECORRUPT;
	if (plan->count == g->cap) {
		size_t cap = g->cap == 0 ? 32 : g->cap * 2;
		struct fv_plan_entry *more = realloc(plan->entries, cap * sizeof *more);

		if (more == NULL)
			return FV_ENOMEM;
		plan->entries = more;
		g->cap = cap;
	}
	e = &plan->entries[plan->count];
	memset(e, 0, sizeof *e);
	if (fv_id_copy(c.id, e->case_id, sizeof e->case_id) != FV_OK)
		return FV_ECORRUPT;
	e->has_place = c.has_place;
	e->place = (struct fv_place){c.lat_e7, c.lon_e7};
	e->has_plan = c.has_plan && c.plan_day <= plan->day;
	e->plan_day = c.plan_day;
	plan->count++;
	return e->has_plan && c.has_entry ? take_entry(&c.entry, e) : FV_OK;
}

static void
clear_entry(struct fv_plan_entry *e)
{
	free(e->entry);
	free(e->sentence);
	free(e->holds);
	memset(e, 0, sizeof *e);
}

/* Follow-ups are read while unlocked, and counted while not. */
static enum fv_err
find_followup(struct fv_app *app, struct fv_plan *plan, struct fv_plan_entry *e)
{
	enum fv_err rc = fv_followup_get(app, e->case_id, &e->followup);

	e->has_followup = rc == FV_OK;
	if (rc == FV_EDENIED)
		plan->sealed_count++;
	/* What cannot be opened was sealed to a key that is gone. */
	return rc == FV_EIO || rc == FV_ENOMEM || rc == FV_ECORRUPT ? rc : FV_OK;
}

/* The last visit on `since` or after it; false: none. */
static bool
find_visit(const struct fv_case_history *h, int64_t since, int64_t *begin_ms)
{
	bool has = false;

	for (size_t i = 0; h != NULL && i < h->contact_count; i++) {
		const struct fv_contact *c = h->contacts[i];

		if (c->channel != FV_CHANNEL_VISIT ||
		    fv_clock_local_days(c->begin_utc_ms) < since)
			continue;
		if (!has || c->begin_utc_ms > *begin_ms)
			*begin_ms = c->begin_utc_ms;
		has = true;
	}
	return has;
}

static bool
is_paid_since(const struct fv_case_history *h, int64_t since_ms)
{
	for (size_t i = 0; h != NULL && i < h->event_count; i++) {
		const struct fv_event *e = h->events[i];

		if ((e->kind == FV_EVENT_PAID || e->kind == FV_EVENT_CASE_CLOSED) &&
		    e->at_utc_ms >= since_ms)
			return true;
	}
	return false;
}

/* True when the entry belongs to the day: planned or to be followed up, and not done before.
 */
static bool
is_due(const struct fv_plan *plan, struct fv_plan_entry *e, const struct fv_case_history *h)
{
	bool is_followup = e->has_followup && e->followup.due_days <= plan->day;
	int64_t planned_ms = 0, followed_ms = 0;
	bool is_planned_done, is_followed_done;

	if (is_followup && is_paid_since(h, e->followup.made_ms))
		is_followup = false;
	is_planned_done = e->has_plan && find_visit(h, e->plan_day, &planned_ms);
	is_followed_done = is_followup && find_visit(h, e->followup.due_days, &followed_ms);
	e->visited_ms = planned_ms > followed_ms ? planned_ms : followed_ms;
	e->is_visited = (!e->has_plan || is_planned_done) &&
	    (!is_followup || is_followed_done) && e->visited_ms != 0;
	if (e->is_visited)
		return fv_clock_local_days(e->visited_ms) == plan->day;
	return e->has_plan || is_followup;
}

static void
put_why(struct fv_buf *out, const struct fv_finding *f)
{
	fv_audit_put_why(out, f, fv_reply_is_chinese());
}

static bool
is_hold(const struct fv_finding *f)
{
	if (f->verdict != FV_VERDICT_FAIL && f->verdict != FV_VERDICT_REVIEW)
		return false;
	for (size_t i = 0; i < f->rule->clause_count; i++)
		if (f->rule->clauses[i].kind == FV_RULE_HOLD)
			return true;
	return false;
}

static enum fv_err
take_judgement(const struct fv_judgement *j, struct fv_plan_entry *e)
{
	const struct fv_finding *worst = NULL;
	struct fv_buf sentence = {0}, holds = {0};
	enum fv_err rc;

	e->answer = fv_judgement_answer(j);
	e->has_next = e->answer == FV_CHECK_NOT_NOW && j->check.has_next;
	e->next_utc_ms = j->check.next_utc_ms;
	e->next_offset_s = j->check.next_offset_s;
	for (size_t i = 0; i < j->check.finding_count; i++) {
		const struct fv_finding *f = &j->check.findings[i];

		if (f->verdict == FV_VERDICT_FAIL && worst == NULL)
			worst = f;
		if (!is_hold(f))
			continue;
		put_why(&holds, f);
		fv_buf_put_z(&holds, "\n");
	}
	if (e->answer == FV_CHECK_NOT_NOW && !e->has_next && worst != NULL) {
		fv_buf_put_z(&sentence, _("not now: "));
		put_why(&sentence, worst);
	} else {
		fv_judgement_put_sentence(j, &sentence);
	}
	if (holds.len == 0 && !holds.failed)
		return take_text(&sentence, &e->sentence);
	rc = take_text(&holds, &e->holds);
	if (rc == FV_OK)
		return take_text(&sentence, &e->sentence);
	fv_buf_clear(&sentence);
	return rc;
}

/* Judge one candidate.  *is_in_out: it is of the day. */
static enum fv_err
judge_one(struct fv_app *app, struct fv_judge *judge, struct fv_plan *plan,
    struct fv_plan_entry *e, bool *is_in_out)
{
	struct fv_judgement j;
	struct fv_buf text = {0};
	enum fv_err rc;

	*is_in_out = false;
	if ((rc = find_followup(app, plan, e)) != FV_OK)
		return rc;
	if (!e->has_plan && !(e->has_followup && e->followup.due_days <= plan->day))
		return FV_OK;
	rc = fv_judge_ask(judge, e->case_id, &j);
	if (rc == FV_OK || rc == FV_EDENIED)
		*is_in_out = is_due(plan, e, fv_history_find(j.book.history, e->case_id));
	if (rc == FV_OK && *is_in_out)
		rc = take_judgement(&j, e);
	if (rc == FV_EDENIED) {
		e->answer = FV_CHECK_ASK;
		fv_buf_put_z(&text, _("its time zone is not known here; install tzdata"));
		rc = take_text(&text, &e->sentence);
	}
	fv_judgement_clear(&j);
	return rc;
}

static enum fv_err
judge_all(struct fv_app *app, struct fv_judge *judge, struct fv_plan *plan)
{
	size_t kept = 0, count = plan->count;
	bool is_in;
	enum fv_err rc = FV_OK;

	plan->case_count = count;
	for (size_t i = 0; i < count && rc == FV_OK; i++) {
		rc = judge_one(app, judge, plan, &plan->entries[i], &is_in);
		if (rc != FV_OK || !is_in) {
			clear_entry(&plan->entries[i]);
			continue;
		}
		if (kept != i) {
			plan->entries[kept] = plan->entries[i];
			memset(&plan->entries[i], 0, sizeof plan->entries[i]);
		}
		kept++;
	}
	if (rc == FV_OK)
		plan->count = kept;
	return rc;
}

int64_t
fv_plan_moment(struct fv_app *app, int64_t day)
{
	int64_t now = app->clock.rtc_ms(app->clock.ctx), at = day * FV_MS_PER_DAY;

	if (day <= fv_clock_local_days(now))
		return now;
	/* Local midnight is at most 14 h from that of UTC. */
	while (fv_clock_local_days(at) >= day)
		at -= FV_MS_PER_DAY / 96;
	while (fv_clock_local_days(at) < day)
		at += FV_MS_PER_DAY / 96;
	return at;
}

enum fv_err
fv_plan_make(
    struct fv_app *app, int64_t day, struct fv_judge *judge, struct fv_plan **plan_out)
{
	struct fv_plan *plan = calloc(1, sizeof *plan);
	struct gathering g = {.plan = plan};
	struct fv_stamp stamp = {0};
	enum fv_err rc = FV_ENOMEM;

	*plan_out = NULL;
	if (plan == NULL)
		return rc;
	plan->day = day;
	if (app->gps != NULL)
		fv_gps_stamp(app->gps, &stamp);
	if (fv_stamp_has(&stamp, FV_STAMP_LAT)) {
		plan->has_from = true;
		plan->from = stamp.place;
		plan->from_age_ms = stamp.age_ms;
	}
	if ((rc = fv_work_load(app->store, &plan->work)) == FV_OK &&
	    (rc = fv_store_each_item(app->store, FV_ITEM_CASE, on_case, &g)) == FV_OK &&
	    (rc = judge_all(app, judge, plan)) == FV_OK)
		rc = fv_plan_order(plan);
	if (rc == FV_OK)
		*plan_out = plan;
	else
		fv_plan_free(plan);
	return rc;
}

void
fv_plan_free(struct fv_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->count; i++)
		clear_entry(&plan->entries[i]);
	free(plan->entries);
	free(plan);
}
