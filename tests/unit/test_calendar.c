/* The counting of days in law: first day, days left out, clear days, rolling ends. */
#include "fv/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fv/instant.h"

#define SAT (1U << 5)
#define SUN (1U << 6)

static int64_t
on(int year, int month, int day)
{
	return fv_days_from_civil(year, month, day);
}

/* A calendar of 2026 with some holidays and one Saturday of work. */
static struct fv_calendar
year_2026(const int64_t *days, size_t count, const int64_t *workday)
{
	return (struct fv_calendar){.id = "cal",
	    .from_days = on(2026, 1, 1),
	    .until_days = on(2026, 12, 31),
	    .days = days,
	    .day_count = count,
	    .workdays = workday,
	    .workday_count = workday == NULL ? 0 : 1};
}

static void
expect_end(const struct fv_period *period, const struct fv_calendar *calendar, int64_t event,
    int64_t end)
{
	bool is_known = false;

	assert_int_equal(fv_period_end(period, calendar, event, &is_known), end);
	assert_true(is_known);
}

static void
a_period_without_days_ends_on_the_day_of_its_event(void **state)
{
	const struct fv_period none = {0};

	(void)state;
	expect_end(&none, NULL, on(2026, 8, 13), on(2026, 8, 13));
}

static void
the_day_of_the_event_is_the_first_of_seven_where_the_law_says_so(void **state)
{
	const struct fv_period seven = {.days = 7, .is_day_one = true};

	(void)state;
	/* R02: a talk on Thursday August 13 bars calls until the 19th. */
	expect_end(&seven, NULL, on(2026, 8, 13), on(2026, 8, 19));
}

static void
the_day_of_the_event_is_not_counted_otherwise(void **state)
{
	const struct fv_period seven = {.days = 7};

	(void)state;
	expect_end(&seven, NULL, on(2026, 2, 25), on(2026, 3, 4));
}

static void
a_chinese_period_rolls_from_a_holiday_to_the_next_working_day(void **state)
{
	/* National Day 2026 stands for a week; Saturday October 10 is worked. */
	const int64_t days[] = {on(2026, 10, 1), on(2026, 10, 2), on(2026, 10, 3),
	    on(2026, 10, 4), on(2026, 10, 5), on(2026, 10, 6), on(2026, 10, 7)};
	const int64_t worked = on(2026, 10, 10);
	struct fv_calendar cal = year_2026(days, 7, &worked);
	const struct fv_period ten = {
	    .days = 10, .rolls = true, .skipped = SAT | SUN, .calendar = "cal"};

	(void)state;
	/* Days off inside it count; only the last one rolls. */
	expect_end(&ten, &cal, on(2026, 9, 22), on(2026, 10, 8));
	expect_end(&ten, &cal, on(2026, 9, 28), on(2026, 10, 8));
	expect_end(&ten, &cal, on(2026, 9, 30), on(2026, 10, 10));
	expect_end(&ten, &cal, on(2026, 10, 1), on(2026, 10, 12)); /* a Sunday rolls */
	expect_end(&ten, &cal, on(2026, 3, 2), on(2026, 3, 12));
}

static void
working_days_pass_over_weekends_and_holidays_but_not_worked_weekends(void **state)
{
	const int64_t holiday = on(2026, 10, 9);
	const int64_t worked = on(2026, 10, 10);
	struct fv_calendar cal = year_2026(&holiday, 1, &worked);
	const struct fv_period three = {.days = 3, .skipped = SAT | SUN, .calendar = "cal"};

	(void)state;
	/* From Thursday the 8th: Saturday 10, Monday 12, Tuesday 13. */
	expect_end(&three, &cal, on(2026, 10, 8), on(2026, 10, 13));
}

static void
english_clear_days_leave_out_both_ends_sundays_and_bank_holidays(void **state)
{
	/* Good Friday and Easter Monday. */
	const int64_t days[] = {on(2026, 4, 3), on(2026, 4, 6)};
	struct fv_calendar cal = year_2026(days, 2, NULL);
	const struct fv_period clear = {
	    .days = 7, .is_clear = true, .skipped = SUN, .calendar = "cal"};

	(void)state;
	/* Given on Monday the 2nd: seven days are over with Tuesday the 10th. */
	expect_end(&clear, &cal, on(2026, 3, 2), on(2026, 3, 11));
	expect_end(&clear, &cal, on(2026, 3, 30), on(2026, 4, 10));
}

static void
assumed_receipt_leaves_out_weekends_and_federal_holidays(void **state)
{
	/* New Year's Day and Martin Luther King Day. */
	const int64_t days[] = {on(2026, 1, 1), on(2026, 1, 19)};
	struct fv_calendar cal = year_2026(days, 2, NULL);
	const struct fv_period receipt = {.days = 5, .skipped = SAT | SUN, .calendar = "cal"};
	const struct fv_period validation = {.days = 30};

	(void)state;
	/* R32: sent on Thursday January 15. */
	expect_end(&receipt, &cal, on(2026, 1, 15), on(2026, 1, 23));
	expect_end(&validation, &cal, on(2026, 1, 23), on(2026, 2, 22));
	expect_end(&receipt, &cal, on(2026, 1, 1), on(2026, 1, 8));
}

static void
a_date_that_no_calendar_covers_is_never_taken_for_known(void **state)
{
	struct fv_calendar cal = year_2026(NULL, 0, NULL);
	const struct fv_period receipt = {.days = 5, .skipped = SAT | SUN, .calendar = "cal"};
	bool is_known = true;

	(void)state;
	assert_int_equal(
	    fv_period_end(&receipt, &cal, on(2026, 12, 29), &is_known), on(2027, 1, 5));
	assert_false(is_known);
	assert_int_equal(
	    fv_period_end(&receipt, NULL, on(2026, 3, 2), &is_known), on(2026, 3, 9));
	assert_false(is_known);
	assert_int_equal(fv_calendar_day(&cal, on(2026, 12, 31)), FV_DAY_PLAIN);
	assert_int_equal(fv_calendar_day(&cal, on(2027, 1, 1)), FV_DAY_UNKNOWN);
	assert_int_equal(fv_calendar_day(&cal, on(2025, 12, 31)), FV_DAY_UNKNOWN);
}

static void
a_rule_that_passes_over_every_day_still_comes_to_an_end(void **state)
{
	const struct fv_period never = {.days = 2, .skipped = 0x7f};
	bool is_known;

	(void)state;
	assert_true(fv_period_end(&never, NULL, on(2026, 3, 2), &is_known) > on(2026, 3, 2));
}

static void
the_calendar_of_the_zone_is_asked_for_by_that_word(void **state)
{
	static const char *const zones[] = {"Asia/Shanghai"};
	struct fv_calendar cal = year_2026(NULL, 0, NULL);

	(void)state;
	cal.zones = (struct fv_strs){zones, 1};
	assert_true(fv_calendar_is_named(&cal, "zone", "Asia/Shanghai"));
	assert_false(fv_calendar_is_named(&cal, "zone", "Europe/London"));
	assert_true(fv_calendar_is_named(&cal, "cal", "Europe/London"));
	assert_false(fv_calendar_is_named(&cal, "other", "Asia/Shanghai"));
}

/* The same by walking day after day, without a search. */
static int64_t
slow_end(const struct fv_period *p, const struct fv_calendar *cal, int64_t event)
{
	uint32_t counted = p->is_day_one ? 1 : 0;
	int64_t day = event;

	while (counted < p->days) {
		day++;
		uint32_t weekday = (uint32_t)((day + 3) % 7);
		bool is_off = (p->skipped >> weekday & 1U) != 0;
		for (size_t i = 0; i < cal->day_count; i++)
			is_off = is_off || cal->days[i] == day;
		counted += is_off ? 0 : 1;
	}
	return p->is_clear ? day + 1 : day;
}

static void
every_period_from_every_day_of_a_year_agrees_with_counting_by_hand(void **state)
{
	const int64_t days[] = {on(2026, 1, 1), on(2026, 4, 3), on(2026, 4, 6), on(2026, 5, 4),
	    on(2026, 5, 25), on(2026, 8, 31), on(2026, 12, 25)};
	struct fv_calendar cal = year_2026(days, 7, NULL);

	(void)state;
	for (uint32_t n = 1; n <= 20; n++) {
		for (int64_t event = on(2026, 1, 1); event < on(2026, 11, 1); event++) {
			struct fv_period p = {.days = n,
			    .is_clear = n % 2 == 0,
			    .skipped = n % 3 == 0 ? SAT | SUN : SUN,
			    .calendar = "cal"};
			expect_end(&p, &cal, event, slow_end(&p, &cal, event));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_period_without_days_ends_on_the_day_of_its_event),
	    cmocka_unit_test(the_day_of_the_event_is_the_first_of_seven_where_the_law_says_so),
	    cmocka_unit_test(the_day_of_the_event_is_not_counted_otherwise),
	    cmocka_unit_test(a_chinese_period_rolls_from_a_holiday_to_the_next_working_day),
	    cmocka_unit_test(
		working_days_pass_over_weekends_and_holidays_but_not_worked_weekends),
	    cmocka_unit_test(english_clear_days_leave_out_both_ends_sundays_and_bank_holidays),
	    cmocka_unit_test(assumed_receipt_leaves_out_weekends_and_federal_holidays),
	    cmocka_unit_test(a_date_that_no_calendar_covers_is_never_taken_for_known),
	    cmocka_unit_test(a_rule_that_passes_over_every_day_still_comes_to_an_end),
	    cmocka_unit_test(the_calendar_of_the_zone_is_asked_for_by_that_word),
	    cmocka_unit_test(
		every_period_from_every_day_of_a_year_agrees_with_counting_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
