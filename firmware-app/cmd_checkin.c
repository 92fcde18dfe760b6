/* "I am well", and when to say so again. */
#include <string.h>

#include "firmware-app/checkin.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"

/* Minutes until the next: as given, else what a visit asks for, else none. */
static bool
read_minutes(struct fv_app *app, const struct fv_call *call, uint64_t *minutes_out,
    struct fv_reply *reply)
{
	struct fv_work work;
	bool is_given;
	enum fv_err rc;

	*minutes_out = 0;
	if (call->args.operand_count > 0) {
		if (strcmp(call->args.operands[0], "off") == 0 &&
		    !fv_args_has(&call->args, "in"))
			return true;
		fv_reply_fail(reply, FV_FAIL_USAGE, "checkin",
		    _("%.40s: usage: fieldvisit checkin [--in MIN | off]"),
		    call->args.operands[0]);
		return false;
	}
	if (!fv_call_uint(call, "in", FV_CHECKIN_MIN_MAX, &is_given, minutes_out, reply) ||
	    is_given)
		return !is_given || reply->exit == FV_EXIT_OK;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	*minutes_out = work.has_visit ? fv_checkin_minutes(app) : 0;
	return true;
}

int
fv_cmd_checkin(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_checkin checkin;
	uint64_t minutes;

	if (!read_minutes(app, call, &minutes, reply) || !fv_app_journal(app, reply) ||
	    !fv_checkin_record(app, minutes, &checkin, reply))
		return reply->exit;
	fv_reply_line(reply, "%s",
	    call->args.operand_count > 0 ? _("no check-in is due any more")
					 : _("recorded: you are well"));
	fv_json_begin_object(&reply->json, NULL);
	fv_checkin_tell(&checkin, app->clock.rtc_ms(app->clock.ctx), reply);
	fv_json_end_object(&reply->json);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}
