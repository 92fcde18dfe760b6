/*
 * case reassign: many cases at once to other officers, each with a card that was sealed anew
 * for them; all or none.  What was planned for an officer who loses a case is the new one's.
 */
#include <stdlib.h>
#include <string.h>

#include "sync-server/case_work.h"
#include "sync-server/handlers.h"
#include "sync-server/store/work.h"
#include "sync-server/verb.h"
#include "sync-server/worklog.h"

#define BATCH_MAX 500U

/* One case of the batch. */
struct moving {
	struct fv_case_work *work;
	const char *agency; /* "": any */
	const char *by;
	json_t **answer_out;
	size_t without_card; /* officers who cannot open the card of their case */
};

static int
take_card(struct moving *m, const char *id, const json_t *card, struct fv_span assigned,
    bool *is_new_out)
{
	const char *note = json_string_value(json_object_get(card, "note"));
	struct fv_buf ct = {0}, capsules = {0};
	struct fv_item_card item;
	const char *rule = NULL;
	enum fv_err rc = FV_OK;
	int code = FV_EXIT_OK;

	*is_new_out = false;
	if (card == NULL || json_is_null(card))
		return FV_EXIT_OK;
	if (note == NULL || fv_verb_bytes(card, "ct", &ct) != FV_OK ||
	    fv_verb_bytes(card, "capsules", &capsules) != FV_OK)
		rule = "want note, ct and capsules, the last two as base64";
	if (rule == NULL) {
		item = (struct fv_item_card){
		    fv_span_z(note), fv_buf_span(&ct), fv_buf_span(&capsules)};
		rc = fv_case_work_take_card(m->work, id, assigned, &item, is_new_out, &rule);
	}
	if (rule != NULL)
		code = fv_verb_fail(m->answer_out, FV_EXIT_DATA,
		    "%s: card: %s; nothing was changed", id, rule);
	else if (rc != FV_OK)
		code = fv_verb_broken(m->answer_out, id, rc);
	fv_buf_clear(&ct);
	fv_buf_clear(&capsules);
	return code;
}

/* His plans go to the first of the new officers who is not one of the old. */
static enum fv_err
move_plans(struct moving *m, const char *id, const char *before, struct fv_span now)
{
	struct fv_span list = fv_span_z(before), officer, first = now;
	char from[FV_ID_BYTES], to[FV_ID_BYTES];
	enum fv_err rc = FV_OK;

	if (!fv_verb_next(&first, &officer) || fv_id_copy(officer, to, sizeof to) != FV_OK)
		return FV_OK;
	while (rc == FV_OK && fv_verb_next(&list, &officer))
		if (!fv_verb_has(now, officer) &&
		    fv_id_copy(officer, from, sizeof from) == FV_OK)
			rc = fv_store_plan_move(m->work->host->store, id, from, to);
	return rc;
}

static enum fv_err
count_unreached(struct moving *m, const struct fv_item_case *item)
{
	struct fv_span list = item->assigned, officer;
	bool has_card, reaches;
	enum fv_err rc = FV_OK;

	while (rc == FV_OK && fv_verb_next(&list, &officer)) {
		rc = fv_case_work_reach(m->work, item->id, officer, &has_card, &reaches);
		m->without_card += rc == FV_OK && has_card && !reaches;
	}
	return rc;
}

/* Write what was checked.  `row` is borrowed from the store until the first write. */
static enum fv_err
put_case(struct moving *m, const char *id, struct fv_store_case *row, struct fv_span list,
    bool has_new_card)
{
	struct fv_case_news news = {.is_changed = true, .has_new_card = has_new_card};
	char *before = fv_verb_copy(row->item.assigned);
	enum fv_err rc = before != NULL ? FV_OK : FV_ENOMEM;

	row->item.assigned = list;
	row->updated_ms = m->work->now_ms;
	if (rc == FV_OK)
		rc = fv_store_case_put(m->work->host->store, row);
	row->item.id = fv_span_z(id);
	news.assigned_before = fv_span_z(before != NULL ? before : "");
	if (rc == FV_OK)
		rc = move_plans(m, id, before, list);
	if (rc == FV_OK)
		rc = fv_case_work_tell(m->work, &row->item, &news);
	if (rc == FV_OK)
		rc = count_unreached(m, &row->item);
	free(before);
	return rc;
}

static int
move_case(struct moving *m, const json_t *entry)
{
	const char *id = fv_verb_text(entry, "case");
	struct fv_host *host = m->work->host;
	struct fv_store_case row;
	struct fv_buf list = {0};
	bool is_new = false;
	enum fv_err rc;
	int code;

	if ((code = fv_case_work_officers(m->work, json_object_get(entry, "officers"), &list,
		 m->answer_out)) != FV_EXIT_OK ||
	    (code = take_card(m, id, json_object_get(entry, "card"), fv_buf_span(&list),
		 &is_new)) != FV_EXIT_OK ||
	    (code = fv_case_work_open(host, id, &row, m->answer_out)) != FV_EXIT_OK)
		goto cleanup;
	if (m->agency[0] != '\0' && !fv_span_equal(row.item.agency, fv_span_z(m->agency))) {
		code = fv_verb_fail(m->answer_out, FV_EXIT_NOINPUT,
		    "%s: no such case; nothing was changed", id);
		goto cleanup;
	}
	rc = put_case(m, id, &row, fv_buf_span(&list), is_new);
	if (rc == FV_OK)
		rc = fv_worklog_about(host, "assign", id, fv_buf_z(&list), m->by);
	if (rc != FV_OK)
		code = fv_verb_broken(m->answer_out, id, rc);
cleanup:
	fv_buf_clear(&list);
	return code;
}

int
fv_do_case_reassign(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const json_t *cases = json_object_get(request, "cases");
	const size_t count = json_array_size(cases);
	struct fv_case_work work;
	struct moving m = {.work = &work,
	    .agency = fv_verb_text(request, "agency"),
	    .by = fv_verb_text(request, "by"),
	    .answer_out = answer_out};
	int code;

	if (count == 0 || count > BATCH_MAX)
		return fv_verb_fail(
		    answer_out, FV_EXIT_USAGE, "case reassign: needs 1 to 500 cases");
	code = fv_case_work_init(&work, host, answer_out);
	for (size_t i = 0; i < count && code == FV_EXIT_OK; i++)
		code = move_case(&m, json_array_get(cases, i));
	if (code == FV_EXIT_OK)
		code = fv_verb_done(answer_out,
		    json_pack("{s:I, s:I}", "cases", (json_int_t)count, "without_card",
			(json_int_t)m.without_card),
		    "%zu cases assigned; the handhelds learn of it at their next sync", count);
	fv_case_work_clear(&work);
	return code;
}
