/*
 * SHAKE128 (FIPS 202), which the accumulated HPKE vectors are drawn from and summed
 * with.  For tests only: plain, not fast, not constant-time.
 *
 * Threads: no shared state.  Memory: none.
 */
#ifndef TESTS_SHAKE128_H
#define TESTS_SHAKE128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is a fresh sponge. */
struct shake128 {
	uint64_t lanes[25];
	size_t pos; /* byte position in the rate */
	bool squeezing;
};

void shake128_absorb(struct shake128 *sponge, const uint8_t *in, size_t len);
/* After the first squeeze nothing more may be absorbed. */
void shake128_squeeze(struct shake128 *sponge, uint8_t *out, size_t len);

#endif
