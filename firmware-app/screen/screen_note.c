/* A note: phrases by number keys, or typed; a draft of it is kept sealed after each key. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

#define PAGE 9U /* phrases shown at once: as many as there are number keys */

enum id {
	ID_AREA = 100, /* above the phrases */
	ID_TYPE,
	ID_MORE,
	ID_RECORD,
	ID_DONE,
	ID_DROP,
};

enum tag {
	TAG_PHRASES,
	TAG_DRAFT,
	TAG_SAVE,
	TAG_NOTE,
};

struct note {
	struct fv_area area;
	json_t *phrases; /* owned; NULL: not yet */
	size_t from;     /* first phrase shown */
	struct fv_draft draft;
	bool is_typing;
	size_t saved_len; /* of the text that was sent last */
	bool is_sending;
};

static void on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

static struct fv_span
text_of(const struct note *n)
{
	return fv_span_of(n->area.text, n->area.len);
}

static void
save(struct fv_ui *ui, struct note *n)
{
	n->saved_len = n->area.len;
	fv_draft_save(ui, &n->draft, text_of(n));
}

static void
open_note(struct fv_ui *ui, void *state, const void *arg)
{
	const struct fv_ask phrases = {.verb = "phrases", .on = on_answer, .tag = TAG_PHRASES};
	struct note *n = state;

	(void)arg;
	n->draft = (struct fv_draft){.on = on_answer, .got = TAG_DRAFT, .saved = TAG_SAVE};
	fv_ui_ask(ui, &phrases);
	fv_draft_open(ui, &n->draft);
}

static void
close_note(void *state)
{
	struct note *n = state;

	json_decref(n->phrases);
}

static void
on_note(struct fv_ui *ui, struct note *n, const struct fv_answer *answer)
{
	n->is_sending = false;
	if (!answer->has_failed)
		fv_draft_drop(ui, &n->draft);
	fv_forms_done(ui, answer, _("the note is sealed: only supervisors can read it"));
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct note *n = state;

	switch ((enum tag)tag) {
	case TAG_PHRASES:
		if (!answer->has_failed)
			n->phrases = json_deep_copy(answer->json);
		break;
	case TAG_DRAFT:
		/* What was typed meanwhile stays. */
		if (n->area.len == 0)
			fv_area_put(&n->area, fv_draft_text(answer));
		break;
	case TAG_SAVE:
		if (fv_draft_saved(ui, &n->draft, answer))
			save(ui, n);
		break;
	case TAG_NOTE:
		on_note(ui, n, answer);
		break;
	}
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct note *n = state;
	const json_t *phrase;
	size_t i;

	(void)ui;
	if (n->is_typing) {
		fv_page_area(page, ID_AREA, &n->area);
		fv_page_button(page, ID_DONE, FV_KEY_F(2), _("Done"));
		return;
	}
	fv_page_line(page, n->area.len > 0 ? FV_STYLE_STRONG : FV_STYLE_DIM, "%s",
	    n->area.len > 0 ? n->area.text : _("Nothing yet: a number adds its phrase."));
	fv_page_gap(page);
	json_array_foreach(n->phrases, i, phrase)
	{
		if (i >= n->from && i < n->from + PAGE)
			fv_page_row(
			    page, (int)i, FV_STYLE_PLAIN, fv_json_str(phrase, "text"), NULL);
	}
	fv_page_button(page, ID_TYPE, 't', _("Type"));
	if (json_array_size(n->phrases) > PAGE)
		fv_page_button(page, ID_MORE, 'm', _("More phrases"));
	if (n->area.len > 0) {
		fv_page_button(page, ID_RECORD, 'r', _("Record"));
		fv_page_button(page, ID_DROP, 'd', _("Clear"));
	}
}

/* A phrase on a line of its own, at the end. */
static void
add_phrase(struct fv_ui *ui, struct note *n, const char *text)
{
	bool is_added;

	n->area.at = n->area.len;
	is_added =
	    (n->area.len == 0 || fv_area_put(&n->area, "\n")) && fv_area_put(&n->area, text);
	if (!is_added)
		fv_ui_say(ui, FV_STYLE_BAD, "%s", _("the note is full; record it first"));
	fv_ui_select(ui, 0); /* up to the note, which has grown */
	save(ui, n);
}

static void
record(struct fv_ui *ui, struct note *n)
{
	const struct fv_ask ask = {.verb = "note",
	    .words = {n->draft.case_id},
	    .inputs = {text_of(n)},
	    .what = _("sealing it"),
	    .on = on_answer,
	    .tag = TAG_NOTE};

	if (n->is_sending)
		return;
	n->is_sending = true;
	fv_ui_ask(ui, &ask);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct note *n = state;

	if (id < ID_AREA) {
		add_phrase(ui, n, fv_json_str(json_array_get(n->phrases, (size_t)id), "text"));
		return;
	}
	switch ((enum id)id) {
	case ID_TYPE:
		n->is_typing = true;
		n->area.at = n->area.len;
		fv_ui_select(ui, 0);
		break;
	case ID_MORE:
		n->from = n->from + PAGE < json_array_size(n->phrases) ? n->from + PAGE : 0;
		fv_ui_select(ui, 0);
		break;
	case ID_RECORD:
		record(ui, n);
		break;
	case ID_DROP:
		memset(&n->area, 0, sizeof n->area);
		save(ui, n);
		break;
	case ID_AREA:
	case ID_DONE:
		n->is_typing = false;
		fv_ui_select(ui, 0);
		break;
	}
}

/* Esc ends the typing, not the note. */
static bool
key(struct fv_ui *ui, void *state, int k)
{
	struct note *n = state;
	bool is_taken = n->is_typing && k == FV_KEY_ESC;

	if (is_taken) {
		n->is_typing = false;
		fv_ui_select(ui, 0);
	}
	return is_taken;
}

/* Each key that changes the text saves it. */
static void
typed(struct fv_ui *ui, void *state)
{
	struct note *n = state;

	if (n->area.len != n->saved_len)
		save(ui, n);
}

const struct fv_screen fv_screen_note = {.title = N_("Note"),
    .state_bytes = sizeof(struct note),
    .open = open_note,
    .close = close_note,
    .build = build,
    .act = act,
    .key = key,
    .typed = typed};
