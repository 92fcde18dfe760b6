/* Today's plan in the order of the way; a visit left open stands before everything. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

enum id {
	ID_VISIT = 1000, /* above the rows of the plan */
	ID_ALL,
	ID_SHIFT,
	ID_PAUSE,
	ID_SYNC,
	ID_CREDENTIAL,
	ID_SETTINGS,
	ID_LOCK,
	ID_QUIT,
};

struct home {
	json_t *plan;     /* owned; an array of rows */
	char failed[240]; /* why there is none */
	bool is_all;      /* all cases, not only today's */
	bool is_empty;    /* the day has no plan */
	bool is_shown;    /* since it was unlocked: a visit left open was shown by itself */
};

static const struct fv_confirm end_shift = {.title = N_("End the shift"),
    .question = N_("No position is taken after it. End the shift?"),
    .done = N_("the shift has ended: no position is taken any more"),
    .style = FV_STYLE_ASK,
    .verb = "shift",
    .words = {"end"}};

/* --- asking --- */

enum tag {
	TAG_PLAN,
	TAG_CASES,
	TAG_ELSE,
};

static void ask_for(struct fv_ui *ui, enum tag tag);

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct home *home = state;
	const json_t *rows;

	if (tag == TAG_ELSE) {
		fv_ui_refresh(ui);
		if (answer->has_failed)
			fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		else if (answer->warnings[0] != '\0')
			fv_ui_say(ui, FV_STYLE_ASK, "%s", answer->warnings);
		return;
	}
	home->failed[0] = '\0';
	if (answer->has_failed) {
		snprintf(home->failed, sizeof home->failed, "%s", answer->text);
		return;
	}
	rows = json_is_array(answer->json) ? answer->json
					   : json_object_get(answer->json, "entries");
	if (tag == TAG_PLAN)
		home->is_empty = json_array_size(rows) == 0;
	if (tag == TAG_PLAN && home->is_empty) {
		ask_for(ui, TAG_CASES);
		return;
	}
	json_decref(home->plan);
	home->plan = json_deep_copy(rows);
}

static void
ask_for(struct fv_ui *ui, enum tag tag)
{
	struct fv_ask ask = {.verb = tag == TAG_PLAN ? "plan" : "case",
	    .words = {"list"},
	    .what = _("making today's plan"),
	    .on = on_answer,
	    .tag = (int)tag};

	if (tag == TAG_PLAN) {
		ask.words[0] = "--place";
		ask.words[1] = "home";
		ask.words[2] = *fv_partner() != '\0' ? "--with" : NULL;
		ask.words[3] = fv_partner();
	}
	fv_ui_ask(ui, &ask);
}

static void
again(struct fv_ui *ui, void *state)
{
	struct home *home = state;
	const struct fv_view *v = fv_ui_view(ui);

	if (!v->is_known || v->is_locked) {
		json_decref(home->plan);
		home->plan = NULL;
		home->is_shown = false;
		return;
	}
	ask_for(ui, home->is_all ? TAG_CASES : TAG_PLAN);
	if (v->has_visit && !home->is_shown)
		fv_ui_push(ui, &fv_screen_visit, NULL);
	home->is_shown = true;
}

static void
close_home(void *state)
{
	struct home *home = state;

	json_decref(home->plan);
}

/* --- the page --- */

/* "0.4 km"; "" where it is not known. */
static const char *
distance(const json_t *row, char out[32])
{
	const json_t *m = json_object_get(row, "distance_m");

	out[0] = '\0';
	if (json_is_integer(m) && json_integer_value(m) < 1000)
		snprintf(out, 32, _("%d m"), (int)json_integer_value(m));
	else if (json_is_integer(m))
		snprintf(out, 32, _("%.1f km"), (double)json_integer_value(m) / 1000);
	return out;
}

static void
put_verdict(struct fv_page *page, const json_t *row)
{
	const char *verdict = fv_json_str(row, "verdict");
	int64_t next = fv_json_ms(row, "next");
	char when[FV_WHEN_BYTES];

	if (fv_json_is(row, "visited"))
		fv_page_more(page, FV_STYLE_DIM, "%s", _("visited today"));
	else if (strcmp(verdict, "pass") == 0)
		fv_page_more(page, FV_STYLE_GOOD, "%s", _("no rule forbids it"));
	else if (strcmp(verdict, "fail") == 0 && next != 0)
		fv_page_more(page, FV_STYLE_BAD, _("not now; from %s"), fv_when(next, when));
	else if (strcmp(verdict, "fail") == 0)
		fv_page_more(page, FV_STYLE_BAD, "%s", _("not now"));
	else if (*verdict != '\0')
		fv_page_more(page, FV_STYLE_ASK, "%s", _("a person must decide"));
}

static void
put_followup(struct fv_page *page, const json_t *row)
{
	const json_t *followup = json_object_get(row, "followup");
	const char *kind = fv_json_str(followup, "kind");

	if (*kind != '\0')
		fv_page_more(page, FV_STYLE_STRONG, "%s %s",
		    strcmp(kind, "promise") == 0 ? _("promised for") : kind,
		    fv_json_str(followup, "due"));
}

static void
put_holds(struct fv_page *page, const json_t *row)
{
	const json_t *hold;
	char line[200] = "";
	size_t i, len = 0;

	json_array_foreach(json_object_get(row, "holds"), i, hold)
	{
		const char *word =
		    json_is_string(hold) ? json_string_value(hold) : fv_json_str(hold, "kind");

		if (len < sizeof line)
			len += (size_t)snprintf(
			    line + len, sizeof line - len, "%s%s", len > 0 ? ", " : "", word);
	}
	if (len > 0)
		fv_page_more(page, FV_STYLE_BAD, _("HOLD: %s"), line);
}

static void
put_rows(struct fv_ui *ui, const struct home *home, struct fv_page *page)
{
	char far[32];
	const json_t *row;
	size_t i;

	json_array_foreach(home->plan, i, row)
	{
		const char *name = fv_ui_is_hiding(ui) ? "" : fv_json_str(row, "name");

		fv_page_row(page, (int)i, FV_STYLE_STRONG,
		    *name != '\0' ? name : fv_json_str(row, "case"), distance(row, far));
		put_holds(page, row);
		put_verdict(page, row);
		put_followup(page, row);
	}
}

static void
put_visit(const struct fv_view *v, struct fv_page *page)
{
	char text[64], when[FV_WHEN_BYTES];

	if (!v->has_visit)
		return;
	snprintf(text, sizeof text, "%s %s", _("VISIT OPEN"), v->case_id);
	fv_page_row(page, ID_VISIT, FV_STYLE_BAD, text, NULL);
	fv_page_more(page, FV_STYLE_BAD, _("since %s%s"), fv_when(v->visit_ms, when),
	    v->is_carried ? _(" (open again after a restart)") : "");
	fv_page_more(page, FV_STYLE_PLAIN, "%s", _("Enter shows it"));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct home *home = state;
	const struct fv_view *v = fv_ui_view(ui);
	char when[FV_WHEN_BYTES];

	fv_view_put_revoked(v, page);
	put_visit(v, page);
	if (!v->has_shift && v->is_known)
		fv_page_line(page, FV_STYLE_ASK, "%s", _("off shift: no position is taken"));
	else if (v->is_paused)
		fv_page_line(page, FV_STYLE_ASK, "%s", _("pause: no position is taken"));
	else if (v->is_recording)
		fv_page_line(
		    page, FV_STYLE_PLAIN, _("recording since %s"), fv_when(v->shift_ms, when));
	else if (v->is_known)
		fv_page_line(page, FV_STYLE_PLAIN, "%s",
		    _("on shift: only where visits begin and end is recorded"));
	if (home->failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", home->failed);
	if (home->is_all)
		fv_page_line(page, FV_STYLE_STRONG, "%s", _("all cases:"));
	else if (home->is_empty)
		fv_page_line(page, FV_STYLE_STRONG, "%s", _("nothing is planned; all cases:"));
	put_rows(ui, home, page);
	if (home->plan != NULL && json_array_size(home->plan) == 0)
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("no case yet; y asks the server"));
	fv_page_button(page, ID_SHIFT, 'b', v->has_shift ? _("End shift") : _("Begin shift"));
	if (v->has_shift)
		fv_page_button(page, ID_PAUSE, 'p', v->is_paused ? _("Go on") : _("Pause"));
	if (!home->is_empty)
		fv_page_button(page, ID_ALL, 'a', home->is_all ? _("Plan") : _("All cases"));
	fv_page_button(page, ID_SYNC, 'y', _("Sync"));
	fv_page_button(page, ID_CREDENTIAL, 'c', _("Credential"));
	fv_page_button(page, ID_SETTINGS, 's', _("Settings"));
	fv_page_button(page, ID_LOCK, 'l', _("Lock"));
	fv_page_button(page, ID_QUIT, 'x', _("Close"));
}

static void
do_shift(struct fv_ui *ui, const char *word, const char *what)
{
	const struct fv_ask ask = {
	    .verb = "shift", .words = {word}, .what = what, .on = on_answer, .tag = TAG_ELSE};

	if (!fv_ui_is_asking(ui))
		fv_ui_ask(ui, &ask);
}

static void
do_lock(struct fv_ui *ui)
{
	const struct fv_ask ask = {
	    .verb = "lock", .what = _("locking"), .on = on_answer, .tag = TAG_ELSE};

	fv_ui_ask(ui, &ask);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct home *home = state;
	const struct fv_view *v = fv_ui_view(ui);

	if (id < ID_VISIT) {
		fv_ui_push(ui, &fv_screen_case, json_array_get(home->plan, (size_t)id));
		return;
	}
	switch ((enum id)id) {
	case ID_VISIT:
		fv_ui_push(ui, &fv_screen_visit, NULL);
		break;
	case ID_ALL:
		home->is_all = !home->is_all;
		ask_for(ui, home->is_all ? TAG_CASES : TAG_PLAN);
		break;
	case ID_SHIFT:
		if (v->has_shift)
			fv_ui_push(ui, &fv_screen_confirm, &end_shift);
		else if (json_is_null(json_object_get(v->json, "tracks")))
			fv_ui_push(ui, &fv_screen_consent, NULL);
		else
			do_shift(ui, "begin", _("beginning the shift"));
		break;
	case ID_PAUSE:
		do_shift(ui, v->is_paused ? "resume" : "pause", _("pausing"));
		break;
	case ID_SYNC:
		fv_ui_push(ui, &fv_screen_sync, NULL);
		break;
	case ID_CREDENTIAL:
		fv_ui_push(ui, &fv_screen_credential, NULL);
		break;
	case ID_SETTINGS:
		fv_ui_push(ui, &fv_screen_settings, NULL);
		break;
	case ID_LOCK:
		do_lock(ui);
		break;
	case ID_QUIT:
		fv_ui_quit(ui);
		break;
	}
}

const struct fv_screen fv_screen_home = {.title = N_("Today"),
    .state_bytes = sizeof(struct home),
    .flags = FV_SCREEN_ROOT,
    .again = again,
    .close = close_home,
    .build = build,
    .act = act};
