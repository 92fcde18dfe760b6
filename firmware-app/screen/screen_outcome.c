/* What came of the visit: whom he met, then what was agreed; nothing agreed is one Enter. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

const struct fv_met fv_mets[FV_MET_COUNT] = {
    {"conversation", "debtor", N_("Spoke with the borrower")},
    {"not_home", "nobody", N_("Nobody there")},
    {"contact", "third_party", N_("Somebody else opened")},
    {"refused", "debtor", N_("Borrower refused to talk")},
    {"conversation", "spouse", N_("Spoke with the spouse")},
    {"conversation", "guarantor", N_("Spoke with the guarantor")},
    {"conversation", "attorney", N_("Spoke with the lawyer")},
    {"contact", "debtor", N_("Met the borrower, no talk")},
    {"left_message", "nobody", N_("Left a message")},
    {"refused", "third_party", N_("Somebody else sent me away")},
    {"conversation", "third_party", N_("Spoke with somebody else")},
};

static const struct agreed {
	const char *business; /* NULL: nothing more is said */
	const char *text;
	bool has_form;
} agreed[] = {
    {NULL, N_("Record it so"), false},
    {"promise", N_("Promise to pay"), true},
    {"instalment", N_("Instalment plan"), true},
    {"extension", N_("More time"), true},
    {"reduction", N_("Reduction"), true},
    {"payment", N_("Paid"), false},
    {"dispute", N_("Disputes the debt"), false},
    {"hardship", N_("In hardship"), false},
    {"wrong_person", N_("Wrong person"), false},
    {"moved", N_("Moved away"), false},
    {"deceased", N_("Has died"), false},
    {"other", N_("Something else"), false},
};

struct outcome {
	const struct fv_met *met; /* NULL: not chosen yet */
};

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct outcome *o = state;

	if (!fv_ui_view(ui)->has_visit)
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("no visit is open"));
	if (o->met == NULL) {
		for (size_t i = 0; i < FV_MET_COUNT; i++)
			fv_page_row(
			    page, (int)i, FV_STYLE_PLAIN, gettext(fv_mets[i].text), NULL);
		return;
	}
	fv_page_line(page, FV_STYLE_STRONG, "%s", gettext(o->met->text));
	for (size_t i = 0; i < sizeof agreed / sizeof agreed[0]; i++)
		fv_page_row(page, (int)i, i == 0 ? FV_STYLE_GOOD : FV_STYLE_PLAIN,
		    gettext(agreed[i].text), agreed[i].has_form ? "..." : NULL);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	fv_forms_done(ui, answer, _("the outcome is recorded"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct outcome *o = state;
	struct fv_ask ask = {
	    .verb = "outcome", .what = _("recording the outcome"), .on = on_answer};

	if (o->met == NULL) {
		o->met = &fv_mets[id];
		fv_ui_select(ui, 0);
		return;
	}
	if (fv_ui_is_asking(ui))
		return;
	if (agreed[id].has_form) {
		const struct fv_agreed arg = {o->met, agreed[id].business};

		fv_ui_swap(ui, &fv_screen_agreed, &arg);
		return;
	}
	ask.words[0] = o->met->outcome;
	ask.words[1] = "--with";
	ask.words[2] = o->met->with;
	if (agreed[id].business != NULL) {
		ask.words[3] = "--business";
		ask.words[4] = agreed[id].business;
	}
	fv_ui_ask(ui, &ask);
}

/* Esc leads from the second choice to the first. */
static bool
key(struct fv_ui *ui, void *state, int k)
{
	struct outcome *o = state;
	bool is_taken = k == FV_KEY_ESC && o->met != NULL && !fv_ui_is_asking(ui);

	if (is_taken)
		o->met = NULL;
	return is_taken;
}

const struct fv_screen fv_screen_outcome = {.title = N_("Outcome"),
    .state_bytes = sizeof(struct outcome),
    .build = build,
    .act = act,
    .key = key};
