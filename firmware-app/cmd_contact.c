/*
 * A call, message or letter that this officer made or heard of: one CONTACT (PROTOCOL.md
 * section 2).  A visit is begun, not told.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware-app/detailed.h"
#include "firmware-app/subject.h"
#include "fv/fold.h"

struct contact {
	const char *case_id;
	uint32_t channel, by, outcome, with, place, purpose, source, recorded, meant_for;
	bool has_begin, has_end;
	int64_t begin_ms, end_ms;
	enum fv_tri identified, confirmed;
	const char *number, *call_id, *debts, *discussed;
	bool has_business;
	uint32_t business;
};

static bool
read_channel(const struct fv_call *call, struct contact *c, struct fv_reply *reply)
{
	const char *word = call->args.operands[1], *near;

	c->channel = fv_code_find(FV_CODES_CHANNEL, fv_span_z(word));
	if (c->channel > FV_CHANNEL_VISIT)
		return true;
	near = fv_code_nearest(FV_CODES_CHANNEL, fv_span_z(word));
	if (c->channel == FV_CHANNEL_VISIT)
		fv_reply_fail(reply, FV_FAIL_USAGE, "contact",
		    _("a visit is not told but begun at the door: 'fieldvisit begin %s'"),
		    call->args.operands[0]);
	else if (near != NULL)
		fv_reply_fail(reply, FV_FAIL_USAGE, "contact",
		    _("%.40s: no such channel; did you mean '%s'?"), word, near);
	else
		fv_reply_fail(reply, FV_FAIL_USAGE, "contact",
		    _("%.40s: no such channel; one of call, sms, email, message, letter"),
		    word);
	return false;
}

static bool
read_codes(const struct fv_call *call, struct contact *c, struct fv_reply *reply)
{
	if (!fv_call_code(call, "by", FV_CODES_BY, &c->by, reply) ||
	    !fv_call_code(call, "outcome", FV_CODES_OUTCOME, &c->outcome, reply) ||
	    !fv_call_code(call, "with", FV_CODES_WITH, &c->with, reply) ||
	    !fv_call_code(call, "place", FV_CODES_PLACE, &c->place, reply) ||
	    !fv_call_code(call, "purpose", FV_CODES_PURPOSE, &c->purpose, reply) ||
	    !fv_call_code(call, "source", FV_CODES_SOURCE, &c->source, reply) ||
	    !fv_call_code(call, "recorded", FV_CODES_RECORDED, &c->recorded, reply) ||
	    !fv_call_code(call, "meant-for", FV_CODES_WITH, &c->meant_for, reply))
		return false;
	if (c->by == 0)
		c->by = FV_BY_COLLECTOR;
	return fv_call_tri(call, "identified", &c->identified, reply) &&
	    fv_call_tri(call, "identity-confirmed", &c->confirmed, reply) &&
	    fv_call_business(call, &c->has_business, &c->business, reply) &&
	    fv_call_label(call, "number", &c->number, reply) &&
	    fv_call_label(call, "call-id", &c->call_id, reply);
}

/* Told afterwards, never before: and an end is not before its begin. */
static bool
read_times(struct fv_subject *subject, const struct fv_call *call, struct contact *c,
    struct fv_reply *reply)
{
	const int64_t now = subject->app->clock.rtc_ms(subject->app->clock.ctx);
	const char *rule = NULL;

	if (!fv_subject_time(
		subject, call, "begin", false, &c->has_begin, &c->begin_ms, reply) ||
	    !fv_subject_time(subject, call, "end", false, &c->has_end, &c->end_ms, reply))
		return false;
	if ((c->has_begin && c->begin_ms > now) || (c->has_end && c->end_ms > now))
		rule = _("a contact is recorded after it began, not before");
	else if (c->has_end && !c->has_begin)
		rule = _("--end needs --begin");
	else if (c->has_end && c->end_ms < c->begin_ms)
		rule = _("--end is before --begin");
	if (rule != NULL)
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "contact", "%s", rule);
	return rule == NULL;
}

static size_t
key_count(const struct contact *c, uint64_t detail_seq)
{
	return 3U + FV_HAS(c->has_begin) + FV_HAS(c->has_end) + FV_HAS(c->number) +
	    FV_HAS(c->outcome) + FV_HAS(c->with) + FV_HAS(c->place) + FV_HAS(c->debts) +
	    FV_HAS(c->discussed) + FV_HAS(c->has_business) + FV_HAS(c->purpose) +
	    FV_HAS(c->source) + FV_HAS(c->identified) + FV_HAS(c->recorded) +
	    FV_HAS(c->confirmed) + FV_HAS(c->call_id) + FV_HAS(c->meant_for) +
	    FV_HAS(detail_seq != UINT64_MAX);
}

static void
put_contact(struct fv_buf *out, uint64_t detail_seq, const void *ctx)
{
	const struct contact *c = ctx;

	fv_cbor_put_map(out, key_count(c, detail_seq));
	fv_payload_put_text(out, 1, c->case_id);
	fv_payload_put_ms(out, 3, c->has_begin, c->begin_ms);
	fv_payload_put_code(out, 4, c->channel);
	fv_payload_put_ms(out, 5, c->has_end, c->end_ms);
	fv_payload_put_code(out, 6, c->by);
	fv_payload_put_text(out, 7, c->number);
	fv_payload_put_code(out, 8, c->outcome);
	fv_payload_put_code(out, 9, c->with);
	fv_payload_put_code(out, 10, c->place);
	fv_payload_put_ids(out, 11, c->debts);
	fv_payload_put_ids(out, 12, c->discussed);
	fv_payload_put_business(out, 13, c->has_business, c->business);
	fv_payload_put_seq(out, 14, detail_seq);
	fv_payload_put_code(out, 15, c->purpose);
	fv_payload_put_code(out, 16, c->source);
	fv_payload_put_tri(out, 17, c->identified);
	fv_payload_put_code(out, 18, c->recorded);
	fv_payload_put_tri(out, 19, c->confirmed);
	fv_payload_put_text(out, 20, c->call_id);
	fv_payload_put_code(out, 21, c->meant_for);
}

static void
tell(struct fv_app *app, const struct contact *c, const struct fv_detailed *detailed,
    uint64_t seq, struct fv_reply *reply)
{
	const int64_t at = c->has_begin ? c->begin_ms : app->journal.trail.last.rtc_ms;
	const char *channel = fv_code_word(FV_CODES_CHANNEL, c->channel);
	char id[FV_FOLD_ID_BYTES], when[FV_LOCAL_TEXT_BYTES];

	fv_reply_line(reply,
	    _("%s of %s at %s recorded as %" PRIu64 "; 'check' counts it from now on"),
	    channel, c->case_id, fv_clock_local(at, when), seq);
	if (c->outcome == 0)
		fv_reply_warn(reply, "%s",
		    _("no --outcome: whether it was a conversation is not known, and rules "
		      "ask a person"));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "contact", fv_fold_id('k', app->identity.dev, seq, id));
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", c->case_id);
	fv_json_text_z(&reply->json, "channel", channel);
	fv_json_instant(&reply->json, "begin", at);
	fv_detailed_tell(detailed, reply);
	fv_json_end_object(&reply->json);
}

int
fv_cmd_contact(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_subject subject = {0};
	struct contact c = {.case_id = call->args.operands[0]};
	const struct fv_detailed_record record = {.type = FV_REC_CONTACT,
	    .subject = {false, 0, c.case_id},
	    .put = put_contact,
	    .ctx = &c};
	struct fv_detailed detailed;
	uint64_t seq;

	if (!read_channel(call, &c, reply) || !read_codes(call, &c, reply) ||
	    !fv_detailed_read(app, call, c.business, &detailed, reply) ||
	    !fv_app_journal(app, reply))
		return reply->exit;
	if (fv_subject_load(&subject, app, c.case_id, reply) &&
	    read_times(&subject, call, &c, reply) &&
	    fv_subject_debts(&subject, call, "debts", &c.debts, reply) &&
	    fv_subject_debts(&subject, call, "discussed", &c.discussed, reply) &&
	    fv_detailed_append(app, &detailed, &record, &seq, reply))
		tell(app, &c, &detailed, seq, reply);
	fv_subject_clear(&subject);
	return reply->exit;
}
