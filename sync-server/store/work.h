/*
 * What the desk plans, holds, answers and settles.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_WORK_H
#define FV_STORE_WORK_H

#include "book.h"

#define FV_WORK_REASON_BYTES 32U /* a reason code and its NUL */
#define FV_ASKED_DAYS 10         /* the house's time for an answer */

/* -- plans -------------------------------------------------------------------------- */

/* Stored numbers. */
enum fv_plan_state {
	FV_PLANNED_OPEN = 1,
	FV_PLANNED_MADE = 2,   /* a visit to the case began on that day */
	FV_PLANNED_CLOSED = 3, /* with a reason */
};

/* One planned visit. */
struct fv_store_plan {
	int64_t id;  /* from 1 */
	int64_t day; /* local date in the case's first zone, days since 1970-01-01 */
	uint32_t from_minute, to_minute; /* of that day */
	int64_t day_from_ms, day_to_ms;  /* UTC: its first instant, and the next day's */
	int64_t from_ms, to_ms;          /* UTC */
	char case_id[FV_CASE_ID_BYTES];
	char agency[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	char second[FV_ID_BYTES]; /* "": he goes alone */
	uint32_t place;           /* FV_CODES_PLACE */
	uint32_t purpose;         /* FV_CODES_PURPOSE */
	uint32_t approach;        /* FV_CODES_APPROACH */
	bool is_agreed;           /* with the borrower */
	enum fv_plan_state state;
	char reason[FV_WORK_REASON_BYTES]; /* of closing */
	char made_by[FV_ID_BYTES];
	int64_t made_ms;
	char ended_by[FV_ID_BYTES]; /* who closed it */
	bool has_ended;
	int64_t ended_ms; /* closed, or the visit that was made began */
};
typedef enum fv_err (*fv_store_plan_fn)(const struct fv_store_plan *plan, void *ctx);

/* Add (id 0) or replace.  *id_out (may be NULL) is its id. */
FV_NODISCARD enum fv_err fv_store_plan_put(
    struct fv_store *store, const struct fv_store_plan *plan, int64_t *id_out);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_plan_get(
    struct fv_store *store, int64_t id, struct fv_store_plan *out);

/* Which plans; NULL and 0: every one. */
struct fv_store_plan_filter {
	const char *agency, *officer, *case_id;
	uint32_t state;
	bool has_from, has_to;
	int64_t from_day, to_day;
	int64_t late_ms;             /* those whose window was over then; 0: all */
	int64_t after_day, after_id; /* the last that was seen; 0, 0: from the beginning */
	size_t max;
};
/* By day and id. */
FV_NODISCARD enum fv_err fv_store_plan_each(struct fv_store *store,
    const struct fv_store_plan_filter *filter, fv_store_plan_fn fn, void *ctx);
/* The first open one of a case that the officer makes or goes along with.  FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_plan_next(struct fv_store *store, struct fv_span case_id,
    const char *officer, struct fv_store_plan *out);
/* Give what `from` was to do at a case to another officer. */
FV_NODISCARD enum fv_err fv_store_plan_move(
    struct fv_store *store, const char *case_id, const char *from, const char *to);

/* -- holds -------------------------------------------------------------------------- */

struct fv_store_hold {
	int64_t id; /* from 1 */
	char case_id[FV_CASE_ID_BYTES];
	char agency[FV_ID_BYTES];
	uint32_t kind; /* enum fv_event_kind */
	char reason[FV_WORK_REASON_BYTES];
	char made_by[FV_ID_BYTES];
	int64_t from_ms;
	bool has_until;
	int64_t until_ms;
	bool is_lifted;
	int64_t lifted_ms;
	char lifted_by[FV_ID_BYTES];
	char lift_reason[FV_WORK_REASON_BYTES];
};
typedef enum fv_err (*fv_store_hold_fn)(const struct fv_store_hold *hold, void *ctx);

/* Add (id 0) or replace. */
FV_NODISCARD enum fv_err fv_store_hold_put(
    struct fv_store *store, const struct fv_store_hold *hold, int64_t *id_out);
/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_hold_get(
    struct fv_store *store, int64_t id, struct fv_store_hold *out);
/* Every one of a case, by id. */
FV_NODISCARD enum fv_err fv_store_hold_each(
    struct fv_store *store, struct fv_span case_id, fv_store_hold_fn fn, void *ctx);
/* Put another line in the place of the imported one of this source and id: what says until
 * when a hold was.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_import_replace(
    struct fv_store *store, struct fv_span source, struct fv_span id, struct fv_span line);

/* -- cases -------------------------------------------------------------------------- */

/* Which cases; NULL, 0 and false: every one. */
struct fv_store_case_filter {
	const char *agency, *officer;
	const char *starts; /* first characters of the id */
	bool has_closed, is_closed;
	bool is_held, has_no_place;
	bool has_stale;
	int64_t stale_day;               /* debt data of before this day, or of no day */
	const char *assigned_to_none_of; /* officers, as a JSON list of ids */
	int64_t now_ms;
	const char *after; /* the last id that was seen; NULL: none */
	size_t max;
};
/* By id. */
FV_NODISCARD enum fv_err fv_store_case_find(struct fv_store *store,
    const struct fv_store_case_filter *filter, fv_store_case_fn fn, void *ctx);

/* -- what was asked for at the door --------------------------------------------------- */

/* Stored numbers. */
enum fv_asked_decision {
	FV_ASKED_OPEN = 0,
	FV_ASKED_GRANTED = 1, /* a promise: kept */
	FV_ASKED_REFUSED = 2, /* a promise: not kept */
};
struct fv_store_asked {
	int64_t visit;  /* device << 40 | seq of the visit or contact */
	int64_t record; /* of the sealed detail, likewise; 0: none */
	char case_id[FV_CASE_ID_BYTES];
	char agency[FV_ID_BYTES];
	uint32_t business; /* enum fv_business */
	int64_t at_ms;     /* by the handheld's clock */
	int64_t due_ms;    /* when the house wants it answered */
	enum fv_asked_decision decision;
	char reason[FV_WORK_REASON_BYTES];
	char decided_by[FV_ID_BYTES];
	bool has_decided;
	int64_t decided_ms;
};
typedef enum fv_err (*fv_store_asked_fn)(const struct fv_store_asked *asked, void *ctx);

/* Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_asked_get(
    struct fv_store *store, int64_t visit, struct fv_store_asked *out);
/* The newest of a case that was answered.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_asked_last(
    struct fv_store *store, struct fv_span case_id, struct fv_store_asked *out);
struct fv_store_asked_filter {
	const char *agency, *case_id; /* NULL: every one */
	bool is_open;                 /* those without an answer only */
	int64_t after_due, after_visit;
	size_t max;
};
/* By due_ms and visit. */
FV_NODISCARD enum fv_err fv_store_asked_each(struct fv_store *store,
    const struct fv_store_asked_filter *filter, fv_store_asked_fn fn, void *ctx);
/* Errors: FV_ESTATE  it has an answer;  FV_ENOENT */
FV_NODISCARD enum fv_err fv_store_asked_decide(
    struct fv_store *store, const struct fv_store_asked *asked);

/* -- exceptions ----------------------------------------------------------------------- */

/* Stored numbers. */
enum fv_exception_kind {
	FV_EXCEPTION_PLAN = 1,     /* planned and not made; key: the plan's id */
	FV_EXCEPTION_AMEND = 2,    /* a correction by hand; key: contact id */
	FV_EXCEPTION_STANDING = 3, /* what stands about a case, visit or handheld; key: id */
	FV_EXCEPTION_NO_FIX = 4,   /* nobody knows where the visit was; key: finding id */
	FV_EXCEPTION_OPEN_END = 5, /* an end was forgotten; key: contact id */
};
struct fv_store_exception {
	enum fv_exception_kind kind;
	char key[64];
	char case_id[FV_CASE_ID_BYTES]; /* "": about none */
	char agency[FV_ID_BYTES];       /* "": about none */
	char subject[64];               /* contact id, or "case:", "device:", ... and id */
	char officer[FV_ID_BYTES];      /* "": not known */
	char rule[48];                  /* of a finding; else "" */
	int64_t at_ms;
	bool is_settled;
	char reason[FV_WORK_REASON_BYTES]; /* with is_settled, and the next two */
	char settled_by[FV_ID_BYTES];
	int64_t settled_ms;
};
typedef enum fv_err (*fv_store_exception_fn)(const struct fv_store_exception *e, void *ctx);
struct fv_store_exception_filter {
	const char *agency; /* NULL: every one */
	uint32_t kind;      /* 0: every one */
	bool is_settled;    /* those that are; else those that are not */
	int64_t now_ms;
	int64_t after_ms;      /* the last that was seen; INT64_MAX: none */
	const char *after_key; /* likewise; "": none */
	size_t max;
};
/* Newest first. */
FV_NODISCARD enum fv_err fv_store_exception_each(struct fv_store *store,
    const struct fv_store_exception_filter *filter, fv_store_exception_fn fn, void *ctx);
/* How many nobody has settled, counted up to `max`; agency NULL: of every one. */
FV_NODISCARD enum fv_err fv_store_exception_count(struct fv_store *store, const char *agency,
    int64_t now_ms, uint64_t max, uint64_t *count_out);
/* Settle one.  Errors: FV_EEXIST  it is */
FV_NODISCARD enum fv_err fv_store_settled_put(
    struct fv_store *store, const struct fv_store_exception *e);
/* Open it again. */
FV_NODISCARD enum fv_err fv_store_settled_drop(
    struct fv_store *store, enum fv_exception_kind kind, const char *key);

/* -- figures -------------------------------------------------------------------------- */

/* What one officer's visits of some days came to. */
struct fv_store_figures {
	char agency[FV_ID_BYTES];
	char officer[FV_ID_BYTES];
	uint64_t visits;
	uint64_t clean;   /* of them, with no broken rule but what was dismissed or excused */
	uint64_t open;    /* exceptions that nobody has settled */
	uint64_t amended; /* visits that were corrected by hand */
	uint64_t complaints; /* that name him, or his visit */
};
typedef enum fv_err (*fv_store_figures_fn)(const struct fv_store_figures *f, void *ctx);
/* By agency and officer, of visits begun in [from_ms, until_ms).  There is no other order:
 * nobody is ranked. */
FV_NODISCARD enum fv_err fv_store_figures_each(struct fv_store *store, const char *agency,
    int64_t from_ms, int64_t until_ms, fv_store_figures_fn fn, void *ctx);

#endif
