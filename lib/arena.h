/*
 * Memory that is released all at once, and strings kept once each.
 *
 * Threads: one arena is one thread's.  Memory: blocks of malloc.
 */
#ifndef FV_LIB_ARENA_H
#define FV_LIB_ARENA_H

#include "fv/bytes.h"

struct arena_block;

/* All zero is a valid empty arena. */
struct fv_arena {
	struct arena_block *blocks; /* owned */
	const char **interned;      /* owned: open addressing, NULL = free */
	size_t intern_slots;        /* a power of two, or 0 */
	size_t intern_count;
};

/* Zeroed memory aligned for any object, or NULL.  Returns borrowed: until clear. */
FV_NODISCARD void *fv_arena_alloc(struct fv_arena *arena, size_t bytes);

/* The arena's copy of a string, the same pointer for equal strings, or NULL: no memory. */
FV_NODISCARD const char *fv_arena_intern(struct fv_arena *arena, struct fv_span text);

/* The interned string equal to `text`, or NULL when there is none. */
const char *fv_arena_find(const struct fv_arena *arena, struct fv_span text);

/* Release everything. */
void fv_arena_clear(struct fv_arena *arena);

#endif
