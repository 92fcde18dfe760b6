/*
 * May I knock now?  The rules that count before a visit, over what this handheld knows.
 * It says that no loaded rule forbids it; it never says that it is lawful.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/dates.h"
#include "firmware-app/doorlist.h"
#include "firmware-app/judge.h"
#include "firmware-app/verb.h"

/* One question and its answer. */
struct question {
	const char *case_id;
	struct fv_judgement j;
	bool is_chinese;
};

static const char *
word_of(enum fv_check_answer answer)
{
	switch (answer) {
	case FV_CHECK_NONE_FORBIDS:
		return "none_forbids";
	case FV_CHECK_NOT_NOW:
		return "not_now";
	case FV_CHECK_ASK:
		break;
	}
	return "ask";
}

static void
tell_answer(struct question *q, enum fv_check_answer answer, struct fv_reply *reply)
{
	const struct fv_check *check = &q->j.check;
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_buf text = {0};

	fv_judgement_put_sentence(&q->j, &text);
	fv_reply_line(reply, "%s", fv_buf_z(&text) != NULL ? fv_buf_z(&text) : "");
	fv_json_text_z(&reply->json, "answer", word_of(answer));
	if (answer == FV_CHECK_NOT_NOW && check->has_next) {
		fv_instant_format(check->next_utc_ms, check->next_offset_s, false, when);
		fv_json_text_z(&reply->json, "next", when);
	} else if (answer == FV_CHECK_NOT_NOW) {
		fv_json_null(&reply->json, "next");
	} else if (answer == FV_CHECK_ASK) {
		fv_buf_reset(&text);
		fv_judgement_put_who(&q->j, &text);
		fv_json_text(&reply->json, "who", fv_buf_span(&text));
	}
	fv_buf_clear(&text);
}

/* Second line: packs, revisions, and how old the knowledge is. */
static void
tell_packs(struct question *q, struct fv_reply *reply)
{
	int64_t age_ms = q->j.plan.now_utc_ms - q->j.plan.sync_utc_ms;
	char when[FV_LOCAL_TEXT_BYTES];
	struct fv_buf line = {0};

	fv_json_begin_array(&reply->json, "packs");
	for (size_t i = 0; i < q->j.packs->count; i++) {
		const struct fv_rulepack *p = q->j.packs->packs[i];

		fv_buf_putf(&line, "%s%s r%" PRIu32, i > 0 ? ", " : "", p->id, p->revision);
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "id", p->id);
		fv_json_uint(&reply->json, "revision", p->revision);
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	if (q->j.packs->count == 0)
		fv_buf_put_z(&line, _("no pack"));
	if (q->j.plan.has_sync) {
		fv_reply_line(reply, _("%s; holds as of %s; %lld h old"),
		    fv_buf_z(&line) != NULL ? fv_buf_z(&line) : "",
		    fv_clock_local(q->j.plan.sync_utc_ms, when),
		    (long long)(age_ms > 0 ? age_ms / 3600000 : 0));
		fv_json_instant(&reply->json, "synced", q->j.plan.sync_utc_ms);
		fv_json_int(&reply->json, "age_s", age_ms / 1000);
	} else {
		fv_reply_line(reply, _("%s; never synced"),
		    fv_buf_z(&line) != NULL ? fv_buf_z(&line) : "");
		fv_json_null(&reply->json, "synced");
	}
	fv_buf_clear(&line);
}

/* Only what forbids or waits is told; --json keeps the words of the format. */
static const char *
verdict_label(enum fv_verdict verdict)
{
	return verdict == FV_VERDICT_FAIL ? _("fail") : _("review");
}

static void
tell_finding(struct question *q, const struct fv_finding *f, struct fv_reply *reply)
{
	struct fv_buf why = {0}, citation = {0}, json = {0};

	fv_audit_put_why(&why, f, q->is_chinese);
	fv_audit_put_citation(&citation, f->rule, q->is_chinese);
	fv_reply_line(reply, _("%s: %s [%s %s; %s]"), verdict_label(f->verdict),
	    fv_buf_z(&why) != NULL ? fv_buf_z(&why) : "", f->pack->id, f->rule->id,
	    fv_buf_z(&citation) != NULL ? fv_buf_z(&citation) : "");
	if (reply->want_json) {
		fv_audit_put_json(&json, f);
		fv_json_raw(&reply->json, NULL, fv_buf_span(&json));
	}
	fv_buf_clear(&why);
	fv_buf_clear(&citation);
	fv_buf_clear(&json);
}

/* Where a date that is over is told. */
struct dates {
	struct question *q;
	struct fv_reply *reply;
};

static void
on_date(const struct fv_finding *f, void *ctx)
{
	const struct dates *dates = ctx;

	tell_finding(dates->q, f, dates->reply);
}

/* Dates of the officer and his agency that are over; whether that forbids a visit the rules
 * before it say. */
static void
tell_dates(struct fv_app *app, struct question *q, struct fv_reply *reply)
{
	struct dates dates = {q, reply};
	enum fv_err rc;

	fv_json_begin_array(&reply->json, "dates");
	rc = fv_dates_over(app, q->j.packs, on_date, &dates);
	fv_json_end_array(&reply->json);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
}

static void
tell_duties(struct question *q, struct fv_reply *reply)
{
	struct fv_buf citation = {0};

	fv_json_begin_array(&reply->json, "duties");
	for (size_t i = 0; i < q->j.check.duty_count; i++) {
		const struct fv_rule *rule = q->j.check.duties[i];
		const char *text = q->is_chinese ? rule->text_zh : rule->text_en;

		fv_buf_reset(&citation);
		fv_audit_put_citation(&citation, rule, q->is_chinese);
		fv_reply_line(reply, _("duty: %s [%s; %s]"), text, rule->id,
		    fv_buf_z(&citation) != NULL ? fv_buf_z(&citation) : "");
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "rule", rule->id);
		fv_json_text_z(&reply->json, "text", text);
		fv_json_text(&reply->json, "citation", fv_buf_span(&citation));
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	fv_buf_clear(&citation);
}

/* Of the visit that is open at this case. */
static void
tell_checklist(struct fv_app *app, const struct question *q, struct fv_reply *reply)
{
	struct fv_work work;

	if (fv_work_load(app->store, &work) != FV_OK || strcmp(work.case_id, q->case_id) != 0)
		work.has_visit = false;
	fv_doorlist_tell(app, &work, reply);
}

static int
tell(struct fv_app *app, struct question *q, struct fv_reply *reply)
{
	enum fv_check_answer answer = fv_judgement_answer(&q->j);

	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "case", q->case_id);
	tell_answer(q, answer, reply);
	tell_packs(q, reply);
	fv_json_begin_array(&reply->json, "findings");
	for (size_t i = 0; i < q->j.check.finding_count; i++) {
		const struct fv_finding *f = &q->j.check.findings[i];

		if (f->verdict == FV_VERDICT_FAIL || f->verdict == FV_VERDICT_REVIEW)
			tell_finding(q, f, reply);
	}
	fv_json_end_array(&reply->json);
	tell_dates(app, q, reply);
	if (q->j.packs->is_missing) {
		fv_reply_line(reply, _("pack %s is not loaded: 'fieldvisit sync --wait'"),
		    q->j.packs->missing);
		fv_json_text_z(&reply->json, "missing_pack", q->j.packs->missing);
	}
	tell_duties(q, reply);
	tell_checklist(app, q, reply);
	fv_json_end_object(&reply->json);
	return (int)answer;
}

int
fv_cmd_check(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct question *q = calloc(1, sizeof *q);
	struct fv_judge *judge = NULL;
	enum fv_err rc = FV_ENOMEM;

	if (q == NULL ||
	    (rc = fv_judge_new(app, app->clock.rtc_ms(app->clock.ctx), &judge)) != FV_OK) {
		fv_reply_fail_err(reply, "check", rc);
		goto cleanup;
	}
	q->is_chinese = fv_reply_is_chinese();
	q->case_id = call->args.operands[0];
	if (!fv_judge_read(judge, call, reply))
		goto cleanup;
	rc = fv_judge_ask(judge, q->case_id, &q->j);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, q->case_id,
		    _("no such case on this handheld; 'fieldvisit case list' lists them, "
		      "'fieldvisit sync --wait' fetches new ones"));
	else if (rc == FV_EDENIED)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, q->case_id,
		    _("its time zone is not known here; install tzdata"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else
		reply->exit = tell(app, q, reply);
cleanup:
	if (q != NULL)
		fv_judgement_clear(&q->j);
	fv_judge_free(judge);
	free(q);
	return reply->exit;
}
