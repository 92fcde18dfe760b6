/*
 * How far to believe a stamp and a clock: signals, never proofs, and never a reason to
 * stop work (PROTOCOL.md, Plausibility).  Each alarm has a number and whole-number inputs.
 *
 * Threads: no shared state.  Memory: none, but for fv_alarm_put().
 */
#ifndef FV_PLAUSIBILITY_H
#define FV_PLAUSIBILITY_H

#include "fv/record.h"
#include "fv/stamp.h"

#define FV_ALARM_INPUTS_MAX 4U
#define FV_ALARMS_MAX 12U                         /* of one feed */
#define FV_PLAUSIBLE_BOOTS 64U                    /* boot ids remembered for C5 */
#define FV_WEEK_ROLLOVER_MS INT64_C(619315200000) /* 1024 weeks */
#define FV_PLAUSIBLE_CLOCK_MS 2000                /* clocks that differ by no more agree */
#define FV_PLAUSIBLE_RUN_3D 3                     /* fixes in a row before one is believed */
#define FV_PLAUSIBLE_STALE_MS 10000   /* a fix older than this is not where one is */
#define FV_PLAUSIBLE_JAM 128          /* half of the scale: no sky is like that */
#define FV_PLAUSIBLE_SPEED_MM_S 70000 /* no car on a visit is faster */

/*
 * Key 4 of an ALARM.  1 to 7 and 16 to 33 are the protocol's tables; inputs in brackets.
 * C7 needs what only the server has.
 */
enum fv_alarm_check {
	FV_CHECK_BOOTTIME_FELL = 1, /* C1 [before ms, now ms] */
	FV_CHECK_CLOCK_DRIFT = 2,   /* C2 wall clock against boottime [difference ms] */
	FV_CHECK_GNSS_DRIFT = 3,    /* C3 GNSS against boottime [difference ms, over ms] */
	FV_CHECK_ROLLOVER = 4, /* C4 a receiver's fault, no fraud [weeks / 1024, rest ms] */
	FV_CHECK_BOOT_CAME_BACK = 5, /* C5 the boot of an earlier record after another [seq] */
	FV_CHECK_BEACON_FELL = 6,    /* C6 [size before, size now] */
	FV_CHECK_WRITTEN_OFFLINE = 7, /* C7 [width of the sandwich ms] */
	FV_CHECK_SIMULATED = 16,      /* status simulated or dead reckoning [status] */
	FV_CHECK_ERROR_ESTIMATE =
	    17, /* 3D without eph, eph 0, or frozen with the signals for 60 s [eph mm, s] */
	FV_CHECK_STRENGTH = 18,      /* a generator's signals [used, spread x 10, mean x 10] */
	FV_CHECK_CONSTELLATION = 19, /* satellites jump, the place does not [before, now] */
	FV_CHECK_DOPPLER = 20, /* step and speed differ for 5 s [step mm/s, speed mm/s] */
	FV_CHECK_JUMP = 21,    /* faster than any vehicle [mm, ms, mm/s] */
	FV_CHECK_FROZEN_HEIGHT = 22,  /* one height for 60 s while moving [mm, s] */
	FV_CHECK_TIME_BASE = 23,      /* C3, seen while fixes come [difference ms, over ms] */
	FV_CHECK_REPLAYED_DAY = 24,   /* a track of an earlier shift [fixes in a row, 0] */
	FV_CHECK_SOURCE = 25,         /* pty, net or file: may be a replay [source kind] */
	FV_CHECK_DRIVER_CHANGED = 26, /* in mid-shift [seq of the SESSION before, source] */
	FV_CHECK_FEW_3D = 27,         /* a fix of fewer than 3 3D fixes in a row [run] */
	FV_CHECK_STALE = 28,          /* [age ms] */
	FV_CHECK_NO_JITTER = 29,      /* place and signals frozen for 60 s [s, fixes] */
	FV_CHECK_CLOCK_OFF = 30,      /* GNSS time and wall clock differ [difference ms] */
	FV_CHECK_CLOCK_BACK = 31,     /* the wall clock was set back [by ms] */
	FV_CHECK_JAMMED = 32,         /* strong interference [0..255] */
	FV_CHECK_ANTENNA = 33,        /* the antenna is open or short [2 or 3] */
};

struct fv_alarm {
	uint32_t check; /* enum fv_alarm_check */
	size_t input_count;
	int64_t inputs[FV_ALARM_INPUTS_MAX]; /* input_count of them */
};

/* Alarms of one feed; more than FV_ALARMS_MAX cannot come of it. */
struct fv_alarms {
	size_t count;
	struct fv_alarm alarm[FV_ALARMS_MAX];
};

/* A stable English fragment for people, "?" for a number that is none of ours. */
FV_EXPORT const char *fv_check_text(uint32_t check);

/*
 * What is odd about one stamp by itself: SIMULATED, JAMMED, ANTENNA, SOURCE, and
 * of a stamp with a fix ERROR_ESTIMATE, STRENGTH, FEW_3D, STALE, ROLLOVER, CLOCK_OFF
 * (against rtc_ms, the fix's age allowed for).  A stamp without a fix is silent about its
 * place and no alarm.
 */
FV_EXPORT void fv_plausible_stamp(
    const struct fv_stamp *stamp, int64_t rtc_ms, struct fv_alarms *alarms_out);

/* C1 to C6 over the headers of one trail in order.  All zero is a valid beginning. */
struct fv_clock_checks {
	bool has_last;
	bool has_gnss; /* gnss_boottime_ms and gnss_ms are of this boot */
	bool has_beacon;
	struct fv_header last;
	int64_t gnss_boottime_ms;
	int64_t gnss_ms;
	uint64_t beacon_size;
	size_t boot_count; /* ids before the last one's, the newest FV_PLAUSIBLE_BOOTS */
	uint8_t boots[FV_PLAUSIBLE_BOOTS][FV_BOOT_BYTES];
};

/*
 * Judge the next header against those before.  A header of type CLOCK_STEP explains what
 * the wall clock did (CLOCK_BACK is raised all the same when it went back).
 */
FV_EXPORT void fv_plausible_clocks(struct fv_clock_checks *checks,
    const struct fv_header *header, struct fv_alarms *alarms_out);

/* What fixes in a row tell.  All zero is a valid beginning; begin anew after a loss. */
struct fv_fix_checks {
	bool has_last;
	struct fv_stamp last;
	int64_t first_gnss_ms; /* acquisition */
	int64_t eph_since_ms;  /* receiver times since which each has not changed */
	int64_t alt_since_ms;
	int64_t place_since_ms;
	int64_t doppler_since_ms; /* since which step and speed differ; has_doppler */
	int64_t moved_mm;         /* since alt_since_ms */
	int32_t place_fixes;      /* since place_since_ms */
	bool has_doppler;
	bool said_eph; /* once each until it changes */
	bool said_alt;
	bool said_place;
	bool said_doppler;
};

/*
 * Judge the next fix: ERROR_ESTIMATE (constant), DOPPLER, JUMP, FROZEN_HEIGHT, NO_JITTER,
 * CONSTELLATION.  All on the receiver's own time; the first 30 s after acquisition raise no
 * JUMP, DOPPLER or CONSTELLATION.  A stamp without GNSS time or place changes nothing.
 */
FV_EXPORT void fv_plausible_fix(
    struct fv_fix_checks *checks, const struct fv_stamp *fix, struct fv_alarms *alarms_out);

/* Append the payload of an ALARM record; subject NULL: about no record in particular. */
FV_EXPORT void fv_alarm_put(
    struct fv_buf *buf, const uint64_t *subject_seq, const struct fv_alarm *alarm);

/*
 * Read an ALARM payload; unknown keys are skipped, inputs past FV_ALARM_INPUTS_MAX too.
 * Errors: FV_EFORMAT, FV_ERANGE, FV_ECUT, FV_ETOOBIG
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_alarm_parse(struct fv_span payload,
    struct fv_alarm *alarm_out, bool *has_subject_out, uint64_t *subject_seq_out);

#endif
