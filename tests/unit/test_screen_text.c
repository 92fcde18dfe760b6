/* Columns, wrapping and typing of the screens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/ui.h"

#define MIXED                                                                                 \
	"上门时出示证件，首次接触时说明 which institution you act "            \
	"for（住处、单位）。A-verylongwordwithoutend"

static int
take_locale(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static void
test_no_wrapped_line_is_wider_than_asked(void **state)
{
	(void)state;
	for (int columns = 2; columns < 60; columns++) {
		const char *at = MIXED;
		char line[512];
		size_t n, skip;

		while (*at != '\0') {
			n = fv_text_break(at, columns, &skip);
			assert_true(n + skip > 0);
			snprintf(line, sizeof line, "%.*s", (int)n, at);
			assert_true(fv_text_columns(line) <= columns);
			at += n + skip;
		}
	}
}

static void
test_wrapping_loses_no_character(void **state)
{
	char all[512] = "", want[512] = "";
	const char *at = MIXED;
	size_t n, skip;

	(void)state;
	while (*at != '\0') {
		n = fv_text_break(at, 11, &skip);
		strncat(all, at, n);
		for (size_t i = 0; i < skip; i++)
			assert_int_equal(at[n + i], ' ');
		at += n + skip;
	}
	for (const char *p = MIXED, *end = p + strlen(p); p < end; p++) {
		if (*p != ' ')
			strncat(want, p, 1);
	}
	for (char *p = all, *to = all;; p++) {
		if (*p != ' ')
			*to++ = *p;
		if (*p == '\0')
			break;
	}
	assert_string_equal(all, want);
}

static void
test_a_closing_mark_does_not_begin_a_line(void **state)
{
	size_t skip, n = fv_text_break("一二三。四", 6, &skip);

	(void)state;
	assert_int_equal(n, strlen("一二"));
	assert_int_equal(skip, 0);
}

static void
test_a_new_line_begins_where_the_text_says(void **state)
{
	size_t skip, n = fv_text_break("one\ntwo", 40, &skip);

	(void)state;
	assert_int_equal(n, 3);
	assert_int_equal(skip, 1);
}

static void
test_what_moves_the_cursor_is_not_drawn(void **state)
{
	static const char *const bad[] = {"\033", "\r", "\t", "\x7f", "\xe2\x80\xae", "\xff"};
	wchar_t c;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_true(fv_text_next(bad[i], &c) > 0);
		assert_int_equal(c, L'?');
	}
}

static void
test_wide_characters_are_cut_whole(void **state)
{
	(void)state;
	assert_int_equal(fv_text_columns("a王b"), 4);
	assert_int_equal(fv_text_fit("a王b", 2), 1);
	assert_int_equal(fv_text_fit("a王b", 3), 4);
}

static void
test_a_field_is_edited_by_characters(void **state)
{
	struct fv_field field = {0};

	(void)state;
	assert_true(fv_field_key(&field, 'a'));
	assert_true(fv_field_key(&field, 0x738b));
	assert_true(fv_field_key(&field, 'b'));
	assert_string_equal(field.text, "a王b");
	assert_true(fv_field_key(&field, FV_KEY_LEFT));
	assert_true(fv_field_key(&field, FV_KEY_BACKSPACE));
	assert_string_equal(field.text, "ab");
	assert_true(fv_field_key(&field, FV_KEY_DELETE));
	assert_string_equal(field.text, "a");
	assert_true(fv_field_key(&field, FV_KEY_DELETE));
	assert_string_equal(field.text, "a");
	assert_false(fv_field_key(&field, FV_KEY_ENTER));
}

static void
test_a_full_field_takes_no_more(void **state)
{
	struct fv_field field = {0};

	(void)state;
	for (size_t i = 0; i < 2 * FV_FIELD_BYTES; i++)
		assert_true(fv_field_key(&field, 0x738b));
	assert_true(field.len < FV_FIELD_BYTES);
	assert_int_equal(field.len % 3, 0);
	assert_int_equal(strlen(field.text), field.len);
}

static void
test_a_field_of_digits_swallows_the_rest(void **state)
{
	struct fv_field field = {.only = "0123456789"};

	(void)state;
	assert_true(fv_field_key(&field, 'x'));
	assert_true(fv_field_key(&field, 0x738b));
	assert_true(fv_field_key(&field, '7'));
	assert_string_equal(field.text, "7");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_wrapped_line_is_wider_than_asked),
	    cmocka_unit_test(test_wrapping_loses_no_character),
	    cmocka_unit_test(test_a_closing_mark_does_not_begin_a_line),
	    cmocka_unit_test(test_a_new_line_begins_where_the_text_says),
	    cmocka_unit_test(test_what_moves_the_cursor_is_not_drawn),
	    cmocka_unit_test(test_wide_characters_are_cut_whole),
	    cmocka_unit_test(test_a_field_is_edited_by_characters),
	    cmocka_unit_test(test_a_full_field_takes_no_more),
	    cmocka_unit_test(test_a_field_of_digits_swallows_the_rest),
	};

	return cmocka_run_group_tests(tests, take_locale, NULL);
}
