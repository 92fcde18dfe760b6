/* officer disable, enable, expire: the halves that write, and what is left to be signed. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/handlers.h"
#include "sync-server/staff.h"
#include "sync-server/store/people.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

const char *const staff_reasons[] = {"left", "leave", "conduct", "training", "other", NULL};

#define MARK "barred_by_us." /* + officer id: a setting of the store, "1" or empty */

/* What stays to be done, as commands. */
struct left {
	const char *officer;
	json_t *list; /* owned by the caller */
};

static enum fv_err __attribute__((format(printf, 2, 3)))
add(struct left *left, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return json_array_append_new(left->list, json_string(text)) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct left *left = ctx;
	char hex[2 * FV_DEV_BYTES + 1];

	if (device->is_revoked || strcmp(device->officer, left->officer) != 0)
		return FV_OK;
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", device->dev[i]);
	return add(left,
	    "fieldvisitd device revoke --key FILE --dev %s --reason left --out NOTE", hex);
}

static enum fv_err
on_account(const struct fv_store_account *account, void *ctx)
{
	struct left *left = ctx;

	return account->is_disabled || strcmp(account->officer, left->officer) != 0
	    ? FV_OK
	    : add(left, "fieldvisitd desk disable %s", account->id);
}

/* The roster that names him, his handhelds, his account at the desk. */
static enum fv_err
find_left(struct fv_host *host, struct left *left)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(host->store, &roster, &hash);

	if (rc == FV_OK && fv_roster_find_officer(roster, left->officer) != NULL)
		rc = add(left, "fieldvisitd roster set --roster DRAFT --drop-officer %s",
		    left->officer);
	free(roster);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_device_each(host->store, left->officer, on_device, left);
	if (rc == FV_OK)
		rc = fv_store_account_each(
		    host->store, fv_span_z(""), UINT32_MAX, on_account, left);
	return rc;
}

/* What the request asks for, into the row.  False: it was so before. */
static bool
change(const json_t *request, struct fv_store_staff *row)
{
	const struct fv_store_staff was = *row;
	const char *what = fv_verb_text(request, "what");
	const json_t *ends = json_object_get(request, "ends_ms");

	if (strcmp(what, "expire") == 0) {
		row->has_end = json_is_integer(ends);
		row->ends_ms = row->has_end ? json_integer_value(ends) : 0;
	} else if (strcmp(what, "disable") == 0) {
		if (!row->is_disabled)
			row->disabled_ms = fv_host_now_ms();
		row->is_disabled = true;
		(void)snprintf(
		    row->reason, sizeof row->reason, "%s", fv_verb_text(request, "reason"));
	} else {
		row->is_disabled = row->has_end = false;
		row->disabled_ms = row->ends_ms = 0;
		memset(row->reason, 0, sizeof row->reason);
	}
	return row->is_disabled != was.is_disabled || row->has_end != was.has_end ||
	    row->ends_ms != was.ends_ms || strcmp(row->reason, was.reason) != 0;
}

static int
answer(const struct fv_store_staff *row, const struct left *left, bool is_changed,
    json_t **answer_out)
{
	const enum fv_store_bar bar = fv_store_staff_own_bar(row, fv_host_now_ms());
	struct fv_buf text = {0};
	const json_t *next;
	size_t i;
	int code;

	fv_buf_putf(
	    &text, "%s: %s%s", row->id, staff_bar_word(bar), is_changed ? "" : ", as before");
	if (bar == FV_BAR_NONE && row->has_end)
		fv_buf_put_z(&text, ", until the date that was set");
	if (bar != FV_BAR_NONE)
		fv_buf_put_z(&text,
		    "; his handhelds lose their cases at the next sync, their trails are "
		    "still taken");
	json_array_foreach(left->list, i, next)
	    fv_buf_putf(&text, "\nnext: %s", json_string_value(next));
	code = fv_buf_z(&text) == NULL
	    ? fv_verb_broken(answer_out, row->id, FV_ENOMEM)
	    : fv_verb_done(answer_out,
		  json_pack("{s:s, s:s, s:b, s:O}", "id", row->id, "state",
		      staff_bar_word(bar), "changed", is_changed, "next", left->list),
		  "%s", fv_buf_z(&text));
	fv_buf_clear(&text);
	return code;
}

/* What the bank's own people have said of him is theirs to take back: who is bound to an
 * agency may be stricter with its officers and never milder. */
static enum fv_err
check_bound(struct fv_host *host, const json_t *request, const struct fv_store_staff *row,
    bool *is_denied_out)
{
	const bool is_bound = fv_verb_text(request, "bound")[0] != '\0';
	const bool is_enable = strcmp(fv_verb_text(request, "what"), "enable") == 0;
	const char *mark = is_enable ? "" : "1";
	char name[sizeof MARK + FV_ID_BYTES];
	struct fv_buf held = {0};
	enum fv_err rc;

	(void)snprintf(name, sizeof name, MARK "%s", row->id);
	*is_denied_out = false;
	if (!is_bound)
		return fv_store_meta_set(host->store, name, fv_span_z(mark));
	rc = fv_store_meta_get(host->store, name, &held);
	if (rc == FV_OK && held.len > 0)
		*is_denied_out =
		    strcmp(fv_verb_text(request, "what"), "disable") != 0 || row->is_disabled;
	fv_buf_clear(&held);
	return rc == FV_ENOENT ? FV_OK : rc;
}

int
fv_do_officer_bar(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "id"), *what = fv_verb_text(request, "what");
	const char *reason = fv_verb_text(request, "reason");
	struct left left = {.officer = id, .list = json_array()};
	struct fv_store_staff row;
	bool is_changed = false, is_denied = false;
	uint64_t leaf;
	enum fv_err rc = fv_store_staff_get(host->store, fv_span_z(id), &row);
	int code;

	if (rc == FV_ENOENT) {
		json_decref(left.list);
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%.40s: is not in the register; 'fieldvisitd officer add' adds him", id);
	}
	if (rc == FV_OK && left.list == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = check_bound(host, request, &row, &is_denied);
	if (rc == FV_OK && is_denied) {
		json_decref(left.list);
		code = fv_verb_fail(answer_out, FV_EXIT_NOPERM,
		    "%.40s: was barred or given an end by the bank; a supervisor or an admin "
		    "changes that",
		    id);
		(void)json_object_set_new(*answer_out, "code", json_string("banks-own"));
		return code;
	}
	if (rc == FV_OK && (is_changed = change(request, &row))) {
		rc = fv_store_staff_put(host->store, &row);
		if (rc == FV_OK)
			rc = staff_log(host,
			    json_pack("{s:s, s:s, s:s, s:s}", "officer", id, "what", what,
				"reason", reason, "on", fv_verb_text(request, "on")),
			    &leaf);
	}
	if (rc == FV_OK && (row.is_disabled || row.has_end))
		rc = find_left(host, &left);
	code = rc == FV_OK ? answer(&row, &left, is_changed, answer_out)
			   : fv_verb_broken(answer_out, id, rc);
	json_decref(left.list);
	return code;
}
