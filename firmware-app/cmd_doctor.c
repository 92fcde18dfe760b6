#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware-app/app.h"
#include "firmware-app/doctor.h"
#include "firmware-app/frame.h"
#include "firmware-app/pin.h"
#include "firmware-app/slots.h"
#include "firmware-app/version.h"

void
fv_doctor_say(struct fv_doctor *d, const char *what, enum fv_health health, const char *repair,
    const char *fmt, ...)
{
	static const char *const words[] = {"ok", "attention", "broken"};
	static const char *const marks[] = {N_("ok       "), N_("attention"), N_("broken   ")};
	struct fv_json *json = &d->reply->json;
	char says[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(says, sizeof says, fmt, args);
	va_end(args);
	if (health != FV_HEALTH_OK)
		d->is_ill = true;
	fv_reply_line(d->reply, "%s  %-8s  %s%s%s", _(marks[health]), _(what), says,
	    repair != NULL ? _("; ") : "", repair != NULL ? repair : "");
	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "check", what);
	fv_json_text_z(json, "state", words[health]);
	fv_json_text_z(json, "says", says);
	if (repair != NULL)
		fv_json_text_z(json, "repair", repair);
	else
		fv_json_null(json, "repair");
	fv_json_end_object(json);
}

/* The JSON answer of a verb that takes at most one word; an object with "error" when it
 * fails.  Owned: the result.  NULL: no answer. */
static json_t *
ask(const struct fv_doctor *d, const char *verb, const char *word)
{
	struct fv_call call = {.verb = fv_verb_find(verb),
	    .dir = d->call->dir,
	    .want_json = true,
	    .language = d->call->language};
	struct fv_reply reply;
	json_t *answer = NULL;

	fv_reply_init(&reply, true);
	if (word != NULL)
		call.words[call.word_count++] = word;
	if (fv_call_parse(&call, &reply))
		(void)fv_call_run(&call, &reply);
	if (reply.out.len > 0)
		answer = json_loadb((const char *)reply.out.ptr, reply.out.len, 0, NULL);
	fv_call_clear(&call);
	fv_reply_clear(&reply);
	return answer;
}

const char *
fv_doctor_failure(const json_t *answer, const char **id_out)
{
	const json_t *error = json_object_get(answer, "error");

	*id_out = json_string_value(json_object_get(error, "id"));
	return json_string_value(json_object_get(error, "text"));
}

static bool
has_file(const struct fv_doctor *d, const char *folder, const char *name)
{
	struct fv_buf path = {0};
	bool is_there;

	fv_buf_putf(&path, "%s/%s/%s", d->call->dir, folder, name);
	is_there = fv_buf_z(&path) != NULL && access(fv_buf_z(&path), R_OK) == 0;
	fv_buf_clear(&path);
	return is_there;
}

/* Who can read what is written here, and with what it is sealed. */
static void
look_at_readers(struct fv_doctor *d)
{
	json_t *answer = ask(d, "keys", "check");
	const char *id, *text = fv_doctor_failure(answer, &id);

	if (answer == NULL || text != NULL)
		fv_doctor_say(d, N_("keys"), FV_HEALTH_BROKEN, "fieldvisit sync", "%s",
		    text != NULL ? text : _("the roster cannot be read"));
	else if (!has_file(d, FV_SLOTS_FOLDER, FV_SLOTS_FILE))
		fv_doctor_say(d, N_("keys"), FV_HEALTH_BROKEN,
		    _("keep the folder as it is, tell the desk, and enrol into a new folder"),
		    "%s", _("the seal key is gone: nothing more can be recorded"));
	else if (!has_file(d, FV_PIN_FOLDER, FV_PIN_FILE))
		fv_doctor_say(d, N_("keys"), FV_HEALTH_ATTENTION,
		    _("ask the desk for a new ticket when case cards are needed"), "%s",
		    _("no PIN opens case cards: wiped, or handed back"));
	else
		fv_doctor_say(d, N_("keys"), FV_HEALTH_OK, NULL,
		    _("roster %lld, notes open for %zu keys, seal key and PIN are there"),
		    (long long)json_integer_value(json_object_get(answer, "roster")),
		    json_array_size(json_object_get(answer, "readers")));
	json_decref(answer);
}

static void
look_at_keys(struct fv_doctor *d)
{
	const char *id, *text = fv_doctor_failure(d->status, &id);

	if (d->status == NULL || (id != NULL && strcmp(id, "not-enrolled") == 0))
		fv_doctor_say(d, N_("keys"), FV_HEALTH_BROKEN, "fieldvisit enroll TICKET",
		    "%s", _("this handheld is not enrolled"));
	else if (text != NULL)
		fv_doctor_say(d, N_("keys"), FV_HEALTH_BROKEN, NULL, "%s", text);
	else
		look_at_readers(d);
}

static void
look_at_agent(struct fv_doctor *d)
{
	const char *version = json_string_value(json_object_get(d->status, "version"));
	int fd = fv_client_connect(d->call->dir);

	if (fd < 0) {
		fv_doctor_say(d, N_("agent"), FV_HEALTH_ATTENTION,
		    "systemctl --user enable --now fieldvisit-agent", "%s",
		    _("none runs: no position is taken, and nothing is sent by itself"));
		return;
	}
	close(fd);
	if (version == NULL || strcmp(version, FV_VERSION) != 0)
		fv_doctor_say(d, N_("agent"), FV_HEALTH_ATTENTION,
		    "systemctl --user restart fieldvisit-agent",
		    _("runs version %.20s, and this is %s"), version != NULL ? version : "?",
		    FV_VERSION);
	else
		fv_doctor_say(
		    d, N_("agent"), FV_HEALTH_OK, NULL, _("runs version %s"), version);
}

int
fv_cmd_doctor(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_doctor d = {.call = call, .reply = reply};

	(void)app;
	/* Looking makes no folder. */
	if (access(call->dir, F_OK) == 0)
		d.status = ask(&d, "status", NULL);
	if (json_is_true(json_object_get(d.status, "practice")))
		fv_reply_practice(reply);
	fv_json_begin_array(&reply->json, NULL);
	if (!reply->is_practice) /* its walk is no receiver of this machine */
		fv_doctor_gps(&d);
	if (reply->exit != FV_EXIT_OK)
		goto cleanup;
	fv_doctor_host(&d);
	look_at_keys(&d);
	look_at_agent(&d);
	fv_json_end_array(&reply->json);
	reply->exit = d.is_ill ? FV_EXIT_NO : FV_EXIT_OK;
cleanup:
	json_decref(d.status);
	return reply->exit;
}
