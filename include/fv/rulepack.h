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
	const char *extends;    /* id of the pack that it is laid over; NULL: none */
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
	struct fv_hash sha256;      /* of the file's bytes: its name */
	struct fv_hash base_sha256; /* of the bytes it is laid over; with extends */
};

/* What a pack says of itself before it is read. */
struct fv_rulepack_head {
	char extends[41];          /* id of the pack that it is laid over; "": none */
	uint32_t extends_revision; /* 0: whichever stands */
	bool has_rules;            /* false: a pack of calendars */
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
/* Release it with all its texts.  NULL is fine. */
FV_EXPORT void fv_rulepack_free(struct fv_rulepack *pack);

/*
 * Read a pack that may be laid over another (its member "extends"): the rules that it has
 * in common with `base` hold only what differs (RFC 7396), others are whole.  What comes
 * out has its id and revision.  A pack that is laid over none is read as it is; `base` is
 * then not looked at.  Errors name the overlay's own lines.
 * Errors: those of fv_rulepack_parse() of either;  FV_ENOENT  `base` is empty
 *         FV_ECONFLICT  `base` is not the pack, or not the revision, that it extends
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_rulepack_parse_over(struct fv_span json,
    struct fv_span base, struct fv_rulepack **pack_out, struct fv_rulepack_error *error_out);

/*
 * What a pack extends and whether it has rules, without reading it.  Works on any bytes.
 * Errors: FV_EFORMAT  "extends" is neither "ID" nor "ID@rN"; head_out is all zero
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_rulepack_peek(
    struct fv_span json, struct fv_rulepack_head *head_out);

/*
 * Append the JSON text of a pack as it stands once it is laid over `base` (empty: as it
 * is), for who compares or prints packs.  Both must have been read without error.
 * Errors: FV_EFORMAT, FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_rulepack_put_merged(
    struct fv_span json, struct fv_span base, struct fv_buf *out);

/* Append the JSON Schema of packs, made from the tables by which they are read. */
FV_EXPORT void fv_rulepack_put_schema(struct fv_buf *out);

/* The rule of this id, or NULL.  Returns borrowed: until the pack is freed. */
FV_EXPORT const struct fv_rule *fv_rulepack_rule(
    const struct fv_rulepack *pack, const char *id);

#endif
