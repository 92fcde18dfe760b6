/*
 * The desk's trails over a store of 10 M fixes: what the server does for one day of a
 * handheld, whole and simplified, and for an agency's day, from the store to the JSON text.
 * HTTP is not in it.  JSON lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/desk/trail_in.h"
#include "tests/support/longday.h"

#define DEVICES 35U
#define DAYS 10U
#define FIXES 28800U
#define ASKS 300U
#define DAY_0 20514 /* 2026-03-02 */
#define NINE_MS INT64_C(1772413200000)

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
fill(struct fv_store *store)
{
	struct longday d = {.store = store, .at = {312304000, 1214737000}};
	char officer[16];

	longday_must(fv_store_begin(store), "begin");
	longday_case(&d, "c1", "north");
	for (uint32_t i = 0; i < DEVICES; i++) {
		(void)snprintf(officer, sizeof officer, "o%02u", i);
		longday_device(&d, i, officer, "north");
		for (uint32_t day = 0; day < DAYS; day++) {
			d.now_ms = NINE_MS + (int64_t)day * FV_MS_PER_DAY;
			d.at = (struct fv_place){312304000, 1214737000};
			longday_day(&d, FIXES, "c1");
		}
		longday_seal(&d);
	}
	longday_must(fv_store_commit(store), "commit");
}

static int
by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One ask as a request makes it: the zones are read anew, the text is made. */
static size_t
ask_day(struct fv_store *store, uint32_t i, int zoom)
{
	const struct trail_ask ask = {
	    .day = DAY_0 + (int64_t)(i * 7 % DAYS), .has_zoom = zoom >= 0, .zoom = zoom};
	struct fv_store_device device;
	struct trail_view view;
	struct trail_day day;
	size_t len;
	json_t *json;
	char *text;

	longday_must(fv_store_view_begin(store), "view");
	longday_must(fv_store_device_get_no(store, 1 + i % DEVICES, &device), "device");
	trail_view_open(&view, store, "", NINE_MS);
	longday_must(trail_day_read(&view, &device, &ask, &day), "day");
	if (day.fix_count != FIXES || day.visit_count != LONGDAY_VISITS || day.gap_count != 1)
		longday_must(FV_ECORRUPT, "what was read is not what was put");
	json = trail_day_json(&day);
	text = json_dumps(json, JSON_COMPACT);
	longday_must(text != NULL ? FV_OK : FV_ENOMEM, "text");
	len = strlen(text);
	free(text);
	json_decref(json);
	trail_day_clear(&day);
	trail_view_close(&view);
	fv_store_view_end(store);
	return len;
}

static void
measure(struct fv_store *store, const char *what, int zoom)
{
	static double took[ASKS];
	size_t bytes = 0;

	for (uint32_t i = 0; i < ASKS; i++) {
		const double from = now_ms();

		bytes = ask_day(store, i, zoom);
		took[i] = now_ms() - from;
	}
	qsort(took, ASKS, sizeof took[0], by_size);
	printf("{\"bench\": \"desk_trail\", \"what\": \"%s\", \"fixes_in_store\": %u, "
	       "\"p50_ms\": "
	       "%.2f, \"p99_ms\": %.2f, \"bytes\": %zu}\n",
	    what, DEVICES * DAYS * FIXES, took[ASKS / 2], took[ASKS * 99 / 100], bytes);
}

int
main(void)
{
	char dir[] = "/tmp/fv-bench-trail-XXXXXX", path[64], command[64];
	struct fv_store *store;
	struct rusage usage;

	longday_must(fv_crypto_init(), "crypto");
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof path, "%s/db", dir);
	longday_must(fv_store_open(&store, path, FV_STORE_CREATE), path);
	fill(store);
	measure(store, "a day of 28,800 fixes, whole", -1);
	measure(store, "the same, for a map of zoom 13", 13);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"bench\": \"desk_trail_memory\", \"peak_kb\": %ld}\n", usage.ru_maxrss);
	fv_store_close(store);
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) == 0 ? 0 : 1;
}
