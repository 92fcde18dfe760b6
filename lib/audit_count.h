/*
 * What the frequency rules share: which contacts count, on which keys, and what each key
 * has had.
 *
 * Threads: as audit.h.  Memory: counters hang from the state of their clause.
 */
#ifndef FV_LIB_AUDIT_COUNT_H
#define FV_LIB_AUDIT_COUNT_H

#include "lib/audit_rules.h"

enum fv_counts {
	FV_COUNTS,
	FV_MAY_COUNT,
	FV_COUNTS_NOT,
};

struct fv_counting {
	enum fv_counts what;
	const char *lacks; /* of FV_MAY_COUNT: the field that would tell; static */
};

/* One thing that a frequency rule asks, judged. */
struct fv_part {
	enum fv_verdict verdict;
	enum fv_reason reason;
	int64_t next_utc_ms; /* INT64_MIN: now; INT64_MAX: time alone does not help */
	const char *lacks;   /* of a review */
	const char *key;
	const struct fv_view *since; /* the talk or contact that it was too near to */
};

/* What the contact is to one set of conditions, beside those of the whole clause. */
struct fv_counting fv_count_matches(
    const struct fv_judge *j, uint32_t channels, uint32_t by, uint32_t outcomes);

void fv_count_keys(const struct fv_judge *j, struct fv_keys *keys_out);

/* The counter of a key, or NULL; the second makes it where there is none.  The clause
 * itself is the key of contacts whose key is not said: they may count on any. */
struct fv_counter *fv_counter_find(const struct fv_rule_state *state, const void *key);
FV_NODISCARD enum fv_err fv_counter_make(
    struct fv_rule_state *state, const void *key, struct fv_counter **counter_out);

/* Remember a contact that counts on a key, for the spacing of the next. */
void fv_apart_count(struct fv_rule_state *state, struct fv_counter *c,
    const struct fv_view *view, bool is_sure);
/* Remember a talk that begins a cool-off. */
FV_NODISCARD enum fv_err fv_apart_feed(struct fv_judge *j);
/* Whether the contact is too near to a talk, or to the contact before it. */
struct fv_part fv_apart_from_talk(
    struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n);
struct fv_part fv_apart_from_last(
    struct fv_judge *j, const struct fv_keys *keys, struct fv_counting n);

#endif
