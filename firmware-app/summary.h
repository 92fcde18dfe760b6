/*
 * What was recorded of one visit, for the officer at its end: how long it was, what came
 * of it, and what is missing.
 *
 * Threads: one.  Memory: owned; fv_summary_clear().
 */
#ifndef FV_APP_SUMMARY_H
#define FV_APP_SUMMARY_H

#include "firmware-app/app.h"
#include "firmware-app/work.h"

#define FV_SUMMARY_REQUESTS_MAX 32U

struct fv_summary {
	int64_t begun_ms;       /* wall clock */
	int64_t duration_ms;    /* until the end, or until now */
	uint32_t outcome, with; /* of the last OUTCOME; 0: not said */
	uint32_t business;      /* 0: none, or not said */
	bool has_detail;        /* of the last OUTCOME */
	bool has_plan_fields;
	uint32_t plan_fields;                       /* OUTCOME 15, with has_plan_fields */
	size_t note_count;                          /* details not counted */
	uint32_t requests[FV_SUMMARY_REQUESTS_MAX]; /* enum fv_event_kind, in order */
	size_t request_count;                       /* those beyond are counted and not kept */
	bool has_fix;                               /* at begin or end */
};

/* What is missing, as bits. */
enum fv_summary_lack {
	FV_LACK_OUTCOME = 1,     /* no outcome */
	FV_LACK_WITH = 2,        /* whom he spoke with */
	FV_LACK_DETAIL = 4,      /* of a promise, plan, extension or reduction */
	FV_LACK_PLAN_FIELDS = 8, /* a required field of a plan */
	FV_LACK_NOTE = 16,       /* a talk and no note */
	FV_LACK_POSITION = 32,   /* no fix at its begin or end */
};

/*
 * Read the records of the visit that `work` says is or was open, up to now.
 * Errors: FV_EIO FV_ENOMEM FV_ECORRUPT
 */
FV_NODISCARD enum fv_err fv_summary_load(
    struct fv_app *app, const struct fv_work *work, struct fv_summary *out);

/* Bits of enum fv_summary_lack. */
uint32_t fv_summary_lacks(const struct fv_summary *s);

/* Lines for people, and a member "summary" of the open object. */
void fv_summary_tell(const struct fv_summary *s, struct fv_reply *reply);

#endif
