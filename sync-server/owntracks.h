/*
 * Positions as the OwnTracks apps post them over HTTP: read, never believed.
 *
 * Threads: no state.
 */
#ifndef FV_SERVER_OWNTRACKS_H
#define FV_SERVER_OWNTRACKS_H

#include "fv/bytes.h"
#include "fv/geo.h"

#define OWNTRACKS_BYTES_MAX 65536U

struct owntracks_location {
	int64_t at_ms; /* of "tst", UTC */
	struct fv_place place;
	bool has_accuracy;
	uint32_t accuracy_m; /* of "acc" */
};

/*
 * Read one message.  Unknown members are passed over.
 * Errors: FV_ENOENT   another type than "location", or nothing at all: not of interest
 *         FV_EFORMAT  not JSON, no object, or a location without place or time
 *         FV_ERANGE   a value that cannot be;  FV_ETOOBIG  over OWNTRACKS_BYTES_MAX
 */
FV_NODISCARD enum fv_err owntracks_read(struct fv_span body, struct owntracks_location *out);

#endif
