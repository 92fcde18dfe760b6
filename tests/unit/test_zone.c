#include "fv/zone.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#define FOLDER "/usr/share/zoneinfo"
#define YEAR_2101_S INT64_C(4133980800)
#define YEAR_1840_S INT64_C(-4102444800)

/* A TZif file put together by hand: version, types, changes, footer. */
struct built {
	uint8_t b[2048];
	size_t len;
};

static void
put(struct built *f, const void *p, size_t n)
{
	assert_true(f->len + n <= sizeof f->b);
	memcpy(f->b + f->len, p, n);
	f->len += n;
}

static void
put_be(struct built *f, uint64_t v, unsigned bytes)
{
	while (bytes-- > 0)
		put(f, &(uint8_t){(uint8_t)(v >> (8 * bytes))}, 1);
}

static void
put_header(struct built *f, char version, uint32_t changes, uint32_t types, uint32_t chars)
{
	put(f, "TZif", 4);
	put(f, &version, 1);
	put(f, (uint8_t[15]){0}, 15);
	put_be(f, 0, 4);
	put_be(f, 0, 4);
	put_be(f, 0, 4);
	put_be(f, changes, 4);
	put_be(f, types, 4);
	put_be(f, chars, 4);
}

static void
put_type(struct built *f, int32_t offset_s, bool dst)
{
	put_be(f, (uint32_t)offset_s, 4);
	put_be(f, dst ? 1 : 0, 1);
	put_be(f, 0, 1);
}

/* One type of UTC+offset, no changes, and a footer. */
static struct built
with_footer(int32_t offset_s, const char *footer)
{
	struct built f = {.len = 0};

	put_header(&f, '3', 0, 1, 4);
	put_type(&f, 0, false);
	put(&f, "UTC", 4);
	put_header(&f, '3', 0, 1, 4);
	put_type(&f, offset_s, false);
	put(&f, "ABC", 4);
	put(&f, "\n", 1);
	put(&f, footer, strlen(footer));
	put(&f, "\n", 1);
	return f;
}

static enum fv_err
parse(const struct built *f, struct fv_zone **zone_out)
{
	return fv_zone_parse((struct fv_span){f->b, f->len}, zone_out);
}

static size_t
read_file(const char *path, uint8_t *out, size_t cap)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		return 0;
	n = fread(out, 1, cap, file);
	fclose(file);
	return n;
}

static struct fv_zone *
zone_named(const char *name)
{
	static uint8_t bytes[1 << 17];
	char path[256];
	struct fv_zone *zone = NULL;
	size_t n;

	(void)snprintf(path, sizeof path, FOLDER "/%s", name);
	if ((n = read_file(path, bytes, sizeof bytes)) == 0)
		skip();
	assert_int_equal(fv_zone_parse((struct fv_span){bytes, n}, &zone), FV_OK);
	return zone;
}

static int64_t
instant(const char *z)
{
	int64_t ms;

	assert_int_equal(
	    fv_instant_parse((struct fv_span){(const uint8_t *)z, strlen(z)}, &ms), FV_OK);
	return ms;
}

static struct fv_civil
civil(int32_t year, int32_t month, int32_t day, int32_t hour, int32_t minute)
{
	return (struct fv_civil){
	    .year = year, .month = month, .day = day, .hour = hour, .minute = minute};
}

/* Totals of the comparison with glibc. */
struct tally {
	unsigned zones;
	unsigned long instants;
	unsigned long differences;
};

static void
compare_at(const struct fv_zone *zone, int64_t t, const char *name, struct tally *tally)
{
	time_t when = (time_t)t;
	struct tm tm;

	assert_non_null(localtime_r(&when, &tm));
	tally->instants++;
	if (fv_zone_offset_s(zone, t * 1000) == tm.tm_gmtoff)
		return;
	if (tally->differences++ < 20)
		print_error("%s at %lld: ours %d, glibc %ld\n", name, (long long)t,
		    fv_zone_offset_s(zone, t * 1000), tm.tm_gmtoff);
}

static void
compare_around(const struct fv_zone *zone, int64_t t, const char *name, struct tally *tally)
{
	compare_at(zone, t - 1, name, tally);
	compare_at(zone, t, name, tally);
	compare_at(zone, t + 1, name, tally);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The file's changes as the test finds them itself, not as the module under test did. */
static void
compare_listed_changes(
    const uint8_t *b, const struct fv_zone *zone, const char *name, struct tally *tally)
{
	const uint8_t *second = b + 44 + be32(b + 32) * 5 + be32(b + 36) * 6 + be32(b + 40) +
	    be32(b + 28) * 8 + be32(b + 24) + be32(b + 20);
	uint32_t count = be32(second + 32);

	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *p = second + 44 + 8 * i;

		compare_around(
		    zone, (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4)), name, tally);
	}
}

static void
compare_zone(const char *path, const char *name, struct tally *tally)
{
	static uint8_t bytes[1 << 17];
	struct fv_zone *zone = NULL;
	struct fv_zone_span span;
	char tz[600];
	size_t n = read_file(path, bytes, sizeof bytes);

	if (n < 44 || memcmp(bytes, "TZif", 4) != 0)
		return;
	assert_int_equal(fv_zone_parse((struct fv_span){bytes, n}, &zone), FV_OK);
	(void)snprintf(tz, sizeof tz, ":%s", path);
	setenv("TZ", tz, 1);
	tzset();
	tally->zones++;
	compare_listed_changes(bytes, zone, name, tally);
	for (int64_t t = YEAR_1840_S; t < YEAR_2101_S; t = span.until_utc_ms / 1000) {
		span = fv_zone_span_at(zone, t * 1000);
		assert_true(span.from_utc_ms <= t * 1000 && span.until_utc_ms > t * 1000);
		if (span.until_utc_ms == INT64_MAX)
			break;
		compare_around(zone, span.until_utc_ms / 1000, name, tally);
	}
	for (int64_t t = YEAR_1840_S; t < YEAR_2101_S; t += 40 * 86400 + 4321)
		compare_at(zone, t, name, tally);
	fv_zone_free(zone);
}

static void
compare_folder(const char *path, const char *prefix, struct tally *tally)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		char below[512];
		char name[256];
		struct stat st;

		/* right/ counts leap seconds; posix/ holds the same files again. */
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "right") == 0 ||
		    strcmp(entry->d_name, "posix") == 0)
			continue;
		(void)snprintf(below, sizeof below, "%.200s/%.200s", path, entry->d_name);
		(void)snprintf(name, sizeof name, "%.100s%.100s", prefix, entry->d_name);
		if (stat(below, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			(void)snprintf(
			    name, sizeof name, "%.100s%.100s/", prefix, entry->d_name);
			compare_folder(below, name, tally);
		} else {
			compare_zone(below, name, tally);
		}
	}
	closedir(dir);
}

static void
every_installed_zone_agrees_with_glibc(void **state)
{
	struct tally tally = {0, 0, 0};

	(void)state;
	compare_folder(FOLDER, "", &tally);
	unsetenv("TZ");
	tzset();
	if (tally.zones == 0)
		skip();
	print_message("zones %u, instants %lu, differences %lu\n", tally.zones, tally.instants,
	    tally.differences);
	assert_true(tally.zones > 300);
	assert_int_equal(tally.differences, 0);
}

static void
a_footer_alone_gives_its_offset_with_the_sign_turned(void **state)
{
	struct built f = with_footer(20700, "<+0545>-5:45");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, 0), 20700);
	assert_int_equal(fv_zone_offset_s(zone, INT64_MAX), 20700);
	assert_int_equal(fv_zone_offset_s(zone, INT64_MIN), 20700);
	fv_zone_free(zone);
}

static void
an_empty_footer_keeps_the_last_type(void **state)
{
	struct built f = with_footer(3600, "");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2090-07-01T00:00:00Z")), 3600);
	fv_zone_free(zone);
}

static void
a_month_rule_changes_on_its_weekday(void **state)
{
	struct built f = with_footer(-18000, "EST5EDT,M3.2.0,M11.1.0");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-08T06:59:59Z")), -18000);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-08T07:00:00Z")), -14400);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-11-01T05:59:59Z")), -14400);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-11-01T06:00:00Z")), -18000);
	fv_zone_free(zone);
}

static void
a_southern_summer_spans_the_new_year(void **state)
{
	struct built f = with_footer(36000, "AEST-10AEDT,M10.1.0,M4.1.0/3");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2025-12-31T23:59:59Z")), 39600);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-04-04T15:59:59Z")), 39600);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-04-04T16:00:00Z")), 36000);
	fv_zone_free(zone);
}

/* The two examples of RFC 9636 section 3.3.1. */
static void
negative_times_and_times_over_a_day_are_taken(void **state)
{
	struct built greenland = with_footer(-10800, "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1");
	struct built israel = with_footer(7200, "IST-2IDT,M3.4.4/26,M10.5.0");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&greenland, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-29T00:59:59Z")), -10800);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-29T01:00:00Z")), -7200);
	fv_zone_free(zone);
	assert_int_equal(parse(&israel, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-26T23:59:59Z")), 7200);
	assert_int_equal(fv_zone_offset_s(zone, instant("2026-03-27T00:00:00Z")), 10800);
	fv_zone_free(zone);
}

static void
summer_time_all_year_round_has_no_hole_at_new_year(void **state)
{
	struct built f = with_footer(-10800, "XXX3EDT4,0/0,J365/23");
	struct fv_zone *zone;
	int64_t t = instant("2026-12-31T00:00:00Z");

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	for (int i = 0; i < 48 * 60; i++)
		assert_int_equal(fv_zone_offset_s(zone, t + i * INT64_C(60000)), -14400);
	fv_zone_free(zone);
}

static void
a_julian_day_never_counts_the_leap_day_and_a_plain_day_does(void **state)
{
	struct built julian = with_footer(0, "AAA0BBB,J60/0,J300/0");
	struct built plain = with_footer(0, "AAA0BBB,59/0,300/0");
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&julian, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2028-02-29T12:00:00Z")), 0);
	assert_int_equal(fv_zone_offset_s(zone, instant("2028-03-01T00:00:00Z")), 3600);
	assert_int_equal(fv_zone_offset_s(zone, instant("2027-03-01T00:00:00Z")), 3600);
	fv_zone_free(zone);
	assert_int_equal(parse(&plain, &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, instant("2028-02-29T00:00:00Z")), 3600);
	assert_int_equal(fv_zone_offset_s(zone, instant("2027-02-28T23:59:59Z")), 0);
	assert_int_equal(fv_zone_offset_s(zone, instant("2027-03-01T00:00:00Z")), 3600);
	fv_zone_free(zone);
}

static void
a_footer_that_is_not_a_rule_is_refused(void **state)
{
	static const char *const bad[] = {"A0", "ABC", "<AB>0", "<ABC0", "ABC25", "ABC0:60",
	    "ABC0DEF", "ABC0DEF,", "ABC0DEF,J0,J1", "ABC0DEF,J366,J1", "ABC0DEF,366,1",
	    "ABC0DEF,M13.1.0,M1.1.0", "ABC0DEF,M0.1.0,M1.1.0", "ABC0DEF,M1.6.0,M1.1.0",
	    "ABC0DEF,M1.0.0,M1.1.0", "ABC0DEF,M1.1.7,M1.1.0", "ABC0DEF,M1.1.0/168,M1.1.0",
	    "ABC0DEF,M1.1.0", "ABC0DEF,M1.1.0,M2.1.0 ", "ABC0DEF,M1.1.0,M2.1.0\nX", "AB+0",
	    "ABC0000", " ABC0", "ABC0,M1.1.0,M2.1.0"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct built f = with_footer(0, bad[i]);
		struct fv_zone *zone;

		assert_int_equal(parse(&f, &zone), FV_EFORMAT);
		assert_null(zone);
	}
}

static void
version_1_and_an_unknown_version_are_refused_by_version(void **state)
{
	struct built f = with_footer(0, "UTC0");
	struct fv_zone *zone;

	(void)state;
	f.b[4] = 0;
	assert_int_equal(parse(&f, &zone), FV_EVERSION);
	f.b[4] = '5';
	assert_int_equal(parse(&f, &zone), FV_EVERSION);
	f.b[4] = '4';
	assert_int_equal(parse(&f, &zone), FV_OK);
	fv_zone_free(zone);
}

static void
every_cut_of_a_file_is_refused(void **state)
{
	struct built f = with_footer(0, "EST5EDT,M3.2.0,M11.1.0");
	struct fv_zone *zone;

	(void)state;
	for (size_t n = 0; n < f.len; n++) {
		enum fv_err rc = fv_zone_parse((struct fv_span){f.b, n}, &zone);

		assert_true(rc == FV_ECUT || rc == FV_EFORMAT);
		assert_null(zone);
	}
}

static void
a_count_that_would_wrap_is_refused(void **state)
{
	struct built f = with_footer(0, "UTC0");
	size_t second = 44 + 6 + 4;
	struct fv_zone *zone;

	(void)state;
	memset(f.b + second + 32, 0xff, 4);
	assert_int_equal(parse(&f, &zone), FV_ECUT);
	memset(f.b + 20, 0xff, 24);
	assert_int_equal(parse(&f, &zone), FV_ECUT);
}

static void
leap_seconds_and_wild_types_are_refused(void **state)
{
	struct built f = with_footer(93600, "UTC0");
	size_t second = 44 + 6 + 4;
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
	f = with_footer(-90000, "UTC0");
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
	f = with_footer(0, "UTC0");
	f.b[second + 44 + 5] = 4; /* the abbreviation begins behind its characters */
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
	f = with_footer(0, "UTC0");
	f.b[second + 31] = 1; /* one leap second, 12 bytes that the footer gives */
	assert_int_equal(parse(&f, &zone), FV_ECUT);
	f = with_footer(0, "<UTCUTCUTCUTC>0");
	f.b[second + 31] = 1;
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
}

static void
changes_out_of_order_are_refused(void **state)
{
	struct built f = {.len = 0};
	struct fv_zone *zone;

	(void)state;
	put_header(&f, '2', 0, 1, 4);
	put_type(&f, 0, false);
	put(&f, "UTC", 4);
	put_header(&f, '2', 2, 1, 4);
	put_be(&f, 1000, 8);
	put_be(&f, 1000, 8);
	put_be(&f, 0, 2);
	put_type(&f, 0, false);
	put(&f, "UTC", 4);
	put(&f, "\n\n", 2);
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
	f.b[44 + 6 + 4 + 44 + 15]++;
	assert_int_equal(parse(&f, &zone), FV_OK);
	fv_zone_free(zone);
	f.b[44 + 6 + 4 + 44 + 16] = 1; /* no such type */
	assert_int_equal(parse(&f, &zone), FV_EFORMAT);
}

static void
a_time_inside_a_gap_has_no_instant(void **state)
{
	struct fv_zone *zone = zone_named("America/New_York");
	struct fv_civil local = civil(2026, 3, 8, 2, 30);
	int64_t ms[2];
	size_t count;

	(void)state;
	assert_int_equal(fv_zone_instants(zone, &local, ms, &count), FV_OK);
	assert_int_equal(count, 0);
	fv_zone_free(zone);
}

static void
a_time_inside_a_fold_has_two_instants_in_order(void **state)
{
	struct fv_zone *zone = zone_named("America/New_York");
	struct fv_civil local = civil(2026, 11, 1, 1, 30);
	int64_t ms[2];
	size_t count;

	(void)state;
	assert_int_equal(fv_zone_instants(zone, &local, ms, &count), FV_OK);
	assert_int_equal(count, 2);
	assert_true(ms[0] == instant("2026-11-01T01:30:00-04:00"));
	assert_true(ms[1] == instant("2026-11-01T01:30:00-05:00"));
	fv_zone_free(zone);
}

static void
the_edges_of_a_gap_and_of_a_fold_have_one_instant(void **state)
{
	struct fv_zone *zone = zone_named("America/New_York");
	const struct fv_civil locals[] = {civil(2026, 3, 8, 1, 59), civil(2026, 3, 8, 3, 0),
	    civil(2026, 11, 1, 0, 59), civil(2026, 11, 1, 2, 0)};
	int64_t ms[2];
	size_t count;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct fv_civil back;

		assert_int_equal(fv_zone_instants(zone, &locals[i], ms, &count), FV_OK);
		assert_int_equal(count, 1);
		fv_zone_civil(zone, ms[0], &back);
		assert_int_equal(back.hour, locals[i].hour);
		assert_int_equal(back.minute, locals[i].minute);
	}
	fv_zone_free(zone);
}

static void
a_date_that_is_none_is_out_of_range(void **state)
{
	struct built f = with_footer(0, "UTC0");
	const struct fv_civil bad[] = {civil(2026, 2, 29, 0, 0), civil(2026, 0, 1, 0, 0),
	    civil(2026, 13, 1, 0, 0), civil(2026, 1, 32, 0, 0), civil(2026, 1, 1, 24, 0),
	    civil(10000, 1, 1, 0, 0), civil(2026, 1, 1, 0, 60)};
	struct fv_zone *zone;
	int64_t ms[2];
	size_t count;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(fv_zone_instants(zone, &bad[i], ms, &count), FV_ERANGE);
		assert_int_equal(count, 0);
	}
	fv_zone_free(zone);
}

static void
a_day_starts_at_midnight(void **state)
{
	struct fv_zone *zone = zone_named("Asia/Shanghai");
	int64_t days = fv_days_from_civil(2026, 3, 2);

	(void)state;
	assert_true(fv_zone_day_start(zone, days) == instant("2026-03-02T00:00:00+08:00"));
	assert_true(fv_zone_local_days(zone, instant("2026-03-02T00:00:00+08:00")) == days);
	assert_true(
	    fv_zone_local_days(zone, instant("2026-03-01T23:59:59+08:00")) == days - 1);
	fv_zone_free(zone);
}

static void
a_day_whose_midnight_is_skipped_starts_after_the_gap(void **state)
{
	struct fv_zone *zone = zone_named("America/Sao_Paulo");

	(void)state;
	assert_true(fv_zone_day_start(zone, fv_days_from_civil(2018, 11, 4)) ==
	    instant("2018-11-04T01:00:00-02:00"));
	fv_zone_free(zone);
}

static void
a_day_that_a_zone_never_had_starts_with_the_next(void **state)
{
	struct fv_zone *zone = zone_named("Pacific/Apia");

	(void)state;
	assert_true(fv_zone_day_start(zone, fv_days_from_civil(2011, 12, 30)) ==
	    instant("2011-12-31T00:00:00+14:00"));
	assert_true(fv_zone_local_days(zone, instant("2011-12-30T09:59:59Z")) ==
	    fv_days_from_civil(2011, 12, 29));
	assert_true(fv_zone_local_days(zone, instant("2011-12-30T10:00:00Z")) ==
	    fv_days_from_civil(2011, 12, 31));
	fv_zone_free(zone);
}

static void
instants_at_the_ends_of_int64_do_not_overflow(void **state)
{
	struct built f = with_footer(-18000, "EST5EDT,M3.2.0,M11.1.0");
	const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(parse(&f, &zone), FV_OK);
	for (size_t i = 0; i < 4; i++) {
		struct fv_civil c;

		fv_zone_civil(zone, ends[i], &c);
		assert_in_range(c.month, 1, 12);
		assert_true((fv_zone_local_days(zone, ends[i]) < 0) == (ends[i] < 0));
		assert_true((fv_zone_day_start(zone, ends[i]) < 0) == (ends[i] < 0));
	}
	fv_zone_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_installed_zone_agrees_with_glibc),
	    cmocka_unit_test(a_footer_alone_gives_its_offset_with_the_sign_turned),
	    cmocka_unit_test(an_empty_footer_keeps_the_last_type),
	    cmocka_unit_test(a_month_rule_changes_on_its_weekday),
	    cmocka_unit_test(a_southern_summer_spans_the_new_year),
	    cmocka_unit_test(negative_times_and_times_over_a_day_are_taken),
	    cmocka_unit_test(summer_time_all_year_round_has_no_hole_at_new_year),
	    cmocka_unit_test(a_julian_day_never_counts_the_leap_day_and_a_plain_day_does),
	    cmocka_unit_test(a_footer_that_is_not_a_rule_is_refused),
	    cmocka_unit_test(version_1_and_an_unknown_version_are_refused_by_version),
	    cmocka_unit_test(every_cut_of_a_file_is_refused),
	    cmocka_unit_test(a_count_that_would_wrap_is_refused),
	    cmocka_unit_test(leap_seconds_and_wild_types_are_refused),
	    cmocka_unit_test(changes_out_of_order_are_refused),
	    cmocka_unit_test(a_time_inside_a_gap_has_no_instant),
	    cmocka_unit_test(a_time_inside_a_fold_has_two_instants_in_order),
	    cmocka_unit_test(the_edges_of_a_gap_and_of_a_fold_have_one_instant),
	    cmocka_unit_test(a_date_that_is_none_is_out_of_range),
	    cmocka_unit_test(a_day_starts_at_midnight),
	    cmocka_unit_test(a_day_whose_midnight_is_skipped_starts_after_the_gap),
	    cmocka_unit_test(a_day_that_a_zone_never_had_starts_with_the_next),
	    cmocka_unit_test(instants_at_the_ends_of_int64_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
