/* The visit that is open: its clock, the receiver, and what is to be done. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

enum id {
	ID_STOP,
	ID_LEAVE,
	ID_END,
};

static void
put_receiver(const struct fv_view *v, struct fv_page *page)
{
	const json_t *r = json_object_get(v->json, "receiver");
	const char *state = fv_json_str(r, "state");
	char age[FV_WHEN_BYTES];

	if (strcmp(state, "fix") == 0)
		fv_page_pair(page, FV_STYLE_PLAIN, _("position"), _("within %.0f m, %s old"),
		    (double)fv_json_number(r, "accuracy_mm") / 1000,
		    fv_lasting(fv_json_number(r, "age_ms"), age));
	else if (strcmp(state, "no-fix") == 0)
		fv_page_pair(page, FV_STYLE_ASK, _("position"), "%s",
		    _("none yet; recorded so, it is no fault"));
	else
		fv_page_pair(
		    page, FV_STYLE_ASK, _("position"), "%s", _("receiver off; recorded so"));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct fv_view *v = fv_ui_view(ui);
	char timer[FV_WHEN_BYTES], when[FV_WHEN_BYTES];

	(void)state;
	if (!v->has_visit) {
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("no visit is open"));
		return;
	}
	if (v->is_carried)
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("It was open when the handheld stopped, and is open again."));
	fv_page_pair(page, FV_STYLE_STRONG, _("visit"), "%s", v->case_id);
	fv_page_pair(page, FV_STYLE_STRONG, _("time"), _("%s, since %s"),
	    fv_timer(fv_now_ms() - v->visit_ms, timer), fv_when(v->visit_ms, when));
	put_receiver(v, page);
	fv_page_pair(page, v->has_outcome ? FV_STYLE_GOOD : FV_STYLE_ASK, _("outcome"), "%s",
	    v->has_outcome ? _("recorded") : _("none yet"));
	if (!v->is_identified)
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("Names are hidden until the identity is confirmed."));
	fv_page_button(page, ID_STOP, 's', _("Stop request"));
	fv_page_button(page, ID_LEAVE, 'l', _("Asked to leave"));
	fv_page_button(page, ID_END, 'e', _("End visit"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	(void)state;
	switch ((enum id)id) {
	case ID_STOP:
		fv_ui_push(ui, &fv_screen_confirm, &fv_confirm_stop);
		break;
	case ID_LEAVE:
		fv_ui_push(ui, &fv_screen_confirm, &fv_confirm_leave);
		break;
	case ID_END:
		fv_ui_push(ui, &fv_screen_end, NULL);
		break;
	}
}

const struct fv_screen fv_screen_visit = {
    .title = N_("Visit"), .flags = FV_SCREEN_TICKS, .build = build, .act = act};
