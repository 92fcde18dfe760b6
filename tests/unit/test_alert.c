#include "fv/alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/sync.h"

static const struct fv_alert full = {.has_seq = true,
    .seq = 41,
    .state = FV_ALERT_RAISED,
    .at_ms = INT64_C(1770001000000),
    .has_place = true,
    .place = {231291000, -1132644000},
    .has_eph = true,
    .eph_mm = 5200,
    .has_fix_ms = true,
    .fix_ms = INT64_C(1770000999000),
    .officer = "zhang"};

static enum fv_err
read_back(const struct fv_buf *bytes, struct fv_alert *out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(fv_buf_span(bytes));
	enum fv_err rc = fv_alert_get(&r, out);

	if (rc == FV_OK)
		assert_true(fv_cbor_at_end(&r));
	return rc;
}

static void
assert_same(const struct fv_alert *a, const struct fv_alert *b)
{
	assert_true(a->has_seq == b->has_seq && a->seq == b->seq && a->state == b->state &&
	    a->at_ms == b->at_ms && a->has_place == b->has_place &&
	    a->place.lat_e7 == b->place.lat_e7 && a->place.lon_e7 == b->place.lon_e7 &&
	    a->has_eph == b->has_eph && a->eph_mm == b->eph_mm &&
	    a->has_fix_ms == b->has_fix_ms && a->fix_ms == b->fix_ms);
	assert_string_equal(a->officer, b->officer);
}

static void
an_alert_is_read_as_it_was_written(void **state)
{
	const struct fv_alert bare = {.state = FV_ALERT_ENDED, .at_ms = -5};
	struct fv_buf bytes = {0};
	struct fv_alert got;

	(void)state;
	fv_alert_put(&bytes, &full);
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&bytes)), FV_OK);
	assert_int_equal(read_back(&bytes, &got), FV_OK);
	assert_same(&got, &full);
	fv_buf_reset(&bytes);
	fv_alert_put(&bytes, &bare);
	assert_int_equal(read_back(&bytes, &got), FV_OK);
	assert_same(&got, &bare);
	fv_buf_clear(&bytes);
}

static void
elements_of_a_later_version_are_passed_over(void **state)
{
	struct fv_buf bytes = {0};
	struct fv_alert got;

	(void)state;
	fv_alert_put(&bytes, &full);
	bytes.ptr[0] = 0x8a; /* ten elements */
	fv_cbor_put_text_z(&bytes, "later");
	fv_cbor_put_null(&bytes);
	assert_int_equal(read_back(&bytes, &got), FV_OK);
	assert_same(&got, &full);
	fv_buf_clear(&bytes);
}

/* One element of a good alert in the place of another. */
static enum fv_err
read_with(size_t element, int64_t value)
{
	struct fv_buf bytes = {0};
	struct fv_alert got;
	enum fv_err rc;

	fv_cbor_put_array(&bytes, 8);
	for (size_t i = 0; i < 8; i++) {
		if (i == element)
			fv_cbor_put_int(&bytes, value);
		else if (i == 1 || i == 2)
			fv_cbor_put_uint(&bytes, 1);
		else if ((i == 3 || i == 4) && (element == 3 || element == 4))
			fv_cbor_put_int(&bytes, 0);
		else
			fv_cbor_put_null(&bytes);
	}
	rc = read_back(&bytes, &got);
	fv_buf_clear(&bytes);
	return rc;
}

static void
a_value_out_of_its_range_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_with(0, -1), FV_ERANGE);
	assert_int_equal(read_with(0, INT64_C(1) << 40), FV_ERANGE);
	assert_int_equal(read_with(0, (INT64_C(1) << 40) - 1), FV_OK);
	assert_int_equal(read_with(1, 0), FV_ERANGE);
	assert_int_not_equal(read_with(1, 3), FV_OK);
	assert_int_equal(read_with(3, 900000001), FV_ERANGE);
	assert_int_equal(read_with(3, -900000000), FV_OK);
	assert_int_equal(read_with(4, -1800000001), FV_ERANGE);
	assert_int_equal(read_with(4, 1800000000), FV_OK);
	assert_int_equal(read_with(5, -1), FV_ERANGE);
	assert_int_equal(read_with(5, INT64_C(1) << 31), FV_ERANGE);
}

static void
half_a_place_and_too_few_elements_are_refused(void **state)
{
	static const uint8_t half[] = {0x88, 0xf6, 1, 1, 5, 0xf6, 0xf6, 0xf6, 0xf6};
	static const uint8_t few[] = {0x87, 0xf6, 1, 1, 0xf6, 0xf6, 0xf6, 0xf6};
	static const uint8_t no_array[] = {0xa1, 1, 1};
	struct fv_cbor_reader r = fv_cbor_reader_of(fv_span_of(half, sizeof half));
	struct fv_alert got;

	(void)state;
	assert_int_equal(fv_alert_get(&r, &got), FV_EFORMAT);
	r = fv_cbor_reader_of(fv_span_of(few, sizeof few));
	assert_int_equal(fv_alert_get(&r, &got), FV_EFORMAT);
	r = fv_cbor_reader_of(fv_span_of(no_array, sizeof no_array));
	assert_int_not_equal(fv_alert_get(&r, &got), FV_OK);
}

static void
an_alert_cut_anywhere_is_refused(void **state)
{
	struct fv_buf bytes = {0};
	struct fv_alert got;

	(void)state;
	fv_alert_put(&bytes, &full);
	for (size_t len = 0; len < bytes.len; len++) {
		struct fv_cbor_reader r = fv_cbor_reader_of(fv_span_of(bytes.ptr, len));

		assert_int_not_equal(fv_alert_get(&r, &got), FV_OK);
	}
	fv_buf_clear(&bytes);
}

static void
its_id_names_the_record_or_else_the_time(void **state)
{
	static const uint8_t dev[FV_DEV_BYTES] = {0xab, 0xcd};
	struct fv_alert alert = full;
	char id[FV_ALERT_ID_BYTES];

	(void)state;
	assert_string_equal(fv_alert_id(dev, &alert, id), "s-abcd000000000000-41");
	alert.has_seq = false;
	assert_string_equal(fv_alert_id(dev, &alert, id), "s-abcd000000000000-t1770001000000");
	alert.at_ms = INT64_MIN; /* the longest */
	assert_string_equal(
	    fv_alert_id(dev, &alert, id), "s-abcd000000000000-t-9223372036854775808");
}

static void
a_request_and_its_answer_carry_it(void **state)
{
	struct fv_sync_request request = {
	    .from_seq = 3, .n = 9, .answer_max = 512, .has_alert = true, .alert = full};
	struct fv_sync_answer answer = {.next_seq = 3, .holds_alert = true}, got_answer;
	struct fv_sync_request got;
	struct fv_buf bytes = {0};
	size_t len;

	(void)state;
	fv_sync_request_put(&bytes, &request);
	assert_int_equal(fv_sync_request_parse(fv_buf_span(&bytes), &got, &len), FV_OK);
	assert_true(got.has_alert && len == bytes.len && len < 72);
	assert_same(&got.alert, &full);
	fv_buf_reset(&bytes);
	fv_sync_answer_put(&bytes, &answer);
	assert_int_equal(fv_sync_answer_parse(fv_buf_span(&bytes), &got_answer), FV_OK);
	assert_true(got_answer.holds_alert);
	fv_buf_reset(&bytes);
	answer.holds_alert = request.has_alert = false;
	fv_sync_answer_put(&bytes, &answer);
	assert_int_equal(fv_sync_answer_parse(fv_buf_span(&bytes), &got_answer), FV_OK);
	assert_false(got_answer.holds_alert);
	fv_buf_reset(&bytes);
	fv_sync_request_put(&bytes, &request);
	assert_int_equal(fv_sync_request_parse(fv_buf_span(&bytes), &got, &len), FV_OK);
	assert_false(got.has_alert);
	fv_buf_clear(&bytes);
}

static void
who_has_seen_it_is_read_as_it_was_written(void **state)
{
	struct fv_alert_seen seen = {.dev = {7, 8},
	    .has_seq = true,
	    .seq = 41,
	    .by = "wang",
	    .seen_ms = 99,
	    .at_ms = 42};
	struct fv_alert_seen got;
	struct fv_buf bytes = {0};

	(void)state;
	fv_alert_seen_put(&bytes, &seen);
	assert_int_equal(fv_alert_seen_parse(fv_buf_span(&bytes), &got), FV_OK);
	assert_memory_equal(got.dev, seen.dev, sizeof seen.dev);
	assert_true(got.has_seq && got.seq == 41 && got.seen_ms == 99 && got.at_ms == 42);
	assert_string_equal(got.by, "wang");
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_not_equal(
		    fv_alert_seen_parse(fv_span_of(bytes.ptr, len), &got), FV_OK);
	fv_buf_reset(&bytes);
	strcpy(seen.by, "two words");
	fv_alert_seen_put(&bytes, &seen);
	assert_int_equal(fv_alert_seen_parse(fv_buf_span(&bytes), &got), FV_EFORMAT);
	fv_buf_clear(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_alert_is_read_as_it_was_written),
	    cmocka_unit_test(elements_of_a_later_version_are_passed_over),
	    cmocka_unit_test(a_value_out_of_its_range_is_refused),
	    cmocka_unit_test(half_a_place_and_too_few_elements_are_refused),
	    cmocka_unit_test(an_alert_cut_anywhere_is_refused),
	    cmocka_unit_test(its_id_names_the_record_or_else_the_time),
	    cmocka_unit_test(a_request_and_its_answer_carry_it),
	    cmocka_unit_test(who_has_seen_it_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
