#include "sync-server/settings_held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"
#include "fv/record.h"

#define SYNC_SETTINGS 9U /* key of a SYNC record: the version in force */

void
settings_key(const char *agency, const char *scope, char out[SETTINGS_KEY_BYTES])
{
	(void)snprintf(
	    out, SETTINGS_KEY_BYTES, "%s%s%s", agency, scope[0] != '\0' ? "/" : "", scope);
}

bool
settings_key_scope(struct fv_span key, char scope_out[FV_CONFIG_SCOPE_BYTES])
{
	const uint8_t *slash = key.len > 0 ? memchr(key.ptr, '/', key.len) : NULL;
	const size_t at = slash != NULL ? (size_t)(slash - key.ptr) + 1 : key.len;

	scope_out[0] = '\0';
	return slash == NULL ||
	    fv_id_copy(fv_span_of(key.ptr + at, key.len - at), scope_out,
		FV_CONFIG_SCOPE_BYTES) == FV_OK;
}

enum fv_err
settings_of_note(const struct fv_store_config *config, struct fv_settings *out)
{
	struct fv_signednote parts;

	if (fv_signednote_parse(config->note, &parts) != FV_OK ||
	    fv_settings_parse(parts.text, out, NULL) != FV_OK)
		return FV_ECORRUPT; /* it was checked when it came */
	memcpy(out->signer, config->signer, sizeof out->signer);
	return FV_OK;
}

enum fv_err
settings_held(struct fv_store *store, const char *scope, struct fv_settings *out)
{
	struct fv_store_config config;
	enum fv_err rc = fv_store_config_last(store, scope, &config);

	memset(out, 0, sizeof *out);
	return rc == FV_OK ? settings_of_note(&config, out) : rc;
}

enum fv_err
settings_version_for(
    struct fv_store *store, const struct fv_store_device *device, uint64_t *version_out)
{
	char dev[FV_CONFIG_SCOPE_BYTES];
	const char *const scopes[] = {"", device->agency, dev};
	struct fv_settings *settings = malloc(sizeof *settings);
	enum fv_err rc = settings != NULL ? FV_OK : FV_ENOMEM;

	*version_out = 0;
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(dev + 2 * i, 3, "%02x", device->dev[i]);
	for (size_t i = 0; rc == FV_OK && i < sizeof scopes / sizeof scopes[0]; i++) {
		rc = settings_held(store, scopes[i], settings);
		if (rc == FV_OK && settings->version > *version_out &&
		    fv_settings_concern(settings, fv_span_z(device->team), device->dev))
			*version_out = settings->version;
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	free(settings);
	return rc;
}

enum fv_err
settings_version_said(struct fv_store *store, int64_t no, uint64_t *version_out)
{
	struct fv_cbor_reader value;
	struct fv_buf payload = {0};
	enum fv_err rc = fv_store_config_said(store, no, &payload);

	*version_out = 0;
	/* A record of a handheld without settings has no such key. */
	if (rc == FV_OK &&
	    (fv_cbor_map_find(fv_buf_span(&payload), SYNC_SETTINGS, &value) != FV_OK ||
		fv_cbor_get_uint(&value, FV_SETTINGS_VERSION_MAX, version_out) != FV_OK))
		*version_out = 0;
	fv_buf_clear(&payload);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
add_team(struct fv_span team, void *ctx)
{
	struct fv_buf *out = ctx;

	if (out->len > 0)
		fv_buf_put_u8(out, ',');
	fv_buf_put_span(out, team);
	return fv_buf_status(out);
}

enum fv_err
settings_teams(struct fv_store *store, struct fv_span agency, struct fv_buf *out)
{
	return fv_store_config_teams(store, agency, add_team, out);
}
