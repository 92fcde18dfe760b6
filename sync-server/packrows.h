/*
 * The rows of the facts about collection law that packs answer for: each is a rule, or is
 * said to be none with a reason (pack coverage).
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_SERVER_PACKROWS_H
#define FV_SERVER_PACKROWS_H

#include <stdbool.h>
#include <stddef.h>

/* Rows "PREFIX-FIRST" to "PREFIX-LAST", two digits each. */
struct packrows {
	const char *prefix;
	unsigned first, last;
};
extern const struct packrows packrows[];
extern const size_t packrows_count;

/* True when a rule of this id is of the row: the row's id, also with something after it
 * that is no digit ("US-11", "US-11-state", "US-11b"). */
bool packrows_is_of(const char *id, const char *row);

#endif
