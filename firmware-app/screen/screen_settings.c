/* Who and what this handheld is, and what its receiver does. */
#include <string.h>

#include "firmware-app/screen/screen.h"
#include "firmware-app/version.h"

enum id {
	ID_LANGUAGE,
	ID_LOCK,
	ID_POSITION,
};

static const struct {
	const char *word, *text;
} words[] = {{"none", N_("no agent")}, {"off", N_("off shift")}, {"fix", N_("has a position")},
    {"no-fix", N_("no position yet")}, {"idle", N_("off shift")},
    {"travelling", N_("on the way")}, {"visit", N_("at a visit")},
    {"low-battery", N_("battery low")}, {"paused", N_("pause")}};

/* A word of the status in the language of the screen; itself where it is a new one. */
static const char *
say(const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].word, word) == 0)
			return gettext(words[i].text);
	}
	return word;
}

/* With a low battery a receiver that is off on shift rests; else gpsd is silent. */
static void
put_receiver(const struct fv_view *v, struct fv_page *page)
{
	const char *state = fv_json_str(json_object_get(v->json, "receiver"), "state");
	const char *power = fv_json_str(json_object_get(v->json, "power"), "state");
	enum fv_style style = FV_STYLE_PLAIN;
	const char *text = say(state);

	if (strcmp(state, "off") == 0 && v->has_shift && !v->is_paused) {
		style = FV_STYLE_ASK;
		text = strcmp(power, "low-battery") == 0 ? _("rests between positions")
							 : _("gpsd does not answer");
	}
	fv_page_pair(page, style, _("receiver"), "%s", text);
}

static void
put_power(const struct fv_view *v, struct fv_page *page)
{
	const json_t *power = json_object_get(v->json, "power"), *alarm;
	const json_t *alarms = json_object_get(v->json, "alarms");
	size_t i;

	put_receiver(v, page);
	if (power != NULL)
		fv_page_pair(page, FV_STYLE_PLAIN, _("power"), _("%s, a position every %d s"),
		    say(fv_json_str(power, "state")),
		    (int)fv_json_number(power, "interval_s"));
	json_array_foreach(alarms, i, alarm) fv_page_pair(page, FV_STYLE_ASK, _("alarm"), "%s",
	    json_is_string(alarm) ? json_string_value(alarm) : fv_json_str(alarm, "text"));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct fv_view *v = fv_ui_view(ui);
	const json_t *set = json_object_get(v->json, "settings");
	const json_t *tracks = json_object_get(v->json, "tracks");

	(void)state;
	fv_page_pair(page, FV_STYLE_PLAIN, _("officer"), "%s, %s",
	    fv_json_str(v->json, "officer"), fv_json_str(v->json, "agency"));
	fv_page_pair(
	    page, FV_STYLE_PLAIN, _("handheld"), "%.16s", fv_json_str(v->json, "dev"));
	put_power(v, page);
	if (json_is_boolean(tracks))
		fv_page_pair(page, FV_STYLE_PLAIN, _("your position"), "%s",
		    json_is_true(tracks) ? _("you agreed") : _("you refused"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("blanking"),
	    _("%d s without a key, while a visit is open"),
	    (int)fv_json_number(set, "blank_s"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("locks after"), _("%d min without a command"),
	    (int)(fv_json_number(set, "lock_s") / 60));
	fv_page_pair(page, FV_STYLE_PLAIN, _("version"), "%s", FV_VERSION);
	if (strlen(fv_json_str(set, "languages")) != 2) /* one alone leaves no choice */
		fv_page_button(page, ID_LANGUAGE, 'g', "English / \u4e2d\u6587");
	if (tracks != NULL)
		fv_page_button(page, ID_POSITION, 'p', _("Your position"));
	fv_page_button(page, ID_LOCK, 'l', _("Lock"));
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const struct fv_ask lock = {.verb = "lock", .what = _("locking")};

	(void)state;
	switch ((enum id)id) {
	case ID_LANGUAGE:
		fv_ui_speak(ui, !fv_ui_is_chinese());
		break;
	case ID_POSITION:
		fv_ui_push(ui, &fv_screen_consent, NULL);
		break;
	case ID_LOCK:
		fv_ui_ask(ui, &lock);
		fv_ui_refresh(ui);
		break;
	}
}

const struct fv_screen fv_screen_settings = {
    .title = N_("Settings"), .flags = FV_SCREEN_TICKS, .build = build, .act = act};
