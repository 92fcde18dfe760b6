/* Any bytes as each of the short signed texts; what parses is written back alike. */
#include <assert.h>
#include <stdlib.h>

#include "fv/logorder.h"
#include "fv/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
same(struct fv_buf *again, struct fv_span bytes)
{
	assert(fv_span_equal(fv_buf_span(again), bytes));
	fv_buf_reset(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fv_span bytes = {data, size};
	struct fv_buf again = {0};
	struct fv_approve approve;
	struct fv_order order;
	struct fv_log_order log_order;
	struct fv_packs packs;
	struct fv_card card;
	struct fv_rewrap rewrap;
	struct fv_fault fault;

	if (fv_approve_parse(bytes, &approve, &fault) == FV_OK) {
		fv_approve_put(&again, &approve);
		same(&again, bytes);
	}
	if (fv_log_order_parse(bytes, &log_order) == FV_OK) {
		fv_log_order_put(&again, &log_order);
		same(&again, bytes);
	}
	if (fv_order_parse(bytes, &order, &fault) == FV_OK) {
		fv_order_put(&again, &order);
		same(&again, bytes);
	}
	if (fv_packs_parse(bytes, &packs, &fault) == FV_OK) {
		assert(fv_packs_add(&packs, &packs.packs[packs.count - 1]) == FV_EEXIST);
		fv_packs_put(&again, &packs);
		same(&again, bytes);
	}
	if (fv_rewrap_parse(bytes, &rewrap, &fault) == FV_OK) {
		assert(rewrap.recipient_count >= 1);
		fv_rewrap_put(&again, &rewrap);
		same(&again, bytes);
	}
	if (fv_card_parse(bytes, &card, &fault) == FV_OK) {
		assert(card.recipient_count >= 1);
		fv_card_put(&again, &card);
		same(&again, bytes);
	} else {
		assert(fault.rule[0] != '\0');
	}
	fv_buf_clear(&again);
	return 0;
}
