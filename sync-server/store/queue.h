/*
 * The findings queue: one row a contact, and every finding whose newest verdict is fail or
 * review.  Both are rebuilt from judgements (judge_picture.h) and reviews; a page of the queue
 * is read by index, whatever the store holds.
 *
 * Errors that any function may give: see store/store.h.
 */
#ifndef FV_STORE_QUEUE_H
#define FV_STORE_QUEUE_H

#include "findings.h"

#define FV_QUEUE_RANK_OPEN 10U    /* ranks up to here wait for a decision */
#define FV_QUEUE_RANK_DECIDED 20U /* up to here all has been decided */
#define FV_QUEUE_RANK_CLEAN 30U   /* nothing to decide */
#define FV_QUEUE_TELL_DAYS 30     /* older findings are not sent down to the officer */

/* What a supervisor decided.  Numbers of the REVIEW leaf. */
enum fv_decision {
	FV_DECISION_UPHOLD = 1,
	FV_DECISION_DISMISS = 2,
	FV_DECISION_EXCUSE = 3,
	FV_DECISION_REOPEN = 4,
};

/* One contact of the queue. */
struct fv_store_visit {
	struct fv_span contact; /* "v-...", "k-..." or an imported id */
	struct fv_span case_id;
	struct fv_span agency;
	struct fv_span team;    /* of the device, or empty */
	struct fv_span officer; /* who came first; empty: not said */
	int64_t device_no;      /* 0: of no device */
	uint32_t channel;
	int64_t begin_ms;
	bool has_end;
	int64_t end_ms;
	int64_t day; /* local date of begin, days since 1970-01-01 */
	struct fv_span zone;
	uint32_t marks;      /* enum fv_fold_mark */
	bool is_provisional; /* something that a verdict on it rests on is not final */
	bool is_running;     /* it goes on, and its officer is told at its end; get: false */
	/* From here on put reads nothing: it follows from findings and reviews. */
	uint32_t rank;
	uint32_t fails, reviews; /* that nobody has decided */
	uint32_t decided;        /* findings with a decision in force */
	uint32_t proposed;       /* open findings with a proposal */
	uint32_t replied;        /* findings that the officer answered */
	uint64_t change;         /* grows with every change of any row */
};

/* A finding whose newest verdict is fail or review. */
struct fv_store_open {
	uint8_t id[16];
	struct fv_span contact;
	struct fv_span pack;
	struct fv_span rule;
	uint32_t verdict;  /* as rulepack.h numbers them */
	uint32_t severity; /* 1..5 */
	bool is_provisional;
	struct fv_span cause; /* why, as a short word: what is missing, who lifts it */
	struct fv_hash inputs_hash;
	struct fv_span why_en, why_zh;
	/* From here on put reads nothing. */
	int64_t since_ms;  /* these inputs were first judged so */
	uint32_t decision; /* in force over these inputs; 0: none */
	uint32_t rank;
};

/*
 * Set one contact and its findings, in the place of what was there.  Findings that are new
 * or other than before are noted for the handheld of the visit's officer.
 */
FV_NODISCARD enum fv_err fv_store_queue_put(struct fv_store *store,
    const struct fv_store_visit *visit, const struct fv_store_open *findings, size_t count,
    int64_t now_ms);
/* A contact that is none any more (its records fell to another span). */
FV_NODISCARD enum fv_err fv_store_queue_drop(struct fv_store *store, struct fv_span contact);
/* A review, a proposal or a reply came: set what follows from it.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_queue_touch(
    struct fv_store *store, const uint8_t finding[16], int64_t now_ms);

/* Digest of the picture of a case that was put last, and when that judgement began.
 * Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_queued_get(struct fv_store *store, const char *case_id,
    struct fv_hash *digest_out, int64_t *judged_ms_out);
FV_NODISCARD enum fv_err fv_store_queued_put(struct fv_store *store, const char *case_id,
    const struct fv_hash *digest, int64_t judged_ms);

typedef enum fv_err (*fv_store_visit_fn)(const struct fv_store_visit *visit, void *ctx);
typedef enum fv_err (*fv_store_open_fn)(const struct fv_store_open *finding, void *ctx);

/* Errors: FV_ENOENT.  Returns borrowed: until the next call. */
FV_NODISCARD enum fv_err fv_store_queue_get(
    struct fv_store *store, struct fv_span contact, struct fv_store_visit *out);
/* All contacts of a case, by time. */
FV_NODISCARD enum fv_err fv_store_queue_each_of_case(
    struct fv_store *store, const char *case_id, fv_store_visit_fn fn, void *ctx);
/* Returns borrowed: until the next call.  Errors: FV_ENOENT. */
FV_NODISCARD enum fv_err fv_store_open_get(
    struct fv_store *store, const uint8_t id[16], struct fv_store_open *out);
/* Findings of a contact, worst first, at most `max`. */
FV_NODISCARD enum fv_err fv_store_open_each(struct fv_store *store, struct fv_span contact,
    size_t max, fv_store_open_fn fn, void *ctx);

/* Which rows, and where to go on.  Texts: NULL: any. */
struct fv_store_queue_filter {
	uint32_t ranks; /* bit r for rank r */
	const char *agency, *officer, *rule;
	bool has_from, has_until;
	int64_t from_day, until_day; /* local dates, both in it */
	bool has_provisional, is_provisional;
	/* The last row of the page before; rank 0: from the start. */
	uint32_t after_rank;
	int64_t after_ms;
	const char *after_contact;
	size_t limit;
};
/* A page, worst rank first, oldest first inside it.  With `rule` the rank is that of its
 * finding: it is given by visit->rank. */
FV_NODISCARD enum fv_err fv_store_queue_each(struct fv_store *store,
    const struct fv_store_queue_filter *filter, fv_store_visit_fn fn, void *ctx);
/* Rows changed after `change`, in that order; agency NULL: any. */
FV_NODISCARD enum fv_err fv_store_queue_each_changed(struct fv_store *store, uint64_t change,
    const char *agency, size_t limit, fv_store_visit_fn fn, void *ctx);
/* How many rows of ranks [from, until] changed after `change`, counted to `max`. */
FV_NODISCARD enum fv_err fv_store_queue_count_since(struct fv_store *store, uint64_t change,
    uint32_t from_rank, uint32_t until_rank, const char *agency, uint64_t max,
    uint64_t *count_out);
FV_NODISCARD enum fv_err fv_store_queue_change(struct fv_store *store, uint64_t *change_out);

/* Findings that wait for one decision and have one reason. */
struct fv_store_cause {
	struct fv_span pack, rule, cause;
	uint32_t verdict, severity;
	uint64_t visits;
};
typedef enum fv_err (*fv_store_cause_fn)(const struct fv_store_cause *cause, void *ctx);
/* The most frequent first, at most filter->limit.  Reads agency, officer and days. */
FV_NODISCARD enum fv_err fv_store_cause_each(struct fv_store *store,
    const struct fv_store_queue_filter *filter, fv_store_cause_fn fn, void *ctx);
/* The findings of one cause, oldest first.  Reads after_ms, after_contact, limit and as
 * above. */
FV_NODISCARD enum fv_err fv_store_cause_findings(struct fv_store *store,
    const struct fv_store_cause *cause, const struct fv_store_queue_filter *filter,
    fv_store_open_fn fn, void *ctx);

/* Every revision of a finding, in order. */
FV_NODISCARD enum fv_err fv_store_finding_each_revision(
    struct fv_store *store, const uint8_t id[16], fv_store_finding_fn fn, void *ctx);

/* When somebody last looked at the first view.  Errors: FV_ENOENT (get). */
FV_NODISCARD enum fv_err fv_store_looked_set(
    struct fv_store *store, const char *who, uint64_t change, int64_t at_ms);
FV_NODISCARD enum fv_err fv_store_looked_get(
    struct fv_store *store, const char *who, uint64_t *change_out, int64_t *at_ms_out);
/* Devices that have not synced since, and SOS that nobody has seen; agency NULL: any. */
FV_NODISCARD enum fv_err fv_store_silent_count(
    struct fv_store *store, int64_t since_ms, const char *agency, uint64_t *count_out);
FV_NODISCARD enum fv_err fv_store_sos_count(
    struct fv_store *store, const char *agency, uint64_t *count_out);

#endif
