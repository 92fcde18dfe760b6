/* A call or message that was made: what it was, then what came of it. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

struct contact {
	char case_id[32];
	const char *channel; /* NULL: not chosen yet */
};

struct choice {
	const char *word, *with, *text; /* `with` may be NULL */
};

static const struct choice channels[] = {{"call", NULL, N_("Call")},
    {"sms", NULL, N_("Text message")}, {"message", NULL, N_("Chat message")},
    {"email", NULL, N_("E-mail")}, {"letter", NULL, N_("Letter")}};
static const struct choice outcomes[] = {
    {"conversation", "debtor", N_("Spoke with the debtor")},
    {"conversation", "third_party", N_("Spoke with somebody else")},
    {"left_message", NULL, N_("Left a message")}, {"no_answer", NULL, N_("No answer")},
    {"not_connected", NULL, N_("Not connected")}, {"refused", NULL, N_("Refused to talk")}};

static void
open_contact(struct fv_ui *ui, void *state, const void *arg)
{
	struct contact *c = state;

	(void)ui;
	snprintf(c->case_id, sizeof c->case_id, "%s", (const char *)arg);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct contact *c = state;
	const struct choice *list = c->channel == NULL ? channels : outcomes;
	size_t count = c->channel == NULL ? sizeof channels / sizeof channels[0]
					  : sizeof outcomes / sizeof outcomes[0];

	(void)ui;
	fv_page_line(page, FV_STYLE_PLAIN, "%s",
	    c->channel == NULL ? _("What was made? It counts from now.")
			       : _("What came of it?"));
	for (size_t i = 0; i < count; i++)
		fv_page_row(page, (int)i, FV_STYLE_PLAIN, gettext(list[i].text), NULL);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_pop(ui);
	fv_ui_say(ui, FV_STYLE_GOOD, "%s", _("recorded"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct contact *c = state;
	struct fv_ask ask = {.verb = "contact", .what = _("recording"), .on = on_answer};

	if (c->channel == NULL) {
		c->channel = channels[id].word;
		fv_ui_select(ui, 0);
		return;
	}
	if (fv_ui_is_asking(ui))
		return;
	ask.words[0] = c->case_id;
	ask.words[1] = c->channel;
	ask.words[2] = "--outcome";
	ask.words[3] = outcomes[id].word;
	if (outcomes[id].with != NULL) {
		ask.words[4] = "--with";
		ask.words[5] = outcomes[id].with;
	}
	fv_ui_ask(ui, &ask);
}

const struct fv_screen fv_screen_contact = {.title = N_("Contact"),
    .state_bytes = sizeof(struct contact),
    .open = open_contact,
    .build = build,
    .act = act};
