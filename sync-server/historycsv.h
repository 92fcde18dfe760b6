/*
 * Contacts and events as rows of a table, with the names of the interchange: each row
 * becomes its JSON object.  Sets have ';' between their members, what is yes or no says so,
 * windows are their JSON.
 *
 * Threads: no state.  Memory: one row at a time.
 */
#ifndef FV_SERVER_HISTORYCSV_H
#define FV_SERVER_HISTORYCSV_H

#include "fv/bytes.h"
#include "fv/zone.h"

/* Who takes the rows.  Each returns false to end the reading. */
struct historycsv_taker {
	bool (*on_row)(struct fv_span object, size_t line, void *ctx);
	/* column "": the row as a whole; both live for the call */
	bool (*on_fault)(size_t line, const char *column, const char *rule, void *ctx);
	void *ctx;
};

struct historycsv_opts {
	const struct fv_zone *zone; /* of times without an offset; NULL: there are none */
	bool takes_serials;         /* of dates */
	bool is_payments;           /* rows are events of kind paid, and no column says so */
};

/* True where the text is a table and no JSON Lines. */
bool historycsv_is_table(struct fv_span text);

/* Read a whole table of textfile.h.  Errors: FV_ENOMEM; what a row is at fault with goes to
 * on_fault. */
FV_NODISCARD enum fv_err historycsv_read(struct fv_span text,
    const struct historycsv_opts *opts, const struct historycsv_taker *taker);

#endif
