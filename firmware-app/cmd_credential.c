/*
 * credential: who stands here and for whom, with the code of the day by which the server
 * says so too, to be checked before anybody opens the door.  Needs no PIN.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-app/officer.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/showcode.h"
#include "firmware-app/syncstate.h"
#include "firmware-app/version.h"

/* What the server would say "not known" to is not shown. */
static bool
may_show(struct fv_app *app, struct fv_reply *reply)
{
	struct fv_syncstate sync;
	enum fv_err rc;

	if (!fv_officer_is_there(app, reply))
		return false;
	if (strcmp(app->officer, app->identity.ticket.officer) != 0) {
		fv_reply_fail(reply, FV_FAIL_NO_OFFICER, "credential",
		    _("this handheld is enrolled for %s, and its code proves only him; show "
		      "your own"),
		    app->identity.ticket.officer);
		return false;
	}
	if ((rc = fv_syncstate_load(app->store, &sync)) != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else if (sync.is_revoked)
		fv_reply_fail(reply, FV_FAIL_REVOKED, "credential",
		    _("this handheld is revoked: nobody is entitled by it; give it back"));
	else
		return true;
	return false;
}

/* Today's code; the secret is gone again. */
static enum fv_err
read_code(struct fv_app *app, int64_t now_ms, char code[FV_CODE_BYTES])
{
	uint8_t secret[FV_HANDLE_SECRET_BYTES];
	enum fv_err rc =
	    fv_store_get_fixed(app->store, FV_SET_HANDLE_SECRET, secret, sizeof secret);

	if (rc == FV_OK)
		rc = fv_day_code(secret, now_ms, code);
	fv_wipe(secret, sizeof secret);
	return rc;
}

static void
tell_who(struct fv_app *app, struct fv_reply *reply)
{
	const char *name = fv_settings_text(app->settings, FV_SETTING_SLIP_NAME);
	const struct fv_ticket *t = &app->identity.ticket;
	const struct fv_officer *officer = NULL;
	struct fv_roster *roster = NULL;

	if (fv_roster_load(app->store, &roster, NULL) == FV_OK)
		officer = fv_roster_find_officer(roster, t->officer);
	if (name[0] != '\0')
		fv_reply_line(reply, "%s", name);
	fv_json_text_z(&reply->json, "from", name);
	fv_reply_line(reply, "%-9s %s", _("agency"), t->agency);
	fv_json_text_z(&reply->json, "agency", t->agency);
	fv_reply_line(reply, "%-9s %s%s%s", _("badge"), t->officer,
	    officer != NULL ? "  " : "", officer != NULL ? officer->name : "");
	fv_json_text_z(&reply->json, "badge", t->officer);
	if (officer != NULL)
		fv_json_text_z(&reply->json, "name", officer->name);
	else
		fv_json_null(&reply->json, "name");
	free(roster);
}

int
fv_cmd_credential(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const int64_t now = app->clock.rtc_ms(app->clock.ctx);
	const int64_t until = (now / FV_DAY_MS + 1) * FV_DAY_MS;
	char code[FV_CODE_BYTES], when[FV_LOCAL_TEXT_BYTES];
	enum fv_err rc;

	(void)call;
	if (!may_show(app, reply))
		return reply->exit;
	if (now < FV_RELEASE_UTC_MS || (rc = read_code(app, now, code)) == FV_ERANGE)
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "credential", "%s",
		    _("this clock is wrong: no code can be made; set it"));
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, "credential", rc);
	fv_json_begin_object(&reply->json, NULL);
	tell_who(app, reply);
	fv_json_instant(&reply->json, "valid_until", until);
	if (!fv_show_code(app, "/b/", code, reply))
		return reply->exit;
	fv_reply_line(reply, "%-9s %s", _("until"), fv_clock_local(until, when));
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
