/* Would this visit be allowed?  The `before` rules over the store, for a visit to come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/judge_check.h"
#include "sync-server/judge_in.h"

#define MINUTE_MS INT64_C(60000)
#define ID_BYTES 32U

/* What falls due is asked of that moment, so that the engine is made anew for each. */
static void
set_moment(struct judge *judge, int64_t at_ms)
{
	fv_audit_free(judge->audit);
	judge->audit = NULL;
	judge->audit_pack_count = 0;
	judge->opts.today_utc_ms = at_ms;
}

/* The other visits that are planned before it count as made. */
static enum fv_err
add_others(const struct judge_ask *ask, const char *case_id, struct fv_history *history)
{
	struct fv_history_error why;
	enum fv_err rc = FV_OK;
	char id[ID_BYTES];

	for (size_t i = 0; i < ask->other_count && rc == FV_OK; i++) {
		(void)snprintf(id, sizeof id, "planned-%zu", i);
		const struct fv_contact visit = {.id = id,
		    .case_id = case_id,
		    .channel = FV_CHANNEL_VISIT,
		    .by = FV_BY_COLLECTOR,
		    .begin_utc_ms = ask->others_ms[i],
		    .has_end = true,
		    .end_utc_ms = ask->others_ms[i] + MINUTE_MS};

		rc = fv_history_add_contact(history, &visit);
	}
	return rc == FV_OK && ask->other_count > 0 ? fv_history_finish(history, &why) : rc;
}

static char *
taken(struct fv_buf *buf)
{
	const char *z = fv_buf_z(buf);
	char *copy = z != NULL ? strdup(z) : NULL;

	fv_buf_reset(buf);
	return copy;
}

static enum fv_err
take_reason(struct judge_answer *out, const struct fv_finding *f)
{
	struct judge_reason *to = &out->reasons[out->reason_count];
	struct fv_buf text = {0};

	for (size_t i = 0; i < out->reason_count; i++)
		if (out->reasons[i].pack == f->pack->id && out->reasons[i].rule == f->rule->id)
			return FV_OK; /* the window's begin said so */
	if (out->reason_count == JUDGE_REASONS_MAX)
		return FV_OK;
	to->pack = f->pack->id;
	to->rule = f->rule->id;
	to->verdict = f->verdict;
	fv_audit_put_why(&text, f, false);
	to->why_en = taken(&text);
	fv_audit_put_why(&text, f, true);
	to->why_zh = taken(&text);
	fv_audit_put_citation(&text, f->rule, false);
	to->citation_en = taken(&text);
	fv_audit_put_citation(&text, f->rule, true);
	to->citation_zh = taken(&text);
	fv_buf_clear(&text);
	out->reason_count++;
	return to->why_en != NULL && to->why_zh != NULL && to->citation_en != NULL &&
		to->citation_zh != NULL
	    ? FV_OK
	    : FV_ENOMEM;
}

static void
take_answer(struct judge_answer *out, const struct fv_check *check)
{
	if (check->answer == FV_CHECK_NOT_NOW && out->answer != FV_CHECK_NOT_NOW) {
		out->answer = FV_CHECK_NOT_NOW;
		out->has_next = check->has_next;
		out->next_utc_ms = check->next_utc_ms;
		out->next_offset_s = check->next_offset_s;
	} else if (check->answer == FV_CHECK_ASK && out->answer == FV_CHECK_NONE_FORBIDS) {
		out->answer = FV_CHECK_ASK;
	}
}

static enum fv_err
ask_at(struct judge *judge, const struct fv_store_case *row, const struct judge_ask *ask,
    const struct fv_case_history *history, int64_t at_ms, struct judge_answer *out)
{
	struct fv_check check = {0};
	const struct fv_check_plan plan = {.officers = {ask->officers, ask->officer_count},
	    .place = (enum fv_place_code)ask->place,
	    .purpose = (enum fv_purpose)ask->purpose,
	    .has_place = row->item.has_place,
	    .lat_e7 = row->item.lat_e7,
	    .lon_e7 = row->item.lon_e7,
	    .accuracy_mm = 1000,
	    .now_utc_ms = at_ms,
	    .has_sync = true,
	    .sync_utc_ms = at_ms}; /* the handhelds will have synced by then */
	enum fv_err rc = fv_audit_check(judge->audit, history, &plan, &check);

	if (rc == FV_OK)
		take_answer(out, &check);
	for (size_t i = 0; rc == FV_OK && i < check.finding_count; i++)
		if (check.findings[i].verdict == FV_VERDICT_FAIL ||
		    check.findings[i].verdict == FV_VERDICT_REVIEW)
			rc = take_reason(out, &check.findings[i]);
	fv_check_clear(&check);
	return rc;
}

enum fv_err
judge_check(struct judge *judge, const struct fv_store_case *row, const struct judge_ask *ask,
    struct judge_answer *out)
{
	const struct fv_case_history *history;
	struct judgement j;
	char id[FV_CASE_ID_BYTES];
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_id_copy(row->item.id, id, sizeof id)) != FV_OK)
		return rc;
	set_moment(judge, ask->to_ms);
	if ((rc = judge_case(judge, row, &j)) != FV_OK)
		return rc;
	out->problem = j.problem;
	if (j.problem != NULL) {
		out->answer = FV_CHECK_ASK;
	} else if ((rc = add_others(ask, id, j.history)) == FV_OK) {
		history = fv_history_find(j.history, id);
		rc = ask_at(judge, row, ask, history, ask->from_ms, out);
		if (rc == FV_OK && ask->to_ms - MINUTE_MS > ask->from_ms)
			rc = ask_at(judge, row, ask, history, ask->to_ms - MINUTE_MS, out);
	}
	judgement_clear(&j);
	if (rc != FV_OK)
		judge_answer_clear(out);
	return rc;
}

void
judge_answer_clear(struct judge_answer *answer)
{
	for (size_t i = 0; i < JUDGE_REASONS_MAX; i++) {
		free(answer->reasons[i].why_en);
		free(answer->reasons[i].why_zh);
		free(answer->reasons[i].citation_en);
		free(answer->reasons[i].citation_zh);
	}
	memset(answer, 0, sizeof *answer);
}
