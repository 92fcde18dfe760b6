/*
 * What the borrower said or asked: one EVENT (PROTOCOL.md section 2).  It needs no PIN: a
 * stop request and "please leave" are taken down while the handheld is locked.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware-app/subject.h"
#include "firmware-app/work.h"
#include "fv/fold.h"

#define N_(s) s
#define WINDOWS_MAX 8U /* so many go down again in one event (FV_ITEM_WINDOWS_MAX) */
#define DAYS_ALL 127U

/* What can be asked for, by the word that is typed, and what to do next. */
static const struct kind {
	const char *word;
	enum fv_event_kind kind;
	bool is_urgent; /* others must know it: the agent syncs */
	const char *next;
} kinds[] = {
    {"stop", FV_EVENT_CEASE, true, N_("no more contact: end the visit and leave")},
    {"no-home", FV_EVENT_NO_HOME, true, NULL},
    {"no-work", FV_EVENT_NO_WORK, true, NULL},
    {"no-medium", FV_EVENT_NO_MEDIUM, true, NULL},
    {"consent", FV_EVENT_CONSENT, false,
	N_("your own word alone: a rule that it would lift stays for a person to decide")},
    {"consent-withdrawn", FV_EVENT_CONSENT_WITHDRAWN, true, NULL},
    {"inconvenient", FV_EVENT_INCONVENIENT, true, NULL},
    {"complaint", FV_EVENT_COMPLAINT, true,
	N_("say that the bank will answer; do not argue the debt")},
    {"attorney", FV_EVENT_ATTORNEY, true, NULL},
    {"dispute", FV_EVENT_DISPUTE, true, NULL},
    {"leave-requested", FV_EVENT_LEAVE_REQUESTED, true,
	N_("leave now; then 'fieldvisit end'")},
    {"recording", FV_EVENT_RECORDING, false, NULL},
    {"disclosure", FV_EVENT_DISCLOSURE, false, NULL},
    {"welfare", FV_EVENT_WELFARE, true,
	N_("stop now and leave: no word of the debt; in danger call for help first (China: "
	   "120, 110); then 'fieldvisit end'; the desk is told")},
    {"minor-alone", FV_EVENT_MINOR_ALONE, true,
	N_("say nothing of the debt to a child; leave now, then 'fieldvisit end'; the desk is "
	   "told")},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

struct request {
	const struct kind *kind;
	bool is_visit; /* it happened in the open visit */
	uint64_t visit_seq;
	uint32_t scope, channels, form, to;
	bool has_from, has_until;
	int64_t from_ms, until_ms;
	struct fv_window windows[WINDOWS_MAX];
	size_t window_count;
	const char *number, *debts;
};

/* '-' and '_' are the same, and so is a kind's own name. */
static bool
is_word(const char *typed, const char *word)
{
	for (; *typed != '\0' && *word != '\0'; typed++, word++)
		if ((*typed == '_' ? '-' : *typed) != *word)
			return false;
	return *typed == '\0' && *word == '\0';
}

static bool
read_kind(struct fv_call *call, struct request *r, struct fv_reply *reply)
{
	const char *word = call->args.operands[0], *near;
	const char *words[KIND_COUNT];

	for (size_t i = 0; i < KIND_COUNT; i++) {
		words[i] = kinds[i].word;
		if (is_word(word, kinds[i].word) ||
		    (kinds[i].kind == FV_EVENT_CEASE && is_word(word, "cease")))
			r->kind = &kinds[i];
	}
	if (r->kind != NULL)
		return true;
	near = fv_word_nearest(fv_span_z(word), words, KIND_COUNT);
	if (near != NULL)
		fv_reply_fail(reply, FV_FAIL_USAGE, "request",
		    _("%.40s: no such request; did you mean '%s'?"), word, near);
	else
		fv_reply_fail(reply, FV_FAIL_USAGE, "request",
		    _("%.40s: no such request; one of stop, no-home, no-work, no-medium, "
		      "consent, consent-withdrawn, inconvenient, complaint, attorney, "
		      "dispute, leave-requested, recording, disclosure, welfare, "
		      "minor-alone"),
		    word);
	return false;
}

static bool
read_days(struct fv_span list, uint32_t *days_out)
{
	size_t from = 0;

	for (size_t i = 0; i <= list.len; i++) {
		uint32_t code;

		if (i < list.len && list.ptr[i] != ',')
			continue;
		code = fv_code_find(FV_CODES_DAY, fv_span_of(list.ptr + from, i - from));
		if (code == 0)
			return false;
		*days_out |= fv_code_bit(code);
		from = i + 1;
	}
	return true;
}

/* "mon,tue 15:00-17:00"; days alone are whole days, hours alone every day. */
static bool
read_window(struct fv_span word, struct fv_window *out)
{
	const uint8_t *space = memchr(word.ptr, ' ', word.len);
	struct fv_span days = word, hours = {NULL, 0};
	uint32_t from = 0, to = FV_DAY_MINUTES;

	if (space != NULL) {
		days.len = (size_t)(space - word.ptr);
		hours = fv_span_of(space + 1, word.len - days.len - 1);
	} else if (memchr(word.ptr, ':', word.len) != NULL) {
		days.len = 0;
		hours = word;
	}
	out->days = days.len == 0 && space == NULL ? DAYS_ALL : 0;
	if (out->days == 0 && !read_days(days, &out->days))
		return false;
	if (hours.len > 0 &&
	    (hours.len != 11 || hours.ptr[5] != '-' ||
		!fv_minute_of_day(fv_span_of(hours.ptr, 5), &from) ||
		!fv_minute_of_day(fv_span_of(hours.ptr + 6, 5), &to)))
		return false;
	out->from_minute = (uint16_t)from;
	out->to_minute = (uint16_t)to;
	return (space == NULL || hours.len > 0) && from < FV_DAY_MINUTES && to != 0 &&
	    from != to;
}

static bool
read_windows(const struct fv_call *call, struct request *r, struct fv_reply *reply)
{
	for (size_t i = 0; i < call->args.given_count; i++) {
		if (strcmp(call->args.given[i].name, "window") != 0)
			continue;
		if (r->window_count == WINDOWS_MAX ||
		    !read_window(fv_span_z(call->args.given[i].value),
			&r->windows[r->window_count++])) {
			fv_reply_fail(reply, FV_FAIL_USAGE, "request",
			    _("--window %.40s: up to 8 like \"mon,tue 15:00-17:00\", \"sat\" "
			      "or \"22:00-08:00\""),
			    call->args.given[i].value);
			return false;
		}
	}
	return true;
}

static bool
read_options(struct fv_subject *subject, const struct fv_call *call, struct request *r,
    struct fv_reply *reply)
{
	if (!fv_call_bits(call, "scope", FV_CODES_SCOPE, &r->scope, reply) ||
	    !fv_call_bits(call, "channel", FV_CODES_CHANNEL, &r->channels, reply) ||
	    !fv_call_code(call, "form", FV_CODES_FORM, &r->form, reply) ||
	    !fv_call_code(call, "to", FV_CODES_TO, &r->to, reply) ||
	    !fv_subject_time(subject, call, "from", false, &r->has_from, &r->from_ms, reply) ||
	    !fv_subject_time(
		subject, call, "until", true, &r->has_until, &r->until_ms, reply) ||
	    !read_windows(call, r, reply) ||
	    !fv_call_label(call, "number", &r->number, reply) ||
	    !fv_subject_debts(subject, call, "debts", &r->debts, reply))
		return false;
	if (!r->has_until || r->until_ms > (r->has_from ? r->from_ms : 0))
		return true;
	fv_reply_fail(
	    reply, FV_FAIL_BAD_INPUT, "request", "%s", _("--until is not after --from"));
	return false;
}

/* What was asked must say enough to be kept to; a consent, what it allows. */
static bool
is_complete(const struct request *r, struct fv_reply *reply)
{
	bool is_consent = r->kind->kind == FV_EVENT_CONSENT;
	const char *lack = NULL;

	if (is_consent && r->scope == 0)
		lack = _("a consent needs --scope: time, place, frequency, entry, recording, "
			 "location, third_party");
	else if (!is_consent && r->kind->kind != FV_EVENT_CONSENT_WITHDRAWN && r->scope != 0)
		lack = _("--scope belongs to a consent");
	else if (r->kind->kind == FV_EVENT_INCONVENIENT && r->window_count == 0)
		lack = _("inconvenient needs --window \"mon,tue 15:00-17:00\", once for each; "
			 "'no-home', 'no-work' and 'no-medium' are for a place or a channel");
	else if (r->kind->kind == FV_EVENT_NO_MEDIUM && r->channels == 0 && r->number == NULL)
		lack = _("no-medium needs --channel call,sms,... or --number LABEL");
	if (lack != NULL)
		fv_reply_fail(reply, FV_FAIL_USAGE, "request", "%s", lack);
	return lack == NULL;
}

static void
put_windows(struct fv_buf *out, const struct request *r)
{
	if (r->window_count == 0)
		return;
	fv_cbor_put_uint(out, 10);
	fv_cbor_put_array(out, r->window_count);
	for (size_t i = 0; i < r->window_count; i++) {
		fv_cbor_put_array(out, 3);
		fv_cbor_put_uint(out, r->windows[i].days);
		fv_cbor_put_uint(out, r->windows[i].from_minute);
		fv_cbor_put_uint(out, r->windows[i].to_minute);
	}
}

static void
put_event(struct fv_app *app, const char *case_id, const struct request *r, struct fv_buf *out)
{
	const char *form = fv_code_word(FV_CODES_FORM, r->form);
	const char *to = fv_code_word(FV_CODES_TO, r->to);

	fv_cbor_put_map(out,
	    4U + FV_HAS(r->scope) + FV_HAS(form) + FV_HAS(to) + FV_HAS(r->has_from) +
		FV_HAS(r->has_until) + FV_HAS(r->window_count) + FV_HAS(r->number) +
		FV_HAS(r->debts) + FV_HAS(r->channels));
	fv_cbor_put_uint(out, 1);
	if (r->is_visit)
		fv_cbor_put_uint(out, r->visit_seq);
	else
		fv_cbor_put_text_z(out, case_id);
	fv_cbor_put_uint(out, 2);
	fv_app_put_stamp(app, out, NULL);
	fv_payload_put_code(out, 4, r->kind->kind);
	fv_payload_put_bits(out, 5, r->scope);
	fv_payload_put_text(out, 6, form);
	fv_payload_put_text(out, 7, to);
	fv_payload_put_ms(out, 8, r->has_from, r->from_ms);
	fv_payload_put_ms(out, 9, r->has_until, r->until_ms);
	put_windows(out, r);
	fv_payload_put_text(out, 11, r->number);
	fv_payload_put_text(out, 12, "officer");
	fv_payload_put_ids(out, 13, r->debts);
	fv_payload_put_bits(out, 15, r->channels);
}

static bool
has_helpline(const struct kind *kind)
{
	return kind->kind == FV_EVENT_WELFARE || kind->kind == FV_EVENT_MINOR_ALONE;
}

static void
tell(struct fv_app *app, const char *case_id, const struct request *r, uint64_t seq,
    struct fv_reply *reply)
{
	const char *helpline = fv_settings_text(app->settings, FV_SETTING_WELFARE_HELPLINE);
	const char *next = r->kind->next != NULL ? _(r->kind->next) : NULL;
	char id[FV_FOLD_ID_BYTES];

	if (r->is_visit)
		fv_reply_line(reply,
		    _("%s in the open visit at %s recorded as %" PRIu64 "; 'check' counts it "
		      "from now on"),
		    r->kind->word, case_id, seq);
	else
		fv_reply_line(reply,
		    _("%s of %s recorded as %" PRIu64 "; 'check' counts it from now on"),
		    r->kind->word, case_id, seq);
	if (next != NULL)
		fv_reply_line(reply, "%s", next);
	if (has_helpline(r->kind))
		fv_reply_line(reply, _("somebody to talk to: %s"), helpline);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "event", fv_fold_id('e', app->identity.dev, seq, id));
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", case_id);
	fv_json_text_z(&reply->json, "kind", fv_code_word(FV_CODES_EVENT_KIND, r->kind->kind));
	fv_json_bool(&reply->json, "in_visit", r->is_visit);
	fv_json_instant(&reply->json, "at", app->journal.trail.last.rtc_ms);
	if (next != NULL)
		fv_json_text_z(&reply->json, "next", next);
	if (has_helpline(r->kind))
		fv_json_text_z(&reply->json, "helpline", helpline);
	fv_json_end_object(&reply->json);
}

/* The open visit's case, unless another one is named. */
static const char *
find_case(const struct fv_call *call, const struct fv_work *work, struct request *r,
    struct fv_reply *reply)
{
	const char *named = call->args.operand_count > 1 ? call->args.operands[1] : NULL;

	if (work->has_visit && (named == NULL || strcmp(named, work->case_id) == 0)) {
		r->is_visit = true;
		r->visit_seq = work->visit_seq;
		return work->case_id;
	}
	if (named == NULL)
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; name the case: 'fieldvisit request %s CASE'"),
		    r->kind->word);
	return named;
}

int
fv_cmd_request(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_subject subject = {0};
	struct fv_buf payload = {0};
	struct request r = {0};
	struct fv_work work;
	const char *case_id;
	uint64_t seq;
	enum fv_err rc;

	if (!read_kind(call, &r, reply) || !fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if ((case_id = find_case(call, &work, &r, reply)) == NULL)
		return reply->exit;
	if (!fv_subject_load(&subject, app, case_id, reply) ||
	    !read_options(&subject, call, &r, reply) || !is_complete(&r, reply))
		goto cleanup;
	put_event(app, case_id, &r, &payload);
	if (!fv_app_record(app, FV_REC_EVENT, &payload, &seq, reply))
		goto cleanup;
	tell(app, case_id, &r, seq, reply);
	if (r.kind->is_urgent)
		fv_app_want_sync(app, reply);
cleanup:
	fv_buf_clear(&payload);
	fv_subject_clear(&subject);
	return reply->exit;
}
