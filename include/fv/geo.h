/*
 * Places on the earth: distance, fences, and the two shifted Chinese datums.
 *
 * Threads: no state.  Memory: none.  Doubles stay inside.
 */
#ifndef FV_GEO_H
#define FV_GEO_H

#include "fv/bytes.h"

#define FV_GEO_LAT_MAX_E7 900000000
#define FV_GEO_LON_MAX_E7 1800000000

/* A place in WGS 84 unless a function says otherwise. */
struct fv_place {
	int32_t
	    lat_e7; /* degrees x 1e7, north positive, -FV_GEO_LAT_MAX_E7..FV_GEO_LAT_MAX_E7 */
	int32_t lon_e7; /* degrees x 1e7, east positive, likewise */
};

/* What a map's coordinates mean.  The numbers are not on any wire. */
enum fv_datum {
	FV_DATUM_WGS84,
	FV_DATUM_GCJ02, /* AMap, Tencent and every licensed map of mainland China */
	FV_DATUM_BD09,  /* Baidu: GCJ-02 shifted once more */
};

/* Where a fix is with regard to a fence, its accuracy weighed. */
enum fv_fence {
	FV_FENCE_UNSURE, /* the circle of the fix's accuracy crosses the fence */
	FV_FENCE_INSIDE,
	FV_FENCE_OUTSIDE,
};

/* True when both coordinates are in their ranges. */
FV_EXPORT bool fv_geo_is_place(struct fv_place place);

/*
 * Read degrees as a case file or a web page gives them.
 * Errors: FV_ERANGE  not finite, or outside the range of a place (*place_out is 0, 0)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_geo_from_degrees(
    double lat, double lon, struct fv_place *place_out);

/*
 * Length of the shortest line on the WGS 84 ellipsoid in mm (Lambert's formula).  Off by
 * less than 0.01% below 10,000 km; near antipodes by up to 0.5%.
 */
FV_EXPORT int64_t fv_geo_distance_mm(struct fv_place a, struct fv_place b);

/*
 * True in mainland China, Hong Kong and Macao, by rectangles that reach some way over the
 * borders: there a pin's datum must be stated and is never guessed.
 */
FV_EXPORT bool fv_geo_in_china(struct fv_place place);

/*
 * Convert a pin given in `datum` to WGS 84 by the published approximation.  Outside
 * fv_geo_in_china() maps are not shifted: GCJ-02 is then returned as it came, BD-09
 * without Baidu's own shift only.
 */
FV_EXPORT struct fv_place fv_geo_to_wgs84(struct fv_place pin, enum fv_datum datum);
/* The other way; there and back again agree to the centimetre. */
FV_EXPORT struct fv_place fv_geo_from_wgs84(struct fv_place place, enum fv_datum datum);

/*
 * True when `pin`, taken for WGS 84, lies 300 to 800 m from the fix in the direction and
 * at about the distance of the GCJ-02 shift there: then the pin, not the officer, is
 * probably wrong.  accuracy_mm is the fix's.
 */
FV_EXPORT bool fv_geo_looks_like_gcj02(
    struct fv_place pin, struct fv_place fix, int64_t accuracy_mm);

/*
 * Inside when the whole circle of radius accuracy_mm around the fix is inside the fence,
 * outside when all of it is outside.
 */
FV_EXPORT enum fv_fence fv_geo_fence(
    struct fv_place centre, int64_t radius_mm, struct fv_place fix, int64_t accuracy_mm);

#endif
