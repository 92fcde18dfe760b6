#include "lib/zonerule.h"

#include <string.h>

#include "fv/instant.h"

#define NAME_MIN 3U
#define OFFSET_HOURS_MAX 24
#define TIME_HOURS_MAX 167 /* a version 3 extension: a week either way */
#define DEFAULT_TIME_S 7200
#define SECONDS_PER_DAY 86400

/* The part of the text not read yet. */
struct cursor {
	const uint8_t *ptr;
	size_t left;
};

static int
peek(const struct cursor *c)
{
	return c->left == 0 ? -1 : *c->ptr;
}

static bool
take_char(struct cursor *c, char want)
{
	if (peek(c) != want)
		return false;
	c->ptr++;
	c->left--;
	return true;
}

static bool
is_digit(int ch)
{
	return ch >= '0' && ch <= '9';
}

static bool
is_alpha(int ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
}

/* One to three digits, at most `max`. */
static bool
take_number(struct cursor *c, int32_t max, int32_t *v_out)
{
	int32_t v = 0;
	size_t n;

	for (n = 0; n < 3 && is_digit(peek(c)); n++) {
		v = v * 10 + (*c->ptr - '0');
		c->ptr++;
		c->left--;
	}
	*v_out = v;
	return n > 0 && v <= max && !is_digit(peek(c));
}

/* A name of letters, or of letters, digits and signs between < and >. */
static bool
take_name(struct cursor *c)
{
	bool quoted = take_char(c, '<');
	size_t n = 0;

	for (;; n++) {
		int ch = peek(c);

		if (!is_alpha(ch) && !(quoted && (is_digit(ch) || ch == '+' || ch == '-')))
			break;
		c->ptr++;
		c->left--;
	}
	return n >= NAME_MIN && (!quoted || take_char(c, '>'));
}

/* [+-]hh[:mm[:ss]] as seconds. */
static bool
take_time(struct cursor *c, int32_t hours_max, int32_t *s_out)
{
	int32_t sign = 1;
	int32_t hour;
	int32_t minute = 0;
	int32_t second = 0;

	if (take_char(c, '-'))
		sign = -1;
	else
		(void)take_char(c, '+');
	if (!take_number(c, hours_max, &hour))
		return false;
	if (take_char(c, ':')) {
		if (!take_number(c, 59, &minute))
			return false;
		if (take_char(c, ':') && !take_number(c, 59, &second))
			return false;
	}
	*s_out = sign * (hour * 3600 + minute * 60 + second);
	return true;
}

static bool
take_change(struct cursor *c, struct fv_zonerule_change *change)
{
	if (!take_char(c, ','))
		return false;
	if (take_char(c, 'M')) {
		change->kind = FV_ZONERULE_WEEK;
		if (!take_number(c, 12, &change->month) || change->month < 1 ||
		    !take_char(c, '.') || !take_number(c, 5, &change->week) ||
		    change->week < 1 || !take_char(c, '.') || !take_number(c, 6, &change->day))
			return false;
	} else if (take_char(c, 'J')) {
		change->kind = FV_ZONERULE_JULIAN;
		if (!take_number(c, 365, &change->day) || change->day < 1)
			return false;
	} else {
		change->kind = FV_ZONERULE_DAY;
		if (!take_number(c, 365, &change->day))
			return false;
	}
	change->time_s = DEFAULT_TIME_S;
	return !take_char(c, '/') || take_time(c, TIME_HOURS_MAX, &change->time_s);
}

enum fv_err
fv_zonerule_parse(struct fv_span text, struct fv_zonerule *rule_out)
{
	struct cursor c = {text.ptr, text.len};
	struct fv_zonerule r;
	int32_t west_s;

	memset(rule_out, 0, sizeof *rule_out);
	memset(&r, 0, sizeof r);
	if (!take_name(&c) || !take_time(&c, OFFSET_HOURS_MAX, &west_s))
		return FV_EFORMAT;
	r.std_s = -west_s;
	if (c.left != 0) {
		r.has_dst = true;
		if (!take_name(&c))
			return FV_EFORMAT;
		r.dst_s = r.std_s + 3600;
		if (peek(&c) != ',') {
			if (!take_time(&c, OFFSET_HOURS_MAX, &west_s))
				return FV_EFORMAT;
			r.dst_s = -west_s;
		}
		if (!take_change(&c, &r.start) || !take_change(&c, &r.end) || c.left != 0)
			return FV_EFORMAT;
	}
	*rule_out = r;
	return FV_OK;
}

static bool
is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01 of the week-th weekday of a month; the fifth is the last. */
static int64_t
week_day(const struct fv_zonerule_change *change, int32_t year)
{
	int64_t first = fv_days_from_civil(year, change->month, 1);
	int64_t next = change->month == 12 ? fv_days_from_civil(year + 1, 1, 1)
					   : fv_days_from_civil(year, change->month + 1, 1);
	struct fv_civil civil;
	int32_t sunday_based;
	int64_t day;

	fv_civil_from_days(first, &civil);
	sunday_based = (civil.weekday + 1) % 7;
	day = first + (change->day - sunday_based + 7) % 7 + 7 * ((int64_t)change->week - 1);
	return day >= next ? day - 7 : day;
}

int64_t
fv_zonerule_change_s(const struct fv_zonerule_change *change, int32_t year, int32_t offset_s)
{
	int64_t day;

	switch (change->kind) {
	case FV_ZONERULE_WEEK:
		day = week_day(change, year);
		break;
	case FV_ZONERULE_JULIAN:
		day = fv_days_from_civil(year, 1, 1) + change->day - 1 +
		    (is_leap(year) && change->day >= 60 ? 1 : 0);
		break;
	case FV_ZONERULE_DAY:
	default:
		day = fv_days_from_civil(year, 1, 1) + change->day;
		break;
	}
	return day * SECONDS_PER_DAY + change->time_s - offset_s;
}
