#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "firmware-app/agent.h"

#define T0 INT64_C(1772459400000)

struct fixture {
	struct fv_agent *agent;
	int64_t now_ms;
};

static int64_t
boottime_ms(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

/* An agent in its low battery state, which has just begun to listen. */
static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->now_ms = 1000;
	f->agent = calloc(1, sizeof *f->agent);
	assert_non_null(f->agent);
	f->agent->app.clock = (struct fv_clock){.boottime_ms = boottime_ms, .ctx = f};
	f->agent->app.power = (struct fv_power_view){.state = FV_POWER_LOW, .interval_s = 30};
	assert_int_equal(fv_gps_new(NULL, NULL, f->agent->app.clock, &f->agent->app.gps), 0);
	fv_agent_wake(f->agent);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	fv_gps_free(f->agent->app.gps);
	free(f->agent);
	free(f);
	return 0;
}

/* The receiver's second s, with so many 3D fixes in a row; true: it is kept. */
static bool
take(struct fixture *f, int64_t s, int32_t run_3d)
{
	const struct fv_stamp fix = {.has = FV_STAMP_BIT(FV_STAMP_MODE) |
		FV_STAMP_BIT(FV_STAMP_GNSS) | FV_STAMP_BIT(FV_STAMP_LAT) |
		FV_STAMP_BIT(FV_STAMP_LON) | FV_STAMP_BIT(FV_STAMP_RUN_3D),
	    .mode = 3,
	    .gnss_ms = T0 + s * 1000,
	    .run_3d = run_3d};

	return fv_agent_take_pace(f->agent, &fix);
}

static void
a_short_listening_keeps_the_fix_that_ends_it_and_no_other(void **state)
{
	struct fixture *f = *state;

	assert_false(take(f, 1, 1));
	assert_false(take(f, 2, 2));
	assert_true(take(f, 3, 3));
	assert_false(take(f, 4, 4));
}

static void
a_listening_sooner_done_than_the_one_before_keeps_its_fix_too(void **state)
{
	struct fixture *f = *state;

	assert_true(take(f, 10, 3)); /* gpsd had to open the receiver first */
	fv_agent_wake(f->agent);     /* 25 s after the other began */
	assert_true(take(f, 26, 19));
	assert_false(take(f, 27, 20));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_short_listening_keeps_the_fix_that_ends_it_and_no_other, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_listening_sooner_done_than_the_one_before_keeps_its_fix_too, setup,
		teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
