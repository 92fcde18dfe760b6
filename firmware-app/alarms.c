#include "firmware-app/alarms.h"

#include <string.h>

#include "fv/plausibility.h"

/* Its stable word; "other" for a number of a newer program. */
static const char *
word_of(uint32_t check)
{
	static const char *const words[] = {
	    [FV_CHECK_BOOTTIME_FELL] = "boottime-fell",
	    [FV_CHECK_CLOCK_DRIFT] = "clock-drift",
	    [FV_CHECK_GNSS_DRIFT] = "gnss-drift",
	    [FV_CHECK_ROLLOVER] = "rollover",
	    [FV_CHECK_BOOT_CAME_BACK] = "boot-came-back",
	    [FV_CHECK_BEACON_FELL] = "beacon-fell",
	    [FV_CHECK_WRITTEN_OFFLINE] = "written-offline",
	    [FV_CHECK_SIMULATED] = "simulated",
	    [FV_CHECK_ERROR_ESTIMATE] = "error-estimate",
	    [FV_CHECK_STRENGTH] = "strength",
	    [FV_CHECK_CONSTELLATION] = "constellation",
	    [FV_CHECK_DOPPLER] = "doppler",
	    [FV_CHECK_JUMP] = "jump",
	    [FV_CHECK_FROZEN_HEIGHT] = "frozen-height",
	    [FV_CHECK_TIME_BASE] = "time-base",
	    [FV_CHECK_REPLAYED_DAY] = "replayed",
	    [FV_CHECK_SOURCE] = "source",
	    [FV_CHECK_DRIVER_CHANGED] = "receiver-changed",
	    [FV_CHECK_FEW_3D] = "few-fixes",
	    [FV_CHECK_STALE] = "stale",
	    [FV_CHECK_NO_JITTER] = "no-jitter",
	    [FV_CHECK_CLOCK_OFF] = "clock-off",
	    [FV_CHECK_CLOCK_BACK] = "clock-back",
	    [FV_CHECK_JAMMED] = "jammed",
	    [FV_CHECK_ANTENNA] = "antenna",
	};
	const char *word = check < sizeof words / sizeof words[0] ? words[check] : NULL;

	return word != NULL ? word : "other";
}

static void
tell(struct fv_app *app, uint64_t seq, int64_t at_ms, const struct fv_alarm *alarm,
    const uint64_t *visit_seq, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	char when[FV_LOCAL_TEXT_BYTES], id[FV_VISIT_ID_BYTES];
	const char *text = _(fv_check_text(alarm->check));

	fv_reply_line(reply, _("alarm at %s: %s"), fv_clock_local(at_ms, when), text);
	fv_json_begin_object(json, NULL);
	fv_json_uint(json, "seq", seq);
	fv_json_instant(json, "at", at_ms);
	fv_json_uint(json, "check", alarm->check);
	fv_json_text_z(json, "word", word_of(alarm->check));
	fv_json_text_z(json, "text", text);
	if (visit_seq != NULL)
		fv_json_text_z(json, "visit", fv_app_visit_id(app, *visit_seq, id));
	else
		fv_json_null(json, "visit");
	fv_json_begin_array(json, "inputs");
	for (size_t i = 0; i < alarm->input_count; i++)
		fv_json_int(json, NULL, alarm->inputs[i]);
	fv_json_end_array(json);
	fv_json_end_object(json);
}

enum fv_err
fv_alarms_tell(struct fv_app *app, int64_t now_ms, struct fv_reply *reply)
{
	char today[FV_LOCAL_TEXT_BYTES], day[FV_LOCAL_TEXT_BYTES];
	struct fv_buf keep = {0};
	struct fv_record_row row;
	struct fv_header header;
	struct fv_alarm alarm;
	uint64_t seq = UINT64_MAX, visit_seq;
	bool is_today = true, has_visit;
	enum fv_err rc = FV_OK;

	fv_clock_local_day(now_ms, today);
	fv_json_begin_array(&reply->json, "alarms");
	for (size_t i = 0; i < FV_ALARMS_TOLD_MAX && is_today; i++) {
		rc = fv_store_last_of_type(app->store, FV_REC_ALARM, seq, &seq);
		if (rc != FV_OK ||
		    (rc = fv_store_get_record(app->store, seq, &keep, &row)) != FV_OK ||
		    (rc = fv_header_parse(row.header, &header)) != FV_OK ||
		    (rc = fv_alarm_parse(row.payload, &alarm, &has_visit, &visit_seq)) !=
			FV_OK)
			break;
		is_today = strcmp(fv_clock_local_day(header.rtc_ms, day), today) == 0;
		if (is_today)
			tell(app, seq, header.rtc_ms, &alarm, has_visit ? &visit_seq : NULL,
			    reply);
	}
	fv_json_end_array(&reply->json);
	fv_buf_clear(&keep);
	return rc == FV_ENOENT ? FV_OK : rc;
}
