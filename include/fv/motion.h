/*
 * Moving or standing still, told from a run of fixes by places and their accuracy alone,
 * so that neither one bad fix nor the wander of a receiver at rest changes the answer.
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_MOTION_H
#define FV_MOTION_H

#include "fv/geo.h"

#define FV_MOTION_RADIUS_MM 30000 /* within it, accuracy weighed, is the same place */
#define FV_MOTION_STILL_MS 60000  /* so long at one place is standing still */
#define FV_MOTION_OF 5            /* of the last so many fixes */
#define FV_MOTION_AWAY 3          /* so many elsewhere are a move */
#define FV_MOTION_GAP_MS 120000   /* over a longer gap nothing is concluded */
#define FV_MOTION_EPH_MM 50000    /* where the receiver gives no accuracy */

/* Fields are the module's own.  All zero is a valid beginning: moving. */
struct fv_motion {
	struct fv_place anchor; /* has_anchor */
	int64_t since_ms;       /* receiver time at the anchor */
	int64_t last_ms;
	uint32_t away; /* bit 0: the last fix was elsewhere, bit 1: the one before ... */
	bool has_anchor;
	bool is_still;
};

/*
 * Take the next fix, at the receiver's time t_ms, which rises; accuracy_mm below 0 is
 * unknown.  Returns true while standing still.
 */
FV_EXPORT bool fv_motion_feed(
    struct fv_motion *motion, int64_t t_ms, struct fv_place place, int64_t accuracy_mm);

#endif
