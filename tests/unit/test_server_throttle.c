/* How often passwords may be guessed and questions asked. */
#include "sync-server/desk/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fv/crypto.h"

#define NOW INT64_C(1795411873939)
#define HERE "192.0.2.1"
#define HOUR (INT64_C(3600) * 1000)

static int
set_up(void **state)
{
	struct desk_throttle *t;

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_int_equal(desk_throttle_new(&t), FV_OK);
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	desk_throttle_free(*state);
	return 0;
}

static void
mistyping_a_few_times_costs_nothing(void **state)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 0);
	assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 1000);
}

static void
each_further_failure_waits_twice_as_long_up_to_a_quarter_of_an_hour(void **state)
{
	int64_t now = NOW, wait_ms = 0, last_ms = 500;

	for (int i = 0; i < 5; i++)
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", now), 0);
	for (int i = 0; i < 15; i++) {
		wait_ms = desk_throttle_try(*state, HERE, "zhang", now);
		assert_true(wait_ms == 2 * last_ms || wait_ms == DESK_WAIT_MAX_MS);
		last_ms = wait_ms;
		now += wait_ms;
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", now), 0);
	}
	assert_int_equal(wait_ms, DESK_WAIT_MAX_MS);
}

static void
tries_while_one_must_wait_make_the_wait_no_longer(void **state)
{
	for (int i = 0; i < 5; i++)
		(void)desk_throttle_try(*state, HERE, "zhang", NOW);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW + 400), 600);
	assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW + 1000), 0);
}

static void
an_hour_without_a_failure_forgets_them(void **state)
{
	for (int i = 0; i < 5; i++)
		(void)desk_throttle_try(*state, HERE, "zhang", NOW);
	for (int i = 0; i < 5; i++)
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW + HOUR + 1), 0);
}

static void
the_right_password_forgets_the_wrong_ones(void **state)
{
	for (int i = 0; i < 4; i++)
		(void)desk_throttle_try(*state, HERE, "zhang", NOW);
	assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 0);
	desk_throttle_passed(*state, HERE, "zhang", NOW);
	for (int i = 0; i < 5; i++)
		assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 0);
}

static void
guesses_from_elsewhere_do_not_keep_the_owner_out(void **state)
{
	char from[32];
	int64_t wait_ms = 0;

	assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 0);
	desk_throttle_passed(*state, HERE, "zhang", NOW);
	for (int i = 0; i < 400; i++) {
		snprintf(from, sizeof from, "198.51.%d.%d", i / 200, i % 200 + 1);
		wait_ms = desk_throttle_try(*state, from, "zhang", NOW);
	}
	assert_true(wait_ms > 0);
	assert_int_equal(desk_throttle_try(*state, HERE, "zhang", NOW), 0);
}

static void
many_addresses_together_are_slowed_down_too(void **state)
{
	char from[32];
	int allowed = 0;

	for (int i = 0; i < 400; i++) {
		snprintf(from, sizeof from, "198.51.%d.%d", i / 200, i % 200 + 1);
		allowed += desk_throttle_try(*state, from, "zhang", NOW) == 0 ? 1 : 0;
	}
	assert_int_equal(allowed, 100);
}

static void
one_address_that_guesses_at_many_accounts_is_slowed_down(void **state)
{
	char account[16];
	int allowed = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(account, sizeof account, "a%d", i);
		allowed += desk_throttle_try(*state, HERE, account, NOW) == 0 ? 1 : 0;
	}
	assert_int_equal(allowed, 50);
}

static void
a_network_of_version_6_counts_as_one_address(void **state)
{
	char from[48];
	int allowed = 0;

	for (int i = 0; i < 20; i++) {
		snprintf(from, sizeof from, "2001:db8:1:2::%x", i + 1);
		allowed += desk_throttle_try(*state, from, "zhang", NOW) == 0 ? 1 : 0;
	}
	assert_int_equal(allowed, 5);
	assert_int_equal(desk_throttle_try(*state, "2001:db8:1:3::1", "zhang", NOW), 0);
	for (int i = 0; i < 5; i++)
		(void)desk_throttle_try(*state, "192.0.2.77", "wang", NOW);
	assert_int_not_equal(desk_throttle_try(*state, "::ffff:192.0.2.77", "wang", NOW), 0);
}

static void
requests_are_held_to_a_rate_that_recovers(void **state)
{
	int allowed = 0;

	while (desk_throttle_request(*state, HERE, false, NOW) == 0)
		allowed++;
	assert_int_equal(allowed, 600);
	assert_int_equal(desk_throttle_request(*state, "192.0.2.2", false, NOW), 0);
	assert_int_equal(desk_throttle_request(*state, HERE, false, NOW + 50), 0);
	assert_int_not_equal(desk_throttle_request(*state, HERE, false, NOW + 50), 0);
	allowed = 0;
	while (desk_throttle_request(*state, "zhang", true, NOW) == 0)
		allowed++;
	assert_int_equal(allowed, 3000);
}

static void
two_passwords_are_hashed_at_a_time(void **state)
{
	assert_true(desk_throttle_enter(*state));
	assert_true(desk_throttle_enter(*state));
	assert_false(desk_throttle_enter(*state));
	desk_throttle_leave(*state);
	assert_true(desk_throttle_enter(*state));
	desk_throttle_leave(*state);
	desk_throttle_leave(*state);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(mistyping_a_few_times_costs_nothing),
	    T(each_further_failure_waits_twice_as_long_up_to_a_quarter_of_an_hour),
	    T(tries_while_one_must_wait_make_the_wait_no_longer),
	    T(an_hour_without_a_failure_forgets_them),
	    T(the_right_password_forgets_the_wrong_ones),
	    T(guesses_from_elsewhere_do_not_keep_the_owner_out),
	    T(many_addresses_together_are_slowed_down_too),
	    T(one_address_that_guesses_at_many_accounts_is_slowed_down),
	    T(a_network_of_version_6_counts_as_one_address),
	    T(requests_are_held_to_a_rate_that_recovers),
	    T(two_passwords_are_hashed_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
