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
	FV_RULE_PLACE,
	FV_RULE_PRECONDITION,
	FV_RULE_NOTICE,
	FV_RULE_LEAVE,
	FV_RULE_DURATION,
	FV_RULE_CAMERA,
	FV_RULE_DISCLOSURE,
	FV_RULE_DEADLINE,
	FV_RULE_CONSENT,
	FV_RULE_COMPLETENESS,
	FV_RULE_CORRECTION,
	FV_RULE_SCOPE,
	FV_RULE_IMPERSONATION,
	/* From here on: about a case, device, officer or agency, not about a contact. */
	FV_RULE_RETENTION,
	FV_RULE_INTERVAL,
	FV_RULE_RATE,
	FV_RULE_UNLOGGED_STOP,
	FV_RULE_NO_TRACK,
	FV_RULE_ALWAYS_GREEN,
	FV_RULE_DUPLICATE,
	FV_RULE_NOT_RECEIVED,
};

/* True for the kinds that give standing findings instead of verdicts on contacts. */
static inline bool
fv_rule_kind_stands(enum fv_rule_kind kind)
{
	return kind >= FV_RULE_RETENTION;
}

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

/* Parts of a visit's record that a rule may ask for; FV_CODES_FIELD. */
enum fv_record_field {
	FV_FIELD_PURPOSE = 1,
	FV_FIELD_CASE, /* always there */
	FV_FIELD_BEGIN,
	FV_FIELD_END,
	FV_FIELD_LOCATION, /* a position was taken */
	FV_FIELD_OFFICERS,
	FV_FIELD_OUTCOME,
	FV_FIELD_WITH,
};

/* Whom a standing finding is about. */
enum fv_subject {
	FV_SUBJECT_CASE = 1,
	FV_SUBJECT_DEVICE,
	FV_SUBJECT_OFFICER,
	FV_SUBJECT_AGENCY,
};

/* Dates that the bank keeps of its officers and agencies. */
enum fv_fact {
	FV_FACT_TRAINING = 1,
	FV_FACT_CERTIFICATE,
	FV_FACT_EVALUATION,
	FV_FACT_INSPECTION,
	FV_FACT_WHITE_LIST,
	FV_FACT_CONTRACT,
	FV_FACT_CONSENT, /* of an officer, to the recording of his own places */
};

/* What retention is counted from. */
enum fv_anchor {
	FV_ANCHOR_LAST_CONTACT = 1,
	FV_ANCHOR_CONTACT, /* each contact by itself */
	FV_ANCHOR_SETTLED, /* paid or closed */
};

/* What is counted as a share of all visits. */
enum fv_share {
	FV_SHARE_MANUAL = 1, /* corrected by hand */
	FV_SHARE_CONSENT,    /* whose breach a consent by the officer alone excuses */
	FV_SHARE_EXCEPTION,  /* with a verdict that nobody has decided yet */
};

/*
 * A number of local dates after an event.  Dates that do not count are passed over; the
 * event's own date is the first when is_day_one.  Clear days leave out both ends.
 */
struct fv_period {
	uint32_t days; /* 0: no period */
	bool is_day_one;
	bool is_clear;
	bool rolls;           /* ending on a date that does not count it runs to the next */
	uint32_t skipped;     /* bits of FV_CODES_DAY that do not count */
	const char *calendar; /* whose holidays do not count; NULL: none */
};

/* How a breach may be excused by the debtor's consent.  scope 0: it may not. */
struct fv_consent_rule {
	enum fv_scope scope;
	uint32_t to;       /* bits of FV_CODES_TO; 0: to anyone */
	uint32_t forms;    /* bits of FV_CODES_FORM; 0: any form */
	uint32_t days;     /* it ends after this many local dates; 0: no such end */
	bool is_day_one;   /* the date of the consent is the first of them */
	bool ends_by_talk; /* a conversation ends it */
	bool or_court;     /* a court's permission (court_permission) does as well; with scope
			      0 only that does */
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
	const char *calendar; /* no contact on its holidays; NULL: they are as other days */
	enum fv_on_breach holiday; /* what contact on one is; default fail */
	bool in_several_zones;     /* the rule is about cases of several zones only */
};

/* K6: no contact for some days after one that had such an outcome. */
struct fv_cool_off {
	struct fv_period period; /* days 0: there is none */
	uint32_t outcomes;       /* bits of FV_CODES_OUTCOME; default conversation */
	uint32_t by;             /* bits of FV_CODES_BY; default both */
	uint32_t channels;       /* bits of FV_CODES_CHANNEL; 0: those of the clause */
};

/* K5: at most `limit` counted contacts in a period. */
struct fv_frequency_rule {
	uint32_t limit;
	bool has_limit;
	bool excludes_limit; /* true: fewer than limit */
	enum fv_per per;
	enum fv_unit unit;
	uint32_t days;          /* of FV_UNIT_DAY */
	uint32_t outcomes;      /* bits of FV_CODES_OUTCOME that count; 0: all */
	uint32_t by;            /* bits of FV_CODES_BY that count */
	uint32_t with;          /* bits of FV_CODES_WITH, met or meant, that count; 0: all */
	bool distinct_channels; /* what is counted are the channels used, not the contacts */
	bool skips_consented;   /* a contact to which the debtor agreed does not count */
	struct fv_cool_off cool_off;
	uint32_t spacing_minutes; /* K7: least time from end to begin; 0: none */
	uint32_t spacing_days;    /* least local dates from one to the next; 0: none */
};

/* K9 */
struct fv_persons_rule {
	uint32_t count;
	bool corroborated; /* a declared officer is not enough */
};

/* K11 */
struct fv_geofence_rule {
	uint32_t radius_m; /* one of the two */
	uint32_t radius_ft;
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

/* The start of a hold counts only within a period after a notice (or only after it). */
struct fv_within {
	uint64_t notices; /* bit (kind - 1); 0: no such condition */
	uint64_t voids;   /* events after which the notice before them counts for nothing */
	struct fv_period receipt; /* from sending to assumed receipt */
	struct fv_period period;  /* from receipt */
	bool is_after;            /* counts only when it came after the period */
};

/*
 * K3, K15 to K21: no contact from one event until another.  An event binds within its own
 * windows, channels, number and debts; no_home binds homes and no_work places of work, and
 * no_medium the channels that it names.
 */
struct fv_hold_rule {
	uint64_t starts; /* bit (kind - 1) */
	uint64_t ends;
	uint32_t days; /* it ends by itself after so many local dates; 0: never */
	bool from_next_day;
	bool outside;            /* binds outside of the event's windows or term instead, after
				    that term too, until it was kept (a talk within it) or ends */
	bool may_reply;          /* one reply by the same channel to a contact by the debtor */
	uint32_t hours_per_week; /* of windows that the debtor may name; 0: no such bound */
	uint32_t forms;          /* bits of FV_CODES_FORM that the event must have; 0: any */
	uint32_t oral_days;      /* an oral one ends after so many local dates; 0: as others */
	uint32_t confirm_days;   /* unless it is confirmed in writing within so many */
	uint32_t after_until_days; /* it goes on so many local dates after the event's until */
	struct fv_within within;
	uint32_t with; /* bits of FV_CODES_WITH, met or meant, that it binds; 0: all */
};

/* How old what is known may be. */
struct fv_age_rule {
	enum fv_age_of of;
	uint32_t hours;
};

/* K22: where a contact may not be made. */
struct fv_place_rule {
	uint32_t forbidden; /* bits of FV_CODES_PLACE */
	uint32_t doubtful;  /* for a person to judge */
};

/* K8: what must have failed before. */
struct fv_precondition_rule {
	uint64_t events;   /* bit (kind - 1) that count */
	uint32_t event_by; /* bits of FV_CODES_BY that an event must name; 0: any */
	uint32_t attempts; /* bits of FV_CODES_CHANNEL: contacts by these count too */
	uint32_t outcomes; /* bits of FV_CODES_OUTCOME that such a contact had; 0: any */
	uint32_t count;
	bool successive; /* a talk in person or a payment between them starts anew */
	uint32_t days;   /* how far back; 0: the rule's window_days */
};

/* K10: notice of some days before the contact. */
struct fv_notice_rule {
	uint64_t events;          /* bit (kind - 1); default notice_sent */
	struct fv_period period;  /* days 0: any notice before it, however short, is for a
				     person  when doubtful and passes when it was a day ahead */
	struct fv_period receipt; /* from sending to presumed receipt */
	uint32_t valid_days;      /* it serves so many local dates; 0: for good */
	bool is_first_only;       /* only the first contact of the case needs it */
	bool after_entry;         /* only a visit after one that entered needs it */
};

/* K13: leave when such an event happens during the contact. */
struct fv_leave_rule {
	uint64_t events;  /* bit (kind - 1); default leave_requested */
	uint32_t minutes; /* with has_minutes: how long it may take */
	bool has_minutes; /* clear: no number is known, staying on is for a person */
};

/* K26: an officer's uniform, badge, name or office that was not his. */
struct fv_impersonation_rule {
	uint64_t events; /* bit (kind - 1); default impersonation */
};

/* K14 */
struct fv_duration_rule {
	uint32_t minutes;
};

/* K27: no filming. */
struct fv_camera_rule {
	bool inside; /* only inside, and in a home */
};

/* K25: something must be said or given in a contact that reached somebody. */
struct fv_disclosure_rule {
	uint64_t events;    /* bit (kind - 1); default disclosure */
	bool is_first_only; /* in the first communication of the case */
	bool is_later_only; /* in all others */
};

/* K28: something must follow the first communication in time. */
struct fv_deadline_rule {
	uint64_t events;
	struct fv_period period;
};

/* K24, K32: the contact itself needs consent; which: the clause's `consent`. */
struct fv_need_rule {
	bool is_each;      /* given for this contact: since the one before */
	bool for_position; /* only where a position was recorded */
	bool names_time;   /* the consent must say for when it is */
};

/* K30 */
struct fv_completeness_rule {
	uint32_t fields; /* bits of FV_CODES_FIELD */
};

/* K31: a correction lies within the recorded times, and comes in time. */
struct fv_correction_rule {
	uint32_t days; /* after the contact; 0: no bound */
};

/* K35: whom the pack binds. */
struct fv_scope_rule {
	uint32_t actors; /* bits of FV_CODES_ACTOR */
};

/* K29: how long records are kept, in local dates from the anchor. */
struct fv_retention_rule {
	enum fv_anchor anchor;
	uint32_t min_days; /* 0: no least time */
	uint32_t max_days; /* 0: no end is known */
};

/* K33, K34: a date of an officer or agency that must not be older, or must not be over. */
struct fv_interval_rule {
	enum fv_subject subject;
	enum fv_fact fact;
	uint32_t days; /* since that date; 0: the date is an end that must not be past */
};

/* K31: a share of visits. */
struct fv_rate_rule {
	enum fv_subject subject;
	enum fv_share of;
	uint32_t max_percent;
	uint32_t days;       /* over the last so many */
	uint32_t min_visits; /* of fewer nothing is said; default 20 */
};

/* The track knows of visits that were not logged: hints, never verdicts. */
struct fv_stop_rule {
	uint32_t minutes;        /* least length of the stop */
	uint32_t radius_m;       /* where the case says none */
	uint32_t within_minutes; /* no visit begins or ends this near to it */
};
struct fv_no_track_rule {
	uint32_t minutes; /* no fix so long before and after */
};
struct fv_green_rule {
	uint32_t seconds; /* the checklist was complete so fast */
	uint32_t percent; /* in so many of the visits */
	uint32_t days;
	uint32_t min_visits;
};
struct fv_duplicate_rule {
	uint32_t minutes; /* between the two begins */
};

struct fv_not_received_rule {
	uint32_t hours; /* from when a borrower entered the code of a visit */
};

/* One thing that a rule asks; a rule asks one or more. */
struct fv_clause {
	enum fv_rule_kind kind;
	uint32_t channels; /* bits of FV_CODES_CHANNEL */
	enum fv_phase phase;
	enum fv_on_breach on_breach;
	bool has_from;
	int64_t from_days; /* first local date in force */
	bool has_until;
	int64_t until_days; /* last local date in force */
	uint32_t places;    /* bits of FV_CODES_PLACE it is about; 0: all */
	uint32_t purposes;  /* bits of FV_CODES_PURPOSE it is about; 0: all */
	uint32_t products;  /* bits of FV_CODES_PRODUCT it is about; 0: all */
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
		struct fv_place_rule place;
		struct fv_precondition_rule precondition;
		struct fv_notice_rule notice;
		struct fv_leave_rule leave;
		struct fv_impersonation_rule impersonation;
		struct fv_duration_rule duration;
		struct fv_camera_rule camera;
		struct fv_disclosure_rule disclosure;
		struct fv_deadline_rule deadline;
		struct fv_need_rule need;
		struct fv_completeness_rule completeness;
		struct fv_correction_rule correction;
		struct fv_scope_rule scope;
		struct fv_retention_rule retention;
		struct fv_interval_rule interval;
		struct fv_rate_rule rate;
		struct fv_stop_rule stop;
		struct fv_no_track_rule no_track;
		struct fv_green_rule green;
		struct fv_duplicate_rule duplicate;
		struct fv_not_received_rule not_received;
	} u; /* by kind; entry and identify have none */
};

struct fv_rule {
	const char *id;
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
	const struct fv_clause *clauses; /* the verdict is that of the worst */
	size_t clause_count;             /* 1 or more */
};

/* 1 for a statute to 5 for house policy. */
FV_EXPORT uint32_t fv_strength_severity(enum fv_strength strength);

#endif
