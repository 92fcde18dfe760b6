/* The API's document against the tables of routes: neither says what the other does not. */
#include "sync-server/desk/assets.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static json_t *document; /* owned by the group */

static int
read_document(void **state)
{
	(void)state;
	for (const struct desk_asset *a = desk_assets; a->path != NULL; a++)
		if (strcmp(a->path, "/openapi.json") == 0)
			document =
			    json_loadb((const char *)a->at, (size_t)(a->end - a->at), 0, NULL);
	return document != NULL ? 0 : -1;
}

static int
drop_document(void **state)
{
	(void)state;
	json_decref(document);
	return 0;
}

static const json_t *
operation(const struct desk_route *row)
{
	char method[16] = "";

	for (size_t i = 0; i < sizeof method - 1 && row->method[i] != '\0'; i++)
		method[i] = (char)tolower((unsigned char)row->method[i]);
	return json_object_get(
	    json_object_get(json_object_get(document, "paths"), row->path), method);
}

static void
each_route_is_described(void **state)
{
	const struct desk_route *rows;
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; (rows = desk_route_area(i)) != NULL; i++)
		for (; rows->method != NULL; rows++)
			if (operation(rows) == NULL) {
				print_error(
				    "%s %s is not in web/api\n", rows->method, rows->path);
				missing++;
			}
	assert_int_equal(missing, 0);
}

static bool
is_route(const char *method, const char *path)
{
	const struct desk_route *rows;

	for (size_t i = 0; (rows = desk_route_area(i)) != NULL; i++)
		for (; rows->method != NULL; rows++)
			if (strcasecmp(rows->method, method) == 0 &&
			    strcmp(rows->path, path) == 0)
				return true;
	return false;
}

static void
each_description_is_a_route(void **state)
{
	const char *path, *method;
	json_t *methods, *what;
	size_t strange = 0;

	(void)state;
	json_object_foreach(json_object_get(document, "paths"), path, methods)
	    json_object_foreach(methods, method, what)
	{
		if (!is_route(method, path)) {
			print_error("%s %s of web/api is no route\n", method, path);
			strange++;
		}
	}
	assert_int_equal(strange, 0);
}

/* Every {name} of a path has its parameter, by itself or by reference. */
static bool
has_parameter(const json_t *op, const char *name, size_t len)
{
	const json_t *list = json_object_get(op, "parameters"), *parts;
	size_t i;
	json_t *p;

	parts = json_object_get(json_object_get(document, "components"), "parameters");
	json_array_foreach(list, i, p)
	{
		const char *ref = json_string_value(json_object_get(p, "$ref"));
		const json_t *of =
		    ref != NULL ? json_object_get(parts, strrchr(ref, '/') + 1) : p;
		const char *is = json_string_value(json_object_get(of, "name"));

		if (is != NULL && strlen(is) == len && memcmp(is, name, len) == 0)
			return true;
	}
	return false;
}

static void
each_part_of_a_path_is_a_parameter(void **state)
{
	const struct desk_route *rows;
	size_t missing = 0;

	(void)state;
	for (size_t i = 0; (rows = desk_route_area(i)) != NULL; i++)
		for (; rows->method != NULL; rows++)
			for (const char *at = rows->path; (at = strchr(at, '{')) != NULL; at++)
				if (operation(rows) != NULL &&
				    !has_parameter(
					operation(rows), at + 1, strcspn(at + 1, "}"))) {
					print_error("%s %s: its parameter is not described\n",
					    rows->method, rows->path);
					missing++;
				}
	assert_int_equal(missing, 0);
}

static void
nothing_sorts_people_by_numbers(void **state)
{
	static const char *const words[] = {"\"sort\"", "\"order_by\"", "\"rank_by\""};
	char *text = json_dumps(document, JSON_COMPACT);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		assert_null(strstr(text, words[i]));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_route_is_described),
	    cmocka_unit_test(each_description_is_a_route),
	    cmocka_unit_test(each_part_of_a_path_is_a_parameter),
	    cmocka_unit_test(nothing_sorts_people_by_numbers),
	};

	return cmocka_run_group_tests(tests, read_document, drop_document);
}
