/* The teams that settings are for, in any order: for those who write them. */
#include <string.h>

#include "settings_table.h"

/* Of the teams above `after`, the lowest.  False: there is none. */
static bool
next_by_id(struct fv_span teams, struct fv_span after, struct fv_span *out)
{
	struct fv_span team;

	*out = fv_span_of(NULL, 0);
	while (fv_settings_next_team(&teams, &team))
		if (fv_settings_compare(team, after) > 0 &&
		    (out->len == 0 || fv_settings_compare(team, *out) < 0))
			*out = team;
	return out->len > 0;
}

enum fv_err
fv_settings_set_teams(struct fv_settings *settings, struct fv_span teams)
{
	struct fv_span rest = teams, team, before = {NULL, 0};
	size_t count = 0, sorted = 0, len = 0;

	if (teams.len == 0 || teams.ptr[teams.len - 1] == ',')
		return FV_EFORMAT;
	for (; fv_settings_next_team(&rest, &team); count++)
		if (!fv_id_valid(team, FV_ID_BYTES - 1))
			return FV_EFORMAT;
	if (count > FV_SETTINGS_TEAMS_MAX)
		return FV_ETOOBIG;
	memset(settings->teams, 0, sizeof settings->teams);
	for (; next_by_id(teams, before, &team); before = team, sorted++) {
		if (sorted > 0)
			settings->teams[len++] = ',';
		memcpy(settings->teams + len, team.ptr, team.len);
		len += team.len;
	}
	if (sorted < count) { /* one stood there twice */
		memset(settings->teams, 0, sizeof settings->teams);
		return FV_EFORMAT;
	}
	settings->scope = FV_SETTINGS_TEAM;
	return FV_OK;
}
