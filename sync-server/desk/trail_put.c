/* A device's day as JSON (web/api/trail.json has the shape). */
#include <stdio.h>
#include <string.h>

#include "fv/codes.h"
#include "sync-server/desk/trail_in.h"

static void
put(json_t *to, const char *name, json_t *value)
{
	(void)json_object_set_new(to, name, value);
}

static void
put_int(json_t *to, const char *name, int64_t value)
{
	put(to, name, json_integer((json_int_t)value));
}

static void
put_ms(json_t *to, const char *name, bool has, int64_t ms)
{
	put(to, name, has ? json_integer((json_int_t)ms) : json_null());
}

static void
put_text(json_t *to, const char *name, const char *text)
{
	put(to, name, text[0] != '\0' ? json_string(text) : json_null());
}

static void
put_word(json_t *to, const char *name, enum fv_code_set set, uint32_t code)
{
	const char *word = code != 0 ? fv_code_word(set, code) : NULL;

	put(to, name, word != NULL ? json_string(word) : json_null());
}

const char *
trail_date(int64_t day, char text[16])
{
	struct fv_civil civil;

	fv_civil_from_days(day, &civil);
	(void)snprintf(
	    text, 16, "%04d-%02d-%02d", (int)civil.year, (int)civil.month, (int)civil.day);
	return text;
}

const char *
trail_dev_hex(const uint8_t dev[FV_DEV_BYTES], char text[2 * FV_DEV_BYTES + 1])
{
	for (size_t i = 0; i < FV_DEV_BYTES; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", dev[i]);
	return text;
}

/* -- stamps ------------------------------------------------------------------------- */

static json_t *
alarm_json(const struct fv_alarm *alarm)
{
	json_t *inputs = json_array();

	for (size_t i = 0; i < alarm->input_count; i++)
		(void)json_array_append_new(
		    inputs, json_integer((json_int_t)alarm->inputs[i]));
	return json_pack("{s:i, s:o}", "check", (int)alarm->check, "inputs", inputs);
}

static json_t *
marks_json(const struct fv_alarms *marks)
{
	json_t *list = json_array();

	for (size_t i = 0; i < marks->count; i++)
		(void)json_array_append_new(list, alarm_json(&marks->alarm[i]));
	return list;
}

static json_t *
stamp_json(const struct trail_stamp *of)
{
	static const char *const fences[] = {
	    [FV_FENCE_UNSURE] = "unsure",
	    [FV_FENCE_INSIDE] = "inside",
	    [FV_FENCE_OUTSIDE] = "outside",
	};
	const struct fv_stamp *s = &of->stamp;
	const struct {
		enum fv_stamp_key key;
		const char *name;
		int64_t value;
	} fields[] = {
	    {FV_STAMP_MODE, "mode", s->mode},
	    {FV_STAMP_GNSS, "gnss_ms", s->gnss_ms},
	    {FV_STAMP_LAT, "lat_e7", s->place.lat_e7},
	    {FV_STAMP_LON, "lon_e7", s->place.lon_e7},
	    {FV_STAMP_EPH, "eph_mm", s->eph_mm},
	    {FV_STAMP_SPEED, "speed_mm_s", s->speed_mm_s},
	    {FV_STAMP_USED, "used", s->used},
	    {FV_STAMP_SEEN, "seen", s->seen},
	    {FV_STAMP_HDOP, "hdop_c", s->hdop_c},
	    {FV_STAMP_STATUS, "status", s->status},
	    {FV_STAMP_SOURCE, "source", s->source},
	    {FV_STAMP_AGE, "age_ms", s->age_ms},
	    {FV_STAMP_RUN_3D, "run_3d", s->run_3d},
	};
	json_t *out;

	if (!of->has)
		return json_null();
	out = json_object();
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (fv_stamp_has(s, fields[i].key))
			put_int(out, fields[i].name, fields[i].value);
	if (of->has_fence) {
		put(out, "fence", json_string(fences[of->fence]));
		put_int(out, "distance_mm", of->distance_mm);
	}
	put(out, "marks", marks_json(&of->marks));
	return out;
}

/* -- parts -------------------------------------------------------------------------- */

static const char *
how_word(uint32_t how)
{
	static const char *const words[] = {"", "by_hand", "shutdown", "recovered"};

	return how < sizeof words / sizeof words[0] ? words[how] : "";
}

json_t *
trail_shift_json(const struct trail_shift *shift)
{
	json_t *out = json_object();

	put_int(out, "seq", (int64_t)shift->seq);
	put_text(out, "officer", shift->officer);
	put_int(out, "begin_ms", shift->begin.at_ms);
	put_ms(out, "end_ms", shift->has_end, shift->end.at_ms);
	put_text(out, "how", how_word(shift->how));
	put_text(out, "zone", shift->zone_name);
	put(out, "goes_on_before", json_boolean(shift->is_before));
	put(out, "goes_on_after", json_boolean(shift->is_after));
	put(out, "begin", stamp_json(&shift->begin_stamp));
	put(out, "end", stamp_json(&shift->end_stamp));
	return out;
}

static json_t *
run_json(const struct trail_day *day, const struct trail_run *run)
{
	json_t *out = json_object();

	put_int(out, "seq", (int64_t)run->seq);
	put_int(out, "first_ms", run->first_ms);
	put_int(out, "last_ms", run->last_ms);
	put_int(out, "receiver_ahead_ms", run->off_ms);
	put_int(out, "quantum_e7", run->quantum_e7);
	put_ms(out, "eph_mm", run->has_eph, run->eph_mm);
	put(out, "joined", json_boolean(run->is_joined));
	put_int(out, "count", (int64_t)run->count);
	put_int(out, "kept", (int64_t)run->kept);
	put_int(out, "lat", run->lat_q);
	put_int(out, "lon", run->lon_q);
	put(out, "fixes",
	    json_stringn_nocheck((const char *)day->coded.ptr + run->at, run->len));
	return out;
}

static json_t *
gap_json(const struct trail_gap *gap)
{
	static const char *const words[] = {"not_told", "no_fix", "receiver_gone", "suspended",
	    "power_lost", "paused", "clock"};
	json_t *out = json_object();

	put_ms(out, "seq", gap->has_seq, (int64_t)gap->seq);
	put_int(out, "from_ms", gap->from_ms);
	put_int(out, "until_ms", gap->until_ms);
	put(out, "reason",
	    json_string(
		gap->reason < sizeof words / sizeof words[0] ? words[gap->reason] : words[0]));
	return out;
}

/* Whether a shift of the day ran when it was begun. */
static bool
is_on_shift(const struct trail_day *day, const struct trail_visit *visit)
{
	for (size_t i = 0; i < day->shift_count; i++) {
		const struct trail_shift *shift = &day->shifts[i];

		if (visit->seq > shift->seq && visit->seq < shift->until_seq)
			return !shift->has_end || visit->begin.at_ms <= shift->end.at_ms;
	}
	return false;
}

json_t *
trail_visit_json(const struct trail_day *day, const struct trail_visit *visit)
{
	json_t *out = json_object(), *officers = json_array();
	char id[FV_FOLD_ID_BYTES];

	for (size_t i = 0; i < visit->officer_count; i++)
		(void)json_array_append_new(officers, json_string(visit->officers[i]));
	put(out, "id", json_string(fv_fold_id('v', day->device.dev, visit->seq, id)));
	put_int(out, "seq", (int64_t)visit->seq);
	put_text(out, "case", visit->case_id);
	put(out, "officers", officers);
	put_int(out, "begin_ms", visit->begin.at_ms);
	put_int(out, "begin_t_ms", visit->begin.t_ms);
	put_ms(out, "end_ms", visit->has_end, visit->end.at_ms);
	put_ms(out, "end_t_ms", visit->has_end, visit->end.t_ms);
	put_text(out, "how", how_word(visit->how));
	put_word(out, "place", FV_CODES_PLACE, visit->place);
	put_word(out, "outcome", FV_CODES_OUTCOME, visit->outcome);
	put_text(out, "zone", visit->zone_name);
	put(out, "begin", stamp_json(&visit->begin_stamp));
	put(out, "end", stamp_json(&visit->end_stamp));
	put(out, "site",
	    visit->has_site
		? json_pack("{s:i, s:i, s:I}", "lat_e7", visit->site.lat_e7, "lon_e7",
		      visit->site.lon_e7, "radius_mm", (json_int_t)visit->radius_mm)
		: json_null());
	put_ms(out, "arrived_ms", visit->has_arrived, visit->arrived_ms);
	put_ms(out, "left_ms", visit->has_left, visit->left_ms);
	put(out, "amended", json_boolean(visit->is_amended));
	put(out, "on_shift", json_boolean(is_on_shift(day, visit)));
	return out;
}

static void
put_mark_kind(const struct trail_day *day, const struct trail_mark *mark, json_t *out)
{
	char id[FV_FOLD_ID_BYTES];

	switch (mark->type) {
	case FV_REC_ALARM:
		put(out, "alarm", alarm_json(&mark->alarm));
		break;
	case FV_REC_CLOCK_STEP:
		put_ms(out, "before_ms", mark->has_value, mark->value);
		put_ms(out, "after_ms", mark->has_value, mark->other);
		break;
	case FV_REC_CHECKIN:
		put_ms(out, "due_ms", mark->has_value, mark->value);
		break;
	case FV_REC_CONTACT:
		put(out, "contact",
		    json_string(fv_fold_id('k', day->device.dev, mark->seq, id)));
		put_word(out, "channel", FV_CODES_CHANNEL, mark->code);
		break;
	case FV_REC_EVENT:
		put_word(out, "event", FV_CODES_EVENT_KIND, mark->code);
		break;
	default:
		put_int(out, "code", mark->code);
		put_text(out, "text", mark->text);
		break;
	}
}

static json_t *
mark_json(const struct trail_day *day, const struct trail_mark *mark)
{
	const char *name = fv_record_type_name(mark->type);
	json_t *out = json_object();

	put_int(out, "seq", (int64_t)mark->seq);
	put(out, "type", json_string(name != NULL ? name : "?"));
	put_int(out, "at_ms", mark->at.at_ms);
	put_int(out, "t_ms", mark->at.t_ms);
	put_ms(out, "about", mark->has_subject, (int64_t)mark->subject);
	put(out, "stamp", stamp_json(&mark->stamp));
	put_mark_kind(day, mark, out);
	return out;
}

json_t *
trail_missing_json(const struct trail_day *day)
{
	json_t *out = json_object();
	const int64_t sync_ms = day->trail.last_sync_ms;

	put(out, "is_provisional", json_boolean(trail_day_is_provisional(day)));
	put(out, "is_open", json_boolean(day->is_open));
	put_int(out, "unsealed", (int64_t)day->unsealed);
	put_int(out, "outstanding", (int64_t)day->outstanding);
	put_int(out, "apart", (int64_t)day->apart);
	put_int(out, "erased", (int64_t)day->erased);
	put_int(out, "unreadable", (int64_t)day->unreadable);
	put_ms(out, "last_sync_ms", sync_ms > 0, sync_ms);
	put_ms(out, "last_record_ms", day->last_record_ms > 0, day->last_record_ms);
	return out;
}

json_t *
trail_day_json(const struct trail_day *day)
{
	char hex[2 * FV_DEV_BYTES + 1], date[16];
	json_t *out = json_object(), *shifts = json_array(), *runs = json_array(),
	       *gaps = json_array(), *visits = json_array(), *marks = json_array();

	for (size_t i = 0; i < day->shift_count; i++)
		(void)json_array_append_new(shifts, trail_shift_json(&day->shifts[i]));
	for (size_t i = 0; i < day->run_count; i++)
		(void)json_array_append_new(runs, run_json(day, &day->runs[i]));
	for (size_t i = 0; i < day->gap_count; i++)
		(void)json_array_append_new(gaps, gap_json(&day->gaps[i]));
	for (size_t i = 0; i < day->visit_count; i++)
		(void)json_array_append_new(visits, trail_visit_json(day, &day->visits[i]));
	for (size_t i = 0; i < day->mark_count; i++)
		(void)json_array_append_new(marks, mark_json(day, &day->marks[i]));
	put(out, "dev", json_string(trail_dev_hex(day->device.dev, hex)));
	put_text(out, "officer", day->device.officer);
	put_text(out, "agency", day->device.agency);
	put_text(out, "team", day->device.team);
	put(out, "day", json_string(trail_date(day->day, date)));
	put_text(out, "zone", day->zone_name);
	put_int(out, "from_ms", day->from_ms);
	put_int(out, "until_ms", day->until_ms);
	put_int(out, "fixes", (int64_t)day->fix_count);
	put(out, "missing", trail_missing_json(day));
	put(out, "shifts", shifts);
	put(out, "runs", runs);
	put(out, "gaps", gaps);
	put(out, "visits", visits);
	put(out, "marks", marks);
	return out;
}
