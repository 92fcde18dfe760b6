/*
 * SOS: durable first, then told to the server before anything else.  It is never refused:
 * locked, off shift, without a visit, without a receiver, with a full disk.
 *
 * While one stands and nobody has seen it, a press makes no further record: it is tried
 * again at once.  Once somebody has, a press is a new alert.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/sos.h"
#include "firmware-app/syncer.h"
#include "firmware-app/verb.h"

/* The record; `reply` gets the reason when there is none. */
static bool
record(
    struct fv_app *app, enum fv_alert_state state, uint64_t *seq_out, struct fv_reply *reply)
{
	bool has_subject = state == FV_ALERT_ENDED && app->sos.alert.has_seq;
	struct fv_buf payload = {0};
	bool is_done;

	fv_cbor_put_map(&payload, has_subject ? 3 : 2);
	if (has_subject) {
		fv_cbor_put_uint(&payload, 1);
		fv_cbor_put_uint(&payload, app->sos.alert.seq);
	}
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, state);
	is_done = fv_app_record(app, FV_REC_SOS, &payload, seq_out, reply);
	fv_buf_clear(&payload);
	return is_done;
}

/* Without an agent there is one try, here and now. */
static void
send_now(struct fv_app *app)
{
	struct fv_syncer *syncer;

	if (app->is_agent || (syncer = calloc(1, sizeof *syncer)) == NULL)
		return;
	fv_syncer_run(syncer, app, FV_SYNC_ALERT);
	fv_syncer_clear(syncer);
	free(syncer);
}

static int
tell(struct fv_app *app, int code, struct fv_reply *reply)
{
	fv_json_begin_object(&reply->json, NULL);
	fv_sos_tell(app, reply);
	fv_json_end_object(&reply->json);
	return reply->exit = code;
}

static int
raise_sos(struct fv_app *app, struct fv_reply *reply)
{
	struct fv_reply why;
	uint64_t seq;
	bool is_recorded;
	int code;

	if (fv_sos_is_raised(&app->sos) && !app->sos.is_seen) {
		app->is_alert_wanted = true;
		send_now(app);
		return tell(app, FV_EXIT_OK, reply);
	}
	fv_reply_init(&why, false);
	is_recorded = record(app, FV_ALERT_RAISED, &seq, &why);
	code = is_recorded ? FV_EXIT_OK : why.exit;
	fv_buf_put_span(&reply->err, fv_buf_span(&why.err));
	fv_reply_clear(&why);
	fv_sos_raise(app, is_recorded, seq,
	    is_recorded ? app->journal.trail.last.rtc_ms : app->clock.rtc_ms(app->clock.ctx));
	app->is_shift_changed = true; /* the receiver is wanted, on shift or off */
	send_now(app);
	return tell(app, code, reply);
}

static int
end_sos(struct fv_app *app, struct fv_reply *reply)
{
	uint64_t seq;

	if (!fv_sos_is_raised(&app->sos)) {
		fv_reply_line(reply, "%s", _("no SOS is raised"));
		return tell(app, FV_EXIT_NO, reply);
	}
	if (!record(app, FV_ALERT_ENDED, &seq, reply))
		return reply->exit;
	fv_sos_end(app);
	app->is_shift_changed = true;
	send_now(app);
	fv_reply_line(reply, _("SOS ended, recorded as %" PRIu64), seq);
	return tell(app, FV_EXIT_OK, reply);
}

int
fv_cmd_sos(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	bool is_end = call->args.operand_count > 0;
	enum fv_err rc;

	if (is_end && strcmp(call->args.operands[0], "end") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "sos",
		    _("%.40s: usage: fieldvisit sos [end]"), call->args.operands[0]);
	if (!fv_app_journal(app, reply)) {
		fv_reply_warn(reply, _("in danger call %s"), fv_sos_number(app));
		return reply->exit;
	}
	/* What is not known of an earlier one does not keep this one from being raised. */
	if ((rc = fv_sos_load(app)) != FV_OK)
		fv_reply_warn(reply, "%s: %s", FV_STORE_FILE, fv_err_text(rc));
	return is_end ? end_sos(app, reply) : raise_sos(app, reply);
}
