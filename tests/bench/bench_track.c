/*
 * Bytes a fix in the coded chunk beside the order-0 bound, on the logs of ../shared/gps:
 * one JSON object a line.  The bound is the entropy of the second differences in quanta;
 * once of each record by itself, which no coder can reach on a short record since it knows
 * the record's own histogram beforehand, once of the whole log.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/track.h"
#include "tests/support/nmea.h"

#define FIXES_MAX 8000U
#define RECORD_MS 900000 /* the 15-minute seal closes a record */

struct values {
	int64_t v[3][FIXES_MAX];
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* Entropy of n values, in bits. */
static double
entropy(const int64_t *values, size_t n)
{
	static int64_t sorted[FIXES_MAX];
	double bits = 0;

	memcpy(sorted, values, n * sizeof *values);
	qsort(sorted, n, sizeof *sorted, compare);
	for (size_t i = 0; i < n;) {
		size_t run = 1;

		while (i + run < n && sorted[i + run] == sorted[i])
			run++;
		bits -= (double)run * log2((double)run / (double)n);
		i += run;
	}
	return bits;
}

static double
entropy_from(const struct values *all, size_t from)
{
	double bits = 0;

	for (size_t axis = 0; axis < 3; axis++)
		bits += entropy(all->v[axis] + from, all->count - from);
	return bits;
}

static int64_t
second_difference(const int64_t at[3])
{
	return at[2] - 2 * at[1] + at[0];
}

static void
collect(const struct fv_track_fix *fixes, size_t n, uint32_t quantum, struct values *all)
{
	for (size_t i = 2; i < n; i++) {
		int64_t t[3];
		int64_t lat[3];
		int64_t lon[3];

		for (size_t k = 0; k < 3; k++) {
			struct fv_place p = fv_track_quantise(fixes[i - 2 + k].place, quantum);

			t[k] = fixes[i - 2 + k].t_ms;
			lat[k] = p.lat_e7 / (int64_t)quantum;
			lon[k] = p.lon_e7 / (int64_t)quantum;
		}
		all->v[0][all->count] = second_difference(t);
		all->v[1][all->count] = second_difference(lat);
		all->v[2][all->count] = second_difference(lon);
		all->count++;
	}
}

static size_t
record_length(const struct fv_track_fix *fixes, size_t left)
{
	size_t n = 1;

	while (n < left && n < FV_TRACK_FIXES_MAX &&
	    fixes[n].t_ms - fixes[0].t_ms < RECORD_MS &&
	    fixes[n].t_ms - fixes[n - 1].t_ms <= FV_TRACK_GAP_MS)
		n++;
	return n;
}

static int
measure(const char *name, const char *path, int64_t period_ms, uint32_t quantum)
{
	static struct fv_track_fix fixes[FIXES_MAX];
	static struct values all;
	size_t count = nmea_fixes(path, period_ms, fixes, FIXES_MAX);
	size_t records = 0;
	size_t bytes = 0;
	double own_bits = 0;

	if (count == 0)
		return 0;
	all.count = 0;
	for (size_t at = 0; at < count; records++) {
		size_t n = record_length(fixes + at, count - at);
		size_t from = all.count;
		struct fv_buf coded = {0};

		if (fv_track_encode(fixes + at, n, quantum, &coded) != FV_OK)
			return 1;
		bytes += coded.len;
		fv_buf_clear(&coded);
		collect(fixes + at, n, quantum, &all);
		own_bits += entropy_from(&all, from);
		at += n;
	}
	(void)printf("{\"bench\":\"track\",\"log\":\"%s\",\"period_s\":%lld,\"quantum_e7\":%u,"
		     "\"fixes\":%zu,\"records\":%zu,\"bytes_a_fix\":%.3f,"
		     "\"order0_log_bytes_a_fix\":%.3f,\"order0_record_bytes_a_fix\":%.3f,"
		     "\"ratio_to_order0_log\":%.3f}\n",
	    name, (long long)period_ms / 1000, quantum, count, records,
	    (double)bytes / (double)count, entropy_from(&all, 0) / 8 / (double)count,
	    own_bits / 8 / (double)count, (double)bytes * 8 / entropy_from(&all, 0));
	return 0;
}

int
main(void)
{
	static const struct {
		const char *name;
		const char *path;
	} logs[] = {
	    {"suwon-drive", "../shared/gps/long/tizen-suwon-drive-96min.nmea"},
	    {"amsterdam-at-rest", "../shared/gps/long/signalk-gps-stationary-20min.nmea"},
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		rc |= measure(logs[i].name, logs[i].path, 1000, FV_TRACK_QUANTUM_TRAVEL_E7);
		rc |= measure(logs[i].name, logs[i].path, 10000, FV_TRACK_QUANTUM_TRAVEL_E7);
		rc |= measure(logs[i].name, logs[i].path, 10000, FV_TRACK_QUANTUM_VISIT_E7);
	}
	return rc;
}
