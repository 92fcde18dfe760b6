/*
 * A planned visit as people write it: a row of a CSV file, or the same ten texts of a form.
 *
 * Columns: date (YYYY-MM-DD), from and to (HH:MM, local time of the case), case, officer,
 * second (may be empty), place, purpose, approach, agreed (yes or no).  The first line names
 * them in any order; purpose, approach, second and agreed may be left out.
 *
 * Threads: no state.  Memory: one row at a time.
 */
#ifndef FV_SERVER_PLANFILE_H
#define FV_SERVER_PLANFILE_H

#include "fv/codes.h"
#include "fv/lines.h"

enum planfile_column {
	PLANFILE_DATE,
	PLANFILE_FROM,
	PLANFILE_TO,
	PLANFILE_CASE,
	PLANFILE_OFFICER,
	PLANFILE_SECOND,
	PLANFILE_PLACE,
	PLANFILE_PURPOSE,
	PLANFILE_APPROACH,
	PLANFILE_AGREED,
	PLANFILE_COLUMNS,
};

struct planfile_row {
	size_t line;                     /* in the file, from 1; 0: of no file */
	int64_t day;                     /* local date of the case, days since 1970-01-01 */
	uint32_t from_minute, to_minute; /* of that day; from is before to */
	char case_id[FV_CASE_ID_BYTES];
	char officer[FV_ID_BYTES];
	char second[FV_ID_BYTES];          /* "": none */
	uint32_t place, purpose, approach; /* codes */
	bool is_agreed;
};

struct planfile_fault {
	size_t line;        /* from 1; 0: of no file */
	const char *column; /* static; "": the row as a whole */
	const char *rule;   /* static: what is wrong and what to do */
};

/* The columns that hold a day, for textfile.h; NULL ends them. */
extern const char *const planfile_days[];

/* "date" ... "agreed". */
const char *planfile_column_name(enum planfile_column column);

/* Read the texts of one planned visit; NULL and "" are the same.  Errors: FV_EFORMAT. */
FV_NODISCARD enum fv_err planfile_row_read(const char *const values[PLANFILE_COLUMNS],
    struct planfile_row *out, struct planfile_fault *fault);

/* Read a whole file, calling back for each row in order.
 * Errors: FV_EFORMAT FV_ETOOBIG;  what on_row returned other than FV_OK */
FV_NODISCARD enum fv_err planfile_read(struct fv_span file,
    enum fv_err (*on_row)(const struct planfile_row *row, void *ctx), void *ctx,
    struct planfile_fault *fault);

#endif
