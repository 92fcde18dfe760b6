#include "fv/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "settings_table.h"

#define ORIGIN "fieldvisit/v1/config/"
#define SCOPE_LINE 3U /* the only place for the line "for ..." */

const char *
fv_setting_name(enum fv_setting setting, char *name_out)
{
	const unsigned at = (unsigned)setting - FV_SETTING_PHRASES;

	if (setting < FV_SETTING_PHRASES)
		snprintf(
		    name_out, FV_SETTING_NAME_MAX + 1, "%s", fv_setting_rows[setting].name);
	else
		snprintf(name_out, FV_SETTING_NAME_MAX + 1, "phrase.%u.%s", at / 2 + 1,
		    at % 2 == 0 ? "en" : "zh");
	return name_out;
}

enum fv_setting
fv_setting_find(struct fv_span name)
{
	char known[FV_SETTING_NAME_MAX + 1];
	unsigned i = 0;

	while (
	    i < FV_SETTING_COUNT && !fv_span_equal(fv_span_z(fv_setting_name(i, known)), name))
		i++;
	return i;
}

enum fv_setting
fv_setting_phrase(unsigned number, bool is_chinese)
{
	return FV_SETTING_PHRASES + 2 * (number - 1) + (is_chinese ? 1 : 0);
}

static struct fv_setting_row
row_of(enum fv_setting setting)
{
	if (setting < FV_SETTING_PHRASES)
		return fv_setting_rows[setting];
	return (struct fv_setting_row){
	    .kind = FV_SETTING_KIND_TEXT, .max = FV_SETTING_PHRASE_MAX, .value = ""};
}

struct fv_setting_shape
fv_setting_shape(enum fv_setting setting)
{
	const struct fv_setting_row row = row_of(setting);

	return (struct fv_setting_shape){row.kind, row.min, row.max};
}

bool
fv_setting_is_number(enum fv_setting setting)
{
	return row_of(setting).kind == FV_SETTING_KIND_NUMBER;
}

bool
fv_setting_is_general(enum fv_setting setting)
{
	return setting == FV_SETTING_COMPLAINT_DAYS;
}

void
fv_setting_put_rule(struct fv_buf *out, enum fv_setting setting)
{
	const struct fv_setting_row row = row_of(setting);

	switch (row.kind) {
	case FV_SETTING_KIND_NUMBER:
		fv_buf_putf(
		    out, "a whole number from %" PRIu32 " to %" PRIu32, row.min, row.max);
		break;
	case FV_SETTING_KIND_PHONE:
		fv_buf_put_z(out, "a telephone number, or nothing");
		break;
	case FV_SETTING_KIND_URL:
		fv_buf_putf(out,
		    "http:// or https:// and a host, without a path, at most %" PRIu32
		    " bytes, or nothing",
		    row.max);
		break;
	case FV_SETTING_KIND_TEXT:
		fv_buf_putf(out, "text of at most %" PRIu32 " bytes", row.max);
		break;
	case FV_SETTING_KIND_SPEECH:
		fv_buf_put_z(out, "\"en\", \"zh\" or \"en,zh\", or nothing for any");
		break;
	}
}

const char *
fv_settings_text(const struct fv_settings *settings, enum fv_setting setting)
{
	if (settings != NULL && settings->is_set[setting])
		return settings->values[setting];
	return row_of(setting).value;
}

uint64_t
fv_settings_uint(const struct fv_settings *settings, enum fv_setting setting)
{
	uint64_t value;

	/* It was checked when it was set. */
	return fv_decimal_decode(
		   fv_span_z(fv_settings_text(settings, setting)), UINT32_MAX, &value) == FV_OK
	    ? value
	    : 0;
}

static bool
is_phone(struct fv_span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (strchr("0123456789 +-", value.ptr[i]) == NULL || value.ptr[i] == '\0')
			return false;
	return true;
}

static bool
has_prefix(struct fv_span value, const char *prefix)
{
	const size_t len = strlen(prefix);

	return value.len > len && memcmp(value.ptr, prefix, len) == 0;
}

/* Scheme and host, perhaps a port: what "/v/CODE" can be put after. */
static bool
is_url(struct fv_span value)
{
	size_t at = has_prefix(value, "https://") ? 8 : 7;

	if (value.len == 0)
		return true;
	if (at == 7 && !has_prefix(value, "http://"))
		return false;
	for (; at < value.len; at++) {
		const uint8_t c = value.ptr[at];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != ':')
			return false;
	}
	return true;
}

static bool
is_speech(struct fv_span value)
{
	static const char *const lists[] = {"", "en", "zh", "en,zh"};
	unsigned i = 4;

	while (i > 0 && !fv_span_equal(value, fv_span_z(lists[i - 1])))
		i--;
	return i > 0;
}

static bool
is_plain(struct fv_span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
			return false;
	return fv_utf8_valid(value);
}

enum fv_err
fv_settings_set(struct fv_settings *settings, enum fv_setting setting, struct fv_span value)
{
	const struct fv_setting_row row = row_of(setting);
	uint64_t number = 0;
	enum fv_err rc;

	if (row.kind == FV_SETTING_KIND_NUMBER) {
		if ((rc = fv_decimal_decode(value, row.max, &number)) != FV_OK)
			return rc;
		if (number < row.min)
			return FV_ERANGE;
	} else if (value.len > row.max) {
		return FV_ETOOBIG;
	}
	if (!is_plain(value) || (row.kind == FV_SETTING_KIND_PHONE && !is_phone(value)) ||
	    (row.kind == FV_SETTING_KIND_URL && !is_url(value)) ||
	    (row.kind == FV_SETTING_KIND_SPEECH && !is_speech(value)))
		return FV_EFORMAT;
	memset(settings->values[setting], 0, FV_SETTING_TEXT_BYTES);
	if (value.len > 0)
		memcpy(settings->values[setting], value.ptr, value.len);
	settings->is_set[setting] = true;
	return FV_OK;
}

void
fv_settings_unset(struct fv_settings *settings, enum fv_setting setting)
{
	settings->is_set[setting] = false;
	memset(settings->values[setting], 0, FV_SETTING_TEXT_BYTES);
}

/* Of the settings whose name is above `after`, the one with the lowest. */
static enum fv_setting
next_by_name(const struct fv_settings *settings, const char *after)
{
	char name[FV_SETTING_NAME_MAX + 1], best_name[FV_SETTING_NAME_MAX + 1];
	enum fv_setting best = FV_SETTING_COUNT;

	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		if (!settings->is_set[i] || strcmp(fv_setting_name(i, name), after) <= 0)
			continue;
		if (best != FV_SETTING_COUNT && strcmp(name, best_name) >= 0)
			continue;
		best = i;
		memcpy(best_name, name, sizeof name);
	}
	return best;
}

void
fv_settings_put(struct fv_buf *out, const struct fv_settings *settings)
{
	char name[FV_SETTING_NAME_MAX + 1] = "";
	enum fv_setting at;

	fv_buf_putf(
	    out, ORIGIN "%s\nversion %" PRIu64 "\n", settings->agency, settings->version);
	fv_settings_put_scope(out, settings);
	while ((at = next_by_name(settings, name)) != FV_SETTING_COUNT)
		fv_buf_putf(out, "%s %s\n", fv_setting_name(at, name), settings->values[at]);
}

/* Two words with a dot between them at least, of [a-z0-9_]. */
static bool
is_name(struct fv_span name)
{
	bool has_dot = false;

	if (name.len == 0 || name.len > FV_SETTING_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		const uint8_t c = name.ptr[i];
		has_dot = has_dot || c == '.';
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '.')
			return false;
	}
	return has_dot;
}

/* One line of a name and its value; returns the rule that it breaks, or NULL. */
static const char *
read_value(struct fv_span line, struct fv_span *name, struct fv_settings *out, bool *is_unfit)
{
	const struct fv_span before = *name;
	const uint8_t *space = line.len > 0 ? memchr(line.ptr, ' ', line.len) : NULL;
	struct fv_span value;
	enum fv_setting setting;

	*is_unfit = false;
	if (space == NULL)
		return "want \"NAME VALUE\"";
	*name = fv_span_of(line.ptr, (size_t)(space - line.ptr));
	value = fv_span_of(space + 1, line.len - name->len - 1);
	if (!is_name(*name))
		return "the name is not one of a setting";
	if (fv_settings_compare(before, *name) >= 0)
		return "settings stand in order of their names, each once";
	if (!is_plain(value))
		return "the value is not text";
	if ((setting = fv_setting_find(*name)) == FV_SETTING_COUNT)
		out->unknown_count++;
	else if (fv_settings_set(out, setting, value) != FV_OK)
		*is_unfit = true;
	return NULL;
}

static enum fv_err
read_head(struct fv_lines *lines, struct fv_settings *out, struct fv_fault *fault_out)
{
	const struct fv_span origin = fv_span_z(ORIGIN);
	struct fv_span line;
	enum fv_err rc;

	if (fv_lines_next(lines, &line) != FV_OK || !has_prefix(line, ORIGIN) ||
	    fv_id_copy(fv_span_of(line.ptr + origin.len, line.len - origin.len), out->agency,
		sizeof out->agency) != FV_OK)
		return fv_fault_set(fault_out, 1, "want \"" ORIGIN "AGENCY\"", FV_EFORMAT);
	if (fv_lines_next(lines, &line) != FV_OK || !fv_lines_take(&line, "version"))
		return fv_fault_set(fault_out, 2, "want \"version N\"", FV_EFORMAT);
	rc = fv_decimal_decode(line, FV_SETTINGS_VERSION_MAX, &out->version);
	if (rc == FV_OK && out->version == 0)
		rc = FV_ERANGE;
	return rc == FV_OK
	    ? FV_OK
	    : fv_fault_set(fault_out, 2, "the version is a number from 1 on", rc);
}

static enum fv_err
read_settings(struct fv_lines *lines, struct fv_settings *out, struct fv_fault *fault_out)
{
	struct fv_span line, name = {NULL, 0};
	const char *rule;
	bool is_unfit;
	enum fv_err rc = read_head(lines, out, fault_out);

	if (rc != FV_OK)
		return rc;
	while ((rc = fv_lines_next(lines, &line)) == FV_OK) {
		if (lines->number == SCOPE_LINE && fv_lines_take(&line, "for")) {
			if ((rule = fv_settings_read_scope(line, out)) != NULL)
				return fv_fault_set(fault_out, SCOPE_LINE, rule, FV_EFORMAT);
			continue;
		}
		if (lines->number > FV_SETTINGS_LINES_MAX)
			return fv_fault_set(fault_out, lines->number,
			    "settings have at most 256 lines", FV_ETOOBIG);
		if ((rule = read_value(line, &name, out, &is_unfit)) != NULL)
			return fv_fault_set(fault_out, lines->number, rule, FV_EFORMAT);
		if (is_unfit && out->unfit_count++ == 0)
			(void)fv_fault_set(fault_out, lines->number,
			    "this version cannot use the value", FV_OK);
	}
	return rc == FV_ENOENT ? FV_OK
			       : fv_fault_set(fault_out, lines->number,
				     "the last line has no newline", FV_EFORMAT);
}

enum fv_err
fv_settings_parse(struct fv_span text, struct fv_settings *out, struct fv_fault *fault_out)
{
	struct fv_lines lines = fv_lines_of(text);
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rc = read_settings(&lines, out, fault_out)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

enum fv_err
fv_settings_verify(struct fv_span note, const struct fv_roster *roster,
    struct fv_settings *out, struct fv_fault *fault_out)
{
	const struct fv_supervisor *signer = NULL;
	struct fv_signednote parts;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_signednote_parse(note, &parts)) != FV_OK)
		return fv_fault_set(fault_out, 0, "it is not a signed note", rc);
	if ((rc = fv_settings_parse(parts.text, out, fault_out)) != FV_OK)
		return rc;
	if (strcmp(out->agency, roster->agency) != 0)
		rc = fv_fault_set(fault_out, 1, "they are of another agency", FV_ECONFLICT);
	else if ((signer = fv_roster_first_signer(roster, &parts)) == NULL)
		rc = fv_fault_set(
		    fault_out, 0, "no supervisor on the roster has signed it", FV_EAUTH);
	if (rc == FV_OK)
		memcpy(out->signer, signer->id, sizeof out->signer);
	else
		memset(out, 0, sizeof *out);
	return rc;
}
