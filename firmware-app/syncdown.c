#include "firmware-app/syncdown.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-app/pieces.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/settings_kept.h"
#include "firmware-app/sos.h"
#include "fv/item.h"
#include "fv/ledger.h"
#include "fv/logorder.h"

/* A good answer on its way in. */
struct taking {
	struct fv_syncdown *down;
	struct fv_sync_answer answer;
	bool has_shown;
	struct fv_tree_head shown; /* the answer's checkpoint */
	struct fv_checkpoints next;
	uint64_t receipt_size; /* records that the receipt covers */
	int64_t now_ms;
};

/* The leaf is a HEAD of our own trail: its size and root are what we hold ourselves. */
static enum fv_sync_reason
check_head(struct taking *t)
{
	struct fv_app *app = t->down->app;
	struct fv_leaf_head head;
	struct fv_leaf leaf;
	struct fv_hash root;
	enum fv_err rc;

	if (fv_leaf_parse(t->answer.head_leaf, &leaf) != FV_OK || leaf.kind != FV_LEAF_HEAD ||
	    fv_leaf_head_parse(leaf.body, &head) != FV_OK ||
	    memcmp(head.dev, app->identity.dev, sizeof head.dev) != 0 || head.size == 0 ||
	    head.size > t->down->sent->map.n)
		return FV_SYNC_BAD_ANSWER;
	rc = fv_journal_root_at(app->store, head.size, &root);
	if (rc != FV_OK)
		return FV_SYNC_LOCAL;
	if (memcmp(root.b, head.root.b, sizeof root.b) != 0)
		return FV_SYNC_BAD_ANSWER;
	t->receipt_size = head.size;
	return FV_SYNC_NONE;
}

static enum fv_sync_reason
check_receipt(struct taking *t)
{
	const struct fv_receipt receipt = {t->answer.head_leaf, t->answer.head_index,
	    t->answer.inclusion, t->answer.inclusion_count, t->answer.checkpoint};
	struct fv_hash root;
	uint64_t size;

	if (fv_receipt_verify(&receipt, t->down->app->identity.ticket.log_pk, &size, &root) !=
		FV_OK ||
	    size != t->shown.size)
		return FV_SYNC_BAD_ANSWER;
	return check_head(t);
}

/* The proof from the tree that the request named to the one that is shown now. */
static enum fv_sync_reason
check_proof(struct taking *t)
{
	const struct fv_tree_head *base = &t->down->proof_base;

	if (base->size == 0)
		return FV_SYNC_NONE;
	if (!t->answer.has_consistency)
		return t->down->must_prove ? FV_SYNC_LOG_REWRITTEN : FV_SYNC_NONE;
	if (fv_merkle_verify_consistency(base->size, t->shown.size, &base->root,
		&t->shown.root, t->answer.consistency, t->answer.consistency_count) != FV_OK)
		return FV_SYNC_LOG_REWRITTEN;
	t->down->has_proof = true;
	return FV_SYNC_NONE;
}

/* The log may only have grown.  A first checkpoint of all is believed as it is. */
static enum fv_sync_reason
check_checkpoint(struct taking *t)
{
	enum fv_sync_reason reason;

	t->next = *t->down->checkpoints;
	if (t->answer.checkpoint.len == 0)
		return t->down->must_prove ? FV_SYNC_LOG_REWRITTEN : FV_SYNC_NONE;
	if (fv_checkpoints_read(t->answer.checkpoint, t->down->app->identity.ticket.log_pk,
		&t->shown) != FV_OK)
		return FV_SYNC_BAD_ANSWER;
	t->has_shown = true;
	if (fv_checkpoints_compare(&t->next.seen, &t->shown) != FV_OK ||
	    fv_checkpoints_compare(&t->next.consistent, &t->shown) != FV_OK)
		return FV_SYNC_LOG_REWRITTEN;
	if ((reason = check_proof(t)) != FV_SYNC_NONE)
		return reason;
	t->next.seen = t->shown;
	if (t->next.consistent.size == 0 || (t->down->has_proof && t->down->proves_consistent))
		t->next.consistent = t->shown;
	return FV_SYNC_NONE;
}

static enum fv_sync_reason
check(struct taking *t)
{
	const struct fv_sync_answer *a = &t->answer;
	enum fv_sync_reason reason;

	if (a->sealed_size > a->next_seq)
		return FV_SYNC_BAD_ANSWER;
	/* It knows records of ours that we do not: this store is an old copy. */
	if (a->next_seq > t->down->sent->map.n)
		return FV_SYNC_FORK;
	if ((reason = check_checkpoint(t)) != FV_SYNC_NONE)
		return reason;
	/* A log that had grown again since would show no smaller head: it lacks our seals. */
	if (a->sealed_size < t->down->state->receipted)
		return FV_SYNC_LOG_REWRITTEN;
	return a->has_receipt ? check_receipt(t) : FV_SYNC_NONE;
}

/* What of our blobs the server holds, as its list says. */
struct blobs {
	struct taking *t;
	struct fv_blob_held *held; /* owned, grown: those that it may hold whole */
	size_t count, cap;
	size_t sure;                    /* of them: before the last one that is named */
	uint64_t begun[FV_MISSING_MAX]; /* records of which more than pieces is missing */
	size_t begun_count;
};

static bool
is_missing(const struct fv_sync_answer *answer, const struct fv_hash *hash)
{
	for (size_t i = 0; i < answer->missing_count; i++)
		if (memcmp(answer->missing[i].hash.b, hash->b, sizeof hash->b) == 0)
			return true;
	return false;
}

/* The pieces of an attachment are asked for when its manifest is there. */
static bool
is_asked_for(const struct blobs *b, const struct fv_blob_row *row)
{
	for (size_t i = 0; row->is_piece && i < b->begun_count; i++)
		if (b->begun[i] == row->seq)
			return false;
	return true;
}

static enum fv_err
on_blob(const struct fv_blob_row *row, void *ctx)
{
	struct blobs *b = ctx;
	struct fv_blob_held *grown;

	if (row->seq >= b->t->answer.next_seq)
		return FV_OK;
	if (is_missing(&b->t->answer, &row->hash)) {
		b->sure = b->count;
		if (!row->is_piece && b->begun_count < FV_MISSING_MAX)
			b->begun[b->begun_count++] = row->seq;
		return FV_OK;
	}
	if (!is_asked_for(b, row))
		return FV_OK;
	if (b->count == b->cap) {
		b->cap = b->cap == 0 ? 32 : b->cap * 2;
		if ((grown = realloc(b->held, b->cap * sizeof *grown)) == NULL)
			return FV_ENOMEM;
		b->held = grown;
	}
	b->held[b->count].hash = row->hash;
	b->held[b->count++].held_bytes = row->total_bytes;
	return FV_OK;
}

static enum fv_err
take_blobs(struct taking *t)
{
	struct fv_store *store = t->down->app->store;
	struct fv_syncup_missing *missing = t->down->missing;
	struct blobs b = {.t = t};
	enum fv_err rc = FV_OK;

	/* What it names as missing counts, also where it was thought to be whole there. */
	for (size_t i = 0; rc == FV_OK && i < t->answer.missing_count; i++)
		rc = fv_store_set_blob_held(
		    store, &t->answer.missing[i].hash, t->answer.missing[i].held_bytes);
	if (rc == FV_OK)
		rc = fv_store_each_unsent_blob(store, on_blob, &b);
	/* Both sides name them in one order: a list that was cut off says nothing of those
	 * after the last that it names. */
	if (t->answer.missing_count == FV_MISSING_MAX)
		b.count = b.sure;
	for (size_t i = 0; rc == FV_OK && i < b.count; i++)
		rc = fv_store_set_blob_held(store, &b.held[i].hash, b.held[i].held_bytes);
	free(b.held);
	missing->count = t->answer.missing_count;
	missing->is_full = missing->count == FV_MISSING_MAX;
	memcpy(missing->blobs, t->answer.missing, missing->count * sizeof missing->blobs[0]);
	return rc;
}

static enum fv_err
keep_receipt(struct taking *t)
{
	struct fv_receipt_row row = {.sealed_size = t->receipt_size,
	    .checkpoint_size = t->shown.size,
	    .checkpoint = t->answer.checkpoint,
	    .leaf = t->answer.head_leaf,
	    .leaf_index = t->answer.head_index,
	    .taken_ms = t->now_ms};
	struct fv_buf inclusion = {0};
	enum fv_err rc;

	for (size_t i = 0; i < t->answer.inclusion_count; i++)
		fv_buf_put(&inclusion, t->answer.inclusion[i].b, FV_HASH_BYTES);
	row.inclusion = fv_buf_span(&inclusion);
	if ((rc = fv_buf_status(&inclusion)) == FV_OK)
		rc = fv_store_put_receipt(t->down->app->store, &row);
	fv_buf_clear(&inclusion);
	return rc;
}

static void
take_notices(struct taking *t, struct fv_syncstate *state, bool *is_fork_out)
{
	*is_fork_out = false;
	state->is_approved = true;
	state->is_revoked = t->down->items.is_revoked;
	for (size_t i = 0; i < t->answer.notice_count; i++) {
		switch (t->answer.notices[i]) {
		case FV_W_SEAL_BAD:
			t->down->has_seal_bad = true;
			break;
		case FV_W_FORK:
			*is_fork_out = true;
			break;
		case FV_W_REVOKED:
			state->is_revoked = true;
			break;
		case FV_W_NOT_APPROVED:
			state->is_approved = false;
			break;
		case FV_W_TOO_OLD:
			t->down->is_too_old = true;
			break;
		default:
			break; /* what this version does not know changes nothing */
		}
	}
}

/* The order that came with this answer, or earlier, before the log was seen to be older. */
static enum fv_err
load_log_order(const struct taking *t, struct fv_buf *note)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(t->answer.items);
	struct fv_app *app = t->down->app;
	struct fv_item_row row;
	struct fv_item item;

	while (!fv_cbor_at_end(&r) && fv_item_parse(&r, &item) == FV_OK)
		if (item.kind == FV_ITEM_LOG && !item.is_slice) {
			fv_buf_put_span(note, item.body);
			return fv_buf_status(note);
		}
	return fv_store_get_item(
	    app->store, FV_ITEM_LOG, fv_span_z(app->identity.ticket.agency), &row, note);
}

/* A newer order than the last, signed by enough of our supervisors. */
static bool
find_log_order(const struct taking *t, struct fv_log_order *order)
{
	struct fv_store *store = t->down->app->store;
	struct fv_roster *roster = NULL;
	struct fv_buf note = {0};
	struct fv_hash hash;
	int64_t last_ms = 0;
	bool is_good = load_log_order(t, &note) == FV_OK &&
	    fv_roster_load(store, &roster, &hash) == FV_OK &&
	    fv_log_order_verify(fv_buf_span(&note), roster, order) == FV_OK;

	free(roster);
	fv_buf_clear(&note);
	if (is_good && fv_store_get_int(store, FV_SET_LOG_RESUMED, &last_ms) == FV_OK)
		is_good = order->at_ms > last_ms;
	return is_good;
}

/* All that we have seen is proven to be in this log: an order to go on from less has done
 * its work, and whoever puts the log back again needs a newer one. */
static enum fv_err
spend_log_order(struct taking *t)
{
	struct fv_log_order order;

	if (!t->down->has_proof || !t->down->proves_consistent || !find_log_order(t, &order))
		return FV_OK;
	return fv_store_put_int(t->down->app->store, FV_SET_LOG_RESUMED, order.at_ms);
}

/* All writes of one answer, within the transaction. */
static enum fv_err
write_all(struct taking *t, struct fv_syncstate *state, bool *is_fork_out)
{
	struct fv_syncdown *down = t->down;
	struct fv_store *store = down->app->store;
	uint64_t items, count, before = 0, after = 0;
	enum fv_err rc;

	rc = fv_syncitems_take(down->app, t->answer.items, t->now_ms, &down->items);
	if (rc == FV_OK)
		rc = fv_store_count_unsent_blobs(store, &count, &before);
	if (rc == FV_OK)
		rc = take_blobs(t);
	if (rc == FV_OK)
		rc = fv_store_count_unsent_blobs(store, &count, &after);
	if (rc == FV_OK && t->answer.has_receipt)
		rc = keep_receipt(t);
	if (rc == FV_OK && t->has_shown)
		rc = fv_checkpoints_save(store, &t->next);
	if (rc == FV_OK)
		rc = spend_log_order(t);
	if (rc != FV_OK)
		return rc;
	items = down->items.taken + down->items.slices;
	down->has_moved = state->next_seq != t->answer.next_seq || items > 0 ||
	    state->cursor != t->answer.cursor || before != after || t->answer.has_receipt ||
	    down->has_proof || state->is_probe_due;
	state->next_seq = t->answer.next_seq;
	state->server_sealed = t->answer.sealed_size;
	state->cursor = t->answer.cursor;
	state->is_probe_due = false;
	if (t->answer.has_receipt && t->receipt_size > state->receipted)
		state->receipted = t->receipt_size;
	if (t->has_shown)
		state->seen_size = t->shown.size;
	take_notices(t, state, is_fork_out);
	if (count == 0 && t->answer.missing_count == 0 && state->receipted > 0 &&
	    (rc = fv_pieces_forget(store, state->receipted, t->answer.server_ms, t->now_ms)) !=
		FV_OK)
		return rc;
	return fv_syncstate_save(store, state);
}

static enum fv_sync_reason
take_in(struct taking *t)
{
	struct fv_syncdown *down = t->down;
	struct fv_syncstate state = *down->state;
	bool is_fork = false, has_beacon_moved;
	enum fv_err rc;

	if ((rc = fv_store_begin(down->app->store)) != FV_OK)
		return FV_SYNC_LOCAL;
	if ((rc = write_all(t, &state, &is_fork)) == FV_OK)
		rc = fv_store_commit(down->app->store);
	if (rc != FV_OK) {
		fv_store_rollback(down->app->store);
		return rc == FV_EFORMAT ? FV_SYNC_BAD_ANSWER : FV_SYNC_LOCAL;
	}
	has_beacon_moved = t->next.consistent.size > down->checkpoints->consistent.size;
	*down->state = state;
	*down->checkpoints = t->next;
	if (has_beacon_moved)
		fv_journal_set_beacon(
		    &down->app->journal, t->next.consistent.size, &t->next.consistent.root);
	if (down->items.has_settings && fv_settings_load(down->app) != FV_OK)
		return FV_SYNC_LOCAL;
	down->has_receipt = t->answer.has_receipt;
	down->has_more = t->answer.more;
	down->server_ms = t->answer.server_ms > 0 ? t->answer.server_ms : 0;
	if (is_fork)
		return FV_SYNC_FORK;
	return FV_SYNC_NONE;
}

/*
 * The log was put back to an older backup, and our supervisors say so: go on from the
 * checkpoint that they name, which the next answer must prove to be contained; send again
 * what the server lost, and take everything that it has.
 */
static bool
resume(struct taking *t)
{
	struct fv_syncdown *down = t->down;
	struct fv_store *store = down->app->store;
	struct fv_syncstate state = *down->state;
	struct fv_checkpoints from;
	struct fv_log_order order;

	if (!find_log_order(t, &order) || fv_store_begin(store) != FV_OK)
		return false;
	from.seen = from.consistent = (struct fv_tree_head){order.size, order.root};
	state.next_seq = t->answer.next_seq;
	state.server_sealed = t->answer.sealed_size;
	state.receipted = state.cursor = 0;
	if (fv_checkpoints_save(store, &from) != FV_OK ||
	    fv_syncstate_save(store, &state) != FV_OK ||
	    fv_store_put_int(store, FV_SET_PIECES, 0) != FV_OK ||
	    fv_store_put_int(store, FV_SET_LOG_RESUMED, order.at_ms) != FV_OK ||
	    fv_store_commit(store) != FV_OK) {
		fv_store_rollback(store);
		return false;
	}
	*down->state = state;
	*down->checkpoints = from;
	fv_journal_set_beacon(&down->app->journal, order.size, &order.root);
	down->is_resumed = down->has_moved = down->has_more = true;
	return true;
}

enum fv_sync_reason
fv_syncdown_take(struct fv_syncdown *down, struct fv_span plain)
{
	struct taking *t = calloc(1, sizeof *t); /* proofs are 2 KiB each */
	enum fv_sync_reason reason = FV_SYNC_LOCAL;

	if (t == NULL)
		return reason;
	t->down = down;
	t->now_ms = down->app->clock.rtc_ms(down->app->clock.ctx);
	reason = FV_SYNC_BAD_ANSWER;
	if (fv_sync_answer_parse(plain, &t->answer) == FV_OK) {
		/* True whatever becomes of the rest, a full disk of ours included. */
		if (t->answer.holds_alert && down->sent->map.has_alert)
			fv_sos_note_sent(down->app, &down->sent->map.alert, t->now_ms);
		reason = check(t);
	}
	if (reason == FV_SYNC_NONE)
		reason = take_in(t);
	else if (reason == FV_SYNC_LOG_REWRITTEN && resume(t))
		reason = FV_SYNC_NONE;
	free(t);
	return reason;
}
