#include <inttypes.h>
#include <string.h>

#include "firmware-app/detailed.h"
#include "firmware-app/outcome.h"
#include "firmware-app/work.h"

#define PLAN_MONTHS_MAX 600U
#define PLAN_FIELDS_MAX 63U

struct outcome {
	struct fv_outcome_said said;
	uint64_t visit_seq;
	struct fv_detailed detailed;
};

bool
fv_outcome_read(const struct fv_call *call, const char *word, struct fv_outcome_said *o,
    struct fv_reply *reply)
{
	const char *near;

	if (word != NULL)
		o->outcome = fv_code_find(FV_CODES_OUTCOME, fv_span_z(word));
	if (word != NULL && o->outcome == 0) {
		near = fv_code_nearest(FV_CODES_OUTCOME, fv_span_z(word));
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
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

/* Term and fields of a plan come from its detail, or from the options, never from both. */
static bool
read_plan(struct fv_app *app, struct fv_call *call, struct outcome *o, struct fv_reply *reply)
{
	struct fv_outcome_said *said = &o->said;

	if (!fv_detailed_read(app, call, said->business, &o->detailed, reply))
		return false;
	if (!o->detailed.is_given || said->business != FV_BUSINESS_INSTALMENT)
		return true;
	if (said->has_months || said->has_fields) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "outcome", "%s",
		    _("--plan-months and --plan-fields are read from the detail; leave them "
		      "out"));
		return false;
	}
	said->months = fv_detail_months(&o->detailed.detail);
	said->has_months = said->months > 0;
	said->fields = fv_detail_plan_fields(&o->detailed.detail);
	said->has_fields = true;
	return true;
}

size_t
fv_outcome_count(const struct fv_outcome_said *o)
{
	return FV_HAS(o->outcome) + FV_HAS(o->with) + FV_HAS(o->entered) + FV_HAS(o->debts) +
	    FV_HAS(o->discussed) + FV_HAS(o->has_business) + FV_HAS(o->identified) +
	    FV_HAS(o->recorded) + FV_HAS(o->confirmed) + FV_HAS(o->has_months) +
	    FV_HAS(o->has_fields) + FV_HAS(o->camera);
}

void
fv_outcome_put(struct fv_buf *out, const struct fv_outcome_said *o, uint64_t detail_seq)
{
	fv_payload_put_code(out, 4, o->outcome);
	fv_payload_put_code(out, 5, o->with);
	fv_payload_put_tri(out, 6, o->entered);
	fv_payload_put_ids(out, 7, o->debts);
	fv_payload_put_ids(out, 8, o->discussed);
	fv_payload_put_business(out, 9, o->has_business, o->business);
	fv_payload_put_seq(out, 10, detail_seq);
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

static void
put_outcome(struct fv_buf *out, uint64_t detail_seq, const void *ctx)
{
	const struct outcome *o = ctx;

	fv_cbor_put_map(
	    out, 1U + fv_outcome_count(&o->said) + FV_HAS(detail_seq != UINT64_MAX));
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, o->visit_seq);
	fv_outcome_put(out, &o->said, detail_seq);
}

int
fv_prepare_outcome(struct fv_call *call, struct fv_reply *reply)
{
	return fv_detailed_prepare(call, reply) ? FV_EXIT_OK : reply->exit;
}

int
fv_cmd_outcome(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct outcome outcome = {0};
	struct fv_detailed_record record = {
	    .type = FV_REC_OUTCOME, .put = put_outcome, .ctx = &outcome};
	struct fv_work work;
	uint64_t seq;
	enum fv_err rc;

	if (!fv_outcome_read(call, call->args.operands[0], &outcome.said, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (!work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; an outcome belongs to an open visit: 'fieldvisit begin "
		      "CASE'"));
	if (!read_plan(app, call, &outcome, reply) || !fv_app_journal(app, reply))
		return reply->exit;
	outcome.visit_seq = work.visit_seq;
	record.subject = (struct fv_note_subject){
	    .is_visit = true, .visit_seq = work.visit_seq, .case_id = work.case_id};
	if (!fv_detailed_append(app, &outcome.detailed, &record, &seq, reply))
		return reply->exit;
	fv_reply_line(reply, _("outcome %s at %s recorded as %" PRIu64),
	    call->args.operands[0], work.case_id, seq);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", work.case_id);
	fv_json_text_z(&reply->json, "outcome", call->args.operands[0]);
	fv_detailed_tell(&outcome.detailed, reply);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
