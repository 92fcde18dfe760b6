#include <string.h>

#include "firmware-app/enroll.h"
#include "firmware-app/pin.h"
#include "firmware-app/scan.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "fv/ledger.h"

/* What the ticket came from. */
static const char *
source(const struct fv_call *call)
{
	return call->args.operand_count > 0 ? call->args.operands[0] : "--qr";
}

/* inputs[0]: the ticket file; inputs[1]: the new PIN. */
int
fv_prepare_enroll(struct fv_call *call, struct fv_reply *reply)
{
	const char *ticket = call->args.operand_count > 0 ? call->args.operands[0] : NULL;

	if (!fv_scan_ticket(call, ticket, reply) ||
	    !fv_typed_pin(
		fv_args_value(&call->args, "pin-file"), true, &call->inputs[1], reply))
		return reply->exit;
	return FV_EXIT_OK;
}

static bool
parse(struct fv_call *call, struct fv_enroll_ticket *ticket, struct fv_reply *reply)
{
	struct fv_fault fault = {0};
	enum fv_err rc = fv_ticket_file_parse(
	    fv_buf_span(&call->inputs[0]), &ticket->ticket, &ticket->note, &fault);

	if (rc == FV_OK)
		return true;
	fv_reply_fail(reply, FV_FAIL_BAD_TICKET, source(call),
	    _("line %u: is not a ticket's: %s; ask the supervisor for the file again"),
	    (unsigned)fault.line, fault.rule != NULL ? fault.rule : fv_err_text(rc));
	return false;
}

/* The key of the cards was wrapped under the PIN of the first try: another one now would
 * never open them, and ten of it would wipe. */
static bool
is_same_pin(struct fv_app *app, const struct fv_call *call, struct fv_reply *reply)
{
	uint8_t *sk = fv_secret_alloc(FV_KEY_BYTES);
	enum fv_err rc = FV_ENOMEM;

	if (sk != NULL)
		rc = fv_pin_open(app->dir, FV_PIN_FILE, fv_buf_span(&call->inputs[1]), sk);
	fv_secret_free(sk);
	if (rc == FV_EAUTH)
		fv_reply_fail(reply, FV_FAIL_WRONG_PIN, "PIN", "%s",
		    _("this enrolment was begun with another PIN; give that one"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	return rc == FV_OK;
}

/* Make the request, or find that it was made before. */
static bool
start(struct fv_app *app, struct fv_call *call, const struct fv_enroll_ticket *ticket,
    struct fv_reply *reply)
{
	int64_t now = app->clock.rtc_ms(app->clock.ctx);

	if (app->identity.state == FV_IDENTITY_NONE) {
		if (now > ticket->ticket.expires_ms) {
			fv_reply_fail(reply, FV_FAIL_TICKET_EXPIRED, source(call), "%s",
			    _("the ticket has expired (or this clock is wrong); ask the "
			      "supervisor "
			      "for a new one"));
			return false;
		}
		return fv_enroll_prepare(app, ticket, fv_buf_span(&call->inputs[1]), reply);
	}
	if (memcmp(app->identity.ticket.id, ticket->ticket.id, sizeof ticket->ticket.id) == 0)
		return is_same_pin(app, call, reply);
	fv_reply_fail(reply, FV_FAIL_BAD_TICKET, source(call), "%s",
	    _("an enrolment with another ticket is under way here; run enroll with that one, "
	      "or "
	      "use an empty folder (--dir)"));
	return false;
}

void
fv_enroll_show(const struct fv_app *app, struct fv_reply *reply)
{
	const struct fv_ticket *t = &app->identity.ticket;
	struct fv_buf leaf = {0}, dev = {0};
	char digits[48] = "", serial[FV_ENROLL_SERIAL_BYTES];

	fv_buf_put_hex(&dev, app->identity.dev, FV_DEV_BYTES);
	if (fv_store_get_setting(app->store, FV_SET_ENROL_LEAF, &leaf) == FV_OK)
		fv_enrol_digits(fv_buf_span(&leaf), digits);
	fv_reply_line(reply, _("handheld %s"), fv_buf_z(&dev));
	fv_reply_line(reply, _("compare with the supervisor's screen:  %s"), digits);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "dev", fv_buf_z(&dev));
	fv_json_text_z(&reply->json, "digits", digits);
	fv_json_text_z(&reply->json, "serial", fv_enroll_serial(serial));
	fv_json_text_z(&reply->json, "officer", t->officer);
	fv_json_text_z(&reply->json, "agency", t->agency);
	fv_json_text_z(&reply->json, "team", t->team);
	fv_json_end_object(&reply->json);
	fv_buf_clear(&leaf);
	fv_buf_clear(&dev);
}

static void
tell(const struct fv_app *app, struct fv_reply *reply)
{
	const struct fv_ticket *t = &app->identity.ticket;

	fv_reply_line(reply, _("enrolled for officer %s of %s, team %s"), t->officer,
	    t->agency, t->team);
	fv_enroll_show(app, reply);
	fv_reply_line(reply, "%s",
	    _("next: fieldvisit agent, then fieldvisit shift begin; cases come when the "
	      "supervisor has approved this handheld"));
}

int
fv_cmd_enroll(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_enroll_ticket ticket;

	if (app->identity.state == FV_IDENTITY_ENROLLED)
		return fv_reply_fail(reply, FV_FAIL_ENROLLED, app->dir, "%s",
		    _("this handheld is enrolled; its trail cannot be given to another "
		      "identity; "
		      "use an empty folder (--dir)"));
	if (parse(call, &ticket, reply) && start(app, call, &ticket, reply) &&
	    fv_enroll_send(app, &ticket.ticket, reply))
		tell(app, reply);
	fv_wipe(&ticket, sizeof ticket);
	return reply->exit;
}
