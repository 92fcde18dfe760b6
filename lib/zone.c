#include "fv/zone.h"

#include <stdlib.h>
#include <string.h>

#include "lib/zonerule.h"

#define HEADER_BYTES 44U
#define OFFSET_MIN_S (-89999) /* RFC 9636 section 3.2: more than -25 h, less than 26 h */
#define OFFSET_MAX_S 93599
#define REACH_S INT64_C(100000) /* more than any offset */
#define MS_PER_S INT64_C(1000)
#define SECONDS_PER_DAY INT64_C(86400)
#define DAYS_MAX (INT64_MAX / FV_MS_PER_DAY - 4)

struct fv_zone {
	size_t change_count;
	size_t type_count;
	bool has_rule;
	struct fv_zonerule rule; /* after the last change */
	int32_t *offset_s;       /* into memory after this struct; type_count long */
	int64_t *change_s;       /* likewise; ascending, change_count long */
	uint8_t *type;           /* likewise; the type from each change on */
};

/* The six counts of a TZif header. */
struct counts {
	uint32_t isut;
	uint32_t isstd;
	uint32_t leap;
	uint32_t change;
	uint32_t type;
	uint32_t chars;
};

/* A stretch in seconds; from and until saturate at the ends of int64. */
struct stretch {
	int64_t from;
	int64_t until;
	int32_t offset_s;
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static uint32_t
load_u32be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t
load_i64be(const uint8_t *p)
{
	return (int64_t)((uint64_t)load_u32be(p) << 32 | load_u32be(p + 4));
}

/* Read a header at `in`; every count is bounded by the caller's check of the body. */
static enum fv_err
read_header(struct fv_span in, uint8_t *version_out, struct counts *n)
{
	if (in.len < HEADER_BYTES)
		return FV_ECUT;
	if (memcmp(in.ptr, "TZif", 4) != 0)
		return FV_EFORMAT;
	*version_out = in.ptr[4];
	n->isut = load_u32be(in.ptr + 20);
	n->isstd = load_u32be(in.ptr + 24);
	n->leap = load_u32be(in.ptr + 28);
	n->change = load_u32be(in.ptr + 32);
	n->type = load_u32be(in.ptr + 36);
	n->chars = load_u32be(in.ptr + 40);
	return FV_OK;
}

/* Bytes of a data block; 64-bit, so that no count can make it wrap. */
static uint64_t
block_bytes(const struct counts *n, uint64_t time_bytes)
{
	return (uint64_t)n->change * (time_bytes + 1) + (uint64_t)n->type * 6 + n->chars +
	    (uint64_t)n->leap * (time_bytes + 4) + n->isstd + (uint64_t)n->isut;
}

static struct fv_zone *
zone_new(const struct counts *n)
{
	size_t changes = (size_t)n->change;
	size_t types = (size_t)n->type;
	struct fv_zone *zone = calloc(1, sizeof *zone + changes * 9 + types * 4);

	if (zone == NULL)
		return NULL;
	zone->change_count = changes;
	zone->type_count = types;
	zone->change_s = (int64_t *)(zone + 1); /* the widest first: all stay aligned */
	zone->offset_s = (int32_t *)(zone->change_s + changes);
	zone->type = (uint8_t *)(zone->offset_s + types);
	return zone;
}

static enum fv_err
read_changes(struct fv_zone *zone, const uint8_t *times, const uint8_t *types)
{
	for (size_t i = 0; i < zone->change_count; i++) {
		zone->change_s[i] = load_i64be(times + 8 * i);
		zone->type[i] = types[i];
		if (types[i] >= zone->type_count ||
		    (i > 0 && zone->change_s[i] <= zone->change_s[i - 1]))
			return FV_EFORMAT;
	}
	return FV_OK;
}

static enum fv_err
read_types(struct fv_zone *zone, const uint8_t *p, uint32_t chars)
{
	for (size_t i = 0; i < zone->type_count; i++, p += 6) {
		zone->offset_s[i] = (int32_t)load_u32be(p);
		if (zone->offset_s[i] < OFFSET_MIN_S || zone->offset_s[i] > OFFSET_MAX_S ||
		    p[4] > 1 || p[5] >= chars)
			return FV_EFORMAT;
	}
	return FV_OK;
}

/* "\n" TZ "\n" and nothing after it; an empty TZ says that nothing is known. */
static enum fv_err
read_footer(struct fv_zone *zone, struct fv_span in)
{
	if (in.len < 2)
		return FV_ECUT;
	if (in.ptr[0] != '\n' || in.ptr[in.len - 1] != '\n')
		return FV_EFORMAT;
	if (in.len == 2)
		return FV_OK;
	zone->has_rule = true;
	return fv_zonerule_parse((struct fv_span){in.ptr + 1, in.len - 2}, &zone->rule);
}

/* The 64-bit block: header at `in`, which runs to the end of the file. */
static enum fv_err
read_block(struct fv_span in, struct fv_zone **zone_out)
{
	struct fv_zone *zone = NULL;
	struct counts n;
	uint8_t version;
	const uint8_t *p;
	uint64_t body;
	enum fv_err rc;

	if ((rc = read_header(in, &version, &n)) != FV_OK)
		goto cleanup;
	body = block_bytes(&n, 8);
	rc = FV_ECUT;
	if (body > in.len - HEADER_BYTES)
		goto cleanup;
	rc = FV_EFORMAT;
	if (n.type == 0 || n.type > 256 || n.chars == 0 || n.leap != 0 ||
	    (n.isut != 0 && n.isut != n.type) || (n.isstd != 0 && n.isstd != n.type))
		goto cleanup;
	rc = FV_ENOMEM;
	if ((zone = zone_new(&n)) == NULL)
		goto cleanup;
	p = in.ptr + HEADER_BYTES;
	if ((rc = read_changes(zone, p, p + (size_t)n.change * 8)) != FV_OK)
		goto cleanup;
	if ((rc = read_types(zone, p + (size_t)n.change * 9, n.chars)) != FV_OK)
		goto cleanup;
	p += body;
	rc = read_footer(zone, (struct fv_span){p, (size_t)(in.ptr + in.len - p)});
	if (rc != FV_OK)
		goto cleanup;
	*zone_out = zone;
	zone = NULL; /* the caller owns it now */
cleanup:
	fv_zone_free(zone);
	return rc;
}

enum fv_err
fv_zone_parse(struct fv_span tzif, struct fv_zone **zone_out)
{
	struct counts n;
	uint8_t version;
	uint64_t skip;
	enum fv_err rc;

	*zone_out = NULL;
	if (tzif.len > FV_ZONE_FILE_MAX_BYTES)
		return FV_ETOOBIG;
	if ((rc = read_header(tzif, &version, &n)) != FV_OK)
		return rc;
	if (version < '2' || version > '4')
		return FV_EVERSION;
	skip = HEADER_BYTES + block_bytes(&n, 4);
	if (skip > tzif.len)
		return FV_ECUT;
	return read_block(
	    (struct fv_span){tzif.ptr + skip, tzif.len - (size_t)skip}, zone_out);
}

void
fv_zone_free(struct fv_zone *zone)
{
	free(zone);
}

/* Number of changes at or before t. */
static size_t
changes_until(const struct fv_zone *zone, int64_t t)
{
	size_t lo = 0;
	size_t hi = zone->change_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (zone->change_s[mid] <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * The stretch around t by the footer's rule alone.  Changes are taken in the order of
 * their years, start before end within one: with summer time all year round the end of a
 * year and the start of the next fall together, and the start must win.
 */
static struct stretch
rule_stretch(const struct fv_zonerule *rule, int64_t t)
{
	struct stretch s = {INT64_MIN, INT64_MAX, rule->std_s};
	struct fv_civil civil;

	if (!rule->has_dst)
		return s;
	fv_civil_from_days(floor_div(t, SECONDS_PER_DAY), &civil);
	for (int32_t year = civil.year - 2; year <= civil.year + 2; year++) {
		int64_t start = fv_zonerule_change_s(&rule->start, year, rule->std_s);
		int64_t end = fv_zonerule_change_s(&rule->end, year, rule->dst_s);
		bool start_first = start <= end;

		for (int i = 0; i < 2; i++) {
			bool is_start = (i == 0) == start_first;
			int64_t at = is_start ? start : end;

			if (at <= t && at >= s.from) {
				s.from = at;
				s.offset_s = is_start ? rule->dst_s : rule->std_s;
			} else if (at > t && at < s.until) {
				s.until = at;
			}
		}
	}
	return s;
}

static struct stretch
stretch_at(const struct fv_zone *zone, int64_t t)
{
	size_t i = changes_until(zone, t);
	struct stretch s = {INT64_MIN, INT64_MAX, zone->offset_s[0]};

	if (i == zone->change_count && zone->has_rule) {
		s = rule_stretch(&zone->rule, t);
	} else if (i > 0) {
		s.offset_s = zone->offset_s[zone->type[i - 1]];
	}
	if (i > 0 && zone->change_s[i - 1] > s.from)
		s.from = zone->change_s[i - 1];
	if (i < zone->change_count)
		s.until = zone->change_s[i];
	return s;
}

static int64_t
saturated_ms(int64_t s)
{
	if (s >= INT64_MAX / MS_PER_S)
		return INT64_MAX;
	return s <= INT64_MIN / MS_PER_S ? INT64_MIN : s * MS_PER_S;
}

struct fv_zone_span
fv_zone_span_at(const struct fv_zone *zone, int64_t utc_ms)
{
	struct stretch s = stretch_at(zone, floor_div(utc_ms, MS_PER_S));

	return (struct fv_zone_span){saturated_ms(s.from), saturated_ms(s.until), s.offset_s};
}

int32_t
fv_zone_offset_s(const struct fv_zone *zone, int64_t utc_ms)
{
	return stretch_at(zone, floor_div(utc_ms, MS_PER_S)).offset_s;
}

void
fv_zone_civil(const struct fv_zone *zone, int64_t utc_ms, struct fv_civil *civil_out)
{
	fv_civil_from_instant(utc_ms, fv_zone_offset_s(zone, utc_ms), civil_out);
}

int64_t
fv_zone_local_days(const struct fv_zone *zone, int64_t utc_ms)
{
	int64_t t = floor_div(utc_ms, MS_PER_S);

	return floor_div(t + stretch_at(zone, t).offset_s, SECONDS_PER_DAY);
}

static bool
is_civil(const struct fv_civil *c)
{
	struct fv_civil back;

	if (c->year < -9999 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > 31 || c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
	    c->second < 0 || c->second > 59 || c->ms < 0 || c->ms > 999)
		return false;
	fv_civil_from_days(fv_days_from_civil(c->year, c->month, c->day), &back);
	return back.day == c->day && back.month == c->month;
}

enum fv_err
fv_zone_instants(const struct fv_zone *zone, const struct fv_civil *local,
    int64_t utc_ms_out[2], size_t *count_out)
{
	struct stretch s;
	int64_t wall;
	int64_t t;

	utc_ms_out[0] = utc_ms_out[1] = 0;
	*count_out = 0;
	if (!is_civil(local))
		return FV_ERANGE;
	wall = floor_div(fv_instant_from_civil(local, 0), MS_PER_S);
	for (t = wall - REACH_S; t <= wall + REACH_S && *count_out < 2; t = s.until) {
		int64_t candidate;

		s = stretch_at(zone, t);
		candidate = wall - s.offset_s;
		if (candidate >= s.from && candidate < s.until)
			utc_ms_out[(*count_out)++] = candidate * MS_PER_S + local->ms;
	}
	return FV_OK;
}

int64_t
fv_zone_day_start(const struct fv_zone *zone, int64_t days)
{
	struct stretch s;
	int64_t wall;
	int64_t t;

	if (days > DAYS_MAX)
		days = DAYS_MAX;
	if (days < -DAYS_MAX)
		days = -DAYS_MAX;
	wall = days * SECONDS_PER_DAY;
	for (t = wall - REACH_S;; t = s.until) {
		s = stretch_at(zone, t);
		if (wall - s.offset_s < s.until)
			break;
	}
	return (wall - s.offset_s > t ? wall - s.offset_s : t) * MS_PER_S;
}
