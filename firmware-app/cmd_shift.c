#include <string.h>

#include "firmware-app/again.h"
#include "firmware-app/consent.h"
#include "firmware-app/officer.h"
#include "firmware-app/profile.h"
#include "firmware-app/visit.h"

static void
tell_text(const struct fv_app *app, const struct fv_work *work, struct fv_reply *reply)
{
	char since[FV_LOCAL_TEXT_BYTES];

	if (!work->has_shift) {
		fv_reply_line(reply, "%s", _("off shift: no position is taken"));
		return;
	}
	fv_reply_line(reply, _("on shift since %s"), fv_clock_local(work->shift_ms, since));
	if (work->is_paused)
		fv_reply_line(reply,
		    _("paused since %s: no position is taken; 'fieldvisit "
		      "shift resume' or 'begin CASE' goes on"),
		    fv_clock_local(work->paused_ms, since));
	else if (work->tracks == FV_TRI_YES)
		fv_reply_line(reply, "%s",
		    app->is_agent ? _("your positions are recorded until shift end or pause")
				  : _("no agent runs: no position is taken"));
	else
		fv_reply_line(reply, "%s",
		    _("only the places where shifts and visits begin and end are recorded"));
}

/* What the end of a shift did to a visit that was open. */
struct closed {
	bool is_closed, has_claim;
	int64_t end_ms, claim_ms;
};

static void
put_closed(struct fv_app *app, const struct fv_work *work, const struct closed *closed,
    struct fv_json *json)
{
	char id[FV_VISIT_ID_BYTES];

	fv_json_begin_object(json, "closed_visit");
	fv_json_text_z(json, "visit", fv_app_visit_id(app, work->visit_seq, id));
	fv_json_text_z(json, "case", work->case_id);
	fv_json_instant(json, "end", closed->end_ms);
	if (closed->has_claim)
		fv_json_instant(json, "claimed_end", closed->claim_ms);
	else
		fv_json_null(json, "claimed_end");
	fv_json_end_object(json);
}

static void
tell(struct fv_app *app, const struct fv_work *work, const struct closed *closed,
    struct fv_reply *reply)
{
	tell_text(app, work, reply);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_bool(&reply->json, "on_shift", work->has_shift);
	if (work->has_shift) {
		fv_json_uint(&reply->json, "seq", work->shift_seq);
		fv_json_instant(&reply->json, "since", work->shift_ms);
		fv_json_bool(&reply->json, "paused", work->is_paused);
	}
	fv_work_tell_tracks(work, &reply->json);
	fv_json_text_z(&reply->json, "officer", app->officer);
	if (closed != NULL && closed->is_closed)
		put_closed(app, work, closed, &reply->json);
	fv_json_end_object(&reply->json);
}

/* The answer given with --agree, --refuse, or to the question asked; false: both. */
static bool
read_answer(const struct fv_call *call, enum fv_tri *answer, struct fv_reply *reply)
{
	bool agrees = fv_args_has(&call->args, "agree");
	bool refuses = fv_args_has(&call->args, "refuse");

	if (agrees && refuses) {
		fv_reply_fail(
		    reply, FV_FAIL_USAGE, "shift", _("--agree or --refuse, not both"));
		return false;
	}
	*answer = agrees ? FV_TRI_YES : refuses ? FV_TRI_NO : FV_TRI_UNKNOWN;
	if (fv_span_equal(fv_buf_span(&call->inputs[0]), fv_span_z(FV_AGAIN_YES)))
		*answer = FV_TRI_YES;
	if (fv_span_equal(fv_buf_span(&call->inputs[0]), fv_span_z(FV_AGAIN_NO)))
		*answer = FV_TRI_NO;
	return true;
}

int
fv_prepare_shift(struct fv_call *call, struct fv_reply *reply)
{
	(void)reply;
	fv_call_may_ask(call);
	return FV_EXIT_OK;
}

static int
begin(struct fv_app *app, struct fv_work *work, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	char since[FV_LOCAL_TEXT_BYTES];
	bool is_done;

	if (work->has_shift)
		return fv_reply_fail(reply, FV_FAIL_ON_SHIFT, _("shift"),
		    _("on shift since %s; 'fieldvisit shift end' ends it"),
		    fv_clock_local(work->shift_ms, since));
	if (!fv_profile_take(app, reply))
		return reply->exit;
	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_text_z(&payload, app->officer);
	is_done = fv_app_record(app, FV_REC_SHIFT_BEGIN, &payload, &work->shift_seq, reply);
	fv_buf_clear(&payload);
	fv_profile_mark(app, is_done);
	if (!is_done)
		return reply->exit;
	work->has_shift = true;
	work->shift_ms = app->clock.rtc_ms(app->clock.ctx);
	app->is_shift_changed = true;
	tell(app, work, NULL, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}

/*
 * The visit whose end was forgotten: ended now, and claimed to have ended when he was last
 * seen there.  One who is there still has forgotten nothing: his visit just ends.
 */
static bool
close_visit(
    struct fv_app *app, const struct fv_work *work, struct closed *out, struct fv_reply *reply)
{
	char when[FV_LOCAL_TEXT_BYTES];
	uint64_t seq;
	bool is_there;
	enum fv_err rc = fv_visit_last_inside(app, work->visit_seq, &out->claim_ms, &is_there);

	if (rc != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	out->is_closed = true;
	out->has_claim = !is_there;
	if (out->claim_ms < work->visit_ms)
		out->claim_ms = work->visit_ms;
	if (is_there
		? !fv_visit_end(app, work->visit_seq, &seq, NULL, reply)
		: !fv_visit_end_forgotten(app, work->visit_seq, out->claim_ms, &seq, reply))
		return false;
	out->end_ms = app->journal.trail.last.rtc_ms;
	if (is_there)
		fv_reply_line(
		    reply, _("the visit at %s was still open: ended now"), work->case_id);
	else
		fv_reply_line(reply,
		    _("the visit at %s was still open: ended now as forgotten, with %s as "
		      "the time at which it really ended; a person will look at it"),
		    work->case_id, fv_clock_local(out->claim_ms, when));
	return true;
}

static int
end(struct fv_app *app, struct fv_work *work, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	struct closed closed = {0};
	uint64_t seq;
	bool is_done;

	if (!work->has_shift)
		return fv_reply_fail(reply, FV_FAIL_OFF_SHIFT, _("shift"),
		    _("no shift is open; 'fieldvisit shift begin' begins one"));
	if (work->has_visit && !close_visit(app, work, &closed, reply))
		return reply->exit;
	if (!fv_pause_end(app, work, reply))
		return reply->exit;
	fv_app_close_shift(app);
	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_uint(&payload, work->shift_seq);
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, 1);
	is_done = fv_app_record(app, FV_REC_SHIFT_END, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	work->has_shift = false;
	fv_profile_mark(app, false);
	app->is_shift_changed = true;
	if (fv_journal_seal(&app->journal) != FV_OK)
		fv_reply_warn(
		    reply, "%s", _("recorded but not sealed yet; it is tried again"));
	tell(app, work, &closed, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}

static int
pause_or_resume(
    struct fv_app *app, struct fv_work *work, bool is_pause, struct fv_reply *reply)
{
	if (!work->has_shift)
		return fv_reply_fail(reply, FV_FAIL_OFF_SHIFT, _("shift"),
		    _("no shift is open; 'fieldvisit shift begin' begins one"));
	if (work->has_visit)
		return fv_reply_fail(reply, FV_FAIL_VISIT_OPEN, work->case_id,
		    _("a visit is open; end it with 'fieldvisit end' first"));
	if (is_pause && !work->is_paused && !fv_pause_begin(app, work, reply))
		return reply->exit;
	if (!is_pause && (!fv_profile_take(app, reply) || !fv_pause_end(app, work, reply)))
		return reply->exit;
	fv_profile_mark(app, !is_pause);
	tell(app, work, NULL, reply);
	return FV_EXIT_OK;
}

int
fv_cmd_shift(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operand_count > 0 ? call->args.operands[0] : "";
	bool is_begin = strcmp(what, "begin") == 0, is_pause = strcmp(what, "pause") == 0;
	enum fv_tri answer;
	struct fv_work work;
	enum fv_err rc;

	if (*what != '\0' && !is_begin && !is_pause && strcmp(what, "end") != 0 &&
	    strcmp(what, "resume") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "shift",
		    _("%.40s: usage: fieldvisit shift [begin | end | pause | resume] [--agree "
		      "| --refuse]"),
		    what);
	if (!read_answer(call, &answer, reply))
		return reply->exit;
	if ((*what != '\0' || answer != FV_TRI_UNKNOWN) &&
	    (!fv_officer_is_there(app, reply) || !fv_app_journal(app, reply)))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK ||
	    (rc = fv_work_answer(app->store, app->officer, &work.tracks)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	/* A crash may have left another mark than the trail's. */
	if (*what == '\0')
		fv_profile_mark(app, work.has_shift && !work.is_paused);
	if (is_begin && !work.has_shift && work.tracks == FV_TRI_UNKNOWN &&
	    answer == FV_TRI_UNKNOWN && !fv_call_asked(call)) {
		fv_consent_tell(reply);
		if (fv_call_ask(call, _("Agree? (yes or no)"), reply))
			return reply->exit;
	}
	if (answer != FV_TRI_UNKNOWN && answer != work.tracks &&
	    !fv_consent_record(app, &work, answer == FV_TRI_YES, reply))
		return reply->exit;
	if (is_begin)
		return begin(app, &work, reply);
	if (strcmp(what, "end") == 0)
		return end(app, &work, reply);
	if (*what != '\0')
		return pause_or_resume(app, &work, is_pause, reply);
	tell(app, &work, NULL, reply);
	return work.has_shift || answer != FV_TRI_UNKNOWN ? FV_EXIT_OK
							  : (reply->exit = FV_EXIT_NO);
}
