/*
 * OUT.cases: what `case seal` writes and `case import` takes.  JSON Lines, one object a
 * case: the audit columns by name, each a string with the text that the CSV would hold
 * (the place converted: datum "wgs84"), and "card":{"note","ct","capsules"} where the case
 * has sealed columns (note: the signed text; ct, capsules: base64).
 *
 * Threads: no state.
 */
#ifndef FV_CASEFILE_H
#define FV_CASEFILE_H

#include "fv/casecsv.h"
#include "fv/order.h"

/* A sealed card.  Owned: all three; casefile_card_clear(). */
struct casefile_card {
	struct fv_buf note;     /* signed text fieldvisit/v1/card/<agency> */
	struct fv_buf ct;       /* ciphertext */
	struct fv_buf capsules; /* 80 bytes each */
};
void casefile_card_clear(struct casefile_card *card);

/* Append one line.  card NULL: none.  Errors: FV_ENOMEM. */
FV_NODISCARD enum fv_err casefile_put(
    struct fv_buf *out, const struct fv_case_row *row, const struct casefile_card *card);

/* How to read a case file.  card NULL: the case has none. */
struct casefile_opts {
	enum fv_err (*on_case)(
	    const struct fv_case_row *row, const struct casefile_card *card, void *ctx);
	void *ctx;
};

/*
 * Read OUT.cases (the first byte that is no white space is '{') or an audit-only CSV.
 * A card's signature, and that it is this case's, is the callback's to check with
 * fv_card_verify(); here only its form and hashes' sizes are.
 * Errors: as fv_casecsv_read(); an object with another member is FV_EFORMAT, with a sealed
 *         column in clear FV_EDENIED
 */
FV_NODISCARD enum fv_err casefile_read(
    struct fv_span file, const struct casefile_opts *opts, struct fv_case_fault *fault_out);

/* The fault as one line on stderr: "FILE:LINE: column "x": RULE; WHAT TO DO".  Returns the
 * exit code. */
int casefile_fault(const char *path, const struct fv_case_fault *fault, enum fv_err err);

/* The columns that hold a day, for textfile.h; NULL ends them. */
extern const char *const casefile_days[];

#endif
