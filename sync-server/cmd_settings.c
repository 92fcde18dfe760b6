/*
 * fieldvisitd settings sign: an agency's settings for its handhelds, off the server.
 *
 * FILE holds "version N", perhaps "for team T1,T2" or "for device DEV", and one "NAME VALUE" a
 * line, in any order; what follows a '#' at the beginning of a line is a remark.  OUT is the
 * signed text, in its one spelling.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/settings_words.h"

#define USAGE "settings sign FILE --key FILE --out OUT [--passphrase-file FILE|-] [--json]"

/* A file on its way in. */
struct reading {
	const char *path;
	size_t line;
	struct fv_settings *settings; /* owned */
};

static int
refuse(const struct reading *r, const char *rule)
{
	return fv_cli_fail(FV_EXIT_DATA, r->path, "line %zu: %s", r->line, rule);
}

static struct fv_span
trim(struct fv_span text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]) != NULL &&
	    text.ptr[text.len - 1] != '\0')
		text.len--;
	return text;
}

/* "team T1,T2" or "device DEV". */
static int
take_scope(struct reading *r, struct fv_span value)
{
	struct fv_settings *s = r->settings;
	struct fv_span word;

	if (s->scope != FV_SETTINGS_ALL)
		return refuse(r, "whom they are for is said twice");
	if (!fv_lines_word(&value, &word))
		return refuse(r, "write \"for team T1,T2\" or \"for device DEV\"");
	value = trim(value);
	if (fv_span_equal(word, fv_span_z("team")))
		return fv_settings_set_teams(s, value) == FV_OK
		    ? FV_EXIT_OK
		    : refuse(r, "teams are ids with a comma between, each once, at most 32");
	if (!fv_span_equal(word, fv_span_z("device")) ||
	    fv_hex_decode(value, s->dev, sizeof s->dev) != FV_OK)
		return refuse(r,
		    "write \"for team T1,T2\" or \"for device \" and the 32 hex "
		    "digits of one");
	s->scope = FV_SETTINGS_DEVICE;
	return FV_EXIT_OK;
}

static int
take_line(struct reading *r, struct fv_span line)
{
	struct fv_span name, value;
	enum fv_setting setting;
	size_t len = 0;

	line = trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return FV_EXIT_OK;
	while (len < line.len && line.ptr[len] != ' ' && line.ptr[len] != '\t')
		len++;
	name = fv_span_of(line.ptr, len);
	value = trim(fv_span_of(line.ptr + len, line.len - len));
	if (fv_span_equal(name, fv_span_z("version"))) {
		if (r->settings->version != 0)
			return refuse(r, "the version is named twice");
		if (fv_decimal_decode(value, FV_SETTINGS_VERSION_MAX, &r->settings->version) !=
			FV_OK ||
		    r->settings->version == 0)
			return refuse(r, "the version is a whole number from 1 on");
		return FV_EXIT_OK;
	}
	if (fv_span_equal(name, fv_span_z("for")))
		return take_scope(r, value);
	if ((setting = fv_setting_find(name)) == FV_SETTING_COUNT)
		return settings_no_such(r->path, r->line, name);
	if (r->settings->is_set[setting])
		return refuse(r, "it is set twice");
	return fv_settings_set(r->settings, setting, value) == FV_OK
	    ? FV_EXIT_OK
	    : settings_unfit(r->path, r->line, setting);
}

static int
take_file(struct reading *r, struct fv_span rest)
{
	int code = FV_EXIT_OK;

	while (code == FV_EXIT_OK && rest.len > 0) {
		const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
		const size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;

		r->line++;
		code = take_line(r, fv_span_of(rest.ptr, len));
		rest.ptr += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
	if (code == FV_EXIT_OK && r->settings->version == 0)
		code = fv_cli_fail(FV_EXIT_DATA, r->path,
		    "names no version; write a line \"version N\", one above the last");
	return code;
}

static int
tell(const char *out, const struct fv_settings *s, const struct fv_key_public *key,
    bool as_json)
{
	int count = 0;

	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		count += s->is_set[i];
	if (as_json)
		return fv_cli_print_json(json_pack("{s:s, s:I, s:i, s:s, s:s}", "agency",
		    s->agency, "version", (json_int_t)s->version, "set", count, "signed_by",
		    key->id, "file", out));
	printf("%s: version %llu of agency %s, %d values, signed by %s; next 'fieldvisitd "
	       "settings import'\n",
	    out, (unsigned long long)s->version, s->agency, count, key->id);
	return fv_cli_finish();
}

int
cmd_settings_sign(int argc, char **argv)
{
	const char *key_path = NULL, *out = NULL, *pass_file = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"out", FV_CLI_TEXT, &out, true},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct reading r = {0};
	struct fv_key_public key;
	struct fv_buf file = {0};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (argc != 2)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "settings sign", "needs one FILE; see --help");
	r.path = argv[1];
	if ((r.settings = calloc(1, sizeof *r.settings)) == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	if ((code = fv_cli_read(argv[1], &file)) == FV_EXIT_OK &&
	    (code = take_file(&r, fv_buf_span(&file))) == FV_EXIT_OK &&
	    (code = fv_cli_open_signer(key_path, pass_file, &key, &secret)) == FV_EXIT_OK) {
		memcpy(r.settings->agency, key.agency, sizeof r.settings->agency);
		code = settings_write_note(out, r.settings, &key, secret);
	}
	if (code == FV_EXIT_OK)
		code = tell(out, r.settings, &key, as_json);
	fv_secret_free(secret);
	fv_buf_clear(&file);
	free(r.settings);
	return code;
}
