/* agency close: the half that writes.  Who ran the agency has no access any more, nothing new
 * is taken for it, and its handhelds hold nobody's cases from their next sync on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/account.h"
#include "sync-server/handlers.h"
#include "sync-server/staff.h"
#include "sync-server/verb.h"

struct closing {
	struct fv_host *host;
	const json_t *request;
	const char *agency;
	json_t *accounts; /* owned by the caller: ids of those that were disabled */
	json_t *devices;  /* owned by the caller: those that are not revoked */
};

static enum fv_err
on_account(const struct fv_store_account *account, void *ctx)
{
	struct closing *c = ctx;

	if (account->is_disabled || strcmp(account->agency, c->agency) != 0)
		return FV_OK;
	return json_array_append_new(c->accounts, json_string(account->id)) == 0 ? FV_OK
										 : FV_ENOMEM;
}

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct closing *c = ctx;

	if (device->is_revoked || strcmp(device->agency, c->agency) != 0)
		return FV_OK;
	return json_array_append_new(
		   c->devices, fv_verb_json_hex(device->dev, sizeof device->dev)) == 0
	    ? FV_OK
	    : FV_ENOMEM;
}

/* Ends its sessions and links too. */
static enum fv_err
disable(struct closing *c, const char *id)
{
	struct fv_store_account account;
	enum fv_err rc = fv_store_account_get(c->host->store, fv_span_z(id), &account);

	account.is_disabled = true;
	account.epoch++;
	if (rc == FV_OK)
		rc = fv_store_account_set(c->host->store, &account);
	if (rc == FV_OK)
		rc = fv_store_link_drop(c->host->store, fv_span_z(id));
	if (rc == FV_OK)
		rc = fv_account_log(c->host, c->request, &account, "disable");
	fv_wipe(&account, sizeof account);
	return rc;
}

static enum fv_err
disable_all(struct closing *c)
{
	const json_t *id;
	size_t i;
	enum fv_err rc =
	    fv_store_account_each(c->host->store, fv_span_z(""), UINT32_MAX, on_account, c);

	json_array_foreach(c->accounts, i, id)
	{
		if (rc == FV_OK)
			rc = disable(c, json_string_value(id));
	}
	return rc;
}

static int
answer(const struct closing *c, const struct fv_store_agency *row, bool is_new,
    json_t **answer_out)
{
	const size_t count = json_array_size(c->devices);
	struct fv_buf text = {0};
	int code;

	fv_buf_putf(&text, "%s: closed%s; %zu accounts disabled; ledger entry %llu", row->id,
	    is_new ? "" : " already", json_array_size(c->accounts),
	    (unsigned long long)row->closed_leaf);
	if (count > 0)
		fv_buf_putf(&text,
		    "\n%zu handhelds lose cases and cards at their next sync"
		    "\nnext: fieldvisitd roster export --out DIRECTORY"
		    "\nnext: fieldvisitd agency close %s --key FILE --directory DIRECTORY "
		    "--out "
		    "FOLDER"
		    "\nnext: fieldvisitd device import FOLDER",
		    count, row->id);
	fv_buf_putf(&text, "\nwhat was done: fieldvisitd agency certificate %s", row->id);
	code = fv_buf_z(&text) == NULL
	    ? fv_verb_broken(answer_out, row->id, FV_ENOMEM)
	    : fv_verb_done(answer_out,
		  json_pack("{s:s, s:b, s:O, s:O, s:I}", "agency", row->id, "new", is_new,
		      "accounts", c->accounts, "devices", c->devices, "leaf",
		      (json_int_t)row->closed_leaf),
		  "%s", fv_buf_z(&text));
	fv_buf_clear(&text);
	return code;
}

static enum fv_err
close_it(struct closing *c, struct fv_store_agency *row)
{
	enum fv_err rc = disable_all(c);

	if (rc == FV_OK)
		rc = staff_log(c->host,
		    json_pack("{s:s, s:s, s:O, s:O}", "agency", c->agency, "what", "close",
			"accounts", c->accounts, "devices", c->devices),
		    &row->closed_leaf);
	row->is_closed = true;
	row->closed_ms = fv_host_now_ms();
	return rc == FV_OK ? fv_store_agency_put(c->host->store, row) : rc;
}

int
fv_do_agency_close(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct closing c = {
	    .host = host,
	    .request = request,
	    .agency = fv_verb_text(request, "id"),
	    .accounts = json_array(),
	    .devices = json_array(),
	};
	struct fv_store_agency row;
	enum fv_err rc = fv_store_agency_get(host->store, fv_span_z(c.agency), &row);
	const bool is_new = !row.is_closed;
	int code;

	if (rc == FV_ENOENT)
		code = fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%.40s: no such agency here; 'fieldvisitd agency list' lists them",
		    c.agency);
	else if (rc == FV_OK && strcmp(c.agency, host->agency) == 0)
		code = fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "%s: is the house that runs this server; it is not closed", c.agency);
	else {
		if (rc == FV_OK && (c.accounts == NULL || c.devices == NULL))
			rc = FV_ENOMEM;
		if (rc == FV_OK)
			rc = fv_store_device_each(host->store, NULL, on_device, &c);
		if (rc == FV_OK && is_new)
			rc = close_it(&c, &row);
		code = rc == FV_OK ? answer(&c, &row, is_new, answer_out)
				   : fv_verb_broken(answer_out, c.agency, rc);
	}
	json_decref(c.accounts);
	json_decref(c.devices);
	return code;
}
