/* Seals checked beside the writer: what is noted there decides nothing that is not so. */
#include "../../sync-server/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../sync-server/ingest.h"
#include "../../sync-server/store/book.h"
#include "../../sync-server/store/records.h"
#include "../support/handset.h"

#define NOW INT64_C(1770001000000)

struct place {
	char dir[64];
	struct fv_store *store, *reader;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	pthread_mutex_t lock; /* of reader */
	struct handset a;
	struct fv_store_device device;
};

static int
set_up(void **state)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};
	struct place *p = calloc(1, sizeof *p);
	struct fv_store_device device = {.enrolled_ms = 1, .officer = "zhang"};
	char path[96];
	int64_t no;

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	pthread_mutex_init(&p->lock, NULL);
	strcpy(p->dir, "/tmp/fv-ahead-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(path, sizeof path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_store_open(&p->reader, path, FV_STORE_READ), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	handset_init(&p->a, 1);
	memcpy(device.dev, p->a.dev, sizeof device.dev);
	memcpy(device.pk_0, p->a.pk_0, sizeof device.pk_0);
	assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, &p->device), FV_OK);
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
	fv_store_close(p->reader);
	fv_store_close(p->store);
	pthread_mutex_destroy(&p->lock);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static void
make_visits(struct handset *h, const char *case_id, int visits)
{
	for (int i = 0; i < visits; i++) {
		handset_visit_end(h, handset_visit(h, case_id));
		handset_seal(h);
	}
}

/* The first chunk of a request: its map and the records [from, until). */
static void
put_chunk(const struct handset *h, size_t from, size_t until, struct fv_buf *out)
{
	struct fv_sync_request request = {
	    .from_seq = from, .n = h->count, .answer_max = FV_ANSWER_DEFAULT};

	fv_sync_request_put(out, &request);
	handset_wire(h, from, until, out);
	assert_int_equal(fv_buf_status(out), FV_OK);
}

static struct fv_ahead
ahead_of(struct place *p)
{
	return (struct fv_ahead){.reader = p->reader, .lock = &p->lock, .no = p->device.no};
}

/* What is noted of one chunk.  Owned: the result. */
static struct fv_seals_seen *
look_ahead(struct place *p, const struct fv_buf *chunk)
{
	struct fv_ahead ahead = ahead_of(p);

	return fv_ahead_chunk(&ahead, fv_buf_span(chunk));
}

static struct fv_session_result
send_chunk(struct place *p, const struct fv_buf *chunk, const struct fv_seals_seen *seen)
{
	struct fv_session_result result;
	struct fv_session *session;

	assert_int_equal(fv_session_new(&session, &p->device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(p->ingest), FV_OK);
	fv_session_foresee(session, seen);
	assert_int_equal(fv_ingest_chunk(p->ingest, session, fv_buf_span(chunk), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(p->ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(p->ingest), FV_OK);
	result = *fv_session_result(session);
	fv_session_free(session);
	return result;
}

static bool
has_bad_seal(const struct fv_session_result *result)
{
	for (size_t i = 0; i < result->notice_count; i++)
		if (result->notices[i] == FV_W_SEAL_BAD)
			return true;
	return false;
}

static void
each_good_seal_is_noted_with_the_head_that_it_is_over(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_seals_seen *seen;
	struct fv_buf chunk = {0};

	make_visits(&p->a, "c1", 2);
	put_chunk(&p->a, 0, 6, &chunk);
	seen = look_ahead(p, &chunk);
	assert_non_null(seen);
	assert_int_equal(seen->count, 2);
	assert_true(seen->list[0].size == 3 && seen->list[1].size == 6);
	assert_memory_equal(seen->list[0].pk, p->a.pk_0, FV_KEY_BYTES);
	assert_memory_equal(seen->list[1].sig, p->a.records[5].sig, FV_SIG_BYTES);
	result = send_chunk(p, &chunk, seen);
	assert_true(result.sealed_size == 6 && result.has_receipt && !has_bad_seal(&result));
	free(seen);
	fv_buf_clear(&chunk);
}

static void
a_second_chunk_goes_on_where_the_first_one_ended(void **state)
{
	struct place *p = *state;
	struct fv_ahead ahead = ahead_of(p);
	struct fv_seals_seen *seen;
	struct fv_buf first = {0}, second = {0};

	make_visits(&p->a, "c1", 2);
	put_chunk(&p->a, 0, 4, &first);
	handset_wire(&p->a, 4, 6, &second);
	seen = fv_ahead_chunk(&ahead, fv_buf_span(&first));
	assert_true(seen != NULL && seen->count == 1);
	free(seen);
	seen = fv_ahead_chunk(&ahead, fv_buf_span(&second));
	assert_true(seen != NULL && seen->count == 1 && seen->list[0].size == 6);
	free(seen);
	fv_buf_clear(&first);
	fv_buf_clear(&second);
}

/* What is noted of a good request whose seal is forged then, as *chunk has it. */
static struct fv_seals_seen *
look_then_forge(struct place *p, struct fv_buf *chunk)
{
	struct fv_seals_seen *seen;

	make_visits(&p->a, "c1", 1);
	put_chunk(&p->a, 0, 3, chunk);
	seen = look_ahead(p, chunk);
	assert_true(seen != NULL && seen->count == 1);
	p->a.records[2].sig[7] ^= 1;
	fv_buf_reset(chunk);
	put_chunk(&p->a, 0, 3, chunk);
	return seen;
}

/* The one way to see that the work is spared: a note of what was never verified. */
static void
the_writer_does_not_work_out_again_what_is_noted(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_seals_seen *seen;
	struct fv_buf chunk = {0};

	seen = look_then_forge(p, &chunk);
	seen->list[0].sig[7] ^= 1;
	result = send_chunk(p, &chunk, seen);
	assert_true(result.sealed_size == 3);
	free(seen);
	fv_buf_clear(&chunk);
}

static void
a_forged_seal_is_not_noted_and_the_writer_refuses_it(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_buf chunk = {0};

	make_visits(&p->a, "c1", 1);
	p->a.records[2].sig[7] ^= 1;
	put_chunk(&p->a, 0, 3, &chunk);
	assert_null(look_ahead(p, &chunk));
	result = send_chunk(p, &chunk, NULL);
	assert_true(result.sealed_size == 0 && has_bad_seal(&result));
	fv_buf_clear(&chunk);
}

/* Whichever byte of the note is another one, the writer looks for himself. */
static void
a_note_about_another_key_head_device_or_signature_lets_no_forged_seal_in(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_seals_seen *seen;
	struct fv_buf chunk = {0};

	seen = look_then_forge(p, &chunk);
	for (int part = 0; part < 5; part++) {
		struct fv_seals_seen other = *seen;

		if (part > 0)
			other.list[0].sig[7] ^= 1; /* the note is of the forged one */
		other.list[0].pk[0] ^= part == 1;
		other.list[0].size += part == 2;
		other.list[0].root.b[31] ^= part == 3;
		other.list[0].dev[15] ^= part == 4;
		result = send_chunk(p, &chunk, &other);
		assert_true(result.sealed_size == 0 && has_bad_seal(&result));
	}
	free(seen);
	fv_buf_clear(&chunk);
}

/* An image of the handheld synced in between: the seal noted is over another head now. */
static void
a_request_checked_against_a_trail_that_moved_since_is_checked_anew(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_seals_seen *seen;
	struct fv_buf chunk = {0}, other = {0};
	struct handset image;

	handset_copy(&image, &p->a);
	make_visits(&p->a, "c1", 1);
	make_visits(&image, "c2", 2);
	put_chunk(&p->a, 0, 3, &chunk);
	seen = look_ahead(p, &chunk);
	assert_true(seen != NULL && seen->count == 1);
	put_chunk(&image, 0, 6, &other);
	result = send_chunk(p, &other, NULL);
	assert_true(result.sealed_size == 6);
	result = send_chunk(p, &chunk, seen);
	assert_true(result.sealed_size == 6 && !result.has_receipt);
	assert_true(result.notice_count > 0 && result.notices[0] == FV_W_FORK);
	free(seen);
	fv_buf_clear(&chunk);
	fv_buf_clear(&other);
	handset_clear(&image);
}

static void
a_request_that_begins_elsewhere_than_the_trail_ends_is_left_to_the_writer(void **state)
{
	struct place *p = *state;
	struct fv_session_result result;
	struct fv_seals_seen *seen;
	struct fv_buf chunk = {0};

	make_visits(&p->a, "c1", 2);
	put_chunk(&p->a, 0, 3, &chunk);
	result = send_chunk(p, &chunk, NULL);
	assert_true(result.sealed_size == 3);
	fv_buf_reset(&chunk);
	put_chunk(&p->a, 0, 6, &chunk); /* its first three once more */
	assert_null(look_ahead(p, &chunk));
	result = send_chunk(p, &chunk, NULL);
	assert_true(result.sealed_size == 6 && result.records_same == 3);
	fv_buf_reset(&chunk);
	make_visits(&p->a, "c1", 1);
	put_chunk(&p->a, 6, 9, &chunk);
	seen = look_ahead(p, &chunk);
	assert_true(seen != NULL && seen->count == 1);
	free(seen);
	fv_buf_clear(&chunk);
}

static void
bytes_that_are_no_request_are_left_to_the_writer(void **state)
{
	struct place *p = *state;
	struct fv_ahead ahead = ahead_of(p);
	struct fv_buf chunk = {0};

	make_visits(&p->a, "c1", 1);
	assert_null(fv_ahead_chunk(&ahead, fv_span_z("<html>")));
	put_chunk(&p->a, 0, 3, &chunk); /* too late: it is not the first chunk */
	assert_null(fv_ahead_chunk(&ahead, fv_buf_span(&chunk)));
	chunk.len -= 1; /* cut within the seal */
	assert_null(look_ahead(p, &chunk));
	fv_buf_clear(&chunk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		each_good_seal_is_noted_with_the_head_that_it_is_over, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_second_chunk_goes_on_where_the_first_one_ended, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		the_writer_does_not_work_out_again_what_is_noted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_forged_seal_is_not_noted_and_the_writer_refuses_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_note_about_another_key_head_device_or_signature_lets_no_forged_seal_in,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_request_checked_against_a_trail_that_moved_since_is_checked_anew, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(
		a_request_that_begins_elsewhere_than_the_trail_ends_is_left_to_the_writer,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		bytes_that_are_no_request_are_left_to_the_writer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
