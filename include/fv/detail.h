/*
 * The sealed detail of what was agreed at the door: a promise, an instalment plan, an
 * extension, a reduction, as lines "key: value" (PROTOCOL.md section 2).  It travels as
 * the text of a NOTE of kind 2; the audit plane has the months and the field bits only.
 *
 * Threads: no state.  Memory: values are spans into the text that was read.
 */
#ifndef FV_DETAIL_H
#define FV_DETAIL_H

#include "fv/bytes.h"

#define FV_DETAIL_TEXT_MAX 8192U /* bytes of a whole detail */
#define FV_DETAIL_VALUE_MAX 500U /* bytes of one value */
#define FV_DETAIL_MONTHS_MAX 600U

/* Business results (OUTCOME 9) that have fields of their own. */
enum fv_business {
	FV_BUSINESS_NONE = 0,
	FV_BUSINESS_PROMISE = 1,
	FV_BUSINESS_INSTALMENT = 2,
	FV_BUSINESS_EXTENSION = 3,
	FV_BUSINESS_REDUCTION = 4,
};

/* In the order in which they are written. */
enum fv_detail_key {
	FV_DETAIL_AMOUNT,
	FV_DETAIL_DUE,
	FV_DETAIL_BALANCE,
	FV_DETAIL_STRUCTURE,
	FV_DETAIL_CURRENCY,
	FV_DETAIL_MONTHS,
	FV_DETAIL_PERIOD,
	FV_DETAIL_METHOD,
	FV_DETAIL_FIRST,
	FV_DETAIL_EACH,
	FV_DETAIL_FEES,
	FV_DETAIL_INTEREST,
	FV_DETAIL_NO_NEW_CARD,
	FV_DETAIL_RIGHTS,
	FV_DETAIL_DUTIES,
	FV_DETAIL_DEFAULT,
	FV_DETAIL_OTHER,
	FV_DETAIL_COUNT,
};

struct fv_detail {
	struct fv_span values[FV_DETAIL_COUNT]; /* into the text; empty: not said */
};

/* Why a detail cannot be taken. */
enum fv_detail_rule {
	FV_DETAIL_NO_LINE = 1, /* a line without "key:" */
	FV_DETAIL_NO_KEY,      /* a key that there is not */
	FV_DETAIL_TWICE,       /* a key said twice */
	FV_DETAIL_TOO_LONG,    /* a value over FV_DETAIL_VALUE_MAX */
	FV_DETAIL_NO_TEXT,     /* no UTF-8, or a control character */
	FV_DETAIL_NO_AMOUNT,   /* an amount without a digit */
	FV_DETAIL_NO_DATE,     /* a date that does not exist */
	FV_DETAIL_NO_MONTHS,   /* not 1 to FV_DETAIL_MONTHS_MAX */
	FV_DETAIL_NO_YES,      /* neither yes nor no */
};

struct fv_detail_fault {
	uint32_t line; /* from 1 */
	enum fv_detail_rule rule;
	struct fv_span key; /* as it was typed, into the text */
	const char *word;   /* of the key, static; NULL: none is meant */
};

/*
 * Read lines "key: value".  Empty lines, lines that begin with '#' and keys without a value
 * are passed over; a full-width colon does too.
 * Errors: FV_ETOOBIG  over FV_DETAIL_TEXT_MAX;  FV_EFORMAT  as *fault_out says
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_detail_parse(
    struct fv_span text, struct fv_detail *detail_out, struct fv_detail_fault *fault_out);

/* Append it in its one written form. */
FV_EXPORT void fv_detail_put(struct fv_buf *out, const struct fv_detail *detail);

/* The word of a key, in static storage; NULL: there is none. */
FV_EXPORT const char *fv_detail_word(enum fv_detail_key key);
/* The key of a word; '-' is '_', and capitals do not matter.  FV_DETAIL_COUNT: none. */
FV_EXPORT enum fv_detail_key fv_detail_find(struct fv_span word);

/* Keys that a result (FV_CODES_BUSINESS) must have: 1 << key each. */
FV_EXPORT uint32_t fv_detail_required(uint32_t business);
/* Those of them that are not said. */
FV_EXPORT uint32_t fv_detail_missing(const struct fv_detail *detail, uint32_t business);

/* The bits of OUTCOME 15: which fields of a plan are said. */
FV_EXPORT uint32_t fv_detail_plan_fields(const struct fv_detail *detail);

/* The plan's term in months; 0: not said. */
FV_EXPORT uint32_t fv_detail_months(const struct fv_detail *detail);

/*
 * The day on which it is to be followed up, as days since 1970-01-01: `due`, of a plan its
 * first payment.
 * Errors: FV_ENOENT  it has none
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_detail_due(
    const struct fv_detail *detail, int64_t *days_out);

#endif
