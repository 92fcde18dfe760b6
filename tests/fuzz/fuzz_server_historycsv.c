/* Any bytes as a table of contacts and events: objects that the interchange can judge, or a
 * reason with a line. */
#include <assert.h>
#include <string.h>

#include <jansson.h>

#include "sync-server/historycsv.h"
#include "sync-server/zones.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
on_row(struct fv_span object, size_t line, void *ctx)
{
	json_t *read = json_loadb((const char *)object.ptr, object.len, 0, NULL);

	assert(line > 0 && line <= *(size_t *)ctx);
	assert(json_is_object(read));
	assert(json_is_string(json_object_get(read, "type")) ||
	    json_object_get(read, "type") == NULL);
	assert(json_object_get(read, "amount") == NULL);
	json_decref(read);
	return true;
}

static bool
on_fault(size_t line, const char *column, const char *rule, void *ctx)
{
	assert(line <= *(size_t *)ctx + 1);
	assert(strlen(column) < 64 && rule[0] != '\0');
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct zones zones;
	struct historycsv_opts opts = {0};
	size_t lines = 1;
	const struct historycsv_taker taker = {on_row, on_fault, &lines};

	if (size == 0)
		return 0;
	if (zones.count == 0)
		zones_init(&zones, NULL);
	if (data[0] & 1)
		opts.zone = zones_get("Europe/Berlin", &zones);
	opts.takes_serials = data[0] & 2;
	opts.is_payments = data[0] & 4;
	for (size_t i = 1; i < size; i++)
		lines += data[i] == '\n';
	(void)historycsv_is_table(fv_span_of(data + 1, size - 1));
	assert(historycsv_read(fv_span_of(data + 1, size - 1), &opts, &taker) == FV_OK);
	return 0;
}
