#include "firmware-app/doorlist.h"

#include <stdio.h>
#include <string.h>

#include "firmware-app/judge.h"

#define ANSWERS_MAX 512U /* of one visit that are looked at, the newest */

static void
take_duty(struct fv_door_items *kept, const struct fv_rule *rule)
{
	for (size_t i = 0; i < rule->clause_count; i++) {
		uint32_t bits = fv_checklist_items(rule->clauses[i].kind);

		if (rule->clauses[i].phase != FV_PHASE_DURING)
			continue;
		for (uint32_t step = 1; step <= FV_CHECKLIST_STEP_MAX; step++)
			if ((bits & fv_code_bit(step)) != 0 && kept->rules[step][0] == '\0')
				(void)snprintf(kept->rules[step], sizeof kept->rules[step],
				    "%.40s", rule->id);
		kept->items |= bits;
	}
}

/* What the packs of the case ask at such a visit. */
static enum fv_err
ask_packs(struct fv_app *app, const struct fv_work *work, struct fv_door_items *kept)
{
	struct fv_judgement answer = {0};
	struct fv_judge *judge;
	enum fv_err rc;

	memset(kept, 0, sizeof *kept);
	kept->items = FV_CHECKLIST_ALWAYS;
	kept->visit_seq = work->visit_seq;
	if ((rc = fv_judge_new(app, work->visit_ms, &judge)) != FV_OK)
		return rc;
	fv_judge_plan(judge, work->place, work->purpose);
	rc = fv_judge_ask(judge, work->case_id, &answer);
	for (size_t i = 0; rc == FV_OK && i < answer.check.duty_count; i++)
		take_duty(kept, answer.check.duties[i]);
	kept->is_settled = rc == FV_OK;
	fv_judgement_clear(&answer);
	fv_judge_free(judge);
	/* A case that was taken away in the middle of the visit leaves what is always asked.
	 */
	return rc == FV_ENOENT || rc == FV_EDENIED ? FV_OK : rc;
}

static enum fv_err
take_answers(struct fv_app *app, uint64_t seq, struct fv_doorlist *list)
{
	struct fv_record_row row;
	struct fv_header header;
	struct fv_cbor_reader r;
	struct fv_buf keep = {0};
	size_t count;
	uint64_t item;
	bool answer;
	enum fv_err rc = fv_store_get_record(app->store, seq, &keep, &row);

	if (rc == FV_OK && fv_header_parse(row.header, &header) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_OK && fv_cbor_map_find(row.payload, 4, &r) == FV_OK &&
	    fv_cbor_get_array(&r, &count) == FV_OK)
		for (; count > 0 && fv_checklist_next(&r, &item, &answer); count--) {
			fv_checklist_take(&list->said, item, answer, seq);
			if (item <= FV_CHECKLIST_STEP_MAX)
				list->at_ms[item] = header.rtc_ms;
		}
	fv_buf_clear(&keep);
	return rc;
}

enum fv_err
fv_doorlist_load(struct fv_app *app, const struct fv_work *work, struct fv_doorlist *list_out)
{
	struct fv_door_items *kept = &app->door;
	uint64_t seqs[ANSWERS_MAX], before = UINT64_MAX, seq;
	size_t count = 0;
	enum fv_err rc = FV_OK;

	memset(list_out, 0, sizeof *list_out);
	if ((!kept->is_settled || kept->visit_seq != work->visit_seq) &&
	    (rc = ask_packs(app, work, kept)) != FV_OK)
		return rc;
	list_out->items = kept->items;
	for (uint32_t step = 0; step <= FV_CHECKLIST_STEP_MAX; step++)
		list_out->rules[step] = kept->rules[step];
	while (count < ANSWERS_MAX &&
	    (rc = fv_store_last_of_type(app->store, FV_REC_CHECKLIST, before, &seq)) ==
		FV_OK &&
	    seq > work->visit_seq)
		before = seqs[count++] = seq;
	if (rc == FV_ENOENT)
		rc = FV_OK;
	while (rc == FV_OK && count > 0)
		rc = take_answers(app, seqs[--count], list_out);
	return rc;
}

static uint32_t
bits_in(uint32_t bits)
{
	uint32_t count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

uint32_t
fv_doorlist_length(const struct fv_doorlist *list)
{
	return bits_in(list->items);
}

uint32_t
fv_doorlist_answered(const struct fv_doorlist *list)
{
	return bits_in(list->items & list->said.answered);
}

void
fv_doorlist_tell(struct fv_app *app, const struct fv_work *work, struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	struct fv_doorlist list;

	if (!work->has_visit || fv_doorlist_load(app, work, &list) != FV_OK) {
		fv_json_null(json, "checklist");
		return;
	}
	fv_reply_line(reply, _("checklist: %u of %u answered%s"), fv_doorlist_answered(&list),
	    fv_doorlist_length(&list),
	    fv_checklist_confirmed(&list.said) == FV_TRI_YES
		? ""
		: _("; identity not confirmed: no word of the debt"));
	fv_json_begin_object(json, "checklist");
	fv_json_uint(json, "answered", fv_doorlist_answered(&list));
	fv_json_uint(json, "of", fv_doorlist_length(&list));
	fv_json_tri(json, "identity_confirmed", fv_checklist_confirmed(&list.said));
	fv_json_end_object(json);
}
