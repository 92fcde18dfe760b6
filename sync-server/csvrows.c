#include "sync-server/csvrows.h"

#include <string.h>

static int
peek(const struct csvrows *r)
{
	return r->at < r->in.len ? r->in.ptr[r->at] : -1;
}

static bool
is_row_end(int c)
{
	return c < 0 || c == '\n' || c == '\r';
}

static enum fv_err
fail(struct csvrows *r, size_t line, const char *rule, enum fv_err err)
{
	r->fault_line = line;
	r->rule = rule;
	return err;
}

/* One value, with or without quotes. */
static enum fv_err
read_cell(struct csvrows *r, char out[CSVROWS_CELL_BYTES])
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
		if (c == '\0' || n + 1 == CSVROWS_CELL_BYTES)
			return fail(r, r->line,
			    "a value is longer than 255 bytes, or has a NUL in it; shorten it",
			    FV_ETOOBIG);
		out[n++] = (char)c;
		r->at++;
	}
	out[n] = '\0';
	if (is_quoted && c < 0)
		return fail(r, r->row_line, "a quote is not closed; close it", FV_EFORMAT);
	if (is_quoted && peek(r) != ',' && !is_row_end(peek(r)))
		return fail(r, r->line, "text follows a closing quote; quote the whole value",
		    FV_EFORMAT);
	return FV_OK;
}

struct csvrows
csvrows_of(struct fv_span file)
{
	struct csvrows rows = {.in = file, .line = 1};

	if (file.len >= 3 && memcmp(file.ptr, "\xef\xbb\xbf", 3) == 0)
		rows.at = 3;
	while (peek(&rows) == '\n') {
		rows.at++;
		rows.line++;
	}
	return rows;
}

bool
csvrows_at_end(const struct csvrows *rows)
{
	return peek(rows) < 0;
}

enum fv_err
csvrows_next(struct csvrows *r)
{
	enum fv_err rc;

	r->cell_count = 0;
	r->row_line = r->line;
	while (!is_row_end(peek(r)) || r->cell_count > 0) {
		if (r->cell_count == CSVROWS_COLUMNS_MAX)
			return fail(r, r->line,
			    "more than 40 columns; keep those that are asked for", FV_ETOOBIG);
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
