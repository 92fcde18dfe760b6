/*
 * Sessions of the desk, in memory: a restart of the server ends them all.
 *
 * A session is known by a cookie of 32 random bytes of which the server keeps only the
 * SHA-256.  It ends when nothing came for a while, at a set age, and as soon as the account
 * behind it is disabled or its password, role or agency changes: every look-up reads the
 * account's row.
 *
 * Threads: all functions may be called on any thread, several at a time.
 */
#ifndef FV_DESK_SESSION_H
#define FV_DESK_SESSION_H

#include "fv/crypto.h"
#include "sync-server/desk/desk.h"
#include "sync-server/store/people.h"

#define DESK_COOKIE "fv_desk"
#define DESK_CSRF_HEADER "X-CSRF-Token"
#define DESK_TOKEN_CHARS (2 * FV_HASH_BYTES + 1) /* hex of a token, with its NUL */
#define DESK_SESSION_REF_CHARS 17                /* names a session to its owner */

#define DESK_IDLE_MS (INT64_C(30) * 60000)
#define DESK_AGE_MS (INT64_C(12) * 3600000)

struct desk_session_opts {
	int64_t idle_ms;         /* 0: DESK_IDLE_MS */
	int64_t age_ms;          /* 0: DESK_AGE_MS */
	struct fv_random random; /* .fill NULL: the system's */
};

struct desk_sessions;

/* Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err desk_sessions_new(
    const struct desk_session_opts *opts, struct desk_sessions **out);
/* NULL is well. */
void desk_sessions_free(struct desk_sessions *sessions);

/* What a request's cookie stands for. */
struct desk_session {
	struct desk_who who;
	char csrf[DESK_TOKEN_CHARS]; /* what X-CSRF-Token must hold */
	char ref[DESK_SESSION_REF_CHARS];
	int64_t idle_ms; /* it ends when nothing comes for so long */
	int64_t ends_ms; /* it ends then in any case */
};

/* A request that no person made, such as a page that looks for news, has this header. */
#define DESK_BACKGROUND_HEADER "X-Background"

/*
 * The session of a cookie (NULL: none came).  `is_use`: a person is there; what a page asks by
 * itself does not keep a session alive.  Reads the account with `store`.
 * *out is zeroed on any error.
 * Errors: FV_ENOENT  none, over, or its account changed;  the store's
 */
FV_NODISCARD enum fv_err desk_session_find(struct desk_sessions *sessions,
    struct fv_store *store, const char *cookie, bool is_use, int64_t now_ms,
    struct desk_session *out);

/* True when the header's value (NULL: absent) is the session's token.  Constant time. */
FV_NODISCARD bool desk_session_csrf(const struct desk_session *session, const char *header);

/*
 * Begin a session of this account for a client's address, and end the one of `old_cookie`
 * (NULL: none).  The oldest of an account's sessions makes way for one too many.
 * *token_out is the cookie's value, *out what it stands for: secret, wipe after use.
 * Errors: FV_ENOMEM  the table is full of sessions in use
 */
FV_NODISCARD enum fv_err desk_session_begin(struct desk_sessions *sessions,
    const struct fv_store_account *account, const char *client, const char *old_cookie,
    int64_t now_ms, char token_out[DESK_TOKEN_CHARS], struct desk_session *out);

/* End the session of a cookie; a no-op when there is none. */
void desk_session_end(struct desk_sessions *sessions, const char *cookie);
/* End all sessions of an account but that of `keep_cookie` (NULL: none is kept).  Returns how
 * many ended. */
size_t desk_session_end_of(
    struct desk_sessions *sessions, const char *account, const char *keep_cookie);

/* For the list of one's own sessions. */
struct desk_session_row {
	char ref[DESK_SESSION_REF_CHARS];
	char client[FV_WEB_CLIENT_BYTES];
	int64_t began_ms, used_ms;
};
#define DESK_SESSIONS_EACH_MAX 8U /* sessions of one account */
/* Returns how many there are. */
size_t desk_session_list(struct desk_sessions *sessions, const char *account, int64_t now_ms,
    struct desk_session_row rows[DESK_SESSIONS_EACH_MAX]);

/* Set the cookie on an answer, or take it back (token NULL). */
void desk_session_cookie(
    const struct fv_web_request *web, struct fv_web_answer *answer, const char *token);

/* Who an account is to the desk: its rights follow from its role. */
void desk_who_of(const struct fv_store_account *account, struct desk_who *out);

#endif
