/* CSV with the columns date, kind (holiday or workday) and, if one likes, name. */
#include <string.h>

#include "fv/instant.h"
#include "sync-server/calendarfile_in.h"

#define COLUMNS_MAX 8U
#define CELL_BYTES 256U

enum column { COL_DATE, COL_KIND, COL_NAME, COL_COUNT };
static const char *const names[COL_COUNT] = {"date", "kind", "name"};

struct reading {
	struct fv_span in;
	size_t at;
	size_t line; /* of in.ptr[at], from 1 */
	char cells[COLUMNS_MAX][CELL_BYTES];
	size_t cell_count;
	size_t row_line; /* on which the row begins */
	enum column columns[COLUMNS_MAX];
	size_t column_count;
	struct calendarfile_fault *fault;
};

static int
peek(const struct reading *r)
{
	return r->at < r->in.len ? r->in.ptr[r->at] : -1;
}

static bool
is_row_end(int c)
{
	return c < 0 || c == '\n' || c == '\r';
}

/* One value, with or without quotes. */
static enum fv_err
read_cell(struct reading *r, char out[CELL_BYTES])
{
	const bool is_quoted = peek(r) == '"';
	size_t n = 0;
	int c;

	r->at += is_quoted;
	while ((c = peek(r)) >= 0) {
		if (is_quoted && c == '"') {
			r->at++;
			if (peek(r) != '"')
				break;
		} else if (!is_quoted && (c == ',' || is_row_end(c))) {
			break;
		}
		r->line += c == '\n';
		if (c == '\0' || n + 1 == CELL_BYTES)
			return calendarfile_fail(r->fault, r->line, "",
			    "a value is longer than 255 bytes, or has a NUL in it; shorten it",
			    FV_ETOOBIG);
		out[n++] = (char)c;
		r->at++;
	}
	out[n] = '\0';
	if (is_quoted && c < 0)
		return calendarfile_fail(
		    r->fault, r->row_line, "", "a quote is not closed; close it", FV_EFORMAT);
	if (is_quoted && peek(r) != ',' && !is_row_end(peek(r)))
		return calendarfile_fail(r->fault, r->line, "",
		    "text follows a closing quote; quote the whole value", FV_EFORMAT);
	return FV_OK;
}

/* The next row; cell_count 0 at the end, and for an empty line. */
static enum fv_err
read_row(struct reading *r)
{
	enum fv_err rc;

	r->cell_count = 0;
	r->row_line = r->line;
	while (!is_row_end(peek(r)) || r->cell_count > 0) {
		if (r->cell_count == COLUMNS_MAX)
			return calendarfile_fail(r->fault, r->line, "",
			    "more than 8 columns; keep date, kind and name", FV_ETOOBIG);
		if ((rc = read_cell(r, r->cells[r->cell_count])) != FV_OK)
			return rc;
		r->cell_count++;
		if (peek(r) != ',')
			break;
		r->at++;
	}
	if (peek(r) == '\r')
		r->at++;
	if (peek(r) == '\n') {
		r->at++;
		r->line++;
	}
	return FV_OK;
}

static enum fv_err
read_header(struct reading *r)
{
	bool has[COL_COUNT] = {false};
	enum fv_err rc = read_row(r);

	if (rc != FV_OK)
		return rc;
	if (r->cell_count == 1 && strchr(r->cells[0], ';') != NULL)
		return calendarfile_fail(r->fault, 1, "",
		    "the columns are divided by ';'; save it with ',' between them",
		    FV_EFORMAT);
	for (size_t i = 0; i < r->cell_count; i++) {
		size_t c = 0;
		while (c < COL_COUNT && strcmp(r->cells[i], names[c]) != 0)
			c++;
		if (c == COL_COUNT)
			return calendarfile_fail(r->fault, 1, "",
			    "the first line names the columns: date, kind and name, no other",
			    FV_EFORMAT);
		if (has[c])
			return calendarfile_fail(r->fault, 1, names[c],
			    "stands twice; leave one of them out", FV_EFORMAT);
		has[c] = true;
		r->columns[i] = (enum column)c;
	}
	r->column_count = r->cell_count;
	if (!has[COL_DATE] || !has[COL_KIND])
		return calendarfile_fail(r->fault, 1, has[COL_DATE] ? "kind" : "date",
		    "is missing; the first line names the columns date and kind", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
take_row(struct reading *r, struct calendarfile *out)
{
	struct calendarfile_day day = {.line = r->row_line};
	const char *values[COL_COUNT] = {"", "", ""};

	if (r->cell_count != r->column_count)
		return calendarfile_fail(r->fault, r->row_line, "",
		    "the row has not as many values as there are columns", FV_EFORMAT);
	for (size_t i = 0; i < r->cell_count; i++)
		values[r->columns[i]] = r->cells[i];
	if (fv_date_parse(fv_span_z(values[COL_DATE]), &day.day) != FV_OK)
		return calendarfile_fail(r->fault, r->row_line, "date",
		    strpbrk(values[COL_DATE], "/.") != NULL
			? "is as a spreadsheet wrote it; format the column as text such as "
			  "2026-10-01"
			: "is not a date such as 2026-10-01",
		    FV_EFORMAT);
	day.is_workday = strcmp(values[COL_KIND], "workday") == 0;
	if (!day.is_workday && strcmp(values[COL_KIND], "holiday") != 0)
		return calendarfile_fail(
		    r->fault, r->row_line, "kind", "must be holiday or workday", FV_EFORMAT);
	return calendarfile_add(out, &day, r->fault);
}

enum fv_err
calendarfile_csv(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault)
{
	struct reading r = {.in = file, .line = 1, .fault = fault};
	enum fv_err rc = read_header(&r);

	while (rc == FV_OK && peek(&r) >= 0) {
		rc = read_row(&r);
		if (rc == FV_OK && r.cell_count > 0)
			rc = take_row(&r, out);
	}
	return rc;
}
