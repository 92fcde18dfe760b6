/*
 * fieldvisitd settings set, unset: change some values of the settings in force, off the
 * server.
 *
 * It starts from what the server says is in force, checked by the supervisors' signatures;
 * whatever the new text will say is printed, and nothing else is signed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/directory.h"
#include "sync-server/settings_words.h"

#define OPTIONS                                                                               \
	"    [--agency AGENCY | --device DEV] --key FILE --from FILE --out NOTE\n"            \
	"    [--roster SIGNED] [--passphrase-file FILE|-] [--json]"
#define SET_USAGE "settings set NAME VALUE [NAME VALUE ...]\n" OPTIONS
#define UNSET_USAGE "settings unset NAME [NAME ...]\n" OPTIONS

/* What one call works on. */
struct change {
	const char *verb;
	bool is_unset;
	const char *key, *from, *directory_path, *roster, *agency, *device, *out, *pass_file;
	bool as_json;
	struct directory directory;        /* owned */
	struct fv_settings *under;         /* owned: what wider scopes set */
	bool is_agencys[FV_SETTING_COUNT]; /* of that, what an agency's text says */
	struct fv_settings *before; /* owned: of this scope, in force; version 0: nothing is */
	struct fv_settings *after;  /* owned */
	json_t *changes;            /* owned */
};

/* -- where it starts from ------------------------------------------------------------- */

/* Whose team it is: the house's own unless another agency was given it. */
static const char *
agency_of(const struct directory *d, const char *team)
{
	for (size_t i = 0; i < d->people.team_count; i++)
		if (strcmp(d->people.teams[i].id, team) == 0)
			return d->people.teams[i].agency;
	return d->roster->agency;
}

static void
add_team(struct fv_buf *list, const char *team)
{
	struct fv_span rest = fv_buf_span(list), one;

	while (fv_settings_next_team(&rest, &one))
		if (fv_span_equal(one, fv_span_z(team)))
			return;
	fv_buf_putf(list, "%s%s", list->len > 0 ? "," : "", team);
}

/* Append the teams of an agency: those given to it, and those of its handhelds. */
static void
list_teams(const struct directory *d, const char *agency, struct fv_buf *out)
{
	for (size_t i = 0; i < d->people.team_count; i++)
		if (strcmp(d->people.teams[i].agency, agency) == 0)
			add_team(out, d->people.teams[i].id);
	for (size_t i = 0; i < d->device_count; i++)
		if (strcmp(agency_of(d, d->devices[i].team), agency) == 0)
			add_team(out, d->devices[i].team);
}

/* A text for teams is the agency's whose they are. */
static bool
is_of_agency(const struct directory *d, const struct fv_settings *s, const char *agency)
{
	struct fv_span rest = fv_span_z(s->teams), team;
	char id[FV_ID_BYTES];

	return s->scope == FV_SETTINGS_TEAM && fv_settings_next_team(&rest, &team) &&
	    fv_id_copy(team, id, sizeof id) == FV_OK && strcmp(agency_of(d, id), agency) == 0;
}

static bool
is_of_device(const struct fv_settings *s, const uint8_t dev[FV_DEV_BYTES])
{
	return s->scope == FV_SETTINGS_DEVICE && memcmp(s->dev, dev, FV_DEV_BYTES) == 0;
}

static int
start_agency(struct change *c)
{
	struct fv_buf teams = {0};
	int code = FV_EXIT_OK;

	if (directory_find_agency(&c->directory.people, c->agency) == NULL)
		return fv_cli_fail(FV_EXIT_DATA, c->from,
		    "knows no agency \"%s\"; 'fieldvisitd agency list' shows them", c->agency);
	list_teams(&c->directory, c->agency, &teams);
	if (teams.len == 0)
		code = fv_cli_fail(FV_EXIT_DATA, c->from,
		    "agency %s has no team yet, so nobody would take its settings", c->agency);
	else if (fv_settings_set_teams(c->after, fv_buf_span(&teams)) != FV_OK)
		code = fv_cli_fail(FV_EXIT_DATA, c->from, "agency %s has more than %u teams",
		    c->agency, FV_SETTINGS_TEAMS_MAX);
	fv_buf_clear(&teams);
	return code;
}

static int
start_device(struct change *c, const struct directory_device **device_out)
{
	if (fv_hex_decode(fv_span_z(c->device), c->after->dev, FV_DEV_BYTES) != FV_OK)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--device", "is not 32 lower-case hex digits");
	c->after->scope = FV_SETTINGS_DEVICE;
	*device_out = directory_find(&c->directory, c->after->dev);
	return *device_out != NULL
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_DATA, c->from, "knows no handheld %s", c->device);
}

static void
lay_under(struct change *c, const struct fv_settings *s)
{
	fv_settings_lay(c->under, s);
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		c->is_agencys[i] =
		    c->is_agencys[i] || (s->scope == FV_SETTINGS_TEAM && s->is_set[i]);
}

/* Sort the texts in force: wider ones lie under, one is the scope's own. */
static void
sort_texts(struct change *c, const struct directory_device *device)
{
	const struct directory *d = &c->directory;
	const char *agency = device != NULL ? agency_of(d, device->team) : NULL;
	uint64_t newest = 0;

	for (unsigned scope = 0; scope < FV_SETTINGS_SCOPES; scope++) {
		for (size_t i = 0; i < d->settings_count; i++) {
			const struct fv_settings *s = &d->settings[i];
			const bool is_own = s->scope == c->after->scope &&
			    (s->scope == FV_SETTINGS_ALL ||
				(c->agency != NULL && is_of_agency(d, s, c->agency)) ||
				is_of_device(s, c->after->dev));

			newest = s->version > newest ? s->version : newest;
			if (s->scope != scope)
				continue;
			if (is_own)
				*c->before = *s;
			else if (scope < c->after->scope &&
			    (scope == FV_SETTINGS_ALL ||
				(agency != NULL && is_of_agency(d, s, agency))))
				lay_under(c, s);
		}
	}
	c->after->version = newest + 1;
	memcpy(c->after->agency, c->directory.roster->agency, sizeof c->after->agency);
	memcpy(c->after->is_set, c->before->is_set, sizeof c->after->is_set);
	memcpy(c->after->values, c->before->values, sizeof c->after->values);
}

static int
start(struct change *c)
{
	const struct directory_device *device = NULL;
	int code = directory_open(c->from, &c->directory);

	if (code == FV_EXIT_OK && c->agency != NULL)
		code = start_agency(c);
	if (code == FV_EXIT_OK && c->device != NULL)
		code = start_device(c, &device);
	if (code != FV_EXIT_OK)
		return code;
	sort_texts(c, device);
	/* What this program does not know would be lost without a word. */
	return c->before->unknown_count + c->before->unfit_count == 0
	    ? FV_EXIT_OK
	    : fv_cli_fail(FV_EXIT_DATA, c->from,
		  "version %llu holds values that this program does not know; use the newer "
		  "one that signed it",
		  (unsigned long long)c->before->version);
}

/* -- the change ----------------------------------------------------------------------- */

static int
change_one(struct change *c, const char *name, const char *value)
{
	const enum fv_setting setting = fv_setting_find(fv_span_z(name));

	if (setting == FV_SETTING_COUNT)
		return settings_no_such(c->verb, 0, fv_span_z(name));
	if (fv_setting_is_general(setting) && c->after->scope != FV_SETTINGS_ALL)
		return fv_cli_fail(FV_EXIT_DATA, c->verb,
		    "%s is the server's own; set it for the whole installation", name);
	if (!c->is_unset)
		return fv_settings_set(c->after, setting, fv_span_z(value)) == FV_OK
		    ? FV_EXIT_OK
		    : settings_unfit(c->verb, 0, setting);
	if (!c->after->is_set[setting])
		return fv_cli_fail(FV_EXIT_DATA, c->verb, "%s is not set there", name);
	fv_settings_unset(c->after, setting);
	return FV_EXIT_OK;
}

static int
change_all(struct change *c, int count, char **words)
{
	const int step = c->is_unset ? 1 : 2;
	int code = FV_EXIT_OK;

	if (count == 0 || count % step != 0)
		return fv_cli_fail(FV_EXIT_USAGE, c->verb,
		    c->is_unset ? "needs one NAME at least; see --help"
				: "needs a NAME and a VALUE each; see --help");
	for (int i = 0; code == FV_EXIT_OK && i < count; i += step)
		code = change_one(c, words[i], c->is_unset ? NULL : words[i + 1]);
	return code;
}

/* What is in force by `own`, or by what lies under it, and who says so. */
static const char *
in_force(const struct change *c, const struct fv_settings *own, enum fv_setting setting,
    const char **from_out)
{
	const struct fv_settings *s = own->is_set[setting] ? own : c->under;

	*from_out = own->is_set[setting] ? ""
	    : !c->under->is_set[setting] ? " (default)"
	    : c->is_agencys[setting]     ? " (agency)"
					 : " (installation)";
	return fv_settings_text(s, setting);
}

static void
list_changes(struct change *c)
{
	char name[FV_SETTING_NAME_MAX + 1];

	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		const char *from, *to, *old = in_force(c, c->before, i, &from);
		const char *new = in_force(c, c->after, i, &to);
		const bool is_same = c->before->is_set[i] == c->after->is_set[i] &&
		    strcmp(c->before->values[i], c->after->values[i]) == 0;

		if (is_same && !c->after->is_set[i])
			continue;
		if (!is_same)
			(void)json_array_append_new(c->changes,
			    json_pack("{s:s, s:s, s:s, s:s}", "name", fv_setting_name(i, name),
				"old", old, "new", new, "default", fv_settings_text(NULL, i)));
		if (c->as_json)
			continue;
		fv_setting_name(i, name);
		if (is_same)
			printf("%s: stays \"%s\"\n", name, new);
		else
			printf("%s: \"%s\"%s -> \"%s\"%s; the default is \"%s\"\n", name, old,
			    from, new, to, fv_settings_text(NULL, i));
	}
}

static void
name_scope(const struct change *c, struct fv_buf *out)
{
	if (c->after->scope == FV_SETTINGS_TEAM)
		fv_buf_putf(out, "agency %s (team %s)", c->agency, c->after->teams);
	else if (c->after->scope == FV_SETTINGS_DEVICE)
		fv_buf_putf(out, "handheld %s", c->device);
	else
		fv_buf_putf(out, "every handheld of %s", c->after->agency);
}

static int
tell(const struct change *c, const struct fv_key_public *key)
{
	struct fv_buf who = {0};
	int code = FV_EXIT_OK;

	name_scope(c, &who);
	if (c->as_json)
		code = fv_cli_print_json(json_pack("{s:s, s:s, s:I, s:s, s:s, s:O}", "agency",
		    c->after->agency, "for", fv_buf_z(&who) != NULL ? fv_buf_z(&who) : "",
		    "version", (json_int_t)c->after->version, "signed_by", key->id, "file",
		    c->out, "changes", c->changes));
	else
		printf("%s: version %llu for %s, signed by %s; next 'fieldvisitd settings "
		       "import'\n",
		    c->out, (unsigned long long)c->after->version,
		    fv_buf_z(&who) != NULL ? fv_buf_z(&who) : "", key->id);
	fv_buf_clear(&who);
	return code == FV_EXIT_OK ? fv_cli_finish() : code;
}

/* What it starts from is the server's; the roster by which it is checked must be his. */
static int
sign(const struct change *c)
{
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	int code = fv_cli_open_signer(c->key, c->pass_file, &key, &secret);

	if (code != FV_EXIT_OK)
		return code;
	code = directory_check_roster(c->from, c->roster, &c->directory, &key);
	if (code == FV_EXIT_OK)
		code = settings_write_note(c->out, c->after, &key, secret);
	fv_secret_free(secret);
	return code == FV_EXIT_OK ? tell(c, &key) : code;
}

static int
run(struct change *c, int argc, char **argv)
{
	int code;

	if ((c->from == NULL) == (c->directory_path == NULL))
		return fv_cli_fail(FV_EXIT_USAGE, c->verb,
		    "needs one of --from FILE ('settings show --out') and --directory FILE "
		    "('roster export')");
	if (c->from == NULL)
		c->from = c->directory_path;
	if (c->agency != NULL && c->device != NULL)
		return fv_cli_fail(
		    FV_EXIT_USAGE, "--agency", "and --device exclude each other");
	c->under = calloc(1, sizeof *c->under);
	c->before = calloc(1, sizeof *c->before);
	c->after = calloc(1, sizeof *c->after);
	c->changes = json_array();
	if (c->under == NULL || c->before == NULL || c->after == NULL || c->changes == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, c->verb, "out of memory; try again");
	if ((code = start(c)) != FV_EXIT_OK ||
	    (code = change_all(c, argc - 1, argv + 1)) != FV_EXIT_OK)
		return code;
	list_changes(c);
	if (json_array_size(c->changes) == 0)
		return fv_cli_fail(FV_EXIT_DATA, c->verb, "changes nothing: that is in force");
	return sign(c);
}

static int
change(bool is_unset, const char *verb, const char *usage, int argc, char **argv)
{
	struct change c = {.is_unset = is_unset, .verb = verb};
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &c.key, true},
	    {"from", FV_CLI_TEXT, &c.from, false},
	    {"directory", FV_CLI_TEXT, &c.directory_path, false},
	    {"roster", FV_CLI_TEXT, &c.roster, false},
	    {"agency", FV_CLI_TEXT, &c.agency, false},
	    {"device", FV_CLI_TEXT, &c.device, false},
	    {"out", FV_CLI_TEXT, &c.out, true},
	    {"passphrase-file", FV_CLI_TEXT, &c.pass_file, false},
	    {"json", FV_CLI_FLAG, &c.as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, usage);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	code = run(&c, argc, argv);
	directory_close(&c.directory);
	json_decref(c.changes);
	free(c.under);
	free(c.before);
	free(c.after);
	return code;
}

int
cmd_settings_set(int argc, char **argv)
{
	return change(false, "settings set", SET_USAGE, argc, argv);
}

int
cmd_settings_unset(int argc, char **argv)
{
	return change(true, "settings unset", UNSET_USAGE, argc, argv);
}
