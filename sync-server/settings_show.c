/* settings show: what is set for every handheld, for an agency or for one; --out writes what
 * 'settings set' starts from. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/directory.h"
#include "sync-server/settings_held.h"
#include "sync-server/store/staff.h"
#include "sync-server/verb.h"

#define USAGE "settings show [--agency AGENCY | --device DEV] [--out FILE] [--json]"

/* What one call works on. */
struct show {
	struct fv_store *store;
	const char *agency, *device; /* NULL: not asked for */
	bool as_json;
	struct fv_settings *merged;                     /* owned */
	struct fv_settings *layers[FV_SETTINGS_SCOPES]; /* owned; NULL: nothing is signed */
	json_t *scopes;                                 /* owned */
	struct fv_roster *roster;                       /* owned; in force */
};

/* -- the list of a directory ------------------------------------------------------- */

static enum fv_err
add_config(const struct fv_store_config *config, void *ctx)
{
	return json_array_append_new(ctx, fv_verb_json_span(config->note)) == 0 ? FV_OK
										: FV_ENOMEM;
}

enum fv_err
directory_gather_settings(struct fv_store *store, json_t *directory)
{
	json_t *list = json_array();
	enum fv_err rc =
	    list != NULL ? fv_store_config_each(store, add_config, list) : FV_ENOMEM;

	if (json_object_set_new(directory, "settings", list) != 0 && rc == FV_OK)
		rc = FV_ENOMEM;
	return rc;
}

/* -- reading -------------------------------------------------------------------------- */

/* The layer of a scope, under what is laid on it later. */
static enum fv_err
lay(struct show *s, enum fv_settings_scope scope, const char *name)
{
	struct fv_settings *one = malloc(sizeof *one);
	enum fv_err rc = one != NULL ? settings_held(s->store, name, one) : FV_ENOMEM;

	if (rc == FV_OK) {
		fv_settings_lay(s->merged, one);
		s->layers[scope] = one;
		one = NULL;
	}
	free(one);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* Its agency, when it is enrolled. */
static int
find_device(struct show *s, char agency_out[FV_ID_BYTES])
{
	struct fv_store_device device;
	uint8_t dev[FV_DEV_BYTES];
	enum fv_err rc;

	if (fv_hex_decode(fv_span_z(s->device), dev, sizeof dev) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--device", "is not 32 lower-case hex digits");
	rc = fv_store_device_get(s->store, dev, &device);
	memcpy(agency_out, device.agency, sizeof device.agency);
	fv_wipe(&device, sizeof device);
	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, "--device",
		    "no such handheld; 'fieldvisitd device list' shows them");
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

static int
find_agency(struct show *s)
{
	struct fv_store_agency agency;
	enum fv_err rc = fv_store_agency_get(s->store, fv_span_z(s->agency), &agency);

	if (rc == FV_ENOENT)
		return fv_cli_fail(FV_EXIT_NOINPUT, "--agency",
		    "no such agency; 'fieldvisitd agency list' shows them");
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

static int
read_layers(struct show *s)
{
	char agency[FV_ID_BYTES] = "";
	enum fv_err rc;
	int code = FV_EXIT_OK;

	if (s->device != NULL)
		code = find_device(s, agency);
	else if (s->agency != NULL && (code = find_agency(s)) == FV_EXIT_OK)
		memcpy(agency, s->agency, strlen(s->agency) + 1);
	if (code != FV_EXIT_OK)
		return code;
	if ((s->merged = calloc(1, sizeof *s->merged)) == NULL)
		return fv_verb_unread(FV_ENOMEM);
	rc = lay(s, FV_SETTINGS_ALL, "");
	if (rc == FV_OK && agency[0] != '\0')
		rc = lay(s, FV_SETTINGS_TEAM, agency);
	if (rc == FV_OK && s->device != NULL)
		rc = lay(s, FV_SETTINGS_DEVICE, s->device);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

/* -- telling -------------------------------------------------------------------------- */

static json_t *
json_value(const struct fv_settings *s, enum fv_setting setting)
{
	return fv_setting_is_number(setting)
	    ? json_integer((json_int_t)fv_settings_uint(s, setting))
	    : json_string(fv_settings_text(s, setting));
}

/* The layer that says it; NULL: it is the default. */
static const struct fv_settings *
source_of(const struct show *s, enum fv_setting setting)
{
	for (unsigned i = FV_SETTINGS_SCOPES; i-- > 0;)
		if (s->layers[i] != NULL && s->layers[i]->is_set[setting])
			return s->layers[i];
	return NULL;
}

static const char *
scope_word(const struct fv_settings *from)
{
	static const char *const words[FV_SETTINGS_SCOPES] = {
	    "installation", "agency", "device"};

	return from != NULL ? words[from->scope] : "default";
}

/* Teams that are an agency's now and stand in no signed text of it. */
static void
list_missing(struct fv_store *store, const struct fv_settings *one, const char *scope,
    struct fv_buf *out)
{
	struct fv_buf known = {0};
	struct fv_span rest, team;

	if (one->scope == FV_SETTINGS_TEAM &&
	    settings_teams(store, fv_span_z(scope), &known) == FV_OK)
		for (rest = fv_buf_span(&known); fv_settings_next_team(&rest, &team);)
			if (!fv_settings_concern(one, team, one->dev))
				fv_buf_putf(out, "%s%.*s", out->len > 0 ? "," : "",
				    (int)team.len, (const char *)team.ptr);
	fv_buf_clear(&known);
}

static enum fv_err
add_scope(const struct fv_store_config *config, void *ctx)
{
	struct show *s = ctx;
	struct fv_settings *one = malloc(sizeof *one);
	struct fv_buf missing = {0};
	char name[FV_SETTING_NAME_MAX + 1];
	json_t *values = json_object(), *row;
	bool is_gone; /* the signer, from the roster */
	enum fv_err rc = FV_ENOMEM;

	is_gone = one != NULL && s->roster != NULL &&
	    fv_settings_verify(config->note, s->roster, one, NULL) == FV_EAUTH;
	if (one != NULL)
		rc = settings_of_note(config, one);
	for (unsigned i = 0; rc == FV_OK && i < FV_SETTING_COUNT; i++)
		if (one->is_set[i])
			(void)json_object_set_new(
			    values, fv_setting_name(i, name), json_value(one, i));
	if (rc == FV_OK)
		list_missing(s->store, one, config->scope, &missing);
	row = rc != FV_OK
	    ? NULL
	    : json_pack("{s:s, s:s, s:s, s:I, s:s, s:b, s:o, s:o, s:O}", "scope",
		  scope_word(one), "of", config->scope, "teams", one->teams, "version",
		  (json_int_t)config->version, "signer", config->signer, "signer_gone",
		  is_gone, "taken", fv_verb_json_time(config->taken_ms != 0, config->taken_ms),
		  "teams_missing", fv_verb_json_span(fv_buf_span(&missing)), "settings",
		  values);
	if (rc == FV_OK && json_array_append_new(s->scopes, row) != 0)
		rc = FV_ENOMEM;
	json_decref(values);
	fv_buf_clear(&missing);
	free(one);
	return rc;
}

static int
print_json(struct show *s)
{
	const struct fv_settings *m = s->merged;
	char name[FV_SETTING_NAME_MAX + 1];
	json_t *all = json_array();

	for (unsigned i = 0; all != NULL && i < FV_SETTING_COUNT; i++)
		(void)json_array_append_new(all,
		    json_pack("{s:s, s:o, s:s}", "name", fv_setting_name(i, name), "value",
			json_value(m, i), "from", scope_word(source_of(s, i))));
	return fv_cli_print_json(json_pack("{s:o, s:o, s:I, s:o, s:O}", "version",
	    m->version > 0 ? json_integer((json_int_t)m->version) : json_null(), "signer",
	    m->signer[0] != '\0' ? json_string(m->signer) : json_null(), "passed_over",
	    (json_int_t)(m->unknown_count + m->unfit_count), "settings", all, "scopes",
	    s->scopes));
}

/* One line a signed text: whom it is for, what it is. */
static void
print_scope(const json_t *row)
{
	const char *of = json_string_value(json_object_get(row, "of"));
	const char *teams = json_string_value(json_object_get(row, "teams"));
	const char *missing = json_string_value(json_object_get(row, "teams_missing"));
	const char *taken = json_string_value(json_object_get(row, "taken"));

	printf("%s%s%s%s%s%s: version %" JSON_INTEGER_FORMAT
	       ", signed by %s%s%s, %zu values\n",
	    json_string_value(json_object_get(row, "scope")), of[0] != '\0' ? " " : "", of,
	    teams[0] != '\0' ? " (" : "", teams, teams[0] != '\0' ? ")" : "",
	    json_integer_value(json_object_get(row, "version")),
	    json_string_value(json_object_get(row, "signer")), taken != NULL ? ", taken " : "",
	    taken != NULL ? taken : "", json_object_size(json_object_get(row, "settings")));
	if (json_is_true(json_object_get(row, "signer_gone")))
		puts("  the signer is no longer on the roster: handhelds that are enrolled "
		     "from "
		     "now on refuse them, so sign them again");
	if (missing[0] != '\0')
		printf("  not for team %s: it came later; sign them again\n", missing);
}

static int
print_text(struct show *s)
{
	char name[FV_SETTING_NAME_MAX + 1];
	const json_t *row;
	size_t at;

	if (json_array_size(s->scopes) == 0)
		puts("no settings are signed: all are defaults");
	json_array_foreach(s->scopes, at, row) print_scope(row);
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		const char *value = fv_settings_text(s->merged, i);

		if (!s->merged->is_set[i] && i >= FV_SETTING_PHRASES)
			continue; /* those that ship are the handheld's */
		printf("%-18s %s%s(%s)\n", fv_setting_name(i, name), value,
		    value[0] != '\0' ? "  " : "", scope_word(source_of(s, i)));
	}
	return fv_cli_finish();
}

static int
show(struct show *s)
{
	struct fv_hash hash;
	enum fv_err rc;
	int code = read_layers(s);

	if (code != FV_EXIT_OK)
		return code;
	if ((s->scopes = json_array()) == NULL)
		return fv_verb_unread(FV_ENOMEM);
	rc = fv_verb_roster(s->store, &s->roster, &hash);
	if (rc != FV_OK && rc != FV_ENOENT)
		return fv_verb_unread(rc);
	if ((rc = fv_store_config_each(s->store, add_scope, s)) != FV_OK)
		return fv_verb_unread(rc);
	return s->as_json ? print_json(s) : print_text(s);
}

int
cmd_settings_show(int argc, char **argv)
{
	struct show s = {0};
	const char *out = NULL;
	const struct fv_cli_option options[] = {
	    {"agency", FV_CLI_TEXT, &s.agency, false},
	    {"device", FV_CLI_TEXT, &s.device, false},
	    {"out", FV_CLI_TEXT, &out, false},
	    {"json", FV_CLI_FLAG, &s.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if (s.agency != NULL && s.device != NULL)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--agency", "and --device exclude each other");
	if ((code = fv_verb_open(&s.store)) != FV_EXIT_OK)
		return code;
	code = show(&s);
	if (code == FV_EXIT_OK && out != NULL)
		code = directory_write(s.store, out);
	for (unsigned i = 0; i < FV_SETTINGS_SCOPES; i++)
		free(s.layers[i]);
	free(s.merged);
	free(s.roster);
	json_decref(s.scopes);
	fv_store_close(s.store);
	return code;
}
