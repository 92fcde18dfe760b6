/*
 * The checklist of the open visit: what its packs ask for, and what was answered.
 *
 * Threads: one.  Memory: none but the caller's struct.
 */
#ifndef FV_APP_DOORLIST_H
#define FV_APP_DOORLIST_H

#include "firmware-app/app.h"
#include "firmware-app/work.h"
#include "fv/checklist.h"

struct fv_doorlist {
	uint32_t items;                               /* on the list, as fv_code_bit()s */
	const char *rules[FV_CHECKLIST_STEP_MAX + 1]; /* first that asks it; "": none; app's */
	struct fv_checklist said;
	int64_t at_ms[FV_CHECKLIST_STEP_MAX + 1]; /* of the last answer; with said.answered */
};

/*
 * Load it for the open visit.  What is asked is settled at the first call of a visit and
 * kept in `app`: new packs in the middle of it change nothing.  Where the packs cannot be
 * read, the list is what is always asked.
 * Errors: FV_ECORRUPT FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_doorlist_load(
    struct fv_app *app, const struct fv_work *work, struct fv_doorlist *list_out);

/* Items of the list, and those of them that have an answer. */
uint32_t fv_doorlist_length(const struct fv_doorlist *list);
uint32_t fv_doorlist_answered(const struct fv_doorlist *list);

/* Append "checklist":{...} of the open visit, or null, to an open object; with text, one
 * line too. */
void fv_doorlist_tell(struct fv_app *app, const struct fv_work *work, struct fv_reply *reply);

#endif
