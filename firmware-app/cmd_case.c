#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/cards.h"
#include "firmware-app/casebook.h"
#include "firmware-app/expiry.h"
#include "firmware-app/officer.h"
#include "firmware-app/own.h"
#include "firmware-app/payload.h"
#include "firmware-app/pin.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/typed.h"
#include "firmware-app/verb.h"
#include "fv/item.h"

#define CONTACTS_SHOWN 5U

/* A PIN comes by --pin-file; on a terminal without an agent to keep it, it is asked. */
int
fv_prepare_case(struct fv_call *call, struct fv_reply *reply)
{
	return fv_typed_reader(call, strcmp(call->args.operands[0], "show") == 0, reply);
}

struct list {
	struct fv_app *app;
	const struct fv_roster *roster; /* NULL: none */
	struct fv_reply *reply;
	size_t count;
};

static void
tell_case(const struct fv_item_case *c, struct fv_json *json)
{
	fv_json_text(json, "case", c->id);
	fv_json_text(json, "agency", c->agency);
	fv_json_text(json, "zone", c->zones);
	if (c->has_place) {
		fv_json_int(json, "lat_e7", c->lat_e7);
		fv_json_int(json, "lon_e7", c->lon_e7);
	}
	if (c->has_radius)
		fv_json_uint(json, "radius_m", c->radius_m);
	fv_json_text(json, "packs", c->packs);
}

static enum fv_err
on_case(const struct fv_item_row *row, void *ctx)
{
	struct list *list = ctx;
	struct fv_reply *reply = list->reply;
	struct fv_card_text text = {0};
	struct fv_buf plain = {0};
	struct fv_item_case c;
	char id[FV_CASE_ID_BYTES];
	bool has_name;

	if (fv_item_case_parse(row->body, &c) != FV_OK ||
	    fv_id_copy(c.id, id, sizeof id) != FV_OK)
		return FV_ECORRUPT;
	has_name = list->roster != NULL && list->app->sk_box != NULL &&
	    fv_card_read(list->app, list->roster, id, &plain, &text) == FV_OK;
	fv_reply_line(reply, "%-20s %.*s  %.*s", id, (int)c.zones.len,
	    (const char *)c.zones.ptr, has_name ? (int)text.name.len : 0,
	    has_name ? (const char *)text.name.ptr : "");
	fv_json_begin_object(&reply->json, NULL);
	tell_case(&c, &reply->json);
	if (has_name)
		fv_json_text(&reply->json, "name", text.name);
	fv_json_end_object(&reply->json);
	list->count++;
	fv_buf_clear(&plain);
	return FV_OK;
}

static int
list_cases(struct fv_app *app, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	struct list list = {.app = app, .reply = reply};
	enum fv_err rc;

	if (app->sk_box != NULL && fv_roster_load(app->store, &roster, NULL) == FV_OK)
		list.roster = roster;
	fv_json_begin_array(&reply->json, NULL);
	rc = fv_store_each_item(app->store, FV_ITEM_CASE, on_case, &list);
	fv_json_end_array(&reply->json);
	free(roster);
	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (list.count == 0)
		fv_officer_tell_no_case(app, reply);
	else if (fv_expiry_is_over(app))
		fv_expiry_tell(app, reply);
	else if (app->sk_box == NULL)
		fv_reply_line(reply, "%s", _("locked: 'fieldvisit unlock' shows names"));
	return FV_EXIT_OK;
}

static void
tell_line(struct fv_reply *reply, const char *label, const char *key, struct fv_span text)
{
	if (text.len == 0)
		return;
	fv_reply_line(reply, "%-9s %.*s", label, (int)text.len, (const char *)text.ptr);
	fv_json_text(&reply->json, key, text);
}

static void
tell_card(const struct fv_card_text *text, struct fv_reply *reply)
{
	fv_json_begin_object(&reply->json, "card");
	tell_line(reply, _("name"), "name", text->name);
	tell_line(reply, _("address"), "address", text->address);
	fv_json_begin_array(&reply->json, "phones");
	for (size_t i = 0; i < text->phone_count; i++) {
		const struct fv_card_phone *p = &text->phones[i];

		fv_reply_line(reply, "%-9s %.*s (%.*s)", _("phone"), (int)p->number.len,
		    (const char *)p->number.ptr, (int)p->label.len,
		    (const char *)p->label.ptr);
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text(&reply->json, "label", p->label);
		fv_json_text(&reply->json, "number", p->number);
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	tell_line(reply, _("amount"), "amount", text->amount);
	tell_line(reply, _("overdue"), "days_overdue", text->days_overdue);
	tell_line(reply, _("remark"), "remark", text->remark);
	fv_json_end_object(&reply->json);
}

static int
refuse_card(enum fv_err rc, const char *case_id, struct fv_reply *reply)
{
	switch ((int)rc) {
	case FV_EDENIED:
		return fv_reply_fail(reply, FV_FAIL_LOCKED, case_id,
		    _("the card is locked; 'fieldvisit unlock', or give the PIN with "
		      "--pin-file FILE"));
	case FV_ESTATE:
		return fv_reply_fail(reply, FV_FAIL_NOT_TODAY, case_id,
		    _("the case is planned for a later day; its details are shown on that "
		      "day"));
	case FV_EAUTH:
		return fv_reply_fail(reply, FV_FAIL_NOT_VERIFIED, case_id,
		    _("no supervisor on the roster signed this card, or it was altered: do "
		      "not use "
		      "it, tell the desk"));
	case FV_EFORMAT:
	case FV_ERANGE:
	case FV_ETOOBIG:
		return fv_reply_fail(reply, FV_FAIL_BAD_INPUT, case_id,
		    _("the card cannot be read; have the desk seal the case again"));
	default:
		return fv_reply_fail_err(reply, case_id, rc);
	}
}

/* What was agreed with him here, to come back to. */
static void
tell_followup(struct fv_app *app, const char *case_id, struct fv_reply *reply)
{
	struct fv_followup followup;
	char day[FV_LOCAL_TEXT_BYTES];
	bool is_there = fv_followup_get(app, case_id, &followup) == FV_OK;

	fv_followup_tell(is_there ? &followup : NULL, reply);
	if (is_there)
		fv_reply_line(reply, _("%-9s %s, due %s"), _("follow-up"),
		    fv_business_word(followup.business), fv_clock_day(followup.due_days, day));
}

/* What the desk answered to what was asked for here. */
static void
tell_decided(const struct fv_item_case *c, struct fv_reply *reply)
{
	const char *what = c->has_decided ? fv_business_word(c->decided.business) : NULL;
	const char *said = c->decided.is_granted ? _("granted") : _("refused");
	char when[FV_LOCAL_TEXT_BYTES];

	if (what == NULL)
		return;
	fv_reply_line(reply, "%-9s %s: %s, %s", _("desk"), what, said,
	    fv_clock_local(c->decided.decided_ms, when));
	fv_json_begin_object(&reply->json, "desk");
	fv_json_text_z(&reply->json, "asked", what);
	fv_json_bool(&reply->json, "granted", c->decided.is_granted);
	fv_json_end_object(&reply->json);
}

/* The last contacts that this handheld knows of, newest first. */
static void
tell_history(struct fv_app *app, const char *case_id, struct fv_reply *reply)
{
	struct fv_casebook book = {0};
	const struct fv_case_history *history = NULL;
	char when[FV_LOCAL_TEXT_BYTES];

	if (fv_casebook_load(app->store, case_id, NULL, &book) == FV_OK)
		history = fv_history_find(book.history, case_id);
	fv_json_begin_array(&reply->json, "contacts");
	for (size_t i = 0; history != NULL && i < history->contact_count && i < CONTACTS_SHOWN;
	     i++) {
		const struct fv_contact *c = history->contacts[history->contact_count - 1 - i];
		const char *channel = fv_code_word(FV_CODES_CHANNEL, c->channel);
		const char *outcome =
		    c->outcome != 0 ? fv_code_word(FV_CODES_OUTCOME, c->outcome) : "";

		fv_reply_line(reply, "%-9s %s %s%s%s", i == 0 ? _("contacts") : "",
		    fv_clock_local(c->begin_utc_ms, when), channel,
		    *outcome != '\0' ? " " : "", outcome);
		fv_json_begin_object(&reply->json, NULL);
		fv_json_instant(&reply->json, "at", c->begin_utc_ms);
		fv_json_text_z(&reply->json, "channel", channel);
		fv_json_text_z(&reply->json, "outcome", outcome);
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	fv_casebook_clear(&book);
}

static int
show(struct fv_app *app, const char *case_id, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	struct fv_card_text text;
	struct fv_item_row row;
	struct fv_item_case c;
	struct fv_buf body = {0}, plain = {0};
	enum fv_err rc;

	rc = fv_store_get_item(app->store, FV_ITEM_CASE, fv_span_z(case_id), &row, &body);
	if (rc == FV_OK && fv_item_case_parse(row.body, &c) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		rc = fv_roster_load(app->store, &roster, NULL);
	if (rc != FV_OK) {
		if (rc == FV_ENOENT)
			fv_reply_fail(reply, FV_FAIL_NO_CASE, case_id,
			    _("no such case on this handheld; 'fieldvisit case list' lists "
			      "them"));
		else
			fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		goto cleanup;
	}
	rc = fv_card_read(app, roster, case_id, &plain, &text);
	if (rc != FV_OK && rc != FV_ENOENT) {
		refuse_card(rc, case_id, reply);
		goto cleanup;
	}
	fv_json_begin_object(&reply->json, NULL);
	fv_reply_line(reply, "%-9s %s", _("case"), case_id);
	fv_reply_line(
	    reply, "%-9s %.*s", _("zone"), (int)c.zones.len, (const char *)c.zones.ptr);
	tell_case(&c, &reply->json);
	if (rc == FV_OK)
		tell_card(&text, reply);
	else if (fv_expiry_is_over(app))
		fv_expiry_tell(app, reply);
	else
		fv_reply_line(reply, "%s", _("no card for this handheld came with it"));
	tell_followup(app, case_id, reply);
	tell_decided(&c, reply);
	tell_history(app, case_id, reply);
	fv_json_end_object(&reply->json);
cleanup:
	free(roster);
	fv_buf_clear(&body);
	fv_buf_clear(&plain);
	return reply->exit;
}

int
fv_cmd_case(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operands[0];
	size_t count = call->args.operand_count;
	bool is_show = strcmp(what, "show") == 0 && count == 2;

	if (!is_show && (strcmp(what, "list") != 0 || count != 1))
		return fv_reply_fail(reply, FV_FAIL_USAGE, "case",
		    _("usage: fieldvisit case list | case show CASE [--pin-file FILE]"));
	if (call->inputs[0].len > 0 && app->sk_box == NULL &&
	    !fv_pin_unlock(app, fv_buf_span(&call->inputs[0]), reply))
		return reply->exit;
	return is_show ? show(app, call->args.operands[1], reply) : list_cases(app, reply);
}
