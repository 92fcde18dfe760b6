#include <inttypes.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/readers.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"
#include "fv/sync.h"

#define NOTE_KIND_NOTE 1U

int
fv_prepare_note(struct fv_call *call, struct fv_reply *reply)
{
	struct fv_buf *text = &call->inputs[0];

	if (!fv_typed_text(FV_NOTE_PLAIN_MAX, text, reply))
		return reply->exit;
	if (text->len == 0)
		return fv_reply_fail(reply, FV_FAIL_EMPTY_NOTE, "note",
		    _("nothing was typed; nothing is recorded"));
	if (!fv_utf8_valid(fv_buf_span(text)))
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "note",
		    _("it is not UTF-8 text; nothing is recorded"));
	return FV_EXIT_OK;
}

struct subject {
	bool is_visit;
	uint64_t visit_seq;
	const char *case_id;
};

/* The open visit, or the case that was named. */
static bool
find_subject(struct fv_app *app, const struct fv_call *call, struct fv_work *work,
    struct subject *subject, struct fv_reply *reply)
{
	const char *named = call->args.operand_count > 0 ? call->args.operands[0] : NULL;
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc;

	if ((rc = fv_work_load(app->store, work)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	if (work->has_visit && (named == NULL || strcmp(named, work->case_id) == 0)) {
		subject->is_visit = true;
		subject->visit_seq = work->visit_seq;
		subject->case_id = work->case_id;
		return true;
	}
	if (named == NULL) {
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, "note",
		    _("no visit is open; begin one, or name the case: 'fieldvisit note "
		      "CASE'"));
		return false;
	}
	rc = fv_store_get_item(app->store, FV_ITEM_CASE, fv_span_z(named), &row, &body);
	fv_buf_clear(&body);
	if (rc != FV_OK)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, named,
		    _("no such case on this handheld; 'fieldvisit case list' lists them"));
	subject->case_id = named;
	return rc == FV_OK;
}

static void
put_note(struct fv_buf *out, const struct subject *subject, const struct fv_readers *readers,
    const struct fv_note_sealed *sealed)
{
	uint8_t ids[FV_NOTE_RECIPIENTS_MAX][FV_BOX_KEY_ID_BYTES];
	struct fv_hash hash;

	for (size_t i = 0; i < readers->count; i++)
		fv_note_box_key_id(readers->pks[i], ids[i]);
	fv_cbor_put_map(out, 7);
	fv_cbor_put_uint(out, 1);
	if (subject->is_visit)
		fv_cbor_put_uint(out, subject->visit_seq);
	else
		fv_cbor_put_text_z(out, subject->case_id);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_bytes(out, sealed->kc, sizeof sealed->kc);
	fv_cbor_put_uint(out, 5);
	fv_sha256(fv_buf_span(&sealed->ct), &hash);
	fv_cbor_put_bytes(out, hash.b, sizeof hash.b);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_uint(out, readers->roster_version);
	fv_cbor_put_uint(out, 7);
	fv_sha256(fv_buf_span(&sealed->capsules), &hash);
	fv_cbor_put_bytes(out, hash.b, sizeof hash.b);
	fv_cbor_put_uint(out, 8);
	fv_cbor_put_bytes(out, ids, readers->count * FV_BOX_KEY_ID_BYTES);
	fv_cbor_put_uint(out, 9);
	fv_cbor_put_uint(out, NOTE_KIND_NOTE);
}

static enum fv_err
put_blob(struct fv_store *store, uint64_t seq, const struct fv_buf *data)
{
	struct fv_hash hash;

	fv_sha256(fv_buf_span(data), &hash);
	return fv_store_put_blob(store, &hash, seq, fv_buf_span(data));
}

/* Record and blobs in one transaction; the text is bound to the record's own number. */
static enum fv_err
record(struct fv_app *app, const struct subject *subject, const struct fv_readers *readers,
    struct fv_span text, uint64_t *seq_out)
{
	uint8_t aad[FV_NOTE_AAD_BYTES];
	struct fv_note_sealed sealed = {0};
	struct fv_buf payload = {0};
	struct fv_note_seal seal = {.kind = FV_NOTE_RECORD,
	    .plain = text,
	    .aad = {aad, sizeof aad},
	    .pks = readers->pks[0],
	    .pk_count = readers->count,
	    .random = fv_random_system()};
	enum fv_err rc;

	fv_note_aad(app->identity.dev, fv_journal_next_seq(&app->journal), aad);
	if ((rc = fv_note_seal(&seal, &sealed)) != FV_OK)
		goto cleanup;
	put_note(&payload, subject, readers, &sealed);
	if ((rc = fv_buf_status(&payload)) != FV_OK ||
	    (rc = fv_journal_begin(&app->journal)) != FV_OK)
		goto cleanup;
	if ((rc = fv_journal_append(
		 &app->journal, FV_REC_NOTE, fv_buf_span(&payload), seq_out)) != FV_OK ||
	    (rc = put_blob(app->store, *seq_out, &sealed.ct)) != FV_OK ||
	    (rc = put_blob(app->store, *seq_out, &sealed.capsules)) != FV_OK)
		fv_journal_rollback(&app->journal);
	else
		rc = fv_journal_commit(&app->journal);
cleanup:
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&payload);
	return rc;
}

int
fv_cmd_note(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_readers readers;
	struct subject subject = {0};
	struct fv_work work;
	uint64_t seq = 0;
	enum fv_err rc;

	if (!fv_app_journal(app, reply) || !find_subject(app, call, &work, &subject, reply) ||
	    !fv_readers_find(app->store, app->identity.ticket.team, &readers, reply))
		return reply->exit;
	rc = record(app, &subject, &readers, fv_buf_span(&call->inputs[0]), &seq);
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
