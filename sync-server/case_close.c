/* case close ID --reason REASON and case close --file FILE, all of its rows or none. */
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/case_work.h"
#include "sync-server/csvrows.h"
#include "sync-server/faults.h"
#include "sync-server/handlers.h"
#include "sync-server/cmd.h"
#include "sync-server/store/findings.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define REASONS "paid|withdrawn|sold|legal|error"
#define USAGE                                                                                 \
	"case close ID --reason " REASONS " [--json]\n"                                       \
	"       fieldvisitd case close --file FILE|- [--encoding utf-8|gbk] [--json]"
#define REASON_BYTES 16U

/* An event line of the interchange: what the audit sees of the closing. */
static enum fv_err
put_event(struct fv_host *host, const char *id, const char *kind, int64_t now_ms)
{
	char event_id[FV_CASE_ID_BYTES + 64], at[FV_INSTANT_TEXT_BYTES];
	struct fv_store_import line = {
	    .source = fv_span_z("desk"), .case_id = fv_span_z(id), .is_event = true};
	json_t *object;
	char *text;
	enum fv_err rc;

	line.at_ms = now_ms;
	(void)snprintf(event_id, sizeof event_id, "close-%s-%s", id, kind);
	(void)fv_instant_format(now_ms, 0, true, at);
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "event", "id", event_id,
	    "case", id, "kind", kind, "at", at, "source", "desk");
	text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	line.id = fv_span_z(event_id);
	line.line = fv_span_z(text != NULL ? text : "");
	rc = text != NULL ? fv_store_import_put(host->store, &line) : FV_ENOMEM;
	free(text);
	json_decref(object);
	return rc;
}

static const char *const reasons[] = {"paid", "withdrawn", "sold", "legal", "error", NULL};

/* The officers in `assigned` lose the case. */
static enum fv_err
close_case(
    struct fv_case_work *work, const char *id, struct fv_store_case *row, const char *reason)
{
	struct fv_case_news news = {0};
	char name[FV_CASE_ID_BYTES + 16];
	char *before = fv_verb_copy(row->item.assigned);
	struct fv_store *store = work->host->store;
	enum fv_err rc = before != NULL ? FV_OK : FV_ENOMEM;

	row->is_closed = true;
	row->updated_ms = work->now_ms;
	(void)snprintf(name, sizeof name, "closed.%s", id);
	if (rc == FV_OK)
		rc = fv_store_case_put(store, row);
	if (rc == FV_OK)
		rc = fv_store_meta_set(store, name, fv_span_z(reason));
	if (rc == FV_OK && strcmp(reason, "paid") == 0)
		rc = put_event(work->host, id, "paid", work->now_ms);
	if (rc == FV_OK)
		rc = put_event(work->host, id, "case_closed", work->now_ms);
	if (rc == FV_OK) {
		row->item.id = fv_span_z(id);
		row->item.assigned = fv_span_z("");
		news.assigned_before = fv_span_z(before);
		rc = fv_case_work_tell(work, &row->item, &news);
	}
	free(before);
	return rc;
}

static int
close_one(struct fv_case_work *work, const json_t *request, json_t **answer_out)
{
	const char *id = fv_verb_text(request, "case");
	const char *reason = fv_verb_text(request, "reason");
	struct fv_store_case row;
	enum fv_err rc;
	int code;

	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "--reason %s: want paid, withdrawn, sold, legal or error", reason);
	if ((code = fv_case_work_open(work->host, id, &row, answer_out)) != FV_EXIT_OK)
		return code;
	rc = close_case(work, id, &row, reason);
	return rc != FV_OK
	    ? fv_verb_broken(answer_out, id, rc)
	    : fv_verb_done(answer_out, json_pack("{s:s, s:s}", "case", id, "reason", reason),
		  "%s: closed (%s); it leaves the handhelds at their next sync, its records "
		  "stay",
		  id, reason);
}

/* -- a file of them --------------------------------------------------------------------- */

struct work {
	struct fv_case_work base;
	struct faults faults;
	struct csvrows rows;
	size_t case_at, reason_at; /* columns */
	size_t column_count;       /* 0: the first line has not come */
	size_t closed, known;
};

static enum fv_err
read_names(struct work *w)
{
	bool has_case = false, has_reason = false;

	for (size_t i = 0; i < w->rows.cell_count; i++) {
		bool *has = strcmp(w->rows.cells[i], "case") == 0 ? &has_case
		    : strcmp(w->rows.cells[i], "reason") == 0     ? &has_reason
								  : NULL;
		if (has == NULL || *has) {
			faults_add(&w->faults, w->rows.row_line, "",
			    "the first line names the columns: case and reason, no other");
			return FV_EDENIED;
		}
		*has = true;
		*(has == &has_case ? &w->case_at : &w->reason_at) = i;
	}
	if (!has_case || !has_reason) {
		faults_add(&w->faults, w->rows.row_line, has_case ? "reason" : "case",
		    "is missing in the first line");
		return FV_EDENIED;
	}
	w->column_count = w->rows.cell_count;
	return FV_OK;
}

/* Closed already: nothing new with the same reason, a fault with another. */
static enum fv_err
compare_closed(struct work *w, const char *id, const char *reason)
{
	char name[FV_CASE_ID_BYTES + 16], rule[96];
	struct fv_buf held = {0};
	enum fv_err rc;

	(void)snprintf(name, sizeof name, "closed.%s", id);
	rc = fv_store_meta_get(w->base.host->store, name, &held);
	if (rc == FV_ENOENT)
		rc = FV_OK;
	if (rc == FV_OK && fv_span_equal(fv_buf_span(&held), fv_span_z(reason))) {
		w->known++;
	} else if (rc == FV_OK) {
		(void)snprintf(rule, sizeof rule, "it is closed already (%.*s)",
		    (int)(held.len < REASON_BYTES ? held.len : REASON_BYTES),
		    held.len > 0 ? (const char *)held.ptr : "");
		faults_add(&w->faults, w->rows.row_line, "case", rule);
	}
	fv_buf_clear(&held);
	return rc;
}

static enum fv_err
take_row(struct work *w)
{
	const char *id = w->rows.cells[w->case_at], *reason = w->rows.cells[w->reason_at];
	const size_t line = w->rows.row_line;
	struct fv_store_case row;
	enum fv_err rc;

	if (w->rows.cell_count != w->column_count) {
		faults_add(&w->faults, line, "",
		    "the row has not as many values as there are columns");
		return FV_OK;
	}
	if (!fv_worklog_is_reason(reason, reasons)) {
		faults_add(&w->faults, line, "reason",
		    "must be paid, withdrawn, sold, legal or error");
		return FV_OK;
	}
	rc = fv_store_case_get(w->base.host->store, fv_span_z(id), &row);
	if (rc == FV_ENOENT) {
		faults_add(&w->faults, line, "case",
		    "no such case; 'fieldvisitd case list' shows those that there are");
		return FV_OK;
	}
	if (rc == FV_OK && row.is_closed)
		return compare_closed(w, id, reason);
	if (rc == FV_OK)
		rc = close_case(&w->base, id, &row, reason);
	w->closed += rc == FV_OK;
	return rc;
}

static enum fv_err
take_rows(struct work *w)
{
	enum fv_err rc = FV_OK;

	while (rc == FV_OK && w->faults.count < FAULTS_MAX && !csvrows_at_end(&w->rows)) {
		if (csvrows_next(&w->rows) != FV_OK) {
			faults_add(&w->faults, w->rows.fault_line, "", w->rows.rule);
			break;
		}
		if (w->rows.cell_count > 0)
			rc = w->column_count == 0 ? read_names(w) : take_row(w);
	}
	return rc;
}

static int
close_file(struct work *w, struct fv_span text, json_t **answer_out)
{
	uint64_t leaf = 0;
	enum fv_err rc;

	w->rows = csvrows_of(text);
	rc = take_rows(w);
	if (w->faults.count > 0)
		return faults_answer(&w->faults, answer_out);
	if (rc == FV_OK && w->closed + w->known == 0)
		return fv_verb_fail(
		    answer_out, FV_EXIT_DATA, "%s: holds no case", w->faults.file);
	if (rc == FV_OK && w->closed > 0)
		rc = fv_worklog(w->base.host, "close", text, &leaf);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, w->faults.file, rc);
	if (w->closed == 0)
		return fv_verb_done(answer_out,
		    json_pack("{s:i, s:I}", "closed", 0, "known", (json_int_t)w->known),
		    "nothing new: all %zu cases are closed already", w->known);
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:I, s:I}", "closed", (json_int_t)w->closed, "known",
		(json_int_t)w->known, "leaf", (json_int_t)leaf),
	    "%zu cases closed, %zu were already; they leave the handhelds at their next sync, "
	    "their records stay; ledger entry %llu",
	    w->closed, w->known, (unsigned long long)leaf);
}

int
fv_do_case_close(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {.faults = {.file = fv_verb_text(request, "file"), .is_table = true}};
	int code = fv_case_work_init(&w.base, host, answer_out);

	if (code == FV_EXIT_OK)
		code = json_object_get(request, "text") != NULL
		    ? close_file(&w, fv_span_z(fv_verb_text(request, "text")), answer_out)
		    : close_one(&w.base, request, answer_out);
	faults_clear(&w.faults);
	fv_case_work_clear(&w.base);
	return code;
}

int
cmd_case_close(int argc, char **argv)
{
	const char *reason = NULL, *file = NULL, *encoding = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"reason", FV_CLI_TEXT, &reason, false},
	    {"file", FV_CLI_TEXT, &file, false},
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct textfile_opts opts = {0};
	json_t *text, *request;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if ((file == NULL) == (reason == NULL))
		return fv_cli_fail(FV_EXIT_USAGE, "case close",
		    "give a case with --reason, or --file; see --help");
	if (!fv_verb_operands(argc, file == NULL, file == NULL, USAGE))
		return FV_EXIT_USAGE;
	if (file == NULL) {
		request = json_pack("{s:s, s:s}", "case", argv[1], "reason", reason);
	} else {
		if ((code = textfile_encoding_option(encoding, &opts)) != FV_EXIT_OK ||
		    (code = textfile_read_json(file, &opts, &text)) != FV_EXIT_OK)
			return code;
		request =
		    json_pack("{s:s, s:o}", "file", fv_verb_file_name(file), "text", text);
	}
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "case close", "out of memory; try again");
	return fv_host_call("case close", request, as_json);
}
