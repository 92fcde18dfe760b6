#include "fv/instant.h"

#include <stdio.h>
#include <string.h>

#define DAYS_PER_ERA 146097 /* 400 Gregorian years */
#define MS_PER_S 1000
#define MS_PER_MINUTE 60000
#define MS_PER_HOUR 3600000
#define OFFSET_MAX_HOUR 23

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/* Both directions count years from 1 March, so that the leap day ends a year. */
int64_t
fv_days_from_civil(int32_t year, int32_t month, int32_t day)
{
	int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era =
	    year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - 719468;
}

void
fv_civil_from_days(int64_t days, struct fv_civil *civil_out)
{
	int64_t z = days + 719468;
	int64_t era = floor_div(z, DAYS_PER_ERA);
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	memset(civil_out, 0, sizeof *civil_out);
	civil_out->day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
	civil_out->month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
	civil_out->year = (int32_t)(yoe + era * 400 + (civil_out->month <= 2 ? 1 : 0));
	civil_out->weekday = (int32_t)(days + 3 - floor_div(days + 3, 7) * 7);
}

void
fv_civil_from_instant(int64_t utc_ms, int32_t offset_s, struct fv_civil *civil_out)
{
	/* The day is split off first: a stranger's instant may lie at the end of int64. */
	int64_t days = utc_ms / FV_MS_PER_DAY;
	int64_t rest = utc_ms % FV_MS_PER_DAY + (int64_t)offset_s * MS_PER_S;
	int64_t carry = floor_div(rest, FV_MS_PER_DAY);

	rest -= carry * FV_MS_PER_DAY;
	fv_civil_from_days(days + carry, civil_out);
	civil_out->hour = (int32_t)(rest / MS_PER_HOUR);
	civil_out->minute = (int32_t)(rest / MS_PER_MINUTE % 60);
	civil_out->second = (int32_t)(rest / MS_PER_S % 60);
	civil_out->ms = (int32_t)(rest % MS_PER_S);
}

int64_t
fv_instant_from_civil(const struct fv_civil *civil, int32_t offset_s)
{
	int64_t days = fv_days_from_civil(civil->year, civil->month, civil->day);

	return days * FV_MS_PER_DAY + (int64_t)civil->hour * MS_PER_HOUR +
	    (int64_t)civil->minute * MS_PER_MINUTE + (int64_t)civil->second * MS_PER_S +
	    civil->ms - (int64_t)offset_s * MS_PER_S;
}

/* The part of the text not read yet. */
struct cursor {
	const uint8_t *ptr;
	size_t left;
};

static bool
take_digits(struct cursor *c, size_t count, int32_t *v_out)
{
	int32_t v = 0;

	if (c->left < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (c->ptr[i] < '0' || c->ptr[i] > '9')
			return false;
		v = v * 10 + (c->ptr[i] - '0');
	}
	c->ptr += count;
	c->left -= count;
	*v_out = v;
	return true;
}

static bool
take_char(struct cursor *c, char want)
{
	if (c->left == 0 || *c->ptr != (uint8_t)want)
		return false;
	c->ptr++;
	c->left--;
	return true;
}

static int32_t
days_in_month(int32_t year, int32_t month)
{
	static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

static enum fv_err
take_date(struct cursor *c, struct fv_civil *civil)
{
	if (!take_digits(c, 4, &civil->year) || !take_char(c, '-') ||
	    !take_digits(c, 2, &civil->month) || !take_char(c, '-') ||
	    !take_digits(c, 2, &civil->day))
		return FV_EFORMAT;
	if (civil->year < 1970 || civil->month < 1 || civil->month > 12 || civil->day < 1 ||
	    civil->day > days_in_month(civil->year, civil->month))
		return FV_ERANGE;
	return FV_OK;
}

/* "." and digits; what is beyond the millisecond is read and dropped. */
static bool
take_fraction(struct cursor *c, int32_t *ms_out)
{
	int32_t ms = 0;
	int32_t scale = 100;
	int32_t digit;

	if (!take_digits(c, 1, &digit))
		return false;
	do {
		ms += digit * scale;
		scale /= 10;
	} while (take_digits(c, 1, &digit));
	*ms_out = ms;
	return true;
}

static enum fv_err
take_time(struct cursor *c, struct fv_civil *civil)
{
	if (!take_digits(c, 2, &civil->hour) || !take_char(c, ':') ||
	    !take_digits(c, 2, &civil->minute) || !take_char(c, ':') ||
	    !take_digits(c, 2, &civil->second))
		return FV_EFORMAT;
	if (take_char(c, '.') && !take_fraction(c, &civil->ms))
		return FV_EFORMAT;
	/* RFC 3339 allows :60; there is no way to say it in ms, so it becomes the next :00. */
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 60)
		return FV_ERANGE;
	return FV_OK;
}

static enum fv_err
take_offset(struct cursor *c, int32_t *offset_s_out)
{
	int32_t sign = 1;
	int32_t hour;
	int32_t minute;

	*offset_s_out = 0;
	if (take_char(c, 'Z') || take_char(c, 'z'))
		return FV_OK;
	if (take_char(c, '-'))
		sign = -1;
	else if (!take_char(c, '+'))
		return FV_EFORMAT;
	if (!take_digits(c, 2, &hour) || !take_char(c, ':') || !take_digits(c, 2, &minute))
		return FV_EFORMAT;
	if (hour > OFFSET_MAX_HOUR || minute > 59)
		return FV_ERANGE;
	*offset_s_out = sign * (hour * 3600 + minute * 60);
	return FV_OK;
}

enum fv_err
fv_instant_parse(struct fv_span text, int64_t *utc_ms_out)
{
	struct cursor c = {text.ptr, text.len};
	struct fv_civil civil = {0};
	int32_t offset_s;
	enum fv_err rc;

	*utc_ms_out = 0;
	if ((rc = take_date(&c, &civil)) != FV_OK)
		return rc;
	if (!take_char(&c, 'T') && !take_char(&c, 't'))
		return FV_EFORMAT;
	if ((rc = take_time(&c, &civil)) != FV_OK)
		return rc;
	if ((rc = take_offset(&c, &offset_s)) != FV_OK)
		return rc;
	if (c.left != 0)
		return FV_EFORMAT;
	*utc_ms_out = fv_instant_from_civil(&civil, offset_s);
	return FV_OK;
}

enum fv_err
fv_date_parse(struct fv_span text, int64_t *days_out)
{
	struct cursor c = {text.ptr, text.len};
	struct fv_civil civil = {0};
	enum fv_err rc;

	*days_out = 0;
	if ((rc = take_date(&c, &civil)) != FV_OK)
		return rc;
	if (c.left != 0)
		return FV_EFORMAT;
	*days_out = fv_days_from_civil(civil.year, civil.month, civil.day);
	return FV_OK;
}

const char *
fv_instant_format(
    int64_t utc_ms, int32_t offset_s, bool zulu, char text_out[FV_INSTANT_TEXT_BYTES])
{
	struct fv_civil c;
	char zone[7] = "Z";
	char fraction[5] = "";
	int32_t offset_minutes = offset_s / 60;
	unsigned magnitude = (unsigned)(offset_minutes < 0 ? -offset_minutes : offset_minutes);

	/* RFC 3339 has whole minutes only: local mean times lose their seconds on both sides.
	 */
	fv_civil_from_instant(utc_ms, offset_minutes * 60, &c);
	if (c.ms != 0)
		(void)snprintf(fraction, sizeof fraction, ".%03u", (unsigned)c.ms % 1000U);
	if (offset_s != 0 || !zulu)
		(void)snprintf(zone, sizeof zone, "%c%02u:%02u",
		    offset_minutes < 0 ? '-' : '+', magnitude / 60 % 100, magnitude % 60);
	(void)snprintf(text_out, FV_INSTANT_TEXT_BYTES, "%04d-%02u-%02uT%02u:%02u:%02u%s%s",
	    c.year % 10000, (unsigned)c.month % 100, (unsigned)c.day % 100,
	    (unsigned)c.hour % 100, (unsigned)c.minute % 100, (unsigned)c.second % 100,
	    fraction, zone);
	return text_out;
}
