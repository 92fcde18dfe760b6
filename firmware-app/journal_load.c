#include <string.h>

#include "firmware-app/journal.h"

#define RECHECK_RECORDS 1000U /* re-hashed after an unclean stop */

/* The key that the next seal verifies with, from the last SEAL or from enrolment. */
static enum fv_err
load_seal_key(struct fv_journal *j, uint64_t count)
{
	uint8_t a[FV_HASH_BYTES];
	struct fv_record_row row;
	struct fv_buf keep = {0};
	uint64_t seq;
	enum fv_err rc;

	rc = fv_store_last_of_type(j->store, FV_REC_SEAL, count, &seq);
	if (rc == FV_ENOENT)
		return FV_OK; /* fv_trail_init() set pk_0 */
	if (rc == FV_OK && (rc = fv_store_get_record(j->store, seq, &keep, &row)) == FV_OK) {
		rc = fv_seal_payload_parse(
		    row.payload, j->trail.seal_pk, a, &j->trail.key_number);
		if (rc == FV_EFORMAT)
			rc = FV_ECORRUPT;
		j->trail.sealed_size = seq + 1;
	}
	fv_buf_clear(&keep);
	return rc;
}

static enum fv_err
on_leaf(const struct fv_hash *leaf, void *ctx)
{
	struct fv_trail *trail = ctx;

	fv_merkle_range_append(&trail->range, leaf);
	trail->last_leaf = *leaf;
	if (trail->range.size == trail->sealed_size)
		fv_merkle_range_root(&trail->range, &trail->sealed_root);
	return FV_OK;
}

/* Step the ratchet over the records that were committed after the slot was written. */
static enum fv_err
on_unfolded(const struct fv_record_row *row, void *ctx)
{
	struct fv_journal *j = ctx;

	fv_ratchet_step(j->slots.now, &row->leaf);
	return FV_OK;
}

static enum fv_err
catch_up(struct fv_journal *j, uint64_t count)
{
	uint64_t from = j->slots.now->n;
	enum fv_err rc;

	/* A slot ahead of the store, or one of another key number, means that the store is
	 * an old copy: going on would sign two histories with one key. */
	if (from > count || j->slots.now->key_number != j->trail.key_number)
		return FV_ECORRUPT;
	if (from == count)
		return FV_OK;
	if ((rc = fv_store_each_record(j->store, from, count, on_unfolded, j)) != FV_OK)
		return rc;
	return fv_slots_save(&j->slots);
}

struct recheck {
	bool has_prev;
	struct fv_hash prev;
};

static enum fv_err
on_recheck(const struct fv_record_row *row, void *ctx)
{
	struct recheck *check = ctx;
	struct fv_header header;
	struct fv_hash leaf, pc;

	if (!check->has_prev && row->seq != 0) {
		check->has_prev = true;
		check->prev = row->leaf;
		return FV_OK;
	}
	if (fv_header_parse(row->header, &header) != FV_OK || header.seq != row->seq)
		return FV_ECORRUPT;
	fv_record_leaf(row->seq > 0 ? &check->prev : NULL, row->header, &leaf);
	fv_record_commit(row->salt.ptr, row->payload, &pc);
	if (memcmp(leaf.b, row->leaf.b, sizeof leaf.b) != 0 ||
	    memcmp(pc.b, header.pc.b, sizeof pc.b) != 0)
		return FV_ECORRUPT;
	check->prev = leaf;
	check->has_prev = true;
	return FV_OK;
}

static enum fv_err
load_beacon(struct fv_journal *j)
{
	uint8_t root[FV_BEACON_ROOT_BYTES];
	int64_t size;
	enum fv_err rc;

	if ((rc = fv_store_get_int(j->store, FV_SET_BEACON_SIZE, &size)) == FV_OK)
		rc = fv_store_get_fixed(j->store, FV_SET_BEACON_ROOT, root, sizeof root);
	if (rc == FV_OK) {
		j->has_beacon = true;
		j->beacon_size = (uint64_t)size;
		memcpy(j->beacon_root, root, sizeof root);
	}
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
load_trail(struct fv_journal *j)
{
	uint8_t dev[FV_DEV_BYTES], pk_0[FV_KEY_BYTES];
	uint64_t count;
	enum fv_err rc;

	if ((rc = fv_store_get_fixed(j->store, FV_SET_DEV, dev, sizeof dev)) != FV_OK ||
	    (rc = fv_store_get_fixed(j->store, FV_SET_PK_0, pk_0, sizeof pk_0)) != FV_OK ||
	    (rc = fv_store_count_records(j->store, &count)) != FV_OK)
		return rc;
	fv_trail_init(&j->trail, dev, pk_0);
	if ((rc = load_seal_key(j, count)) != FV_OK)
		return rc;
	rc = fv_store_each_leaf(j->store, on_leaf, &j->trail);
	return rc == FV_OK && j->trail.range.size != count ? FV_ECORRUPT : rc;
}

enum fv_err
fv_journal_open(struct fv_journal *journal, struct fv_store *store, const char *dir,
    struct fv_moment_port port, bool was_clean)
{
	struct recheck check = {0};
	uint64_t count;
	enum fv_err rc;

	memset(journal, 0, sizeof *journal);
	journal->slots = (struct fv_slots)FV_SLOTS_NONE;
	journal->store = store;
	journal->dir = dir;
	journal->port = port;
	if ((rc = load_trail(journal)) != FV_OK)
		return rc;
	count = journal->trail.range.size;
	if (!was_clean) {
		rc = fv_store_each_record(store,
		    count > RECHECK_RECORDS ? count - RECHECK_RECORDS : 0, count, on_recheck,
		    &check);
		if (rc != FV_OK)
			return rc;
	}
	rc = fv_slots_open(&journal->slots, dir, journal->trail.seal_pk);
	if (rc == FV_ENOENT)
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		rc = catch_up(journal, count);
	if (rc == FV_OK)
		rc = load_beacon(journal);
	return rc;
}

void
fv_journal_rollback(struct fv_journal *journal)
{
	fv_store_rollback(journal->store);
	journal->in_group = false;
	fv_buf_reset(&journal->pending);
	/* The trail in memory ran ahead of the store: load it again. */
	if (load_trail(journal) != FV_OK)
		journal->is_broken = true;
}

void
fv_journal_close(struct fv_journal *journal)
{
	if (journal->store == NULL)
		return;
	fv_slots_close(&journal->slots);
	fv_buf_clear(&journal->pending);
	memset(journal, 0, sizeof *journal);
	journal->slots = (struct fv_slots)FV_SLOTS_NONE;
}

struct root_walk {
	struct fv_merkle_range range;
	uint64_t size;
};

static enum fv_err
on_root_leaf(const struct fv_hash *leaf, void *ctx)
{
	struct root_walk *walk = ctx;

	fv_merkle_range_append(&walk->range, leaf);
	return walk->range.size == walk->size ? FV_AGAIN : FV_OK; /* FV_AGAIN: far enough */
}

enum fv_err
fv_journal_root_at(struct fv_store *store, uint64_t size, struct fv_hash *root_out)
{
	struct root_walk walk = {.size = size};
	enum fv_err rc;

	memset(root_out, 0, sizeof *root_out);
	if (size > 0) {
		rc = fv_store_each_leaf(store, on_root_leaf, &walk);
		if (rc == FV_OK)
			return FV_ERANGE;
		if (rc != FV_AGAIN)
			return rc;
	}
	fv_merkle_range_root(&walk.range, root_out);
	return FV_OK;
}
