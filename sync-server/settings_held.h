/*
 * The signed settings that this server holds, by whom they are for (store/settings.h).
 *
 * Threads: those of the store that is passed.
 */
#ifndef FV_SETTINGS_HELD_H
#define FV_SETTINGS_HELD_H

#include "fv/settings.h"
#include "sync-server/store/settings.h"

/* "agency" or "agency/scope": the key of the item that brings them. */
#define SETTINGS_KEY_BYTES (FV_ID_BYTES + FV_CONFIG_SCOPE_BYTES)
void settings_key(const char *agency, const char *scope, char out[SETTINGS_KEY_BYTES]);

/* The scope behind an item's key.  False: it is none. */
bool settings_key_scope(struct fv_span key, char scope_out[FV_CONFIG_SCOPE_BYTES]);

/* The text in force of one scope, as it was when it was taken in: nobody on the roster of
 * today need have signed it.  Errors: FV_ENOENT  there is none;  the store's. */
FV_NODISCARD enum fv_err settings_held(
    struct fv_store *store, const char *scope, struct fv_settings *out);

/* Of a note that was checked when it was taken in. */
FV_NODISCARD enum fv_err settings_of_note(
    const struct fv_store_config *config, struct fv_settings *out);

/* The versions of the texts that are for a handheld, the highest of them; 0: none is. */
FV_NODISCARD enum fv_err settings_version_for(
    struct fv_store *store, const struct fv_store_device *device, uint64_t *version_out);

/* The version that the handheld said to have, in its newest record of a sync; 0: none. */
FV_NODISCARD enum fv_err settings_version_said(
    struct fv_store *store, int64_t no, uint64_t *version_out);

/* Append the agency's teams as a signed text spells them; nothing: it has none. */
FV_NODISCARD enum fv_err settings_teams(
    struct fv_store *store, struct fv_span agency, struct fv_buf *out);

#endif
