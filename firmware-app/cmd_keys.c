#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/app.h"
#include "firmware-app/enroll.h"
#include "firmware-app/readers.h"
#include "firmware-app/verb.h"

static void
tell(const struct fv_readers *readers, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	uint8_t id[FV_BOX_KEY_ID_BYTES];
	struct fv_buf hex = {0};

	fv_json_begin_object(json, NULL);
	fv_json_uint(json, "roster", readers->roster_version);
	fv_json_begin_array(json, "readers");
	for (size_t i = 0; i < readers->count; i++) {
		fv_note_box_key_id(readers->pks[i], id);
		fv_buf_reset(&hex);
		fv_buf_put_hex(&hex, id, sizeof id);
		fv_reply_line(reply, "%s  %s", fv_buf_z(&hex), readers->names[i]);
		fv_json_begin_object(json, NULL);
		fv_json_hex(json, "key_id", id, sizeof id);
		fv_json_text_z(json, "name", readers->names[i]);
		fv_json_end_object(json);
	}
	fv_json_end_array(json);
	fv_json_end_object(json);
	fv_buf_clear(&hex);
}

int
fv_cmd_keys(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operands[0];
	struct fv_readers readers;

	if (strcmp(what, "digits") == 0) {
		fv_enroll_show(app, reply);
		return FV_EXIT_OK;
	}
	if (strcmp(what, "check") != 0 && strcmp(what, "show") != 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "keys",
		    _("usage: fieldvisit %s %s"), "keys", call->verb->synopsis);
	if (!fv_readers_find(app->store, app->identity.ticket.team, &readers, reply))
		return reply->exit;
	if (strcmp(what, "check") == 0) {
		if (!fv_readers_check(&readers, app->identity.dev, reply))
			return reply->exit;
		fv_reply_line(reply,
		    _("a note sealed just now has a capsule for each of these %zu keys of "
		      "roster "
		      "version %" PRIu64 ":"),
		    readers.count, readers.roster_version);
	}
	tell(&readers, reply);
	return FV_EXIT_OK;
}
