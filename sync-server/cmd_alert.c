/* alert list and alert ack ID --by NAME. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define LIST_USAGE "alert list [--json]"
#define ACK_USAGE "alert ack ID --by NAME [--json]"

struct work {
	struct fv_store *store;
	json_t *list; /* owned; NULL: text */
	size_t count;
};

/* What is known of the record behind it, in a word for --json and in words for people. */
static const char *
evidence_of(const struct fv_store_alert *a, const char **words_out)
{
	*words_out = "";
	if (a->kind != FV_ALERT_SOS)
		return "same";
	switch (a->evidence) {
	case FV_EVIDENCE_SAME:
		return "same";
	case FV_EVIDENCE_OTHER:
		*words_out = "; the record of this number says something else";
		return "other";
	case FV_EVIDENCE_NONE:
	default:
		*words_out = a->said.has_seq ? "; its record has not come yet"
					     : "; not recorded on the handheld";
		return a->said.has_seq ? "awaited" : "none";
	}
}

static json_t *
json_place(const struct fv_alert *said)
{
	if (!said->has_place)
		return json_null();
	return json_pack("{s:f, s:f, s:o, s:o}", "lat", said->place.lat_e7 / 1e7, "lon",
	    said->place.lon_e7 / 1e7, "accuracy_mm",
	    said->has_eph ? json_integer(said->eph_mm) : json_null(), "at",
	    fv_verb_json_time(said->has_fix_ms, said->fix_ms));
}

static json_t *
json_alert(const struct fv_store_alert *a, const struct fv_store_device *d)
{
	const char *words;

	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:i}", "id",
	    a->id, "kind", fv_alert_kind_word(a->kind), "officer", a->said.officer, "agency",
	    d->agency, "dev", fv_verb_json_hex(d->dev, FV_DEV_BYTES), "at",
	    fv_verb_json_time(true, a->said.at_ms), "received",
	    fv_verb_json_time(true, a->received_ms), "ended",
	    fv_verb_json_time(a->has_ended, a->ended_ms), "place", json_place(&a->said),
	    "record", evidence_of(a, &words), "case",
	    a->case_id[0] != '\0' ? json_string(a->case_id) : json_null(), "seen_by",
	    a->is_acked ? json_string(a->acked_by) : json_null(), "seen_at",
	    fv_verb_json_time(a->is_acked, a->acked_ms), "rounds", (int)a->rounds);
}

static void
print_alert(const struct fv_store_alert *a)
{
	char at[FV_INSTANT_TEXT_BYTES], seen[FV_INSTANT_TEXT_BYTES];
	const char *words;

	(void)evidence_of(a, &words);
	printf("%s  %-7s  %s  officer %s%s%s", a->id, fv_alert_kind_word(a->kind),
	    fv_instant_format(a->said.at_ms / 1000 * 1000, 0, true, at), a->said.officer,
	    a->case_id[0] != '\0' ? "  case " : "", a->case_id);
	if (a->said.has_place)
		printf(
		    "  at %.6f,%.6f", a->said.place.lat_e7 / 1e7, a->said.place.lon_e7 / 1e7);
	if (a->is_acked)
		printf("  seen by %s at %s", a->acked_by,
		    fv_instant_format(a->acked_ms / 1000 * 1000, 0, true, seen));
	else
		printf("  NOT SEEN, %" PRIu32 " told", a->rounds);
	printf("%s%s\n",
	    !a->has_ended                 ? ""
		: a->kind == FV_ALERT_SOS ? "; ended by the officer"
					  : "; over",
	    words);
}

static enum fv_err
show(const struct fv_store_alert *a, void *ctx)
{
	struct work *w = ctx;
	struct fv_store_device device;
	enum fv_err rc = fv_store_device_get_no(w->store, a->device_no, &device);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_ECORRUPT : rc;
	w->count++;
	if (w->list == NULL)
		print_alert(a);
	else if (json_array_append_new(w->list, json_alert(a, &device)) != 0)
		rc = FV_ENOMEM;
	fv_wipe(&device, sizeof device);
	return rc;
}

int
cmd_alert_list(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct work w = {0};
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&w.store)) != FV_EXIT_OK)
		return code;
	w.list = as_json ? json_array() : NULL;
	rc = fv_store_alert_each(w.store, show, &w);
	if (rc == FV_OK && as_json && !fv_verb_print(json_pack("{s:O}", "alerts", w.list)))
		rc = FV_ENOMEM;
	if (rc == FV_OK && !as_json && w.count == 0)
		puts("no alert");
	json_decref(w.list);
	fv_store_close(w.store);
	return rc == FV_OK ? cmd_finish(FV_EXIT_OK) : fv_verb_unread(rc);
}

int
cmd_alert_ack(int argc, char **argv)
{
	const char *by = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &by, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, ACK_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, ACK_USAGE))
		return FV_EXIT_USAGE;
	request = json_pack("{s:s, s:s}", "id", argv[1], "by", by);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
	return fv_host_call("alert ack", request, as_json);
}
