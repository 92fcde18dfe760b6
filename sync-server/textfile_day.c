/* Days and times as spreadsheets write them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/textfile.h"

#define SERIAL_ZERO (-25569) /* 1899-12-30, from which spreadsheets count, in days of 1970 */
#define SERIAL_MIN 20000     /* 1954 */
#define SERIAL_MAX 80000     /* 2119 */
#define SECONDS_PER_DAY 86400

/* What a text says. */
struct wall {
	int64_t day;
	int64_t second; /* of the day */
};

static enum fv_err
fail(const char **rule_out, const char *rule, enum fv_err err)
{
	*rule_out = rule;
	return err;
}

/* Up to `max` digits.  False: there is none. */
static bool
take_number(const char **z, size_t max, int32_t *out)
{
	size_t n = 0;

	for (*out = 0; n < max && isdigit((unsigned char)**z); n++)
		*out = *out * 10 + *(*z)++ - '0';
	return n > 0;
}

static bool
take_text(const char **z, const char *text)
{
	const size_t len = strlen(text);
	const bool is_there = strncmp(*z, text, len) == 0;

	*z += is_there ? len : 0;
	return is_there;
}

/* " 8:15", "T08:15:30", or nothing at all. */
static bool
take_time(const char **z, int64_t *second_out)
{
	int32_t hour, minute, second = 0;

	*second_out = 0;
	if (**z == '\0')
		return true;
	if (!take_text(z, "T"))
		while (take_text(z, " ")) {
		}
	if (!take_number(z, 2, &hour) || !take_text(z, ":") || !take_number(z, 2, &minute) ||
	    (take_text(z, ":") && !take_number(z, 2, &second)))
		return false;
	*second_out = (int64_t)hour * 3600 + minute * 60 + second;
	return hour < 24 && minute < 60 && second < 60 && **z == '\0';
}

/* A count of days with an optional fraction. */
static bool
read_serial(const char *z, struct wall *out)
{
	int64_t part = 0, scale = 1;
	int32_t days;

	if (!take_number(&z, 6, &days) || days < SERIAL_MIN || days > SERIAL_MAX)
		return false;
	if (take_text(&z, "."))
		for (; isdigit((unsigned char)*z); z++)
			if (scale < INT64_C(1000000000000)) {
				part = part * 10 + *z - '0';
				scale *= 10;
			}
	out->day = (int64_t)days + SERIAL_ZERO;
	/* A minute is a fraction that ends nowhere: take the nearest second. */
	out->second = (part * SECONDS_PER_DAY + scale / 2) / scale;
	if (out->second == SECONDS_PER_DAY) {
		out->second = 0;
		out->day++;
	}
	return *z == '\0';
}

/* "3/2/2026": day or month first, nobody knows. */
static bool
is_either_way(const char *z)
{
	int32_t n;

	return take_number(&z, 2, &n) &&
	    (take_text(&z, "/") || take_text(&z, ".") || take_text(&z, "-")) &&
	    take_number(&z, 2, &n) &&
	    (take_text(&z, "/") || take_text(&z, ".") || take_text(&z, "-")) &&
	    take_number(&z, 4, &n);
}

static bool
take_day(const char **z, int64_t *day_out)
{
	const char *const ends[][3] = {
	    {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};
	int32_t year, month, day;
	struct fv_civil c;
	const char *start = *z;

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		*z = start;
		if (take_number(z, 4, &year) && *z == start + 4 && take_text(z, ends[i][0]) &&
		    take_number(z, 2, &month) && take_text(z, ends[i][1]) &&
		    take_number(z, 2, &day) && take_text(z, ends[i][2])) {
			*day_out = fv_days_from_civil(year, month, day);
			fv_civil_from_days(*day_out, &c);
			return year >= 1970 && c.year == year && c.month == month &&
			    c.day == day;
		}
	}
	return false;
}

static enum fv_err
read_wall(const char *text, bool takes_serials, struct wall *out, const char **rule_out)
{
	const char *z = text;
	struct wall serial;

	*rule_out = "";
	*out = (struct wall){0};
	if (read_serial(text, &serial)) {
		if (!takes_serials)
			return fail(rule_out,
			    "is a number such as a spreadsheet keeps for a date; give "
			    "--excel-dates, or format the column as text such as 2026-03-02",
			    FV_EFORMAT);
		*out = serial;
		return FV_OK;
	}
	if (is_either_way(text))
		return fail(rule_out,
		    "is two days, for nobody knows whether day or month stands first; write "
		    "it as 2026-03-02",
		    FV_ECONFLICT);
	if (!take_day(&z, &out->day) || !take_time(&z, &out->second))
		return fail(rule_out, "is not a date such as 2026-03-02", FV_EFORMAT);
	return FV_OK;
}

enum fv_err
textfile_day(const char *text, bool takes_serials, int64_t *day_out, const char **rule_out)
{
	struct wall wall;
	enum fv_err rc = read_wall(text, takes_serials, &wall, rule_out);

	*day_out = wall.day;
	if (rc == FV_OK && wall.second != 0)
		return fail(
		    rule_out, "is a time; write the day alone, such as 2026-03-02", FV_ERANGE);
	return rc;
}

enum fv_err
textfile_wall(
    const char *text, bool takes_serials, int64_t *wall_ms_out, const char **rule_out)
{
	struct wall wall;
	enum fv_err rc = read_wall(text, takes_serials, &wall, rule_out);

	*wall_ms_out = wall.day * FV_MS_PER_DAY + wall.second * 1000;
	return rc;
}
