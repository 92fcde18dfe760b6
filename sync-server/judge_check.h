/*
 * Would a visit to come be allowed?  The rules that count before a visit, as a handheld's
 * `check` asks them, over the store and for another day.
 *
 * Threads: as judge.h.
 */
#ifndef FV_SERVER_JUDGE_CHECK_H
#define FV_SERVER_JUDGE_CHECK_H

#include "sync-server/judge.h"

#define JUDGE_REASONS_MAX 12U
#define JUDGE_OTHERS_MAX 64U

/* The visit: it would be at the case's place, some time in [from_ms, to_ms). */
struct judge_ask {
	int64_t from_ms, to_ms; /* UTC */
	const char *officers[2];
	size_t officer_count;
	uint32_t place, purpose;  /* codes; 0: not said */
	const int64_t *others_ms; /* visits that are planned before it: when, UTC */
	size_t other_count;       /* at most JUDGE_OTHERS_MAX */
};

/* A rule that objects, or wants a person. */
struct judge_reason {
	const char *pack, *rule;                           /* the judge's */
	enum fv_verdict verdict;                           /* fail or review */
	char *why_en, *why_zh, *citation_en, *citation_zh; /* owned */
};
struct judge_answer {
	enum fv_check_answer answer; /* the worse of the window's begin and end */
	bool has_next;               /* with NOT_NOW: first instant that all rules allow */
	int64_t next_utc_ms;
	int32_t next_offset_s;
	struct judge_reason reasons[JUDGE_REASONS_MAX]; /* worst first at each of the two */
	size_t reason_count;
	const char *problem; /* static: why it could not be judged; NULL: it was */
};

/*
 * Ask about one visit to one case, by a judge with texts (judge_opts.has_texts).  Sets what
 * the judge takes for now.
 * Owned: what *out holds, judge_answer_clear(); good until judge_close().
 * Errors: as judge_case()
 */
FV_NODISCARD enum fv_err judge_check(struct judge *judge, const struct fv_store_case *row,
    const struct judge_ask *ask, struct judge_answer *out);
void judge_answer_clear(struct judge_answer *answer);

#endif
