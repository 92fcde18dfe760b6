/*
 * The forms of an open visit: each is a screen of its own, opened from the visit's by one
 * key.  What is recorded is a verb's, what is typed goes to it as an input of the call.
 */
#ifndef FV_SCREEN_FORMS_H
#define FV_SCREEN_FORMS_H

#include "firmware-app/screen/screen.h"

extern const struct fv_screen fv_screen_outcome;
extern const struct fv_screen fv_screen_agreed; /* arg: const struct fv_agreed * */
extern const struct fv_screen fv_screen_note;
extern const struct fv_screen fv_screen_requests;
extern const struct fv_screen fv_screen_checklist;
extern const struct fv_screen fv_screen_amend;
extern const struct fv_screen fv_screen_welfare;
extern const struct fv_screen fv_screen_slip;
extern const struct fv_screen fv_screen_credential;
extern const struct fv_screen fv_screen_more; /* those without a key of their own */

/* Whom he met, in one choice. */
struct fv_met {
	const char *outcome, *with; /* words of the verb */
	const char *text;           /* N_() */
};
#define FV_MET_COUNT 11U
extern const struct fv_met fv_mets[FV_MET_COUNT];

/* What was agreed with whom: what the form's outcome will say. */
struct fv_agreed {
	const struct fv_met *met;
	const char *business; /* promise, instalment, extension, reduction */
};

/* Buttons of the visit's screen, and what they do.  False: it is none of theirs. */
void fv_forms_put(struct fv_page *page);
bool fv_forms_act(struct fv_ui *ui, int id);

/*
 * What is typed, kept as a draft after each key: one call at a time, the next one holds
 * what was typed meanwhile.  Lives in a screen's state.
 */
struct fv_draft {
	const char *option; /* NULL for a note, "--form" */
	char case_id[48];   /* of the visit at which it was opened */
	bool is_changed, is_saving, is_over;
	fv_answer_fn *on; /* the screen's; it hands the answers of these tags over */
	int got, saved;
};

/* Ask for the draft that is kept; it comes as the tag `got`. */
void fv_draft_open(struct fv_ui *ui, struct fv_draft *d);
/* The text of that answer; "" where there is none. */
const char *fv_draft_text(const struct fv_answer *answer);
/* Keep this text; the answer comes as the tag `saved`. */
void fv_draft_save(struct fv_ui *ui, struct fv_draft *d, struct fv_span text);
/* Take that answer.  True: it changed meanwhile and is to be saved again. */
bool fv_draft_saved(struct fv_ui *ui, struct fv_draft *d, const struct fv_answer *answer);
/* It is recorded: drop it and save no more. */
void fv_draft_drop(struct fv_ui *ui, struct fv_draft *d);

/* The usual end of a form: a failure is said, else the form closes and `done` is said. */
void fv_forms_done(struct fv_ui *ui, const struct fv_answer *answer, const char *done);

#endif
