/* The files of the page. */
#include "sync-server/desk/assets.h"

#include <string.h>

#include "sync-server/desk/desk_in.h"

static const struct desk_asset *
find_asset(const char *path)
{
	for (const struct desk_asset *a = desk_assets; a->path != NULL; a++)
		if (strcmp(a->path, path) == 0)
			return a;
	return NULL;
}

void
desk_serve_asset(const struct fv_web_request *request, struct fv_web_answer *answer)
{
	const struct desk_asset *a = find_asset(request->path);
	const char *tag = fv_web_header(request, "If-None-Match");
	const char *codings = fv_web_header(request, "Accept-Encoding");

	if (a == NULL || strcmp(request->method, "GET") != 0) {
		desk_problem(answer, a == NULL ? 404 : 405, a == NULL ? "not-found" : "method",
		    "%s is not here", request->path);
		return;
	}
	fv_web_put(answer, "ETag", "%s", a->etag);
	fv_web_put(answer, "Cache-Control",
	    a->is_kept ? "public, max-age=31536000, immutable" : "no-cache");
	fv_web_put(answer, "Vary", "Accept-Encoding");
	if (tag != NULL && strcmp(tag, a->etag) == 0) {
		answer->status = 304;
		return;
	}
	answer->status = 200;
	answer->type = a->type;
	answer->fixed = fv_span_of(a->at, (size_t)(a->end - a->at));
	if (a->gz != NULL && codings != NULL && strstr(codings, "gzip") != NULL) {
		fv_web_put(answer, "Content-Encoding", "gzip");
		answer->fixed = fv_span_of(a->gz, (size_t)(a->gz_end - a->gz));
	}
}
