/* What this server is: for the page before anybody signs in, and for machines that watch. */
#include <stdio.h>
#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/version.h"

static void
get_about(struct desk_request *request, struct fv_web_answer *answer)
{
	const struct desk *desk = request->desk;
	json_t *value = json_pack(
	    "{s:s, s:s}", "agency", request->host->agency, "version", FV_SERVER_VERSION);

	if (value != NULL && request->who != NULL && desk->tiles != NULL)
		json_object_set_new(value, "tiles", json_string(desk->tiles));
	desk_json(request, answer, 200, value);
}

static void
get_openapi(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_web_request file = *request->web;

	file.path = "/openapi.json";
	desk_serve_asset(&file, answer);
}

const struct desk_route desk_routes_about[] = {
    {"GET", "/about", DESK_OPEN, get_about},
    {"GET", "/openapi.json", DESK_OPEN, get_openapi},
    {NULL, NULL, 0, NULL},
};

void
desk_serve_health(struct desk *desk, struct fv_web_answer *answer)
{
	const bool is_healthy = atomic_load(&fv_writer_stats(desk->writer)->is_healthy);

	answer->status = is_healthy ? 200 : 503;
	answer->type = "text/plain";
	answer->fixed = fv_span_z(is_healthy ? "ok\n" : "store\n");
}

void
desk_serve_metrics(struct desk *desk, struct fv_web_answer *answer)
{
	const struct fv_writer_stats *s = fv_writer_stats(desk->writer);
	const struct {
		const char *name;
		uint_fast64_t value;
	} rows[] = {{"fieldvisit_commits_total", atomic_load(&s->commits)},
	    {"fieldvisit_failed_commits_total", atomic_load(&s->failed_commits)},
	    {"fieldvisit_chunks_total", atomic_load(&s->chunks)},
	    {"fieldvisit_syncs_total", atomic_load(&s->syncs)},
	    {"fieldvisit_enrolments_total", atomic_load(&s->enrolments)}};
	char line[160];

	answer->status = 200;
	answer->type = "text/plain; version=0.0.4";
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(line, sizeof line, "# TYPE %s counter\n%s %llu\n", rows[i].name,
		    rows[i].name, (unsigned long long)rows[i].value);
		fv_buf_put(&answer->body, line, strlen(line));
	}
}
