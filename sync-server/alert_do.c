/* Handlers of alerts: who has seen one, and whose turn it is to be told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/handlers.h"
#include "sync-server/verb.h"

#define DEGREES 10000000

/* -- ack -------------------------------------------------------------------------------- */

/* Only who stands on the roster in force has seen anything. */
static int
check_by(struct fv_host *host, const char *by, json_t **answer_out)
{
	struct fv_roster *roster = NULL;
	struct fv_hash hash;
	int code = fv_verb_need_roster(host, &roster, &hash, answer_out);
	bool is_there = false;

	if (code != FV_EXIT_OK)
		return code;
	for (size_t i = 0; i < roster->supervisor_count; i++)
		is_there |= strcmp(roster->supervisors[i].id, by) == 0;
	free(roster);
	if (is_there)
		return FV_EXIT_OK;
	return fv_verb_fail(answer_out, FV_EXIT_NOPERM,
	    "--by %.40s: no supervisor on the roster in force has this id; 'fieldvisitd "
	    "roster "
	    "show' names them",
	    by);
}

static int
get_alert(
    struct fv_host *host, const char *id, struct fv_store_alert *out, json_t **answer_out)
{
	enum fv_err rc = fv_store_alert_get(host->store, id, out);

	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%.60s: no such alert; 'fieldvisitd alert list' shows those that there "
		    "are",
		    id);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, id, rc);
}

/* ANNOTATE on the record that it is about; an SOS that has no record has no such entry. */
static enum fv_err
log_ack(struct fv_host *host, const struct fv_store_alert *a)
{
	char at[FV_INSTANT_TEXT_BYTES];
	struct fv_store_device device;
	struct fv_buf text = {0}, body = {0};
	struct fv_hash hash;
	uint64_t index;
	enum fv_err rc;

	if (!a->said.has_seq)
		return FV_OK;
	fv_buf_putf(&text, "alert %s seen by %s at %s", a->id, a->acked_by,
	    fv_instant_format(a->acked_ms, 0, true, at));
	if ((rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_store_device_get_no(host->store, a->device_no, &device);
	if (rc == FV_OK)
		rc = fv_verb_keep_salted(host, "ack", fv_buf_span(&text), &hash);
	fv_buf_clear(&text);
	if (rc != FV_OK)
		return rc;
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_bytes(&body, device.dev, FV_DEV_BYTES);
	fv_cbor_put_uint(&body, a->said.seq);
	fv_cbor_put_bytes(&body, hash.b, FV_HASH_BYTES);
	fv_wipe(&device, sizeof device);
	return fv_verb_leaf(host, FV_LEAF_ANNOTATE, &body, &index);
}

int
fv_do_alert_ack(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "id"), *by = fv_verb_text(request, "by");
	const struct fv_store_audience audience = {0};
	struct fv_store_audience device = audience;
	char at[FV_INSTANT_TEXT_BYTES];
	struct fv_store_alert a;
	enum fv_err rc;
	int code;

	if ((code = get_alert(host, id, &a, answer_out)) != FV_EXIT_OK ||
	    (code = check_by(host, by, answer_out)) != FV_EXIT_OK)
		return code;
	if (a.is_acked)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: %s has seen it at %s; who was first stays", id, a.acked_by,
		    fv_instant_format(a.acked_ms, 0, true, at));
	a.is_acked = true;
	a.acked_ms = fv_host_now_ms();
	snprintf(a.acked_by, sizeof a.acked_by, "%s", by);
	device.device_no = a.device_no;
	if ((rc = fv_store_alert_put(host->store, &a)) == FV_OK)
		rc = fv_alerts_seen(host->store, &a, a.acked_ms);
	if (rc == FV_OK)
		rc = log_ack(host, &a);
	if (rc == FV_OK && a.kind == FV_ALERT_SOS)
		rc = fv_store_change(host->store, device, FV_ITEM_SOS_SEEN, fv_span_z(a.id));
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, id, rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:s, s:s, s:o}", "id", a.id, "by", a.acked_by, "at",
		fv_verb_json_time(true, a.acked_ms)),
	    "%s: seen by %s%s", a.id, a.acked_by,
	    a.kind == FV_ALERT_SOS ? "; the handheld learns it at its next sync" : "");
}

/* -- whose turn ------------------------------------------------------------------------- */

struct turns {
	struct fv_host *host;
	const json_t *busy; /* ids whose command runs */
	uint32_t commands;
	size_t max;
	int64_t now_ms;
	json_t *list; /* held */
};

static const char *
id_of(const json_t *one)
{
	const char *id =
	    json_string_value(json_is_object(one) ? json_object_get(one, "id") : one);

	return id != NULL ? id : "";
}

/* Its command runs, or its handheld has had its turns of this round. */
static bool
is_busy(const struct turns *t, const char *id)
{
	const json_t *lists[] = {t->busy, t->list}, *one;
	size_t turns = 0, at;

	for (size_t i = 0; i < 2; i++)
		json_array_foreach(lists[i], at, one)
		{
			if (strcmp(id_of(one), id) == 0)
				return true;
			turns += fv_alerts_share_device(id_of(one), id);
		}
	return turns >= FV_ALERT_DEVICE_TURNS;
}

static void
put_degrees(json_t *env, const char *name, int32_t e7)
{
	char text[16];

	snprintf(text, sizeof text, "%s%d.%07d", e7 < 0 ? "-" : "", abs(e7 / DEGREES),
	    abs(e7 % DEGREES));
	json_object_set_new(env, name, json_string(text));
}

/* An SOS alone says where: for all others the desk looks into its own papers. */
static void
put_place(json_t *env, const struct fv_store_alert *a)
{
	char text[FV_INSTANT_TEXT_BYTES];

	json_object_set_new(env, "FV_ALERT_STATE",
	    json_string(a->said.state == FV_ALERT_ENDED ? "ended" : "raised"));
	if (!a->said.has_place)
		return;
	put_degrees(env, "FV_ALERT_LAT", a->said.place.lat_e7);
	put_degrees(env, "FV_ALERT_LON", a->said.place.lon_e7);
	if (a->said.has_eph) {
		snprintf(text, sizeof text, "%lld", ((long long)a->said.eph_mm + 999) / 1000);
		json_object_set_new(env, "FV_ALERT_ACCURACY_M", json_string(text));
	}
	if (a->said.has_fix_ms)
		json_object_set_new(env, "FV_ALERT_FIX_AT",
		    json_string(fv_instant_format(a->said.fix_ms, 0, true, text)));
}

static json_t *
make_environment(const struct turns *t, const struct fv_store_alert *a)
{
	char at[FV_INSTANT_TEXT_BYTES], round[16];
	struct fv_store_device device;
	json_t *env;

	if (fv_store_device_get_no(t->host->store, a->device_no, &device) != FV_OK)
		return NULL;
	snprintf(round, sizeof round, "%" PRIu32, a->rounds);
	env = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "FV_ALERT_KIND",
	    fv_alert_kind_word(a->kind), "FV_ALERT_ID", a->id, "FV_ALERT_OFFICER",
	    a->said.officer, "FV_ALERT_AGENCY", device.agency, "FV_ALERT_AT",
	    fv_instant_format(a->said.at_ms, 0, true, at), "FV_ALERT_ROUND", round);
	fv_wipe(&device, sizeof device);
	if (env != NULL && a->kind == FV_ALERT_SOS)
		put_place(env, a);
	return env;
}

static enum fv_err
take_turn(const struct fv_store_alert *alert, void *ctx)
{
	struct turns *t = ctx;
	struct fv_store_alert a = *alert;
	uint32_t command = a.rounds % t->commands;
	json_t *env;

	if (is_busy(t, a.id) || json_array_size(t->list) >= t->max)
		return FV_OK;
	a.rounds++;
	a.next_ms = t->now_ms + FV_ALERT_AGAIN_MS;
	if ((env = make_environment(t, &a)) == NULL ||
	    json_array_append_new(t->list,
		json_pack(
		    "{s:s, s:i, s:o}", "id", a.id, "command", (int)command, "env", env)) != 0)
		return FV_ENOMEM;
	return fv_store_alert_put(t->host->store, &a);
}

int
fv_do_alert_due(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct turns t = {.host = host,
	    .busy = json_object_get(request, "busy"),
	    .commands = (uint32_t)json_integer_value(json_object_get(request, "commands")),
	    .max = (size_t)json_integer_value(json_object_get(request, "max")),
	    .now_ms = fv_host_now_ms(),
	    .list = json_array()};
	enum fv_err rc = t.list != NULL ? FV_OK : FV_ENOMEM;

	if (rc == FV_OK)
		rc = fv_alerts_overdue(host->store, t.now_ms);
	/* A command that the last server began may have told nobody. */
	if (rc == FV_OK && json_is_true(json_object_get(request, "first")))
		rc = fv_store_alert_hurry(host->store, t.now_ms);
	if (rc == FV_OK && t.commands > 0)
		rc = fv_store_alert_each_due(host->store, t.now_ms, take_turn, &t);
	if (rc != FV_OK) {
		json_decref(t.list);
		return fv_verb_broken(answer_out, "alert", rc);
	}
	return fv_verb_done(answer_out, json_pack("{s:o}", "alerts", t.list), "%s", "");
}

int
fv_do_alert_failed(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const json_int_t commands = json_integer_value(json_object_get(request, "commands"));
	struct fv_store_alert a;
	enum fv_err rc;
	int code = get_alert(host, fv_verb_text(request, "id"), &a, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	/* Once around the list and nobody told: then it waits as it would unseen. */
	if (commands < 1 || a.rounds % (uint32_t)commands == 0 ||
	    a.next_ms == FV_STORE_ALERT_PARKED)
		return fv_verb_done(answer_out, NULL, "%s", a.id);
	a.next_ms = fv_host_now_ms();
	rc = fv_store_alert_put(host->store, &a);
	return rc == FV_OK ? fv_verb_done(answer_out, NULL, "%s", a.id)
			   : fv_verb_broken(answer_out, a.id, rc);
}
