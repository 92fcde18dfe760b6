/* audit run: judge the cases of the store one by one and keep the findings that changed. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/audit_run.h"
#include "sync-server/cmd.h"

#define USAGE                                                                                 \
	"audit run [--pack ID[@rN]]... [--draft FILE.json]... [--case ID] [--agency A] "      \
	"[--from DATE] [--to DATE] [--changes] [--rules DIR] [--json] [--quiet]\n"            \
	"       fieldvisitd audit run --resume [--changes] [--json] [--quiet]"
#define ROWS_MAX 1000U        /* findings in one batch */
#define BATCH_MS INT64_C(500) /* after this long it is written, be it small */
#define PAGE 64U              /* cases whose names are read at once */

bool
audit_is_whole(const struct audit_run *run)
{
	const struct audit_args *a = &run->args;

	return a->packs.count == 0 && a->drafts.count == 0 && !a->has_from && !a->has_until &&
	    !a->resumes;
}

static int64_t
mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Ctrl-C and a service's stop wait until the case at hand is done. */
static void
hold_signals(sigset_t *stops)
{
	sigemptyset(stops);
	sigaddset(stops, SIGINT);
	sigaddset(stops, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, stops, NULL);
}

static bool
is_stopped(const sigset_t *stops)
{
	const struct timespec none = {0, 0};

	return sigtimedwait(stops, NULL, &none) > 0;
}

/* -- one case ----------------------------------------------------------------------- */

static enum fv_err
take_change(
    const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx)
{
	return audit_keep(ctx, row, finding->has_last ? finding->last_verdict : 0,
	    finding->has_last ? &finding->last_pack_sha256 : NULL);
}

/* One view of the store for one case: as_of says what it saw. */
static enum fv_err
run_case(struct audit_run *run, const char *id)
{
	const int64_t judged_ms = fv_host_now_ms();
	struct fv_store_case row;
	struct judgement j = {0};
	json_t *picture = NULL;
	enum fv_err rc;

	judge_turn(run->judge);
	if ((rc = fv_store_view_begin(run->store)) != FV_OK)
		return rc;
	rc = fv_store_case_get(run->store, fv_span_z(id), &row);
	if (rc == FV_OK) {
		row.item.id = fv_span_z(id); /* outlives the view */
		rc = judge_case(run->judge, &row, &j);
	}
	if (rc == FV_OK && run->pictures != NULL)
		rc = judge_picture(run->judge, &j, judged_ms, &picture);
	fv_store_view_end(run->store);
	if (rc == FV_ENOENT) /* cases are never deleted: one of a page read before */
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		rc = judge_each_change(run->judge, &j, take_change, run);
	if (picture != NULL && json_array_append_new(run->pictures, picture) != 0)
		rc = FV_ENOMEM;
	if (rc == FV_OK) {
		run->tally.cases++;
		run->tally.not_judged += j.problem != NULL ? 1U : 0U;
		for (size_t v = 0; v <= FV_VERDICT_FAIL; v++)
			run->tally.verdicts[v] += j.verdicts[v];
		memcpy(run->cursor, id, strlen(id) + 1);
	}
	judgement_clear(&j);
	return rc;
}

/* -- all of them --------------------------------------------------------------------- */

struct page {
	char ids[PAGE][FV_CASE_ID_BYTES];
	size_t count;
};

static enum fv_err
take_id(const struct fv_store_case *row, void *ctx)
{
	struct page *page = ctx;

	return fv_id_copy(row->item.id, page->ids[page->count++], FV_CASE_ID_BYTES);
}

static enum fv_err
read_page(struct audit_run *run, struct page *page)
{
	page->count = 0;
	if (run->args.case_id != NULL) {
		if (run->cursor[0] == '\0')
			(void)snprintf(page->ids[page->count++], FV_CASE_ID_BYTES, "%s",
			    run->args.case_id);
		return FV_OK;
	}
	return fv_store_case_each_after(
	    run->store, fv_span_z(run->cursor), run->args.agency, PAGE, take_id, page);
}

static int
stop_here(struct audit_run *run, int code)
{
	if (code == FV_EXIT_OK)
		code = audit_flush(run, false);
	audit_progress_show(run, true);
	if (code != FV_EXIT_OK)
		return code;
	return fv_cli_fail(FV_EXIT_TEMPFAIL, "audit run", "stopped after %llu cases; %s",
	    (unsigned long long)run->tally.cases,
	    run->is_trial ? "nothing was written"
			  : "'fieldvisitd audit run --resume' goes on from there");
}

static int
broken(struct audit_run *run, enum fv_err rc)
{
	audit_progress_show(run, true);
	return fv_cli_fail(fv_verb_exit(rc), "audit run", "after case %s: %s (%s)%s",
	    run->cursor[0] != '\0' ? run->cursor : "(none)", fv_err_text(rc),
	    fv_store_error(run->store),
	    run->is_trial ? "" : "; 'fieldvisitd audit run --resume' goes on from there");
}

static enum fv_err
keep_standing(const struct fv_store_finding *row, enum fv_verdict was,
    const struct fv_hash *was_pack, void *ctx)
{
	return audit_keep(ctx, row, was, was_pack);
}

/*
 * Findings about no contact, and hints: once a run, and not in one that chose cases or
 * dates.  They rest on verdicts on contacts too, so that those are written first.
 */
static int
run_standing(struct audit_run *run)
{
	const struct audit_args *a = &run->args;
	const struct standing_opts opts = {.judge = run->judge,
	    .store = run->store,
	    .now_ms = run->started_ms,
	    .is_whole = a->packs.count == 0 && a->drafts.count == 0 && !a->resumes,
	    .write = keep_standing,
	    .ctx = run};
	enum fv_err rc;
	int code;

	if (a->case_id != NULL || a->agency != NULL || a->has_from || a->has_until)
		return FV_EXIT_OK;
	if ((code = audit_flush(run, false)) != FV_EXIT_OK)
		return code;
	if ((rc = fv_store_view_begin(run->store)) == FV_OK)
		rc = standing_run(&opts, &run->standing);
	fv_store_view_end(run->store);
	return rc == FV_OK ? FV_EXIT_OK : broken(run, rc);
}

static int
run_cases(struct audit_run *run, const sigset_t *stops)
{
	int64_t written_ms = mono_ms();
	struct page page = {.count = 1};
	int code = FV_EXIT_OK;
	enum fv_err rc;

	while (page.count > 0) {
		if ((rc = read_page(run, &page)) != FV_OK)
			return broken(run, rc);
		for (size_t i = 0; i < page.count; i++) {
			if (is_stopped(stops))
				return stop_here(run, code);
			if ((rc = run_case(run, page.ids[i])) != FV_OK)
				return broken(run, rc);
			run->progress.done++;
			audit_progress_show(run, false);
			if (json_array_size(run->rows) < ROWS_MAX &&
			    mono_ms() - written_ms < BATCH_MS)
				continue;
			if ((code = audit_flush(run, false)) != FV_EXIT_OK)
				return stop_here(run, code);
			written_ms = mono_ms();
		}
	}
	if ((code = run_standing(run)) != FV_EXIT_OK)
		return stop_here(run, code);
	audit_progress_show(run, true);
	return audit_flush(run, true);
}

/* -- options and opening ---------------------------------------------------------------- */

static int
read_day(const char *option, const char *text, bool *has_out, int64_t *day_out)
{
	*has_out = text != NULL;
	if (text == NULL || fv_date_parse(fv_span_z(text), day_out) == FV_OK)
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_USAGE, option, "%s is no date such as 2026-03-02", text);
}

static int
check_args(const struct audit_args *a)
{
	const bool chooses = a->packs.count > 0 || a->drafts.count > 0 || a->case_id != NULL ||
	    a->agency != NULL || a->has_from || a->has_until || a->rules != NULL;

	if (a->resumes && chooses)
		return fv_cli_fail(FV_EXIT_USAGE, "--resume",
		    "goes on as the run was begun; what it judges is not said again");
	if (a->case_id != NULL && a->agency != NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--case",
		    "one case or the cases of one --agency: choose one");
	if (a->has_from && a->has_until && a->from_day > a->until_day)
		return fv_cli_fail(FV_EXIT_USAGE, "--from", "comes after --to");
	if (a->case_id != NULL && !fv_id_valid(fv_span_z(a->case_id), FV_CASE_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, "--case",
		    "%s is no id of a case: letters, digits and ._-", a->case_id);
	return FV_EXIT_OK;
}

static int
read_args(int argc, char **argv, struct audit_args *a)
{
	const char *from = NULL, *until = NULL;
	const struct fv_cli_option options[] = {
	    {"agency", FV_CLI_TEXT, &a->agency, false},
	    {"case", FV_CLI_TEXT, &a->case_id, false},
	    {"changes", FV_CLI_FLAG, &a->shows_changes, false},
	    {"draft", FV_CLI_LIST, &a->drafts, false},
	    {"from", FV_CLI_TEXT, &from, false},
	    {"json", FV_CLI_FLAG, &a->as_json, false},
	    {"pack", FV_CLI_LIST, &a->packs, false},
	    {"quiet", FV_CLI_FLAG, &a->is_quiet, false},
	    {"resume", FV_CLI_FLAG, &a->resumes, false},
	    {"rules", FV_CLI_TEXT, &a->rules, false},
	    {"to", FV_CLI_TEXT, &until, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if ((code = read_day("--from", from, &a->has_from, &a->from_day)) != FV_EXIT_OK ||
	    (code = read_day("--to", until, &a->has_until, &a->until_day)) != FV_EXIT_OK)
		return code;
	return check_args(a);
}

static void
close_store(struct audit_run *run)
{
	if (run->host == NULL)
		fv_store_close(run->store);
	fv_host_close(run->host);
	run->host = NULL;
	run->store = NULL;
}

/* The folder for writing: by itself, or beside the server that writes. */
static int
open_to_write(struct audit_run *run)
{
	enum fv_err rc = fv_host_open(fv_host_dir(), &run->host);

	if (rc == FV_EBUSY)
		return fv_verb_open(&run->store);
	if (rc == FV_OK) {
		run->store = run->host->store;
		return FV_EXIT_OK;
	}
	return rc == FV_ENOENT ? FV_EXIT_CONFIG
	    : rc == FV_EDENIED ? FV_EXIT_NOPERM
			       : FV_EXIT_IO;
}

/* --case must be there; the agency too, where one is named. */
static int
check_choice(struct audit_run *run, uint64_t *total_out)
{
	struct fv_store_case row;
	enum fv_err rc;

	*total_out = 1;
	if (run->args.case_id != NULL) {
		rc = fv_store_case_get(run->store, fv_span_z(run->args.case_id), &row);
		if (rc == FV_ENOENT)
			return fv_cli_fail(FV_EXIT_NOINPUT, run->args.case_id,
			    "no such case; 'fieldvisitd case list' shows them");
		return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
	}
	rc = fv_store_case_count(
	    run->store, fv_span_z(run->cursor), run->args.agency, total_out);
	if (rc == FV_OK && *total_out == 0 && run->args.agency != NULL &&
	    run->cursor[0] == '\0')
		return fv_cli_fail(FV_EXIT_NOINPUT, run->args.agency,
		    "no case of this agency; 'fieldvisitd case list' shows them");
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

/* Open, choose the packs and begin.  A trial takes no lock and begins nothing. */
static int
start(struct audit_run *run)
{
	const bool may_be_trial = run->args.packs.count > 0 || run->args.drafts.count > 0;
	struct fv_buf packs = {0};
	int code = may_be_trial ? fv_verb_open(&run->store) : open_to_write(run);

	if (code == FV_EXIT_OK && run->args.resumes)
		code = audit_load(run, &packs);
	if (code == FV_EXIT_OK)
		code = run->args.resumes ? audit_take_packs(run, fv_buf_span(&packs))
					 : audit_choose_packs(run);
	if (code == FV_EXIT_OK && may_be_trial && !run->is_trial) {
		judge_close(run->judge);
		run->judge = NULL;
		close_store(run);
		if ((code = open_to_write(run)) == FV_EXIT_OK)
			code = audit_choose_packs(run);
	}
	fv_buf_clear(&packs);
	return code;
}

int
cmd_audit_run(int argc, char **argv)
{
	struct audit_run run = {.started_ms = fv_host_now_ms(), .rows = json_array()};
	uint64_t total;
	sigset_t stops;
	int code = read_args(argc, argv, &run.args);

	run.today_utc_ms = (run.started_ms / FV_MS_PER_DAY + 1) * FV_MS_PER_DAY;
	hold_signals(&stops);
	if (code == FV_EXIT_OK && run.rows == NULL)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, "audit run", "out of memory; try again");
	if (code == FV_EXIT_OK)
		code = start(&run);
	if (code == FV_EXIT_OK)
		code = check_choice(&run, &total);
	if (code == FV_EXIT_OK && !run.is_trial && !run.args.resumes)
		code = audit_begin(&run);
	if (code == FV_EXIT_OK) {
		if (audit_is_whole(&run))
			run.pictures = json_array();
		audit_progress_start(&run, total);
		code = run_cases(&run, &stops);
	}
	if (code == FV_EXIT_OK)
		code = audit_show(&run);
	judge_close(run.judge);
	close_store(&run);
	json_decref(run.rows);
	json_decref(run.pictures);
	json_decref(run.resumed);
	if (run.changes != NULL)
		fclose(run.changes);
	return code < 0 ? FV_EXIT_OK : code;
}
