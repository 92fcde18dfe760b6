/* What is shown to others: the borrower's slip, and the officer's credential. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"
#include "firmware-app/screen/ui.h"
#include "firmware-app/words.h"

enum id {
	ID_SHOWN,
	ID_REFUSED,
	ID_WITHHELD,
};

static const char *const words[] = {"shown", "refused", "withheld"};

enum tag {
	TAG_SHOW,
	TAG_RECORD,
};

struct card {
	const char *verb; /* slip or credential */
	json_t *json;     /* owned; NULL: not yet, or there is none */
	char failed[240];
};

static void on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

static void
open_card(struct fv_ui *ui, struct card *c, const char *verb)
{
	const struct fv_ask ask = {
	    .verb = verb, .what = _("making the code"), .on = on_answer, .tag = TAG_SHOW};

	c->verb = verb;
	fv_ui_ask(ui, &ask);
}

static void
open_slip(struct fv_ui *ui, void *state, const void *arg)
{
	(void)arg;
	open_card(ui, state, "slip");
}

static void
open_credential(struct fv_ui *ui, void *state, const void *arg)
{
	(void)arg;
	open_card(ui, state, "credential");
}

static void
close_card(void *state)
{
	struct card *c = state;

	json_decref(c->json);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct card *c = state;

	if (tag == TAG_RECORD) {
		fv_forms_done(ui, answer, _("recorded"));
		return;
	}
	if (answer->has_failed)
		snprintf(c->failed, sizeof c->failed, "%s", answer->text);
	else
		c->json = json_deep_copy(answer->json);
}

static void
put_pair(struct fv_page *page, const json_t *json, const char *label, const char *key)
{
	const char *text = fv_json_str(json, key);

	if (*text != '\0')
		fv_page_pair(page, FV_STYLE_STRONG, label, "%s", text);
}

/* Code, address and the QR square of it. */
static void
put_code(const struct card *c, struct fv_page *page)
{
	const json_t *line;
	size_t i;

	put_pair(page, c->json, _("code"), "code");
	put_pair(page, c->json, _("page"), "url");
	fv_page_gap(page);
	json_array_foreach(json_object_get(c->json, "qr"), i, line)
	    fv_page_art(page, json_string_value(line));
}

/* What the debtor reads, in the language of the slip. */
static void
put_slip(const struct card *c, struct fv_page *page)
{
	const bool is_chinese = strcmp(fv_json_str(c->json, "language"), "zh") == 0;
	char own[FV_WORDS_LANGUAGE_MAX + 1];

	snprintf(own, sizeof own, "%s", fv_words_language());
	if (!is_chinese || !fv_term_is_poor())
		fv_words_choose(fv_span_z(is_chinese ? "zh_CN" : "en"));
	fv_page_line(page, FV_STYLE_STRONG, "%s", fv_json_str(c->json, "name"));
	put_pair(page, c->json, _("phone"), "phone");
	put_pair(page, c->json, _("hotline"), "hotline");
	put_code(c, page);
	fv_words_choose(fv_span_z(own));
}

static void
build_slip(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct card *c = state;

	(void)ui;
	if (c->failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", c->failed);
	if (c->json != NULL) {
		put_slip(c, page);
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("For the debtor alone. Never leave it at the door."));
		fv_page_button(page, ID_SHOWN, 's', _("Shown"));
	}
	fv_page_button(page, ID_REFUSED, 'r', _("They refused it"));
	fv_page_button(page, ID_WITHHELD, 'w', _("Not shown"));
}

static void
act_slip(struct fv_ui *ui, void *state, int id)
{
	const struct fv_ask ask = {.verb = "slip",
	    .words = {words[id]},
	    .what = _("recording it"),
	    .on = on_answer,
	    .tag = TAG_RECORD};

	(void)state;
	if (!fv_ui_is_asking(ui))
		fv_ui_ask(ui, &ask);
}

static void
build_credential(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct card *c = state;
	int64_t until = fv_json_ms(c->json, "valid_until");
	char when[FV_WHEN_BYTES];

	(void)ui;
	if (c->failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", c->failed);
	if (*fv_json_str(c->json, "from") != '\0')
		fv_page_line(page, FV_STYLE_STRONG, "%s", fv_json_str(c->json, "from"));
	put_pair(page, c->json, _("agency"), "agency");
	put_pair(page, c->json, _("badge"), "badge");
	put_pair(page, c->json, _("name"), "name");
	if (until != 0)
		fv_page_pair(
		    page, FV_STYLE_PLAIN, _("good until"), "%s", fv_when(until, when));
	put_code(c, page);
}

const struct fv_screen fv_screen_slip = {.title = N_("Slip"),
    .state_bytes = sizeof(struct card),
    .open = open_slip,
    .close = close_card,
    .build = build_slip,
    .act = act_slip};

const struct fv_screen fv_screen_credential = {.title = N_("Credential"),
    .state_bytes = sizeof(struct card),
    .flags = FV_SCREEN_LOCKED_TOO,
    .open = open_credential,
    .close = close_card,
    .build = build_credential};
