/*
 * The agent: one poll loop over the receiver, the clients' socket, the clock and what is
 * due (seals, checkpoints), with the opened handheld in its hand.
 *
 * Threads: one.  Memory: struct fv_agent is about 60 KiB, on the heap.
 */
#ifndef FV_APP_AGENT_H
#define FV_APP_AGENT_H

#include <poll.h>

#include "firmware-app/battery.h"
#include "firmware-app/consent.h"
#include "firmware-app/smsproc.h"
#include "firmware-app/syncer.h"
#include "firmware-app/verb.h"
#include "firmware-app/words.h"
#include "fv/motion.h"
#include "fv/plausibility.h"
#include "fv/repeat.h"
#include "fv/track.h"

#define FV_AGENT_CLIENTS_MAX 16U
#define FV_AGENT_IDLE_MS 5000             /* without work: the WAL is folded in */
#define FV_AGENT_CLIENT_MS INT64_C(10000) /* for a half-sent call */
#define FV_AGENT_STEP_MIN_MS 500          /* a smaller step of the wall clock is drift */
#define FV_AGENT_GAP_MIN_MS 5000          /* a shorter loss of the fix leaves no GAP */
#define FV_AGENT_SUSPEND_MIN_MS 2000      /* a shorter sleep leaves no GAP */

/* Why the program stops, as SHUTDOWN says it. */
enum fv_stop_reason {
	FV_STOP_NONE = 0,
	FV_STOP_ASKED = 1,
	FV_STOP_SYSTEM = 2,
};

/* The fixes since the last TRACK record, and what is missing since when. */
struct fv_agent_track {
	struct fv_track_fix fixes[FV_TRACK_FIXES_MAX];
	size_t count;
	uint32_t quantum_e7; /* of the open run; with count > 0 */
	bool has_worst_eph;
	int32_t worst_eph_mm;
	bool has_last;          /* a fix was taken in this shift */
	int64_t last_ms;        /* receiver time of it */
	enum fv_gap_reason gap; /* 0: no gap is open */
	int64_t gap_from_ms;
	int64_t gap_boottime_ms; /* when it began on the boot clock */
};

/* How often a fix is wanted; all zero while none is. */
struct fv_agent_power {
	struct fv_motion motion;
	int64_t battery_at_ms; /* boottime of the last look; 0: none yet */
	bool is_low;
	bool has_kept;
	int64_t kept_ms;       /* receiver time of the last fix kept; has_kept */
	int64_t woke_ms;       /* boottime when this listening began */
	int64_t rest_until_ms; /* boottime; 0: listening */
	bool is_settled;       /* this listening had a run of 3D fixes */
};

/* For whose end a caller waits. */
enum fv_agent_wait {
	FV_WAIT_NOTHING,
	FV_WAIT_SYNC,
	FV_WAIT_ATTACH,
};

#define FV_AGENT_PRINTS_MAX 2048U /* of some ten shifts */

/* What was judged, and said, of receiver and clocks. */
struct fv_agent_alarms {
	uint64_t said; /* bit of each check that this session or visit said */
	struct fv_fix_checks fixes;
	struct fv_clock_checks clocks;
	uint64_t judged_seq; /* records before this one are in `clocks` */
	uint64_t own_seq;    /* the first of this run of the agent */
	bool has_base;       /* C3: the first fix of this session */
	bool is_off;         /* C3: by the last fix */
	int64_t base_gnss_ms, base_boottime_ms;
	struct fv_repeat repeat;
	size_t known_count; /* of prints: those of earlier shifts */
	size_t print_count;
	uint64_t prints[FV_AGENT_PRINTS_MAX];
};

struct fv_agent_client {
	int fd;                /* -1: free */
	struct fv_buf in, out; /* owned, wiped */
	size_t sent;           /* of out */
	int64_t since_ms;      /* boottime of the last progress */
	enum fv_agent_wait waits_for;
	bool want_json;
	int passed_fd; /* owned: a file that came with the call; -1: none */
	char language[FV_WORDS_LANGUAGE_MAX + 1]; /* of who waits */
};

/* The text message of an SOS. */
struct fv_agent_sms {
	struct fv_smsproc proc;
	int64_t of_ms;     /* at_ms of the alert that it is about */
	int64_t try_at_ms; /* boottime of the last try */
	unsigned tries;
	bool had_place; /* the message in hand, or the last one sent, says where */
};

struct fv_agent {
	struct fv_app app;
	struct fv_work work; /* as the records say; read again after each command */
	int listen_fd, clock_fd, signal_fd;
	struct fv_agent_client clients[FV_AGENT_CLIENTS_MAX];
	struct fv_agent_track track;
	struct fv_agent_power power;
	struct fv_agent_alarms alarms;
	int64_t offset_ms;     /* wall clock less boottime, as last seen */
	int64_t asleep_ms;     /* boottime less monotonic, likewise */
	int64_t sealed_at_ms;  /* boottime of the last seal, or of the start */
	int64_t busy_at_ms;    /* boottime of the last write; 0: folded in since */
	int64_t command_at_ms; /* boottime of the last command */
	int64_t expiry_at_ms;  /* boottime of the last look for expired cards */
	struct fv_syncer syncer;
	int64_t synced_at_ms;  /* boottime of the last start of a sync, or of the agent's */
	int64_t retry_at_ms;   /* boottime; 0: no retry is due */
	int64_t alert_at_ms;   /* boottime of the last try to say an SOS */
	bool has_alert_answer; /* the server has answered such a try */
	struct fv_agent_sms sms;
	uint64_t told_shift_seq; /* seq + 1 of the shift whose state was told; 0: none */
	enum fv_stop_reason stop;
};

/*
 * A receiver that is off, of the gpsd that --gpsd, else FIELDVISIT_GPSD names.
 * Owned: *gps_out.  False: the reply says why.
 */
bool fv_agent_open_gps(const struct fv_call *call, struct fv_clock clock,
    struct fv_gps **gps_out, struct fv_reply *reply);

/* Now on the boot clock. */
int64_t fv_agent_now(const struct fv_agent *agent);

/* Write a record that nobody asked for; a failure goes to the agent's own log. */
void fv_agent_append(struct fv_agent *agent, uint32_t type, const struct fv_buf *payload);

/* --- agent_track.c: what the receiver says becomes records --- */

/* Take all events of the receiver. */
void fv_agent_take_gps(struct fv_agent *agent);
/* Write the open run of fixes as a TRACK record.  `ctx` is the agent. */
void fv_agent_close_track(void *ctx);
/* The shift ends: write the open run, and the gap that is open until now. */
void fv_agent_close_shift(void *ctx);
/* Begin or end watching, as the shift says. */
void fv_agent_follow_shift(struct fv_agent *agent);
/* Write a GAP record. */
void fv_agent_put_gap(
    struct fv_agent *agent, enum fv_gap_reason reason, int64_t from_ms, int64_t until_ms);

/* Positions are missing from now on: open a gap, where none is. */
void fv_agent_begin_gap(struct fv_agent *agent, enum fv_gap_reason reason);

/* --- agent_power.c: how often --- */

/* On shift and not paused. */
bool fv_agent_is_watching(const struct fv_agent *agent);
/* Look at battery and state, let go of gpsd and take it up again as they say. */
void fv_agent_step_power(struct fv_agent *agent);
/* Listen now, whatever was planned. */
void fv_agent_wake(struct fv_agent *agent);
/* Take note of a fix with time and place; true when it is to be kept. */
bool fv_agent_take_pace(struct fv_agent *agent, const struct fv_stamp *stamp);
/* Fixes no farther apart than that lack nothing. */
int64_t fv_agent_planned_silence_ms(const struct fv_agent *agent);
/* Boottime of the next fv_agent_step_power() that has something to do; INT64_MAX: none. */
int64_t fv_agent_power_due_ms(const struct fv_agent *agent);

/* --- agent_presence.c: is he still there? --- */

/* Begin to watch the visit that is open now, if it is another one. */
void fv_agent_follow_visit(struct fv_agent *agent);
/* A fix of the open visit. */
void fv_agent_see_fix(struct fv_agent *agent, const struct fv_stamp *stamp);

/* --- agent_clock.c: steps, sleeps, alarms, what is due --- */

/* Arm the timer that the kernel cancels when the wall clock is set. */
FV_NODISCARD enum fv_err fv_agent_open_clock(struct fv_agent *agent);
/* The timer fired or was cancelled. */
void fv_agent_take_clock(struct fv_agent *agent);
/* Seal, fold in, lock: whatever is due now. */
void fv_agent_do_due(struct fv_agent *agent);
/* Milliseconds until something is due; -1: nothing is. */
int fv_agent_timeout_ms(const struct fv_agent *agent);
/* --- agent_alarm.c: what is odd, said once a session or visit --- */

/* Take up what earlier shifts left; records from own_seq on are this run's. */
void fv_agent_open_alarms(struct fv_agent *agent, uint64_t own_seq);
/* Judge a fix with time and place. */
void fv_agent_judge_fix(
    struct fv_agent *agent, const struct fv_stamp *fix, int64_t boottime_ms);
/* The fix was lost: what comes next is another run. */
void fv_agent_judge_loss(struct fv_agent *agent);
/* A session was told; before its SESSION is written. */
void fv_agent_judge_session(struct fv_agent *agent);
/* A visit has begun or ended. */
void fv_agent_judge_visit(struct fv_agent *agent);
/* Judge the clocks of records not judged yet. */
void fv_agent_judge_trail(struct fv_agent *agent);
/* A shift ends: its track is an earlier one from now on. */
void fv_agent_keep_prints(struct fv_agent *agent);

/* --- agent_sync.c: when to sync --- */

/* Take up the try that an earlier run had planned after a failure. */
void fv_agent_resume_sync(struct fv_agent *agent);
/* Start what is due, or go on with what runs; answers who waits for the end. */
void fv_agent_sync(struct fv_agent *agent);
/* Milliseconds until fv_agent_sync() is to be called in any case; -1: never. */
int fv_agent_sync_timeout_ms(const struct fv_agent *agent);

/* --- agent_sos.c: an SOS --- */

/* Milliseconds until it is to be said (again); -1: there is none to say. */
int64_t fv_agent_sos_wait_ms(const struct fv_agent *agent);
/* Say it if that is due, in the place of whatever sync runs.  True: that sync has begun. */
bool fv_agent_sos_start(struct fv_agent *agent);
/* Such a sync has ended. */
void fv_agent_sos_finish(struct fv_agent *agent);
/* A fix has come while one may stand. */
void fv_agent_sos_fix(struct fv_agent *agent);

/* --- agent_sms.c: an SOS as a text message --- */

/* Begin what is due, or go on with what runs. */
void fv_agent_sms_step(struct fv_agent *agent);
/* Milliseconds until that is to be called in any case; -1: it is not. */
int64_t fv_agent_sms_wait_ms(const struct fv_agent *agent);

/* --- agent_socket.c: commands --- */

/* Listen at DIR/agent.sock, private to this user.  Errors: FV_EIO FV_ETOOBIG */
FV_NODISCARD enum fv_err fv_agent_open_socket(struct fv_agent *agent);
void fv_agent_close_socket(struct fv_agent *agent);
/* Add what to poll; returns how many were added. */
size_t fv_agent_poll_clients(const struct fv_agent *agent, struct pollfd *fds);
/* Serve what poll found. */
void fv_agent_serve(struct fv_agent *agent, const struct pollfd *fds, size_t count);
/* Answer everyone who waits for this with what `fill` says, in his own language. */
void fv_agent_answer(struct fv_agent *agent, enum fv_agent_wait what,
    void (*fill)(struct fv_reply *reply, void *ctx), void *ctx);

/* --- agent_attach.c: a file that is being taken in --- */

/* What to poll for reading; -1: nothing. */
int fv_agent_attach_fd(const struct fv_agent *agent);
/* It can be read: take some of it; answers who waits for the end. */
void fv_agent_attach(struct fv_agent *agent);
/* Its caller went away, or the agent stops: nothing of it stays. */
void fv_agent_drop_attach(struct fv_agent *agent);

#endif
