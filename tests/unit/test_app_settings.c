/* What an agency's signed settings do on the handheld. */
#include "tests/unit/app_fixture.h"

#include "firmware-app/expiry.h"
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

/* The handheld's ticket names a team, and its dev is this. */
static void
be_of_team(struct handheld *h, const char *team)
{
	snprintf(h->app.identity.ticket.team, sizeof h->app.identity.ticket.team, "%s", team);
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

static void
settings_of_its_team_and_its_own_go_before_everybodys(void **state)
{
	struct handheld *h = open_desk(state);
	struct fv_buf own = {0};

	be_of_team(h, "east");
	bring(h, "version 1\nlock.after_s 60\nslip.name Bank\nsos.number 110\n", S1, 1);
	bring(h, "version 2\nfor team east,west\nlock.after_s 50\nslip.name Firm\n", S2, 1);
	fv_buf_put_z(&own, "version 3\nfor device ");
	fv_buf_put_hex(&own, h->app.identity.dev, FV_DEV_BYTES);
	fv_buf_put_z(&own, "\nlock.after_s 40\n");
	assert_true(bring(h, fv_buf_z(&own), S1, 1).has_settings);
	assert_int_equal(lock_after(h), 40);
	assert_string_equal(fv_settings_text(h->app.settings, FV_SETTING_SLIP_NAME), "Firm");
	assert_string_equal(fv_settings_text(h->app.settings, FV_SETTING_SOS_NUMBER), "110");
	assert_int_equal(h->app.settings->version, 3);
	/* Everybody's again, with a higher number: it does not go before the team's. */
	bring(h, "version 4\nlock.after_s 70\nslip.name Bank2\n", S1, 1);
	assert_int_equal(lock_after(h), 40);
	assert_string_equal(fv_settings_text(h->app.settings, FV_SETTING_SLIP_NAME), "Firm");
	assert_int_equal(h->app.settings->version, 4);
	fv_buf_clear(&own);
}

static void
settings_for_other_teams_and_handhelds_are_refused(void **state)
{
	struct handheld *h = open_desk(state);

	be_of_team(h, "east");
	assert_int_equal(
	    bring(h, "version 1\nfor team west\nlock.after_s 60\n", S1, 1).refused, 1);
	assert_int_equal(bring(h,
			     "version 2\nfor device ffffffffffffffffffffffffffffffff\n"
			     "lock.after_s 60\n",
			     S1, 1)
			     .refused,
	    1);
	assert_null(h->app.settings);
}

static void
each_scope_never_goes_back_whatever_the_others_are_at(void **state)
{
	struct handheld *h = open_desk(state);

	be_of_team(h, "east");
	bring(h, "version 7\nlock.after_s 60\n", S1, 1);
	bring(h, "version 5\nfor team east\nlock.after_s 50\n", S1, 1);
	assert_int_equal(lock_after(h), 50); /* they may come in any order */
	assert_int_equal(
	    bring(h, "version 4\nfor team east\nlock.after_s 30\n", S1, 1).refused, 1);
	assert_int_equal(bring(h, "version 6\nlock.after_s 30\n", S1, 1).refused, 1);
	assert_int_equal(
	    bring(h, "version 5\nfor team east\nlock.after_s 30\n", S1, 1).refused, 1);
	assert_int_equal(lock_after(h), 50);
}

/* A card is here and the last good sync was just now. */
static void
sync_now(struct handheld *h)
{
	const struct fv_item_row card = {.kind = FV_ITEM_CARD,
	    .key = fv_span_z("c1"),
	    .version = 1,
	    .body = fv_span_z("a sealed card")};
	struct fv_syncstate state;

	assert_int_equal(fv_store_put_item(h->app.store, &card), FV_OK);
	assert_int_equal(fv_syncstate_load(h->app.store, &state), FV_OK);
	state.last_ok_ms = fixture_rtc_ms(h);
	state.cursor = 40;
	assert_int_equal(fv_syncstate_save(h->app.store, &state), FV_OK);
	assert_int_equal(fv_expiry_restart(&h->app), FV_OK);
}

static bool
has_card(struct handheld *h)
{
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc =
	    fv_store_get_item(h->app.store, FV_ITEM_CARD, fv_span_z("c1"), &row, &body);

	assert_true(rc == FV_OK || rc == FV_ENOENT);
	fv_buf_clear(&body);
	return rc == FV_OK;
}

static bool
expire(struct handheld *h)
{
	bool is_erased;

	assert_int_equal(fv_expiry_check(&h->app, &is_erased), FV_OK);
	assert_int_equal(is_erased, !has_card(h));
	return is_erased;
}

static void
cards_stay_for_72_hours_without_a_sync_and_then_go(void **state)
{
	struct handheld *h = *state;
	struct fv_syncstate sync;

	sync_now(h);
	h->clock_ms += INT64_C(72) * 3600000 - 60000;
	assert_false(expire(h));
	assert_false(fv_expiry_is_over(&h->app));
	h->clock_ms += 120000;
	assert_true(expire(h));
	assert_true(fv_expiry_is_over(&h->app));
	/* The next sync asks for everything, and then all is as before. */
	assert_int_equal(fv_syncstate_load(h->app.store, &sync), FV_OK);
	assert_int_equal(sync.cursor, 0);
	sync_now(h);
	assert_false(fv_expiry_is_over(&h->app));
	assert_false(expire(h));
}

static void
the_agency_sets_how_long_cards_stay(void **state)
{
	struct handheld *h = open_desk(state);

	sync_now(h);
	bring(h, "version 1\ndetails.expire_h 1\n", S1, 1);
	h->clock_ms += 3590000;
	assert_false(expire(h));
	h->clock_ms += 20000;
	assert_true(expire(h));
}

static int64_t
stopped_rtc_ms(void *ctx)
{
	(void)ctx;
	return INT64_C(1795000000000);
}

static void
a_clock_that_is_set_back_keeps_no_card_while_the_machine_runs(void **state)
{
	struct handheld *h = *state;

	sync_now(h);
	h->app.clock.rtc_ms = stopped_rtc_ms;
	h->clock_ms += INT64_C(73) * 3600000;
	assert_true(expire(h));
}

static void
a_handheld_that_never_synced_has_nothing_to_erase(void **state)
{
	struct handheld *h = *state;
	bool is_erased;

	h->clock_ms += INT64_C(1000) * 3600000;
	assert_int_equal(fv_expiry_check(&h->app, &is_erased), FV_OK);
	assert_false(is_erased || fv_expiry_is_over(&h->app));
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
	    T(settings_of_its_team_and_its_own_go_before_everybodys),
	    T(settings_for_other_teams_and_handhelds_are_refused),
	    T(each_scope_never_goes_back_whatever_the_others_are_at),
	    T(cards_stay_for_72_hours_without_a_sync_and_then_go),
	    T(the_agency_sets_how_long_cards_stay),
	    T(a_clock_that_is_set_back_keeps_no_card_while_the_machine_runs),
	    T(a_handheld_that_never_synced_has_nothing_to_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
