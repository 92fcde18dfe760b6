/* Who comes along: a colleague of the roster, or nobody. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

#define ID_NOBODY 1000

/* For the rest of these screens' life: the two of a day stay together. */
static char partner[FV_PARTNER_BYTES];

struct with {
	json_t *officers; /* owned; NULL: not yet */
};

const char *
fv_partner(void)
{
	return partner;
}

static void
on_officers(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct with *w = state;

	(void)tag;
	if (answer->has_failed)
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
	else
		w->officers = json_deep_copy(json_object_get(answer->json, "officers"));
}

static void
open_with(struct fv_ui *ui, void *state, const void *arg)
{
	const struct fv_ask ask = {
	    .verb = "officers", .what = _("reading the roster"), .on = on_officers};

	(void)state;
	(void)arg;
	fv_ui_ask(ui, &ask);
}

static void
close_with(void *state)
{
	struct with *w = state;

	json_decref(w->officers);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct with *w = state;
	const json_t *officer;
	size_t i;

	(void)ui;
	fv_page_line(page, FV_STYLE_DIM, "%s",
	    _("He counts as declared until he confirms it at the door (cosign)."));
	json_array_foreach(w->officers, i, officer)
	{
		if (!fv_json_is(officer, "in_hand"))
			fv_page_row(page, (int)i, FV_STYLE_PLAIN, fv_json_str(officer, "name"),
			    fv_json_str(officer, "id"));
	}
	fv_page_button(page, ID_NOBODY, '0', _("Nobody"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const struct with *w = state;
	const json_t *officer =
	    id == ID_NOBODY ? NULL : json_array_get(w->officers, (size_t)id);

	snprintf(partner, sizeof partner, "%s", fv_json_str(officer, "id"));
	fv_ui_pop(ui);
}

const struct fv_screen fv_screen_with = {.title = N_("Who comes along?"),
    .state_bytes = sizeof(struct with),
    .open = open_with,
    .close = close_with,
    .build = build,
    .act = act};
