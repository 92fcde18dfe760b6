/*
 * device approve --bench: a whole bench of handhelds, their digits compared by this program.
 *
 * Threads: the main thread only.
 */
#ifndef FV_APPROVE_BENCH_H
#define FV_APPROVE_BENCH_H

#include <stdbool.h>

#include "fv/keyfile.h"
#include "fv/record.h"

struct approve_bench {
	const char *key, *pass_file;
	const char *bench;     /* what the handhelds showed; benchfile.h */
	const char *directory; /* what the server says enrolled */
	const char *roster;    /* NULL: the key has signed the directory's */
	const char *out;       /* a new folder of notes */
	bool as_json;
};

/* Compare all, then sign a note for each that is not approved yet, or none.  Returns an exit
 * code. */
int approve_bench(const struct approve_bench *wish);

/* Append the signed approval of the handheld of this ENROL leaf. */
FV_NODISCARD enum fv_err approve_put(struct fv_buf *note, struct fv_span leaf,
    const uint8_t dev[FV_DEV_BYTES], const struct fv_key_public *key,
    const struct fv_key_secret *secret);

#endif
