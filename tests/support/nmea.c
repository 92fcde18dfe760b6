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

static bool
read_rmc(char *line, struct fv_track_fix *fix)
{
	char *f[FIELDS];
	struct fv_civil c = {0};
	char *at = line;

	for (size_t i = 0; i < FIELDS; i++)
		if ((f[i] = strsep(&at, ",")) == NULL)
			return false;
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

		if (!is_checked(line) || !read_rmc(line, &fix))
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
