/* Which contacts a frequency rule counts, and on which keys: debts, numbers, persons. */
#include "lib/audit_count.h"

enum fv_with
fv_contact_person(const struct fv_contact *k)
{
	enum fv_with meant = k->meant_for == 0 ? FV_WITH_DEBTOR : k->meant_for;
	bool is_placed = k->channel != FV_CHANNEL_VISIT || k->by == FV_BY_DEBTOR;

	if (fv_contact_is_unanswered(k))
		return meant;
	if (k->with == 0)
		return is_placed ? meant : k->meant_for;
	return k->with;
}

struct fv_counting
fv_count_matches(const struct fv_judge *j, uint32_t channels, uint32_t by, uint32_t outcomes)
{
	const struct fv_clause *c = j->clause;
	const struct fv_contact *k = j->view->k;
	const uint32_t met = fv_code_bit(FV_OUTCOME_CONVERSATION);
	uint32_t with = c->u.frequency.with;
	uint32_t purpose = k->purpose == 0 ? FV_PURPOSE_COLLECT : k->purpose;
	uint32_t outcome = fv_code_bit(k->outcome);
	uint32_t person = fv_code_bit(fv_contact_person(k));
	struct fv_counting n = {.what = FV_COUNTS_NOT};

	/* A visit that is planned is one that will meet the debtor. */
	if (j->plan != NULL && outcome == 0)
		outcome =
		    (outcomes & met) != 0 ? met : fv_code_bit(FV_OUTCOME_CONTACT) & outcomes;
	if (j->plan != NULL && person == 0)
		person = fv_code_bit(FV_WITH_DEBTOR);
	if ((channels & fv_code_bit(k->channel)) == 0 || !j->view->is_counted ||
	    (by & fv_code_bit(k->by)) == 0 || !fv_is_in_force(j->rule, c, j->view->day) ||
	    (c->places != 0 && k->place != 0 && (c->places & fv_code_bit(k->place)) == 0) ||
	    (c->purposes != 0 && (c->purposes & fv_code_bit(purpose)) == 0) ||
	    (outcomes != 0 && outcome != 0 && (outcomes & outcome) == 0) ||
	    (with != 0 && person != 0 && (with & person) == 0))
		return n;
	n.what = FV_MAY_COUNT;
	if (outcomes != 0 && outcome == 0)
		n.lacks = "outcome";
	else if (with != 0 && person == 0)
		n.lacks = "with";
	else if (c->places != 0 && k->place == 0)
		n.lacks = "place";
	else
		n.what = FV_COUNTS;
	return n;
}

void
fv_contact_debts(
    const struct fv_casefile *file, const struct fv_contact *k, struct fv_keys *keys_out)
{
	const struct fv_case *c = file->h->subject;

	*keys_out = (struct fv_keys){.list = k->debts};
	if (k->has_discussed && k->discussed.count > 0) {
		/* A conversation counts on the debts it turned to. */
		keys_out->list = k->discussed;
	} else if (k->debts.count > 0) {
		/* One about no debt in particular counts on at least one of them. */
		keys_out->is_either = k->has_discussed && k->debts.count > 1 &&
		    k->outcome == FV_OUTCOME_CONVERSATION;
	} else if (c->debts.count > 0) {
		keys_out->list = c->debts;
		keys_out->is_either = c->debts.count > 1;
	} else {
		keys_out->one = c->id;
		keys_out->list = (struct fv_strs){&keys_out->one, 1};
	}
}

/* Keys are pointers, equal for equal keys.  None: the key is not said. */
void
fv_count_keys(const struct fv_judge *j, struct fv_keys *keys_out)
{
	const struct fv_contact *k = j->view->k;
	enum fv_per per = j->clause->u.frequency.per;
	enum fv_with person = fv_contact_person(k);
	const char *key = k->number;

	if (per == FV_PER_DEBT) {
		fv_contact_debts(j->file, k, keys_out);
		return;
	}
	/* The debtor is one person by whatever number, and so is his spouse. */
	if (per == FV_PER_DEBTOR || (per == FV_PER_PERSON && person == FV_WITH_DEBTOR))
		key = j->file->h->subject->id;
	else if (per == FV_PER_PERSON && person == FV_WITH_SPOUSE)
		key = fv_code_word(FV_CODES_WITH, FV_WITH_SPOUSE);
	*keys_out = (struct fv_keys){.one = key};
	keys_out->list = (struct fv_strs){&keys_out->one, key == NULL ? 0 : 1};
}
