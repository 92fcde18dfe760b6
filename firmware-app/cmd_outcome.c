#include <inttypes.h>
#include <string.h>

#include "firmware-app/payload.h"
#include "firmware-app/work.h"

#define PLAN_MONTHS_MAX 600U
#define PLAN_FIELDS_MAX 63U

struct outcome {
	uint32_t outcome, with, recorded;
	bool has_business;
	uint32_t business; /* 0: none */
	enum fv_tri entered, identified, confirmed, camera;
	const char *debts, *discussed; /* ids, commas between; NULL: not said */
	bool has_months, has_fields;
	uint64_t months, fields;
};

static bool
read_options(struct fv_call *call, struct outcome *o, struct fv_reply *reply)
{
	const char *word = call->args.operands[0], *near;

	o->outcome = fv_code_find(FV_CODES_OUTCOME, fv_span_z(word));
	if (o->outcome == 0) {
		near = fv_code_nearest(FV_CODES_OUTCOME, fv_span_z(word));
		fv_reply_fail(reply, FV_FAIL_USAGE, "outcome",
		    _("%.40s: no such outcome; %s%s%s"), word,
		    near != NULL ? _("did you mean ")
				 : _("one of conversation, contact, not_home, "),
		    near != NULL ? near : "refused, left_message, no_answer",
		    near != NULL ? "?" : "");
		return false;
	}
	return fv_call_code(call, "with", FV_CODES_WITH, &o->with, reply) &&
	    fv_call_code(call, "recorded", FV_CODES_RECORDED, &o->recorded, reply) &&
	    fv_call_tri(call, "entered", &o->entered, reply) &&
	    fv_call_tri(call, "identified", &o->identified, reply) &&
	    fv_call_tri(call, "identity-confirmed", &o->confirmed, reply) &&
	    fv_call_tri(call, "camera", &o->camera, reply) &&
	    fv_call_uint(
		call, "plan-months", PLAN_MONTHS_MAX, &o->has_months, &o->months, reply) &&
	    fv_call_uint(
		call, "plan-fields", PLAN_FIELDS_MAX, &o->has_fields, &o->fields, reply) &&
	    fv_call_business(call, &o->has_business, &o->business, reply) &&
	    fv_call_ids(call, "debts", &o->debts, reply) &&
	    fv_call_ids(call, "discussed", &o->discussed, reply);
}

static void
put_outcome(struct fv_buf *out, uint64_t visit_seq, const struct outcome *o)
{
	size_t count = 2U + (o->with != 0) + (o->entered != 0) + (o->debts != NULL) +
	    (o->discussed != NULL) + o->has_business + (o->identified != 0) +
	    (o->recorded != 0) + (o->confirmed != 0) + o->has_months + o->has_fields +
	    (o->camera != 0);

	fv_cbor_put_map(out, count);
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, visit_seq);
	fv_payload_put_code(out, 4, o->outcome);
	fv_payload_put_code(out, 5, o->with);
	fv_payload_put_tri(out, 6, o->entered);
	fv_payload_put_ids(out, 7, o->debts);
	fv_payload_put_ids(out, 8, o->discussed);
	fv_payload_put_business(out, 9, o->has_business, o->business);
	fv_payload_put_tri(out, 11, o->identified);
	fv_payload_put_code(out, 12, o->recorded);
	fv_payload_put_tri(out, 13, o->confirmed);
	if (o->has_months) {
		fv_cbor_put_uint(out, 14);
		fv_cbor_put_uint(out, o->months);
	}
	if (o->has_fields) {
		fv_cbor_put_uint(out, 15);
		fv_cbor_put_uint(out, o->fields);
	}
	fv_payload_put_tri(out, 16, o->camera);
}

int
fv_cmd_outcome(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct outcome outcome = {0};
	struct fv_buf payload = {0};
	struct fv_work work;
	uint64_t seq;
	bool is_done;
	enum fv_err rc;

	if (!read_options(call, &outcome, reply) || !fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (!work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; an outcome belongs to an open visit: 'fieldvisit begin "
		      "CASE'"));
	put_outcome(&payload, work.visit_seq, &outcome);
	is_done = fv_app_record(app, FV_REC_OUTCOME, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	fv_reply_line(reply, _("outcome %s at %s recorded as %" PRIu64),
	    call->args.operands[0], work.case_id, seq);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", work.case_id);
	fv_json_text_z(&reply->json, "outcome", call->args.operands[0]);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
