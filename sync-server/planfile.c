#include "sync-server/planfile.h"

#include <string.h>

#include "fv/instant.h"
#include "sync-server/csvrows.h"

#define DAY_MINUTES 1440U

static const char *const names[PLANFILE_COLUMNS] = {"date", "from", "to", "case", "officer",
    "second", "place", "purpose", "approach", "agreed"};

const char *const planfile_days[] = {"date", NULL};

const char *
planfile_column_name(enum planfile_column column)
{
	return names[column];
}

static enum fv_err
fail(struct planfile_fault *fault, const char *column, const char *rule)
{
	fault->column = column;
	fault->rule = rule;
	return FV_EFORMAT;
}

/* "HH:MM", and 24:00. */
static bool
read_minute(const char *z, uint32_t *out)
{
	const bool is_digits = strlen(z) == 5 && z[2] == ':' && z[0] >= '0' && z[0] <= '9' &&
	    z[1] >= '0' && z[1] <= '9' && z[3] >= '0' && z[3] <= '5' && z[4] >= '0' &&
	    z[4] <= '9';

	*out = 0;
	if (!is_digits)
		return false;
	*out = (uint32_t)((z[0] - '0') * 10 + (z[1] - '0')) * 60 +
	    (uint32_t)((z[3] - '0') * 10 + (z[4] - '0'));
	return *out <= DAY_MINUTES;
}

static enum fv_err
read_time(const char *const values[PLANFILE_COLUMNS], struct planfile_row *row,
    struct planfile_fault *fault)
{
	if (fv_date_parse(fv_span_z(values[PLANFILE_DATE]), &row->day) != FV_OK)
		return fail(fault, names[PLANFILE_DATE],
		    strpbrk(values[PLANFILE_DATE], "/.") != NULL
			? "is as a spreadsheet wrote it; format the column as text such as "
			  "2026-10-01"
			: "is not a date such as 2026-10-01");
	if (!read_minute(values[PLANFILE_FROM], &row->from_minute))
		return fail(fault, names[PLANFILE_FROM], "is not a time such as 09:30");
	if (!read_minute(values[PLANFILE_TO], &row->to_minute))
		return fail(fault, names[PLANFILE_TO], "is not a time such as 11:00");
	if (row->from_minute >= row->to_minute)
		return fail(
		    fault, names[PLANFILE_TO], "is not after \"from\" on the same day");
	return FV_OK;
}

static enum fv_err
read_people(const char *const values[PLANFILE_COLUMNS], struct planfile_row *row,
    struct planfile_fault *fault)
{
	if (fv_id_copy(fv_span_z(values[PLANFILE_CASE]), row->case_id, sizeof row->case_id) !=
	    FV_OK)
		return fail(fault, names[PLANFILE_CASE], "is not a case id");
	if (fv_id_copy(fv_span_z(values[PLANFILE_OFFICER]), row->officer,
		sizeof row->officer) != FV_OK)
		return fail(fault, names[PLANFILE_OFFICER], "is not an officer's id");
	if (values[PLANFILE_SECOND][0] != '\0' &&
	    fv_id_copy(fv_span_z(values[PLANFILE_SECOND]), row->second, sizeof row->second) !=
		FV_OK)
		return fail(fault, names[PLANFILE_SECOND], "is not an officer's id");
	if (strcmp(row->officer, row->second) == 0)
		return fail(fault, names[PLANFILE_SECOND],
		    "is the officer himself; name another, or leave it empty");
	return FV_OK;
}

/* A code by its word; `otherwise` where there is none. */
static bool
read_code(enum fv_code_set set, const char *word, uint32_t otherwise, uint32_t *out)
{
	*out = word[0] == '\0' ? otherwise : fv_code_find(set, fv_span_z(word));
	return *out != 0;
}

enum fv_err
planfile_row_read(const char *const given[PLANFILE_COLUMNS], struct planfile_row *out,
    struct planfile_fault *fault)
{
	const char *values[PLANFILE_COLUMNS];
	const size_t line = out->line;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	out->line = fault->line = line;
	for (size_t i = 0; i < PLANFILE_COLUMNS; i++)
		values[i] = given[i] != NULL ? given[i] : "";
	if ((rc = read_time(values, out, fault)) != FV_OK ||
	    (rc = read_people(values, out, fault)) != FV_OK)
		return rc;
	if (!read_code(FV_CODES_PLACE, values[PLANFILE_PLACE], 0, &out->place))
		return fail(fault, names[PLANFILE_PLACE], "must be home, work or other");
	if (!read_code(
		FV_CODES_PURPOSE, values[PLANFILE_PURPOSE], FV_PURPOSE_COLLECT, &out->purpose))
		return fail(fault, names[PLANFILE_PURPOSE],
		    "is none of collect, care, service, document, location, terminate, "
		    "remedy_notice, required_by_law, repossess");
	if (!read_code(FV_CODES_APPROACH, values[PLANFILE_APPROACH], 1, &out->approach))
		return fail(fault, names[PLANFILE_APPROACH],
		    "is none of remind, negotiate, verify, deliver, care");
	out->is_agreed = strcmp(values[PLANFILE_AGREED], "yes") == 0;
	if (!out->is_agreed && values[PLANFILE_AGREED][0] != '\0' &&
	    strcmp(values[PLANFILE_AGREED], "no") != 0)
		return fail(fault, names[PLANFILE_AGREED], "must be yes or no");
	return FV_OK;
}

/* Which column each cell is.  Errors: FV_EFORMAT. */
static enum fv_err
read_header(struct csvrows *rows, enum planfile_column columns[CSVROWS_COLUMNS_MAX],
    struct planfile_fault *fault)
{
	bool has[PLANFILE_COLUMNS] = {false};

	fault->line = 1;
	for (size_t i = 0; i < rows->cell_count; i++) {
		size_t c = 0;
		while (c < PLANFILE_COLUMNS && strcmp(rows->cells[i], names[c]) != 0)
			c++;
		if (c == PLANFILE_COLUMNS)
			return fail(fault, "",
			    "the first line names the columns: date, from, to, case, officer, "
			    "second, place, purpose, approach, agreed, with ',' between them");
		if (has[c])
			return fail(fault, names[c], "stands twice; leave one of them out");
		has[c] = true;
		columns[i] = (enum planfile_column)c;
	}
	for (size_t c = 0; c < PLANFILE_COLUMNS; c++)
		if (!has[c] && c != PLANFILE_SECOND && c < PLANFILE_PURPOSE)
			return fail(fault, names[c], "is missing in the first line");
	return FV_OK;
}

enum fv_err
planfile_read(struct fv_span file,
    enum fv_err (*on_row)(const struct planfile_row *row, void *ctx), void *ctx,
    struct planfile_fault *fault)
{
	struct csvrows rows = csvrows_of(file);
	enum planfile_column columns[CSVROWS_COLUMNS_MAX];
	size_t column_count = 0;
	struct planfile_row row;
	enum fv_err rc = FV_OK;

	*fault = (struct planfile_fault){.column = "", .rule = ""};
	while (rc == FV_OK && !csvrows_at_end(&rows)) {
		const char *values[PLANFILE_COLUMNS] = {NULL};

		if ((rc = csvrows_next(&rows)) != FV_OK) {
			fault->line = rows.fault_line;
			fault->rule = rows.rule;
			return rc;
		}
		row.line = fault->line = rows.row_line;
		if (rows.cell_count == 0)
			continue;
		if (column_count == 0) {
			rc = read_header(&rows, columns, fault);
			column_count = rows.cell_count;
			continue;
		}
		if (rows.cell_count != column_count)
			return fail(
			    fault, "", "the row has not as many values as there are columns");
		for (size_t i = 0; i < rows.cell_count; i++)
			values[columns[i]] = rows.cells[i];
		if ((rc = planfile_row_read(values, &row, fault)) == FV_OK)
			rc = on_row(&row, ctx);
	}
	return rc;
}
