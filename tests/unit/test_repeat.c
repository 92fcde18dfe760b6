#include "fv/repeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/nmea.h"

#define FIXES_MAX 7000U
#define PRINTS_MAX 256U

static struct fv_track_fix fixes[FIXES_MAX];

/* The prints of fixes from..count - 1. */
static size_t
prints_of(size_t from, size_t count, uint64_t *prints)
{
	struct fv_repeat r = {0};
	size_t n = 0;

	for (size_t i = from; i < count; i++)
		if (fv_repeat_feed(&r, fixes[i].place, &prints[n]) && n + 1 < PRINTS_MAX)
			n++;
	return n;
}

/* A drive at 15 m/s that sways by some metres; another seed sways otherwise. */
static void
make_drive(unsigned seed, size_t count)
{
	uint32_t x = seed;

	for (size_t i = 0; i < count; i++) {
		x = x * 1664525U + 1013904223U;
		fixes[i].place.lat_e7 = 231291000 + (int32_t)i * 1350;
		fixes[i].place.lon_e7 = 1132644000 + (int32_t)(x >> 24) * 4;
	}
}

static size_t
common(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t n = 0;

	for (size_t i = 0; i < na; i++)
		for (size_t k = 0; k < nb; k++)
			n += a[i] == b[k];
	return n;
}

static void
a_replay_has_the_same_prints_wherever_it_begins(void **state)
{
	uint64_t all[PRINTS_MAX], part[PRINTS_MAX];
	size_t count, some;

	(void)state;
	make_drive(1, FIXES_MAX);
	count = prints_of(0, FIXES_MAX, all);
	assert_in_range(count, FIXES_MAX / 256, FIXES_MAX / 64);
	some = prints_of(1000, FIXES_MAX, part);
	assert_true(some > count / 2);
	assert_int_equal(common(all, count, part, some), some);
}

static void
the_same_road_driven_again_has_no_print_in_common(void **state)
{
	uint64_t one[PRINTS_MAX], two[PRINTS_MAX];
	size_t a, b;

	(void)state;
	make_drive(1, FIXES_MAX);
	a = prints_of(0, FIXES_MAX, one);
	make_drive(2, FIXES_MAX);
	b = prints_of(0, FIXES_MAX, two);
	assert_true(a > 0 && b > 0);
	assert_int_equal(common(one, a, two, b), 0);
}

static void
standing_still_has_no_prints(void **state)
{
	uint64_t prints[PRINTS_MAX];

	(void)state;
	make_drive(1, FIXES_MAX);
	for (size_t i = 0; i < FIXES_MAX; i++)
		fixes[i].place.lat_e7 = 231291000 + (int32_t)(i % 50) * 90;
	assert_int_equal(prints_of(0, FIXES_MAX, prints), 0);
}

static void
a_real_drive_has_prints_and_none_twice(void **state)
{
	uint64_t prints[PRINTS_MAX];
	size_t count = nmea_fixes(
	    "../shared/gps/long/tizen-suwon-drive-96min.nmea", 1000, fixes, FIXES_MAX);
	size_t n;

	(void)state;
	if (count == 0)
		skip();
	n = prints_of(0, count, prints);
	assert_in_range(n, 5, 100);
	assert_int_equal(common(prints, n, prints, n), n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_replay_has_the_same_prints_wherever_it_begins),
	    cmocka_unit_test(the_same_road_driven_again_has_no_print_in_common),
	    cmocka_unit_test(standing_still_has_no_prints),
	    cmocka_unit_test(a_real_drive_has_prints_and_none_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
