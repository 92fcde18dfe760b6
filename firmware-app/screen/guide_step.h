/*
 * How far a learner is in his first visit, from what a practice handheld has recorded: he
 * may leave, come back, or do things in another order, and the next step is what is missing.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_SCREEN_GUIDE_STEP_H
#define FV_SCREEN_GUIDE_STEP_H

#include <jansson.h>
#include <stdbool.h>

enum fv_guide_step {
	FV_GUIDE_SHIFT = 1,
	FV_GUIDE_CHECK,
	FV_GUIDE_BEGIN,
	FV_GUIDE_IDENTIFY,
	FV_GUIDE_CHECKLIST,
	FV_GUIDE_NOTE,
	FV_GUIDE_OUTCOME,
	FV_GUIDE_SLIP,
	FV_GUIDE_END,
	FV_GUIDE_SHIFT_END,
	FV_GUIDE_DONE,
};
#define FV_GUIDE_STEPS 10 /* without the last, which is none */

/*
 * The step that comes next, by the JSON of `status` and of `trail` (either may be NULL: not
 * known yet).  `has_checked`: he has looked at the answer for a case; it leaves no record.
 */
enum fv_guide_step fv_guide_step(const json_t *status, const json_t *trail, bool has_checked);

#endif
