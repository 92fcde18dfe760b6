/* audit run: judge every case of the store and keep the findings that changed. */
#include <stdlib.h>

#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/judge.h"
#include "sync-server/verb.h"

#define USAGE "audit run [--json]"

struct run {
	struct fv_host *host;
	struct judge *judge;
	int64_t now_ms;
	size_t cases, skipped, written;
	size_t verdicts[FV_VERDICT_FAIL + 1];
};

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	struct run *run = ctx;
	struct judgement judgement;
	enum fv_err rc = judge_case(run->judge, row, &judgement);

	if (rc != FV_OK)
		return rc;
	run->cases++;
	run->skipped += judgement.problem != NULL ? 1U : 0U;
	for (size_t i = 0; i < judgement.finding_count; i++)
		run->verdicts[judgement.findings[i].verdict]++;
	rc = judge_write(run->judge, &judgement, run->host->store, run->now_ms, &run->written);
	judgement_clear(&judgement);
	return rc;
}

int
fv_do_audit_run(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct run run = {.host = host, .now_ms = fv_host_now_ms()};
	enum fv_err rc;

	(void)request;
	rc = judge_open(
	    &run.judge, host->store, (run.now_ms / FV_MS_PER_DAY + 1) * FV_MS_PER_DAY);
	if (rc == FV_OK)
		rc = fv_store_case_each(host->store, take_case, &run);
	judge_close(run.judge);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "audit run", rc);
	return fv_verb_done(answer_out,
	    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "cases", (json_int_t)run.cases,
		"not_judged", (json_int_t)run.skipped, "fail",
		(json_int_t)run.verdicts[FV_VERDICT_FAIL], "review",
		(json_int_t)run.verdicts[FV_VERDICT_REVIEW], "pass",
		(json_int_t)run.verdicts[FV_VERDICT_PASS], "written", (json_int_t)run.written),
	    "%zu cases, %zu of them not judged: %zu fail, %zu review, %zu pass; %zu findings "
	    "new or "
	    "changed",
	    run.cases, run.skipped, run.verdicts[FV_VERDICT_FAIL],
	    run.verdicts[FV_VERDICT_REVIEW], run.verdicts[FV_VERDICT_PASS], run.written);
}

int
cmd_audit_run(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	return fv_host_call("audit run", json_object(), as_json);
}
