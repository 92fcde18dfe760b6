#include "sync-server/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
zones_init(struct zones *zones, const char *folder)
{
	*zones = (struct zones){.source = fv_zonefile_source(folder)};
	if (fv_zonefile_version(folder, zones->version) != FV_OK)
		zones->version[0] = '\0';
}

void
zones_clear(struct zones *zones)
{
	for (size_t i = 0; i < zones->count; i++)
		fv_zone_free(zones->zones[i]);
	free(zones->zones);
	free(zones->names);
	*zones = (struct zones){0};
}

const struct fv_zone *
zones_get(const char *name, void *ctx)
{
	struct zones *z = ctx;
	struct fv_zone *zone = NULL;

	for (size_t i = 0; i < z->count; i++)
		if (strcmp(z->names[i], name) == 0)
			return z->zones[i];
	if (strlen(name) > FV_ZONE_NAME_MAX_BYTES)
		return NULL;
	char(*names)[FV_ZONE_NAME_MAX_BYTES + 1] =
	    realloc(z->names, (z->count + 1) * sizeof *names);
	if (names == NULL)
		return NULL;
	z->names = names;
	struct fv_zone **zones = realloc(z->zones, (z->count + 1) * sizeof *zones);
	if (zones == NULL)
		return NULL;
	z->zones = zones;
	if (fv_zonefile_open(z->source, name, &zone) != FV_OK)
		return NULL;
	snprintf(z->names[z->count], sizeof z->names[0], "%s", name);
	z->zones[z->count++] = zone;
	return zone;
}
