/* Fixes in few letters, and which of them a map of some zoom needs. */
#include <math.h>
#include <stdlib.h>

#include "sync-server/desk/trail_in.h"

#define METRES_A_E7 0.0111319491 /* of latitude */
#define RADIANS_A_E7 1.7453292519943295e-9

/* The Encoded Polyline form of one number: five bits a letter, the sign lowest. */
static void
put_number(struct fv_buf *out, int64_t v)
{
	uint64_t u = v < 0 ? ~((uint64_t)v << 1) : (uint64_t)v << 1;

	for (; u >= 0x20; u >>= 5)
		fv_buf_put_u8(out, (uint8_t)((0x20 | (u & 0x1f)) + 63));
	fv_buf_put_u8(out, (uint8_t)(u + 63));
}

void
trail_put_fixes(struct fv_buf *out, const struct fv_track_fix *fixes, size_t count,
    const bool *keep, uint32_t quantum_e7)
{
	const struct fv_track_fix *last = &fixes[0];
	const int32_t q = (int32_t)quantum_e7;
	int64_t step = 0;

	for (size_t i = 1; i < count; i++) {
		const struct fv_track_fix *fix = &fixes[i];

		if (keep != NULL && !keep[i])
			continue;
		put_number(out, fix->t_ms - last->t_ms - step);
		put_number(out, fix->place.lat_e7 / q - last->place.lat_e7 / q);
		put_number(out, fix->place.lon_e7 / q - last->place.lon_e7 / q);
		step = fix->t_ms - last->t_ms;
		last = fix;
	}
}

double
trail_tolerance_m(int zoom, int32_t lat_e7)
{
	return 78271.5 * cos(lat_e7 * RADIANS_A_E7) / (double)(INT64_C(1) << zoom);
}

/* Degrees east of another, the short way around. */
static double
east_e7(int32_t lon, int32_t from)
{
	int64_t d = (int64_t)lon - from;

	if (d > FV_GEO_LON_MAX_E7)
		d -= 2 * (int64_t)FV_GEO_LON_MAX_E7;
	else if (d < -FV_GEO_LON_MAX_E7)
		d += 2 * (int64_t)FV_GEO_LON_MAX_E7;
	return (double)d;
}

/* Square of the distance in metres from fix `p` to the line from `a` to `b`, on a plane. */
static double
off_line(const struct fv_track_fix *a, const struct fv_track_fix *b,
    const struct fv_track_fix *p, double shrink)
{
	const double bx = east_e7(b->place.lon_e7, a->place.lon_e7) * shrink;
	const double by = (double)b->place.lat_e7 - a->place.lat_e7;
	const double px = east_e7(p->place.lon_e7, a->place.lon_e7) * shrink;
	const double py = (double)p->place.lat_e7 - a->place.lat_e7;
	const double length = bx * bx + by * by;
	double along = length > 0 ? (px * bx + py * by) / length : 0, dx, dy;

	along = along < 0 ? 0 : along > 1 ? 1 : along;
	dx = (px - along * bx) * METRES_A_E7;
	dy = (py - along * by) * METRES_A_E7;
	return dx * dx + dy * dy;
}

size_t
trail_simplify(const struct fv_track_fix *fixes, size_t count, double tolerance_m,
    bool keep_out[FV_TRACK_FIXES_MAX])
{
	const double shrink = cos(fixes[0].place.lat_e7 * RADIANS_A_E7);
	struct {
		uint16_t from, until;
	} todo[FV_TRACK_FIXES_MAX];
	size_t depth = 0, kept = count > 1 ? 2 : 1;

	for (size_t i = 0; i < count; i++)
		keep_out[i] = i == 0 || i == count - 1;
	todo[depth].from = 0;
	todo[depth++].until = (uint16_t)(count - 1);
	while (depth > 0) {
		const uint16_t from = todo[--depth].from, until = todo[depth].until;
		double worst = tolerance_m * tolerance_m;
		uint16_t at = 0;

		for (uint16_t i = (uint16_t)(from + 1); i < until; i++) {
			const double off =
			    off_line(&fixes[from], &fixes[until], &fixes[i], shrink);

			if (off > worst) {
				worst = off;
				at = i;
			}
		}
		if (at == 0)
			continue;
		keep_out[at] = true;
		kept++;
		todo[depth].from = from;
		todo[depth++].until = at;
		todo[depth].from = at;
		todo[depth++].until = until;
	}
	return kept;
}
