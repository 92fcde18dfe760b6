/* What the checklist at the door says of a visit, beside its outcome (PROTOCOL.md
 * section 13): two that contradict each other leave it unknown. */
#include "fv/checklist.h"
#include "lib/fold_internal.h"

/* What an answer is besides: an event, on the visiting officer's word alone. */
static const struct {
	uint32_t item;
	bool answer;
	enum fv_event_kind kind;
	uint32_t scopes;
	bool stays; /* a later answer does not take it back */
} sayings[] = {
    {FV_STEP_DISCLOSE, true, FV_EVENT_DISCLOSURE, 0, false},
    {FV_STEP_FILM, true, FV_EVENT_CONSENT, 1U << (FV_SCOPE_RECORDING - 1), false},
    {FV_STEP_ENTER, true, FV_EVENT_CONSENT, 1U << (FV_SCOPE_ENTRY - 1), false},
    {FV_STEP_LEAVE, false, FV_EVENT_LEAVE_REQUESTED, 0, true},
};
#define SAYING_COUNT (sizeof sayings / sizeof sayings[0])

/* The only pair of a record; one that holds several says no event. */
static bool
read_one(const struct kept *k, uint64_t *item_out, bool *answer_out)
{
	struct fv_cbor_reader r;
	size_t count;

	return fv_fold_find(k, 4, &r) && fv_cbor_get_array(&r, &count) == FV_OK &&
	    count == 1 && fv_checklist_next(&r, item_out, answer_out);
}

static void
take_answers(const struct kept *k, struct fv_checklist *list)
{
	struct fv_cbor_reader r;
	size_t count;
	uint64_t item;
	bool answer;

	if (!fv_fold_find(k, 4, &r) || fv_cbor_get_array(&r, &count) != FV_OK)
		return;
	for (size_t i = 0; i < count && fv_checklist_next(&r, &item, &answer); i++)
		fv_checklist_take(list, item, answer, k->header.seq);
}

/* An answer may be an event, or end one that was said before. */
static void
take_saying(struct kept *k, struct kept *said[SAYING_COUNT])
{
	uint64_t item;
	bool answer;

	if (!read_one(k, &item, &answer))
		return;
	for (size_t i = 0; i < SAYING_COUNT; i++) {
		if (sayings[i].item != item)
			continue;
		if (answer != sayings[i].answer) {
			if (said[i] != NULL && !sayings[i].stays)
				said[i]->says = 0;
			said[i] = sayings[i].stays ? said[i] : NULL;
		} else if (said[i] == NULL) {
			k->says = sayings[i].kind;
			k->scopes = sayings[i].scopes;
			said[i] = k;
		}
	}
}

/* What both say: where they differ nobody knows. */
static enum fv_tri
join(enum fv_tri outcome, enum fv_tri list, enum fv_said what, struct fv_contact *k)
{
	if (outcome == FV_TRI_UNKNOWN || list == FV_TRI_UNKNOWN)
		return outcome != FV_TRI_UNKNOWN ? outcome : list;
	if (outcome == list)
		return outcome;
	k->said_both |= (uint32_t)what;
	return FV_TRI_UNKNOWN;
}

/* A film holds the sound too, so that only "none" contradicts. */
static void
join_recorded(enum fv_tri list, struct fv_contact *k)
{
	enum fv_tri outcome = k->recorded == 0 ? FV_TRI_UNKNOWN
	    : k->recorded == FV_RECORDED_NONE  ? FV_TRI_NO
					       : FV_TRI_YES;

	switch (join(outcome, list, FV_SAID_RECORDED, k)) {
	case FV_TRI_YES:
		k->recorded = outcome == FV_TRI_YES ? k->recorded : FV_RECORDED_AUDIO;
		break;
	case FV_TRI_NO:
		k->recorded = FV_RECORDED_NONE;
		break;
	case FV_TRI_UNKNOWN:
		k->recorded = 0;
		break;
	}
}

void
fv_fold_checklist(const struct kept *begin, struct fv_fold_contact *c)
{
	struct fv_contact *k = &c->contact;
	struct kept *said[SAYING_COUNT] = {NULL};
	struct fv_checklist list = {0};

	/* What is ticked after the end was not done at the door. */
	for (struct kept *p = begin->part; p != NULL && p->header.type != FV_REC_VISIT_END;
	     p = p->next)
		if (p->header.type == FV_REC_CHECKLIST) {
			take_answers(p, &list);
			take_saying(p, said);
		}
	c->answered = list.answered;
	c->answered_yes = list.yes;
	k->identified =
	    join(k->identified, fv_checklist_identified(&list), FV_SAID_IDENTIFIED, k);
	k->identity_confirmed =
	    join(k->identity_confirmed, fv_checklist_confirmed(&list), FV_SAID_CONFIRMED, k);
	k->entered =
	    join(k->entered, fv_checklist_answer(&list, FV_STEP_ENTER), FV_SAID_ENTERED, k);
	k->camera =
	    join(k->camera, fv_checklist_answer(&list, FV_STEP_FILM), FV_SAID_CAMERA, k);
	join_recorded(fv_checklist_answer(&list, FV_STEP_RECORD), k);
	if (k->said_both != 0)
		c->marks |= FV_MARK_SAID_BOTH;
}
