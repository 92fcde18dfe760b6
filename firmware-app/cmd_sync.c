#include <inttypes.h>
#include <stdlib.h>

#include "firmware-app/syncer.h"
#include "firmware-app/verb.h"

/* Sentence and exit of each thing that can stand in a sync's way. */
static void
fail(const struct fv_sync_result *r, struct fv_reply *reply)
{
	enum fv_fail kind;

	switch (r->reason) {
	case FV_SYNC_OFFLINE:
		kind = FV_FAIL_SERVER_DOWN;
		break;
	case FV_SYNC_BUSY:
	case FV_SYNC_CURSOR:
	case FV_SYNC_TOO_LARGE:
	case FV_SYNC_NOT_STORED:
		kind = FV_FAIL_SERVER_BUSY;
		break;
	case FV_SYNC_UNKNOWN:
		kind = FV_FAIL_UNKNOWN_DEVICE;
		break;
	case FV_SYNC_REVOKED:
		kind = FV_FAIL_REVOKED;
		break;
	case FV_SYNC_LOG_REWRITTEN:
		kind = FV_FAIL_LOG_REWRITTEN;
		break;
	case FV_SYNC_FORK:
		kind = FV_FAIL_UNKNOWN_DEVICE;
		break;
	case FV_SYNC_LOCAL:
		kind = r->has_no_link ? FV_FAIL_NO_LINK : FV_FAIL_IO;
		break;
	case FV_SYNC_NOT_OURS:
	case FV_SYNC_BAD_ANSWER:
	case FV_SYNC_NONE:
	case FV_SYNC_REASON_COUNT:
	default:
		kind = FV_FAIL_NOT_OUR_SERVER;
		break;
	}
	if (r->has_no_link)
		fv_reply_fail(reply, kind, "fieldvisit-link",
		    _("it is neither beside fieldvisit nor in PATH; install it"));
	else
		fv_reply_fail(reply, kind, "sync",
		    _("%s%s%s%s; everything is kept here, and it is tried again later"),
		    fv_sync_reason_text(r->reason), r->detail[0] != '\0' ? " (" : "",
		    r->detail, r->detail[0] != '\0' ? ")" : "");
}

static void
tell_text(const struct fv_sync_result *r, struct fv_reply *reply)
{
	fv_reply_line(reply,
	    _("synced: %" PRIu64 " records sent, %" PRIu64 " of %" PRIu64
	      " receipted, %" PRIu64 " items received"),
	    r->records_sent, r->receipted, r->recorded, r->items);
	if (r->blobs_waiting > 0)
		fv_reply_line(
		    reply, _("parts of notes not sent yet: %" PRIu64), r->blobs_waiting);
	if (r->is_proven)
		fv_reply_line(reply, "%s",
		    _("the server's log still holds everything that it has shown before"));
	if (!r->is_approved)
		fv_reply_line(reply, "%s", _("no supervisor has approved this handheld yet"));
	if (r->is_revoked)
		fv_reply_warn(reply, "%s",
		    _("this handheld is revoked: what it records is kept and marked so"));
	if (r->is_wiped)
		fv_reply_warn(reply, "%s",
		    _("a supervisor ordered the case cards to be erased; they are"));
	if (r->is_too_old)
		fv_reply_warn(reply, "%s",
		    _("this program is older than the server serves; install a newer one"));
	if (r->has_seal_bad)
		fv_reply_warn(reply, "%s",
		    _("the server did not accept a seal; what it covers was sent again"));
	if (r->items_refused > 0)
		fv_reply_warn(reply,
		    _("%" PRIu64 " items were not signed as they must be and were left out"),
		    r->items_refused);
}

static void
tell_json(const struct fv_sync_result *r, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;

	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "reason", fv_sync_reason_word(r->reason));
	fv_json_uint(json, "records_sent", r->records_sent);
	fv_json_uint(json, "sent", r->next_seq);
	fv_json_uint(json, "receipted", r->receipted);
	fv_json_uint(json, "recorded", r->recorded);
	fv_json_uint(json, "items", r->items);
	fv_json_uint(json, "items_refused", r->items_refused);
	fv_json_uint(json, "blobs_waiting", r->blobs_waiting);
	fv_json_uint(json, "bytes_up", r->up_bytes);
	fv_json_uint(json, "bytes_down", r->down_bytes);
	fv_json_uint(json, "rounds", r->rounds);
	fv_json_bool(json, "log_proven", r->is_proven);
	fv_json_bool(json, "approved", r->is_approved);
	fv_json_bool(json, "revoked", r->is_revoked);
	fv_json_bool(json, "wiped", r->is_wiped);
	fv_json_bool(json, "link_landlock", (r->guards & FV_LINK_GUARD_LANDLOCK) != 0);
	fv_json_bool(json, "link_seccomp", (r->guards & FV_LINK_GUARD_SECCOMP) != 0);
	fv_json_end_object(json);
}

void
fv_syncer_tell(const struct fv_sync_result *result, struct fv_reply *reply)
{
	if (result->reason != FV_SYNC_NONE) {
		fail(result, reply);
		return;
	}
	tell_text(result, reply);
	tell_json(result, reply);
	reply->exit = FV_EXIT_OK;
}

int
fv_cmd_sync(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	bool is_full = fv_args_has(&call->args, "full");
	struct fv_syncer *syncer;

	if (app->is_practice)
		return fv_reply_fail(reply, FV_FAIL_PRACTICE, "sync", "%s",
		    _("this is practice: nothing is sent"));
	if (app->is_agent) {
		app->is_sync_wanted = app->is_sync_by_hand = true;
		app->is_sync_full |= is_full;
		app->is_sync_waited = fv_args_has(&call->args, "wait");
		reply->is_pending = app->is_sync_waited;
		fv_reply_line(
		    reply, "%s", _("a sync begins; 'fieldvisit status' says how it went"));
		fv_json_begin_object(&reply->json, NULL);
		fv_json_bool(&reply->json, "begun", true);
		fv_json_end_object(&reply->json);
		return FV_EXIT_OK;
	}
	if ((syncer = calloc(1, sizeof *syncer)) == NULL)
		return fv_reply_fail_err(reply, "sync", FV_ENOMEM);
	fv_syncer_run(syncer, app, is_full ? FV_SYNC_FULL : 0);
	fv_syncer_tell(fv_syncer_result(syncer), reply);
	fv_syncer_clear(syncer);
	free(syncer);
	return reply->exit;
}
