#include <stdlib.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/verb.h"

int
fv_cmd_officers(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	struct fv_roster *roster = NULL;
	enum fv_err rc;

	(void)call;
	if ((rc = fv_roster_load(app->store, &roster, NULL)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	fv_json_begin_object(json, NULL);
	fv_json_uint(json, "roster", roster->version);
	fv_json_begin_array(json, "officers");
	for (size_t i = 0; i < roster->officer_count; i++) {
		const struct fv_officer *officer = &roster->officers[i];
		bool is_here = strcmp(officer->id, app->officer) == 0;

		fv_reply_line(reply, "%s  %s%s", officer->id, officer->name,
		    is_here ? _(" (has this handheld in hand)") : "");
		fv_json_begin_object(json, NULL);
		fv_json_text_z(json, "id", officer->id);
		fv_json_text_z(json, "name", officer->name);
		fv_json_bool(json, "in_hand", is_here);
		fv_json_end_object(json);
	}
	fv_json_end_array(json);
	fv_json_end_object(json);
	if (roster->officer_count == 0)
		fv_reply_line(reply, "%s", _("the roster names no officer"));
	free(roster);
	return FV_EXIT_OK;
}
