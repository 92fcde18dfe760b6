/* settings: the values in force, and where each comes from. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/settings_kept.h"
#include "firmware-app/verb.h"

#define N_(s) s

/* Who says it: nobody, then by enum fv_settings_scope. */
static const char *const words[] = {
    N_("(default)"), N_("(installation)"), N_("(agency)"), N_("(device)")};

static void
put_word(struct fv_json *json, const char *key, const char *word)
{
	fv_json_text(json, key, fv_span_of(word + 1, strlen(word) - 2));
}

/* One line a signed text.  Owned: *out, NULL: none of that scope. */
static enum fv_err
tell_text(struct fv_app *app, unsigned scope, struct fv_settings **out, struct fv_reply *reply)
{
	struct fv_settings *s = malloc(sizeof *s);
	struct fv_json *json = &reply->json;
	enum fv_err rc = s != NULL ? fv_settings_get(app->store, scope, s) : FV_ENOMEM;

	if (rc != FV_OK) {
		free(s);
		return rc == FV_ENOENT ? FV_OK : rc;
	}
	*out = s;
	fv_reply_line(reply, _("settings of %s %s, version %" PRIu64 ", signed by %s"),
	    s->agency, gettext(words[scope + 1]), s->version, s->signer);
	fv_json_begin_object(json, NULL);
	put_word(json, "scope", words[scope + 1]);
	fv_json_uint(json, "version", s->version);
	fv_json_text_z(json, "signer", s->signer);
	fv_json_end_object(json);
	return FV_OK;
}

static void
tell_row(const struct fv_settings *all, enum fv_setting setting,
    struct fv_settings *const *texts, struct fv_reply *reply)
{
	const char *value = fv_settings_text(all, setting), *from = words[0];
	char name[FV_SETTING_NAME_MAX + 1];
	struct fv_json *json = &reply->json;
	bool is_set = false;

	for (unsigned i = FV_SETTINGS_SCOPES; i-- > 0 && !is_set;)
		if (texts[i] != NULL && texts[i]->is_set[setting]) {
			from = words[i + 1];
			is_set = true;
		}
	fv_setting_name(setting, name);
	if (is_set || setting < FV_SETTING_PHRASES) /* 'phrases' lists those that ship */
		fv_reply_line(reply, "%-18s %s%s%s", name, value, value[0] != '\0' ? "  " : "",
		    gettext(from));
	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "name", name);
	if (fv_setting_is_number(setting))
		fv_json_uint(json, "value", fv_settings_uint(all, setting));
	else
		fv_json_text_z(json, "value", value);
	put_word(json, "from", from);
	fv_json_end_object(json);
}

/* What is in force, as a whole. */
static void
tell_head(const struct fv_settings *all, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	const size_t passed_over = all != NULL ? all->unknown_count + all->unfit_count : 0;

	if (all == NULL) {
		fv_reply_line(
		    reply, "%s", _("no signed settings have come: all are defaults"));
		fv_json_null(json, "version");
		fv_json_null(json, "signer");
	} else {
		fv_json_uint(json, "version", all->version);
		fv_json_text_z(json, "signer", all->signer);
	}
	fv_json_uint(json, "passed_over", passed_over);
	if (passed_over > 0)
		fv_reply_line(reply, _("%zu of them are for a newer program and passed over"),
		    passed_over);
}

int
fv_cmd_settings(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_settings *texts[FV_SETTINGS_SCOPES] = {0};
	enum fv_err rc = FV_OK;

	(void)call;
	fv_json_begin_object(&reply->json, NULL);
	fv_json_begin_array(&reply->json, "texts");
	for (unsigned i = 0; rc == FV_OK && i < FV_SETTINGS_SCOPES; i++)
		rc = tell_text(app, i, &texts[i], reply);
	fv_json_end_array(&reply->json);
	tell_head(app->settings, reply);
	fv_json_begin_array(&reply->json, "settings");
	for (unsigned i = 0; i < FV_SETTING_COUNT; i++)
		tell_row(app->settings, i, texts, reply);
	fv_json_end_array(&reply->json);
	fv_json_end_object(&reply->json);
	for (unsigned i = 0; i < FV_SETTINGS_SCOPES; i++)
		free(texts[i]);
	return rc == FV_OK ? FV_EXIT_OK : fv_reply_fail_err(reply, FV_STORE_FILE, rc);
}
