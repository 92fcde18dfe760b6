/* A visit is corrected beside what was recorded: why, and what it should have been. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

enum id {
	ID_FIELD = 100, /* above the reasons and outcomes */
	ID_RECORD,
};

static const struct reason {
	const char *word, *text, *asks, *option;
	bool is_needed; /* what it asks must be typed */
} reasons[] = {
    {"wrong-case", N_("Wrong case"), N_("right case, empty: none"), "--case", false},
    {"late-begin", N_("It began earlier"), N_("began at (HH:MM)"), "--time", true},
    {"forgot-end", N_("Forgot to end it"), N_("ended at, empty: when you left"), "--time",
	false},
    {"wrong-outcome", N_("Wrong outcome"), NULL, NULL, false},
    {"other", N_("Another reason"), NULL, NULL, false},
};

struct amend {
	const struct reason *reason; /* NULL: not chosen yet */
	struct fv_field field;
};

static bool
is_outcome(const struct amend *a)
{
	return strcmp(a->reason->word, "wrong-outcome") == 0;
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct amend *a = state;

	if (a->reason == NULL) {
		fv_page_line(page, FV_STYLE_PLAIN, "%s",
		    fv_ui_view(ui)->has_visit
			? _("The open visit. What was recorded stays beside it.")
			: _("The last visit. What was recorded stays beside it."));
		for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
			fv_page_row(
			    page, (int)i, FV_STYLE_PLAIN, gettext(reasons[i].text), NULL);
		return;
	}
	fv_page_line(page, FV_STYLE_STRONG, "%s", gettext(a->reason->text));
	if (is_outcome(a)) {
		for (size_t i = 0; i < FV_MET_COUNT; i++)
			fv_page_row(
			    page, (int)i, FV_STYLE_PLAIN, gettext(fv_mets[i].text), NULL);
		return;
	}
	if (a->reason->asks != NULL)
		fv_page_field(page, ID_FIELD, gettext(a->reason->asks), &a->field);
	fv_page_button(page, ID_RECORD, FV_KEY_F(2), _("Record"));
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	fv_forms_done(ui, answer, _("the correction is recorded beside it"));
}

static void
record(struct fv_ui *ui, const struct amend *a, const struct fv_met *met)
{
	struct fv_ask ask = {.verb = "amend",
	    .words = {"last", "--reason", a->reason->word},
	    .what = _("recording it"),
	    .on = on_answer};

	if (a->reason->is_needed && a->field.len == 0) {
		fv_ui_say(ui, FV_STYLE_BAD, _("missing: %s"), gettext(a->reason->asks));
		return;
	}
	if (met != NULL) {
		ask.words[3] = "--outcome";
		ask.words[4] = met->outcome;
		ask.words[5] = "--with";
		ask.words[6] = met->with;
	} else if (a->field.len > 0) {
		ask.words[3] = a->reason->option;
		ask.words[4] = a->field.text;
	}
	fv_ui_ask(ui, &ask);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct amend *a = state;

	if (fv_ui_is_asking(ui))
		return;
	if (a->reason == NULL) {
		a->reason = &reasons[id];
		fv_ui_select(ui, 0);
	} else {
		record(ui, a, is_outcome(a) ? &fv_mets[id] : NULL);
	}
}

static bool
key(struct fv_ui *ui, void *state, int k)
{
	struct amend *a = state;
	bool is_taken = k == FV_KEY_ESC && a->reason != NULL && !fv_ui_is_asking(ui);

	if (is_taken) {
		a->reason = NULL;
		fv_field_set(&a->field, "");
	}
	return is_taken;
}

const struct fv_screen fv_screen_amend = {.title = N_("Correct"),
    .state_bytes = sizeof(struct amend),
    .build = build,
    .act = act,
    .key = key};
