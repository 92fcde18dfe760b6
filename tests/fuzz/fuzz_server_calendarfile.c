/* Any bytes as a file of holidays: days in order, each once, or a reason. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/calendarfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calendarfile_fault fault;
	struct calendarfile file;
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (calendarfile_read((struct fv_span){data, size}, &file, &fault) != FV_OK) {
		assert(file.days == NULL && file.count == 0);
		assert(fault.rule[0] != '\0' && fault.line <= lines + 1);
		return 0;
	}
	assert(file.count > 0);
	for (size_t i = 0; i < file.count; i++) {
		assert(file.days[i].line > 0 && file.days[i].line <= lines);
		assert(i == 0 || file.days[i - 1].day < file.days[i].day);
	}
	calendarfile_clear(&file);
	return 0;
}
