/* What is done and said at the door: its number says yes, once more says no. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

enum tag {
	TAG_LIST,
	TAG_ANSWER,
};

struct checklist {
	json_t *list;     /* owned; NULL: not yet */
	char failed[240]; /* why there is none */
};

static void on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

static void
ask_list(struct fv_ui *ui)
{
	const struct fv_ask ask = {.verb = "checklist",
	    .what = _("reading the list"),
	    .on = on_answer,
	    .tag = TAG_LIST};

	fv_ui_ask(ui, &ask);
}

static void
open_list(struct fv_ui *ui, void *state, const void *arg)
{
	(void)state, (void)arg;
	ask_list(ui);
}

static void
close_list(void *state)
{
	struct checklist *c = state;

	json_decref(c->list);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct checklist *c = state;

	if (tag == TAG_ANSWER) {
		fv_ui_refresh(ui);
		if (answer->has_failed)
			fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		else if (fv_json_str(answer->json, "next")[0] != '\0')
			fv_ui_say(ui, FV_STYLE_ASK, "%s", fv_json_str(answer->json, "next"));
		ask_list(ui);
		return;
	}
	snprintf(c->failed, sizeof c->failed, "%s", answer->has_failed ? answer->text : "");
	json_decref(c->list);
	c->list = answer->has_failed ? NULL : json_deep_copy(answer->json);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct checklist *c = state;
	const json_t *item, *items = json_object_get(c->list, "items");
	size_t i;

	(void)ui;
	if (c->failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", c->failed);
	if (c->list != NULL && json_array_size(items) == 0)
		fv_page_line(
		    page, FV_STYLE_PLAIN, "%s", _("no rule of this case asks for one"));
	json_array_foreach(items, i, item)
	{
		const json_t *answer = json_object_get(item, "answer");
		const char *word = json_is_true(answer) ? _("yes")
		    : json_is_false(answer)             ? _("no")
		    : json_is_string(answer)            ? "..."
							: "-";
		enum fv_style style = json_is_true(answer) ? FV_STYLE_GOOD
		    : json_is_false(answer)                ? FV_STYLE_BAD
							   : FV_STYLE_PLAIN;

		fv_page_row(page, (int)i, style, fv_json_str(item, "text"), word);
	}
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct checklist *c = state;
	json_t *item = json_array_get(json_object_get(c->list, "items"), (size_t)id);
	const json_t *answer = json_object_get(item, "answer");
	const struct fv_ask ask = {.verb = "checklist",
	    .words = {fv_json_str(item, "id"), fv_json_is(item, "answer") ? "no" : "yes"},
	    .what = _("recording it"),
	    .on = on_answer,
	    .tag = TAG_ANSWER};

	/* "..." until it is recorded; the other items need not wait for that. */
	if (json_is_string(answer))
		return;
	fv_ui_ask(ui, &ask);
	json_object_set_new(item, "answer", json_string("..."));
}

const struct fv_screen fv_screen_checklist = {.title = N_("Checklist"),
    .state_bytes = sizeof(struct checklist),
    .open = open_list,
    .close = close_list,
    .build = build,
    .act = act};
