#include "fv/geo.h"

#include <math.h>

#define PI 3.14159265358979323846
#define WGS84_A_M 6378137.0
#define WGS84_F (1.0 / 298.257223563)
#define E7 1e7

/* GCJ-02 is computed on Krassovsky's ellipsoid. */
#define GCJ_A_M 6378245.0
#define GCJ_EE 0.00669342162296594323
#define BD_TURN (PI * 3000.0 / 180.0)
#define INVERSE_ROUNDS 30
#define INVERSE_DEGREES 1e-10

#define GCJ_SHIFT_MIN_MM 300000
#define GCJ_SHIFT_MAX_MM 800000
#define GCJ_RESIDUAL_PART 4 /* of the shift: so far may a pin be from where it should be */

/* Degrees, for the arithmetic here only. */
struct degrees {
	double lat;
	double lon;
};

typedef struct degrees shift_fn(struct degrees);

static struct degrees
to_degrees(struct fv_place place)
{
	return (struct degrees){place.lat_e7 / E7, place.lon_e7 / E7};
}

static struct fv_place
to_place(struct degrees d)
{
	return (struct fv_place){(int32_t)llround(d.lat * E7), (int32_t)llround(d.lon * E7)};
}

bool
fv_geo_is_place(struct fv_place place)
{
	return place.lat_e7 >= -FV_GEO_LAT_MAX_E7 && place.lat_e7 <= FV_GEO_LAT_MAX_E7 &&
	    place.lon_e7 >= -FV_GEO_LON_MAX_E7 && place.lon_e7 <= FV_GEO_LON_MAX_E7;
}

enum fv_err
fv_geo_from_degrees(double lat, double lon, struct fv_place *place_out)
{
	*place_out = (struct fv_place){0, 0};
	if (!(fabs(lat) <= 90.0) || !(fabs(lon) <= 180.0)) /* false for NaN, so refused */
		return FV_ERANGE;
	*place_out = to_place((struct degrees){lat, lon});
	return FV_OK;
}

static double
sin2(double x)
{
	return sin(x) * sin(x);
}

static double
cos2(double x)
{
	return cos(x) * cos(x);
}

int64_t
fv_geo_distance_mm(struct fv_place a, struct fv_place b)
{
	struct degrees da = to_degrees(a);
	struct degrees db = to_degrees(b);
	double beta_a = atan((1.0 - WGS84_F) * tan(da.lat * PI / 180.0));
	double beta_b = atan((1.0 - WGS84_F) * tan(db.lat * PI / 180.0));
	double p = (beta_a + beta_b) / 2.0;
	double q = (beta_b - beta_a) / 2.0;
	double lon = (db.lon - da.lon) * PI / 180.0;
	double h = sin2(q) + cos(beta_a) * cos(beta_b) * sin2(lon / 2.0);
	double sigma = 2.0 * asin(sqrt(h < 1.0 ? h : 1.0));
	double x = 0.0;
	double y = 0.0;

	if (sigma > 0.0)
		y = (sigma + sin(sigma)) * cos2(p) * sin2(q) / sin2(sigma / 2.0);
	if (cos2(sigma / 2.0) > 1e-4) /* towards the antipode the correction runs away */
		x = (sigma - sin(sigma)) * sin2(p) * cos2(q) / cos2(sigma / 2.0);
	return llround(WGS84_A_M * 1000.0 * (sigma - WGS84_F / 2.0 * (x + y)));
}

/* Edges in 1e-2 degree: south, west, north, east. */
struct box {
	int32_t south;
	int32_t west;
	int32_t north;
	int32_t east;
};

static bool
in_any(struct fv_place place, const struct box *boxes, size_t count)
{
	const int32_t unit = 100000;

	for (size_t i = 0; i < count; i++)
		if (place.lat_e7 >= boxes[i].south * unit &&
		    place.lat_e7 <= boxes[i].north * unit &&
		    place.lon_e7 >= boxes[i].west * unit &&
		    place.lon_e7 <= boxes[i].east * unit)
			return true;
	return false;
}

bool
fv_geo_in_china(struct fv_place place)
{
	static const struct box within[] = {
	    {4288, 7944, 4923, 9634},   /* north Xinjiang */
	    {3937, 10968, 5415, 13501}, /* Inner Mongolia, the north-east */
	    {2952, 7312, 4289, 12415},  /* Tibet to Shandong */
	    {2671, 8296, 2953, 9704},   /* south Tibet */
	    {2041, 9702, 2953, 12437},  /* the south */
	    {1787, 10797, 2042, 11175}, /* Hainan */
	};
	static const struct box without[] = {
	    {2178, 11992, 2540, 12250}, /* Taiwan */
	    {2009, 10186, 2229, 10667}, /* Laos, north Vietnam */
	    {2048, 10645, 2155, 10806}, /* the Gulf of Tonkin */
	    {5032, 10903, 5582, 11913}, /* Russia and Mongolia, three times */
	    {4955, 12745, 5582, 13703},
	    {4256, 13126, 4490, 13703},
	};

	return in_any(place, within, sizeof within / sizeof within[0]) &&
	    !in_any(place, without, sizeof without / sizeof without[0]);
}

/* The part of the published polynomial that both axes share. */
static double
waves(double x)
{
	return (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
}

static struct degrees
wgs84_to_gcj02(struct degrees d)
{
	double x = d.lon - 105.0;
	double y = d.lat - 35.0;
	double lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y +
	    0.2 * sqrt(fabs(x)) + waves(x) +
	    (20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI)) * 2.0 / 3.0 +
	    (160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0)) * 2.0 / 3.0;
	double lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
	    waves(x) + (20.0 * sin(x * PI) + 40.0 * sin(x / 3.0 * PI)) * 2.0 / 3.0 +
	    (150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI)) * 2.0 / 3.0;
	double rad = d.lat / 180.0 * PI;
	double magic = 1.0 - GCJ_EE * sin(rad) * sin(rad);
	double root = sqrt(magic);

	lat = lat * 180.0 / (GCJ_A_M * (1.0 - GCJ_EE) / (magic * root) * PI);
	lon = lon * 180.0 / (GCJ_A_M / root * cos(rad) * PI);
	return (struct degrees){d.lat + lat, d.lon + lon};
}

static struct degrees
gcj02_to_bd09(struct degrees d)
{
	double z = sqrt(d.lon * d.lon + d.lat * d.lat) + 0.00002 * sin(d.lat * BD_TURN);
	double theta = atan2(d.lat, d.lon) + 0.000003 * cos(d.lon * BD_TURN);

	return (struct degrees){z * sin(theta) + 0.006, z * cos(theta) + 0.0065};
}

/* Both shifts are smooth and small, so walking back by the error converges at once. */
static struct degrees
undo(shift_fn *shift, struct degrees shifted)
{
	struct degrees guess = shifted;

	for (int i = 0; i < INVERSE_ROUNDS; i++) {
		struct degrees there = shift(guess);
		double dlat = there.lat - shifted.lat;
		double dlon = there.lon - shifted.lon;

		guess.lat -= dlat;
		guess.lon -= dlon;
		if (fabs(dlat) < INVERSE_DEGREES && fabs(dlon) < INVERSE_DEGREES)
			break;
	}
	return guess;
}

/* Well around China: farther off the polynomial is not one that can be undone. */
static bool
in_reach(struct degrees d)
{
	return d.lat > 15.0 && d.lat < 57.0 && d.lon > 70.0 && d.lon < 138.0;
}

struct fv_place
fv_geo_to_wgs84(struct fv_place pin, enum fv_datum datum)
{
	struct degrees d = to_degrees(pin);

	if (datum == FV_DATUM_BD09)
		d = undo(gcj02_to_bd09, d);
	if (datum != FV_DATUM_WGS84 && in_reach(d)) {
		struct degrees place = undo(wgs84_to_gcj02, d);

		/* The place decides, not the pin, so that both directions agree at an edge. */
		if (fv_geo_in_china(to_place(place)))
			d = place;
	}
	return to_place(d);
}

struct fv_place
fv_geo_from_wgs84(struct fv_place place, enum fv_datum datum)
{
	struct degrees d = to_degrees(place);

	if (datum != FV_DATUM_WGS84 && fv_geo_in_china(place))
		d = wgs84_to_gcj02(d);
	if (datum == FV_DATUM_BD09)
		d = gcj02_to_bd09(d);
	return to_place(d);
}

bool
fv_geo_looks_like_gcj02(struct fv_place pin, struct fv_place fix, int64_t accuracy_mm)
{
	struct fv_place expected = fv_geo_from_wgs84(fix, FV_DATUM_GCJ02);
	int64_t shift_mm = fv_geo_distance_mm(fix, expected);
	int64_t off_mm = fv_geo_distance_mm(fix, pin);
	int64_t residual_mm = fv_geo_distance_mm(expected, pin);

	return shift_mm > 0 && off_mm >= GCJ_SHIFT_MIN_MM && off_mm <= GCJ_SHIFT_MAX_MM &&
	    residual_mm - shift_mm / GCJ_RESIDUAL_PART <= accuracy_mm &&
	    residual_mm < off_mm / 2;
}

enum fv_fence
fv_geo_fence(
    struct fv_place centre, int64_t radius_mm, struct fv_place fix, int64_t accuracy_mm)
{
	int64_t d_mm = fv_geo_distance_mm(centre, fix);

	/* Distances are below 2^35 and the differences below cannot wrap for any input. */
	if (accuracy_mm <= radius_mm && d_mm <= radius_mm - accuracy_mm)
		return FV_FENCE_INSIDE;
	if (accuracy_mm <= d_mm && d_mm - accuracy_mm > radius_mm)
		return FV_FENCE_OUTSIDE;
	return FV_FENCE_UNSURE;
}
