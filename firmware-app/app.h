/*
 * The opened handheld: folder and lock, store, identity, trail, clocks, and (in the
 * agent) the receiver.  Order of taking: lock, seal file, SQLite.
 *
 * Threads: one.  Memory: what the parts own; fv_app_close() releases all.
 */
#ifndef FV_APP_APP_H
#define FV_APP_APP_H

#include "firmware-app/gps.h"
#include "firmware-app/identity.h"
#include "firmware-app/power.h"
#include "firmware-app/reply.h"
#include "fv/alert.h"
#include "fv/checklist.h"
#include "fv/dwell.h"
#include "fv/settings.h"

#define FV_LOCK_FILE "lock"
#define FV_SOCKET_FILE "agent.sock"
#define FV_LOCK_WAIT_MS 5000

/* Whether the officer is still where the visit is, as the receiver says (agent only). */
struct fv_presence {
	uint64_t visit_seq; /* of the visit watched last; 0: none yet (a BOOT has that) */
	bool has_centre;
	bool is_at_case;       /* the centre is the case's place, and he was there */
	struct fv_dwell dwell; /* around the centre */
	int64_t inside_mm;     /* a fix so near the centre was made inside */
	bool has_case;         /* the case has a place: */
	struct fv_place place; /* that */
	int64_t radius_mm;     /* and its fence */
	bool has_inside;       /* a fix was inside: */
	int64_t inside_rtc_ms; /* the last one, by the wall clock */
	int64_t inside_boottime_ms;
	bool is_departed;
	int64_t since_rtc_ms; /* first fix outside, by the wall clock; with is_departed */
	int64_t distance_mm;  /* of the last fix from the centre; with has_centre */
};

/* What is asked at the door of one visit, settled once (doorlist.h). */
struct fv_door_items {
	bool is_settled;
	uint64_t visit_seq;
	uint32_t items;                            /* fv_code_bit()s */
	char rules[FV_CHECKLIST_STEP_MAX + 1][41]; /* by item: the first rule; "": none */
};

struct fv_attaching;

enum fv_sos_sms {
	FV_SOS_SMS_NONE, /* not wanted, or no number is set */
	FV_SOS_SMS_TRYING,
	FV_SOS_SMS_SENT,   /* ModemManager says so; nobody confirms that it came */
	FV_SOS_SMS_FAILED, /* no ModemManager, no modem, or it was refused */
};

/* The newest SOS (sos.h). */
struct fv_sos {
	bool is_loaded;        /* from trail and store */
	bool has_alert;        /* there was one */
	struct fv_alert alert; /* as requests say it */
	bool has_place_record; /* a record of it holds a position */
	bool is_sent;          /* the server holds this state of it */
	int64_t sent_ms;       /* wall clock; with is_sent */
	bool is_seen;
	int64_t seen_ms; /* the server's clock; with is_seen */
	char seen_by[FV_ID_BYTES];
	bool wants_sms; /* raised in this run, or not sent in an earlier one */
	enum fv_sos_sms sms;
	int64_t sms_ms; /* wall clock; with FV_SOS_SMS_SENT */
};

struct fv_app {
	const char *dir;        /* held */
	int lock_fd;            /* -1: not locked */
	struct fv_store *store; /* owned */
	bool was_clean;         /* the last stop closed the store */
	struct fv_identity identity;
	char officer[FV_ID_BYTES]; /* who has it in hand; "": nobody (officer.h) */
	struct fv_journal journal;
	bool has_journal; /* the journal is open */
	struct fv_clock clock;
	uint8_t boot[FV_BOOT_BYTES];
	bool is_agent;
	bool is_practice;             /* of no agency: nothing ever leaves it */
	struct fv_gps *gps;           /* owned; agent only, else NULL */
	struct fv_power_view power;   /* agent only */
	uint8_t *sk_box;              /* owned, secret; NULL while locked */
	struct fv_settings *settings; /* owned; NULL: all defaults */
	struct fv_door_items door;
	struct fv_presence presence;
	bool is_sync_wanted;            /* a handler asks the agent to sync soon */
	bool is_sync_by_hand;           /* and a person asked: no back-off holds it up */
	bool is_sync_waited;            /* a caller waits for it */
	bool is_sync_full;              /* it asks for the consistency proof in any case */
	bool is_shift_changed;          /* a handler began or ended a shift, or an SOS */
	struct fv_attaching *attaching; /* owned; agent only: a file that is being taken in */
	bool is_alert_wanted;           /* an SOS is to be sent now */
	struct fv_sos sos;
	void (*close_track)(void *ctx); /* agent: writes the open TRACK record; else NULL */
	void (*close_shift)(void *ctx); /* agent: that, and the gap that is open; else NULL */
	void *track_ctx;                /* held */
};

#define FV_LOCAL_TEXT_BYTES 24U
#define FV_VISIT_ID_BYTES 40U

/* The wall clock and boot clock of this machine. */
struct fv_clock fv_clock_system(void);
/* First 8 bytes of the kernel's boot id; zero when it cannot be read. */
void fv_clock_boot_id(uint8_t boot_out[FV_BOOT_BYTES]);
/* True when this process lives in a time namespace with shifted clocks. */
bool fv_clock_is_shifted(void);

/* Local date and time to the minute, for people.  Returns borrowed: text_out. */
const char *fv_clock_local(int64_t utc_ms, char text_out[FV_LOCAL_TEXT_BYTES]);
/* The local day, "YYYY-MM-DD".  Returns borrowed: text_out. */
const char *fv_clock_local_day(int64_t utc_ms, char text_out[FV_LOCAL_TEXT_BYTES]);
/* The same as days since 1970-01-01. */
int64_t fv_clock_local_days(int64_t utc_ms);
/* A day by its number, "YYYY-MM-DD".  Returns borrowed: text_out. */
const char *fv_clock_day(int64_t days, char text_out[FV_LOCAL_TEXT_BYTES]);

/*
 * Take the lock on `dir` (made when missing).  FV_EBUSY: another process has it.
 */
FV_NODISCARD enum fv_err fv_app_take_lock(const char *dir, int *fd_out);

/*
 * Open everything but the journal over a lock that is held: takes lock_fd.
 * On failure the reply says why, and false is returned; close it in any case.
 */
bool fv_app_open(struct fv_app *app, const char *dir, int lock_fd, struct fv_reply *reply);
void fv_app_close(struct fv_app *app);

/*
 * Open the journal at first use and write the BOOT record that is due.
 * False: the reply says why.
 */
bool fv_app_journal(struct fv_app *app, struct fv_reply *reply);

/* The moment for a record's header. */
void fv_app_now(struct fv_moment *out, void *app);

/* Append the stamp of now, or null where no receiver runs.  *is_fix_out (may be NULL):
 * there is a position. */
void fv_app_put_stamp(const struct fv_app *app, struct fv_buf *out, bool *is_fix_out);

/* "v-" + 16 hex digits of dev + "-" + seq.  Returns borrowed: id_out. */
const char *fv_app_visit_id(
    const struct fv_app *app, uint64_t seq, char id_out[FV_VISIT_ID_BYTES]);

/* True while an SOS stands: off shift too the receiver is on. */
bool fv_sos_is_raised(const struct fv_sos *sos);

/* Ask for a sync soon: the agent does it; without one the reply says how to. */
void fv_app_want_sync(struct fv_app *app, struct fv_reply *reply);

/* Have the agent write the open TRACK record first, where there is one. */
void fv_app_close_track(struct fv_app *app);
/* Have it write what a shift leaves open, before the shift's end. */
void fv_app_close_shift(struct fv_app *app);

/* Append a record; on failure the reply says why. */
bool fv_app_record(struct fv_app *app, uint32_t type, const struct fv_buf *payload,
    uint64_t *seq_out, struct fv_reply *reply);

/* Write what is due after a start (BOOT).  Part of fv_app_journal(). */
FV_NODISCARD enum fv_err fv_boot_record(struct fv_app *app);
/* True when the program has stopped since the last record and none says so yet. */
bool fv_boot_is_due(struct fv_app *app);

#define FV_SET_AGENT_RUNS "agent_runs" /* an agent began and has not ended */

#endif
