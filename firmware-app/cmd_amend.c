/*
 * A correction of a visit: an AMEND beside what was recorded, which stays (PROTOCOL.md
 * section 2).  A corrected time may narrow a visit and never moves it outside its recorded
 * begin and end.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware-app/outcome.h"
#include "firmware-app/subject.h"
#include "firmware-app/visit.h"
#include "fv/fold.h"

static const char *const reasons[] = {
    "wrong-case", "late-begin", "forgot-end", "wrong-outcome", "other"};
#define REASON_COUNT (sizeof reasons / sizeof reasons[0])

/* What each option belongs to; bits of enum fv_amend_reason. */
#define FOR(reason) (1U << (reason))
static const struct {
	const char *option;
	unsigned reasons;
} belongs[] = {
    {"time", FOR(FV_AMEND_LATE_BEGIN) | FOR(FV_AMEND_FORGOT_END)},
    {"case", FOR(FV_AMEND_WRONG_CASE)},
    {"place", FOR(FV_AMEND_OTHER)},
    {"purpose", FOR(FV_AMEND_OTHER)},
    {"reason", ~0U},
};
#define BELONGS_COUNT (sizeof belongs / sizeof belongs[0])

/* One correction on its way to its record. */
struct correction {
	struct fv_visit visit;
	enum fv_amend_reason reason;
	bool has_time;
	int64_t time_ms;
	const char *case_id; /* NULL: none named */
	uint32_t place, purpose;
	struct fv_outcome_said outcome;
	uint64_t of_seq; /* the record that is corrected */
};

static bool
read_reason(const struct fv_call *call, struct correction *c, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, "reason"), *near;

	for (unsigned i = 0; word != NULL && i < REASON_COUNT; i++)
		if (strcmp(reasons[i], word) == 0)
			c->reason = (enum fv_amend_reason)(i + 1);
	if (c->reason != 0)
		return true;
	near = word != NULL ? fv_word_nearest(fv_span_z(word), reasons, REASON_COUNT) : NULL;
	fv_reply_fail(reply, FV_FAIL_USAGE, "amend",
	    _("--reason %.40s: one of wrong-case, late-begin, forgot-end, wrong-outcome, "
	      "other%s%s"),
	    word != NULL ? word : "", near != NULL ? _("; did you mean ") : "",
	    near != NULL ? near : "");
	return false;
}

/* An option that the reason has no use for is a slip, not a detail. */
static bool
check_options(const struct fv_call *call, const struct correction *c, struct fv_reply *reply)
{
	for (size_t i = 0; i < call->args.given_count; i++) {
		unsigned allowed = FOR(FV_AMEND_WRONG_OUTCOME); /* the rest are an outcome's */

		for (size_t k = 0; k < BELONGS_COUNT; k++)
			if (strcmp(belongs[k].option, call->args.given[i].name) == 0)
				allowed = belongs[k].reasons;
		if ((allowed & FOR(c->reason)) != 0)
			continue;
		fv_reply_fail(reply, FV_FAIL_USAGE, "amend",
		    _("--%s does not belong to --reason %s; 'fieldvisit help amend'"),
		    call->args.given[i].name, reasons[c->reason - 1]);
		return false;
	}
	return true;
}

/* --time, as RFC 3339 or local to the borrower. */
static bool
read_time(struct fv_app *app, const struct fv_call *call, struct correction *c,
    struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, "time");
	struct fv_subject subject = {0};
	bool is_read;

	c->has_time = word != NULL;
	if (word == NULL || fv_instant_parse(fv_span_z(word), &c->time_ms) == FV_OK)
		return true;
	is_read = fv_subject_load(&subject, app, c->visit.case_id, reply) &&
	    fv_subject_time(&subject, call, "time", false, &c->has_time, &c->time_ms, reply);
	fv_subject_clear(&subject);
	return is_read;
}

static bool
read_options(
    struct fv_app *app, struct fv_call *call, struct correction *c, struct fv_reply *reply)
{
	c->case_id = fv_args_value(&call->args, "case");
	c->of_seq = c->visit.seq;
	return check_options(call, c, reply) && read_time(app, call, c, reply) &&
	    fv_call_where(call, &c->place, &c->purpose, reply) &&
	    (c->reason != FV_AMEND_WRONG_OUTCOME ||
		fv_outcome_read(
		    call, fv_args_value(&call->args, "outcome"), &c->outcome, reply));
}

/* --- one rule a reason --- */

static bool
may_disown(struct fv_app *app, struct correction *c, struct fv_reply *reply)
{
	const struct fv_visit *v = &c->visit;
	char when[FV_LOCAL_TEXT_BYTES];
	struct fv_moment now;
	int64_t late_ms;

	fv_app_now(&now, app);
	late_ms = !v->has_end ? 0
	    : memcmp(now.boot, v->end.boot, sizeof now.boot) == 0
	    ? now.boottime_ms - v->end.boottime_ms
	    : now.rtc_ms - v->end.rtc_ms;
	if (late_ms > FV_FOLD_DISOWN_MS) {
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, v->case_id,
		    _("wrong-case is said during the visit or within 10 minutes after its "
		      "end, which was at %s; tell your supervisor, and write a note"),
		    fv_clock_local(v->end.rtc_ms, when));
		return false;
	}
	if (c->case_id != NULL && strcmp(c->case_id, v->case_id) == 0) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "amend",
		    _("--case %.40s: that is the case at which it was begun"), c->case_id);
		return false;
	}
	return c->case_id == NULL || fv_call_has_case(app, c->case_id, reply);
}

static bool
may_claim_begin(struct correction *c, struct fv_reply *reply)
{
	char when[FV_LOCAL_TEXT_BYTES];

	if (!c->has_time) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "amend", "%s",
		    _("late-begin needs --time: when it really began"));
		return false;
	}
	if (c->time_ms < c->visit.begin.rtc_ms)
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, c->visit.case_id,
	    _("late-begin claims an earlier time than the recorded begin, %s; the record "
	      "stays as it is"),
	    fv_clock_local(c->visit.begin.rtc_ms, when));
	return false;
}

/* Within the recorded begin and end; without --time, when he was last seen there. */
static bool
may_claim_end(struct fv_app *app, struct correction *c, struct fv_reply *reply)
{
	const struct fv_visit *v = &c->visit;
	char from[FV_LOCAL_TEXT_BYTES], until[FV_LOCAL_TEXT_BYTES];
	int64_t end_ms = v->has_end ? v->end.rtc_ms : app->clock.rtc_ms(app->clock.ctx);
	bool is_there;
	enum fv_err rc;

	c->of_seq = v->has_end ? v->end_seq : v->seq;
	if (!c->has_time) {
		rc = fv_visit_last_inside(app, v->seq, &c->time_ms, &is_there);
		if (rc != FV_OK) {
			fv_reply_fail_err(reply, FV_STORE_FILE, rc);
			return false;
		}
		if (is_there && !v->has_end) {
			fv_reply_fail(reply, FV_FAIL_BAD_INPUT, v->case_id, "%s",
			    _("the receiver still sees you there; 'fieldvisit end' ends it, "
			      "or --time says when it ended"));
			return false;
		}
		c->has_time = true;
	}
	if (c->time_ms >= v->begin.rtc_ms && c->time_ms < end_ms)
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, v->case_id,
	    _("a corrected time may narrow a visit and never moves it outside what was "
	      "recorded: from %s to %s"),
	    fv_clock_local(v->begin.rtc_ms, from), fv_clock_local(end_ms, until));
	return false;
}

static bool
may_change_outcome(struct correction *c, struct fv_reply *reply)
{
	c->of_seq = c->visit.outcome_seq;
	if (!c->visit.has_outcome) {
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, c->visit.case_id, "%s",
		    _("no outcome was recorded in it, so that none is wrong; a note tells "
		      "what came of it"));
		return false;
	}
	if (fv_outcome_count(&c->outcome) > 0)
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, "amend", "%s",
	    _("wrong-outcome needs what was right: --outcome WORD, --with WHOM, ..."));
	return false;
}

static bool
is_allowed(struct fv_app *app, struct correction *c, struct fv_reply *reply)
{
	switch (c->reason) {
	case FV_AMEND_WRONG_CASE:
		return may_disown(app, c, reply);
	case FV_AMEND_LATE_BEGIN:
		return may_claim_begin(c, reply);
	case FV_AMEND_FORGOT_END:
		return may_claim_end(app, c, reply);
	case FV_AMEND_WRONG_OUTCOME:
		return may_change_outcome(c, reply);
	case FV_AMEND_OTHER:
		break;
	}
	return true;
}

/* --- the record --- */

static void
put_correction(struct fv_buf *out, const struct correction *c)
{
	size_t keys = fv_outcome_count(&c->outcome) + FV_HAS(c->case_id) + FV_HAS(c->place) +
	    FV_HAS(c->purpose);

	fv_visit_put_amend(
	    out, c->of_seq, c->reason, c->has_time, c->time_ms, keys > 0 ? 1 : 0);
	if (keys == 0)
		return;
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_map(out, keys);
	fv_payload_put_text(out, 1, c->case_id);
	if (c->reason == FV_AMEND_WRONG_OUTCOME)
		fv_outcome_put(out, &c->outcome, UINT64_MAX);
	fv_payload_put_code(out, 5, c->place);
	fv_payload_put_code(out, 6, c->purpose);
}

static bool
record(
    struct fv_app *app, const struct correction *c, uint64_t *seq_out, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	bool is_done;

	if (c->reason == FV_AMEND_FORGOT_END && !c->visit.has_end)
		return fv_visit_end_forgotten(app, c->visit.seq, c->time_ms, seq_out, reply);
	put_correction(&payload, c);
	is_done = fv_app_record(app, FV_REC_AMEND, &payload, seq_out, reply);
	fv_buf_clear(&payload);
	return is_done;
}

static void
tell_text(const struct correction *c, uint64_t seq, struct fv_reply *reply)
{
	char was[FV_LOCAL_TEXT_BYTES], now[FV_LOCAL_TEXT_BYTES];

	fv_reply_line(reply,
	    _("correction of the visit at %s recorded as %" PRIu64
	      "; what was recorded stays beside it"),
	    c->visit.case_id, seq);
	switch (c->reason) {
	case FV_AMEND_WRONG_CASE:
		if (c->case_id != NULL)
			fv_reply_line(reply, _("it counts at case %s now"), c->case_id);
		else
			fv_reply_line(reply, "%s",
			    _("it counts for no case; a supervisor will look at it"));
		break;
	case FV_AMEND_LATE_BEGIN:
		fv_reply_line(reply, _("begin: recorded %s, claimed %s"),
		    fv_clock_local(c->visit.begin.rtc_ms, was),
		    fv_clock_local(c->time_ms, now));
		break;
	case FV_AMEND_FORGOT_END:
		if (!c->visit.has_end)
			fv_reply_line(reply, "%s", _("the visit was open and is ended now"));
		fv_reply_line(reply, _("end: claimed %s"), fv_clock_local(c->time_ms, now));
		break;
	case FV_AMEND_WRONG_OUTCOME:
		break;
	case FV_AMEND_OTHER:
		fv_reply_line(reply, _("say in a note what it is: 'fieldvisit note %s'"),
		    c->visit.case_id);
		break;
	}
}

static void
tell(struct fv_app *app, const struct correction *c, uint64_t seq, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	char id[FV_VISIT_ID_BYTES];

	tell_text(c, seq, reply);
	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "visit", fv_app_visit_id(app, c->visit.seq, id));
	fv_json_uint(json, "seq", seq);
	fv_json_text_z(json, "case", c->visit.case_id);
	fv_json_text_z(json, "reason", reasons[c->reason - 1]);
	fv_json_instant(json, "recorded_begin", c->visit.begin.rtc_ms);
	if (c->visit.has_end)
		fv_json_instant(json, "recorded_end", c->visit.end.rtc_ms);
	else
		fv_json_null(json, "recorded_end");
	if (c->has_time)
		fv_json_instant(json, "claimed", c->time_ms);
	else
		fv_json_null(json, "claimed");
	fv_json_end_object(json);
}

int
fv_cmd_amend(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct correction c = {0};
	uint64_t seq;

	if (!read_reason(call, &c, reply) || !fv_app_journal(app, reply) ||
	    !fv_visit_find(app, call->args.operands[0], &c.visit, reply) ||
	    !read_options(app, call, &c, reply) || !is_allowed(app, &c, reply) ||
	    !record(app, &c, &seq, reply))
		return reply->exit;
	tell(app, &c, seq, reply);
	fv_app_want_sync(app, reply);
	return FV_EXIT_OK;
}
