/*
 * Standing findings: rules about a case, device, officer or agency, and hints about single
 * visits and stops (PROTOCOL.md section 14).  Whoever holds the records counts; this says
 * what the counts and dates mean.
 *
 * Threads: no state.  Memory: none; findings borrow what they are given.
 */
#ifndef FV_STANDING_H
#define FV_STANDING_H

#include "fv/audit.h"

/* The key under which inputs say which sentence it is. */
#define FV_STANDING_SAYS "says"
/* Who alone may see hints about how an officer works. */
#define FV_STANDING_AUDITOR "auditor"

/* One contact of a case, as far as keeping its records goes. */
struct fv_standing_kept {
	int64_t day;    /* local date, days since 1970-01-01 */
	bool is_erased; /* something of it was erased */
};

/* What is known.  Which members are read depends on the clause's kind. */
struct fv_standing_facts {
	int64_t today; /* local date; of a hint: that of its visit or stop */

	/* retention */
	const struct fv_standing_kept *kept; /* every contact, by date */
	size_t kept_count;
	bool is_settled;
	int64_t settled_day; /* with is_settled */

	/* interval */
	bool has_date;
	int64_t date; /* with has_date: local date of the fact */

	/* rate, always_green */
	uint32_t visits;
	uint32_t hits;     /* that count; of always_green: checklist complete in time */
	uint32_t refusals; /* always_green: refusals, stops and complaints he recorded */
	uint32_t others_refusals; /* and those that his colleagues did */

	/* unlogged_stop, no_track, duplicate, not_received */
	bool is_explained;   /* a visit was logged; there are fixes; the two are linked */
	const char *zone;    /* of the case, IANA name */
	int32_t offset_s;    /* of the zone then */
	int64_t begin_ms;    /* UTC: of the stop; of duplicate: of the other visit; of
			      * not_received: when the code was entered */
	int64_t end_ms;      /* UTC: of the stop */
	const char *other;   /* duplicate: id of the other visit */
	const char *officer; /* unlogged_stop: on shift then; NULL: not known */
};

/* True for a rule all of whose clauses give standing findings; a pack does not mix them. */
FV_EXPORT bool fv_rule_stands(const struct fv_rule *rule);

/*
 * Judge a subject by a clause of a standing kind.  Fills all of *out but subject, contact
 * and subject_id, which are the caller's.  `n/a` where the rule is not in force at
 * facts->today or there is nothing to judge.
 * Borrows: the texts of facts, for as long as *out is used.
 */
FV_EXPORT void fv_standing_judge(const struct fv_rulepack *pack, const struct fv_rule *rule,
    const struct fv_clause *clause, const struct fv_standing_facts *facts,
    struct fv_finding *out);

/* The same of a clause of kind FV_RULE_INTERVAL alone; n/a has no sentence. */
FV_EXPORT void fv_standing_judge_interval(const struct fv_rulepack *pack,
    const struct fv_rule *rule, const struct fv_clause *clause,
    const struct fv_standing_facts *facts, struct fv_finding *out);

/*
 * The opposite way: a finding of which pack, rule, verdict and inputs are set as they were
 * stored gets its severity, sentence, remedy and marks back.
 * Errors: FV_EFORMAT  its inputs do not say which sentence it is
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_standing_restore(struct fv_finding *finding);

/* Make *out the `n/a` that follows when a finding no longer holds. */
FV_EXPORT void fv_standing_withdraw(
    const struct fv_rulepack *pack, const struct fv_rule *rule, struct fv_finding *out);

#endif
