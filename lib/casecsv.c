#include "fv/casecsv.h"

#include <string.h>

/* One record of the file, its fields unquoted one after another in `text`. */
struct record {
	struct fv_buf text;
	size_t count;
	size_t ends[FV_CASECSV_COLUMNS_MAX];  /* end of each field in text */
	size_t lines[FV_CASECSV_COLUMNS_MAX]; /* file line on which each begins */
	size_t line;                          /* file line on which the record begins */
};

struct reading {
	struct fv_span in;
	size_t pos;
	size_t line; /* of in[pos], from 1 */
	struct record record;
	enum fv_case_column columns[FV_CASECSV_COLUMNS_MAX];
	size_t column_count;
	struct fv_case_fault *fault; /* never NULL */
};

static enum fv_err
fault(struct reading *r, size_t line, const char *rule, enum fv_err err)
{
	r->fault->line = line;
	r->fault->rule = rule;
	return err;
}

static int
peek(const struct reading *r)
{
	return r->pos < r->in.len ? r->in.ptr[r->pos] : -1;
}

/* Length of the line end at the cursor: 2, 1, or 0 when there is none. */
static size_t
line_end(const struct reading *r)
{
	if (peek(r) == '\n')
		return 1;
	if (peek(r) == '\r' && r->pos + 1 < r->in.len && r->in.ptr[r->pos + 1] == '\n')
		return 2;
	return 0;
}

/* Everything within quotes, the quotes doubled inside. */
static enum fv_err
read_quoted(struct reading *r)
{
	const size_t from = r->line;

	r->pos++;
	for (;;) {
		const int c = peek(r);
		if (c < 0)
			return fault(r, from, "a quote is not closed; close it", FV_EFORMAT);
		r->pos++;
		if (c == '"') {
			if (peek(r) != '"')
				break;
			r->pos++;
		} else if (c == '\n') {
			r->line++;
		} else if (c < 0x20 && c != '\t' && c != '\r') {
			return fault(
			    r, r->line, "a control character; take it out", FV_EFORMAT);
		}
		fv_buf_put_u8(&r->record.text, (uint8_t)c);
		if (r->record.text.len > FV_CASECSV_ROW_MAX)
			return fault(r, from, "a row is longer than 16384 bytes; shorten it",
			    FV_ETOOBIG);
	}
	if (peek(r) >= 0 && peek(r) != ',' && line_end(r) == 0)
		return fault(r, r->line, "text follows a closing quote; quote the whole value",
		    FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
read_plain(struct reading *r)
{
	while (peek(r) >= 0 && peek(r) != ',' && line_end(r) == 0) {
		const int c = peek(r);
		if (c == '"')
			return fault(r, r->line,
			    "a quote inside a value; quote the whole value and double it",
			    FV_EFORMAT);
		if (c < 0x20)
			return fault(
			    r, r->line, "a control character; take it out", FV_EFORMAT);
		fv_buf_put_u8(&r->record.text, (uint8_t)c);
		r->pos++;
		if (r->record.text.len > FV_CASECSV_ROW_MAX)
			return fault(r, r->line,
			    "a row is longer than 16384 bytes; shorten it", FV_ETOOBIG);
	}
	return FV_OK;
}

/* FV_ENOENT at the end of the file. */
static enum fv_err
read_record(struct reading *r)
{
	struct record *rec = &r->record;
	enum fv_err rc;

	fv_buf_reset(&rec->text);
	rec->count = 0;
	rec->line = r->line;
	if (peek(r) < 0)
		return FV_ENOENT;
	for (;;) {
		if (rec->count == FV_CASECSV_COLUMNS_MAX)
			return fault(r, r->line,
			    "more than 32 columns; keep those of the manual", FV_ETOOBIG);
		rec->lines[rec->count] = r->line;
		rc = peek(r) == '"' ? read_quoted(r) : read_plain(r);
		if (rc != FV_OK)
			return rc;
		rec->ends[rec->count++] = rec->text.len;
		if (peek(r) != ',')
			break;
		r->pos++;
	}
	if (peek(r) >= 0) {
		r->pos += line_end(r);
		r->line++;
	}
	return fv_buf_status(&rec->text);
}

static struct fv_span
field(const struct record *rec, size_t i)
{
	const size_t from = i == 0 ? 0 : rec->ends[i - 1];

	if (rec->ends[i] == from)
		return (struct fv_span){NULL, 0};
	return fv_span_of(rec->text.ptr + from, rec->ends[i] - from);
}

static void
name_column(struct reading *r, struct fv_span name)
{
	memset(r->fault->column, 0, sizeof r->fault->column);
	for (size_t i = 0; i < name.len && i + 1 < sizeof r->fault->column; i++)
		r->fault->column[i] =
		    name.ptr[i] < 0x20 || name.ptr[i] >= 0x7f ? '?' : (char)name.ptr[i];
}

static enum fv_err
read_header(struct reading *r, bool take_sealed)
{
	enum fv_err rc;

	if (r->in.len >= 3 && memcmp(r->in.ptr, "\xef\xbb\xbf", 3) == 0)
		r->pos = 3;
	while (line_end(r) > 0) {
		r->pos += line_end(r);
		r->line++;
	}
	rc = read_record(r);
	if (rc == FV_ENOENT)
		return fault(
		    r, 1, "the file is empty; begin with a line of column names", FV_EFORMAT);
	if (rc != FV_OK)
		return rc;
	for (size_t i = 0; i < r->record.count; i++) {
		const struct fv_span name = field(&r->record, i);
		enum fv_case_column c;

		name_column(r, name);
		if (fv_case_column_find(name, &c) != FV_OK)
			return fault(r, r->record.lines[i],
			    "is not a column of a case file; leave it out", FV_EFORMAT);
		if (c >= FV_COL_SEALED_FIRST && !take_sealed)
			return fault(r, r->record.lines[i],
			    "personal text never reaches the server; seal it with "
			    "'fieldvisitd "
			    "case seal'",
			    FV_EDENIED);
		for (size_t j = 0; j < i; j++) {
			if (r->columns[j] == c)
				return fault(r, r->record.lines[i],
				    "stands twice; leave one of them out", FV_EFORMAT);
		}
		r->columns[i] = c;
	}
	r->column_count = r->record.count;
	memset(r->fault->column, 0, sizeof r->fault->column);
	return FV_OK;
}

/* True when only line ends are left: the empty last line that many programs write. */
static bool
only_line_ends(const struct reading *r)
{
	for (size_t i = r->pos; i < r->in.len; i++) {
		if (r->in.ptr[i] != '\n' && r->in.ptr[i] != '\r')
			return false;
	}
	return true;
}

static enum fv_err
read_row(struct reading *r, struct fv_case_row *row)
{
	struct fv_span values[FV_COL_COUNT] = {{NULL, 0}};
	struct record *rec = &r->record;
	enum fv_case_column bad;
	enum fv_err rc;

	if (rec->count != r->column_count)
		return fault(r, rec->line,
		    rec->count < r->column_count
			? "fewer values than columns; give each column a value or leave it "
			  "empty"
			: "more values than columns; quote values that hold a comma",
		    FV_EFORMAT);
	for (size_t i = 0; i < rec->count; i++)
		values[r->columns[i]] = field(rec, i);
	rc = fv_case_row_read(values, row, r->fault);
	row->line = rec->line;
	if (rc == FV_OK)
		return FV_OK;
	r->fault->line = rec->line;
	if (fv_case_column_find(fv_span_z(r->fault->column), &bad) != FV_OK)
		return rc;
	for (size_t i = 0; i < rec->count; i++) {
		if (r->columns[i] == bad)
			r->fault->line = rec->lines[i];
	}
	return rc;
}

enum fv_err
fv_casecsv_read(
    struct fv_span file, const struct fv_casecsv_opts *opts, struct fv_case_fault *fault_out)
{
	struct fv_case_fault local;
	struct reading r = {
	    .in = file, .line = 1, .fault = fault_out != NULL ? fault_out : &local};
	struct fv_case_row row;
	enum fv_err rc;

	*r.fault = (struct fv_case_fault){.rule = ""};
	if ((rc = read_header(&r, opts->take_sealed)) != FV_OK)
		goto cleanup;
	while (!only_line_ends(&r)) {
		if ((rc = read_record(&r)) != FV_OK || (rc = read_row(&r, &row)) != FV_OK)
			goto cleanup;
		if ((rc = opts->on_row(&row, opts->ctx)) != FV_OK) {
			if (r.fault->line == 0)
				r.fault->line = row.line;
			goto cleanup;
		}
	}
	rc = FV_OK;
cleanup:
	fv_buf_clear(&r.record.text);
	return rc;
}
