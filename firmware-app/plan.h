/*
 * The day's cases in the order to go: where the case's plan date or a follow-up is due, and
 * nobody has been there since.  Those that may be visited now come first, by the shortest
 * way found (fv/route.h), then those allowed later, by their time, then what is held, then
 * what is done.
 *
 * Threads: one.  Memory: owned; fv_plan_free().  Texts hold no name or address.
 */
#ifndef FV_APP_PLAN_H
#define FV_APP_PLAN_H

#include "firmware-app/judge.h"
#include "firmware-app/own.h"
#include "firmware-app/work.h"
#include "fv/route.h"

/* Why an entry stands where it stands; in the order of the plan. */
enum fv_plan_why {
	FV_PLAN_OPEN,  /* the visit is open */
	FV_PLAN_ROUTE, /* the next on the way */
	FV_PLAN_LATER, /* not now: it is allowed from next_utc_ms */
	FV_PLAN_HELD,  /* not now, and no time is known that cures it */
	FV_PLAN_DONE,  /* visited that day */
};

struct fv_plan_entry {
	char case_id[FV_CASE_ID_BYTES];
	bool has_place;
	struct fv_place place;
	bool has_plan;    /* the desk planned it, for this day or an earlier one */
	int64_t plan_day; /* with has_plan: days since 1970-01-01 */
	char *entry;      /* owned: what was planned, in words; NULL: a date alone */
	bool has_followup;
	struct fv_followup followup; /* with has_followup; due or not */
	bool is_visited;
	int64_t visited_ms; /* with is_visited: the last begin of that day */
	enum fv_check_answer answer;
	bool has_next;
	int64_t next_utc_ms; /* with has_next */
	int32_t next_offset_s;
	char *sentence; /* owned */
	char *holds;    /* owned: the sentences of what holds it, each ended by '\n'; NULL */
	enum fv_plan_why why;
	bool has_distance;
	int64_t distance_mm; /* from the last fix */
	bool has_leg;
	int64_t leg_mm; /* from the entry before, or from the last fix */
};

struct fv_plan {
	int64_t day; /* days since 1970-01-01 */
	bool has_from;
	struct fv_place from; /* the last fix, with has_from */
	int64_t from_age_ms;
	struct fv_plan_entry *entries; /* owned */
	size_t count;
	size_t case_count;   /* cases on this handheld */
	size_t sealed_count; /* follow-ups that are not known while locked */
	struct fv_work work;
};

/* The moment that a plan is judged at: now, or the first one of a later day. */
int64_t fv_plan_moment(struct fv_app *app, int64_t day);

/*
 * Make the plan of a day, judged by `judge`.
 * Owned: *plan_out, by fv_plan_free(); NULL after any error.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_plan_make(
    struct fv_app *app, int64_t day, struct fv_judge *judge, struct fv_plan **plan_out);
void fv_plan_free(struct fv_plan *plan);

/* Put the entries in order and say why; part of fv_plan_make().  Errors: FV_ENOMEM */
FV_NODISCARD enum fv_err fv_plan_order(struct fv_plan *plan);

#endif
