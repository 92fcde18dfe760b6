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
	P_CONSENT, /* struct fv_consent_rule, by its own table */
};

struct fv_pack_field {
	const char *name;
	enum fv_pack_type type;
	bool is_required;
	enum fv_code_set codes;
	size_t at; /* offset in the struct that the table is about */
	uint32_t min;
	uint32_t max;
};

struct fv_pack_table {
	const struct fv_pack_field *fields;
	size_t count;
};

/* Tables.  Offsets of the first are in struct fv_rulepack, of the last in struct
 * fv_consent_rule, of all others in struct fv_rule. */
struct fv_pack_table fv_pack_fields(void);
struct fv_pack_table fv_rule_fields(void);
struct fv_pack_table fv_parameter_fields(enum fv_rule_kind kind);
struct fv_pack_table fv_common_fields(void); /* parameters that every kind takes */
struct fv_pack_table fv_consent_fields(void);

#define FV_PACK_DEPTH 10U

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
