/*
 * Stays at places, told from fixes by the dwell of the library: what a handheld and the
 * server would see of a drive.
 *
 * usage: stops < LINES
 *   place LAT_E7 LON_E7 RADIUS_MM       first, numbered from 0
 *   fix TIME_MS LAT_E7 LON_E7 EPH_MM    then, in order of time
 * prints "arrived N TIME_MS" and "left N TIME_MS", by the first fix on that side.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fv/dwell.h"

#define PLACES_MAX 64U

int
main(void)
{
	struct fv_dwell dwells[PLACES_MAX];
	struct fv_place place;
	int64_t t_ms, mm, since;
	size_t count = 0;
	char line[128];

	while (fgets(line, sizeof line, stdin) != NULL) {
		if (count < PLACES_MAX &&
		    sscanf(line, "place %" SCNd32 " %" SCNd32 " %" SCNd64, &place.lat_e7,
			&place.lon_e7, &mm) == 3) {
			fv_dwell_init(&dwells[count++], place, mm);
			continue;
		}
		if (sscanf(line, "fix %" SCNd64 " %" SCNd32 " %" SCNd32 " %" SCNd64, &t_ms,
			&place.lat_e7, &place.lon_e7, &mm) != 4) {
			fprintf(stderr, "stops: what is this? %s", line);
			return 2;
		}
		for (size_t i = 0; i < count; i++) {
			enum fv_dwell_event event =
			    fv_dwell_feed(&dwells[i], t_ms, place, mm, &since);

			if (event != FV_DWELL_NONE)
				printf("%s %zu %" PRId64 "\n",
				    event == FV_DWELL_ARRIVED ? "arrived" : "left", i, since);
		}
	}
	return 0;
}
