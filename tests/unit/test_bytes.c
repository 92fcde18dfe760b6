#include "tests/support/vectors.h"

#include <string.h>

static void
numbers_are_stored_big_endian(void **state)
{
	struct fv_buf buf = {0};
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

	(void)state;
	fv_buf_put_u8(&buf, 1);
	fv_buf_put_u16be(&buf, 0x0203);
	fv_buf_put_u32be(&buf, 0x04050607);
	fv_buf_put_u64be(&buf, 0x08090a0b0c0d0e0f);
	assert_int_equal(buf.len, sizeof want);
	assert_memory_equal(buf.ptr, want, sizeof want);
	assert_int_equal(fv_load_u16be(want + 1), 0x0203);
	assert_int_equal(fv_load_u32be(want + 3), 0x04050607);
	assert_true(fv_load_u64be(want + 7) == 0x08090a0b0c0d0e0f);
	fv_buf_clear(&buf);
	assert_null(buf.ptr);
}

static void
a_buffer_grows_and_keeps_its_bytes(void **state)
{
	struct fv_buf buf = {0};

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		fv_buf_put_u8(&buf, (uint8_t)i);
	assert_int_equal(fv_buf_status(&buf), FV_OK);
	assert_int_equal(buf.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(buf.ptr[i], (uint8_t)i);
	fv_buf_reset(&buf);
	assert_int_equal(buf.len, 0);
	assert_true(buf.cap > 0);
	fv_buf_clear(&buf);
}

static void
an_impossible_length_fails_the_buffer_until_reset(void **state)
{
	struct fv_buf buf = {0};
	uint8_t b = 0;

	(void)state;
	fv_buf_put_z(&buf, "kept");
	fv_buf_put(&buf, &b, SIZE_MAX - 2);
	assert_int_equal(fv_buf_status(&buf), FV_ENOMEM);
	fv_buf_put_z(&buf, "ignored");
	assert_int_equal(buf.len, 4);
	assert_null(fv_buf_z(&buf));
	fv_buf_reset(&buf);
	assert_int_equal(fv_buf_status(&buf), FV_OK);
	fv_buf_clear(&buf);
}

static void
text_can_be_printed_into_a_buffer(void **state)
{
	struct fv_buf buf = {0};

	(void)state;
	fv_buf_putf(&buf, "%s-%d", "seq", 41);
	fv_buf_put_hex(&buf, "\x00\xff", 2);
	assert_string_equal(fv_buf_z(&buf), "seq-4100ff");
	assert_int_equal(buf.len, 10);
	fv_buf_clear(&buf);
}

static void
hex_of_another_length_or_alphabet_is_refused(void **state)
{
	uint8_t out[2] = {7, 7};

	(void)state;
	assert_int_equal(fv_hex_decode(fv_span_z("0aff"), out, 2), FV_OK);
	assert_int_equal(out[0], 0x0a);
	assert_int_equal(out[1], 0xff);
	assert_int_equal(fv_hex_decode(fv_span_z("0Aff"), out, 2), FV_EFORMAT);
	assert_int_equal(fv_hex_decode(fv_span_z("0aff0"), out, 2), FV_EFORMAT);
	assert_int_equal(fv_hex_decode(fv_span_z("0af"), out, 2), FV_EFORMAT);
	assert_int_equal(fv_hex_decode(fv_span_z("0a"), out, 2), FV_EFORMAT);
	assert_int_equal(fv_hex_decode(fv_span_z("0agf"), out, 2), FV_EFORMAT);
	assert_int_equal(out[1], 0xff);
}

static void
base64_gives_the_values_of_rfc_4648(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct fv_buf text = {0}, back = {0};

		fv_buf_put_base64(&text, pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(fv_buf_z(&text), pairs[i][1]);
		assert_int_equal(fv_base64_decode(fv_buf_span(&text), &back), FV_OK);
		assert_string_equal(fv_buf_z(&back), pairs[i][0]);
		fv_buf_clear(&text);
		fv_buf_clear(&back);
	}
}

static void
base64url_has_its_own_digits_and_no_padding(void **state)
{
	struct fv_buf text = {0}, back = {0};

	(void)state;
	fv_buf_put_base64url(&text, "\xfb\xff\xfe\xff", 4);
	assert_string_equal(fv_buf_z(&text), "-__-_w");
	assert_int_equal(fv_base64url_decode(fv_buf_span(&text), &back), FV_OK);
	assert_int_equal(back.len, 4);
	assert_int_equal(fv_base64url_decode(fv_span_z("-__-_w=="), &back), FV_EFORMAT);
	assert_int_equal(fv_base64url_decode(fv_span_z("+//+/w"), &back), FV_EFORMAT);
	assert_int_equal(fv_base64url_decode(fv_span_z("-__-_x"), &back), FV_EFORMAT);
	assert_int_equal(back.len, 4);
	fv_buf_clear(&text);
	fv_buf_clear(&back);
}

static void
base64_has_one_encoding_for_each_value(void **state)
{
	static const char *const bad[] = {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z",
	    "====", "=", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm9v=", "Z===", "Zm-_", "Zm9vYg=A"};
	struct fv_buf out = {0};
	size_t len;

	(void)state;
	fv_buf_put_z(&out, "x");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(fv_base64_decode(fv_span_z(bad[i]), &out), FV_EFORMAT);
		assert_int_equal(
		    fv_base64_decode_into(fv_span_z(bad[i]), NULL, 0, &len), FV_EFORMAT);
		assert_int_equal(len, 0);
	}
	assert_int_equal(fv_base64_decode(fv_span_of("Zg=\0", 4), &out), FV_EFORMAT);
	assert_int_equal(out.len, 1);
	fv_buf_clear(&out);
}

static void
base64_into_fixed_memory_tells_the_whole_length(void **state)
{
	uint8_t out[4] = {0, 0, 0, 9};
	size_t len;

	(void)state;
	assert_int_equal(fv_base64_decode_into(fv_span_z("Zm9vYmFy"), out, 3, &len), FV_OK);
	assert_int_equal(len, 6);
	assert_memory_equal(out, "foo\x09", 4);
}

static void
a_decimal_has_one_form_and_a_limit(void **state)
{
	uint64_t v;

	(void)state;
	assert_int_equal(fv_decimal_decode(fv_span_z("0"), 9, &v), FV_OK);
	assert_true(v == 0);
	assert_int_equal(
	    fv_decimal_decode(fv_span_z("18446744073709551615"), UINT64_MAX, &v), FV_OK);
	assert_true(v == UINT64_MAX);
	assert_int_equal(
	    fv_decimal_decode(fv_span_z("18446744073709551616"), UINT64_MAX, &v), FV_ERANGE);
	assert_int_equal(
	    fv_decimal_decode(fv_span_z("99999999999999999999999"), UINT64_MAX, &v),
	    FV_ERANGE);
	assert_int_equal(fv_decimal_decode(fv_span_z("10"), 9, &v), FV_ERANGE);
	assert_int_equal(fv_decimal_decode(fv_span_z(""), 9, &v), FV_EFORMAT);
	assert_int_equal(fv_decimal_decode(fv_span_z("01"), 9, &v), FV_EFORMAT);
	assert_int_equal(fv_decimal_decode(fv_span_z("+1"), 9, &v), FV_EFORMAT);
	assert_int_equal(fv_decimal_decode(fv_span_z("1 "), 9, &v), FV_EFORMAT);
	assert_int_equal(fv_decimal_decode(fv_span_z("-1"), 9, &v), FV_EFORMAT);
}

static void
only_rfc_3629_utf8_is_valid(void **state)
{
	static const char *const good[] = {"", "plain", "\xc3\xa9", "\xe8\xb2\xb8",
	    "\xf0\x9f\x8f\xa0", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf",
	    "\xe0\xa0\x80", "\xf0\x90\x80\x80"};
	static const char *const bad[] = {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf",
	    "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", "\xff", "\xe8\xb2", "\xc3\x28", "\xf0\x9f\x8f\x20",
	    "a\xe8\xb2"};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(fv_utf8_valid(fv_span_z(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(fv_utf8_valid(fv_span_z(bad[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_stored_big_endian),
	    cmocka_unit_test(a_buffer_grows_and_keeps_its_bytes),
	    cmocka_unit_test(an_impossible_length_fails_the_buffer_until_reset),
	    cmocka_unit_test(text_can_be_printed_into_a_buffer),
	    cmocka_unit_test(hex_of_another_length_or_alphabet_is_refused),
	    cmocka_unit_test(base64_gives_the_values_of_rfc_4648),
	    cmocka_unit_test(base64url_has_its_own_digits_and_no_padding),
	    cmocka_unit_test(base64_has_one_encoding_for_each_value),
	    cmocka_unit_test(base64_into_fixed_memory_tells_the_whole_length),
	    cmocka_unit_test(a_decimal_has_one_form_and_a_limit),
	    cmocka_unit_test(only_rfc_3629_utf8_is_valid),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
