/* Where a visit was: the fixes inside it, or those just before and after. */
#include <stdlib.h>
#include <string.h>

#include "fv/geo.h"
#include "lib/fold_internal.h"

#define FRESH_MS INT64_C(30000) /* an older fix is one from before, not from inside */
#define SLACK_MS INT64_C(5000)  /* receiver's time of begin and end against its fixes */
#define OUTLIER_MM INT64_C(100000)
#define BRIDGE_MAX_MM INT64_C(1000000000) /* fixes further apart bridge nothing */
#define OUTLIER_E7 5000000L               /* half a degree: no dwell, and sums stay small */
#define EPH_UNKNOWN_MM UINT32_C(50000)    /* weighs little, and claims no accuracy */
#define EPH_MIN_MM UINT32_C(1000)
#define EPH_MAX_MM UINT32_C(1000000)
#define WEIGHT_ONE UINT64_C(1000000000000) /* weight = this / eph^2: 1..1e6 */

static uint32_t
eph_of(const struct fix *fix)
{
	uint32_t eph = fix->has_eph ? fix->eph_mm : EPH_UNKNOWN_MM;

	return eph < EPH_MIN_MM ? EPH_MIN_MM : eph > EPH_MAX_MM ? EPH_MAX_MM : eph;
}

static uint64_t
weight_of(const struct fix *fix)
{
	uint64_t eph = eph_of(fix);

	return WEIGHT_ONE / (eph * eph);
}

static uint64_t
root_of(uint64_t v)
{
	uint64_t r = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return r;
}

static struct fv_place
point_of(const struct fix *fix)
{
	return (struct fv_place){fix->lat_e7, fix->lon_e7};
}

static int
by_lat(const void *a, const void *b)
{
	const struct fix *x = a, *y = b;

	return (x->lat_e7 > y->lat_e7) - (x->lat_e7 < y->lat_e7);
}

static int
by_lon(const void *a, const void *b)
{
	const struct fix *x = a, *y = b;

	return (x->lon_e7 > y->lon_e7) - (x->lon_e7 < y->lon_e7);
}

/* The element at which half of the weight is reached, in the present order. */
static const struct fix *
middle(const struct fix *fixes, size_t count)
{
	uint64_t total = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		total += weight_of(&fixes[i]);
	for (size_t i = 0; i < count; i++) {
		sum += weight_of(&fixes[i]);
		if (sum * 2 >= total)
			return &fixes[i];
	}
	return &fixes[count - 1];
}

/*
 * The dwell: weighted median, then the weighted mean of what lies near it, so that one
 * bad fix moves nothing.  Accuracy is the larger of what the receiver claims and how far
 * its fixes scatter; fixes of one receiver err together, so their number does not help.
 */
static void
dwell(struct fix *fixes, size_t count, struct fv_fold_contact *visit)
{
	uint64_t weights = 0, spread = 0, claimed, scatter;
	int64_t lat = 0, lon = 0;
	struct fix median = {0};
	size_t near = 0;

	qsort(fixes, count, sizeof *fixes, by_lat);
	median.lat_e7 = middle(fixes, count)->lat_e7;
	qsort(fixes, count, sizeof *fixes, by_lon);
	median.lon_e7 = middle(fixes, count)->lon_e7;
	for (size_t i = 0; i < count; i++) {
		int64_t reach = INT64_C(3) * eph_of(&fixes[i]);

		if (labs(fixes[i].lat_e7 - (long)median.lat_e7) <= OUTLIER_E7 &&
		    labs(fixes[i].lon_e7 - (long)median.lon_e7) <= OUTLIER_E7 &&
		    fv_geo_distance_mm(point_of(&median), point_of(&fixes[i])) <=
			(reach > OUTLIER_MM ? reach : OUTLIER_MM))
			fixes[near++] = fixes[i];
	}
	if (near == 0)
		return;
	for (size_t i = 0; i < near; i++) {
		int64_t w = (int64_t)weight_of(&fixes[i]);

		weights += (uint64_t)w;
		lat += w * (fixes[i].lat_e7 - median.lat_e7);
		lon += w * (fixes[i].lon_e7 - median.lon_e7);
	}
	median.lat_e7 += (int32_t)(lat / (int64_t)weights);
	median.lon_e7 += (int32_t)(lon / (int64_t)weights);
	visit->contact.has_accuracy = true;
	for (size_t i = 0; i < near; i++) {
		uint64_t d =
		    (uint64_t)fv_geo_distance_mm(point_of(&median), point_of(&fixes[i]));

		spread += d * d / near;
		visit->contact.has_accuracy = visit->contact.has_accuracy && fixes[i].has_eph;
	}
	claimed = root_of(WEIGHT_ONE / weights * near);
	scatter = root_of(spread);
	visit->contact.has_place = true;
	visit->contact.lat_e7 = median.lat_e7;
	visit->contact.lon_e7 = median.lon_e7;
	visit->contact.accuracy_mm = (uint32_t)(claimed > scatter ? claimed : scatter);
	visit->fix = FV_FOLD_FIX_INSIDE;
	visit->fix_count = (uint32_t)near;
}

static bool
is_inside(const struct fix *fix, const struct kept *begin, const struct kept *end)
{
	const struct fv_header *b = &begin->header;

	if (fix->age_ms > FRESH_MS)
		return false;
	if (fix->visit == b->seq)
		return true;
	if (end == NULL || fix->seq <= b->seq || fix->seq > end->header.seq)
		return false;
	if (fix->has_gnss && b->has_gnss && fix->gnss_ms < b->gnss_ms - SLACK_MS)
		return false;
	return !(fix->has_gnss && end->header.has_gnss &&
	    fix->gnss_ms > end->header.gnss_ms + SLACK_MS);
}

/* Index of the first fix whose record has this seq or a later one. */
static size_t
first_at(const struct device *d, uint64_t seq)
{
	size_t lo = 0, hi = d->fix_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->fixes[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Index of the first kept record with this seq or a later one. */
static size_t
kept_at(const struct device *d, uint64_t seq)
{
	size_t lo = 0, hi = d->kept_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->kept[mid]->header.seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * How far one looks for a bridge: to the first record before (after) that was written
 * outside of it.  So what lies far away in the trail never matters, even where no fix does.
 */
static uint64_t
look_from(const struct device *d, uint64_t seq, int64_t from)
{
	for (size_t i = kept_at(d, seq); i-- > 0;)
		if (d->kept[i]->header.rtc_ms < from - FV_FOLD_BRIDGE_MS)
			return d->kept[i]->header.seq;
	return 0;
}

static uint64_t
look_until(const struct device *d, uint64_t seq, int64_t until)
{
	for (size_t i = kept_at(d, seq + 1); i < d->kept_count; i++)
		if (d->kept[i]->header.rtc_ms > until + FV_FOLD_BRIDGE_MS)
			return d->kept[i]->header.seq;
	return UINT64_MAX;
}

/* The nearest fixes on either side in the order of the trail, within the bridge. */
static const struct fix *
last_before(const struct device *d, uint64_t seq, int64_t from)
{
	const uint64_t limit = look_from(d, seq, from);
	const struct fix *best = NULL;

	for (size_t i = first_at(d, seq + 1); i-- > 0;) {
		const struct fix *f = &d->fixes[i];

		if (f->wall_ms < from - FV_FOLD_BRIDGE_MS || f->seq < limit)
			break;
		if (f->wall_ms <= from && (best == NULL || f->wall_ms > best->wall_ms))
			best = f;
	}
	return best;
}

static const struct fix *
first_after(const struct device *d, uint64_t seq, int64_t until)
{
	const uint64_t limit = look_until(d, seq, until);
	const struct fix *best = NULL;

	for (size_t i = first_at(d, seq); i < d->fix_count; i++) {
		const struct fix *f = &d->fixes[i];

		if (f->wall_ms > until + FV_FOLD_BRIDGE_MS || f->seq > limit)
			break;
		if (f->wall_ms >= until && (best == NULL || f->wall_ms < best->wall_ms))
			best = f;
	}
	return best;
}

/* The last good fix before `begin` and the first after `end`, each within the bridge. */
static void
bridge(const struct device *d, const struct kept *begin, const struct kept *end,
    struct fv_fold_contact *visit)
{
	int64_t from = visit->contact.begin_utc_ms;
	int64_t until = visit->contact.has_end ? visit->contact.end_utc_ms : from;
	const struct fix *before = last_before(d, begin->header.seq, from);
	const struct fix *after =
	    first_after(d, end != NULL ? end->header.seq : begin->header.seq, until);
	int64_t apart;
	uint32_t eph;

	visit->fix = before != NULL || after != NULL ? FV_FOLD_FIX_ONE_SIDE : FV_FOLD_FIX_NONE;
	visit->fix_count = (before != NULL ? 1U : 0U) + (after != NULL ? 1U : 0U);
	if (before == NULL || after == NULL || visit->contact.is_open)
		return;
	/* One circle that holds both: inside a fence only when both are. */
	apart = fv_geo_distance_mm(point_of(before), point_of(after));
	eph = eph_of(before) > eph_of(after) ? eph_of(before) : eph_of(after);
	if (apart > BRIDGE_MAX_MM)
		return;
	visit->fix = FV_FOLD_FIX_BRIDGED;
	visit->contact.has_place = true;
	visit->contact.lat_e7 =
	    (int32_t)(((int64_t)before->lat_e7 + (int64_t)after->lat_e7) / 2);
	visit->contact.lon_e7 =
	    (int32_t)(((int64_t)before->lon_e7 + (int64_t)after->lon_e7) / 2);
	visit->contact.has_accuracy = before->has_eph && after->has_eph;
	visit->contact.accuracy_mm = (uint32_t)(apart / 2) + eph;
}

bool
fv_fold_place(const struct device *device, const struct kept *begin, const struct kept *end,
    struct fv_fold_contact *visit)
{
	size_t from = first_at(device, begin->header.seq);
	size_t until = first_at(device, visit->last_seq + 1);
	struct fix *inside = NULL;
	size_t count = 0;

	visit->fix = FV_FOLD_FIX_NONE;
	if (until > from && (inside = calloc(until - from, sizeof *inside)) == NULL)
		return false;
	for (size_t i = from; i < until; i++)
		if (is_inside(&device->fixes[i], begin, end))
			inside[count++] = device->fixes[i];
	if (count > 0)
		dwell(inside, count, visit);
	free(inside);
	if (!visit->contact.has_place)
		bridge(device, begin, end, visit);
	return true;
}
