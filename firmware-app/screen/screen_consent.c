/* Before the first shift: what is recorded of the officer, and whether he agrees. */
#include <string.h>

#include "firmware-app/screen/screen.h"

enum id {
	ID_AGREE,
	ID_REFUSE,
};

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	(void)ui, (void)state;
	fv_page_line(page, FV_STYLE_STRONG, "%s", _("May this handheld record where you go?"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("what"), "%s",
	    _("your position, up to once a second; less often while you stand"));
	fv_page_pair(
	    page, FV_STYLE_PLAIN, _("when"), "%s", _("on shift only; never in a pause"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("who"), "%s",
	    _("supervisors of your agency, after each sync; nobody follows you live"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("until"), "%s",
	    _("your agency's retention erases that day"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("if not"), "%s",
	    _("only where shifts and visits begin and end is recorded"));
	fv_page_line(
	    page, FV_STYLE_DIM, "%s", _("You may change it at any time in Settings."));
	fv_page_button(page, ID_AGREE, 'a', _("I agree"));
	fv_page_button(page, ID_REFUSE, 'n', _("I refuse"));
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_pop(ui);
	fv_ui_say(ui, FV_STYLE_GOOD, "%s", _("your answer is recorded"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const char *option = id == ID_AGREE ? "--agree" : "--refuse";
	struct fv_ask ask = {.verb = "shift",
	    .words = {option},
	    .what = _("recording your answer"),
	    .on = on_answer};

	(void)state;
	if (fv_ui_is_asking(ui))
		return;
	if (!fv_ui_view(ui)->has_shift) {
		ask.words[0] = "begin";
		ask.words[1] = option;
	}
	fv_ui_ask(ui, &ask);
}

const struct fv_screen fv_screen_consent = {
    .title = N_("Your position"), .build = build, .act = act};
