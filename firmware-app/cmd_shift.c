#include <string.h>

#include "firmware-app/officer.h"
#include "firmware-app/work.h"

static void
tell(struct fv_app *app, const struct fv_work *work, struct fv_reply *reply)
{
	char since[FV_LOCAL_TEXT_BYTES];

	if (work->has_shift)
		fv_reply_line(
		    reply, _("on shift since %s"), fv_clock_local(work->shift_ms, since));
	else
		fv_reply_line(reply, "%s", _("off shift: no position is taken"));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_bool(&reply->json, "on_shift", work->has_shift);
	if (work->has_shift) {
		fv_json_uint(&reply->json, "seq", work->shift_seq);
		fv_json_instant(&reply->json, "since", work->shift_ms);
	}
	fv_json_text_z(&reply->json, "officer", app->officer);
	fv_json_end_object(&reply->json);
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
	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_text_z(&payload, app->officer);
	is_done = fv_app_record(app, FV_REC_SHIFT_BEGIN, &payload, &work->shift_seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	work->has_shift = true;
	work->shift_ms = app->clock.rtc_ms(app->clock.ctx);
	app->is_shift_changed = true;
	tell(app, work, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}

static int
end(struct fv_app *app, struct fv_work *work, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	bool is_done;

	if (!work->has_shift)
		return fv_reply_fail(reply, FV_FAIL_OFF_SHIFT, _("shift"),
		    _("no shift is open; 'fieldvisit shift begin' begins one"));
	if (work->has_visit)
		return fv_reply_fail(reply, FV_FAIL_VISIT_OPEN, work->case_id,
		    _("a visit is open; end it with 'fieldvisit end' first"));
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
	app->is_shift_changed = true;
	if (fv_journal_seal(&app->journal) != FV_OK)
		fv_reply_warn(
		    reply, "%s", _("recorded but not sealed yet; it is tried again"));
	tell(app, work, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}

int
fv_cmd_shift(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operand_count > 0 ? call->args.operands[0] : "";
	struct fv_work work;
	enum fv_err rc;

	if (strcmp(what, "") != 0 && strcmp(what, "begin") != 0 && strcmp(what, "end") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "shift",
		    _("%.40s: usage: fieldvisit shift [begin | end]"), what);
	if (*what != '\0' && (!fv_officer_is_there(app, reply) || !fv_app_journal(app, reply)))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (strcmp(what, "begin") == 0)
		return begin(app, &work, reply);
	if (strcmp(what, "end") == 0)
		return end(app, &work, reply);
	tell(app, &work, reply);
	return work.has_shift ? FV_EXIT_OK : (reply->exit = FV_EXIT_NO);
}
