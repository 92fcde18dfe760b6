/* What the handheld is doing: asked of the agent as status, drawn as the bar at the top. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/profile.h"
#include "firmware-app/reply.h"
#include "firmware-app/screen/ui.h"
#include "firmware-app/words.h"

#define ASK_AT_WORK_MS 2000 /* while keys are pressed */
#define ASK_AT_REST_MS 15000
#define AT_WORK_MS 30000 /* after a key */
#define NOT_LEFT 2       /* the record of a sync and its seal go with the next one */
#define STALE_MS 6000    /* a status that comes no sooner counts as none */

const struct fv_view *
fv_ui_view(const struct fv_ui *ui)
{
	return &ui->view;
}

bool
fv_ui_is_hiding(const struct fv_ui *ui)
{
	return ui->view.has_visit && !ui->view.is_identified;
}

bool
fv_ui_is_chinese(void)
{
	return strncmp(fv_words_language(), "zh", 2) == 0;
}

void
fv_ui_speak(struct fv_ui *ui, bool is_chinese)
{
	if (is_chinese && fv_term_is_poor())
		fv_ui_say(
		    ui, FV_STYLE_ASK, "This terminal cannot draw Chinese: English is used.");
	else
		fv_words_choose(fv_span_z(is_chinese ? "zh_CN" : "en"));
	ui->is_dirty = true;
}

/* The officer's choice stays among the languages that are set. */
static void
follow_languages(struct fv_ui *ui)
{
	const char *allowed =
	    fv_json_str(json_object_get(ui->status, "settings"), "languages");
	const bool is_chinese = fv_ui_is_chinese();

	if (is_chinese ? strcmp(allowed, "en") == 0
		       : strcmp(allowed, "zh") == 0 && !fv_term_is_poor())
		fv_ui_speak(ui, !is_chinese);
}

void
fv_ui_quit(struct fv_ui *ui)
{
	ui->is_over = true;
}

void
fv_ui_refresh(struct fv_ui *ui)
{
	ui->status_at_ms = fv_mono_ms();
}

/* --- reading the answers --- */

static void
read_status(struct fv_ui *ui)
{
	const json_t *visit = json_object_get(ui->status, "visit");
	const json_t *shift = json_object_get(ui->status, "shift");
	struct fv_view *v = &ui->view;

	*v = (struct fv_view){.is_known = true, .json = ui->status};
	v->is_locked = fv_json_is(ui->status, "locked");
	v->has_visit = json_is_object(visit);
	snprintf(v->visit, sizeof v->visit, "%s", fv_json_str(visit, "id"));
	snprintf(v->case_id, sizeof v->case_id, "%s", fv_json_str(visit, "case"));
	v->visit_ms = fv_json_ms(visit, "since");
	v->is_carried = fv_json_is(visit, "carried_over");
	v->has_outcome = fv_json_is(visit, "outcome");
	v->has_shift = json_is_object(shift);
	v->shift_ms = fv_json_ms(shift, "since");
	v->is_paused = fv_json_is(shift, "paused") ||
	    strcmp(fv_json_str(json_object_get(ui->status, "power"), "state"), "paused") == 0;
	v->is_recording = v->has_shift && !v->is_paused &&
	    !json_is_false(json_object_get(ui->status, "recording"));
	v->is_identified = v->has_visit &&
	    fv_json_is(json_object_get(ui->status, "checklist"), "identity_confirmed");
}

void
fv_view_put_revoked(const struct fv_view *view, struct fv_page *page)
{
	const char *text = fv_json_str(view->json, "revoked");

	if (*text != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", text);
}

void
fv_ui_begun(struct fv_ui *ui, const json_t *answer)
{
	struct fv_view *v = &ui->view;

	v->has_visit = true;
	v->has_outcome = v->is_identified = v->is_carried = false;
	v->visit_ms = fv_now_ms();
	snprintf(v->visit, sizeof v->visit, "%s", fv_json_str(answer, "visit"));
	snprintf(v->case_id, sizeof v->case_id, "%s", fv_json_str(answer, "case"));
	fv_ui_refresh(ui);
}

/* Lock, unlock: what may be seen changes. */
static void
follow_lock(struct fv_ui *ui, bool was_locked)
{
	const struct fv_frame *top = &ui->frames[ui->depth - 1];

	if (ui->view.is_locked && !was_locked) {
		/* What a screen knew of a case goes with the key. */
		if ((top->screen->flags & FV_SCREEN_LOCKED_TOO) == 0) {
			fv_ui_home(ui);
			fv_ui_push(ui, &fv_screen_lock, NULL);
		}
	} else if (!ui->view.is_locked && was_locked && top->screen == &fv_screen_lock) {
		fv_ui_pop(ui);
	}
}

static void
on_trail(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	(void)state, (void)tag;
	if (answer->has_failed)
		return;
	json_decref(ui->trail);
	ui->trail = json_deep_copy(answer->json);
}

/* In practice the guide goes by what has been recorded. */
static void
follow_practice(struct fv_ui *ui)
{
	const struct fv_ask ask = {
	    .verb = "trail", .words = {"--count", "200"}, .on = on_trail, .wait_ms = STALE_MS};

	ui->is_practice |= fv_json_is(ui->status, "practice");
	if (ui->is_practice)
		(void)fv_calls_begin(ui, &ask, 0);
}

static void
on_status(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	bool was_locked = ui->view.is_known && ui->view.is_locked;
	bool was_known = ui->view.is_known;

	(void)state, (void)tag;
	ui->has_status_call = false;
	if (answer->has_failed) {
		ui->view.is_stale = true;
		if (!was_known || strcmp(answer->id, "timeout") != 0)
			fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	json_decref(ui->status);
	ui->status = json_deep_copy(answer->json);
	read_status(ui);
	follow_languages(ui);
	follow_practice(ui);
	follow_lock(ui, was_locked);
	if (!was_known && !ui->view.is_locked)
		fv_ui_home(ui); /* it has nothing yet */
}

void
fv_view_tick(struct fv_ui *ui)
{
	const struct fv_ask ask = {.verb = "status", .on = on_status, .wait_ms = STALE_MS};
	int64_t now = fv_mono_ms();

	if (ui->has_status_call || now < ui->status_at_ms)
		return;
	ui->has_status_call = fv_calls_begin(ui, &ask, 0);
	ui->status_at_ms = now +
	    (now - ui->key_at_ms < AT_WORK_MS && !ui->is_blank ? ASK_AT_WORK_MS
							       : ASK_AT_REST_MS);
}

/* --- the bar --- */

const char *
fv_view_mark(const struct fv_ui *ui)
{
	if (!ui->is_practice)
		return "";
	return fv_term_is_poor() ? "PRACTICE" : FV_REPLY_PRACTICE;
}

/* What is recorded, what is sent (in practice: that it is practice), and the battery: in
 * words, so that no colour is needed. */
static void
put_state(const struct fv_ui *ui, char out[96])
{
	const struct fv_view *v = &ui->view;
	const json_t *sync = json_object_get(v->json, "sync");
	const json_t *battery = json_object_get(json_object_get(v->json, "power"), "battery");
	const char *recording = _("● REC");
	int64_t left =
	    fv_json_number(v->json, "recorded") - fv_json_number(v->json, "receipted");
	char power[16] = "", sent[48];

	if (!v->has_shift)
		recording = _("off");
	else if (v->is_paused)
		recording = _("pause");
	else if (!v->is_recording)
		recording = _("points");
	if (ui->is_practice)
		snprintf(sent, sizeof sent, "%s", fv_view_mark(ui));
	else if (left <= NOT_LEFT)
		snprintf(sent, sizeof sent, "%s", _("all sent"));
	else if (strcmp(fv_json_str(sync, "reason"), "none") == 0)
		snprintf(sent, sizeof sent, _("%d to send"), (int)left);
	else
		snprintf(sent, sizeof sent, _("%d NOT sent"), (int)left);
	if (json_is_integer(battery))
		snprintf(power, sizeof power, " %d%%", (int)json_integer_value(battery));
	snprintf(out, 96, "%s %s%s", recording, sent, power);
}

void
fv_view_draw_bar(struct fv_ui *ui, const char *title)
{
	const char *profile = fv_profile_name(ui->dir), *mark = fv_view_mark(ui);
	const char *gap = *mark != '\0' ? " " : "";
	char state[96], named[96];
	int columns;

	if (!ui->view.is_known)
		snprintf(state, sizeof state, "%s%s%s", mark, gap, _("asking the agent"));
	else if (ui->view.is_stale)
		snprintf(state, sizeof state, "%s%s%s", mark, gap, _("agent does not answer"));
	else
		put_state(ui, state);
	if (*profile != '\0') {
		snprintf(named, sizeof named, "@%s %s", profile, title);
		title = named;
	}
	columns = fv_text_columns(state);
	fv_term_fill(0, 0, ui->columns, FV_STYLE_BAR, "");
	fv_term_put(0, 1, ui->columns - columns - 3, FV_STYLE_BAR, title);
	fv_term_put(0, ui->columns - columns - 1, columns, FV_STYLE_BAR, state);
}
