#include "fv/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fv/cbor.h"

static void
set(struct fv_stamp *s, enum fv_stamp_key key)
{
	s->has |= FV_STAMP_BIT(key);
}

static struct fv_stamp
full(void)
{
	struct fv_stamp s = {.mode = 3,
	    .gnss_ms = INT64_C(1772459400123),
	    .place = {231291000, -1132644000},
	    .alt_hae_mm = -4200,
	    .eph_mm = 6000,
	    .epv_mm = 9000,
	    .speed_mm_s = 1300,
	    .course_cdeg = 35999,
	    .used = 9,
	    .seen = 14,
	    .ss_mean_d = 384,
	    .ss_spread_d = 121,
	    .pdop_c = 150,
	    .hdop_c = 90,
	    .status = 1,
	    .source = FV_SOURCE_PTY,
	    .age_ms = 400,
	    .jam = 12,
	    .antenna = 1,
	    .run_3d = 77};

	for (uint32_t key = 1; key <= FV_STAMP_KEY_MAX; key++)
		s.has |= FV_STAMP_BIT(key);
	return s;
}

static void
assert_same(const struct fv_stamp *a, const struct fv_stamp *b)
{
	assert_int_equal(a->has, b->has);
	assert_int_equal(a->mode, b->mode);
	assert_true(a->gnss_ms == b->gnss_ms);
	assert_int_equal(a->place.lat_e7, b->place.lat_e7);
	assert_int_equal(a->place.lon_e7, b->place.lon_e7);
	assert_int_equal(a->alt_hae_mm, b->alt_hae_mm);
	assert_int_equal(a->eph_mm, b->eph_mm);
	assert_int_equal(a->epv_mm, b->epv_mm);
	assert_int_equal(a->speed_mm_s, b->speed_mm_s);
	assert_int_equal(a->course_cdeg, b->course_cdeg);
	assert_int_equal(a->used, b->used);
	assert_int_equal(a->seen, b->seen);
	assert_int_equal(a->ss_mean_d, b->ss_mean_d);
	assert_int_equal(a->ss_spread_d, b->ss_spread_d);
	assert_int_equal(a->pdop_c, b->pdop_c);
	assert_int_equal(a->hdop_c, b->hdop_c);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->source, b->source);
	assert_true(a->age_ms == b->age_ms);
	assert_int_equal(a->jam, b->jam);
	assert_int_equal(a->antenna, b->antenna);
	assert_int_equal(a->run_3d, b->run_3d);
}

static enum fv_err
round_trip(const struct fv_stamp *s, struct fv_stamp *back)
{
	struct fv_buf buf = {0};
	enum fv_err rc;

	fv_stamp_put(&buf, s);
	assert_int_equal(fv_buf_status(&buf), FV_OK);
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&buf)), FV_OK);
	rc = fv_stamp_parse(fv_buf_span(&buf), back);
	fv_buf_clear(&buf);
	return rc;
}

static enum fv_err
parse(const void *bytes, size_t len)
{
	struct fv_stamp s;

	return fv_stamp_parse(fv_span_of(bytes, len), &s);
}

static void
every_field_survives_a_round_trip(void **state)
{
	struct fv_stamp s = full();
	struct fv_stamp back;

	(void)state;
	assert_int_equal(round_trip(&s, &back), FV_OK);
	assert_same(&s, &back);
	assert_false(back.has_unknown);
}

static void
each_subset_of_one_field_survives_a_round_trip(void **state)
{
	(void)state;
	for (uint32_t key = 1; key <= FV_STAMP_KEY_MAX; key++) {
		struct fv_stamp s = full();
		struct fv_stamp back;

		if (key == FV_STAMP_LAT || key == FV_STAMP_LON)
			continue;
		s.has = FV_STAMP_BIT(key);
		assert_int_equal(round_trip(&s, &back), FV_OK);
		assert_int_equal(back.has, FV_STAMP_BIT(key));
		assert_true(fv_stamp_has(&back, (enum fv_stamp_key)key));
		assert_false(fv_stamp_has(&back, (enum fv_stamp_key)(key % 21 + 1)));
	}
}

static void
what_is_unknown_is_absent_and_reads_as_zero(void **state)
{
	struct fv_stamp s = full();
	struct fv_stamp back;
	struct fv_buf buf = {0};

	(void)state;
	s.has = 0;
	fv_stamp_put(&buf, &s);
	assert_int_equal(buf.len, 1);
	assert_int_equal(buf.ptr[0], 0xa0);
	assert_int_equal(fv_stamp_parse(fv_buf_span(&buf), &back), FV_OK);
	assert_int_equal(back.has, 0);
	assert_int_equal(back.mode, 0);
	assert_int_equal(back.eph_mm, 0);
	fv_buf_clear(&buf);
}

static void
a_stamp_has_the_bytes_that_the_table_says(void **state)
{
	static const uint8_t want[] = {0xa4, 0x01, 0x03, 0x03, 0x1a, 0x0d, 0xc9, 0x38, 0x78,
	    0x04, 0x3a, 0x43, 0x82, 0xc6, 0x9f, 0x11, 0x03};
	struct fv_stamp s = full();
	struct fv_buf buf = {0};

	(void)state;
	s.has = 0;
	set(&s, FV_STAMP_MODE);
	set(&s, FV_STAMP_LAT);
	set(&s, FV_STAMP_LON);
	set(&s, FV_STAMP_SOURCE);
	fv_stamp_put(&buf, &s);
	assert_int_equal(buf.len, sizeof want);
	assert_memory_equal(buf.ptr, want, sizeof want);
	fv_buf_clear(&buf);
}

static void
a_field_outside_its_range_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
	} bad[] = {
	    {{0xa1, 0x01, 0x00}, 3},                /* mode 0 */
	    {{0xa1, 0x01, 0x04}, 3},                /* mode 4 */
	    {{0xa1, 0x06, 0x20}, 3},                /* eph -1 */
	    {{0xa1, 0x06, 0x1a, 0x80, 0, 0, 0}, 7}, /* eph 2^31 */
	    {{0xa1, 0x09, 0x19, 0x8c, 0xa0}, 5},    /* course 36000 */
	    {{0xa1, 0x0e, 0x00}, 3},                /* a DOP of 0 is absent */
	    {{0xa1, 0x11, 0x00}, 3},                /* source 0 */
	    {{0xa1, 0x11, 0x08}, 3},                /* source 8 */
	    {{0xa1, 0x12, 0x20}, 3},                /* age -1 */
	    {{0xa1, 0x13, 0x19, 0x01, 0x00}, 5},    /* jam 256 */
	    {{0xa1, 0x14, 0x00}, 3},                /* antenna 0 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(parse(bad[i].bytes, bad[i].len), FV_ERANGE);
}

static void
a_place_off_the_earth_is_refused(void **state)
{
	struct fv_stamp s = full();
	struct fv_stamp back;

	(void)state;
	s.place.lat_e7 = 900000001;
	assert_int_equal(round_trip(&s, &back), FV_ERANGE);
	assert_int_equal(back.has, 0);
	s.place.lat_e7 = 900000000;
	s.place.lon_e7 = -1800000000;
	assert_int_equal(round_trip(&s, &back), FV_OK);
}

static void
half_a_place_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse((uint8_t[]){0xa1, 0x03, 0x01}, 3), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x04, 0x01}, 3), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa2, 0x03, 0x01, 0x04, 0x01}, 5), FV_OK);
}

static void
what_is_not_a_map_of_numbers_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse((uint8_t[]){0x80}, 1), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xf6}, 1), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x01, 0x61, 0x33}, 4), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x01, 0xf6}, 3), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x00, 0x01}, 3), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa2, 0x02, 0x01, 0x01, 0x01}, 5), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x01, 0x03, 0x00}, 4), FV_EFORMAT);
	assert_int_equal(parse((uint8_t[]){0xa1, 0x01}, 2), FV_ECUT);
	assert_int_equal(parse("", 0), FV_ECUT);
}

static void
a_later_key_is_skipped_and_noted(void **state)
{
	static const uint8_t later[] = {0xa2, 0x01, 0x03, 0x18, 0x1e, 0x82, 0x01, 0xf5};
	struct fv_stamp s;

	(void)state;
	assert_int_equal(fv_stamp_parse(fv_span_of(later, sizeof later), &s), FV_OK);
	assert_true(s.has_unknown);
	assert_int_equal(s.has, FV_STAMP_BIT(FV_STAMP_MODE));
	assert_int_equal(s.mode, 3);
}

static void
a_path_tells_the_kind_of_source(void **state)
{
	static const struct {
		const char *path;
		enum fv_stamp_source want;
	} cases[] = {
	    {"/dev/ttyS0", FV_SOURCE_SERIAL},
	    {"/dev/ttyAMA0", FV_SOURCE_SERIAL},
	    {"/dev/ttyUSB1", FV_SOURCE_USB},
	    {"/dev/ttyACM0", FV_SOURCE_USB},
	    {"/dev/pts/4", FV_SOURCE_PTY},
	    {"tcp://10.0.0.1:4000", FV_SOURCE_NET},
	    {"udp://0.0.0.0:5000", FV_SOURCE_NET},
	    {"gpsd://host:2947", FV_SOURCE_NET},
	    {"ntrip://host/mount", FV_SOURCE_NET},
	    {"/dev/pps0", FV_SOURCE_PPS},
	    {"/home/user/walk.nmea", FV_SOURCE_FILE},
	    {"/dev/rfcomm0", FV_SOURCE_OTHER},
	    {"", FV_SOURCE_OTHER},
	    {NULL, FV_SOURCE_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(fv_stamp_source_of_path(cases[i].path), cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_survives_a_round_trip),
	    cmocka_unit_test(each_subset_of_one_field_survives_a_round_trip),
	    cmocka_unit_test(what_is_unknown_is_absent_and_reads_as_zero),
	    cmocka_unit_test(a_stamp_has_the_bytes_that_the_table_says),
	    cmocka_unit_test(a_field_outside_its_range_is_refused),
	    cmocka_unit_test(a_place_off_the_earth_is_refused),
	    cmocka_unit_test(half_a_place_is_refused),
	    cmocka_unit_test(what_is_not_a_map_of_numbers_is_refused),
	    cmocka_unit_test(a_later_key_is_skipped_and_noted),
	    cmocka_unit_test(a_path_tells_the_kind_of_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
