/* Any JSON as what a directory says of people: ids within their bounds, or a reason. */
#include <assert.h>
#include <string.h>

#include "sync-server/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_id(const char *id)
{
	return fv_id_valid(fv_span_z(id), FV_ID_BYTES - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	struct directory_people people;
	const char *rule = directory_people_read(root, &people);

	assert(rule == NULL || rule[0] != '\0');
	for (size_t i = 0; rule == NULL && i < people.agency_count; i++)
		assert(is_id(people.agencies[i].id));
	for (size_t i = 0; rule == NULL && i < people.team_count; i++)
		assert(is_id(people.teams[i].id) &&
		    directory_find_agency(&people, people.teams[i].agency) != NULL);
	for (size_t i = 0; rule == NULL && i < people.officer_count; i++)
		assert(is_id(people.officers[i].id) && is_id(people.officers[i].agency) &&
		    (people.officers[i].team[0] == '\0' || is_id(people.officers[i].team)));
	directory_people_clear(&people);
	json_decref(root);
	return 0;
}
