#include "fv/slip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T (INT64_C(20780) * FV_DAY_MS) /* 2026-11-23T00:00:00Z */

static uint8_t salt[FV_SALT_BYTES], dev[FV_DEV_BYTES], secret[FV_HANDLE_SECRET_BYTES];

static int
set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	memset(dev, 0x41, sizeof dev);
	return fv_crypto_init() == FV_OK ? 0 : -1;
}

/* Reckoned by another implementation from PROTOCOL.md section 5. */
static void
a_slip_code_and_its_hash_are_the_published_ones(void **state)
{
	static const uint8_t hash_0[4] = {0xba, 0x9a, 0xa2, 0x94};
	static const struct {
		uint64_t seq;
		const char *code;
	} rows[] = {{0, "GRJV6OVARKCTNOI4"}, {1, "VUUO373YVE4V7AAW"},
	    {UINT64_C(1) << 40, "EF5CWND6VMDP73EA"}};
	char code[FV_CODE_BYTES];
	struct fv_hash hash;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		fv_slip_code(salt, dev, rows[i].seq, code);
		assert_string_equal(code, rows[i].code);
	}
	fv_slip_hash("GRJV6OVARKCTNOI4", &hash);
	assert_memory_equal(hash.b, hash_0, sizeof hash_0);
}

static void
another_salt_or_device_is_another_code(void **state)
{
	char a[FV_CODE_BYTES], b[FV_CODE_BYTES];

	(void)state;
	fv_slip_code(salt, dev, 7, a);
	salt[15] ^= 1;
	fv_slip_code(salt, dev, 7, b);
	salt[15] ^= 1;
	assert_string_not_equal(a, b);
	dev[0] ^= 1;
	fv_slip_code(salt, dev, 7, b);
	dev[0] ^= 1;
	assert_string_not_equal(a, b);
}

static void
a_day_code_is_the_published_one_all_day(void **state)
{
	static const struct {
		int64_t at;
		const char *code;
	} rows[] = {{0, "EWDOXPYBZXAEDLSS"}, {T, "45KZ3LPYEUJ6HHCQ"},
	    {T + FV_DAY_MS - 1, "45KZ3LPYEUJ6HHCQ"}, {T + FV_DAY_MS, "XSNSMLMM63JOXGC3"}};
	char code[FV_CODE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(fv_day_code(secret, rows[i].at, code), FV_OK);
		assert_string_equal(code, rows[i].code);
	}
}

static void
a_day_code_is_good_the_day_before_and_after_and_no_longer(void **state)
{
	const char *code = "45KZ3LPYEUJ6HHCQ";

	(void)state;
	assert_true(fv_day_code_good(secret, T, code));
	assert_true(fv_day_code_good(secret, T - 1, code));
	assert_true(fv_day_code_good(secret, T - FV_DAY_MS, code));
	assert_true(fv_day_code_good(secret, T + 2 * FV_DAY_MS - 1, code));
	assert_false(fv_day_code_good(secret, T - FV_DAY_MS - 1, code));
	assert_false(fv_day_code_good(secret, T + 2 * FV_DAY_MS, code));
	assert_false(fv_day_code_good(secret, T, "45KZ3LPYEUJ6HHCA"));
	secret[0] ^= 1;
	assert_false(fv_day_code_good(secret, T, code));
	secret[0] ^= 1;
}

static void
a_clock_before_1970_has_no_day_code(void **state)
{
	char code[FV_CODE_BYTES] = "x";

	(void)state;
	assert_int_equal(fv_day_code(secret, -1, code), FV_ERANGE);
	assert_string_equal(code, "");
	assert_int_equal(fv_day_code(secret, INT64_MAX, code), FV_ERANGE);
	assert_false(fv_day_code_good(secret, -1, "45KZ3LPYEUJ6HHCQ"));
}

static void
a_code_is_printed_in_fours_and_read_as_people_type_it(void **state)
{
	static const char *const typed[] = {"GRJV-6OVA-RKCT-NOI4", "grjv6ovarkctnoi4",
	    " GRJV 6OVA RKCT NOI4 ", "grjv-60va-rkct-no14"};
	char printed[FV_CODE_PRINTED_BYTES], code[FV_CODE_BYTES];

	(void)state;
	assert_string_equal(fv_code_print("GRJV6OVARKCTNOI4", printed), "GRJV-6OVA-RKCT-NOI4");
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		assert_int_equal(fv_code_read(fv_span_z(typed[i]), code), FV_OK);
		assert_string_equal(code, "GRJV6OVARKCTNOI4");
	}
	assert_int_equal(fv_code_read(fv_span_z("8888-2222-2222-2222"), code), FV_OK);
	assert_string_equal(code, "BBBB222222222222");
}

static void
what_is_no_code_is_refused(void **state)
{
	static const char *const typed[] = {"", "-", "GRJV6OVARKCTNOI", "GRJV6OVARKCTNOI44",
	    "GRJV6OVARKCTNOI9", "GRJV6OVARKCTNOI!", "GRJV6OVARKCTNOI\xc3\x84"};
	char code[FV_CODE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		assert_int_equal(fv_code_read(fv_span_z(typed[i]), code), FV_EFORMAT);
		assert_string_equal(code, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_slip_code_and_its_hash_are_the_published_ones),
	    cmocka_unit_test(another_salt_or_device_is_another_code),
	    cmocka_unit_test(a_day_code_is_the_published_one_all_day),
	    cmocka_unit_test(a_day_code_is_good_the_day_before_and_after_and_no_longer),
	    cmocka_unit_test(a_clock_before_1970_has_no_day_code),
	    cmocka_unit_test(a_code_is_printed_in_fours_and_read_as_people_type_it),
	    cmocka_unit_test(what_is_no_code_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
