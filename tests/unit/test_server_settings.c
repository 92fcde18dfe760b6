/* Changing settings off the server: what a change starts from, and what it signs. */
#include "fv/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "sync-server/cmd.h"
#include "sync-server/exits.h"
#include "tests/support/people.h"
#include "tests/support/world.h"

#define KEY " --from @directory.json --key @key --passphrase-file @pass"

static const unsigned S1[] = {1}, STRANGER[] = {9};

/* A supervisor s1 and one handheld of team t1. */
static struct world *
start(void **state)
{
	struct world *w = *state;

	w->devices[0] = (struct world_device){
	    .number = 1, .officer = "o1", .team = "t1", .ticket_signer = 1, .approver = 1};
	w->device_count = 1;
	world_put_key(w, "key", 1);
	world_put_directory(w);
	return w;
}

/* The directory says that these texts are in force, signed by `by`. */
static void
in_force(struct world *w, const char *const *texts, const unsigned *by)
{
	struct fv_buf file = {0}, text = {0}, note = {0};
	json_t *root, *list = json_array();
	char *dump;

	world_read(w, "directory.json", &file);
	root = json_loadb((const char *)file.ptr, file.len, 0, NULL);
	assert_non_null(root);
	for (; *texts != NULL; texts++) {
		fv_buf_reset(&text);
		fv_buf_reset(&note);
		fv_buf_putf(&text, "fieldvisit/v1/config/north\n%s", *texts);
		people_sign(&note, fv_buf_span(&text), "north", by, 1);
		json_array_append_new(list, json_stringn((const char *)note.ptr, note.len));
	}
	json_object_set_new(root, "settings", list);
	assert_non_null(dump = json_dumps(root, JSON_COMPACT));
	world_write(w, "directory.json", fv_span_z(dump));
	free(dump);
	json_decref(root);
	fv_buf_clear(&file);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

/* What was signed says this, after its origin. */
static void
assert_signed(struct world *w, const char *name, const char *lines)
{
	struct fv_settings *settings = calloc(1, sizeof *settings);
	struct fv_buf note = {0}, text = {0}, want = {0};

	assert_non_null(settings);
	world_read(w, name, &note);
	assert_int_equal(
	    fv_settings_verify(fv_buf_span(&note), w->roster, settings, NULL), FV_OK);
	fv_settings_put(&text, settings);
	fv_buf_putf(&want, "fieldvisit/v1/config/north\n%s", lines);
	assert_string_equal(fv_buf_z(&text), fv_buf_z(&want));
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	fv_buf_clear(&want);
	free(settings);
}

static void
the_first_settings_are_version_1_and_what_follows_keeps_the_rest(void **state)
{
	struct world *w = start(state);

	assert_int_equal(
	    world_run(w, cmd_settings_set, "set lock.after_s 60 slip.name A%B --out @a" KEY),
	    FV_EXIT_OK);
	assert_signed(w, "a", "version 1\nlock.after_s 60\nslip.name A B\n");
	in_force(w,
	    (const char *const[]){"version 6\nlock.after_s 60\nsos.number 119\n", NULL}, S1);
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set lock.after_s 90 --out @b" KEY), FV_EXIT_OK);
	assert_signed(w, "b", "version 7\nlock.after_s 90\nsos.number 119\n");
	assert_int_equal(
	    world_run(w, cmd_settings_unset, "unset sos.number --out @c" KEY), FV_EXIT_OK);
	assert_signed(w, "c", "version 7\nlock.after_s 60\n");
}

static void
one_counter_numbers_the_texts_of_everybody_and_of_one(void **state)
{
	struct world *w = start(state);
	struct fv_buf leaf = {0}, line = {0}, want = {0};
	uint8_t dev[FV_DEV_BYTES];

	in_force(w,
	    (const char *const[]){"version 6\nlock.after_s 60\n",
		"version 8\nfor team t1\nsos.number 119\n", NULL},
	    S1);
	world_leaf(w, &w->devices[0], &leaf, dev);
	fv_buf_put_z(&line, "set lock.after_s 90 --out @a --device ");
	fv_buf_put_hex(&line, dev, sizeof dev);
	fv_buf_put_z(&line, KEY);
	assert_int_equal(world_run(w, cmd_settings_set, fv_buf_z(&line)), FV_EXIT_OK);
	fv_buf_put_z(&want, "version 9\nfor device ");
	fv_buf_put_hex(&want, dev, sizeof dev);
	fv_buf_put_z(&want, "\nlock.after_s 90\n");
	assert_signed(w, "a", fv_buf_z(&want));
	fv_buf_clear(&leaf);
	fv_buf_clear(&line);
	fv_buf_clear(&want);
}

static void
values_that_are_not_known_here_are_never_lost_without_a_word(void **state)
{
	struct world *w = start(state);

	in_force(w,
	    (const char *const[]){"version 6\nlock.after_s 60\nlock.colour red\n", NULL}, S1);
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set sos.number 119 --out @a" KEY), FV_EXIT_DATA);
	world_assert_said(w, "values that this program does not know");
}

static void
what_nobody_on_a_roster_signed_is_no_start(void **state)
{
	struct world *w = start(state);

	in_force(w, (const char *const[]){"version 6\nlock.after_s 60\n", NULL}, STRANGER);
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set sos.number 119 --out @a" KEY), FV_EXIT_DATA);
	world_assert_said(w, "no supervisor signed them");
}

static void
a_supervisor_signs_only_on_a_roster_that_he_knows(void **state)
{
	struct world *w = start(state);

	world_put_key(w, "key", 2); /* on the roster; s1 alone has signed it */
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set sos.number 119 --out @a" KEY), FV_EXIT_DATA);
	world_assert_said(w, "--roster");
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set sos.number 119 --roster @roster --out @a" KEY),
	    FV_EXIT_OK);
	world_put_key(w, "key", 9);
	assert_int_equal(
	    world_run(w, cmd_settings_set, "set sos.number 112 --out @b" KEY), FV_EXIT_DATA);
	world_assert_said(w, "not on its roster");
}

static void
words_that_do_not_fit_are_refused_before_a_key_is_asked_for(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *said;
	} rows[] = {
	    {"set --out @a" KEY, FV_EXIT_USAGE, "a NAME and a VALUE each"},
	    {"set lock.after_s --out @a" KEY, FV_EXIT_USAGE, "a NAME and a VALUE each"},
	    {"set lock.after_s 60 --agency x --device y --out @a" KEY, FV_EXIT_USAGE,
		"exclude"},
	    {"set lock.after_s 60 --directory @directory.json --out @a" KEY, FV_EXIT_USAGE,
		"needs one of"},
	    {"set lock.after_s 60 --device 12 --out @a" KEY, FV_EXIT_USAGE, "32 lower-case"},
	    {"set lock.after_s 60 --device 00000000000000000000000000000000 --out @a" KEY,
		FV_EXIT_DATA, "knows no handheld"},
	    {"set slip.url https://a/b --out @a" KEY, FV_EXIT_DATA, "without a path"},
	};
	struct world *w = start(state);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(world_run(w, cmd_settings_set, rows[i].line), rows[i].code);
		world_assert_said(w, rows[i].said);
	}
	assert_int_equal(
	    world_run(w, cmd_settings_unset, "unset lock.after_s --out @a" KEY), FV_EXIT_DATA);
	world_assert_said(w, "is not set there");
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_first_settings_are_version_1_and_what_follows_keeps_the_rest),
	    T(one_counter_numbers_the_texts_of_everybody_and_of_one),
	    T(values_that_are_not_known_here_are_never_lost_without_a_word),
	    T(what_nobody_on_a_roster_signed_is_no_start),
	    T(a_supervisor_signs_only_on_a_roster_that_he_knows),
	    T(words_that_do_not_fit_are_refused_before_a_key_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
