#include "sync-server/store/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync-server/inbox.h"

#define FOLDER "/var/in"

struct shelf {
	char dir[64], path[96];
	struct fv_store *store;
};

static int
set_up(void **state)
{
	struct shelf *s = calloc(1, sizeof *s);

	assert_non_null(s);
	(void)snprintf(s->dir, sizeof s->dir, "/tmp/fv-intake-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	(void)snprintf(s->path, sizeof s->path, "%s/db", s->dir);
	assert_int_equal(fv_store_open(&s->store, s->path, FV_STORE_CREATE), FV_OK);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct shelf *s = *state;
	char command[96];

	fv_store_close(s->store);
	(void)snprintf(command, sizeof command, "rm -r '%s'", s->dir);
	assert_int_equal(system(command), 0);
	free(s);
	return 0;
}

/* The ids that a list gives, "3 1". */
struct seen {
	char ids[64];
};

static enum fv_err
see(const struct fv_store_intake *row, void *ctx)
{
	struct seen *seen = ctx;
	const size_t at = strlen(seen->ids);

	(void)snprintf(
	    seen->ids + at, sizeof seen->ids - at, "%s%d", at > 0 ? " " : "", (int)row->id);
	return FV_OK;
}

static int64_t
put(struct shelf *p, int64_t id, const char *folder, const char *name)
{
	const struct fv_store_intake row = {.id = id,
	    .folder = fv_span_z(folder),
	    .name = fv_span_z(name),
	    .filed_as = fv_span_z(name),
	    .kind = fv_span_z("contacts"),
	    .size = 7,
	    .taken_ms = 1000 + id,
	    .state = FV_INTAKE_DONE,
	    .answer = fv_span_z("{}")};
	int64_t out = 0;

	assert_int_equal(fv_store_intake_put(p->store, &row, &out), FV_OK);
	return out;
}

static void
what_waits_is_of_its_folder_and_ends_when_it_is_filed(void **state)
{
	struct shelf *p = *state;
	struct seen seen = {""};

	assert_int_equal(put(p, 0, FOLDER, "a.csv"), 1);
	assert_int_equal(put(p, 0, FOLDER, "b.csv"), 2);
	assert_int_equal(put(p, 0, "/other", "c.csv"), 3);
	assert_int_equal(put(p, 2, FOLDER, "b.csv"), 2);
	assert_int_equal(
	    fv_store_intake_waiting(p->store, fv_span_z(FOLDER), see, &seen), FV_OK);
	assert_string_equal(seen.ids, "1 2");
	assert_int_equal(fv_store_intake_filed(p->store, 1), FV_OK);
	assert_int_equal(fv_store_intake_filed(p->store, 9), FV_ENOENT);
	seen.ids[0] = '\0';
	assert_int_equal(
	    fv_store_intake_waiting(p->store, fv_span_z(FOLDER), see, &seen), FV_OK);
	assert_string_equal(seen.ids, "2");
	seen.ids[0] = '\0';
	assert_int_equal(fv_store_intake_each(p->store, 2, see, &seen), FV_OK);
	assert_string_equal(seen.ids, "3 2");
}

static void
a_name_is_held_in_its_folder(void **state)
{
	struct shelf *p = *state;
	bool has;

	(void)put(p, 0, FOLDER, "a.csv");
	assert_int_equal(
	    fv_store_intake_has_name(p->store, fv_span_z(FOLDER), fv_span_z("a.csv"), &has),
	    FV_OK);
	assert_true(has);
	assert_int_equal(
	    fv_store_intake_has_name(p->store, fv_span_z("/other"), fv_span_z("a.csv"), &has),
	    FV_OK);
	assert_false(has);
}

static void
a_kind_is_told_by_both_ends_of_a_name(void **state)
{
	static const char *const none[] = {"contacts.csv", "contacts-1.txt",
	    "contacts-1.csv.gz", "xcontacts-1.csv", "payments-1.jsonl", "packs-1.csv",
	    "closed-1.cases", ""};

	(void)state;
	assert_string_equal(inbox_kind_of("contacts-1.csv")->name, "contacts");
	assert_string_equal(inbox_kind_of("contacts-.jsonl")->verb, "history import");
	assert_string_equal(inbox_kind_of("cases-x.cases")->verb, "case import");
	assert_string_equal(inbox_kind_of("closed-x.csv")->verb, "case close");
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_null(inbox_kind_of(none[i]));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_waits_is_of_its_folder_and_ends_when_it_is_filed),
	    T(a_name_is_held_in_its_folder),
	    cmocka_unit_test(a_kind_is_told_by_both_ends_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
