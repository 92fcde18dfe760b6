#include <inttypes.h>
#include <string.h>

#include "firmware-app/noterecord.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"
#include "fv/sync.h"

int
fv_prepare_note(struct fv_call *call, struct fv_reply *reply)
{
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

int
fv_cmd_note(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *named = call->args.operand_count > 0 ? call->args.operands[0] : NULL;
	struct fv_readers readers;
	struct fv_note_subject subject;
	struct fv_work work;
	uint64_t seq = 0;
	enum fv_err rc;

	if (!is_note(fv_buf_span(&call->inputs[0]), reply) || !fv_app_journal(app, reply) ||
	    !fv_note_about(app, named, "note", &work, &subject, reply) ||
	    !fv_readers_find(app->store, app->identity.ticket.team, &readers, reply))
		return reply->exit;
	if ((rc = fv_journal_begin(&app->journal)) == FV_OK) {
		rc = fv_note_record(app, &subject, FV_NOTE_KIND_NOTE, &readers,
		    fv_buf_span(&call->inputs[0]), &seq);
		if (rc == FV_OK)
			rc = fv_journal_commit(&app->journal);
		else
			fv_journal_rollback(&app->journal);
	}
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, "note", rc);
	fv_reply_line(reply, _("note for %s recorded as %" PRIu64 "; %zu keys can read it"),
	    subject.case_id, seq, readers.count);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", subject.case_id);
	fv_json_uint(&reply->json, "readers", readers.count);
	fv_json_uint(&reply->json, "roster", readers.roster_version);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
