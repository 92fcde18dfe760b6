/*
 * Packs in words for people: names of fields and values in English and Chinese.
 *
 * Threads: no state.  Memory: none; words are static.
 */
#ifndef FV_SERVER_PACKWORDS_H
#define FV_SERVER_PACKWORDS_H

#include <jansson.h>

#include "fv/bytes.h"

/* What the field at the end of a path ("parameters.limit") is called; its own name when no
 * word is known for it. */
const char *packwords_field(const char *path, bool chinese);

/* What a rule of this kind asks. */
const char *packwords_kind(const char *kind, bool chinese);

/* Append a value: words, yes or no, lists with commas, windows as times of days, objects
 * as their fields.  `value` NULL: "nothing". */
void packwords_put(struct fv_buf *out, const json_t *value, bool chinese);

#endif
