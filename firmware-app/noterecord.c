#include "firmware-app/noterecord.h"

#include "fv/sync.h"

static void
put_note(struct fv_buf *out, const struct fv_note_subject *subject, enum fv_note_what what,
    const struct fv_readers *readers, const struct fv_note_sealed *sealed)
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
	fv_cbor_put_uint(out, what);
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
