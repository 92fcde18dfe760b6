/* settings: the values in force, and where each comes from. */
#include <inttypes.h>

#include "firmware-app/app.h"
#include "firmware-app/verb.h"

static void
tell_row(const struct fv_settings *settings, enum fv_setting setting, struct fv_reply *reply)
{
	const bool is_signed = settings != NULL && settings->is_set[setting];
	const char *value = fv_settings_text(settings, setting);
	char name[FV_SETTING_NAME_MAX + 1];

	fv_setting_name(setting, name);
	if (is_signed || setting < FV_SETTING_PHRASES) /* 'phrases' lists those that ship */
		fv_reply_line(reply, "%-18s %s%s%s", name, value, value[0] != '\0' ? "  " : "",
		    is_signed ? _("(signed)") : _("(default)"));
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "name", name);
	if (fv_setting_is_number(setting))
		fv_json_uint(&reply->json, "value", fv_settings_uint(settings, setting));
	else
		fv_json_text_z(&reply->json, "value", value);
	fv_json_text_z(&reply->json, "from", is_signed ? "signed" : "default");
	fv_json_end_object(&reply->json);
}

static void
tell_head(const struct fv_settings *settings, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;

	if (settings == NULL) {
		fv_reply_line(
		    reply, "%s", _("no signed settings have come: all are defaults"));
		fv_json_null(json, "version");
		fv_json_null(json, "signer");
		return;
	}
	fv_reply_line(reply, _("settings of %s, version %" PRIu64 ", signed by %s"),
	    settings->agency, settings->version, settings->signer);
	fv_json_uint(json, "version", settings->version);
	fv_json_text_z(json, "signer", settings->signer);
	if (settings->unknown_count + settings->unfit_count > 0)
		fv_reply_line(reply, _("%zu of them are for a newer program and passed over"),
		    settings->unknown_count + settings->unfit_count);
}

int
fv_cmd_settings(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const struct fv_settings *settings = app->settings;

	(void)call;
	fv_json_begin_object(&reply->json, NULL);
	tell_head(settings, reply);
	fv_json_uint(&reply->json, "passed_over",
	    settings != NULL ? settings->unknown_count + settings->unfit_count : 0);
	fv_json_begin_array(&reply->json, "settings");
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		tell_row(settings, i, reply);
	fv_json_end_array(&reply->json);
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
