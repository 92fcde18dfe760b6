#include "fv/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people.h"

static const unsigned S1[] = {1}, S2[] = {2}, STRANGER[] = {9};

struct world {
	struct fv_roster *roster;
	struct fv_settings *settings;
	struct fv_buf note;
	struct fv_fault fault;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_non_null(w);
	w->roster = people_roster(2);
	assert_non_null(w->settings = calloc(1, sizeof *w->settings));
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	free(w->roster);
	free(w->settings);
	fv_buf_clear(&w->note);
	free(w);
	return 0;
}

static enum fv_err
parse(struct world *w, const char *lines)
{
	struct fv_buf text = {0};
	enum fv_err rc;

	fv_buf_putf(&text, "fieldvisit/v1/config/north\n%s", lines);
	rc = fv_settings_parse(fv_buf_span(&text), w->settings, &w->fault);
	fv_buf_clear(&text);
	return rc;
}

/* Verify `lines` of an agency, signed by these. */
static enum fv_err
verify(struct world *w, const char *agency, const char *lines, const unsigned *by)
{
	struct fv_buf text = {0};

	fv_buf_putf(&text, "fieldvisit/v1/config/%s\n%s", agency, lines);
	fv_buf_reset(&w->note);
	people_sign(&w->note, fv_buf_span(&text), agency, by, 1);
	fv_buf_clear(&text);
	return fv_settings_verify(fv_buf_span(&w->note), w->roster, w->settings, &w->fault);
}

static void
without_settings_all_are_the_defaults(void **state)
{
	(void)state;
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_LOCK_AFTER_S), 900);
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_ATTACH_MAX_BYTES), 16777216);
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_DETAILS_EXPIRE_H), 72);
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_VISIT_CHECKIN_MIN), 60);
	assert_string_equal(fv_settings_text(NULL, FV_SETTING_SLIP_HOTLINE), "12378");
	assert_string_equal(fv_settings_text(NULL, FV_SETTING_SLIP_URL), "");
	assert_string_equal(fv_settings_text(NULL, FV_SETTING_SOS_NUMBER), "110");
	assert_string_equal(fv_settings_text(NULL, FV_SETTING_WELFARE_HELPLINE), "12356");
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_DATA_CAP_MIB_DAY), 0);
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_SYNC_INTERVAL_MIN), 15);
	assert_int_equal(fv_settings_uint(NULL, FV_SETTING_VISIT_RADIUS_M), 100);
	assert_string_equal(fv_settings_text(NULL, fv_setting_phrase(1, false)), "");
	assert_string_equal(fv_settings_text(NULL, fv_setting_phrase(20, true)), "");
}

static void
every_default_is_a_value_that_may_be_set(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		const char *value = fv_settings_text(NULL, i);

		assert_int_equal(fv_settings_set(w->settings, i, fv_span_z(value)), FV_OK);
		assert_string_equal(fv_settings_text(w->settings, i), value);
	}
}

static void
every_name_is_found_again(void **state)
{
	char name[FV_SETTING_NAME_MAX + 1];

	(void)state;
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		assert_int_equal(fv_setting_find(fv_span_z(fv_setting_name(i, name))), i);
	assert_int_equal(fv_setting_find(fv_span_z("lock.after")), FV_SETTING_COUNT);
	assert_int_equal(fv_setting_find(fv_span_z("phrase.21.en")), FV_SETTING_COUNT);
	assert_string_equal(
	    fv_setting_name(fv_setting_phrase(12, true), name), "phrase.12.zh");
}

static void
a_text_is_written_in_order_of_names_and_read_again(void **state)
{
	struct world *w = *state;
	struct fv_settings *again = calloc(1, sizeof *again);
	struct fv_buf text = {0};

	assert_non_null(again);
	memcpy(w->settings->agency, "north", 6);
	w->settings->version = 7;
	assert_int_equal(
	    fv_settings_set(w->settings, FV_SETTING_SLIP_NAME, fv_span_z("北方银行")), FV_OK);
	assert_int_equal(
	    fv_settings_set(w->settings, FV_SETTING_LOCK_AFTER_S, fv_span_z("60")), FV_OK);
	assert_int_equal(
	    fv_settings_set(w->settings, fv_setting_phrase(10, false), fv_span_z("ten")),
	    FV_OK);
	assert_int_equal(
	    fv_settings_set(w->settings, fv_setting_phrase(2, true), fv_span_z("")), FV_OK);
	fv_settings_put(&text, w->settings);
	assert_string_equal(fv_buf_z(&text),
	    "fieldvisit/v1/config/north\n"
	    "version 7\n"
	    "lock.after_s 60\n"
	    "phrase.10.en ten\n"
	    "phrase.2.zh \n"
	    "slip.name 北方银行\n");
	assert_int_equal(fv_settings_parse(fv_buf_span(&text), again, &w->fault), FV_OK);
	assert_memory_equal(again, w->settings, sizeof *again);
	assert_int_equal(fv_settings_uint(again, FV_SETTING_LOCK_AFTER_S), 60);
	assert_string_equal(fv_settings_text(again, fv_setting_phrase(2, true)), "");
	fv_buf_clear(&text);
	free(again);
}

static void
a_value_out_of_its_kind_or_range_is_not_set(void **state)
{
	static const struct {
		enum fv_setting setting;
		const char *value;
		enum fv_err rc;
	} rows[] = {
	    {FV_SETTING_LOCK_AFTER_S, "4", FV_ERANGE},
	    {FV_SETTING_LOCK_AFTER_S, "86401", FV_ERANGE},
	    {FV_SETTING_LOCK_AFTER_S, "060", FV_EFORMAT},
	    {FV_SETTING_LOCK_AFTER_S, "", FV_EFORMAT},
	    {FV_SETTING_LOCK_AFTER_S, "-1", FV_EFORMAT},
	    {FV_SETTING_SLIP_PHONE, "call us", FV_EFORMAT},
	    {FV_SETTING_SLIP_PHONE, "1234567890123456789012345", FV_ETOOBIG},
	    {FV_SETTING_SLIP_URL, "ftp://a", FV_EFORMAT},
	    {FV_SETTING_SLIP_URL, "https://", FV_EFORMAT},
	    {FV_SETTING_SLIP_URL, "https://a.example/v", FV_EFORMAT},
	    {FV_SETTING_SLIP_URL, "https://a.example-of-a-very-long-na.me", FV_ETOOBIG},
	    {FV_SETTING_SLIP_NAME, "a\tb", FV_EFORMAT},
	    {FV_SETTING_SLIP_NAME, "\xff", FV_EFORMAT},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(
		    fv_settings_set(w->settings, rows[i].setting, fv_span_z(rows[i].value)),
		    rows[i].rc);
		assert_false(w->settings->is_set[rows[i].setting]);
	}
	assert_int_equal(fv_settings_set(w->settings, FV_SETTING_SLIP_URL,
			     fv_span_z("https://v.bank.example:8443")),
	    FV_OK);
}

static void
what_a_newer_server_adds_is_passed_over(void **state)
{
	struct world *w = *state;

	assert_int_equal(
	    parse(w, "version 3\nlock.after_s 60\nlock.colour red\nsos.number 119\n"), FV_OK);
	assert_int_equal(w->settings->unknown_count, 1);
	assert_int_equal(w->settings->unfit_count, 0);
	assert_string_equal(fv_settings_text(w->settings, FV_SETTING_SOS_NUMBER), "119");
	assert_int_equal(parse(w, "version 3\nlock.after_s never\nsos.number 119\n"), FV_OK);
	assert_int_equal(w->settings->unfit_count, 1);
	assert_int_equal(w->fault.line, 3);
	assert_int_equal(fv_settings_uint(w->settings, FV_SETTING_LOCK_AFTER_S), 900);
	assert_string_equal(fv_settings_text(w->settings, FV_SETTING_SOS_NUMBER), "119");
}

static void
a_malformed_text_is_refused_by_line(void **state)
{
	static const struct {
		const char *lines;
		size_t line;
		enum fv_err rc;
	} rows[] = {
	    {"", 2, FV_EFORMAT},
	    {"lock.after_s 60\n", 2, FV_EFORMAT},
	    {"version 0\n", 2, FV_ERANGE},
	    {"version 01\n", 2, FV_EFORMAT},
	    {"version 1000000001\n", 2, FV_ERANGE},
	    {"version 1\nlock.after_s\n", 3, FV_EFORMAT},
	    {"version 1\nlock.after_s 60", 3, FV_EFORMAT},
	    {"version 1\n lock.after_s 60\n", 3, FV_EFORMAT},
	    {"version 1\nLock.after_s 60\n", 3, FV_EFORMAT},
	    {"version 1\nlock 60\n", 3, FV_EFORMAT},
	    {"version 1\nlock.after_s 60\nlock.after_s 60\n", 4, FV_EFORMAT},
	    {"version 1\nsos.number 1\nlock.after_s 60\n", 4, FV_EFORMAT},
	    {"version 1\nslip.name a\x01\n", 3, FV_EFORMAT},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(parse(w, rows[i].lines), rows[i].rc);
		assert_int_equal(w->fault.line, rows[i].line);
		assert_int_equal(w->settings->version, 0);
	}
}

static void
too_many_lines_are_refused(void **state)
{
	struct world *w = *state;
	struct fv_buf lines = {0};

	fv_buf_put_z(&lines, "version 1\n");
	for (unsigned i = 0; i < FV_SETTINGS_LINES_MAX; i++)
		fv_buf_putf(&lines, "a.b%04u x\n", i);
	assert_int_equal(parse(w, fv_buf_z(&lines)), FV_ETOOBIG);
	fv_buf_clear(&lines);
}

/* -- whom they are for ---------------------------------------------------------------- */

#define DEV_HEX "000102030405060708090a0b0c0d0e0f"
static const uint8_t DEV[FV_DEV_BYTES] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t OTHER[FV_DEV_BYTES] = {9};

static void
a_text_says_whom_it_is_for_and_is_written_back_alike(void **state)
{
	static const char *const texts[] = {
	    "version 3\nfor team t1,t2,t3\nlock.after_s 60\n",
	    "version 3\nfor device " DEV_HEX "\nlock.after_s 60\n",
	    "version 3\nfor team a\n",
	};
	struct world *w = *state;
	struct fv_buf text = {0}, want = {0};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		fv_buf_reset(&text);
		fv_buf_reset(&want);
		assert_int_equal(parse(w, texts[i]), FV_OK);
		fv_buf_putf(&want, "fieldvisit/v1/config/north\n%s", texts[i]);
		fv_settings_put(&text, w->settings);
		assert_string_equal(fv_buf_z(&text), fv_buf_z(&want));
	}
	fv_buf_clear(&text);
	fv_buf_clear(&want);
}

static void
each_handheld_can_tell_whether_a_text_is_for_it(void **state)
{
	struct world *w = *state;

	assert_int_equal(parse(w, "version 3\n"), FV_OK);
	assert_true(fv_settings_concern(w->settings, fv_span_z("t9"), OTHER));
	assert_int_equal(parse(w, "version 3\nfor team t1,t10\n"), FV_OK);
	assert_true(fv_settings_concern(w->settings, fv_span_z("t1"), DEV));
	assert_true(fv_settings_concern(w->settings, fv_span_z("t10"), DEV));
	assert_false(fv_settings_concern(w->settings, fv_span_z("t"), DEV));
	assert_false(fv_settings_concern(w->settings, fv_span_z("t1,t10"), DEV));
	assert_false(fv_settings_concern(w->settings, fv_span_z(""), DEV));
	assert_int_equal(parse(w, "version 3\nfor device " DEV_HEX "\n"), FV_OK);
	assert_true(fv_settings_concern(w->settings, fv_span_z("t1"), DEV));
	assert_false(fv_settings_concern(w->settings, fv_span_z("t1"), OTHER));
}

static void
whom_a_text_is_for_has_one_spelling_and_one_place(void **state)
{
	static const struct {
		const char *lines;
		size_t line;
	} rows[] = {
	    {"version 3\nfor everybody\n", 3},
	    {"version 3\nfor\n", 3},
	    {"version 3\nfor team\n", 3},
	    {"version 3\nfor team \n", 3},
	    {"version 3\nfor team t1,\n", 3},
	    {"version 3\nfor team ,t1\n", 3},
	    {"version 3\nfor team t2,t1\n", 3},
	    {"version 3\nfor team t1,t1\n", 3},
	    {"version 3\nfor team t1, t2\n", 3},
	    {"version 3\nfor team t1 t2\n", 3},
	    {"version 3\nfor team 12345678901234567890123456\n", 3},
	    {"version 3\nfor device 0001\n", 3},
	    {"version 3\nfor device " DEV_HEX "00\n", 3},
	    {"version 3\nfor device 000102030405060708090A0B0C0D0E0F\n", 3},
	    {"version 3\nfor team t1\nfor team t2\n", 4},
	    {"version 3\nlock.after_s 60\nfor team t1\n", 4},
	    {"for team t1\nversion 3\n", 2},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(parse(w, rows[i].lines), FV_EFORMAT);
		assert_int_equal(w->fault.line, rows[i].line);
		assert_int_equal(w->settings->version, 0);
	}
}

static void
teams_are_put_in_order_and_have_a_bound(void **state)
{
	struct world *w = *state;
	struct fv_buf many = {0};

	assert_int_equal(fv_settings_set_teams(w->settings, fv_span_z("t2,t10,t1")), FV_OK);
	assert_string_equal(w->settings->teams, "t1,t10,t2");
	assert_int_equal(w->settings->scope, FV_SETTINGS_TEAM);
	assert_int_equal(fv_settings_set_teams(w->settings, fv_span_z("a,b,a")), FV_EFORMAT);
	for (unsigned i = 0; i < FV_SETTINGS_TEAMS_MAX; i++)
		fv_buf_putf(&many, "%steam-with-a-long-name-%02u", i > 0 ? "," : "", i);
	assert_int_equal(fv_settings_set_teams(w->settings, fv_buf_span(&many)), FV_OK);
	assert_string_equal(w->settings->teams, fv_buf_z(&many));
	fv_buf_put_z(&many, ",x");
	assert_int_equal(fv_settings_set_teams(w->settings, fv_buf_span(&many)), FV_ETOOBIG);
	fv_buf_clear(&many);
}

/* Lay a text on what is there. */
static void
lay(struct world *w, struct fv_settings *all, const char *lines, const char *signer)
{
	assert_int_equal(parse(w, lines), FV_OK);
	snprintf(w->settings->signer, sizeof w->settings->signer, "%s", signer);
	fv_settings_lay(all, w->settings);
}

static void
the_narrower_scope_goes_before_the_wider_setting_by_setting(void **state)
{
	struct world *w = *state;
	struct fv_settings *all = calloc(1, sizeof *all);

	assert_non_null(all);
	lay(w, all, "version 9\nlock.after_s 60\nslip.name Bank\nsos.number 110\n", "s1");
	lay(w, all, "version 4\nfor team t1\nslip.name Firm\nsos.number 119\n", "s2");
	lay(w, all, "version 5\nfor device " DEV_HEX "\nslip.phone \nsos.number 112\n", "s2");
	assert_int_equal(fv_settings_uint(all, FV_SETTING_LOCK_AFTER_S), 60);
	assert_string_equal(fv_settings_text(all, FV_SETTING_SLIP_NAME), "Firm");
	assert_string_equal(fv_settings_text(all, FV_SETTING_SOS_NUMBER), "112");
	assert_true(all->is_set[FV_SETTING_SLIP_PHONE]);
	assert_int_equal(fv_settings_uint(all, FV_SETTING_ATTACH_MAX_BYTES), 16777216);
	/* One number and one name for all of it: the highest version's. */
	assert_int_equal(all->version, 9);
	assert_string_equal(all->signer, "s1");
	fv_settings_unset(all, FV_SETTING_SLIP_NAME);
	assert_string_equal(fv_settings_text(all, FV_SETTING_SLIP_NAME), "");
	free(all);
}

static void
a_language_that_is_wanted_is_spoken_where_it_is_among_those_set(void **state)
{
	struct world *w = *state;

	assert_true(fv_settings_speak_chinese(NULL, FV_SETTING_UI_LANGUAGES, true));
	assert_false(fv_settings_speak_chinese(NULL, FV_SETTING_UI_LANGUAGES, false));
	assert_int_equal(parse(w, "version 1\nslip.languages zh\nui.languages en\n"), FV_OK);
	assert_false(fv_settings_speak_chinese(w->settings, FV_SETTING_UI_LANGUAGES, true));
	assert_true(fv_settings_speak_chinese(w->settings, FV_SETTING_SLIP_LANGUAGES, false));
	assert_int_equal(parse(w, "version 1\nui.languages en,zh\n"), FV_OK);
	assert_true(fv_settings_speak_chinese(w->settings, FV_SETTING_UI_LANGUAGES, true));
	assert_int_equal(parse(w, "version 1\nui.languages zh,en\n"), FV_OK);
	assert_int_equal(w->settings->unfit_count, 1);
}

static void
a_supervisors_signature_is_needed_and_named(void **state)
{
	struct world *w = *state;

	assert_int_equal(verify(w, "north", "version 2\nlock.after_s 60\n", S2), FV_OK);
	assert_string_equal(w->settings->signer, "s2");
	assert_int_equal(w->settings->version, 2);
	assert_int_equal(verify(w, "north", "version 2\n", STRANGER), FV_EAUTH);
	assert_int_equal(w->settings->version, 0);
	assert_int_equal(verify(w, "south", "version 2\n", S1), FV_ECONFLICT);
}

static void
an_altered_value_breaks_the_signature(void **state)
{
	struct world *w = *state;
	uint8_t *at;

	assert_int_equal(verify(w, "north", "version 2\nlock.after_s 60\n", S1), FV_OK);
	at = memmem(w->note.ptr, w->note.len, "s 60", 4);
	assert_non_null(at);
	at[2] = '9';
	assert_int_equal(
	    fv_settings_verify(fv_buf_span(&w->note), w->roster, w->settings, &w->fault),
	    FV_EAUTH);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(without_settings_all_are_the_defaults),
	    T(every_default_is_a_value_that_may_be_set),
	    T(every_name_is_found_again),
	    T(a_text_is_written_in_order_of_names_and_read_again),
	    T(a_value_out_of_its_kind_or_range_is_not_set),
	    T(what_a_newer_server_adds_is_passed_over),
	    T(a_malformed_text_is_refused_by_line),
	    T(too_many_lines_are_refused),
	    T(a_text_says_whom_it_is_for_and_is_written_back_alike),
	    T(each_handheld_can_tell_whether_a_text_is_for_it),
	    T(whom_a_text_is_for_has_one_spelling_and_one_place),
	    T(teams_are_put_in_order_and_have_a_bound),
	    T(the_narrower_scope_goes_before_the_wider_setting_by_setting),
	    T(a_language_that_is_wanted_is_spoken_where_it_is_among_those_set),
	    T(a_supervisors_signature_is_needed_and_named),
	    T(an_altered_value_breaks_the_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
