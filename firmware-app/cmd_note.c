#include <inttypes.h>
#include <string.h>

#include "firmware-app/again.h"
#include "firmware-app/noterecord.h"
#include "firmware-app/officer.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"
#include "fv/item.h"
#include "fv/lines.h"

/* Marks for a later translation. */
#define N_(s) s

/* Whether one can be recorded is asked first: what is typed and then refused is lost. */
int
fv_prepare_note(struct fv_call *call, struct fv_reply *reply)
{
	fv_buf_put_z(&call->inputs[1], FV_AGAIN_TTY);
	if (fv_call_run(call, reply) != FV_EXIT_OK)
		return reply->exit;
	fv_buf_clear(&call->inputs[1]);
	return fv_typed_text(FV_NOTE_PLAIN_MAX, &call->inputs[0], reply) ? FV_EXIT_OK
									 : reply->exit;
}

/* Whoever called: a screen sends its text without asking here first. */
static bool
is_note(struct fv_span text, struct fv_reply *reply)
{
	if (text.len == 0)
		fv_reply_fail(reply, FV_FAIL_EMPTY_NOTE, "note",
		    _("nothing was typed; nothing is recorded"));
	else if (!fv_utf8_valid(text))
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "note",
		    _("it is not UTF-8 text; nothing is recorded"));
	return reply->exit == FV_EXIT_OK;
}

/* Seal it to the readers and record it; the reply says so.  Nothing when that was asked. */
static int
write_note(struct fv_app *app, struct fv_call *call, const struct fv_note_subject *subject,
    enum fv_note_what what, struct fv_reply *reply)
{
	struct fv_readers readers;
	uint64_t seq = 0;
	enum fv_err rc;

	if (!fv_readers_find(app->store, app->identity.ticket.team, &readers, reply) ||
	    fv_call_cursor(call).len > 0 || !is_note(fv_buf_span(&call->inputs[0]), reply))
		return reply->exit;
	if ((rc = fv_journal_begin(&app->journal)) == FV_OK) {
		rc = fv_note_record(
		    app, subject, what, &readers, fv_buf_span(&call->inputs[0]), &seq);
		if (rc == FV_OK)
			rc = fv_journal_commit(&app->journal);
		else
			fv_journal_rollback(&app->journal);
	}
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, "note", rc);
	fv_reply_line(reply, _("note for %s recorded as %" PRIu64 "; %zu keys can read it"),
	    subject->case_id, seq, readers.count);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", subject->case_id);
	fv_json_uint(&reply->json, "readers", readers.count);
	fv_json_uint(&reply->json, "roster", readers.roster_version);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

int
fv_cmd_note(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *named = call->args.operand_count > 0 ? call->args.operands[0] : NULL;
	struct fv_note_subject subject;
	struct fv_work work;

	if (!fv_app_journal(app, reply) ||
	    !fv_note_about(app, named, "note", &work, &subject, reply))
		return reply->exit;
	return write_note(app, call, &subject, FV_NOTE_KIND_NOTE, reply);
}

/* -- findings about his visits, and his answer ----------------------------------------- */

/* The finding that a prefix of its id's hex digits names, once. */
struct finding {
	struct fv_app *app;
	const char *named; /* NULL: all are listed */
	size_t count;
	uint8_t id[16];
	char case_id[FV_CASE_ID_BYTES];
	struct fv_reply *reply;
};

static enum fv_err
list_finding(const struct fv_item_finding *f, const char *id, struct fv_reply *reply)
{
	static const char *const decided[] = {
	    "", N_("upheld"), N_("dismissed"), N_("excused")};
	const struct fv_span why = fv_reply_is_chinese() ? f->why_zh : f->why_en;
	const char *word = decided[f->decision];
	struct fv_json *json = &reply->json;

	fv_reply_line(reply, "%.8s  %.*s  %.*s%s%s", id, (int)f->case_id.len,
	    (const char *)f->case_id.ptr, (int)why.len, (const char *)why.ptr,
	    f->decision != 0 ? "  " : "", f->decision != 0 ? _(word) : "");
	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "finding", id);
	fv_json_text(json, "contact", f->contact);
	fv_json_text(json, "case", f->case_id);
	fv_json_text(json, "rule", f->rule);
	fv_json_uint(json, "verdict", f->verdict);
	fv_json_text_z(json, "decision", word);
	fv_json_text(json, "why", why);
	fv_json_end_object(json);
	return FV_OK;
}

/* "v-1a2b...-17": the record of which it speaks is from when he had the handheld. */
static bool
is_own(struct fv_app *app, struct fv_span contact)
{
	uint64_t seq = 0, scale = 1;

	for (size_t at = contact.len; at > 0 && contact.ptr[at - 1] >= '0' &&
	     contact.ptr[at - 1] <= '9' && scale < UINT64_MAX / 100;
	     at--, scale *= 10)
		seq += scale * (uint64_t)(contact.ptr[at - 1] - '0');
	return fv_officer_had_it(app, seq);
}

static enum fv_err
on_finding(const struct fv_item_row *row, void *ctx)
{
	struct fv_item_finding f;
	struct finding *find = ctx;
	struct fv_buf hex = {0};
	const char *id;
	enum fv_err rc = FV_OK;

	if (row->key.len != sizeof find->id || fv_item_finding_parse(row->body, &f) != FV_OK ||
	    !is_own(find->app, f.contact))
		return FV_OK;
	fv_buf_put_hex(&hex, row->key.ptr, row->key.len);
	if ((id = fv_buf_z(&hex)) == NULL) {
		rc = FV_ENOMEM;
	} else if (find->named == NULL) {
		find->count++;
		rc = list_finding(&f, id, find->reply);
	} else if (strncmp(id, find->named, strlen(find->named)) == 0) {
		find->count++;
		memcpy(find->id, row->key.ptr, sizeof find->id);
		rc = fv_id_copy(f.case_id, find->case_id, sizeof find->case_id);
	}
	fv_buf_clear(&hex);
	return rc;
}

int
fv_cmd_findings(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct finding find = {.app = app, .reply = reply};
	enum fv_err rc;

	(void)call;
	fv_json_begin_object(&reply->json, NULL);
	fv_json_begin_array(&reply->json, "findings");
	rc = fv_store_each_item(app->store, FV_ITEM_FINDING, on_finding, &find);
	fv_json_end_array(&reply->json);
	fv_json_end_object(&reply->json);
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (find.count == 0)
		fv_reply_line(reply, "%s", _("no finding about your visits has come"));
	return FV_EXIT_OK;
}

int
fv_cmd_reply(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct finding find = {.app = app, .named = call->args.operands[0], .reply = reply};
	struct fv_note_subject subject = {
	    .case_id = find.case_id, .finding = {find.id, sizeof find.id}};
	enum fv_err rc;

	if (!fv_app_journal(app, reply))
		return reply->exit;
	rc = fv_store_each_item(app->store, FV_ITEM_FINDING, on_finding, &find);
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (find.count != 1)
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, find.named,
		    _("names no finding, or several; 'fieldvisit findings' lists them"));
	return write_note(app, call, &subject, FV_NOTE_KIND_REPLY, reply);
}
