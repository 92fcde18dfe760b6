/* Answers to what was asked for at the door, and what settles an exception. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/care.h"
#include "sync-server/handlers.h"
#include "sync-server/store/work.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define SEQ_BITS 40

/* The same request in the inbox, which the borrower's page shows. */
struct inbox {
	int64_t numbers[8];
	size_t count;
};

static enum fv_err
take_open(const struct fv_store_care *row, void *ctx)
{
	struct inbox *inbox = ctx;

	if (row->source == FV_CARE_BY_VISIT && row->state == FV_CARE_OPEN &&
	    inbox->count < sizeof inbox->numbers / sizeof inbox->numbers[0])
		inbox->numbers[inbox->count++] = row->no;
	return FV_OK;
}

static enum fv_err
answer_inbox(struct fv_store *store, const struct fv_store_asked *asked)
{
	const bool is_granted = asked->decision == FV_ASKED_GRANTED;
	struct inbox inbox = {.count = 0};
	struct fv_store_care row;
	enum fv_err rc = fv_store_care_each_visit(store, asked->visit >> SEQ_BITS,
	    (uint64_t)asked->visit & ((UINT64_C(1) << SEQ_BITS) - 1), take_open, &inbox);

	for (size_t i = 0; i < inbox.count && rc == FV_OK; i++) {
		if ((rc = fv_store_care_get(store, inbox.numbers[i], &row)) != FV_OK)
			break;
		row.state = FV_CARE_ANSWERED;
		row.decision = care_decision_of(is_granted ? "granted" : "declined");
		row.reason = care_reason_of(is_granted ? "plan_agreed" : "plan_not_possible");
		row.decided_ms = asked->decided_ms;
		memcpy(row.decided_by, asked->decided_by, sizeof row.decided_by);
		rc = fv_store_care_save(store, &row);
	}
	return rc;
}

int
fv_do_request_answer(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	static const char *const reasons[] = {"agreed", "partly", "no_means_shown", "too_long",
	    "kept", "not_kept", "policy", NULL};
	const char *reason = fv_verb_text(request, "reason");
	struct fv_store_asked asked;
	enum fv_err rc;

	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "reason %.40s: want agreed, partly, no_means_shown, too_long, kept, "
		    "not_kept or policy",
		    reason);
	rc = fv_store_asked_get(
	    host->store, json_integer_value(json_object_get(request, "visit")), &asked);
	if (rc == FV_ENOENT)
		return fv_verb_fail(
		    answer_out, FV_EXIT_NOINPUT, "nothing was asked for at this visit");
	if (rc == FV_OK && asked.decision != FV_ASKED_OPEN)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s has answered it before; an answer stays", asked.decided_by);
	asked.decision = json_is_true(json_object_get(request, "granted")) ? FV_ASKED_GRANTED
									   : FV_ASKED_REFUSED;
	asked.has_decided = true;
	asked.decided_ms = fv_host_now_ms();
	(void)snprintf(asked.reason, sizeof asked.reason, "%s", reason);
	(void)snprintf(
	    asked.decided_by, sizeof asked.decided_by, "%s", fv_verb_text(request, "by"));
	if (rc == FV_OK)
		rc = fv_store_asked_decide(host->store, &asked);
	/* The store tells the handhelds (asked_answered). */
	if (rc == FV_OK)
		rc = answer_inbox(host->store, &asked);
	if (rc == FV_OK)
		rc = fv_worklog_about(host, "answer", asked.case_id, reason, asked.decided_by);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, "answer", rc);
	return fv_verb_done(answer_out, json_pack("{s:s}", "case", asked.case_id),
	    "%s: answered; its handhelds learn of it at their next sync", asked.case_id);
}

int
fv_do_exception_settle(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	static const char *const reasons[] = {"explained", "corrected", "no_signal",
	    "equipment", "own_duty", "false_alarm", "passed_on", NULL};
	const char *reason = fv_verb_text(request, "reason");
	const char *key = fv_verb_text(request, "key");
	struct fv_store_exception e = {.settled_ms = fv_host_now_ms()};
	const json_int_t kind = json_integer_value(json_object_get(request, "kind"));
	enum fv_err rc;

	if (!fv_worklog_is_reason(reason, reasons))
		return fv_verb_fail(answer_out, FV_EXIT_USAGE,
		    "reason %.40s: want explained, corrected, no_signal, equipment, own_duty, "
		    "false_alarm or passed_on",
		    reason);
	if (kind <= FV_EXCEPTION_PLAN || kind > FV_EXCEPTION_OPEN_END || key[0] == '\0' ||
	    strlen(key) >= sizeof e.key)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT, "no such exception");
	e.kind = (enum fv_exception_kind)kind;
	(void)snprintf(e.key, sizeof e.key, "%s", key);
	(void)snprintf(e.reason, sizeof e.reason, "%s", reason);
	(void)snprintf(e.settled_by, sizeof e.settled_by, "%s", fv_verb_text(request, "by"));
	rc = fv_store_settled_put(host->store, &e);
	if (rc == FV_EEXIST)
		return fv_verb_fail(answer_out, FV_EXIT_DATA, "it is settled already");
	if (rc == FV_OK)
		rc = fv_worklog_about(host, "exception", key, reason, e.settled_by);
	return rc != FV_OK ? fv_verb_broken(answer_out, "exception", rc)
			   : fv_verb_done(answer_out, NULL, "settled (%s)", reason);
}

int
fv_do_exception_reopen(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *key = fv_verb_text(request, "key");
	const json_int_t kind = json_integer_value(json_object_get(request, "kind"));
	enum fv_err rc = fv_store_settled_drop(host->store, (enum fv_exception_kind)kind, key);

	if (rc == FV_OK)
		rc = fv_worklog_about(
		    host, "exception", key, "reopened", fv_verb_text(request, "by"));
	return rc != FV_OK ? fv_verb_broken(answer_out, "exception", rc)
			   : fv_verb_done(answer_out, NULL, "open again");
}
