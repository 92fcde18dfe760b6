/*
 * history import FILE|-: contacts and events that other systems know, in the case history
 * interchange, all of them or none.  A line that is here already counts once.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fv/casecsv.h"
#include "fv/history.h"
#include "fv/instant.h"
#include "sync-server/alerts.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/store/findings.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

#define USAGE "history import FILE|- " TEXTFILE_USAGE " [--json]"
#define SOURCE_DEFAULT "handheld" /* of the interchange, where a line says none */

/* What one import works on. */
struct work {
	struct fv_host *host;
	const char *file;           /* for messages */
	struct fv_history *history; /* owned; judges each line */
	json_t *cases;              /* owned; case id: whether an event came */
	uint32_t line;
	size_t contacts, events, known;
	json_t **answer_out;
};

static int
refuse(struct work *w, const char *field, const char *rule)
{
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA, "%s:%u: %s%s%s; nothing was changed",
	    w->file, w->line, field, field[0] != '\0' ? ": " : "", rule);
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
	rc = fv_store_case_get(w->host->store, row.case_id, &held);
	if (rc == FV_ENOENT)
		return refuse(w, "case", "no such case here; 'case import' brings cases");
	if (rc == FV_OK)
		rc = fv_store_import_put(w->host->store, &row);
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

static int
take_all(struct work *w, struct fv_span rest)
{
	const uint8_t *end;
	int code = FV_EXIT_OK;

	while (code == FV_EXIT_OK && rest.len > 0) {
		end = memchr(rest.ptr, '\n', rest.len);
		const size_t len = end != NULL ? (size_t)(end - rest.ptr) : rest.len;
		w->line++;
		code = take_line(w, fv_span_of(rest.ptr, len));
		rest.ptr += len + (end != NULL);
		rest.len -= len + (end != NULL);
	}
	return code;
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
		    "all %zu lines are here already", w->known);
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

int
fv_do_history_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .cases = json_object(),
	    .answer_out = answer_out,
	};
	const struct fv_span text = fv_span_z(fv_verb_text(request, "text"));
	enum fv_err rc = w.cases != NULL ? fv_history_new(&w.history) : FV_ENOMEM;
	int code;

	code = rc == FV_OK ? take_all(&w, text) : fv_verb_broken(answer_out, w.file, rc);
	if (code == FV_EXIT_OK)
		code = finish(&w, text);
	fv_history_free(w.history);
	json_decref(w.cases);
	return code;
}

int
cmd_history_import(int argc, char **argv)
{
	const struct textfile_verb verb = {"history import", USAGE, NULL, NULL};

	return textfile_send(&verb, argc, argv);
}
