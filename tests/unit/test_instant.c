#include "fv/instant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct fv_span
text(const char *z)
{
	return (struct fv_span){(const uint8_t *)z, strlen(z)};
}

static void
assert_instant(const char *z, int64_t want)
{
	int64_t got = -1;

	assert_int_equal(fv_instant_parse(text(z), &got), FV_OK);
	assert_true(got == want);
}

static void
assert_refused(const char *z, enum fv_err want)
{
	int64_t got = -1;

	assert_int_equal(fv_instant_parse(text(z), &got), want);
	assert_true(got == 0);
}

static void
the_epoch_is_day_zero_and_a_thursday(void **state)
{
	struct fv_civil c;

	(void)state;
	assert_true(fv_days_from_civil(1970, 1, 1) == 0);
	fv_civil_from_days(0, &c);
	assert_int_equal(c.year, 1970);
	assert_int_equal(c.month, 1);
	assert_int_equal(c.day, 1);
	assert_int_equal(c.weekday, 3);
}

static void
every_day_of_four_centuries_agrees_with_timegm(void **state)
{
	(void)state;
	for (int64_t day = -146097; day <= 146097; day++) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;
		struct fv_civil c;

		gmtime_r(&t, &tm);
		fv_civil_from_days(day, &c);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.weekday, (tm.tm_wday + 6) % 7);
		assert_true(fv_days_from_civil(c.year, c.month, c.day) == day);
	}
}

static void
the_years_at_the_ends_survive_a_round_trip(void **state)
{
	static const int32_t years[] = {-9999, -401, -400, -1, 0, 1, 1600, 1900, 2000, 9999};

	(void)state;
	for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
		struct fv_civil c;

		fv_civil_from_days(fv_days_from_civil(years[i], 2, 28) + 1, &c);
		assert_int_equal(c.year, years[i]);
		assert_int_equal(c.day, c.month == 2 ? 29 : 1);
		assert_int_equal(c.month == 2,
		    years[i] % 4 == 0 && (years[i] % 100 != 0 || years[i] % 400 == 0));
	}
}

static void
an_instant_before_the_epoch_has_a_time_of_day_that_counts_up(void **state)
{
	struct fv_civil c;

	(void)state;
	fv_civil_from_instant(-1, 0, &c);
	assert_int_equal(c.year, 1969);
	assert_int_equal(c.hour, 23);
	assert_int_equal(c.second, 59);
	assert_int_equal(c.ms, 999);
	assert_true(fv_instant_from_civil(&c, 0) == -1);
}

static void
splitting_and_joining_with_an_offset_gives_the_instant_again(void **state)
{
	static const int32_t offsets[] = {-43200, -12600, 0, 1, 20700, 28800, 50400};
	int64_t ms = INT64_C(1772459400123);

	(void)state;
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		struct fv_civil c;

		fv_civil_from_instant(ms, offsets[i], &c);
		assert_true(fv_instant_from_civil(&c, offsets[i]) == ms);
	}
}

static void
rfc_3339_texts_give_their_instants(void **state)
{
	(void)state;
	assert_instant("1970-01-01T00:00:00Z", 0);
	assert_instant("2026-03-02T21:50:00+08:00", INT64_C(1772459400000));
	assert_instant("2026-03-02t13:50:00z", INT64_C(1772459400000));
	/* The examples of RFC 3339 section 5.8. */
	assert_instant("1985-04-12T23:20:50.52Z", INT64_C(482196050520));
	assert_instant("1996-12-19T16:39:57-08:00", INT64_C(851042397000));
	assert_instant("1990-12-31T23:59:60Z", INT64_C(662688000000));
	assert_instant("1990-12-31T15:59:60-08:00", INT64_C(662688000000));
	assert_instant("9999-12-31T23:59:59.999Z", INT64_C(253402300799999));
}

static void
a_fraction_beyond_the_millisecond_is_cut(void **state)
{
	(void)state;
	assert_instant("1970-01-01T00:00:00.0019999999999999999999Z", 1);
}

static void
text_that_is_not_rfc_3339_is_refused(void **state)
{
	static const char *const bad[] = {"", "2026", "2026-03-02", "2026-03-02T21:50:00",
	    "2026-03-02 21:50:00Z", "2026-03-02T21:50Z", "2026-3-02T21:50:00Z",
	    "2026-03-02T21:50:00.Z", "2026-03-02T21:50:00+0800", "2026-03-02T21:50:00Zx",
	    "+026-03-02T21:50:00Z", "2026-03-02T21:50:00,5Z", " 2026-03-02T21:50:00Z",
	    "2026-03-02T21:50:00+08", "2026-03-02T-1:50:00Z"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(bad[i], FV_EFORMAT);
}

static void
a_field_outside_the_calendar_is_out_of_range(void **state)
{
	static const char *const bad[] = {"1969-12-31T23:59:59Z", "2026-00-01T00:00:00Z",
	    "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
	    "2100-02-29T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
	    "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00",
	    "2026-01-01T00:00:00+08:60"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_refused(bad[i], FV_ERANGE);
	assert_instant("2000-02-29T00:00:00Z", INT64_C(951782400000));
}

static void
every_cut_of_a_text_is_refused(void **state)
{
	const char *whole = "2026-03-02T21:50:00.125+08:00";
	int64_t ms;

	(void)state;
	for (size_t n = 0; n < strlen(whole); n++)
		assert_int_equal(
		    fv_instant_parse((struct fv_span){(const uint8_t *)whole, n}, &ms),
		    FV_EFORMAT);
}

static void
a_date_gives_its_days(void **state)
{
	int64_t days;

	(void)state;
	assert_int_equal(fv_date_parse(text("2026-02-28"), &days), FV_OK);
	assert_true(days == 20512);
	assert_int_equal(fv_date_parse(text("2026-02-28T"), &days), FV_EFORMAT);
	assert_int_equal(fv_date_parse(text("2026-02-30"), &days), FV_ERANGE);
}

static void
an_instant_is_written_with_its_offset_and_only_needed_milliseconds(void **state)
{
	char t[FV_INSTANT_TEXT_BYTES];
	int64_t ms = INT64_C(1772459400000);

	(void)state;
	assert_string_equal(
	    fv_instant_format(ms, 28800, true, t), "2026-03-02T21:50:00+08:00");
	assert_string_equal(fv_instant_format(ms, 0, true, t), "2026-03-02T13:50:00Z");
	assert_string_equal(fv_instant_format(ms, 0, false, t), "2026-03-02T13:50:00+00:00");
	assert_string_equal(
	    fv_instant_format(ms + 7, -12600, true, t), "2026-03-02T10:20:00.007-03:30");
}

static void
an_offset_with_seconds_is_written_in_whole_minutes_and_keeps_the_instant(void **state)
{
	char t[FV_INSTANT_TEXT_BYTES];
	int64_t ms = INT64_C(1772459400000);

	(void)state;
	assert_instant(fv_instant_format(ms, 29143, true, t), ms);
	assert_instant(fv_instant_format(ms, -2670, true, t), ms);
}

static void
what_is_written_is_read_back(void **state)
{
	uint64_t x = 42;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char t[FV_INSTANT_TEXT_BYTES];
		int64_t ms;
		int32_t offset_s;

		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		ms = INT64_C(86400000) + (int64_t)((x >> 16) % UINT64_C(253402000000000));
		offset_s = (int32_t)(x % 1680U) * 60 - 50400;
		assert_instant(fv_instant_format(ms, offset_s, true, t), ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_epoch_is_day_zero_and_a_thursday),
	    cmocka_unit_test(every_day_of_four_centuries_agrees_with_timegm),
	    cmocka_unit_test(the_years_at_the_ends_survive_a_round_trip),
	    cmocka_unit_test(an_instant_before_the_epoch_has_a_time_of_day_that_counts_up),
	    cmocka_unit_test(splitting_and_joining_with_an_offset_gives_the_instant_again),
	    cmocka_unit_test(rfc_3339_texts_give_their_instants),
	    cmocka_unit_test(a_fraction_beyond_the_millisecond_is_cut),
	    cmocka_unit_test(text_that_is_not_rfc_3339_is_refused),
	    cmocka_unit_test(a_field_outside_the_calendar_is_out_of_range),
	    cmocka_unit_test(every_cut_of_a_text_is_refused),
	    cmocka_unit_test(a_date_gives_its_days),
	    cmocka_unit_test(
		an_instant_is_written_with_its_offset_and_only_needed_milliseconds),
	    cmocka_unit_test(
		an_offset_with_seconds_is_written_in_whole_minutes_and_keeps_the_instant),
	    cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
