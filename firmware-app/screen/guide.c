/* The guide's line: on which screen what is to be pressed for the next step, and why. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"
#include "firmware-app/screen/ui.h"

/* Rows for one screen stand before the row for any (NULL) of the same step. */
static const struct hint {
	enum fv_guide_step step;
	const struct fv_screen *screen; /* NULL: any other */
	const char *text;
} hints[] = {
    {FV_GUIDE_SHIFT, &fv_screen_home, N_("[b] begin the shift: your places are recorded")},
    {FV_GUIDE_SHIFT, &fv_screen_consent,
	N_("[a] agree to it or [n] refuse: it is your right")},
    {FV_GUIDE_SHIFT, NULL, N_("[Esc] back to Today: the shift begins there")},
    {FV_GUIDE_CHECK, &fv_screen_home, N_("[1] open a case: ask the rules before you knock")},
    {FV_GUIDE_CHECK, NULL, N_("[Esc] back to Today: a case is opened there")},
    {FV_GUIDE_BEGIN, &fv_screen_home, N_("[1] open the case again to begin the visit")},
    {FV_GUIDE_BEGIN, &fv_screen_case, N_("[b] begin the visit if green; [Esc] another case")},
    {FV_GUIDE_BEGIN, &fv_screen_with, N_("[1] your colleague: two officers must come")},
    {FV_GUIDE_BEGIN, NULL, N_("[Esc] back to the case: the visit begins there")},
    {FV_GUIDE_IDENTIFY, &fv_screen_visit, N_("[c] checklist: first say who you are")},
    {FV_GUIDE_IDENTIFY, &fv_screen_checklist,
	N_("a number is yes: say who you are, and ask who they are")},
    {FV_GUIDE_CHECKLIST, &fv_screen_visit, N_("[c] checklist: go on with it")},
    {FV_GUIDE_CHECKLIST, &fv_screen_checklist,
	N_("a number is yes, once more is no: answer all")},
    {FV_GUIDE_NOTE, &fv_screen_visit, N_("[n] a note: only supervisors can read it")},
    {FV_GUIDE_NOTE, &fv_screen_note, N_("[1] adds a phrase; then [r] records the note")},
    {FV_GUIDE_OUTCOME, &fv_screen_visit, N_("[r] say what came of the visit")},
    {FV_GUIDE_OUTCOME, &fv_screen_outcome, N_("[1] whom you met, then [1] record it so")},
    {FV_GUIDE_SLIP, &fv_screen_visit, N_("[m] other, for the slip: the borrower's proof")},
    {FV_GUIDE_SLIP, &fv_screen_more, N_("[1] the slip: who came, and where to complain")},
    {FV_GUIDE_SLIP, &fv_screen_slip, N_("[s] once shown; [r] refused, [w] not shown")},
    {FV_GUIDE_END, &fv_screen_visit, N_("[e] end it: the visit is sealed for good")},
    {FV_GUIDE_END, &fv_screen_end, N_("[Enter] end it now: nobody can change it after")},
    {FV_GUIDE_SHIFT_END, &fv_screen_home, N_("[b] end the shift: no place is taken after")},
    {FV_GUIDE_SHIFT_END, &fv_screen_confirm, N_("[Enter] yes: the shift ends")},
    {FV_GUIDE_SHIFT_END, &fv_screen_end, N_("[Enter] today's plan; then the shift ends")},
    {FV_GUIDE_SHIFT_END, NULL, N_("[Esc] back to Today: the shift ends there")},
    {FV_GUIDE_DONE, &fv_screen_home, N_("A whole visit is done. [b] once more, [x] leave")},
    {FV_GUIDE_DONE, NULL, N_("[Esc] back to Today")},
};

static const char *
hint_of(enum fv_guide_step step, const struct fv_screen *top)
{
	if (step == FV_GUIDE_BEGIN && top == &fv_screen_case && *fv_partner() == '\0')
		return _("[w] with: the rules here want two officers");
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		if (hints[i].step == step &&
		    (hints[i].screen == top || hints[i].screen == NULL))
			return gettext(hints[i].text);
	}
	/* All others are done at the door, on the screen of the visit. */
	return top == &fv_screen_home ? _("[1] the open visit: go on there")
				      : _("[Esc] back to the visit: go on there");
}

void
fv_guide_put(struct fv_ui *ui, char *out, size_t cap)
{
	const struct fv_screen *top = ui->frames[ui->depth - 1].screen;
	enum fv_guide_step step;

	out[0] = '\0';
	if (!ui->is_practice || !ui->view.is_known)
		return;
	if (top == &fv_screen_sos) {
		snprintf(out, cap, "%s", _("Practice: nobody is called, nobody comes."));
		return;
	}
	if (ui->view.is_locked) {
		snprintf(out, cap, "%s",
		    _("PIN 135790, Enter: it opens names and addresses, and nothing else"));
		return;
	}
	if (top == &fv_screen_sync) {
		snprintf(out, cap, "%s", _("Practice: nothing is sent. [Esc] back"));
		return;
	}
	if (top == &fv_screen_case)
		ui->has_checked = true;
	step = fv_guide_step(ui->status, ui->trail, ui->has_checked);
	if (step == FV_GUIDE_DONE)
		snprintf(out, cap, "%s", hint_of(step, top));
	else
		snprintf(out, cap, "%d/%d %s", (int)step, FV_GUIDE_STEPS, hint_of(step, top));
}
