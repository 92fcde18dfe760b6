/* What handlers answer with, and what they ask of a request. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/desk/desk_in.h"

#define DETAIL_BYTES 8192U /* the faults of a file that was imported, a line each */

static const char *
status_title(uint32_t status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 409:
		return "Conflict";
	case 415:
		return "Unsupported Media Type";
	case 422:
		return "Unprocessable Content";
	case 429:
		return "Too Many Requests";
	case 503:
		return "Service Unavailable";
	case 507:
		return "Insufficient Storage";
	default:
		return "Internal Server Error";
	}
}

static void
put_json(struct fv_web_answer *answer, json_t *value)
{
	char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	json_decref(value);
	fv_buf_clear(&answer->body);
	if (text == NULL) {
		answer->status = 0;
		return;
	}
	fv_buf_put(&answer->body, text, strlen(text));
	free(text);
}

/* `faults` may be NULL; it is borrowed. */
static void
put_problem(struct fv_web_answer *answer, uint32_t status, const char *code,
    const char *detail, json_t *faults)
{
	json_t *said;

	/* A detail cut inside of a character, or of foreign bytes, is not UTF-8. */
	if ((said = json_string(detail)) == NULL)
		said = json_string("the text of this error cannot be shown");
	answer->status = status;
	answer->type = "application/problem+json";
	fv_web_put(answer, "Cache-Control", "no-store");
	put_json(answer,
	    json_pack("{s:s, s:s, s:i, s:s, s:o, s:O*}", "type", "about:blank", "title",
		status_title(status), "status", (int)status, "code", code, "detail", said,
		"faults", json_is_array(faults) ? faults : NULL));
}

void
desk_problem(
    struct fv_web_answer *answer, uint32_t status, const char *code, const char *fmt, ...)
{
	char detail[DETAIL_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof detail, fmt, args);
	va_end(args);
	put_problem(answer, status, code, detail, NULL);
}

void
desk_failed(struct fv_web_answer *answer, enum fv_err err)
{
	if (err == FV_ENOENT) {
		desk_problem(answer, 404, "not-found", "there is no such thing here");
	} else if (err == FV_EBUSY) {
		fv_web_put(answer, "Retry-After", "5");
		desk_problem(answer, 503, "busy", "the store is busy; try again");
	} else if (err == FV_EFULL) {
		desk_problem(
		    answer, 507, "full", "the server's disk is full; nothing was stored");
	} else {
		desk_problem(answer, 500, "internal", "the server could not answer: %s",
		    fv_err_text(err));
	}
}

void
desk_json(
    struct desk_request *request, struct fv_web_answer *answer, uint32_t status, json_t *value)
{
	const char *seen = fv_web_header(request->web, "If-None-Match");
	char tag[40] = "\"";
	struct fv_hash hash;

	answer->status = status;
	answer->type = "application/json";
	fv_web_put(answer, "Cache-Control", "no-cache, private");
	put_json(answer, value);
	if (answer->status != 200 || strcmp(request->web->method, "GET") != 0)
		return;
	fv_sha256(fv_buf_span(&answer->body), &hash);
	for (size_t i = 0; i < 16; i++)
		snprintf(tag + 1 + 2 * i, 3, "%02x", hash.b[i]);
	memcpy(tag + 33, "\"", 2);
	fv_web_put(answer, "ETag", "%s", tag);
	if (seen != NULL && strcmp(seen, tag) == 0) {
		answer->status = 304;
		fv_buf_clear(&answer->body);
	}
}

void
desk_too_often(struct fv_web_answer *answer, int64_t wait_ms)
{
	const long long wait_s = (wait_ms + 999) / 1000;

	fv_web_put(answer, "Retry-After", "%lld", wait_s);
	desk_problem(
	    answer, 429, "too-often", "too many tries; wait %lld s, then try again", wait_s);
}

bool
desk_sees(const struct desk_request *request, const char *agency)
{
	const struct desk_who *who = request->who;

	if (who == NULL)
		return false;
	/* A manager without an agency sees nothing rather than everything. */
	return who->role != DESK_MANAGER ? true
	    : who->agency[0] != '\0'     ? strcmp(who->agency, agency) == 0
					 : false;
}

/* -- writing ------------------------------------------------------------------------ */

static uint32_t
status_of_exit(int code)
{
	switch (code) {
	case FV_EXIT_USAGE:
	case FV_EXIT_DATA:
		return 422;
	case FV_EXIT_NOINPUT:
		return 404;
	case FV_EXIT_NOPERM:
		return 403;
	case FV_EXIT_IO:
	case FV_EXIT_TEMPFAIL:
		return 503;
	case FV_EXIT_SOFTWARE:
		return 500;
	default:
		return 409;
	}
}

json_t *
desk_write(struct desk_request *request, struct fv_web_answer *answer, const char *verb,
    json_t *request_json)
{
	json_t *told = NULL;
	const char *code, *error;
	int exit_code;

	if (request_json != NULL &&
	    json_object_set_new(request_json, "verb", json_string(verb)) == 0 &&
	    json_object_set_new(request_json, "by",
		json_string(request->who == NULL ? "" : request->who->id)) == 0)
		told = fv_writer_ask(request->writer, request_json);
	json_decref(request_json);
	if (told == NULL) {
		desk_failed(answer, FV_ENOMEM);
		return NULL;
	}
	exit_code = (int)json_integer_value(json_object_get(told, "exit"));
	if (exit_code == FV_EXIT_OK)
		return told;
	code = json_string_value(json_object_get(told, "code"));
	error = json_string_value(json_object_get(told, "error"));
	put_problem(answer, status_of_exit(exit_code), code == NULL ? "refused" : code,
	    error == NULL ? "the server did not say why" : error,
	    json_object_get(told, "faults"));
	json_decref(told);
	return NULL;
}

/* -- reading a request ---------------------------------------------------------------- */

const char *
desk_text(
    struct desk_request *request, struct fv_web_answer *answer, const char *member, size_t max)
{
	const json_t *value = json_object_get(request->body, member);
	const char *text = json_string_value(value);

	if (text == NULL || text[0] == '\0' || strlen(text) != json_string_length(value)) {
		desk_problem(answer, 422, "missing",
		    "'%s' is needed: a text that is not empty", member);
		return NULL;
	}
	if (strlen(text) >= max) {
		desk_problem(answer, 422, "too-long", "'%s' has %zu bytes; at most %zu fit",
		    member, strlen(text), max - 1);
		return NULL;
	}
	return text;
}

bool
desk_query_int(struct desk_request *request, struct fv_web_answer *answer, const char *name,
    int64_t min, int64_t max, int64_t otherwise, int64_t *out)
{
	const char *text = fv_web_query(request->web, name);
	const bool is_negative = text != NULL && text[0] == '-';
	uint64_t value = 0;

	*out = otherwise;
	if (text == NULL || text[0] == '\0')
		return true;
	if (fv_decimal_decode(fv_span_z(text + is_negative), INT64_MAX, &value) == FV_OK) {
		*out = is_negative ? -(int64_t)value : (int64_t)value;
		if (*out >= min && *out <= max)
			return true;
	}
	desk_problem(answer, 422, "bad-query",
	    "'%s' in the address is a whole number from %lld to %lld", name, (long long)min,
	    (long long)max);
	return false;
}

bool
desk_query_day(struct desk_request *request, struct fv_web_answer *answer, const char *name,
    bool *has_out, int64_t *day_out)
{
	const char *text = fv_web_query(request->web, name);

	*has_out = text != NULL && text[0] != '\0';
	if (!*has_out || fv_date_parse(fv_span_z(text), day_out) == FV_OK)
		return true;
	desk_problem(answer, 422, "bad-query",
	    "'%s' in the address is a date such as 2026-03-02", name);
	return false;
}
