#include "firmware-app/summary.h"

#include <inttypes.h>
#include <string.h>

#include "firmware-app/noterecord.h"
#include "firmware-app/payload.h"
#include "fv/detail.h"
#include "fv/stamp.h"

#define PLAN_FIELDS_REQUIRED 0x1fU /* bits 0 to 4 of OUTCOME 15 */

struct reading {
	uint64_t visit_seq;
	struct fv_summary *s;
};

/* A number of the payload; 0 where it has none. */
static uint32_t
get_code(struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader value;
	uint64_t code = 0;

	if (fv_cbor_map_find(payload, key, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, UINT32_MAX, &code) != FV_OK)
		return 0;
	return (uint32_t)code;
}

static bool
has_key(struct fv_span payload, uint64_t key)
{
	struct fv_cbor_reader value;

	return fv_cbor_map_find(payload, key, &value) == FV_OK && !fv_cbor_take_null(&value);
}

static bool
has_fix(struct fv_span payload)
{
	struct fv_cbor_reader value;
	struct fv_stamp stamp;
	struct fv_span item;

	return fv_cbor_map_find(payload, 2, &value) == FV_OK && !fv_cbor_take_null(&value) &&
	    fv_cbor_skip(&value, &item) == FV_OK && fv_stamp_parse(item, &stamp) == FV_OK &&
	    stamp.mode >= 2 && fv_stamp_has(&stamp, FV_STAMP_LAT);
}

static void
take_outcome(struct fv_span payload, struct fv_summary *s)
{
	s->outcome = get_code(payload, 4);
	s->with = get_code(payload, 5);
	s->business = get_code(payload, 9);
	s->has_detail = has_key(payload, 10);
	s->has_plan_fields = has_key(payload, 15);
	s->plan_fields = get_code(payload, 15);
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	const struct reading *reading = ctx;
	struct fv_summary *s = reading->s;
	struct fv_cbor_reader value;
	uint64_t subject;
	bool is_own = row->seq == reading->visit_seq;

	if (fv_cbor_map_find(row->payload, 1, &value) == FV_OK &&
	    fv_cbor_get_uint(&value, UINT64_MAX, &subject) == FV_OK)
		is_own = subject == reading->visit_seq;
	if (!is_own)
		return FV_OK;
	switch (row->type) {
	case FV_REC_VISIT_BEGIN:
	case FV_REC_VISIT_END:
		s->has_fix = s->has_fix || has_fix(row->payload);
		break;
	case FV_REC_OUTCOME:
		take_outcome(row->payload, s);
		break;
	case FV_REC_NOTE:
		s->note_count += get_code(row->payload, 9) == FV_NOTE_KIND_NOTE ? 1U : 0U;
		break;
	case FV_REC_EVENT:
		if (s->request_count < FV_SUMMARY_REQUESTS_MAX)
			s->requests[s->request_count] = get_code(row->payload, 4);
		s->request_count++;
		break;
	default:
		break;
	}
	return FV_OK;
}

enum fv_err
fv_summary_load(struct fv_app *app, const struct fv_work *work, struct fv_summary *out)
{
	struct reading reading = {work->visit_seq, out};

	memset(out, 0, sizeof *out);
	out->begun_ms = work->visit_ms;
	out->duration_ms = app->journal.trail.last.rtc_ms - work->visit_ms;
	return fv_store_each_record(app->store, work->visit_seq,
	    fv_journal_next_seq(&app->journal), on_record, &reading);
}

uint32_t
fv_summary_lacks(const struct fv_summary *s)
{
	uint32_t lacks = s->has_fix ? 0 : FV_LACK_POSITION;

	if (s->outcome == 0)
		lacks |= FV_LACK_OUTCOME;
	else if (s->with == 0)
		lacks |= FV_LACK_WITH;
	if (fv_detail_required(s->business) != 0 && !s->has_detail)
		lacks |= FV_LACK_DETAIL;
	if (s->business == FV_BUSINESS_INSTALMENT &&
	    (s->plan_fields & PLAN_FIELDS_REQUIRED) != PLAN_FIELDS_REQUIRED)
		lacks |= FV_LACK_PLAN_FIELDS;
	if (s->outcome == FV_OUTCOME_CONVERSATION && s->note_count == 0)
		lacks |= FV_LACK_NOTE;
	return lacks;
}

static void
tell_lacks(uint32_t lacks, struct fv_reply *reply)
{
	static const char *const words[] = {
	    "outcome", "with", "detail", "plan-fields", "note", "position"};
	const char *const sentences[] = {_("no outcome was recorded for it"),
	    _("the outcome does not say with whom"),
	    _("what was agreed has no detail: amount and dates"),
	    _("the plan lacks required fields"), _("a conversation and no note of it"),
	    _("no position at its begin or end")};

	fv_json_begin_array(&reply->json, "missing");
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if ((lacks & (1U << i)) == 0)
			continue;
		fv_reply_line(reply, _("missing: %s"), sentences[i]);
		fv_json_text_z(&reply->json, NULL, words[i]);
	}
	fv_json_end_array(&reply->json);
}

static void
put_requests(const struct fv_summary *s, struct fv_buf *text, struct fv_json *json)
{
	const char *word, *gap = "";

	fv_json_begin_array(json, "requests");
	for (size_t i = 0; i < s->request_count && i < FV_SUMMARY_REQUESTS_MAX; i++) {
		if ((word = fv_code_word(FV_CODES_EVENT_KIND, s->requests[i])) == NULL)
			continue;
		fv_json_text_z(json, NULL, word);
		fv_buf_putf(text, "%s%s", gap, word);
		gap = ", ";
	}
	fv_json_end_array(json);
}

void
fv_summary_tell(const struct fv_summary *s, struct fv_reply *reply)
{
	const char *outcome = fv_code_word(FV_CODES_OUTCOME, s->outcome);
	const char *with = fv_code_word(FV_CODES_WITH, s->with);
	const int64_t minutes = s->duration_ms / 60000;
	struct fv_buf requests = {0};

	fv_json_begin_object(&reply->json, "summary");
	fv_json_instant(&reply->json, "begun", s->begun_ms);
	fv_json_int(&reply->json, "duration_s", s->duration_ms / 1000);
	fv_json_text_z(&reply->json, "outcome", outcome != NULL ? outcome : "");
	fv_json_text_z(&reply->json, "with", with != NULL ? with : "");
	fv_json_text_z(&reply->json, "business", fv_business_word(s->business));
	fv_json_uint(&reply->json, "notes", s->note_count);
	put_requests(s, &requests, &reply->json);
	fv_reply_line(reply, _("%" PRId64 " min; outcome: %s; business: %s; notes: %zu"),
	    minutes, outcome != NULL ? outcome : "-", fv_business_word(s->business),
	    s->note_count);
	if (requests.len > 0)
		fv_reply_line(reply, _("asked or said: %s"),
		    fv_buf_z(&requests) != NULL ? fv_buf_z(&requests) : "");
	tell_lacks(fv_summary_lacks(s), reply);
	fv_json_end_object(&reply->json);
	fv_buf_clear(&requests);
}
