/* What an agency's signed settings do on the handheld. */
#include "tests/unit/app_fixture.h"

#include "firmware-app/roster_kept.h"
#include "firmware-app/settings_kept.h"
#include "fv/item.h"
#include "tests/support/people.h"

static const unsigned S1[] = {1}, S2[] = {2}, STRANGER[] = {9};

/* The handheld believes version 1 of the roster of "north": two supervisors. */
static struct handheld *
open_desk(void **state)
{
	struct handheld *h = *state;
	struct fv_roster *roster = people_roster(2);
	struct fv_buf text = {0}, note = {0};

	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", S1, 1);
	assert_int_equal(fv_roster_keep(h->app.store, 1, fv_buf_span(&note), 1), FV_OK);
	free(roster);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	return h;
}

/* Settings come down as item kind 11. */
static struct fv_syncitems
bring(struct handheld *h, const char *lines, const unsigned *by, size_t count)
{
	struct fv_buf text = {0}, note = {0}, items = {0};
	struct fv_item item = {
	    .kind = FV_ITEM_CONFIG, .key = fv_span_z("north"), .version = 1};
	struct fv_syncitems out;

	fv_buf_putf(&text, "fieldvisit/v1/config/north\n%s", lines);
	people_sign(&note, fv_buf_span(&text), "north", by, count);
	item.body = fv_buf_span(&note);
	fv_item_put(&items, &item);
	assert_int_equal(fv_syncitems_take(&h->app, fv_buf_span(&items), 1, &out), FV_OK);
	assert_int_equal(fv_settings_load(&h->app), FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&items);
	return out;
}

static uint64_t
lock_after(const struct handheld *h)
{
	return fv_settings_uint(h->app.settings, FV_SETTING_LOCK_AFTER_S);
}

static void
a_new_handheld_has_the_defaults(void **state)
{
	struct handheld *h = *state;

	assert_null(h->app.settings);
	assert_int_equal(lock_after(h), 900);
}

static void
signed_settings_are_in_force_when_they_come(void **state)
{
	struct handheld *h = open_desk(state);

	assert_true(bring(h, "version 1\nlock.after_s 60\n", S2, 1).has_settings);
	assert_int_equal(lock_after(h), 60);
	assert_string_equal(h->app.settings->signer, "s2");
	assert_true(bring(h, "version 5\n", S1, 1).has_settings);
	assert_int_equal(lock_after(h), 900);
}

static void
a_strangers_settings_are_refused(void **state)
{
	struct handheld *h = open_desk(state);

	assert_int_equal(bring(h, "version 1\nlock.after_s 60\n", STRANGER, 1).refused, 1);
	assert_null(h->app.settings);
}

static void
an_older_version_is_never_taken(void **state)
{
	struct handheld *h = open_desk(state);

	bring(h, "version 4\nlock.after_s 60\n", S1, 1);
	assert_int_equal(bring(h, "version 3\nlock.after_s 30\n", S1, 1).refused, 1);
	assert_int_equal(lock_after(h), 60);
	assert_int_equal(h->app.settings->version, 4);
}

static void
other_settings_under_the_same_version_are_refused(void **state)
{
	struct handheld *h = open_desk(state);

	bring(h, "version 4\nlock.after_s 60\n", S1, 1);
	assert_int_equal(bring(h, "version 4\nlock.after_s 30\n", S1, 1).refused, 1);
	assert_int_equal(lock_after(h), 60);
}

static void
the_same_settings_again_are_no_news(void **state)
{
	static const unsigned both[] = {1, 2};
	struct handheld *h = open_desk(state);
	struct fv_syncitems out;

	bring(h, "version 4\nlock.after_s 60\n", S1, 1);
	out = bring(h, "version 4\nlock.after_s 60\n", both, 2);
	assert_true(out.refused == 0 && !out.has_settings);
	assert_int_equal(lock_after(h), 60);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_new_handheld_has_the_defaults),
	    T(signed_settings_are_in_force_when_they_come),
	    T(a_strangers_settings_are_refused),
	    T(an_older_version_is_never_taken),
	    T(other_settings_under_the_same_version_are_refused),
	    T(the_same_settings_again_are_no_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
