/*
 * Whether a visit can be planned: what it says must be so, and no rule that counts before a
 * visit may forbid it.  The same for `plan import`, for the desk and for its question.
 *
 * Threads: one thread's, over a store of its own (reading is enough).
 */
#ifndef FV_SERVER_PLANNING_H
#define FV_SERVER_PLANNING_H

#include <jansson.h>

#include "fv/roster.h"
#include "sync-server/judge_check.h"
#include "sync-server/planfile.h"
#include "sync-server/store/work.h"

#define PLANNING_RULE_BYTES 640U

struct planning {
	struct fv_store *store;
	struct fv_roster *roster; /* owned */
	struct judge *judge;      /* owned */
	const char *agency;       /* NULL: any; else cases of another are not there */
	int64_t now_ms;
	/* Of the last planning_try(): */
	struct fv_store_plan plan;
	struct judge_answer answer;        /* owned; planning_close() */
	const char *column;                /* why it cannot be: which value, "" none, */
	char rule[PLANNING_RULE_BYTES];    /* and what is wrong with it; */
	char rule_zh[PLANNING_RULE_BYTES]; /* in Chinese where a rule pack says it, else "" */
};

/* Errors: FV_ENOENT  there is no roster yet;  those of the store and judge_open().  Release
 * with planning_close(), also after an error. */
FV_NODISCARD enum fv_err planning_open(
    struct fv_store *store, const char *agency, int64_t now_ms, struct planning *out);
void planning_close(struct planning *p);

/* The row that an object with the columns as texts says; agreed may be a bool.
 * Errors: FV_EFORMAT */
FV_NODISCARD enum fv_err planning_entry(
    const json_t *entry, struct planfile_row *row, struct planfile_fault *fault);

/*
 * Fill `plan` (but for id and who made it) and `answer`.
 * Errors: FV_EDENIED  it cannot be planned: column and rule say why;  those of the store
 */
FV_NODISCARD enum fv_err planning_try(struct planning *p, const struct planfile_row *row);

/* {answer: "pass" "fail" "review", next, reasons: [{pack, rule, verdict, why: {en, zh},
 * citation: {en, zh}}]}.  Owned: the result; NULL: out of memory. */
json_t *planning_json(const struct planning *p);

#endif
