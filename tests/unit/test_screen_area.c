/* An area that is typed into: characters, lines, the cursor; also in Chinese. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "firmware-app/screen/ui.h"

static int
setup(void **state)
{
	struct fv_area *area = calloc(1, sizeof *area);

	*state = area;
	if (area == NULL || setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return -1;
	area->columns = 10;
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static size_t
count_lines(const struct fv_area *area, size_t *cursor_out)
{
	struct fv_area_line line;
	size_t count = 0, cursors = 0;

	for (size_t at = 0; fv_area_line(area, at, &line); at = line.next) {
		if (line.has_cursor) {
			*cursor_out = count;
			cursors++;
		}
		count++;
	}
	assert_int_equal(cursors, 1); /* whatever is typed, it stands in one line */
	return count;
}

static void
type(struct fv_area *area, const wchar_t *text)
{
	for (; *text != 0; text++)
		assert_true(fv_area_key(area, *text == L'\n' ? FV_KEY_ENTER : (int)*text));
}

static void
chinese_is_typed_and_deleted_by_whole_characters(void **state)
{
	struct fv_area *area = *state;

	type(area, L"还款abc");
	assert_string_equal(area->text, "还款abc");
	for (size_t i = 0; i < 4; i++)
		assert_true(fv_area_key(area, FV_KEY_BACKSPACE));
	assert_string_equal(area->text, "还");
	assert_true(fv_area_key(area, FV_KEY_LEFT));
	assert_int_equal(area->at, 0);
	assert_true(fv_area_key(area, FV_KEY_DELETE));
	assert_string_equal(area->text, "");
	assert_true(fv_area_key(area, FV_KEY_BACKSPACE));
	assert_int_equal(area->len, 0);
}

static void
every_cursor_stands_in_exactly_one_line(void **state)
{
	struct fv_area *area = *state;
	size_t line;

	assert_int_equal(count_lines(area, &line), 1);
	type(area, L"one two three\n\n四五六七八九十 end\n");
	for (area->at = 0; area->at <= area->len; area->at++)
		(void)count_lines(area, &line);
	area->at = area->len;
	assert_int_equal(count_lines(area, &line), 6);
	assert_int_equal(line, 5);
}

static void
up_and_down_go_by_the_lines_that_are_shown(void **state)
{
	struct fv_area *area = *state;

	type(area, L"0123456789abcde\nxy");
	assert_true(fv_area_key(area, FV_KEY_UP));
	assert_int_equal(area->at, 12); /* the second part of the wrapped line */
	assert_true(fv_area_key(area, FV_KEY_UP));
	assert_int_equal(area->at, 2);
	assert_false(fv_area_key(area, FV_KEY_UP)); /* the page may have it */
	assert_true(fv_area_key(area, FV_KEY_END));
	assert_true(fv_area_key(area, FV_KEY_HOME));
	assert_true(fv_area_key(area, FV_KEY_DOWN));
	assert_true(fv_area_key(area, FV_KEY_DOWN));
	assert_false(fv_area_key(area, FV_KEY_DOWN));
	assert_int_equal(area->at, 16);
}

static void
a_full_area_takes_nothing_more_and_stays_whole(void **state)
{
	struct fv_area *area = *state;

	while (fv_area_put(area, "款"))
		;
	assert_int_equal(area->len, (FV_AREA_BYTES - 1) / 3 * 3);
	assert_false(fv_area_put(area, "款"));
	assert_true(fv_area_key(area, L'款'));
	assert_int_equal(area->len, (FV_AREA_BYTES - 1) / 3 * 3);
	assert_int_equal(area->text[area->len], 0);
}

static void
keys_without_a_character_are_left_to_the_page(void **state)
{
	struct fv_area *area = *state;

	assert_false(fv_area_key(area, FV_KEY_TAB));
	assert_false(fv_area_key(area, FV_KEY_ESC));
	assert_false(fv_area_key(area, FV_KEY_F(2)));
	assert_false(fv_area_key(area, 7));
	assert_int_equal(area->len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		chinese_is_typed_and_deleted_by_whole_characters, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		every_cursor_stands_in_exactly_one_line, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		up_and_down_go_by_the_lines_that_are_shown, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		a_full_area_takes_nothing_more_and_stays_whole, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		keys_without_a_character_are_left_to_the_page, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
