#include "firmware-app/gps_convert.h"

#include <gps.h>
#include <math.h>
#include <string.h>

/*
 * A known, finite value times `scale`, rounded, when it is inside the range.
 * Returns the stamp's bit for `key`, or 0 and a value of 0.
 */
static uint32_t
scaled(double v, double scale, int32_t min, enum fv_stamp_key key, int32_t *out)
{
	double x = v * scale;

	*out = 0;
	if (!isfinite(x) || x < min || x > INT32_MAX)
		return 0;
	*out = (int32_t)llround(x);
	return FV_STAMP_BIT(key);
}

static void
convert_place(const struct gps_fix_t *fix, struct fv_stamp *s)
{
	if (!isfinite(fix->latitude) || !isfinite(fix->longitude))
		return;
	if (fv_geo_from_degrees(fix->latitude, fix->longitude, &s->place) == FV_OK)
		s->has |= FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON);
}

void
fv_gps_convert_fix(const struct gps_fix_t *fix, struct fv_stamp *s)
{
	int32_t course;

	memset(s, 0, sizeof *s);
	/* MODE_NOT_SEEN says no more than that there is no fix. */
	s->mode = fix->mode == MODE_2D || fix->mode == MODE_3D ? fix->mode : 1;
	s->has |= FV_STAMP_BIT(FV_STAMP_MODE);
	if (fix->time.tv_sec > 0) {
		s->gnss_ms = (int64_t)fix->time.tv_sec * 1000 + fix->time.tv_nsec / 1000000;
		s->has |= FV_STAMP_BIT(FV_STAMP_GNSS);
	}
	if (fix->status >= 0 && fix->status <= 255) {
		s->status = fix->status;
		s->has |= FV_STAMP_BIT(FV_STAMP_STATUS);
	}
	if (s->mode < MODE_2D)
		return;
	convert_place(fix, s);
	if ((s->has & FV_STAMP_BIT(FV_STAMP_LAT)) == 0) {
		s->mode = 1; /* a fix without a place is none */
		return;
	}
	s->has |= scaled(fix->eph, 1000, 0, FV_STAMP_EPH, &s->eph_mm);
	s->has |= scaled(fix->speed, 1000, 0, FV_STAMP_SPEED, &s->speed_mm_s);
	s->has |= scaled(fix->track, 100, 0, FV_STAMP_COURSE, &course);
	s->course_cdeg = course % 36000;
	if (s->mode != MODE_3D)
		return;
	s->has |= scaled(fix->altHAE, 1000, INT32_MIN, FV_STAMP_ALT, &s->alt_hae_mm);
	s->has |= scaled(fix->epv, 1000, 0, FV_STAMP_EPV, &s->epv_mm);
}

#ifdef FV_GPS_HAS_JAM
void
fv_gps_convert_jam(const struct gps_fix_t *fix, struct fv_stamp *s)
{
	if (fix->jam >= 0 && fix->jam <= 255) {
		s->jam = fix->jam;
		s->has |= FV_STAMP_BIT(FV_STAMP_JAM);
	}
	if (fix->ant_stat >= 1 && fix->ant_stat <= 3) {
		s->antenna = fix->ant_stat;
		s->has |= FV_STAMP_BIT(FV_STAMP_ANTENNA);
	}
}
#endif

/* Mean and spread of the used satellites' C/N0; those of which it is unknown stand apart. */
static void
convert_strength(const struct gps_data_t *data, int32_t seen, struct fv_stamp *s)
{
	double sum = 0;
	double least = 0;
	double most = 0;
	int known = 0;

	for (int32_t i = 0; i < seen; i++) {
		double ss = data->skyview[i].ss;

		if (!data->skyview[i].used || !isfinite(ss) || ss <= 0)
			continue;
		least = known == 0 || ss < least ? ss : least;
		most = known == 0 || ss > most ? ss : most;
		sum += ss;
		known++;
	}
	if (known == 0)
		return;
	s->has |= scaled(sum / known, 10, 0, FV_STAMP_SS_MEAN, &s->ss_mean_d);
	s->has |= scaled(most - least, 10, 0, FV_STAMP_SS_SPREAD, &s->ss_spread_d);
}

void
fv_gps_convert_sky(const struct gps_data_t *data, bool has_satellites, struct fv_stamp *s)
{
	int32_t seen = data->satellites_visible;

	/* gpsd gives NaN before a fix and 0.00 after a loss: both round below 1 and are
	 * absent. */
	s->has &= ~(FV_STAMP_BIT(FV_STAMP_PDOP) | FV_STAMP_BIT(FV_STAMP_HDOP));
	s->has |= scaled(data->dop.pdop, 100, 1, FV_STAMP_PDOP, &s->pdop_c);
	s->has |= scaled(data->dop.hdop, 100, 1, FV_STAMP_HDOP, &s->hdop_c);
	if (s->pdop_c > 99999)
		s->has &= ~FV_STAMP_BIT(FV_STAMP_PDOP);
	if (s->hdop_c > 99999)
		s->has &= ~FV_STAMP_BIT(FV_STAMP_HDOP);
	if (!has_satellites || seen < 0)
		return;
	seen = seen > MAXCHANNELS ? MAXCHANNELS : seen;
	s->has &= ~(FV_STAMP_BIT(FV_STAMP_SS_MEAN) | FV_STAMP_BIT(FV_STAMP_SS_SPREAD));
	s->used = 0;
	for (int32_t i = 0; i < seen; i++)
		s->used += data->skyview[i].used ? 1 : 0;
	s->seen = seen;
	s->has |= FV_STAMP_BIT(FV_STAMP_USED) | FV_STAMP_BIT(FV_STAMP_SEEN);
	convert_strength(data, seen, s);
}
