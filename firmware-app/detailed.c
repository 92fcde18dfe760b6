#include "firmware-app/detailed.h"

#include <string.h>

#include "firmware-app/own.h"
#include "firmware-app/typed.h"

#define N_(s) s

/* What the keys mean, in the language of who reads; the keys themselves are typed. */
static const char *const meanings[FV_DETAIL_COUNT] = {N_("amount"), N_("due"), N_("balance"),
    N_("structure"), N_("currency"), N_("months"), N_("period"), N_("method"), N_("first"),
    N_("each"), N_("fees"), N_("interest"), N_("no-new-card"), N_("rights"), N_("duties"),
    N_("default"), N_("other")};

static void
put_word(struct fv_buf *out, enum fv_detail_key key)
{
	const char *meaning = gettext(meanings[key]);

	fv_buf_put_z(out, fv_detail_word(key));
	if (strcmp(meaning, fv_detail_word(key)) != 0)
		fv_buf_putf(out, " (%s)", meaning);
}

void
fv_detailed_put_words(struct fv_buf *out, uint32_t keys)
{
	const char *gap = "";

	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++) {
		if ((keys & (1U << i)) == 0)
			continue;
		fv_buf_put_z(out, gap);
		put_word(out, (enum fv_detail_key)i);
		gap = ", ";
	}
}

/* What is to be filled in, for an editor: one line a key. */
static void
put_form(struct fv_buf *out, uint32_t business)
{
	const uint32_t required = fv_detail_required(business);

	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		if (required == 0 || (required & (1U << i)) != 0)
			fv_buf_putf(out, "%s: \n", fv_detail_word((enum fv_detail_key)i));
}

bool
fv_detailed_prepare(struct fv_call *call, struct fv_reply *reply)
{
	uint32_t business;
	bool has;

	if (!fv_args_has(&call->args, "detail"))
		return true;
	if (!fv_call_business(call, &has, &business, reply))
		return false;
	put_form(&call->inputs[0], business);
	return fv_typed_text(FV_DETAIL_TEXT_MAX, &call->inputs[0], reply);
}

/* What is wrong is named by its key and line, never by its value: that is personal. */
static void
refuse(const struct fv_detail_fault *fault, const char *verb, struct fv_reply *reply)
{
	const char *words[FV_DETAIL_COUNT], *near, *rule;
	struct fv_buf all = {0};

	switch (fault->rule) {
	case FV_DETAIL_NO_LINE:
		rule = _("is no 'key: value'");
		break;
	case FV_DETAIL_TWICE:
		rule = _("is said twice");
		break;
	case FV_DETAIL_TOO_LONG:
		rule = _("is over 500 bytes");
		break;
	case FV_DETAIL_NO_AMOUNT:
		rule = _("has no number in it");
		break;
	case FV_DETAIL_NO_DATE:
		rule = _("is no date that exists; YYYY-MM-DD");
		break;
	case FV_DETAIL_NO_MONTHS:
		rule = _("is no number of months from 1 to 600");
		break;
	case FV_DETAIL_NO_YES:
		rule = _("is neither yes nor no");
		break;
	case FV_DETAIL_NO_KEY:
		for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
			words[i] = fv_detail_word((enum fv_detail_key)i);
		near = fv_word_nearest(fault->key, words, FV_DETAIL_COUNT);
		fv_detailed_put_words(&all, UINT32_MAX);
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, verb,
		    _("detail: line %u has an unknown key; %s%s"), (unsigned)fault->line,
		    near != NULL ? _("did you mean ") : _("one of "),
		    near != NULL                 ? near
			: fv_buf_z(&all) != NULL ? fv_buf_z(&all)
						 : "");
		fv_buf_clear(&all);
		return;
	case FV_DETAIL_NO_TEXT:
	default:
		rule = _("is not UTF-8 text");
		break;
	}
	if (fault->word != NULL)
		put_word(&all, fv_detail_find(fv_span_z(fault->word)));
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, verb,
	    _("detail: line %u, %s: %s; nothing is recorded"), (unsigned)fault->line,
	    all.len > 0 && fv_buf_z(&all) != NULL ? fv_buf_z(&all) : "?", rule);
	fv_buf_clear(&all);
}

/* What is agreed lies ahead: a wrong year is the commonest slip. */
static bool
is_ahead(
    struct fv_app *app, const struct fv_detailed *d, const char *verb, struct fv_reply *reply)
{
	int64_t days;

	if (fv_detail_due(&d->detail, &days) != FV_OK ||
	    days >= fv_clock_local_days(app->clock.rtc_ms(app->clock.ctx)))
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_INPUT, verb,
	    _("detail: %s: that day is past; nothing is recorded"),
	    fv_detail_word(
		d->detail.values[FV_DETAIL_DUE].len > 0 ? FV_DETAIL_DUE : FV_DETAIL_FIRST));
	return false;
}

static bool
is_whole(const struct fv_call *call, struct fv_detailed *d, struct fv_reply *reply)
{
	struct fv_buf words = {0};
	bool is_taken = true;

	d->missing = fv_detail_missing(&d->detail, d->business);
	if (d->missing == 0)
		return true;
	fv_detailed_put_words(&words, d->missing);
	if (fv_args_has(&call->args, "incomplete")) {
		fv_reply_warn(reply, _("detail: recorded without: %s"),
		    fv_buf_z(&words) != NULL ? fv_buf_z(&words) : "");
	} else {
		fv_reply_fail(reply, FV_FAIL_INCOMPLETE, call->verb->name,
		    _("detail: missing: %s; add it, or record it as it is with "
		      "--incomplete"),
		    fv_buf_z(&words) != NULL ? fv_buf_z(&words) : "");
		is_taken = false;
	}
	fv_buf_clear(&words);
	return is_taken;
}

static bool
is_empty(const struct fv_detail *detail)
{
	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		if (detail->values[i].len > 0)
			return false;
	return true;
}

bool
fv_detailed_read(struct fv_app *app, const struct fv_call *call, uint32_t business,
    struct fv_detailed *d, struct fv_reply *reply)
{
	struct fv_detail_fault fault;
	enum fv_err rc;

	memset(d, 0, sizeof *d);
	d->business = business;
	d->is_given = fv_args_has(&call->args, "detail");
	if (!d->is_given)
		return true;
	if (business == 0) {
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name, "%s",
		    _("--detail needs --business promise, instalment, extension, reduction or "
		      "another word"));
		return false;
	}
	rc = fv_detail_parse(fv_buf_span(&call->inputs[0]), &d->detail, &fault);
	if (rc == FV_EFORMAT)
		refuse(&fault, call->verb->name, reply);
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, call->verb->name, rc);
	if (rc == FV_OK && is_empty(&d->detail) && fv_detail_required(business) == 0) {
		fv_reply_fail(reply, FV_FAIL_EMPTY_NOTE, call->verb->name,
		    _("nothing was typed; nothing is recorded"));
		return false;
	}
	return rc == FV_OK && is_whole(call, d, reply) &&
	    is_ahead(app, d, call->verb->name, reply);
}

static enum fv_err
append(struct fv_app *app, const struct fv_detailed *d,
    const struct fv_detailed_record *record, const struct fv_readers *readers,
    uint64_t *seq_out)
{
	struct fv_followup followup = {.business = d->business};
	struct fv_buf text = {0}, payload = {0};
	uint64_t detail_seq = UINT64_MAX;
	enum fv_err rc = FV_OK;

	if (d->is_given) {
		fv_detail_put(&text, &d->detail);
		rc = fv_buf_status(&text);
		if (rc == FV_OK)
			rc = fv_note_record(app, &record->subject, FV_NOTE_KIND_DETAIL,
			    readers, fv_buf_span(&text), &detail_seq);
	}
	if (rc == FV_OK) {
		record->put(&payload, detail_seq, record->ctx);
		rc = fv_buf_status(&payload);
	}
	if (rc == FV_OK)
		rc = fv_journal_append(
		    &app->journal, record->type, fv_buf_span(&payload), seq_out);
	if (rc == FV_OK && d->is_given &&
	    fv_detail_due(&d->detail, &followup.due_days) == FV_OK) {
		followup.made_ms = app->journal.trail.last.rtc_ms;
		rc = fv_followup_put(app, record->subject.case_id, &followup);
	}
	fv_buf_clear(&text);
	fv_buf_clear(&payload);
	return rc;
}

bool
fv_detailed_append(struct fv_app *app, const struct fv_detailed *d,
    const struct fv_detailed_record *record, uint64_t *seq_out, struct fv_reply *reply)
{
	struct fv_readers readers;
	enum fv_err rc;

	*seq_out = 0;
	if (d->is_given &&
	    !fv_readers_find(app->store, app->identity.ticket.team, &readers, reply))
		return false;
	if ((rc = fv_journal_begin(&app->journal)) == FV_OK) {
		rc = append(app, d, record, &readers, seq_out);
		if (rc == FV_OK)
			rc = fv_journal_commit(&app->journal);
		else
			fv_journal_rollback(&app->journal);
	}
	if (rc != FV_OK)
		fv_reply_fail_err(reply, fv_record_type_name(record->type), rc);
	return rc == FV_OK;
}

void
fv_detailed_tell(const struct fv_detailed *d, struct fv_reply *reply)
{
	struct fv_followup followup = {.business = d->business};
	char day[FV_LOCAL_TEXT_BYTES];

	if (!d->is_given)
		return;
	fv_json_begin_array(&reply->json, "missing");
	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		if ((d->missing & (1U << i)) != 0)
			fv_json_text_z(
			    &reply->json, NULL, fv_detail_word((enum fv_detail_key)i));
	fv_json_end_array(&reply->json);
	if (fv_detail_due(&d->detail, &followup.due_days) != FV_OK)
		return;
	fv_followup_tell(&followup, reply);
	fv_reply_line(
	    reply, _("to be followed up on %s"), fv_clock_day(followup.due_days, day));
}
