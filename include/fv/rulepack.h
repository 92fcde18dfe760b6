/*
 * Rules as data: a pack is one JSON file of rules with citation, strength, confidence,
 * dates in force and the parameters of their kind (PROTOCOL.md section 14).
 *
 * Threads: a pack never changes after fv_rulepack_parse(); share it freely.
 * Memory: everything lives until fv_rulepack_free().
 */
#ifndef FV_RULEPACK_H
#define FV_RULEPACK_H

#include "fv/calendar.h"
#include "fv/crypto.h"
#include "fv/rule.h"

#define FV_RULEPACK_MAX_BYTES ((size_t)256 << 10)
#define FV_RULEPACK_RULES_MAX 512U
#define FV_RULEPACK_CLAUSES_MAX 16U /* of one rule */
#define FV_RULEPACK_DATES_MAX 4000U /* of one list of a calendar */
#define FV_RULEPACK_WINDOW_DAYS_MAX 400U
#define FV_RULEPACK_CITATION_MAX 60U /* characters: it stands inside every sentence */

/* A row of the facts that is no rule here, and why. */
struct fv_not_encoded {
	const char *id;
	const char *reason;
};

struct fv_pack_source {
	const char *title;
	const char *where; /* where it was read; "" when not said */
};

struct fv_rulepack {
	const char *id;
	const char *title_en;
	const char *title_zh;
	const char *jurisdiction;
	uint32_t revision;      /* of our encoding, from 1 */
	int64_t published_days; /* date from which this revision stands */
	uint32_t actors;        /* bits of FV_CODES_ACTOR; 0: all */
	uint32_t products;      /* bits of FV_CODES_PRODUCT; 0: all */
	const struct fv_pack_source *sources;
	size_t source_count;
	const struct fv_rule
	    *rules; /* in the file's order; with a calendar there may be none */
	size_t rule_count;
	const struct fv_calendar *calendars;
	size_t calendar_count;
	const struct fv_not_encoded *not_encoded;
	size_t not_encoded_count;
	struct fv_hash sha256; /* of the file's bytes: its name */
};

/* What is wrong with a pack. */
struct fv_rulepack_error {
	uint32_t line;  /* from 1; 0: none */
	char rule[48];  /* id of the rule, "" outside rules */
	char field[64]; /* "parameters.limit" */
	char text[256]; /* what is wrong, with the nearest known word where there is one */
};

/*
 * Read a pack.  Owned: *pack_out, release with fv_rulepack_free(); NULL after any error.
 * Errors: FV_EFORMAT  not JSON, an unknown or missing field, word or kind
 *         FV_ERANGE   a number, date or length out of range
 *         FV_EEXIST   two rules of one id;  FV_ETOOBIG  over a limit above;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_rulepack_parse(
    struct fv_span json, struct fv_rulepack **pack_out, struct fv_rulepack_error *error_out);
FV_EXPORT void fv_rulepack_free(struct fv_rulepack *pack);

/* The rule of this id, or NULL.  Returns borrowed: until the pack is freed. */
FV_EXPORT const struct fv_rule *fv_rulepack_rule(
    const struct fv_rulepack *pack, const char *id);

#endif
