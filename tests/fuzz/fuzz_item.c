/* Bodies of items down: what is accepted encodes to itself. */
#include "fv/itemcase.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_history(struct fv_span body)
{
	struct fv_item_history h;
	struct fv_item_line line;
	struct fv_item_event event;
	struct fv_buf again = {0};

	if (fv_item_history_open(body, &h) != FV_OK)
		return;
	fv_item_history_put_count(&again, (size_t)h.lines_left);
	while (fv_item_history_line(&h, &line) == FV_OK)
		fv_item_line_put(&again, &line);
	while (fv_item_history_event(&h, &event) == FV_OK)
		fv_item_event_put(&again, &event);
	if (again.len > body.len ||
	    !fv_span_equal(fv_buf_span(&again), fv_span_of(body.ptr, again.len)))
		abort();
	fv_buf_clear(&again);
}

/* A body that is taken gives a history that can be sorted, and sent down once more. */
static void
check_taken(struct fv_span body)
{
	static const char *const names[] = {"d1", "d2"};
	static const char *const zones[] = {"UTC"};
	const struct fv_strs debts = {names, 2};
	const struct fv_case c = {
	    .id = "c", .zones = {zones, 1}, .actor = FV_ACTOR_THIRD_PARTY, .debts = debts};
	struct fv_history_error error;
	struct fv_history *history;
	struct fv_buf again = {0};

	if (fv_history_new(&history) != FV_OK || fv_history_add_case(history, &c) != FV_OK)
		abort();
	if (fv_itemcase_take(body, "c", &debts, history) == FV_OK) {
		if (fv_history_finish(history, &error) != FV_OK)
			abort();
		fv_itemcase_put(&again, fv_history_find(history, "c"), 0, &debts, &debts);
	}
	fv_buf_clear(&again);
	fv_history_free(history);
}

/* Dates that are read are written as they came. */
static void
check_dates(struct fv_span body)
{
	struct fv_item_dates dates;
	struct fv_item_date date;
	struct fv_buf again = {0};
	enum fv_err rc;

	if (fv_item_dates_open(body, &dates) != FV_OK)
		return;
	fv_item_dates_put(&again, dates.officer, dates.left);
	while ((rc = fv_item_dates_next(&dates, &date)) == FV_OK)
		fv_item_date_put(&again, &date);
	if (rc == FV_ENOENT && !fv_span_equal(fv_buf_span(&again), body))
		abort();
	fv_buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span body = fv_span_of(data, size);
	struct fv_item_case c, c2;
	struct fv_item_hold hold;
	struct fv_item_card card;
	struct fv_buf again = {0};

	if (fv_item_case_parse(body, &c) == FV_OK) {
		fv_item_case_put(&again, &c);
		if (fv_item_case_parse(fv_buf_span(&again), &c2) != FV_OK)
			abort();
	}
	fv_buf_clear(&again);
	if (fv_item_hold_parse(body, &hold) == FV_OK) {
		fv_item_hold_put(&again, &hold);
		if (!fv_span_equal(fv_buf_span(&again), body))
			abort();
	}
	fv_buf_clear(&again);
	if (fv_item_card_parse(body, &card) == FV_OK) {
		fv_item_card_put(&again, &card);
		if (!fv_span_equal(fv_buf_span(&again), body))
			abort();
	}
	fv_buf_clear(&again);
	check_history(body);
	check_dates(body);
	check_taken(body);
	return 0;
}
