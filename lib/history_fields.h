/*
 * The fields of interchange objects as a table: name, kind of value, where it goes.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_LIB_HISTORY_FIELDS_H
#define FV_LIB_HISTORY_FIELDS_H

#include "fv/history.h"

/* What a field holds, and the C type at its offset. */
enum fv_field_type {
	F_TEXT,  /* const char * */
	F_SET,   /* struct fv_strs, and a bool at `has` */
	F_WORD,  /* enum of `codes` */
	F_WORDS, /* uint32_t of bits of `codes` */
	F_BOOL,  /* enum fv_tri */
	F_TIME,  /* int64_t UTC ms, and a bool at `has` */
	F_TERM,  /* as F_TIME, and null is "no term" */
	F_DATE,  /* as F_TIME; a date alone is its first instant in UTC */
	F_LAT,   /* int32_t, degrees * 1e7 */
	F_LON,
	F_METRES,  /* uint32_t mm, and a bool at `has` */
	F_WINDOWS, /* struct fv_window * and its count */
};

enum fv_object {
	OBJECT_CASE,
	OBJECT_CONTACT,
	OBJECT_EVENT,
	OBJECT_COUNT,
};

#define NO_HAS SIZE_MAX
#define WINDOWS_MAX 64U
#define SETS_MAX 4U /* sets that one object may carry */
#define FIELD_MAX 32U

/* One object being read. */
struct fv_reading {
	struct fv_case subject;
	struct fv_contact contact;
	struct fv_event event;
	bool has_lat;
	bool has_lon;
	enum fv_datum_code datum;
	struct fv_strs zone; /* the single zone, as a set of one */
	const char *zone_text;
	size_t set_count;
	const char *sets[SETS_MAX][FV_HISTORY_SET_MAX];
	struct fv_window windows[WINDOWS_MAX];
	struct fv_history_error *error;
};

/* One field of one kind of object. */
struct fv_field {
	const char *name;
	enum fv_field_type type;
	bool is_required;
	enum fv_code_set codes;
	size_t at;  /* offset in struct fv_reading */
	size_t has; /* offset of a bool, or NO_HAS */
};

/* The fields of one kind of object. */
struct fv_fields {
	const struct fv_field *fields;
	size_t count;
};

struct fv_fields fv_history_fields(enum fv_object object);

/* Minutes after midnight from "HH:MM", at most `limit`; false for anything else. */
bool fv_minute_parse(struct fv_span text, uint16_t limit, uint16_t *minute_out);

#endif
