#include "firmware-app/journal.h"

#include <string.h>

#include "firmware-app/failpoint.h"
#include "firmware-app/version.h"

uint64_t
fv_journal_next_seq(const struct fv_journal *journal)
{
	return journal->trail.range.size;
}

uint64_t
fv_journal_unsealed(const struct fv_journal *journal)
{
	return journal->trail.range.size - journal->trail.sealed_size;
}

void
fv_journal_set_beacon(struct fv_journal *journal, uint64_t size, const struct fv_hash *root)
{
	journal->has_beacon = true;
	journal->beacon_size = size;
	memcpy(journal->beacon_root, root->b, sizeof journal->beacon_root);
}

static void
fill_header(struct fv_journal *j, uint32_t type, size_t payload_len, struct fv_header *header)
{
	struct fv_moment now = {0};

	j->port.now(&now, j->port.ctx);
	memset(header, 0, sizeof *header);
	header->type = type;
	memcpy(header->boot, now.boot, sizeof header->boot);
	header->boottime_ms = now.boottime_ms;
	header->rtc_ms = now.rtc_ms;
	header->has_gnss = now.has_gnss;
	header->gnss_ms = now.has_gnss ? now.gnss_ms : 0;
	header->flags = payload_len > FV_PAYLOAD_INLINE_MAX ? FV_RECF_APART : 0U;
	header->flags |= now.is_locked ? FV_RECF_LOCKED : 0U;
	header->flags |= now.rtc_ms < FV_RELEASE_UTC_MS ? FV_RECF_CLOCK_EARLY : 0U;
	header->has_beacon = j->has_beacon;
	header->beacon_size = j->has_beacon ? j->beacon_size : 0;
	if (j->has_beacon)
		memcpy(header->beacon_root, j->beacon_root, sizeof header->beacon_root);
}

/* Store a detached payload as the blob named by its commitment: salt16 || payload. */
static enum fv_err
put_apart(struct fv_journal *j, const struct fv_header *header,
    const uint8_t salt[FV_SALT_BYTES], struct fv_span payload)
{
	struct fv_buf blob = {0};
	enum fv_err rc;

	fv_buf_put(&blob, salt, FV_SALT_BYTES);
	fv_buf_put_span(&blob, payload);
	if ((rc = fv_buf_status(&blob)) == FV_OK)
		rc = fv_store_put_blob(j->store, &header->pc, header->seq, fv_buf_span(&blob));
	fv_buf_clear(&blob);
	return rc;
}

/* Insert within the open transaction; moves j->trail on. */
static enum fv_err
insert(struct fv_journal *j, uint32_t type, struct fv_span payload, uint64_t *seq_out)
{
	uint8_t salt[FV_SALT_BYTES];
	struct fv_record_row row = {.type = type, .payload = payload};
	struct fv_buf bytes = {0};
	struct fv_header header;
	enum fv_err rc;

	if (payload.len > FV_BLOB_MAX - FV_SALT_BYTES)
		return FV_ETOOBIG;
	fill_header(j, type, payload.len, &header);
	fv_random_fill(fv_random_system(), salt, sizeof salt);
	if ((rc = fv_trail_append(&j->trail, &header, salt, payload, &bytes, &row.leaf)) !=
	    FV_OK)
		goto cleanup;
	row.seq = header.seq;
	row.header = fv_buf_span(&bytes);
	row.salt = fv_span_of(salt, sizeof salt);
	if ((rc = fv_store_put_record(j->store, &row)) != FV_OK)
		goto cleanup;
	if ((header.flags & FV_RECF_APART) != 0 &&
	    (rc = put_apart(j, &header, salt, payload)) != FV_OK)
		goto cleanup;
	fv_buf_put(&j->pending, row.leaf.b, sizeof row.leaf.b);
	rc = fv_buf_status(&j->pending);
	*seq_out = header.seq;
cleanup:
	fv_buf_clear(&bytes);
	return rc;
}

enum fv_err
fv_journal_begin(struct fv_journal *journal)
{
	enum fv_err rc;

	if (journal->is_broken)
		return FV_EIO;
	if (journal->in_group)
		return FV_ESTATE;
	if ((rc = fv_store_begin(journal->store)) != FV_OK)
		return rc;
	journal->in_group = true;
	fv_buf_reset(&journal->pending);
	return FV_OK;
}

/* After the commit: fold the new leaves into the ratchet and save it. */
static enum fv_err
fold(struct fv_journal *j)
{
	struct fv_hash leaf;
	enum fv_err rc;

	if (j->pending.len == 0)
		return FV_OK;
	for (size_t at = 0; at < j->pending.len; at += sizeof leaf.b) {
		memcpy(leaf.b, j->pending.ptr + at, sizeof leaf.b);
		fv_ratchet_step(j->slots.now, &leaf);
	}
	fv_buf_reset(&j->pending);
	rc = fv_slots_save(&j->slots);
	fv_failpoint(FV_POINT_RECORD_AFTER_SLOT);
	return rc;
}

enum fv_err
fv_journal_commit(struct fv_journal *journal)
{
	enum fv_err rc;

	if (!journal->in_group)
		return FV_ESTATE;
	fv_failpoint(FV_POINT_RECORD_BEFORE_COMMIT);
	if ((rc = fv_store_commit(journal->store)) != FV_OK) {
		fv_journal_rollback(journal);
		return rc;
	}
	fv_failpoint(FV_POINT_RECORD_AFTER_COMMIT);
	journal->in_group = false;
	/* The records are durable: a slot that lags is caught up at the next start. */
	if (fold(journal) != FV_OK)
		journal->is_broken = true;
	if (!journal->is_broken && fv_journal_unsealed(journal) >= FV_SEAL_UNSEALED_MAX &&
	    fv_journal_seal(journal) != FV_OK)
		return FV_OK; /* what was asked for is recorded; the seal is tried again later
			       */
	return FV_OK;
}

static bool
may_take_ballast(uint32_t type)
{
	return type == FV_REC_VISIT_END || type == FV_REC_SHIFT_END || type == FV_REC_SEAL ||
	    type == FV_REC_SHUTDOWN || type == FV_REC_SOS;
}

static enum fv_err
append_alone(struct fv_journal *j, uint32_t type, struct fv_span payload, uint64_t *seq_out)
{
	enum fv_err rc;

	if ((rc = fv_journal_begin(j)) != FV_OK)
		return rc;
	if ((rc = insert(j, type, payload, seq_out)) != FV_OK) {
		fv_journal_rollback(j);
		return rc;
	}
	return fv_journal_commit(j);
}

enum fv_err
fv_journal_append(
    struct fv_journal *journal, uint32_t type, struct fv_span payload, uint64_t *seq_out)
{
	enum fv_err rc;

	*seq_out = 0;
	if (journal->in_group)
		return insert(journal, type, payload, seq_out);
	rc = append_alone(journal, type, payload, seq_out);
	if (rc == FV_EFULL && may_take_ballast(type)) {
		fv_store_drop_ballast(journal->dir);
		rc = append_alone(journal, type, payload, seq_out);
	}
	return rc;
}

/* The SEAL record on a copy of the trail, signed and checked with our own verifier. */
static enum fv_err
make_seal(struct fv_journal *j, struct fv_trail *trail, struct fv_ratchet *next,
    struct fv_record_row *row, struct fv_buf *keep)
{
	uint8_t npk[FV_KEY_BYTES];
	uint8_t *salt, *sig;
	struct fv_header header;
	size_t payload_len;
	enum fv_err rc;

	fv_random_fill(fv_random_system(), next->seed, sizeof next->seed);
	fv_ed25519_public(next->seed, npk);
	next->key_number = j->slots.now->key_number + 1;

	fv_seal_payload_put(keep, npk, j->slots.now->a, next->key_number);
	payload_len = keep->len;
	fv_buf_put(keep, npk, FV_SALT_BYTES); /* room for the salt ... */
	fv_buf_put(keep, (const uint8_t[FV_SIG_BYTES]){0}, FV_SIG_BYTES); /* and signature */
	if ((rc = fv_buf_status(keep)) != FV_OK)
		return rc;
	salt = keep->ptr + payload_len;
	fv_random_fill(fv_random_system(), salt, FV_SALT_BYTES);
	row->payload = fv_span_of(keep->ptr, payload_len);

	struct fv_buf bytes = {0};
	fill_header(j, FV_REC_SEAL, payload_len, &header);
	rc = fv_trail_append(trail, &header, salt, row->payload, &bytes, &row->leaf);
	if (rc == FV_OK) {
		sig = keep->ptr + payload_len + FV_SALT_BYTES;
		rc = fv_seal_sign(trail, j->slots.now->seed, sig);
	}
	if (rc == FV_OK) {
		row->seq = header.seq;
		row->type = FV_REC_SEAL;
		fv_buf_put_span(keep, fv_buf_span(&bytes));
		rc = fv_buf_status(keep);
	}
	fv_buf_clear(&bytes);
	if (rc != FV_OK)
		return rc;
	row->payload = fv_span_of(keep->ptr, payload_len);
	row->salt = fv_span_of(keep->ptr + payload_len, FV_SALT_BYTES);
	row->sig = fv_span_of(keep->ptr + payload_len + FV_SALT_BYTES, FV_SIG_BYTES);
	row->header = fv_span_of(row->sig.ptr + FV_SIG_BYTES,
	    keep->len - payload_len - FV_SALT_BYTES - FV_SIG_BYTES);
	fv_ratchet_step(next, &row->leaf);
	return fv_trail_take_seal(trail, row->payload, row->sig.ptr);
}

static enum fv_err
commit_seal(struct fv_journal *j, const struct fv_record_row *row)
{
	enum fv_err rc;

	if ((rc = fv_store_begin(j->store)) != FV_OK)
		return rc;
	if ((rc = fv_store_put_record(j->store, row)) != FV_OK) {
		fv_store_rollback(j->store);
		return rc;
	}
	fv_failpoint(FV_POINT_SEAL_BEFORE_COMMIT);
	return fv_store_commit(j->store);
}

static enum fv_err
seal_once(struct fv_journal *j)
{
	struct fv_trail trail = j->trail;
	struct fv_record_row row = {0};
	struct fv_ratchet *next = NULL;
	struct fv_buf keep = {0};
	enum fv_err rc;

	rc = FV_ENOMEM;
	if ((next = fv_secret_alloc(sizeof *next)) == NULL)
		goto cleanup;
	*next = *j->slots.now;
	fv_failpoint(FV_POINT_SEAL_START);
	if ((rc = make_seal(j, &trail, next, &row, &keep)) != FV_OK)
		goto cleanup;
	if ((rc = fv_slots_prepare(&j->slots, next)) != FV_OK)
		goto cleanup;
	fv_failpoint(FV_POINT_SEAL_AFTER_NEXT);
	if ((rc = commit_seal(j, &row)) != FV_OK) {
		/* A failed sync leaves open whether the seal is on the disk: a later slot
		 * write could overwrite the only copy of the key that it introduces. */
		j->is_broken = rc != FV_EFULL && rc != FV_EBUSY;
		goto cleanup;
	}
	fv_failpoint(FV_POINT_SEAL_AFTER_COMMIT);
	j->trail = trail;
	if (fv_slots_turn(&j->slots, next) != FV_OK)
		j->is_broken = true;
	fv_failpoint(FV_POINT_SEAL_END);
cleanup:
	fv_secret_free(next);
	fv_buf_clear(&keep);
	return rc;
}

enum fv_err
fv_journal_seal(struct fv_journal *journal)
{
	enum fv_err rc;

	if (journal->is_broken)
		return FV_EIO;
	if (journal->in_group)
		return FV_ESTATE;
	if (fv_journal_unsealed(journal) == 0)
		return FV_OK;
	rc = seal_once(journal);
	if (rc == FV_EFULL) {
		fv_store_drop_ballast(journal->dir);
		rc = seal_once(journal);
	}
	return rc;
}
