/*
 * The POSIX TZ string that ends a TZif file (RFC 9636 section 3.3): parsing, and the two
 * changes of a year.  Private to zone.c.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_LIB_ZONERULE_H
#define FV_LIB_ZONERULE_H

#include "fv/bytes.h"

/* One change of a year: a day, and a time on it by the clocks before the change. */
struct fv_zonerule_change {
	enum {
		FV_ZONERULE_JULIAN, /* Jn: 1..365, 29 February is never counted */
		FV_ZONERULE_DAY,    /* n: 0..365 */
		FV_ZONERULE_WEEK,   /* Mm.w.d */
	} kind;
	int32_t day;    /* n of the first two kinds; weekday 0 Sunday..6 of the third */
	int32_t week;   /* 1..5, 5 = last */
	int32_t month;  /* 1..12 */
	int32_t time_s; /* seconds after midnight, -604799..604799 */
};

struct fv_zonerule {
	int32_t std_s; /* local less UTC, east positive */
	int32_t dst_s; /* the same in summer; has_dst only */
	bool has_dst;
	struct fv_zonerule_change start; /* of summer time */
	struct fv_zonerule_change end;
};

/* Errors: FV_EFORMAT  not a TZ string, or summer time without its rule. */
FV_NODISCARD enum fv_err fv_zonerule_parse(struct fv_span text, struct fv_zonerule *rule_out);

/* The UTC second of a change in `year`, where clocks before it show offset_s. */
int64_t fv_zonerule_change_s(
    const struct fv_zonerule_change *change, int32_t year, int32_t offset_s);

#endif
