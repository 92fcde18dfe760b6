#include "fv/qr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Characters of the first line, and how many lines; every line is as long. */
static void
measure(const struct fv_buf *qr, size_t *columns_out, size_t *lines_out)
{
	size_t columns = 0;

	*columns_out = 0;
	*lines_out = 0;
	for (size_t i = 0; i < qr->len; i++) {
		if (qr->ptr[i] == '\n') {
			assert_true(*lines_out == 0 || columns == *columns_out);
			*columns_out = columns;
			columns = 0;
			++*lines_out;
		} else if ((qr->ptr[i] & 0xc0) != 0x80) {
			columns++;
		}
	}
	assert_int_equal(columns, 0);
}

static void
a_code_alone_fits_a_screen_of_40_by_15(void **state)
{
	struct fv_buf qr = {0};
	size_t columns, lines;

	(void)state;
	assert_int_equal(fv_qr_put(&qr, "GRJV6OVARKCTNOI4"), FV_OK);
	measure(&qr, &columns, &lines);
	assert_true(columns == 25 && lines == 13);
	fv_buf_clear(&qr);
}

static void
the_longest_page_fits_40_columns(void **state)
{
	struct fv_buf qr = {0};
	size_t columns, lines;

	(void)state;
	assert_int_equal(fv_qr_put(&qr,
			     "https://visits.bank-of-the.example"
			     "/v/GRJV6OVARKCTNOI4"),
	    FV_OK);
	measure(&qr, &columns, &lines);
	assert_true(columns <= 40 && lines <= 17);
	fv_buf_clear(&qr);
}

static void
light_surrounds_the_code_on_every_side(void **state)
{
	struct fv_buf qr = {0};

	(void)state;
	assert_int_equal(fv_qr_put(&qr, "GRJV6OVARKCTNOI4"), FV_OK);
	for (size_t i = 0; i < 25; i++)
		assert_memory_equal(qr.ptr + i * 3, "\xe2\x96\x88", 3);
	assert_memory_equal(qr.ptr + 25 * 3, "\n\xe2\x96\x88\xe2\x96\x88 ", 8);
	fv_buf_clear(&qr);
}

/* Dark modules that a path's runs draw, and whether all of them lie `quiet` from the edge. */
static size_t
draw(const char *path, int side, int quiet)
{
	int x = 0, y = 0, gap, dark;
	size_t count = 0;

	while (*path == 'M' || *path == 'm') {
		int used = 0;

		if (sscanf(path, "M%d %d.5%n", &x, &y, &used) != 2) {
			assert_int_equal(sscanf(path, "m%d 0h%d%n", &gap, &dark, &used), 2);
			x += gap;
			assert_true(x >= quiet && x + dark <= side - quiet && y >= quiet &&
			    y < side - quiet);
			x += dark;
			count += (size_t)dark;
		}
		path += used;
	}
	assert_string_equal(path, "\"/></svg>");
	return count;
}

static void
a_code_for_paper_has_the_modules_of_the_screens_and_four_of_white(void **state)
{
	struct fv_buf svg = {0};
	const char *path;
	int side, other;

	(void)state;
	assert_int_equal(fv_qr_svg_put(&svg, "GRJV6OVARKCTNOI4"), FV_OK);
	assert_int_equal(
	    sscanf(fv_buf_z(&svg), "<svg viewBox=\"0 0 %d %d\"", &side, &other), 2);
	assert_true(side == other && side == 21 + 8);
	assert_non_null(path = strstr(fv_buf_z(&svg), " d=\""));
	/* A finder pattern has 33 dark modules, and there are three. */
	assert_true(draw(path + 4, side, 4) > 3 * 33);
	fv_buf_clear(&svg);
}

static void
what_no_code_holds_is_refused(void **state)
{
	char *text = malloc(8001);
	struct fv_buf qr = {0};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 8000);
	text[8000] = '\0';
	assert_int_equal(fv_qr_put(&qr, text), FV_ETOOBIG);
	assert_int_equal(fv_qr_svg_put(&qr, text), FV_ETOOBIG);
	assert_int_equal(qr.len, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_code_alone_fits_a_screen_of_40_by_15),
	    cmocka_unit_test(the_longest_page_fits_40_columns),
	    cmocka_unit_test(light_surrounds_the_code_on_every_side),
	    cmocka_unit_test(
		a_code_for_paper_has_the_modules_of_the_screens_and_four_of_white),
	    cmocka_unit_test(what_no_code_holds_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
