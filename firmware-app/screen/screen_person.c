/* An officer's id, and where it is asked his own PIN. */
#include <string.h>

#include "firmware-app/screen/screen.h"

#define PIN_WAIT_MS 30000 /* keys are derived slowly on purpose */

enum id {
	ID_OFFICER,
	ID_PIN,
	ID_CODE,
};

struct person {
	enum fv_person kind;
	struct fv_field officer, pin, code;
	bool drops; /* it was said which draft goes, and he asks again */
};

static void
open_person(struct fv_ui *ui, void *state, const void *arg)
{
	struct person *p = state;

	(void)ui;
	p->kind = *(const enum fv_person *)arg;
	p->pin.is_secret = true;
	p->code.only = "0123456789";
	if (p->kind != FV_PERSON_LOGIN)
		fv_field_set(&p->officer, fv_partner());
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct person *p = state;

	(void)ui;
	if (p->kind == FV_PERSON_COSIGN)
		fv_page_line(page, FV_STYLE_PLAIN, "%s",
		    _("The second officer types his own PIN here, or the code that his own "
		      "handheld shows for this case."));
	else
		fv_page_line(page, FV_STYLE_PLAIN, "%s",
		    _("Another officer takes this handheld, with his own PIN."));
	fv_page_gap(page);
	fv_page_field(page, ID_OFFICER, _("officer's id"), &p->officer);
	fv_page_field(page, ID_PIN, _("his PIN"), &p->pin);
	if (p->kind == FV_PERSON_COSIGN)
		fv_page_field(page, ID_CODE, _("or code"), &p->code);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct person *p = state;

	(void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		p->drops = strcmp(answer->id, "drafts") == 0;
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_pop(ui);
	fv_ui_say(ui, FV_STYLE_GOOD, "%s", _("recorded"));
}

static void
ask_agent(struct fv_ui *ui, struct person *p)
{
	struct fv_ask ask = {.verb = p->kind == FV_PERSON_LOGIN ? "login" : "cosign",
	    .words = {p->officer.text},
	    .what = _("trying the PIN"),
	    .on = on_answer,
	    .wait_ms = PIN_WAIT_MS};

	if (p->code.len > 0) {
		ask.words[1] = "--code";
		ask.words[2] = p->code.text;
	} else {
		if (p->drops)
			ask.words[1] = "--drop";
		ask.inputs[1] = fv_span_of(p->pin.text, p->pin.len);
	}
	fv_ui_ask(ui, &ask);
	fv_field_set(&p->pin, "");
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct person *p = state;

	(void)id;
	if (p->officer.len == 0 || (p->pin.len == 0 && p->code.len == 0))
		fv_ui_select(ui, p->officer.len == 0 ? 0 : 1);
	else if (!fv_ui_is_asking(ui))
		ask_agent(ui, p);
}

const struct fv_screen fv_screen_person = {.title = N_("Officer"),
    .state_bytes = sizeof(struct person),
    .flags = FV_SCREEN_LOCKED_TOO,
    .open = open_person,
    .build = build,
    .act = act};
