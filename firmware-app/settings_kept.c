#include "firmware-app/settings_kept.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-app/reply.h"
#include "firmware-app/words.h"

/* By enum fv_settings_scope: the signed text, and who on the roster of its day signed it. */
static const char *const notes[] = {"config_note", "config_note_team", "config_note_device"};
static const char *const signers[] = {
    "config_signer", "config_signer_team", "config_signer_device"};

/* Settings of a note that was checked when it came. */
static enum fv_err
parse(struct fv_span note, struct fv_settings *out)
{
	struct fv_signednote parts;

	if (fv_signednote_parse(note, &parts) != FV_OK ||
	    fv_settings_parse(parts.text, out, NULL) != FV_OK)
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_settings_get(struct fv_store *store, enum fv_settings_scope scope, struct fv_settings *out)
{
	struct fv_buf note = {0}, signer = {0};
	enum fv_err rc;

	if ((rc = fv_store_get_setting(store, notes[scope], &note)) == FV_OK &&
	    (rc = fv_store_get_setting(store, signers[scope], &signer)) == FV_OK &&
	    (rc = parse(fv_buf_span(&note), out)) == FV_OK &&
	    fv_id_copy(fv_buf_span(&signer), out->signer, sizeof out->signer) != FV_OK)
		rc = FV_ECORRUPT;
	fv_buf_clear(&note);
	fv_buf_clear(&signer);
	return rc;
}

/* Whether a text may follow what is in force in its scope.  FV_EEXIST: it is that. */
static enum fv_err
compare(struct fv_store *store, struct fv_span note, const struct fv_settings *new)
{
	struct fv_signednote parts, held_parts;
	struct fv_settings *held = malloc(sizeof *held);
	struct fv_buf bytes = {0};
	enum fv_err rc = held != NULL ? fv_settings_get(store, new->scope, held) : FV_ENOMEM;

	if (rc == FV_ENOENT) {
		rc = FV_OK;
	} else if (rc == FV_OK && new->version < held->version) {
		rc = FV_ESTATE;
	} else if (rc == FV_OK && new->version == held->version &&
	    (rc = fv_store_get_setting(store, notes[new->scope], &bytes)) == FV_OK) {
		rc = FV_ECONFLICT;
		if (fv_signednote_parse(note, &parts) == FV_OK &&
		    fv_signednote_parse(fv_buf_span(&bytes), &held_parts) == FV_OK &&
		    fv_span_equal(parts.text, held_parts.text))
			rc = FV_EEXIST;
	}
	fv_buf_clear(&bytes);
	free(held);
	return rc;
}

enum fv_err
fv_settings_keep(
    struct fv_app *app, const struct fv_roster *roster, struct fv_span note, bool *is_new_out)
{
	struct fv_settings *new = malloc(sizeof *new);
	enum fv_err rc = FV_ENOMEM;

	*is_new_out = false;
	if (new == NULL)
		return rc;
	if ((rc = fv_settings_verify(note, roster, new, NULL)) == FV_OK &&
	    !fv_settings_concern(new, fv_span_z(app->identity.ticket.team), app->identity.dev))
		rc = FV_EAUTH;
	if (rc == FV_OK)
		rc = compare(app->store, note, new);
	if (rc == FV_OK &&
	    (rc = fv_store_put_setting(app->store, notes[new->scope], note)) == FV_OK &&
	    (rc = fv_store_put_setting(
		 app->store, signers[new->scope], fv_span_z(new->signer))) == FV_OK)
		*is_new_out = true;
	free(new);
	return rc == FV_EEXIST ? FV_OK : rc;
}

enum fv_err
fv_settings_load(struct fv_app *app)
{
	struct fv_settings *all = calloc(1, sizeof *all), *one = malloc(sizeof *one);
	enum fv_err rc = all != NULL && one != NULL ? FV_OK : FV_ENOMEM;

	for (unsigned scope = 0; rc == FV_OK && scope < FV_SETTINGS_SCOPES; scope++) {
		if ((rc = fv_settings_get(app->store, scope, one)) == FV_OK)
			fv_settings_lay(all, one);
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	free(one);
	if (rc != FV_OK) {
		free(all);
		return rc;
	}
	free(app->settings);
	app->settings = all;
	if (all->version == 0) {
		free(all);
		app->settings = NULL;
	}
	return FV_OK;
}

void
fv_settings_speak(const struct fv_app *app, enum fv_setting languages)
{
	const bool wants = fv_reply_is_chinese();
	const bool speaks = fv_settings_speak_chinese(app->settings, languages, wants);

	if (speaks != wants)
		fv_words_choose(fv_span_z(speaks ? "zh_CN" : "en"));
}
