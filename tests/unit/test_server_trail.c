#include "sync-server/desk/trail_in.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/made.h"

#define HOUR INT64_C(3600000)
#define MINUTE INT64_C(60000)
/* 2026-03-02T09:00:00+08:00 */
#define NINE INT64_C(1772413200000)
#define DAY 20514 /* 2026-03-02 */
#define LAT 231291000
#define LON 1132644000

struct place {
	char dir[64];
	struct fv_store *store;
	struct trail_view view;
	struct fv_store_device device;
	uint64_t count;   /* records of the device */
	int64_t now_ms;   /* of the next record */
	int64_t ahead_ms; /* the receiver's time less the handheld's */
	bool has_gnss;
};

static int64_t
add_device(struct place *p, uint8_t mark, const char *officer, const char *agency)
{
	struct fv_store_device d = {.enrolled_ms = 1};
	int64_t no;

	memset(d.dev, mark, sizeof d.dev);
	memset(d.pk_0, mark, sizeof d.pk_0);
	memset(d.ticket_id, mark, sizeof d.ticket_id);
	(void)snprintf(d.officer, sizeof d.officer, "%s", officer);
	(void)snprintf(d.agency, sizeof d.agency, "%s", agency);
	assert_int_equal(fv_store_device_add(p->store, &d, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(p->store, no, &p->device), FV_OK);
	p->count = 0;
	return no;
}

static void
add_case(struct place *p, const char *id, const char *agency, const char *zones)
{
	const struct fv_store_case row = {
	    .item = {.id = fv_span_z(id),
		.agency = fv_span_z(agency),
		.zones = fv_span_z(zones),
		.has_place = true,
		.lat_e7 = LAT,
		.lon_e7 = LON,
		.has_radius = true,
		.radius_m = 100,
		.actor = FV_ACTOR_THIRD_PARTY,
		.product = FV_PRODUCT_CONSUMER_LOAN,
		.debts = fv_span_z("d1"),
		.packs = fv_span_z(""),
		.assigned = fv_span_z(strcmp(id, "c1") == 0 ? "o1" : "o8")}};

	assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	char path[96];

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof p->dir, "%s/fv-trail-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(path, sizeof path, "%s/db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	add_case(p, "c1", "north", "Asia/Shanghai");
	add_case(p, "c-berlin", "north", "Europe/Berlin");
	add_case(p, "c-south", "south", "Asia/Shanghai");
	(void)add_device(p, 1, "o1", "north");
	p->now_ms = NINE;
	trail_view_open(&p->view, p->store, "", NINE + 24 * HOUR);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[96];

	trail_view_close(&p->view);
	fv_store_rollback(p->store);
	fv_store_close(p->store);
	(void)snprintf(command, sizeof command, "rm -rf %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

/* A record of the device at now_ms, which then goes on by a second.  Returns its seq. */
static uint64_t
put_payload(struct place *p, uint32_t type, struct fv_span payload)
{
	static const uint8_t salt[FV_SALT_BYTES] = {7};
	struct fv_header header = {.type = type,
	    .seq = p->count,
	    .rtc_ms = p->now_ms,
	    .boottime_ms = p->now_ms - NINE,
	    .has_gnss = p->has_gnss,
	    .gnss_ms = p->has_gnss ? p->now_ms + p->ahead_ms : 0};
	struct fv_store_record row = {.no = p->device.no,
	    .seq = p->count,
	    .type = type,
	    .received_ms = p->now_ms,
	    .has_payload = true,
	    .salt = fv_span_of(salt, sizeof salt),
	    .payload = payload};
	struct fv_buf bytes = {0};
	struct fv_cbor_reader r;
	struct fv_span text;

	memcpy(header.dev, p->device.dev, sizeof header.dev);
	fv_header_put(&bytes, &header);
	row.header = fv_buf_span(&bytes);
	if (fv_cbor_map_find(payload, 1, &r) == FV_OK) {
		row.has_subject_seq =
		    fv_cbor_get_uint(&r, UINT64_MAX, &row.subject_seq) == FV_OK;
		if (!row.has_subject_seq && fv_cbor_get_text(&r, &text) == FV_OK)
			row.case_id = text;
	}
	assert_int_equal(fv_store_record_append(p->store, &row), FV_OK);
	fv_buf_clear(&bytes);
	p->now_ms += 1000;
	return p->count++;
}

static uint64_t __attribute__((format(printf, 3, 4)))
put(struct place *p, uint32_t type, const char *fmt, ...)
{
	struct fv_buf payload = {0};
	char text[512];
	uint64_t seq;
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(text, sizeof text, fmt, ap), 2, sizeof text - 1);
	va_end(ap);
	made_cbor(&payload, text);
	seq = put_payload(p, type, fv_buf_span(&payload));
	fv_buf_clear(&payload);
	return seq;
}

/* Fixes at 1 Hz from `at_ms` of the receiver on, walking north; then the TRACK of them. */
static uint64_t
put_track(struct place *p, uint64_t shift, int64_t at_ms, size_t count)
{
	struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
	struct fv_track_info info = {.has_shift = true,
	    .shift_seq = shift,
	    .first_ms = at_ms,
	    .quantum_e7 = FV_TRACK_QUANTUM_TRAVEL_E7,
	    .count = count,
	    .has_worst_eph = true,
	    .worst_eph_mm = 5000};
	struct fv_buf payload = {0};
	uint64_t seq;

	for (size_t i = 0; i < count; i++)
		fixes[i] = (struct fv_track_fix){
		    at_ms + (int64_t)i * 1000, {LAT + (int32_t)i * 100, LON}};
	assert_int_equal(fv_track_payload_put(&payload, &info, fixes), FV_OK);
	seq = put_payload(p, FV_REC_TRACK, fv_buf_span(&payload));
	fv_buf_clear(&payload);
	return seq;
}

static uint64_t
begin_shift(struct place *p, const char *officer)
{
	return put(p, FV_REC_SHIFT_BEGIN, "{4:\"%s\"}", officer);
}

static void
end_shift(struct place *p, uint64_t shift)
{
	(void)put(p, FV_REC_SHIFT_END, "{1:%llu,4:1}", (unsigned long long)shift);
}

/* As far as a seal reaches, and how many records the handheld said that it has. */
static void
save(struct place *p, uint64_t sealed, uint64_t told)
{
	struct fv_store_trail *t = calloc(1, sizeof *t);

	assert_non_null(t);
	assert_int_equal(fv_store_trail_load(p->store, p->device.no, t), FV_OK);
	t->trail.range.size = p->count;
	t->trail.sealed_size = t->sealed_range.size = sealed;
	t->trail.last = (struct fv_header){
	    .type = FV_REC_SEAL, .seq = p->count - 1, .rtc_ms = p->now_ms - 1000};
	memcpy(t->trail.last.dev, p->device.dev, sizeof t->trail.last.dev);
	t->has_tail = true;
	t->tail_n = told;
	t->last_sync_ms = p->now_ms;
	assert_int_equal(fv_store_trail_save(p->store, p->device.no, t), FV_OK);
	free(t);
}

static void
read_ask(struct place *p, const struct trail_ask *ask, struct trail_day *day)
{
	save(p, p->count, p->count);
	assert_int_equal(trail_day_read(&p->view, &p->device, ask, day), FV_OK);
}

static void
read_day(struct place *p, int64_t date, struct trail_day *day)
{
	const struct trail_ask ask = {.day = date};

	read_ask(p, &ask, day);
}

/* -- gaps --------------------------------------------------------------------------- */

static void
a_gap_is_a_gap_with_its_reason(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	p->now_ms = NINE + 11 * MINUTE;
	(void)put_track(p, shift, NINE + MINUTE, 600);
	(void)put(p, FV_REC_GAP, "{4:1,5:%lld,6:%lld}", (long long)(NINE + 11 * MINUTE),
	    (long long)(NINE + 20 * MINUTE));
	p->now_ms = NINE + 25 * MINUTE;
	(void)put_track(p, shift, NINE + 20 * MINUTE, 300);
	end_shift(p, shift);
	read_day(p, DAY, &day);
	assert_int_equal(day.run_count, 2);
	assert_false(day.runs[1].is_joined);
	assert_int_equal(day.gap_count, 1);
	assert_true(day.gaps[0].has_seq && day.gaps[0].reason == 1);
	assert_int_equal(day.gaps[0].until_ms - day.gaps[0].from_ms, 9 * MINUTE);
	trail_day_clear(&day);
}

static void
a_silence_that_no_record_explains_is_a_gap_too(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 60);
	(void)put_track(p, shift, NINE + 5 * MINUTE, 60);
	read_day(p, DAY, &day);
	assert_int_equal(day.gap_count, 1);
	assert_true(!day.gaps[0].has_seq && day.gaps[0].reason == 0);
	assert_int_equal(day.gaps[0].from_ms, NINE + MINUTE + 59000);
	assert_int_equal(day.gaps[0].until_ms, NINE + 5 * MINUTE);
	trail_day_clear(&day);
}

static void
records_that_follow_each_other_are_one_line(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 60);
	(void)put_track(p, shift, NINE + 2 * MINUTE, 60);
	(void)put_track(p, shift, NINE + 3 * MINUTE + FV_TRACK_GAP_MS, 60);
	read_day(p, DAY, &day);
	assert_true(day.runs[1].is_joined);
	assert_false(day.runs[2].is_joined);
	trail_day_clear(&day);
}

static void
a_pause_is_a_gap_of_its_own_kind(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 60);
	p->now_ms = NINE + 30 * MINUTE;
	(void)put(p, FV_REC_GAP, "{4:5,5:%lld,6:%lld}", (long long)(NINE + 2 * MINUTE),
	    (long long)(NINE + 30 * MINUTE));
	(void)put_track(p, shift, NINE + 30 * MINUTE, 60);
	read_day(p, DAY, &day);
	assert_int_equal(day.gap_count, 1);
	assert_int_equal(day.gaps[0].reason, 5);
	trail_day_clear(&day);
}

/* -- days ----------------------------------------------------------------------------- */

static void
two_shifts_of_a_day_are_two(void **state)
{
	struct place *p = *state;
	uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 60);
	p->now_ms = NINE + HOUR;
	end_shift(p, shift);
	p->now_ms = NINE + HOUR + 10000;
	shift = begin_shift(p, "o1");
	(void)put_track(p, shift, NINE + HOUR + 15000, 60);
	end_shift(p, shift);
	read_day(p, DAY, &day);
	assert_int_equal(day.shift_count, 2);
	assert_true(day.shifts[0].has_end && day.shifts[1].has_end);
	assert_int_equal(day.run_count, 2);
	assert_false(day.runs[1].is_joined);
	assert_int_equal(day.fix_count, 120);
	assert_string_equal(day.zone_name, "Asia/Shanghai");
	assert_int_equal(day.from_ms, NINE - 9 * HOUR);
	assert_int_equal(day.until_ms, NINE + 15 * HOUR);
	trail_day_clear(&day);
}

static void
a_shift_over_midnight_lies_in_both_days_and_no_fix_in_two(void **state)
{
	struct place *p = *state;
	const int64_t midnight = NINE + 15 * HOUR;
	struct trail_day day;
	uint64_t shift;

	p->now_ms = midnight - HOUR;
	shift = begin_shift(p, "o1");
	p->now_ms = midnight + 200000;
	(void)put_track(p, shift, midnight - 100000, 300);
	p->now_ms = midnight + HOUR;
	end_shift(p, shift);
	read_day(p, DAY, &day);
	assert_int_equal(day.shift_count, 1);
	assert_true(day.shifts[0].is_after && !day.shifts[0].is_before);
	assert_int_equal(day.fix_count, 100);
	trail_day_clear(&day);
	read_day(p, DAY + 1, &day);
	assert_int_equal(day.shift_count, 1);
	assert_true(day.shifts[0].is_before && !day.shifts[0].is_after);
	assert_int_equal(day.fix_count, 200);
	assert_int_equal(day.runs[0].first_ms, midnight);
	trail_day_clear(&day);
	read_day(p, DAY + 2, &day);
	assert_int_equal(day.shift_count + day.run_count, 0);
	trail_day_clear(&day);
}

static void
a_day_in_which_clocks_go_on_has_23_hours(void **state)
{
	const int64_t morning = INT64_C(1774767600000); /* 2026-03-29T09:00:00+02:00 */
	struct place *p = *state;
	struct trail_day day;
	uint64_t shift;

	p->now_ms = morning;
	shift = begin_shift(p, "o1");
	(void)put(p, FV_REC_VISIT_BEGIN, "{1:\"c-berlin\",4:[\"o1\"],5:1}");
	end_shift(p, shift);
	read_day(p, DAY + 27, &day);
	assert_string_equal(day.zone_name, "Europe/Berlin");
	assert_int_equal(day.shift_count, 1);
	assert_int_equal(day.until_ms - day.from_ms, 23 * HOUR);
	assert_int_equal(day.from_ms, morning - 8 * HOUR);
	trail_day_clear(&day);
}

static void
a_day_is_that_of_the_visits_zone(void **state)
{
	struct place *p = *state;
	struct trail_day day;
	uint64_t shift;

	p->now_ms = NINE + 14 * HOUR; /* 23:00 in Shanghai, 16:00 in Berlin */
	shift = begin_shift(p, "o1");
	(void)put(p, FV_REC_VISIT_BEGIN, "{1:\"c-berlin\",4:[\"o1\"],5:1}");
	p->now_ms += 2 * HOUR;
	end_shift(p, shift);
	read_day(p, DAY, &day);
	assert_int_equal(day.shift_count, 1);
	assert_false(day.shifts[0].is_after);
	assert_string_equal(day.zone_name, "Europe/Berlin");
	trail_day_clear(&day);
	read_day(p, DAY + 1, &day);
	assert_int_equal(day.shift_count, 0);
	trail_day_clear(&day);
}

static void
a_shift_without_an_end_is_open_only_while_it_is_the_last(void **state)
{
	struct place *p = *state;
	struct trail_day day;

	(void)begin_shift(p, "o1");
	read_day(p, DAY, &day);
	assert_true(day.is_open && trail_day_is_provisional(&day));
	trail_day_clear(&day);
	p->now_ms = NINE + HOUR;
	end_shift(p, begin_shift(p, "o1"));
	read_day(p, DAY, &day);
	assert_int_equal(day.shift_count, 2);
	assert_false(day.is_open || trail_day_is_provisional(&day));
	trail_day_clear(&day);
}

/* -- what is not shown ------------------------------------------------------------------ */

static void
a_track_of_no_shift_is_not_shown(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift + 40, NINE + MINUTE, 60);
	end_shift(p, shift);
	(void)put_track(p, shift + 41, NINE + 2 * MINUTE, 60);
	read_day(p, DAY, &day);
	assert_int_equal(day.run_count + day.fix_count, 0);
	trail_day_clear(&day);
}

static void
the_case_of_another_agency_is_not_named(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_view narrow;
	const struct trail_ask ask = {.day = DAY};
	struct trail_day day;

	(void)put(p, FV_REC_VISIT_BEGIN,
	    "{1:\"c-south\",2:{1:3,3:%d,4:%d,6:5000,21:9},4:[\"o1\"],5:1}", LAT, LON);
	(void)put(p, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:%d,4:%d,6:5000,21:9},4:[\"o1\"],5:1}", LAT, LON);
	end_shift(p, shift);
	save(p, p->count, p->count);
	trail_view_open(&narrow, p->store, "north", p->now_ms);
	assert_int_equal(trail_day_read(&narrow, &p->device, &ask, &day), FV_OK);
	assert_int_equal(day.visit_count, 2);
	assert_true(day.visits[0].case_id[0] == '\0' && !day.visits[0].has_site &&
	    !day.visits[0].begin_stamp.has_fence);
	assert_string_equal(day.visits[1].case_id, "c1");
	assert_true(day.visits[1].has_site && day.visits[1].begin_stamp.has_fence);
	trail_day_clear(&day);
	trail_view_close(&narrow);
}

static void
on_a_shared_handheld_an_officer_has_his_own_shifts_only(void **state)
{
	struct place *p = *state;
	const struct trail_ask ask = {.day = DAY, .officer = "o2"};
	uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 60);
	(void)put(p, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o1\"],5:1}");
	end_shift(p, shift);
	shift = begin_shift(p, "o2");
	(void)put_track(p, shift, NINE + 9 * MINUTE, 30);
	end_shift(p, shift);
	read_ask(p, &ask, &day);
	assert_int_equal(day.shift_count, 1);
	assert_string_equal(day.shifts[0].officer, "o2");
	assert_int_equal(day.fix_count, 30);
	assert_int_equal(day.visit_count, 0);
	trail_day_clear(&day);
}

/* -- visits --------------------------------------------------------------------------- */

static void
a_visit_has_its_stamps_fence_and_stay(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;
	uint64_t visit;

	p->now_ms = NINE + MINUTE;
	visit = put(p, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:%d,4:%d,6:5000,17:3,21:9},4:[\"o1\",\"o2\"],5:1}", LAT, LON);
	p->now_ms = NINE + 11 * MINUTE;
	/* A metre a second: within 95 m for 95 s, then away. */
	(void)put_track(p, shift, NINE + MINUTE, 600);
	(void)put(p, FV_REC_OUTCOME, "{1:%llu,4:6}", (unsigned long long)visit);
	(void)put(p, FV_REC_VISIT_END, "{1:%llu,2:{1:3,3:%d,4:%d,6:5000},4:1}",
	    (unsigned long long)visit, LAT + 60000, LON);
	end_shift(p, shift);
	read_day(p, DAY, &day);
	assert_int_equal(day.visit_count, 1);
	const struct trail_visit *v = &day.visits[0];
	assert_true(v->has_end && v->how == 1 && v->outcome == 6 && v->officer_count == 2);
	assert_int_equal(v->begin_stamp.fence, FV_FENCE_INSIDE);
	assert_int_equal(v->end_stamp.fence, FV_FENCE_OUTSIDE);
	assert_in_range(v->end_stamp.distance_mm, 600000, 700000);
	assert_int_equal(v->begin_stamp.marks.count, 1);
	assert_int_equal(v->begin_stamp.marks.alarm[0].check, FV_CHECK_SOURCE);
	assert_true(v->has_arrived && v->has_left);
	assert_int_equal(v->arrived_ms, NINE + MINUTE);
	assert_in_range(v->left_ms, NINE + MINUTE + 85000, NINE + MINUTE + 110000);
	trail_day_clear(&day);
}

static void
alarms_and_steps_of_the_clock_are_marks(void **state)
{
	struct place *p = *state;
	struct trail_day day;

	(void)begin_shift(p, "o1");
	(void)put(p, FV_REC_ALARM, "{1:0,4:21,5:[100,200,300]}");
	(void)put(p, FV_REC_CLOCK_STEP, "{4:1000,5:3600000}");
	(void)put(p, FV_REC_CHECKIN, "{4:%lld}", (long long)(NINE + HOUR));
	(void)put(p, FV_REC_SYNC, "{4:1}");
	read_day(p, DAY, &day);
	assert_int_equal(day.mark_count, 3);
	assert_true(day.marks[0].alarm.check == FV_CHECK_JUMP && day.marks[0].has_subject &&
	    day.marks[0].alarm.inputs[2] == 300);
	assert_true(day.marks[1].has_value && day.marks[1].other == HOUR);
	assert_true(day.marks[2].has_value && day.marks[2].value == NINE + HOUR);
	trail_day_clear(&day);
}

/* -- time ------------------------------------------------------------------------------- */

static void
a_receiver_that_is_years_off_is_moved_beside_the_records(void **state)
{
	struct place *p = *state;
	const int64_t off = -FV_WEEK_ROLLOVER_MS;
	struct trail_day day;
	uint64_t shift;

	p->has_gnss = true;
	p->ahead_ms = off;
	shift = begin_shift(p, "o1");
	p->now_ms = NINE + 10 * MINUTE;
	(void)put(p, FV_REC_GAP, "{4:1,5:%lld,6:%lld}", (long long)(NINE + 5 * MINUTE + off),
	    (long long)(NINE + 9 * MINUTE + off));
	(void)put(p, FV_REC_GAP, "{4:5,5:%lld,6:%lld}", (long long)(NINE + 2 * MINUTE),
	    (long long)(NINE + 3 * MINUTE));
	(void)put_track(p, shift, NINE + 9 * MINUTE + off, 60);
	read_day(p, DAY, &day);
	assert_int_equal(day.run_count, 1);
	assert_int_equal(day.runs[0].off_ms, off);
	assert_int_equal(day.runs[0].first_ms, NINE + 9 * MINUTE);
	assert_int_equal(day.gap_count, 2);
	assert_int_equal(day.gaps[0].from_ms, NINE + 2 * MINUTE);
	assert_int_equal(day.gaps[1].from_ms, NINE + 5 * MINUTE);
	trail_day_clear(&day);
}

static void
a_receiver_half_a_minute_off_is_not_moved(void **state)
{
	struct place *p = *state;
	struct trail_day day;
	uint64_t shift;

	p->has_gnss = true;
	p->ahead_ms = 30000;
	shift = begin_shift(p, "o1");
	(void)put_track(p, shift, NINE + MINUTE, 10);
	read_day(p, DAY, &day);
	assert_int_equal(day.runs[0].off_ms, 0);
	assert_int_equal(day.runs[0].first_ms, NINE + MINUTE);
	trail_day_clear(&day);
}

/* -- what is missing ---------------------------------------------------------------------- */

static void
what_has_not_come_makes_the_day_provisional(void **state)
{
	struct place *p = *state;
	const struct trail_ask ask = {.day = DAY};
	struct trail_day day;

	end_shift(p, begin_shift(p, "o1"));
	save(p, 1, p->count + 5);
	assert_int_equal(trail_day_read(&p->view, &p->device, &ask, &day), FV_OK);
	assert_int_equal(day.unsealed, 1);
	assert_int_equal(day.outstanding, 5);
	assert_true(trail_day_is_provisional(&day) && !day.is_open);
	trail_day_clear(&day);
	read_day(p, DAY, &day);
	assert_false(trail_day_is_provisional(&day));
	trail_day_clear(&day);
}

static void
a_track_that_cannot_be_read_is_counted_and_stops_nothing(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	struct trail_day day;

	(void)put(p, FV_REC_TRACK, "{1:%llu,4:9,5:0,6:100,7:3,8:h'00ff'}",
	    (unsigned long long)shift);
	(void)put_track(p, shift, NINE + MINUTE, 60);
	read_day(p, DAY, &day);
	assert_int_equal(day.unreadable, 1);
	assert_int_equal(day.fix_count, 60);
	trail_day_clear(&day);
}

/* -- letters ---------------------------------------------------------------------------- */

static int64_t
next_number(const char **at)
{
	uint64_t u = 0;
	unsigned shift = 0, letter;

	do {
		letter = (unsigned)*(*at)++ - 63;
		u |= (uint64_t)(letter & 0x1f) << shift;
		shift += 5;
	} while (letter >= 0x20);
	return (u & 1) != 0 ? ~(int64_t)(u >> 1) : (int64_t)(u >> 1);
}

static void
the_letters_give_every_fix_back(void **state)
{
	struct fv_track_fix fixes[5] = {{NINE, {LAT, LON}},
	    {NINE + 1000, {LAT + 100, LON - 300}}, {NINE + 2000, {LAT - 70000, LON}},
	    {NINE + 12000, {-LAT, -LON}}, {NINE + 12001, {LAT, LON + 100}}};
	struct fv_buf out = {0};
	int64_t t = fixes[0].t_ms, step = 0, lat = fixes[0].place.lat_e7 / 100,
		lon = fixes[0].place.lon_e7 / 100;
	const char *at;

	(void)state;
	trail_put_fixes(&out, fixes, 5, NULL, 100);
	at = fv_buf_z(&out);
	for (size_t i = 1; i < 5; i++) {
		step += next_number(&at);
		t += step;
		lat += next_number(&at);
		lon += next_number(&at);
		assert_int_equal(t, fixes[i].t_ms);
		assert_int_equal(lat * 100, fixes[i].place.lat_e7);
		assert_int_equal(lon * 100, fixes[i].place.lon_e7);
	}
	assert_int_equal(*at, '\0');
	fv_buf_clear(&out);
}

static void
a_steady_walk_takes_few_letters(void **state)
{
	struct fv_track_fix fixes[1000];
	struct fv_buf out = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		fixes[i] = (struct fv_track_fix){
		    NINE + (int64_t)i * 1000, {LAT + (int32_t)i * 100, LON}};
	trail_put_fixes(&out, fixes, 1000, NULL, 100);
	assert_true(out.len <= 3000 + 8);
	fv_buf_clear(&out);
}

static void
what_is_left_out_lies_within_the_tolerance(void **state)
{
	struct fv_track_fix fixes[1000];
	bool keep[FV_TRACK_FIXES_MAX];
	size_t kept, last = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		fixes[i] = (struct fv_track_fix){NINE + (int64_t)i * 1000,
		    {LAT + (int32_t)(i * 100), LON + (int32_t)(sin((double)i / 30) * 4000)}};
	kept = trail_simplify(fixes, 1000, 5, keep);
	assert_true(keep[0] && keep[999] && kept > 30 && kept < 200);
	for (size_t i = 1; i < 1000; i++) {
		if (!keep[i])
			continue;
		for (size_t k = last + 1; k < i; k++) {
			const double part =
			    (double)(fixes[k].place.lat_e7 - fixes[last].place.lat_e7) /
			    (fixes[i].place.lat_e7 - fixes[last].place.lat_e7);
			const double lon = fixes[last].place.lon_e7 +
			    part * (fixes[i].place.lon_e7 - fixes[last].place.lon_e7);

			/* Off the line eastwards, so a little more than straight off it. */
			assert_true(fabs(fixes[k].place.lon_e7 - lon) * 0.0102 < 8);
		}
		last = i;
	}
}

static void
a_zoom_leaves_out_what_cannot_be_seen(void **state)
{
	struct place *p = *state;
	const uint64_t shift = begin_shift(p, "o1");
	const struct trail_ask ask = {.day = DAY, .has_zoom = true, .zoom = 13};
	struct trail_day day;

	(void)put_track(p, shift, NINE + MINUTE, 1000);
	read_ask(p, &ask, &day);
	assert_int_equal(day.fix_count, 1000);
	assert_int_equal(day.runs[0].count, 1000);
	assert_int_equal(day.runs[0].kept, 2);
	trail_day_clear(&day);
}

/* -- lists ------------------------------------------------------------------------------ */

static enum fv_err
note_officer(struct fv_span id, void *ctx)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 32, "%.*s ", (int)id.len, (const char *)id.ptr);
	return FV_OK;
}

static void
officers_of_an_agency_come_by_id(void **state)
{
	struct place *p = *state;
	char text[128] = "";

	(void)begin_shift(p, "o7");
	(void)add_device(p, 2, "o3", "north");
	(void)add_device(p, 3, "o2", "north");
	(void)add_device(p, 4, "o9", "south");
	assert_int_equal(fv_store_officer_each(p->store, "north", "", NINE - HOUR, NINE + HOUR,
			     10, note_officer, text),
	    FV_OK);
	assert_string_equal(text, "o1 o2 o3 o7 ");
	text[0] = '\0';
	assert_int_equal(fv_store_officer_each(p->store, "north", "o2", NINE + HOUR,
			     NINE + 2 * HOUR, 10, note_officer, text),
	    FV_OK);
	assert_string_equal(text, "o3 ");
}

static enum fv_err
note_device(const struct fv_store_device *device, void *ctx)
{
	return note_officer(fv_span_z(device->officer), ctx);
}

static void
devices_come_in_pages_of_one_agency_or_all(void **state)
{
	struct place *p = *state;
	struct fv_store_device found;
	char text[128] = "";
	uint8_t start[8];

	(void)add_device(p, 2, "o3", "south");
	(void)add_device(p, 3, "o2", "north");
	assert_int_equal(fv_store_device_each_after(p->store,
			     &(struct fv_store_device_ask){.agency = "north", .max = 10},
			     note_device, text),
	    FV_OK);
	assert_string_equal(text, "o1 o2 ");
	text[0] = '\0';
	assert_int_equal(
	    fv_store_device_each_after(p->store,
		&(struct fv_store_device_ask){.after = 1, .max = 1}, note_device, text),
	    FV_OK);
	assert_string_equal(text, "o3 ");
	memset(start, 3, sizeof start);
	assert_int_equal(
	    fv_store_device_find(p->store, fv_span_of(start, sizeof start), &found), FV_OK);
	assert_string_equal(found.officer, "o2");
	memset(start, 9, sizeof start);
	assert_int_equal(
	    fv_store_device_find(p->store, fv_span_of(start, sizeof start), &found),
	    FV_ENOENT);
}

static void
the_silent_are_those_not_heard_from_since(void **state)
{
	struct place *p = *state;
	const struct fv_store_device_ask ask = {.heard_until_ms = NINE, .max = 10};
	char text[128] = "";

	(void)begin_shift(p, "o1");
	save(p, 1, 1);
	(void)add_device(p, 2, "o3", "north");
	(void)add_device(p, 3, "o4", "north");
	assert_int_equal(fv_store_device_revoke(p->store, p->device.no, 5, 0), FV_OK);
	assert_int_equal(fv_store_device_each_after(p->store, &ask, note_device, text), FV_OK);
	assert_string_equal(text, "o3 ");
}

static void
a_shift_that_is_no_longer_believed_is_gone(void **state)
{
	struct place *p = *state;
	uint64_t next;

	(void)begin_shift(p, "o1");
	p->now_ms += HOUR;
	(void)begin_shift(p, "o1");
	assert_int_equal(fv_store_shift_next(p->store, p->device.no, 0, &next), FV_OK);
	assert_int_equal(next, 1);
	assert_int_equal(fv_store_record_drop_from(p->store, p->device.no, 1), FV_OK);
	assert_int_equal(fv_store_shift_next(p->store, p->device.no, 0, &next), FV_ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    T(a_gap_is_a_gap_with_its_reason),
	    T(a_silence_that_no_record_explains_is_a_gap_too),
	    T(records_that_follow_each_other_are_one_line),
	    T(a_pause_is_a_gap_of_its_own_kind),
	    T(two_shifts_of_a_day_are_two),
	    T(a_shift_over_midnight_lies_in_both_days_and_no_fix_in_two),
	    T(a_day_in_which_clocks_go_on_has_23_hours),
	    T(a_day_is_that_of_the_visits_zone),
	    T(a_shift_without_an_end_is_open_only_while_it_is_the_last),
	    T(a_track_of_no_shift_is_not_shown),
	    T(the_case_of_another_agency_is_not_named),
	    T(on_a_shared_handheld_an_officer_has_his_own_shifts_only),
	    T(a_visit_has_its_stamps_fence_and_stay),
	    T(alarms_and_steps_of_the_clock_are_marks),
	    T(a_receiver_that_is_years_off_is_moved_beside_the_records),
	    T(a_receiver_half_a_minute_off_is_not_moved),
	    T(what_has_not_come_makes_the_day_provisional),
	    T(a_track_that_cannot_be_read_is_counted_and_stops_nothing),
	    cmocka_unit_test(the_letters_give_every_fix_back),
	    cmocka_unit_test(a_steady_walk_takes_few_letters),
	    cmocka_unit_test(what_is_left_out_lies_within_the_tolerance),
	    T(a_zoom_leaves_out_what_cannot_be_seen),
	    T(officers_of_an_agency_come_by_id),
	    T(devices_come_in_pages_of_one_agency_or_all),
	    T(the_silent_are_those_not_heard_from_since),
	    T(a_shift_that_is_no_longer_believed_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
