/* One question, one verb: Enter does it. */
#include <string.h>

#include "firmware-app/screen/screen.h"

enum id {
	ID_YES,
};

const struct fv_confirm fv_confirm_stop = {.title = N_("Stop request"),
    .question =
	N_("The borrower asks not to be contacted any more. It counts at once. Record it?"),
    .done = N_("recorded: the borrower asks to stop"),
    .style = FV_STYLE_BAD,
    .verb = "request",
    .words = {"stop"}};

const struct fv_confirm fv_confirm_leave = {.title = N_("Asked to leave"),
    .question = N_("You were asked to leave. Record it now, then leave."),
    .done = N_("recorded: asked to leave; leave now, then end the visit"),
    .style = FV_STYLE_BAD,
    .verb = "request",
    .words = {"leave-requested"}};

static void
open_confirm(struct fv_ui *ui, void *state, const void *arg)
{
	(void)ui;
	memcpy(state, arg, sizeof(struct fv_confirm));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct fv_confirm *c = state;

	(void)ui;
	fv_page_line(page, FV_STYLE_STRONG, "%s", gettext(c->title));
	fv_page_gap(page);
	fv_page_box(page, c->style, gettext(c->question));
	fv_page_button(page, ID_YES, FV_KEY_ENTER, _("Yes, do it"));
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	const struct fv_confirm c = *(const struct fv_confirm *)state;

	(void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	if (c.is_home_after)
		fv_ui_home(ui);
	else
		fv_ui_pop(ui);
	if (answer->warnings[0] != '\0')
		fv_ui_say(ui, FV_STYLE_ASK, "%s. %s", gettext(c.done), answer->warnings);
	else
		fv_ui_say(ui, FV_STYLE_GOOD, "%s", gettext(c.done));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const struct fv_confirm *c = state;
	struct fv_ask ask = {.verb = c->verb, .what = gettext(c->title), .on = on_answer};

	if (id != ID_YES || fv_ui_is_asking(ui))
		return;
	memcpy(ask.words, c->words, sizeof c->words);
	fv_ui_ask(ui, &ask);
}

const struct fv_screen fv_screen_confirm = {.title = N_("Sure?"),
    .state_bytes = sizeof(struct fv_confirm),
    .flags = FV_SCREEN_LOCKED_TOO,
    .open = open_confirm,
    .build = build,
    .act = act};
