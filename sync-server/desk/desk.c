#include "sync-server/desk/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"

#define API "/api/v1"
#define PATH_MAX_BYTES 512U
#define DESK_THREADS 4U

/* -- stores for reading -------------------------------------------------------------- */

enum fv_err
desk_reader_take(struct desk *desk, struct fv_store **out)
{
	char path[FV_HOST_PATH_BYTES];

	*out = NULL;
	pthread_mutex_lock(&desk->lock);
	if (desk->reader_count > 0)
		*out = desk->readers[--desk->reader_count];
	pthread_mutex_unlock(&desk->lock);
	if (*out != NULL)
		return FV_OK;
	if (!fv_host_path(desk->host->dir, "fieldvisit.db", path))
		return FV_ERANGE;
	return fv_store_open(out, path, FV_STORE_READ);
}

void
desk_reader_give(struct desk *desk, struct fv_store *store)
{
	pthread_mutex_lock(&desk->lock);
	if (desk->reader_count < DESK_READERS_MAX) {
		desk->readers[desk->reader_count++] = store;
		store = NULL;
	}
	pthread_mutex_unlock(&desk->lock);
	fv_store_close(store);
}

/* -- one request ---------------------------------------------------------------------- */

static bool
speaks_chinese(const struct fv_web_request *web)
{
	const char *lang = fv_web_query(web, "lang");

	if (lang == NULL)
		lang = fv_web_header(web, "Accept-Language");
	return lang != NULL && strncasecmp(lang, "zh", 2) == 0;
}

/* A browser says where a request comes from; what another site made is refused before
 * anybody looks at cookies. */
static bool
is_from_elsewhere(const struct fv_web_request *web)
{
	const char *site = fv_web_header(web, "Sec-Fetch-Site");
	const char *origin = fv_web_header(web, "Origin");
	const char *host = fv_web_header(web, "Host");
	const char *at;

	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	if (origin == NULL)
		return false;
	at = strstr(origin, "://");
	return at == NULL || host == NULL || strcasecmp(at + 3, host) != 0;
}

/* May this request go on?  False after a problem was answered. */
static bool
is_allowed(const struct desk_route *route, const struct desk_request *request,
    const struct desk_session *session, struct fv_web_answer *answer)
{
	const bool is_read = strcmp(request->web->method, "GET") == 0;

	if (!is_read && is_from_elsewhere(request->web)) {
		desk_problem(answer, 403, "csrf", "this request was made by another site");
		return false;
	}
	if (route->right == DESK_OPEN)
		return true;
	if (request->who == NULL) {
		desk_problem(answer, 401, "no-session", "sign in first: POST " API "/session");
		return false;
	}
	if (!is_read &&
	    !desk_session_csrf(session, fv_web_header(request->web, DESK_CSRF_HEADER))) {
		desk_problem(answer, 403, "csrf",
		    "the header " DESK_CSRF_HEADER
		    " does not hold this session's token; load the page again");
		return false;
	}
	if ((request->who->rights & route->right) != route->right) {
		desk_problem(answer, 403, "forbidden",
		    "your role may not do that; it needs the right '%s'",
		    desk_right_word(route->right & ~request->who->rights));
		return false;
	}
	return true;
}

/* Read the body as one JSON object.  False after a problem was answered. */
static bool
read_body(const struct fv_web_request *web, json_t **body_out, struct fv_web_answer *answer)
{
	const char *type = fv_web_header(web, "Content-Type");
	json_error_t error;

	*body_out = NULL;
	if (web->is_left_out) {
		desk_problem(
		    answer, 413, "too-large", "sign in first, or send at most 64 KiB");
		return false;
	}
	if (strcmp(web->method, "GET") == 0 || web->body.len == 0)
		return true;
	if (type == NULL || strncasecmp(type, "application/json", 16) != 0) {
		desk_problem(answer, 415, "media-type", "send application/json");
		return false;
	}
	*body_out = json_loadb(
	    (const char *)web->body.ptr, web->body.len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(*body_out))
		return true;
	if (*body_out == NULL)
		desk_problem(answer, 400, "not-json", "the body is not JSON: line %d: %s",
		    error.line, error.text);
	else
		desk_problem(answer, 400, "not-json", "the body is not a JSON object");
	json_decref(*body_out);
	*body_out = NULL;
	return false;
}

/* Who asks, by a session's cookie or a token.  `is_use`: a person is there.
 * Errors: FV_ENOENT  nobody that is known;  the store's. */
static enum fv_err
find_who(struct desk *desk, struct fv_store *store, const struct fv_web_request *web,
    bool is_use, struct desk_session *session)
{
	enum fv_err rc = desk_session_find(desk->sessions, store,
	    fv_web_cookie(web, DESK_COOKIE), is_use, fv_host_now_ms(), session);

	return rc == FV_ENOENT ? desk_token_find(web, store, &session->who) : rc;
}

/* A body that takes memory is somebody's whom the desk knows. */
static bool
lets_much(void *ctx, const struct fv_web_request *web)
{
	struct desk *desk = ctx;
	struct desk_session session = {0};
	struct fv_store *store;
	enum fv_err rc;

	if (desk_reader_take(desk, &store) != FV_OK)
		return false;
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = find_who(desk, store, web, false, &session);
	fv_store_view_end(store);
	desk_reader_give(desk, store);
	fv_wipe(&session, sizeof session);
	return rc == FV_OK;
}

static void
run_route(
    const struct desk_route *route, struct desk_request *request, struct fv_web_answer *answer)
{
	struct desk_session session = {0};
	json_t *body = NULL;
	int64_t wait_ms = 0;
	enum fv_err rc;

	if ((rc = fv_store_view_begin(request->store)) == FV_OK) {
		rc = find_who(request->desk, request->store, request->web,
		    fv_web_header(request->web, DESK_BACKGROUND_HEADER) == NULL, &session);
		if (rc == FV_OK)
			request->who = &session.who;
		if (rc == FV_ENOENT)
			rc = FV_OK;
	}
	if (rc == FV_OK)
		wait_ms = desk_throttle_request(request->desk->throttle,
		    request->who != NULL ? request->who->id : request->web->client,
		    request->who != NULL, request->now_ms);
	if (rc != FV_OK) {
		desk_failed(answer, rc);
	} else if (wait_ms > 0) {
		desk_too_often(answer, wait_ms);
	} else if (is_allowed(route, request, &session, answer) &&
	    read_body(request->web, &body, answer)) {
		request->body = body;
		route->run(request, answer);
	}
	fv_store_view_end(request->store);
	json_decref(body);
	fv_wipe(&session, sizeof session);
}

static void
serve_api(struct desk *desk, const struct fv_web_request *web, struct fv_web_answer *answer)
{
	struct desk_request request = {.web = web,
	    .desk = desk,
	    .host = desk->host,
	    .writer = desk->writer,
	    .now_ms = fv_host_now_ms(),
	    .is_chinese = speaks_chinese(web)};
	const struct desk_route *route = NULL;
	char path[PATH_MAX_BYTES];
	bool is_known = false;
	enum fv_err rc;

	if (strlen(web->path) < sizeof path) {
		memcpy(path, web->path, strlen(web->path) + 1);
		route = desk_route_find(
		    web->method, path + strlen(API), request.params, &is_known);
	}
	if (route == NULL) {
		desk_problem(answer, is_known ? 405 : 404, is_known ? "method" : "not-found",
		    "%s", is_known ? "not by this method" : "there is no such route");
	} else if ((rc = desk_reader_take(desk, &request.store)) != FV_OK) {
		desk_failed(answer, rc);
	} else {
		run_route(route, &request, answer);
		desk_reader_give(desk, request.store);
	}
}

void
desk_handle(void *ctx, const struct fv_web_request *request, struct fv_web_answer *answer)
{
	struct desk *desk = ctx;

	fv_web_put(answer, "Content-Security-Policy", "%s", desk->csp);
	fv_web_put(answer, "X-Content-Type-Options", "nosniff");
	fv_web_put(answer, "Referrer-Policy", "no-referrer");
	fv_web_put(answer, "Cross-Origin-Opener-Policy", "same-origin");
	if (request->is_tls)
		fv_web_put(answer, "Strict-Transport-Security", "max-age=31536000");
	if (strncmp(request->path, API "/", strlen(API) + 1) == 0)
		serve_api(desk, request, answer);
	else if (strcmp(request->path, "/healthz") == 0)
		desk_serve_health(desk, answer);
	else if (strcmp(request->path, "/pub") == 0)
		desk_serve_pub(desk, request, answer);
	else if (strcmp(request->path, "/metrics") == 0)
		desk_serve_metrics(desk, answer);
	else
		desk_serve_asset(request, answer);
	if (answer->status / 100 < DESK_CLASSES)
		atomic_fetch_add(&desk->answers[answer->status / 100], 1);
}

/* -- start and stop ------------------------------------------------------------------- */

/* "https://host:port" of a tile URL, for the policy; false: it is not one. */
static bool
tile_origin(const char *url, char *out, size_t cap)
{
	const char *host = strstr(url, "://");
	size_t len;

	if (host == NULL ||
	    (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0))
		return false;
	len = (size_t)(host - url) + 3 + strcspn(host + 3, "/");
	if (strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/-") <
		len ||
	    len + 2 > cap)
		return false;
	out[0] = ' ';
	memcpy(out + 1, url, len);
	out[len + 1] = '\0';
	return true;
}

static enum fv_err
set_tiles(struct desk *desk, const char *tiles)
{
	char origin[160] = "";

	if (tiles != NULL) {
		if (!tile_origin(tiles, origin, sizeof origin)) {
			fprintf(stderr,
			    "fieldvisitd: %s: --tiles takes a URL such as "
			    "https://tiles.example/{z}/{x}/{y}.png\n",
			    tiles);
			return FV_EFORMAT;
		}
		if ((desk->tiles = strdup(tiles)) == NULL)
			return FV_ENOMEM;
	}
	snprintf(desk->csp, sizeof desk->csp,
	    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
	    "img-src 'self' data: blob:%s; media-src blob:; connect-src 'self'; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	    origin);
	return FV_OK;
}

enum fv_err
fv_desk_start(const struct fv_desk_opts *opts, struct desk **desk_out)
{
	struct desk *desk = calloc(1, sizeof *desk);
	const struct desk_session_opts sessions = {.idle_ms = opts->session_idle_ms};
	struct fv_web_opts web = *opts->web;
	enum fv_err rc;

	*desk_out = NULL;
	if (desk == NULL)
		return FV_ENOMEM;
	web.threads = DESK_THREADS;
	web.body_max = DESK_BODY_MAX;
	web.handler = desk_handle;
	web.lets_much = lets_much;
	web.ctx = desk;
	desk->host = opts->host;
	desk->writer = opts->writer;
	desk->watch = opts->watch;
	desk->takes_owntracks = opts->takes_owntracks;
	pthread_mutex_init(&desk->lock, NULL);
	if ((rc = set_tiles(desk, opts->tiles)) == FV_OK &&
	    (rc = desk_sessions_new(&sessions, &desk->sessions)) == FV_OK &&
	    (rc = desk_throttle_new(&desk->throttle)) == FV_OK)
		rc = fv_web_start(&web, &desk->web);
	if (rc != FV_OK) {
		fv_desk_stop(desk);
		return rc;
	}
	*desk_out = desk;
	return FV_OK;
}

uint16_t
fv_desk_port(const struct desk *desk)
{
	return fv_web_port(desk->web);
}

void
fv_desk_stop(struct desk *desk)
{
	if (desk == NULL)
		return;
	fv_web_stop(desk->web);
	desk_throttle_free(desk->throttle);
	desk_sessions_free(desk->sessions);
	for (size_t i = 0; i < desk->reader_count; i++)
		fv_store_close(desk->readers[i]);
	pthread_mutex_destroy(&desk->lock);
	free(desk->tiles);
	free(desk);
}
