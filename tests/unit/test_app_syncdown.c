#include "firmware-app/pieces.h"
#include "tests/unit/app_fixture.h"

#include "firmware-app/roster_kept.h"
#include "fv/item.h"
#include "fv/logorder.h"
#include "tests/support/people.h"

/* One answer under construction, and what was stored before. */
struct round {
	struct handheld *h;
	struct fv_syncup sent;
	struct fv_syncdown down;
	struct fv_checkpoints checkpoints;
	struct fv_syncstate state;
	struct fv_syncup_missing missing;
	struct fv_sync_answer answer;
	struct fv_leaf_head head;
	struct fv_buf leaf, note, items; /* owned */
};

/* Three records and a seal, all of it sent; a log of five leaves, seen and proven. */
static void
begin(struct round *r, void **state)
{
	memset(r, 0, sizeof *r);
	r->h = *state;
	for (size_t i = 0; i < 3; i++)
		fixture_append(r->h, FV_REC_OUTCOME, 8);
	assert_int_equal(fv_journal_seal(&r->h->app.journal), FV_OK);
	log_grow(r->h, 5);
	r->checkpoints.seen = r->checkpoints.consistent = log_head(r->h, 5);
	assert_int_equal(fv_checkpoints_save(r->h->app.store, &r->checkpoints), FV_OK);
	r->sent.map.n = fv_journal_next_seq(&r->h->app.journal);
	r->sent.sent_to = r->sent.map.n;
	r->down = (struct fv_syncdown){.app = &r->h->app,
	    .sent = &r->sent,
	    .checkpoints = &r->checkpoints,
	    .state = &r->state,
	    .missing = &r->missing};
	r->answer.next_seq = r->answer.sealed_size = r->sent.map.n;
	memcpy(r->head.dev, r->h->app.identity.dev, sizeof r->head.dev);
	r->head.size = r->sent.map.n;
	r->head.transport = 1;
	assert_int_equal(
	    fv_journal_root_at(r->h->app.store, r->head.size, &r->head.root), FV_OK);
}

static void
end(struct round *r)
{
	fv_buf_clear(&r->leaf);
	fv_buf_clear(&r->note);
	fv_buf_clear(&r->items);
}

/* Put r->head into the log and prove it there. */
static void
put_receipt(struct round *r)
{
	struct fv_buf body = {0};
	struct fv_tree_head shown;

	fv_leaf_head_put(&body, &r->head);
	fv_leaf_put(&r->leaf, FV_LEAF_HEAD, 1, fv_buf_span(&body));
	fv_buf_clear(&body);
	r->answer.has_receipt = true;
	r->answer.head_leaf = fv_buf_span(&r->leaf);
	r->answer.head_index = log_add(r->h, r->answer.head_leaf);
	log_grow(r->h, 2);
	shown = log_head(r->h, r->h->leaf_count);
	log_sign(&r->note, &shown, r->h->log_seed);
	r->answer.checkpoint = fv_buf_span(&r->note);
	assert_int_equal(fv_merkle_prove_inclusion(r->answer.head_index, shown.size, log_get,
			     r->h, r->answer.inclusion, &r->answer.inclusion_count),
	    FV_OK);
}

/* A checkpoint alone, over `head`. */
static void
put_checkpoint(struct round *r, struct fv_tree_head head)
{
	fv_buf_reset(&r->note);
	log_sign(&r->note, &head, r->h->log_seed);
	r->answer.checkpoint = fv_buf_span(&r->note);
}

/* The proof from `base` to the log as it stands. */
static void
put_proof(struct round *r, struct fv_tree_head base)
{
	r->down.proof_base = base;
	r->answer.has_consistency = true;
	assert_int_equal(fv_merkle_prove_consistency(base.size, r->h->leaf_count, log_get,
			     r->h, r->answer.consistency, &r->answer.consistency_count),
	    FV_OK);
}

static enum fv_sync_reason
take(struct round *r)
{
	struct fv_buf plain = {0};
	enum fv_sync_reason reason;

	fv_sync_answer_put(&plain, &r->answer);
	assert_int_equal(fv_buf_status(&plain), FV_OK);
	reason = fv_syncdown_take(&r->down, fv_buf_span(&plain));
	fv_buf_clear(&plain);
	return reason;
}

/* Refused with this reason, and nothing at all has changed. */
static void
assert_refused(struct round *r, enum fv_sync_reason reason)
{
	const struct fv_syncstate state = r->state;
	const struct fv_checkpoints checkpoints = r->checkpoints;
	struct fv_checkpoints kept;
	struct fv_syncstate kept_state;
	struct fv_receipt_row row;
	struct fv_buf keep = {0};

	assert_int_equal(take(r), reason);
	assert_memory_equal(&r->state, &state, sizeof state);
	assert_memory_equal(&r->checkpoints, &checkpoints, sizeof checkpoints);
	assert_int_equal(fv_checkpoints_load(r->h->app.store, &kept), FV_OK);
	assert_int_equal(kept.seen.size, checkpoints.seen.size);
	assert_int_equal(kept.consistent.size, checkpoints.consistent.size);
	assert_int_equal(fv_syncstate_load(r->h->app.store, &kept_state), FV_OK);
	assert_int_equal(kept_state.next_seq, 0);
	assert_int_equal(fv_store_last_receipt(r->h->app.store, &keep, &row), FV_ENOENT);
	fv_buf_clear(&keep);
}

static void
a_receipt_that_holds_is_kept(void **state)
{
	struct round r;
	struct fv_receipt_row row;
	struct fv_buf keep = {0};

	begin(&r, state);
	put_receipt(&r);
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(r.state.next_seq, r.sent.map.n);
	assert_int_equal(r.state.receipted, r.sent.map.n);
	assert_true(r.down.has_receipt && r.down.has_moved);
	assert_int_equal(fv_store_last_receipt(r.h->app.store, &keep, &row), FV_OK);
	assert_int_equal(row.sealed_size, r.sent.map.n);
	assert_int_equal(row.checkpoint_size, 8);
	assert_true(fv_span_equal(row.leaf, fv_buf_span(&r.leaf)));
	/* Seen, not yet consistent: no beacon moves without a proof. */
	assert_int_equal(r.checkpoints.seen.size, 8);
	assert_int_equal(r.checkpoints.consistent.size, 5);
	assert_false(r.h->app.journal.has_beacon);
	fv_buf_clear(&keep);
	end(&r);
}

static void
a_receipt_for_another_device_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.head.dev[0] ^= 1;
	put_receipt(&r);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_receipt_for_another_root_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.head.root.b[31] ^= 1;
	put_receipt(&r);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_receipt_for_another_size_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.head.size--;
	put_receipt(&r);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_receipt_for_more_than_there_is_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.head.size++;
	put_receipt(&r);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_leaf_that_is_not_in_the_log_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	put_receipt(&r);
	r.answer.head_index--;
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_leaf_of_another_kind_is_refused(void **state)
{
	struct round r;
	struct fv_buf body = {0};

	begin(&r, state);
	put_receipt(&r);
	fv_buf_reset(&r.leaf);
	fv_leaf_head_put(&body, &r.head);
	fv_leaf_put(&r.leaf, FV_LEAF_FORK, 1, fv_buf_span(&body));
	fv_leaf_hash(fv_buf_span(&r.leaf), &r.h->leaves[r.answer.head_index]);
	put_checkpoint(&r, log_head(r.h, r.h->leaf_count));
	r.answer.head_leaf = fv_buf_span(&r.leaf);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	fv_buf_clear(&body);
	end(&r);
}

static void
a_checkpoint_of_another_log_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.h->log_seed[0] ^= 1;
	put_receipt(&r);
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
a_log_that_has_shrunk_is_refused_as_rewritten(void **state)
{
	struct round r;

	begin(&r, state);
	put_checkpoint(&r, log_head(r.h, 4));
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	end(&r);
}

static void
another_log_of_the_same_size_is_refused_as_rewritten(void **state)
{
	struct round r;
	struct fv_tree_head other;

	begin(&r, state);
	other = log_head(r.h, 5);
	other.root.b[0] ^= 1;
	put_checkpoint(&r, other);
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	end(&r);
}

static void
a_rewritten_log_that_has_grown_fails_its_proof(void **state)
{
	struct round r;
	const struct fv_tree_head *seen = &r.checkpoints.seen;

	begin(&r, state);
	r.h->leaves[2].b[0] ^= 1;
	log_grow(r.h, 4);
	put_checkpoint(&r, log_head(r.h, r.h->leaf_count));
	put_proof(&r, *seen);
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	end(&r);
}

static void
a_log_that_has_grown_without_what_it_receipted_is_rewritten(void **state)
{
	struct round r;

	begin(&r, state);
	log_grow(r.h, 4);
	put_checkpoint(&r, log_head(r.h, r.h->leaf_count));
	r.state.receipted = r.answer.sealed_size + 1;
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	end(&r);
}

static void
a_proof_that_holds_moves_the_beacon(void **state)
{
	struct round r;

	begin(&r, state);
	log_grow(r.h, 6);
	put_checkpoint(&r, log_head(r.h, 11));
	put_proof(&r, r.checkpoints.consistent);
	r.down.proves_consistent = true;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_true(r.down.has_proof);
	assert_int_equal(r.checkpoints.consistent.size, 11);
	assert_true(r.h->app.journal.has_beacon);
	assert_int_equal(r.h->app.journal.beacon_size, 11);
	assert_memory_equal(r.h->app.journal.beacon_root, r.checkpoints.consistent.root.b,
	    FV_BEACON_ROOT_BYTES);
	end(&r);
}

static void
a_proof_from_what_was_only_seen_moves_no_beacon(void **state)
{
	struct round r;

	begin(&r, state);
	log_grow(r.h, 6);
	put_checkpoint(&r, log_head(r.h, 11));
	put_proof(&r, r.checkpoints.seen);
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(r.checkpoints.seen.size, 11);
	assert_int_equal(r.checkpoints.consistent.size, 5);
	end(&r);
}

static void
after_an_alarm_an_answer_without_a_proof_is_not_believed(void **state)
{
	struct round r;

	begin(&r, state);
	r.down.must_prove = true;
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	put_checkpoint(&r, log_head(r.h, 5));
	r.down.proof_base = r.checkpoints.seen;
	assert_refused(&r, FV_SYNC_LOG_REWRITTEN);
	end(&r);
}

static void
a_server_that_holds_more_than_we_do_is_a_fork(void **state)
{
	struct round r;

	begin(&r, state);
	r.answer.next_seq = r.sent.map.n + 1;
	assert_refused(&r, FV_SYNC_FORK);
	end(&r);
}

static void
more_sealed_than_held_is_refused(void **state)
{
	struct round r;

	begin(&r, state);
	r.answer.next_seq = 1;
	assert_refused(&r, FV_SYNC_BAD_ANSWER);
	end(&r);
}

static void
an_answer_cut_anywhere_changes_nothing(void **state)
{
	struct round r;
	struct fv_buf plain = {0};

	begin(&r, state);
	put_receipt(&r);
	fv_sync_answer_put(&plain, &r.answer);
	for (size_t len = 0; len < plain.len; len++) {
		assert_int_equal(
		    fv_syncdown_take(&r.down, fv_span_of(plain.ptr, len)), FV_SYNC_BAD_ANSWER);
		assert_int_equal(r.state.next_seq, 0);
	}
	assert_int_equal(fv_syncdown_take(&r.down, fv_buf_span(&plain)), FV_SYNC_NONE);
	fv_buf_clear(&plain);
	end(&r);
}

static void
what_a_flipped_bit_makes_of_a_receipt_is_never_believed(void **state)
{
	struct round r;
	struct fv_receipt_row row;
	struct fv_buf plain = {0}, keep = {0};

	begin(&r, state);
	put_receipt(&r);
	fv_sync_answer_put(&plain, &r.answer);
	for (size_t i = 0; i < plain.len * 8; i++) {
		plain.ptr[i / 8] ^= (uint8_t)(1U << (i % 8));
		(void)fv_syncdown_take(&r.down, fv_buf_span(&plain));
		plain.ptr[i / 8] ^= (uint8_t)(1U << (i % 8));
		/* Times and cursors may change unseen; they are sealed by the envelope. */
		assert_true(r.state.next_seq <= r.sent.map.n);
		assert_true(r.state.receipted == 0 || r.state.receipted == r.sent.map.n);
		assert_true(r.checkpoints.seen.size == 5 || r.checkpoints.seen.size == 8);
	}
	if (fv_store_last_receipt(r.h->app.store, &keep, &row) == FV_OK) {
		assert_true(fv_span_equal(row.leaf, fv_buf_span(&r.leaf)));
		assert_int_equal(row.checkpoint_size, 8);
	}
	fv_buf_clear(&keep);
	fv_buf_clear(&plain);
	end(&r);
}

static void
blobs_are_whole_at_the_server_unless_it_names_them(void **state)
{
	struct round r;
	struct fv_hash half;
	uint64_t count, bytes;

	begin(&r, state);
	fixture_blob(r.h, 1, 1, 1000);
	half = fixture_blob(r.h, 1, 2, 1000);
	fixture_blob(r.h, r.sent.map.n + 5, 3, 1000); /* of a record that it does not hold */
	r.answer.missing_count = 1;
	r.answer.missing[0] = (struct fv_blob_held){.hash = half, .held_bytes = 300};
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(count, 2);
	assert_int_equal(bytes, 700 + 1000);
	end(&r);
}

static void
a_list_that_was_cut_off_says_nothing_of_the_rest(void **state)
{
	struct round r;
	uint64_t count, bytes;

	begin(&r, state);
	fixture_blob(r.h, 1, 1, 1000);
	r.answer.missing_count = FV_MISSING_MAX;
	for (size_t i = 0; i < FV_MISSING_MAX; i++)
		r.answer.missing[i].hash.b[0] = (uint8_t)i;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(bytes, 1000);
	assert_true(r.missing.is_full);
	end(&r);
}

static void
of_a_list_that_was_cut_off_all_before_its_last_is_whole(void **state)
{
	struct round r;
	uint64_t count, bytes;

	begin(&r, state);
	fixture_blob(r.h, 1, 1, 1000);
	r.answer.missing_count = FV_MISSING_MAX;
	for (size_t i = 0; i < FV_MISSING_MAX; i++)
		r.answer.missing[i].hash.b[0] = (uint8_t)i;
	r.answer.missing[FV_MISSING_MAX - 1].hash = fixture_blob(r.h, 1, 2, 300);
	r.answer.missing[FV_MISSING_MAX - 1].held_bytes = 100;
	fixture_blob(r.h, 1 | FV_BLOB_PIECE, 3, 50);
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(count, 2);
	assert_int_equal(bytes, 200 + 50);
	end(&r);
}

static void
pieces_are_not_thought_there_before_their_manifest_is(void **state)
{
	struct round r;
	struct fv_hash manifest;
	uint64_t count, bytes;

	begin(&r, state);
	manifest = fixture_blob(r.h, 1, 1, 64);
	fixture_blob(r.h, 1 | FV_BLOB_PIECE, 2, 5000);
	fixture_blob(r.h, 2 | FV_BLOB_PIECE, 3, 700); /* of another, asked for and there */
	r.answer.missing_count = 1;
	r.answer.missing[0] = (struct fv_blob_held){.hash = manifest};
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_pieces(r.h->app.store, &count, &bytes), FV_OK);
	assert_true(count == 1 && bytes == 5000);
	r.answer.missing_count = 0;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(count, 0);
	end(&r);
}

static void
a_blob_that_was_lost_there_is_sent_again(void **state)
{
	struct round r;
	struct fv_hash hash;
	uint64_t count, bytes;

	begin(&r, state);
	hash = fixture_blob(r.h, 1, 1, 1000);
	assert_int_equal(fv_store_set_blob_held(r.h->app.store, &hash, 1000), FV_OK);
	r.answer.missing_count = 1;
	r.answer.missing[0] = (struct fv_blob_held){.hash = hash, .held_bytes = 0};
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(bytes, 1000);
	end(&r);
}

/* --- pieces of attachments are erased ------------------------------------------------- */

#define DAYS (INT64_C(86400) * 1000)

/* Another answer with a receipt, `days` later by each of the two clocks. */
static void
later(struct round *r, int64_t days_here, int64_t days_there)
{
	r->h->clock_ms += days_here * DAYS;
	r->answer.server_ms += days_there * DAYS;
	assert_int_equal(take(r), FV_SYNC_NONE);
}

/* An attachment of record 1 of two pieces and its manifest, all of it at the server, and a
 * receipt that covers it. */
static void
begin_attached(struct round *r, void **state)
{
	begin(r, state);
	fixture_blob(r->h, 1, 1, 64);
	fixture_blob(r->h, 1 | FV_BLOB_PIECE, 2, 5000);
	fixture_blob(r->h, 1 | FV_BLOB_PIECE, 3, 700);
	r->answer.server_ms = fixture_rtc_ms(r->h);
	put_receipt(r);
}

static uint64_t
kept(struct round *r)
{
	uint64_t bytes;

	assert_int_equal(fv_store_count_pieces(r->h->app.store, &bytes), FV_OK);
	return bytes;
}

static void
pieces_are_erased_when_server_and_receipt_have_had_them_for_thirty_days(void **state)
{
	struct round r;
	uint64_t count, bytes;

	begin_attached(&r, state);
	later(&r, 0, 0);
	later(&r, 29, 29);
	assert_int_equal(kept(&r), 5700);
	later(&r, 1, 1);
	assert_int_equal(kept(&r), 0);
	/* and are not missed */
	assert_int_equal(fv_store_count_unsent_blobs(r.h->app.store, &count, &bytes), FV_OK);
	assert_int_equal(count, 0);
	end(&r);
}

static void
one_clock_alone_erases_no_piece(void **state)
{
	struct round r;

	begin_attached(&r, state);
	later(&r, 0, 0);
	later(&r, 400, 1);
	assert_int_equal(kept(&r), 5700);
	later(&r, -399, 400);
	assert_int_equal(kept(&r), 5700);
	end(&r);
}

static void
a_clock_that_was_far_ahead_once_keeps_no_piece_for_ever(void **state)
{
	struct round r;

	begin_attached(&r, state);
	later(&r, 3650, 0);
	later(&r, -3650, 0);
	later(&r, 29, 29);
	assert_int_equal(kept(&r), 5700);
	later(&r, 1, 1);
	assert_int_equal(kept(&r), 0);
	end(&r);
}

static void
pieces_stay_while_the_server_lacks_one_or_no_receipt_covers_them(void **state)
{
	struct round r;

	begin_attached(&r, state);
	later(&r, 0, 0);
	r.answer.missing_count = 1;
	r.answer.missing[0] = (struct fv_blob_held){
	    .hash = fixture_blob(r.h, 1 | FV_BLOB_PIECE, 2, 5000), .held_bytes = 4999};
	later(&r, 31, 31);
	assert_int_equal(kept(&r), 5700);
	r.answer.missing_count = 0;
	r.answer.has_receipt = false;
	r.state.receipted = 0;
	later(&r, 31, 31);
	assert_int_equal(kept(&r), 5700);
	end(&r);
}

static void
a_log_that_was_put_back_lets_the_days_begin_again(void **state)
{
	struct round r;

	begin_attached(&r, state);
	later(&r, 0, 0);
	assert_int_equal(fv_store_put_int(r.h->app.store, FV_SET_PIECES, 0), FV_OK);
	later(&r, 31, 31);
	assert_int_equal(kept(&r), 5700);
	later(&r, 31, 31);
	assert_int_equal(kept(&r), 0);
	end(&r);
}

static void
notices_are_kept_and_unknown_ones_are_harmless(void **state)
{
	struct round r;

	begin(&r, state);
	r.answer.notice_count = 4;
	r.answer.notices[0] = FV_W_NOT_APPROVED;
	r.answer.notices[1] = FV_W_REVOKED;
	r.answer.notices[2] = FV_W_SEAL_BAD;
	r.answer.notices[3] = 60;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_false(r.state.is_approved);
	assert_true(r.state.is_revoked && r.down.has_seal_bad);
	r.answer.notice_count = 0;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_true(r.state.is_approved && !r.state.is_revoked);
	end(&r);
}

static void
a_fork_is_told_from_within_a_sealed_answer(void **state)
{
	struct round r;

	begin(&r, state);
	r.answer.notice_count = 1;
	r.answer.notices[0] = FV_W_FORK;
	assert_int_equal(take(&r), FV_SYNC_FORK);
	end(&r);
}

static void
a_cursor_that_fell_back_is_followed(void **state)
{
	struct round r;

	begin(&r, state);
	r.state.next_seq = r.state.server_sealed = r.sent.map.n;
	r.answer.next_seq = r.answer.sealed_size = 1;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(r.state.next_seq, 1);
	assert_true(r.down.has_moved);
	end(&r);
}

static void
nothing_new_moves_nothing(void **state)
{
	struct round r;

	begin(&r, state);
	r.state.next_seq = r.state.server_sealed = r.sent.map.n;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_false(r.down.has_moved);
	end(&r);
}

/* The handheld believes a roster of one supervisor, whose word puts a log back. */
static void
believe_roster(struct round *r)
{
	const unsigned by[] = {1};
	struct fv_roster *roster = people_roster(1);
	struct fv_buf text = {0}, note = {0};

	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", by, 1);
	assert_int_equal(fv_roster_keep(r->h->app.store, 1, fv_buf_span(&note), 1), FV_OK);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	free(roster);
}

/* An item that says: go on from the log as it was with `size` leaves. */
static void
put_log_order(struct round *r, uint64_t size, int64_t at_ms)
{
	const unsigned by[] = {1};
	struct fv_log_order order = {.agency = "north", .size = size, .at_ms = at_ms};
	struct fv_item item = {.kind = FV_ITEM_LOG, .key = fv_span_z("north"), .version = 1};
	struct fv_buf text = {0}, note = {0};

	order.root = log_head(r->h, size).root;
	fv_log_order_put(&text, &order);
	people_sign(&note, fv_buf_span(&text), "north", by, 1);
	item.body = fv_buf_span(&note);
	fv_buf_reset(&r->items);
	fv_item_put(&r->items, &item);
	r->answer.items = fv_buf_span(&r->items);
	r->answer.item_count = 1;
	fv_buf_clear(&note);
	fv_buf_clear(&text);
}

static void
an_order_lets_a_log_go_back_once(void **state)
{
	struct round r;

	begin(&r, state);
	believe_roster(&r);
	put_log_order(&r, 3, 1000);
	put_checkpoint(&r, log_head(r.h, 4));
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_int_equal(r.checkpoints.consistent.size, 3);
	r.checkpoints.seen = r.checkpoints.consistent = log_head(r.h, 5);
	assert_int_equal(take(&r), FV_SYNC_LOG_REWRITTEN);
	put_log_order(&r, 3, 2000);
	assert_int_equal(take(&r), FV_SYNC_NONE);
	end(&r);
}

static void
an_order_that_was_not_needed_does_not_let_a_later_log_go_back(void **state)
{
	struct round r;

	begin(&r, state);
	believe_roster(&r);
	put_log_order(&r, 3, 1000);
	log_grow(r.h, 2);
	put_checkpoint(&r, log_head(r.h, r.h->leaf_count));
	put_proof(&r, r.checkpoints.consistent);
	r.down.proves_consistent = true;
	assert_int_equal(take(&r), FV_SYNC_NONE);
	/* The server's administrator, with the order of long ago. */
	r.answer.has_consistency = r.down.has_proof = false;
	put_checkpoint(&r, log_head(r.h, 4));
	assert_int_equal(take(&r), FV_SYNC_LOG_REWRITTEN);
	put_log_order(&r, 3, 2000);
	assert_int_equal(take(&r), FV_SYNC_NONE);
	end(&r);
}

static void
an_order_is_not_spent_before_all_that_was_seen_is_proven(void **state)
{
	struct round r;

	begin(&r, state);
	believe_roster(&r);
	put_log_order(&r, 3, 1000);
	log_grow(r.h, 2);
	put_checkpoint(&r, log_head(r.h, r.h->leaf_count));
	assert_int_equal(take(&r), FV_SYNC_NONE);
	put_checkpoint(&r, log_head(r.h, 4));
	assert_int_equal(take(&r), FV_SYNC_NONE);
	assert_true(r.down.is_resumed);
	end(&r);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_receipt_that_holds_is_kept),
	    T(a_receipt_for_another_device_is_refused),
	    T(a_receipt_for_another_root_is_refused),
	    T(a_receipt_for_another_size_is_refused),
	    T(a_receipt_for_more_than_there_is_is_refused),
	    T(a_leaf_that_is_not_in_the_log_is_refused),
	    T(a_leaf_of_another_kind_is_refused),
	    T(a_checkpoint_of_another_log_is_refused),
	    T(a_log_that_has_shrunk_is_refused_as_rewritten),
	    T(another_log_of_the_same_size_is_refused_as_rewritten),
	    T(a_rewritten_log_that_has_grown_fails_its_proof),
	    T(a_log_that_has_grown_without_what_it_receipted_is_rewritten),
	    T(an_order_lets_a_log_go_back_once),
	    T(an_order_that_was_not_needed_does_not_let_a_later_log_go_back),
	    T(an_order_is_not_spent_before_all_that_was_seen_is_proven),
	    T(a_proof_that_holds_moves_the_beacon),
	    T(a_proof_from_what_was_only_seen_moves_no_beacon),
	    T(after_an_alarm_an_answer_without_a_proof_is_not_believed),
	    T(a_server_that_holds_more_than_we_do_is_a_fork),
	    T(more_sealed_than_held_is_refused),
	    T(an_answer_cut_anywhere_changes_nothing),
	    T(what_a_flipped_bit_makes_of_a_receipt_is_never_believed),
	    T(blobs_are_whole_at_the_server_unless_it_names_them),
	    T(a_list_that_was_cut_off_says_nothing_of_the_rest),
	    T(of_a_list_that_was_cut_off_all_before_its_last_is_whole),
	    T(pieces_are_not_thought_there_before_their_manifest_is),
	    T(a_blob_that_was_lost_there_is_sent_again),
	    T(pieces_are_erased_when_server_and_receipt_have_had_them_for_thirty_days),
	    T(one_clock_alone_erases_no_piece),
	    T(a_clock_that_was_far_ahead_once_keeps_no_piece_for_ever),
	    T(pieces_stay_while_the_server_lacks_one_or_no_receipt_covers_them),
	    T(a_log_that_was_put_back_lets_the_days_begin_again),
	    T(notices_are_kept_and_unknown_ones_are_harmless),
	    T(a_fork_is_told_from_within_a_sealed_answer),
	    T(a_cursor_that_fell_back_is_followed),
	    T(nothing_new_moves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
