#include "firmware-app/sos.h"

#include <string.h>

#include "fv/sync.h"

#define SENT_BYTES 17U /* at_ms, sent_ms, state */

const char *
fv_sos_number(const struct fv_app *app)
{
	return fv_settings_text(app->settings, FV_SETTING_SOS_NUMBER);
}

/* -- what the trail says ---------------------------------------------------------------- */

static void
take_stamp(struct fv_alert *alert, const struct fv_stamp *stamp)
{
	if (!fv_stamp_has(stamp, FV_STAMP_LAT))
		return;
	alert->has_place = true;
	alert->place = stamp->place;
	alert->has_eph = fv_stamp_has(stamp, FV_STAMP_EPH);
	alert->eph_mm = alert->has_eph ? stamp->eph_mm : 0;
	alert->has_fix_ms = fv_stamp_has(stamp, FV_STAMP_GNSS);
	alert->fix_ms = alert->has_fix_ms ? stamp->gnss_ms : 0;
}

/* The subject of an SOS record is the one that it goes on with; none: it is the first. */
static enum fv_err
read_record(struct fv_app *app, uint64_t seq, struct fv_alert *alert, bool *is_first_out)
{
	struct fv_record_row row;
	struct fv_header header;
	struct fv_cbor_reader r;
	struct fv_buf keep = {0};
	struct fv_stamp stamp;
	struct fv_span bytes;
	uint64_t state = 0;
	enum fv_err rc;

	*is_first_out = true;
	if ((rc = fv_store_get_record(app->store, seq, &keep, &row)) != FV_OK)
		goto cleanup;
	rc = FV_ECORRUPT;
	if (fv_header_parse(row.header, &header) != FV_OK ||
	    fv_cbor_map_find(row.payload, 4, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, FV_ALERT_ENDED, &state) != FV_OK)
		goto cleanup;
	alert->has_seq = true;
	alert->seq = seq;
	alert->state = (enum fv_alert_state)state;
	alert->at_ms = header.rtc_ms;
	if (fv_cbor_map_find(row.payload, 1, &r) == FV_OK)
		*is_first_out = fv_cbor_get_uint(&r, INT64_MAX, &alert->seq) != FV_OK;
	if (fv_cbor_map_find(row.payload, 2, &r) == FV_OK &&
	    fv_cbor_skip(&r, &bytes) == FV_OK && fv_stamp_parse(bytes, &stamp) == FV_OK)
		take_stamp(alert, &stamp);
	rc = FV_OK;
cleanup:
	fv_buf_clear(&keep);
	return rc;
}

static enum fv_err
read_trail(struct fv_app *app, struct fv_alert *alert)
{
	struct fv_alert first = {0};
	bool is_first;
	uint64_t seq;
	enum fv_err rc = fv_store_last_of_type(app->store, FV_REC_SOS, UINT64_MAX, &seq);

	if (rc != FV_OK || (rc = read_record(app, seq, alert, &is_first)) != FV_OK || is_first)
		return rc;
	rc = read_record(app, alert->seq, &first, &is_first);
	alert->at_ms = first.at_ms;
	return rc;
}

static void
read_sent(struct fv_app *app)
{
	struct fv_sos *sos = &app->sos;
	uint8_t bytes[SENT_BYTES];

	if (fv_store_get_fixed(app->store, FV_SET_SOS_SENT, bytes, sizeof bytes) != FV_OK ||
	    (int64_t)fv_load_u64be(bytes) != sos->alert.at_ms)
		return;
	sos->is_sent = bytes[16] >= sos->alert.state;
	sos->sent_ms = (int64_t)fv_load_u64be(bytes + 8);
}

static enum fv_err
on_seen(const struct fv_item_row *row, void *ctx)
{
	struct fv_alert_seen seen;

	if (fv_alert_seen_parse(row->body, &seen) == FV_OK)
		fv_sos_note_seen(ctx, &seen);
	return FV_OK;
}

enum fv_err
fv_sos_load(struct fv_app *app)
{
	struct fv_alert alert = {0};
	enum fv_err rc;

	if (app->sos.is_loaded)
		return FV_OK;
	rc = read_trail(app, &alert);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	app->sos.is_loaded = true;
	if (rc == FV_ENOENT)
		return FV_OK;
	app->sos.alert = alert;
	app->sos.has_alert = true;
	app->sos.has_place_record = alert.has_place;
	read_sent(app);
	app->sos.wants_sms = !app->sos.is_sent;
	return fv_store_each_item(app->store, FV_ITEM_SOS_SEEN, on_seen, app);
}

/* -- what happens ------------------------------------------------------------------------ */

void
fv_sos_raise(struct fv_app *app, bool has_seq, uint64_t seq, int64_t at_ms)
{
	memset(&app->sos, 0, sizeof app->sos);
	app->sos.is_loaded = true;
	app->sos.has_alert = true;
	app->sos.alert.has_seq = has_seq;
	app->sos.alert.seq = seq;
	app->sos.alert.state = FV_ALERT_RAISED;
	app->sos.alert.at_ms = at_ms;
	fv_sos_take_place(app);
	app->sos.has_place_record = app->sos.alert.has_place;
	app->sos.wants_sms = true;
	app->is_alert_wanted = true;
}

void
fv_sos_end(struct fv_app *app)
{
	app->sos.alert.state = FV_ALERT_ENDED;
	app->sos.is_sent = false;
	app->is_alert_wanted = true;
}

bool
fv_sos_is_raised(const struct fv_sos *sos)
{
	return sos->has_alert && sos->alert.state == FV_ALERT_RAISED;
}

bool
fv_sos_is_told(const struct fv_sos *sos)
{
	return fv_sos_is_raised(sos) || (sos->has_alert && !sos->is_sent);
}

bool
fv_sos_take_place(struct fv_app *app)
{
	bool had_place = app->sos.alert.has_place;
	struct fv_stamp stamp = {0};

	if (app->gps != NULL)
		fv_gps_stamp(app->gps, &stamp);
	if (stamp.mode < 2)
		return false;
	take_stamp(&app->sos.alert, &stamp);
	return !had_place && app->sos.alert.has_place;
}

void
fv_sos_note_sent(struct fv_app *app, const struct fv_alert *alert, int64_t now_ms)
{
	struct fv_sos *sos = &app->sos;
	uint8_t bytes[SENT_BYTES];

	if (sos->is_sent || alert->at_ms != sos->alert.at_ms ||
	    alert->state != sos->alert.state)
		return;
	sos->is_sent = true;
	sos->sent_ms = now_ms;
	fv_store_u64be(bytes, (uint64_t)alert->at_ms);
	fv_store_u64be(bytes + 8, (uint64_t)now_ms);
	bytes[16] = (uint8_t)alert->state;
	/* Not written: after a restart it is said once more, which changes nothing there. */
	(void)!fv_store_put_setting(
	    app->store, FV_SET_SOS_SENT, fv_span_of(bytes, sizeof bytes));
}

void
fv_sos_note_seen(struct fv_app *app, const struct fv_alert_seen *seen)
{
	struct fv_sos *sos = &app->sos;

	if (!sos->has_alert || seen->has_seq != sos->alert.has_seq ||
	    (seen->has_seq && seen->seq != sos->alert.seq) ||
	    seen->at_ms != sos->alert.at_ms ||
	    memcmp(seen->dev, app->identity.dev, sizeof seen->dev) != 0)
		return;
	sos->is_seen = true;
	sos->seen_ms = seen->seen_ms;
	memcpy(sos->seen_by, seen->by, sizeof sos->seen_by);
}

/* -- what is shown ------------------------------------------------------------------------ */

const char *
fv_sos_word(const struct fv_sos *sos)
{
	if (sos->is_seen)
		return "seen";
	if (sos->is_sent)
		return "sent";
	return sos->alert.has_seq ? "recorded" : "unrecorded";
}

static void
tell_lines(const struct fv_app *app, struct fv_reply *reply)
{
	const struct fv_sos *sos = &app->sos;
	char when[FV_LOCAL_TEXT_BYTES];

	if (!fv_sos_is_raised(sos)) {
		fv_reply_line(reply, _("the SOS of %s has ended; that is not sent yet"),
		    fv_clock_local(sos->alert.at_ms, when));
		return;
	}
	fv_reply_line(reply, _("SOS raised at %s; in danger call %s"),
	    fv_clock_local(sos->alert.at_ms, when), fv_sos_number(app));
	if (!sos->alert.has_seq)
		fv_reply_line(reply, "%s", _("SOS: NOT recorded on this handheld"));
	else if (!sos->is_sent)
		fv_reply_line(reply, "%s", _("SOS: recorded on this handheld"));
	if (sos->is_seen)
		fv_reply_line(reply, _("SOS: seen by %s at %s"), sos->seen_by,
		    fv_clock_local(sos->seen_ms, when));
	else if (sos->is_sent)
		fv_reply_line(reply, _("SOS: sent at %s; nobody has said yet that he saw it"),
		    fv_clock_local(sos->sent_ms, when));
	else
		fv_reply_line(reply, "%s",
		    app->is_agent
			? app->is_practice ? _("SOS: practice, nobody is called")
					   : _("SOS: not sent yet; it is tried every 15 s")
			: _("SOS: not sent yet, and no agent runs here that tries it again"));
}

/* What goes another way is said beside, and claims no more than it knows. */
static void
tell_sms(const struct fv_sos *sos, struct fv_reply *reply)
{
	static const char *const words[] = {[FV_SOS_SMS_TRYING] = "trying",
	    [FV_SOS_SMS_SENT] = "sent",
	    [FV_SOS_SMS_FAILED] = "failed"};
	char when[FV_LOCAL_TEXT_BYTES];

	if (sos->sms == FV_SOS_SMS_NONE) {
		fv_json_null(&reply->json, "sms");
		return;
	}
	if (sos->sms == FV_SOS_SMS_SENT)
		fv_reply_line(reply,
		    _("SOS: text message handed to the network at %s; nobody confirms that it "
		      "came"),
		    fv_clock_local(sos->sms_ms, when));
	else
		fv_reply_line(reply, "%s",
		    sos->sms == FV_SOS_SMS_TRYING
			? _("SOS: text message being sent")
			: _("SOS: the text message could not be sent"));
	fv_json_text_z(&reply->json, "sms", words[sos->sms]);
}

/* 1 network, 2 SMS: by which of them it has gone (PROTOCOL.md section 2, SYNC). */
static void
put_transports(const struct fv_sos *sos, struct fv_json *json)
{
	fv_json_begin_array(json, "transports");
	if (sos->is_sent)
		fv_json_uint(json, NULL, 1);
	if (sos->sms == FV_SOS_SMS_SENT)
		fv_json_uint(json, NULL, 2);
	fv_json_end_array(json);
}

static void
put_instant(struct fv_json *json, const char *key, bool has, int64_t ms)
{
	if (has)
		fv_json_instant(json, key, ms);
	else
		fv_json_null(json, key);
}

void
fv_sos_tell(const struct fv_app *app, struct fv_reply *reply)
{
	const struct fv_sos *sos = &app->sos;
	struct fv_json *json = &reply->json;

	if (!fv_sos_is_told(sos)) {
		fv_json_null(json, "sos");
		return;
	}
	tell_lines(app, reply);
	fv_json_begin_object(json, "sos");
	fv_json_text_z(json, "state", fv_sos_word(sos));
	fv_json_bool(json, "raised", fv_sos_is_raised(sos));
	put_instant(json, "at", true, sos->alert.at_ms);
	put_instant(json, "recorded_at", sos->alert.has_seq, sos->alert.at_ms);
	put_instant(json, "sent_at", sos->is_sent, sos->sent_ms);
	if (sos->is_seen)
		fv_json_text_z(json, "seen_by", sos->seen_by);
	else
		fv_json_null(json, "seen_by");
	put_instant(json, "seen_at", sos->is_seen, sos->seen_ms);
	tell_sms(sos, reply);
	put_transports(sos, json);
	fv_json_bool(json, "place", sos->alert.has_place);
	fv_json_text_z(json, "number", fv_sos_number(app));
	fv_json_end_object(json);
}
