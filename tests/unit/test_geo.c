#include "fv/geo.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *name;
	struct fv_place place;
	int64_t shift_m; /* of GCJ-02 there, by the published approximation */
} cities[] = {
    {"Guangzhou", {231291000, 1132644000}, 621},
    {"Changsha", {282282000, 1129388000}, 661},
    {"Jiujiang", {297050000, 1160019000}, 567},
    {"Lintong", {343670000, 1092140000}, 488},
    {"Shanghai", {312304000, 1214737000}, 481},
};
#define CITIES (sizeof cities / sizeof cities[0])

static void
assert_near(int64_t got, int64_t want, int64_t slack)
{
	if (got < want - slack || got > want + slack)
		fail_msg("%lld is not %lld +- %lld", (long long)got, (long long)want,
		    (long long)slack);
}

static int64_t
round_trip_mm(struct fv_place place, enum fv_datum datum)
{
	struct fv_place pin = fv_geo_from_wgs84(place, datum);

	return fv_geo_distance_mm(place, fv_geo_to_wgs84(pin, datum));
}

/* Geodesics of WGS 84: degrees of the meridian and the equator, and a long line. */
static void
distances_agree_with_the_ellipsoid(void **state)
{
	(void)state;
	assert_near(
	    fv_geo_distance_mm((struct fv_place){0, 0}, (struct fv_place){10000000, 0}),
	    110574389, 1000);
	assert_near(fv_geo_distance_mm(
			(struct fv_place){890000000, 0}, (struct fv_place){900000000, 0}),
	    111693865, 1000);
	assert_near(
	    fv_geo_distance_mm((struct fv_place){0, 0}, (struct fv_place){0, 10000000}),
	    111319491, 1000);
	/* Flinders Peak to Buninyong, the survey's own check line (GRS 80). */
	assert_near(fv_geo_distance_mm((struct fv_place){-379510334, 1444248679},
			(struct fv_place){-376528212, 1439264955}),
	    54972271, 1000);
}

static void
a_distance_is_zero_to_itself_and_the_same_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < CITIES; i++) {
		struct fv_place a = cities[i].place;
		struct fv_place b = cities[(i + 1) % CITIES].place;

		assert_true(fv_geo_distance_mm(a, a) == 0);
		assert_true(fv_geo_distance_mm(a, b) == fv_geo_distance_mm(b, a));
	}
}

static void
one_unit_of_latitude_is_eleven_millimetres(void **state)
{
	(void)state;
	assert_near(fv_geo_distance_mm((struct fv_place){231291000, 1132644000},
			(struct fv_place){231291001, 1132644000}),
	    11, 1);
}

static void
the_date_line_and_the_antipode_are_no_obstacle(void **state)
{
	(void)state;
	assert_near(fv_geo_distance_mm(
			(struct fv_place){0, 1799999995}, (struct fv_place){0, -1799999995}),
	    111, 2);
	assert_near(
	    fv_geo_distance_mm((struct fv_place){0, 0}, (struct fv_place){0, 1800000000}),
	    INT64_C(20003931459), INT64_C(100000000));
	assert_near(fv_geo_distance_mm(
			(struct fv_place){900000000, 0}, (struct fv_place){-900000000, 0}),
	    INT64_C(20003931459), INT64_C(100000000));
}

static void
the_shift_has_its_published_size_in_five_cities(void **state)
{
	(void)state;
	for (size_t i = 0; i < CITIES; i++) {
		struct fv_place pin = fv_geo_from_wgs84(cities[i].place, FV_DATUM_GCJ02);
		int64_t mm = fv_geo_distance_mm(cities[i].place, pin);

		print_message("%s %lld mm\n", cities[i].name, (long long)mm);
		assert_near(mm, cities[i].shift_m * 1000, 1000);
	}
}

/* The pair that every published converter gives for Tiananmen. */
static void
a_known_pin_converts_as_published(void **state)
{
	struct fv_place wgs = {399072840, 1163972230};
	struct fv_place gcj = fv_geo_from_wgs84(wgs, FV_DATUM_GCJ02);

	(void)state;
	assert_near(gcj.lat_e7, 399086880, 30);
	assert_near(gcj.lon_e7, 1164034640, 30);
}

static void
there_and_back_is_within_two_metres_all_over_china(void **state)
{
	int64_t worst = 0;
	unsigned places = 0;

	(void)state;
	for (int32_t lat = 180000000; lat <= 540000000; lat += 4321000)
		for (int32_t lon = 730000000; lon <= 1350000000; lon += 6543000) {
			struct fv_place place = {lat, lon};
			int64_t gcj;
			int64_t bd;

			if (!fv_geo_in_china(place))
				continue;
			gcj = round_trip_mm(place, FV_DATUM_GCJ02);
			bd = round_trip_mm(place, FV_DATUM_BD09);
			worst = gcj > worst ? gcj : worst;
			worst = bd > worst ? bd : worst;
			places++;
		}
	print_message("places %u, worst %lld mm\n", places, (long long)worst);
	assert_true(places > 3000);
	assert_true(worst <= 50);
}

static void
baidu_pins_are_shifted_further_than_the_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < CITIES; i++) {
		struct fv_place gcj = fv_geo_from_wgs84(cities[i].place, FV_DATUM_GCJ02);
		struct fv_place bd = fv_geo_from_wgs84(cities[i].place, FV_DATUM_BD09);

		assert_in_range(fv_geo_distance_mm(gcj, bd), 800000, 1100000);
	}
}

static void
outside_china_nothing_is_shifted(void **state)
{
	struct fv_place suwon = {372636000, 1270286000};
	struct fv_place pin = fv_geo_from_wgs84(suwon, FV_DATUM_GCJ02);

	(void)state;
	assert_true(fv_geo_distance_mm(suwon, pin) == 0);
	assert_true(fv_geo_distance_mm(suwon, fv_geo_to_wgs84(pin, FV_DATUM_GCJ02)) == 0);
	assert_true(round_trip_mm(suwon, FV_DATUM_BD09) <= 50);
	assert_false(fv_geo_looks_like_gcj02(
	    (struct fv_place){suwon.lat_e7 - 30000, suwon.lon_e7 + 50000}, suwon, 5000));
}

static void
a_pin_at_the_ends_of_the_earth_converts_to_a_finite_place(void **state)
{
	static const struct fv_place ends[] = {{900000000, 1800000000},
	    {-900000000, -1800000000}, {0, 0}, {900000000, 1050000000}};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		for (int datum = FV_DATUM_WGS84; datum <= FV_DATUM_BD09; datum++) {
			struct fv_place p = fv_geo_to_wgs84(ends[i], (enum fv_datum)datum);

			assert_true(llabs((long long)p.lat_e7 - ends[i].lat_e7) < 100000);
			assert_true(llabs((long long)p.lon_e7 - ends[i].lon_e7) < 100000);
		}
}

static void
neighbours_are_not_china(void **state)
{
	static const struct fv_place out[] = {{375665000, 1269780000}, {250330000, 1215654000},
	    {210285000, 1058542000}, {356762000, 1396503000}, {479210000, 1069060000},
	    {286139000, 772090000}, {431155000, 1318855000}, {13521000, 1038198000},
	    {390392000, 1257625000}, {0, 0}};
	static const struct fv_place in[] = {{223193000, 1141694000}, {399042000, 1164074000},
	    {438256000, 876168000}, {457567000, 1266424000}, {181098000, 1095119000},
	    {296520000, 911721000}};

	(void)state;
	for (size_t i = 0; i < sizeof out / sizeof out[0]; i++)
		assert_false(fv_geo_in_china(out[i]));
	for (size_t i = 0; i < sizeof in / sizeof in[0]; i++)
		assert_true(fv_geo_in_china(in[i]));
}

static void
a_gcj02_pin_taken_for_wgs84_is_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < CITIES; i++) {
		struct fv_place pin = fv_geo_from_wgs84(cities[i].place, FV_DATUM_GCJ02);
		struct fv_place door = cities[i].place;

		door.lat_e7 += 4000; /* the officer stands 44 m from the pin's true place */
		assert_true(fv_geo_looks_like_gcj02(pin, door, 10000));
	}
}

static void
an_officer_who_is_simply_elsewhere_is_not_excused(void **state)
{
	(void)state;
	for (size_t i = 0; i < CITIES; i++) {
		struct fv_place at = cities[i].place;
		struct fv_place pin = fv_geo_from_wgs84(at, FV_DATUM_GCJ02);
		struct fv_place opposite = {at.lat_e7 - (pin.lat_e7 - at.lat_e7),
		    at.lon_e7 - (pin.lon_e7 - at.lon_e7)};
		struct fv_place near = {at.lat_e7 + 18000, at.lon_e7};
		struct fv_place far = {4 * (pin.lat_e7 - at.lat_e7) + at.lat_e7,
		    4 * (pin.lon_e7 - at.lon_e7) + at.lon_e7};

		assert_false(fv_geo_looks_like_gcj02(opposite, at, 10000));
		assert_false(fv_geo_looks_like_gcj02(near, at, 10000));
		assert_false(fv_geo_looks_like_gcj02(far, at, 10000));
		assert_false(fv_geo_looks_like_gcj02(opposite, at, INT64_C(4000000000)));
	}
}

static void
a_fence_has_three_answers(void **state)
{
	struct fv_place centre = cities[0].place;
	struct fv_place north_90m = {centre.lat_e7 + 8126, centre.lon_e7};
	struct fv_place north_300m = {centre.lat_e7 + 27088, centre.lon_e7};

	(void)state;
	assert_int_equal(fv_geo_fence(centre, 100000, centre, 6000), FV_FENCE_INSIDE);
	assert_int_equal(fv_geo_fence(centre, 100000, north_90m, 6000), FV_FENCE_INSIDE);
	assert_int_equal(fv_geo_fence(centre, 100000, north_90m, 20000), FV_FENCE_UNSURE);
	assert_int_equal(fv_geo_fence(centre, 100000, north_300m, 20000), FV_FENCE_OUTSIDE);
	assert_int_equal(fv_geo_fence(centre, 100000, north_300m, 250000), FV_FENCE_UNSURE);
	assert_int_equal(fv_geo_fence(centre, 100000, centre, 150000), FV_FENCE_UNSURE);
	assert_int_equal(fv_geo_fence(centre, 0, centre, 0), FV_FENCE_INSIDE);
	assert_int_equal(fv_geo_fence(centre, 100000, north_300m, INT64_MAX), FV_FENCE_UNSURE);
}

static void
degrees_are_rounded_and_range_checked(void **state)
{
	struct fv_place p;

	(void)state;
	assert_int_equal(fv_geo_from_degrees(23.12910006, -113.26439996, &p), FV_OK);
	assert_int_equal(p.lat_e7, 231291001);
	assert_int_equal(p.lon_e7, -1132644000);
	assert_int_equal(fv_geo_from_degrees(90.0, 180.0, &p), FV_OK);
	assert_true(fv_geo_is_place(p));
	assert_int_equal(fv_geo_from_degrees(90.0000001, 0, &p), FV_ERANGE);
	assert_int_equal(fv_geo_from_degrees(0, -180.1, &p), FV_ERANGE);
	assert_int_equal(fv_geo_from_degrees((double)NAN, 0, &p), FV_ERANGE);
	assert_int_equal(fv_geo_from_degrees(0, (double)INFINITY, &p), FV_ERANGE);
	assert_int_equal(p.lat_e7, 0);
	assert_false(fv_geo_is_place((struct fv_place){900000001, 0}));
	assert_false(fv_geo_is_place((struct fv_place){0, -1800000001}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(distances_agree_with_the_ellipsoid),
	    cmocka_unit_test(a_distance_is_zero_to_itself_and_the_same_both_ways),
	    cmocka_unit_test(one_unit_of_latitude_is_eleven_millimetres),
	    cmocka_unit_test(the_date_line_and_the_antipode_are_no_obstacle),
	    cmocka_unit_test(the_shift_has_its_published_size_in_five_cities),
	    cmocka_unit_test(a_known_pin_converts_as_published),
	    cmocka_unit_test(there_and_back_is_within_two_metres_all_over_china),
	    cmocka_unit_test(baidu_pins_are_shifted_further_than_the_others),
	    cmocka_unit_test(outside_china_nothing_is_shifted),
	    cmocka_unit_test(a_pin_at_the_ends_of_the_earth_converts_to_a_finite_place),
	    cmocka_unit_test(neighbours_are_not_china),
	    cmocka_unit_test(a_gcj02_pin_taken_for_wgs84_is_recognised),
	    cmocka_unit_test(an_officer_who_is_simply_elsewhere_is_not_excused),
	    cmocka_unit_test(a_fence_has_three_answers),
	    cmocka_unit_test(degrees_are_rounded_and_range_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
