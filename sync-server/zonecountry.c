#include "sync-server/zonecountry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/zonefile.h"

#define PATH_BYTES 512U
#define NAME_BYTES 128U

/* The row of a table whose third column is the zone; its first column. */
static enum fv_err
find_in(const char *folder, const char *table, const char *zone, struct fv_buf *codes_out)
{
	char path[PATH_BYTES];
	char *line = NULL;
	size_t cap = 0;
	enum fv_err rc = FV_ENOENT;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", folder, table);
	if ((f = fopen(path, "re")) == NULL)
		return FV_ENOENT;
	while (rc == FV_ENOENT && getline(&line, &cap, f) >= 0) {
		char *rest = line, *cells[3] = {NULL, NULL, NULL};
		for (size_t i = 0; i < 3; i++)
			cells[i] = strsep(&rest, "\t\r\n");
		if (line[0] == '#' || cells[2] == NULL || strcmp(cells[2], zone) != 0)
			continue;
		fv_buf_put_z(codes_out, cells[0]);
		rc = fv_buf_status(codes_out);
	}
	free(line);
	(void)fclose(f);
	return rc;
}

/* The zone that this one is a link to: lines "L TARGET NAME". */
static enum fv_err
find_target(const char *folder, const char *zone, char target_out[NAME_BYTES])
{
	char path[PATH_BYTES], target[NAME_BYTES], name[NAME_BYTES];
	char *line = NULL;
	size_t cap = 0;
	enum fv_err rc = FV_ENOENT;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/tzdata.zi", folder);
	if ((f = fopen(path, "re")) == NULL)
		return FV_ENOENT;
	while (rc == FV_ENOENT && getline(&line, &cap, f) >= 0) {
		if (sscanf(line, "L %127s %127s", target, name) != 2 ||
		    strcmp(name, zone) != 0)
			continue;
		(void)snprintf(target_out, NAME_BYTES, "%s", target);
		rc = FV_OK;
	}
	free(line);
	(void)fclose(f);
	return rc;
}

enum fv_err
zonecountry_find(const char *folder, const char *zone, struct fv_buf *codes_out)
{
	char target[NAME_BYTES];
	enum fv_err rc;

	if (folder == NULL)
		folder = FV_ZONEFILE_FOLDER;
	rc = find_in(folder, "zone.tab", zone, codes_out);
	if (rc != FV_ENOENT || find_target(folder, zone, target) != FV_OK)
		return rc;
	rc = find_in(folder, "zone.tab", target, codes_out);
	return rc == FV_ENOENT ? find_in(folder, "zone1970.tab", target, codes_out) : rc;
}
