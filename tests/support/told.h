/*
 * Records of a made handheld in CBOR diagnostic notation.
 *
 * Threads: one handset is one thread's.  Memory: the handset's.
 */
#ifndef FV_TESTS_TOLD_H
#define FV_TESTS_TOLD_H

#include "tests/support/handset.h"

/* Add a record of this type; its payload is the notation that the format gives; over
 * 511 bytes fail the test. */
void handset_tell(struct handset *h, uint32_t type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
