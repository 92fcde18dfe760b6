#include "../../sync-server/rosterfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/crypto.h"

static int
set_up(void **state)
{
	assert_int_equal(fv_crypto_init(), FV_OK);
	*state = calloc(1, sizeof(struct fv_roster));
	assert_non_null(*state);
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static enum fv_err
read_file(struct fv_roster *r, const char *file, size_t *count, struct rosterfile_fault *fault)
{
	return rosterfile_officers(fv_span_z(file), r, count, fault);
}

static void
expect(void **state, const char *file, size_t line, const char *column, const char *rule)
{
	struct rosterfile_fault fault;
	struct fv_roster *r = *state;
	size_t count;

	r->officer_count = 0;
	assert_int_not_equal(read_file(r, file, &count, &fault), FV_OK);
	assert_int_equal(fault.line, line);
	assert_string_equal(fault.column, column);
	assert_non_null(strstr(fault.rule, rule));
	assert_int_equal(r->officer_count, 0);
}

static void
columns_of_other_verbs_are_passed_over(void **state)
{
	struct rosterfile_fault fault;
	struct fv_roster *r = *state;
	size_t count;

	assert_int_equal(
	    read_file(r, "agency,id,badge,name\nnorth,o1,77,\"Li, Wei\"\n\nsouth,o2,,王芳\n",
		&count, &fault),
	    FV_OK);
	assert_int_equal(count, 2);
	assert_string_equal(r->officers[0].name, "Li, Wei");
	assert_string_equal(r->officers[1].id, "o2");
	assert_string_equal(r->officers[1].name, "王芳");
}

static void
an_officer_who_is_there_gets_the_new_name(void **state)
{
	struct rosterfile_fault fault;
	struct fv_roster *r = *state;
	size_t count;

	assert_int_equal(read_file(r, "id,name\no1,Li\n", &count, &fault), FV_OK);
	assert_int_equal(read_file(r, "id,name\no1,Li Wei\n", &count, &fault), FV_OK);
	assert_int_equal(r->officer_count, 1);
	assert_string_equal(r->officers[0].name, "Li Wei");
}

static void
a_file_with_a_fault_changes_nothing_and_says_where(void **state)
{
	expect(state, "", 1, "id", "is missing");
	expect(state, "id,name\n", 1, "", "no officer");
	expect(state, "id,Name\no1,x\n", 1, "name", "is missing");
	expect(state, "id,name,id\no1,x,o2\n", 1, "id", "twice");
	expect(state, "id,name\no1,x\no1,y\n", 3, "id", "twice");
	expect(state, "id,name\no1,x\no2\n", 3, "name", "no value");
	expect(state, "id,name\no1,x\no 2,y\n", 3, "id", "not an id");
	expect(state, "id,name\no1,\n", 2, "name", "is empty");
	expect(state, "id,name\no1,\xd5\xc5\n", 2, "name", "UTF-8");
	expect(state, "id,name\no1,\"x\n", 2, "", "quote");
}

static void
the_513th_officer_is_one_too_many(void **state)
{
	struct fv_buf file = {0};

	fv_buf_put_z(&file, "id,name\n");
	for (unsigned i = 0; i <= FV_ROSTER_OFFICERS_MAX; i++)
		fv_buf_putf(&file, "o%u,x\n", i);
	expect(state, fv_buf_z(&file), 514, "id", "at most 512");
	fv_buf_clear(&file);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(columns_of_other_verbs_are_passed_over),
	    T(an_officer_who_is_there_gets_the_new_name),
	    T(a_file_with_a_fault_changes_nothing_and_says_where),
	    T(the_513th_officer_is_one_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
