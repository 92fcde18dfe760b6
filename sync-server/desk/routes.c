#include "sync-server/desk/routes.h"

#include <string.h>

#include "sync-server/desk/desk_in.h"

#define SEGMENTS_MAX 12U

static const struct desk_route *const areas[] = {
    desk_routes_about,
    desk_routes_people,
    desk_routes_fleet,
    desk_routes_staff,
    desk_routes_files,
    desk_routes_settings,
    desk_routes_trail,
    desk_routes_care,
    desk_routes_proof,
    desk_routes_work,
    desk_routes_notes,
    desk_routes_queue,
};

const struct desk_route *
desk_route_area(size_t idx)
{
	return idx < sizeof areas / sizeof areas[0] ? areas[idx] : NULL;
}

/* Cut "/a/b" into its segments.  Returns how many; 0: too many, or an empty one. */
static size_t
split(char *path, char *segments[SEGMENTS_MAX])
{
	size_t count = 0;

	while (*path == '/') {
		*path++ = '\0';
		if (count == SEGMENTS_MAX || *path == '\0' || *path == '/')
			return 0;
		segments[count++] = path;
		path += strcspn(path, "/");
	}
	return count;
}

/* Does the pattern fit these segments?  Fills params. */
static bool
fits(const char *pattern, char *const *segments, size_t count,
    const char *params[DESK_PARAMS_MAX])
{
	size_t at = 0, param = 0;

	for (; *pattern == '/'; at++) {
		const size_t len = strcspn(++pattern, "/");

		if (at == count)
			return false;
		if (*pattern == '{') {
			if (param == DESK_PARAMS_MAX)
				return false;
			params[param++] = segments[at];
		} else if (strlen(segments[at]) != len ||
		    memcmp(segments[at], pattern, len) != 0) {
			return false;
		}
		pattern += len;
	}
	return at == count;
}

const struct desk_route *
desk_route_find(
    const char *method, char *path, const char *params[DESK_PARAMS_MAX], bool *is_known_out)
{
	char *segments[SEGMENTS_MAX];
	const char *found_params[DESK_PARAMS_MAX];
	const size_t count = split(path, segments);

	*is_known_out = false;
	for (size_t i = 0; count > 0 && i < sizeof areas / sizeof areas[0]; i++) {
		for (const struct desk_route *row = areas[i]; row->method != NULL; row++) {
			memset(found_params, 0, sizeof found_params);
			if (!fits(row->path, segments, count, found_params))
				continue;
			*is_known_out = true;
			if (strcmp(row->method, method) != 0)
				continue;
			memcpy(params, found_params, sizeof found_params);
			return row;
		}
	}
	return NULL;
}
