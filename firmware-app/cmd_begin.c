#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/checkin.h"
#include "firmware-app/officer.h"
#include "firmware-app/profile.h"
#include "firmware-app/payload.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/consent.h"

#define OFFICERS_MAX 4U /* the handheld's own and those declared */

struct visit {
	const char *case_id;
	const char *officers[OFFICERS_MAX];
	size_t officer_count;
	uint32_t place, purpose;
};

/* The officers: this handheld's first, then each --with. */
static bool
read_officers(
    struct fv_app *app, struct fv_call *call, struct visit *visit, struct fv_reply *reply)
{
	visit->officers[visit->officer_count++] = app->officer;
	for (size_t i = 0; i < call->args.given_count; i++) {
		const char *id = call->args.given[i].value;

		if (strcmp(call->args.given[i].name, "with") != 0)
			continue;
		for (size_t k = 0; k < visit->officer_count; k++) {
			if (strcmp(visit->officers[k], id) == 0) {
				fv_reply_fail(reply, FV_FAIL_USAGE, "begin",
				    _("--with %.24s: this officer is counted already"), id);
				return false;
			}
		}
		if (!fv_id_valid(fv_span_z(id), FV_ID_BYTES - 1) ||
		    visit->officer_count == OFFICERS_MAX) {
			fv_reply_fail(reply, FV_FAIL_USAGE, "begin",
			    _("--with %.40s: up to 3 officers' ids, each 1 to 24 letters, "
			      "digits, "
			      "'.', '_' or '-'"),
			    id);
			return false;
		}
		visit->officers[visit->officer_count++] = id;
	}
	return true;
}

/* A declared officer whom the roster does not know is recorded as given, and said. */
static void
warn_unknown(struct fv_app *app, const struct visit *visit, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;

	if (visit->officer_count < 2 || fv_roster_load(app->store, &roster, NULL) != FV_OK)
		return;
	for (size_t i = 1; i < visit->officer_count; i++) {
		if (fv_roster_find_officer(roster, visit->officers[i]) == NULL)
			fv_reply_warn(reply,
			    _("%s: not an officer of roster version %" PRIu64
			      "; recorded as given"),
			    visit->officers[i], roster->version);
	}
	free(roster);
}

static void
put_visit(struct fv_app *app, const struct visit *visit, struct fv_buf *payload, bool *is_fix)
{
	fv_cbor_put_map(payload, 3U + (visit->place != 0) + (visit->purpose != 0));
	fv_cbor_put_uint(payload, 1);
	fv_cbor_put_text_z(payload, visit->case_id);
	fv_cbor_put_uint(payload, 2);
	fv_app_put_stamp(app, payload, is_fix);
	fv_cbor_put_uint(payload, 4);
	fv_cbor_put_array(payload, visit->officer_count);
	for (size_t i = 0; i < visit->officer_count; i++)
		fv_cbor_put_text_z(payload, visit->officers[i]);
	if (visit->place != 0) {
		fv_cbor_put_uint(payload, 5);
		fv_cbor_put_uint(payload, visit->place);
	}
	if (visit->purpose != 0) {
		fv_cbor_put_uint(payload, 6);
		fv_cbor_put_uint(payload, visit->purpose);
	}
}

static void
tell(struct fv_app *app, const struct visit *visit, uint64_t seq, bool is_fix,
    struct fv_reply *reply)
{
	char id[FV_VISIT_ID_BYTES];

	fv_reply_line(
	    reply, _("visit at %s begun, recorded as %" PRIu64), visit->case_id, seq);
	if (!is_fix)
		fv_reply_line(reply, "%s",
		    app->gps != NULL
			? _("no position yet: recorded so; the next good one counts")
			: _("no position: no receiver is running"));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "visit", fv_app_visit_id(app, seq, id));
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", visit->case_id);
	fv_json_instant(&reply->json, "at", app->journal.trail.last.rtc_ms);
	fv_json_bool(&reply->json, "fix", is_fix);
	fv_json_begin_array(&reply->json, "officers");
	for (size_t i = 0; i < visit->officer_count; i++)
		fv_json_text_z(&reply->json, NULL, visit->officers[i]);
	fv_json_end_array(&reply->json);
	fv_json_end_object(&reply->json);
}

int
fv_cmd_begin(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct visit visit = {.case_id = call->args.operands[0]};
	struct fv_buf payload = {0};
	char since[FV_LOCAL_TEXT_BYTES];
	struct fv_work work;
	bool is_fix = false, is_done;
	uint64_t seq;
	enum fv_err rc;

	if (!read_officers(app, call, &visit, reply) ||
	    !fv_call_where(call, &visit.place, &visit.purpose, reply) ||
	    !fv_officer_is_there(app, reply) || !fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_VISIT_OPEN, work.case_id,
		    _("a visit is open since %s; 'fieldvisit end' ends it"),
		    fv_clock_local(work.visit_ms, since));
	if (!fv_call_has_case(app, visit.case_id, reply))
		return reply->exit;

	if (work.is_paused && !fv_profile_take(app, reply))
		return reply->exit;
	if (!fv_pause_end(app, &work, reply))
		return reply->exit;
	fv_app_close_track(app);
	put_visit(app, &visit, &payload, &is_fix);
	is_done = fv_app_record(app, FV_REC_VISIT_BEGIN, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	if (!work.has_shift)
		fv_reply_warn(reply, "%s",
		    _("no shift is open: no track is kept; 'fieldvisit shift begin' begins "
		      "one"));
	fv_profile_warn(app, reply);
	warn_unknown(app, &visit, reply);
	tell(app, &visit, seq, is_fix, reply);
	fv_checkin_begin(app, reply);
	return FV_EXIT_OK;
}
