/* desk token, owntracks put: the halves that write. */
#include <string.h>

#include "sync-server/account.h"
#include "sync-server/handlers.h"
#include "sync-server/store/machines.h"
#include "sync-server/verb.h"

/* A new token for the account, in the place of its last one. */
static enum fv_err
make_token(struct fv_host *host, const struct fv_store_account *a, struct fv_buf *text)
{
	struct fv_store_token token = {.epoch = a->epoch, .created_ms = fv_host_now_ms()};
	uint8_t raw[FV_HASH_BYTES];

	fv_random_fill(fv_random_system(), raw, sizeof raw);
	fv_buf_put_z(text, FV_TOKEN_PREFIX);
	fv_buf_put_hex(text, raw, sizeof raw);
	fv_wipe(raw, sizeof raw);
	if (fv_buf_status(text) != FV_OK)
		return FV_ENOMEM;
	fv_sha256(fv_buf_span(text), &token.hash);
	memcpy(token.account, a->id, sizeof token.account);
	return fv_store_token_put(host->store, &token);
}

int
fv_do_desk_token(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "id");
	const bool is_end = json_is_true(json_object_get(request, "end"));
	struct fv_store_account a;
	struct fv_buf text = {0};
	enum fv_err rc = fv_store_account_get(host->store, fv_span_z(id), &a);
	int code;

	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%s: there is no such account; 'fieldvisitd desk list' lists them", id);
	if (rc == FV_OK && a.is_disabled && !is_end)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is disabled; 'fieldvisitd desk enable %s' comes first", id, id);
	else {
		if (rc == FV_OK)
			rc = fv_account_log(
			    host, request, &a, is_end ? "token ended" : "token");
		if (rc == FV_OK)
			rc = is_end ? fv_store_token_drop(host->store, fv_span_z(id))
				    : make_token(host, &a, &text);
		if (rc != FV_OK)
			code = fv_verb_broken(answer_out, id, rc);
		else if (is_end)
			code = fv_verb_done(answer_out, json_pack("{s:s}", "id", id),
			    "%s: its token does not open anything any more", id);
		else
			code = fv_verb_done(answer_out,
			    json_pack("{s:s, s:s}", "id", id, "token", fv_buf_z(&text)),
			    "%s\nIt reads what %s may read; it is shown this once.  Send it "
			    "as "
			    "'Authorization: Bearer TOKEN'.",
			    fv_buf_z(&text), id);
	}
	fv_buf_clear(&text);
	fv_wipe(&a, sizeof a);
	return code;
}

int
fv_do_owntracks_put(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct fv_store_position p = {.received_ms = fv_host_now_ms()};
	const json_t *accuracy = json_object_get(request, "accuracy_m");
	enum fv_err rc;

	if (fv_id_copy(fv_span_z(fv_verb_text(request, "user")), p.user, sizeof p.user) !=
		FV_OK ||
	    fv_id_copy(fv_span_z(fv_verb_text(request, "device")), p.device,
		sizeof p.device) != FV_OK)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "u and d: each an id of 1 to 24 of A-Z a-z 0-9 . _ -");
	if (fv_verb_text(request, "agency")[0] != '\0' &&
	    fv_id_copy(fv_span_z(fv_verb_text(request, "agency")), p.agency,
		sizeof p.agency) != FV_OK)
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "agency: is not an id");
	p.at_ms = json_integer_value(json_object_get(request, "at_ms"));
	p.place.lat_e7 = (int32_t)json_integer_value(json_object_get(request, "lat_e7"));
	p.place.lon_e7 = (int32_t)json_integer_value(json_object_get(request, "lon_e7"));
	p.has_accuracy = json_is_integer(accuracy);
	p.accuracy_m = (uint32_t)json_integer_value(accuracy);
	rc = fv_store_position_put(host->store, &p);
	if (rc != FV_OK && rc != FV_EEXIST)
		return fv_verb_broken(answer_out, "position", rc);
	return fv_verb_done(answer_out, NULL, "kept");
}
