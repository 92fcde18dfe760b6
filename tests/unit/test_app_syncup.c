#include "tests/unit/app_fixture.h"

#include "tests/support/ends.h"

/* What the server's end took out of one request. */
struct taken {
	struct fv_sync_request map;
	struct fv_trail trail;
	struct fv_header prev;
	bool has_prev;
	uint64_t records, slices, seals, slice_bytes;
	size_t chunks, largest;
	bool has_slice_before_record;
	struct fv_hash last_slice;
	uint64_t first_offset;
};

static void
take_record(struct taken *t, struct handheld *h, struct fv_span rest, size_t *len_out)
{
	struct fv_wire_record record;
	struct fv_buf header = {0};
	struct fv_hash leaf;

	if (t->slices > 0)
		t->has_slice_before_record = true;
	assert_int_equal(fv_wire_record_parse(rest, h->app.identity.dev,
			     t->has_prev ? &t->prev : NULL, &record, len_out),
	    FV_OK);
	fv_header_put(&header, &record.header);
	assert_int_equal(
	    fv_trail_follow(&t->trail, &record.header, fv_buf_span(&header), &leaf), FV_OK);
	if (record.has_sig) {
		assert_int_equal(
		    fv_trail_take_seal(&t->trail, record.payload, record.sig), FV_OK);
		t->seals++;
	}
	t->prev = record.header;
	t->has_prev = true;
	t->records++;
	fv_buf_clear(&header);
}

static void
take_chunk(struct taken *t, struct handheld *h, struct fv_span chunk)
{
	enum fv_sync_part part;
	struct fv_slice slice;
	size_t len;

	t->largest = chunk.len > t->largest ? chunk.len : t->largest;
	if (t->chunks++ == 0) {
		assert_int_equal(fv_sync_request_parse(chunk, &t->map, &len), FV_OK);
		chunk = fv_span_of(chunk.ptr + len, chunk.len - len);
	}
	while (chunk.len > 0) {
		assert_int_equal(fv_sync_part_peek(chunk, &part), FV_OK);
		if (part == FV_PART_RECORD) {
			take_record(t, h, chunk, &len);
		} else {
			assert_int_equal(fv_slice_parse(chunk, &slice, &len), FV_OK);
			if (t->slices++ == 0)
				t->first_offset = slice.offset;
			t->slice_bytes += slice.bytes.len;
			t->last_slice = slice.hash;
		}
		chunk = fv_span_of(chunk.ptr + len, chunk.len - len);
	}
}

/* Build, and read it as the server does.  t->trail stands where from_seq is. */
static void
send(struct handheld *h, struct fv_syncup *up, struct taken *t)
{
	struct ends e;
	struct fv_envelope_stream *stream;
	struct fv_envelope_to to;
	struct fv_buf body = {0};
	size_t used;

	ends_begin(&e, FV_ENVELOPE_SYNC);
	ends_end(&e);
	to = ends_to(&e);
	to.random = fv_random_system();
	up->journal = &h->app.journal;
	assert_int_equal(fv_syncup_build(up, &to, &e.request, &body), FV_OK);
	stream = ends_stream(&e);
	for (size_t at = 0; at < body.len; at += used) {
		enum fv_err rc = fv_envelope_stream_feed(
		    stream, fv_span_of(body.ptr + at, body.len - at), &used);

		assert_true(rc == FV_OK || rc == FV_AGAIN);
		if (rc == FV_OK)
			take_chunk(t, h, fv_envelope_stream_chunk(stream));
	}
	assert_true(fv_envelope_stream_is_complete(stream));
	fv_envelope_stream_free(stream);
	fv_envelope_request_clear(&e.request);
	fv_buf_clear(&body);
}

static void
start(struct handheld *h, struct taken *t)
{
	memset(t, 0, sizeof *t);
	fv_trail_init(&t->trail, h->app.identity.dev, h->app.identity.pk_0);
}

static void
the_server_rebuilds_the_trail_from_whole_items(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};

	for (size_t i = 0; i < 60; i++)
		fixture_append(h, FV_REC_OUTCOME, i * 33);
	assert_int_equal(fv_journal_seal(&h->app.journal), FV_OK);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.records, up.send_to);
	assert_int_equal(t.trail.range.size, up.send_to);
	assert_int_equal(t.trail.sealed_size, up.send_to);
	assert_true(t.seals >= 1 && up.has_seal && !up.is_short);
	assert_true(t.largest <= FV_CHUNK_PLAIN_MAX && t.largest > FV_CHUNK_PLAIN_MAX / 2);
	assert_int_equal(up.sent_to, up.send_to);
	assert_int_equal(t.map.n, up.send_to);
	assert_false(t.map.has_tail);
}

static void
a_request_goes_on_in_the_middle(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};

	for (size_t i = 0; i < 9; i++)
		fixture_append(h, FV_REC_OUTCOME, 10);
	up.send_to = 4;
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.records, 4);
	up.map.from_seq = 4;
	up.send_to = fv_journal_next_seq(&h->app.journal);
	t.chunks = 0;
	send(h, &up, &t);
	assert_int_equal(t.map.from_seq, 4);
	assert_int_equal(t.trail.range.size, up.send_to);
	/* The open tail's aggregate goes along. */
	assert_true(t.map.has_tail);
	assert_int_equal(t.map.tail_n, up.send_to);
}

static void
a_small_limit_takes_the_first_records_and_no_blob(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1};

	fixture_blob(h, 0, 1, 500);
	for (size_t i = 0; i < 40; i++)
		fixture_append(h, FV_REC_OUTCOME, 500);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_true(up.is_short);
	assert_int_equal(t.records, up.sent_to);
	assert_in_range(up.sent_to, 5, 20);
	assert_int_equal(t.slices, 0);
}

static void
blobs_follow_the_records_that_name_them(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};
	struct fv_hash late;

	fixture_blob(h, fixture_append(h, FV_REC_NOTE, 10), 1, 10000);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	late = fixture_blob(h, fixture_append(h, FV_REC_NOTE, 10), 2, 100);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.slices, 4);
	assert_int_equal(t.slice_bytes, 10000);
	assert_false(t.has_slice_before_record);
	assert_memory_not_equal(t.last_slice.b, late.b, sizeof late.b);
}

static void
the_pieces_of_attachments_go_last_of_all(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};
	uint64_t seq = fixture_append(h, FV_REC_ATTACHMENT, 10), count, bytes;
	struct fv_hash piece = fixture_blob(h, seq | FV_BLOB_PIECE, 1, 4000);

	fixture_blob(h, seq, 2, 64);
	fixture_blob(h, fixture_append(h, FV_REC_NOTE, 10), 3, 100);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.slice_bytes, 4000 + 64 + 100);
	assert_memory_equal(t.last_slice.b, piece.b, sizeof piece.b);
	assert_int_equal(fv_store_count_unsent_pieces(h->app.store, &count, &bytes), FV_OK);
	assert_true(count == 1 && bytes == 4000);
	assert_int_equal(fv_store_count_unsent_blobs(h->app.store, &count, &bytes), FV_OK);
	assert_true(count == 3 && bytes == 4164);
}

static void
beyond_the_days_cap_pieces_wait_and_everything_else_goes(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	uint64_t seq = fixture_append(h, FV_REC_ATTACHMENT, 10);
	const uint64_t caps[] = {0, 4 * FV_SLICE_MAX};

	(void)fixture_blob(h, seq, 1, 100);
	(void)fixture_blob(h, seq | FV_BLOB_PIECE, 2, 10 * FV_SLICE_MAX);
	for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++) {
		struct fv_syncup up = {.send_to = fv_journal_next_seq(&h->app.journal),
		    .body_max = 1U << 20,
		    .has_cap = true,
		    .cap_left = caps[i]};

		start(h, &t);
		send(h, &up, &t);
		assert_int_equal(up.sent_to, up.send_to);
		assert_int_equal(t.slice_bytes, 100 + caps[i]);
	}
}

static void
a_piece_without_a_record_is_neither_counted_nor_sent_nor_kept(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};
	uint64_t seq = fixture_append(h, FV_REC_ATTACHMENT, 10), count, bytes;
	struct fv_hash kept, lost;
	struct fv_buf out = {0};

	kept = fixture_blob(h, FV_BLOB_STAGED, 1, 1000);
	assert_int_equal(fv_store_adopt_staged(h->app.store, seq), FV_OK);
	lost = fixture_blob(h, FV_BLOB_STAGED, 2, 500);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.slice_bytes, 1000);
	assert_int_equal(fv_store_count_unsent_blobs(h->app.store, &count, &bytes), FV_OK);
	assert_true(count == 1 && bytes == 1000);
	assert_int_equal(fv_store_drop_staged(h->app.store), FV_OK);
	assert_int_equal(fv_store_get_blob(h->app.store, &lost, &out), FV_ENOENT);
	assert_int_equal(fv_store_get_blob(h->app.store, &kept, &out), FV_OK);
	fv_buf_clear(&out);
}

static void
a_detached_payload_travels_as_a_blob(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};

	fixture_append(h, FV_REC_TRACK, 5000);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.trail.range.size, up.send_to);
	assert_int_equal(
	    t.slice_bytes, FV_SALT_BYTES + 5000 + 5); /* salt, map, key, string head */
	assert_memory_equal(t.last_slice.b, t.prev.pc.b, sizeof t.last_slice.b);
}

static void
a_half_held_blob_goes_on_where_it_was_cut(void **state)
{
	struct handheld *h = *state;
	struct taken t;
	struct fv_syncup up = {.body_max = 1U << 20};
	struct fv_hash hash = fixture_blob(h, 0, 1, 10000);

	assert_int_equal(fv_store_set_blob_held(h->app.store, &hash, 6144), FV_OK);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.first_offset, 6144);
	assert_int_equal(t.slice_bytes, 10000 - 6144);
}

static void
when_the_list_was_cut_off_only_named_blobs_are_sent(void **state)
{
	struct handheld *h = *state;
	struct fv_syncup_missing missing = {.is_full = true, .count = 1};
	struct fv_syncup up = {.body_max = 1U << 20, .missing = &missing};
	struct taken t;

	fixture_blob(h, 0, 1, 1000);
	missing.blobs[0].hash = fixture_blob(h, 0, 2, 1000);
	missing.blobs[0].held_bytes = 400;
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.slices, 1);
	assert_int_equal(t.first_offset, 400);
	assert_memory_equal(t.last_slice.b, missing.blobs[0].hash.b, sizeof t.last_slice.b);
}

static void
a_probe_carries_nothing_but_its_map(void **state)
{
	struct handheld *h = *state;
	struct fv_syncup up = {.body_max = 1U << 20, .is_probe = true};
	struct taken t;

	fixture_blob(h, fixture_append(h, FV_REC_NOTE, 10), 1, 100);
	up.send_to = fv_journal_next_seq(&h->app.journal);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.records + t.slices, 0);
	assert_int_equal(t.chunks, 1);
	assert_int_equal(up.sent_to, 0);
}

static void
pieces_that_have_come_are_named(void **state)
{
	struct handheld *h = *state;
	struct fv_syncup up = {.body_max = 1U << 20};
	const struct fv_part_row part = {.hash = {{9}},
	    .kind = FV_ITEM_PACK,
	    .key = fv_span_z("p"),
	    .total_bytes = 9000,
	    .data = fv_span_z("seven b")};
	struct taken t;

	assert_int_equal(fv_store_put_part(h->app.store, &part), FV_OK);
	start(h, &t);
	send(h, &up, &t);
	assert_int_equal(t.map.begun_count, 1);
	assert_int_equal(t.map.begun[0].held_bytes, 7);
	assert_memory_equal(t.map.begun[0].hash.b, part.hash.b, sizeof part.hash.b);
}

static void
a_cursor_beyond_the_trail_is_refused(void **state)
{
	struct handheld *h = *state;
	struct fv_syncup up = {.journal = &h->app.journal, .map.from_seq = 99};
	struct ends e;
	struct fv_envelope_to to;
	struct fv_buf body = {0};

	ends_begin(&e, FV_ENVELOPE_SYNC);
	ends_end(&e);
	to = ends_to(&e);
	assert_int_equal(fv_syncup_build(&up, &to, &e.request, &body), FV_ESTATE);
	assert_int_equal(body.len, 0);
}

static uint64_t
waiting(struct handheld *h, uint64_t next_seq, uint64_t sealed)
{
	uint64_t send_to;

	assert_int_equal(fv_syncup_waiting(h->app.store, next_seq, sealed, &send_to), FV_OK);
	return send_to;
}

static void
a_sync_record_alone_is_not_worth_a_sync(void **state)
{
	struct handheld *h = *state;
	uint64_t n = fv_journal_next_seq(&h->app.journal);

	assert_int_equal(waiting(h, 0, 0), n);
	assert_int_equal(waiting(h, n, n), n);
	fixture_append(h, FV_REC_SYNC, 1);
	assert_int_equal(waiting(h, n, n), n);
	assert_int_equal(fv_journal_seal(&h->app.journal), FV_OK);
	assert_int_equal(waiting(h, n, n), n);
	/* A seal is, where records went up without one. */
	assert_int_equal(waiting(h, n, n - 1), n + 2);
	fixture_append(h, FV_REC_GAP, 1);
	assert_int_equal(waiting(h, n, n), n + 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_server_rebuilds_the_trail_from_whole_items),
	    T(a_request_goes_on_in_the_middle),
	    T(a_small_limit_takes_the_first_records_and_no_blob),
	    T(blobs_follow_the_records_that_name_them),
	    T(the_pieces_of_attachments_go_last_of_all),
	    T(beyond_the_days_cap_pieces_wait_and_everything_else_goes),
	    T(a_piece_without_a_record_is_neither_counted_nor_sent_nor_kept),
	    T(a_detached_payload_travels_as_a_blob),
	    T(a_half_held_blob_goes_on_where_it_was_cut),
	    T(when_the_list_was_cut_off_only_named_blobs_are_sent),
	    T(a_probe_carries_nothing_but_its_map),
	    T(pieces_that_have_come_are_named),
	    T(a_cursor_beyond_the_trail_is_refused),
	    T(a_sync_record_alone_is_not_worth_a_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
