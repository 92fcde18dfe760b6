/* Logging in and out, passwords, one-time links, and the admin's list of accounts. */
#include <stdio.h>
#include <string.h>

#include "sync-server/account.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/people.h"
#include "sync-server/desk/routes.h"
#include "sync-server/verb.h"

static json_t *
json_rights(unsigned rights)
{
	json_t *list = json_array();

	for (unsigned right = 1; list != NULL && desk_right_word(right) != NULL; right <<= 1)
		if ((rights & right) != 0)
			(void)json_array_append_new(list, json_string(desk_right_word(right)));
	return list;
}

/* {who, csrf, idle_ms, ends_ms}: what the page knows of its session. */
static json_t *
json_session(const struct desk_session *s)
{
	const char *role = fv_role_word(s->who.role);

	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:o}, s:s, s:s, s:I, s:I}", "who", "id",
	    s->who.id, "name", s->who.name, "role", role != NULL ? role : "", "agency",
	    s->who.agency, "officer", s->who.officer, "rights", json_rights(s->who.rights),
	    "csrf", s->csrf, "ref", s->ref, "idle_ms", (json_int_t)s->idle_ms, "ends_ms",
	    (json_int_t)s->ends_ms);
}

/* Give this account a session and answer with it; an earlier one of this browser ends. */
static void
let_in(struct desk_request *request, struct fv_web_answer *answer,
    const struct fv_store_account *account)
{
	struct desk_sessions *sessions = request->desk->sessions;
	const char *old = fv_web_cookie(request->web, DESK_COOKIE);
	struct desk_session session = {0};
	char token[DESK_TOKEN_CHARS];

	if (desk_session_begin(sessions, account, request->web->client, old, request->now_ms,
		token, &session) == FV_OK) {
		desk_session_cookie(request->web, answer, token);
		desk_json(request, answer, 200, json_session(&session));
	} else {
		desk_problem(answer, 503, "busy", "too many people are logged in; try later");
	}
	fv_wipe(token, sizeof token);
	fv_wipe(&session, sizeof session);
}

/* Have one of the few places for hashing.  False after a problem. */
static bool
enter(struct desk_request *request, struct fv_web_answer *answer)
{
	if (desk_throttle_enter(request->desk->throttle))
		return true;
	fv_web_put(answer, "Retry-After", "1");
	desk_problem(answer, 503, "busy", "others are signing in just now; try again");
	return false;
}

/* The account of an id and a password.  One answer, after the same work, for a wrong id, a
 * wrong password and an account that is disabled.  False after a problem. */
static bool
check(struct desk_request *request, struct fv_web_answer *answer, const char *id,
    const char *password, struct fv_store_account *account)
{
	struct desk_throttle *throttle = request->desk->throttle;
	const int64_t wait_ms =
	    desk_throttle_try(throttle, request->web->client, id, request->now_ms);
	enum fv_err rc, found;

	if (wait_ms > 0) {
		desk_too_often(answer, wait_ms);
		return false;
	}
	found = fv_store_account_get(request->store, fv_span_z(id), account);
	if (found != FV_OK && found != FV_ENOENT) {
		desk_failed(answer, found);
		return false;
	}
	if (!enter(request, answer))
		return false;
	rc =
	    fv_password_check(fv_span_z(password), found == FV_OK ? &account->password : NULL);
	desk_throttle_leave(throttle);
	if (rc == FV_OK && !account->is_disabled) {
		desk_throttle_passed(throttle, request->web->client, id, request->now_ms);
		return true;
	}
	if (rc != FV_OK && rc != FV_EAUTH)
		desk_failed(answer, rc);
	else
		desk_problem(answer, 403, "wrong-login", "the id or the password is wrong");
	return false;
}

static void
log_in(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_account account = {0};
	const char *id = desk_text(request, answer, "id", FV_ID_BYTES);
	const char *password = id != NULL
	    ? desk_text(request, answer, "password", FV_PASSWORD_BYTES_MAX + 1)
	    : NULL;
	json_t *done;

	if (password == NULL)
		return;
	if (check(request, answer, id, password, &account) &&
	    (done = desk_write(request, answer, "desk login",
		 json_pack("{s:s}", "id", account.id))) != NULL) {
		json_decref(done);
		let_in(request, answer, &account);
	}
	fv_wipe(&account, sizeof account);
}

static void
show_session(struct desk_request *request, struct fv_web_answer *answer)
{
	struct desk_session session;
	enum fv_err rc = desk_session_find(request->desk->sessions, request->store,
	    fv_web_cookie(request->web, DESK_COOKIE), false, request->now_ms, &session);

	if (rc == FV_OK)
		desk_json(request, answer, 200, json_session(&session));
	else if (rc == FV_ENOENT)
		desk_problem(answer, 401, "no-session", "nobody is logged in; log in first");
	else
		desk_failed(answer, rc);
	fv_wipe(&session, sizeof session);
}

static void
log_out(struct desk_request *request, struct fv_web_answer *answer)
{
	desk_session_end(request->desk->sessions, fv_web_cookie(request->web, DESK_COOKIE));
	desk_session_cookie(request->web, answer, NULL);
	desk_json(request, answer, 200, json_object());
}

/* Set a password on the writer under a warrant (epoch or link), then let its owner in.
 * Takes: members. */
static void
set_password(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_account *account, const char *password, json_t *members)
{
	struct fv_account_password made = {0};
	json_t *done = NULL;
	enum fv_err rc;

	if (!enter(request, answer)) {
		json_decref(members);
		return;
	}
	rc = fv_password_make(fv_span_z(password), &made);
	desk_throttle_leave(request->desk->throttle);
	if (rc != FV_OK || members == NULL ||
	    json_object_set_new(members, "password", fv_password_json(&made)) != 0 ||
	    json_object_set_new(members, "id", json_string(account->id)) != 0) {
		desk_problem(answer, 503, "busy", "the server is out of memory; try again");
		json_decref(members);
		goto cleanup;
	}
	if ((done = desk_write(request, answer, "desk password", members)) == NULL)
		goto cleanup;
	account->epoch = (uint64_t)json_integer_value(json_object_get(done, "epoch"));
	(void)desk_session_end_of(request->desk->sessions, account->id, NULL);
	let_in(request, answer, account);
cleanup:
	json_decref(done);
	fv_wipe(&made, sizeof made);
}

/* A new password of the body's member; NULL after a 422. */
static const char *
new_password(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *password =
	    desk_text(request, answer, "password", FV_PASSWORD_BYTES_MAX + 1);
	const char *fault = password != NULL ? fv_password_fault(fv_span_z(password)) : NULL;

	if (fault == NULL)
		return password;
	desk_problem(answer, 422, "password-weak", "password: %s", fault);
	return NULL;
}

static void
change_password(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_account account = {0};
	const char *old = desk_text(request, answer, "old", FV_PASSWORD_BYTES_MAX + 1);
	const char *password = old != NULL ? new_password(request, answer) : NULL;

	if (password == NULL)
		return;
	if (check(request, answer, request->who->id, old, &account))
		set_password(request, answer, &account, password,
		    json_pack("{s:I}", "epoch", (json_int_t)account.epoch));
	fv_wipe(&account, sizeof account);
}

/* The link and account of the body's token.  False after a problem: one for all reasons. */
static bool
find_link(struct desk_request *request, struct fv_web_answer *answer,
    struct fv_store_link *link, struct fv_store_account *account)
{
	const char *token = desk_text(request, answer, "token", FV_LINK_TOKEN_CHARS);
	struct desk_throttle *throttle = request->desk->throttle;
	struct fv_hash hash;
	int64_t wait_ms;
	enum fv_err rc;

	if (token == NULL)
		return false;
	wait_ms = desk_throttle_try(throttle, request->web->client, NULL, request->now_ms);
	if (wait_ms > 0) {
		desk_too_often(answer, wait_ms);
		return false;
	}
	fv_sha256(fv_span_z(token), &hash);
	rc = fv_store_link_get(request->store, &hash, link);
	if (rc == FV_OK && request->now_ms >= link->expires_ms)
		rc = FV_ENOENT;
	if (rc == FV_OK)
		rc = fv_store_account_get(request->store, fv_span_z(link->account), account);
	if (rc == FV_OK && account->is_disabled)
		rc = FV_ENOENT;
	if (rc == FV_OK)
		desk_throttle_passed(throttle, request->web->client, NULL, request->now_ms);
	if (rc == FV_ENOENT)
		desk_problem(answer, 404, "link-spent",
		    "the link was used already, is older than three days or was replaced by "
		    "another; ask an admin for a new one");
	else if (rc != FV_OK)
		desk_failed(answer, rc);
	return rc == FV_OK;
}

static void
spend_link(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_account account = {0};
	struct fv_store_link link = {0};
	const char *password;

	if (find_link(request, answer, &link, &account) &&
	    (password = new_password(request, answer)) != NULL)
		set_password(request, answer, &account, password,
		    json_pack("{s:o}", "link", fv_verb_json_hex(link.hash.b, FV_HASH_BYTES)));
	fv_wipe(&account, sizeof account);
}

/* Whose link it is, for the page that asks for the password. */
static void
look_at_link(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_account account = {0};
	struct fv_store_link link = {0};

	if (find_link(request, answer, &link, &account))
		desk_json(request, answer, 200,
		    json_pack("{s:s, s:s, s:s, s:I}", "id", account.id, "name", account.name,
			"role", fv_role_word(account.role), "expires_ms",
			(json_int_t)link.expires_ms));
	fv_wipe(&account, sizeof account);
}

const struct desk_route desk_routes_people[] = {
    {"POST", "/session", DESK_OPEN, log_in},
    {"GET", "/session", DESK_OPEN, show_session},
    {"DELETE", "/session", DESK_SELF, log_out},
    {"POST", "/link", DESK_OPEN, spend_link},
    {"POST", "/link/look", DESK_OPEN, look_at_link},
    {"POST", "/password", DESK_SELF, change_password},
    {"GET", "/sessions", DESK_SELF, desk_list_sessions},
    {"DELETE", "/sessions", DESK_SELF, desk_end_sessions},
    {"GET", "/people", DESK_PEOPLE, desk_list_people},
    {"POST", "/people", DESK_PEOPLE, desk_add_person},
    {"POST", "/people/{id}", DESK_PEOPLE, desk_change_person},
    {"POST", "/people/{id}/link", DESK_PEOPLE, desk_link_person},
    {NULL, NULL, 0, NULL},
};
