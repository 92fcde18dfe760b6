/*
 * The audit engine: rule packs over a case's history, one verdict for each contact and
 * rule; the same engine answers `check` at the door (PROTOCOL.md section 14).
 *
 * Threads: one audit is one thread's; packs and zones may be shared.
 * Memory: working memory is kept between cases; verdicts borrow, sentences are rendered
 * on demand.
 */
#ifndef FV_AUDIT_H
#define FV_AUDIT_H

#include "fv/history.h"
#include "fv/rulepack.h"
#include "fv/zone.h"

#define FV_AUDIT_ENGINE_VERSION 2U
#define FV_AUDIT_PACKS_MAX 64U
#define FV_AUDIT_INPUTS_MAX 16U
#define FV_AUDIT_WHY_EN_MAX 140U /* characters of a sentence */
#define FV_AUDIT_WHY_ZH_MAX 70U
#define FV_FINDING_ID_BYTES 16U
#define FV_CHECK_DAYS_MAX 60U /* how far `check` looks for the next allowed instant */

enum fv_verdict {
	FV_VERDICT_NA = 1, /* out of scope, or not in force */
	FV_VERDICT_PASS,
	FV_VERDICT_REVIEW, /* a person must judge, or evidence is missing */
	FV_VERDICT_FAIL,
};

/* What can be done about a verdict that is no pass: exactly one of these. */
enum fv_remedy {
	FV_REMEDY_NONE,
	FV_REMEDY_NEXT,      /* the rule allows it from next_utc_ms */
	FV_REMEDY_LIFTED_BY, /* whoever may lift it */
	FV_REMEDY_MISSING,   /* a field of the history that would decide it */
};

enum fv_input_type {
	FV_INPUT_INT,
	FV_INPUT_TEXT,
	FV_INPUT_BOOL,
	FV_INPUT_INSTANT, /* written in the zone's local time with its offset */
	FV_INPUT_DATE,    /* days since 1970-01-01 */
	FV_INPUT_MINUTE,  /* of a local day: "22:00" */
	FV_INPUT_SET,
};

/* One thing that decided a verdict. */
struct fv_input {
	const char *key;
	enum fv_input_type type;
	int32_t offset_s; /* of FV_INPUT_INSTANT */
	union {
		int64_t i; /* INT, BOOL, INSTANT (UTC ms), DATE, MINUTE */
		const char *text;
		const struct fv_strs *set;
	} u;
};

/* A verdict.  Pointers live as long as the history, the packs and the callback's call. */
struct fv_finding {
	const struct fv_case *subject;    /* NULL: about no case */
	const struct fv_contact *contact; /* NULL: a standing finding about no contact */
	const char *subject_id;           /* "officer:o1", ...; NULL: it is the contact's id */
	const struct fv_rulepack *pack;
	const struct fv_rule *rule;
	enum fv_verdict verdict;
	uint32_t severity; /* 1..5 */
	uint32_t reason;   /* which sentence; see fv_audit_render() */
	enum fv_remedy remedy;
	int64_t next_utc_ms; /* FV_REMEDY_NEXT */
	int32_t next_offset_s;
	const char *who_or_what; /* LIFTED_BY: a role; MISSING: a field.  Static. */
	bool is_hint;            /* about people, for a person: never a verdict by itself */
	const char *audience;    /* the one role that may see it, static; NULL: all do */
	size_t input_count;
	struct fv_input inputs[FV_AUDIT_INPUTS_MAX]; /* keys ascending once rendered */
};

struct fv_audit_opts {
	const struct fv_rulepack *const *packs; /* borrowed for the life of the audit */
	size_t pack_count;                      /* 1..FV_AUDIT_PACKS_MAX */
	/* The zone of this IANA name, or NULL; it must live as long as the audit. */
	const struct fv_zone *(*zone)(const char *name, void *ctx);
	void *ctx;
	const char *tzdata; /* version of the tz database, or NULL; shown where time decided */
	int64_t today_utc_ms; /* "now" for what falls due; INT64_MAX: everything is due */
};

struct fv_audit;

/*
 * Make an audit over the enabled rules of some packs.
 * Owned: *audit_out, release with fv_audit_free(); NULL after any error.
 * Errors: FV_ERANGE  no pack, or over FV_AUDIT_PACKS_MAX;  FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_audit_new(
    const struct fv_audit_opts *opts, struct fv_audit **audit_out);
/* Release it and all its working memory; the packs stay the caller's.  NULL is fine. */
FV_EXPORT void fv_audit_free(struct fv_audit *audit);

/* Takes one verdict; an error stops the audit and is passed on. */
typedef enum fv_err (*fv_on_finding)(const struct fv_finding *finding, void *ctx);

/*
 * Judge every contact of a case by every enabled rule: contacts by time, then packs and
 * rules in their order, `n/a` included.
 * Errors: FV_ENOENT  a zone of the case is not known;  FV_ENOMEM;  what on_finding returned
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_audit_case(struct fv_audit *audit,
    const struct fv_case_history *history, fv_on_finding on_finding, void *ctx);

/* The visit that `check` is asked about. */
struct fv_check_plan {
	struct fv_strs officers; /* who would go; none: not known */
	enum fv_place_code place;
	enum fv_purpose purpose;
	bool has_place; /* where the handheld is now */
	int32_t lat_e7;
	int32_t lon_e7;
	uint32_t accuracy_mm;
	int64_t now_utc_ms;
	int64_t length_ms; /* how long it would take; 0: judged as an instant */
	bool has_sync;
	int64_t sync_utc_ms; /* when the history was last brought up to date */
};

enum fv_check_answer {
	FV_CHECK_NONE_FORBIDS = 0,
	FV_CHECK_NOT_NOW = 1,
	FV_CHECK_ASK = 3, /* a person must decide */
};

/* Verdicts of the `before` rules on that visit, and the duties once there. */
struct fv_check {
	enum fv_check_answer answer;
	bool has_next; /* with NOT_NOW: the first instant that all rules allow is known; not
			  where something other than time forbids it */
	int64_t next_utc_ms;
	int32_t next_offset_s;       /* of the first zone */
	struct fv_finding *findings; /* owned; of every `before` rule, worst first */
	size_t finding_count;
	const struct fv_rule **duties; /* owned list of borrowed `during` rules in force */
	size_t duty_count;
	struct fv_contact visit; /* what was judged; findings point to it */
};

/*
 * Judge a visit now, and look for the first instant within FV_CHECK_DAYS_MAX days that
 * every `before` rule allows.  NOT_NOW when a rule fails it, ASK when one says review.
 * Owned: what *check_out holds, by fv_check_clear().  It must stay where it is.
 * Errors: as fv_audit_case()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_audit_check(struct fv_audit *audit,
    const struct fv_case_history *history, const struct fv_check_plan *plan,
    struct fv_check *check_out);
/* Release what it holds; it is all zero then, which is fine too. */
FV_EXPORT void fv_check_clear(struct fv_check *check);

/* "pass", "fail", "review" or "n/a". */
FV_EXPORT const char *fv_verdict_word(enum fv_verdict verdict);

/*
 * The sentence that explains a verdict, at most FV_AUDIT_WHY_EN_MAX or _ZH_MAX
 * characters.  Sets out->failed when memory is short.
 */
FV_EXPORT void fv_audit_put_why(
    struct fv_buf *out, const struct fv_finding *finding, bool chinese);

/* The inputs as canonical JSON: one object, keys ascending, no white space. */
FV_EXPORT void fv_audit_put_inputs(struct fv_buf *out, const struct fv_finding *finding);

/* The citation with what it rests on: "CBA 2026 art. 22 (secondary source)". */
FV_EXPORT void fv_audit_put_citation(
    struct fv_buf *out, const struct fv_rule *rule, bool chinese);

/* The whole finding as one line of JSON without a newline, as `audit replay` prints it. */
FV_EXPORT void fv_audit_put_json(struct fv_buf *out, const struct fv_finding *finding);

/* Append a JSON string with its quotes.  Borrows: z, UTF-8. */
FV_EXPORT void fv_audit_put_json_text(struct fv_buf *out, const char *z);

/*
 * SHA-256 over the canonical inputs: a later verdict with other inputs differs.
 * Errors: FV_ENOMEM
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_audit_inputs_hash(
    const struct fv_finding *finding, struct fv_hash *hash_out);

/*
 * The stable id of a finding: SHA-256 of "fieldvisit/finding/v1", subject, pack id and
 * rule id, joined by NULs, cut to 16 bytes.  The subject is a contact id, or "case:",
 * "device:", "officer:" or "agency:" and an id.
 */
FV_EXPORT void fv_finding_id(const char *subject, const char *pack, const char *rule,
    uint8_t id_out[FV_FINDING_ID_BYTES]);

#endif
