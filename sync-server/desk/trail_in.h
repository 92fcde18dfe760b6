/*
 * What the parts of the trail area share: a device's day as it is read out of the store,
 * and the ways to write it as JSON.
 *
 * Two clocks meet in a day.  Legal time is the handheld's; the fixes of a track have the
 * receiver's own.  Where the two agree to FV_TRAIL_CLOCK_MS the axis of a day is both.  Where
 * they do not (a log replayed, a week rollover) all of a receiver's session is moved by one
 * number, so that fixes and records stand side by side, and that number is shown.
 *
 * Threads: one request's.
 */
#ifndef FV_DESK_TRAIL_IN_H
#define FV_DESK_TRAIL_IN_H

#include "fv/dwell.h"
#include "fv/fold.h"
#include "fv/plausibility.h"
#include "fv/roster.h"
#include "fv/track.h"
#include "sync-server/desk/desk.h"
#include "sync-server/store/book.h"
#include "sync-server/store/shifts.h"
#include "sync-server/zones.h"

#define FV_TRAIL_CLOCK_MS INT64_C(120000)
#define FV_TRAIL_OFFICERS_MAX 8U                 /* of one visit */
#define FV_TRAIL_SHIFT_MAX_MS INT64_C(259200000) /* a shift reaches no further: 3 days */
#define FV_TRAIL_ZOOM_MAX 18

/* A store as somebody may see it. */
struct trail_view {
	struct fv_store *store;
	struct zones zones;
	char agency[FV_ID_BYTES]; /* all that may be seen; "": every one */
	int64_t now_ms;
};
void trail_view_open(
    struct trail_view *view, struct fv_store *store, const char *agency, int64_t now_ms);
void trail_view_close(struct trail_view *view);
bool trail_sees(const struct trail_view *view, struct fv_span agency);

/* Time in the axis of a day beside legal time. */
struct trail_at {
	int64_t at_ms; /* legal time: of the record's header */
	int64_t t_ms;  /* on the axis */
};

/* A stamp with what can be said about it. */
struct trail_stamp {
	bool has;
	struct fv_stamp stamp;
	struct fv_alarms marks;
	bool has_fence; /* it is of a visit whose place is known and may be seen */
	enum fv_fence fence;
	int64_t distance_mm; /* to that place; has_fence */
};

struct trail_shift {
	uint64_t seq, until_seq; /* SHIFT_BEGIN, and the first record that is not its own */
	char officer[FV_ID_BYTES];
	struct trail_at begin, end;
	bool has_end;
	uint32_t how; /* key 4 of SHIFT_END; has_end */
	struct trail_stamp begin_stamp, end_stamp;
	bool is_before, is_after; /* goes on before the day, after the day */
	const struct fv_zone *zone;
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
};

/* A run of fixes out of one TRACK record. */
struct trail_run {
	uint64_t seq;
	int64_t first_ms, last_ms; /* on the axis */
	int64_t off_ms;            /* receiver's time less the axis */
	uint32_t quantum_e7;
	bool has_eph;
	int32_t eph_mm;       /* the worst of the record; has_eph */
	bool is_joined;       /* no gap lies between it and the run before */
	size_t count, kept;   /* fixes of the day, and those written */
	int32_t lat_q, lon_q; /* the first one, in quanta */
	size_t at, len;       /* its bytes in `coded` */
};

struct trail_gap {
	bool has_seq;
	uint64_t seq; /* of the GAP; else no record tells of it */
	int64_t from_ms, until_ms;
	uint32_t reason; /* key 4 of GAP; 0: none is told */
};

struct trail_visit {
	uint64_t seq;
	uint64_t last_seq;              /* of what names it, within the day */
	char case_id[FV_CASE_ID_BYTES]; /* "": not to be seen */
	char officers[FV_TRAIL_OFFICERS_MAX][FV_ID_BYTES];
	size_t officer_count;
	struct trail_at begin, end;
	bool has_end;
	uint32_t how, place, outcome; /* codes; 0: not said */
	struct trail_stamp begin_stamp, end_stamp;
	bool has_site; /* place of the case: known, and may be seen */
	struct fv_place site;
	int64_t radius_mm;
	bool has_arrived, has_left; /* by the track */
	int64_t arrived_ms, left_ms;
	struct fv_dwell dwell;
	bool is_amended;
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
};

/* Anything else that a record says: one of the rarer types. */
struct trail_mark {
	uint64_t seq;
	uint32_t type; /* BOOT SESSION CLOCK_STEP ALARM SOS CHECKIN CONTACT EVENT AMEND LOCK
			  SHUTDOWN OFFICER COSIGN */
	struct trail_at at;
	bool has_subject;
	uint64_t subject;
	uint32_t code; /* key 4 where that is a code */
	bool has_value;
	int64_t value,
	    other; /* CLOCK_STEP: offsets before, now; CHECKIN: when the next is due */
	struct fv_alarm alarm;
	struct trail_stamp stamp;
	char text[33]; /* BOOT: version; SESSION: driver; OFFICER, COSIGN: officer */
};

struct trail_day {
	struct fv_store_device device;
	struct fv_store_trail trail;
	int64_t day; /* local date, days since 1970-01-01 */
	const struct fv_zone *zone;
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	int64_t from_ms, until_ms;  /* of the day, in that zone */
	struct trail_shift *shifts; /* owned; in order */
	size_t shift_count, shift_cap;
	struct trail_run *runs; /* owned; in order */
	size_t run_count, run_cap;
	struct trail_gap *gaps; /* owned; by from_ms */
	size_t gap_count, gap_cap;
	struct trail_visit *visits; /* owned; in order */
	size_t visit_count, visit_cap;
	struct trail_mark *marks; /* owned; in order */
	size_t mark_count, mark_cap;
	struct fv_buf coded; /* owned; fixes of all runs */
	size_t fix_count;
	/* What is missing. */
	bool is_open;           /* its last shift has no end yet */
	uint64_t unsealed;      /* records of the day under no seal yet */
	uint64_t apart;         /* payloads of the day that are on their way */
	uint64_t erased;        /* payloads of the day that were erased */
	uint64_t unreadable;    /* records of the day that say nothing that can be read */
	uint64_t outstanding;   /* records that the handheld told of and that have not come */
	int64_t last_record_ms; /* legal time of the newest record of the trail; 0: none */
};

/* How to read a day. */
struct trail_ask {
	int64_t day;
	bool has_zoom;
	int zoom;            /* 0..FV_TRAIL_ZOOM_MAX: leave out what cannot be seen at it */
	bool no_fixes;       /* neither decode nor write them */
	const char *officer; /* only shifts of his; NULL: of anybody */
	bool has_span;       /* only fixes in [from_ms, until_ms) */
	int64_t from_ms, until_ms;
};

/*
 * Read a device's day.  Owned: what *day_out holds, trail_day_clear(); good while the view
 * is open.  Errors: as store/store.h
 */
FV_NODISCARD enum fv_err trail_day_read(struct trail_view *view,
    const struct fv_store_device *device, const struct trail_ask *ask,
    struct trail_day *day_out);
void trail_day_clear(struct trail_day *day);
/* Anything of it is not final. */
bool trail_day_is_provisional(const struct trail_day *day);

/* The zone of a shift: that of the first visit in it, else of the visit before, else of a
 * case that its officer has, else UTC. */
FV_NODISCARD enum fv_err trail_shift_zone(
    struct trail_view *view, int64_t no, struct trail_shift *shift);
/* Fill end and until_seq of a shift; begin, seq and officer are set. */
FV_NODISCARD enum fv_err trail_shift_end(
    struct trail_view *view, int64_t no, struct trail_shift *shift);

/* -- trail_read.c: records into the day ------------------------------------------------ */

/* What is carried from record to record. */
struct trail_pass {
	struct trail_view *view;
	struct trail_day *day;
	const struct trail_ask *ask;
	const struct trail_shift *shift;
	bool has_off, has_move;
	int64_t off_ms;  /* receiver's less legal time, as last seen */
	int64_t move_ms; /* receiver's time less the axis, of this session */
	bool has_last;
	int64_t last_ms; /* of the last fix on the axis */
	struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
};
FV_NODISCARD enum fv_err trail_take_record(const struct fv_store_record *record, void *ctx);
FV_NODISCARD enum fv_err trail_take_track(struct trail_pass *pass,
    const struct fv_store_record *record, const struct fv_header *header);
/* A small number of a payload; 0: it says none. */
uint64_t trail_get_uint(struct fv_span payload, uint64_t key, uint64_t max);
/* A stamp of a record (key 2), with its marks. */
void trail_read_stamp(struct fv_span payload, int64_t rtc_ms, struct trail_stamp *out);
/* Make room for one more.  FV_ENOMEM: as it was. */
FV_NODISCARD enum fv_err trail_grow(void *array_ptr, size_t *cap, size_t count, size_t size);

/* -- trail_visit.c --------------------------------------------------------------------- */

#define TRAIL_EPH_UNKNOWN_MM 50000 /* of a fix that says none, as the audit takes it */

FV_NODISCARD enum fv_err trail_take_visit(
    struct trail_pass *pass, const struct fv_store_record *record, struct trail_at at);
/* A record that names a visit: its outcome, its end. */
void trail_take_visit_part(
    struct trail_pass *pass, const struct fv_store_record *record, struct trail_at at);
/* The visit that a record is about; NULL: none of the day. */
struct trail_visit *trail_visit_of(
    struct trail_day *day, const struct fv_store_record *record);
/* Where a stamp is with regard to the fence of the visit's case. */
void trail_weigh_fence(struct trail_stamp *stamp, const struct trail_visit *visit);
/* Feed the fixes to the visits near which they are in time. */
void trail_see_stays(
    struct trail_pass *pass, const struct fv_track_fix *fixes, size_t count, int64_t eph_mm);

/* -- trail_fixes.c --------------------------------------------------------------------- */

/* Append the fixes after the first as triples of small whole numbers in the letters of the
 * Encoded Polyline form: change of the step in time (ms), step of latitude and of longitude
 * (quanta).  `keep` (NULL: all) says which are written; the first always is. */
void trail_put_fixes(struct fv_buf *out, const struct fv_track_fix *fixes, size_t count,
    const bool *keep, uint32_t quantum_e7);
/* Douglas-Peucker: which fixes are needed so that no other is further than `tolerance_m` from
 * the line; the first and last are.  Returns how many.  keep_out has room for `count`. */
size_t trail_simplify(const struct fv_track_fix *fixes, size_t count, double tolerance_m,
    bool keep_out[FV_TRACK_FIXES_MAX]);
/* Half of a pixel of a web map, in metres. */
double trail_tolerance_m(int zoom, int32_t lat_e7);

/* -- trail_put.c ----------------------------------------------------------------------- */

/* Owned: json_decref(); NULL: out of memory. */
json_t *trail_day_json(const struct trail_day *day);
json_t *trail_shift_json(const struct trail_shift *shift);
json_t *trail_visit_json(const struct trail_day *day, const struct trail_visit *visit);
json_t *trail_missing_json(const struct trail_day *day);
/* "YYYY-MM-DD" of a local date; 16 bytes. */
const char *trail_date(int64_t day, char text[16]);
const char *trail_dev_hex(const uint8_t dev[FV_DEV_BYTES], char text[2 * FV_DEV_BYTES + 1]);

/* -- for the routes -------------------------------------------------------------------- */

/* The device of a path; answers 404 where there is none or it may not be seen. */
bool trail_find_device(struct desk_request *request, struct fv_web_answer *answer,
    const char *hex, struct fv_store_device *out);
/* Names of the officers on the roster in force. */
struct trail_names {
	struct fv_roster *roster; /* owned; NULL: there is none */
};
FV_NODISCARD enum fv_err trail_names_open(struct trail_names *names, struct fv_store *store);
void trail_names_close(struct trail_names *names);
/* "": not on the roster. */
const char *trail_name_of(const struct trail_names *names, const char *officer);

/* Put the names beside the officers of a day's JSON. */
void trail_put_names(const struct trail_names *names, json_t *day);

void trail_devices(struct desk_request *request, struct fv_web_answer *answer);
void trail_device(struct desk_request *request, struct fv_web_answer *answer);
void trail_officer_day(struct desk_request *request, struct fv_web_answer *answer);
void trail_agency_day(struct desk_request *request, struct fv_web_answer *answer);
void trail_case_history(struct desk_request *request, struct fv_web_answer *answer);

#endif
