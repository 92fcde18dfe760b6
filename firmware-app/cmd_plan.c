/* The day's list: fv_plan_make() in words and JSON, with names where the cards are open. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/cards.h"
#include "firmware-app/officer.h"
#include "firmware-app/payload.h"
#include "firmware-app/pin.h"
#include "firmware-app/plan.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/typed.h"

int
fv_prepare_plan(struct fv_call *call, struct fv_reply *reply)
{
	const char *pin_file = fv_args_value(&call->args, "pin-file");

	if (pin_file != NULL && !fv_typed_pin(pin_file, false, &call->inputs[0], reply))
		return reply->exit;
	return FV_EXIT_OK;
}

/* "pass", "fail" or "review", as the seams between plan and screens call them. */
static const char *
verdict_of(enum fv_check_answer answer)
{
	switch (answer) {
	case FV_CHECK_NONE_FORBIDS:
		return fv_verdict_word(FV_VERDICT_PASS);
	case FV_CHECK_NOT_NOW:
		return fv_verdict_word(FV_VERDICT_FAIL);
	case FV_CHECK_ASK:
		break;
	}
	return fv_verdict_word(FV_VERDICT_REVIEW);
}

static const char *
why_of(const struct fv_plan *plan, const struct fv_plan_entry *e, size_t at)
{
	switch (e->why) {
	case FV_PLAN_OPEN:
		return _("its visit is open");
	case FV_PLAN_ROUTE:
		if (!e->has_place)
			return _("its place is not known: last");
		if (at == 0)
			return plan->has_from ? _("first on the way from here")
					      : _("first: no fix says where you are");
		return _("next on the way");
	case FV_PLAN_LATER:
		return _("not allowed yet: after those that are");
	case FV_PLAN_HELD:
		return e->holds != NULL ? _("held: after those that are allowed")
					: _("not allowed as it stands: after those that are");
	case FV_PLAN_DONE:
		break;
	}
	return _("done: visited that day");
}

/* The word of it, for programs. */
static const char *
why_word(enum fv_plan_why why)
{
	static const char *const words[] = {"open", "route", "later", "held", "done"};

	return words[why];
}

static void
tell_holds(const char *holds, struct fv_reply *reply)
{
	fv_json_begin_array(&reply->json, "holds");
	for (const char *at = holds; at != NULL && *at != '\0';) {
		size_t len = strcspn(at, "\n");

		fv_reply_line(reply, "    %s: %.*s", _("hold"), (int)len, at);
		fv_json_text(&reply->json, NULL, fv_span_of(at, len));
		at += len + (at[len] == '\n');
	}
	fv_json_end_array(&reply->json);
}

static void
tell_mm(struct fv_json *json, const char *key, bool has, int64_t mm)
{
	if (has)
		fv_json_int(json, key, (mm + 500) / 1000);
	else
		fv_json_null(json, key);
}

static void
tell_maybe(struct fv_json *json, const char *key, bool has, struct fv_span text)
{
	if (has && text.len > 0)
		fv_json_text(json, key, text);
	else
		fv_json_null(json, key);
}

static void
tell_members(const struct fv_plan_entry *e, struct fv_reply *reply)
{
	char when[FV_INSTANT_TEXT_BYTES];

	tell_mm(&reply->json, "distance_m", e->has_distance, e->distance_mm);
	tell_mm(&reply->json, "leg_m", e->has_leg, e->leg_mm);
	fv_json_text_z(&reply->json, "verdict", verdict_of(e->answer));
	fv_json_text_z(&reply->json, "sentence", e->sentence);
	if (e->has_next)
		fv_json_text_z(&reply->json, "next",
		    fv_instant_format(e->next_utc_ms, e->next_offset_s, false, when));
	else
		fv_json_null(&reply->json, "next");
	fv_json_bool(&reply->json, "planned", e->has_plan);
	tell_maybe(&reply->json, "entry", e->entry != NULL,
	    fv_span_z(e->entry != NULL ? e->entry : ""));
	fv_followup_tell(e->has_followup ? &e->followup : NULL, reply);
	fv_json_bool(&reply->json, "visited", e->is_visited);
}

static void
tell_text(const struct fv_plan_entry *e, size_t at, const struct fv_card_text *card,
    const char *why, struct fv_reply *reply)
{
	char far[32] = "", day[FV_LOCAL_TEXT_BYTES];

	if (e->has_distance)
		snprintf(far, sizeof far, "  %" PRId64 " m", (e->distance_mm + 500) / 1000);
	fv_reply_line(reply, "%2zu  %-16s %.*s%s", at + 1, e->case_id, (int)card->name.len,
	    (const char *)card->name.ptr, far);
	if (card->address.len > 0)
		fv_reply_line(reply, "    %.*s", (int)card->address.len,
		    (const char *)card->address.ptr);
	fv_reply_line(reply, "    %s (%s)", e->sentence, why);
	if (e->entry != NULL)
		fv_reply_line(reply, _("    planned: %s"), e->entry);
	if (e->has_followup)
		fv_reply_line(reply, _("    follow-up: %s, due %s"),
		    fv_business_word(e->followup.business),
		    fv_clock_day(e->followup.due_days, day));
}

static void
tell_entry(struct fv_app *app, const struct fv_roster *roster, const struct fv_plan *plan,
    size_t at, struct fv_reply *reply)
{
	const struct fv_plan_entry *e = &plan->entries[at];
	const char *why = why_of(plan, e, at);
	struct fv_card_text card = {0};
	struct fv_buf plain = {0};
	bool is_open = roster != NULL && app->sk_box != NULL &&
	    fv_card_read(app, roster, e->case_id, &plain, &card) == FV_OK;

	if (!is_open)
		memset(&card, 0, sizeof card);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "case", e->case_id);
	fv_json_uint(&reply->json, "order", at + 1);
	fv_json_text_z(&reply->json, "why", why);
	fv_json_text_z(&reply->json, "why_word", why_word(e->why));
	tell_maybe(&reply->json, "name", is_open, card.name);
	tell_maybe(&reply->json, "address", is_open, card.address);
	tell_members(e, reply);
	tell_text(e, at, &card, why, reply);
	tell_holds(e->holds, reply);
	fv_json_end_object(&reply->json);
	fv_buf_clear(&plain);
}

/* An empty list says what to do next. */
static void
tell_end(const struct fv_app *app, const struct fv_plan *plan, struct fv_reply *reply)
{
	if (plan->case_count == 0)
		fv_officer_tell_no_case(app, reply);
	else if (plan->count == 0)
		fv_reply_line(reply,
		    _("nothing is planned for that day; 'fieldvisit case list' shows the %zu "
		      "cases here"),
		    plan->case_count);
	if (app->sk_box == NULL && plan->case_count > 0)
		fv_reply_line(reply,
		    _("locked: 'fieldvisit unlock' shows names; follow-ups: %zu"),
		    plan->sealed_count);
}

static void
tell(struct fv_app *app, const struct fv_plan *plan, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	char day[FV_LOCAL_TEXT_BYTES];

	if (app->sk_box != NULL && fv_roster_load(app->store, &roster, NULL) != FV_OK)
		roster = NULL;
	fv_clock_day(plan->day, day);
	if (plan->count > 0)
		fv_reply_line(
		    reply, _("%s: %zu of %zu cases"), day, plan->count, plan->case_count);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "day", day);
	fv_json_bool(&reply->json, "locked", app->sk_box == NULL);
	fv_json_uint(&reply->json, "cases", plan->case_count);
	fv_json_uint(&reply->json, "sealed_followups", plan->sealed_count);
	if (plan->has_from)
		fv_json_int(&reply->json, "fix_age_s", plan->from_age_ms / 1000);
	else
		fv_json_null(&reply->json, "fix_age_s");
	fv_json_begin_array(&reply->json, "entries");
	for (size_t i = 0; i < plan->count; i++)
		tell_entry(app, roster, plan, i, reply);
	fv_json_end_array(&reply->json);
	fv_json_end_object(&reply->json);
	tell_end(app, plan, reply);
	free(roster);
}

int
fv_cmd_plan(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *text = fv_args_value(&call->args, "day");
	int64_t day = fv_clock_local_days(app->clock.rtc_ms(app->clock.ctx));
	struct fv_judge *judge = NULL;
	struct fv_plan *plan = NULL;
	enum fv_err rc;

	if (text != NULL && fv_date_parse(fv_span_z(text), &day) != FV_OK)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "plan",
		    _("--day %.40s: a date that exists, YYYY-MM-DD"), text);
	if (call->inputs[0].len > 0 && app->sk_box == NULL &&
	    !fv_pin_unlock(app, fv_buf_span(&call->inputs[0]), reply))
		return reply->exit;
	rc = fv_judge_new(app, fv_plan_moment(app, day), &judge);
	if (rc == FV_OK && !fv_judge_read(judge, call, reply)) {
		fv_judge_free(judge);
		return reply->exit;
	}
	if (rc == FV_OK && (rc = fv_plan_make(app, day, judge, &plan)) == FV_OK)
		tell(app, plan, reply);
	else
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	fv_plan_free(plan);
	fv_judge_free(judge);
	return reply->exit;
}
