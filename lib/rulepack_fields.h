/*
 * The fields of packs, rules and each kind's parameters as tables, and finding the line
 * of a field in a pack's text.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_LIB_RULEPACK_FIELDS_H
#define FV_LIB_RULEPACK_FIELDS_H

#include "fv/rulepack.h"

/* What a field holds, and the C type at its offset. */
enum fv_pack_type {
	P_TEXT,    /* const char *, min..max bytes */
	P_WORD,    /* enum of `codes` */
	P_WORDS,   /* uint32_t of bits of `codes` */
	P_KINDS,   /* uint64_t of bits of event kinds */
	P_NUMBER,  /* uint32_t, min..max */
	P_BOOL,    /* bool */
	P_DATE,    /* int64_t days; null is allowed and leaves it */
	P_WINDOWS, /* const struct fv_window *, then its count */
	P_TEXTS,   /* struct fv_strs */
	P_DATES,   /* const int64_t * ascending, then its count */
	P_OBJECT,  /* a struct with a table of its own */
};

struct fv_pack_table {
	const struct fv_pack_field *fields;
	size_t count;
};

struct fv_pack_field {
	const char *name;
	enum fv_pack_type type;
	bool is_required;
	enum fv_code_set codes;
	size_t at; /* offset in the struct that the table is about */
	uint32_t min;
	uint32_t max;
	struct fv_pack_table (*table)(void); /* of P_OBJECT; its offsets begin at `at` */
	const char *help;                    /* for the schema; NULL: the name says it */
};

/* Tables.  Offsets are in struct fv_rulepack, fv_rule, fv_calendar and fv_clause. */
struct fv_pack_table fv_pack_fields(void);
struct fv_pack_table fv_rule_fields(void);
struct fv_pack_table fv_calendar_fields(void);
struct fv_pack_table fv_clause_fields(void); /* beside the parameters */
struct fv_pack_table fv_parameter_fields(enum fv_rule_kind kind);
struct fv_pack_table fv_common_fields(void);      /* parameters that every kind takes */
const char *fv_kind_help(enum fv_rule_kind kind); /* what the kind asks, in a sentence */

#define FV_PACK_DEPTH 12U

/* Where a value stands: names, or NULL and a place in a list. */
struct fv_pack_path {
	const char *names[FV_PACK_DEPTH];
	size_t idx[FV_PACK_DEPTH];
	size_t depth;
};

/* The line of the value at `path` in `json`, which is valid JSON; the deepest part that
 * is there where it is not. */
uint32_t fv_pack_line(struct fv_span json, const struct fv_pack_path *path);

#endif
