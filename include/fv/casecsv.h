/*
 * The case CSV (PROTOCOL.md section 11): RFC 4180 with a header line, columns that the
 * server may read and columns that only sealed cards hold, and the refusal of personal
 * text where the server would see it.
 *
 * Threads: no shared state.  Memory: one row at a time, freed before return.
 */
#ifndef FV_CASECSV_H
#define FV_CASECSV_H

#include "fv/geo.h"
#include "fv/lines.h"

#define FV_CASECSV_ROW_MAX 16384U  /* bytes of one row as it stands in the file */
#define FV_CASECSV_COLUMNS_MAX 32U /* columns in a file */
#define FV_CASECSV_SET_MAX 16U     /* members of a set: zones, debts, packs, assigned */
#define FV_CASECSV_RADIUS_MAX_M 100000U

enum fv_case_column {
	FV_COL_CASE,
	FV_COL_AGENCY,
	FV_COL_ZONE,
	FV_COL_LAT,
	FV_COL_LON,
	FV_COL_DATUM,
	FV_COL_RADIUS_M,
	FV_COL_ACTOR,
	FV_COL_PRODUCT,
	FV_COL_DEBTS,
	FV_COL_PACKS,
	FV_COL_ASSIGNED,
	FV_COL_PLAN_DATE,
	FV_COL_AS_OF,
	FV_COL_NAME, /* from here on: sealed columns */
	FV_COL_PHONE,
	FV_COL_ADDRESS,
	FV_COL_AMOUNT,
	FV_COL_DAYS_OVERDUE,
	FV_COL_REMARK,
	FV_COL_COUNT,
	FV_COL_SEALED_FIRST = FV_COL_NAME,
};

/* "case" ... "remark"; NULL for another number. */
FV_EXPORT const char *fv_case_column_name(enum fv_case_column column);
/* The column of that name.  Errors: FV_ENOENT. */
FV_EXPORT FV_NODISCARD enum fv_err fv_case_column_find(
    struct fv_span name, enum fv_case_column *column_out);

/* What is wrong with a case file. */
struct fv_case_fault {
	size_t line;      /* of the file, from 1; 0: the caller knows it */
	char column[41];  /* name, cut and made printable; empty: the row as a whole */
	const char *rule; /* borrowed: static; "RULE; WHAT TO DO" */
};

/*
 * One case.  Spans point into the caller's values (fv_case_row_read) or live until the
 * callback returns (fv_casecsv_read).  Sets are ids with ';' between, no empty member and
 * none twice.
 */
struct fv_case_row {
	size_t line; /* in the file, from 1 */
	char case_id[FV_CASE_ID_BYTES];
	char agency[FV_ID_BYTES];
	struct fv_span zones; /* 1 or more IANA names */
	bool has_place;
	struct fv_place place; /* WGS 84, whatever the file's datum was; with has_place */
	bool has_radius;
	uint32_t radius_m; /* 1..FV_CASECSV_RADIUS_MAX_M; with has_radius */
	uint32_t actor;    /* FV_CODES_ACTOR */
	uint32_t product;  /* FV_CODES_PRODUCT; 0: not said */
	struct fv_span debts, packs, assigned;
	bool has_plan;
	int64_t plan_day; /* days since 1970-01-01; with has_plan */
	bool has_as_of;
	int64_t as_of_day; /* likewise; with has_as_of */
	bool has_sealed;   /* one of the next is not empty */
	struct fv_span name, phones, address, amount, days_overdue, remark; /* UTF-8 */
};

/*
 * Judge the values of one case by the table of PROTOCOL.md section 11 and convert its
 * place to WGS 84.  values[FV_COL_...] is a value's text, empty where there is none; this
 * is also what reads the audit columns of a line of OUT.cases.
 * Borrows: values, as long as *out is used.
 * Errors: FV_EFORMAT, FV_ERANGE; FV_EDENIED  personal text in an audit column
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_case_row_read(const struct fv_span values[FV_COL_COUNT],
    struct fv_case_row *out, struct fv_case_fault *fault_out);

/*
 * True when an audit value looks like a Chinese identity-card number (18 digits with a
 * right check digit, the last may be X), a bank card (13 to 19 digits that satisfy Luhn)
 * or a mobile number (11 digits beginning 13 to 19, with or without +86), also where the
 * digits stand in the usual groups.  *what_out (may be NULL) is the rule, as in a fault.
 */
FV_EXPORT bool fv_casecsv_personal(struct fv_span value, const char **what_out);

/* True when a number label or call id looks like a telephone number itself: at least 7
 * digits, and nothing but what people write between them. */
FV_EXPORT bool fv_casecsv_telephone(struct fv_span label);

/* How to read a file. */
struct fv_casecsv_opts {
	bool take_sealed; /* false: a sealed column is refused by name (what a server does) */
	enum fv_err (*on_row)(const struct fv_case_row *row, void *ctx);
	void *ctx;
};

/*
 * Read a whole file, calling back for each row in order.  A leading byte order mark and
 * either line end are taken; empty first lines and an empty last one are none.  A case that
 * comes twice is the callback's to refuse.
 * Errors: FV_EFORMAT  not CSV, not UTF-8, an unknown or repeated column, a bad value
 *         FV_ERANGE   a value outside its range;  FV_ETOOBIG  a row or set
 *         FV_EDENIED  personal text where the server would see it
 *         FV_ENOMEM;  what on_row returned other than FV_OK
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_casecsv_read(
    struct fv_span file, const struct fv_casecsv_opts *opts, struct fv_case_fault *fault_out);

#endif
