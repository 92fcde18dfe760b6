/* Any bytes as an agency's settings; what is known all through is written back alike. */
#include <assert.h>
#include <string.h>

#include "fv/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was written reads alike, and whom it is for is one spelling. */
static void
read_again(const struct fv_buf *text, const struct fv_settings *settings)
{
	static struct fv_settings again;
	struct fv_span rest = fv_span_z(settings->teams), team;

	assert(fv_settings_parse(fv_buf_span(text), &again, NULL) == FV_OK);
	assert(again.scope == settings->scope && again.version == settings->version);
	assert(memcmp(again.teams, settings->teams, sizeof again.teams) == 0);
	assert(memcmp(again.dev, settings->dev, sizeof again.dev) == 0);
	assert((settings->scope == FV_SETTINGS_TEAM) == (rest.len > 0));
	while (fv_settings_next_team(&rest, &team))
		assert(fv_settings_concern(settings, team, settings->dev));
	if (settings->scope == FV_SETTINGS_TEAM)
		assert(fv_settings_set_teams(&again, fv_span_z(settings->teams)) == FV_OK);
	fv_settings_lay(&again, settings);
	assert(again.version == settings->version);
}

/* Any bytes as teams, too: what is taken is put in order, and taken again. */
static void
read_teams(struct fv_span bytes)
{
	static struct fv_settings one, two;

	memset(&one, 0, sizeof one);
	if (fv_settings_set_teams(&one, bytes) != FV_OK) {
		assert(one.teams[0] == '\0');
		return;
	}
	assert(fv_settings_set_teams(&two, fv_span_z(one.teams)) == FV_OK);
	assert(memcmp(one.teams, two.teams, sizeof one.teams) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fv_span bytes = {data, size};
	static struct fv_settings settings;
	struct fv_buf again = {0};
	struct fv_fault fault;

	read_teams(bytes);
	if (fv_settings_parse(bytes, &settings, &fault) != FV_OK) {
		assert(fault.rule[0] != '\0' && settings.version == 0);
		return 0;
	}
	assert(settings.version > 0 && settings.signer[0] == '\0');
	assert((fault.line > 0) == (settings.unfit_count > 0));
	fv_settings_put(&again, &settings);
	assert(fv_buf_status(&again) == FV_OK);
	if (settings.unknown_count + settings.unfit_count == 0)
		assert(fv_span_equal(fv_buf_span(&again), bytes));
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		if (fv_setting_is_number(i))
			assert(fv_settings_uint(&settings, i) <= 16777216);
	read_again(&again, &settings);
	fv_buf_clear(&again);
	return 0;
}
