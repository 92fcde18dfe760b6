#include "firmware-app/frame.h"
#include "firmware-app/pin.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"

int
fv_prepare_unlock(struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_typed_pin(
		fv_args_value(&call->args, "pin-file"), false, &call->inputs[0], reply))
		return reply->exit;
	return FV_EXIT_OK;
}

static int
tell(const struct fv_app *app, const char *text, struct fv_reply *reply)
{
	fv_reply_line(reply, "%s", text);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_bool(&reply->json, "locked", app->sk_box == NULL);
	fv_json_bool(&reply->json, "agent", app->is_agent);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

int
fv_cmd_unlock(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_pin_unlock(app, fv_buf_span(&call->inputs[0]), reply))
		return reply->exit;
	if (!app->is_agent)
		return tell(app,
		    _("the PIN is right; without an agent nothing keeps the cards open: give "
		      "it "
		      "with 'fieldvisit case show CASE --pin-file FILE'"),
		    reply);
	if (!fv_app_journal(app, reply) || !fv_pin_note_unlocked(app, reply))
		return reply->exit;
	return tell(app, _("unlocked"), reply);
}

int
fv_cmd_lock(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	bool was_open = app->sk_box != NULL;

	(void)call;
	if (!fv_pin_lock(app, FV_LOCK_BY_HAND, reply))
		return reply->exit;
	return tell(app, was_open ? _("locked") : _("locked already"), reply);
}
