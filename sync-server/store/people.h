/*
 * Accounts of the desk and the one-time links by which their passwords are set.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_PEOPLE_H
#define FV_STORE_PEOPLE_H

#include "fv/crypto.h"
#include "store.h"

#define FV_ACCOUNT_NAME_BYTES 128U /* with its NUL */
#define FV_ACCOUNT_SALT_BYTES 16U

/* A password: Argon2id of it.  The cost is kept so that it can be raised later. */
struct fv_account_password {
	bool is_set;
	uint8_t salt[FV_ACCOUNT_SALT_BYTES];
	uint32_t ops, mem_kib;
	uint8_t hash[FV_KEY_BYTES];
};

struct fv_store_account {
	char id[FV_ID_BYTES];
	char name[FV_ACCOUNT_NAME_BYTES]; /* UTF-8 */
	uint32_t role;                    /* enum desk_role */
	char agency[FV_ID_BYTES];         /* ""; of a manager: his */
	char officer[FV_ID_BYTES];        /* ""; the officer that he is himself */
	bool is_disabled;
	/* Grows with every change that ends the account's sessions. */
	uint64_t epoch;
	struct fv_account_password password;
	int64_t created_ms;
	bool has_login;
	int64_t login_ms; /* the last one; with has_login */
};
typedef enum fv_err (*fv_store_account_fn)(const struct fv_store_account *account, void *ctx);

/* Add.  Errors: FV_EEXIST. */
FV_NODISCARD enum fv_err fv_store_account_add(
    struct fv_store *store, const struct fv_store_account *account);
/* Change all but id and created_ms.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_account_set(
    struct fv_store *store, const struct fv_store_account *account);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_account_get(
    struct fv_store *store, struct fv_span id, struct fv_store_account *out);
/* At most `limit` by id, those after `after` ("" : from the first). */
FV_NODISCARD enum fv_err fv_store_account_each(struct fv_store *store, struct fv_span after,
    uint32_t limit, fv_store_account_fn fn, void *ctx);
/* Accounts of this role that are not disabled and have a password or a link in force. */
FV_NODISCARD enum fv_err fv_store_account_count(
    struct fv_store *store, uint32_t role, int64_t now_ms, uint64_t *count_out);

/* A one-time link: only its token's SHA-256 is kept.  An account has at most one. */
struct fv_store_link {
	struct fv_hash hash;
	char account[FV_ID_BYTES];
	int64_t expires_ms;
};
/* Put it in the place of the account's earlier one. */
FV_NODISCARD enum fv_err fv_store_link_put(
    struct fv_store *store, const struct fv_store_link *link);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_link_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_store_link *out);
FV_NODISCARD enum fv_err fv_store_link_of(
    struct fv_store *store, struct fv_span account, struct fv_store_link *out);
/* Forget the account's link; a no-op when it has none. */
FV_NODISCARD enum fv_err fv_store_link_drop(struct fv_store *store, struct fv_span account);

#endif
