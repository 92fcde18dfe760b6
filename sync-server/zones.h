/*
 * The zones that a run has needed so far, each read once.
 *
 * Threads: one thread's.  Memory: until zones_clear().
 */
#ifndef FV_SERVER_ZONES_H
#define FV_SERVER_ZONES_H

#include "fv/zone.h"
#include "fv/zonefile.h"

struct zones {
	struct fv_zone_source source;
	char (*names)[FV_ZONE_NAME_MAX_BYTES + 1]; /* owned */
	struct fv_zone **zones;                    /* owned, and each of them */
	size_t count;
	char version[FV_ZONEFILE_VERSION_BYTES]; /* "" when the folder does not say */
};

/* Over the system's tz database, or `folder`. */
void zones_init(struct zones *zones, const char *folder);
void zones_clear(struct zones *zones);

/* The zone of this name, or NULL; for struct fv_audit_opts, with the struct as ctx. */
const struct fv_zone *zones_get(const char *name, void *ctx);

#endif
