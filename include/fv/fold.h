/*
 * From records to history: visits, contacts and events as the audit engine sees them
 * (PROTOCOL.md sections 13 and 18), out of the records of one or more trails.
 *
 * The result depends on the set of records alone, never on the order in which devices
 * or requests brought them.  A payload that cannot be read is counted and shown as
 * unknown; it is never an error.
 *
 * Threads: a fold belongs to one thread.  Memory: everything that is kept is copied
 * into the fold and lives until fv_fold_free().
 */
#ifndef FV_FOLD_H
#define FV_FOLD_H

#include "fv/history.h"
#include "fv/record.h"

#define FV_FOLD_LINK_MS INT64_C(600000)   /* two officers' visits begin this near */
#define FV_FOLD_LINK_MM INT64_C(100000)   /* and lie this near to be one contact */
#define FV_FOLD_BRIDGE_MS INT64_C(600000) /* a fix this long before or after counts */
#define FV_FOLD_DISOWN_MS INT64_C(600000) /* a wrong case is said by then after the end */
#define FV_FOLD_CLAIM_MS INT64_C(2000)    /* clocks further apart are two claims */
#define FV_FOLD_ID_BYTES 40U              /* "v-" + 16 hex + "-" + 20 digits + NUL */

/* One record of a trail. */
struct fv_fold_record {
	struct fv_header header;
	struct fv_span payload; /* empty: erased, or not arrived yet */
	bool is_erased;         /* the payload was erased and will never come */
	bool is_sealed;         /* a good seal covers it */
	int64_t received_ms;    /* when the server had it, ms UTC; 0: not said */
};

/* Why a visit's interval ends where it ends. */
enum fv_fold_close {
	FV_FOLD_OPEN = 0,  /* no end is recorded: judged to the last sign of it */
	FV_FOLD_BY_HAND,   /* VISIT_END 4: 1 */
	FV_FOLD_SHUTDOWN,  /* 2 */
	FV_FOLD_RECOVERED, /* 3 */
	FV_FOLD_CRASH,     /* a BOOT after a crash did not take it up again */
};

/* How the place of a visit came about. */
enum fv_fold_fix {
	FV_FOLD_FIX_NONE = 0, /* the receiver said nothing near enough: place unknown */
	FV_FOLD_FIX_ONE_SIDE, /* a fix before or after only, within 10 min: place unknown */
	FV_FOLD_FIX_BRIDGED,  /* the last before and the first after, within 10 min each */
	FV_FOLD_FIX_INSIDE,   /* fixes within the visit */
};

/* Things that a supervisor wants to see beside a contact; bits. */
enum fv_fold_mark {
	FV_MARK_UNSEALED = 1 << 0,    /* a record of it is under no seal yet */
	FV_MARK_OUTSTANDING = 1 << 1, /* a payload has not arrived */
	FV_MARK_ERASED = 1 << 2,      /* a payload was erased */
	FV_MARK_UNKNOWN = 1 << 3,     /* a record of it could not be read */
	FV_MARK_AMENDED = 1 << 4,     /* a correction changed it; both versions are kept */
	FV_MARK_CLAIMS = 1 << 5,      /* two claims of when it was */
	FV_MARK_PTY = 1 << 6,         /* the receiver was a pseudo-terminal, network or file */
	FV_MARK_SIMULATED = 1 << 7,   /* gpsd called the fix simulated or dead reckoning */
	FV_MARK_ALARM = 1 << 8,       /* an ALARM names it or lies within it */
	FV_MARK_LOCKED = 1 << 9,      /* a record of it was written while locked */
	FV_MARK_CLOCK = 1 << 10,    /* wall clock earlier than the program, or after receipt */
	FV_MARK_DECLARED = 1 << 11, /* a second officer is only declared */
	FV_MARK_ROLLOVER = 1 << 12, /* receiver's date is off by n x 1024 weeks: not a claim */
	FV_MARK_CODE_WRONG = 1 << 13,       /* a second officer's code did not match */
	FV_MARK_CODE_NOT_CHECKED = 1 << 14, /* nobody here could check his code */
	FV_MARK_SAID_BOTH = 1 << 15,        /* checklist and outcome contradict each other */
	FV_MARK_WRONG_CASE =
	    1 << 16, /* begun at the wrong case, as its officer said at once */
};

/* What makes an officer of a visit more than a name, the strongest that there is. */
enum fv_fold_officer {
	FV_OFFICER_HOLDS = 0,        /* it is his handheld that wrote the visit */
	FV_OFFICER_DECLARED,         /* the first officer's word, and no more */
	FV_OFFICER_CODE_WRONG,       /* declared; what was typed was not his code */
	FV_OFFICER_CODE_NOT_CHECKED, /* declared; his code was not checked */
	FV_OFFICER_BY_HANDHELD,      /* his own handheld began a visit at the same place */
	FV_OFFICER_BY_CODE,          /* a code that his own handheld showed */
	FV_OFFICER_BY_PIN,           /* his PIN on the first officer's handheld */
};

/* A visit or a contact by another channel, folded. */
struct fv_fold_contact {
	struct fv_contact contact; /* what the engine reads; strings live in the fold */
	const uint8_t *confirmed;  /* enum fv_fold_officer, one for each of contact.officers */
	bool is_visit;
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;      /* of VISIT_BEGIN or CONTACT */
	uint64_t last_seq; /* of the newest record that names it */
	enum fv_fold_close close;
	enum fv_fold_fix fix;
	uint32_t fix_count;    /* fixes that the place rests on */
	uint32_t source_kind;  /* PROTOCOL.md section 4; 0: not known */
	uint32_t marks;        /* enum fv_fold_mark */
	uint64_t alarms;       /* bits of the checks that raised an ALARM; 63 and up: bit 63 */
	uint32_t note_count;   /* NOTE records of it */
	uint32_t answered;     /* items of the checklist, as fv_code_bit()s */
	uint32_t answered_yes; /* of those: the last answer is yes */
	uint32_t business;     /* business result of the last outcome; 0: none */
	const char *was_case;  /* recorded case when an amendment named another; else NULL */
	bool has_was_end;      /* its officer's word narrowed it */
	int64_t was_end_ms;    /* recorded end, ms UTC; with has_was_end */
	bool has_was_outcome;  /* an amendment changed the outcome */
	enum fv_outcome was_outcome; /* recorded one; with has_was_outcome */
};

/* An event, folded. */
struct fv_fold_event {
	struct fv_event event; /* strings live in the fold */
	uint8_t dev[FV_DEV_BYTES];
	uint64_t seq;
	uint32_t marks; /* enum fv_fold_mark */
};

struct fv_fold;

/* Owned: *fold_out, release with fv_fold_free().  Errors: FV_ENOMEM. */
FV_EXPORT FV_NODISCARD enum fv_err fv_fold_new(struct fv_fold **fold_out);
/* Release it and all that came out of it.  NULL is fine. */
FV_EXPORT void fv_fold_free(struct fv_fold *fold);

/*
 * Take one record.  Those of one device come in seq order; devices may be mixed in any
 * way.  A gap in seq is allowed (records of other subjects may be left out).
 * Copies: what it needs of `record`.
 * Errors: FV_ESTATE  its seq is not above the last one of its device, or the fold is
 *                    finished;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_fold_add(
    struct fv_fold *fold, const struct fv_fold_record *record);

/* A second officer's code as a COSIGN holds it. */
struct fv_fold_code {
	const uint8_t *dev;  /* of the handheld into which it was typed */
	const char *officer; /* whose it is said to be */
	const char *case_id; /* of the visit as it was begun */
	int64_t at_ms;       /* legal time of the COSIGN, ms UTC */
	struct fv_span code;
};
/* True when a handheld of that officer, other than `dev`, showed the code for that case
 * then (cosign.h).  The secrets that tell are the server's. */
typedef bool (*fv_fold_code_fn)(const struct fv_fold_code *code, void *ctx);

/* Check codes by `check` in fv_fold_finish(); without it none confirms anybody.
 * Holds: ctx, until then. */
FV_EXPORT void fv_fold_check_codes(struct fv_fold *fold, fv_fold_code_fn check, void *ctx);

/*
 * Join what was taken: ends, places, corrections, links.  Call once, after the last add.
 * Errors: FV_ESTATE  finished before;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_fold_finish(struct fv_fold *fold);

/* After finish: how many contacts came out. */
FV_EXPORT size_t fv_fold_contact_count(const struct fv_fold *fold);
/* One of them; they are ordered by case, begin, id.  NULL past the last.
 * Returns borrowed: until fv_fold_free(). */
FV_EXPORT const struct fv_fold_contact *fv_fold_contact(
    const struct fv_fold *fold, size_t idx);
/* How many events came out. */
FV_EXPORT size_t fv_fold_event_count(const struct fv_fold *fold);
/* One of them; they are ordered by case, time, id.  NULL, borrowed: likewise. */
FV_EXPORT const struct fv_fold_event *fv_fold_event(const struct fv_fold *fold, size_t idx);

/* Where the contacts (events) of one case stand in those orders. */
struct fv_fold_range {
	size_t from;
	size_t until; /* the first that is not of the case */
};
/* Empty (from = until) where the case has none.  Binary search. */
FV_EXPORT struct fv_fold_range fv_fold_case_contacts(
    const struct fv_fold *fold, const char *case_id);
/* Likewise. */
FV_EXPORT struct fv_fold_range fv_fold_case_events(
    const struct fv_fold *fold, const char *case_id);

/* Records that could not be read or name nothing known: to be shown as unknown. */
FV_EXPORT size_t fv_fold_unknown_count(const struct fv_fold *fold);

/*
 * Add the contacts and events of one case (NULL: all) to a history.
 * Errors: as fv_history_add_contact() and fv_history_add_event()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_fold_to_history(
    const struct fv_fold *fold, const char *case_id, struct fv_history *history);

/* "v-", "k-" or "e-" + 16 hex digits of dev + "-" + seq (PROTOCOL.md section 5).
 * Returns borrowed: id_out. */
FV_EXPORT const char *fv_fold_id(
    char letter, const uint8_t dev[FV_DEV_BYTES], uint64_t seq, char id_out[FV_FOLD_ID_BYTES]);

#endif
