/* What the borrower of a case asked for and complained of, and what was done by when. */
#include "sync-server/care.h"
#include "sync-server/desk/proof_answer.h"
#include "sync-server/store/care.h"
#include "sync-server/store/work.h"

#define PAGE 200U

struct taking {
	const struct proof_case *c;
	json_t *list; /* owned */
	struct fv_store_care_query query;
	struct fv_store_asked_filter asked;
	size_t count; /* of this page */
};

static const char *
source_word(enum fv_care_source source)
{
	static const char *const words[] = {NULL, "code", "page", "visit"};

	return source <= FV_CARE_BY_VISIT ? words[source] : NULL;
}

static enum fv_err
take(const struct fv_store_care *row, void *ctx)
{
	struct taking *t = ctx;
	const struct proof_case *c = t->c;
	json_t *o;

	t->count++;
	t->query.after_deadline_ms = row->deadline_ms;
	t->query.after_no = row->no;
	if (row->received_ms < c->from_ms || row->received_ms >= c->until_ms)
		return FV_OK;
	o = json_pack("{s:I, s:s?, s:s?, s:o, s:o, s:s?, s:s?, s:o, s:o, s:o}", "no",
	    (json_int_t)row->no, "kind", care_kind_word(row->kind), "source",
	    source_word(row->source), "at", proof_time(c, row->received_ms), "deadline",
	    proof_time(c, row->deadline_ms - 1), "decision",
	    row->decision != 0 ? care_decision_word(row->decision) : NULL, "reason",
	    row->reason != 0 ? care_reason_word(row->reason) : NULL, "decided_at",
	    proof_time_or_null(c, row->decision != 0, row->decided_ms), "decided_by",
	    row->decision != 0 ? json_string(row->decided_by) : json_null(), "hold_until",
	    proof_time_or_null(c, row->has_hold, row->hold_until_ms));
	return o != NULL && json_array_append_new(t->list, o) == 0 ? FV_OK : FV_ENOMEM;
}

/* What was asked at the door; of promises nobody waits for an answer. */
static enum fv_err
take_asked(const struct fv_store_asked *a, void *ctx)
{
	static const char *const words[] = {
	    NULL, NULL, "instalment", "extension", "reduction"};
	static const char *const decisions[] = {NULL, "granted", "declined"};
	struct taking *t = ctx;
	const struct proof_case *c = t->c;
	const char *word =
	    a->business < sizeof words / sizeof words[0] ? words[a->business] : NULL;
	const bool is_decided =
	    a->decision == FV_ASKED_GRANTED || a->decision == FV_ASKED_REFUSED;
	json_t *o;

	t->count++;
	t->asked.after_due = a->due_ms;
	t->asked.after_visit = a->visit;
	if (word == NULL || a->at_ms < c->from_ms || a->at_ms >= c->until_ms)
		return FV_OK;
	o = json_pack("{s:I, s:s, s:s, s:o, s:o, s:s?, s:s?, s:o, s:o, s:n}", "no",
	    (json_int_t)a->visit, "kind", word, "source", source_word(FV_CARE_BY_VISIT), "at",
	    proof_time(c, a->at_ms), "deadline", proof_time(c, a->due_ms), "decision",
	    is_decided ? decisions[a->decision] : NULL, "reason",
	    is_decided ? a->reason : NULL, "decided_at",
	    proof_time_or_null(c, a->has_decided, a->decided_ms), "decided_by",
	    is_decided ? json_string(a->decided_by) : json_null(), "hold_until");
	return o != NULL && json_array_append_new(t->list, o) == 0 ? FV_OK : FV_ENOMEM;
}

enum fv_err
proof_requests(const struct proof_case *c, json_t **out)
{
	struct taking t = {.c = c,
	    .list = json_array(),
	    .query = {.case_id = c->id, .max = PAGE},
	    .asked = {.case_id = c->id, .max = PAGE}};
	enum fv_err rc = t.list != NULL ? FV_OK : FV_ENOMEM;

	do {
		t.count = 0;
		if (rc == FV_OK)
			rc = fv_store_care_list(c->store, &t.query, take, &t);
	} while (rc == FV_OK && t.count == PAGE);
	do {
		t.count = 0;
		if (rc == FV_OK)
			rc = fv_store_asked_each(c->store, &t.asked, take_asked, &t);
	} while (rc == FV_OK && t.count == PAGE);
	*out = rc == FV_OK ? t.list : NULL;
	if (rc != FV_OK)
		json_decref(t.list);
	return rc;
}
