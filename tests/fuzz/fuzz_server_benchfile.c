/* Any bytes as what a bench of handhelds showed: lines within their bounds, or a reason. */
#include <assert.h>
#include <string.h>

#include "sync-server/benchfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct benchfile bench;
	struct fv_fault fault;
	size_t lines = 1, last = 0;
	enum fv_err rc;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	rc = benchfile_parse((struct fv_span){data, size}, &bench, &fault);
	assert(rc == FV_OK || (fault.rule[0] != '\0' && fault.line <= lines));
	for (size_t i = 0; i < bench.count; i++) {
		const struct bench_line *line = &bench.lines[i];

		assert(line->line > last && line->line <= lines);
		last = line->line;
		assert(strspn(line->digits, "0123456789") == BENCHFILE_DIGITS);
		assert(strlen(line->digits) == BENCHFILE_DIGITS);
		assert(fv_utf8_valid(fv_span_z(line->serial)));
	}
	benchfile_clear(&bench);
	return 0;
}
