#include "../../sync-server/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/attachment.h"
#include "../../sync-server/store/book.h"
#include "../../sync-server/store/log.h"
#include "../../sync-server/store/records.h"
#include "../support/handset.h"

#define NOW INT64_C(1770001000000)

struct place {
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct handset a;
	struct fv_store_device device;
};

static void
enrol(
    struct place *p, const struct handset *h, const char *officer, struct fv_store_device *out)
{
	struct fv_store_device device = {.enrolled_ms = 1};
	int64_t no;

	memcpy(device.dev, h->dev, sizeof device.dev);
	memcpy(device.pk_0, h->pk_0, sizeof device.pk_0);
	memcpy(device.pk_sync, h->pk_sync, sizeof device.pk_sync);
	memcpy(device.pk_box, h->pk_box, sizeof device.pk_box);
	snprintf(device.officer, sizeof device.officer, "%s", officer);
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, out), FV_OK);
}

static int
set_up(void **state)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};
	struct place *p = calloc(1, sizeof *p);
	char path[96];

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-ingest-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	handset_init(&p->a, 1);
	enrol(p, &p->a, "zhang", &p->device);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	handset_clear(&p->a);
	fv_ingest_free(p->ingest);
	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* A request map and whatever follows it, in one chunk or cut into two. */
static struct fv_session_result
send_bytes(struct place *p, const struct fv_sync_request *request, struct fv_span parts)
{
	struct fv_session_result result;
	struct fv_session *session;
	struct fv_buf map = {0};

	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	fv_sync_request_put(&map, request);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&map), NOW), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, parts, NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	result = *fv_session_result(session);
	fv_session_free(session);
	fv_buf_clear(&map);
	return result;
}

static struct fv_session_result
send_span(struct place *p, const struct handset *h, size_t from, size_t until)
{
	struct fv_sync_request request = {.from_seq = from, .answer_max = FV_ANSWER_DEFAULT};
	struct fv_session_result result;
	struct fv_buf parts = {0};

	request.n = h->count;
	handset_wire(h, from, until, &parts);
	result = send_bytes(p, &request, fv_buf_span(&parts));
	fv_buf_clear(&parts);
	return result;
}

static bool
has_notice(const struct fv_session_result *result, enum fv_notice notice)
{
	for (size_t i = 0; i < result->notice_count; i++)
		if (result->notices[i] == notice)
			return true;
	return false;
}

static uint64_t
count_quarantine(struct place *p)
{
	uint64_t spans, bytes;

	assert_int_equal(
	    fv_store_quarantine_count(p->store, p->device.no, &spans, &bytes), FV_OK);
	return spans;
}

/* Every stored record of the device is the handset's own. */
static void
assert_holds(struct place *p, const struct handset *h, size_t count)
{
	struct fv_store_record got;
	struct fv_buf header = {0};

	for (size_t i = 0; i < count; i++) {
		fv_buf_reset(&header);
		fv_header_put(&header, &h->records[i].header);
		assert_int_equal(fv_store_record_get(p->store, p->device.no, i, &got), FV_OK);
		assert_true(fv_span_equal(got.header, fv_buf_span(&header)));
	}
	assert_int_equal(fv_store_record_get(p->store, p->device.no, count, &got), FV_ENOENT);
	fv_buf_clear(&header);
}

static void
make_visits(struct handset *h, int visits)
{
	uint64_t seq;

	for (int i = 0; i < visits; i++) {
		seq = handset_visit(h, "c1");
		handset_visit_end(h, seq);
		handset_seal(h);
	}
}

static void
sealed_records_are_stored_as_they_were_made_and_logged_once(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 3);
	result = send_span(p, &p->a, 0, 9);
	assert_true(result.next_seq == 9 && result.sealed_size == 9 && result.has_receipt);
	assert_true(result.records_new == 9 && result.fault == FV_OK);
	assert_holds(p, &p->a, 9);
	assert_true(fv_ledger_size(p->ledger) == 1); /* one HEAD for the last seal */
}

static void
the_receipt_holds_the_devices_own_size_and_root(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_leaf leaf;
	struct fv_leaf_head head;
	struct fv_buf bytes = {0}, text = {0};

	make_visits(&p->a, 1);
	result = send_span(p, &p->a, 0, 3);
	assert_int_equal(fv_store_leaf_get(p->store, result.head_index, &bytes), FV_OK);
	assert_int_equal(fv_leaf_parse(fv_buf_span(&bytes), &leaf), FV_OK);
	assert_int_equal(fv_leaf_head_parse(leaf.body, &head), FV_OK);
	assert_true(head.size == 3);
	assert_memory_equal(head.root.b, p->a.trail.sealed_root.b, FV_HASH_BYTES);
	assert_memory_equal(head.dev, p->a.dev, FV_DEV_BYTES);
	fv_seal_text_put(&text, head.dev, head.size, &head.root);
	assert_int_equal(fv_ed25519_verify(p->a.pk_0, fv_buf_span(&text), head.sig), FV_OK);
	fv_buf_clear(&bytes);
	fv_buf_clear(&text);
}

static void
records_without_a_seal_are_held_and_prove_nothing(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 1);
	result = send_span(p, &p->a, 0, 2);
	assert_true(result.next_seq == 2 && result.sealed_size == 0 && !result.has_receipt);
	assert_true(fv_ledger_size(p->ledger) == 0);
	result = send_span(p, &p->a, 2, 3);
	assert_true(result.sealed_size == 3 && result.has_receipt);
}

static void
a_replayed_request_changes_nothing(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 2);
	(void)send_span(p, &p->a, 0, 6);
	for (size_t from = 0; from <= 6; from++) {
		result = send_span(p, &p->a, from, 6);
		assert_true(result.next_seq == 6 && result.records_new == 0);
		assert_true(result.records_same == 6 - from && result.notice_count == 1);
		assert_int_equal(result.has_receipt, from < 6);
	}
	assert_true(fv_ledger_size(p->ledger) == 1 && count_quarantine(p) == 0);
	assert_holds(p, &p->a, 6);
}

static void
every_cut_of_a_request_can_be_continued(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 2);
	for (size_t until = 1; until <= 6; until++) {
		result = send_span(p, &p->a, until - 1, until);
		assert_true(result.next_seq == until);
	}
	assert_true(result.sealed_size == 6);
	assert_holds(p, &p->a, 6);
}

static void
the_receipt_comes_again_when_asked_for(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.from_seq = 3, .n = 3, .want = FV_WANT_RECEIPT};
	struct fv_session_result result;

	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 0, 3);
	result = send_bytes(p, &request, fv_span_of(NULL, 0));
	assert_true(result.has_receipt && result.head_index == 0);
	request.want = 0;
	result = send_bytes(p, &request, fv_span_of(NULL, 0));
	assert_false(result.has_receipt);
}

/* A request without records, at a time of the server's clock. */
static void
tell_at(struct place *p, const struct fv_sync_request *request, int64_t now_ms,
    struct fv_store_trail *out)
{
	struct fv_session *session;
	struct fv_buf map = {0};

	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	fv_sync_request_put(&map, request);
	assert_int_equal(
	    fv_ingest_chunk(p->ingest, session, fv_buf_span(&map), now_ms), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, now_ms), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	assert_int_equal(fv_store_trail_load(p->store, p->device.no, out), FV_OK);
	fv_session_free(session);
	fv_buf_clear(&map);
}

static void
a_replayed_request_does_not_change_what_the_handheld_last_told(void **state)
{
	struct place *p = *state;
	struct fv_sync_request old = {
	    .from_seq = 3, .n = 3, .has_state = true, .has_clock = true};
	struct fv_sync_request now;
	struct fv_store_trail before, t;

	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 0, 3);
	old.clock_s = NOW / 1000 + 10;
	old.free_mib = 100;
	tell_at(p, &old, NOW, &t);
	assert_true(t.has_clock && t.free_mib == 100 && t.ahead_ms == 10500 - NOW % 1000);
	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 3, 6);
	now = old;
	now.from_seq = now.n = 6;
	now.clock_s += 60;
	now.free_mib = 50;
	tell_at(p, &now, NOW + 60000, &before);
	assert_true(before.free_mib == 50 && before.said_n == 6);
	/* an older one, later; then the last one again, an hour later */
	tell_at(p, &old, NOW + 120000, &t);
	assert_true(t.free_mib == 50 && t.said_n == 6 && t.told_ms == before.told_ms &&
	    t.ahead_ms == before.ahead_ms && t.last_sync_ms == before.last_sync_ms);
	tell_at(p, &now, NOW + 3600000, &t);
	assert_true(t.told_ms == before.told_ms && t.ahead_ms == before.ahead_ms);
	/* and by its own word of a later second it is news */
	now.clock_s += 3600;
	now.free_mib = 40;
	tell_at(p, &now, NOW + 3660000, &t);
	assert_true(t.free_mib == 40 && t.ahead_ms == before.ahead_ms);
}

static void
records_that_begin_after_the_cursor_are_not_taken(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 2);
	result = send_span(p, &p->a, 3, 6);
	assert_true(result.wrong_cursor && result.next_seq == 0 && result.records_new == 0);
	assert_holds(p, &p->a, 0);
}

static void
a_bad_seal_sends_everything_after_the_last_good_one_to_quarantine(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 2);
	p->a.records[5].sig[7] ^= 1;
	result = send_span(p, &p->a, 0, 6);
	assert_true(has_notice(&result, FV_W_SEAL_BAD));
	assert_true(
	    result.next_seq == 3 && result.sealed_size == 3 && count_quarantine(p) == 1);
	assert_holds(p, &p->a, 3);
	/* the honest device sends the same again with its true seal */
	p->a.records[5].sig[7] ^= 1;
	result = send_span(p, &p->a, 3, 6);
	assert_true(result.sealed_size == 6 && !has_notice(&result, FV_W_SEAL_BAD));
}

static void
a_changed_record_under_a_good_seal_is_found_by_the_seal(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 1);
	p->a.records[0].salt[0] ^= 1;
	result = send_span(p, &p->a, 0, 3);
	assert_true(has_notice(&result, FV_W_SEAL_BAD) && result.next_seq == 0);
}

static void
planted_unsealed_records_lose_to_the_span_with_the_good_seal(void **state)
{
	struct place *p = *state;
	struct handset thief;
	struct fv_session_result result;

	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 0, 3);
	handset_copy(&thief, &p->a);
	thief.counter += 1000;
	(void)handset_visit(&thief, "c9");
	(void)handset_visit(&thief, "c9");
	(void)handset_visit(&thief, "c9");
	result = send_span(p, &thief, 3, 6);
	assert_true(result.next_seq == 6 && result.sealed_size == 3);

	make_visits(&p->a, 2);
	result = send_span(p, &p->a, 3, 9);
	assert_true(result.next_seq == 9 && result.sealed_size == 9 && result.has_receipt);
	assert_false(has_notice(&result, FV_W_FORK));
	assert_holds(p, &p->a, 9);
	assert_true(count_quarantine(p) == 1);
	handset_clear(&thief);
}

static void
other_unsealed_bytes_without_a_seal_change_nothing_and_are_wanted_again(void **state)
{
	struct place *p = *state;
	struct handset thief;
	struct fv_session_result result;

	handset_copy(&thief, &p->a);
	thief.counter += 1000;
	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 0, 2);
	(void)handset_visit(&thief, "c9");
	(void)handset_visit(&thief, "c9");
	result = send_span(p, &thief, 0, 2);
	assert_true(result.next_seq == 0 && count_quarantine(p) == 1);
	assert_holds(p, &p->a, 2);
	result = send_span(p, &p->a, 2, 3);
	assert_true(result.sealed_size == 3);
	handset_clear(&thief);
}

static void
other_bytes_at_a_sealed_number_are_a_fork_and_logged_once(void **state)
{
	struct place *p = *state;
	struct handset clone;
	struct fv_session_result result;

	handset_copy(&clone, &p->a);
	clone.counter += 1000;
	make_visits(&p->a, 2);
	(void)send_span(p, &p->a, 0, 6);
	make_visits(&clone, 1); /* sealed with the same one-use key */
	for (int again = 0; again < 2; again++) {
		result = send_span(p, &clone, 0, 3);
		assert_true(has_notice(&result, FV_W_FORK) && result.next_seq == 6);
		assert_true(count_quarantine(p) == 1 && fv_ledger_size(p->ledger) == 2);
	}
	assert_holds(p, &p->a, 6);
	handset_clear(&clone);
}

/* One request whose parts come in two groups: `between` runs while it is half here. */
static struct fv_session_result
send_in_two(struct place *p, const struct handset *h, size_t cut, size_t until,
    void (*between)(struct place *p))
{
	struct fv_sync_request request = {.answer_max = FV_ANSWER_DEFAULT};
	struct fv_buf first = {0}, rest = {0};
	struct fv_session_result result;
	struct fv_session *session;

	request.n = h->count;
	fv_sync_request_put(&first, &request);
	handset_wire(h, 0, cut, &first);
	handset_wire(h, cut, until, &rest);
	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&first), NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	between(p);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&rest), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	result = *fv_session_result(session);
	fv_session_free(session);
	fv_buf_clear(&first);
	fv_buf_clear(&rest);
	return result;
}

static void
send_the_seal(struct place *p)
{
	assert_true(send_span(p, &p->a, 2, 3).sealed_size == 3);
}

static void
what_was_sealed_meanwhile_is_not_displaced_by_a_contest(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct handset clone;

	handset_copy(&clone, &p->a);
	clone.counter += 1000;
	make_visits(&p->a, 1);
	make_visits(&clone, 1); /* sealed with the same one-use key */
	(void)send_span(p, &p->a, 0, 2);
	result = send_in_two(p, &clone, 2, 3, send_the_seal);
	assert_true(result.sealed_size == 3 && result.next_seq == 0);
	assert_holds(p, &p->a, 3);
	/* It is wanted again, and then it is what it is. */
	result = send_span(p, &clone, 0, 3);
	assert_true(has_notice(&result, FV_W_FORK));
	assert_holds(p, &p->a, 3);
	handset_clear(&clone);
}

static void
send_a_bad_seal(struct place *p)
{
	p->a.records[2].sig[7] ^= 1;
	assert_true(send_span(p, &p->a, 2, 3).next_seq == 0);
	p->a.records[2].sig[7] ^= 1;
}

static void
a_contest_whose_ground_is_taken_away_decides_nothing(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct handset clone;

	(void)handset_visit(&p->a, "c1");
	handset_copy(&clone, &p->a);
	clone.counter += 1000;
	handset_visit_end(&p->a, 0);
	handset_seal(&p->a);
	handset_visit_end(&clone, 0);
	clone.records[1].salt[0] ^= 1;
	handset_seal(&clone);
	(void)send_span(p, &p->a, 0, 2);
	result = send_in_two(p, &clone, 2, 3, send_a_bad_seal);
	assert_true(result.sealed_size == 0 && result.next_seq == 0);
	result = send_span(p, &p->a, 0, 3);
	assert_true(result.sealed_size == 3);
	assert_holds(p, &p->a, 3);
	handset_clear(&clone);
}

static void
a_foreign_devices_records_do_not_seal(void **state)
{
	struct place *p = *state;
	struct handset other;
	struct fv_session_result result;

	handset_init(&other, 9);
	make_visits(&other, 1);
	result = send_span(p, &other, 0, 3);
	assert_true(has_notice(&result, FV_W_SEAL_BAD) && result.sealed_size == 0);
	assert_true(fv_ledger_size(p->ledger) == 0);
	handset_clear(&other);
}

static void
reordered_records_do_not_seal(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.n = 3};
	struct fv_session_result result;
	struct fv_buf parts = {0};

	make_visits(&p->a, 1);
	handset_wire(&p->a, 1, 2, &parts);
	handset_wire(&p->a, 0, 1, &parts);
	handset_wire(&p->a, 2, 3, &parts);
	result = send_bytes(p, &request, fv_buf_span(&parts));
	assert_true(result.sealed_size == 0 && result.next_seq == 0);
	fv_buf_clear(&parts);
}

static void
every_truncation_keeps_the_whole_records_before_it(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.n = 2};
	struct fv_session_result result;
	struct fv_buf parts = {0};
	size_t first;

	make_visits(&p->a, 1);
	handset_wire(&p->a, 0, 1, &parts);
	first = parts.len;
	handset_wire(&p->a, 1, 2, &parts);
	for (size_t len = 1; len < parts.len; len++) {
		result = send_bytes(p, &request, fv_span_of(parts.ptr, len));
		assert_int_equal(result.fault, len == first ? FV_OK : FV_ECUT);
		assert_true(result.next_seq == (len < first ? 0 : 1));
	}
	fv_buf_clear(&parts);
}

static void
a_request_that_is_no_map_is_refused_without_a_trace(void **state)
{
	struct place *p = *state;
	struct fv_session *session;

	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_span_z("<html>"), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	assert_int_not_equal(fv_session_result(session)->fault, FV_OK);
	assert_false(fv_session_result(session)->has_request);
	fv_session_free(session);
}

static void
too_many_records_without_a_seal_are_refused(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	for (size_t i = 0; i < FV_INGEST_UNSEALED_MAX + 1; i++)
		(void)handset_visit(&p->a, "c1");
	result = send_span(p, &p->a, 0, p->a.count);
	assert_int_equal(result.fault, FV_ETOOBIG);
	assert_true(result.next_seq == FV_INGEST_UNSEALED_MAX);
}

static void
an_unknown_type_is_stored_sealed_and_said(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	static const uint8_t payload[] = {0xa1, 0x18, 0x63, 0x01};

	handset_add(&p->a, 40, fv_span_of(payload, sizeof payload));
	handset_seal(&p->a);
	result = send_span(p, &p->a, 0, 2);
	assert_true(result.sealed_size == 2 && has_notice(&result, FV_W_UNKNOWN_TYPE));
}

static void
put_slices(struct fv_buf *out, const struct fv_hash *hash, struct fv_span blob, size_t step)
{
	struct fv_slice slice = {.hash = *hash, .total = blob.len};

	for (size_t at = 0; at < blob.len; at += step) {
		slice.offset = at;
		slice.bytes =
		    fv_span_of(blob.ptr + at, at + step > blob.len ? blob.len - at : step);
		fv_slice_put(out, &slice);
	}
}

static void
a_payload_that_travels_apart_is_joined_to_its_record(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_store_record got;
	struct fv_store_blob blob_row;
	struct fv_buf parts = {0}, blob = {0};
	const struct handset_record *r;

	handset_add_big(&p->a, FV_REC_TRACK, 5000);
	handset_seal(&p->a);
	r = &p->a.records[0];
	fv_buf_put(&blob, r->salt, sizeof r->salt);
	fv_buf_put(&blob, r->payload, r->payload_len);
	handset_wire(&p->a, 0, 2, &parts);
	(void)send_bytes(p, &request, fv_buf_span(&parts));
	assert_int_equal(fv_store_record_get(p->store, p->device.no, 0, &got), FV_OK);
	assert_true(!got.has_payload && got.is_sealed);

	fv_buf_reset(&parts);
	put_slices(&parts, &r->header.pc, fv_buf_span(&blob), 3000);
	request.from_seq = 2;
	/* first slice only, as a cut would leave it */
	(void)send_bytes(p, &request, fv_span_of(parts.ptr, 3000 + 43));
	assert_int_equal(
	    fv_store_blob_get(p->store, p->device.no, &r->header.pc, &blob_row), FV_OK);
	assert_true(
	    blob_row.held == 3000 && blob_row.total == blob.len && !blob_row.is_complete);
	(void)send_bytes(p, &request, fv_buf_span(&parts));
	assert_int_equal(fv_store_record_get(p->store, p->device.no, 0, &got), FV_OK);
	assert_true(got.has_payload);
	assert_true(fv_span_equal(got.payload, fv_span_of(r->payload, r->payload_len)));
	fv_buf_clear(&parts);
	fv_buf_clear(&blob);
}

static void
a_notes_blobs_are_taken_and_others_are_not(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_session_result result;
	struct fv_store_blob row;
	struct fv_buf parts = {0};
	struct fv_hash content, capsules, stray;

	fv_sha256(fv_span_z("ciphertext"), &content);
	fv_sha256(fv_span_z("capsules"), &capsules);
	fv_sha256(fv_span_z("stray"), &stray);
	handset_add_note(&p->a, handset_visit(&p->a, "c1"), &content, &capsules);
	handset_wire(&p->a, 0, 2, &parts);
	put_slices(&parts, &content, fv_span_z("ciphertext"), 4);
	put_slices(&parts, &stray, fv_span_z("stray"), 5);
	put_slices(&parts, &capsules, fv_span_z("cApsules"), 8);
	result = send_bytes(p, &request, fv_buf_span(&parts));
	assert_true(result.slices_refused == 1 && result.fault == FV_OK);
	assert_int_equal(fv_store_blob_get(p->store, p->device.no, &content, &row), FV_OK);
	assert_true(row.is_complete && fv_span_equal(row.data, fv_span_z("ciphertext")));
	/* other bytes than the hash names are dropped, and wanted from the start */
	assert_int_equal(fv_store_blob_get(p->store, p->device.no, &capsules, &row), FV_OK);
	assert_true(!row.is_complete && row.held == 0);
	fv_buf_clear(&parts);
}

/* An ATTACHMENT of these pieces at the end of the handset's trail, and its manifest. */
static void
add_attachment(struct handset *h, uint64_t bytes, const struct fv_buf *pieces, size_t count,
    struct fv_attachment *what, struct fv_buf *manifest)
{
	struct fv_buf payload = {0};
	struct fv_hash hash;

	fv_buf_reset(manifest);
	for (size_t i = 0; i < count; i++) {
		fv_sha256(fv_buf_span(&pieces[i]), &hash);
		fv_buf_put(manifest, hash.b, sizeof hash.b);
	}
	memset(what, 0, sizeof *what);
	what->case_id = fv_span_z("c1");
	what->key_ids = fv_span_z("abcd");
	what->kind = 1;
	what->pieces = fv_attachment_pieces(bytes);
	what->bytes = bytes;
	fv_sha256(fv_buf_span(manifest), &what->manifest);
	fv_sha256(fv_span_z("capsules"), &what->capsules);
	fv_attachment_put(&payload, what);
	handset_add(h, FV_REC_ATTACHMENT, fv_buf_span(&payload));
	handset_seal(h);
	fv_buf_clear(&payload);
}

static void
put_blob(struct fv_buf *out, const struct fv_buf *blob)
{
	struct fv_hash hash;

	fv_sha256(fv_buf_span(blob), &hash);
	put_slices(out, &hash, fv_buf_span(blob), FV_SLICE_MAX);
}

static void
an_attachments_pieces_are_asked_for_when_its_manifest_is_whole(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_session_result result;
	struct fv_buf pieces[2] = {{0}}, manifest = {0}, parts = {0};
	struct fv_attachment what;
	uint64_t missing, missing_pieces;

	fv_buf_put_room(&pieces[0], 16425);
	fv_buf_put_room(&pieces[1], 100);
	add_attachment(&p->a, 16384 + 83, pieces, 2, &what, &manifest);
	handset_wire(&p->a, 0, 2, &parts);
	put_blob(&parts, &pieces[1]); /* before anybody asked for it */
	result = send_bytes(p, &request, fv_buf_span(&parts));
	assert_int_equal(result.slices_refused, 1);
	assert_int_equal(
	    fv_store_blob_count_missing(p->store, p->device.no, &missing, &missing_pieces),
	    FV_OK);
	assert_true(missing == 2 && missing_pieces == 0);

	fv_buf_reset(&parts);
	put_blob(&parts, &manifest);
	put_blob(&parts, &pieces[1]);
	request.from_seq = 2;
	result = send_bytes(p, &request, fv_buf_span(&parts));
	assert_int_equal(result.slices_refused, 0);
	assert_int_equal(
	    fv_store_blob_count_missing(p->store, p->device.no, &missing, &missing_pieces),
	    FV_OK);
	assert_true(missing == 2 && missing_pieces == 1);
	fv_buf_clear(&pieces[0]);
	fv_buf_clear(&pieces[1]);
	fv_buf_clear(&manifest);
	fv_buf_clear(&parts);
}

static void
an_attachment_over_the_limits_is_kept_aside_and_nothing_of_it_asked_for(void **state)
{
	static const uint64_t sizes[][2] = {{10000, 16777216}, {1025, 16777217}, {2, 16384}};
	struct place *p = *state;
	struct fv_attachment what = {
	    .case_id = fv_span_z("c1"), .key_ids = fv_span_z("abcd"), .kind = 1};
	uint64_t spans, bytes, missing, missing_pieces;
	struct fv_buf payload = {0};

	for (size_t i = 0; i < 3; i++) {
		what.pieces = sizes[i][0];
		what.bytes = sizes[i][1];
		fv_buf_reset(&payload);
		fv_attachment_put(&payload, &what);
		handset_add(&p->a, FV_REC_ATTACHMENT, fv_buf_span(&payload));
	}
	handset_seal(&p->a);
	assert_int_equal(send_span(p, &p->a, 0, 4).sealed_size, 4);
	assert_int_equal(
	    fv_store_quarantine_count(p->store, p->device.no, &spans, &bytes), FV_OK);
	assert_int_equal(spans, 3);
	assert_int_equal(
	    fv_store_blob_count_missing(p->store, p->device.no, &missing, &missing_pieces),
	    FV_OK);
	assert_int_equal(missing, 0);
	fv_buf_clear(&payload);
}

static void
a_manifest_of_other_pieces_than_the_record_says_is_kept_aside(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_buf pieces[3] = {{0}}, manifest = {0}, parts = {0};
	struct fv_attachment what;
	uint64_t spans, bytes, missing, missing_pieces;

	fv_buf_put_room(&pieces[0], 16425); /* three times the same, for a record of two */
	fv_buf_put_room(&pieces[1], 16425);
	fv_buf_put_room(&pieces[2], 16425);
	add_attachment(&p->a, 20000, pieces, 3, &what, &manifest);
	handset_wire(&p->a, 0, 2, &parts);
	put_blob(&parts, &manifest);
	put_blob(&parts, &pieces[0]);
	assert_int_equal(send_bytes(p, &request, fv_buf_span(&parts)).slices_refused, 6);
	assert_int_equal(
	    fv_store_quarantine_count(p->store, p->device.no, &spans, &bytes), FV_OK);
	assert_true(spans == 1 && bytes == manifest.len);
	assert_int_equal(
	    fv_store_blob_count_missing(p->store, p->device.no, &missing, &missing_pieces),
	    FV_OK);
	assert_true(missing == 1 && missing_pieces == 0); /* its capsules */
	for (size_t i = 0; i < 3; i++)
		fv_buf_clear(&pieces[i]);
	fv_buf_clear(&manifest);
	fv_buf_clear(&parts);
}

static void
a_piece_larger_than_a_piece_is_not_taken(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_buf piece = {0}, manifest = {0}, parts = {0};
	struct fv_attachment what;

	fv_buf_put_room(&piece, FV_PIECE_MAX + 1);
	add_attachment(&p->a, 16384, &piece, 1, &what, &manifest);
	handset_wire(&p->a, 0, 2, &parts);
	put_blob(&parts, &manifest);
	put_blob(&parts, &piece);
	assert_int_equal(send_bytes(p, &request, fv_buf_span(&parts)).slices_refused, 6);
	fv_buf_clear(&piece);
	fv_buf_clear(&manifest);
	fv_buf_clear(&parts);
}

static enum fv_err
take_kind(const struct fv_store_blob *blob, void *ctx)
{
	fv_buf_put_u8(ctx, (uint8_t)blob->kind);
	return FV_OK;
}

static void
missing_pieces_are_named_after_everything_else(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_buf piece = {0}, manifest = {0}, parts = {0}, kinds = {0};
	struct fv_attachment what;
	struct fv_hash content;

	fv_buf_put_room(&piece, 100);
	add_attachment(&p->a, 59, &piece, 1, &what, &manifest);
	fv_sha256(fv_span_z("ciphertext"), &content);
	handset_add_note(&p->a, handset_visit(&p->a, "c1"), &content, &content);
	handset_wire(&p->a, 0, 4, &parts);
	put_blob(&parts, &manifest);
	(void)send_bytes(p, &request, fv_buf_span(&parts));
	assert_int_equal(
	    fv_store_blob_missing(p->store, p->device.no, 64, take_kind, &kinds), FV_OK);
	assert_int_equal(kinds.len, 3);
	assert_memory_equal(kinds.ptr, "\3\2\5", 3);
	fv_buf_clear(&piece);
	fv_buf_clear(&manifest);
	fv_buf_clear(&parts);
	fv_buf_clear(&kinds);
}

static void
another_devices_blob_is_not_taken(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {0};
	struct fv_session_result result;
	struct fv_buf parts = {0};
	struct handset other;
	struct fv_hash content;

	fv_sha256(fv_span_z("ciphertext"), &content);
	handset_add_note(&p->a, handset_visit(&p->a, "c1"), &content, &content);
	(void)send_span(p, &p->a, 0, 2);
	handset_init(&other, 9);
	enrol(p, &other, "li", &p->device);
	put_slices(&parts, &content, fv_span_z("ciphertext"), 10);
	result = send_bytes(p, &request, fv_buf_span(&parts));
	assert_true(result.slices_refused == 1);
	handset_clear(&other);
	fv_buf_clear(&parts);
}

static void
a_group_that_is_rolled_back_leaves_no_record_and_no_leaf(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.n = 3};
	struct fv_session *session;
	struct fv_session_result result;
	struct fv_buf bytes = {0};

	make_visits(&p->a, 1);
	fv_sync_request_put(&bytes, &request);
	handset_wire(&p->a, 0, 3, &bytes);
	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&bytes), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	fv_ingest_rollback(p->ingest);
	fv_session_free(session);
	assert_holds(p, &p->a, 0);
	assert_true(fv_ledger_size(p->ledger) == 0);
	result = send_span(p, &p->a, 0, 3);
	assert_true(result.sealed_size == 3 && fv_ledger_size(p->ledger) == 1);
	fv_buf_clear(&bytes);
}

static void
a_trail_goes_on_after_the_server_was_started_again(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;

	make_visits(&p->a, 3);
	(void)send_span(p, &p->a, 0, 4);
	fv_ingest_free(p->ingest);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	result = send_span(p, &p->a, 4, 9);
	assert_true(result.sealed_size == 9);
	assert_holds(p, &p->a, 9);
}

static void
a_head_missed_by_a_crash_is_logged_by_the_next_request(void **state)
{
	struct place *p = *state;
	struct fv_sync_request request = {.n = 3};
	struct fv_session *session;
	struct fv_session_result result;
	struct fv_buf bytes = {0};

	make_visits(&p->a, 1);
	fv_sync_request_put(&bytes, &request);
	handset_wire(&p->a, 0, 3, &bytes);
	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(&bytes), NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK); /* and no end */
	fv_session_free(session);
	assert_true(fv_ledger_size(p->ledger) == 0);
	result = send_span(p, &p->a, 3, 3);
	assert_true(result.sealed_size == 3 && fv_ledger_size(p->ledger) == 1);
	fv_buf_clear(&bytes);
}

static void
the_officers_other_handheld_learns_of_a_visit_and_the_writer_does_not(void **state)
{
	struct place *p = *state;
	struct fv_store_case row = {.item = {.id = fv_span_z("c1"), .actor = 1}};
	struct handset other;
	struct fv_store_device second;
	uint64_t before, after;

	row.item.assigned = fv_span_z("zhang");
	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	make_visits(&p->a, 1);
	assert_int_equal(fv_store_change_last(p->store, &before), FV_OK);
	(void)send_span(p, &p->a, 0, 3);
	assert_int_equal(fv_store_change_last(p->store, &after), FV_OK);
	assert_true(before == after);
	handset_init(&other, 9);
	enrol(p, &other, "zhang", &second);
	make_visits(&p->a, 1);
	(void)send_span(p, &p->a, 3, 6);
	assert_int_equal(fv_store_change_last(p->store, &after), FV_OK);
	assert_true(after == before + 1);
	handset_clear(&other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(sealed_records_are_stored_as_they_were_made_and_logged_once),
	    T(the_receipt_holds_the_devices_own_size_and_root),
	    T(records_without_a_seal_are_held_and_prove_nothing),
	    T(a_replayed_request_changes_nothing),
	    T(every_cut_of_a_request_can_be_continued),
	    T(the_receipt_comes_again_when_asked_for),
	    T(a_replayed_request_does_not_change_what_the_handheld_last_told),
	    T(records_that_begin_after_the_cursor_are_not_taken),
	    T(a_bad_seal_sends_everything_after_the_last_good_one_to_quarantine),
	    T(a_changed_record_under_a_good_seal_is_found_by_the_seal),
	    T(planted_unsealed_records_lose_to_the_span_with_the_good_seal),
	    T(other_unsealed_bytes_without_a_seal_change_nothing_and_are_wanted_again),
	    T(other_bytes_at_a_sealed_number_are_a_fork_and_logged_once),
	    T(what_was_sealed_meanwhile_is_not_displaced_by_a_contest),
	    T(a_contest_whose_ground_is_taken_away_decides_nothing),
	    T(a_foreign_devices_records_do_not_seal),
	    T(reordered_records_do_not_seal),
	    T(every_truncation_keeps_the_whole_records_before_it),
	    T(a_request_that_is_no_map_is_refused_without_a_trace),
	    T(too_many_records_without_a_seal_are_refused),
	    T(an_unknown_type_is_stored_sealed_and_said),
	    T(a_payload_that_travels_apart_is_joined_to_its_record),
	    T(a_notes_blobs_are_taken_and_others_are_not),
	    T(an_attachments_pieces_are_asked_for_when_its_manifest_is_whole),
	    T(an_attachment_over_the_limits_is_kept_aside_and_nothing_of_it_asked_for),
	    T(a_manifest_of_other_pieces_than_the_record_says_is_kept_aside),
	    T(a_piece_larger_than_a_piece_is_not_taken),
	    T(missing_pieces_are_named_after_everything_else),
	    T(another_devices_blob_is_not_taken),
	    T(a_group_that_is_rolled_back_leaves_no_record_and_no_leaf),
	    T(a_trail_goes_on_after_the_server_was_started_again),
	    T(a_head_missed_by_a_crash_is_logged_by_the_next_request),
	    T(the_officers_other_handheld_learns_of_a_visit_and_the_writer_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
