#include "fv/plausibility.h"

#include <stdlib.h>
#include <string.h>

#define STATUS_DR 5
#define STATUS_GNSS_DR 6
#define STATUS_SIMULATED 8
#define GENERATOR_USED 6      /* satellites from which strengths say something */
#define GENERATOR_SPREAD_D 10 /* 1 dB-Hz */
#define GENERATOR_MEAN_D 550  /* 55 dB-Hz: no sky is so loud */
#define ROLLOVER_NEAR_MS INT64_C(86400000)
#define DRIFT_PPM 100
#define SETTLE_MS 30000 /* after acquisition a receiver may say anything */
#define CONSTANT_MS 60000
#define CONSTANT_FIXES 20 /* in that time, or it says nothing */
#define DOPPLER_MS 5000
#define DOPPLER_STEP_MS 2500    /* fixes farther apart say nothing of speed between them */
#define DOPPLER_SIGMA_MM_S 1500 /* and a tenth of the speed */
#define MOVED_MM 50000
#define ANTENNA_OK 1
#define SKY_JUMP 8         /* satellites in use, from one fix to the next */
#define SKY_MOVED_MM 10000 /* under a bridge or out of a hall one moves */

static void
raise_alarm(
    struct fv_alarms *alarms, enum fv_alarm_check check, size_t count, const int64_t *inputs)
{
	struct fv_alarm *a;

	if (alarms->count == FV_ALARMS_MAX)
		return;
	a = &alarms->alarm[alarms->count++];
	memset(a, 0, sizeof *a);
	a->check = (uint32_t)check;
	a->input_count = count;
	memcpy(a->inputs, inputs, count * sizeof *inputs);
}

static void
raise1(struct fv_alarms *alarms, enum fv_alarm_check check, int64_t a)
{
	raise_alarm(alarms, check, 1, &a);
}

static void
raise2(struct fv_alarms *alarms, enum fv_alarm_check check, int64_t a, int64_t b)
{
	raise_alarm(alarms, check, 2, (const int64_t[]){a, b});
}

static void
raise3(struct fv_alarms *alarms, enum fv_alarm_check check, const int64_t inputs[3])
{
	raise_alarm(alarms, check, 3, inputs);
}

const char *
fv_check_text(uint32_t check)
{
	static const char *const texts[] = {
	    [FV_CHECK_BOOTTIME_FELL] = "the time since boot went back",
	    [FV_CHECK_CLOCK_DRIFT] = "the wall clock moved without a recorded step",
	    [FV_CHECK_GNSS_DRIFT] = "the receiver's time does not run like the device's",
	    [FV_CHECK_ROLLOVER] = "the receiver's date is off by a multiple of 1024 weeks",
	    [FV_CHECK_BOOT_CAME_BACK] = "records of one boot come after those of another",
	    [FV_CHECK_BEACON_FELL] = "a checkpoint older than one already seen is named",
	    [FV_CHECK_WRITTEN_OFFLINE] = "written offline: only the order is proven",
	    [FV_CHECK_SIMULATED] = "the position is simulated or inferred",
	    [FV_CHECK_ERROR_ESTIMATE] = "the error estimate is missing, zero or frozen",
	    [FV_CHECK_STRENGTH] = "the signal strengths look like a generator's",
	    [FV_CHECK_CONSTELLATION] = "the satellites jump while the position does not",
	    [FV_CHECK_DOPPLER] = "the positions do not move as the speed says",
	    [FV_CHECK_JUMP] = "the position jumps faster than any vehicle",
	    [FV_CHECK_FROZEN_HEIGHT] = "the height is frozen while moving",
	    [FV_CHECK_TIME_BASE] = "the receiver's time base slips",
	    [FV_CHECK_REPLAYED_DAY] = "the track repeats that of an earlier shift",
	    [FV_CHECK_SOURCE] = "the receiver is no hardware of this device",
	    [FV_CHECK_DRIVER_CHANGED] = "the receiver was changed in mid-shift",
	    [FV_CHECK_FEW_3D] = "fewer than three 3D fixes in a row",
	    [FV_CHECK_STALE] = "the fix is old",
	    [FV_CHECK_NO_JITTER] = "the position has no jitter at all",
	    [FV_CHECK_CLOCK_OFF] = "the receiver's time and the wall clock differ",
	    [FV_CHECK_CLOCK_BACK] = "the wall clock was set back",
	    [FV_CHECK_JAMMED] = "strong interference at the receiver",
	    [FV_CHECK_ANTENNA] = "the receiver's antenna is open or short",
	};

	if (check >= sizeof texts / sizeof texts[0] || texts[check] == NULL)
		return "?";
	return texts[check];
}

/* a - b, held at the ends of int64: both may come from a stranger. */
static int64_t
difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a > b ? INT64_MAX : INT64_MIN;
	return d;
}

static bool
is_apart(int64_t difference_ms, int64_t tolerance_ms)
{
	return difference_ms > tolerance_ms || difference_ms < -tolerance_ms;
}

/* Rollovers between two times: the nearest multiple when it is near and not 0, else 0. */
static int64_t
rollovers(int64_t difference_ms, int64_t *rest_ms_out)
{
	int64_t n = difference_ms / FV_WEEK_ROLLOVER_MS;
	int64_t rest = difference_ms % FV_WEEK_ROLLOVER_MS;

	if (rest > FV_WEEK_ROLLOVER_MS / 2) {
		rest -= FV_WEEK_ROLLOVER_MS;
		n++;
	} else if (rest < -FV_WEEK_ROLLOVER_MS / 2) {
		rest += FV_WEEK_ROLLOVER_MS;
		n--;
	}
	*rest_ms_out = rest;
	return is_apart(rest, ROLLOVER_NEAR_MS) ? 0 : n;
}

static bool
has_fix(const struct fv_stamp *s)
{
	return fv_stamp_has(s, FV_STAMP_MODE) && s->mode >= 2 && fv_stamp_has(s, FV_STAMP_LAT);
}

static void
judge_strength(const struct fv_stamp *s, struct fv_alarms *out)
{
	if (!fv_stamp_has(s, FV_STAMP_USED) || !fv_stamp_has(s, FV_STAMP_SS_MEAN) ||
	    !fv_stamp_has(s, FV_STAMP_SS_SPREAD) || s->used < GENERATOR_USED)
		return;
	if (s->ss_spread_d < GENERATOR_SPREAD_D || s->ss_mean_d > GENERATOR_MEAN_D)
		raise3(out, FV_CHECK_STRENGTH,
		    (const int64_t[]){s->used, s->ss_spread_d, s->ss_mean_d});
}

static void
judge_times(const struct fv_stamp *s, int64_t rtc_ms, struct fv_alarms *out)
{
	int64_t age_ms = fv_stamp_has(s, FV_STAMP_AGE) ? s->age_ms : 0;
	int64_t off_ms;
	int64_t rest_ms;
	int64_t n;

	if (age_ms > FV_PLAUSIBLE_STALE_MS)
		raise1(out, FV_CHECK_STALE, age_ms);
	if (!fv_stamp_has(s, FV_STAMP_GNSS))
		return;
	off_ms = difference(difference(s->gnss_ms, rtc_ms), -age_ms);
	if ((n = rollovers(off_ms, &rest_ms)) != 0)
		raise2(out, FV_CHECK_ROLLOVER, n, rest_ms);
	else if (is_apart(off_ms, FV_PLAUSIBLE_CLOCK_MS))
		raise1(out, FV_CHECK_CLOCK_OFF, off_ms);
}

void
fv_plausible_stamp(const struct fv_stamp *s, int64_t rtc_ms, struct fv_alarms *alarms_out)
{
	alarms_out->count = 0;
	if (fv_stamp_has(s, FV_STAMP_SOURCE) &&
	    (s->source == FV_SOURCE_PTY || s->source == FV_SOURCE_NET ||
		s->source == FV_SOURCE_FILE))
		raise1(alarms_out, FV_CHECK_SOURCE, s->source);
	if (fv_stamp_has(s, FV_STAMP_STATUS) &&
	    (s->status == STATUS_SIMULATED || s->status == STATUS_DR ||
		s->status == STATUS_GNSS_DR))
		raise1(alarms_out, FV_CHECK_SIMULATED, s->status);
	if (fv_stamp_has(s, FV_STAMP_JAM) && s->jam >= FV_PLAUSIBLE_JAM)
		raise1(alarms_out, FV_CHECK_JAMMED, s->jam);
	if (fv_stamp_has(s, FV_STAMP_ANTENNA) && s->antenna != ANTENNA_OK)
		raise1(alarms_out, FV_CHECK_ANTENNA, s->antenna);
	if (!has_fix(s))
		return;
	if (s->mode == 3 && (!fv_stamp_has(s, FV_STAMP_EPH) || s->eph_mm == 0))
		raise2(alarms_out, FV_CHECK_ERROR_ESTIMATE, 0, 0);
	judge_strength(s, alarms_out);
	if (!fv_stamp_has(s, FV_STAMP_RUN_3D) || s->run_3d < FV_PLAUSIBLE_RUN_3D)
		raise1(alarms_out, FV_CHECK_FEW_3D,
		    fv_stamp_has(s, FV_STAMP_RUN_3D) ? s->run_3d : 0);
	judge_times(s, rtc_ms, alarms_out);
}

static bool
is_same_boot(const struct fv_header *a, const struct fv_header *b)
{
	return memcmp(a->boot, b->boot, FV_BOOT_BYTES) == 0;
}

static void
judge_within_boot(
    const struct fv_header *last, const struct fv_header *now, struct fv_alarms *out)
{
	int64_t boot_ms = difference(now->boottime_ms, last->boottime_ms);
	int64_t rtc_ms = difference(now->rtc_ms, last->rtc_ms);
	int64_t drift_ms = difference(rtc_ms, boot_ms);

	if (boot_ms < 0)
		raise2(out, FV_CHECK_BOOTTIME_FELL, last->boottime_ms, now->boottime_ms);
	if (drift_ms < -FV_PLAUSIBLE_CLOCK_MS)
		raise1(out, FV_CHECK_CLOCK_BACK, drift_ms);
	if (is_apart(drift_ms, FV_PLAUSIBLE_CLOCK_MS) && now->type != FV_REC_CLOCK_STEP)
		raise1(out, FV_CHECK_CLOCK_DRIFT, drift_ms);
}

static void
judge_gnss(const struct fv_clock_checks *c, const struct fv_header *now, struct fv_alarms *out)
{
	int64_t over_ms = difference(now->boottime_ms, c->gnss_boottime_ms);
	int64_t drift_ms = difference(difference(now->gnss_ms, c->gnss_ms), over_ms);
	int64_t slack_ms =
	    FV_PLAUSIBLE_CLOCK_MS + (over_ms > 0 ? over_ms / 1000000 * DRIFT_PPM : 0);

	if (is_apart(drift_ms, slack_ms))
		raise2(out, FV_CHECK_GNSS_DRIFT, drift_ms, over_ms);
}

static void
judge_new_boot(struct fv_clock_checks *c, const struct fv_header *now, struct fv_alarms *out)
{
	for (size_t i = 0; i < c->boot_count; i++)
		if (memcmp(c->boots[i], now->boot, FV_BOOT_BYTES) == 0) {
			raise1(out, FV_CHECK_BOOT_CAME_BACK, (int64_t)(now->seq & INT64_MAX));
			break;
		}
	if (c->boot_count == FV_PLAUSIBLE_BOOTS) {
		memmove(c->boots[0], c->boots[1], (FV_PLAUSIBLE_BOOTS - 1) * FV_BOOT_BYTES);
		c->boot_count--;
	}
	memcpy(c->boots[c->boot_count++], c->last.boot, FV_BOOT_BYTES);
	c->has_gnss = false;
}

void
fv_plausible_clocks(
    struct fv_clock_checks *c, const struct fv_header *now, struct fv_alarms *alarms_out)
{
	int64_t rest_ms;
	int64_t n;

	alarms_out->count = 0;
	if (c->has_last && is_same_boot(&c->last, now))
		judge_within_boot(&c->last, now, alarms_out);
	else if (c->has_last)
		judge_new_boot(c, now, alarms_out);
	if (now->has_gnss) {
		if (c->has_gnss)
			judge_gnss(c, now, alarms_out);
		if ((n = rollovers(difference(now->gnss_ms, now->rtc_ms), &rest_ms)) != 0)
			raise2(alarms_out, FV_CHECK_ROLLOVER, n, rest_ms);
		c->has_gnss = true;
		c->gnss_ms = now->gnss_ms;
		c->gnss_boottime_ms = now->boottime_ms;
	}
	if (now->has_beacon) {
		if (c->has_beacon && now->beacon_size < c->beacon_size)
			raise2(alarms_out, FV_CHECK_BEACON_FELL,
			    (int64_t)(c->beacon_size & INT64_MAX),
			    (int64_t)(now->beacon_size & INT64_MAX));
		c->has_beacon = true;
		c->beacon_size = now->beacon_size;
	}
	c->last = *now;
	c->has_last = true;
}

static bool
is_constant(bool same, int64_t now_ms, int64_t *since_ms, bool *said)
{
	if (!same) {
		*since_ms = now_ms;
		*said = false;
		return false;
	}
	if (*said || now_ms - *since_ms < CONSTANT_MS)
		return false;
	*said = true;
	return true;
}

/*
 * Satellites as loud as before.  In a real sky they never are for long, while a receiver
 * may well pin its place at rest, and gpsd's error estimate of an NMEA receiver stands for
 * minutes: on a drive of 96 min 26 times for 60 s.
 */
static bool
has_same_signals(const struct fv_stamp *a, const struct fv_stamp *b)
{
	return fv_stamp_has(a, FV_STAMP_SS_MEAN) && fv_stamp_has(b, FV_STAMP_SS_MEAN) &&
	    a->ss_mean_d == b->ss_mean_d;
}

static bool
is_frozen(const struct fv_stamp *a, const struct fv_stamp *b)
{
	return a->place.lat_e7 == b->place.lat_e7 && a->place.lon_e7 == b->place.lon_e7 &&
	    a->alt_hae_mm == b->alt_hae_mm && has_same_signals(a, b);
}

static void
judge_constants(struct fv_fix_checks *c, const struct fv_stamp *s, struct fv_alarms *out)
{
	int64_t now = s->gnss_ms;
	bool is_3d = s->mode == 3 && c->last.mode == 3;
	bool same_eph = is_3d && fv_stamp_has(s, FV_STAMP_EPH) &&
	    fv_stamp_has(&c->last, FV_STAMP_EPH) && s->eph_mm == c->last.eph_mm &&
	    has_same_signals(&c->last, s);
	bool same_alt = is_3d && fv_stamp_has(s, FV_STAMP_ALT) &&
	    fv_stamp_has(&c->last, FV_STAMP_ALT) && s->alt_hae_mm == c->last.alt_hae_mm;
	bool same_place = is_3d && is_frozen(&c->last, s);

	c->moved_mm = same_alt ? c->moved_mm + fv_geo_distance_mm(c->last.place, s->place) : 0;
	c->place_fixes = same_place && c->place_fixes < INT32_MAX ? c->place_fixes + 1 : 1;
	if (is_constant(same_eph, now, &c->eph_since_ms, &c->said_eph))
		raise2(
		    out, FV_CHECK_ERROR_ESTIMATE, s->eph_mm, (now - c->eph_since_ms) / 1000);
	if (c->moved_mm >= MOVED_MM || !same_alt) {
		if (is_constant(same_alt, now, &c->alt_since_ms, &c->said_alt))
			raise2(out, FV_CHECK_FROZEN_HEIGHT, s->alt_hae_mm,
			    (now - c->alt_since_ms) / 1000);
	}
	if ((c->place_fixes >= CONSTANT_FIXES || !same_place) &&
	    is_constant(same_place, now, &c->place_since_ms, &c->said_place))
		raise2(
		    out, FV_CHECK_NO_JITTER, (now - c->place_since_ms) / 1000, c->place_fixes);
}

static void
judge_doppler(struct fv_fix_checks *c, const struct fv_stamp *s, int64_t step_ms,
    int64_t step_mm_s, struct fv_alarms *out)
{
	int64_t speed;
	int64_t off;

	if (step_ms > DOPPLER_STEP_MS || !fv_stamp_has(s, FV_STAMP_SPEED) ||
	    !fv_stamp_has(&c->last, FV_STAMP_SPEED)) {
		c->has_doppler = false;
		return;
	}
	speed = ((int64_t)s->speed_mm_s + c->last.speed_mm_s) / 2;
	off = llabs(step_mm_s - speed);
	if (off <= 3 * (DOPPLER_SIGMA_MM_S + speed / 10)) {
		c->has_doppler = c->said_doppler = false;
		return;
	}
	if (!c->has_doppler) {
		c->has_doppler = true;
		c->doppler_since_ms = c->last.gnss_ms;
	}
	if (c->said_doppler || s->gnss_ms - c->doppler_since_ms < DOPPLER_MS)
		return;
	c->said_doppler = true;
	raise2(out, FV_CHECK_DOPPLER, step_mm_s, speed);
}

static void
judge_sky(struct fv_fix_checks *c, const struct fv_stamp *s, int64_t step_ms, int64_t mm,
    struct fv_alarms *out)
{
	int32_t before = c->last.used;

	if (step_ms > DOPPLER_STEP_MS || mm > SKY_MOVED_MM ||
	    !fv_stamp_has(s, FV_STAMP_USED) || !fv_stamp_has(&c->last, FV_STAMP_USED))
		return;
	if (abs(s->used - before) >= SKY_JUMP)
		raise2(out, FV_CHECK_CONSTELLATION, before, s->used);
}

static void
start_fixes(struct fv_fix_checks *c, const struct fv_stamp *s)
{
	memset(c, 0, sizeof *c);
	c->has_last = true;
	c->last = *s;
	c->first_gnss_ms = c->eph_since_ms = c->alt_since_ms = c->place_since_ms = s->gnss_ms;
	c->place_fixes = 1;
}

void
fv_plausible_fix(
    struct fv_fix_checks *c, const struct fv_stamp *s, struct fv_alarms *alarms_out)
{
	int64_t step_ms;
	int64_t mm;

	alarms_out->count = 0;
	if (!has_fix(s) || !fv_stamp_has(s, FV_STAMP_GNSS))
		return;
	/* Time that stands or goes back is C3's business; what came before no longer counts.
	 */
	step_ms = c->has_last ? difference(s->gnss_ms, c->last.gnss_ms) : 0;
	if (!c->has_last || step_ms <= 0 || step_ms > FV_WEEK_ROLLOVER_MS) {
		start_fixes(c, s);
		return;
	}
	judge_constants(c, s, alarms_out);
	mm = fv_geo_distance_mm(c->last.place, s->place);
	if (s->gnss_ms - c->first_gnss_ms >= SETTLE_MS) {
		int64_t mm_s = mm * 1000 / step_ms;

		if (mm_s > FV_PLAUSIBLE_SPEED_MM_S)
			raise3(
			    alarms_out, FV_CHECK_JUMP, (const int64_t[]){mm, step_ms, mm_s});
		judge_doppler(c, s, step_ms, mm_s, alarms_out);
		judge_sky(c, s, step_ms, mm, alarms_out);
	}
	c->last = *s;
}

void
fv_alarm_put(struct fv_buf *buf, const uint64_t *subject_seq, const struct fv_alarm *alarm)
{
	fv_cbor_put_map(buf, subject_seq != NULL ? 3 : 2);
	if (subject_seq != NULL) {
		fv_cbor_put_uint(buf, 1);
		fv_cbor_put_uint(buf, *subject_seq);
	}
	fv_cbor_put_uint(buf, 4);
	fv_cbor_put_uint(buf, alarm->check);
	fv_cbor_put_uint(buf, 5);
	fv_cbor_put_array(buf, alarm->input_count);
	for (size_t i = 0; i < alarm->input_count; i++)
		fv_cbor_put_int(buf, alarm->inputs[i]);
}

static enum fv_err
take_inputs(struct fv_cbor_reader *r, struct fv_alarm *alarm)
{
	size_t count;
	enum fv_err rc;

	if ((rc = fv_cbor_get_array(r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		int64_t v;

		if ((rc = fv_cbor_get_int(r, &v)) != FV_OK)
			return rc;
		if (alarm->input_count < FV_ALARM_INPUTS_MAX)
			alarm->inputs[alarm->input_count++] = v;
	}
	return FV_OK;
}

enum fv_err
fv_alarm_parse(struct fv_span payload, struct fv_alarm *alarm_out, bool *has_subject_out,
    uint64_t *subject_seq_out)
{
	struct fv_cbor_reader r = fv_cbor_reader_of(payload);
	struct fv_alarm alarm = {0};
	uint64_t check = 0;
	uint64_t subject = 0;
	bool has_subject = false;
	size_t count;
	enum fv_err rc;

	memset(alarm_out, 0, sizeof *alarm_out);
	*has_subject_out = false;
	*subject_seq_out = 0;
	if ((rc = fv_cbor_check_all(payload)) != FV_OK)
		return rc;
	if ((rc = fv_cbor_get_map(&r, &count)) != FV_OK)
		return rc;
	for (size_t i = 0; i < count && rc == FV_OK; i++) {
		uint64_t key;

		if ((rc = fv_cbor_get_uint(&r, UINT64_MAX, &key)) != FV_OK)
			break;
		if (key == 1) {
			has_subject = true;
			rc = fv_cbor_get_uint(&r, INT64_MAX, &subject);
		} else if (key == 4) {
			rc = fv_cbor_get_uint(&r, UINT32_MAX, &check);
		} else if (key == 5) {
			rc = take_inputs(&r, &alarm);
		} else {
			rc = fv_cbor_skip(&r, NULL);
		}
	}
	if (rc != FV_OK)
		return rc;
	if (check == 0)
		return FV_EFORMAT;
	alarm.check = (uint32_t)check;
	*alarm_out = alarm;
	*has_subject_out = has_subject;
	*subject_seq_out = subject;
	return FV_OK;
}
