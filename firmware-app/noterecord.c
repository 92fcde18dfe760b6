#include "firmware-app/noterecord.h"

#include <string.h>

#include "fv/sync.h"

static void
put_note(struct fv_buf *out, const struct fv_note_subject *subject, enum fv_note_what what,
    const struct fv_readers *readers, const struct fv_note_sealed *sealed)
{
	uint8_t ids[FV_NOTE_RECIPIENTS_MAX * FV_BOX_KEY_ID_BYTES];
	struct fv_hash hash;

	fv_readers_put_ids(readers, ids);
	fv_cbor_put_map(out, what == FV_NOTE_KIND_REPLY ? 8 : 7);
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
	fv_cbor_put_uint(out, what);
	if (what == FV_NOTE_KIND_REPLY) {
		fv_cbor_put_uint(out, 10);
		fv_cbor_put_bytes(out, subject->finding.ptr, subject->finding.len);
	}
}

static enum fv_err
put_blob(struct fv_store *store, uint64_t seq, const struct fv_buf *data)
{
	struct fv_hash hash;

	fv_sha256(fv_buf_span(data), &hash);
	return fv_store_put_blob(store, &hash, seq, fv_buf_span(data));
}

enum fv_err
fv_note_record(struct fv_app *app, const struct fv_note_subject *subject,
    enum fv_note_what what, const struct fv_readers *readers, struct fv_span text,
    uint64_t *seq_out)
{
	uint8_t aad[FV_NOTE_AAD_BYTES];
	struct fv_note_sealed sealed = {0};
	struct fv_buf payload = {0};
	const struct fv_note_seal seal = {.kind = FV_NOTE_RECORD,
	    .plain = text,
	    .aad = {aad, sizeof aad},
	    .pks = readers->pks[0],
	    .pk_count = readers->count,
	    .random = fv_random_system()};
	enum fv_err rc;

	*seq_out = 0;
	fv_note_aad(app->identity.dev, fv_journal_next_seq(&app->journal), aad);
	if ((rc = fv_note_seal(&seal, &sealed)) != FV_OK)
		goto cleanup;
	put_note(&payload, subject, what, readers, &sealed);
	if ((rc = fv_buf_status(&payload)) == FV_OK &&
	    (rc = fv_journal_append(
		 &app->journal, FV_REC_NOTE, fv_buf_span(&payload), seq_out)) == FV_OK &&
	    (rc = put_blob(app->store, *seq_out, &sealed.ct)) == FV_OK)
		rc = put_blob(app->store, *seq_out, &sealed.capsules);
cleanup:
	fv_note_sealed_clear(&sealed);
	fv_buf_clear(&payload);
	return rc;
}

bool
fv_note_about(struct fv_app *app, const char *named, const char *verb,
    struct fv_work *work_out, struct fv_note_subject *about_out, struct fv_reply *reply)
{
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc;

	memset(about_out, 0, sizeof *about_out);
	if ((rc = fv_work_load(app->store, work_out)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	if (work_out->has_visit && (named == NULL || strcmp(named, work_out->case_id) == 0)) {
		about_out->is_visit = true;
		about_out->visit_seq = work_out->visit_seq;
		about_out->case_id = work_out->case_id;
		return true;
	}
	if (named == NULL) {
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; begin one, or name the case: 'fieldvisit %s CASE'"),
		    verb);
		return false;
	}
	rc = fv_store_get_item(app->store, FV_ITEM_CASE, fv_span_z(named), &row, &body);
	fv_buf_clear(&body);
	if (rc != FV_OK)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, named,
		    _("no such case on this handheld; 'fieldvisit case list' lists them"));
	about_out->case_id = named;
	return rc == FV_OK;
}
