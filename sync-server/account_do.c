/* desk add, change, link, password, login: the halves that write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/account.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"

/* Add the word by which the desk's page knows an error.  Returns `exit_code`. */
static int
name_code(json_t **answer_out, const char *code, int exit_code)
{
	(void)json_object_set_new(*answer_out, "code", json_string(code));
	return exit_code;
}

/* The account of the request's id.  An exit code. */
static int
get_account(struct fv_host *host, const json_t *request, struct fv_store_account *out,
    json_t **answer_out)
{
	const char *id = fv_verb_text(request, "id");
	enum fv_err rc = fv_store_account_get(host->store, fv_span_z(id), out);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%s: there is no such account; 'fieldvisitd desk list' lists them", id);
	return fv_verb_broken(answer_out, id, rc);
}

/* Who may see what follows from the role: a manager is bound to an agency, others are not. */
static int
check_role(const struct fv_store_account *a, json_t **answer_out)
{
	if (a->role == DESK_MANAGER && a->agency[0] == '\0')
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "%s: a manager needs an agency: it is all that he may see", a->id);
	if (a->role != DESK_MANAGER && a->agency[0] != '\0')
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "%s: only a manager is bound to an agency; leave it out", a->id);
	return FV_EXIT_OK;
}

/* A name for people: UTF-8 of 1 to 127 bytes without control characters. */
static bool
take_name(const char *name, char out[FV_ACCOUNT_NAME_BYTES])
{
	const size_t len = strlen(name);

	if (len == 0 || len >= FV_ACCOUNT_NAME_BYTES || !fv_utf8_valid(fv_span_z(name)))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	memcpy(out, name, len + 1);
	return true;
}

/* Members of the request that are there into the account.  An exit code. */
static int
take_members(const json_t *request, struct fv_store_account *a, json_t **answer_out)
{
	const json_t *disabled = json_object_get(request, "disabled");
	const char *role = fv_verb_text(request, "role");
	const char *agency = fv_verb_text(request, "agency");
	const char *officer = fv_verb_text(request, "officer");

	if (json_object_get(request, "name") != NULL &&
	    !take_name(fv_verb_text(request, "name"), a->name))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "name: give 1 to 127 bytes of UTF-8 without control characters");
	if (role[0] != '\0' && !fv_role_find(role, &a->role))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "role: is none of admin, supervisor, auditor, manager");
	if (json_object_get(request, "agency") != NULL) {
		memset(a->agency, 0, sizeof a->agency);
		if (agency[0] != '\0' &&
		    fv_id_copy(fv_span_z(agency), a->agency, sizeof a->agency) != FV_OK)
			return fv_verb_fail(answer_out, FV_EXIT_USAGE,
			    "agency: is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	}
	if (json_object_get(request, "officer") != NULL) {
		memset(a->officer, 0, sizeof a->officer);
		if (officer[0] != '\0' &&
		    fv_id_copy(fv_span_z(officer), a->officer, sizeof a->officer) != FV_OK)
			return fv_verb_fail(answer_out, FV_EXIT_USAGE,
			    "officer: is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	}
	if (disabled != NULL)
		a->is_disabled = json_is_true(disabled);
	return check_role(a, answer_out);
}

/* Append POLICY "account" for what was done, and by whom; names of people stay out of it. */
enum fv_err
fv_account_log(struct fv_host *host, const json_t *request, const struct fv_store_account *a,
    const char *what)
{
	/* A password is set by its owner: he had the old one, or the link. */
	const char *by = strcmp(what, "password") == 0 ? a->id : fv_verb_text(request, "by");
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "account", a->id,
	    "what", what, "role", fv_role_word(a->role), "agency", a->agency, "officer",
	    a->officer, "disabled", a->is_disabled, "by", by[0] != '\0' ? by : "server");
	char *text = doc != NULL ? json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	struct fv_hash hash;
	uint64_t index;
	enum fv_err rc = FV_ENOMEM;

	if (text != NULL)
		rc = fv_verb_keep_salted(host, "account", fv_span_z(text), &hash);
	if (rc == FV_OK)
		rc = fv_verb_policy(host, "account", &hash, &index);
	free(text);
	json_decref(doc);
	return rc;
}

/* A new link in the place of the account's earlier one, and the answer that shows it. */
static int
answer_link(struct fv_host *host, const struct fv_store_account *a, json_t **answer_out)
{
	struct fv_store_link link = {.expires_ms = fv_host_now_ms() + FV_LINK_MS};
	char until[FV_INSTANT_TEXT_BYTES], path[FV_LINK_TOKEN_CHARS + 16];
	uint8_t token[FV_HASH_BYTES];
	struct fv_buf hex = {0};
	enum fv_err rc = FV_ENOMEM;
	int code;

	fv_random_fill(fv_random_system(), token, sizeof token);
	fv_buf_put_hex(&hex, token, sizeof token);
	fv_wipe(token, sizeof token);
	if (fv_buf_z(&hex) != NULL) {
		snprintf(path, sizeof path, "/#/welcome/%s", fv_buf_z(&hex));
		fv_sha256(fv_span_z(fv_buf_z(&hex)), &link.hash);
		memcpy(link.account, a->id, sizeof link.account);
		rc = fv_store_link_put(host->store, &link);
	}
	fv_buf_clear(&hex);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, a->id, rc);
	code = fv_verb_done(answer_out,
	    json_pack("{s:s, s:s, s:s, s:I}", "id", a->id, "role", fv_role_word(a->role),
		"link", path, "expires_ms", (json_int_t)link.expires_ms),
	    "%s (%s): this link sets the password, once, until %s; put the desk's address "
	    "before it\n%s",
	    a->id, fv_role_word(a->role),
	    fv_instant_format(link.expires_ms / 1000 * 1000, 0, true, until), path);
	fv_wipe(path, sizeof path);
	return code;
}

int
fv_do_desk_add(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_account a = {.created_ms = fv_host_now_ms()};
	const char *id = fv_verb_text(request, "id");
	enum fv_err rc;
	int code;

	if (fv_id_copy(fv_span_z(id), a.id, sizeof a.id) != FV_OK)
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "id: is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -");
	memcpy(a.name, a.id, sizeof a.id);
	if ((code = take_members(request, &a, answer_out)) != FV_EXIT_OK)
		return code;
	if (a.role == 0)
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "role: is needed: admin, supervisor, auditor or manager");
	a.is_disabled = false;
	rc = fv_store_account_add(host->store, &a);
	if (rc == FV_EEXIST)
		return name_code(answer_out, "account-exists",
		    fv_verb_fail(answer_out, FV_EXIT_DATA,
			"%s: there is such an account; 'fieldvisitd desk link %s' gives a "
			"new link",
			a.id, a.id));
	if (rc == FV_OK)
		rc = fv_account_log(host, request, &a, "add");
	return rc == FV_OK ? answer_link(host, &a, answer_out)
			   : fv_verb_broken(answer_out, a.id, rc);
}

/* Nobody could make accounts any more, but for who has the server itself. */
static int
check_admins(struct fv_host *host, json_t **answer_out)
{
	uint64_t count;
	enum fv_err rc =
	    fv_store_account_count(host->store, DESK_ADMIN, fv_host_now_ms(), &count);

	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "admin", rc);
	if (count == 0)
		return name_code(answer_out, "last-admin",
		    fv_verb_fail(answer_out, FV_EXIT_DATA,
			"this is the last admin that can log in; add another one first"));
	return FV_EXIT_OK;
}

int
fv_do_desk_change(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_account a, was;
	enum fv_err rc;
	int code = get_account(host, request, &a, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	was = a;
	if ((code = take_members(request, &a, answer_out)) != FV_EXIT_OK)
		goto cleanup;
	if (a.role != was.role || a.is_disabled != was.is_disabled ||
	    strcmp(a.agency, was.agency) != 0 || strcmp(a.officer, was.officer) != 0)
		a.epoch++;
	rc = fv_store_account_set(host->store, &a);
	if (rc == FV_OK && a.is_disabled)
		rc = fv_store_link_drop(host->store, fv_span_z(a.id));
	if (rc == FV_OK)
		rc = fv_account_log(host, request, &a,
		    a.is_disabled == was.is_disabled ? "change"
			: a.is_disabled              ? "disable"
						     : "enable");
	if (rc != FV_OK)
		code = fv_verb_broken(answer_out, a.id, rc);
	else if (was.role == DESK_ADMIN && !was.is_disabled)
		code = check_admins(host, answer_out);
	if (code == FV_EXIT_OK)
		code = fv_verb_done(answer_out,
		    json_pack("{s:o}", "account", fv_account_json(&a)), "%s (%s): %s", a.id,
		    fv_role_word(a.role),
		    a.is_disabled ? "disabled; every session of it has ended" : "may log in");
cleanup:
	fv_wipe(&a, sizeof a);
	fv_wipe(&was, sizeof was);
	return code;
}

int
fv_do_desk_link(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_account a;
	enum fv_err rc;
	int code = get_account(host, request, &a, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	if (a.is_disabled)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is disabled; 'fieldvisitd desk enable %s' comes first", a.id, a.id);
	else if ((rc = fv_account_log(host, request, &a, "link")) != FV_OK)
		code = fv_verb_broken(answer_out, a.id, rc);
	else
		code = answer_link(host, &a, answer_out);
	fv_wipe(&a, sizeof a);
	return code;
}

/* What allows a new password: the link in force, or that nothing changed since the old one
 * was checked. */
static int
check_warrant(struct fv_host *host, const json_t *request, const struct fv_store_account *a,
    json_t **answer_out)
{
	const json_t *epoch = json_object_get(request, "epoch");
	struct fv_store_link link;
	struct fv_hash hash;
	bool is_good;

	if (json_is_integer(epoch)) {
		is_good = (uint64_t)json_integer_value(epoch) == a->epoch;
	} else {
		is_good = fv_hex_decode(fv_span_z(fv_verb_text(request, "link")), hash.b,
			      FV_HASH_BYTES) == FV_OK &&
		    fv_store_link_of(host->store, fv_span_z(a->id), &link) == FV_OK &&
		    fv_ct_equal(link.hash.b, hash.b, FV_HASH_BYTES) &&
		    fv_host_now_ms() < link.expires_ms;
	}
	if (is_good && !a->is_disabled)
		return FV_EXIT_OK;
	return fv_verb_fail(answer_out, FV_EXIT_NOPERM,
	    "the link was used already, is older than three days or was replaced by another");
}

int
fv_do_desk_password(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_account a;
	enum fv_err rc;
	int code = get_account(host, request, &a, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	if ((code = check_warrant(host, request, &a, answer_out)) != FV_EXIT_OK)
		goto cleanup;
	rc = fv_password_read(json_object_get(request, "password"), &a.password);
	a.epoch++;
	a.has_login = true;
	a.login_ms = fv_host_now_ms();
	if (rc == FV_OK)
		rc = fv_store_account_set(host->store, &a);
	if (rc == FV_OK)
		rc = fv_store_link_drop(host->store, fv_span_z(a.id));
	if (rc == FV_OK)
		rc = fv_account_log(host, request, &a, "password");
	code = rc == FV_OK ? fv_verb_done(answer_out,
				 json_pack("{s:I}", "epoch", (json_int_t)a.epoch), "%s", a.id)
			   : fv_verb_broken(answer_out, a.id, rc);
cleanup:
	fv_wipe(&a, sizeof a);
	return code;
}

int
fv_do_desk_login(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_account a;
	enum fv_err rc;
	int code = get_account(host, request, &a, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	a.has_login = true;
	a.login_ms = fv_host_now_ms();
	rc = fv_store_account_set(host->store, &a);
	code = rc == FV_OK ? fv_verb_done(answer_out, NULL, "%s", a.id)
			   : fv_verb_broken(answer_out, a.id, rc);
	fv_wipe(&a, sizeof a);
	return code;
}
