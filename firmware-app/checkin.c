#include "firmware-app/checkin.h"

#define MINUTE_MS INT64_C(60000)

uint64_t
fv_checkin_minutes(const struct fv_app *app)
{
	return fv_settings_uint(app->settings, FV_SETTING_VISIT_CHECKIN_MIN);
}

enum fv_err
fv_checkin_load(struct fv_store *store, struct fv_checkin *checkin_out)
{
	struct fv_record_row row;
	struct fv_cbor_reader r;
	struct fv_buf keep = {0};
	uint64_t seq, end = 0;
	enum fv_err rc;

	*checkin_out = (struct fv_checkin){0};
	if ((rc = fv_store_last_of_type(store, FV_REC_CHECKIN, UINT64_MAX, &seq)) != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	rc = fv_store_last_of_type(store, FV_REC_VISIT_END, UINT64_MAX, &end);
	if (rc == FV_OK && end > seq)
		return FV_OK;
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_get_record(store, seq, &keep, &row);
	if (rc == FV_OK && fv_cbor_map_find(row.payload, 4, &r) == FV_OK)
		checkin_out->has_due = fv_cbor_get_int(&r, &checkin_out->due_ms) == FV_OK;
	fv_buf_clear(&keep);
	return rc;
}

bool
fv_checkin_record(struct fv_app *app, uint64_t minutes, struct fv_checkin *checkin_out,
    struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	bool is_done;

	checkin_out->has_due = minutes > 0;
	checkin_out->due_ms = app->clock.rtc_ms(app->clock.ctx) + (int64_t)minutes * MINUTE_MS;
	fv_cbor_put_map(&payload, 2);
	fv_cbor_put_uint(&payload, 2);
	fv_app_put_stamp(app, &payload, NULL);
	fv_cbor_put_uint(&payload, 4);
	if (checkin_out->has_due)
		fv_cbor_put_int(&payload, checkin_out->due_ms);
	else
		fv_cbor_put_null(&payload);
	is_done = fv_app_record(app, FV_REC_CHECKIN, &payload, &seq, reply);
	fv_buf_clear(&payload);
	/* The desk counts by its own clock only what it has. */
	app->is_sync_wanted |= is_done;
	return is_done;
}

void
fv_checkin_begin(struct fv_app *app, struct fv_reply *reply)
{
	uint64_t minutes = fv_checkin_minutes(app);
	struct fv_checkin checkin;
	struct fv_reply why;

	fv_reply_init(&why, false);
	if (minutes > 0 && !fv_checkin_record(app, minutes, &checkin, &why))
		fv_reply_warn(reply, "%s",
		    _("no check-in is set: nobody is told if this visit "
		      "goes on too long"));
	fv_reply_clear(&why);
}

void
fv_checkin_tell(const struct fv_checkin *checkin, int64_t now_ms, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	char when[FV_LOCAL_TEXT_BYTES];

	if (!checkin->has_due) {
		fv_json_null(json, "checkin");
		return;
	}
	fv_reply_line(reply,
	    now_ms > checkin->due_ms
		? _("CHECK-IN OVERDUE since %s: 'fieldvisit checkin' if you are well, "
		    "'fieldvisit sos' if not")
		: _("check-in due at %s"),
	    fv_clock_local(checkin->due_ms, when));
	fv_json_begin_object(json, "checkin");
	fv_json_instant(json, "due", checkin->due_ms);
	fv_json_bool(json, "overdue", now_ms > checkin->due_ms);
	fv_json_end_object(json);
}
