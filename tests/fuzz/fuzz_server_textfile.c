/* Any bytes as a file of people: what comes out is text that the readers of tables take. */
#include <assert.h>
#include <string.h>

#include "sync-server/csvrows.h"
#include "sync-server/textfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A text is one text: turned again it stays what it is. */
static void
is_settled(struct fv_buf *text, const struct textfile_opts *opts)
{
	struct fv_buf again = {0};
	struct textfile_fault fault;

	assert(fv_utf8_valid(fv_buf_span(text)));
	if (text->len == 0)
		return;
	assert(memchr(text->ptr, '\0', text->len) == NULL);
	assert(memchr(text->ptr, '\r', text->len) == NULL);
	if (text->ptr[0] == 0xef || memcmp(text->ptr, "sep=", 4 < text->len ? 4 : 0) == 0)
		return;
	assert(textfile_decode(fv_buf_span(text), opts->encoding, &again, &fault) == FV_OK ||
	    opts->encoding == TEXTFILE_GBK);
	fv_buf_clear(&again);
}

static void
rows_are_bounded(struct fv_span text)
{
	struct csvrows rows = csvrows_of(text);

	while (!csvrows_at_end(&rows)) {
		if (csvrows_next(&rows) != FV_OK) {
			assert(rows.rule != NULL);
			return;
		}
		assert(rows.cell_count <= CSVROWS_COLUMNS_MAX);
	}
}

static void
days_are_days(const uint8_t *data, size_t size)
{
	char text[64] = "";
	const char *rule;
	int64_t day, wall;

	memcpy(text, data, size < sizeof text - 1 ? size : sizeof text - 1);
	if (textfile_day(text, true, &day, &rule) == FV_OK)
		assert(day >= -20000 && day < 2932897);
	else
		assert(rule[0] != '\0');
	if (textfile_wall(text, true, &wall, &rule) != FV_OK)
		assert(rule[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const days[] = {"date", "as_of", NULL};
	struct textfile_opts opts = {.day_columns = days};
	struct textfile_fault fault;
	struct fv_buf text = {0};

	if (size == 0)
		return 0;
	opts.encoding = data[0] & 1 ? TEXTFILE_GBK : TEXTFILE_UTF8;
	opts.takes_serials = data[0] & 2;
	if (textfile_turn(fv_span_of(data + 1, size - 1), &opts, &text, &fault) == FV_OK) {
		is_settled(&text, &opts);
		rows_are_bounded(fv_buf_span(&text));
	} else {
		assert(fault.rule[0] != '\0');
	}
	fv_buf_clear(&text);
	days_are_days(data, size);
	return 0;
}
