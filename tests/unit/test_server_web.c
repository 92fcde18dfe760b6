/* What comes in over HTTP: forms, headers of an answer, and which route a path is. */
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
expect_form(const char *body, const char *name, const char *expected)
{
	const struct fv_web_request request = {.body = fv_span_z(body)};
	struct fv_buf value = {0};
	const bool is_there = fv_web_form(&request, name, &value);

	assert_int_equal(is_there, expected != NULL);
	if (expected != NULL) {
		assert_int_equal(value.len, strlen(expected));
		if (value.len > 0)
			assert_memory_equal(value.ptr, expected, value.len);
	}
	fv_buf_clear(&value);
}

static void
a_form_gives_each_value_decoded(void **state)
{
	(void)state;
	expect_form("a=1&text=no+more%21&b=2", "text", "no more!");
	expect_form("a=1&b=%E5%BC%A0", "b", "\xE5\xBC\xA0");
	expect_form("a=1&b=2", "c", NULL);
	expect_form("a&b=2", "a", "");
	expect_form("ab=2", "a", NULL);
	expect_form("", "a", NULL);
}

static void
a_broken_escape_of_a_form_stands_as_it_is(void **state)
{
	(void)state;
	expect_form("a=100%&b=1", "a", "100%");
	expect_form("a=%4", "a", "%4");
	expect_form("a=%zz", "a", "%zz");
	expect_form("a=%41%", "a", "A%");
}

static void
a_header_with_a_line_break_spoils_the_answer(void **state)
{
	struct fv_web_answer answer = {.status = 200};

	(void)state;
	fv_web_put(&answer, "Location", "/%s", "fine");
	assert_false(answer.is_bad);
	fv_web_put(&answer, "Location", "/%s", "x\r\nSet-Cookie: a=b");
	assert_true(answer.is_bad);
}

static void
a_header_that_does_not_fit_spoils_the_answer(void **state)
{
	struct fv_web_answer answer = {.status = 200};
	char text[FV_WEB_VALUE_BYTES + 1];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	fv_web_put(&answer, "X", "%s", text);
	assert_true(answer.is_bad);
}

static const struct desk_route *
route_of(const char *method, const char *path, bool *is_known)
{
	const char *params[DESK_PARAMS_MAX] = {0};
	char copy[256];

	assert_true(strlen(path) < sizeof copy);
	memcpy(copy, path, strlen(path) + 1);
	return desk_route_find(method, copy, params, is_known);
}

static void
a_route_is_found_by_its_path_and_method(void **state)
{
	bool is_known;

	(void)state;
	assert_non_null(route_of("GET", "/about", &is_known));
	assert_null(route_of("POST", "/about", &is_known));
	assert_true(is_known);
	assert_null(route_of("GET", "/about/more", &is_known));
	assert_false(is_known);
}

static void
an_odd_path_is_no_route(void **state)
{
	static const char *const paths[] = {"", "/", "//about", "/about/", "about",
	    "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", "/about//"};
	bool is_known;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_null(route_of("GET", paths[i], &is_known));
		assert_false(is_known);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_form_gives_each_value_decoded),
	    cmocka_unit_test(a_broken_escape_of_a_form_stands_as_it_is),
	    cmocka_unit_test(a_header_with_a_line_break_spoils_the_answer),
	    cmocka_unit_test(a_header_that_does_not_fit_spoils_the_answer),
	    cmocka_unit_test(a_route_is_found_by_its_path_and_method),
	    cmocka_unit_test(an_odd_path_is_no_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
