#include "fv/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/cbor.h"
#include "fv/crypto.h"
#include "tests/support/nmea.h"

#define T0 INT64_C(1772459400000)
#define LAT0 231291000
#define LON0 1132644000

static void
hex_of(const struct fv_buf *buf, char *out, size_t cap)
{
	assert_true(2 * buf->len + 1 <= cap);
	out[0] = '\0';
	for (size_t i = 0; i < buf->len; i++) {
		static const char digits[] = "0123456789abcdef";

		out[2 * i] = digits[buf->ptr[i] >> 4];
		out[2 * i + 1] = digits[buf->ptr[i] & 15];
		out[2 * i + 2] = '\0';
	}
}

static void
assert_coded(
    const struct fv_track_fix *fixes, size_t count, uint32_t quantum, const char *want)
{
	struct fv_buf buf = {0};
	char hex[256];

	assert_int_equal(fv_track_encode(fixes, count, quantum, &buf), FV_OK);
	hex_of(&buf, hex, sizeof hex);
	assert_string_equal(hex, want);
	fv_buf_clear(&buf);
}

/* Encode, decode, compare with the quantised fixes; returns the coded bytes. */
static size_t
round_trip(const struct fv_track_fix *fixes, size_t count, uint32_t quantum)
{
	struct fv_track_info info = {
	    .first_ms = fixes[0].t_ms, .quantum_e7 = quantum, .count = count};
	struct fv_track_fix *back = calloc(count, sizeof *back);
	struct fv_buf buf = {0};
	size_t len;

	assert_non_null(back);
	assert_int_equal(fv_track_encode(fixes, count, quantum, &buf), FV_OK);
	assert_int_equal(fv_track_decode(fv_buf_span(&buf), &info, back), FV_OK);
	for (size_t i = 0; i < count; i++) {
		struct fv_place want = fv_track_quantise(fixes[i].place, quantum);

		assert_true(back[i].t_ms == fixes[i].t_ms);
		assert_int_equal(back[i].place.lat_e7, want.lat_e7);
		assert_int_equal(back[i].place.lon_e7, want.lon_e7);
	}
	len = buf.len;
	fv_buf_clear(&buf);
	free(back);
	return len;
}

/* The vectors of PROTOCOL.md section 17, made by a second implementation. */
static void
the_published_vectors_are_reproduced(void **state)
{
	const struct fv_track_fix one[] = {{T0, {LAT0, LON0}}};
	const struct fv_track_fix zero[] = {{T0, {0, 0}}};
	const struct fv_track_fix corner[] = {{T0, {-900000000, -1800000000}}};
	const struct fv_track_fix wild[] = {{T0, {LAT0, LON0}},
	    {T0 + 1000, {231291090, 1132644130}}, {T0 + 2010, {231291210, 1132644240}},
	    {T0 + 3000, {231291190, 1132644500}}, {T0 + 13000, {231290000, 1132650000}},
	    {T0 + 14000, {-899999999, -1799999999}}};
	struct fv_track_fix line[10];
	struct fv_track_fix slow[8];

	(void)state;
	for (int32_t i = 0; i < 8; i++)
		slow[i] = (struct fv_track_fix){
		    T0 + i * 10000, {LAT0 + i * i * 700, LON0 - i * i * i * 90}};
	assert_coded(slow, 8, 100, "ab27c396d002ee5ac750ea1c1270d4d3d1c1a7");
	for (int32_t i = 0; i < 10; i++)
		line[i] =
		    (struct fv_track_fix){T0 + i * 1000, {LAT0 + i * 100, LON0 - i * 200}};
	assert_coded(one, 1, 100, "2b27c397d002e5");
	assert_coded(zero, 1, 100, "2255100ed577ef");
	assert_coded(corner, 1, 10, "");
	assert_coded(line, 10, 100, "2b27c397d002ef14306a");
	assert_coded(wild, 6, 10,
	    "35f1b45f6d029fca1d1a4018f42d6a470e2babe24f4e45089a60972185aaeb15a8793aa064");
}

static void
a_long_walk_has_the_published_hash(void **state)
{
	static struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
	static const uint8_t want[] = {0x45, 0x90, 0xc1, 0xae, 0x01, 0x1e, 0xcf, 0x09, 0x5f,
	    0x6a, 0x11, 0xa8, 0x74, 0x56, 0x66, 0xc7, 0xaf, 0xbb, 0x3e, 0xa9, 0xf0, 0xda, 0xf2,
	    0x87, 0x20, 0xaf, 0xe0, 0x14, 0xd5, 0xca, 0xea, 0x3d};
	struct fv_buf buf = {0};
	struct fv_hash hash;
	struct fv_track_fix at = {T0, {LAT0, LON0}};
	uint32_t x = 12345;

	(void)state;
	for (size_t i = 0; i < FV_TRACK_FIXES_MAX; i++) {
		x = (x * UINT32_C(1103515245) + 12345U) & UINT32_C(0x7fffffff);
		at.t_ms += 1000;
		at.place.lat_e7 += (int32_t)((x >> 16) % 400U) - 180;
		x = (x * UINT32_C(1103515245) + 12345U) & UINT32_C(0x7fffffff);
		at.place.lon_e7 += (int32_t)((x >> 16) % 600U) - 300;
		fixes[i] = at;
	}
	assert_int_equal(fv_track_encode(fixes, FV_TRACK_FIXES_MAX, 100, &buf), FV_OK);
	assert_int_equal(buf.len, 817);
	fv_sha256(fv_buf_span(&buf), &hash);
	assert_memory_equal(hash.b, want, sizeof want);
	fv_buf_clear(&buf);
	assert_int_equal(round_trip(fixes, FV_TRACK_FIXES_MAX, 100), 817);
}

static void
a_place_is_rounded_to_the_nearest_quantum(void **state)
{
	struct fv_place p = fv_track_quantise((struct fv_place){149, -151}, 100);

	(void)state;
	assert_int_equal(p.lat_e7, 100);
	assert_int_equal(p.lon_e7, -200);
	p = fv_track_quantise((struct fv_place){150, -150}, 100);
	assert_int_equal(p.lat_e7, 200);
	assert_int_equal(p.lon_e7, -200);
	p = fv_track_quantise((struct fv_place){900000000, -1800000000}, 7);
	assert_true(fv_geo_is_place(p));
}

static void
a_second_at_rest_costs_next_to_nothing(void **state)
{
	static struct fv_track_fix fixes[900];

	(void)state;
	for (int32_t i = 0; i < 900; i++)
		fixes[i] = (struct fv_track_fix){T0 + i * 1000, {LAT0, LON0}};
	assert_true(round_trip(fixes, 900, 100) < 24);
}

static void
any_walk_comes_back_at_its_quantum(void **state)
{
	static const uint32_t quanta[] = {1, 7, 10, 100, 1000, FV_TRACK_QUANTUM_MAX_E7};
	static struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
	uint64_t x = 7;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		size_t count =
		    round % 3 == 0 ? 1 + round : FV_TRACK_FIXES_MAX / (1 + round % 7);
		uint64_t reach = UINT64_C(1) << (round % 31);

		for (size_t i = 0; i < count; i++) {
			int64_t lat;
			int64_t lon;

			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			lat = (int64_t)(x >> 33) % (int64_t)reach - (int64_t)(reach / 2);
			lon = (int64_t)(x >> 30) % (int64_t)reach - (int64_t)(reach / 2);
			fixes[i].place.lat_e7 = (int32_t)(lat % (FV_GEO_LAT_MAX_E7 + 1));
			fixes[i].place.lon_e7 =
			    (int32_t)(lon % (FV_GEO_LON_MAX_E7 + INT64_C(1)));
			fixes[i].t_ms = (i == 0 ? T0 : fixes[i - 1].t_ms) + 1 +
			    (int64_t)((x >> 20) % (reach < 5000 ? 5000 : reach));
		}
		(void)round_trip(fixes, count, quanta[round % 6]);
	}
}

static void
fixes_at_the_ends_of_the_earth_and_of_time_come_back(void **state)
{
	const struct fv_track_fix fixes[] = {{-FV_TRACK_TIME_MAX_MS, {900000000, 1800000000}},
	    {-FV_TRACK_TIME_MAX_MS + 1, {-900000000, -1800000000}},
	    {-FV_TRACK_TIME_MAX_MS + 1 + FV_TRACK_STEP_MAX_MS, {900000000, -1800000000}},
	    {-FV_TRACK_TIME_MAX_MS + 2 + FV_TRACK_STEP_MAX_MS, {-900000000, 1800000000}}};

	(void)state;
	(void)round_trip(fixes, 4, 1);
	(void)round_trip(fixes, 4, 10);
}

static void
fixes_that_are_none_are_refused_and_nothing_is_appended(void **state)
{
	static struct fv_track_fix many[FV_TRACK_FIXES_MAX + 1];
	const struct fv_track_fix same[] = {{T0, {0, 0}}, {T0, {0, 0}}};
	const struct fv_track_fix back[] = {{T0, {0, 0}}, {T0 - 1, {0, 0}}};
	const struct fv_track_fix far[] = {{0, {0, 0}}, {FV_TRACK_STEP_MAX_MS + 1, {0, 0}}};
	const struct fv_track_fix off[] = {{T0, {900000001, 0}}};
	const struct fv_track_fix late[] = {{FV_TRACK_TIME_MAX_MS + 1, {0, 0}}};
	struct fv_buf buf = {0};

	(void)state;
	for (size_t i = 0; i <= FV_TRACK_FIXES_MAX; i++)
		many[i].t_ms = T0 + (int64_t)i * 1000;
	assert_int_equal(fv_track_encode(same, 0, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(same, 2, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(back, 2, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(far, 2, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(off, 1, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(late, 1, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(many, 1, 0, &buf), FV_ERANGE);
	assert_int_equal(
	    fv_track_encode(many, 1, FV_TRACK_QUANTUM_MAX_E7 + 1, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(many, FV_TRACK_FIXES_MAX + 1, 100, &buf), FV_ERANGE);
	assert_int_equal(fv_track_encode(many, FV_TRACK_FIXES_MAX, 100, &buf), FV_OK);
	fv_buf_clear(&buf);
}

/* Every cut, every flipped bit, every byte too many: refused, or other fixes' own bytes. */
static void
damaged_bytes_never_pass_for_the_same_fixes(void **state)
{
	struct fv_track_fix fixes[40];
	struct fv_track_fix back[40];
	struct fv_track_info info = {.first_ms = T0, .quantum_e7 = 100, .count = 40};
	struct fv_buf buf = {0};

	(void)state;
	for (int32_t i = 0; i < 40; i++)
		fixes[i] = (struct fv_track_fix){
		    T0 + i * 1000, {LAT0 + i * i * 37, LON0 - i * 911 % 777}};
	assert_int_equal(fv_track_encode(fixes, 40, 100, &buf), FV_OK);
	for (size_t n = 0; n < buf.len; n++) {
		enum fv_err rc = fv_track_decode(fv_span_of(buf.ptr, n), &info, back);

		assert_true(rc == FV_EFORMAT ||
		    (rc == FV_OK && memcmp(fixes, back, sizeof back) != 0));
	}
	for (size_t bit = 0; bit < buf.len * 8; bit++) {
		enum fv_err rc;

		buf.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
		rc = fv_track_decode(fv_buf_span(&buf), &info, back);
		assert_true(rc == FV_EFORMAT ||
		    (rc == FV_OK && memcmp(fixes, back, sizeof back) != 0));
		buf.ptr[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	fv_buf_put_u8(&buf, 0);
	assert_int_equal(fv_track_decode(fv_buf_span(&buf), &info, back), FV_EFORMAT);
	assert_true(back[0].t_ms == 0);
	fv_buf_clear(&buf);
}

static void
a_decoder_checks_its_bounds_before_it_writes(void **state)
{
	struct fv_track_fix back[1] = {{0, {0, 0}}};
	struct fv_track_info info = {.first_ms = T0, .quantum_e7 = 100, .count = 0};
	static uint8_t long_bytes[FV_TRACK_CODED_MAX + 1];

	(void)state;
	assert_int_equal(fv_track_decode(fv_span_of("", 0), &info, back), FV_ERANGE);
	info.count = FV_TRACK_FIXES_MAX + 1;
	assert_int_equal(fv_track_decode(fv_span_of("", 0), &info, back), FV_ERANGE);
	info.count = 1;
	info.quantum_e7 = 0;
	assert_int_equal(fv_track_decode(fv_span_of("", 0), &info, back), FV_ERANGE);
	info.quantum_e7 = 100;
	info.first_ms = INT64_MAX;
	assert_int_equal(fv_track_decode(fv_span_of("", 0), &info, back), FV_ERANGE);
	info.first_ms = T0;
	assert_int_equal(
	    fv_track_decode(fv_span_of(long_bytes, sizeof long_bytes), &info, back),
	    FV_ETOOBIG);
	assert_int_equal(fv_track_decode(fv_span_of("", 0), &info, back), FV_OK);
	assert_int_equal(back[0].place.lat_e7, -900000000);
	assert_int_equal(
	    fv_track_decode(fv_span_of("\xff\xff\xff\xff", 4), &info, back), FV_EFORMAT);
}

static void
a_payload_says_what_its_fixes_are(void **state)
{
	struct fv_track_fix fixes[3] = {{T0, {LAT0, LON0}}, {T0 + 1000, {LAT0 + 90, LON0}},
	    {T0 + 2000, {LAT0 + 210, LON0}}};
	struct fv_track_info info = {.has_shift = true,
	    .shift_seq = 17,
	    .quantum_e7 = 100,
	    .count = 3,
	    .has_worst_eph = true,
	    .worst_eph_mm = 16500};
	struct fv_track_info read;
	struct fv_track_fix back[3];
	struct fv_span coded;
	struct fv_buf buf = {0};

	(void)state;
	assert_int_equal(fv_track_payload_put(&buf, &info, fixes), FV_OK);
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&buf)), FV_OK);
	assert_int_equal(fv_track_payload_parse(fv_buf_span(&buf), &read, &coded), FV_OK);
	assert_true(read.has_shift && read.shift_seq == 17 && read.first_ms == T0);
	assert_true(read.count == 3 && read.quantum_e7 == 100);
	assert_true(read.has_worst_eph && read.worst_eph_mm == 16500);
	assert_int_equal(fv_track_decode(coded, &read, back), FV_OK);
	assert_int_equal(back[2].place.lat_e7, LAT0 + 200);
	fv_buf_clear(&buf);
}

static void
a_payload_that_lacks_or_strains_a_field_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[24];
		size_t len;
		enum fv_err want;
	} cases[] = {
	    {{0xa5, 4, 1, 5, 0, 6, 0x18, 100, 7, 1, 8, 0x40}, 12, FV_OK},
	    {{0xa4, 4, 1, 5, 0, 6, 0x18, 100, 7, 1}, 10, FV_EFORMAT},
	    {{0xa5, 4, 2, 5, 0, 6, 0x18, 100, 7, 1, 8, 0x40}, 12, FV_EVERSION},
	    {{0xa5, 4, 1, 5, 0, 6, 0, 7, 1, 8, 0x40}, 11, FV_ERANGE},
	    {{0xa5, 4, 1, 5, 0, 6, 0x18, 100, 7, 0, 8, 0x40}, 12, FV_ERANGE},
	    {{0xa5, 4, 1, 5, 0, 6, 0x18, 100, 7, 0x19, 4, 1, 8, 0x40}, 14, FV_ERANGE},
	    {{0xa5, 4, 1, 5, 0, 6, 0x18, 100, 7, 1, 8, 0x60}, 12, FV_EFORMAT},
	    {{0xa6, 4, 1, 5, 0, 6, 0x18, 100, 7, 1, 8, 0x40, 9, 0x20}, 14, FV_EFORMAT},
	    {{0xa6, 4, 1, 5, 0, 6, 0x18, 100, 7, 1, 8, 0x40, 0x18, 40, 0xf6}, 15, FV_OK},
	    {{0x80}, 1, FV_EFORMAT},
	};
	struct fv_track_info info;
	struct fv_span coded;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(fv_track_payload_parse(
				     fv_span_of(cases[i].bytes, cases[i].len), &info, &coded),
		    cases[i].want);
}

static void
real_logs_come_back_and_are_small(void **state)
{
	static const struct {
		const char *path;
		int64_t period_ms;
		double most; /* bytes a fix */
	} logs[] = {
	    {"../shared/gps/long/tizen-suwon-drive-96min.nmea", 1000, 0.50},
	    {"../shared/gps/long/tizen-suwon-drive-96min.nmea", 10000, 1.80},
	    {"../shared/gps/long/signalk-gps-stationary-20min.nmea", 1000, 0.40},
	    {"../shared/gps/long/signalk-gps-stationary-20min.nmea", 10000, 1.20},
	};
	static struct fv_track_fix fixes[8000];

	(void)state;
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		size_t count = nmea_fixes(logs[i].path, logs[i].period_ms, fixes, 8000);
		size_t bytes = 0;

		if (count == 0)
			skip();
		for (size_t at = 0; at < count;) {
			size_t n = 1;

			while (at + n < count && n < 900 &&
			    fixes[at + n].t_ms - fixes[at + n - 1].t_ms <= FV_TRACK_GAP_MS)
				n++;
			bytes += round_trip(fixes + at, n, 100);
			at += n;
		}
		print_message("%s at %lld s: %zu fixes, %.3f B a fix\n", logs[i].path,
		    (long long)logs[i].period_ms / 1000, count, (double)bytes / (double)count);
		assert_true((double)bytes / (double)count < logs[i].most);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_published_vectors_are_reproduced),
	    cmocka_unit_test(a_long_walk_has_the_published_hash),
	    cmocka_unit_test(a_place_is_rounded_to_the_nearest_quantum),
	    cmocka_unit_test(a_second_at_rest_costs_next_to_nothing),
	    cmocka_unit_test(any_walk_comes_back_at_its_quantum),
	    cmocka_unit_test(fixes_at_the_ends_of_the_earth_and_of_time_come_back),
	    cmocka_unit_test(fixes_that_are_none_are_refused_and_nothing_is_appended),
	    cmocka_unit_test(damaged_bytes_never_pass_for_the_same_fixes),
	    cmocka_unit_test(a_decoder_checks_its_bounds_before_it_writes),
	    cmocka_unit_test(a_payload_says_what_its_fixes_are),
	    cmocka_unit_test(a_payload_that_lacks_or_strains_a_field_is_refused),
	    cmocka_unit_test(real_logs_come_back_and_are_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
