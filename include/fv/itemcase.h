/*
 * A case's history as it goes down to a handheld (item kind 2, PROTOCOL.md section 8), and
 * back: no officer, position or contact id goes with it, and what the `before` rules need
 * does.
 *
 * Threads: no state.  Memory: nothing is kept.
 */
#ifndef FV_ITEMCASE_H
#define FV_ITEMCASE_H

#include "fv/history.h"
#include "fv/item.h"

#define FV_ITEMCASE_LABEL_BYTES (2U * FV_NUMBER_HASH_BYTES + 1U)

/*
 * Append the body: the contacts from number `first` on, then all events.  `debts` are the
 * case's as the case item lists them: lines name them by their place there.  `visitors` are
 * those who may come next: what one of them, or who has come already, wrote down goes as
 * the word of a visiting officer.
 */
FV_EXPORT void fv_itemcase_put(struct fv_buf *out, const struct fv_case_history *of,
    size_t first, const struct fv_strs *debts, const struct fv_strs *visitors);

/*
 * Add the contacts ("h0", "h1", ...) and events ("g0", ...) of a body to a history that
 * knows the case.  Officers are as many as came, under names that no officer has.
 * Errors: those of fv_item_history_line(), fv_history_add_contact() and _add_event()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_itemcase_take(struct fv_span body, const char *case_id,
    const struct fv_strs *debts, struct fv_history *into);

/* The name by which a number label or call id goes down, so that one label is one number
 * on both sides.  Returns borrowed: out; NULL for a label NULL. */
FV_EXPORT const char *fv_itemcase_label(
    const char *case_id, const char *label, char out[FV_ITEMCASE_LABEL_BYTES]);

#endif
