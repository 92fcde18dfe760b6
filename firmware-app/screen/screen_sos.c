/* SOS: recorded first, then sent; the page never says more than the agent knows. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

#define AGAIN_MS 2000 /* after a try that could not be recorded */

enum id {
	ID_AGAIN,
	ID_OVER,
};

static const struct fv_confirm over = {.title = N_("End of the SOS"),
    .question = N_("You are safe, and the SOS is over?"),
    .done = N_("recorded: the SOS is over"),
    .style = FV_STYLE_ASK,
    .verb = "sos",
    .words = {"end"}};

struct sos {
	bool is_recorded; /* the verb answered so */
	char failed[240];
};

static void
on_sos(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct sos *sos = state;

	(void)tag;
	fv_ui_refresh(ui);
	sos->is_recorded = !answer->has_failed;
	snprintf(sos->failed, sizeof sos->failed, "%s", answer->text);
}

static void
call_sos(struct fv_ui *ui)
{
	const struct fv_ask ask = {
	    .verb = "sos", .what = _("recording the SOS"), .on = on_sos, .wait_ms = AGAIN_MS};

	fv_ui_ask(ui, &ask);
}

static void
open_sos(struct fv_ui *ui, void *state, const void *arg)
{
	(void)state, (void)arg;
	call_sos(ui);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct sos *sos = state;
	const json_t *known = json_object_get(fv_ui_view(ui)->json, "sos");
	const char *word = fv_json_str(known, "state");
	const json_t *set = json_object_get(fv_ui_view(ui)->json, "settings");
	char text[240], when[FV_WHEN_BYTES];

	snprintf(
	    text, sizeof text, _("SOS\nEmergency call: %s"), fv_json_str(set, "sos_number"));
	fv_page_box(page, FV_STYLE_BAD, text);
	if (fv_json_ms(known, "recorded_at") != 0)
		fv_page_line(page, FV_STYLE_STRONG, _("recorded at %s"),
		    fv_when(fv_json_ms(known, "recorded_at"), when));
	else if (sos->is_recorded)
		fv_page_line(page, FV_STYLE_STRONG, "%s", _("recorded"));
	else if (sos->failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, _("NOT RECORDED: %s"), sos->failed);
	else
		fv_page_line(page, FV_STYLE_ASK, "%s", _("not recorded yet"));
	if (fv_json_ms(known, "sent_at") != 0)
		fv_page_line(page, FV_STYLE_STRONG, _("sent at %s"),
		    fv_when(fv_json_ms(known, "sent_at"), when));
	else if (!fv_json_is(fv_ui_view(ui)->json, "practice"))
		fv_page_line(
		    page, FV_STYLE_ASK, "%s", _("not sent yet; it is tried all the time"));
	if (strcmp(word, "seen") == 0)
		fv_page_line(page, FV_STYLE_GOOD, _("seen by %s at %s"),
		    fv_json_str(known, "seen_by"),
		    fv_when(fv_json_ms(known, "seen_at"), when));
	else
		fv_page_line(page, FV_STYLE_ASK, "%s", _("nobody has seen it yet"));
	fv_page_button(page, ID_AGAIN, 'r', _("Once more"));
	if (json_is_object(known))
		fv_page_button(page, ID_OVER, 'o', _("It is over"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	(void)state;
	if (id == ID_OVER)
		fv_ui_push(ui, &fv_screen_confirm, &over);
	else if (!fv_ui_is_asking(ui))
		call_sos(ui);
}

const struct fv_screen fv_screen_sos = {.title = N_("SOS"),
    .state_bytes = sizeof(struct sos),
    .flags = FV_SCREEN_LOCKED_TOO | FV_SCREEN_TICKS,
    .open = open_sos,
    .build = build,
    .act = act};
