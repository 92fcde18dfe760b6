/* Any bytes as a message of an OwnTracks app: a place on this earth, or nothing at all. */
#include <assert.h>
#include <string.h>

#include "sync-server/owntracks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct owntracks_location nothing;
	struct owntracks_location at;

	if (owntracks_read((struct fv_span){data, size}, &at) != FV_OK) {
		assert(memcmp(&at, &nothing, sizeof at) == 0);
		return 0;
	}
	assert(fv_geo_is_place(at.place));
	assert(at.at_ms >= 0 && at.at_ms % 1000 == 0);
	assert(at.has_accuracy || at.accuracy_m == 0);
	return 0;
}
