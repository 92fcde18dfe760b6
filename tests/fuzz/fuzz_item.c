/* Bodies of items down: what is accepted encodes to itself. */
#include "fv/item.h"

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
	return 0;
}
