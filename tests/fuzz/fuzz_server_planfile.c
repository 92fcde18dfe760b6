/* Any bytes as a file of planned visits: rows within their bounds, or a reason. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "sync-server/planfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum fv_err
on_row(const struct planfile_row *row, void *ctx)
{
	size_t *lines = ctx;

	assert(row->line > 1 && row->line <= *lines);
	assert(row->from_minute < row->to_minute && row->to_minute <= 1440);
	assert(fv_id_valid(fv_span_z(row->case_id), FV_CASE_ID_BYTES - 1));
	assert(fv_id_valid(fv_span_z(row->officer), FV_ID_BYTES - 1));
	assert(row->second[0] == '\0' || strcmp(row->second, row->officer) != 0);
	assert(fv_code_word(FV_CODES_PLACE, row->place) != NULL);
	assert(fv_code_word(FV_CODES_APPROACH, row->approach) != NULL);
	return FV_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct planfile_fault fault;
	size_t lines = 1;
	enum fv_err rc;

	/* CR, LF and CR LF each end a row. */
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' ||
		    (data[i] == '\r' && (i + 1 == size || data[i + 1] != '\n'));
	rc = planfile_read((struct fv_span){data, size}, on_row, &lines, &fault);
	assert(rc == FV_OK || (fault.rule[0] != '\0' && fault.line <= lines + 1));
	return 0;
}
