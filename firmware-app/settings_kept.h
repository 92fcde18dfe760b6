/*
 * The settings of the agency on this handheld: of each scope that is for it the newest
 * signed text that has come, and never an older one (PROTOCOL.md section 10).
 *
 * Threads: one.  Memory: settings are owned, on the heap.
 */
#ifndef FV_APP_SETTINGS_KEPT_H
#define FV_APP_SETTINGS_KEPT_H

#include "firmware-app/app.h"
#include "fv/settings.h"

/*
 * Take a signed text that has come: checked against the roster, for this handheld, and kept
 * when it is newer than what is in force in its scope.  The same again changes nothing.
 * Errors: as fv_settings_verify();  FV_EAUTH  also: it is for other handhelds
 *         FV_ESTATE  an older version than the one in force
 *         FV_ECONFLICT  other settings under the version in force;  the store's
 */
FV_NODISCARD enum fv_err fv_settings_keep(
    struct fv_app *app, const struct fv_roster *roster, struct fv_span note, bool *is_new_out);

/* What is kept of one scope.  Errors: FV_ENOENT  nothing;  FV_ECORRUPT FV_EIO FV_ENOMEM */
FV_NODISCARD enum fv_err fv_settings_get(
    struct fv_store *store, enum fv_settings_scope scope, struct fv_settings *out);

/*
 * Load what is in force into app->settings, in the place of what was there: every scope laid
 * on the wider one, `version` the highest.  NULL when nothing has come: all defaults.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM  (app->settings is unchanged)
 */
FV_NODISCARD enum fv_err fv_settings_load(struct fv_app *app);

/* Answer from here on in a language that the setting allows: FV_SETTING_UI_LANGUAGES or
 * FV_SETTING_SLIP_LANGUAGES.  The caller's own stays where it is among them. */
void fv_settings_speak(const struct fv_app *app, enum fv_setting languages);

#endif
