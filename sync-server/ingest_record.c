/* Records and seals: the states unsealed, sealed, contested and forked. */
#include <stdlib.h>
#include <string.h>

#include "alerts.h"
#include "care.h"
#include "hand.h"
#include "ingest_in.h"

#define SUBJECT_HOPS_MAX 4 /* from a correction of a correction to what names the case */

/* The trail as it was after `size` records, sealed_size <= size <= n. */
struct rewind {
	struct fv_trail *trail;
	uint64_t sealed_size;
};

static enum fv_err
replay_one(const struct fv_store_record *record, void *ctx)
{
	struct rewind *rewind = ctx;
	struct fv_trail *trail = rewind->trail;

	if (record->seq >= rewind->sealed_size)
		fv_merkle_range_append(&trail->range, &record->leaf);
	trail->last_leaf = record->leaf;
	return fv_header_parse(record->header, &trail->last) == FV_OK ? FV_OK : FV_ECORRUPT;
}

static enum fv_err
rewind_to(struct fv_ingest *ingest, const struct fv_ingest_trail *from, uint64_t size,
    struct fv_trail *out)
{
	struct rewind rewind = {out, from->t.trail.sealed_size};
	struct fv_store_seqs seqs = {.until = size};

	*out = from->t.trail;
	out->range = from->t.sealed_range;
	/* One record more, for the previous header and leaf. */
	seqs.from = rewind.sealed_size > 0 ? rewind.sealed_size - 1 : 0;
	return fv_store_record_each(ingest->store, from->no, seqs, replay_one, &rewind);
}

/* -- spans that are put aside ------------------------------------------------------ */

static void
put_or_null(struct fv_buf *out, struct fv_span bytes)
{
	if (bytes.len > 0)
		fv_cbor_put_bytes(out, bytes.ptr, bytes.len);
	else
		fv_cbor_put_null(out);
}

static void
put_entry(struct fv_buf *span, const struct fv_store_record *record)
{
	fv_cbor_put_array(span, 4);
	fv_cbor_put_bytes(span, record->header.ptr, record->header.len);
	put_or_null(span, record->salt);
	put_or_null(span, record->payload);
	put_or_null(span, record->sig);
}

static enum fv_err
get_or_null(struct fv_cbor_reader *r, struct fv_span *out)
{
	*out = fv_span_of(NULL, 0);
	return fv_cbor_take_null(r) ? FV_OK : fv_cbor_get_bytes(r, out);
}

static enum fv_err
get_entry(struct fv_cbor_reader *r, struct fv_store_record *out)
{
	size_t count;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK ||
	    (rc = fv_cbor_get_bytes(r, &out->header)) != FV_OK ||
	    (rc = get_or_null(r, &out->salt)) != FV_OK ||
	    (rc = get_or_null(r, &out->payload)) != FV_OK ||
	    (rc = get_or_null(r, &out->sig)) != FV_OK)
		return rc;
	out->has_payload = out->salt.len > 0;
	return FV_OK;
}

static enum fv_err
keep_entry(const struct fv_store_record *record, void *ctx)
{
	put_entry(ctx, record);
	return fv_buf_status(ctx);
}

/* Move the held records from `seq` on into quarantine; the trail in memory is not told. */
static enum fv_err
put_aside(struct fv_ingest *ingest, int64_t no, uint64_t seq, enum fv_quarantine_reason reason)
{
	struct fv_store_seqs seqs = {seq, UINT64_MAX};
	struct fv_buf span = {0};
	enum fv_err rc;

	if ((rc = fv_store_record_each(ingest->store, no, seqs, keep_entry, &span)) != FV_OK)
		goto cleanup;
	rc = fv_store_quarantine_put(ingest->store, no, seq, reason, fv_buf_span(&span));
	if (rc == FV_OK || rc == FV_EEXIST)
		rc = fv_store_record_drop_from(ingest->store, no, seq);
cleanup:
	fv_buf_clear(&span);
	return rc;
}

static enum fv_err
add_fork_leaf(struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms)
{
	struct fv_buf body = {0};
	struct fv_hash hash;
	enum fv_err rc;

	fv_sha256(fv_buf_span(&session->span), &hash);
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_bytes(&body, session->device.dev, FV_DEV_BYTES);
	fv_cbor_put_uint(&body, session->span_from);
	fv_cbor_put_bytes(&body, hash.b, sizeof hash.b);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_ledger_append(
		    ingest->ledger, FV_LEAF_FORK, now_ms, fv_buf_span(&body), NULL);
	fv_buf_clear(&body);
	return rc;
}

/* Put the session's foreign span into quarantine. */
static enum fv_err
put_span_aside(
    struct fv_ingest *ingest, struct fv_session *session, enum fv_quarantine_reason reason)
{
	enum fv_err rc = fv_buf_status(&session->span);

	if (rc != FV_OK || session->span.len == 0)
		return rc;
	return fv_store_quarantine_put(ingest->store, session->device.no, session->span_from,
	    reason, fv_buf_span(&session->span));
}

enum fv_err
fv_ingest_settle_span(struct fv_ingest *ingest, struct fv_session *session, int64_t now_ms)
{
	enum fv_err rc;

	if (session->mode == MODE_FORK) {
		rc = put_span_aside(ingest, session, FV_QUARANTINE_FORK);
		if (rc == FV_OK) /* the same span again adds no leaf */
			rc = add_fork_leaf(ingest, session, now_ms);
	} else if (session->mode == MODE_CONTEST) {
		rc = put_span_aside(ingest, session, FV_QUARANTINE_UNDECIDED);
	} else {
		return FV_OK;
	}
	return rc == FV_EEXIST ? FV_OK : rc;
}

/* -- storing ------------------------------------------------------------------------- */

void
fv_ingest_read_subject(struct fv_span payload, struct fv_store_record *record)
{
	struct fv_cbor_reader value;
	enum fv_cbor_type type;

	record->has_subject_seq = false;
	record->case_id = fv_span_of(NULL, 0);
	if (fv_cbor_map_find(payload, 1, &value) != FV_OK ||
	    fv_cbor_peek(&value, &type) != FV_OK)
		return;
	if (type == FV_CBOR_UINT)
		record->has_subject_seq = fv_cbor_get_uint(&value, (UINT64_C(1) << 40) - 1,
					      &record->subject_seq) == FV_OK;
	else if (type == FV_CBOR_TEXT &&
	    (fv_cbor_get_text(&value, &record->case_id) != FV_OK ||
		!fv_id_valid(record->case_id, FV_CASE_ID_BYTES - 1)))
		record->case_id = fv_span_of(NULL, 0);
}

/* Which case's history a record changes, if any. */
static enum fv_err
touch(struct fv_ingest *ingest, struct fv_session *session, const struct fv_store_record *r)
{
	struct fv_store_record begin;
	struct fv_span moved;
	uint64_t seq;
	enum fv_err rc;

	if (r->type == FV_REC_VISIT_BEGIN) {
		session->has_visit = true;
		session->visit_seq = r->seq;
	}
	if (r->type != FV_REC_VISIT_BEGIN && r->type != FV_REC_VISIT_END &&
	    r->type != FV_REC_CONTACT && r->type != FV_REC_OUTCOME &&
	    r->type != FV_REC_EVENT && r->type != FV_REC_AMEND && r->type != FV_REC_COSIGN &&
	    r->type != FV_REC_CHECKLIST)
		return FV_OK;
	if (r->case_id.len > 0)
		return fv_session_touch(ingest, session, r->case_id);
	if (r->type == FV_REC_AMEND && r->has_payload &&
	    fv_store_move_read(r->payload, &moved, &seq) &&
	    (rc = fv_session_touch(ingest, session, moved)) != FV_OK)
		return rc;
	if (!r->has_subject_seq ||
	    (session->has_visit && r->subject_seq == session->visit_seq))
		return FV_OK; /* touched when the visit began, in this request */
	rc = fv_store_record_get(ingest->store, r->no, r->subject_seq, &begin);
	/* A correction may be of a visit's outcome or end, or of another correction. */
	for (int hop = 0; hop < SUBJECT_HOPS_MAX && rc == FV_OK && begin.case_id.len == 0 &&
	     begin.has_subject_seq;
	     hop++)
		rc = fv_store_record_get(ingest->store, r->no, begin.subject_seq, &begin);
	if (rc == FV_OK && begin.case_id.len > 0)
		return fv_session_touch(ingest, session, begin.case_id);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* Store one record that belongs to the trail now; its leaf is computed already. */
static enum fv_err
store_record(struct fv_ingest *ingest, struct fv_session *session,
    struct fv_store_record *record, const struct fv_hash *pc)
{
	enum fv_err rc;

	record->no = session->device.no;
	if (record->has_payload)
		fv_ingest_read_subject(record->payload, record);
	if (fv_record_type_name(record->type) == NULL)
		fv_session_notice(session, FV_W_UNKNOWN_TYPE);
	if ((rc = fv_store_record_append(ingest->store, record)) != FV_OK ||
	    (rc = fv_ingest_name_blobs(ingest, record, record->has_payload ? NULL : pc)) !=
		FV_OK)
		return rc;
	session->result.records_new++;
	if ((rc = fv_alerts_note(
		 ingest->store, &session->device, record, record->received_ms)) != FV_OK ||
	    (rc = care_note(ingest->store, ingest->ledger, &session->device, record,
		 record->received_ms)) != FV_OK ||
	    (rc = hand_note(ingest->store, &session->device, record)) != FV_OK)
		return rc;
	session->has_moved = session->has_moved || record->type == FV_REC_OFFICER;
	return touch(ingest, session, record);
}

/* After a good seal at the end of t->trail. */
static enum fv_err
note_seal(struct fv_store_trail *t, const uint8_t pk[FV_KEY_BYTES], struct fv_span sig)
{
	struct fv_buf name = {0};
	enum fv_err rc;

	fv_buf_put_z(&name, "fieldvisit/v1/dev/");
	fv_buf_put_hex(&name, t->trail.dev, FV_DEV_BYTES);
	if ((rc = fv_buf_status(&name)) == FV_OK) {
		fv_signednote_key_id(fv_buf_span(&name), pk, t->seal_key_id);
		memcpy(t->seal_sig, sig.ptr, sizeof t->seal_sig);
		t->sealed_range = t->trail.range;
	}
	fv_buf_clear(&name);
	return rc;
}

/* The seal that was just appended failed: nothing after the last good one counts. */
static enum fv_err
fall_back(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail)
{
	uint64_t sealed_size = trail->t.trail.sealed_size;
	struct fv_trail back;
	enum fv_err rc;

	session->mode = MODE_DISCARD;
	session->has_moved = true;
	fv_session_notice(session, FV_W_SEAL_BAD);
	if ((rc = rewind_to(ingest, trail, sealed_size, &back)) != FV_OK)
		return rc;
	trail->t.trail = back;
	return put_aside(ingest, trail->no, sealed_size, FV_QUARANTINE_BAD_SEAL);
}

static enum fv_err
extend(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail,
    const struct fv_header *header, struct fv_store_record *record)
{
	uint8_t pk[FV_KEY_BYTES];
	enum fv_err rc;

	rc = fv_trail_follow(&trail->t.trail, header, record->header, &record->leaf);
	if (rc != FV_OK)
		return FV_ECORRUPT;
	trail->is_dirty = true;
	if ((rc = store_record(ingest, session, record, &header->pc)) != FV_OK ||
	    record->type != FV_REC_SEAL)
		return rc;
	memcpy(pk, trail->t.trail.seal_pk, sizeof pk);
	if (!record->has_payload || record->sig.len != FV_SIG_BYTES ||
	    fv_trail_take_seal_seen(
		&trail->t.trail, record->payload, record->sig.ptr, session->seen) != FV_OK)
		return fall_back(ingest, session, trail);
	session->saw_seal = true;
	return note_seal(&trail->t, pk, record->sig);
}

/* -- duplicates, contests, forks ------------------------------------------------------ */

static bool
is_same(const struct fv_store_record *held, const struct fv_store_record *record)
{
	if (!fv_span_equal(held->header, record->header) ||
	    !fv_span_equal(held->sig, record->sig))
		return false;
	/* A payload that is erased, or still on its way, is held to by the header's pc. */
	return !held->has_payload || !record->has_payload ||
	    (fv_span_equal(held->salt, record->salt) &&
		fv_span_equal(held->payload, record->payload));
}

static enum fv_err
begin_span(struct fv_ingest *ingest, struct fv_session *session,
    const struct fv_ingest_trail *trail, uint64_t seq)
{
	enum fv_err rc;

	session->span_from = seq;
	if (seq < trail->t.trail.sealed_size) {
		session->mode = MODE_FORK;
		fv_session_notice(session, FV_W_FORK);
		return FV_OK;
	}
	session->mode = MODE_CONTEST;
	if ((session->alt = malloc(sizeof *session->alt)) == NULL)
		return FV_ENOMEM;
	session->ground_sealed = trail->t.trail.sealed_size;
	memset(&session->ground_leaf, 0, sizeof session->ground_leaf);
	if ((rc = rewind_to(ingest, trail, seq, session->alt)) == FV_OK && seq > 0)
		session->ground_leaf = session->alt->last_leaf;
	return rc;
}

/*
 * Whether the trail below the foreign span is what it was when the span began: another
 * request of this device may have sealed it, or had it put aside, in between.
 */
static enum fv_err
check_ground(struct fv_ingest *ingest, const struct fv_session *session,
    const struct fv_ingest_trail *trail, bool *is_same_out)
{
	struct fv_trail now;
	enum fv_err rc;

	*is_same_out = false;
	if (trail->t.trail.sealed_size != session->ground_sealed ||
	    trail->t.trail.range.size < session->span_from)
		return FV_OK;
	if ((rc = rewind_to(ingest, trail, session->span_from, &now)) == FV_OK)
		*is_same_out = session->span_from == 0 ||
		    memcmp(now.last_leaf.b, session->ground_leaf.b, FV_HASH_BYTES) == 0;
	return rc;
}

/* The foreign span carries the good seal: it takes the place of the held records. */
static enum fv_err
win(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail,
    const uint8_t pk[FV_KEY_BYTES], int64_t now_ms)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(fv_buf_span(&session->span));
	struct fv_store_record record;
	struct fv_header header;
	struct fv_trail walk;
	enum fv_err rc;

	if ((rc = rewind_to(ingest, trail, session->span_from, &walk)) != FV_OK ||
	    (rc = put_aside(ingest, trail->no, session->span_from, FV_QUARANTINE_CONTEST)) !=
		FV_OK)
		return rc;
	while (!fv_cbor_at_end(&r)) {
		if (get_entry(&r, &record) != FV_OK ||
		    fv_header_parse(record.header, &header) != FV_OK ||
		    fv_trail_follow(&walk, &header, record.header, &record.leaf) != FV_OK)
			return FV_ECORRUPT;
		record.seq = header.seq;
		record.type = header.type;
		record.received_ms = now_ms;
		if ((rc = store_record(ingest, session, &record, &header.pc)) != FV_OK)
			return rc;
	}
	trail->t.trail = *session->alt;
	trail->is_dirty = true;
	session->saw_seal = true;
	session->has_moved = true;
	session->mode = MODE_TRAIL;
	rc = note_seal(&trail->t, pk, record.sig);
	fv_buf_reset(&session->span);
	free(session->alt);
	session->alt = NULL;
	return rc;
}

static enum fv_err
contest(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail,
    const struct fv_header *header, const struct fv_store_record *record)
{
	uint8_t pk[FV_KEY_BYTES];
	struct fv_hash leaf;
	bool is_same;
	enum fv_err rc;

	if (fv_trail_follow(session->alt, header, record->header, &leaf) != FV_OK)
		return FV_ECORRUPT;
	if (record->type != FV_REC_SEAL)
		return FV_OK;
	/* Not the same: undecided, and wanted again against the trail as it is now. */
	if ((rc = check_ground(ingest, session, trail, &is_same)) != FV_OK || !is_same)
		return rc;
	memcpy(pk, session->alt->seal_pk, sizeof pk);
	if (record->has_payload && record->sig.len == FV_SIG_BYTES &&
	    fv_trail_take_seal(session->alt, record->payload, record->sig.ptr) == FV_OK)
		return win(ingest, session, trail, pk, record->received_ms);
	session->mode = MODE_DISCARD;
	fv_session_notice(session, FV_W_SEAL_BAD);
	rc = put_span_aside(ingest, session, FV_QUARANTINE_BAD_SEAL);
	return rc == FV_EEXIST ? FV_OK : rc;
}

static enum fv_err
take_foreign(struct fv_ingest *ingest, struct fv_session *session,
    struct fv_ingest_trail *trail, const struct fv_header *header,
    const struct fv_store_record *record)
{
	enum fv_err rc;

	put_entry(&session->span, record);
	if ((rc = fv_buf_status(&session->span)) != FV_OK)
		return rc;
	if (session->mode == MODE_CONTEST &&
	    (rc = contest(ingest, session, trail, header, record)) != FV_OK)
		return rc;
	/* What goes over the quarantine's bound is not kept in memory either. */
	if (session->span.len > FV_QUARANTINE_MAX - FV_BLOB_MAX) {
		rc = fv_ingest_settle_span(ingest, session, record->received_ms);
		session->mode = MODE_DISCARD;
	}
	return rc;
}

/* A number that the trail has: the same, or the start of a foreign span. */
static enum fv_err
compare(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail,
    const struct fv_header *header, const struct fv_store_record *record)
{
	struct fv_store_record held;
	enum fv_err rc;

	rc = fv_store_record_get(ingest->store, trail->no, record->seq, &held);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	if (is_same(&held, record)) {
		session->result.records_same++;
		if (record->type == FV_REC_SEAL && held.is_sealed)
			session->saw_seal = true;
		return FV_OK;
	}
	if ((rc = begin_span(ingest, session, trail, record->seq)) != FV_OK)
		return rc;
	return take_foreign(ingest, session, trail, header, record);
}

static enum fv_err
take(struct fv_ingest *ingest, struct fv_session *session, struct fv_ingest_trail *trail,
    const struct fv_header *header, struct fv_store_record *record)
{
	const struct fv_trail *t = &trail->t.trail;

	if (session->mode != MODE_TRAIL)
		return take_foreign(ingest, session, trail, header, record);
	if (record->seq < t->range.size)
		return compare(ingest, session, trail, header, record);
	if (t->range.size - t->sealed_size >= FV_INGEST_UNSEALED_MAX) {
		session->result.fault = FV_ETOOBIG;
		session->mode = MODE_DISCARD;
		return FV_OK;
	}
	return extend(ingest, session, trail, header, record);
}

/* -- one record of the request --------------------------------------------------------- */

/* The header that the wire record's differences refer to; NULL for the first. */
static enum fv_err
find_prev(struct fv_ingest *ingest, struct fv_session *session,
    const struct fv_ingest_trail *trail, const struct fv_header **prev_out)
{
	struct fv_store_record held;
	enum fv_err rc;

	*prev_out = NULL;
	if (session->next == 0)
		return FV_OK;
	if (session->mode == MODE_TRAIL && session->next == trail->t.trail.range.size) {
		*prev_out = &trail->t.trail.last;
		return FV_OK;
	}
	if (!session->has_prev) {
		rc = fv_store_record_get(ingest->store, trail->no, session->next - 1, &held);
		if (rc == FV_OK && fv_header_parse(held.header, &session->prev) != FV_OK)
			rc = FV_ECORRUPT;
		if (rc != FV_OK)
			return rc == FV_ENOENT ? FV_ECORRUPT : rc;
		session->has_prev = true;
	}
	*prev_out = &session->prev;
	return FV_OK;
}

enum fv_err
fv_ingest_take_record(struct fv_ingest *ingest, struct fv_session *session,
    struct fv_span rest, int64_t now_ms, size_t *len_out)
{
	struct fv_store_record record = {.received_ms = now_ms};
	const struct fv_header *prev;
	struct fv_ingest_trail *trail;
	struct fv_wire_record wire;
	enum fv_err rc;

	*len_out = rest.len;
	if ((rc = fv_ingest_trail_get(ingest, session->device.no, &trail)) != FV_OK)
		return rc;
	if (session->mode == MODE_TRAIL && session->next > trail->t.trail.range.size) {
		session->result.wrong_cursor = true;
		session->mode = MODE_DISCARD;
		return FV_OK;
	}
	if ((rc = find_prev(ingest, session, trail, &prev)) != FV_OK)
		return rc;
	rc = fv_wire_record_parse(rest, session->device.dev, prev, &wire, len_out);
	if (rc != FV_OK) { /* the stranger's fault, not ours */
		session->result.fault = rc;
		session->mode = MODE_DISCARD;
		*len_out = rest.len;
		return FV_OK;
	}
	fv_buf_reset(&ingest->header);
	fv_header_put(&ingest->header, &wire.header);
	if ((rc = fv_buf_status(&ingest->header)) != FV_OK)
		return rc;
	record.seq = wire.header.seq;
	record.type = wire.header.type;
	record.header = fv_buf_span(&ingest->header);
	record.has_payload = !wire.is_apart;
	if (record.has_payload) {
		record.salt = fv_span_of(wire.salt, sizeof wire.salt);
		record.payload = wire.payload;
	}
	if (wire.has_sig)
		record.sig = fv_span_of(wire.sig, sizeof wire.sig);
	rc = take(ingest, session, trail, &wire.header, &record);
	session->prev = wire.header;
	session->has_prev = true;
	session->next++;
	return rc;
}
