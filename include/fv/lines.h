/*
 * The texts that people sign are lines of words.  A cursor over such lines, the ids that
 * stand in them, and where a reader found a fault.
 *
 * Threads: no state.  Memory: none; spans point into the input.
 */
#ifndef FV_LINES_H
#define FV_LINES_H

#include "fv/bytes.h"

#define FV_ID_BYTES 25U      /* officer, supervisor, agency, team: 24 characters and NUL */
#define FV_CASE_ID_BYTES 41U /* case: 40 characters and NUL */

/* Where a text breaks which rule.  Line 0: the text as a whole. */
struct fv_fault {
	size_t line;      /* from 1 */
	const char *rule; /* borrowed: static; a phrase such as "threshold is over ..." */
};

/* Note the fault (fault may be NULL).  Returns err, so that a reader can return it. */
FV_EXPORT enum fv_err fv_fault_set(
    struct fv_fault *fault, size_t line, const char *rule, enum fv_err err);

/* A cursor.  Borrows: the text, for as long as the cursor or its lines are used. */
struct fv_lines {
	struct fv_span rest; /* what has not been read */
	size_t number;       /* of the line read last; 0 before the first */
};

/* A cursor before the first line.  Borrows: text. */
FV_EXPORT struct fv_lines fv_lines_of(struct fv_span text);

/*
 * Take the next line, without its newline.
 * Errors: FV_ENOENT  no line is left;  FV_ECUT  the last line has no newline
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_lines_next(
    struct fv_lines *lines, struct fv_span *line_out);

/*
 * Take the next word of a line: up to one single space, which is dropped, or to the end.
 * False when the line is used up or the word would be empty.
 */
FV_EXPORT bool fv_lines_word(struct fv_span *line, struct fv_span *word_out);

/* True, and the word taken, when the next word of `line` is `z`. */
FV_EXPORT bool fv_lines_take(struct fv_span *line, const char *z);

/* True when `id` has 1 to `max` characters of [A-Za-z0-9._-] (PROTOCOL.md section 5). */
FV_EXPORT bool fv_id_valid(struct fv_span id, size_t max);

/*
 * Copy a valid id of at most cap - 1 characters into a C string of `cap` bytes.
 * Errors: FV_EFORMAT  not an id, or too long (out is empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_id_copy(struct fv_span id, char *out, size_t cap);

/* Decode strict base64 of exactly `len` bytes.  Errors: FV_EFORMAT  (out is zero). */
FV_EXPORT FV_NODISCARD enum fv_err fv_base64_fixed(
    struct fv_span text, uint8_t *out, size_t len);

#endif
