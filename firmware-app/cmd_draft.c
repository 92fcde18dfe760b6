/* What is written and not sent yet: kept sealed, so that no dying terminal loses it. */
#include <string.h>

#include "firmware-app/own.h"
#include "firmware-app/payload.h"
#include "firmware-app/pin.h"
#include "firmware-app/typed.h"
#include "firmware-app/work.h"

/* Marks a text that is translated where it is shown. */
#define N_(s) s

int
fv_prepare_draft(struct fv_call *call, struct fv_reply *reply)
{
	if (strcmp(call->args.operands[0], "put") != 0)
		return fv_prepare_plan(call, reply);
	return fv_typed_text(FV_DRAFT_MAX, &call->inputs[0], reply) ? FV_EXIT_OK : reply->exit;
}

/* The case that was named, or that of the open visit.  False: said in the reply. */
static bool
find_case(struct fv_app *app, const struct fv_call *call, struct fv_work *work,
    struct fv_reply *reply)
{
	enum fv_err rc = fv_work_load(app->store, work);

	if (rc != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	if (call->args.operand_count > 1) {
		if (!fv_call_has_case(app, call->args.operands[1], reply))
			return false;
		return fv_id_copy(fv_span_z(call->args.operands[1]), work->case_id,
			   sizeof work->case_id) == FV_OK;
	}
	if (!work->has_visit)
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; name the case: 'fieldvisit draft get CASE'"));
	return work->has_visit;
}

static int
tell(const char *case_id, const struct fv_buf *text, struct fv_reply *reply)
{
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "case", case_id);
	if (text != NULL && text->len > 0) {
		fv_reply_line(reply, "%.*s", (int)text->len, (const char *)text->ptr);
		fv_json_text(&reply->json, "text", fv_buf_span(text));
	} else {
		fv_json_null(&reply->json, "text");
	}
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

static int
put(struct fv_app *app, uint32_t kind, const char *case_id, struct fv_span text,
    struct fv_reply *reply)
{
	enum fv_err rc;

	if (text.len > FV_DRAFT_MAX || !fv_utf8_valid(text))
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, _("draft"),
		    _("not UTF-8 text of at most 32768 bytes; nothing is kept"));
	if (text.len == 0)
		rc = fv_store_drop_item(app->store, kind, fv_span_z(case_id));
	else
		rc = fv_own_put(app, kind, case_id, text);
	return rc == FV_OK ? tell(case_id, NULL, reply)
			   : fv_reply_fail_err(reply, FV_STORE_FILE, rc);
}

static int
get(struct fv_app *app, uint32_t kind, const char *case_id, struct fv_reply *reply)
{
	struct fv_buf text = {0};
	enum fv_err rc = fv_own_get(app, kind, case_id, &text);

	if (rc == FV_EDENIED)
		fv_reply_fail(reply, FV_FAIL_LOCKED, case_id,
		    _("its draft is locked; 'fieldvisit unlock', or give the PIN with "
		      "--pin-file FILE"));
	else if (rc != FV_OK && rc != FV_ENOENT)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else
		tell(case_id, &text, reply);
	fv_buf_clear(&text);
	return reply->exit;
}

int
fv_cmd_draft(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operands[0];
	const struct fv_span input = fv_buf_span(&call->inputs[0]);
	bool is_put = strcmp(what, "put") == 0, is_get = strcmp(what, "get") == 0;
	const uint32_t kind = fv_args_has(&call->args, "form") ? FV_KEPT_FORM : FV_KEPT_DRAFT;
	struct fv_work work;

	if (!is_put && !is_get && strcmp(what, "drop") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "draft",
		    _("usage: fieldvisit draft put | get | drop [CASE] [--form]"));
	if (!find_case(app, call, &work, reply))
		return reply->exit;
	if (!is_get) /* dropped by an empty text */
		return put(
		    app, kind, work.case_id, is_put ? input : fv_span_of(NULL, 0), reply);
	if (input.len > 0 && app->sk_box == NULL && !fv_pin_unlock(app, input, reply))
		return reply->exit;
	return get(app, kind, work.case_id, reply);
}

/* Facts that an officer saw or heard; no judgement of a person. */
static const char *const shipped[FV_SETTINGS_PHRASES_MAX] = {
    N_("Nobody opened."),
    N_("Somebody answered; the door stayed shut."),
    N_("Spoke at the door; did not go in."),
    N_("Went in on invitation."),
    N_("Was asked to leave and left at once."),
    N_("Confirmed the identity before naming the debt."),
    N_("Somebody else opened; the debt was not mentioned."),
    N_("A child was alone at home; left at once."),
    N_("I am told the debtor has moved away."),
    N_("Not the person sought."),
    N_("Promises to pay; see the outcome."),
    N_("Asks for instalments."),
    N_("Asks for more time."),
    N_("Disputes the debt."),
    N_("Says that it is paid."),
    N_("Tells of illness or loss of work."),
    N_("Was distressed; I ended the visit."),
    N_("I was threatened and left."),
    N_("The talk was recorded by the other side."),
    N_("No signal or no position here."),
};

int
fv_cmd_phrases(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	(void)call;
	fv_json_begin_array(&reply->json, NULL);
	for (unsigned i = 1; i <= FV_SETTINGS_PHRASES_MAX; i++) {
		const char *text = fv_settings_text(
		    app->settings, fv_setting_phrase(i, fv_reply_is_chinese()));

		if (text[0] == '\0')
			text = _(shipped[i - 1]);
		fv_reply_line(reply, "%2u  %s", i, text);
		fv_json_begin_object(&reply->json, NULL);
		fv_json_uint(&reply->json, "n", i);
		fv_json_text_z(&reply->json, "text", text);
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	return FV_EXIT_OK;
}
