/* Findings of a run on their way into the store, and how far the run got: both halves. */
#include <stdlib.h>
#include <string.h>

#include "sync-server/audit_run.h"
#include "sync-server/control.h"
#include "sync-server/handlers.h"

#define PUT_MAX 2000U /* rows of one request, so that nothing waits long for the writer */

/* -- tally ---------------------------------------------------------------------------- */

json_t *
audit_tally_json(const struct audit_tally *t)
{
	json_t *verdicts = json_array(), *moves = json_array();

	for (size_t v = 0; v <= FV_VERDICT_FAIL; v++) {
		json_t *row = json_array();

		json_array_append_new(verdicts, json_integer((json_int_t)t->verdicts[v]));
		for (size_t to = 0; to <= FV_VERDICT_FAIL; to++)
			json_array_append_new(row, json_integer((json_int_t)t->moves[v][to]));
		json_array_append_new(moves, row);
	}
	return json_pack("{s:I, s:I, s:I, s:o, s:o}", "cases", (json_int_t)t->cases,
	    "not_judged", (json_int_t)t->not_judged, "changed", (json_int_t)t->changed,
	    "verdicts", verdicts, "moves", moves);
}

static uint64_t
number(const json_t *json)
{
	return (uint64_t)json_integer_value(json);
}

void
audit_tally_read(const json_t *json, struct audit_tally *out)
{
	const json_t *moves = json_object_get(json, "moves");

	memset(out, 0, sizeof *out);
	out->cases = number(json_object_get(json, "cases"));
	out->not_judged = number(json_object_get(json, "not_judged"));
	out->changed = number(json_object_get(json, "changed"));
	for (size_t v = 0; v <= FV_VERDICT_FAIL; v++) {
		out->verdicts[v] =
		    number(json_array_get(json_object_get(json, "verdicts"), v));
		for (size_t to = 0; to <= FV_VERDICT_FAIL; to++)
			out->moves[v][to] =
			    number(json_array_get(json_array_get(moves, v), to));
	}
}

/* -- this side ------------------------------------------------------------------------ */

json_t *
audit_row_json(const struct fv_store_finding *f, enum fv_verdict was)
{
	return json_pack("[o, o, o, o, o, I, b, I, o, o, o, o, o, o, i]",
	    fv_verb_json_hex(f->id, sizeof f->id), fv_verb_json_span(f->subject),
	    fv_verb_json_span(f->case_id), fv_verb_json_span(f->pack),
	    fv_verb_json_span(f->rule), (json_int_t)f->verdict, f->is_provisional,
	    (json_int_t)f->contact_ms, fv_verb_json_hex(f->pack_sha256.b, FV_HASH_BYTES),
	    fv_verb_json_span(f->engine), fv_verb_json_span(f->tzdata),
	    fv_verb_json_base64(f->as_of), fv_verb_json_hex(f->inputs_hash.b, FV_HASH_BYTES),
	    fv_verb_json_span(f->inputs), (int)was);
}

static uint32_t
revision_of(struct audit_run *run, const struct fv_hash *sha256)
{
	struct fv_store_pack row;
	const struct fv_rulepack *pack;

	for (size_t i = 0; (pack = judge_pack(run->judge, i)) != NULL; i++)
		if (memcmp(pack->sha256.b, sha256->b, FV_HASH_BYTES) == 0)
			return pack->revision;
	return fv_store_pack_get(run->store, sha256, &row) == FV_OK ? row.revision : 0;
}

/* One line of what a trial would change: as fv_store_run_each_change() gives it. */
static enum fv_err
spool(struct audit_run *run, const struct fv_store_finding *row, enum fv_verdict was,
    const struct fv_hash *was_pack)
{
	json_t *line = json_pack("[o, o, o, o, i, i, I, I]", fv_verb_json_span(row->case_id),
	    fv_verb_json_span(row->subject), fv_verb_json_span(row->pack),
	    fv_verb_json_span(row->rule), (int)was, (int)row->verdict,
	    (json_int_t)(was_pack != NULL ? revision_of(run, was_pack) : 0),
	    (json_int_t)revision_of(run, &row->pack_sha256));
	enum fv_err rc = FV_ENOMEM;

	if (run->changes == NULL)
		run->changes = tmpfile();
	if (line != NULL)
		rc = run->changes != NULL &&
			json_dumpf(line, run->changes, JSON_COMPACT) == 0 &&
			fputc('\n', run->changes) != EOF
		    ? FV_OK
		    : FV_EIO;
	json_decref(line);
	return rc;
}

enum fv_err
audit_keep(struct audit_run *run, const struct fv_store_finding *row, enum fv_verdict was,
    const struct fv_hash *was_pack)
{
	run->tally.changed++;
	run->tally.moves[was][row->verdict]++;
	if (run->is_trial)
		return run->args.shows_changes ? spool(run, row, was, was_pack) : FV_OK;
	return json_array_append_new(run->rows, audit_row_json(row, was)) == 0 ? FV_OK
									       : FV_ENOMEM;
}

/* Ask whoever writes.  Takes: request.  Owned: *answer_out.  Says why not. */
static int
ask(struct audit_run *run, const char *verb, json_t *request, json_t **answer_out)
{
	const char *error;
	int code = FV_EXIT_TEMPFAIL;

	*answer_out = NULL;
	if (request == NULL || json_object_set_new(request, "verb", json_string(verb)) != 0) {
		json_decref(request);
		return fv_cli_fail(code, "audit run", "out of memory; try again");
	}
	if (run->host != NULL)
		*answer_out = fv_host_run(run->host, request);
	else if (fv_control_call(fv_host_dir(), request, answer_out) != FV_OK)
		code = fv_cli_fail(code, fv_host_dir(),
		    "the server that writes does not answer any more; 'fieldvisitd audit run "
		    "--resume' goes on when it runs again");
	json_decref(request);
	if (*answer_out == NULL)
		return code;
	code = (int)json_integer_value(json_object_get(*answer_out, "exit"));
	error = json_string_value(json_object_get(*answer_out, "error"));
	return error != NULL ? fv_cli_fail(code, "audit run", "%s", error) : code;
}

/* The rows from `at` on, so many that a request stays small. */
static json_t *
some_rows(const struct audit_run *run, size_t at)
{
	const size_t count = json_array_size(run->rows);
	json_t *rows = json_array();

	for (size_t i = at; rows != NULL && i < count && i < at + PUT_MAX; i++)
		json_array_append(rows, json_array_get(run->rows, i));
	return rows;
}

/* The pictures go with the last part of what they show. */
static json_t *
some_pictures(const struct audit_run *run, bool is_last)
{
	return is_last && run->pictures != NULL ? json_copy(run->pictures) : json_array();
}

static int
put_rows(struct audit_run *run, json_t *rows, const struct audit_tally *counts,
    const char *cursor, bool is_last, bool is_end)
{
	json_t *tally = audit_tally_json(counts), *answer;
	char *text = tally != NULL ? json_dumps(tally, JSON_COMPACT) : NULL;
	int code = ask(run, "audit put",
	    json_pack("{s:I, s:s, s:s, s:I, s:o, s:b, s:o}", "run", (json_int_t)run->no,
		"cursor", cursor, "tally", text != NULL ? text : "", "end_ms",
		(json_int_t)(is_end ? fv_host_now_ms() : 0), "rows", rows, "is_pictured",
		run->pictures != NULL, "pictures", some_pictures(run, is_last)),
	    &answer);

	json_decref(tally);
	json_decref(answer);
	free(text);
	return code;
}

/*
 * Many findings go in parts.  All but the last part leave the cursor where it was and count
 * only what they write: a run cut short there judges those cases again, and finds that
 * these rows need not be written.
 */
int
audit_flush(struct audit_run *run, bool is_end)
{
	const size_t count = json_array_size(run->rows);
	struct audit_tally part = run->written_tally;
	int code = FV_EXIT_OK;
	size_t at = 0;

	if (run->is_trial)
		return FV_EXIT_OK;
	for (; code == FV_EXIT_OK && count - at > PUT_MAX; at += PUT_MAX) {
		for (size_t i = at; i < at + PUT_MAX; i++) {
			const json_t *row = json_array_get(run->rows, i);

			part.changed++;
			part.moves[number(json_array_get(row, AUDIT_ROW_MEMBERS - 1))]
				  [number(json_array_get(row, 5))]++;
		}
		code = put_rows(
		    run, some_rows(run, at), &part, run->written_cursor, false, false);
	}
	if (code == FV_EXIT_OK)
		code =
		    put_rows(run, some_rows(run, at), &run->tally, run->cursor, true, is_end);
	json_array_clear(run->rows);
	json_array_clear(run->pictures);
	memcpy(run->written_cursor, run->cursor, sizeof run->written_cursor);
	run->written_tally = run->tally;
	return code;
}

static json_t *
args_json(const struct audit_run *run)
{
	const struct audit_args *a = &run->args;

	return json_pack("{s:s?, s:s?, s:b, s:I, s:b, s:I, s:I}", "case", a->case_id, "agency",
	    a->agency, "has_from", a->has_from, "from", (json_int_t)a->from_day, "has_until",
	    a->has_until, "until", (json_int_t)a->until_day, "today_ms",
	    (json_int_t)run->today_utc_ms);
}

int
audit_begin(struct audit_run *run)
{
	json_t *args = args_json(run), *answer;
	char *text = args != NULL ? json_dumps(args, JSON_COMPACT) : NULL;
	const struct fv_rulepack *pack;
	struct fv_buf packs = {0};
	int code;

	for (size_t i = 0; (pack = judge_pack(run->judge, i)) != NULL; i++) {
		const struct fv_hash none = {{0}},
				     *base =
					 pack->extends != NULL ? &pack->base_sha256 : &none;

		fv_buf_put(&packs, pack->sha256.b, FV_HASH_BYTES);
		fv_buf_put(&packs, base->b, FV_HASH_BYTES);
	}
	code = ask(run, "audit begin",
	    json_pack("{s:I, s:s, s:o}", "started_ms", (json_int_t)run->started_ms, "args",
		text != NULL ? text : "", "packs", fv_verb_json_base64(fv_buf_span(&packs))),
	    &answer);
	run->no = number(json_object_get(answer, "run"));
	json_decref(answer);
	json_decref(args);
	free(text);
	fv_buf_clear(&packs);
	return code;
}

static const char *
text_or_null(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* What the run was asked for and counted, out of its row. */
static int
read_run(struct audit_run *run, const struct fv_store_run *row)
{
	json_t *tally = json_loadb((const char *)row->tally.ptr, row->tally.len, 0, NULL);
	struct audit_args *a = &run->args;
	const json_t *args;

	run->resumed = json_loadb((const char *)row->args.ptr, row->args.len, 0, NULL);
	if (tally != NULL)
		audit_tally_read(tally, &run->tally);
	json_decref(tally);
	args = run->resumed;
	if (args == NULL || (tally == NULL && row->tally.len > 0) ||
	    row->cursor.len >= sizeof run->cursor)
		return fv_cli_fail(
		    FV_EXIT_IO, "audit run", "the interrupted run's notes cannot be read");
	a->case_id = text_or_null(args, "case");
	a->agency = text_or_null(args, "agency");
	a->has_from = json_is_true(json_object_get(args, "has_from"));
	a->has_until = json_is_true(json_object_get(args, "has_until"));
	a->from_day = json_integer_value(json_object_get(args, "from"));
	a->until_day = json_integer_value(json_object_get(args, "until"));
	run->today_utc_ms = json_integer_value(json_object_get(args, "today_ms"));
	run->no = row->no;
	run->started_ms = row->started_ms;
	if (row->cursor.len > 0)
		memcpy(run->cursor, row->cursor.ptr, row->cursor.len);
	run->cursor[row->cursor.len] = '\0';
	memcpy(run->written_cursor, run->cursor, sizeof run->written_cursor);
	run->written_tally = run->tally;
	return FV_EXIT_OK;
}

int
audit_load(struct audit_run *run, struct fv_buf *packs_out)
{
	struct fv_store_run row;
	enum fv_err rc = fv_store_run_last(run->store, &row);
	int code;

	if (rc == FV_ENOENT || (rc == FV_OK && row.is_ended))
		return fv_cli_fail(FV_EXIT_NO, "--resume",
		    "no run was interrupted; 'fieldvisitd audit run' begins one");
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	fv_buf_put(packs_out, row.packs.ptr, row.packs.len);
	code = read_run(run, &row);
	return fv_buf_status(packs_out) == FV_OK ? code : fv_verb_unread(FV_ENOMEM);
}

/* -- the side that writes ---------------------------------------------------------------- */

int
fv_do_audit_begin(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *args = fv_verb_text(request, "args");
	struct fv_buf packs = {0};
	struct fv_store_run run = {
	    .started_ms = json_integer_value(json_object_get(request, "started_ms"))};
	uint64_t no = 0;
	enum fv_err rc = fv_verb_bytes(request, "packs", &packs);

	run.args = fv_span_z(args);
	run.packs = fv_buf_span(&packs);
	if (rc == FV_OK)
		rc = fv_store_run_put(host->store, &run, &no);
	fv_buf_clear(&packs);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "audit run", rc);
	return fv_verb_done(answer_out, json_pack("{s:I}", "run", (json_int_t)no), "run %llu",
	    (unsigned long long)no);
}

int
fv_do_audit_put(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const uint64_t no = number(json_object_get(request, "run"));
	const json_t *rows = json_object_get(request, "rows");
	struct audit_taking taking = {.rows = rows,
	    .pictures = json_object_get(request, "pictures"),
	    .is_pictured = json_is_true(json_object_get(request, "is_pictured")),
	    .run = no};
	struct fv_store_run run;
	enum fv_err rc = fv_store_run_last(host->store, &run);

	if (rc == FV_OK && (run.no != no || run.is_ended))
		return fv_verb_fail(answer_out, FV_EXIT_TEMPFAIL,
		    "run %llu stops here: run %llu was begun after it", (unsigned long long)no,
		    (unsigned long long)run.no);
	taking.judged_ms = run.started_ms;
	if (rc == FV_OK)
		rc = audit_take(host, &taking);
	if (rc == FV_OK) /* its texts were lent out */
		rc = fv_store_run_last(host->store, &run);
	run.cursor = fv_span_z(fv_verb_text(request, "cursor"));
	run.tally = fv_span_z(fv_verb_text(request, "tally"));
	run.ended_ms = json_integer_value(json_object_get(request, "end_ms"));
	run.is_ended = run.ended_ms != 0;
	if (rc == FV_OK)
		rc = fv_store_run_save(host->store, &run);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "audit run", rc);
	return fv_verb_done(answer_out, NULL, "%zu rows", json_array_size(rows));
}
