/*
 * What a desk account is in words and JSON, and its password.
 *
 * Threads: no state.
 */
#ifndef FV_ACCOUNT_H
#define FV_ACCOUNT_H

#include <jansson.h>

#include "sync-server/desk/desk.h"
#include "sync-server/store/people.h"

#define FV_TOKEN_PREFIX "fvt_" /* of a machine's token; 64 hex digits follow */
#define FV_PASSWORD_MIN 12U    /* characters */
#define FV_PASSWORD_BYTES_MAX 512U
#define FV_LINK_MS (INT64_C(72) * 3600000)
#define FV_LINK_TOKEN_CHARS (2 * FV_HASH_BYTES + 1) /* hex, with its NUL */

/* "admin", "supervisor", "auditor", "manager"; NULL: no such role. */
const char *fv_role_word(uint32_t role);
/* False: no such word. */
bool fv_role_find(const char *word, uint32_t *role_out);

/* {id, name, role, agency, officer, disabled, has_password, created_ms, login_ms}.  Owned:
 * the result.  NULL: out of memory. */
json_t *fv_account_json(const struct fv_store_account *account);

struct fv_host;
/* Log in the ledger what was done to an account, and by whom (the request's "by"). */
FV_NODISCARD enum fv_err fv_account_log(struct fv_host *host, const json_t *request,
    const struct fv_store_account *account, const char *what);

/* NULL, or the rule that a new password breaks.  Returns borrowed: static. */
const char *fv_password_fault(struct fv_span password);

/* Hash a password with a new salt.  Slow.  Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err fv_password_make(
    struct fv_span password, struct fv_account_password *out);

/*
 * FV_OK: it is the one.  As slow for an account without a password (and NULL: no account
 * at all).  Errors: FV_EAUTH  it is not;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_password_check(
    struct fv_span password, const struct fv_account_password *stored);

/* As members of a request to the writer, and back. */
json_t *fv_password_json(const struct fv_account_password *password);
FV_NODISCARD enum fv_err fv_password_read(
    const json_t *object, struct fv_account_password *out);

#endif
