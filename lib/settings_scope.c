/* Whom settings are for, and how those of several scopes lie on each other. */
#include <string.h>

#include "settings_table.h"

void
fv_settings_lay(struct fv_settings *under, const struct fv_settings *over)
{
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		if (!over->is_set[i])
			continue;
		under->is_set[i] = true;
		memcpy(under->values[i], over->values[i], FV_SETTING_TEXT_BYTES);
	}
	under->unknown_count += over->unknown_count;
	under->unfit_count += over->unfit_count;
	if (over->version <= under->version)
		return;
	under->version = over->version;
	memcpy(under->agency, over->agency, sizeof under->agency);
	memcpy(under->signer, over->signer, sizeof under->signer);
}

bool
fv_settings_speak_chinese(
    const struct fv_settings *settings, enum fv_setting languages, bool wants_chinese)
{
	const char *allowed = fv_settings_text(settings, languages);

	if (strcmp(allowed, "zh") == 0)
		return true;
	return wants_chinese && strcmp(allowed, "en") != 0;
}

bool
fv_settings_next_team(struct fv_span *teams, struct fv_span *team_out)
{
	const uint8_t *comma = teams->len > 0 ? memchr(teams->ptr, ',', teams->len) : NULL;
	const size_t len = comma != NULL ? (size_t)(comma - teams->ptr) : teams->len;

	if (teams->len == 0)
		return false;
	*team_out = fv_span_of(teams->ptr, len);
	teams->ptr += len + (comma != NULL);
	teams->len -= len + (comma != NULL);
	return true;
}

int
fv_settings_compare(struct fv_span a, struct fv_span b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int order = len > 0 ? memcmp(a.ptr, b.ptr, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool
fv_settings_concern(
    const struct fv_settings *settings, struct fv_span team, const uint8_t dev[FV_DEV_BYTES])
{
	struct fv_span rest = fv_span_z(settings->teams), one;

	if (settings->scope == FV_SETTINGS_DEVICE)
		return memcmp(settings->dev, dev, FV_DEV_BYTES) == 0;
	if (settings->scope == FV_SETTINGS_ALL)
		return true;
	while (fv_settings_next_team(&rest, &one))
		if (fv_span_equal(one, team))
			return true;
	return false;
}

void
fv_settings_put_scope(struct fv_buf *out, const struct fv_settings *settings)
{
	if (settings->scope == FV_SETTINGS_TEAM)
		fv_buf_putf(out, "for team %s\n", settings->teams);
	if (settings->scope != FV_SETTINGS_DEVICE)
		return;
	fv_buf_put_z(out, "for device ");
	fv_buf_put_hex(out, settings->dev, sizeof settings->dev);
	fv_buf_put_u8(out, '\n');
}

/* Teams in order of their ids, each once. */
static bool
take_teams(struct fv_span teams, struct fv_settings *out)
{
	struct fv_span rest = teams, team, before = {NULL, 0};

	if (teams.len == 0 || teams.len >= sizeof out->teams ||
	    teams.ptr[teams.len - 1] == ',')
		return false;
	while (fv_settings_next_team(&rest, &team)) {
		if (!fv_id_valid(team, FV_ID_BYTES - 1) ||
		    fv_settings_compare(before, team) >= 0)
			return false;
		before = team;
	}
	memcpy(out->teams, teams.ptr, teams.len);
	out->scope = FV_SETTINGS_TEAM;
	return true;
}

const char *
fv_settings_read_scope(struct fv_span line, struct fv_settings *out)
{
	bool is_good;

	if (fv_lines_take(&line, "team")) {
		is_good = take_teams(line, out);
	} else {
		out->scope = FV_SETTINGS_DEVICE;
		is_good = fv_lines_take(&line, "device") &&
		    fv_hex_decode(line, out->dev, sizeof out->dev) == FV_OK;
	}
	return is_good ? NULL : "want \"for team T1,T2\" in order, or \"for device DEV\"";
}
