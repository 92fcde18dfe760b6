/*
 * The server's own key files, one line each, 0600: "<magic> <hex>".  An HPKE key's line is
 * "<magic> <id> <hex>".
 *
 * Threads: no state.
 */
#ifndef FV_SERVER_KEYS_H
#define FV_SERVER_KEYS_H

#include "sync-server/host.h"

/* Write a new file and sync it; never overwrites.  Errors: FV_EEXIST FV_EIO FV_EFULL. */
FV_NODISCARD enum fv_err fv_keys_save_log(const char *dir, const uint8_t seed[FV_SEED_BYTES]);
FV_NODISCARD enum fv_err fv_keys_save_hpke(
    const char *dir, uint8_t id, const uint8_t sk[FV_KEY_BYTES]);

/* Errors: FV_ENOENT; FV_ECORRUPT  not such a file; FV_EDENIED  others may read it; FV_EIO. */
FV_NODISCARD enum fv_err fv_keys_load_log(const char *dir, uint8_t seed_out[FV_SEED_BYTES]);
/* Every hpke-<id>.key of the folder into the host.  Errors alike; FV_ENOENT when there is
 * none. */
FV_NODISCARD enum fv_err fv_keys_load_hpke(struct fv_host *host);

/* The text of server.pub (serverinfo.h). */
void fv_keys_put_public(
    struct fv_buf *out, const struct fv_host *host, const uint8_t log_pk[FV_KEY_BYTES]);
/* Write server.pub anew (temporary, sync, rename). */
FV_NODISCARD enum fv_err fv_keys_save_public(const struct fv_host *host);

/* The name of a file in the folder that holds a person's secret key, or NULL: a server
 * must not start beside one.  Returns borrowed: name_out. */
const char *fv_keys_find_secret(const char *dir, char name_out[256]);

#endif
