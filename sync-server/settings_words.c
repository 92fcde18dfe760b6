#include "sync-server/settings_words.h"

#include <stdio.h>

#include "fv/codes.h"

/* "line 3: ", or nothing.  Returns borrowed: out. */
static const char *
place(size_t line, char out[32])
{
	out[0] = '\0';
	if (line > 0)
		(void)snprintf(out, 32, "line %zu: ", line);
	return out;
}

int
settings_no_such(const char *object, size_t line, struct fv_span name)
{
	char names[FV_SETTING_COUNT][FV_SETTING_NAME_MAX + 1], at[32];
	const char *all[FV_SETTING_COUNT], *near;

	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		all[i] = fv_setting_name(i, names[i]);
	near = fv_word_nearest(name, all, FV_SETTING_COUNT);
	return fv_cli_fail(FV_EXIT_DATA, object, "%sno setting \"%.*s\"%s%s%s",
	    place(line, at), (int)name.len, (const char *)name.ptr,
	    near != NULL ? "; did you mean \"" : "; fieldvisitd(8) lists them",
	    near != NULL ? near : "", near != NULL ? "\"?" : "");
}

int
settings_unfit(const char *object, size_t line, enum fv_setting setting)
{
	char name[FV_SETTING_NAME_MAX + 1], at[32];
	struct fv_buf rule = {0};
	int code;

	fv_setting_put_rule(&rule, setting);
	code = fv_cli_fail(FV_EXIT_DATA, object, "%s%s is %s", place(line, at),
	    fv_setting_name(setting, name), fv_buf_z(&rule) != NULL ? fv_buf_z(&rule) : "");
	fv_buf_clear(&rule);
	return code;
}

int
settings_write_note(const char *out, const struct fv_settings *settings,
    const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	struct fv_buf text = {0}, note = {0};
	int code;

	fv_settings_put(&text, settings);
	fv_cli_sign(&note, fv_buf_span(&text), key, secret);
	if (fv_buf_status(&text) != FV_OK || fv_buf_status(&note) != FV_OK)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, out, "out of memory; try again");
	else
		code = fv_cli_write_new(out, 0644, fv_buf_span(&note));
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}
