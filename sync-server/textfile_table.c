/* Tables: what stands between the columns, and ids that a spreadsheet spoilt. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/textfile.h"

#define NAMES_MAX 64U      /* columns whose names are known */
#define DAY_TEXT_BYTES 40U /* of a day, however it is written, with its NUL */

struct table {
	struct fv_span in;
	size_t at, line;
	uint8_t separator;
	struct fv_span names[NAMES_MAX]; /* as they stand in the first row */
	size_t name_count;
	bool has_names; /* the first row has ended */
	bool is_day[NAMES_MAX];
	const struct textfile_opts *opts;
	struct fv_buf out;
	struct textfile_fault *fault;
};

static enum fv_err
fail(struct textfile_fault *fault, size_t line, const char *rule, enum fv_err err)
{
	*fault = (struct textfile_fault){.line = line, .rule = rule};
	return err;
}

static int
peek(const struct table *t)
{
	return t->at < t->in.len ? t->in.ptr[t->at] : -1;
}

/* "sep=;" as spreadsheets write and read it.  Its line stays, empty. */
static enum fv_err
take_sep_line(struct table *t)
{
	const uint8_t *p = t->in.ptr;

	if (t->in.len < 4 || tolower(p[0]) != 's' || tolower(p[1]) != 'e' ||
	    tolower(p[2]) != 'p' || p[3] != '=')
		return FV_OK;
	if (t->in.len < 6 || p[5] != '\n' || memchr(",;\t|", p[4], 4) == NULL)
		return fail(t->fault, 1,
		    "names a separator that is none of ',' ';' '|' and tab; save it with ',' "
		    "between the columns",
		    FV_EFORMAT);
	t->separator = p[4];
	t->at = 5;
	return FV_OK;
}

/* By the names of the columns, which hold none of these characters themselves. */
static enum fv_err
find_separator(struct table *t)
{
	size_t commas = 0, semicolons = 0, tabs = 0, i = t->at;

	while (i < t->in.len && t->in.ptr[i] == '\n')
		i++;
	for (; i < t->in.len && t->in.ptr[i] != '\n'; i++) {
		commas += t->in.ptr[i] == ',';
		semicolons += t->in.ptr[i] == ';';
		tabs += t->in.ptr[i] == '\t';
	}
	t->separator = ',';
	if (commas == 0 && semicolons > 0 && tabs > 0)
		return fail(t->fault, t->line,
		    "has both ';' and tabs between the names of its columns; save it with ',' "
		    "between them",
		    FV_EFORMAT);
	if (commas == 0 && semicolons + tabs > 0)
		t->separator = semicolons > 0 ? ';' : '\t';
	return FV_OK;
}

/* 4.1E+17, and 4,1E+17 where the comma is a decimal one. */
static bool
is_scientific(struct fv_span cell)
{
	size_t i = 0, digits = 0;

	while (i < cell.len && (isdigit(cell.ptr[i]) || strchr(".,", cell.ptr[i]) != NULL))
		digits += isdigit(cell.ptr[i++]) != 0;
	if (digits == 0 || i + 2 >= cell.len || (cell.ptr[i] | 0x20) != 'e' ||
	    cell.ptr[i + 1] != '+')
		return false;
	for (i += 2; i < cell.len; i++)
		if (!isdigit(cell.ptr[i]))
			return false;
	return true;
}

/* Say it of a column. */
static enum fv_err
fail_at(struct table *t, size_t line, size_t column, const char *rule, enum fv_err err)
{
	const struct fv_span name =
	    column < t->name_count ? t->names[column] : (struct fv_span){NULL, 0};

	(void)fail(t->fault, line, rule, err);
	for (size_t i = 0; i < name.len && i + 1 < sizeof t->fault->column; i++)
		t->fault->column[i] =
		    name.ptr[i] >= 0x20 && name.ptr[i] < 0x7f ? (char)name.ptr[i] : '?';
	return err;
}

/* One value as it stands, from its quote to its quote. */
static struct fv_span
read_cell(struct table *t, struct fv_span *inner_out)
{
	const size_t from = t->at;
	size_t until;
	const bool is_quoted = peek(t) == '"';
	int c;

	t->at += is_quoted;
	while (is_quoted && (c = peek(t)) >= 0) {
		t->line += c == '\n';
		t->at++;
		if (c == '"' && peek(t) != '"')
			break;
		t->at += c == '"';
	}
	until = t->at;
	while ((c = peek(t)) >= 0 && c != t->separator && c != '\n')
		t->at++;
	*inner_out = is_quoted && until > from + 1
	    ? fv_span_of(t->in.ptr + from + 1, until - from - 2)
	    : fv_span_of(t->in.ptr + from, t->at - from);
	return fv_span_of(t->in.ptr + from, t->at - from);
}

/* The value for a table with commas. */
static void
put_cell(struct table *t, struct fv_span cell)
{
	if (t->separator == ',' || cell.len == 0 || cell.ptr[0] == '"' ||
	    memchr(cell.ptr, ',', cell.len) == NULL) {
		fv_buf_put_span(&t->out, cell);
		return;
	}
	fv_buf_put_u8(&t->out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.ptr[i] == '"')
			fv_buf_put_u8(&t->out, '"');
		fv_buf_put_u8(&t->out, cell.ptr[i]);
	}
	fv_buf_put_u8(&t->out, '"');
}

/* A day that is not plain, as a plain one. */
static enum fv_err
put_day(struct table *t, struct fv_span inner, size_t line, size_t column)
{
	char text[DAY_TEXT_BYTES];
	struct fv_civil c;
	const char *rule;
	int64_t day;
	enum fv_err rc;

	(void)snprintf(text, sizeof text, "%.*s", (int)inner.len, (const char *)inner.ptr);
	rc = inner.len < sizeof text
	    ? textfile_day(text, t->opts->takes_serials, &day, &rule)
	    : fail(t->fault, line, rule = "is not a date such as 2026-03-02", FV_EFORMAT);
	if (rc != FV_OK)
		return fail_at(t, line, column, rule, rc);
	fv_civil_from_days(day, &c);
	fv_buf_putf(&t->out, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	return FV_OK;
}

static void
take_name(struct table *t, struct fv_span name, size_t column)
{
	const char *const *days = t->opts->day_columns;

	if (column >= NAMES_MAX)
		return;
	t->names[column] = name;
	t->name_count = column + 1;
	for (; days != NULL && *days != NULL; days++)
		t->is_day[column] |= fv_span_equal(name, fv_span_z(*days));
}

static enum fv_err
take_cell(struct table *t, size_t column)
{
	const size_t line = t->line;
	struct fv_span inner;
	const struct fv_span cell = read_cell(t, &inner);

	if (!t->has_names)
		take_name(t, inner, column);
	else if (is_scientific(inner))
		return fail_at(t, line, column,
		    "is a number that a spreadsheet shortened, such as 4.1E+17; its last "
		    "digits are lost: format the column as text and export again",
		    FV_ERANGE);
	else if (column < NAMES_MAX && t->is_day[column] && inner.len > 0)
		return put_day(t, inner, line, column);
	put_cell(t, cell);
	return FV_OK;
}

static enum fv_err
take_row(struct table *t)
{
	enum fv_err rc;

	for (size_t column = 0; (rc = take_cell(t, column)) == FV_OK; column++) {
		if (peek(t) != t->separator)
			break;
		fv_buf_put_u8(&t->out, ',');
		t->at++;
	}
	t->has_names = true;
	return rc;
}

static enum fv_err
take_rows(struct table *t)
{
	enum fv_err rc;

	while (peek(t) >= 0) {
		if (peek(t) != '\n' && (rc = take_row(t)) != FV_OK)
			return rc;
		if (peek(t) != '\n')
			continue;
		fv_buf_put_u8(&t->out, '\n');
		t->line++;
		t->at++;
	}
	return fv_buf_status(&t->out);
}

enum fv_err
textfile_table(
    struct fv_buf *text, const struct textfile_opts *opts, struct textfile_fault *fault)
{
	static const char calendar[] = "BEGIN:VCALENDAR";
	struct table t = {.in = fv_buf_span(text), .line = 1, .opts = opts, .fault = fault};
	size_t at = 0;
	enum fv_err rc;

	*fault = (struct textfile_fault){.rule = ""};
	while (at < text->len && isspace(text->ptr[at]))
		at++;
	if (at == text->len || text->ptr[at] == '{' ||
	    (text->len - at >= sizeof calendar - 1 &&
		memcmp(text->ptr + at, calendar, sizeof calendar - 1) == 0))
		return FV_OK;
	if ((rc = take_sep_line(&t)) == FV_OK && t.separator == '\0')
		rc = find_separator(&t);
	if (rc == FV_OK)
		rc = take_rows(&t);
	if (rc == FV_OK) {
		fv_buf_clear(text);
		*text = t.out;
		t.out = (struct fv_buf){0};
	}
	fv_buf_clear(&t.out);
	return rc;
}
