/*
 * Allocation failures on demand.  The unit test programs are linked with malloc, calloc,
 * realloc, strdup and fv_secret_alloc wrapped (Makefile); calls made inside shared
 * libraries are not seen.
 *
 * Threads: no.  Memory: none.
 */
#ifndef TESTS_OOM_H
#define TESTS_OOM_H

#include <stdbool.h>
#include <stddef.h>

#include "fv/err.h"

enum oom_mode {
	OOM_ONCE,   /* only the nth allocation fails */
	OOM_STICKY, /* the nth and all after it */
};

/* From now on the nth allocation (from 1) fails. */
void oom_arm(size_t nth, enum oom_mode mode);
/* All succeed again.  Returns true when an allocation was made to fail. */
bool oom_disarm(void);

/*
 * Run `operation` with its 1st, 2nd, 3rd ... allocation failing, once and sticky, until
 * none is left to fail.  It must say FV_ENOMEM each time, and FV_OK in the end.
 * Returns the number of allocations of the whole operation.
 */
size_t oom_sweep(enum fv_err (*operation)(void *ctx), void *ctx);

#endif
