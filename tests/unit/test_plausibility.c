#include "fv/plausibility.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/nmea.h"

#define T0 INT64_C(1772459400000)

static struct fv_stamp
good(void)
{
	struct fv_stamp s = {.mode = 3,
	    .gnss_ms = T0,
	    .place = {231291000, 1132644000},
	    .alt_hae_mm = 12000,
	    .eph_mm = 6000,
	    .speed_mm_s = 0,
	    .used = 9,
	    .seen = 12,
	    .ss_mean_d = 370,
	    .ss_spread_d = 160,
	    .status = 0,
	    .source = FV_SOURCE_USB,
	    .age_ms = 400,
	    .run_3d = 50};

	s.has = FV_STAMP_BIT(FV_STAMP_MODE) | FV_STAMP_BIT(FV_STAMP_GNSS) |
	    FV_STAMP_BIT(FV_STAMP_LAT) | FV_STAMP_BIT(FV_STAMP_LON) |
	    FV_STAMP_BIT(FV_STAMP_ALT) | FV_STAMP_BIT(FV_STAMP_EPH) |
	    FV_STAMP_BIT(FV_STAMP_SPEED) | FV_STAMP_BIT(FV_STAMP_USED) |
	    FV_STAMP_BIT(FV_STAMP_SEEN) | FV_STAMP_BIT(FV_STAMP_SS_MEAN) |
	    FV_STAMP_BIT(FV_STAMP_SS_SPREAD) | FV_STAMP_BIT(FV_STAMP_STATUS) |
	    FV_STAMP_BIT(FV_STAMP_SOURCE) | FV_STAMP_BIT(FV_STAMP_AGE) |
	    FV_STAMP_BIT(FV_STAMP_RUN_3D);
	return s;
}

/* The alarms of a stamp whose wall clock agrees. */
static struct fv_alarms
alarms_of(const struct fv_stamp *s)
{
	struct fv_alarms a;

	fv_plausible_stamp(s, T0 + 400, &a);
	return a;
}

static void
assert_only(const struct fv_alarms *a, enum fv_alarm_check check, int64_t first_input)
{
	assert_int_equal(a->count, 1);
	assert_int_equal(a->alarm[0].check, check);
	assert_true(a->alarm[0].input_count >= 1);
	assert_true(a->alarm[0].inputs[0] == first_input);
}

static void
a_good_stamp_raises_nothing(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a = alarms_of(&s);

	(void)state;
	assert_int_equal(a.count, 0);
}

static void
a_source_that_can_be_a_replay_is_named(void **state)
{
	static const int32_t bad[] = {FV_SOURCE_PTY, FV_SOURCE_NET, FV_SOURCE_FILE};
	static const int32_t fine[] = {FV_SOURCE_SERIAL, FV_SOURCE_USB, FV_SOURCE_OTHER};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct fv_stamp s = good();
		struct fv_alarms a;

		s.source = bad[i];
		a = alarms_of(&s);
		assert_only(&a, FV_CHECK_SOURCE, bad[i]);
		s.source = fine[i];
		a = alarms_of(&s);
		assert_int_equal(a.count, 0);
	}
}

static void
a_simulated_status_is_named(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.status = 8;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_SIMULATED, 8);
	s.status = 5;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_SIMULATED, 5);
}

static void
two_3d_fixes_are_too_few_and_three_enough(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.run_3d = 2;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_FEW_3D, 2);
	s.run_3d = 3;
	a = alarms_of(&s);
	assert_int_equal(a.count, 0);
	s.has &= ~FV_STAMP_BIT(FV_STAMP_RUN_3D);
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_FEW_3D, 0);
}

static void
a_3d_fix_without_an_error_estimate_is_named(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.eph_mm = 0;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ERROR_ESTIMATE, 0);
	s.has &= ~FV_STAMP_BIT(FV_STAMP_EPH);
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ERROR_ESTIMATE, 0);
}

static void
signals_of_a_generator_are_named(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.ss_spread_d = 9;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_STRENGTH, 9);
	s.used = 5;
	a = alarms_of(&s);
	assert_int_equal(a.count, 0);
	s = good();
	s.ss_mean_d = 551;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_STRENGTH, 9);
}

static void
a_stale_fix_is_named_with_its_age(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.age_ms = 10001;
	fv_plausible_stamp(&s, T0 + 10001, &a);
	assert_only(&a, FV_CHECK_STALE, 10001);
	s.age_ms = 10000;
	fv_plausible_stamp(&s, T0 + 10000, &a);
	assert_int_equal(a.count, 0);
}

static void
gnss_time_two_seconds_off_is_named_the_age_allowed_for(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	fv_plausible_stamp(&s, T0 + 400 + 2000, &a);
	assert_int_equal(a.count, 0);
	fv_plausible_stamp(&s, T0 + 400 + 2001, &a);
	assert_only(&a, FV_CHECK_CLOCK_OFF, -2001);
	fv_plausible_stamp(&s, T0 + 400 - 3600000, &a);
	assert_only(&a, FV_CHECK_CLOCK_OFF, 3600000);
}

static void
a_thousand_and_twenty_four_weeks_are_a_rollover_and_no_lie(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.gnss_ms = T0 - FV_WEEK_ROLLOVER_MS;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ROLLOVER, -1);
	s.gnss_ms = T0 + 2 * FV_WEEK_ROLLOVER_MS + 5000;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ROLLOVER, 2);
	assert_true(a.alarm[0].inputs[1] == 5000);
	s.gnss_ms = T0 + FV_WEEK_ROLLOVER_MS + INT64_C(86400001);
	a = alarms_of(&s);
	assert_int_equal(a.alarm[0].check, FV_CHECK_CLOCK_OFF);
}

static void
a_stamp_without_a_fix_is_silent_about_its_place(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.mode = 1;
	s.run_3d = 0;
	s.age_ms = 900000;
	s.gnss_ms = 0;
	a = alarms_of(&s);
	assert_int_equal(a.count, 0);
	memset(&s, 0, sizeof s);
	a = alarms_of(&s);
	assert_int_equal(a.count, 0);
}

static void
times_at_the_ends_of_int64_do_not_overflow(void **state)
{
	static const int64_t ends[] = {INT64_MIN, -1, 0, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++) {
			struct fv_stamp s = good();
			struct fv_alarms a;

			s.gnss_ms = ends[i];
			s.age_ms = INT64_MAX;
			fv_plausible_stamp(&s, ends[k], &a);
			assert_true(a.count >= 1);
		}
}

/* A header `s` seconds into boot `boot`, all clocks in step. */
static struct fv_header
header(uint8_t boot, int64_t s)
{
	struct fv_header h = {.type = FV_REC_GAP, .has_gnss = true};

	h.boot[0] = boot;
	h.boottime_ms = 5000000 + s * 1000;
	h.rtc_ms = T0 + s * 1000;
	h.gnss_ms = T0 + s * 1000;
	return h;
}

static struct fv_alarms
feed(struct fv_clock_checks *c, struct fv_header h)
{
	struct fv_alarms a;

	fv_plausible_clocks(c, &h, &a);
	return a;
}

static void
clocks_in_step_raise_nothing(void **state)
{
	struct fv_clock_checks c = {0};

	(void)state;
	for (int64_t s = 0; s < 100; s++)
		assert_int_equal(feed(&c, header(1, s * s)).count, 0);
}

static void
c1_boottime_that_falls_is_named(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 100);
	struct fv_alarms a;

	(void)state;
	(void)feed(&c, h);
	h = header(1, 99);
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_BOOTTIME_FELL, 5100000);
	assert_true(a.alarm[0].inputs[1] == 5099000);
}

static void
c2_a_wall_clock_that_moves_needs_a_clock_step(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h;
	struct fv_alarms a;

	(void)state;
	(void)feed(&c, header(1, 0));
	h = header(1, 10);
	h.has_gnss = false;
	h.rtc_ms += 2000;
	assert_int_equal(feed(&c, h).count, 0);
	h.boottime_ms += 10000;
	h.rtc_ms += 12001;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_CLOCK_DRIFT, 2001);
	h.type = FV_REC_CLOCK_STEP;
	h.boottime_ms += 10000;
	h.rtc_ms += 10000 + 3600000;
	assert_int_equal(feed(&c, h).count, 0);
}

static void
a_wall_clock_set_back_is_named_even_with_its_clock_step(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 10);
	struct fv_alarms a;

	(void)state;
	(void)feed(&c, header(1, 0));
	h.type = FV_REC_CLOCK_STEP;
	h.has_gnss = false;
	h.rtc_ms -= 3600000;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_CLOCK_BACK, -3600000);
}

static void
c3_a_receiver_that_runs_at_another_speed_is_named(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 1000);
	struct fv_alarms a;

	(void)state;
	(void)feed(&c, header(1, 0));
	h.gnss_ms += 2000;
	assert_int_equal(feed(&c, h).count, 0);
	h = header(1, 1010);
	h.gnss_ms += 2000 + 50 * 10000;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_GNSS_DRIFT, 500000);
	assert_true(a.alarm[0].inputs[1] == 10000);
}

static void
c3_allows_for_a_hundred_parts_in_a_million(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 50000);

	(void)state;
	(void)feed(&c, header(1, 0));
	h.gnss_ms += 2000 + 5000;
	assert_int_equal(feed(&c, h).count, 0);
	h = header(1, 100000);
	h.gnss_ms += 2000 + 5000 + 2000 + 5001;
	assert_int_equal(feed(&c, h).count, 1);
}

static void
c4_a_rollover_is_told_from_drift(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 0);
	struct fv_alarms a;

	(void)state;
	h.gnss_ms -= FV_WEEK_ROLLOVER_MS;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_ROLLOVER, -1);
}

static void
c5_a_boot_that_comes_back_is_named_and_a_new_one_is_not(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(2, 0);
	struct fv_alarms a;

	(void)state;
	(void)feed(&c, header(1, 1000));
	assert_int_equal(feed(&c, h).count, 0);
	h = header(1, 2000);
	h.seq = 2;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_BOOT_CAME_BACK, 2);
}

static void
c5_remembers_the_newest_boots_when_there_are_many(void **state)
{
	struct fv_clock_checks c = {0};

	(void)state;
	for (int i = 0; i < 200; i++)
		assert_int_equal(feed(&c, header((uint8_t)i, i * 100)).count, 0);
	assert_int_equal(feed(&c, header(150, 30000)).count, 1);
	assert_int_equal(feed(&c, header(10, 40000)).count, 0);
}

static void
c6_a_beacon_that_falls_is_named(void **state)
{
	struct fv_clock_checks c = {0};
	struct fv_header h = header(1, 0);
	struct fv_alarms a;

	(void)state;
	h.has_beacon = true;
	h.beacon_size = 900;
	(void)feed(&c, h);
	(void)feed(&c, header(1, 1));
	h = header(1, 2);
	h.has_beacon = true;
	h.beacon_size = 899;
	a = feed(&c, h);
	assert_only(&a, FV_CHECK_BEACON_FELL, 900);
}

/* A walk north at 1.4 m/s with jitter; the n-th second. */
static struct fv_stamp
walking(int32_t n)
{
	static const int32_t jitter[] = {0, 3, -2, 5, 1, -4, 2, -1};
	struct fv_stamp s = good();

	s.gnss_ms += n * INT64_C(1000);
	s.place.lat_e7 += n * 126 + jitter[n % 8];
	s.place.lon_e7 += jitter[(n + 3) % 8];
	s.alt_hae_mm += jitter[(n + 5) % 8] * 100;
	s.eph_mm += (n / 7 % 5) * 100;
	s.ss_mean_d += n % 3;
	s.speed_mm_s = 1400;
	return s;
}

static unsigned
count_of(struct fv_fix_checks *c, const struct fv_stamp *s, enum fv_alarm_check check)
{
	struct fv_alarms a;
	unsigned n = 0;

	fv_plausible_fix(c, s, &a);
	for (size_t i = 0; i < a.count; i++)
		n += a.alarm[i].check == (uint32_t)check ? 1 : 0;
	return n;
}

static void
a_plain_walk_raises_nothing(void **state)
{
	struct fv_fix_checks c = {0};
	struct fv_alarms a;

	(void)state;
	for (int32_t n = 0; n < 600; n++) {
		struct fv_stamp s = walking(n);

		fv_plausible_fix(&c, &s, &a);
		assert_int_equal(a.count, 0);
	}
}

static void
a_jump_is_named_but_not_in_the_first_half_minute(void **state)
{
	struct fv_fix_checks c = {0};
	struct fv_stamp s;

	(void)state;
	for (int32_t n = 0; n < 100; n++) {
		s = walking(n);
		if (n == 20 || n == 60)
			s.place.lat_e7 += 9000;
		assert_int_equal(count_of(&c, &s, FV_CHECK_JUMP), n == 60 || n == 61 ? 1 : 0);
	}
}

static void
positions_that_outrun_the_speed_are_named_once(void **state)
{
	struct fv_fix_checks c = {0};
	unsigned said = 0;

	(void)state;
	for (int32_t n = 0; n < 120; n++) {
		struct fv_stamp s = walking(n);

		if (n > 40)
			s.place.lat_e7 += (n - 40) * 2000;
		said += count_of(&c, &s, FV_CHECK_DOPPLER);
		assert_true(n > 44 || said == 0);
	}
	assert_int_equal(said, 1);
}

static void
an_error_estimate_frozen_with_its_signals_is_named(void **state)
{
	struct fv_fix_checks c = {0};
	struct fv_fix_checks alive = {0};
	unsigned said = 0;

	(void)state;
	for (int32_t n = 0; n < 200; n++) {
		struct fv_stamp s = walking(n);

		s.eph_mm = 5000;
		assert_int_equal(count_of(&alive, &s, FV_CHECK_ERROR_ESTIMATE), 0);
		s.ss_mean_d = 400;
		said += count_of(&c, &s, FV_CHECK_ERROR_ESTIMATE);
		assert_true(n >= 60 || said == 0);
	}
	assert_int_equal(said, 1);
}

static void
a_height_that_never_changes_while_moving_is_named(void **state)
{
	struct fv_fix_checks c = {0};
	unsigned said = 0;

	(void)state;
	for (int32_t n = 0; n < 200; n++) {
		struct fv_stamp s = walking(n);

		s.alt_hae_mm = 12000;
		said += count_of(&c, &s, FV_CHECK_FROZEN_HEIGHT);
	}
	assert_int_equal(said, 1);
}

static void
a_place_without_jitter_is_named_and_a_pinned_one_is_not(void **state)
{
	struct fv_fix_checks frozen = {0};
	struct fv_fix_checks pinned = {0};
	unsigned said = 0;

	(void)state;
	for (int32_t n = 0; n < 200; n++) {
		struct fv_stamp s = good();

		s.gnss_ms += n * INT64_C(1000);
		said += count_of(&frozen, &s, FV_CHECK_NO_JITTER);
		s.ss_mean_d += n % 4;
		assert_int_equal(count_of(&pinned, &s, FV_CHECK_NO_JITTER), 0);
	}
	assert_int_equal(said, 1);
}

static void
a_receiver_time_that_stands_or_leaps_starts_anew(void **state)
{
	struct fv_fix_checks c = {0};
	struct fv_stamp s = walking(0);
	struct fv_alarms a;

	(void)state;
	fv_plausible_fix(&c, &s, &a);
	s.place.lat_e7 += 500000;
	fv_plausible_fix(&c, &s, &a);
	assert_int_equal(a.count, 0);
	s.gnss_ms -= 5000;
	fv_plausible_fix(&c, &s, &a);
	assert_int_equal(a.count, 0);
	s.gnss_ms = INT64_MAX;
	fv_plausible_fix(&c, &s, &a);
	assert_int_equal(a.count, 0);
	s.gnss_ms = INT64_MIN;
	fv_plausible_fix(&c, &s, &a);
	assert_int_equal(a.count, 0);
}

static void
real_drives_raise_no_alarm(void **state)
{
	static const char *const logs[] = {"../shared/gps/long/tizen-suwon-drive-96min.nmea",
	    "../shared/gps/long/signalk-gps-stationary-20min.nmea",
	    "../shared/gps/gpsd/bundg_zeus_9.log"};
	static struct fv_stamp stamps[8000];

	(void)state;
	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
		size_t count = nmea_stamps(logs[i], stamps, 8000);
		struct fv_fix_checks c = {0};
		struct fv_alarms a;

		if (count == 0)
			skip();
		for (size_t n = 0; n < count; n++) {
			fv_plausible_fix(&c, &stamps[n], &a);
			assert_int_equal(a.count, 0);
		}
	}
}

static void
an_alarm_survives_a_round_trip_with_and_without_a_subject(void **state)
{
	struct fv_alarm alarm = {FV_CHECK_JUMP, 3, {300000, 1000, -7, 0}};
	struct fv_alarm back;
	struct fv_buf buf = {0};
	uint64_t seq = 41;
	uint64_t subject;
	bool has;

	(void)state;
	fv_alarm_put(&buf, &seq, &alarm);
	assert_int_equal(fv_alarm_parse(fv_buf_span(&buf), &back, &has, &subject), FV_OK);
	assert_true(has && subject == 41);
	assert_memory_equal(&back, &alarm, sizeof back);
	fv_buf_reset(&buf);
	fv_alarm_put(&buf, NULL, &alarm);
	assert_int_equal(fv_alarm_parse(fv_buf_span(&buf), &back, &has, &subject), FV_OK);
	assert_false(has);
	fv_buf_clear(&buf);
}

static void
an_alarm_that_is_none_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t len;
		enum fv_err want;
	} cases[] = {
	    {{0xa2, 4, 0x15, 5, 0x85, 1, 2, 3, 4, 5}, 10,
		FV_OK}, /* a fifth input is dropped */
	    {{0xa1, 5, 0x80}, 3, FV_EFORMAT},
	    {{0xa1, 4, 0}, 3, FV_EFORMAT},
	    {{0xa2, 4, 0x15, 5, 0x81, 0x40}, 6, FV_EFORMAT},
	    {{0xa1, 4, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0}, 11, FV_ERANGE},
	    {{0xa1, 4}, 2, FV_ECUT},
	    {{0x80}, 1, FV_EFORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fv_alarm alarm;
		uint64_t subject;
		bool has;

		assert_int_equal(fv_alarm_parse(fv_span_of(cases[i].bytes, cases[i].len),
				     &alarm, &has, &subject),
		    cases[i].want);
		assert_int_equal(alarm.input_count, cases[i].want == FV_OK ? 4 : 0);
	}
}

static void
strong_interference_and_a_broken_antenna_are_named(void **state)
{
	struct fv_stamp s = good();
	struct fv_alarms a;

	(void)state;
	s.has |= FV_STAMP_BIT(FV_STAMP_JAM) | FV_STAMP_BIT(FV_STAMP_ANTENNA);
	s.jam = 127;
	s.antenna = 1;
	a = alarms_of(&s);
	assert_int_equal(a.count, 0);
	s.jam = 128;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_JAMMED, 128);
	s.jam = 22;
	s.antenna = 3;
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ANTENNA, 3);
	s.mode = 1; /* it is the reason why there is no fix */
	a = alarms_of(&s);
	assert_only(&a, FV_CHECK_ANTENNA, 3);
}

/* Fixes at 1 Hz from T0, so many satellites in use after 40 s, moved so far then. */
static struct fv_alarms
sky_of(int32_t used, int32_t metres)
{
	struct fv_fix_checks c = {0};
	struct fv_alarms a = {0};

	for (int64_t s = 0; s <= 40; s++) {
		struct fv_stamp fix = good();

		fix.gnss_ms = T0 + s * 1000;
		fix.ss_mean_d = 370 + (int32_t)s % 3;
		fix.alt_hae_mm += (int32_t)s;
		if (s == 40) {
			fix.used = used;
			fix.place.lat_e7 += metres * 90;
		}
		fv_plausible_fix(&c, &fix, &a);
	}
	return a;
}

static void
satellites_that_jump_while_the_place_does_not_are_named(void **state)
{
	struct fv_alarms a = sky_of(1, 0);

	(void)state;
	assert_only(&a, FV_CHECK_CONSTELLATION, 9);
	assert_true(a.alarm[0].inputs[1] == 1);
	a = sky_of(17, 0);
	assert_only(&a, FV_CHECK_CONSTELLATION, 9);
	assert_int_equal(sky_of(16, 0).count, 0);
	assert_int_equal(sky_of(2, 0).count, 0);
	assert_int_equal(sky_of(1, 15).count, 0);
}

static void
every_check_has_its_words(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 40; n++) {
		bool known = (n >= 1 && n <= 7) || (n >= 16 && n <= 33);

		assert_int_equal(strcmp(fv_check_text(n), "?") != 0, known);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_stamp_raises_nothing),
	    cmocka_unit_test(a_source_that_can_be_a_replay_is_named),
	    cmocka_unit_test(a_simulated_status_is_named),
	    cmocka_unit_test(two_3d_fixes_are_too_few_and_three_enough),
	    cmocka_unit_test(a_3d_fix_without_an_error_estimate_is_named),
	    cmocka_unit_test(signals_of_a_generator_are_named),
	    cmocka_unit_test(a_stale_fix_is_named_with_its_age),
	    cmocka_unit_test(gnss_time_two_seconds_off_is_named_the_age_allowed_for),
	    cmocka_unit_test(a_thousand_and_twenty_four_weeks_are_a_rollover_and_no_lie),
	    cmocka_unit_test(a_stamp_without_a_fix_is_silent_about_its_place),
	    cmocka_unit_test(times_at_the_ends_of_int64_do_not_overflow),
	    cmocka_unit_test(clocks_in_step_raise_nothing),
	    cmocka_unit_test(c1_boottime_that_falls_is_named),
	    cmocka_unit_test(c2_a_wall_clock_that_moves_needs_a_clock_step),
	    cmocka_unit_test(a_wall_clock_set_back_is_named_even_with_its_clock_step),
	    cmocka_unit_test(c3_a_receiver_that_runs_at_another_speed_is_named),
	    cmocka_unit_test(c3_allows_for_a_hundred_parts_in_a_million),
	    cmocka_unit_test(c4_a_rollover_is_told_from_drift),
	    cmocka_unit_test(c5_a_boot_that_comes_back_is_named_and_a_new_one_is_not),
	    cmocka_unit_test(c5_remembers_the_newest_boots_when_there_are_many),
	    cmocka_unit_test(c6_a_beacon_that_falls_is_named),
	    cmocka_unit_test(a_plain_walk_raises_nothing),
	    cmocka_unit_test(a_jump_is_named_but_not_in_the_first_half_minute),
	    cmocka_unit_test(positions_that_outrun_the_speed_are_named_once),
	    cmocka_unit_test(an_error_estimate_frozen_with_its_signals_is_named),
	    cmocka_unit_test(a_height_that_never_changes_while_moving_is_named),
	    cmocka_unit_test(a_place_without_jitter_is_named_and_a_pinned_one_is_not),
	    cmocka_unit_test(a_receiver_time_that_stands_or_leaps_starts_anew),
	    cmocka_unit_test(real_drives_raise_no_alarm),
	    cmocka_unit_test(an_alarm_survives_a_round_trip_with_and_without_a_subject),
	    cmocka_unit_test(an_alarm_that_is_none_is_refused),
	    cmocka_unit_test(strong_interference_and_a_broken_antenna_are_named),
	    cmocka_unit_test(satellites_that_jump_while_the_place_does_not_are_named),
	    cmocka_unit_test(every_check_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
