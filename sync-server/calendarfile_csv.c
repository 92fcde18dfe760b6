/* CSV with the columns date, kind (holiday or workday) and, if one likes, name. */
#include <string.h>

#include "fv/instant.h"
#include "sync-server/calendarfile_in.h"
#include "sync-server/csvrows.h"

enum column { COL_DATE, COL_KIND, COL_NAME, COL_COUNT };
static const char *const names[COL_COUNT] = {"date", "kind", "name"};

struct reading {
	struct csvrows rows;
	enum column columns[CSVROWS_COLUMNS_MAX];
	size_t column_count;
	struct calendarfile_fault *fault;
};

/* The next row; cell_count 0 at the end, and for an empty line. */
static enum fv_err
read_row(struct reading *r)
{
	enum fv_err rc = csvrows_next(&r->rows);

	return rc == FV_OK
	    ? FV_OK
	    : calendarfile_fail(r->fault, r->rows.fault_line, "", r->rows.rule, rc);
}

static enum fv_err
read_header(struct reading *r)
{
	bool has[COL_COUNT] = {false};
	enum fv_err rc = read_row(r);

	if (rc != FV_OK)
		return rc;
	if (r->rows.cell_count == 1 && strchr(r->rows.cells[0], ';') != NULL)
		return calendarfile_fail(r->fault, 1, "",
		    "the columns are divided by ';'; save it with ',' between them",
		    FV_EFORMAT);
	for (size_t i = 0; i < r->rows.cell_count; i++) {
		size_t c = 0;
		while (c < COL_COUNT && strcmp(r->rows.cells[i], names[c]) != 0)
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
	r->column_count = r->rows.cell_count;
	if (!has[COL_DATE] || !has[COL_KIND])
		return calendarfile_fail(r->fault, 1, has[COL_DATE] ? "kind" : "date",
		    "is missing; the first line names the columns date and kind", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
take_row(struct reading *r, struct calendarfile *out)
{
	struct calendarfile_day day = {.line = r->rows.row_line};
	const char *values[COL_COUNT] = {"", "", ""};

	if (r->rows.cell_count != r->column_count)
		return calendarfile_fail(r->fault, r->rows.row_line, "",
		    "the row has not as many values as there are columns", FV_EFORMAT);
	for (size_t i = 0; i < r->rows.cell_count; i++)
		values[r->columns[i]] = r->rows.cells[i];
	if (fv_date_parse(fv_span_z(values[COL_DATE]), &day.day) != FV_OK)
		return calendarfile_fail(r->fault, r->rows.row_line, "date",
		    strpbrk(values[COL_DATE], "/.") != NULL
			? "is as a spreadsheet wrote it; format the column as text such as "
			  "2026-10-01"
			: "is not a date such as 2026-10-01",
		    FV_EFORMAT);
	day.is_workday = strcmp(values[COL_KIND], "workday") == 0;
	if (!day.is_workday && strcmp(values[COL_KIND], "holiday") != 0)
		return calendarfile_fail(r->fault, r->rows.row_line, "kind",
		    "must be holiday or workday", FV_EFORMAT);
	return calendarfile_add(out, &day, r->fault);
}

enum fv_err
calendarfile_csv(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault)
{
	struct reading r = {.rows = csvrows_of(file), .fault = fault};
	enum fv_err rc = read_header(&r);

	while (rc == FV_OK && !csvrows_at_end(&r.rows)) {
		rc = read_row(&r);
		if (rc == FV_OK && r.rows.cell_count > 0)
			rc = take_row(&r, out);
	}
	return rc;
}
