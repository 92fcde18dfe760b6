/*
 * slip: what the debtor may keep of a visit.  Nothing on it tells anybody else that there
 * is a debt.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-app/settings_kept.h"
#include "firmware-app/showcode.h"
#include "firmware-app/verb.h"
#include "firmware-app/work.h"
#include "fv/checklist.h"

/* Items of a CHECKLIST that are no step at the door: what became of the slip. */
#define ITEM_SHOWN 101U
#define ITEM_REFUSED 102U
#define ITEM_WITHHELD 103U

/* Who is spoken with, as the last record of the visit that says it. */
struct company {
	uint64_t visit_seq;
	bool is_said, is_debtor;
};

static bool
is_of_visit(struct fv_span payload, uint64_t visit_seq)
{
	struct fv_cbor_reader value;
	uint64_t seq;

	return fv_cbor_map_find(payload, 1, &value) == FV_OK &&
	    fv_cbor_get_uint(&value, UINT64_MAX, &seq) == FV_OK && seq == visit_seq;
}

static void
take_outcome(struct fv_span payload, struct company *c)
{
	struct fv_cbor_reader value;
	uint64_t with;

	if (fv_cbor_map_find(payload, 5, &value) != FV_OK ||
	    fv_cbor_get_uint(&value, UINT32_MAX, &with) != FV_OK)
		return;
	c->is_said = true;
	c->is_debtor = with == FV_WITH_DEBTOR;
}

static void
take_checklist(struct fv_span payload, struct company *c)
{
	struct fv_cbor_reader value;
	uint64_t item;
	size_t count;
	bool answer;

	if (fv_cbor_map_find(payload, 4, &value) != FV_OK ||
	    fv_cbor_get_array(&value, &count) != FV_OK)
		return;
	for (; count > 0 && fv_checklist_next(&value, &item, &answer); count--) {
		if (item != FV_STEP_CONFIRM)
			continue;
		c->is_said = true;
		c->is_debtor = answer;
	}
}

static enum fv_err
on_record(const struct fv_record_row *row, void *ctx)
{
	struct company *c = ctx;

	if (row->seq < c->visit_seq || !is_of_visit(row->payload, c->visit_seq))
		return FV_OK;
	if (row->type == FV_REC_OUTCOME)
		take_outcome(row->payload, c);
	else
		take_checklist(row->payload, c);
	return FV_OK;
}

/* The open visit, and that the debtor is spoken with where that is needed. */
static bool
find_visit(struct fv_app *app, bool needs_debtor, struct fv_work *work, struct fv_reply *reply)
{
	static const uint32_t types[] = {FV_REC_OUTCOME, FV_REC_CHECKLIST};
	struct company company = {0};
	enum fv_err rc = fv_work_load(app->store, work);

	if (rc == FV_OK && !work->has_visit) {
		fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; a slip is of an open visit: 'fieldvisit begin CASE'"));
		return false;
	}
	company.visit_seq = work->visit_seq;
	if (rc == FV_OK && needs_debtor)
		rc = fv_store_each_of_types(app->store, types, 2, on_record, &company);
	if (rc != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	if (!needs_debtor || company.is_debtor)
		return true;
	fv_reply_fail(reply, FV_FAIL_NOT_DEBTOR, "slip", "%s",
	    company.is_said
		? _("this is not the debtor: a slip would tell a stranger of the visit; give "
		    "none")
		: _("only for the debtor; once you know whom you speak with: 'fieldvisit "
		    "checklist confirm yes', or an outcome --with debtor"));
	return false;
}

static enum fv_err
read_code(struct fv_app *app, uint64_t visit_seq, char code[FV_CODE_BYTES])
{
	struct fv_record_row row;
	struct fv_buf keep = {0};
	enum fv_err rc = fv_store_get_record(app->store, visit_seq, &keep, &row);

	if (rc == FV_OK && row.salt.len != FV_SALT_BYTES)
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		fv_slip_code(row.salt.ptr, app->identity.dev, visit_seq, code);
	fv_buf_clear(&keep);
	return rc;
}

static void
tell_text(struct fv_reply *reply, const char *label, const char *key, const char *text)
{
	if (text[0] != '\0') {
		fv_reply_line(reply, "%-9s %s", label, text);
		fv_json_text_z(&reply->json, key, text);
	} else {
		fv_json_null(&reply->json, key);
	}
}

static int
show(struct fv_app *app, const struct fv_work *work, struct fv_reply *reply)
{
	const char *name = fv_settings_text(app->settings, FV_SETTING_SLIP_NAME);
	char code[FV_CODE_BYTES], made[FV_SETTING_TEXT_BYTES];
	enum fv_err rc = read_code(app, work->visit_seq, code);

	if (rc != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	fv_settings_speak(app, FV_SETTING_SLIP_LANGUAGES);
	if (name[0] == '\0') {
		snprintf(made, sizeof made, _("a visit by %s"), app->identity.ticket.agency);
		name = made;
	}
	fv_json_begin_object(&reply->json, NULL);
	fv_reply_line(reply, "%s", name);
	fv_json_text_z(&reply->json, "name", name);
	fv_json_text_z(&reply->json, "language", fv_reply_is_chinese() ? "zh" : "en");
	tell_text(reply, _("phone"), "phone",
	    fv_settings_text(app->settings, FV_SETTING_SLIP_PHONE));
	tell_text(reply, _("hotline"), "hotline",
	    fv_settings_text(app->settings, FV_SETTING_SLIP_HOTLINE));
	if (!fv_show_code(app, "/v/", code, reply))
		return reply->exit;
	fv_reply_line(reply, "%s", _("never leave this at the door"));
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

static int
record(struct fv_app *app, const struct fv_work *work, uint32_t item, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	bool is_done;

	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 1);
	fv_cbor_put_uint(&payload, work->visit_seq);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_array(&payload, 1);
	fv_cbor_put_array(&payload, 2);
	fv_cbor_put_uint(&payload, item);
	fv_cbor_put_bool(&payload, true);
	is_done = fv_app_record(app, FV_REC_CHECKLIST, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	fv_reply_line(reply, _("recorded as %" PRIu64), seq);
	fv_json_begin_object(&reply->json, NULL);
	fv_json_uint(&reply->json, "seq", seq);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}

int
fv_cmd_slip(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const char *what = call->args.operand_count > 0 ? call->args.operands[0] : NULL;
	uint32_t item = 0;
	struct fv_work work;

	if (what != NULL)
		item = strcmp(what, "shown") == 0   ? ITEM_SHOWN
		    : strcmp(what, "refused") == 0  ? ITEM_REFUSED
		    : strcmp(what, "withheld") == 0 ? ITEM_WITHHELD
						    : 0;
	if (what != NULL && item == 0)
		return fv_reply_fail(reply, FV_FAIL_USAGE, "slip",
		    _("usage: fieldvisit slip [shown | refused | withheld]"));
	if (!fv_app_journal(app, reply) ||
	    !find_visit(app, item == 0 || item == ITEM_SHOWN, &work, reply))
		return reply->exit;
	return item == 0 ? show(app, &work, reply) : record(app, &work, item, reply);
}
