#include "sync-server/packrows.h"

#include <string.h>

const struct packrows packrows[] = {
    {"CN", 1, 41},  /* China */
    {"US", 0, 24},  /* United States, federal; 0 is its scope */
    {"MA", 1, 9},   /* Massachusetts */
    {"WA", 1, 1},   /* Washington */
    {"NYC", 1, 4},  /* New York City */
    {"GB", 1, 18},  /* United Kingdom */
    {"IE", 1, 3},   /* Ireland */
    {"IN", 1, 14},  /* India */
    {"NP", 1, 1},   /* Nepal */
    {"PH", 1, 2},   /* Philippines */
    {"AU", 1, 6},   /* Australia */
    {"JP", 1, 4},   /* Japan */
    {"KR", 1, 5},   /* Korea */
    {"TW", 1, 3},   /* Taiwan */
    {"CL", 1, 3},   /* Chile */
    {"CO", 1, 3},   /* Colombia */
    {"MX", 1, 1},   /* Mexico */
    {"ZA", 1, 1},   /* South Africa */
    {"QA", 1, 1},   /* Qatar */
    {"EU", 1, 1},   /* European Union */
    {"EVV", 1, 18}, /* electronic visit verification */
};
const size_t packrows_count = sizeof packrows / sizeof packrows[0];

bool
packrows_is_of(const char *id, const char *row)
{
	const size_t len = strlen(row);

	return strncmp(id, row, len) == 0 && !(id[len] >= '0' && id[len] <= '9');
}
