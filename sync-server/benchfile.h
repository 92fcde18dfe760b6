/*
 * What a bench of handhelds showed: a line each, as `fieldvisit --json enroll` prints it,
 *
 *   {"dev": 32 hex digits, "digits": "NNNNN NNNNN ...", "serial": text, perhaps more}
 *
 * or as somebody types it: the 32 hex digits and then the 40.  Empty lines and those that
 * begin with '#' are remarks.
 *
 * Threads: no state.
 */
#ifndef FV_BENCHFILE_H
#define FV_BENCHFILE_H

#include "fv/lines.h"
#include "fv/record.h"

#define BENCHFILE_LINES_MAX 4096U
#define BENCHFILE_DIGITS 40U
#define BENCHFILE_SERIAL_BYTES 65U

struct bench_line {
	size_t line; /* in the file, from 1 */
	uint8_t dev[FV_DEV_BYTES];
	char digits[BENCHFILE_DIGITS + 1];
	char serial[BENCHFILE_SERIAL_BYTES]; /* of the machine; "": it has none */
};

struct benchfile {
	struct bench_line *lines; /* owned */
	size_t count;
};

/* The 40 digits of a text in which spaces and dashes mean nothing.  False: they are not 40, or
 * something else stands there. */
bool benchfile_digits(struct fv_span text, char out[BENCHFILE_DIGITS + 1]);

/*
 * Read a file.  Owned: *out; benchfile_clear() releases it, after an error too.
 * Errors: FV_EFORMAT  with line and rule in *fault_out;  FV_ETOOBIG  too many lines;
 *         FV_ENOMEM
 */
FV_NODISCARD enum fv_err benchfile_parse(
    struct fv_span file, struct benchfile *out, struct fv_fault *fault_out);
void benchfile_clear(struct benchfile *bench);

#endif
