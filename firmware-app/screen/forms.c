/* Where the forms are opened from. */
#include <stdio.h>

#include "firmware-app/screen/forms.h"

enum id {
	ID_OUTCOME = 500, /* beside the visit's own */
	ID_NOTE,
	ID_CHECKLIST,
	ID_COMPLAINT,
	ID_REQUESTS,
	ID_WELFARE,
	ID_MORE,
};

static const struct fv_confirm complaint = {.title = N_("Complaint"),
    .question = N_("The borrower complains. It counts at once, and the bank must answer. "
		   "Record it?"),
    .done = N_("recorded: a complaint; say that the bank will answer"),
    .style = FV_STYLE_ASK,
    .verb = "request",
    .words = {"complaint"}};

void
fv_forms_put(struct fv_page *page)
{
	fv_page_button(page, ID_OUTCOME, 'r', _("Outcome"));
	fv_page_button(page, ID_NOTE, 'n', _("Note"));
	fv_page_button(page, ID_CHECKLIST, 'c', _("Checklist"));
	fv_page_button(page, ID_COMPLAINT, 'k', _("Complaint"));
	fv_page_button(page, ID_REQUESTS, 'a', _("They ask"));
	fv_page_button(page, ID_WELFARE, 'w', _("Unwell"));
	fv_page_button(page, ID_MORE, 'm', _("Other"));
}

bool
fv_forms_act(struct fv_ui *ui, int id)
{
	switch ((enum id)id) {
	case ID_OUTCOME:
		fv_ui_push(ui, &fv_screen_outcome, NULL);
		return true;
	case ID_NOTE:
		fv_ui_push(ui, &fv_screen_note, NULL);
		return true;
	case ID_CHECKLIST:
		fv_ui_push(ui, &fv_screen_checklist, NULL);
		return true;
	case ID_COMPLAINT:
		fv_ui_push(ui, &fv_screen_confirm, &complaint);
		return true;
	case ID_REQUESTS:
		fv_ui_push(ui, &fv_screen_requests, NULL);
		return true;
	case ID_WELFARE:
		fv_ui_push(ui, &fv_screen_welfare, NULL);
		return true;
	case ID_MORE:
		fv_ui_push(ui, &fv_screen_more, NULL);
		return true;
	}
	return false;
}

void
fv_forms_done(struct fv_ui *ui, const struct fv_answer *answer, const char *done)
{
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_pop(ui);
	if (answer->warnings[0] != '\0')
		fv_ui_say(ui, FV_STYLE_ASK, "%s. %s", done, answer->warnings);
	else
		fv_ui_say(ui, FV_STYLE_GOOD, "%s", done);
}

/* --- drafts --- */

static void
ask_draft(
    struct fv_ui *ui, const struct fv_draft *d, const char *what, struct fv_span text, int tag)
{
	const struct fv_ask ask = {.verb = "draft",
	    .words = {what, d->case_id, d->option},
	    .inputs = {text},
	    .on = d->on,
	    .tag = tag};

	fv_ui_ask(ui, &ask);
}

void
fv_draft_open(struct fv_ui *ui, struct fv_draft *d)
{
	snprintf(d->case_id, sizeof d->case_id, "%s", fv_ui_view(ui)->case_id);
	ask_draft(ui, d, "get", (struct fv_span){NULL, 0}, d->got);
}

const char *
fv_draft_text(const struct fv_answer *answer)
{
	return answer->has_failed ? "" : fv_json_str(answer->json, "text");
}

void
fv_draft_save(struct fv_ui *ui, struct fv_draft *d, struct fv_span text)
{
	d->is_changed = true;
	if (d->is_saving || d->is_over)
		return;
	d->is_changed = false;
	d->is_saving = true;
	ask_draft(ui, d, "put", text, d->saved);
}

bool
fv_draft_saved(struct fv_ui *ui, struct fv_draft *d, const struct fv_answer *answer)
{
	d->is_saving = false;
	if (answer->has_failed)
		fv_ui_say(ui, FV_STYLE_ASK, _("no draft is kept: %s"), answer->text);
	return !answer->has_failed && d->is_changed && !d->is_over;
}

void
fv_draft_drop(struct fv_ui *ui, struct fv_draft *d)
{
	const struct fv_ask ask = {.verb = "draft", .words = {"drop", d->case_id, d->option}};

	d->is_over = true;
	fv_ui_ask(ui, &ask);
}

/* --- what has no key of its own --- */

static const struct more {
	const struct fv_screen *screen;
	const char *title, *text;
} more[] = {
    {&fv_screen_slip, N_("Slip"), N_("for the debtor: who came, and where to complain")},
    {&fv_screen_credential, N_("Credential"), N_("who you are, to be checked at the door")},
    {&fv_screen_amend, N_("Correct"), N_("a visit: both versions are kept")},
};

static void
build_more(struct fv_ui *ui, void *state, struct fv_page *page)
{
	(void)ui, (void)state;
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		fv_page_row(page, (int)i, FV_STYLE_STRONG, gettext(more[i].title), NULL);
		fv_page_more(page, FV_STYLE_DIM, "%s", gettext(more[i].text));
	}
}

static void
act_more(struct fv_ui *ui, void *state, int id)
{
	(void)state;
	fv_ui_swap(ui, more[id].screen, NULL);
}

const struct fv_screen fv_screen_more = {
    .title = N_("Other"), .build = build_more, .act = act_more};
