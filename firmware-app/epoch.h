/*
 * Epochs: the reports that a receiver makes for one moment, folded into one stamp, and
 * the fixes, losses and returns that follow from them (PROTOCOL.md, Stamp).
 *
 * An epoch is the reports with one receiver time.  The highest mode in it counts, the
 * last report of that mode; so a mode 1 inside an epoch that has a mode 3 is no loss.
 * It is complete when a report of another time comes, or after FV_EPOCH_QUIET_MS.
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_APP_EPOCH_H
#define FV_APP_EPOCH_H

#include "fv/stamp.h"

#define FV_EPOCH_QUIET_MS 300    /* without a report the epoch is complete */
#define FV_EPOCH_SILENT_MS 10000 /* without a fix that comes, the last one is lost */
#define FV_EPOCH_SKY_MS 10000    /* so long what was said of the satellites holds */
#define FV_EPOCH_EVENTS 64U      /* held until taken; 2 to a report at most */

enum fv_epoch_event_kind {
	FV_EPOCH_FIX,  /* a complete epoch with mode 2 or 3: one fix for the track */
	FV_EPOCH_LOST, /* there was a fix and is none: `stamp` is the last one */
};

struct fv_epoch_event {
	enum fv_epoch_event_kind kind;
	struct fv_stamp stamp;
	int64_t boottime_ms; /* when the stamp's report came */
};

/* Fields are the module's own; begin with fv_epoch_init(). */
struct fv_epoch {
	struct fv_stamp open; /* the epoch being told; is_open */
	struct fv_stamp sky;  /* satellites and DOPs; has == 0: none */
	struct fv_stamp fix;  /* the last complete epoch with a fix; has == 0: none */
	int64_t open_boottime_ms;
	int64_t sky_boottime_ms;
	int64_t fix_boottime_ms;
	int64_t awake_ms;       /* boottime from which silence counts */
	int64_t closed_gnss_ms; /* time of the last complete epoch; has_closed_gnss */
	int32_t untimed;        /* reports without a time that joined `open` */
	int32_t run_3d;         /* consecutive epochs of mode 3 */
	bool is_open;
	bool has_closed_gnss;
	bool has_fix;   /* the last complete epoch had a fix, and it is not lost since */
	uint64_t fixes; /* counted since init */
	uint64_t losses;
	size_t first; /* ring of events not taken yet */
	size_t count;
	struct fv_epoch_event events[FV_EPOCH_EVENTS];
};

void fv_epoch_init(struct fv_epoch *epoch);

/*
 * Take a report of time and place: `report` has the mode and what else is known of keys
 * 2 to 9 and 16.  boottime_ms is when it came and never falls.
 */
void fv_epoch_feed_fix(
    struct fv_epoch *epoch, const struct fv_stamp *report, int64_t boottime_ms);

/* Take a report of satellites and DOPs: keys 10 to 15 of `sky` where known. */
void fv_epoch_feed_sky(
    struct fv_epoch *epoch, const struct fv_stamp *sky, int64_t boottime_ms);

/* Time goes on: complete an epoch that is quiet, lose a fix that is silent. */
void fv_epoch_tick(struct fv_epoch *epoch, int64_t boottime_ms);

/* Milliseconds until fv_epoch_tick() has something to do; -1: nothing will. */
int fv_epoch_timeout_ms(const struct fv_epoch *epoch, int64_t boottime_ms);

/*
 * Nobody listens until fv_epoch_wake(): silence loses no fix, what is open is dropped.
 * No tick in between.
 */
void fv_epoch_rest(struct fv_epoch *epoch);
void fv_epoch_wake(struct fv_epoch *epoch, int64_t boottime_ms);

/* The receiver has gone: what is open is dropped, a fix is lost, the sky forgotten. */
void fv_epoch_gone(struct fv_epoch *epoch);

/*
 * The stamp of now.  With a fix: the last complete epoch's.  Without: mode 1, and the
 * place, time and errors of the last fix if there was any, its age telling how old.
 */
void fv_epoch_stamp(
    const struct fv_epoch *epoch, int64_t boottime_ms, struct fv_stamp *stamp_out);

/* True, and the oldest event not taken yet in *event_out. */
bool fv_epoch_next(struct fv_epoch *epoch, struct fv_epoch_event *event_out);

/* True while there is room for the events of another report. */
bool fv_epoch_has_room(const struct fv_epoch *epoch);

#endif
