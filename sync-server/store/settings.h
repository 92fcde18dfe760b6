/*
 * Signed settings by whom they are for, and which of them each handheld says are in force.
 *
 * A scope is a text: "" for every handheld, the id of an agency, or the lower-case hex of a
 * handheld's dev, which no id of an agency is as long as.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_SETTINGS_H
#define FV_STORE_SETTINGS_H

#include "book.h"
#include "records.h"

#define FV_CONFIG_SCOPE_BYTES (2U * FV_DEV_BYTES + 1U) /* with its NUL */

struct fv_store_config {
	char scope[FV_CONFIG_SCOPE_BYTES];
	uint64_t version;
	char signer[FV_ID_BYTES]; /* "": it came before that was kept */
	int64_t taken_ms;         /* when the server took it in; 0: likewise */
	struct fv_span note;
};
typedef enum fv_err (*fv_store_config_fn)(const struct fv_store_config *config, void *ctx);

/* Keep a text under its version, with `hash` of it.  Errors: FV_EEXIST  that version is there.
 */
FV_NODISCARD enum fv_err fv_store_config_put(
    struct fv_store *store, const struct fv_store_config *config, const struct fv_hash *hash);
/* The newest of a scope.  Returns borrowed: note until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_config_last(
    struct fv_store *store, const char *scope, struct fv_store_config *out);
/* The newest of every scope, by scope. */
FV_NODISCARD enum fv_err fv_store_config_each(
    struct fv_store *store, fv_store_config_fn fn, void *ctx);

/* Every team that is known to be the agency's, by id: those given to it, and those of its
 * handhelds. */
FV_NODISCARD enum fv_err fv_store_config_teams(
    struct fv_store *store, struct fv_span agency, fv_store_text_fn fn, void *ctx);

/* The payload of the newest SYNC record of a device that names a version of settings.
 * Appends.  Errors: FV_ENOENT  it has none. */
FV_NODISCARD enum fv_err fv_store_config_said(
    struct fv_store *store, int64_t no, struct fv_buf *payload_out);

#endif
