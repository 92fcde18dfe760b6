/*
 * Knowing a track again: prints of twenty fixes in a row, rounded to a metre, chosen by
 * their own value so that a replay chooses the same ones wherever it begins.  No two drives
 * agree in them; a recorded one fed in again does (PROTOCOL.md section C10).
 *
 * Threads: no shared state.  Memory: none but the caller's struct.
 */
#ifndef FV_REPEAT_H
#define FV_REPEAT_H

#include "fv/geo.h"

#define FV_REPEAT_FIXES 20U
#define FV_REPEAT_SPAN_MM 100000 /* fixes at rest may well repeat */
#define FV_REPEAT_ONE_IN 128U    /* so many runs to a print */

/* Fields are the module's own.  All zero is a valid beginning. */
struct fv_repeat {
	struct fv_place ring[FV_REPEAT_FIXES];
	size_t count, next;
};

/* Take the next fix.  True: the last twenty have a print, in *print_out. */
FV_EXPORT bool fv_repeat_feed(
    struct fv_repeat *repeat, struct fv_place place, uint64_t *print_out);

#endif
