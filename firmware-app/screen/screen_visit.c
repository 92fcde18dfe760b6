/* The visit that is open: its clock, the receiver, and what is to be done. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

enum id {
	ID_STOP,
	ID_LEAVE,
	ID_END,
	ID_COSIGN,
	ID_ATTACH,
	ID_DETAILS,
	ID_FORGOT,
	ID_CHECKIN,
};

static const struct fv_confirm forgot = {.title = N_("Forgotten end"),
    .question = N_("The visit ended when you left, and you forgot to record it?"),
    .done = N_("recorded: the visit ended when you left"),
    .style = FV_STYLE_ASK,
    .verb = "amend",
    .words = {"last", "--reason", "forgot-end"},
    .is_home_after = true};

static const struct fv_confirm checkin = {.title = N_("I am well"),
    .question = N_("You are well and the visit goes on?"),
    .done = N_("recorded: you are well"),
    .style = FV_STYLE_GOOD,
    .verb = "checkin"};

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

/* Who watches over the officer, and what the receiver saw. */
static void
put_watch(const struct fv_view *v, struct fv_page *page)
{
	const json_t *checkin_due = json_object_get(v->json, "checkin");
	const json_t *departed = json_object_get(v->json, "departed");
	int64_t due = fv_json_ms(checkin_due, "due");
	char when[FV_WHEN_BYTES];

	if (due != 0)
		fv_page_pair(page, due < fv_now_ms() ? FV_STYLE_BAD : FV_STYLE_PLAIN,
		    _("check-in"), _("say by %s that you are well"), fv_when(due, when));
	if (json_is_object(departed))
		fv_page_line(page, FV_STYLE_BAD,
		    _("DID YOU LEAVE? Since %s you are %d m away."),
		    fv_when(fv_json_ms(departed, "since"), when),
		    (int)fv_json_number(departed, "distance_m"));
}

/* How far the checklist is; nothing where the packs ask for none. */
static void
put_checklist(const struct fv_view *v, struct fv_page *page)
{
	const json_t *list = json_object_get(v->json, "checklist");
	int answered = (int)fv_json_number(list, "answered");
	int of = (int)fv_json_number(list, "of");

	if (of > 0)
		fv_page_pair(page, answered == of ? FV_STYLE_GOOD : FV_STYLE_ASK,
		    _("checklist"), _("%d of %d answered"), answered, of);
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
	if (!v->is_identified)
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("Names are hidden until the identity is confirmed."));
	fv_page_pair(page, FV_STYLE_STRONG, _("time"), _("%s, since %s"),
	    fv_timer(fv_now_ms() - v->visit_ms, timer), fv_when(v->visit_ms, when));
	put_receiver(v, page);
	put_checklist(v, page);
	fv_page_pair(page, v->has_outcome ? FV_STYLE_GOOD : FV_STYLE_ASK, _("outcome"), "%s",
	    v->has_outcome ? _("recorded") : _("none yet"));
	put_watch(v, page);
	fv_forms_put(page);
	fv_page_button(page, ID_STOP, 's', _("Stop"));
	fv_page_button(page, ID_LEAVE, 'l', _("Sent away"));
	fv_page_button(page, ID_END, 'e', _("End visit"));
	fv_page_button(page, ID_COSIGN, 'o', _("Cosign"));
	fv_page_button(page, ID_ATTACH, 'p', _("Photo"));
	fv_page_button(page, ID_DETAILS, 'd', _("Case"));
	if (json_is_object(json_object_get(v->json, "checkin")))
		fv_page_button(page, ID_CHECKIN, 'i', _("I am well"));
	if (json_is_object(json_object_get(v->json, "departed")))
		fv_page_button(page, ID_FORGOT, 'f', _("Forgot"));
}

/* The case of the visit, as a row of the plan would name it. */
static void
show_case(struct fv_ui *ui)
{
	json_t *row = json_pack("{s:s}", "case", fv_ui_view(ui)->case_id);

	fv_ui_push(ui, &fv_screen_case, row);
	json_decref(row);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const enum fv_person cosign = FV_PERSON_COSIGN;

	(void)state;
	if (fv_forms_act(ui, id))
		return;
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
	case ID_COSIGN:
		fv_ui_push(ui, &fv_screen_person, &cosign);
		break;
	case ID_ATTACH:
		fv_ui_push(ui, &fv_screen_attach, NULL);
		break;
	case ID_DETAILS:
		show_case(ui);
		break;
	case ID_FORGOT:
		fv_ui_push(ui, &fv_screen_confirm, &forgot);
		break;
	case ID_CHECKIN:
		fv_ui_push(ui, &fv_screen_confirm, &checkin);
		break;
	}
}

const struct fv_screen fv_screen_visit = {
    .title = N_("Visit"), .flags = FV_SCREEN_TICKS, .build = build, .act = act};
