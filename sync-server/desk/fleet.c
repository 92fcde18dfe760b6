/*
 * The fleet at the desk: tickets and orders that a supervisor made and signed in his browser.
 * The server takes them by the verbs of the command line, which check every signature against
 * the roster; nothing is made or signed here.
 */
#include "fv/qr.h"
#include "sync-server/desk/routes.h"
#include "sync-server/desk/trail_in.h"
#include "sync-server/keys.h"
#include "sync-server/ledger.h"

#define TEXTS_MAX 2000U /* of one request */

/* What a ticket must name of this server: the text of server.pub. */
static void
get_server(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_buf text = {0};

	fv_keys_put_public(&text, request->host, fv_ledger_pk(request->host->ledger));
	desk_json(request, answer, 200,
	    fv_buf_z(&text) == NULL ? NULL : json_pack("{s:s}", "server", fv_buf_z(&text)));
	fv_buf_clear(&text);
}

/* The newest seal that had been received by then: the part of the trail that an order about a
 * lost handheld believes. */
static void
get_received(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_seal seal = {0};
	struct fv_store_device device;
	int64_t until_ms;
	enum fv_err rc;

	if (!trail_find_device(request, answer, request->params[0], &device))
		return;
	if (!desk_query_int(
		request, answer, "until", 0, INT64_MAX, request->now_ms, &until_ms))
		goto cleanup;
	rc = fv_store_seal_by(request->store, device.no, UINT64_MAX, until_ms, &seal);
	if (rc == FV_OK || rc == FV_ENOENT)
		desk_json(request, answer, 200,
		    json_pack("{s:I, s:o}", "size", (json_int_t)seal.size, "received_ms",
			rc == FV_OK ? json_integer((json_int_t)seal.received_ms)
				    : json_null()));
	else
		desk_failed(answer, rc);
cleanup:
	fv_wipe(&device, sizeof device);
}

/* The body's list of signed texts, or NULL after a 422.  Borrowed: the body's. */
static json_t *
body_texts(struct desk_request *request, struct fv_web_answer *answer, const char *member)
{
	json_t *texts = json_object_get(request->body, member), *text;
	size_t i;

	if (json_is_array(texts) && json_array_size(texts) > 0 &&
	    json_array_size(texts) <= TEXTS_MAX) {
		json_array_foreach(texts, i, text)
		{
			if (!json_is_string(text))
				break;
		}
		if (i == json_array_size(texts))
			return texts;
	}
	desk_problem(answer, 422, "missing", "'%s' is needed: a list of 1 to %u signed texts",
	    member, TEXTS_MAX);
	return NULL;
}

/* Import them by this verb, all or none.  Owned: its answer; NULL after a problem. */
static json_t *
import_all(struct desk_request *request, struct fv_web_answer *answer, const char *verb,
    const char *member, json_t *texts)
{
	json_t *files = json_array(), *text;
	size_t i;

	json_array_foreach(texts, i, text)
	{
		(void)json_array_append_new(files,
		    json_pack("{s:o, s:O}", "file", json_sprintf("number %zu", i + 1), member,
			text));
	}
	if (json_array_size(files) == json_array_size(texts))
		return desk_write(request, answer, verb, json_pack("{s:o}", "files", files));
	json_decref(files);
	desk_failed(answer, FV_ENOMEM);
	return NULL;
}

static void
give_orders(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *texts = body_texts(request, answer, "notes"), *told;

	if (texts == NULL ||
	    (told = import_all(request, answer, "device import all", "note", texts)) == NULL)
		return;
	desk_json(request, answer, 200,
	    json_pack("{s:O}", "orders", json_object_get(told, "notes")));
	json_decref(told);
}

/* Set "qr" of what a ticket's import answered: the code of the ticket's file. */
static bool
put_qr(json_t *ticket, const json_t *text)
{
	struct fv_buf code = {0};
	const enum fv_err rc = fv_qr_svg_put(&code, json_string_value(text));
	bool is_put = rc == FV_OK || rc == FV_ETOOBIG;

	if (is_put)
		is_put =
		    json_object_set_new(ticket, "qr",
			rc == FV_OK && fv_buf_z(&code) != NULL ? json_string(fv_buf_z(&code))
							       : json_null()) == 0;
	fv_buf_clear(&code);
	return is_put;
}

static void
take_tickets(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *texts = body_texts(request, answer, "tickets"), *told, *tickets, *ticket;
	size_t i;

	if (texts == NULL ||
	    (told = import_all(request, answer, "invite import all", "ticket", texts)) == NULL)
		return;
	tickets = json_object_get(told, "tickets");
	json_array_foreach(tickets, i, ticket)
	{
		if (!put_qr(ticket, json_array_get(texts, i)))
			break;
	}
	if (i == json_array_size(tickets))
		desk_json(request, answer, 200, json_pack("{s:O}", "tickets", tickets));
	else
		desk_failed(answer, FV_ENOMEM);
	json_decref(told);
}

const struct desk_route desk_routes_fleet[] = {
    {"GET", "/devices/{dev}/received", DESK_NOTES, get_received},
    {"POST", "/devices/orders", DESK_NOTES, give_orders},
    {"GET", "/tickets/server", DESK_NOTES, get_server},
    {"POST", "/tickets", DESK_NOTES, take_tickets},
    {NULL, NULL, 0, NULL},
};
