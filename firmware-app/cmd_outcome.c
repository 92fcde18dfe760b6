#include <inttypes.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"

#define DEBTS_MAX 32U
#define PLAN_MONTHS_MAX 600U
#define PLAN_FIELDS_MAX 63U

/* Words of the business result (codes 1..11); "none" is 0. */
static const char *const businesses[] = {"none", "promise", "instalment", "extension",
    "reduction", "payment", "dispute", "hardship", "wrong_person", "moved", "deceased",
    "other"};
#define BUSINESS_COUNT (sizeof businesses / sizeof businesses[0])

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
read_business(struct fv_call *call, struct outcome *o, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, "business"), *near;

	o->has_business = word != NULL;
	if (word == NULL)
		return true;
	for (uint32_t i = 0; i < BUSINESS_COUNT; i++) {
		if (strcmp(businesses[i], word) == 0) {
			o->business = i;
			return true;
		}
	}
	near = fv_word_nearest(fv_span_z(word), businesses, BUSINESS_COUNT);
	fv_reply_fail(reply, FV_FAIL_USAGE, "outcome", _("--business %.40s: no such word%s%s"),
	    word, near != NULL ? _("; did you mean ") : "", near != NULL ? near : "");
	return false;
}

/* The next id of a list; false at its end. */
static bool
next_id(const char **at, struct fv_span *id)
{
	const char *comma;

	if (*at == NULL)
		return false;
	comma = strchr(*at, ',');
	*id = comma != NULL ? fv_span_of(*at, (size_t)(comma - *at)) : fv_span_z(*at);
	*at = comma != NULL ? comma + 1 : NULL;
	return true;
}

static bool
check_ids(const char *option, const char *list, struct fv_reply *reply)
{
	const char *at = list;
	struct fv_span id;
	size_t count = 0;

	while (next_id(&at, &id)) {
		if (!fv_id_valid(id, FV_CASE_ID_BYTES - 1) || ++count > DEBTS_MAX) {
			fv_reply_fail(reply, FV_FAIL_USAGE, "outcome",
			    _("--%s %.60s: up to 32 ids of letters, digits, '.', '_' or '-', "
			      "with "
			      "commas between"),
			    option, list);
			return false;
		}
	}
	return true;
}

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
	o->debts = fv_args_value(&call->args, "debts");
	o->discussed = fv_args_value(&call->args, "discussed");
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
	    read_business(call, o, reply) && check_ids("debts", o->debts, reply) &&
	    check_ids("discussed", o->discussed, reply);
}

static void
put_ids(struct fv_buf *out, uint64_t key, const char *list)
{
	const char *at = list;
	struct fv_span id;
	size_t count = 0;

	if (list == NULL)
		return;
	while (next_id(&at, &id))
		count++;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_array(out, count);
	at = list;
	while (next_id(&at, &id))
		fv_cbor_put_text(out, id);
}

static void
put_code(struct fv_buf *out, uint64_t key, uint32_t code)
{
	if (code == 0)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, code);
}

static void
put_tri(struct fv_buf *out, uint64_t key, enum fv_tri tri)
{
	if (tri == FV_TRI_UNKNOWN)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_bool(out, tri == FV_TRI_YES);
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
	put_code(out, 4, o->outcome);
	put_code(out, 5, o->with);
	put_tri(out, 6, o->entered);
	put_ids(out, 7, o->debts);
	put_ids(out, 8, o->discussed);
	if (o->has_business) {
		fv_cbor_put_uint(out, 9);
		if (o->business == 0)
			fv_cbor_put_null(out);
		else
			fv_cbor_put_uint(out, o->business);
	}
	put_tri(out, 11, o->identified);
	put_code(out, 12, o->recorded);
	put_tri(out, 13, o->confirmed);
	if (o->has_months) {
		fv_cbor_put_uint(out, 14);
		fv_cbor_put_uint(out, o->months);
	}
	if (o->has_fields) {
		fv_cbor_put_uint(out, 15);
		fv_cbor_put_uint(out, o->fields);
	}
	put_tri(out, 16, o->camera);
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
