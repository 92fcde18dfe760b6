#include "fv/cosign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T INT64_C(1772459400000) /* 2026-03-02T13:50:00Z, the first instant of a step */

static uint8_t secret[FV_HANDLE_SECRET_BYTES];

static int
set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	return fv_crypto_init() == FV_OK ? 0 : -1;
}

static bool
good(const char *case_id, int64_t at, const char *code)
{
	return fv_cosign_code_good(secret, fv_span_z(case_id), at, fv_span_z(code));
}

/* Reckoned by another implementation of HKDF from PROTOCOL.md section 5. */
static void
a_code_is_the_published_one(void **state)
{
	static const struct {
		const char *case_id;
		int64_t at;
		const char *code;
	} rows[] = {{"c1", T, "06379703"}, {"c1", T + FV_COSIGN_STEP_MS - 1, "06379703"},
	    {"c1", T + FV_COSIGN_STEP_MS, "70109705"}, {"c2", T, "76435347"},
	    {"c1", 0, "66442283"}};
	char code[FV_COSIGN_CODE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(
		    fv_cosign_code(secret, fv_span_z(rows[i].case_id), rows[i].at, code),
		    FV_OK);
		assert_string_equal(code, rows[i].code);
	}
}

static void
the_step_before_and_the_one_after_are_taken_and_no_other(void **state)
{
	(void)state;
	for (int d = -3; d <= 3; d++)
		assert_int_equal(
		    good("c1", T + d * FV_COSIGN_STEP_MS, "06379703"), d >= -1 && d <= 1);
}

static void
another_case_or_secret_has_another_code(void **state)
{
	uint8_t other[sizeof secret] = {1};

	(void)state;
	assert_false(good("c2", T, "06379703"));
	assert_false(fv_cosign_code_good(other, fv_span_z("c1"), T, fv_span_z("06379703")));
}

static void
what_is_not_eight_digits_is_no_code(void **state)
{
	static const char *const wrong[] = {
	    "", "6379703", "063797030", "0637970x", " 6379703"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(fv_cosign_code_valid(fv_span_z(wrong[i])));
		assert_false(good("c1", T, wrong[i]));
	}
}

static void
a_time_that_no_step_has_gives_no_code(void **state)
{
	char code[FV_COSIGN_CODE_BYTES];

	(void)state;
	assert_int_equal(fv_cosign_code(secret, fv_span_z("c1"), -1, code), FV_ERANGE);
	assert_string_equal(code, "");
	assert_int_equal(fv_cosign_code(secret, fv_span_z("c1"),
			     FV_COSIGN_TIME_MAX_MS + FV_COSIGN_STEP_MS, code),
	    FV_ERANGE);
	assert_false(good("c1", -1, "66442283"));
	assert_false(good("c1", INT64_MIN, "66442283"));
	assert_false(good("c1", INT64_MAX, "66442283"));
	assert_true(good("c1", FV_COSIGN_STEP_MS, "66442283"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_code_is_the_published_one),
	    cmocka_unit_test(the_step_before_and_the_one_after_are_taken_and_no_other),
	    cmocka_unit_test(another_case_or_secret_has_another_code),
	    cmocka_unit_test(what_is_not_eight_digits_is_no_code),
	    cmocka_unit_test(a_time_that_no_step_has_gives_no_code),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
