/*
 * A second officer joins the open visit: by his PIN on this handheld, or by a code that
 * his own shows and that the server checks afterwards (PROTOCOL.md sections 5, 13).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/officer.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/scan.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"
#include "fv/cosign.h"

#define MEANS_PIN 1U
#define MEANS_CODE 2U

/* inputs[0]: the ticket file; inputs[1]: the PIN. */
int
fv_prepare_cosign(struct fv_call *call, struct fv_reply *reply)
{
	const char *ticket = fv_args_value(&call->args, "ticket");
	const char *pin_file = fv_args_value(&call->args, "pin-file");
	const bool is_show = fv_args_has(&call->args, "show");
	const bool is_code = fv_args_has(&call->args, "code");

	if ((is_show ? 1U : 0U) + (is_code ? 1U : 0U) + (ticket != NULL ? 1U : 0U) > 1U ||
	    ((is_show || is_code) && pin_file != NULL) ||
	    call->args.operand_count != (is_show ? 0U : 1U))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "cosign",
		    _("usage: fieldvisit cosign OFFICER [--code DIGITS | --ticket FILE] "
		      "[--pin-file FILE] | cosign --show CASE"));
	if (is_show || is_code)
		return FV_EXIT_OK;
	if (!fv_scan_ticket(call, ticket, reply))
		return reply->exit;
	if (pin_file == NULL) /* two people stand here: the one who types is the other */
		fprintf(stderr, _("%.24s, type your own PIN\n"), call->args.operands[0]);
	if (!fv_typed_pin(pin_file, ticket != NULL, &call->inputs[1], reply))
		return reply->exit;
	return FV_EXIT_OK;
}

/* -- the code that this handheld shows --------------------------------------------------- */

static int
show(struct fv_app *app, const char *case_id, struct fv_reply *reply)
{
	const int64_t now = app->clock.rtc_ms(app->clock.ctx);
	uint8_t secret[FV_HANDLE_SECRET_BYTES] = {0};
	char code[FV_COSIGN_CODE_BYTES] = "";
	enum fv_err rc;

	if (!fv_id_valid(fv_span_z(case_id), FV_CASE_ID_BYTES - 1))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "cosign",
		    _("--show %.40s: a case id of letters, digits, '.', '_' or '-'"), case_id);
	if (strcmp(app->officer, app->identity.ticket.officer) != 0)
		return fv_reply_fail(reply, FV_FAIL_NO_OFFICER, "cosign",
		    _("--show: this handheld is enrolled for %s, and a code proves only him; "
		      "cosign with your PIN"),
		    app->identity.ticket.officer);
	rc = fv_store_get_fixed(app->store, FV_SET_HANDLE_SECRET, secret, sizeof secret);
	if (rc == FV_OK)
		rc = fv_cosign_code(secret, fv_span_z(case_id), now, code);
	fv_wipe(secret, sizeof secret);
	if (rc == FV_ERANGE)
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, "cosign", "%s",
		    _("this clock is wrong: no code can be made; set it"));
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, "cosign", rc);
	fv_reply_line(reply, "%s", code);
	fv_reply_line(reply,
	    _("for %s at %s, within ten minutes; on the other handheld: 'fieldvisit cosign "
	      "%s --code %s'"),
	    app->identity.ticket.officer, case_id, app->identity.ticket.officer, code);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "officer", app->identity.ticket.officer);
	fv_json_text_z(&reply->json, "case", case_id);
	fv_json_text_z(&reply->json, "code", code);
	fv_json_instant(
	    &reply->json, "until", (now / FV_COSIGN_STEP_MS + 2) * FV_COSIGN_STEP_MS);
	fv_json_end_object(&reply->json);
	fv_wipe(code, sizeof code);
	return FV_EXIT_OK;
}

/* -- his PIN, set once --------------------------------------------------------------- */

static int
set_pin(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *officer = call->args.operands[0];
	struct fv_officer_let let;

	if (!fv_officer_spend_ticket(app, call, officer, &let, reply) ||
	    !fv_officer_set_pin(app, officer, fv_buf_span(&call->inputs[1]), NULL, reply))
		return reply->exit;
	fv_reply_line(reply,
	    _("%s has a PIN here, for cosigning only; at a visit: 'fieldvisit cosign %s'"),
	    officer, officer);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "officer", officer);
	fv_json_bool(&reply->json, "pin_set", true);
	fv_json_end_object(&reply->json);
	return reply->exit;
}

/* -- joining the visit ---------------------------------------------------------------- */

static void
warn_unknown(struct fv_app *app, const char *officer, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;

	if (fv_roster_load(app->store, &roster, NULL) == FV_OK &&
	    fv_roster_find_officer(roster, officer) == NULL)
		fv_reply_warn(reply,
		    _("%s: not an officer of roster version %" PRIu64 "; recorded as given"),
		    officer, roster->version);
	free(roster);
}

static void
put_cosign(struct fv_buf *out, uint64_t visit_seq, const char *officer, const char *code)
{
	fv_cbor_put_map(out, code != NULL ? 4 : 3);
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, visit_seq);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_text_z(out, officer);
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_uint(out, code != NULL ? MEANS_CODE : MEANS_PIN);
	if (code != NULL) {
		fv_cbor_put_uint(out, 6);
		fv_cbor_put_text_z(out, code);
	}
}

static int
tell(struct fv_app *app, const struct fv_work *work, const char *officer, bool is_code,
    uint64_t seq, struct fv_reply *reply)
{
	char id[FV_VISIT_ID_BYTES];

	if (is_code)
		fv_reply_line(reply,
		    _("%s at %s: code recorded as %" PRIu64 "; the server will check it"),
		    officer, work->case_id, seq);
	else
		fv_reply_line(reply, _("%s at %s: confirmed by his PIN, recorded as %" PRIu64),
		    officer, work->case_id, seq);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "visit", fv_app_visit_id(app, work->visit_seq, id));
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_text_z(&reply->json, "case", work->case_id);
	fv_json_text_z(&reply->json, "officer", officer);
	fv_json_text_z(&reply->json, "means", is_code ? "code" : "pin");
	if (is_code)
		fv_json_null(&reply->json, "confirmed"); /* not known here */
	else
		fv_json_bool(&reply->json, "confirmed", true);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

static bool
is_his_pin(struct fv_app *app, const char *officer, struct fv_span pin, struct fv_reply *reply)
{
	uint8_t *key = NULL;
	bool is_his = fv_officer_try_pin(app, officer, pin, &key, reply);

	fv_secret_free(key);
	return is_his;
}

static int
join(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *officer = call->args.operands[0];
	const char *code = fv_args_value(&call->args, "code");
	struct fv_buf payload = {0};
	struct fv_work work;
	bool is_done;
	uint64_t seq;
	enum fv_err rc;

	if (code != NULL && !fv_cosign_code_valid(fv_span_z(code)))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "cosign",
		    _("--code: the 8 digits that his own handheld shows with 'fieldvisit "
		      "cosign --show CASE'"));
	if (!fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (!work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; a second officer joins an open visit: 'fieldvisit begin "
		      "CASE'"));
	if (code == NULL && !is_his_pin(app, officer, fv_buf_span(&call->inputs[1]), reply))
		return reply->exit;
	put_cosign(&payload, work.visit_seq, officer, code);
	is_done = fv_app_record(app, FV_REC_COSIGN, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	if (code != NULL)
		warn_unknown(app, officer, reply);
	return tell(app, &work, officer, code != NULL, seq, reply);
}

int
fv_cmd_cosign(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *officer;

	if (fv_args_has(&call->args, "show"))
		return show(app, fv_args_value(&call->args, "show"), reply);
	officer = call->args.operands[0];
	if (!fv_id_valid(fv_span_z(officer), FV_ID_BYTES - 1))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "cosign",
		    _("%.40s: an officer's id has 1 to 24 letters, digits, '.', '_' or '-'"),
		    officer);
	if (strcmp(officer, app->officer) == 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "cosign",
		    _("%s: he has this handheld in hand; a second officer cosigns"), officer);
	if (fv_args_has(&call->args, "ticket"))
		return set_pin(app, call, reply);
	return join(app, call, reply);
}
