#include "fv/checklist.h"

#include "fv/rule.h"

#define BIT(item) (1U << ((item)-1))

uint32_t
fv_checklist_items(uint32_t kind)
{
	switch (kind) {
	case FV_RULE_IDENTIFY:
		return BIT(FV_STEP_IDENTIFY) | BIT(FV_STEP_CREDENTIAL);
	case FV_RULE_THIRD_PARTY:
		return BIT(FV_STEP_CONFIRM);
	case FV_RULE_DISCLOSURE:
		return BIT(FV_STEP_DISCLOSE);
	case FV_RULE_RECORDING:
		return BIT(FV_STEP_RECORD);
	case FV_RULE_CAMERA:
		return BIT(FV_STEP_FILM);
	case FV_RULE_ENTRY:
		return BIT(FV_STEP_ENTER);
	case FV_RULE_LEAVE:
		return BIT(FV_STEP_LEAVE);
	default:
		return 0;
	}
}

bool
fv_checklist_is_green(uint32_t item, bool answer)
{
	/* Staying outside, or filming nothing, is as good as doing it by consent. */
	return answer || item == FV_STEP_DEBT || item == FV_STEP_FILM || item == FV_STEP_ENTER;
}

void
fv_checklist_take(struct fv_checklist *list, uint64_t item, bool answer, uint64_t seq)
{
	if (item == 0 || item > FV_CHECKLIST_STEP_MAX)
		return;
	if ((list->answered & BIT(item)) == 0 || ((list->yes & BIT(item)) != 0) != answer)
		list->since[item] = seq;
	list->answered |= BIT(item);
	list->yes = answer ? list->yes | BIT(item) : list->yes & ~BIT(item);
}

bool
fv_checklist_next(struct fv_cbor_reader *reader, uint64_t *item_out, bool *answer_out)
{
	size_t two;

	return fv_cbor_get_array(reader, &two) == FV_OK && two == 2 &&
	    fv_cbor_get_uint(reader, UINT64_MAX, item_out) == FV_OK &&
	    fv_cbor_get_bool(reader, answer_out) == FV_OK;
}

enum fv_tri
fv_checklist_answer(const struct fv_checklist *list, uint32_t item)
{
	if ((list->answered & BIT(item)) == 0)
		return FV_TRI_UNKNOWN;
	return (list->yes & BIT(item)) != 0 ? FV_TRI_YES : FV_TRI_NO;
}

enum fv_tri
fv_checklist_identified(const struct fv_checklist *list)
{
	enum fv_tri said = fv_checklist_answer(list, FV_STEP_IDENTIFY);
	enum fv_tri shown = fv_checklist_answer(list, FV_STEP_CREDENTIAL);

	if (said == FV_TRI_NO || shown == FV_TRI_NO)
		return FV_TRI_NO;
	return said == shown ? said : FV_TRI_UNKNOWN;
}

enum fv_tri
fv_checklist_confirmed(const struct fv_checklist *list)
{
	static const uint32_t names[] = {FV_STEP_DEBT, FV_STEP_DISCLOSE};
	enum fv_tri known = fv_checklist_answer(list, FV_STEP_CONFIRM);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (fv_checklist_answer(list, names[i]) == FV_TRI_YES &&
		    (known != FV_TRI_YES ||
			list->since[FV_STEP_CONFIRM] > list->since[names[i]]))
			return FV_TRI_NO;
	return known;
}
