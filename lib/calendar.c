#include "fv/calendar.h"

#include <string.h>

static bool
has_day(const int64_t *days, size_t count, int64_t day)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (days[mid] < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low < count && days[low] == day;
}

enum fv_day_sort
fv_calendar_day(const struct fv_calendar *calendar, int64_t day)
{
	if (calendar == NULL || day < calendar->from_days || day > calendar->until_days)
		return FV_DAY_UNKNOWN;
	if (has_day(calendar->days, calendar->day_count, day))
		return FV_DAY_HOLIDAY;
	if (has_day(calendar->workdays, calendar->workday_count, day))
		return FV_DAY_MOVED;
	return FV_DAY_PLAIN;
}

bool
fv_calendar_is_named(const struct fv_calendar *calendar, const char *name, const char *zone)
{
	if (strcmp(name, FV_CALENDAR_OF_ZONE) != 0)
		return strcmp(name, calendar->id) == 0;
	for (size_t i = 0; i < calendar->zones.count; i++)
		if (strcmp(calendar->zones.items[i], zone) == 0)
			return true;
	return false;
}

/* Whether a date is one of the days that the period counts. */
static bool
is_counted(const struct fv_period *period, const struct fv_calendar *calendar, int64_t day,
    bool *is_known)
{
	uint32_t weekday = (uint32_t)(((day + 3) % 7 + 7) % 7); /* 0 Monday */
	enum fv_day_sort sort = FV_DAY_PLAIN;

	if (period->calendar != NULL)
		sort = fv_calendar_day(calendar, day);
	if (sort == FV_DAY_UNKNOWN)
		*is_known = false;
	if (sort == FV_DAY_HOLIDAY)
		return false;
	return sort == FV_DAY_MOVED || (period->skipped >> weekday & 1U) == 0;
}

/* No year of any calendar has as many days off in a row. */
#define ROW_MAX 60

int64_t
fv_period_end(const struct fv_period *period, const struct fv_calendar *calendar,
    int64_t event, bool *is_known_out)
{
	int64_t day = event;
	uint32_t left = period->days;
	int row = 0;

	*is_known_out = true;
	if (left == 0)
		return event;
	if (!period->is_day_one)
		day++;
	/* Where dates are passed over only for rolling, all dates count but the last. */
	for (;; day++) {
		bool counts = period->rolls || is_counted(period, calendar, day, is_known_out);
		row = counts ? 0 : row + 1;
		if (row > ROW_MAX)
			break;
		if (counts && --left == 0)
			break;
	}
	if (period->is_clear)
		day++;
	for (row = 0; period->rolls && row < ROW_MAX; row++, day++)
		if (is_counted(period, calendar, day, is_known_out))
			break;
	return day;
}
