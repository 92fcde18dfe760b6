/*
 * The rows of a small CSV file (RFC 4180) that a person made: values with or without quotes.
 *
 * Threads: no state.  Memory: one row at a time, in the struct.
 */
#ifndef FV_SERVER_CSVROWS_H
#define FV_SERVER_CSVROWS_H

#include "fv/bytes.h"

#define CSVROWS_COLUMNS_MAX 40U
#define CSVROWS_CELL_BYTES 256U /* of a value, its NUL included */

struct csvrows {
	struct fv_span in; /* borrowed */
	size_t at;
	size_t line; /* of in.ptr[at], from 1 */
	char cells[CSVROWS_COLUMNS_MAX][CSVROWS_CELL_BYTES];
	size_t cell_count;
	size_t row_line;   /* on which the row begins */
	size_t fault_line; /* after an error: where, */
	const char *rule;  /* and what is wrong, static */
};

/* Before the first row; a byte order mark and empty lines are passed over.  Borrows: file. */
struct csvrows csvrows_of(struct fv_span file);
bool csvrows_at_end(const struct csvrows *rows);
/* The next row; cell_count is 0 for an empty line.  Errors: FV_EFORMAT FV_ETOOBIG. */
FV_NODISCARD enum fv_err csvrows_next(struct csvrows *rows);

#endif
