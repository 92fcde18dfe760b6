/*
 * Everything that a stranger may put into a chunk or an answer.  What is accepted must
 * encode to the same bytes again: canonical in, canonical out.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/enrol.h"
#include "fv/ledger.h"
#include "fv/sync.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_same(struct fv_buf *again, const uint8_t *data, size_t len)
{
	if (fv_buf_status(again) != FV_OK || again->len != len ||
	    memcmp(again->ptr, data, len) != 0)
		abort();
	fv_buf_reset(again);
}

static void
records(struct fv_span in, struct fv_buf *again)
{
	static const uint8_t dev[FV_DEV_BYTES];
	struct fv_wire_record w;
	struct fv_header header, prev, *p = NULL;
	size_t used;

	while (in.len > 0 && fv_wire_record_parse(in, dev, p, &w, &used) == FV_OK) {
		fv_header_put(again, &w.header);
		if (fv_header_parse(fv_buf_span(again), &header) != FV_OK ||
		    memcmp(&header, &w.header, sizeof header) != 0)
			abort();
		fv_buf_reset(again);
		prev = w.header;
		p = &prev;
		in.ptr += used;
		in.len -= used;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fv_sync_request request;
	static struct fv_sync_answer answer;
	static struct fv_enrol_answer enrol_answer;
	struct fv_enrol_request enrol;
	const struct fv_span in = fv_span_of(data, size);
	const uint8_t ticket[16] = {0};
	uint8_t dev[FV_DEV_BYTES];
	struct fv_buf again = {0};
	struct fv_header header;
	struct fv_leaf_enrol leaf_enrol;
	struct fv_leaf_head head;
	struct fv_slice slice;
	struct fv_leaf leaf;
	size_t used;

	records(in, &again);
	if (fv_header_parse(in, &header) == FV_OK) {
		fv_header_put(&again, &header);
		expect_same(&again, data, size);
	}
	if (fv_slice_parse(in, &slice, &used) == FV_OK) {
		fv_slice_put(&again, &slice);
		expect_same(&again, data, used);
	}
	if (fv_leaf_parse(in, &leaf) == FV_OK) {
		fv_leaf_put(&again, (enum fv_leaf_kind)leaf.kind, leaf.time_ms, leaf.body);
		expect_same(&again, data, size);
	}
	if (fv_leaf_head_parse(in, &head) == FV_OK) {
		fv_leaf_head_put(&again, &head);
		expect_same(&again, data, size);
	}
	if (fv_leaf_enrol_parse(in, &leaf_enrol) == FV_OK) {
		fv_leaf_enrol_put(&again, &leaf_enrol);
		expect_same(&again, data, size);
	}
	/* These skip keys that they do not know, so only their own output must come back. */
	if (fv_sync_request_parse(in, &request, &used) == FV_OK) {
		fv_sync_request_put(&again, &request);
		if (fv_sync_request_parse(fv_buf_span(&again), &request, &used) != FV_OK)
			abort();
		fv_buf_reset(&again);
	}
	if (fv_sync_answer_parse(in, &answer) == FV_OK) {
		fv_sync_answer_put(&again, &answer);
		if (fv_sync_answer_parse(fv_buf_span(&again), &answer) != FV_OK)
			abort();
	}
	(void)!fv_enrol_answer_parse(in, &enrol_answer);
	(void)!fv_enrol_request_parse(in, ticket, &enrol, dev);
	fv_buf_clear(&again);
	return 0;
}
