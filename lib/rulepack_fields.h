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

/* Which table it is; the schema knows by it what to say of a field. */
enum fv_pack_table_id {
	FV_TABLE_none,
	FV_TABLE_pack_scope,
	FV_TABLE_pack_fields,
	FV_TABLE_rule_fields,
	FV_TABLE_calendar_fields,
	FV_TABLE_clause_fields,
	FV_TABLE_consent_fields,
	FV_TABLE_period_fields,
	FV_TABLE_common_fields,
	FV_TABLE_time_fields,
	FV_TABLE_cool_fields,
	FV_TABLE_frequency_fields,
	FV_TABLE_persons_fields,
	FV_TABLE_geofence_fields,
	FV_TABLE_recording_fields,
	FV_TABLE_third_fields,
	FV_TABLE_within_fields,
	FV_TABLE_hold_fields,
	FV_TABLE_age_fields,
	FV_TABLE_place_fields,
	FV_TABLE_precondition_fields,
	FV_TABLE_notice_fields,
	FV_TABLE_leave_fields,
	FV_TABLE_impersonation_fields,
	FV_TABLE_duration_fields,
	FV_TABLE_camera_fields,
	FV_TABLE_disclosure_fields,
	FV_TABLE_deadline_fields,
	FV_TABLE_need_fields,
	FV_TABLE_completeness_fields,
	FV_TABLE_correction_fields,
	FV_TABLE_scope_fields,
	FV_TABLE_retention_fields,
	FV_TABLE_interval_fields,
	FV_TABLE_rate_fields,
	FV_TABLE_stop_fields,
	FV_TABLE_no_track_fields,
	FV_TABLE_not_received_fields,
	FV_TABLE_green_fields,
	FV_TABLE_duplicate_fields,
};

struct fv_pack_table {
	const struct fv_pack_field *fields;
	size_t count;
	enum fv_pack_table_id id;
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
};

/* Tables.  Offsets are in struct fv_rulepack, fv_rule, fv_calendar and fv_clause. */
struct fv_pack_table fv_pack_fields(void);
struct fv_pack_table fv_rule_fields(void);
struct fv_pack_table fv_calendar_fields(void);
struct fv_pack_table fv_clause_fields(void); /* beside the parameters */
struct fv_pack_table fv_parameter_fields(enum fv_rule_kind kind);
struct fv_pack_table fv_common_fields(void); /* parameters that every kind takes */

/* What the schema says (rulepack_help.c): of a field, NULL where its name says it; of a kind,
 * what it asks, in a sentence. */
const char *fv_field_help(enum fv_pack_table_id table, const char *field);
const char *fv_kind_help(enum fv_rule_kind kind);

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
