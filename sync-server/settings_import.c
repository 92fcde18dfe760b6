/* settings import NOTE: signed settings for the handhelds, of everybody, of an agency or of
 * one. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/settings_held.h"
#include "sync-server/store/staff.h"
#include "sync-server/verb.h"

#define USAGE "settings import NOTE [--json]"

/* What one import works on. */
struct work {
	struct fv_host *host;
	const char *file; /* for messages */
	struct fv_span note;
	struct fv_hash hash;          /* of its text */
	struct fv_roster *roster;     /* owned */
	struct fv_settings *settings; /* owned */
	char scope[FV_CONFIG_SCOPE_BYTES];
	int64_t device_no; /* 0: not of one handheld */
	struct fv_buf who; /* owned; "agency north (team1,team2)" */
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
		    "sign it again with 'settings sign' or 'settings set'",
		    w->file);
	if (rc != FV_OK || w->settings->unfit_count > 0)
		return fv_verb_fault(
		    w->answer_out, w->file, &fault, rc != FV_OK ? rc : FV_ERANGE);
	if (fv_signednote_parse(w->note, &parts) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, FV_EFORMAT);
	fv_sha256(parts.text, &w->hash);
	return FV_EXIT_OK;
}

/* -- whom they are for ---------------------------------------------------------------- */

static int
check_device(struct work *w)
{
	struct fv_store_device device;
	struct fv_buf hex = {0};
	enum fv_err rc = fv_store_device_get(w->host->store, w->settings->dev, &device);

	fv_buf_put_hex(&hex, w->settings->dev, sizeof w->settings->dev);
	if (rc == FV_OK && (rc = fv_buf_status(&hex)) == FV_OK)
		rc = fv_id_copy(fv_buf_span(&hex), w->scope, sizeof w->scope);
	fv_buf_clear(&hex);
	w->device_no = device.no;
	fv_wipe(&device, sizeof device);
	if (rc == FV_ENOENT)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: they are for a handheld that is not enrolled here; 'fieldvisitd "
		    "device list' shows those that are",
		    w->file);
	fv_buf_putf(&w->who, "handheld %s", w->scope);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(w->answer_out, w->file, rc);
}

/* All the teams named are one agency's, and all of the agency's are named: a team that is
 * left out would keep what an earlier text said. */
static int
check_teams(struct work *w)
{
	struct fv_span rest = fv_span_z(w->settings->teams), team;
	char agency[FV_ID_BYTES];
	struct fv_buf known = {0};
	enum fv_err rc = FV_OK;
	int code = FV_EXIT_OK;

	while (code == FV_EXIT_OK && fv_settings_next_team(&rest, &team)) {
		if ((rc = fv_store_team_agency(w->host->store, team, agency)) != FV_OK)
			return fv_verb_broken(w->answer_out, w->file, rc);
		if (w->scope[0] != '\0' && strcmp(w->scope, agency) != 0)
			code = fv_verb_fail(w->answer_out, FV_EXIT_DATA,
			    "%s: team %.*s is of agency %s and not of %s; sign a text for "
			    "each agency",
			    w->file, (int)team.len, (const char *)team.ptr, agency, w->scope);
		memcpy(w->scope, agency, sizeof agency);
	}
	if (code != FV_EXIT_OK)
		return code;
	rc = settings_teams(w->host->store, fv_span_z(w->scope), &known);
	if (rc != FV_OK)
		code = fv_verb_broken(w->answer_out, w->file, rc);
	else if (!fv_span_equal(fv_buf_span(&known), fv_span_z(w->settings->teams)))
		code = fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: they are for team %s; those of agency %s are: %s; sign them for all "
		    "of its teams and no other",
		    w->file, w->settings->teams, w->scope,
		    known.len > 0 ? fv_buf_z(&known) : "none");
	fv_buf_putf(&w->who, "agency %s (%s)", w->scope, w->settings->teams);
	fv_buf_clear(&known);
	return code;
}

static int
check_scope(struct work *w)
{
	int code = FV_EXIT_OK;

	if (w->settings->scope == FV_SETTINGS_ALL)
		fv_buf_putf(&w->who, "every handheld of %s", w->settings->agency);
	else if (w->settings->scope == FV_SETTINGS_TEAM)
		code = check_teams(w);
	else
		code = check_device(w);
	for (unsigned i = 0; code == FV_EXIT_OK && w->scope[0] != '\0' && i < FV_SETTING_COUNT;
	     i++) {
		char name[FV_SETTING_NAME_MAX + 1];

		if (w->settings->is_set[i] && fv_setting_is_general(i))
			code = fv_verb_fail(w->answer_out, FV_EXIT_DATA,
			    "%s: %s is the server's own; set it for the whole installation",
			    w->file, fv_setting_name(i, name));
	}
	if (code == FV_EXIT_OK && fv_buf_z(&w->who) == NULL)
		code = fv_verb_broken(w->answer_out, w->file, FV_ENOMEM);
	return code;
}

/* -- taking them in ------------------------------------------------------------------- */

/* Handhelds never take an older version: neither does this. */
static int
check_newer(struct work *w, bool *is_held_out)
{
	struct fv_store_note newest, same;
	struct fv_store_config held;
	enum fv_err rc = fv_store_note_last(w->host->store, FV_NOTE_CONFIG, &newest);
	const uint64_t highest = rc == FV_OK ? newest.version : 0;

	*is_held_out = false;
	if (rc == FV_ENOENT)
		return FV_EXIT_OK;
	if (rc == FV_OK &&
	    (rc = fv_store_note_find(w->host->store, FV_NOTE_CONFIG, &w->hash, &same)) ==
		FV_OK) {
		const uint64_t version = same.version;

		rc = fv_store_config_last(w->host->store, w->scope, &held);
		*is_held_out = rc == FV_OK && held.version == version;
	}
	if (rc != FV_OK && rc != FV_ENOENT)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (*is_held_out || w->settings->version > highest)
		return FV_EXIT_OK;
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
	    "%s: version %llu does not follow version %llu, the newest here; sign it again as "
	    "version %llu or above",
	    w->file, (unsigned long long)w->settings->version, (unsigned long long)highest,
	    (unsigned long long)highest + 1);
}

static enum fv_err
keep(struct work *w, uint64_t *index_out)
{
	const struct fv_store_audience audience = {.device_no = w->device_no};
	struct fv_store_config row = {
	    .version = w->settings->version, .taken_ms = fv_host_now_ms(), .note = w->note};
	char key[SETTINGS_KEY_BYTES];
	struct fv_hash document;
	enum fv_err rc;

	memcpy(row.scope, w->scope, sizeof row.scope);
	memcpy(row.signer, w->settings->signer, sizeof row.signer);
	if ((rc = fv_store_config_put(w->host->store, &row, &w->hash)) != FV_OK ||
	    (rc = fv_verb_keep_salted(w->host, "settings", w->note, &document)) != FV_OK ||
	    (rc = fv_verb_policy(w->host, "settings", &document, index_out)) != FV_OK)
		return rc;
	/* An agency's go to everybody's list: each handheld is sent what is for its team. */
	settings_key(w->settings->agency, w->scope, key);
	return fv_store_change(w->host->store, audience, FV_ITEM_CONFIG, fv_span_z(key));
}

static int
import(struct work *w)
{
	uint64_t index = 0;
	bool is_held;
	enum fv_err rc;
	int code;

	if ((code = verify(w)) != FV_EXIT_OK || (code = check_scope(w)) != FV_EXIT_OK ||
	    (code = check_newer(w, &is_held)) != FV_EXIT_OK)
		return code;
	if (is_held)
		return fv_verb_done(w->answer_out, NULL,
		    "settings of %s, version %llu, are in force already", fv_buf_z(&w->who),
		    (unsigned long long)w->settings->version);
	if ((rc = keep(w, &index)) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:s, s:s, s:I, s:s, s:I}", "agency", w->settings->agency, "scope",
		w->scope, "version", (json_int_t)w->settings->version, "signed_by",
		w->settings->signer, "leaf", (json_int_t)index),
	    "settings of %s, version %llu, signed by %s, are in force; handhelds get them at "
	    "their next sync; ledger entry %llu",
	    fv_buf_z(&w->who), (unsigned long long)w->settings->version, w->settings->signer,
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
	fv_buf_clear(&w.who);
	free(w.settings);
	free(w.roster);
	return code;
}

int
cmd_settings_import(int argc, char **argv)
{
	return fv_verb_send_file("settings import", USAGE, "note", argc, argv);
}
