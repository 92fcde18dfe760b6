/*
 * Inside the audit engine: a case as the rules see it, the state of each rule, and the
 * functions that judge, one family of rule kinds a file.
 *
 * Threads: as audit.h.  Memory: all working memory hangs from struct fv_audit.
 */
#ifndef FV_LIB_AUDIT_RULES_H
#define FV_LIB_AUDIT_RULES_H

#include "fv/audit.h"
#include "lib/audit_reasons.h"

#define WEEKDAYS 7U
#define PLAN_WINDOWS_MAX 34U
#define DAY_MS 86400000

/* A contact as the rules see it. */
struct fv_view {
	const struct fv_contact *k;
	int64_t day;      /* local date of its beginning, in the first zone */
	int32_t offset_s; /* of the first zone then */
	bool is_void;     /* its number was not the debtor's */
	bool is_counted;  /* not void, and not begun at the wrong case */
	bool is_copy;     /* an earlier linked contact stands for it in counters */
	uint64_t broke;   /* bit of each pack of which it broke a rule */
};

/* A zone with the stretch of time asked about last. */
struct fv_zone_view {
	const char *name;
	const struct fv_zone *zone;
	struct fv_zone_span span;
};

/* Pointers to small numbers, without order. */
struct fv_ptrmap {
	const void **keys; /* owned; NULL = free; `slots` long, a power of two */
	uint32_t *values;  /* owned */
	size_t slots;
	size_t count;
};

FV_NODISCARD enum fv_err fv_ptrmap_put(struct fv_ptrmap *map, const void *key, uint32_t value);
bool fv_ptrmap_get(const struct fv_ptrmap *map, const void *key, uint32_t *value_out);
void fv_ptrmap_reset(struct fv_ptrmap *map); /* empty, memory kept */
void fv_ptrmap_clear(struct fv_ptrmap *map);

/* The case being judged. */
struct fv_casefile {
	const struct fv_case_history *h;
	struct fv_zone_view zones[FV_HISTORY_SET_MAX];
	size_t zone_count;
	struct fv_view *views; /* owned, by time */
	size_t view_count;
	size_t view_cap;
	const struct fv_event **events;         /* owned, by kind, then time */
	size_t kind_at[FV_EVENT_KIND_MAX + 2U]; /* where each kind begins */
	size_t event_cap;
	struct fv_ptrmap by_id; /* contact id to its view; only where a consent names one */
	struct fv_ptrmap
	    officers; /* who visited; only where a consent says who wrote it down */
	const struct fv_view *first_talk; /* the first communication, or NULL */
};

/* The notices of a case up to an instant that nothing took back, by time. */
struct fv_notices {
	const struct fv_event **sent; /* owned */
	size_t count;
	size_t cap;
	size_t events_seen; /* of the case's */
	size_t voids;       /* seen among them */
	int64_t upto;
};

/* Something that came before: it counts for a precondition, or starts the count anew. */
struct fv_prior {
	int64_t day;
	const struct fv_strs *debts;
	const char *link;    /* of the contact that it was, or NULL */
	const char *missing; /* the field that leaves it open, or NULL */
	bool is_reset;
};

/* A visit that went inside. */
struct fv_entry {
	bool is_set;
	int64_t begin_utc_ms;
	const char *link;
};

/* Local parts of a weekday, ascending and apart. */
struct fv_day_plan {
	struct {
		int32_t from_ms;
		int32_t to_ms;
	} w[PLAN_WINDOWS_MAX];
	uint32_t count;
};

/* One counted contact of a key. */
struct fv_counted {
	int64_t day;
	uint32_t next;    /* in the pool, UINT32_MAX: last */
	bool is_certain;  /* that it counts is known */
	bool is_imported; /* from another system, unsigned */
};

#define FV_CHANNELS (FV_CHANNEL_LETTER + 1U)

/* The latest contact of some sort. */
struct fv_last {
	const struct fv_view *view; /* NULL: none */
	int64_t until;              /* of a talk the last date that it bars; else its end */
	bool is_known;              /* the calendar tells whether that is all */
};

/* What one key has had within the period. */
struct fv_counter {
	const void *key;
	uint32_t head;
	uint32_t tail;
	uint32_t certain;
	uint32_t unsure;
	uint32_t imported;
	uint32_t mark; /* the limit-th newest: when it leaves the period one more is allowed */
	uint32_t run;  /* from mark to tail */
	int64_t used[2]
		    [FV_CHANNELS]; /* date of the last use of each channel: sure, doubtful */
	struct fv_last talk[2];    /* that begins a cool-off: sure, doubtful */
	struct fv_last last[2];    /* that counted */
	bool is_active;            /* in the list of those that may lie in the period */
	const char *lacks;         /* what would make the doubtful sure; NULL: nothing yet */
};

/* What a clause remembers for the consent that excuses a breach of it. */
struct fv_consent_state {
	size_t dead;            /* consents before this one, by time, are of no more use */
	struct fv_ptrmap talks; /* debt to the view of the last conversation about it */
	int64_t met_until;      /* a consent for each contact is later than this */
	int64_t met_before;     /* the same for a copy of that last contact */
	const char *met_link;   /* its link, or NULL */
};

/* A debt for which a hold is over. */
struct fv_hold_mark {
	const char *debt;
	uint32_t next; /* in the marks, UINT32_MAX: last */
};

/* An event that may still hold contacts. */
struct fv_hold_entry {
	const struct fv_event *event; /* the first that said so */
	const struct fv_event *last;  /* the last that said the same */
	int64_t from;                 /* binds from here */
	int64_t until;                /* to here, or INT64_MAX */
	int64_t sure_until;           /* later it depends on a form that is not said */
	bool is_confirmed;
	uint32_t ended;      /* the debts for which it is over, in the marks */
	size_t voids_seen;   /* how many there were when the notice was sought */
	bool has_notice;     /* the rest is of the notice that came before it */
	const char *unknown; /* a calendar that does not cover the period, or NULL */
	int64_t notice_day;
	int64_t receipt_day;
	int64_t period_end;
};

/* A message of the debtor that nobody has answered yet by the same channel. */
struct fv_reply {
	bool is_open;
	int64_t begin_utc_ms;
};

#define CHANNEL_COUNT 6U

struct fv_hold_memory {
	struct fv_hold_entry *active; /* owned */
	size_t count;
	size_t cap;
	struct fv_hold_mark *marks; /* owned */
	size_t mark_count;
	size_t mark_cap;
	size_t events_seen; /* of the case's */
	int64_t upto;       /* seen up to here */
	struct fv_reply replies[CHANNEL_COUNT];
};

/* A clause with what it has seen of the case. */
struct fv_rule_state {
	const struct fv_rulepack *pack;
	const struct fv_rule *rule;
	const struct fv_clause *clause; /* one of the rule's */
	uint64_t pack_bit;
	struct fv_day_plan *allowed; /* owned: WEEKDAYS of them, of a time window */
	struct fv_day_plan *doubtful;
	struct fv_ptrmap keys;       /* key to its counter */
	struct fv_counter *counters; /* owned */
	size_t counter_count;
	size_t counter_cap;
	uint32_t *active; /* owned: counters that may have something in the period */
	size_t active_count;
	size_t active_cap;
	struct fv_counted *pool; /* owned */
	size_t pool_count;
	size_t pool_cap;
	struct fv_last any_talk; /* of any key */
	struct fv_last any_last;
	struct fv_last general;       /* the last talk about no debt in particular */
	struct fv_strs general_debts; /* about one of which it was; none: no such talk */
	struct fv_consent_state consent;
	uint32_t failures;       /* third party: to reach the debtor, in a row */
	uint32_t may_failures;   /* counting those whose outcome is not said */
	int64_t reached_ms;      /* when he was reached last, or INT64_MIN */
	bool has_refused;        /* a third person wants no more */
	struct fv_prior *priors; /* owned; precondition, by time */
	size_t prior_count;
	size_t prior_cap;
	size_t events_seen; /* of the case's, precondition */
	bool has_begun;     /* notice: the case has had a contact */
	const char *first_link;
	struct fv_entry entered[2]; /* notice: the last visit that did, and the one before */
	struct fv_entry may_entered[2]; /* of which it is not said */
	struct fv_hold_memory hold;
	struct fv_notices notices;
	bool is_indexed; /* keys hold the events that name a contact */
};

struct fv_audit {
	struct fv_audit_opts opts;
	struct fv_rule_state *rules; /* owned; clauses of the enabled ones, in order */
	size_t rule_count;
	struct fv_casefile file;
	struct fv_finding finding; /* being filled */
	struct fv_finding worst;   /* of the clauses of a rule so far */
	bool is_breach;            /* the rule was broken, and no good consent excuses it */
};

/* One question: this contact by this rule. */
struct fv_judge {
	struct fv_audit *audit;
	struct fv_casefile *file;
	const struct fv_view *view;
	struct fv_rule_state *state;
	const struct fv_rule *rule;
	const struct fv_clause *clause;
	struct fv_finding *out;
	const struct fv_check_plan *plan; /* NULL but in a check */
	int64_t consent_from_ms; /* a consent must be later than this; 0: any serves */
	enum fv_err rc;
};

/* Give the verdict and its sentence. */
void fv_judge_say(struct fv_judge *j, enum fv_verdict verdict, enum fv_reason reason);
/* How long the contact lasted if it began when its claim says. */
int64_t fv_contact_claim_ms(const struct fv_contact *contact);

/* Review: it is not said (`reason`), or it is said both ways. */
void fv_judge_unknown(struct fv_judge *j, enum fv_said what, enum fv_reason reason);
/* Give the one remedy of a verdict that is no pass. */
void fv_judge_missing(struct fv_judge *j, const char *field);
void fv_judge_lifted_by(struct fv_judge *j, const char *role);
void fv_judge_next(struct fv_judge *j, int64_t utc_ms);

/* Add an input; its key is static. */
void fv_judge_put_int(struct fv_judge *j, const char *key, int64_t v);
void fv_judge_put_bool(struct fv_judge *j, const char *key, bool v);
void fv_judge_put_text(struct fv_judge *j, const char *key, const char *z);
void fv_judge_put_instant(struct fv_judge *j, const char *key, int64_t utc_ms);
void fv_judge_put_date(struct fv_judge *j, const char *key, int64_t days);
void fv_judge_put_minute(struct fv_judge *j, const char *key, int64_t minute);
void fv_judge_put_set(struct fv_judge *j, const char *key, const struct fv_strs *set);

/* The stretch of one offset around an instant, remembered. */
const struct fv_zone_span *fv_view_span(struct fv_zone_view *zone, int64_t utc_ms);
int64_t fv_view_day(struct fv_zone_view *zone, int64_t utc_ms);

/* The events of one kind, by time. */
const struct fv_event *const *fv_file_events(
    const struct fv_casefile *file, enum fv_event_kind kind, size_t *count_out);

/* How many events of a kind had happened by an instant, that instant included. */
size_t fv_file_events_by(
    const struct fv_casefile *file, enum fv_event_kind kind, int64_t utc_ms);

/*
 * Take in the events up to an instant; cheap when time only runs on.  Each void takes back
 * the last notice before it that shares a debt with it.
 */
FV_NODISCARD enum fv_err fv_notices_advance(struct fv_notices *notices,
    const struct fv_casefile *file, uint64_t kinds, uint64_t voids, int64_t upto);
void fv_notices_reset(struct fv_notices *notices);

/* Add a period to a date.  *is_known_out is false where its calendar does not cover it. */
int64_t fv_judge_period_end(
    const struct fv_judge *j, const struct fv_period *period, int64_t day, bool *is_known_out);

/* Say that a calendar does not cover a date. */
void fv_judge_say_calendar(struct fv_judge *j, const char *calendar, int64_t day);

/* True when the two have a debt in common; an empty set stands for all. */
bool fv_debts_meet(const struct fv_strs *a, const struct fv_strs *b);

/* Whom the contact reached, or was placed to where nobody was or it is not said; 0: not
 * known.  A call is placed to the debtor unless another is named; a visit finds whoever
 * opens. */
enum fv_with fv_contact_person(const struct fv_contact *k);

/* Somebody who answers for the debt was spoken to. */
bool fv_contact_is_talk(const struct fv_contact *k);

/* It may have been a talk: neither its outcome nor whom it met is said. */
bool fv_contact_may_be_talk(const struct fv_contact *k);

/* True when the event concerns one of the debts that the contact was about. */
bool fv_event_concerns(const struct fv_event *event, const struct fv_contact *contact);

/* The debts of a contact. */
struct fv_keys {
	const char *one;     /* where it is one that no set holds: the struct must stay */
	struct fv_strs list; /* none: not said */
	bool is_either;      /* about at least one of them, and not said which */
};

/* The debts that a contact turned to, or was about; the case itself where it has none. */
void fv_contact_debts(
    const struct fv_casefile *file, const struct fv_contact *k, struct fv_keys *keys_out);

/* How good a consent is, from useless to good. */
enum fv_worth {
	FV_WORTH_NONE,
	FV_WORTH_UNCLEAR,     /* what it says is not enough to tell */
	FV_WORTH_INSIDE,      /* first recorded inside the contact that it excuses */
	FV_WORTH_FROM_BREACH, /* given in a contact that broke a rule itself */
	FV_WORTH_OFFICER_ONLY,
	FV_WORTH_GOOD,
};

/* The best consent to this contact that the clause takes. */
enum fv_worth fv_consent_worth(struct fv_judge *j);

/* Change a fail into a pass or a review where the debtor agreed, or a court allowed it. */
void fv_judge_consent(struct fv_judge *j);
FV_NODISCARD enum fv_err fv_consent_feed(struct fv_judge *j);
void fv_consent_reset(struct fv_rule_state *state);

FV_NODISCARD enum fv_err fv_time_compile(struct fv_rule_state *state);
void fv_judge_time(struct fv_judge *j);
/* Give as remedy the first instant from `from` on that the hours and holidays allow, or what
 * is in its way. */
void fv_time_give_next(struct fv_judge *j, int64_t from);

/* What the clauses of one rule say together; zeros to begin with. */
struct fv_clause_sum {
	bool has_worst;      /* audit->worst is one of them */
	int64_t next_utc_ms; /* the latest that one names; 0: none does */
	struct fv_rule_state *hours[FV_RULEPACK_CLAUSES_MAX]; /* with hours that apply */
	size_t hours_count;
};

/* Take in audit->finding, of that clause: the worst is kept, of equal ones the first. */
void fv_clause_sum_add(
    struct fv_clause_sum *sum, struct fv_audit *audit, struct fv_rule_state *state);
/* Put off the remedy of audit->worst until no clause names a later one. */
void fv_clause_sum_finish(
    const struct fv_clause_sum *sum, struct fv_audit *audit, const struct fv_view *view);

void fv_judge_frequency(struct fv_judge *j);
FV_NODISCARD enum fv_err fv_frequency_feed(struct fv_judge *j);
void fv_frequency_reset(struct fv_rule_state *state);

void fv_judge_persons(struct fv_judge *j);
void fv_judge_identify(struct fv_judge *j);
void fv_judge_recording(struct fv_judge *j);
void fv_judge_third(struct fv_judge *j);
void fv_third_feed(struct fv_rule_state *state, const struct fv_view *view);

void fv_judge_geofence(struct fv_judge *j);
void fv_judge_entry(struct fv_judge *j);

void fv_judge_hold(struct fv_judge *j);
/* Take in the events up to an instant; cheap when time only runs on. */
FV_NODISCARD enum fv_err fv_hold_advance(
    struct fv_rule_state *state, const struct fv_casefile *file, int64_t upto);
/* Whether the event still holds for a debt of the contact; unknown: no debts are said. */
enum fv_tri fv_hold_concerns(const struct fv_judge *j, const struct fv_hold_entry *entry);
/* Remember who wrote last by each channel, and appointments that were kept. */
FV_NODISCARD enum fv_err fv_hold_feed(
    struct fv_rule_state *state, const struct fv_casefile *file, const struct fv_view *view);
void fv_hold_reset(struct fv_hold_memory *memory);
void fv_hold_clear(struct fv_hold_memory *memory);

/* The first instant from lo to hi that lies inside (else outside) of an event's windows in
 * one of the zones. */
bool fv_windows_meet(struct fv_judge *j, const struct fv_event *e, bool inside, int64_t lo,
    int64_t hi, struct fv_zone_view **zone_out, int64_t *at_out);

/* The first instant from `from` on at which no zone is inside (else outside) of them, or
 * INT64_MAX. */
int64_t fv_windows_leave(
    struct fv_judge *j, const struct fv_event *e, bool inside, int64_t from);

#define FV_WEEK_MINUTES 10080U
#define FV_WEEK_BYTES (FV_WEEK_MINUTES / 8U)

/* Set the minutes of a week, from Monday, that the event's windows name. */
void fv_windows_add(const struct fv_event *e, uint8_t week[FV_WEEK_BYTES]);

void fv_judge_age(struct fv_judge *j);

void fv_judge_place(struct fv_judge *j);
void fv_judge_precondition(struct fv_judge *j);
FV_NODISCARD enum fv_err fv_precondition_feed(
    struct fv_rule_state *state, const struct fv_casefile *file, const struct fv_view *view);
void fv_judge_notice(struct fv_judge *j);
void fv_notice_feed(struct fv_rule_state *state, const struct fv_view *view);
void fv_judge_deadline(struct fv_judge *j);

void fv_judge_leave(struct fv_judge *j);
void fv_judge_duration(struct fv_judge *j);
void fv_judge_camera(struct fv_judge *j);
void fv_judge_disclosure(struct fv_judge *j);
void fv_judge_need(struct fv_judge *j);
void fv_judge_completeness(struct fv_judge *j);
void fv_judge_correction(struct fv_judge *j);
void fv_judge_scope(struct fv_judge *j);
void fv_judge_impersonation(struct fv_judge *j);

/* Whether both are in force on a local date. */
bool fv_is_in_force(const struct fv_rule *rule, const struct fv_clause *clause, int64_t day);

/* Nobody was there to talk to. */
bool fv_contact_is_unanswered(const struct fv_contact *k);

/*
 * The calendar of this name (FV_CALENDAR_OF_ZONE: of the case's first zone) that covers
 * `day`, the rule's own pack's before another's; one that does not cover it where none
 * does; NULL when no pack has it.
 */
const struct fv_calendar *fv_judge_calendar(
    const struct fv_judge *j, const char *name, int64_t day);

/* The same where FV_CALENDAR_OF_ZONE means another zone of the case. */
const struct fv_calendar *fv_judge_calendar_in(
    const struct fv_judge *j, const char *name, const char *zone, int64_t day);

/* Open a case: zones, views, events by kind.  Errors: FV_ENOENT, FV_ENOMEM. */
FV_NODISCARD enum fv_err fv_file_open(
    struct fv_audit *audit, const struct fv_case_history *history);
void fv_file_clear(struct fv_casefile *file);

/* Judge one contact by one clause; the verdict is in audit->finding. */
FV_NODISCARD enum fv_err fv_audit_judge(struct fv_audit *audit, struct fv_rule_state *state,
    const struct fv_view *view, const struct fv_check_plan *plan);

/* Let a rule count a contact that was judged. */
FV_NODISCARD enum fv_err fv_audit_feed(
    struct fv_audit *audit, struct fv_rule_state *state, const struct fv_view *view);

void fv_audit_reset(struct fv_audit *audit);

/* Words of a sentence (lib/audit_words.c): the value of the input `key`, and the citation. */
#define FV_AUDIT_WORD_MAX 48U
void fv_audit_put_word(struct fv_buf *out, const char *key, const char *word, bool chinese);
void fv_audit_put_source(struct fv_buf *out, const struct fv_rule *rule, bool chinese);

#endif
