/*
 * Machines at the desk: who a token is, positions that OwnTracks apps post, and the list of
 * those positions.  They are marked for what they are, unsigned, and never judged.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fv/lines.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/proof_in.h"
#include "sync-server/owntracks.h"
#include "sync-server/store/machines.h"
#include "sync-server/verb.h"

/* The account of this token's text, as it is now. */
static enum fv_err
find_token(struct fv_store *store, struct fv_span text, struct desk_who *who)
{
	struct fv_store_account account;
	struct fv_store_token token;
	struct fv_hash hash;
	enum fv_err rc;

	memset(who, 0, sizeof *who);
	fv_sha256(text, &hash);
	if ((rc = fv_store_token_get(store, &hash, &token)) != FV_OK)
		return rc;
	rc = fv_store_account_get(store, fv_span_z(token.account), &account);
	if (rc == FV_OK && (account.is_disabled || account.epoch != token.epoch))
		rc = FV_ENOENT;
	if (rc == FV_OK)
		desk_who_of(&account, who);
	fv_wipe(&account, sizeof account);
	return rc;
}

enum fv_err
desk_token_find(const struct fv_web_request *web, struct fv_store *store, struct desk_who *who)
{
	const char *text = fv_web_header(web, "Authorization");

	memset(who, 0, sizeof *who);
	if (text == NULL || strncasecmp(text, "Bearer ", 7) != 0)
		return FV_ENOENT;
	return find_token(store, fv_span_z(text + 7), who);
}

/* "Basic base64(name:token)": the token says who it is, the name is not looked at. */
static enum fv_err
find_basic(const struct fv_web_request *web, struct fv_store *store, struct desk_who *who)
{
	const char *text = fv_web_header(web, "Authorization");
	struct fv_buf pair = {0};
	const uint8_t *colon = NULL;
	enum fv_err rc = FV_ENOENT;

	memset(who, 0, sizeof *who);
	if (text != NULL && strncasecmp(text, "Basic ", 6) == 0 &&
	    fv_base64_decode(fv_span_z(text + 6), &pair) == FV_OK && pair.len > 0)
		colon = memchr(pair.ptr, ':', pair.len);
	if (colon != NULL)
		rc = find_token(store,
		    fv_span_of(colon + 1, pair.len - (size_t)(colon + 1 - pair.ptr)), who);
	fv_buf_clear(&pair);
	return rc;
}

static const char *
named(const struct fv_web_request *web, const char *query, const char *header)
{
	const char *value = fv_web_query(web, query);

	if (value == NULL)
		value = fv_web_header(web, header);
	return value != NULL ? value : "";
}

static void
keep(struct desk_request *request, struct fv_web_answer *answer,
    const struct owntracks_location *at)
{
	json_t *put = json_pack("{s:s, s:s, s:s, s:I, s:i, s:i}", "user",
	    named(request->web, "u", "X-Limit-U"), "device",
	    named(request->web, "d", "X-Limit-D"), "agency", request->who->agency, "at_ms",
	    (json_int_t)at->at_ms, "lat_e7", at->place.lat_e7, "lon_e7", at->place.lon_e7);
	json_t *done;

	if (put != NULL && at->has_accuracy)
		(void)json_object_set_new(put, "accuracy_m", json_integer(at->accuracy_m));
	if ((done = desk_write(request, answer, "owntracks put", put)) == NULL)
		return;
	json_decref(done);
	answer->status = 200;
	answer->type = "application/json";
	answer->fixed = fv_span_z("[]");
}

static void
take_post(struct desk_request *request, struct fv_web_answer *answer)
{
	struct owntracks_location at;
	struct desk_who who;
	enum fv_err rc = find_basic(request->web, request->store, &who);

	if (rc == FV_OK && (who.rights & DESK_WORK) == 0) {
		desk_problem(
		    answer, 403, "forbidden", "this account may not bring anything in");
	} else if (rc != FV_OK) {
		fv_web_put(answer, "WWW-Authenticate", "Basic realm=\"fieldvisit\"");
		desk_problem(answer, 401, "no-token",
		    "send an account's token as the password: 'fieldvisitd desk token ID'");
	} else if ((rc = owntracks_read(request->web->body, &at)) == FV_ENOENT) {
		answer->status =
		    200; /* taken, and of no interest: the app does not try again */
		answer->type = "application/json";
		answer->fixed = fv_span_z("[]");
	} else if (rc != FV_OK) {
		desk_problem(answer, 422, "bad-body",
		    "a location has _type, lat, lon and tst, each within its range");
	} else {
		request->who = &who;
		keep(request, answer, &at);
	}
}

void
desk_serve_pub(
    struct desk *desk, const struct fv_web_request *web, struct fv_web_answer *answer)
{
	struct desk_request request = {.web = web,
	    .desk = desk,
	    .host = desk->host,
	    .writer = desk->writer,
	    .now_ms = fv_host_now_ms()};
	enum fv_err rc;

	if (!desk->takes_owntracks) {
		desk_problem(answer, 404, "not-found", "there is no such route");
		return;
	}
	if (strcmp(web->method, "POST") != 0) {
		desk_problem(answer, 405, "method", "not by this method");
		return;
	}
	if ((rc = desk_reader_take(desk, &request.store)) != FV_OK) {
		desk_failed(answer, rc);
		return;
	}
	take_post(&request, answer);
	desk_reader_give(desk, request.store);
}

/* -- the list -------------------------------------------------------------------------- */

static enum fv_err
put_position(const struct fv_store_position *p, void *ctx)
{
	json_t *row = json_pack("{s:I, s:s, s:s, s:o, s:o, s:f, s:f, s:b, s:s}", "no",
	    (json_int_t)p->no, "user", p->user, "device", p->device, "at",
	    fv_verb_json_time(true, p->at_ms), "received",
	    fv_verb_json_time(true, p->received_ms), "lat", p->place.lat_e7 / 1e7, "lon",
	    p->place.lon_e7 / 1e7, "signed", 0, "evidence", "C");

	if (row == NULL)
		return FV_ENOMEM;
	(void)json_object_set_new(
	    row, "accuracy_m", p->has_accuracy ? json_integer(p->accuracy_m) : json_null());
	return json_array_append_new(ctx, row) == 0 ? FV_OK : FV_ENOMEM;
}

void
proof_unsigned(struct desk_request *request, struct fv_web_answer *answer)
{
	const bool is_manager = request->who->role == DESK_MANAGER;
	const char *user = fv_web_query(request->web, "user");
	json_t *rows = json_array(), *last, *next;
	int64_t after, limit;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "after", 0, INT64_MAX, 0, &after) ||
	    !desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, 100, &limit)) {
		json_decref(rows);
		return;
	}
	rc = fv_store_position_each(request->store, (uint64_t)after, user,
	    is_manager ? request->who->agency : NULL, (size_t)limit, put_position, rows);
	if (rc != FV_OK) {
		json_decref(rows);
		desk_failed(answer, rc);
		return;
	}
	last = json_array_get(rows, json_array_size(rows) - 1);
	next = json_array_size(rows) == (size_t)limit
	    ? json_sprintf(
		  "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(last, "no")))
	    : json_null();
	desk_json(request, answer, 200, json_pack("{s:o, s:o}", "rows", rows, "next", next));
}
