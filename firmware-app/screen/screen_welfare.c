/* The person is unwell, alone and a child, or speaks of harming himself. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

enum id {
	ID_UNWELL,
	ID_CHILD,
};

struct welfare {
	char helpline[64];
	bool is_sending;
};

static void
on_settings(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct welfare *w = state;
	const json_t *setting;
	size_t i;

	(void)ui, (void)tag;
	json_array_foreach(json_object_get(answer->json, "settings"), i, setting)
	{
		if (strcmp(fv_json_str(setting, "name"), "welfare.helpline") == 0)
			snprintf(w->helpline, sizeof w->helpline, "%s",
			    fv_json_str(setting, "value"));
	}
}

static void
open_welfare(struct fv_ui *ui, void *state, const void *arg)
{
	const struct fv_ask ask = {.verb = "settings", .on = on_settings};

	(void)state, (void)arg;
	fv_ui_ask(ui, &ask);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct welfare *w = state;

	(void)ui;
	fv_page_box(page, FV_STYLE_BAD, _("STOP AND LEAVE\nno word of the debt"));
	fv_page_line(page, FV_STYLE_STRONG, "%s", _("In danger: call 120 or 110 first."));
	if (w->helpline[0] != '\0')
		fv_page_pair(page, FV_STYLE_STRONG, _("to talk to"), "%s", w->helpline);
	fv_page_line(page, FV_STYLE_PLAIN, "%s",
	    _("It is recorded, the case is held and the desk is told. It counts against "
	      "nobody."));
	fv_page_button(page, ID_UNWELL, FV_KEY_ENTER, _("Unwell: record"));
	fv_page_button(page, ID_CHILD, 'c', _("A child alone"));
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct welfare *w = state;

	(void)tag;
	w->is_sending = false;
	fv_forms_done(
	    ui, answer, _("recorded; leave now, then end the visit and call the desk"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const struct fv_ask ask = {.verb = "request",
	    .words = {id == ID_CHILD ? "minor-alone" : "welfare"},
	    .what = _("recording it"),
	    .on = on_answer};

	struct welfare *w = state;

	/* The helpline may still be asked for: that holds up nothing. */
	if (w->is_sending)
		return;
	w->is_sending = true;
	fv_ui_ask(ui, &ask);
}

const struct fv_screen fv_screen_welfare = {.title = N_("Unwell"),
    .state_bytes = sizeof(struct welfare),
    .flags = FV_SCREEN_LOCKED_TOO,
    .open = open_welfare,
    .build = build,
    .act = act};
