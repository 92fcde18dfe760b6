/* The order of a round: never worse than always going to the nearest. */
#include "fv/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STOPS_MAX 120U

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

/* Places within some kilometres of Guangzhou. */
static struct fv_place
some_place(uint32_t *state)
{
	return (struct fv_place){231200000 + (int32_t)(next_random(state) % 400000),
	    1132600000 + (int32_t)(next_random(state) % 400000)};
}

/* Length of the path from `from` (NULL: from the first stop) through the stops. */
static int64_t
length_mm(const struct fv_place *from, const struct fv_place *stops, size_t count,
    const size_t *order)
{
	int64_t mm =
	    count > 0 && from != NULL ? fv_geo_distance_mm(*from, stops[order[0]]) : 0;

	for (size_t i = 1; i < count; i++)
		mm += fv_geo_distance_mm(stops[order[i - 1]], stops[order[i]]);
	return mm;
}

/* The plain greedy walk, written again here. */
static int64_t
nearest_mm(const struct fv_place *from, const struct fv_place *stops, size_t count)
{
	bool is_done[STOPS_MAX] = {false};
	struct fv_place at = from != NULL ? *from : stops[0];
	int64_t mm = 0;

	for (size_t n = 0; n < count; n++) {
		int64_t best_mm = INT64_MAX;
		size_t best = 0;

		for (size_t i = 0; i < count; i++) {
			int64_t leg = fv_geo_distance_mm(at, stops[i]);

			if (!is_done[i] && leg < best_mm) {
				best_mm = leg;
				best = i;
			}
		}
		is_done[best] = true;
		mm += best_mm;
		at = stops[best];
	}
	return mm;
}

static void
expect_all_once(const size_t *order, size_t count)
{
	bool is_seen[STOPS_MAX] = {false};

	for (size_t i = 0; i < count; i++) {
		assert_true(order[i] < count);
		assert_false(is_seen[order[i]]);
		is_seen[order[i]] = true;
	}
}

static void
a_round_is_never_longer_than_always_going_to_the_nearest(void **state)
{
	struct fv_place stops[STOPS_MAX], from;
	size_t order[STOPS_MAX], shorter = 0;
	uint32_t seed = 7;

	(void)state;
	for (size_t round = 0; round < 400; round++) {
		size_t count = 1 + next_random(&seed) % 30;
		bool has_from = round % 2 == 0;
		int64_t mm, greedy;

		from = some_place(&seed);
		for (size_t i = 0; i < count; i++)
			stops[i] = some_place(&seed);
		assert_int_equal(
		    fv_route_order(has_from ? &from : NULL, stops, count, order), FV_OK);
		expect_all_once(order, count);
		mm = length_mm(has_from ? &from : NULL, stops, count, order);
		greedy = nearest_mm(has_from ? &from : NULL, stops, count);
		/* The distance there and back may differ by a millimetre a leg. */
		assert_true(mm <= greedy + (int64_t)count);
		shorter += mm < greedy - (int64_t)count;
	}
	assert_true(shorter > 100);
}

static void
a_hundred_stops_on_a_line_are_gone_through_in_their_order(void **state)
{
	struct fv_place stops[100], from = {231200000, 1132600000};
	size_t order[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		stops[i] = (struct fv_place){
		    231200000 + (int32_t)((i * 37) % 100 + 1) * 1000, 1132600000};
	assert_int_equal(fv_route_order(&from, stops, 100, order), FV_OK);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(stops[order[i]].lat_e7, 231200000 + (int32_t)(i + 1) * 1000);
}

static void
without_a_fix_the_round_begins_at_the_first_stop(void **state)
{
	struct fv_place stops[9];
	size_t order[9];
	uint32_t seed = 3;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		stops[i] = some_place(&seed);
	assert_int_equal(fv_route_order(NULL, stops, 9, order), FV_OK);
	assert_int_equal(order[0], 0);
}

static void
a_crossing_is_undone(void **state)
{
	/* Greedy from the left corner goes 0, 1, then far back for 2. */
	const struct fv_place from = {0, 0};
	const struct fv_place stops[] = {{0, 10000}, {0, -12000}, {0, 40000}};
	size_t order[3];

	(void)state;
	assert_int_equal(fv_route_order(&from, stops, 3, order), FV_OK);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 0);
	assert_int_equal(order[2], 2);
}

static void
stops_at_one_place_and_no_stops_are_fine(void **state)
{
	struct fv_place stops[5] = {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
	size_t order[5] = {9, 9, 9, 9, 9};

	(void)state;
	assert_int_equal(fv_route_order(NULL, stops, 0, order), FV_OK);
	assert_int_equal(order[0], 9);
	assert_int_equal(fv_route_order(NULL, stops, 5, order), FV_OK);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(order[i], i);
	assert_int_equal(length_mm(NULL, stops, 5, order), 0);
}

static void
more_stops_than_a_table_holds_are_still_ordered(void **state)
{
	const size_t count = FV_ROUTE_OPT_MAX + 1;
	struct fv_place *stops = calloc(count, sizeof *stops);
	size_t *order = calloc(count, sizeof *order);
	struct fv_place from = {231200000, 1132600000};

	(void)state;
	assert_non_null(stops);
	assert_non_null(order);
	for (size_t i = 0; i < count; i++)
		stops[i] =
		    (struct fv_place){231200000 + (int32_t)(count - i) * 100, 1132600000};
	assert_int_equal(fv_route_order(&from, stops, count, order), FV_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(order[i], count - 1 - i);
	free(stops);
	free(order);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_round_is_never_longer_than_always_going_to_the_nearest),
	    cmocka_unit_test(a_hundred_stops_on_a_line_are_gone_through_in_their_order),
	    cmocka_unit_test(without_a_fix_the_round_begins_at_the_first_stop),
	    cmocka_unit_test(a_crossing_is_undone),
	    cmocka_unit_test(stops_at_one_place_and_no_stops_are_fine),
	    cmocka_unit_test(more_stops_than_a_table_holds_are_still_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
