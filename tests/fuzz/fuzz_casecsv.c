/* Any bytes as a case file: what comes out is within its bounds and holds nobody's number. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fv/casecsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fv_err
on_row(const struct fv_case_row *row, void *ctx)
{
	size_t *count = ctx;

	(*count)++;
	assert(row->line >= 2);
	assert(fv_id_valid(fv_span_z(row->case_id), FV_CASE_ID_BYTES - 1));
	assert(fv_id_valid(fv_span_z(row->agency), FV_ID_BYTES - 1));
	assert(row->zones.len > 0 && row->packs.len > 0);
	assert(row->actor >= 1 && row->actor <= 3 && row->product <= 8);
	assert(!row->has_place || fv_geo_is_place(row->place));
	assert(!fv_casecsv_personal(fv_span_z(row->case_id), NULL));
	assert(!fv_casecsv_personal(row->debts, NULL));
	assert(fv_utf8_valid(row->name) && fv_utf8_valid(row->remark));
	return FV_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_casecsv_opts opts = {.on_row = on_row};
	struct fv_case_fault fault;
	size_t audit = 0, all = 0;
	enum fv_err rc;

	opts.ctx = &audit;
	rc = fv_casecsv_read((struct fv_span){data, size}, &opts, &fault);
	assert(rc == FV_OK || fault.rule[0] != '\0');
	opts.take_sealed = true;
	opts.ctx = &all;
	/* What a server takes, a sealing supervisor takes as well, with as many rows. */
	if (rc == FV_OK)
		assert(fv_casecsv_read((struct fv_span){data, size}, &opts, &fault) == FV_OK &&
		    all == audit);
	else
		(void)!fv_casecsv_read((struct fv_span){data, size}, &opts, &fault);
	return 0;
}
