/*
 * Supervisors, auditors and officers with fixed keys, and rosters of them.
 *
 * Threads: no.  Memory: people_roster's value is released with free().
 */
#ifndef TESTS_PEOPLE_H
#define TESTS_PEOPLE_H

#include "fv/roster.h"

/* Seeds and secret keys that follow from a number, so that a test can sign and open. */
void people_sign_seed(unsigned n, uint8_t seed_out[FV_SEED_BYTES]);
void people_box_sk(unsigned n, uint8_t sk_out[FV_KEY_BYTES]);
void people_box_pk(unsigned n, uint8_t pk_out[FV_KEY_BYTES]);

/*
 * Version 1 of agency "north" with `supervisors` people s1, s2 ... (numbers 1, 2 ... ;
 * teams "t1" and, for even numbers, "t2"), auditor a1 (101), recovery (102), officers
 * o1 "Officer One" and o2, thresholds 1.
 */
struct fv_roster *people_roster(unsigned supervisors);

/* Append a note: `text` signed by the supervisors of `agency` in numbers[0..count-1]. */
void people_sign(struct fv_buf *note, struct fv_span text, const char *agency,
    const unsigned *numbers, size_t count);

#endif
