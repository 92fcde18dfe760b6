/*
 * history import FILE|-: contacts and events that other systems know, in the case history
 * interchange or as a table with its names, all of them or none.  A line that is here
 * already counts once.  payment import FILE|-: a table of payments, events of kind paid.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fv/casecsv.h"
#include "fv/history.h"
#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/faults.h"
#include "sync-server/handlers.h"
#include "sync-server/historycsv.h"
#include "sync-server/cmd.h"
#include "sync-server/store/findings.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"
#include "sync-server/zones.h"

#define USAGE "history import FILE|- [--zone ZONE] " TEXTFILE_USAGE " [--json]"
#define PAYMENT_USAGE "payment import FILE|- [--zone ZONE] " TEXTFILE_USAGE " [--json]"
#define SOURCE_DEFAULT "handheld" /* of the interchange, where a line says none */
#define RULE_BYTES 160U
#define TIME_MIN_MS INT64_C(946684800000)    /* 2000-01-01: before it a clock was not set */
#define CONTACT_AHEAD_MS FV_MS_PER_DAY       /* clocks differ */
#define EVENT_AHEAD_MS (400 * FV_MS_PER_DAY) /* an appointment may be agreed for then */

/* What one import works on. */
struct work {
	struct fv_host *host;
	const char *file;           /* for messages */
	struct fv_history *history; /* owned; judges each line */
	json_t *cases;              /* owned; case id: whether an event came */
	struct faults faults;
	struct zones zones;
	bool is_payments;
	int64_t now_ms;
	uint32_t line;
	size_t contacts, events, known;
	int code; /* of what ended the reading; 0: nothing */
	json_t **answer_out;
};

static int
refuse(struct work *w, const char *field, const char *rule)
{
	faults_add(&w->faults, w->line, field, rule);
	return FV_EXIT_DATA;
}

/* Personal numbers have no place in any text of a line. */
static int
check_texts(struct work *w, json_t *object)
{
	static const char *const labels[] = {"number", "call_id"};
	const char *key, *what;
	json_t *value;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		const char *label = json_string_value(json_object_get(object, labels[i]));

		if (label != NULL && fv_casecsv_telephone(fv_span_z(label)))
			return refuse(w, labels[i],
			    "looks like a telephone number; give the label of the case card, "
			    "such as n1");
	}
	json_object_foreach(object, key, value)
	{
		const size_t count = json_is_array(value) ? json_array_size(value) : 1;
		for (size_t i = 0; i < count; i++) {
			const json_t *text =
			    json_is_array(value) ? json_array_get(value, i) : value;
			if (json_is_string(text) &&
			    fv_casecsv_personal(
				fv_span_of(json_string_value(text), json_string_length(text)),
				&what))
				return refuse(w, key, what);
		}
	}
	return FV_EXIT_OK;
}

/* After it nobody may be at the door. */
static bool
is_hold(const json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const uint32_t code =
	    kind != NULL ? fv_code_find(FV_CODES_EVENT_KIND, fv_span_z(kind)) : 0;

	return code == FV_EVENT_CEASE || code == FV_EVENT_MORATORIUM ||
	    code == FV_EVENT_NO_CONTACT_ORDER;
}

/* Times that only a wrong clock writes. */
static int
check_time(struct work *w, const struct fv_store_import *row)
{
	const char *field = row->is_event ? "at" : "begin";
	const bool is_late = row->at_ms >
	    w->now_ms + (row->is_event && !w->is_payments ? EVENT_AHEAD_MS : CONTACT_AHEAD_MS);
	char now[FV_INSTANT_TEXT_BYTES], rule[RULE_BYTES];

	if (!is_late && row->at_ms >= TIME_MIN_MS)
		return FV_EXIT_OK;
	(void)snprintf(rule, sizeof rule,
	    "is %s by this server's clock, which says %s; set the clock that is wrong",
	    is_late ? "still to come" : "before the year 2000",
	    fv_instant_format(w->now_ms / 1000 * 1000, 0, true, now));
	return refuse(w, field, rule);
}

/* What is held under the source and id says the same in another order of its members. */
static enum fv_err
compare_held(struct work *w, const struct fv_store_import *row, const json_t *object)
{
	struct fv_store_import held;
	enum fv_err rc = fv_store_import_get(w->host->store, row->source, row->id, &held);
	json_t *other;

	if (rc != FV_OK)
		return rc;
	other = json_loadb((const char *)held.line.ptr, held.line.len, 0, NULL);
	rc = json_equal(object, other) ? FV_EEXIST : FV_ECONFLICT;
	json_decref(other);
	return rc;
}

static int
put_line(struct work *w, const json_t *object, struct fv_span line)
{
	const char *source = json_string_value(json_object_get(object, "source"));
	const char *case_id = json_string_value(json_object_get(object, "case"));
	struct fv_store_import row = {.line = line};
	struct fv_store_case held;
	enum fv_err rc;

	row.is_event =
	    strcmp(json_string_value(json_object_get(object, "type")), "event") == 0;
	row.source = fv_span_z(source != NULL ? source : SOURCE_DEFAULT);
	row.id = fv_span_z(json_string_value(json_object_get(object, "id")));
	row.case_id = fv_span_z(case_id);
	if (fv_instant_parse(fv_span_z(json_string_value(
				 json_object_get(object, row.is_event ? "at" : "begin"))),
		&row.at_ms) != FV_OK)
		return refuse(w, row.is_event ? "at" : "begin", "is not a time");
	if (check_time(w, &row) != FV_EXIT_OK)
		return FV_EXIT_DATA;
	rc = fv_store_case_get(w->host->store, row.case_id, &held);
	if (rc == FV_ENOENT)
		return refuse(w, "case", "no such case here; 'case import' brings cases");
	if (rc == FV_OK)
		rc = fv_store_import_put(w->host->store, &row);
	if (rc == FV_ECONFLICT)
		rc = compare_held(w, &row, object);
	if (rc == FV_ECONFLICT)
		return refuse(w, "id",
		    "this source and id came before with another content; a correction needs "
		    "an id of its own");
	if (rc == FV_EEXIST) {
		w->known++;
		return FV_EXIT_OK;
	}
	if (rc == FV_OK && row.is_event && is_hold(object))
		rc = fv_alerts_hold(w->host->store, row.case_id, 0, fv_host_now_ms());
	if (rc == FV_OK && (row.is_event || json_object_get(w->cases, case_id) == NULL) &&
	    json_object_set_new(w->cases, case_id, json_boolean(row.is_event)) != 0)
		rc = FV_ENOMEM;
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (row.is_event)
		w->events++;
	else
		w->contacts++;
	return FV_EXIT_OK;
}

static int
take_line(struct work *w, struct fv_span line)
{
	struct fv_history_error error = {0};
	json_error_t json_error;
	json_t *object;
	enum fv_err rc;
	int code;

	while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]) != NULL)
		line.len--;
	while (line.len > 0 && strchr(" \t", line.ptr[0]) != NULL) {
		line.ptr++;
		line.len--;
	}
	if (line.len == 0)
		return FV_EXIT_OK;
	rc = fv_history_add_line(w->history, line, w->line, &error);
	if (rc == FV_ENOMEM)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (rc != FV_OK)
		return refuse(
		    w, error.field, error.text[0] != '\0' ? error.text : fv_err_text(rc));
	object = json_loadb((const char *)line.ptr, line.len, 0, &json_error);
	if (object == NULL)
		return fv_verb_broken(w->answer_out, w->file, FV_ENOMEM);
	if (strcmp(json_string_value(json_object_get(object, "type")), "case") == 0)
		code = refuse(w, "type", "cases come by 'case import', not by this verb");
	else if ((code = check_texts(w, object)) == FV_EXIT_OK)
		code = put_line(w, object, line);
	json_decref(object);
	return code;
}

/* Whether there is reason to read on after this code. */
static bool
goes_on(struct work *w, int code)
{
	if (code == FV_EXIT_OK || (code == FV_EXIT_DATA && faults_go_on(&w->faults)))
		return true;
	w->code = code;
	return false;
}

static bool
on_row(struct fv_span object, size_t line, void *ctx)
{
	struct work *w = ctx;

	w->line = (uint32_t)line;
	return goes_on(w, take_line(w, object));
}

static bool
on_fault(size_t line, const char *column, const char *rule, void *ctx)
{
	struct work *w = ctx;

	w->line = (uint32_t)line;
	return goes_on(w, refuse(w, column, rule));
}

static void
take_lines(struct work *w, struct fv_span rest)
{
	bool is_on = true;

	while (is_on && rest.len > 0) {
		const uint8_t *end = memchr(rest.ptr, '\n', rest.len);
		const size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
		w->line++;
		is_on = goes_on(w, take_line(w, fv_span_of(rest.ptr, len)));
		rest.ptr += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
}

/* Every line, or enough faults.  Returns an exit code. */
static int
take_all(struct work *w, struct fv_span text, const json_t *request)
{
	const struct historycsv_taker taker = {on_row, on_fault, w};
	const char *zone = fv_verb_text(request, "zone");
	struct historycsv_opts opts = {
	    .takes_serials = json_is_true(json_object_get(request, "excel_dates")),
	    .is_payments = w->is_payments};

	w->faults.is_table = historycsv_is_table(text);
	if (w->is_payments && !w->faults.is_table)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: is no table of payments; its first line names the columns id, case "
		    "and at",
		    w->file);
	if (zone[0] != '\0' && (opts.zone = zones_get(zone, &w->zones)) == NULL)
		return fv_verb_fail(w->answer_out, FV_EXIT_USAGE,
		    "--zone %.40s: no such zone in this machine's tz database; want an IANA "
		    "name such as Asia/Shanghai",
		    zone);
	if (!w->faults.is_table)
		take_lines(w, text);
	else if (historycsv_read(text, &opts, &taker) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, FV_ENOMEM);
	if (w->code != FV_EXIT_OK && w->code != FV_EXIT_DATA)
		return w->code;
	return w->faults.count > 0 ? faults_answer(&w->faults, w->answer_out) : FV_EXIT_OK;
}

/* What the handhelds of the case's officers must learn. */
static enum fv_err
tell(struct work *w, const char *case_id, bool has_event)
{
	struct fv_store_case row;
	struct fv_span list, officer;
	char id[FV_ID_BYTES];
	char *assigned;
	enum fv_err rc = fv_store_case_get(w->host->store, fv_span_z(case_id), &row);

	if (rc != FV_OK || row.is_closed)
		return rc;
	if ((assigned = fv_verb_copy(row.item.assigned)) == NULL)
		return FV_ENOMEM;
	for (list = fv_span_z(assigned); rc == FV_OK && fv_verb_next(&list, &officer);) {
		const struct fv_store_audience audience = {.officer = id};
		if (fv_id_copy(officer, id, sizeof id) != FV_OK)
			continue;
		rc = fv_store_change(
		    w->host->store, audience, FV_ITEM_HISTORY, fv_span_z(case_id));
		if (rc == FV_OK && has_event)
			rc = fv_store_change(
			    w->host->store, audience, FV_ITEM_HOLD, fv_span_z(case_id));
	}
	free(assigned);
	return rc;
}

static int
finish(struct work *w, struct fv_span text)
{
	const size_t taken = w->contacts + w->events;
	struct fv_hash hash;
	const char *case_id;
	json_t *value;
	uint64_t index = 0;
	enum fv_err rc = FV_OK;

	if (taken == 0 && w->known == 0)
		return fv_verb_fail(
		    w->answer_out, FV_EXIT_DATA, "%s: holds no contact or event", w->file);
	if (taken == 0)
		return fv_verb_done(w->answer_out,
		    json_pack("{s:i, s:i, s:I}", "contacts", 0, "events", 0, "known",
			(json_int_t)w->known),
		    "nothing new: all %zu lines are here already", w->known);
	json_object_foreach(w->cases, case_id, value)
	{
		if (rc == FV_OK)
			rc = tell(w, case_id, json_is_true(value));
	}
	fv_sha256(text, &hash);
	if (rc == FV_OK)
		rc = fv_verb_policy(w->host, "history", &hash, &index);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:I, s:I, s:I, s:I}", "contacts", (json_int_t)w->contacts, "events",
		(json_int_t)w->events, "known", (json_int_t)w->known, "leaf",
		(json_int_t)index),
	    "%zu contacts and %zu events of %zu cases imported, unsigned; %zu lines were here "
	    "already; ledger entry %llu",
	    w->contacts, w->events, json_object_size(w->cases), w->known,
	    (unsigned long long)index);
}

static int
import(struct fv_host *host, bool is_payments, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .is_payments = is_payments,
	    .now_ms = fv_host_now_ms(),
	    .cases = json_object(),
	    .answer_out = answer_out,
	};
	const struct fv_span text = fv_span_z(fv_verb_text(request, "text"));
	enum fv_err rc = w.cases != NULL ? fv_history_new(&w.history) : FV_ENOMEM;
	int code;

	w.faults.file = w.file;
	zones_init(&w.zones, NULL);
	code =
	    rc == FV_OK ? take_all(&w, text, request) : fv_verb_broken(answer_out, w.file, rc);
	if (code == FV_EXIT_OK)
		code = finish(&w, text);
	fv_history_free(w.history);
	zones_clear(&w.zones);
	faults_clear(&w.faults);
	json_decref(w.cases);
	return code;
}

int
fv_do_history_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return import(host, false, request, answer_out);
}

int
fv_do_payment_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return import(host, true, request, answer_out);
}

int
cmd_history_import(int argc, char **argv)
{
	const struct textfile_verb verb = {"history import", USAGE, NULL, true, NULL};

	return textfile_send(&verb, argc, argv);
}

int
cmd_payment_import(int argc, char **argv)
{
	const struct textfile_verb verb = {"payment import", PAYMENT_USAGE, NULL, true, NULL};

	return textfile_send(&verb, argc, argv);
}
