#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-app/alarms.h"
#include "firmware-app/app.h"
#include "firmware-app/battery.h"
#include "firmware-app/checkin.h"
#include "firmware-app/checkpoints.h"
#include "firmware-app/datacap.h"
#include "firmware-app/doorlist.h"
#include "firmware-app/expiry.h"
#include "firmware-app/profile.h"
#include "firmware-app/sos.h"
#include "firmware-app/syncstate.h"
#include "firmware-app/verb.h"
#include "firmware-app/version.h"
#include "fv/order.h"
#include "fv/sync.h"

struct status {
	struct fv_work work;
	struct fv_syncstate sync;
	uint64_t recorded, sealed, blobs, blob_bytes, pieces, piece_bytes, kept_bytes, up,
	    down;
	int64_t now_ms;
	bool is_alarmed; /* the server's log was rewritten */
	struct fv_checkin checkin;
	struct fv_datacap cap;
};

static enum fv_err
gather(struct fv_app *app, struct status *s)
{
	char day[FV_LOCAL_TEXT_BYTES];
	uint64_t seal;
	int64_t alarm;
	enum fv_err rc;

	s->now_ms = app->clock.rtc_ms(app->clock.ctx);
	if ((rc = fv_work_load(app->store, &s->work)) != FV_OK ||
	    (rc = fv_sos_load(app)) != FV_OK ||
	    (rc = fv_checkin_load(app->store, &s->checkin)) != FV_OK ||
	    (rc = fv_datacap_read(app, &s->cap)) != FV_OK ||
	    (rc = fv_syncstate_load(app->store, &s->sync)) != FV_OK ||
	    (rc = fv_store_count_records(app->store, &s->recorded)) != FV_OK ||
	    (rc = fv_store_count_unsent_blobs(app->store, &s->blobs, &s->blob_bytes)) !=
		FV_OK ||
	    (rc = fv_store_count_unsent_pieces(app->store, &s->pieces, &s->piece_bytes)) !=
		FV_OK ||
	    (rc = fv_store_count_pieces(app->store, &s->kept_bytes)) != FV_OK)
		return rc;
	s->blobs -= s->pieces;
	s->blob_bytes -= s->piece_bytes;
	if (!s->work.has_shift &&
	    (rc = fv_work_answer(app->store, app->officer, &s->work.tracks)) != FV_OK)
		return rc;
	rc = fv_store_last_of_type(app->store, FV_REC_SEAL, UINT64_MAX, &seal);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	s->sealed = rc == FV_OK ? seal + 1 : 0;
	if (fv_store_get_int(app->store, FV_SET_LOG_ALARM, &alarm) == FV_OK)
		s->is_alarmed = alarm != 0;
	if (!app->is_agent && fv_boot_is_due(app))
		s->work.is_carried = s->work.has_visit;
	return fv_store_get_meter(
	    app->store, fv_clock_local_day(s->now_ms, day), &s->up, &s->down);
}

/* First of all: are positions being recorded? */
static void
tell_recording(struct fv_app *app, const struct status *s, struct fv_reply *reply)
{
	const struct fv_power_view *power = &app->power;
	bool is_watched = app->is_agent && s->work.has_shift && !s->work.is_paused;
	bool is_recording = is_watched && s->work.tracks == FV_TRI_YES;

	if (!s->work.has_shift)
		fv_reply_line(reply, "%s", _("positions: not recorded, off shift"));
	else if (s->work.is_paused)
		fv_reply_line(reply, "%s", _("positions: not recorded, paused"));
	else if (!app->is_agent)
		fv_reply_line(reply, "%s", _("positions: not recorded, no agent runs"));
	else if (!is_recording)
		fv_reply_line(reply, "%s",
		    _("positions: recorded where shifts and visits begin and end, and no "
		      "others"));
	else if (power->state == FV_POWER_LOW)
		fv_reply_line(reply, _("positions: RECORDED every %u s (battery low)"),
		    power->interval_s);
	else
		fv_reply_line(reply, _("positions: RECORDED every %u s"), power->interval_s);
	fv_json_bool(&reply->json, "recording", is_recording);
	fv_work_tell_tracks(&s->work, &reply->json);
}

static void
tell_power(struct fv_app *app, const struct status *s, struct fv_reply *reply)
{
	enum fv_power_state state = app->is_agent ? app->power.state
	    : s->work.is_paused                   ? FV_POWER_PAUSED
						  : FV_POWER_IDLE;
	struct fv_json *json = &reply->json;
	struct fv_battery battery;

	fv_json_begin_object(json, "power");
	fv_json_text_z(json, "state", fv_power_word(state));
	if (fv_battery_read(&battery)) {
		fv_reply_line(reply, _("battery: %u%%%s"), battery.percent,
		    battery.is_charging ? _(", charging") : "");
		fv_json_uint(json, "battery", battery.percent);
		fv_json_bool(json, "charging", battery.is_charging);
	} else {
		fv_json_null(json, "battery");
	}
	fv_json_uint(json, "interval_s", app->power.interval_s);
	fv_json_bool(json, "still", app->power.is_still);
	fv_json_end_object(json);
}

static bool
is_departed(const struct fv_app *app, const struct status *s)
{
	return s->work.has_visit && app->presence.visit_seq == s->work.visit_seq &&
	    app->presence.is_departed;
}

/* He went away with the visit open: the question that ends a forgotten one. */
static void
tell_departed(struct fv_app *app, const struct status *s, struct fv_reply *reply)
{
	const struct fv_presence *p = &app->presence;
	struct fv_json *json = &reply->json;
	char when[FV_LOCAL_TEXT_BYTES];

	if (!is_departed(app, s)) {
		fv_json_null(json, "departed");
		return;
	}
	fv_reply_line(reply,
	    _("DID YOU LEAVE? Since %s you are %lld m away: 'fieldvisit end' if the visit "
	      "went on until now, else 'fieldvisit amend last --reason forgot-end'"),
	    fv_clock_local(p->since_rtc_ms, when), (long long)(p->distance_mm / 1000));
	fv_json_begin_object(json, "departed");
	fv_json_instant(json, "since", p->since_rtc_ms);
	fv_json_int(json, "distance_m", p->distance_mm / 1000);
	if (p->has_inside)
		fv_json_instant(json, "last_inside", p->inside_rtc_ms);
	else
		fv_json_null(json, "last_inside");
	fv_json_end_object(json);
}

static void
tell_work(struct fv_app *app, const struct status *s, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	char when[FV_LOCAL_TEXT_BYTES], id[FV_VISIT_ID_BYTES];

	if (s->work.has_visit) {
		fv_reply_line(reply, _("VISIT OPEN at %s since %s%s"), s->work.case_id,
		    fv_clock_local(s->work.visit_ms, when),
		    s->work.is_carried ? _(" (open again after a restart)") : "");
		fv_json_begin_object(json, "visit");
		fv_json_text_z(json, "id", fv_app_visit_id(app, s->work.visit_seq, id));
		fv_json_uint(json, "seq", s->work.visit_seq);
		fv_json_text_z(json, "case", s->work.case_id);
		fv_json_instant(json, "since", s->work.visit_ms);
		fv_json_bool(json, "carried_over", s->work.is_carried);
		fv_json_bool(json, "outcome", s->work.has_outcome);
		fv_json_end_object(json);
	} else {
		fv_reply_line(reply, "%s", _("no visit is open"));
		fv_json_null(json, "visit");
	}
	tell_departed(app, s, reply);
	fv_doorlist_tell(app, &s->work, reply);
	if (s->work.has_shift) {
		fv_reply_line(
		    reply, _("on shift since %s"), fv_clock_local(s->work.shift_ms, when));
		fv_json_begin_object(json, "shift");
		fv_json_uint(json, "seq", s->work.shift_seq);
		fv_json_instant(json, "since", s->work.shift_ms);
		fv_json_bool(json, "paused", s->work.is_paused);
		if (s->work.is_paused)
			fv_json_instant(json, "paused_since", s->work.paused_ms);
		fv_json_end_object(json);
	} else {
		fv_reply_line(reply, "%s", _("off shift"));
		fv_json_null(json, "shift");
	}
}

static void
tell_trail(const struct status *s, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;

	fv_reply_line(reply,
	    _("records: %" PRIu64 " recorded, %" PRIu64 " sealed, %" PRIu64 " sent, %" PRIu64
	      " receipted"),
	    s->recorded, s->sealed, s->sync.next_seq, s->sync.receipted);
	if (s->blobs > 0)
		fv_reply_line(reply, _("parts not sent: %" PRIu64 ", %" PRIu64 " bytes"),
		    s->blobs, s->blob_bytes);
	if (s->pieces > 0)
		fv_reply_line(
		    reply, _("attachments not sent: %" PRIu64 " bytes"), s->piece_bytes);
	if (s->kept_bytes > 0)
		fv_reply_line(
		    reply, _("attachments kept here: %" PRIu64 " bytes"), s->kept_bytes);
	fv_json_uint(json, "recorded", s->recorded);
	fv_json_uint(json, "sealed", s->sealed);
	fv_json_uint(json, "sent", s->sync.next_seq);
	fv_json_uint(json, "receipted", s->sync.receipted);
	fv_json_uint(json, "blobs_waiting", s->blobs);
	fv_json_uint(json, "blob_bytes_waiting", s->blob_bytes);
	fv_json_uint(json, "attachments_waiting", s->piece_bytes);
	fv_json_uint(json, "attachments_kept", s->kept_bytes);
}

static void
tell_sync(const struct status *s, struct fv_reply *reply)
{
	const struct fv_syncstate *sync = &s->sync;
	struct fv_json *json = &reply->json;
	char when[FV_LOCAL_TEXT_BYTES];

	fv_reply_line(reply, _("last sync: %s"),
	    sync->last_ok_ms != 0 ? fv_clock_local(sync->last_ok_ms, when) : _("never"));
	if (fv_syncstate_is_clock_off(sync))
		fv_reply_line(reply,
		    _("the server's clock said %s: compare this one with a watch"),
		    fv_clock_local(sync->server_ms, when));
	if (sync->reason != FV_SYNC_NONE)
		fv_reply_line(
		    reply, _("the last try failed: %s"), fv_sync_reason_text(sync->reason));
	if (sync->next_try_ms > s->now_ms)
		fv_reply_line(
		    reply, _("next try: %s"), fv_clock_local(sync->next_try_ms, when));
	if (sync->last_ok_ms != 0 && !sync->is_approved)
		fv_reply_line(reply, "%s", _("no supervisor has approved this handheld yet"));
	if (s->is_alarmed)
		fv_reply_line(reply, "%s", fv_sync_reason_text(FV_SYNC_LOG_REWRITTEN));
	fv_reply_line(
	    reply, _("data today: %" PRIu64 " bytes up, %" PRIu64 " down"), s->up, s->down);
	if (fv_datacap_is_reached(&s->cap))
		fv_reply_line(reply,
		    _("the day's %" PRIu64 " MiB are used: attachments wait until tomorrow"),
		    s->cap.cap_bytes >> 20);
	fv_json_begin_object(json, "sync");
	if (sync->last_ok_ms != 0)
		fv_json_instant(json, "last", sync->last_ok_ms);
	else
		fv_json_null(json, "last");
	if (fv_syncstate_is_clock_off(sync))
		fv_json_instant(json, "server_clock", sync->server_ms);
	if (sync->next_try_ms > 0)
		fv_json_instant(json, "next", sync->next_try_ms);
	else
		fv_json_null(json, "next");
	fv_json_text_z(json, "reason", fv_sync_reason_word(sync->reason));
	if (sync->reason != FV_SYNC_NONE)
		fv_json_text_z(json, "text", fv_sync_reason_text(sync->reason));
	fv_json_uint(json, "failures", sync->failures);
	fv_json_bool(json, "approved", sync->is_approved);
	fv_json_bool(json, "revoked", sync->is_revoked);
	fv_json_bool(json, "log_rewritten", s->is_alarmed);
	fv_json_end_object(json);
	fv_json_uint(json, "bytes_up_today", s->up);
	fv_json_uint(json, "bytes_down_today", s->down);
	fv_json_uint(json, "data_cap_bytes", s->cap.cap_bytes);
	fv_json_bool(json, "data_cap_reached", fv_datacap_is_reached(&s->cap));
}

static void
tell_receiver(struct fv_app *app, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	const char *word = "none", *text = _("no agent runs: no position is taken");
	struct fv_stamp stamp = {0};

	if (app->gps != NULL) {
		fv_gps_stamp(app->gps, &stamp);
		if (!fv_gps_is_connected(app->gps)) {
			word = "off";
			text = _("off (off shift, or gpsd does not answer)");
		} else if (stamp.mode >= 2 && fv_stamp_has(&stamp, FV_STAMP_LAT)) {
			word = "fix";
			text = _("has a position");
		} else {
			word = "no-fix";
			text = _("connected, no position yet");
		}
	}
	fv_reply_line(reply, _("receiver: %s"), text);
	fv_json_begin_object(json, "receiver");
	fv_json_text_z(json, "state", word);
	if (fv_stamp_has(&stamp, FV_STAMP_MODE))
		fv_json_int(json, "mode", stamp.mode);
	if (fv_stamp_has(&stamp, FV_STAMP_AGE))
		fv_json_int(json, "age_ms", stamp.age_ms);
	if (fv_stamp_has(&stamp, FV_STAMP_EPH))
		fv_json_int(json, "accuracy_mm", stamp.eph_mm);
	if (fv_stamp_has(&stamp, FV_STAMP_SOURCE))
		fv_json_int(json, "source", stamp.source);
	if (fv_stamp_has(&stamp, FV_STAMP_JAM))
		fv_json_int(json, "jam", stamp.jam);
	fv_json_end_object(json);
}

/* Why a supervisor took it out of use, as his order says it; "": that has not come. */
static void
load_reason(struct fv_app *app, char reason[FV_WORD_BYTES])
{
	const struct fv_span key = fv_span_of(app->identity.dev, sizeof app->identity.dev);
	struct fv_signednote note;
	struct fv_item_row row;
	struct fv_order order;
	struct fv_buf body = {0};

	reason[0] = '\0';
	if (fv_store_get_item(app->store, FV_ITEM_REVOKE, key, &row, &body) == FV_OK &&
	    fv_signednote_parse(fv_buf_span(&body), &note) == FV_OK &&
	    fv_order_parse(note.text, &order, NULL) == FV_OK)
		memcpy(reason, order.reason, sizeof order.reason);
	fv_buf_clear(&body);
}

/* Before all else: what he records from now on is marked, and what he is to do. */
static void
tell_revoked(struct fv_app *app, const struct status *s, struct fv_reply *reply)
{
	char reason[FV_WORD_BYTES], text[512];
	const char *word = reason;

	if (!s->sync.is_revoked) {
		fv_json_null(&reply->json, "revoked");
		return;
	}
	load_reason(app, reason);
	if (strcmp(reason, "lost") == 0)
		word = _("lost");
	else if (strcmp(reason, "replaced") == 0)
		word = _("replaced");
	else if (strcmp(reason, "retired") == 0)
		word = _("retired");
	(void)snprintf(text, sizeof text,
	    _("THIS HANDHELD IS REVOKED (%s): what it records is kept and marked so; leave it "
	      "on until all is sent, and hand it in"),
	    word);
	fv_reply_line(reply, "%s", text);
	fv_json_text_z(&reply->json, "revoked", text);
}

/* What the screens need of the agency's settings. */
static void
tell_set(const struct fv_app *app, struct fv_json *json)
{
	fv_json_begin_object(json, "settings");
	fv_json_text_z(
	    json, "sos_number", fv_settings_text(app->settings, FV_SETTING_SOS_NUMBER));
	fv_json_uint(
	    json, "blank_s", fv_settings_uint(app->settings, FV_SETTING_SCREEN_BLANK_S));
	fv_json_text_z(
	    json, "languages", fv_settings_text(app->settings, FV_SETTING_UI_LANGUAGES));
	fv_json_uint(json, "lock_s", fv_settings_uint(app->settings, FV_SETTING_LOCK_AFTER_S));
	fv_json_end_object(json);
}

int
fv_cmd_status(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct status s = {0};
	enum fv_err rc;

	if (app->identity.state != FV_IDENTITY_ENROLLED)
		return fv_reply_fail(reply, FV_FAIL_NOT_ENROLLED, app->dir,
		    app->identity.state == FV_IDENTITY_PENDING
			? _("an enrolment was begun and not answered; repeat 'fieldvisit "
			    "enroll' with "
			    "the same ticket and PIN")
			: _("this handheld is not enrolled; 'fieldvisit enroll FILE' with the "
			    "ticket "
			    "that your supervisor made"));
	if (fv_args_has(&call->args, "settings"))
		return fv_cmd_settings(app, call, reply);
	if ((rc = gather(app, &s)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	fv_json_begin_object(&reply->json, NULL);
	fv_sos_tell(app, reply);
	tell_revoked(app, &s, reply);
	/* Only a visit that a restart or its officer left open is more pressing. */
	if (s.work.is_carried || is_departed(app, &s))
		tell_work(app, &s, reply);
	tell_recording(app, &s, reply);
	if (!s.work.is_carried && !is_departed(app, &s))
		tell_work(app, &s, reply);
	fv_checkin_tell(&s.checkin, s.now_ms, reply);
	tell_trail(&s, reply);
	tell_sync(&s, reply);
	tell_receiver(app, reply);
	tell_power(app, &s, reply);
	if ((rc = fv_alarms_tell(app, s.now_ms, reply)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (fv_expiry_is_over(app))
		fv_expiry_tell(app, reply);
	fv_json_bool(&reply->json, "locked", app->sk_box == NULL);
	fv_json_bool(&reply->json, "details_expired", fv_expiry_is_over(app));
	fv_json_hex(&reply->json, "dev", app->identity.dev, sizeof app->identity.dev);
	if (app->officer[0] != '\0') {
		fv_json_text_z(&reply->json, "officer", app->officer);
	} else {
		fv_reply_line(reply, "%s",
		    _("nobody has this handheld in hand; 'fieldvisit login OFFICER'"));
		fv_json_null(&reply->json, "officer");
	}
	fv_json_text_z(&reply->json, "agency", app->identity.ticket.agency);
	fv_json_bool(&reply->json, "agent", app->is_agent);
	tell_set(app, &reply->json);
	fv_json_text_z(&reply->json, "profile", fv_profile_name(app->dir));
	fv_json_text_z(&reply->json, "version", FV_VERSION);
	fv_json_text_z(&reply->json, "server", app->identity.ticket.url);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
