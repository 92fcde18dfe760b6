/* Who and what this handheld is, and what its receiver does. */
#include <string.h>

#include "firmware-app/screen/screen.h"
#include "firmware-app/version.h"

enum id {
	ID_LANGUAGE,
};

static void
put_power(const struct fv_view *v, struct fv_page *page)
{
	const json_t *power = json_object_get(v->json, "power"), *alarm;
	const json_t *alarms = json_object_get(v->json, "alarms");
	size_t i;

	fv_page_pair(page, FV_STYLE_PLAIN, _("receiver"), "%s",
	    fv_json_str(json_object_get(v->json, "receiver"), "state"));
	if (power != NULL)
		fv_page_pair(page, FV_STYLE_PLAIN, _("power"), _("%s, a fix every %d s"),
		    fv_json_str(power, "state"), (int)fv_json_number(power, "interval_s"));
	json_array_foreach(alarms, i, alarm) fv_page_pair(page, FV_STYLE_ASK, _("alarm"), "%s",
	    json_is_string(alarm) ? json_string_value(alarm) : fv_json_str(alarm, "text"));
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct fv_view *v = fv_ui_view(ui);

	(void)state;
	fv_page_pair(page, FV_STYLE_PLAIN, _("officer"), "%s, %s",
	    fv_json_str(v->json, "officer"), fv_json_str(v->json, "agency"));
	fv_page_pair(
	    page, FV_STYLE_PLAIN, _("handheld"), "%.16s", fv_json_str(v->json, "dev"));
	fv_page_pair(page, FV_STYLE_PLAIN, _("version"), "%s", FV_VERSION);
	put_power(v, page);
	fv_page_pair(page, FV_STYLE_DIM, _("blanking"), "%s",
	    _("20 s without a key, while a visit is open"));
	fv_page_button(page, ID_LANGUAGE, 'g', "English / 中文");
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	(void)state;
	if (id == ID_LANGUAGE)
		fv_ui_speak(ui, !fv_ui_is_chinese());
}

const struct fv_screen fv_screen_settings = {
    .title = N_("Settings"), .flags = FV_SCREEN_TICKS, .build = build, .act = act};
