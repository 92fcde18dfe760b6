#include <inttypes.h>

#include "firmware-app/summary.h"
#include "firmware-app/verb.h"
#include "firmware-app/visit.h"

static void
tell(struct fv_app *app, const struct fv_work *work, uint64_t seq, bool is_fix,
    struct fv_reply *reply)
{
	char id[FV_VISIT_ID_BYTES], left[FV_LOCAL_TEXT_BYTES];
	struct fv_summary summary;

	fv_reply_line(reply, _("visit at %s ended, recorded as %" PRIu64 "%s"), work->case_id,
	    seq, fv_journal_unsealed(&app->journal) == 0 ? _(" and sealed") : "");
	if (app->presence.visit_seq == work->visit_seq && app->presence.is_departed)
		fv_reply_line(reply,
		    _("you seem to have left at %s: 'fieldvisit amend last --reason "
		      "forgot-end' claims so"),
		    fv_clock_local(app->presence.inside_rtc_ms, left));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "visit", fv_app_visit_id(app, work->visit_seq, id));
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", work->case_id);
	fv_json_bool(&reply->json, "fix", is_fix);
	fv_json_bool(&reply->json, "outcome", work->has_outcome);
	fv_json_bool(&reply->json, "sealed", fv_journal_unsealed(&app->journal) == 0);
	/* The visit is ended whether or not it can be read again. */
	if (fv_summary_load(app, work, &summary) == FV_OK)
		fv_summary_tell(&summary, reply);
	fv_json_end_object(&reply->json);
}

int
fv_cmd_end(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_work work;
	bool is_fix = false;
	uint64_t seq;
	enum fv_err rc;

	(void)call;
	if (!fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (!work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; 'fieldvisit begin CASE' begins one"));

	if (!fv_visit_end(app, work.visit_seq, &seq, &is_fix, reply))
		return reply->exit;
	if (fv_journal_seal(&app->journal) != FV_OK)
		fv_reply_warn(
		    reply, "%s", _("recorded but not sealed yet; it is tried again"));
	tell(app, &work, seq, is_fix, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}
