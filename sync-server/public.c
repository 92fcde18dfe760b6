#include "sync-server/public.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/borrower.h"
#include "sync-server/public_in.h"
#include "sync-server/settings_held.h"
#include "sync-server/store/book.h"
#include "sync-server/verb.h"

enum fv_err
fv_public_new(struct fv_host *host, struct fv_writer *writer, struct fv_public **public_out)
{
	struct fv_public *p = calloc(1, sizeof *p);
	char path[FV_HOST_PATH_BYTES];
	enum fv_err rc = FV_ENOMEM;

	*public_out = NULL;
	if (p == NULL)
		return rc;
	p->host = host;
	p->writer = writer;
	(void)pthread_mutex_init(&p->lock, NULL);
	p->limit = calloc(1, sizeof *p->limit);
	p->key = fv_secret_alloc(FV_KEY_BYTES);
	if (p->limit != NULL && p->key != NULL)
		rc = fv_host_path(host->dir, "fieldvisit.db", path)
		    ? fv_store_open(&p->reader, path, FV_STORE_READ)
		    : FV_ERANGE;
	if (rc != FV_OK) {
		fv_public_free(p);
		return rc;
	}
	fv_random_fill(fv_random_system(), p->key, FV_KEY_BYTES);
	*public_out = p;
	return FV_OK;
}

void
fv_public_free(struct fv_public *public)
{
	if (public == NULL)
		return;
	fv_store_close(public->reader);
	fv_secret_free(public->key);
	free(public->limit);
	pthread_mutex_destroy(&public->lock);
	free(public);
}

/* -- one request ------------------------------------------------------------------------ */

/* Nothing is kept by a browser or proxy, framed, sniffed, sent on or run. */
static void
put_headers(struct fv_web_answer *answer)
{
	fv_web_put(answer, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'");
	fv_web_put(answer, "X-Content-Type-Options", "nosniff");
	fv_web_put(answer, "Referrer-Policy", "no-referrer");
	fv_web_put(answer, "Permissions-Policy",
	    "camera=(), microphone=(), geolocation=(), interest-cohort=()");
	fv_web_put(answer, "X-Robots-Tag", "noindex, nofollow");
	fv_web_put(answer, "Cache-Control", "no-store");
}

static void
load_settings(struct page *page)
{
	struct fv_settings *settings = malloc(sizeof *settings);

	/* Without any there are defaults. */
	if (settings != NULL && settings_held(page->public->reader, "", settings) == FV_OK)
		page->settings = settings;
	else
		free(settings);
}

/* /v?code=... of a form becomes /v/CODE, as it stands on a slip. */
static bool
is_sent_on(struct page *page)
{
	const char *typed = public_query(page->request, "code");
	char code[FV_CODE_BYTES];

	if (page->route.has_code || typed == NULL ||
	    fv_code_read(fv_span_z(typed), code) != FV_OK)
		return false;
	page->answer->status = 303;
	fv_web_put(page->answer, "Location", "%s/%s%s", page->request->path, code,
	    !page->has_lang        ? ""
		: page->is_chinese ? "?lang=zh"
				   : "?lang=en");
	return true;
}

/* A code that names no visit is remembered, once; an expired one costs as much. */
static void
note_code(struct page *page)
{
	struct fv_public *p = page->public;
	struct fv_borrower_visit visit;
	struct fv_hash slip;
	json_t *request, *answer;
	bool is_seen = true;

	fv_slip_hash(page->route.code, &slip);
	if (fv_borrower_visit_by(p->reader, &slip, page->now_ms, &visit) != FV_ENOENT ||
	    fv_store_code_is_seen(p->reader, &slip, &is_seen) != FV_OK || is_seen ||
	    !public_limit_take(
		p->limit, p->key, page->request->client, PUBLIC_NEW_CODE, page->now_ms))
		return;
	request = json_pack("{s:s, s:o}", "verb", "complaint code", "slip",
	    fv_verb_json_hex(slip.b, sizeof slip.b));
	if (request == NULL)
		return;
	fv_store_view_end(p->reader);
	pthread_mutex_unlock(&p->lock);
	answer = fv_writer_ask(p->writer, request);
	pthread_mutex_lock(&p->lock);
	json_decref(answer);
	json_decref(request);
}

static void
get_form(struct page *page)
{
	const char *code = public_query(page->request, "code");
	const char *kind = public_query(page->request, "kind");
	struct public_form form = {.wrong = W_NONE};

	if (code != NULL)
		form.has_code = fv_code_read(fv_span_z(code), form.code) == FV_OK;
	if (kind != NULL)
		form.kind = care_kind_of(kind);
	public_form_page(page, &form);
}

static void
get_page(struct page *page)
{
	static void (*const pages[])(struct page *) = {[PUBLIC_NOWHERE] = NULL,
	    [PUBLIC_HOME] = public_home,
	    [PUBLIC_BADGE] = public_badge,
	    [PUBLIC_VISIT] = public_visit,
	    [PUBLIC_COMPLAIN] = get_form,
	    [PUBLIC_RECEIPT] = public_receipt,
	    [PUBLIC_STYLE] = NULL};
	const bool needs_code = page->route.place == PUBLIC_BADGE ||
	    page->route.place == PUBLIC_VISIT || page->route.place == PUBLIC_RECEIPT;

	page->answer->status = 200;
	if (needs_code && is_sent_on(page))
		return;
	if (needs_code && !page->route.is_good) {
		public_home(page); /* it says what a code looks like */
		return;
	}
	pages[page->route.place](page);
	if (page->route.place == PUBLIC_VISIT)
		note_code(page);
}

/* What another site's page sends is nothing that a borrower asked for. */
static bool
is_from_elsewhere(const struct fv_web_request *request)
{
	const char *site =
	    request->inside != NULL ? fv_web_header(request, "Sec-Fetch-Site") : NULL;

	return site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static void
run(struct page *page)
{
	const bool is_post = strcmp(page->request->method, "POST") == 0;
	const enum public_use use = is_post ? PUBLIC_POST : PUBLIC_LOOK;

	if (page->route.place == PUBLIC_NOWHERE)
		public_refuse(page, 404, W_NOT_HERE);
	else if ((!is_post && strcmp(page->request->method, "GET") != 0) ||
	    (is_post && page->route.place != PUBLIC_COMPLAIN))
		public_refuse(page, 405, W_METHOD);
	else if (is_post && is_from_elsewhere(page->request))
		public_refuse(page, 403, W_ELSEWHERE);
	else if (!public_limit_take(page->public->limit, page->public->key,
		     page->request->client, use, page->now_ms))
		public_refuse(page, 429, W_TOO_OFTEN);
	else if (is_post)
		public_take(page);
	else
		get_page(page);
}

static void
serve_style(struct fv_web_answer *answer)
{
	answer->status = 200;
	answer->type = "text/css; charset=utf-8";
	for (size_t i = 0; public_style[i] != NULL; i++)
		fv_buf_put_z(&answer->body, public_style[i]);
	fv_web_put(answer, "Cache-Control", "max-age=3600");
	fv_web_put(answer, "X-Content-Type-Options", "nosniff");
}

void
fv_public_handler(
    void *ctx, const struct fv_web_request *request, struct fv_web_answer *answer)
{
	struct fv_public *p = ctx;
	struct page page = {.public = p,
	    .request = request,
	    .answer = answer,
	    .out = &answer->body,
	    .now_ms = fv_host_now_ms()};

	public_route_read(request->path, &page.route);
	if (page.route.place == PUBLIC_STYLE) {
		serve_style(answer);
		return;
	}
	answer->type = "text/html; charset=utf-8";
	put_headers(answer);
	page.is_chinese = public_is_chinese(request, &page.has_lang);
	pthread_mutex_lock(&p->lock);
	if (fv_store_view_begin(p->reader) == FV_OK) {
		load_settings(&page);
		run(&page);
		fv_store_view_end(p->reader);
	} else {
		public_refuse(&page, 503, W_BROKEN);
	}
	pthread_mutex_unlock(&p->lock);
	free(page.settings);
}
