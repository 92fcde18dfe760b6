#include "tests/support/nmea.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"

#define FIELDS 10U

static bool
is_checked(const char *line)
{
	const char *star = strchr(line, '*');
	unsigned sum = 0;

	if (line[0] != '$' || star == NULL)
		return false;
	for (const char *p = line + 1; p < star; p++)
		sum ^= (unsigned char)*p;
	return strtoul(star + 1, NULL, 16) == sum;
}

static int32_t
digits2(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* ddmm.mmmm with `degree_digits` digits of degrees. */
static double
degrees(const char *text, size_t degree_digits, char letter)
{
	char head[4] = "";
	double v;

	memcpy(head, text, degree_digits);
	v = strtod(head, NULL) + strtod(text + degree_digits, NULL) / 60.0;
	return letter == 'S' || letter == 'W' ? -v : v;
}

/* Split in place into FIELDS fields; false when there are fewer. */
static bool
split(char *line, char *f[FIELDS])
{
	char *at = line;

	for (size_t i = 0; i < FIELDS; i++)
		if ((f[i] = strsep(&at, ",")) == NULL)
			return false;
	return true;
}

static bool
read_rmc(char *line, struct fv_track_fix *fix, double *knots)
{
	char *f[FIELDS];
	struct fv_civil c = {0};

	if (!split(line, f))
		return false;
	*knots = strtod(f[7], NULL);
	if (strlen(f[0]) != 6 || strcmp(f[0] + 3, "RMC") != 0 || strcmp(f[2], "A") != 0 ||
	    strlen(f[1]) < 6 || strlen(f[9]) < 6 || strlen(f[3]) < 5 || strlen(f[5]) < 6)
		return false;
	c.hour = digits2(f[1]);
	c.minute = digits2(f[1] + 2);
	c.second = digits2(f[1] + 4);
	c.ms = f[1][6] == '.' ? (int32_t)lround(strtod(f[1] + 6, NULL) * 1000) % 1000 : 0;
	c.day = digits2(f[9]);
	c.month = digits2(f[9] + 2);
	c.year = 2000 + digits2(f[9] + 4);
	fix->t_ms = fv_instant_from_civil(&c, 0);
	return fv_geo_from_degrees(
		   degrees(f[3], 2, f[4][0]), degrees(f[5], 3, f[6][0]), &fix->place) == FV_OK;
}

size_t
nmea_fixes(const char *path, int64_t period_ms, struct fv_track_fix *fixes_out, size_t max)
{
	FILE *file = fopen(path, "rb");
	char line[256];
	size_t count = 0;

	if (file == NULL)
		return 0;
	while (count < max && fgets(line, sizeof line, file) != NULL) {
		struct fv_track_fix fix;
		double knots;

		if (!is_checked(line) || !read_rmc(line, &fix, &knots))
			continue;
		if (count > 0 &&
		    (fix.t_ms <= fixes_out[count - 1].t_ms ||
			fix.t_ms - fixes_out[count - 1].t_ms < period_ms - 200))
			continue;
		fixes_out[count++] = fix;
	}
	fclose(file);
	return count;
}

/* Time of day and height of a GGA. */
struct height {
	char time[16];
	int32_t hae_mm;
};

static bool
read_gga(char *line, struct height *height)
{
	char *f[FIELDS];
	char *separation;

	if (strlen(line) < 6 || memcmp(line + 3, "GGA", 3) != 0)
		return false;
	separation = line;
	for (size_t i = 0; i < 11 && separation != NULL; i++)
		separation = strchr(separation + 1, ',');
	if (separation == NULL)
		return false;
	height->hae_mm = (int32_t)lround(strtod(separation + 1, NULL) * 1000);
	if (!split(line, f) || f[9][0] == '\0')
		return false;
	(void)snprintf(height->time, sizeof height->time, "%.15s", f[1]);
	height->hae_mm += (int32_t)lround(strtod(f[9], NULL) * 1000);
	return true;
}

size_t
nmea_stamps(const char *path, struct fv_stamp *stamps_out, size_t max)
{
	FILE *file = fopen(path, "rb");
	struct height height = {"", 0};
	char line[256];
	size_t count = 0;

	if (file == NULL)
		return 0;
	while (count < max && fgets(line, sizeof line, file) != NULL) {
		struct fv_stamp *s = &stamps_out[count];
		struct fv_track_fix fix;
		char time[16] = "";
		double knots;

		if (!is_checked(line))
			continue;
		if (memcmp(line + 3, "GGA", 3) == 0) {
			(void)read_gga(line, &height);
			continue;
		}
		(void)snprintf(
		    time, sizeof time, "%.*s", (int)(strcspn(line + 7, ",") % 15), line + 7);
		if (!read_rmc(line, &fix, &knots))
			continue;
		*s = (struct fv_stamp){.mode = 3, .gnss_ms = fix.t_ms, .place = fix.place};
		s->speed_mm_s = (int32_t)lround(knots * 514.444);
		s->has = FV_STAMP_BIT(FV_STAMP_MODE) | FV_STAMP_BIT(FV_STAMP_GNSS) |
		    FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON) |
		    FV_STAMP_BIT(FV_STAMP_SPEED);
		if (strcmp(time, height.time) == 0) {
			s->alt_hae_mm = height.hae_mm;
			s->has |= FV_STAMP_BIT(FV_STAMP_ALT);
		}
		count++;
	}
	fclose(file);
	return count;
}
