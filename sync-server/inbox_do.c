/*
 * What the watched folder asks of the server: take a file by the verb of its kind, note that
 * one was refused, note that one lies where it belongs.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/handlers.h"
#include "sync-server/inbox.h"
#include "sync-server/store/intake.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define FILED_MAX (INBOX_NAME_MAX + 32U)

/* A file as the request names it, and what is known of it. */
struct work {
	struct fv_host *host;
	struct fv_store_intake row; /* spans: the request's, filed_as, answer */
	bool is_held;               /* it was taken before, and is not filed */
	char filed_as[FILED_MAX];
	char *answer; /* owned */
	json_t **answer_out;
};

/* The row that is not filed yet of the same folder, name and bytes. */
static enum fv_err
is_same(const struct fv_store_intake *row, void *ctx)
{
	struct work *w = ctx;

	if (!fv_span_equal(row->name, w->row.name) || row->size != w->row.size ||
	    memcmp(row->sha256.b, w->row.sha256.b, FV_HASH_BYTES) != 0)
		return FV_OK;
	w->is_held = row->state == FV_INTAKE_DONE;
	w->row.id = row->id;
	w->row.taken_ms = row->taken_ms;
	w->row.has_leaf = row->has_leaf;
	w->row.leaf = row->leaf;
	(void)snprintf(w->filed_as, sizeof w->filed_as, "%.*s", (int)row->filed_as.len,
	    (const char *)row->filed_as.ptr);
	free(w->answer);
	w->answer = fv_verb_copy(row->answer);
	return w->answer != NULL ? FV_OK : FV_ENOMEM;
}

/* A name in done or refused that no file had before. */
static enum fv_err
choose_name(struct work *w, bool is_taken)
{
	const char *name = (const char *)w->row.name.ptr;
	enum fv_err rc = FV_OK;

	for (unsigned n = 1; rc == FV_OK; n++) {
		if (n == 1)
			(void)snprintf(w->filed_as, sizeof w->filed_as, "%s", name);
		else
			(void)snprintf(w->filed_as, sizeof w->filed_as, "%s.%u", name, n);
		if (n > 1 || !is_taken) {
			rc = fv_store_intake_has_name(
			    w->host->store, w->row.folder, fv_span_z(w->filed_as), &is_taken);
			if (rc == FV_OK && !is_taken)
				break;
		}
	}
	return rc;
}

static int
open_work(struct work *w, struct fv_host *host, const json_t *request, json_t **answer_out)
{
	enum fv_err rc;

	*w = (struct work){.host = host, .answer_out = answer_out};
	w->row.folder = fv_span_z(fv_verb_text(request, "folder"));
	w->row.name = fv_span_z(fv_verb_text(request, "name"));
	w->row.kind = fv_span_z(fv_verb_text(request, "kind"));
	w->row.size = (int64_t)json_integer_value(json_object_get(request, "size"));
	w->row.taken_ms = fv_host_now_ms();
	if (w->row.name.len == 0 || w->row.name.len > INBOX_NAME_MAX ||
	    fv_hex_decode(fv_span_z(fv_verb_text(request, "sha256")), w->row.sha256.b,
		FV_HASH_BYTES) != FV_OK)
		return fv_verb_fail(
		    answer_out, FV_EXIT_SOFTWARE, "inbox: want a name and a hash");
	rc = fv_store_intake_waiting(host->store, w->row.folder, is_same, w);
	if (rc == FV_OK && w->row.id == 0)
		rc = choose_name(w, json_is_true(json_object_get(request, "is_taken")));
	w->row.filed_as = fv_span_z(w->filed_as);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "inbox", rc);
}

/* Add {inbox: {id, filed_as, taken}} to the answer. */
static int
say_row(struct work *w, int64_t id)
{
	char at[FV_INSTANT_TEXT_BYTES];

	if (*w->answer_out == NULL)
		*w->answer_out = json_object();
	if (json_object_set_new(*w->answer_out, "inbox",
		json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "filed_as", w->filed_as,
		    "taken", fv_instant_format(w->row.taken_ms, 0, true, at))) == 0)
		return FV_EXIT_OK;
	return fv_verb_broken(w->answer_out, "inbox", FV_ENOMEM);
}

/* Run the verb of the kind inside this transaction. */
static int
run_kind(struct work *w, const struct inbox_kind *kind, const json_t *request)
{
	const struct fv_host_verb *verb = fv_host_verbs;
	json_t *inner;
	int code;

	while (verb->name != NULL && strcmp(verb->name, kind->verb) != 0)
		verb++;
	if (verb->name == NULL)
		return fv_verb_fail(w->answer_out, FV_EXIT_SOFTWARE, "inbox: no such verb");
	inner = json_pack("{s:s, s:O, s:O, s:O}", "file", fv_verb_text(request, "name"),
	    "text", json_object_get(request, "text"), "zone", json_object_get(request, "zone"),
	    "excel_dates", json_object_get(request, "excel_dates"));
	code = inner != NULL ? verb->run(w->host, inner, w->answer_out)
			     : fv_verb_broken(w->answer_out, "inbox", FV_ENOMEM);
	json_decref(inner);
	return code;
}

/* The ledger entry of what was taken: the verb's own, or one that names the file. */
static enum fv_err
put_leaf(struct work *w)
{
	const json_t *leaf = json_object_get(*w->answer_out, "leaf");
	struct fv_buf text = {0};
	enum fv_err rc;

	w->row.has_leaf = true;
	w->row.leaf = (uint64_t)json_integer_value(leaf);
	if (json_is_integer(leaf))
		return FV_OK;
	fv_buf_putf(&text, "%s ", (const char *)w->row.kind.ptr);
	fv_buf_put_hex(&text, w->row.sha256.b, FV_HASH_BYTES);
	rc = fv_buf_status(&text);
	if (rc == FV_OK)
		rc = fv_worklog(w->host, "inbox", fv_buf_span(&text), &w->row.leaf);
	if (rc == FV_OK &&
	    json_object_set_new(
		*w->answer_out, "leaf", json_integer((json_int_t)w->row.leaf)) != 0)
		rc = FV_ENOMEM;
	fv_buf_clear(&text);
	return rc;
}

/* Keep the row with what was answered, but for lists that may be as long as the file. */
static enum fv_err
keep(struct work *w, enum fv_intake_state state, int64_t *id_out)
{
	json_t *brief = json_copy(*w->answer_out);

	(void)json_object_del(brief, "warnings");
	(void)json_object_del(brief, "plans");
	free(w->answer);
	w->answer = json_dumps(brief, JSON_COMPACT);
	json_decref(brief);
	if (w->answer == NULL)
		return FV_ENOMEM;
	w->row.state = state;
	w->row.answer = fv_span_z(w->answer);
	return fv_store_intake_put(w->host->store, &w->row, id_out);
}

/* What was answered before the machine stopped. */
static int
say_again(struct work *w)
{
	json_decref(*w->answer_out);
	*w->answer_out = json_loads(w->answer, 0, NULL);
	return say_row(w, w->row.id);
}

int
fv_do_inbox_take(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const struct inbox_kind *kind = inbox_kind_of(fv_verb_text(request, "name"));
	struct work w;
	int64_t id = 0;
	enum fv_err rc;
	int code = open_work(&w, host, request, answer_out);

	if (code == FV_EXIT_OK && w.is_held) {
		code = say_again(&w);
	} else if (code == FV_EXIT_OK && kind == NULL) {
		code = fv_verb_fail(answer_out, FV_EXIT_USAGE, "inbox: of no kind");
	} else if (code == FV_EXIT_OK && (code = run_kind(&w, kind, request)) == FV_EXIT_OK) {
		if ((rc = put_leaf(&w)) == FV_OK)
			rc = keep(&w, FV_INTAKE_DONE, &id);
		code = rc == FV_OK ? say_row(&w, id) : fv_verb_broken(answer_out, "inbox", rc);
	}
	free(w.answer);
	return code;
}

int
fv_do_inbox_refuse(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w;
	int64_t id = 0;
	enum fv_err rc;
	int code = open_work(&w, host, request, answer_out);

	if (code == FV_EXIT_OK) {
		/* What is wrong may quote the file; the list says where only. */
		*answer_out =
		    json_pack("{s:O, s:O}", "faults", json_object_get(request, "faults"),
			"line", json_object_get(request, "line"));
		rc = *answer_out != NULL ? keep(&w, FV_INTAKE_REFUSED, &id) : FV_ENOMEM;
		code = rc == FV_OK ? say_row(&w, id) : fv_verb_broken(answer_out, "inbox", rc);
	}
	free(w.answer);
	return code;
}

int
fv_do_inbox_filed(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const int64_t id = json_integer_value(json_object_get(request, "id"));
	enum fv_err rc = fv_store_intake_filed(host->store, id);

	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "inbox", rc);
}

static enum fv_err
list_row(const struct fv_store_intake *row, void *ctx)
{
	json_t *one = json_pack("{s:I, s:o, s:o, s:b, s:o}", "id", (json_int_t)row->id, "name",
	    fv_verb_json_span(row->name), "filed_as", fv_verb_json_span(row->filed_as), "done",
	    row->state == FV_INTAKE_DONE, "answer",
	    json_loadb((const char *)row->answer.ptr, row->answer.len, 0, NULL));

	return json_array_append_new(ctx, one) == 0 ? FV_OK : FV_ENOMEM;
}

int
fv_do_inbox_waiting(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	json_t *list = json_array();
	enum fv_err rc = list != NULL
	    ? fv_store_intake_waiting(
		  host->store, fv_span_z(fv_verb_text(request, "folder")), list_row, list)
	    : FV_ENOMEM;

	if (rc == FV_OK && (*answer_out = json_pack("{s:O}", "waiting", list)) == NULL)
		rc = FV_ENOMEM;
	json_decref(list);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "inbox", rc);
}
