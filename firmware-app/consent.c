#include "firmware-app/consent.h"

void
fv_gap_put(struct fv_buf *out, enum fv_gap_reason reason, int64_t from_ms, int64_t until_ms)
{
	fv_cbor_put_map(out, 3);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_uint(out, reason);
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_int(out, from_ms);
	fv_cbor_put_uint(out, 6);
	fv_cbor_put_int(out, until_ms);
}

void
fv_consent_tell(struct fv_reply *reply)
{
	fv_reply_line(reply, "%s",
	    _("May this handheld record where you go?\n"
	      "  what   your position, up to once a second; less often while you stand\n"
	      "  when   from shift begin to shift end; never off shift, never in a pause "
	      "('fieldvisit shift pause')\n"
	      "  who    supervisors of your agency, after each sync; nobody follows you live\n"
	      "  until  your agency's retention erases that day; 'fieldvisit trail export' "
	      "gives "
	      "you your own\n"
	      "  if not only the places where you begin and end shifts and visits are "
	      "recorded\n"
	      "Answer with 'fieldvisit shift --agree' or 'fieldvisit shift --refuse'; you may "
	      "change it at any time."));
}

bool
fv_consent_record(
    struct fv_app *app, struct fv_work *work, bool agrees, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	bool is_done;

	if (!agrees)
		fv_app_close_shift(app);
	fv_cbor_put_map(&payload, 3);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_text_z(&payload, app->officer);
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_uint(&payload, agrees ? FV_OFFICER_AGREES : FV_OFFICER_REFUSES);
	fv_cbor_put_uint(&payload, 6);
	fv_cbor_put_uint(&payload, FV_CONSENT_TEXT);
	is_done = fv_app_record(app, FV_REC_OFFICER, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (is_done)
		work->tracks = agrees ? FV_TRI_YES : FV_TRI_NO;
	return is_done;
}

bool
fv_pause_begin(struct fv_app *app, struct fv_work *work, struct fv_reply *reply)
{
	int64_t now = app->clock.rtc_ms(app->clock.ctx);
	enum fv_err rc;

	fv_app_close_shift(app);
	if ((rc = fv_store_put_int(app->store, FV_SET_PAUSED, now)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
		return false;
	}
	work->is_paused = true;
	work->paused_ms = now;
	app->is_shift_changed = true;
	return true;
}

/* The GAP and the end of the mark in one transaction. */
static enum fv_err
put_pause(struct fv_app *app, int64_t from_ms, int64_t until_ms)
{
	struct fv_buf payload = {0};
	uint64_t seq;
	enum fv_err rc;

	fv_gap_put(&payload, FV_GAP_PAUSED, from_ms, until_ms);
	if ((rc = fv_buf_status(&payload)) == FV_OK &&
	    (rc = fv_journal_begin(&app->journal)) == FV_OK) {
		rc = fv_journal_append(&app->journal, FV_REC_GAP, fv_buf_span(&payload), &seq);
		if (rc == FV_OK)
			rc = fv_store_drop_setting(app->store, FV_SET_PAUSED);
		if (rc == FV_OK)
			rc = fv_journal_commit(&app->journal);
		else
			fv_journal_rollback(&app->journal);
	}
	fv_buf_clear(&payload);
	return rc;
}

bool
fv_pause_end(struct fv_app *app, struct fv_work *work, struct fv_reply *reply)
{
	int64_t now = app->clock.rtc_ms(app->clock.ctx);
	enum fv_err rc;

	if (!work->is_paused)
		return true;
	/* A clock that was set back meanwhile makes no pause that ends before it began. */
	rc = put_pause(app, work->paused_ms, now > work->paused_ms ? now : work->paused_ms);
	if (rc != FV_OK) {
		fv_reply_fail_err(reply, _("pause"), rc);
		return false;
	}
	work->is_paused = false;
	app->is_shift_changed = true;
	return true;
}
