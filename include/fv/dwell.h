/*
 * Being at a place: arrival and departure told from a run of fixes, so that one bad fix
 * neither begins nor ends a stay (PROTOCOL.md, Stamp).
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_DWELL_H
#define FV_DWELL_H

#include "fv/geo.h"

#define FV_DWELL_ARRIVE_MS 20000 /* inside for so long is an arrival */
#define FV_DWELL_LEAVE_MS 60000  /* outside for so long is a departure */
#define FV_DWELL_FIXES 3         /* and told by at least so many fixes */
#define FV_DWELL_GAP_MS 120000   /* over a longer gap nothing is concluded */

enum fv_dwell_event {
	FV_DWELL_NONE,
	FV_DWELL_ARRIVED, /* since_ms: of the first fix inside */
	FV_DWELL_LEFT,    /* since_ms: of the first fix outside */
};

/* Fields are the module's own; begin with fv_dwell_init(). */
struct fv_dwell {
	struct fv_place centre;
	int64_t radius_mm;
	int64_t last_ms;         /* receiver time of the last fix; has_last */
	int64_t since_ms;        /* of the first fix of the candidate; candidate_fixes > 0 */
	int32_t candidate_fixes; /* on the other side than is_inside, in a row */
	bool has_last;
	bool is_inside;
};

/* Begin outside a circle. */
FV_EXPORT void fv_dwell_init(
    struct fv_dwell *dwell, struct fv_place centre, int64_t radius_mm);

/*
 * Take the next fix, at the receiver's time t_ms, which rises; a fix that does not is
 * passed over.  A fix that cannot tell (FV_FENCE_UNSURE) changes nothing.  *since_ms_out is
 * set with an event, else 0.
 */
FV_EXPORT enum fv_dwell_event fv_dwell_feed(struct fv_dwell *dwell, int64_t t_ms,
    struct fv_place fix, int64_t accuracy_mm, int64_t *since_ms_out);

#endif
