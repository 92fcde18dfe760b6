#include "lib/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)1 << 14)
#define FIRST_SLOTS 64U

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) uint8_t bytes[];
};

void *
fv_arena_alloc(struct fv_arena *arena, size_t bytes)
{
	struct arena_block *b = arena->blocks;
	size_t align = _Alignof(max_align_t);

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + align - 1) / align * align;
	if (b == NULL || b->size - b->used < bytes) {
		size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
		if ((b = calloc(1, sizeof *b + size)) == NULL)
			return NULL;
		b->size = size;
		b->next = arena->blocks;
		arena->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += bytes;
	return p;
}

/* FNV-1a: the strings are ids of a bank's own making, and a bad case only costs time. */
static size_t
hash(struct fv_span text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.ptr[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 29);
}

/* The slot that holds `text`, or the free one where it belongs. */
static size_t
probe(const char *const *table, size_t slots, struct fv_span text)
{
	size_t i = hash(text) & (slots - 1);

	while (table[i] != NULL && !fv_span_equal(fv_span_z(table[i]), text))
		i = (i + 1) & (slots - 1);
	return i;
}

static bool
grow(struct fv_arena *arena)
{
	size_t slots = arena->intern_slots == 0 ? FIRST_SLOTS : arena->intern_slots * 2;
	const char **table = calloc(slots, sizeof *table);

	if (table == NULL)
		return false;
	for (size_t i = 0; i < arena->intern_slots; i++)
		if (arena->interned[i] != NULL)
			table[probe(table, slots, fv_span_z(arena->interned[i]))] =
			    arena->interned[i];
	free(arena->interned);
	arena->interned = table;
	arena->intern_slots = slots;
	return true;
}

const char *
fv_arena_intern(struct fv_arena *arena, struct fv_span text)
{
	if (arena->intern_count * 2 >= arena->intern_slots && !grow(arena))
		return NULL;
	size_t i = probe(arena->interned, arena->intern_slots, text);
	if (arena->interned[i] != NULL)
		return arena->interned[i];
	char *copy = fv_arena_alloc(arena, text.len + 1);
	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	arena->interned[i] = copy;
	arena->intern_count++;
	return copy;
}

const char *
fv_arena_find(const struct fv_arena *arena, struct fv_span text)
{
	if (arena->intern_slots == 0)
		return NULL;
	return arena->interned[probe(arena->interned, arena->intern_slots, text)];
}

void
fv_arena_clear(struct fv_arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *b = arena->blocks;
		arena->blocks = b->next;
		free(b);
	}
	free(arena->interned);
	*arena = (struct fv_arena){0};
}
