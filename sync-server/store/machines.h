/*
 * What machines come with: tokens of accounts, and positions that other programs report and
 * nobody signed.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_MACHINES_H
#define FV_STORE_MACHINES_H

#include "fv/crypto.h"
#include "fv/geo.h"
#include "people.h"

/* A token: only its SHA-256 is kept.  An account has at most one; it ends with every change
 * that ends the account's sessions. */
struct fv_store_token {
	struct fv_hash hash;
	char account[FV_ID_BYTES];
	uint64_t epoch; /* the account's when it was made */
	int64_t created_ms;
};
/* Put it in the place of the account's earlier one. */
FV_NODISCARD enum fv_err fv_store_token_put(
    struct fv_store *store, const struct fv_store_token *token);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_token_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_store_token *out);
/* Forget the account's; a no-op when it has none. */
FV_NODISCARD enum fv_err fv_store_token_drop(struct fv_store *store, struct fv_span account);

/* A position as another program told it: unsigned, never judged. */
struct fv_store_position {
	uint64_t no;              /* from 1, rising */
	char user[FV_ID_BYTES];   /* as it was told */
	char device[FV_ID_BYTES]; /* likewise */
	char agency[FV_ID_BYTES]; /* of the account that told it; "": of none */
	int64_t at_ms;            /* the program's word */
	struct fv_place place;
	bool has_accuracy;
	uint32_t accuracy_m;
	int64_t received_ms;
};
typedef enum fv_err (*fv_store_position_fn)(
    const struct fv_store_position *position, void *ctx);
/* Errors: FV_EEXIST  one of this user, device and time is there */
FV_NODISCARD enum fv_err fv_store_position_put(
    struct fv_store *store, const struct fv_store_position *position);
/* Up to `max` after number `after`, of a user and an agency where those are not NULL. */
FV_NODISCARD enum fv_err fv_store_position_each(struct fv_store *store, uint64_t after,
    const char *user, const char *agency, size_t max, fv_store_position_fn fn, void *ctx);

#endif
