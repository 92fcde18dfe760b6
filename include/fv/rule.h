/*
 * One rule as data: its kind with parameters, when and where it applies, how strong it is
 * and how sure we are of it (PROTOCOL.md section 14).
 *
 * Threads: no state.  Memory: none; what rules point to lives with their pack.
 */
#ifndef FV_RULE_H
#define FV_RULE_H

#include "fv/codes.h"
#include "fv/history.h"

/* The numbers of these follow the lists of words in FV_CODES_KIND and after. */
enum fv_rule_kind {
	FV_RULE_TIME_WINDOW = 1,
	FV_RULE_FREQUENCY,
	FV_RULE_MIN_PERSONS,
	FV_RULE_GEOFENCE,
	FV_RULE_ENTRY,
	FV_RULE_IDENTIFY,
	FV_RULE_RECORDING,
	FV_RULE_THIRD_PARTY,
	FV_RULE_HOLD,
	FV_RULE_DATA_AGE,
};

enum fv_phase {
	FV_PHASE_BEFORE = 1,
	FV_PHASE_DURING,
	FV_PHASE_AFTER,
};

enum fv_on_breach {
	FV_BREACH_FAIL = 1,
	FV_BREACH_REVIEW,
};

enum fv_strength {
	FV_STRENGTH_STATUTE = 1,
	FV_STRENGTH_REGULATION,
	FV_STRENGTH_SELF_REGULATION,
	FV_STRENGTH_PRESUMPTION,
	FV_STRENGTH_RECOMMENDED,
	FV_STRENGTH_HOUSE,
};

enum fv_confidence {
	FV_CONFIDENCE_PRIMARY = 1,
	FV_CONFIDENCE_SECONDARY,
	FV_CONFIDENCE_WEAK,
	FV_CONFIDENCE_UNVERIFIED,
};

/* What holds at the very instant of a window's edge. */
enum fv_edge {
	FV_EDGE_CLOSED = 1, /* the instant is inside the window */
	FV_EDGE_OPEN,
	FV_EDGE_REVIEW,
};

/* A contact that begins inside a window and ends outside it. */
enum fv_overrun {
	FV_OVERRUN_JUDGE = 1,   /* is judged over its whole length */
	FV_OVERRUN_IGNORE,      /* is judged by its beginning */
	FV_OVERRUN_WITH_REASON, /* may stay when a reason is recorded */
};

enum fv_per {
	FV_PER_DEBTOR = 1,
	FV_PER_DEBT,
	FV_PER_NUMBER,
	FV_PER_PERSON,
};

enum fv_unit {
	FV_UNIT_DAY = 1, /* the last `days` local dates, today included */
	FV_UNIT_WEEK,    /* Monday to Sunday */
	FV_UNIT_MONTH,
};

enum fv_age_of {
	FV_AGE_HISTORY = 1, /* when the history was last brought up to date */
	FV_AGE_CASE,        /* the date of the debt data */
};

/* How a breach may be excused by the debtor's consent.  scope 0: it may not. */
struct fv_consent_rule {
	enum fv_scope scope;
	uint32_t to;     /* bits of FV_CODES_TO; 0: to anyone */
	uint32_t forms;  /* bits of FV_CODES_FORM; 0: any form */
	uint32_t days;   /* it ends after this many local dates; 0: no such end */
	bool is_day_one; /* the date of the consent is the first of them */
};

/* K1, K2, K4: parts of local days when contact is allowed; lawful in every zone. */
struct fv_time_rule {
	const struct fv_window *allowed;
	size_t allowed_count;
	const struct fv_window *doubtful; /* outside `allowed`, but for a person to judge */
	size_t doubtful_count;
	enum fv_edge edge_from; /* default closed */
	enum fv_edge edge_to;   /* default open */
	enum fv_overrun overrun;
};

/* K5: at most `limit` counted contacts in a period. */
struct fv_frequency_rule {
	uint32_t limit;
	bool excludes_limit; /* true: fewer than limit */
	enum fv_per per;
	enum fv_unit unit;
	uint32_t days;     /* of FV_UNIT_DAY */
	uint32_t outcomes; /* bits of FV_CODES_OUTCOME that count; 0: all */
	uint32_t by;       /* bits of FV_CODES_BY that count */
};

/* K9 */
struct fv_persons_rule {
	uint32_t count;
};

/* K11 */
struct fv_geofence_rule {
	uint32_t radius_m;
	bool uses_case_radius; /* the case's own radius where it says one */
};

/* K27 */
struct fv_recording_rule {
	uint32_t media; /* bits of FV_CODES_RECORDED that satisfy */
};

/* K23, K8: whom one may talk to, and when to somebody else. */
struct fv_third_rule {
	uint32_t allowed;  /* bits of FV_CODES_WITH */
	uint32_t doubtful; /* bits of FV_CODES_WITH that a person must judge */
	uint32_t for_what; /* bits of FV_CODES_PURPOSE when the debtor cannot be reached */
	uint32_t failures; /* so many in a row show that he cannot; 0: no number is known */
};

/* K15 to K21: no contact from one event until another. */
struct fv_hold_rule {
	uint64_t starts; /* bit (kind - 1) */
	uint64_t ends;
	uint32_t days; /* it ends by itself after so many local dates; 0: never */
	bool from_next_day;
};

/* How old what is known may be. */
struct fv_age_rule {
	enum fv_age_of of;
	uint32_t hours;
};

struct fv_rule {
	const char *id;
	enum fv_rule_kind kind;
	uint32_t channels; /* bits of FV_CODES_CHANNEL */
	enum fv_phase phase;
	enum fv_on_breach on_breach;
	enum fv_strength strength;
	enum fv_confidence confidence;
	const char *citation;
	const char *text_en; /* the rule in a sentence, in our words */
	const char *text_zh;
	bool has_from;
	int64_t from_days; /* first local date in force */
	bool has_until;
	int64_t until_days;   /* last local date in force */
	uint32_t window_days; /* how far back it looks, 0..FV_RULEPACK_WINDOW_DAYS_MAX */
	bool is_enabled;
	uint32_t places;   /* bits of FV_CODES_PLACE it is about; 0: all */
	uint32_t purposes; /* bits of FV_CODES_PURPOSE it is about; 0: all */
	struct fv_consent_rule consent;
	union {
		struct fv_time_rule time;
		struct fv_frequency_rule frequency;
		struct fv_persons_rule persons;
		struct fv_geofence_rule geofence;
		struct fv_recording_rule recording;
		struct fv_third_rule third;
		struct fv_hold_rule hold;
		struct fv_age_rule age;
	} u; /* by kind; entry and identify have none */
};

/* 1 for a statute to 5 for house policy. */
FV_EXPORT uint32_t fv_strength_severity(enum fv_strength strength);

#endif
