/*
 * Another officer takes the handheld, or its officer hands it back (PROTOCOL.md C8).
 *
 * The first time an officer takes it, a ticket that a supervisor signed names him and
 * whoever has it in hand has unlocked it: the cards' key is then wrapped under the new
 * officer's PIN too.  After that his PIN is enough.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-app/officer.h"
#include "firmware-app/own.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/scan.h"
#include "firmware-app/typed.h"
#include "firmware-app/work.h"

/* With a ticket he sets his PIN; after that the PIN is enough. */
static bool
has_ticket(const struct fv_call *call)
{
	return fv_args_has(&call->args, "ticket") || fv_args_has(&call->args, "qr");
}

/* inputs[0]: the ticket file; inputs[1]: the PIN. */
int
fv_prepare_login(struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_scan_ticket(call, fv_args_value(&call->args, "ticket"), reply) ||
	    !fv_typed_pin(fv_args_value(&call->args, "pin-file"), has_ticket(call),
		&call->inputs[1], reply))
		return reply->exit;
	return FV_EXIT_OK;
}

/* What a shift or a visit has recorded is one officer's. */
static bool
is_idle(struct fv_app *app, struct fv_reply *reply)
{
	struct fv_work work;
	enum fv_err rc;

	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else if (work.has_visit)
		fv_reply_fail(reply, FV_FAIL_VISIT_OPEN, work.case_id,
		    _("a visit is open; end it with 'fieldvisit end' first"));
	else if (work.has_shift)
		fv_reply_fail(reply, FV_FAIL_ON_SHIFT, _("shift"),
		    _("it is %.24s's; 'fieldvisit shift end' ends it"), app->officer);
	else
		return true;
	return false;
}

/* What was written and not sent, of those cases that are his who has it in hand. */
struct drafts {
	struct fv_app *app;
	char case_id[FV_CASE_ID_BYTES]; /* of one of them; "": there is none */
};

static enum fv_err
on_draft(const struct fv_item_row *row, void *ctx)
{
	struct drafts *d = ctx;
	struct fv_item_row his;
	struct fv_buf body = {0};
	enum fv_err rc = fv_store_get_item(d->app->store, row->kind, row->key, &his, &body);

	fv_buf_clear(&body);
	if (rc == FV_OK)
		rc = fv_id_copy(row->key, d->case_id, sizeof d->case_id);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* The next sync takes his drafts with his cases: nobody shall lose them unasked. */
static bool
may_leave(struct fv_app *app, const struct fv_call *call, struct fv_reply *reply)
{
	struct drafts d = {.app = app};
	enum fv_err rc;

	if (fv_args_has(&call->args, "drop"))
		return true;
	if ((rc = fv_store_each_item(app->store, FV_KEPT_DRAFT, on_draft, &d)) == FV_OK)
		rc = fv_store_each_item(app->store, FV_KEPT_FORM, on_draft, &d);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else if (d.case_id[0] != '\0')
		fv_reply_fail(reply, FV_FAIL_DRAFTS, d.case_id,
		    _("%.24s has an unsent draft, which the next sync erases; send it, or "
		      "give "
		      "--drop"),
		    app->officer);
	else
		return true;
	return false;
}

static int
tell(const struct fv_app *app, const char *text, struct fv_reply *reply)
{
	fv_reply_line(reply, "%s", text);
	fv_json_begin_object(&reply->json, NULL);
	if (app->officer[0] != '\0')
		fv_json_text_z(&reply->json, "officer", app->officer);
	else
		fv_json_null(&reply->json, "officer");
	fv_json_bool(&reply->json, "locked", app->sk_box == NULL);
	fv_json_bool(&reply->json, "agent", app->is_agent);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

/* The cards' key under his PIN, where a ticket and the officer before him allow it. */
static bool
give_pin(struct fv_app *app, struct fv_call *call, const char *officer,
    struct fv_officer_let *let, struct fv_reply *reply)
{
	if (app->sk_box == NULL) {
		fv_reply_fail(reply, FV_FAIL_LOCKED, officer,
		    _("the handheld is locked; whoever has it in hand unlocks it first "
		      "('fieldvisit unlock'), and then hands it over"));
		return false;
	}
	return fv_officer_spend_ticket(app, call, officer, let, reply) &&
	    fv_officer_set_pin(
		app, officer, fv_buf_span(&call->inputs[1]), app->sk_box, reply);
}

/* Whom the roster does not name any more takes no handheld; the enrolled one is the
 * supervisors' to revoke. */
static bool
is_on_roster(struct fv_app *app, const char *officer, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	enum fv_err rc = fv_roster_load(app->store, &roster, NULL);
	bool is_there = rc == FV_OK && fv_roster_find_officer(roster, officer) != NULL;

	free(roster);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	else if (!is_there && strcmp(officer, app->identity.ticket.officer) != 0)
		fv_reply_fail(reply, FV_FAIL_NO_PIN, officer, "%s",
		    _("this officer is not on the roster held here; 'fieldvisit sync --wait' "
		      "fetches a newer one"));
	else
		return true;
	return false;
}

static bool
try_pin(struct fv_app *app, struct fv_call *call, const char *officer, struct fv_reply *reply)
{
	uint8_t *key = NULL;

	if (!is_on_roster(app, officer, reply) ||
	    !fv_officer_try_pin(app, officer, fv_buf_span(&call->inputs[1]), &key, reply))
		return false;
	if (key == NULL) {
		fv_reply_fail(reply, FV_FAIL_NO_PIN, officer,
		    _("his PIN here is for cosigning only; 'fieldvisit login %s --ticket "
		      "FILE' "
		      "with a new ticket"),
		    officer);
		return false;
	}
	fv_secret_free(app->sk_box);
	app->sk_box = key;
	return true;
}

int
fv_cmd_login(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *officer = call->args.operands[0];
	struct fv_officer_let let = {.is_there = false};

	if (!fv_id_valid(fv_span_z(officer), FV_ID_BYTES - 1))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "login",
		    _("%.40s: an officer's id has 1 to 24 letters, digits, '.', '_' or '-'"),
		    officer);
	if (strcmp(officer, app->officer) == 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "login",
		    _("%s: has this handheld in hand; 'fieldvisit unlock' opens it"), officer);
	if (!fv_app_journal(app, reply) || !is_idle(app, reply) ||
	    !may_leave(app, call, reply) ||
	    !(has_ticket(call) ? give_pin(app, call, officer, &let, reply)
			       : try_pin(app, call, officer, reply)) ||
	    !fv_officer_change(app, officer, &let, reply))
		return reply->exit;
	if (app->is_agent && !fv_pin_note_unlocked(app, reply))
		return reply->exit;
	fv_app_want_sync(app, reply);
	return tell(app, _("this handheld is in your hand now"), reply);
}

int
fv_cmd_logout(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	if (!fv_officer_is_there(app, reply) || !fv_app_journal(app, reply) ||
	    !is_idle(app, reply) || !may_leave(app, call, reply) ||
	    !fv_pin_lock(app, FV_LOCK_BY_HAND, reply) ||
	    !fv_officer_change(app, NULL, NULL, reply))
		return reply->exit;
	return tell(
	    app, _("handed back and locked; 'fieldvisit login OFFICER' takes it"), reply);
}
