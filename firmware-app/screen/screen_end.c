/* The end of a visit: what will be recorded, then what was. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

enum id {
	ID_END,
	ID_HOME,
};

struct end {
	json_t *answer; /* owned; NULL: not ended yet */
	int64_t begun_ms, ended_ms;
	char warnings[240];
};

static void
on_end(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct end *end = state;

	(void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	end->answer = json_deep_copy(answer->json);
	end->ended_ms = fv_now_ms();
	snprintf(end->warnings, sizeof end->warnings, "%s", answer->warnings);
}

static void
close_end(void *state)
{
	struct end *end = state;

	json_decref(end->answer);
}

static void
put_before(const struct fv_view *v, struct fv_page *page)
{
	char timer[FV_WHEN_BYTES], when[FV_WHEN_BYTES];

	if (!v->has_visit) {
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("no visit is open"));
		return;
	}
	fv_page_pair(page, FV_STYLE_STRONG, _("visit"), "%s", v->case_id);
	fv_page_pair(page, FV_STYLE_PLAIN, _("time"), _("%s, since %s"),
	    fv_timer(fv_now_ms() - v->visit_ms, timer), fv_when(v->visit_ms, when));
	if (!v->has_outcome)
		fv_page_box(page, FV_STYLE_ASK,
		    _("NO OUTCOME YET\nIt can be recorded before the end only."));
	fv_page_button(page, ID_END, FV_KEY_ENTER, _("End it now"));
}

/* What was recorded of it, and what is missing. */
static void
put_summary(const json_t *summary, struct fv_page *page)
{
	static const struct {
		const char *word, *text;
	} lacks[] = {{"with", N_("the outcome does not say with whom")},
	    {"detail", N_("what was agreed has no detail: amount and dates")},
	    {"plan-fields", N_("the plan lacks required fields")},
	    {"note", N_("a conversation and no note of it")}};
	const json_t *word;
	size_t at;

	fv_page_pair(
	    page, FV_STYLE_PLAIN, _("notes"), "%d", (int)fv_json_number(summary, "notes"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("asked"), "%d",
	    (int)json_array_size(json_object_get(summary, "requests")));
	json_array_foreach(json_object_get(summary, "missing"), at, word)
	{
		for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
			if (json_is_string(word) &&
			    strcmp(lacks[i].word, json_string_value(word)) == 0)
				fv_page_pair(page, FV_STYLE_ASK, _("missing"), "%s",
				    gettext(lacks[i].text));
		}
	}
}

static void
put_after(const struct end *end, struct fv_page *page)
{
	char timer[FV_WHEN_BYTES];
	bool is_sealed = fv_json_is(end->answer, "sealed");

	fv_page_box(page, FV_STYLE_GOOD, _("THE VISIT HAS ENDED"));
	fv_page_pair(
	    page, FV_STYLE_STRONG, _("visit"), "%s", fv_json_str(end->answer, "case"));
	if (end->begun_ms != 0)
		fv_page_pair(page, FV_STYLE_PLAIN, _("time"), "%s",
		    fv_timer(end->ended_ms - end->begun_ms, timer));
	fv_page_pair(page, FV_STYLE_PLAIN, _("position"), "%s",
	    fv_json_is(end->answer, "fix") ? _("recorded") : _("none; recorded so"));
	fv_page_pair(page, fv_json_is(end->answer, "outcome") ? FV_STYLE_GOOD : FV_STYLE_ASK,
	    _("outcome"), "%s",
	    fv_json_is(end->answer, "outcome") ? _("recorded") : _("none was recorded"));
	fv_page_pair(page, is_sealed ? FV_STYLE_GOOD : FV_STYLE_ASK, _("seal"), "%s",
	    is_sealed ? _("sealed; it goes to the server by itself")
		      : _("not sealed yet; it is tried again"));
	put_summary(json_object_get(end->answer, "summary"), page);
	if (end->warnings[0] != '\0')
		fv_page_line(page, FV_STYLE_ASK, "%s", end->warnings);
	fv_page_button(page, ID_HOME, FV_KEY_ENTER, _("Today's plan"));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct end *end = state;

	if (end->answer == NULL)
		put_before(fv_ui_view(ui), page);
	else
		put_after(end, page);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct end *end = state;
	const struct fv_ask ask = {.verb = "end", .what = _("ending the visit"), .on = on_end};

	if (id == ID_HOME) {
		fv_ui_home(ui);
	} else if (!fv_ui_is_asking(ui)) {
		end->begun_ms = fv_ui_view(ui)->visit_ms;
		fv_ui_ask(ui, &ask);
	}
}

const struct fv_screen fv_screen_end = {.title = N_("End"),
    .state_bytes = sizeof(struct end),
    .flags = FV_SCREEN_LOCKED_TOO | FV_SCREEN_TICKS,
    .close = close_end,
    .build = build,
    .act = act};
