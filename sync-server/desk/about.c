/* What this server is: for the page before anybody signs in, and for machines that watch. */
#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/healthwatch.h"
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
	const bool is_well = healthwatch_is_well(desk->watch);

	answer->status = is_well ? 200 : 503;
	answer->type = "text/plain";
	answer->fixed = fv_span_z(is_well ? "ok\n" : "broken\n");
}
