/*
 * The settings of the agency on this handheld: the newest signed text that has come, and
 * never an older one (PROTOCOL.md section 10).
 *
 * Threads: one.  Memory: settings are owned, on the heap.
 */
#ifndef FV_APP_SETTINGS_KEPT_H
#define FV_APP_SETTINGS_KEPT_H

#include "firmware-app/app.h"
#include "fv/settings.h"

#define FV_SET_CONFIG_NOTE "config_note"     /* the signed text in force */
#define FV_SET_CONFIG_SIGNER "config_signer" /* who on the roster of its day signed it */

/*
 * Take a signed text that has come: checked against the roster, and kept when it is newer
 * than what is in force.  The same again changes nothing.
 * Errors: as fv_settings_verify();  FV_ESTATE  an older version than the one in force
 *         FV_ECONFLICT  other settings under the version in force;  the store's
 */
FV_NODISCARD enum fv_err fv_settings_keep(struct fv_store *store,
    const struct fv_roster *roster, struct fv_span note, bool *is_new_out);

/*
 * Load what is in force into app->settings, in the place of what was there; NULL when
 * nothing has come: all defaults.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM  (app->settings is unchanged)
 */
FV_NODISCARD enum fv_err fv_settings_load(struct fv_app *app);

#endif
