#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fv/record.h"

static const uint8_t dev[FV_DEV_BYTES] = {0x41, 0xf4, 0x5a, 0x10};
static const uint8_t payload_bytes[] = {0xa1, 0x04, 0x01}; /* {4: 1} */

static struct fv_header
sample(uint64_t seq)
{
	struct fv_header h = {.type = FV_REC_VISIT_BEGIN,
	    .seq = seq,
	    .boottime_ms = 1000,
	    .rtc_ms = INT64_C(1790000000000),
	    .has_gnss = true,
	    .gnss_ms = INT64_C(1790000000120)};

	memcpy(h.dev, dev, sizeof dev);
	memset(h.boot, 7, sizeof h.boot);
	return h;
}

static void
a_header_survives_its_encoding(void **state)
{
	struct fv_header in = sample(9), out;
	struct fv_buf buf = {0};

	(void)state;
	in.has_beacon = true;
	in.beacon_size = 51210;
	memset(in.pc.b, 3, sizeof in.pc.b);
	fv_header_put(&buf, &in);
	assert_true(buf.len <= FV_HEADER_BYTES_MAX);
	assert_int_equal(fv_header_parse(fv_buf_span(&buf), &out), FV_OK);
	assert_memory_equal(&in, &out, sizeof in);
	fv_buf_clear(&buf);
}

static void
a_header_of_another_version_is_refused_not_skipped(void **state)
{
	struct fv_header in = sample(0), out;
	struct fv_buf buf = {0};

	(void)state;
	fv_header_put(&buf, &in);
	buf.ptr[1] = 0x02; /* [2, ...] */
	assert_int_equal(fv_header_parse(fv_buf_span(&buf), &out), FV_EVERSION);
	fv_buf_clear(&buf);
}

static void
a_cut_header_is_refused_at_every_length(void **state)
{
	struct fv_header in = sample(0), out;
	struct fv_buf buf = {0};

	(void)state;
	fv_header_put(&buf, &in);
	for (size_t len = 0; len < buf.len; len++)
		assert_int_not_equal(fv_header_parse(fv_span_of(buf.ptr, len), &out), FV_OK);
	fv_buf_clear(&buf);
}

static void
the_commitment_depends_on_salt_and_payload(void **state)
{
	const uint8_t salt1[FV_SALT_BYTES] = {1}, salt2[FV_SALT_BYTES] = {2};
	struct fv_hash a, b, c;

	(void)state;
	fv_record_commit(salt1, fv_span_of(payload_bytes, 3), &a);
	fv_record_commit(salt2, fv_span_of(payload_bytes, 3), &b);
	fv_record_commit(salt1, fv_span_of(payload_bytes, 2), &c);
	assert_memory_not_equal(a.b, b.b, sizeof a.b);
	assert_memory_not_equal(a.b, c.b, sizeof a.b);
}

static struct fv_wire_record
sample_wire(uint64_t seq)
{
	struct fv_wire_record w = {.header = sample(seq)};

	memset(w.salt, 9, sizeof w.salt);
	w.payload = fv_span_of(payload_bytes, sizeof payload_bytes);
	fv_record_commit(w.salt, w.payload, &w.header.pc);
	return w;
}

static void
a_wire_record_rebuilds_the_canonical_header(void **state)
{
	struct fv_wire_record first = sample_wire(0), second = sample_wire(1), out;
	struct fv_buf wire = {0}, want = {0}, got = {0};
	size_t used;

	(void)state;
	second.header.has_gnss = false;
	second.header.gnss_ms = 0;
	second.header.has_beacon = true;
	second.header.beacon_size = 77;
	fv_wire_record_put(&wire, &second, &first.header);
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&wire), dev, &first.header, &out, &used), FV_OK);
	assert_int_equal(used, wire.len);
	fv_header_put(&want, &second.header);
	fv_header_put(&got, &out.header);
	assert_int_equal(want.len, got.len);
	assert_memory_equal(want.ptr, got.ptr, want.len);
	fv_buf_clear(&wire);
	fv_buf_clear(&want);
	fv_buf_clear(&got);
}

static void
what_equals_the_previous_record_costs_nothing_on_the_wire(void **state)
{
	struct fv_wire_record first = sample_wire(0), second = sample_wire(1);
	struct fv_buf alone = {0}, after = {0};

	(void)state;
	fv_wire_record_put(&alone, &second, NULL);
	fv_wire_record_put(&after, &second, &first.header);
	assert_true(after.len + 15 < alone.len);
	assert_true(after.len < 40);
	fv_buf_clear(&alone);
	fv_buf_clear(&after);
}

static enum fv_err
parse_changed(struct fv_wire_record *w, size_t at, uint8_t value)
{
	struct fv_wire_record out;
	struct fv_buf wire = {0};
	size_t used;
	enum fv_err rc;

	fv_wire_record_put(&wire, w, NULL);
	wire.ptr[at] = value;
	rc = fv_wire_record_parse(fv_buf_span(&wire), dev, NULL, &out, &used);
	fv_buf_clear(&wire);
	return rc;
}

static void
the_compression_bit_is_refused(void **state)
{
	const uint8_t compressed[] = {0x88, 0x18, 0x82};
	struct fv_wire_record w = sample_wire(0), out;
	struct fv_buf wire = {0};
	size_t used;

	(void)state;
	fv_wire_record_put(&wire, &w, NULL);
	struct fv_buf bad = {0};
	fv_buf_put(&bad, compressed, sizeof compressed);
	fv_buf_put(&bad, wire.ptr + 2, wire.len - 2);
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&bad), dev, NULL, &out, &used), FV_EVERSION);
	fv_buf_clear(&bad);
	fv_buf_clear(&wire);
}

static void
reserved_bits_and_missing_elements_are_refused(void **state)
{
	struct fv_wire_record w = sample_wire(0);

	(void)state;
	assert_int_equal(parse_changed(&w, 1, 0x12), FV_EFORMAT); /* bit 4 */
	assert_int_equal(parse_changed(&w, 1, 0x00), FV_EFORMAT); /* boot gone, count not */
	assert_int_equal(parse_changed(&w, 2, 0x00), FV_ERANGE);  /* type 0 */
}

static void
a_signature_stands_on_seals_and_on_nothing_else(void **state)
{
	struct fv_wire_record w = sample_wire(0), out;
	struct fv_buf wire = {0};
	size_t used;

	(void)state;
	w.has_sig = true; /* on a VISIT_BEGIN */
	fv_wire_record_put(&wire, &w, NULL);
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&wire), dev, NULL, &out, &used), FV_EFORMAT);
	fv_buf_reset(&wire);
	w.header.type = FV_REC_SEAL;
	w.has_sig = false;
	fv_wire_record_put(&wire, &w, NULL);
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&wire), dev, NULL, &out, &used), FV_EFORMAT);
	fv_buf_clear(&wire);
}

static void
a_payload_that_is_no_map_is_refused(void **state)
{
	static const uint8_t list[] = {0x81, 0x01};
	struct fv_wire_record w = sample_wire(0), out;
	struct fv_buf wire = {0};
	size_t used;

	(void)state;
	w.payload = fv_span_of(list, sizeof list);
	fv_wire_record_put(&wire, &w, NULL);
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&wire), dev, NULL, &out, &used), FV_EFORMAT);
	fv_buf_clear(&wire);
}

static void
clock_differences_that_leave_64_bits_are_refused(void **state)
{
	struct fv_wire_record w = sample_wire(1), out;
	struct fv_header prev = sample(0);
	struct fv_buf wire = {0};
	size_t used;

	(void)state;
	prev.boottime_ms = 0;
	w.header.boottime_ms = 10;
	fv_wire_record_put(&wire, &w, &prev);
	prev.boottime_ms = INT64_MAX - 5;
	assert_int_equal(
	    fv_wire_record_parse(fv_buf_span(&wire), dev, &prev, &out, &used), FV_ERANGE);
	fv_buf_clear(&wire);
}

static void
a_slice_survives_and_its_bounds_hold(void **state)
{
	static uint8_t bytes[FV_SLICE_MAX + 1];
	struct fv_slice in = {.total = 5000, .offset = 1000}, out;
	struct fv_buf buf = {0};
	size_t used;

	(void)state;
	in.bytes = fv_span_of(bytes, FV_SLICE_MAX);
	fv_slice_put(&buf, &in);
	assert_int_equal(fv_slice_parse(fv_buf_span(&buf), &out, &used), FV_OK);
	assert_int_equal(out.bytes.len, FV_SLICE_MAX);
	fv_buf_reset(&buf);
	in.bytes.len = FV_SLICE_MAX + 1;
	fv_slice_put(&buf, &in);
	assert_int_equal(fv_slice_parse(fv_buf_span(&buf), &out, &used), FV_ETOOBIG);
	fv_buf_reset(&buf);
	in.bytes.len = 10;
	in.offset = 4991;
	fv_slice_put(&buf, &in);
	assert_int_equal(fv_slice_parse(fv_buf_span(&buf), &out, &used), FV_ERANGE);
	fv_buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_header_survives_its_encoding),
	    cmocka_unit_test(a_header_of_another_version_is_refused_not_skipped),
	    cmocka_unit_test(a_cut_header_is_refused_at_every_length),
	    cmocka_unit_test(the_commitment_depends_on_salt_and_payload),
	    cmocka_unit_test(a_wire_record_rebuilds_the_canonical_header),
	    cmocka_unit_test(what_equals_the_previous_record_costs_nothing_on_the_wire),
	    cmocka_unit_test(the_compression_bit_is_refused),
	    cmocka_unit_test(reserved_bits_and_missing_elements_are_refused),
	    cmocka_unit_test(a_signature_stands_on_seals_and_on_nothing_else),
	    cmocka_unit_test(a_payload_that_is_no_map_is_refused),
	    cmocka_unit_test(clock_differences_that_leave_64_bits_are_refused),
	    cmocka_unit_test(a_slice_survives_and_its_bounds_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
