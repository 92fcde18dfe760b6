#include "firmware-app/settings_kept.h"

#include <stdlib.h>
#include <string.h>

/* The settings in force.  Owned: *out; free().  FV_ENOENT: none. */
static enum fv_err
load(struct fv_store *store, struct fv_settings **out)
{
	struct fv_buf note = {0}, signer = {0};
	struct fv_settings *settings = NULL;
	struct fv_signednote parts;
	enum fv_err rc;

	*out = NULL;
	if ((rc = fv_store_get_setting(store, FV_SET_CONFIG_NOTE, &note)) != FV_OK ||
	    (rc = fv_store_get_setting(store, FV_SET_CONFIG_SIGNER, &signer)) != FV_OK)
		goto cleanup;
	rc = FV_ENOMEM;
	if ((settings = malloc(sizeof *settings)) == NULL)
		goto cleanup;
	rc = FV_ECORRUPT; /* it was checked when it came */
	if (fv_signednote_parse(fv_buf_span(&note), &parts) != FV_OK ||
	    fv_settings_parse(parts.text, settings, NULL) != FV_OK ||
	    fv_id_copy(fv_buf_span(&signer), settings->signer, sizeof settings->signer) !=
		FV_OK)
		goto cleanup;
	*out = settings;
	settings = NULL;
	rc = FV_OK;
cleanup:
	free(settings);
	fv_buf_clear(&note);
	fv_buf_clear(&signer);
	return rc;
}

/* Whether `new` may follow what is in force.  FV_EEXIST: it is that. */
static enum fv_err
compare(struct fv_store *store, struct fv_span note, const struct fv_settings *new)
{
	struct fv_signednote parts, held_parts;
	struct fv_settings *held = NULL;
	struct fv_buf bytes = {0};
	enum fv_err rc = load(store, &held);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc != FV_OK || new->version != held->version) {
		if (rc == FV_OK && new->version < held->version)
			rc = FV_ESTATE;
		free(held);
		return rc;
	}
	free(held);
	if ((rc = fv_store_get_setting(store, FV_SET_CONFIG_NOTE, &bytes)) == FV_OK) {
		rc = FV_ECONFLICT;
		if (fv_signednote_parse(note, &parts) == FV_OK &&
		    fv_signednote_parse(fv_buf_span(&bytes), &held_parts) == FV_OK &&
		    fv_span_equal(parts.text, held_parts.text))
			rc = FV_EEXIST;
	}
	fv_buf_clear(&bytes);
	return rc;
}

enum fv_err
fv_settings_keep(struct fv_store *store, const struct fv_roster *roster, struct fv_span note,
    bool *is_new_out)
{
	struct fv_settings *new = malloc(sizeof *new);
	enum fv_err rc = FV_ENOMEM;

	*is_new_out = false;
	if (new == NULL)
		return rc;
	if ((rc = fv_settings_verify(note, roster, new, NULL)) == FV_OK)
		rc = compare(store, note, new);
	if (rc == FV_OK &&
	    (rc = fv_store_put_setting(store, FV_SET_CONFIG_NOTE, note)) == FV_OK &&
	    (rc = fv_store_put_setting(store, FV_SET_CONFIG_SIGNER, fv_span_z(new->signer))) ==
		FV_OK)
		*is_new_out = true;
	free(new);
	return rc == FV_EEXIST ? FV_OK : rc;
}

enum fv_err
fv_settings_load(struct fv_app *app)
{
	struct fv_settings *settings;
	enum fv_err rc = load(app->store, &settings);

	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	free(app->settings);
	app->settings = settings;
	return FV_OK;
}
