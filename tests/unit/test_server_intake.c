#include "sync-server/store/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "sync-server/health.h"
#include "sync-server/inbox.h"
#include "sync-server/verb.h"

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

/* -- what doctor says of a folder ------------------------------------------------------ */

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (1440 * MINUTE_MS)

static void
put_file(const struct shelf *s, const char *name)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", s->dir, name);
	assert_non_null(file = fopen(path, "w"));
	assert_int_equal(fclose(file), 0);
}

/* The inbox's line so long from now; NULL: it says nothing. */
static const struct health_line *
line_in(const struct shelf *s, const char *watched, int64_t later_ms)
{
	static struct health health;
	const struct health_in in = {
	    .store = s->store, .inbox = watched, .now_ms = fv_host_now_ms() + later_ms};

	health.count = 0;
	health_check_inbox(&in, &health);
	return health.count > 0 ? &health.lines[0] : NULL;
}

static void
a_file_that_waits_is_late_after_ten_minutes_where_a_server_watches(void **state)
{
	const struct shelf *s = *state;
	const struct health_line *line;

	/* The store's own files lie here too. */
	assert_int_equal(line_in(s, s->dir, 0)->state, HEALTH_OK);
	put_file(s, "contacts-1.csv");
	assert_int_equal(line_in(s, s->dir, 9 * MINUTE_MS)->state, HEALTH_OK);
	line = line_in(s, s->dir, 11 * MINUTE_MS);
	assert_int_equal(line->state, HEALTH_ATTENTION);
	assert_non_null(strstr(line->says, "files wait too long in /tmp/"));
	assert_true(line->repair[0] != '\0' && !line->is_vital);
}

static void
a_half_written_file_is_late_after_two_days(void **state)
{
	struct shelf *s = *state;
	char dir[96];

	(void)snprintf(dir, sizeof dir, "%s/in", s->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	put_file(s, "in/contacts-1.csv.part");
	assert_int_equal(line_in(s, dir, DAY_MS)->state, HEALTH_OK);
	assert_int_equal(line_in(s, dir, 3 * DAY_MS)->state, HEALTH_ATTENTION);
}

static void
of_a_folder_that_a_command_empties_a_file_is_late_after_two_days(void **state)
{
	struct shelf *s = *state;
	struct fv_store_intake row = {.folder = fv_span_z(s->dir),
	    .name = fv_span_z("contacts-0.csv"),
	    .filed_as = row.name,
	    .state = FV_INTAKE_DONE,
	    .answer = fv_span_z("{}")};
	int64_t id;

	assert_null(line_in(s, NULL, 0));
	assert_int_equal(fv_store_begin(s->store), FV_OK);
	assert_int_equal(fv_store_intake_put(s->store, &row, &id), FV_OK);
	assert_int_equal(fv_store_commit(s->store), FV_OK);
	put_file(s, "contacts-1.csv");
	assert_int_equal(line_in(s, NULL, DAY_MS)->state, HEALTH_OK);
	assert_int_equal(line_in(s, NULL, 3 * DAY_MS)->state, HEALTH_ATTENTION);
	assert_int_equal(line_in(s, s->dir, DAY_MS)->state, HEALTH_ATTENTION);
}

static void
a_watched_folder_that_is_not_there_is_broken(void **state)
{
	const struct health_line *line = line_in(*state, "/tmp/fv-intake-none", 0);

	assert_int_equal(line->state, HEALTH_BROKEN);
	assert_non_null(strstr(line->says, "/tmp/fv-intake-none"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_waits_is_of_its_folder_and_ends_when_it_is_filed),
	    T(a_name_is_held_in_its_folder),
	    T(a_file_that_waits_is_late_after_ten_minutes_where_a_server_watches),
	    T(a_half_written_file_is_late_after_two_days),
	    T(of_a_folder_that_a_command_empties_a_file_is_late_after_two_days),
	    T(a_watched_folder_that_is_not_there_is_broken),
	    cmocka_unit_test(a_kind_is_told_by_both_ends_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
