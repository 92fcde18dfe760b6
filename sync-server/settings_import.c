/* settings import OUT, settings show: the signed settings that handhelds of this agency
 * are given. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fv/settings.h"
#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define IMPORT_USAGE "settings import OUT [--json]"
#define SHOW_USAGE "settings show [--json]"

/* What one import works on. */
struct work {
	struct fv_host *host;
	const char *file; /* for messages */
	struct fv_span note;
	struct fv_hash hash;          /* of its text */
	struct fv_roster *roster;     /* owned */
	struct fv_settings *settings; /* owned */
	json_t **answer_out;
};

static int
verify(struct work *w)
{
	struct fv_fault fault = {0};
	struct fv_signednote parts;
	enum fv_err rc = fv_settings_verify(w->note, w->roster, w->settings, &fault);

	if (rc == FV_EAUTH)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: needs the good signature of a supervisor on the roster in force; "
		    "sign "
		    "it again with 'settings sign'",
		    w->file);
	if (rc != FV_OK || w->settings->unfit_count > 0)
		return fv_verb_fault(
		    w->answer_out, w->file, &fault, rc != FV_OK ? rc : FV_ERANGE);
	if (fv_signednote_parse(w->note, &parts) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, FV_EFORMAT);
	fv_sha256(parts.text, &w->hash);
	return FV_EXIT_OK;
}

/* Handhelds never take an older version: neither does this. */
static int
check_newer(struct work *w, bool *is_held_out)
{
	struct fv_store_note last;
	enum fv_err rc = fv_store_note_last(w->host->store, FV_NOTE_CONFIG, &last);

	*is_held_out = false;
	if (rc == FV_ENOENT)
		return FV_EXIT_OK;
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	*is_held_out = memcmp(last.hash.b, w->hash.b, FV_HASH_BYTES) == 0;
	if (*is_held_out || w->settings->version > last.version)
		return FV_EXIT_OK;
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
	    "%s: version %llu does not follow version %llu, which is in force; sign it again "
	    "as "
	    "version %llu or above",
	    w->file, (unsigned long long)w->settings->version,
	    (unsigned long long)last.version, (unsigned long long)last.version + 1);
}

static enum fv_err
keep(struct work *w, uint64_t *index_out)
{
	const struct fv_store_note row = {
	    .version = w->settings->version, .hash = w->hash, .note = w->note};
	const struct fv_store_audience everyone = {0};
	struct fv_hash document;
	enum fv_err rc;

	if ((rc = fv_store_note_put(w->host->store, FV_NOTE_CONFIG, &row)) != FV_OK ||
	    (rc = fv_verb_keep_salted(w->host, "settings", w->note, &document)) != FV_OK ||
	    (rc = fv_verb_policy(w->host, "settings", &document, index_out)) != FV_OK)
		return rc;
	return fv_store_change(
	    w->host->store, everyone, FV_ITEM_CONFIG, fv_span_z(w->settings->agency));
}

static int
import(struct work *w)
{
	uint64_t index = 0;
	bool is_held;
	enum fv_err rc;
	int code = verify(w);

	if (code != FV_EXIT_OK || (code = check_newer(w, &is_held)) != FV_EXIT_OK)
		return code;
	if (is_held)
		return fv_verb_done(w->answer_out, NULL,
		    "settings of %s, version %llu, are in force already", w->settings->agency,
		    (unsigned long long)w->settings->version);
	if ((rc = keep(w, &index)) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:s, s:I, s:s, s:I}", "agency", w->settings->agency, "version",
		(json_int_t)w->settings->version, "signed_by", w->settings->signer, "leaf",
		(json_int_t)index),
	    "settings of %s, version %llu, signed by %s, are in force; handhelds get them at "
	    "their next sync; ledger entry %llu",
	    w->settings->agency, (unsigned long long)w->settings->version, w->settings->signer,
	    (unsigned long long)index);
}

int
fv_do_settings_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .note = fv_span_z(fv_verb_text(request, "note")),
	    .answer_out = answer_out,
	};
	int code = fv_verb_need_roster(host, &w.roster, &w.hash, answer_out);

	if (code == FV_EXIT_OK && (w.settings = calloc(1, sizeof *w.settings)) == NULL)
		code = fv_verb_broken(answer_out, w.file, FV_ENOMEM);
	if (code == FV_EXIT_OK)
		code = import(&w);
	free(w.settings);
	free(w.roster);
	return code;
}

int
cmd_settings_import(int argc, char **argv)
{
	return fv_verb_send_file("settings import", IMPORT_USAGE, "note", argc, argv);
}

/* -- show --------------------------------------------------------------------------- */

/* The settings in force; nobody on the roster of today need have signed them. */
static enum fv_err
load(struct fv_store *store, struct fv_settings *out)
{
	struct fv_roster *roster = NULL;
	struct fv_signednote parts;
	struct fv_store_note last;
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(store, &roster, &hash);

	if (rc != FV_OK || (rc = fv_store_note_last(store, FV_NOTE_CONFIG, &last)) != FV_OK)
		goto cleanup;
	rc = fv_settings_verify(last.note, roster, out, NULL);
	if (rc == FV_EAUTH)
		rc = fv_signednote_parse(last.note, &parts) == FV_OK
		    ? fv_settings_parse(parts.text, out, NULL)
		    : FV_ECORRUPT;
cleanup:
	free(roster);
	return rc;
}

static json_t *
json_value(const struct fv_settings *s, enum fv_setting setting)
{
	return fv_setting_is_number(setting)
	    ? json_integer((json_int_t)fv_settings_uint(s, setting))
	    : json_string(fv_settings_text(s, setting));
}

static bool
print_json(const struct fv_settings *s)
{
	char name[FV_SETTING_NAME_MAX + 1];
	json_t *all = json_array();

	for (unsigned i = 0; all != NULL && i < FV_SETTING_COUNT; i++)
		(void)json_array_append_new(all,
		    json_pack("{s:s, s:o, s:s}", "name", fv_setting_name(i, name), "value",
			json_value(s, i), "from", s->is_set[i] ? "signed" : "default"));
	return fv_verb_print(json_pack("{s:o, s:o, s:I, s:o}", "version",
	    s->version > 0 ? json_integer((json_int_t)s->version) : json_null(), "signer",
	    s->signer[0] != '\0' ? json_string(s->signer) : json_null(), "passed_over",
	    (json_int_t)(s->unknown_count + s->unfit_count), "settings", all));
}

static void
print_text(const struct fv_settings *s)
{
	char name[FV_SETTING_NAME_MAX + 1];
	const char *value;

	if (s->version == 0)
		puts("no settings are signed: all are defaults");
	else if (s->signer[0] == '\0')
		printf(
		    "version %llu; its signer is no longer on the roster: handhelds that are "
		    "enrolled from now on refuse it, so sign it again\n",
		    (unsigned long long)s->version);
	else
		printf(
		    "version %llu, signed by %s\n", (unsigned long long)s->version, s->signer);
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++) {
		if (!s->is_set[i] && i >= FV_SETTING_PHRASES)
			continue; /* those that ship are the handheld's */
		value = fv_settings_text(s, i);
		printf("%-18s %s%s%s\n", fv_setting_name(i, name), value,
		    value[0] != '\0' ? "  " : "", s->is_set[i] ? "(signed)" : "(default)");
	}
}

int
cmd_settings_show(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_settings *settings = NULL;
	struct fv_store *store = NULL;
	enum fv_err rc = FV_ENOMEM;
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, SHOW_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	if ((settings = calloc(1, sizeof *settings)) != NULL)
		rc = load(store, settings);
	if (rc != FV_OK && rc != FV_ENOENT)
		code = fv_verb_unread(rc);
	else if (!as_json)
		print_text(settings);
	else if (!print_json(settings))
		code = FV_EXIT_TEMPFAIL;
	free(settings);
	fv_store_close(store);
	return code;
}
